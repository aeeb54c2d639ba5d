//! `format` and `formatlist`. The verbs: <https://developer.hashicorp.com/terraform/language/functions/format#specification-syntax>.

use super::{Arguments, Fault, Outcome, known, refuse, scalar};
use crate::template::declaration::{Node, Value};
use crate::template::terraform::value::{as_number, concat, is_known, number_text, quoted, text};

/// Maximum width of a column.
const WIDTH: usize = 4096;

/// The flags between `%` and the verb.
#[derive(Default, PartialEq)]
struct Flags {
    left: bool,
    zeros: bool,
    plus: bool,
    blank: bool,
    json: bool,
    width: usize,
    precision: Option<usize>,
}

pub(super) fn one(arguments: &Arguments<'_>) -> Outcome {
    let pattern = arguments.scalar(0)?;
    let given = arguments.given.get(1..).unwrap_or_default();
    let (mut next, mut used) = (0, 0);
    let mut parts = Vec::new();
    let mut rest = pattern.as_str();
    while let Some((literal, behind)) = rest.split_once('%') {
        parts.push(arguments.at(text(literal)));
        if let Some(behind) = behind.strip_prefix('%') {
            parts.push(arguments.at(text("%")));
            rest = behind;
            continue;
        }
        let (flags, index, behind) = flags(behind)?;
        let Some(verb) = behind.chars().next() else { return refuse("the text ends within a verb") };
        let place = index.unwrap_or(next);
        let Some(argument) = given.get(place) else { return refuse("there are fewer values than the text asks for") };
        parts.push(arguments.at(written(verb, &flags, argument)?));
        next = place + 1;
        used = used.max(next);
        rest = behind.get(verb.len_utf8()..).unwrap_or_default();
    }
    parts.push(arguments.at(text(rest)));
    if used < given.len() { refuse("there are more values than the text asks for") } else { Ok(concat(arguments.here, parts)) }
}

/// The flags, the index of the argument if there is one (`[2]`), and the rest of the text.
fn flags(mut rest: &str) -> Result<(Flags, Option<usize>, &str), Fault> {
    let mut flags = Flags::default();
    while let Some(flag) = rest.chars().next().filter(|flag| matches!(flag, '-' | '0' | '+' | ' ' | '#')) {
        match flag {
            '-' => flags.left = true,
            '0' => flags.zeros = true,
            '+' => flags.plus = true,
            ' ' => flags.blank = true,
            _ => flags.json = true,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    let number = |rest: &str| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest.get(..digits).unwrap_or_default().parse().unwrap_or(0_usize).min(WIDTH)
    };
    let behind_number = |rest: &str| rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    flags.width = number(rest);
    rest = rest.get(rest.len() - behind_number(rest)..).unwrap_or_default();
    if let Some(behind) = rest.strip_prefix('.') {
        flags.precision = Some(number(behind));
        rest = behind.get(behind.len() - behind_number(behind)..).unwrap_or_default();
    }
    let Some(behind) = rest.strip_prefix('[') else { return Ok((flags, None, rest)) };
    let index = behind.split_once(']').and_then(|(index, behind)| Some((index.parse::<usize>().ok()?.checked_sub(1)?, behind)));
    index.map_or_else(|| refuse("an index of an argument is not a number"), |(index, behind)| Ok((flags, Some(index), behind)))
}

fn written(verb: char, flags: &Flags, argument: &Node) -> Outcome {
    if !is_known(&argument.value) && matches!(verb, 's' | 'v' | 'd') && *flags == Flags::default() {
        return match &argument.value {
            Value::List(_) | Value::Map(_) => Err(Fault::NotKnown),
            value => Ok(value.clone()),
        };
    }
    let value = known(&argument.value)?;
    let number = || as_number(value).map_or_else(|| refuse("a value is not a number"), Ok);
    let shown = match verb {
        's' => cut(scalar(value)?, flags),
        'v' => match value {
            Value::List(_) | Value::Map(_) | Value::Null => return super::json::encode(argument, argument.at),
            _ if flags.json => return super::json::encode(argument, argument.at),
            Value::Text(plain) => cut(plain.clone(), flags),
            _ => scalar(value)?,
        },
        'q' => quoted(&cut(scalar(value)?, flags)),
        't' => scalar(value)?,
        'd' => signed(number()?.trunc(), flags, |number| format!("{number:.0}")),
        'b' | 'o' | 'x' | 'X' => {
            let base = move |number: f64| match verb {
                'b' => format!("{:b}", number as u128),
                'o' => format!("{:o}", number as u128),
                'x' => format!("{:x}", number as u128),
                _ => format!("{:X}", number as u128),
            };
            signed(number()?.trunc(), flags, base)
        }
        'f' => signed(number()?, flags, |number| format!("{number:.*}", flags.precision.unwrap_or(6))),
        'e' | 'E' => {
            let shown = signed(number()?, flags, |number| exponent(number, flags.precision.unwrap_or(6)));
            if verb == 'E' { shown.to_uppercase() } else { shown }
        }
        'g' | 'G' if flags.precision.is_none() => match value {
            Value::Number(number) => number_text(number),
            _ => number_text(&serde_json::Number::from_f64(number()?).ok_or(Fault::NotEvaluated)?),
        },
        _ => return Err(Fault::NotEvaluated),
    };
    let width = flags.width;
    Ok(text(match (flags.left, flags.zeros) {
        (true, _) => format!("{shown:<width$}"),
        (false, true) => {
            // Zeros are inserted between the sign and the digits.
            let sign = shown.len() - shown.trim_start_matches(['-', '+']).len();
            let (sign, digits) = shown.split_at(sign);
            format!("{sign}{digits:0>width$}", width = width.saturating_sub(sign.len()))
        }
        (false, false) => format!("{shown:>width$}"),
    }))
}

fn cut(of: String, flags: &Flags) -> String {
    match flags.precision {
        Some(length) => of.chars().take(length).collect(),
        None => of,
    }
}

fn signed(number: f64, flags: &Flags, digits: impl Fn(f64) -> String) -> String {
    let sign = match (number < 0.0, flags.plus, flags.blank) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    };
    format!("{sign}{}", digits(number.abs()))
}

/// Go writes at least two digits of an exponent, with its sign.
fn exponent(number: f64, places: usize) -> String {
    let shown = format!("{number:.places$e}");
    let (digits, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

pub(super) fn list(arguments: &Arguments<'_>) -> Outcome {
    let lists = arguments.given.iter().filter_map(|argument| match &argument.value {
        Value::List(items) => Some(items.len()),
        _ => None,
    });
    let Some(count) = lists.max() else {
        // An unknown argument may be a list.
        let all_known = arguments.given.iter().all(|argument| is_known(&argument.value));
        return if all_known { Ok(Value::List(vec![arguments.at(one(arguments)?)])) } else { Err(Fault::NotKnown) };
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
        made.push(arguments.at(one(&Arguments { given: &given, here: arguments.here })?));
    }
    Ok(Value::List(made))
}
