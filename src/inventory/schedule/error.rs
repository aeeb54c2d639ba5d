//! Why an expression is not a schedule.

use std::fmt;

/// Why an expression is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleError {
    /// Neither `cron(…)` with six fields nor `rate(…)`.
    Expression(String),
    /// A field of a cron expression, with its text.
    Field(&'static str, String),
    /// Day of month and day of week are both restricted, which AWS does not accept.
    BothDays(String),
    /// The name is not in the IANA time zone database.
    TimeZone(String),
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expression(text) => write!(f, "'{text}' is neither cron(…) with six fields nor rate(…)"),
            Self::Field(field, text) => write!(f, "'{text}' is no {field} of a cron expression"),
            Self::BothDays(text) => write!(f, "'{text}' restricts day of month and day of week; one must be ?"),
            Self::TimeZone(name) => write!(f, "'{name}' is no IANA time zone"),
        }
    }
}

impl std::error::Error for ScheduleError {}
