//! Translates the syntax of AWS schedules to plain lists of numbers, which `croner` reads without ambiguity.
//!
//! AWS cron is that of the Quartz scheduler without seconds: days of the week count from SUN=1, `a/b` starts at `a`, ranges may
//! wrap (`FRI-MON`), `L` as a day of the week is Saturday, `6L` is the last Friday of the month.

use super::error::ScheduleError;

/// The years that AWS cron expressions can name.
pub const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;

/// The text between the brackets of `name(…)`.
pub fn arguments<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix(name)?.trim_start().strip_prefix('(')?.strip_suffix(')')
}

/// The seconds of a rate such as `12 hours`.
pub fn rate_seconds(text: &str) -> Option<i64> {
    let mut words = text.split_whitespace();
    let (count, unit) = (words.next()?, words.next()?);
    let seconds = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => return None,
    };
    match words.next() {
        Some(_) => None,
        None => i64::from(digits(count)?).checked_mul(seconds),
    }
}

/// The expression in `croner`'s form: with seconds, all ranges and steps as lists, SUN=0.
pub fn croner_text(fields: &str) -> Result<String, ScheduleError> {
    let upper = fields.to_ascii_uppercase();
    let parts: Vec<&str> = upper.split_whitespace().collect();
    let [minute, hour, day, month, weekday, year] = parts[..] else {
        return Err(ScheduleError::Expression(fields.to_string()));
    };
    let (day, weekday) = (DAY.list(day)?, WEEKDAY.list(weekday)?);
    if day != "*" && weekday != "*" {
        return Err(ScheduleError::BothDays(fields.to_string()));
    }
    let (minute, hour) = (MINUTE.list(minute)?, HOUR.list(hour)?);
    let (month, year) = (MONTH.list(month)?, YEAR.list(year)?);
    Ok(format!("0 {minute} {hour} {day} {month} {weekday} {year}"))
}

/// Which number Sunday has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weekdays {
    FromZero,
    FromOne,
}

/// The minutes after the beginning of the week at which three fields (minutes, hours, days of the week) run, the same every week.
pub fn minutes_of_week(fields: &str, weekdays: Weekdays) -> Option<Vec<u32>> {
    let upper = fields.to_ascii_uppercase();
    let parts: Vec<&str> = upper.split_whitespace().collect();
    let [minute, hour, weekday] = parts[..] else { return None };
    let field = match weekdays {
        Weekdays::FromZero => Field { min: 0, max: 6, offset: 0, ..WEEKDAY },
        Weekdays::FromOne => WEEKDAY,
    };
    let all = |field: &Field, text: &str| text.split(',').map(|part| field.values(part)).collect::<Option<Vec<_>>>();
    let (minutes, hours, days) = (all(&MINUTE, minute)?.concat(), all(&HOUR, hour)?.concat(), all(&field, weekday)?.concat());
    let of_hour = |day: u32, hour: u32| minutes.iter().map(move |minute| ((day - field.min) * 24 + hour) * 60 + minute);
    Some(days.iter().flat_map(|day| hours.iter().flat_map(move |hour| of_hour(*day, *hour))).collect())
}

/// A field of a cron expression.
struct Field {
    name: &'static str,
    min: u32,
    max: u32,
    /// The names of the values, starting at `min`.
    names: &'static [&'static str],
    /// By how much `croner`'s numbers are lower than those of AWS.
    offset: u32,
    /// Translates an item that is not a value, range or step to `croner`'s form.
    special: fn(&str) -> Option<String>,
}

const MINUTE: Field = Field { name: "minute", min: 0, max: 59, names: &[], offset: 0, special: |_| None };
const HOUR: Field = Field { name: "hour", max: 23, ..MINUTE };
const DAY: Field = Field { name: "day of month", min: 1, max: 31, special: special_day, ..MINUTE };
const MONTH: Field = Field {
    name: "month",
    min: 1,
    max: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    ..MINUTE
};
const WEEKDAY: Field = Field {
    name: "day of week",
    min: 1,
    max: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    offset: 1,
    special: special_weekday,
};
const YEAR: Field = Field { name: "year", min: YEARS.start().unsigned_abs(), max: YEARS.end().unsigned_abs(), ..MINUTE };

/// `L`, `LW` and `15W`.
fn special_day(text: &str) -> Option<String> {
    match text {
        "L" | "LW" => Some(text.to_string()),
        _ => {
            let day = DAY.value(text.strip_suffix('W')?)?;
            Some(format!("{day}W"))
        }
    }
}

/// `L`, `6L`, `FRIL` and `FRI#2`.
fn special_weekday(text: &str) -> Option<String> {
    if text == "L" {
        return Some("6".to_string());
    }
    if let Some(day) = text.strip_suffix('L') {
        return Some(format!("{}#L", WEEKDAY.value(day)? - 1));
    }
    let (day, occurrence) = text.split_once('#')?;
    let occurrence = digits(occurrence).filter(|n| (1..=5).contains(n))?;
    Some(format!("{}#{occurrence}", WEEKDAY.value(day)? - 1))
}

/// A number that consists of digits only: no sign, no blanks.
fn digits(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

impl Field {
    /// The field in `croner`'s form; `*` if it restricts nothing.
    fn list(&self, text: &str) -> Result<String, ScheduleError> {
        let wrong = || ScheduleError::Field(self.name, text.to_string());
        let is_day = self.name == DAY.name || self.name == WEEKDAY.name;
        if text == "*" || (text == "?" && is_day) {
            return Ok("*".to_string());
        }
        let mut list: Vec<String> = Vec::new();
        for part in text.split(',') {
            match self.values(part) {
                Some(values) => list.extend(values.iter().map(|value| (value - self.offset).to_string())),
                None => list.push((self.special)(part).ok_or_else(wrong)?),
            }
        }
        // `croner` would read the two together as `LW`.
        if list.iter().any(|item| item == "L") && list.iter().any(|item| item == "LW") {
            return Err(wrong());
        }
        Ok(list.join(","))
    }

    /// The values of `*`, `a`, `a-b`, `a/s`, `a-b/s`, `*/s` and `/s`. Ranges other than of years may wrap, as in Quartz.
    fn values(&self, part: &str) -> Option<Vec<u32>> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(digits(step).filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            None if range == "*" || (range.is_empty() && step.is_some()) => (self.min, self.max),
            None => {
                let value = self.value(range)?;
                (value, if step.is_some() { self.max } else { value })
            }
        };
        let count = self.max - self.min + 1;
        let last = match (last >= first, self.name == YEAR.name) {
            (true, _) => last,
            (false, true) => return None,
            (false, false) => last + count,
        };
        let step = usize::try_from(step.unwrap_or(1)).ok()?;
        Some((first..=last).step_by(step).map(|value| (value - self.min) % count + self.min).collect())
    }

    /// A number or name within the field's bounds.
    fn value(&self, text: &str) -> Option<u32> {
        let named = self.names.iter().zip(self.min..).find(|(name, _)| **name == text);
        match named {
            Some((_, value)) => Some(value),
            None => digits(text).filter(|value| (self.min..=self.max).contains(value)),
        }
    }
}
