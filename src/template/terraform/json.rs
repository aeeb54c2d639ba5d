//! JSON with the place of every value: plans, states, `.tf.json`, `.tfvars.json`, `jsondecode`. Keys and strings are borrowed from the
//! input where possible, so that a plan needs little more memory than its text.

use std::borrow::Cow;

use serde_json::Number;

/// Maximum depth: more than any provider nests, and safe for a recursive parser.
const DEPTH: usize = 128;

/// A value and its byte offset.
#[derive(Debug)]
pub(super) struct Json<'a> {
    pub(super) at: usize,
    pub(super) value: JsonValue<'a>,
}

#[derive(Debug)]
pub(super) enum JsonValue<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// In the order of the file; keys are unique.
    Map(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Why a text is not valid JSON, and where.
#[derive(Debug)]
pub(super) struct JsonError {
    pub(super) at: usize,
    pub(super) what: String,
}

/// Parses a text. Of its outermost object, only the keys that `keep` accepts are kept; the others are skipped.
pub(super) fn parse<'a>(text: &'a str, keep: &dyn Fn(&str) -> bool) -> Result<Json<'a>, JsonError> {
    whole(Parser { text, at: 0, keep, repeats: Repeats::Refused })
}

/// Parses a text that may contain duplicate keys.
pub(super) fn parse_repeating(text: &str, repeats: Repeats) -> Result<Json<'_>, JsonError> {
    whole(Parser { text, at: 0, keep: &|_| true, repeats })
}

/// How duplicate keys are treated.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Repeats {
    Refused,
    /// The last one counts, as for `jsondecode`.
    LastWins,
    /// Both are kept, as two blocks (<https://github.com/hashicorp/hcl/blob/main/json/spec.md>, "Bodies").
    Kept,
}

fn whole<'a>(mut parser: Parser<'a, '_>) -> Result<Json<'a>, JsonError> {
    let value = parser.value(0, false)?;
    parser.blank();
    if parser.at < parser.text.len() {
        return Err(parser.unexpected("the end of the file"));
    }
    Ok(value)
}

impl<'a> Json<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&Json<'a>> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn entries(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        match &self.value {
            JsonValue::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Json<'a>] {
        match &self.value {
            JsonValue::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            JsonValue::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        matches!(self.value, JsonValue::Bool(true))
    }
}

struct Parser<'a, 'k> {
    text: &'a str,
    at: usize,
    keep: &'k dyn Fn(&str) -> bool,
    repeats: Repeats,
}

impl<'a> Parser<'a, '_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected(&self, wanted: &str) -> JsonError {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("{found:?}"),
            None => "the end of the file".to_string(),
        };
        JsonError { at: self.at, what: format!("not valid JSON: {found} where {wanted} is expected") }
    }

    /// With `skip`, the value is checked but not kept.
    fn value(&mut self, depth: usize, skip: bool) -> Result<Json<'a>, JsonError> {
        self.blank();
        let at = self.at;
        if depth > DEPTH {
            return Err(JsonError { at, what: format!("nested deeper than {DEPTH} levels") });
        }
        let value = match self.peek() {
            Some(b'{') => self.map(depth, skip)?,
            Some(b'[') => self.list(depth, skip)?,
            Some(b'"') => JsonValue::Text(self.string(skip)?),
            Some(b'-' | b'0'..=b'9') => self.number(skip)?,
            Some(b't') => self.word("true", JsonValue::Bool(true))?,
            Some(b'f') => self.word("false", JsonValue::Bool(false))?,
            Some(b'n') => self.word("null", JsonValue::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Json { at, value })
    }

    fn word(&mut self, word: &str, value: JsonValue<'a>) -> Result<JsonValue<'a>, JsonError> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.unexpected("a value"))
        }
    }

    fn number(&mut self, skip: bool) -> Result<JsonValue<'a>, JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        if skip {
            return Ok(JsonValue::Null);
        }
        match self.text.get(start..self.at).and_then(|digits| digits.parse().ok()) {
            Some(number) => Ok(JsonValue::Number(number)),
            None => Err(JsonError { at: start, what: "not valid JSON: a number that cannot be read".to_string() }),
        }
    }

    fn list(&mut self, depth: usize, skip: bool) -> Result<JsonValue<'a>, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(JsonValue::List(items));
        }
        loop {
            let item = self.value(depth + 1, skip)?;
            if !skip {
                items.push(item);
            }
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(JsonValue::List(items));
                }
                _ => return Err(self.unexpected("',' or ']'")),
            }
        }
    }

    fn map(&mut self, depth: usize, skip: bool) -> Result<JsonValue<'a>, JsonError> {
        self.at += 1;
        let mut entries = Vec::new();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(JsonValue::Map(entries));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key"));
            }
            let key = self.string(skip)?;
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("':'"));
            }
            self.at += 1;
            let unwanted = skip || (depth == 0 && !(self.keep)(&key));
            let value = self.value(depth + 1, unwanted)?;
            if !unwanted {
                entries.push((key, value));
            }
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    match repeated(&entries) {
                        Some((key, at)) if self.repeats == Repeats::Refused => {
                            return Err(JsonError { at, what: format!("the key {key:?} appears twice") });
                        }
                        Some(_) if self.repeats == Repeats::LastWins => {
                            let mut later = std::collections::BTreeSet::new();
                            entries.reverse();
                            entries.retain(|(key, _)| later.insert(key.clone()));
                            entries.reverse();
                        }
                        _ => {}
                    }
                    self.at += 1;
                    return Ok(JsonValue::Map(entries));
                }
                _ => return Err(self.unexpected("',' or '}'")),
            }
        }
    }

    fn string(&mut self, skip: bool) -> Result<Cow<'a, str>, JsonError> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(0..0x20) => return Err(self.unexpected("a character of a text")),
                Some(_) => self.at += 1,
                None => return Err(JsonError { at: start, what: "not valid JSON: a text without its end".to_string() }),
            }
        }
        self.at += 1;
        let bad = || JsonError { at: start, what: "not valid JSON: a text with a wrong escape".to_string() };
        let text = self.text;
        if skip {
            return Ok(Cow::Borrowed(""));
        }
        if !escaped {
            return text.get(start + 1..self.at - 1).map(Cow::Borrowed).ok_or_else(bad);
        }
        let quoted = text.get(start..self.at).ok_or_else(bad)?;
        serde_json::from_str::<String>(quoted).map(Cow::Owned).map_err(|_| bad())
    }
}

/// A duplicate key, and the place of its second value.
fn repeated<'e>(entries: &'e [(Cow<'_, str>, Json<'_>)]) -> Option<(&'e str, usize)> {
    let mut seen = std::collections::BTreeSet::new();
    entries.iter().find(|(key, _)| !seen.insert(key.as_ref())).map(|(key, value)| (key.as_ref(), value.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Json<'_>, JsonError> {
        parse(text, &|_| true)
    }

    #[test]
    fn keeps_places_and_skips_what_is_not_wanted() {
        let text = "{\"a\": {\"b\": [1, \"x\\u00e9\"]}, \"c\": {\"d\": 1}}";
        let json = parse(text, &|key| key == "a").unwrap();
        assert!(json.get("c").is_none());
        let list = json.get("a").and_then(|a| a.get("b")).unwrap();
        assert_eq!(list.at, text.find('[').unwrap());
        assert_eq!(list.items()[1].text(), Some("xé"));
    }

    #[test]
    fn broken_json_is_an_error_with_its_place() {
        assert_eq!(all("{\"a\": ").unwrap_err().at, 6);
        assert_eq!(all("{\"a\" 1}").unwrap_err().at, 5);
        assert_eq!(all("{\"a\": 1, \"a\": 2}").unwrap_err().at, 14);
        assert!(
            matches!(parse_repeating("{\"a\": 1, \"b\": 3, \"a\": 2}", Repeats::LastWins).unwrap().get("a"), Some(Json { value: JsonValue::Number(two), .. }) if *two == 2.into())
        );
        assert_eq!(all("[1,]").unwrap_err().at, 3);
        assert_eq!(all("[\"a").unwrap_err().at, 1);
        assert_eq!(all("1 2").unwrap_err().at, 2);
        assert!(all("[1e999]").is_err() && all("\"\\x\"").is_err() && all("\"\\").is_err() && all("").is_err());
        assert!(all(&"[".repeat(100_000)).unwrap_err().what.contains("nested deeper"));
    }
}
