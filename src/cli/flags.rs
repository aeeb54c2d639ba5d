//! Parses the values of flags.

use crate::inventory::is_writable;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// A time, or a date, which stands for its start in UTC.
pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let wrong = |why: &dyn std::fmt::Display| format!("write it as 2026-11-22 or 2026-11-22T07:00:00Z ({why})");
    let moment = match text.parse::<NaiveDate>() {
        Ok(date) => date.and_time(NaiveTime::MIN).and_utc(),
        Err(_) => DateTime::parse_from_rfc3339(text).map_err(|error| wrong(&error))?.to_utc(),
    };
    if is_writable(&moment) { Ok(moment) } else { Err(wrong(&"the year is out of range")) }
}

/// `KEY=VALUE`.
pub fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_are_dates_or_times() {
        assert_eq!(moment("2026-11-22").map(|at| at.to_rfc3339()), Ok("2026-11-22T00:00:00+00:00".to_owned()));
        assert_eq!(moment("2026-11-22T09:00:00+02:00").map(|at| at.to_rfc3339()), Ok("2026-11-22T07:00:00+00:00".to_owned()));
        for wrong in ["22.11.2026", "2026-13-01", "+262142-12-31", "-0001-01-01", "yesterday", ""] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
