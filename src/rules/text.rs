//! Texts of rules (messages, remediation, commands) that contain `{{ expression }}`.

use super::expr::{Expression, Outcome, Scope};

/// A text to fill in for a resource.
#[derive(Debug)]
pub struct Text {
    /// A step or a command that begins with `{{ if CONDITION }}` is for resources that meet the condition.
    only_if: Option<Expression>,
    parts: Vec<Part>,
}

/// How a condition begins. (`if` is no word of CEL.)
const IF: &str = "if ";

/// The placeholder in a command for an unknown value, in the style of the rules' own placeholders.
const UNKNOWN: &str = "UNKNOWN";

#[derive(Debug)]
enum Part {
    Text(String),
    Value(Expression),
}

impl Text {
    /// Compiles `source`.
    ///
    /// # Errors
    /// A `{{` without `}}`, or an expression that does not compile.
    pub fn compile(source: &str) -> Result<Self, String> {
        Self::with(source, Expression::compile)
    }

    /// A text of a built-in rule (see [`Expression::trusted`]).
    pub(super) fn trusted(source: &str) -> Self {
        Self::with(source, |expression| Ok(Expression::trusted(expression))).unwrap_or_else(|_| Self::empty())
    }

    fn with(source: &str, compile: impl Fn(&str) -> Result<Expression, String>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut only_if = None;
        let mut rest = source;
        while let Some(start) = rest.find("{{") {
            let Some(length) = rest[start..].find("}}") else {
                return Err("`{{` without `}}`".to_owned());
            };
            if start > 0 {
                parts.push(Part::Text(rest[..start].to_owned()));
            }
            let expression = rest[start + 2..start + length].trim();
            let after = &rest[start + length + 2..];
            match expression.strip_prefix(IF) {
                Some(condition) if only_if.is_none() && parts.is_empty() => {
                    only_if = Some(compile(condition)?);
                    rest = after.trim_start();
                }
                _ => {
                    parts.push(Part::Value(compile(expression)?));
                    rest = after;
                }
            }
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Text { only_if, parts })
    }

    /// Stands in for a text that could not be compiled.
    pub(super) fn empty() -> Self {
        Text { only_if: None, parts: Vec::new() }
    }

    /// The text with its values. An unknown value shows as `unknown` where it is a word of its own, and is omitted where it would extend the
    /// word before it.
    pub fn render(&self, scope: &Scope) -> String {
        let mut rendered = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => rendered.push_str(text),
                Part::Value(expression) => match expression.text(scope) {
                    Some(text) => rendered.push_str(&text),
                    None if rendered.ends_with(|last: char| last.is_alphanumeric() || last == ')') => {}
                    None => rendered.push_str(super::expr::UNKNOWN),
                },
            }
        }
        rendered
    }

    /// Whether the text is for this resource: it has no condition, or the condition is met or unknown.
    pub fn applies(&self, scope: &Scope) -> bool {
        self.only_if.as_ref().is_none_or(|condition| !matches!(condition.truth(scope), Outcome::Known(false)))
    }

    /// Whether it is one value, and that is null.
    pub fn is_null(&self, scope: &Scope) -> bool {
        matches!(self.parts.as_slice(), [Part::Value(expression)] if expression.text(scope).is_some() && expression.words(scope).is_none())
    }

    /// Whether all of its values were read.
    pub fn is_known(&self, scope: &Scope) -> bool {
        self.expressions().all(|expression| expression.text(scope).is_some())
    }

    /// The text as a command for a POSIX shell. Names and tags are untrusted text: each value is quoted for its place, so that it is one word
    /// there. A list is several words, a list of lists several commands. A value that is null or was not read is [`UNKNOWN`]. `None` when no
    /// command is left.
    pub fn render_command(&self, scope: &Scope) -> Option<String> {
        if !self.applies(scope) {
            return None;
        }
        let mut command = String::new();
        let mut quotes = Quotes::None;
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    quotes = quotes.after(text);
                    command.push_str(text);
                }
                Part::Value(expression) => {
                    let commands = expression.words(scope).unwrap_or_else(|| vec![vec![UNKNOWN.to_owned()]]);
                    let quoted = |words: &Vec<String>| words.iter().map(|word| quotes.escape(word)).collect::<Vec<_>>().join(" ");
                    let commands: Vec<String> = commands.iter().map(quoted).collect();
                    command.push_str(&commands.join(" && "));
                    // An empty list leaves no gap.
                    if command.ends_with(' ') && commands.iter().all(String::is_empty) && quotes == Quotes::None {
                        command.pop();
                    }
                }
            }
        }
        let command = command.trim();
        (!command.is_empty() && command != UNKNOWN).then(|| command.to_owned())
    }

    /// Whether the text is the same for every resource: it contains no expression, or only parameters.
    pub fn is_same_for_all(&self) -> bool {
        self.expressions().flat_map(Expression::paths).all(|path| path.first().is_some_and(|root| root == "params" || root == "now"))
    }

    /// The expressions in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let values = self.parts.iter().filter_map(|part| match part {
            Part::Value(expression) => Some(expression),
            Part::Text(_) => None,
        });
        self.only_if.iter().chain(values)
    }
}

/// The shell quotes that are open at the end of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
}

impl Quotes {
    /// The open quotes after `text`.
    fn after(self, text: &str) -> Self {
        let mut quotes = self;
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            quotes = match (quotes, character) {
                (Quotes::None, '\'') => Quotes::Single,
                (Quotes::None, '"') => Quotes::Double,
                (Quotes::Single, '\'') | (Quotes::Double, '"') => Quotes::None,
                (Quotes::None | Quotes::Double, '\\') => {
                    characters.next();
                    quotes
                }
                _ => quotes,
            };
        }
        quotes
    }

    /// Escapes untrusted text, so that the shell takes it literally here.
    fn escape(self, text: &str) -> String {
        match self {
            Quotes::None => shell_word(text),
            Quotes::Single => text.replace('\'', r"'\''"),
            Quotes::Double if !text.contains(['"', '\\', '$', '`', '!']) => text.to_owned(),
            // An interactive shell looks for `!` here, and a backslash before it would stay.
            Quotes::Double => format!("\"'{}'\"", text.replace('\'', r"'\''")),
        }
    }
}

/// A text as one word of a POSIX shell, in quotes where it needs them.
pub fn shell_word(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_@%+=:,./-".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::schema_shape::Shape;
    use serde_json::{Value, json};
    use std::sync::{Arc, LazyLock};

    fn command(template: &str, values: Value) -> Option<String> {
        static ANYTHING: LazyLock<Shape> = LazyLock::new(|| crate::rules::schema_shape::resource("AWS::EC2::Volume"));
        let mut scope = Scope::at(chrono::DateTime::UNIX_EPOCH);
        scope.bind("resource", &Arc::new(values), &ANYTHING, &Arc::default());
        Text::compile(template).expect("a template").render_command(&scope)
    }

    /// What a POSIX shell makes of a command.
    fn words(command: &str) -> Vec<String> {
        let script = format!("printf '%s\\0' {command}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
        let mut words: Vec<String> = String::from_utf8(output.stdout).expect("UTF-8").split('\0').map(str::to_owned).collect();
        words.pop();
        words
    }

    #[test]
    fn names_of_other_peoples_making_are_data_for_the_shell() {
        let hostile = "it's $(touch x) `id` \"quoted\" \\ ; rm -rf ~ & #\n* > out !x";
        let values = json!({ "id": hostile, "name": [hostile, "two"] });
        let one = command("aws {{ resource.id }}-copy '{\"a\":\"{{ resource.id }}\"}' \"of {{ resource.id }}\"", values.clone())
            .expect("a command");
        assert_eq!(words(&one), ["aws", &format!("{hostile}-copy"), &format!("{{\"a\":\"{hostile}\"}}"), &format!("of {hostile}")]);
        let several = command("aws --values {{ [resource.id, \"two\"] }} --end", values).expect("a command");
        assert_eq!(words(&several), ["aws", "--values", hostile, "two", "--end"]);
        let commands = command("{{ resource.name.map(n, [\"echo\", n]) }}", json!({ "name": ["a b", "c"] }));
        assert_eq!(commands.as_deref(), Some("echo 'a b' && echo c"));
    }

    #[test]
    fn plain_values_need_no_quotes_and_empty_ones_do() {
        let values = json!({ "id": "vol-1", "name": "", "arn": "arn:aws:ec2:us-east-1:111122223333:volume/vol-1" });
        assert_eq!(
            command("aws {{ resource.id }} {{ resource.arn }} {{ resource.name }}", values).as_deref(),
            Some("aws vol-1 arn:aws:ec2:us-east-1:111122223333:volume/vol-1 ''")
        );
    }

    #[test]
    fn a_command_may_have_a_condition() {
        let template = "{{ if resource.id != \"vol-1\" }} aws {{ resource.id }}";
        assert_eq!(command(template, json!({ "id": "vol-2" })).as_deref(), Some("aws vol-2"));
        assert_eq!(command(template, json!({ "id": "vol-1" })), None);
        assert_eq!(command("{{ if resource.id == \"x\" }} aws", json!({})).as_deref(), Some("aws"), "unknown");
        assert!(Text::compile("aws {{ if resource.id == \"x\" }}").is_err(), "a condition comes first");
    }

    #[test]
    fn what_is_not_known_is_a_placeholder_and_a_command_of_nothing_is_left_out() {
        let values = json!({ "name": null });
        assert_eq!(command("aws {{ resource.id }} {{ resource.name }}", values.clone()).as_deref(), Some("aws UNKNOWN UNKNOWN"));
        assert_eq!(command("{{ resource.name == null ? [] : [\"aws\"] }}", values.clone()), None);
        assert_eq!(command("{{ [\"aws\", resource.id] }}", values), None);
    }
}
