//! The snapshot schedules of Amazon Redshift: rates, and cron expressions of three fields that repeat every week. Pure arithmetic on time.
//!
//! `CreateSnapshotSchedule` in the Amazon Redshift API reference: "The definition is made up of schedule expressions, for example
//! "cron(30 12 *)" or "rate(12 hours)"", that is minutes, hours, days of the week. A schedule with several definitions runs at the times of each.

use super::syntax::{self, Weekdays};

const WEEK_SECONDS: i64 = 7 * 86_400;

/// The longest time in seconds between two runs of a schedule with these definitions. `None` without a definition, or if one of them cannot be
/// understood.
pub fn largest_gap(definitions: &[String]) -> Option<i64> {
    // The API reference does not say whether the numbers of days begin with 0 or 1: the longer gap counts.
    [Weekdays::FromZero, Weekdays::FromOne].into_iter().filter_map(|weekdays| gap_with(definitions, weekdays)).max()
}

fn gap_with(definitions: &[String], weekdays: Weekdays) -> Option<i64> {
    let (mut shortest_rate, mut minutes) = (None, Vec::new());
    for definition in definitions {
        let definition = definition.trim();
        if let Some(rate) = syntax::arguments(definition, "rate") {
            let seconds = syntax::rate_seconds(rate).filter(|seconds| *seconds > 0)?;
            shortest_rate = Some(shortest_rate.map_or(seconds, |shortest: i64| shortest.min(seconds)));
        } else {
            minutes.extend(syntax::minutes_of_week(syntax::arguments(definition, "cron")?, weekdays)?);
        }
    }
    minutes.sort_unstable();
    let next_week = minutes.first().map(|first| i64::from(*first) * 60 + WEEK_SECONDS);
    let runs: Vec<i64> = minutes.iter().map(|minute| i64::from(*minute) * 60).chain(next_week).collect();
    let largest = runs.windows(2).map(|pair| pair[1] - pair[0]).max();
    [shortest_rate, largest].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn gap(definitions: &[&str]) -> Option<i64> {
        largest_gap(&definitions.iter().map(|definition| (*definition).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn rates_and_daily_times() {
        assert_eq!(gap(&["rate(12 hours)"]), Some(12 * HOUR));
        assert_eq!(gap(&["rate(1 day)"]), Some(24 * HOUR));
        assert_eq!(gap(&["cron(30 12 *)"]), Some(24 * HOUR));
        assert_eq!(gap(&["cron(0 0,6,20 *)"]), Some(14 * HOUR));
        assert_eq!(gap(&["cron(0 */4 *)"]), Some(4 * HOUR));
        assert_eq!(gap(&["cron(15 2/8 *)"]), Some(8 * HOUR));
    }

    /// The definitions together make the runs: each of these alone leaves almost a week.
    #[test]
    fn several_definitions_run_together() {
        assert_eq!(gap(&["cron(0 22 MON-FRI)"]), Some(72 * HOUR));
        assert_eq!(gap(&["cron(0 22 MON-FRI)", "cron(0 10 SAT,SUN)"]), Some(36 * HOUR));
        assert_eq!(gap(&["cron(0 0 SUN)", "cron(0 0 MON-SAT)"]), Some(24 * HOUR));
        assert_eq!(gap(&["cron(0 0 SAT)", "rate(6 hours)"]), Some(6 * HOUR));
        assert_eq!(gap(&["cron(0 0 SUN)"]), Some(WEEK_SECONDS));
    }

    #[test]
    fn days_may_be_numbers_from_0_or_from_1() {
        assert_eq!(gap(&["cron(0 0 0)"]), Some(WEEK_SECONDS));
        assert_eq!(gap(&["cron(0 0 7)"]), Some(WEEK_SECONDS));
        assert_eq!(gap(&["cron(0 0 1-5)"]), Some(72 * HOUR));
        // With names, the numbers may be those of other days.
        assert_eq!(gap(&["cron(0 0 MON)", "cron(0 0 3)"]), Some(144 * HOUR));
    }

    #[test]
    fn what_cannot_be_understood_has_no_gap() {
        for definitions in [
            &[][..],
            &["rate(0 hours)"],
            &["rate(12)"],
            &["cron(0 5 ? * * *)"],
            &["cron(0 24 *)"],
            &["at(2026)"],
            &["rate(12 hours)", "daily"],
        ] {
            assert_eq!(gap(definitions), None, "{definitions:?}");
        }
    }
}
