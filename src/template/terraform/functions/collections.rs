//! Functions on lists and maps. Items may be unknown if the result does not depend on them.

use super::{Arguments, Fault, Outcome, known, list, refuse};
use crate::template::declaration::{Node, Value};
use crate::template::terraform::value::{equal, is_known, number, reason_in, scalar_text, text};

/// Maximum length of a range.
const RANGE: usize = 10_000;

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let items = || arguments.list(0).map(<[Node]>::to_vec);
    match name {
        "coalesce" => coalesce(arguments),
        "coalescelist" => {
            for argument in arguments.given {
                if !list(argument)?.is_empty() {
                    return Ok(argument.value.clone());
                }
            }
            refuse("all lists are empty")
        }
        "compact" => {
            let mut kept = Vec::new();
            for item in arguments.list(0)? {
                match &item.value {
                    Value::Null => {}
                    Value::Text(text) if text.is_empty() => {}
                    // An unknown text may be empty, but ARNs and identifiers are not.
                    Value::Unknown(_) => return Err(Fault::NotKnown),
                    _ => kept.push(item.clone()),
                }
            }
            Ok(Value::List(kept))
        }
        "concat" => {
            let mut joined = Vec::new();
            for argument in arguments.given {
                joined.extend(list(argument)?.iter().cloned());
            }
            Ok(Value::List(joined))
        }
        "list" => Ok(Value::List(arguments.given.to_vec())),
        "contains" => {
            let wanted = arguments.value(1)?;
            let found: Vec<_> = arguments.list(0)?.iter().map(|item| equal(&item.value, wanted)).collect();
            match (found.contains(&Some(true)), found.contains(&None)) {
                (true, _) => Ok(Value::Bool(true)),
                (false, true) => Err(Fault::NotKnown),
                (false, false) => Ok(Value::Bool(false)),
            }
        }
        "index" => {
            for (index, item) in arguments.list(0)?.iter().enumerate() {
                match equal(&item.value, arguments.value(1)?) {
                    Some(true) => return Ok(Value::Number((index as u64).into())),
                    Some(false) => {}
                    None => return Err(Fault::NotKnown),
                }
            }
            refuse("it is not in the list")
        }
        "element" => {
            let items = arguments.list(0)?;
            let index = arguments.number(1)?;
            if items.is_empty() || index.fract() != 0.0 {
                return refuse("there is no such element");
            }
            let place = (index as i64).rem_euclid(items.len() as i64);
            items.get(place as usize).map_or_else(|| refuse("there is no such element"), |item| Ok(item.value.clone()))
        }
        "flatten" => {
            let mut flat = Vec::new();
            flatten(arguments.node(0)?, &mut flat)?;
            Ok(Value::List(flat))
        }
        "keys" => {
            let mut keys: Vec<String> = arguments.map(0)?.iter().map(|(key, _)| key.clone()).collect();
            keys.sort();
            Ok(arguments.texts(keys))
        }
        "values" => {
            let mut entries = arguments.map(0)?.to_vec();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            Ok(Value::List(entries.into_iter().map(|(_, item)| item).collect()))
        }
        "length" => {
            let length = match arguments.value(0)? {
                Value::List(items) => items.len(),
                Value::Map(entries) => entries.len(),
                Value::Text(text) => text.chars().count(),
                other => return known(other).and_then(|_| refuse("it has no length")),
            };
            Ok(Value::Number((length as u64).into()))
        }
        "lookup" => {
            match (arguments.map(0)?.iter().find(|(key, _)| arguments.scalar(1).is_ok_and(|wanted| wanted == *key)), arguments.has(2)) {
                (Some((_, item)), _) => Ok(item.value.clone()),
                (None, _) if reason_in(arguments.value(1)?).is_some() => Err(Fault::NotKnown),
                (None, true) => Ok(arguments.value(2)?.clone()),
                (None, false) => refuse("the key is not in the map, and there is no default"),
            }
        }
        "map" => {
            let pairs = arguments.given.chunks(2).filter_map(|pair| Some((scalar_text(&pair.first()?.value)?, pair.get(1)?.clone())));
            Ok(Value::Map(unique(pairs)))
        }
        "zipmap" => {
            let (keys, values) = (arguments.list(0)?, arguments.list(1)?);
            if !keys.iter().all(|key| is_known(&key.value)) {
                return Err(Fault::NotKnown);
            }
            Ok(Value::Map(unique(keys.iter().filter_map(|key| scalar_text(&key.value)).zip(values.iter().cloned()))))
        }
        "merge" => {
            let mut merged = Vec::new();
            for (index, argument) in arguments.given.iter().enumerate() {
                if argument.value != Value::Null {
                    merged.extend(arguments.map(index)?.iter().cloned());
                }
            }
            Ok(Value::Map(unique(merged.into_iter())))
        }
        "matchkeys" => {
            let (values, keys, wanted) = (arguments.list(0)?, arguments.list(1)?, arguments.list(2)?);
            let mut kept = Vec::new();
            for (item, key) in values.iter().zip(keys) {
                let found: Option<Vec<bool>> = wanted.iter().map(|wanted| equal(&key.value, &wanted.value)).collect();
                if found.ok_or(Fault::NotKnown)?.contains(&true) {
                    kept.push(item.clone());
                }
            }
            Ok(Value::List(kept))
        }
        "one" => match arguments.value(0)? {
            Value::List(items) => match items.as_slice() {
                [] => Ok(Value::Null),
                [only] => Ok(only.value.clone()),
                _ => refuse("there is more than one"),
            },
            other => known(other).and_then(|_| refuse("it is not a list")),
        },
        "range" => range(arguments),
        "reverse" => Ok(Value::List(items()?.into_iter().rev().collect())),
        "slice" => {
            let (from, to) = (arguments.count(1)?, arguments.count(2)?);
            arguments.list(0)?.get(from..to).map_or_else(|| refuse("the list is shorter"), |part| Ok(Value::List(part.to_vec())))
        }
        "sort" => {
            let mut texts = arguments.list(0)?.iter().map(|item| super::scalar(&item.value)).collect::<Result<Vec<_>, _>>()?;
            texts.sort();
            Ok(arguments.texts(texts))
        }
        "chunklist" => {
            let size = arguments.count(1)?;
            if size == 0 {
                return Ok(Value::List(vec![arguments.node(0)?.clone()]));
            }
            Ok(Value::List(arguments.list(0)?.chunks(size).map(|chunk| arguments.at(Value::List(chunk.to_vec()))).collect()))
        }
        _ => transpose(arguments),
    }
}

/// Later values replace earlier ones, at the same position.
fn unique(entries: impl Iterator<Item = (String, Node)>) -> Vec<(String, Node)> {
    let mut places = std::collections::BTreeMap::new();
    let mut kept: Vec<(String, Node)> = Vec::new();
    for (key, item) in entries {
        match places.get(&key).and_then(|place: &usize| kept.get_mut(*place)) {
            Some(entry) => entry.1 = item,
            None => {
                places.insert(key.clone(), kept.len());
                kept.push((key, item));
            }
        }
    }
    kept
}

/// The first argument that is neither null nor empty. References are neither.
fn coalesce(arguments: &Arguments<'_>) -> Outcome {
    for argument in arguments.given {
        match &argument.value {
            Value::Null => {}
            Value::Text(text) if text.is_empty() => {}
            Value::Unknown(_) => return Err(Fault::NotKnown),
            value => return Ok(value.clone()),
        }
    }
    refuse("all arguments are null or empty")
}

fn flatten(node: &Node, into: &mut Vec<Node>) -> Result<(), Fault> {
    for item in list(node)? {
        match &item.value {
            Value::List(_) => flatten(item, into)?,
            // The unknown value may be a list.
            Value::Unknown(_) => return Err(Fault::NotKnown),
            _ => into.push(item.clone()),
        }
    }
    Ok(())
}

fn range(arguments: &Arguments<'_>) -> Outcome {
    let (start, limit, step) = match arguments.given.len() {
        1 => (0.0, arguments.number(0)?, None),
        2 => (arguments.number(0)?, arguments.number(1)?, None),
        _ => (arguments.number(0)?, arguments.number(1)?, Some(arguments.number(2)?)),
    };
    let step = step.unwrap_or(if limit < start { -1.0 } else { 1.0 });
    if step == 0.0 {
        return refuse("the step is zero");
    }
    let count = ((limit - start) / step).ceil();
    if count > RANGE as f64 {
        return refuse("the range is too long");
    }
    let numbers = (0..count.max(0.0) as usize).filter_map(|index| number(start + step * index as f64));
    Ok(Value::List(numbers.map(|number| arguments.at(number)).collect()))
}

fn transpose(arguments: &Arguments<'_>) -> Outcome {
    let mut turned: std::collections::BTreeMap<String, Vec<Node>> = std::collections::BTreeMap::new();
    for (key, items) in arguments.map(0)? {
        for item in list(items)? {
            turned.entry(super::scalar(&item.value)?).or_default().push(arguments.at(text(key)));
        }
    }
    Ok(Value::Map(turned.into_iter().map(|(key, items)| (key, arguments.at(Value::List(items)))).collect()))
}
