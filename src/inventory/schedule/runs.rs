//! A schedule, its runs, and the gaps between them.

#[cfg(test)]
mod tests;

use super::error::ScheduleError;
use super::syntax::{self, YEARS};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use croner::{CronPattern, Weekday, parser::CronParser};

/// The schedule that AWS Backup uses if a rule has none.
pub const DEFAULT: &str = "cron(0 5 ? * * *)";

/// How many years ahead gaps are searched. The calendar repeats every 28 years, and after 40 across a century without leap day.
const HORIZON_YEARS: i32 = 40;

/// How many spans of runs `shortest_span` compares.
const SPANS: usize = 100;

/// A schedule. Parsing takes microseconds, [`Schedule::largest_gap`] up to some milliseconds, so protection keeps the result for equal
/// expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// Runs at this interval in seconds, from an unknown start.
    Interval(i64),
    Cron(Box<Cron>),
}

/// The matching days, and the local times of the runs, the same on each day.
#[derive(Clone, Debug, PartialEq)]
struct Cron {
    days: CronPattern,
    /// Minutes after local midnight, ascending, never empty.
    minutes: Vec<u32>,
    zone: Tz,
}

impl Schedule {
    /// Parses an AWS Backup or DLM schedule; no expression means [`DEFAULT`], no time zone means UTC.
    pub fn parse(expression: Option<&str>, timezone: Option<&str>) -> Result<Schedule, ScheduleError> {
        let zone = match timezone {
            None => Tz::UTC,
            Some(name) => name.parse().map_err(|_| ScheduleError::TimeZone(name.to_string()))?,
        };
        let text = expression.unwrap_or(DEFAULT).trim();
        if let Some(rate) = syntax::arguments(text, "rate") {
            let seconds = syntax::rate_seconds(rate).ok_or_else(|| ScheduleError::Expression(text.to_string()))?;
            return Schedule::interval(seconds);
        }
        // The AWS Backup API reference has examples without `cron(…)` around the fields.
        let fields = syntax::arguments(text, "cron").unwrap_or(text);
        let days = CronParser::new().parse(&syntax::croner_text(fields)?).map_err(|_| ScheduleError::Expression(text.to_string()))?.pattern;
        let hours = days.hours.values();
        let minutes: Vec<u32> = hours
            .iter()
            .flat_map(|hour| days.minutes.values().into_iter().map(move |minute| u32::from(*hour) * 60 + u32::from(minute)))
            .collect();
        if minutes.is_empty() {
            return Err(ScheduleError::Expression(text.to_string()));
        }
        Ok(Schedule(Kind::Cron(Box::new(Cron { days, minutes, zone }))))
    }

    /// A schedule that runs at an interval in seconds, such as a DLM interval. Its start is unknown.
    pub fn interval(seconds: i64) -> Result<Schedule, ScheduleError> {
        if seconds > 0 && TimeDelta::try_seconds(seconds).is_some() {
            Ok(Schedule(Kind::Interval(seconds)))
        } else {
            Err(ScheduleError::Expression(format!("every {seconds} seconds")))
        }
    }

    /// The longest time in seconds between two consecutive runs, of the runs at or after `from`. `None` if the schedule never runs again,
    /// or only once. For a cron schedule, this checks the 40 years after its next run, day by day.
    pub fn largest_gap(&self, from: DateTime<Utc>) -> Option<i64> {
        match &self.0 {
            Kind::Interval(seconds) => Some(*seconds),
            Kind::Cron(cron) => {
                let first = cron.local_date(cron.first_from(from)?);
                let until = NaiveDate::from_ymd_opt(first.year() + HORIZON_YEARS, 12, 31)?;
                cron.largest_gap(from, until)
            }
        }
    }

    /// The shortest time in seconds from a run to the run `count` runs later, among the last runs up to `t`: it checks somewhat more than
    /// `count` runs. `None` if there are too few runs.
    pub fn shortest_span(&self, count: i64, t: DateTime<Utc>) -> Option<i64> {
        if let Kind::Interval(seconds) = &self.0 {
            return seconds.checked_mul(count);
        }
        let count = usize::try_from(count).ok()?;
        let before = |run: &DateTime<Utc>| self.previous_before(run.checked_sub_signed(TimeDelta::nanoseconds(1))?);
        let runs: Vec<DateTime<Utc>> = std::iter::successors(self.previous_before(t), before).take(count.checked_add(SPANS)?).collect();
        runs.iter().zip(runs.iter().skip(count)).map(|(late, early)| (*late - *early).num_seconds()).min()
    }

    /// The first run after `t`. For an interval, whose start is unknown: `t` plus the interval, the latest possible moment.
    pub fn next_after(&self, t: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.0 {
            Kind::Interval(seconds) => t.checked_add_signed(TimeDelta::try_seconds(*seconds)?),
            Kind::Cron(cron) => cron.first_from(t.checked_add_signed(TimeDelta::nanoseconds(1))?),
        }
    }

    /// The last run at or before `t`. For an interval: `t` minus the interval, the earliest possible moment.
    pub fn previous_before(&self, t: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.0 {
            Kind::Interval(seconds) => t.checked_sub_signed(TimeDelta::try_seconds(*seconds)?),
            Kind::Cron(cron) => cron.last_until(t),
        }
    }
}

impl Cron {
    /// Whether the schedule runs on a local date.
    fn is_day(&self, date: NaiveDate) -> bool {
        let weekday = Weekday::from_days_from_sunday(date.weekday().num_days_from_sunday());
        let matches = || {
            Ok::<bool, croner::errors::CronError>(
                self.days.month_match(date.month())?
                    && self.days.year_match(date.year())?
                    && self.days.day_match(date.year(), date.month(), date.day(), weekday)?,
            )
        };
        YEARS.contains(&date.year()) && matches().unwrap_or(false)
    }

    /// The moment of a run; `None` when the local time does not exist on that date.
    fn moment(&self, date: NaiveDate, minute: u32) -> Option<DateTime<Utc>> {
        let local = date.and_hms_opt(minute / 60, minute % 60, 0)?;
        let run = self.zone.from_local_datetime(&local).earliest()?;
        Some(run.with_timezone(&Utc))
    }

    /// The moments of a date's runs. If each local time occurs only once, they are in order.
    fn moments(&self, date: NaiveDate) -> impl DoubleEndedIterator<Item = DateTime<Utc>> {
        self.minutes.iter().filter_map(move |minute| self.moment(date, *minute))
    }

    /// The local date. A moment outside the years of cron expressions moves to the nearest of these years.
    fn local_date(&self, t: DateTime<Utc>) -> NaiveDate {
        let at_new_year = |year| Utc.with_ymd_and_hms(year, 1, 2, 0, 0, 0).single();
        let low = at_new_year(*YEARS.start()).unwrap_or(t);
        let high = at_new_year(YEARS.end() + 1).unwrap_or(t);
        t.max(low).min(high).with_timezone(&self.zone).date_naive()
    }

    /// The first run at or after `t`.
    fn first_from(&self, t: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.local_date(t)
            .iter_days()
            .take_while(|date| date.year() <= *YEARS.end())
            .filter(|date| self.is_day(*date))
            .find_map(|date| self.moments(date).find(|run| *run >= t))
    }

    /// The last run at or before `t`.
    fn last_until(&self, t: DateTime<Utc>) -> Option<DateTime<Utc>> {
        std::iter::successors(Some(self.local_date(t)), NaiveDate::pred_opt)
            .take_while(|date| date.year() >= *YEARS.start())
            .filter(|date| self.is_day(*date))
            .find_map(|date| self.moments(date).rev().find(|run| *run <= t))
    }

    /// The longest gap between the runs from `from` to the end of the date `until`. A day without a clock change needs two conversions,
    /// however many runs it has, because the gaps within it are the same as on any other such day.
    fn largest_gap(&self, from: DateTime<Utc>, until: NaiveDate) -> Option<i64> {
        let (first_minute, last_minute) = (self.minutes.first()?, self.minutes.last()?);
        let span = TimeDelta::minutes(i64::from(last_minute - first_minute));
        let inner = self.minutes.windows(2).map(|pair| i64::from(pair[1] - pair[0]) * 60).max();
        let mut previous: Option<DateTime<Utc>> = None;
        let mut largest: Option<i64> = None;
        let mut follow = |run: DateTime<Utc>| {
            let gap = previous.map(|previous| (run - previous).num_seconds());
            previous = Some(run);
            gap
        };
        let days = self
            .local_date(from)
            .iter_days()
            .take_while(|date| *date <= until && date.year() <= *YEARS.end())
            .filter(|date| self.is_day(*date));
        for date in days {
            match (self.moment(date, *first_minute), self.moment(date, *last_minute)) {
                (Some(first), Some(last)) if first >= from && last - first == span => {
                    largest = largest.max(follow(first)).max(inner);
                    follow(last);
                }
                _ => {
                    for run in self.moments(date).filter(|run| *run >= from) {
                        largest = largest.max(follow(run));
                    }
                }
            }
        }
        largest
    }
}
