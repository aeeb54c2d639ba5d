//! Functions on sets, and conversions.

use super::{Arguments, Fault, Outcome, known, list, refuse};
use crate::template::declaration::{Node, Value};
use crate::template::terraform::value::{as_bool, as_number, is_known, number, render, same, scalar_text, text};

/// Maximum size of a product of sets.
const PRODUCT: usize = 100_000;

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    match name {
        "alltrue" => all(arguments, false),
        "anytrue" => all(arguments, true),
        "distinct" => {
            // An unknown item may equal another one; keeping both gives the largest possible set.
            let mut kept: Vec<Node> = Vec::new();
            let mut seen = std::collections::BTreeSet::new();
            for item in arguments.list(0)? {
                if seen.insert(render(&item.value)) {
                    kept.push(item.clone());
                }
            }
            Ok(Value::List(kept))
        }
        "setunion" => {
            let mut items = Vec::new();
            for set in arguments.given {
                items.extend(list(set)?.iter().cloned());
            }
            Ok(set_of(items))
        }
        "setintersection" | "setsubtract" => {
            let keep = name == "setintersection";
            let mut left = arguments.list(0)?.to_vec();
            for other in arguments.given.iter().skip(1) {
                let other = list(other)?;
                if !left.iter().chain(other).all(|item| is_known(&item.value)) {
                    return Err(Fault::NotKnown);
                }
                left.retain(|item| other.iter().any(|other| same(&item.value, &other.value)) == keep);
            }
            Ok(set_of(left))
        }
        "setproduct" => product(arguments),
        "toset" => Ok(set_of(arguments.list(0)?.to_vec())),
        "tolist" => Ok(Value::List(arguments.list(0)?.to_vec())),
        "tomap" => Ok(Value::Map(arguments.map(0)?.to_vec())),
        "tostring" => match arguments.value(0)? {
            Value::Null => Ok(Value::Null),
            Value::Reference { .. } | Value::Concat(_) | Value::Unknown(_) => Ok(arguments.value(0)?.clone()),
            other => scalar_text(other).map_or_else(|| refuse("it cannot be converted to a string"), |of| Ok(text(of))),
        },
        "tonumber" => match known(arguments.value(0)?)? {
            Value::Null => Ok(Value::Null),
            other => as_number(other).and_then(number).map_or_else(|| refuse("it is not a number"), Ok),
        },
        _ => match known(arguments.value(0)?)? {
            Value::Null => Ok(Value::Null),
            other => as_bool(other).map_or_else(|| refuse("it is neither true nor false"), |of| Ok(Value::Bool(of))),
        },
    }
}

/// A set: items without duplicates, in Terraform's order, which is alphabetical for strings.
pub(in crate::template::terraform) fn set_of(mut items: Vec<Node>) -> Value {
    items.sort_by_cached_key(|item| match &item.value {
        Value::Number(number) => (0, number.as_f64().unwrap_or_default().to_bits().to_string(), String::new()),
        other => (1, scalar_text(other).unwrap_or_default(), render(other)),
    });
    items.dedup_by(|left, right| same(&left.value, &right.value));
    Value::List(items)
}

/// Whether all items, or any item, are true; one item can decide.
fn all(arguments: &Arguments<'_>, decides: bool) -> Outcome {
    let mut open = false;
    for item in arguments.list(0)? {
        match as_bool(&item.value) {
            Some(value) if value == decides => return Ok(Value::Bool(decides)),
            Some(_) => {}
            None if item.value == Value::Null => {}
            None => open = true,
        }
    }
    if open { Err(Fault::NotKnown) } else { Ok(Value::Bool(!decides)) }
}

fn product(arguments: &Arguments<'_>) -> Outcome {
    let mut rows: Vec<Vec<Node>> = vec![Vec::new()];
    for set in arguments.given {
        let items = list(set)?;
        if rows.len().saturating_mul(items.len()) > PRODUCT {
            return refuse("the product is too large");
        }
        rows = rows.iter().flat_map(|row| items.iter().map(|item| row.iter().chain([item]).cloned().collect())).collect();
    }
    Ok(Value::List(rows.into_iter().map(|row| arguments.at(Value::List(row))).collect()))
}
