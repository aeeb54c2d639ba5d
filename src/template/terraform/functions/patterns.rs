//! Regular expressions: `regex`, `regexall`, and `replace` with a pattern. Terraform uses Go's RE2 syntax
//! (<https://github.com/google/re2/wiki/Syntax>); [`translated`] converts it to that of the crate `regex`, which differs for ASCII
//! classes and brackets. A pattern that the crate refuses gives an unknown value instead of a failure, because `can` asks for failures.

use regex::{Captures, Regex, RegexBuilder};

use super::{Arguments, Fault, Outcome, refuse};
use crate::template::declaration::{Node, Value};
use crate::template::terraform::value::text;

/// Maximum memory of a compiled pattern.
const SIZE: usize = 1 << 20;

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let pattern = compile(&arguments.scalar(0)?)?;
    let of = arguments.scalar(1)?;
    if name == "regexall" {
        let all = pattern.captures_iter(&of).map(|found| Ok(arguments.at(matched(&pattern, &found, arguments)?)));
        return Ok(Value::List(all.collect::<Result<_, Fault>>()?));
    }
    match pattern.captures(&of) {
        Some(found) => matched(&pattern, &found, arguments),
        None => refuse("the pattern does not match"),
    }
}

/// `replace` with a second argument between slashes; `$1` and `${name}` in the third stand for what was matched.
pub(super) fn replace(of: &str, pattern: &str, with: &str) -> Outcome {
    Ok(text(compile(pattern)?.replace_all(of, with)))
}

fn compile(pattern: &str) -> Result<Regex, Fault> {
    let translated = translated(pattern).ok_or(Fault::NotEvaluated)?;
    RegexBuilder::new(&translated).size_limit(SIZE).build().map_err(|_| Fault::NotEvaluated)
}

/// The match; if the pattern has groups, their matches by name or as a list.
fn matched(pattern: &Regex, found: &Captures<'_>, arguments: &Arguments<'_>) -> Outcome {
    let group = |index: usize| arguments.at(found.get(index).map_or(Value::Null, |group| text(group.as_str())));
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(group(0).value);
    }
    let named: Vec<(String, Node)> =
        names.iter().enumerate().filter_map(|(index, name)| Some(((*name)?.to_string(), group(index + 1)))).collect();
    match named.len() {
        0 => Ok(Value::List((1..=names.len()).map(group).collect())),
        all if all == names.len() => Ok(Value::Map(named)),
        _ => refuse("groups with and without names"),
    }
}

/// Converts RE2's pattern to one of the crate. `None` if the crate lacks a feature.
fn translated(pattern: &str) -> Option<String> {
    let mut made = String::with_capacity(pattern.len());
    let mut rest = pattern;
    // Inside brackets; `first` is true where `]` is a literal character.
    let (mut class, mut first) = (false, false);
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..)?;
        let was_first = std::mem::take(&mut first);
        match letter {
            '\\' => {
                let escaped = after.chars().next()?;
                rest = after.get(escaped.len_utf8()..)?;
                if escaped == 'Q' && !class {
                    let (literal, behind) = rest.split_once("\\E").unwrap_or((rest, ""));
                    made.push_str(&regex::escape(literal));
                    rest = behind;
                } else {
                    made.push_str(&escape(escaped, class)?);
                }
                continue;
            }
            '[' if !class => {
                (class, first) = (true, true);
                made.push('[');
                if let Some(behind) = after.strip_prefix('^') {
                    made.push('^');
                    rest = behind;
                    continue;
                }
            }
            // A class within brackets, as `[:alpha:]`.
            '[' if after.starts_with(':') && after.contains(":]") => {
                let (named, behind) = after.split_once(":]")?;
                made.push_str(&format!("[{named}:]"));
                rest = behind;
                continue;
            }
            ']' if class && !was_first => {
                class = false;
                made.push(']');
            }
            // These are special inside the crate's brackets, but not inside RE2's.
            '[' | ']' | '&' | '~' if class => made.extend(['\\', letter]),
            '-' if class && after.starts_with('-') => made.push_str("\\-"),
            // In RE2, a brace that does not start a repetition is literal.
            '{' if !class && !is_repetition(after) => made.push_str("\\{"),
            _ => made.push(letter),
        }
        rest = after;
    }
    Some(made)
}

/// `\d` and similar classes are ASCII only; angle brackets are literal.
fn escape(letter: char, class: bool) -> Option<String> {
    let (negated, of) = match letter {
        'd' => (false, "0-9"),
        'D' => (true, "0-9"),
        's' => (false, "\\t\\n\\f\\r "),
        'S' => (true, "\\t\\n\\f\\r "),
        'w' => (false, "0-9A-Za-z_"),
        'W' => (true, "0-9A-Za-z_"),
        'b' | 'B' if !class => return Some(format!("(?-u:\\{letter})")),
        '<' => return Some("\\x3C".to_string()),
        '>' => return Some("\\x3E".to_string()),
        'C' => return None,
        other => return Some(format!("\\{other}")),
    };
    Some(match (negated, class) {
        (false, true) => of.to_string(),
        (false, false) => format!("[{of}]"),
        (true, _) => format!("[^{of}]"),
    })
}

/// `2}`, `2,}`, `2,3}`.
fn is_repetition(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else { return false };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_re2() {
        let cases = [
            (r"^\d+$", "12", true),
            // ASCII digits, letters and blanks only.
            (r"^\d+$", "٣", false),
            (r"^\w+$", "é", false),
            (r"^[\w-]+$", "a-b_c", true),
            (r"^[^\W]+$", "ab", true),
            (r"(?i)^arn:", "ARN:", true),
            (r"^[a&&b]+$", "&", true),
            (r"^[[x]$", "[", true),
            (r"^[]x]+$", "]x", true),
            (r"^[^]x]+$", "a", true),
            (r"^[[:alpha:]_]+$", "a_", true),
            (r"^a{x}$", "a{x}", true),
            (r"^a{2}$", "aa", true),
            (r"^\Qa.b\E$", "a.b", true),
            (r"^\<b\>$", "<b>", true),
            (r"\bfoo\b", "a foo b", true),
            (r"(?U)a+", "aaa", true),
        ];
        for (pattern, of, expected) in cases {
            let Ok(regex) = compile(pattern) else { panic!("{pattern}") };
            assert_eq!(regex.is_match(of), expected, "{pattern} on {of}");
        }
        assert!(compile(r"\C").is_err() && compile("(?=a)").is_err() && compile("(").is_err());
    }
}
