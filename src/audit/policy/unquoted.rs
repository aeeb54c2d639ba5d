//! Expressions and globs without quotes that YAML reads as something else, and tabs. The parser's own messages speak of tags, aliases and flow
//! mappings, which authors of policies did not mean to write.

use crate::rules::Mistake;

/// How many lines an entry may have between its beginning and its `match`.
const LINES_OF_ENTRY: usize = 12;

/// A mistake of the form of the file, explained if an expression without quotes is its cause.
pub fn explained(mistake: Mistake, text: &str) -> Mistake {
    // These name the key that is wrong: the form of the text is right.
    if ["unknown field", "missing field", "duplicate"].iter().any(|start| mistake.what.starts_with(start)) {
        return mistake;
    }
    let Ok(line) = usize::try_from(mistake.line) else { return mistake };
    if let Some((line, what)) = tab(&mistake.what, text, line).or_else(|| glob(&mistake.what, text, line)) {
        return Mistake { line: line as u64, what, ..mistake };
    }
    let opens_above = ["unclosed", "flow"].iter().any(|word| mistake.what.contains(word));
    let below = if opens_above { LINES_OF_ENTRY } else { 0 };
    let cause = (line..=line.saturating_add(below)).find_map(|line| Some((line, cause(text, line)?)));
    match cause.or_else(|| Some((line, continued(text, line)?))) {
        Some((line, what)) => Mistake { line: line as u64, what, ..mistake },
        None => mistake,
    }
}

/// The tab that the parser found, at the beginning of this line or the next: it names the line before.
fn tab(found: &str, text: &str, line: usize) -> Option<(usize, String)> {
    let indent = |line: &str| line[..line.len() - line.trim_start().len()].contains('\t');
    let at = (line..=line + 1).find(|line| line.checked_sub(1).and_then(|at| text.lines().nth(at)).is_some_and(indent))?;
    found.contains("tab").then(|| (at, "a tab indents this line, which YAML does not allow: use spaces".to_owned()))
}

/// The glob of a waiver that begins with `*`, which is an alias of YAML.
fn glob(found: &str, text: &str, line: usize) -> Option<(usize, String)> {
    if !found.contains("alias") {
        return None;
    }
    let written = text.lines().nth(line.checked_sub(1)?)?;
    if written.contains("match:") {
        return None;
    }
    let glob = written.split([' ', ',', '[', ']']).find(|word| word.starts_with('*'))?;
    Some((line, format!("YAML reads `*` at the beginning as an alias: quote the glob: \"{glob}\"")))
}

/// Why an expression is not the one that was written: YAML read a part of the line as something else, without an error.
pub fn cut(text: &str, line: u64) -> Option<String> {
    cause(text, usize::try_from(line).ok()?)
}

/// The cause in an expression that began on a line above.
fn continued(text: &str, line: usize) -> Option<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let here = text.lines().nth(line.checked_sub(1)?)?;
    let first = (line.saturating_sub(LINES_OF_ENTRY)..line).rev().filter(|line| *line > 0).find(|line| {
        let above = text.lines().nth(line - 1).unwrap_or_default();
        indent(above) < indent(here)
    })?;
    let Written { expression, in_braces } = written(text.lines().nth(first - 1)?)?;
    let rest = text.lines().skip(first).take(line - first).map(str::trim);
    let whole = std::iter::once(expression).chain(rest).collect::<Vec<_>>().join(" ");
    advice(&whole, in_braces)
}

fn cause(text: &str, line: usize) -> Option<String> {
    let Written { expression, in_braces } = written(text.lines().nth(line.checked_sub(1)?)?)?;
    advice(expression, in_braces)
}

/// The rest of a line after `match:`.
struct Written<'t> {
    expression: &'t str,
    /// The entry is written in `{ }`, where `[`, `{` and `,` mean more, or may be: the braces may open on a line above.
    in_braces: bool,
}

fn written(line: &str) -> Option<Written<'_>> {
    let (at, key) = line.match_indices("match:").find(|(at, _)| {
        let before = line[..*at].trim_end();
        before.is_empty() || before.ends_with(['-', '{', ','])
    })?;
    let before = line[..at].trim();
    let expression = line[at + key.len()..].trim();
    let in_braces = before.ends_with(['{', ',']) || before.contains('{') || expression.ends_with(',');
    (!expression.is_empty()).then_some(Written { expression, in_braces })
}

fn advice(expression: &str, in_braces: bool) -> Option<String> {
    let why = misread(expression, in_braces)?;
    // Where the expression ends is only certain outside of braces.
    let quoted = if in_braces { "…".to_owned() } else { expression.replace('\'', "''") };
    Some(format!("YAML reads {why}: quote the expression: match: '{quoted}'"))
}

/// What YAML makes of a text without quotes, if it is not the text itself.
fn misread(text: &str, in_braces: bool) -> Option<String> {
    let first = text.chars().next()?;
    let begins = |what: &str| Some(format!("`{first}` at the beginning as {what}"));
    match first {
        '!' => return begins("a tag of YAML"),
        '{' => return begins("a map"),
        '[' => return begins("a list"),
        '*' => return begins("an alias"),
        '&' => return begins("an anchor"),
        '#' => return begins("a comment"),
        '%' | '@' | '`' => return begins("reserved"),
        // `>-` and the like begin a text on the lines below.
        '|' | '>' if text[1..].trim_start_matches(|sign: char| sign.is_ascii_digit() || "+-".contains(sign)).is_empty() => return None,
        '|' | '>' => return begins("a text of several lines"),
        '"' | '\'' => {
            let rest = after_quotes(text, first)?.trim_start();
            let ends = rest.is_empty() || rest.starts_with('#') || (in_braces && rest.starts_with([',', '}']));
            return (!ends).then(|| "the quotes at the beginning as those of the whole text".to_owned());
        }
        _ => {}
    }
    // In braces, the next key begins after a comma.
    let own = if in_braces { text.split(", ").next().unwrap_or(text) } else { text };
    let found = [(": ", "the end of a key"), (" #", "the beginning of a comment")].into_iter();
    let more = [("[", "the beginning of a list"), ("{", "the beginning of a map")].into_iter().filter(|_| in_braces);
    let first = found.chain(more).filter_map(|(sign, what)| Some((own.find(sign)?, sign, what))).min()?;
    Some(format!("`{}` as {}", first.1, first.2))
}

/// What follows a text in quotes; `None` if the quotes do not end on the line.
fn after_quotes(text: &str, quote: char) -> Option<&str> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote == '"' => drop(characters.next()),
            _ if character != quote => {}
            // Two single quotes stand for one.
            _ if quote == '\'' && characters.peek().is_some_and(|(_, next)| *next == '\'') => drop(characters.next()),
            _ => return text.get(at + 1..),
        }
    }
    None
}
