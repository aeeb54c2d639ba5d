//! Named cases, and a comparison with a reference that checks every minute.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn utc(expression: &str) -> Schedule {
    Schedule::parse(Some(expression), None).unwrap()
}

fn in_zone(expression: &str, zone: &str) -> Schedule {
    Schedule::parse(Some(expression), Some(zone)).unwrap()
}

fn gap(expression: &str) -> Option<i64> {
    utc(expression).largest_gap(at("2026-11-22T07:00:00Z"))
}

/// The dates of the next runs.
fn next_dates(expression: &str, from: &str, count: usize) -> Vec<String> {
    let schedule = utc(expression);
    std::iter::successors(schedule.next_after(at(from)), |run| schedule.next_after(*run))
        .take(count)
        .map(|run| run.date_naive().to_string())
        .collect()
}

#[test]
fn missing_expression_is_daily_at_five() {
    let schedule = Schedule::parse(None, None).unwrap();
    assert_eq!(schedule, utc("cron(0 5 ? * * *)"));
    assert_eq!(schedule.largest_gap(at("2026-11-22T07:00:00Z")), Some(DAY));
    assert_eq!(schedule.next_after(at("2026-11-22T05:00:00Z")), Some(at("2026-11-23T05:00:00Z")));
    assert_eq!(schedule.next_after(at("2026-11-22T04:59:59.5Z")), Some(at("2026-11-22T05:00:00Z")));
    assert_eq!(schedule.previous_before(at("2026-11-22T05:00:00Z")), Some(at("2026-11-22T05:00:00Z")));
    assert_eq!(schedule.previous_before(at("2026-11-22T04:59:59Z")), Some(at("2026-11-21T05:00:00Z")));
}

#[test]
fn weekdays_only_is_72_hours() {
    assert_eq!(gap("cron(0 5 ? * MON-FRI *)"), Some(72 * HOUR));
    assert_eq!(gap("cron(0 5 ? * 2-6 *)"), Some(72 * HOUR));
    assert_eq!(gap("cron(0 5 ? * mon,tue,wed,thu,fri *)"), Some(72 * HOUR));
    // AWS writes `?`, some templates write `*`.
    assert_eq!(gap("cron(0 5 * * MON-FRI *)"), Some(72 * HOUR));
}

#[test]
fn gaps_within_a_day_and_between_days() {
    assert_eq!(gap("cron(0/1 * * * ? *)"), Some(60));
    assert_eq!(gap("cron(* * * * ? *)"), Some(60));
    assert_eq!(gap("cron(15 * ? * * *)"), Some(HOUR));
    assert_eq!(gap("cron(0 0/12 * * ? *)"), Some(12 * HOUR));
    assert_eq!(gap("cron(0 5/12 * * ? *)"), Some(12 * HOUR));
    assert_eq!(gap("cron(0 8-18/2 * * ? *)"), Some(14 * HOUR));
    assert_eq!(gap("cron(0 22-2 * * ? *)"), Some(20 * HOUR));
    assert_eq!(gap("cron(0/20 8,9 * * ? *)"), Some(22 * HOUR + 20 * 60));
    assert_eq!(gap("15 * ? * * *"), Some(HOUR));
}

#[test]
fn sunday_is_one() {
    // 2026-11-22 is a Sunday.
    assert_eq!(next_dates("cron(0 5 ? * 1 *)", "2026-11-22T00:00:00Z", 1), ["2026-11-22"]);
    assert_eq!(next_dates("cron(0 5 ? * 7 *)", "2026-11-22T00:00:00Z", 1), ["2026-11-28"]);
    assert_eq!(next_dates("cron(0 5 ? * SAT-SUN *)", "2026-11-22T06:00:00Z", 2), ["2026-11-28", "2026-11-29"]);
}

#[test]
fn last_day_nearest_weekday_and_nth_weekday() {
    let from = "2026-01-01T00:00:00Z";
    assert_eq!(next_dates("cron(0 5 L * ? *)", from, 3), ["2026-01-31", "2026-02-28", "2026-03-31"]);
    assert_eq!(next_dates("cron(0 5 LW * ? *)", from, 3), ["2026-01-30", "2026-02-27", "2026-03-31"]);
    // Sunday 15 February goes to Monday, Saturday 15 August to Friday, Saturday 1 August to Monday within the month.
    assert_eq!(next_dates("cron(0 5 15W 2,8 ? *)", from, 2), ["2026-02-16", "2026-08-14"]);
    assert_eq!(next_dates("cron(0 5 1W 8 ? *)", from, 1), ["2026-08-03"]);
    assert_eq!(next_dates("cron(0 5 ? * 6L *)", from, 2), ["2026-01-30", "2026-02-27"]);
    assert_eq!(next_dates("cron(0 5 ? * FRI#2 *)", from, 2), ["2026-01-09", "2026-02-13"]);
    assert_eq!(next_dates("cron(0 5 ? * 2#5 *)", from, 2), ["2026-03-30", "2026-06-29"]);
    // `L` alone is the last day of the week.
    assert_eq!(next_dates("cron(0 5 ? * L *)", from, 2), ["2026-01-03", "2026-01-10"]);
    assert_eq!(gap("cron(0 5 L * ? *)"), Some(31 * DAY));
    assert_eq!(gap("cron(0 5 ? * MON#1 *)"), Some(35 * DAY));
    assert_eq!(gap("cron(0 5 31 * ? *)"), Some(61 * DAY));
}

#[test]
fn leap_year_schedules() {
    assert_eq!(gap("cron(0 5 29 2 ? *)"), Some(4 * 365 * DAY + DAY));
    assert_eq!(utc("cron(0 5 29 2 ? *)").largest_gap(at("2095-01-01T00:00:00Z")), Some(8 * 365 * DAY + DAY));
    assert_eq!(gap("cron(0 5 1 3 ? *)"), Some(366 * DAY));
    // Five Sundays in a February: only every 28 years.
    assert_eq!(next_dates("cron(0 5 ? 2 SUN#5 *)", "2026-01-01T00:00:00Z", 2), ["2032-02-29", "2060-02-29"]);
    assert_eq!(gap("cron(0 5 ? 2 SUN#5 *)"), Some((28 * 365 + 7) * DAY));
}

#[test]
fn schedules_that_never_run_have_ended_or_run_once() {
    let now = at("2026-11-22T07:00:00Z");
    let never = utc("cron(0 5 30 2 ? *)");
    assert_eq!((never.largest_gap(now), never.next_after(now), never.previous_before(now)), (None, None, None));
    let ended = utc("cron(0 5 ? * * 2020-2025)");
    assert_eq!((ended.largest_gap(now), ended.next_after(now)), (None, None));
    assert_eq!(ended.previous_before(now), Some(at("2025-12-31T05:00:00Z")));
    let once = utc("cron(0 5 31 12 ? 2026)");
    assert_eq!(once.largest_gap(now), None);
    assert_eq!(once.next_after(now), Some(at("2026-12-31T05:00:00Z")));
    assert_eq!(once.previous_before(now), None);
    // The schedule ends with this year, but runs daily until then.
    assert_eq!(utc("cron(0 5 ? * * 2026)").largest_gap(now), Some(DAY));
    // The schedule starts long after; or pauses for years.
    assert_eq!(utc("cron(0 5 ? * * 2150/1)").largest_gap(now), Some(DAY));
    assert_eq!(utc("cron(0 5 1 1 ? 2027,2035)").largest_gap(now), Some((8 * 365 + 2) * DAY));
}

#[test]
fn moments_at_the_ends_of_time() {
    let daily = utc(DEFAULT);
    for t in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        for schedule in [&daily, &in_zone(DEFAULT, "Asia/Tokyo"), &utc("rate(1 day)")] {
            let _ = (schedule.largest_gap(t), schedule.next_after(t), schedule.previous_before(t));
        }
    }
    assert_eq!(daily.next_after(DateTime::<Utc>::MAX_UTC), None);
    assert_eq!(daily.previous_before(DateTime::<Utc>::MIN_UTC), None);
}

#[test]
fn rates_have_no_phase() {
    let now = at("2026-11-22T07:00:00Z");
    for (text, seconds) in [("rate(1 hour)", HOUR), ("rate(12 hours)", 12 * HOUR), ("rate(1 day)", DAY), ("rate(90 minutes)", 5_400)] {
        let rate = utc(text);
        assert_eq!(rate.largest_gap(now), Some(seconds), "{text}");
        assert_eq!(rate.next_after(now), Some(now + TimeDelta::seconds(seconds)));
        assert_eq!(rate.previous_before(now), Some(now - TimeDelta::seconds(seconds)));
    }
    assert_eq!(Schedule::interval(12 * HOUR), Ok(utc("rate(12 hours)")));
}

#[test]
fn daylight_saving_time_makes_days_of_23_and_25_hours() {
    let berlin = in_zone("cron(0 5 ? * * *)", "Europe/Berlin");
    assert_eq!(berlin.largest_gap(at("2026-11-22T07:00:00Z")), Some(25 * HOUR));
    assert_eq!(berlin.next_after(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T03:00:00Z")));
    assert_eq!(berlin.previous_before(at("2026-03-29T02:59:00Z")), Some(at("2026-03-28T04:00:00Z")));
    // A zone without daylight saving time, and the zone's future is known for decades.
    assert_eq!(in_zone(DEFAULT, "Asia/Tokyo").largest_gap(at("2026-11-22T07:00:00Z")), Some(DAY));
    assert_eq!(berlin.largest_gap(at("2050-01-01T00:00:00Z")), Some(25 * HOUR));
}

#[test]
fn local_times_that_do_not_exist_are_left_out() {
    // Clocks in New York go from 02:00 to 03:00 on 2026-03-08.
    let schedule = in_zone("cron(30 2 ? * * *)", "America/New_York");
    assert_eq!(schedule.next_after(at("2026-03-07T07:30:00Z")), Some(at("2026-03-09T06:30:00Z")));
    assert_eq!(schedule.largest_gap(at("2026-02-01T00:00:00Z")), Some(47 * HOUR));
}

#[test]
fn local_times_that_occur_twice_run_once() {
    // Clocks in New York go from 02:00 to 01:00 on 2026-11-01: 01:30 is at 05:30Z and again at 06:30Z.
    let schedule = in_zone("cron(30 1 ? * * *)", "America/New_York");
    assert_eq!(schedule.next_after(at("2026-10-31T12:00:00Z")), Some(at("2026-11-01T05:30:00Z")));
    assert_eq!(schedule.next_after(at("2026-11-01T05:30:00Z")), Some(at("2026-11-02T06:30:00Z")));
    assert_eq!(schedule.previous_before(at("2026-11-01T12:00:00Z")), Some(at("2026-11-01T05:30:00Z")));
    // So an hourly schedule pauses for two hours that night.
    assert_eq!(in_zone("cron(0 * ? * * *)", "America/New_York").largest_gap(at("2026-02-01T00:00:00Z")), Some(2 * HOUR));
}

#[test]
fn what_is_no_schedule() {
    for text in [
        "",
        "cron()",
        "cron(0 5 * * ?)",
        "cron(0 5 ? * * * *)",
        "cron(0 5 ? * * *",
        "rate(0 days)",
        "rate(1 fortnight)",
        "rate(-1 days)",
        "rate(1 day 2)",
        "rate(4294967296 days)",
        "at(2026-11-22T07:00:00)",
        "daily",
        "cron(60 5 ? * * *)",
        "cron(0 24 ? * * *)",
        "cron(0 5 32 * ? *)",
        "cron(0 5 0 * ? *)",
        "cron(0 5 ? 13 * *)",
        "cron(0 5 ? * 0 *)",
        "cron(0 5 ? * 8 *)",
        "cron(0 5 ? * MON#6 *)",
        "cron(0 5 ? * * 1969)",
        "cron(0 5 ? * * 2030-2026)",
        "cron(0 5 L-3 * ? *)",
        "cron(0 5 L,LW * ? *)",
        "cron(0/0 5 ? * * *)",
        "cron(+5 5 ? * * *)",
        "cron(? 5 ? * * *)",
        "cron(0 5 , * ? *)",
        "cron(0 5 1 * MON *)",
        "cron(0 5 1-31 * MON *)",
        "cron(0 5 ? * @daily *)",
        "cron(0 5 ü * ? *)",
    ] {
        assert!(Schedule::parse(Some(text), None).is_err(), "{text}");
    }
    let unknown = Schedule::parse(None, Some("Europe/Atlantis"));
    assert_eq!(unknown, Err(ScheduleError::TimeZone("Europe/Atlantis".to_string())));
    assert_eq!(Schedule::parse(Some("cron(0 25 ? * * *)"), None).unwrap_err().to_string(), "'25' is no hour of a cron expression");
    assert!(Schedule::interval(0).is_err());
    assert!(Schedule::interval(i64::MAX).is_err());
}

/// The meaning of a day field, for the reference.
#[derive(Clone, Debug)]
enum Days {
    Every,
    OfMonth(BTreeSet<u32>),
    Last,
    LastWeekday,
    NearestWeekday(u32),
    OfWeek(BTreeSet<u32>),
    Nth(u32, u32),
    LastOfWeek(u32),
}

impl Days {
    fn text(&self) -> (String, String) {
        let list = |set: &BTreeSet<u32>| set.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let any = || "?".to_string();
        match self {
            Days::Every => ("*".to_string(), any()),
            Days::OfMonth(days) => (list(days), any()),
            Days::Last => ("L".to_string(), any()),
            Days::LastWeekday => ("LW".to_string(), any()),
            Days::NearestWeekday(day) => (format!("{day}W"), any()),
            Days::OfWeek(days) => (any(), list(days)),
            Days::Nth(day, n) => (any(), format!("{day}#{n}")),
            Days::LastOfWeek(day) => (any(), format!("{day}L")),
        }
    }

    fn matches(&self, date: NaiveDate) -> bool {
        // AWS's number of the weekday, and all days of the month.
        let weekday = |date: NaiveDate| date.weekday().num_days_from_sunday() + 1;
        let is_work_day = |date: NaiveDate| !matches!(weekday(date), 1 | 7);
        let month: Vec<NaiveDate> = (1..=31).filter_map(|day| date.with_day(day)).collect();
        let same_weekday = |wanted: u32| month.iter().copied().filter(move |other| weekday(*other) == wanted);
        match self {
            Days::Every => true,
            Days::OfMonth(days) => days.contains(&date.day()),
            Days::Last => month.last() == Some(&date),
            Days::LastWeekday => month.iter().rev().find(|day| is_work_day(**day)) == Some(&date),
            Days::NearestWeekday(wanted) => month
                .iter()
                .filter(|_| date.with_day(*wanted).is_some())
                .filter(|day| is_work_day(**day))
                .min_by_key(|day| day.day().abs_diff(*wanted))
                .is_some_and(|nearest| *nearest == date),
            Days::OfWeek(days) => days.contains(&weekday(date)),
            Days::Nth(day, n) => same_weekday(*day).nth(*n as usize - 1) == Some(date),
            Days::LastOfWeek(day) => same_weekday(*day).next_back() == Some(date),
        }
    }
}

/// A cron expression by its values.
#[derive(Clone, Debug)]
struct Reference {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: Days,
    months: BTreeSet<u32>,
    zone: Tz,
}

impl Reference {
    fn schedule(&self) -> Schedule {
        let list = |set: &BTreeSet<u32>| set.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let (day, weekday) = self.days.text();
        let (minutes, hours, months) = (list(&self.minutes), list(&self.hours), list(&self.months));
        in_zone(&format!("cron({minutes} {hours} {day} {months} {weekday} *)"), self.zone.name())
    }

    /// Every run from `from` on, for `days` days. Checks every minute and records the local times that it has seen.
    fn runs(&self, from: DateTime<Utc>, days: i64) -> Vec<DateTime<Utc>> {
        use chrono::Timelike;
        let mut seen = BTreeSet::new();
        let mut runs = Vec::new();
        // Starts three hours early, so that it sees the first pass of a repeated hour.
        for minute in -180..days * 1_440 {
            let now = from + TimeDelta::minutes(minute);
            let local = now.with_timezone(&self.zone).naive_local();
            let new = seen.insert(local);
            let runs_now = self.minutes.contains(&local.minute())
                && self.hours.contains(&local.hour())
                && self.months.contains(&local.month())
                && self.days.matches(local.date());
            if new && runs_now && minute >= 0 {
                runs.push(now);
            }
        }
        runs
    }
}

fn reference() -> impl Strategy<Value = Reference> {
    let set = |range: std::ops::Range<u32>, most: usize| prop::collection::btree_set(range, 1..=most);
    let days = prop_oneof![
        3 => Just(Days::Every),
        1 => set(1..32, 8).prop_map(Days::OfMonth),
        1 => Just(Days::Last),
        1 => Just(Days::LastWeekday),
        1 => (1u32..32).prop_map(Days::NearestWeekday),
        1 => set(1..8, 7).prop_map(Days::OfWeek),
        1 => (1u32..8, 1u32..6).prop_map(|(day, n)| Days::Nth(day, n)),
        1 => (1u32..8).prop_map(Days::LastOfWeek),
    ];
    let months = prop_oneof![3 => Just((1..=12).collect()), 1 => set(1..13, 6)];
    let zone = prop::sample::select(vec![
        Tz::UTC,
        Tz::Europe__Berlin,
        Tz::America__New_York,
        Tz::Australia__Lord_Howe,
        Tz::America__Santiago,
        Tz::Africa__Casablanca,
        Tz::Pacific__Chatham,
        Tz::Africa__Cairo,
    ]);
    let times = prop_oneof![
        3 => (set(0..60, 4), set(0..24, 5)),
        1 => ((0u32..60).prop_map(|minute| BTreeSet::from([minute])), Just((0..24).collect())),
    ];
    (times, days, months, zone).prop_map(|((minutes, hours), days, months, zone)| Reference { minutes, hours, days, months, zone })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Windows around clock changes and the turn of the year.
    #[test]
    fn agrees_with_the_reference(
        reference in reference(),
        start in prop::sample::select(vec!["2026-03-01", "2026-10-01", "2027-12-10", "2028-02-10"]),
        offset in 0i64..20_000,
    ) {
        let schedule = reference.schedule();
        let from = at(&format!("{start}T00:00:00Z")) + TimeDelta::minutes(offset);
        let runs = reference.runs(from, 45);

        let mut found = Vec::new();
        let mut next = schedule.next_after(from - TimeDelta::seconds(1));
        while let Some(run) = next.filter(|run| *run < from + TimeDelta::days(45)) {
            found.push(run);
            prop_assert_eq!(schedule.previous_before(run), Some(run));
            next = schedule.next_after(run);
        }
        prop_assert_eq!(&found, &runs);
        for pair in runs.windows(2) {
            prop_assert_eq!(schedule.previous_before(pair[1] - TimeDelta::seconds(1)), Some(pair[0]));
        }

        // The gaps up to the end of a local day.
        let Schedule(Kind::Cron(cron)) = &schedule else { return Ok(()) };
        let until = cron.local_date(from + TimeDelta::days(40));
        let gap = runs
            .windows(2)
            .filter(|pair| cron.local_date(pair[1]) <= until)
            .map(|pair| (pair[1] - pair[0]).num_seconds())
            .max();
        prop_assert_eq!(cron.largest_gap(from, until), gap);
    }

    /// Ranges, steps and names mean the values that they stand for.
    #[test]
    fn ranges_and_steps_are_lists(first in 0u32..24, length in 0u32..24, step in 1u32..30) {
        let list = |values: Vec<u32>| values.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let last = (first + length) % 24;
        let range = list((0..=length).step_by(step as usize).map(|n| (first + n) % 24).collect());
        prop_assert_eq!(utc(&format!("cron(0 {first}-{last}/{step} * * ? *)")).next_after(at("2026-01-01T00:00:00Z")),
            utc(&format!("cron(0 {range} * * ? *)")).next_after(at("2026-01-01T00:00:00Z")));
        let from = list((first..24).step_by(step as usize).collect());
        prop_assert_eq!(gap(&format!("cron(0 {first}/{step} * * ? *)")), gap(&format!("cron(0 {from} * * ? *)")));
        let all = list((0..24).step_by(step as usize).collect());
        prop_assert_eq!(gap(&format!("cron(0 */{step} * * ? *)")), gap(&format!("cron(0 {all} * * ? *)")));
    }

    /// No text makes the parser panic, and no accepted schedule makes any method panic.
    #[test]
    fn never_panics(text in "(cron|rate)?\\(?[0-9A-Z*?/#,\\- ]{0,24}\\)?", zone in "[A-Za-z/]{0,12}") {
        let _ = Schedule::parse(Some(&text), Some(&zone));
        if let Ok(schedule) = Schedule::parse(Some(&text), None) {
            let now = at("2026-11-22T07:00:00Z");
            let _ = (schedule.largest_gap(now), schedule.next_after(now), schedule.previous_before(now));
        }
    }
}
