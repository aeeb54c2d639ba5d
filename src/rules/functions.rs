//! The functions that rules and policies may call besides CEL's own, and how messages show values.

use super::extensions::cel_with_extensions;
use super::value::OpenMap;
use super::{budget, fact_paths};
use crate::inventory::figures::{human_duration, human_size};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString, CelTimestamp, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use std::sync::{Arc, OnceLock};

/// The functions to suggest for a misspelt name: rel9's own, and those of CEL that rules use.
pub(super) const NAMES: [&str; 36] = [
    "age",
    "all",
    "arn_account",
    "arn_region",
    "contains",
    "count",
    "days",
    "distinct",
    "duration",
    "endsWith",
    "exists",
    "exists_one",
    "filter",
    "flatten",
    "has",
    "hours",
    "human",
    "human_bytes",
    "indexOf",
    "int",
    "join",
    "lists.range",
    "lowerAscii",
    "map",
    "matches",
    "math.greatest",
    "math.least",
    "minutes",
    "replace",
    "size",
    "sort",
    "split",
    "startsWith",
    "string",
    "substring",
    "trim",
];

/// Returns its argument; fails when that is a map with unknown parts.
fn whole<'b, 'v>(mut args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let value = args.pop().ok_or_else(|| ExecutionError::function_error(fact_paths::WHOLE, "nothing to pass on"))?;
    match value.downcast_ref::<OpenMap>() {
        Some(open) => Err(open.is_not_whole()),
        None => Ok(value),
    }
}

/// CEL with its extensions and rel9's own functions.
pub(super) fn environment() -> &'static Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    // A declaration fails only on a name that is declared twice; a test shows that none is.
    ENVIRONMENT.get_or_init(|| Arc::new(all_functions().unwrap_or_else(|_| Env::stdlib())))
}

fn all_functions() -> Result<Env, DeclarationError> {
    let mut env = cel_with_extensions()?;
    register(&mut env)?;
    Ok(env)
}

fn register(env: &mut Env) -> Result<(), DeclarationError> {
    fn minutes(n: &CelInt) -> CelInt {
        CelInt::from(n.inner().saturating_mul(60))
    }
    fn hours(n: &CelInt) -> CelInt {
        CelInt::from(n.inner().saturating_mul(3_600))
    }
    fn days(n: &CelInt) -> CelInt {
        CelInt::from(n.inner().saturating_mul(86_400))
    }
    fn age(time: &CelTimestamp, now: &CelTimestamp) -> CelInt {
        CelInt::from((*now.inner() - *time.inner()).num_seconds())
    }
    fn human(seconds: &CelInt) -> CelString<'static> {
        CelString::from(human_duration(*seconds.inner()))
    }
    fn human_never(_: &CelNull) -> CelString<'static> {
        CelString::from("never".to_owned())
    }
    fn human_bytes(size: &CelInt) -> CelString<'static> {
        CelString::from(human_size(*size.inner()))
    }
    fn human_bytes_unknown(_: &CelNull) -> CelString<'static> {
        CelString::from("unknown size".to_owned())
    }
    fn count(n: &CelInt, noun: &CelString) -> CelString<'static> {
        let plural = if *n.inner() == 1 { "" } else { "s" };
        CelString::from(format!("{} {}{plural}", n.inner(), noun.inner()))
    }
    fn arn_region(arn: &CelString) -> CelString<'static> {
        CelString::from(crate::inventory::arn::region(arn.inner()).to_owned())
    }
    fn arn_account(arn: &CelString) -> CelString<'static> {
        CelString::from(crate::inventory::arn::account(arn.inner()).to_owned())
    }
    fn windows_overlap(backup: &CelString, maintenance: &CelString) -> CelBool {
        CelBool::from(do_windows_overlap(backup.inner(), maintenance.inner()))
    }
    budget::register(env)?;
    env.add_overload(fact_paths::WHOLE, fact_paths::WHOLE, vec![DYN_TYPE], whole)?;
    cel::add_overload!(env, fn minutes: (CelInt) -> CelInt)?;
    cel::add_overload!(env, fn hours: (CelInt) -> CelInt)?;
    cel::add_overload!(env, fn days: (CelInt) -> CelInt)?;
    cel::add_overload!(env, fn age: (CelTimestamp, CelTimestamp) -> CelInt)?;
    cel::add_overload!(env, fn human: (CelInt) -> CelString)?;
    cel::add_overload!(env, fn human_never: (CelNull) -> CelString, name = "human", id = "human_null")?;
    cel::add_overload!(env, fn human_bytes: (CelInt) -> CelString, name = "human_bytes")?;
    cel::add_overload!(env, fn human_bytes_unknown: (CelNull) -> CelString, name = "human_bytes", id = "human_bytes_null")?;
    cel::add_overload!(env, fn count: (CelInt, CelString) -> CelString)?;
    cel::add_overload!(env, fn arn_region: (CelString) -> CelString, name = "arn_region")?;
    cel::add_overload!(env, fn arn_account: (CelString) -> CelString, name = "arn_account")?;
    cel::add_overload!(env, fn windows_overlap: (CelString, CelString) -> CelBool, name = "windows_overlap")?;
    Ok(())
}

/// Whether a daily backup window (`hh24:mi-hh24:mi`) and a weekly maintenance window (`ddd:hh24:mi-ddd:hh24:mi`) share a minute. Texts in
/// any other form share none: RDS rejects them.
fn do_windows_overlap(backup: &str, maintenance: &str) -> bool {
    const DAY: i64 = 24 * 60;
    let (Some((backup_start, backup_end)), Some((start, end))) = (window(backup), window(maintenance)) else { return false };
    let backup_length = (backup_end - backup_start).rem_euclid(DAY);
    let length = (end - start).rem_euclid(7 * DAY);
    // The backup runs every day, so only the time of day at which maintenance begins matters.
    let from_backup = (start - backup_start).rem_euclid(DAY);
    from_backup < backup_length || DAY - from_backup < length
}

/// Both ends in minutes since Sunday, or since midnight where no day is named.
fn window(text: &str) -> Option<(i64, i64)> {
    let minutes = |text: &str| -> Option<i64> {
        let parts: Vec<&str> = text.trim().split(':').collect();
        let (day, hour, minute) = match parts[..] {
            [hour, minute] => (0, hour, minute),
            [day, hour, minute] => {
                let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
                (days.iter().position(|name| day.eq_ignore_ascii_case(name))? as i64, hour, minute)
            }
            _ => return None,
        };
        Some((day * 24 + i64::from(hour.parse::<u8>().ok()?)) * 60 + i64::from(minute.parse::<u8>().ok()?))
    };
    let (start, end) = text.split_once('-')?;
    Some((minutes(start)?, minutes(end)?))
}

/// A value as shell commands and their words: a list is several words, a list of lists several commands; `None` for null.
pub(super) fn words(value: &dyn Val) -> Option<Vec<Vec<String>>> {
    let Some(list) = value.downcast_ref::<CelList>() else {
        return value.downcast_ref::<CelNull>().is_none().then(|| vec![vec![display(value)]]);
    };
    let texts = |list: &CelList| list.inner().iter().map(|item| display(item.as_ref())).collect();
    let inner: Option<Vec<&CelList>> = list.inner().iter().map(|item| item.downcast_ref::<CelList>()).collect();
    Some(inner.map_or_else(|| vec![texts(list)], |lists| lists.into_iter().map(texts).collect()))
}

/// A value as it stands in a message.
pub(super) fn display(value: &dyn Val) -> String {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return text.inner().to_owned();
    }
    if let Some(number) = value.downcast_ref::<CelInt>() {
        return number.inner().to_string();
    }
    if let Some(number) = value.downcast_ref::<CelDouble>() {
        return number.inner().to_string();
    }
    if let Some(truth) = value.downcast_ref::<CelBool>() {
        return truth.inner().to_string();
    }
    if let Some(time) = value.downcast_ref::<CelTimestamp>() {
        return time.inner().with_timezone(&chrono::Utc).format("%Y-%m-%d %H:%M UTC").to_string();
    }
    if value.downcast_ref::<CelNull>().is_some() {
        return "none".to_owned();
    }
    if let Some(list) = value.downcast_ref::<CelList>() {
        let items: Vec<String> = list.inner().iter().map(|item| display(item.as_ref())).collect();
        return items.join(", ");
    }
    format!("({})", value.get_type().name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_declared_once() {
        assert_eq!(all_functions().map(drop), Ok(()));
    }

    #[test]
    fn every_function_that_is_suggested_exists() {
        let calls = NAMES.map(|name| match name {
            // Macros: what they expand to is not called by their name.
            "all" | "exists" | "exists_one" | "filter" | "map" => format!("[1].{name}(x, x == 1)"),
            "has" => "has(resource.id)".to_owned(),
            "contains" | "endsWith" | "indexOf" | "lowerAscii" | "matches" | "replace" | "split" | "startsWith" | "substring" | "trim" => {
                format!("''.{name}()")
            }
            "distinct" | "flatten" | "join" | "sort" => format!("[].{name}()"),
            _ => format!("{name}(1)"),
        });
        for call in calls {
            let expression = super::super::expr::Expression::compile(&call).expect("an expression");
            assert_eq!(expression.unknown_functions(), Vec::<String>::new(), "{call}");
        }
    }
}
