//! The text of a template as a tree with places. YAML and JSON give the same tree; YAML's short tags become the long forms (`!GetAtt A.B`
//! becomes `{Fn::GetAtt: A.B}`). Knows nothing of CloudFormation's semantics.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Number;

use crate::template::declaration::{Position, TemplateError};

pub use crate::template::declaration::short;

use super::{json, yaml};

/// Maximum number of values of a file. CloudFormation takes templates of 1 MB, which have about 50,000.
pub const MAX_VALUES: usize = 5_000_000;
/// Maximum nesting depth of values. The resolver is recursive and must not overflow the call stack.
pub const MAX_DEPTH: usize = 100;
/// Maximum size of a template that is read. CloudFormation takes 1 MB (user guide, "Understand CloudFormation quotas").
pub const MAX_BYTES: usize = 16 << 20;

/// Maximum number of warnings per file: a hostile file can have millions of duplicate keys.
const MAX_WARNINGS: usize = 1_000;

/// A file's contents.
#[derive(Debug)]
pub struct Tree {
    pub root: Raw,
    /// Whether it is JSON, not YAML.
    pub json: bool,
    /// All comments, from first to last. JSON has none.
    pub comments: Vec<Comment>,
    /// The keys that are written twice, up to [`MAX_WARNINGS`].
    pub warnings: Vec<TemplateError>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Of the `#`.
    pub at: Position,
    /// What follows the `#`, if it mentions rel9 or suppresses a check of another tool.
    pub text: String,
    /// The comment is alone on its line.
    pub alone: bool,
}

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    pub at: Position,
    pub data: Data,
}

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Raw>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    /// Of the key.
    pub at: Position,
    pub value: Raw,
}

impl Raw {
    /// A text.
    pub fn text(at: Position, text: impl Into<String>) -> Self {
        Raw { at, data: Data::Text(text.into()) }
    }

    /// A map with one key.
    pub fn single(at: Position, key: impl Into<String>, value: Raw) -> Self {
        Raw { at, data: Data::Map(vec![Entry { key: key.into(), at, value }]) }
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The entry of a key of a map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Raw> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A scalar as CloudFormation prints it; `None` for lists, maps and null.
    pub fn scalar(&self) -> Option<String> {
        match &self.data {
            Data::Text(text) => Some(text.clone()),
            Data::Number(number) => Some(number.to_string()),
            Data::Bool(bool) => Some(bool.to_string()),
            Data::Null | Data::List(_) | Data::Map(_) => None,
        }
    }

    /// The name of its kind in messages.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Null => "nothing",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }
}

/// Parses a text. `file` is its name in errors; with the extension `.json`, only JSON is accepted.
pub fn parse(file: &str, text: &str) -> Result<Tree, TemplateError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_BYTES {
        return Err(fault(file, None, format!("larger than {} MiB", MAX_BYTES >> 20)));
    }
    if !text.trim_ascii_start().starts_with('{') {
        return yaml::parse(file, text);
    }
    // YAML does not accept all JSON (tabs), and its parser is ten times slower.
    match json::parse(file, text) {
        Ok(tree) => Ok(tree),
        Err(error) if file.to_ascii_lowercase().ends_with(".json") => Err(error),
        Err(error) => yaml::parse(file, text).map_err(|_| error),
    }
}

/// An error in a file.
pub fn fault(file: &str, at: Option<Position>, what: impl Into<String>) -> TemplateError {
    TemplateError { file: file.to_owned(), at, what: what.into() }
}

/// The error for a file with too many values.
pub fn too_many(file: &str, at: Position) -> TemplateError {
    fault(file, Some(at), format!("has more than {MAX_VALUES} values"))
}

/// The error for values that are nested too deeply.
pub fn too_deep(file: &str, at: Position) -> TemplateError {
    fault(file, Some(at), format!("nested more than {MAX_DEPTH} levels deep"))
}

/// The number, if formatting it gives the same text again: `8.0` and `16` are numbers; `13.10` and `007` would lose digits and stay text.
pub fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return None;
    }
    let number = match text.parse::<i64>() {
        Ok(number) => Number::from(number),
        Err(_) => match text.parse::<u64>() {
            Ok(number) => Number::from(number),
            Err(_) => Number::from_f64(text.parse().ok()?)?,
        },
    };
    (number.to_string() == text).then_some(number)
}

/// The entries of a map without duplicate keys. CloudFormation accepts a key that is written twice and deploys the last value
/// (<https://github.com/go-to-k/cdk-real-drift/issues/1074>). Adds a warning for each entry that is dropped.
pub fn last_of_each(file: &str, entries: Vec<Entry>, warnings: &mut Vec<TemplateError>) -> Vec<Entry> {
    let mut last: BTreeMap<&str, Position> = BTreeMap::new();
    for entry in &entries {
        last.insert(&entry.key, entry.at);
    }
    if last.len() == entries.len() {
        return entries;
    }
    let last: BTreeMap<String, Position> = last.into_iter().map(|(key, at)| (key.to_owned(), at)).collect();
    let mut kept: Vec<Entry> = Vec::with_capacity(last.len());
    let mut seen = BTreeSet::new();
    for entry in entries.into_iter().rev() {
        if seen.insert(entry.key.clone()) {
            kept.push(entry);
        } else if let Some(at) = last.get(&entry.key).filter(|_| warnings.len() < MAX_WARNINGS) {
            let what =
                format!("the key {} is written twice, first in line {}; CloudFormation takes the last", short(&entry.key), entry.at.line);
            warnings.push(fault(file, Some(*at), what));
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Raw {
        parse("t.yaml", text).unwrap().root
    }

    fn error(name: &str, text: &str) -> String {
        parse(name, text).unwrap_err().to_string()
    }

    #[test]
    fn short_tags_are_long_forms() {
        let short = root("A: !GetAtt B.C\nD: !Sub [x, {y: !Ref z}]\nE: !If\n  - c\n  - !Condition d\n");
        let keys = |raw: &Raw| raw.entries().iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
        assert_eq!(short.entries().iter().map(|entry| keys(&entry.value)).collect::<Vec<_>>(), [["Fn::GetAtt"], ["Fn::Sub"], ["Fn::If"]]);
        assert_eq!(short.get("A").unwrap().at, Position { line: 1, column: 4 });
        assert_eq!(short.get("E").unwrap().at, Position { line: 3, column: 4 });
    }

    #[test]
    fn plain_texts() {
        let cases = [
            ("yes", Data::Bool(true)),
            ("Off", Data::Bool(false)),
            ("~", Data::Null),
            ("-7", Data::Number((-7).into())),
            ("8.0", Data::Number(Number::from_f64(8.0).unwrap())),
            ("13.10", Data::Text("13.10".into())),
            ("012345678901", Data::Text("012345678901".into())),
            ("\"yes\"", Data::Text("yes".into())),
            ("!!str 12", Data::Text("12".into())),
            ("2012-10-17", Data::Text("2012-10-17".into())),
            ("inf", Data::Text("inf".into())),
        ];
        for (text, data) in cases {
            assert_eq!(root(&format!("a: {text}")).get("a").unwrap().data, data, "{text}");
        }
    }

    #[test]
    fn json_with_tabs_marks_and_crlf() {
        let json = root("\u{feff}{\r\n\t\"A\":\t[1,\r\n\t\t\"\\ud83d\\ude00\\/\"]\r\n}\r\n");
        let Data::List(items) = &json.get("A").unwrap().data else { panic!() };
        assert_eq!(items[1], Raw::text(Position { line: 3, column: 3 }, "😀/"));
        assert_eq!(json.entry("A").unwrap().at, Position { line: 2, column: 2 });
    }

    #[test]
    fn aliases_and_merges() {
        let root = root("base: &b {x: 1, y: 2}\nown: {<<: *b, y: 3}\n");
        let own = root.get("own").unwrap();
        assert_eq!(own.get("y").unwrap().data, Data::Number(3.into()));
        assert_eq!(own.get("x").unwrap().data, Data::Number(1.into()));
    }

    #[test]
    fn of_a_key_that_is_written_twice_the_last_counts() {
        for (text, column) in [("a: 1\nb: 2\na: 3\n", 1), ("{\"a\": 1,\n\"b\": 2,\n \"a\": 3}", 2)] {
            let tree = parse("twice.yaml", text).unwrap();
            let entries: Vec<_> = tree.root.entries().iter().map(|entry| (entry.key.as_str(), entry.value.scalar().unwrap())).collect();
            assert_eq!(entries, [("b", "2".to_owned()), ("a", "3".to_owned())]);
            let warnings: Vec<String> = tree.warnings.iter().map(ToString::to_string).collect();
            let wanted = format!("twice.yaml:3:{column}: the key a is written twice, first in line 1; CloudFormation takes the last");
            assert_eq!(warnings, [wanted]);
        }
    }

    #[test]
    fn errors_have_places() {
        assert_eq!(error("t", "a: 1\n---\nb: 1\n"), "t:3:1: a second YAML document; a template is one");
        assert_eq!(error("t", "[a]: 1\n"), "t:1:1: a key must be a text");
        assert_eq!(error("t", "a: &x [*x]\n"), "t:1:8: a YAML alias inside the value that it stands for");
        assert_eq!(error("t", ""), "t: empty");
        assert!(error("t", "a:\n\tb: 1\n").starts_with("t:2:2: not YAML: tabs"));
        assert!(error("t.json", "{\"a\": 1,}").starts_with("t.json:1:8: not JSON: "));
        assert!(parse("t", "a: 1\n---\n").is_ok());
    }

    #[test]
    fn bombs() {
        for (opening, closing) in [("[", "]"), ("{\"a\":", "}"), ("- ", ""), ("{a: ", "}")] {
            for depth in [90, 150, 100_000] {
                let text = format!("{{\"k\": {}1{}}}", opening.repeat(depth), closing.repeat(depth));
                let text = if opening == "- " { format!("{}1", opening.repeat(depth)) } else { text };
                assert_eq!(parse("t", &text).is_ok(), depth == 90, "{opening}{depth}");
            }
        }
        let mut aliases = String::from("a0: &a0 [x, x]\n");
        for level in 1..60 {
            aliases += &format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1);
        }
        assert!(error("t", &aliases).contains("aliases add more than"));
    }
}
