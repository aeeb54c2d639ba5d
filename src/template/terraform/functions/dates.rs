//! Literal times: `formatdate`, `timeadd`, `timecmp`. Functions that read the clock are not evaluated.

use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat, TimeDelta, Timelike};

use super::{Arguments, Fault, Outcome, refuse};
use crate::template::declaration::Value;
use crate::template::terraform::value::text;

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    match name {
        "timeadd" => {
            let time = time(&arguments.scalar(0)?)?;
            let Some(later) = duration(&arguments.scalar(1)?).and_then(|by| time.checked_add_signed(by)) else {
                return refuse("the second argument is not a duration");
            };
            Ok(text(later.to_rfc3339_opts(SecondsFormat::Secs, true)))
        }
        "timecmp" => {
            let (one, other) = (time(&arguments.scalar(0)?)?, time(&arguments.scalar(1)?)?);
            Ok(Value::Number((one.cmp(&other) as i64).into()))
        }
        _ => Ok(text(formatted(&arguments.scalar(0)?, &time(&arguments.scalar(1)?)?)?)),
    }
}

fn time(of: &str) -> Result<DateTime<FixedOffset>, Fault> {
    match DateTime::parse_from_rfc3339(of) {
        Ok(time) if of.as_bytes().get(10) == Some(&b'T') => Ok(time),
        _ => refuse("it is not an RFC 3339 time"),
    }
}

/// Go's durations: `-1.5h`, `1h15m30s`, `300ms`. <https://pkg.go.dev/time#ParseDuration>
fn duration(of: &str) -> Option<TimeDelta> {
    let (sign, mut rest) = match of.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, of.strip_prefix('+').unwrap_or(of)),
    };
    if rest == "0" {
        return Some(TimeDelta::zero());
    }
    let mut nanoseconds = 0.0_f64;
    while !rest.is_empty() || nanoseconds == 0.0 {
        let (number, behind) = rest.split_at(rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?);
        let (unit, behind) = behind.split_at(behind.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(behind.len()));
        let each = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        nanoseconds += number.parse::<f64>().ok()? * each;
        rest = behind;
        if rest.is_empty() {
            break;
        }
    }
    (nanoseconds < 9e18).then(|| TimeDelta::nanoseconds((sign * nanoseconds) as i64))
}

/// The verbs: <https://developer.hashicorp.com/terraform/language/functions/formatdate#specification-syntax>.
fn formatted(specification: &str, time: &DateTime<FixedOffset>) -> Result<String, Fault> {
    let mut made = String::new();
    let mut rest = specification;
    while let Some(letter) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix('\'') {
            let (literal, behind) = quoted(behind)?;
            made.push_str(&literal);
            rest = behind;
            continue;
        }
        let end = rest.find(|other| other != letter).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        match verb(run, time) {
            Some(shown) => made.push_str(&shown),
            None if letter.is_ascii_alphabetic() => return refuse(format!("{run} is not a verb of a time format")),
            None => made.push_str(run),
        }
        rest = behind;
    }
    Ok(made)
}

/// A quoted literal, in which two quotes stand for one.
fn quoted(mut rest: &str) -> Result<(String, &str), Fault> {
    let mut literal = String::new();
    while let Some((before, behind)) = rest.split_once('\'') {
        literal.push_str(before);
        match behind.strip_prefix('\'') {
            Some(behind) => {
                literal.push('\'');
                rest = behind;
            }
            None => return Ok((literal, behind)),
        }
    }
    refuse("a literal without its closing quote")
}

fn verb(run: &str, time: &DateTime<FixedOffset>) -> Option<String> {
    let twelve = time.hour12().1;
    let offset = time.offset().local_minus_utc();
    let zone = |between: &str| {
        let (sign, of) = (if offset < 0 { '-' } else { '+' }, offset.abs());
        format!("{sign}{:02}{between}{:02}", of / 3600, of / 60 % 60)
    };
    Some(match run {
        "YYYY" => format!("{:04}", time.year()),
        "YY" => format!("{:02}", time.year().rem_euclid(100)),
        "MMMM" => time.format("%B").to_string(),
        "MMM" => time.format("%b").to_string(),
        "MM" => format!("{:02}", time.month()),
        "M" => time.month().to_string(),
        "DD" => format!("{:02}", time.day()),
        "D" => time.day().to_string(),
        "EEEE" => time.format("%A").to_string(),
        "EEE" => time.format("%a").to_string(),
        "hh" => format!("{:02}", time.hour()),
        "h" => time.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => if time.hour12().0 { "PM" } else { "AM" }.to_string(),
        "aa" => if time.hour12().0 { "pm" } else { "am" }.to_string(),
        "mm" => format!("{:02}", time.minute()),
        "m" => time.minute().to_string(),
        "ss" => format!("{:02}", time.second()),
        "s" => time.second().to_string(),
        "ZZZZZ" => zone(":"),
        "ZZZZ" => zone(""),
        "ZZZ" if offset == 0 => "UTC".to_string(),
        "ZZZ" => zone(""),
        "Z" if offset == 0 => "Z".to_string(),
        "Z" => zone(":"),
        _ => return None,
    })
}
