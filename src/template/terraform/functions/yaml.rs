//! `yamldecode` and `yamlencode`: Terraform's YAML (<https://developer.hashicorp.com/terraform/language/functions/yamldecode>), in which
//! `yes` and `y` are true, `012` is 12, and a date is an RFC 3339 string.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat};
use serde_json::Number;

use super::{Fault, Outcome, known, refuse};
use crate::template::cloudformation::{Data, Dialect, Raw, parse_yaml};
use crate::template::declaration::{Node, Position, Value};
use crate::template::terraform::value::{self, number_text, quoted, text};

/// The emitter wraps longer texts that contain blanks.
const WIDTH: usize = 60;

pub(super) fn decode(of: &str, here: Position) -> Outcome {
    match parse_yaml("yamldecode", of, Dialect { plain, functions: false }) {
        Ok(tree) => Ok(value_of(tree.root, here)),
        Err(error) => refuse(error.to_string().trim_start_matches("yamldecode: ")),
    }
}

fn value_of(raw: Raw, here: Position) -> Value {
    match raw.data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Bool(value),
        Data::Number(number) => Value::Number(number),
        Data::Text(plain) => text(plain),
        Data::List(items) => Value::List(items.into_iter().map(|item| Node::new(here, value_of(item, here))).collect()),
        Data::Map(entries) => {
            Value::Map(entries.into_iter().map(|entry| (entry.key, Node::new(here, value_of(entry.value, here)))).collect())
        }
    }
}

/// A plain scalar, as go-cty-yaml resolves it: <https://github.com/zclconf/go-cty-yaml/blob/master/resolve.go>.
fn plain(of: &str) -> Data {
    match of {
        "" | "~" | "null" | "Null" | "NULL" => return Data::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Data::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Data::Bool(false),
        _ => {}
    }
    let number = || {
        let digits = of.replace('_', "");
        let binary = digits.strip_prefix("0b").and_then(|bits| i64::from_str_radix(bits, 2).ok());
        let whole = binary.or_else(|| digits.parse().ok()).map(Number::from);
        let fraction = || digits.parse().ok().filter(|number: &f64| number.is_finite()).and_then(Number::from_f64);
        whole.or_else(fraction).map(Data::Number)
    };
    let may_be_number = of.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.'));
    let special = of.ends_with(|letter: char| matches!(letter.to_ascii_lowercase(), 'f' | 'n' | 'y'));
    time(of)
        .map(Data::Text)
        .or_else(|| if may_be_number && !special { number() } else { None })
        .unwrap_or_else(|| Data::Text(of.to_string()))
}

/// A date, or a date with a time.
fn time(of: &str) -> Option<String> {
    if of.len() < 6 || !of.bytes().take(4).all(|byte| byte.is_ascii_digit()) || of.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let date = NaiveDate::parse_from_str(of, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0));
    let local = date.or_else(|| NaiveDateTime::parse_from_str(of, "%Y-%m-%d %H:%M:%S%.f").ok()).map(|time| time.and_utc().fixed_offset());
    let whole = local.or_else(|| DateTime::parse_from_rfc3339(of).ok().filter(|_| of.contains(['T', 't'])))?;
    Some(whole.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// The format that Terraform's documentation shows. Values that its emitter may format differently (strings of several lines, long ones,
/// a single scalar) are not evaluated.
pub(super) fn encode(node: &Node) -> Outcome {
    let mut written = String::new();
    match known(&node.value)? {
        Value::List(items) if !items.is_empty() => block(&node.value, "", &mut written)?,
        Value::Map(entries) if !entries.is_empty() => block(&node.value, "", &mut written)?,
        _ => return Err(Fault::NotEvaluated),
    }
    Ok(text(written))
}

fn block(of: &Value, indent: &str, written: &mut String) -> Result<(), Fault> {
    match of {
        Value::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                written.push_str(if index > 0 { indent } else { "" });
                written.push_str("- ");
                block(&item.value, &format!("{indent}  "), written)?;
            }
        }
        Value::Map(entries) if !entries.is_empty() => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            for (index, (key, node)) in entries.into_iter().enumerate() {
                written.push_str(if index > 0 { indent } else { "" });
                written.push_str(&format!("{}:", scalar(key)?));
                match &node.value {
                    // A list is not indented below its key.
                    Value::List(items) if !items.is_empty() => {
                        written.push_str(&format!("\n{indent}"));
                        block(&node.value, indent, written)?;
                    }
                    Value::Map(inner) if !inner.is_empty() => {
                        let deeper = format!("{indent}  ");
                        written.push_str(&format!("\n{deeper}"));
                        block(&node.value, &deeper, written)?;
                    }
                    single => {
                        written.push(' ');
                        block(single, indent, written)?;
                    }
                }
            }
        }
        single => {
            written.push_str(&match single {
                Value::List(_) => "[]".to_string(),
                Value::Map(_) => "{}".to_string(),
                Value::Number(number) => number_text(number),
                Value::Text(plain) => scalar(plain)?,
                other => value::render(other),
            });
            written.push('\n');
        }
    }
    Ok(())
}

fn scalar(of: &str) -> Result<String, Fault> {
    let simple = of.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && (of.len() <= WIDTH || !of.contains(' '));
    if simple { Ok(quoted(of)) } else { Err(Fault::NotEvaluated) }
}
