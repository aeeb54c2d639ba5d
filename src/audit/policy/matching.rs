//! The `match` of an entry of the policy file, and when an entry ends.

use crate::rules::engine::Subject;
use crate::rules::expr::{Expression, Outcome};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// The resources that an entry applies to.
#[derive(Debug)]
pub struct Match {
    pub expression: Expression,
    /// The policy file, as it was given.
    pub file: String,
    /// The line of the expression.
    pub line: u64,
}

impl Match {
    /// Whether it applies to a resource; `Err` has the reason why that is unknown.
    pub fn holds(&self, subject: &Subject) -> Result<bool, String> {
        match self.expression.truth(subject.scope()) {
            Outcome::Known(truth) => Ok(truth),
            // A tag or a property that the resource does not have.
            Outcome::Absent(_) => Ok(false),
            Outcome::Unknown(reason) => Err(reason),
            Outcome::Broken(error) => Err(format!("{}: whether it matches is unknown: {error}", self.place())),
        }
    }

    /// The line of the entry, such as `rel9.yaml:4`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// Whether it applies to every resource.
    pub fn is_everything(&self) -> bool {
        self.expression.source() == "true"
    }
}

/// The end of a day in UTC: dates include their whole day.
pub fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    date.and_time(last).and_utc()
}
