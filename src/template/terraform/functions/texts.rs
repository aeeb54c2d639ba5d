//! Functions on texts.

use super::{Arguments, Fault, Outcome, known, refuse, scalar};
use crate::template::declaration::{Node, Value};
use crate::template::terraform::value::{as_number, concat, is_known, number_text, quoted, render, text};

/// Wider columns and longer paddings are no text of a template.
const WIDTH: usize = 4096;

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let of = || arguments.scalar(0);
    let pair = || Ok((arguments.scalar(0)?, arguments.scalar(1)?));
    Ok(match name {
        "format" => return format(arguments),
        "formatlist" => return formatlist(arguments),
        "join" => return join(arguments),
        "split" => {
            let (by, of) = pair()?;
            match (of.is_empty(), by.is_empty()) {
                (true, _) => Value::List(Vec::new()),
                (false, true) => arguments.texts(of.chars().map(String::from)),
                (false, false) => arguments.texts(of.split(&by).map(String::from)),
            }
        }
        "replace" => {
            let (of, what) = pair()?;
            // Between slashes it is a regular expression.
            if what.len() > 1 && what.starts_with('/') && what.ends_with('/') {
                return Err(Fault::NotEvaluated);
            }
            text(of.replace(&what, &arguments.scalar(2)?))
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

fn title(of: &str) -> String {
    let mut begins = true;
    let letters = of.chars().map(|letter| {
        let upper = begins && letter.is_alphabetic();
        begins = letter.is_whitespace() || letter == '-';
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
                Value::List(_) | Value::Map(_) | Value::Null => return refuse("an item is no text"),
                _ if parts.is_empty() => {}
                _ => parts.push(arguments.at(text(&by))),
            }
            parts.push(item.clone());
        }
    }
    Ok(concat(arguments.here, parts))
}

/// `%s`, `%d`, `%v`, `%q`, `%t`, `%f`, with a width and zeros as in `%02d`, and `%%`.
fn format(arguments: &Arguments<'_>) -> Outcome {
    let pattern = arguments.scalar(0)?;
    let mut given = arguments.given.iter().skip(1);
    let mut parts = Vec::new();
    let mut letters = pattern.chars().peekable();
    let mut literal = String::new();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            literal.push(letter);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = letters.next_if(|letter| matches!(letter, '0'..='9' | '-' | '+' | '.' | '#' | ' ')) {
            flags.push(flag);
        }
        match letters.next() {
            Some('%') => literal.push('%'),
            Some('[') => return Err(Fault::NotEvaluated),
            Some(verb) => {
                let Some(argument) = given.next() else { return refuse("there are fewer values than the text asks for") };
                parts.push(arguments.at(Value::Text(std::mem::take(&mut literal))));
                parts.push(arguments.at(verb_of(verb, &flags, argument)?));
            }
            None => return refuse("the text ends within a verb"),
        }
    }
    parts.push(arguments.at(Value::Text(literal)));
    Ok(concat(arguments.here, parts))
}

fn verb_of(verb: char, flags: &str, argument: &Node) -> Outcome {
    if !is_known(&argument.value) && matches!(verb, 's' | 'v' | 'd') && flags.is_empty() {
        return match &argument.value {
            Value::List(_) | Value::Map(_) => Err(Fault::NotKnown),
            value => Ok(value.clone()),
        };
    }
    let value = known(&argument.value)?;
    let shown = match verb {
        's' => scalar(value)?,
        'v' => scalar(value).or_else(|_| Ok(render(value)))?,
        'q' => quoted(&scalar(value)?),
        't' | 'd' => match as_number(value) {
            Some(number) if verb == 'd' => format!("{:.0}", number.trunc()),
            _ => scalar(value)?,
        },
        'f' => {
            let places = flags.split_once('.').and_then(|(_, places)| places.parse().ok()).unwrap_or(6);
            let Some(number) = as_number(value) else { return refuse("a value is no number") };
            format!("{number:.*}", WIDTH.min(places))
        }
        'g' => match value {
            Value::Number(number) => number_text(number),
            _ => return refuse("a value is no number"),
        },
        'x' | 'X' => {
            let Some(number) = as_number(value).filter(|number| *number >= 0.0) else { return Err(Fault::NotEvaluated) };
            if verb == 'x' { format!("{:x}", number as u64) } else { format!("{:X}", number as u64) }
        }
        _ => return Err(Fault::NotEvaluated),
    };
    let (left, flags) = flags.strip_prefix('-').map_or((false, flags), |flags| (true, flags));
    let zeros = flags.starts_with('0');
    let width = flags.split('.').next().and_then(|width| width.parse().ok()).unwrap_or(0_usize).min(WIDTH);
    Ok(text(match (left, zeros) {
        (true, _) => format!("{shown:<width$}"),
        (false, true) => format!("{shown:0>width$}"),
        (false, false) => format!("{shown:>width$}"),
    }))
}

fn formatlist(arguments: &Arguments<'_>) -> Outcome {
    let lists = arguments.given.iter().filter_map(|argument| match &argument.value {
        Value::List(items) => Some(items.len()),
        _ => None,
    });
    let Some(count) = lists.max() else {
        // An argument that is not known may be a list.
        let all_known = arguments.given.iter().all(|argument| is_known(&argument.value));
        return if all_known { Ok(Value::List(vec![arguments.at(format(arguments)?)])) } else { Err(Fault::NotKnown) };
    };
    let mut made = Vec::new();
    for row in 0..count {
        let mut given = Vec::new();
        for argument in arguments.given {
            match &argument.value {
                Value::List(items) => match items.get(row) {
                    Some(item) => given.push(item.clone()),
                    None => return refuse("the lists have different lengths"),
                },
                _ => given.push(argument.clone()),
            }
        }
        made.push(arguments.at(format(&Arguments { given: &given, here: arguments.here })?));
    }
    Ok(Value::List(made))
}
