//! Functions on texts.

use super::{Arguments, Outcome, patterns, refuse};
use crate::template::declaration::Value;
use crate::template::terraform::value::{concat, text};

/// Maximum width of a column.
const WIDTH: usize = 4096;

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let of = || arguments.scalar(0);
    let pair = || Ok((arguments.scalar(0)?, arguments.scalar(1)?));
    Ok(match name {
        "join" => return join(arguments),
        "split" => {
            let (by, of) = pair()?;
            match by.is_empty() {
                true => arguments.texts(of.chars().map(String::from)),
                false => arguments.texts(of.split(&by).map(String::from)),
            }
        }
        "replace" => {
            let (of, what) = pair()?;
            let with = arguments.scalar(2)?;
            // An argument between slashes is a regular expression.
            match what.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
                Some(pattern) => return patterns::replace(&of, pattern, &with),
                None => text(of.replace(&what, &with)),
            }
        }
        "chomp" => text(of()?.trim_end_matches(['\n', '\r'])),
        "lower" => text(of()?.to_lowercase()),
        "upper" => text(of()?.to_uppercase()),
        "title" => text(title(&of()?)),
        "strrev" => text(of()?.chars().rev().collect::<String>()),
        "trimspace" => text(of()?.trim()),
        "trim" => pair().map(|(of, these)| text(of.trim_matches(|one| these.contains(one))))?,
        "trimprefix" => pair().map(|(of, prefix)| text(of.strip_prefix(&prefix).unwrap_or(&of)))?,
        "trimsuffix" => pair().map(|(of, suffix)| text(of.strip_suffix(&suffix).unwrap_or(&of)))?,
        "startswith" => pair().map(|(of, prefix)| Value::Bool(of.starts_with(&prefix)))?,
        "endswith" => pair().map(|(of, suffix)| Value::Bool(of.ends_with(&suffix)))?,
        "strcontains" => pair().map(|(of, what)| Value::Bool(of.contains(&what)))?,
        "indent" => {
            let spaces = " ".repeat(arguments.count(0)?.min(WIDTH));
            text(arguments.scalar(1)?.replace('\n', &format!("\n{spaces}")))
        }
        _ => return substr(arguments),
    })
}

/// Go's `strings.Title`: words are separated by ASCII characters other than letters, digits and `_`.
fn title(of: &str) -> String {
    let mut begins = true;
    let letters = of.chars().map(|letter| {
        let upper = begins && letter.is_alphabetic();
        begins = if letter.is_ascii() { !letter.is_ascii_alphanumeric() && letter != '_' } else { letter.is_whitespace() };
        if upper { letter.to_uppercase().to_string() } else { letter.to_string() }
    });
    letters.collect()
}

fn substr(arguments: &Arguments<'_>) -> Outcome {
    let of: Vec<char> = arguments.scalar(0)?.chars().collect();
    let (offset, length) = (arguments.number(1)?, arguments.number(2)?);
    let start = if offset < 0.0 { of.len().saturating_sub(-offset as usize) } else { offset as usize };
    let rest = of.get(start..).unwrap_or_default();
    let taken = if length < 0.0 { rest.len() } else { length as usize };
    Ok(text(rest.iter().take(taken).collect::<String>()))
}

fn join(arguments: &Arguments<'_>) -> Outcome {
    let by = arguments.scalar(0)?;
    let mut parts = Vec::new();
    for index in 1..arguments.given.len() {
        for item in arguments.list(index)? {
            match item.value {
                Value::List(_) | Value::Map(_) | Value::Null => return refuse("an item is not a text"),
                _ if parts.is_empty() => {}
                _ => parts.push(arguments.at(text(&by))),
            }
            parts.push(item.clone());
        }
    }
    Ok(concat(arguments.here, parts))
}
