//! From an objective to a backup plan: how often, how long, where to, and how often it is tested.

use crate::rules::objective::Objective;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// What a run may take until its backup exists: the start window of an hour, and an hour for the job. The age of the newest backup reaches
/// the interval and this before the next one is there.
const RUN: i64 = 2 * HOUR;

/// Schedules, the rarest first: hours between runs, and the expression.
const SCHEDULES: [(i64, &str); 7] = [
    (24, "cron(0 5 ? * * *)"),
    (12, "cron(0 5,17 ? * * *)"),
    (8, "cron(0 5,13,21 ? * * *)"),
    (6, "cron(0 5,11,17,23 ? * * *)"),
    (4, "cron(0 1/4 ? * * *)"),
    (3, "cron(0 2/3 ? * * *)"),
    (1, "cron(0 * ? * * *)"),
];

/// Days of continuous backup that AWS Backup keeps at most ("Point-in-time recovery" in the developer guide).
const CONTINUOUS_DAYS: i64 = 35;

/// How a plan runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    pub schedule: &'static str,
    pub completion_minutes: i64,
    pub retention_days: i64,
    pub continuous_days: Option<i64>,
}

/// The timing that keeps an objective. `least_hours` and `least_days` are what the rules of plans ask for.
pub fn timing(objective: &Objective, least_hours: i64, least_days: i64) -> Timing {
    let allowed = objective.rpo_seconds.map_or(DAY, |rpo| (rpo - RUN).min(DAY)).min(least_hours * HOUR);
    let fits = SCHEDULES.iter().find(|(hours, _)| hours * HOUR <= allowed);
    // The last schedule is the most that AWS Backup does; below, only continuous backups help.
    let (hours, schedule) = fits.copied().unwrap_or((1, SCHEDULES[SCHEDULES.len() - 1].1));
    let retention_days = objective.retention_seconds.map_or(0, days).max(least_days).max(1);
    Timing {
        schedule,
        // Both windows end before the next run, where that is possible: AWS asks for an hour of each at least.
        completion_minutes: ((hours - 1) * 60).clamp(120, 720),
        retention_days,
        continuous_days: fits.is_none().then_some(retention_days.min(CONTINUOUS_DAYS)),
    }
}

/// Whole days, rounded up.
fn days(seconds: i64) -> i64 {
    seconds.max(0).saturating_add(DAY - 1) / DAY
}

/// The schedule of restore tests: the rarest that is often enough.
pub fn tests(objective: &Objective) -> Option<&'static str> {
    let every = objective.restore_test_every_seconds?;
    Some(match every / DAY {
        // The longest quarter, the longest month.
        92.. => "cron(0 6 1 1,4,7,10 ? *)",
        31.. => "cron(0 6 1 * ? *)",
        7.. => "cron(0 6 ? * SUN *)",
        _ => "cron(0 6 ? * * *)",
    })
}

/// A name for tags, plans and selections: small letters, digits and hyphens, short enough for all of AWS's limits.
pub fn slug(name: Option<&str>) -> String {
    let mut slug = String::new();
    for character in name.unwrap_or("standard").chars() {
        match character.to_ascii_lowercase() {
            letter if letter.is_ascii_alphanumeric() => slug.push(letter),
            _ if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
            _ => {}
        }
        if slug.len() >= 24 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "standard".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Objective, slug, tests, timing};
    use crate::inventory::schedule::Schedule;
    use chrono::DateTime;

    fn owing(rpo_hours: Option<i64>, test_days: Option<i64>) -> Objective {
        Objective {
            rpo_seconds: rpo_hours.map(|hours| hours * 3_600),
            restore_test_every_seconds: test_days.map(|days| days * 86_400),
            ..Objective::default()
        }
    }

    #[test]
    fn a_plan_runs_often_enough_for_its_rpo() {
        for hours in 3..400 {
            let timing = timing(&owing(Some(hours), None), 24, 35);
            let schedule = Schedule::parse(Some(timing.schedule), None).expect("a schedule");
            let gap = schedule.largest_gap(DateTime::UNIX_EPOCH).expect("a gap");
            assert!(gap + 2 * 3_600 <= hours * 3_600, "{hours} h: {}", timing.schedule);
            assert!(gap <= 86_400 && timing.continuous_days.is_none());
            assert!(gap < 3 * 3_600 || 60 + timing.completion_minutes <= gap / 60, "windows end before the next run");
        }
        assert_eq!(timing(&owing(None, None), 24, 35).schedule, "cron(0 5 ? * * *)");
        assert_eq!(timing(&owing(Some(1), None), 24, 35).continuous_days, Some(35), "no snapshot is that recent");
        assert_eq!(timing(&owing(None, None), 6, 7).schedule, "cron(0 5,11,17,23 ? * * *)", "the policy's rule asks for more");
    }

    #[test]
    fn backups_are_kept_and_tested_for_as_long_and_as_often_as_asked() {
        let kept = |seconds| timing(&Objective { retention_seconds: Some(seconds), ..Objective::default() }, 24, 7).retention_days;
        assert_eq!([kept(3_600), kept(86_400 * 30), kept(86_400 * 30 + 1), kept(i64::MAX)], [7, 30, 31, i64::MAX / 86_400]);
        for days in 1..500 {
            let schedule = tests(&owing(None, Some(days))).expect("a schedule");
            let gap = Schedule::parse(Some(schedule), None).expect("a schedule").largest_gap(DateTime::UNIX_EPOCH).expect("a gap");
            assert!(gap <= days * 86_400, "{days}: {schedule}");
        }
        assert_eq!(tests(&owing(None, None)), None);
    }

    #[test]
    fn names_fit_into_the_limits_of_aws() {
        assert_eq!(slug(Some("Gold tier / EU")), "gold-tier-eu");
        assert_eq!([slug(None), slug(Some("")), slug(Some("日本"))], ["standard"; 3].map(str::to_owned));
        assert!(slug(Some(&"x-".repeat(99))).len() <= 24);
    }
}
