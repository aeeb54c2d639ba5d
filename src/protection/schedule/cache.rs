//! Results for schedules, computed once for equal schedules: a gap is searched for decades ahead, and plans share few schedules.

use crate::inventory::schedule::Schedule;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

/// Maximum number of kept answers; the cache is cleared when it is full.
const MAXIMUM: usize = 4_096;

/// A question about a schedule at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    expression: Option<String>,
    timezone: Option<String>,
    as_of: DateTime<Utc>,
    /// `None` asks for the largest gap, `Some` for the shortest span of this number of runs.
    runs: Option<i64>,
}

impl Question {
    /// Computes the answer.
    fn work_out(&self) -> Option<i64> {
        let schedule = Schedule::parse(self.expression.as_deref(), self.timezone.as_deref()).ok()?;
        match self.runs {
            None => schedule.largest_gap(self.as_of),
            Some(count) => schedule.shortest_span(count, self.as_of),
        }
    }
}

/// Earlier answers, up to a maximum number.
struct Cache {
    maximum: usize,
    known: RwLock<HashMap<Question, Option<i64>>>,
}

impl Cache {
    fn new(maximum: usize) -> Cache {
        Cache { maximum, known: RwLock::default() }
    }

    /// The answer to a question, from the cache or computed.
    fn answer(&self, question: Question) -> Option<i64> {
        if let Some(answer) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return *answer;
        }
        let answer = question.work_out();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= self.maximum {
            known.clear();
        }
        known.insert(question, answer);
        answer
    }
}

/// The cache of this process.
fn cache() -> &'static Cache {
    static CACHE: OnceLock<Cache> = OnceLock::new();
    CACHE.get_or_init(|| Cache::new(MAXIMUM))
}

/// [`Schedule::largest_gap`]; `None` also if the schedule is invalid.
pub fn largest_gap(expression: Option<&str>, timezone: Option<&str>, as_of: DateTime<Utc>) -> Option<i64> {
    let (expression, timezone) = (expression.map(str::to_owned), timezone.map(str::to_owned));
    cache().answer(Question { expression, timezone, as_of, runs: None })
}

/// The largest gap of a schedule in local time; `None` if the schedule is invalid or never runs again.
pub fn wall_clock_gap(expression: Option<&str>, timezone: Option<&str>, as_of: DateTime<Utc>) -> Option<i64> {
    // An unknown time zone makes the schedule invalid.
    largest_gap(expression, timezone, as_of).and_then(|_| largest_gap(expression, None, as_of))
}

/// [`Schedule::shortest_span`] of a cron expression in UTC; `None` also if the expression is invalid.
pub fn shortest_span(cron: &str, count: i64, as_of: DateTime<Utc>) -> Option<i64> {
    cache().answer(Question { expression: Some(cron.to_owned()), timezone: None, as_of, runs: Some(count) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPRESSIONS: [Option<&str>; 10] = [
        None,
        Some("cron(0 5 ? * * *)"),
        Some("0/30 * ? * * *"),
        Some("cron(15 2 ? * SUN *)"),
        Some("cron(0 0 L * ? *)"),
        Some("cron(0 0 1 1 ? 2030)"),
        Some("cron(0 0 1 1 ? 1999)"),
        Some("rate(12 hours)"),
        Some("rate(0 days)"),
        Some("every now and then"),
    ];
    const TIMEZONES: [Option<&str>; 3] = [None, Some("Europe/Berlin"), Some("Middle/Earth")];
    const MOMENTS: [&str; 2] = ["2026-11-22T07:00:00Z", "2026-03-29T01:30:00Z"];
    const RUNS: [Option<i64>; 4] = [None, Some(1), Some(7), Some(-1)];

    fn questions() -> Vec<Question> {
        let mut all = Vec::new();
        for expression in EXPRESSIONS {
            for timezone in TIMEZONES {
                for moment in MOMENTS {
                    for runs in RUNS {
                        let as_of = moment.parse().unwrap();
                        all.push(Question {
                            expression: expression.map(str::to_owned),
                            timezone: timezone.map(str::to_owned),
                            as_of,
                            runs,
                        });
                    }
                }
            }
        }
        all
    }

    /// The answer without the cache.
    fn plain(question: &Question) -> Option<i64> {
        let schedule = Schedule::parse(question.expression.as_deref(), question.timezone.as_deref());
        schedule.ok().and_then(|schedule| match question.runs {
            Some(count) => schedule.shortest_span(count, question.as_of),
            None => schedule.largest_gap(question.as_of),
        })
    }

    #[test]
    fn the_cache_changes_no_answer() {
        let questions = questions();
        let expected: Vec<Option<i64>> = questions.iter().map(plain).collect();
        for maximum in [5, questions.len()] {
            let cache = Cache::new(maximum);
            for _ in 0..2 {
                for (question, answer) in questions.iter().zip(&expected) {
                    // The second answer comes from the cache, however few answers it keeps.
                    assert_eq!([cache.answer(question.clone()), cache.answer(question.clone())], [*answer; 2], "{question:?}");
                }
            }
        }
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = Cache::new(5);
        for question in questions() {
            cache.answer(question);
            assert!(cache.known.read().unwrap().len() <= 5);
        }
    }

    #[test]
    fn what_the_join_asks_is_what_a_schedule_answers() {
        for question in questions() {
            let (expression, timezone, as_of) = (question.expression.as_deref(), question.timezone.as_deref(), question.as_of);
            let gap = |timezone| Schedule::parse(expression, timezone).ok()?.largest_gap(as_of);
            assert_eq!(largest_gap(expression, timezone, as_of), gap(timezone), "{question:?}");
            let by_the_wall = gap(timezone).and_then(|_| gap(None));
            assert_eq!(wall_clock_gap(expression, timezone, as_of), by_the_wall, "{question:?}");
            if let (Some(cron), Some(count)) = (expression, question.runs) {
                let span = Schedule::parse(Some(cron), None).ok().and_then(|schedule| schedule.shortest_span(count, as_of));
                assert_eq!(shortest_span(cron, count, as_of), span, "{question:?}");
            }
        }
    }
}
