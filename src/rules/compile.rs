//! Compiles rule files. Every name, unit and expression is checked here: errors show file, line and a suggestion, before any rule
//! runs.

use super::expr::Expression;
use super::fact_paths::Path;
use super::fix::Fix;
use super::format::{Line, RuleFile, TITLE_LENGTH, Unit};
use super::rule::{Remediation, Rule, TemplateRemediation};
use super::schema_shape::Shape;
use super::text::Text;
use super::variables::{Shapes, hint, no_function};
use crate::inventory::types;
use crate::protection::data_types;
use std::collections::BTreeMap;
use std::fmt;

/// A mistake in a rule or policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub file: String,
    /// Counted from 1; 0 when the mistake has no line.
    pub line: u64,
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { write!(f, "{}: {}", self.file, self.what) } else { write!(f, "{}:{}: {}", self.file, self.line, self.what) }
    }
}

/// How thoroughly a rule file is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Every name, unit, expression and test is checked.
    Checked,
    /// For built-in rules, which the tests of the build check: expressions compile on first use, and the rule's tests are not loaded.
    /// `benches/caches.rs` measures it; `tests/rules/trusted.rs` compares the verdicts.
    Trusted,
}

/// Parses and compiles one rule file.
///
/// # Errors
/// Every mistake in it.
pub fn rule(path: &str, text: &str, care: Care) -> Result<Rule, Vec<Mistake>> {
    let text = match care {
        Care::Trusted => text.find("\ntests:").map_or(text, |tests| &text[..=tests]),
        Care::Checked => text,
    };
    let file: RuleFile = parse(path, text).map_err(|mistake| vec![mistake])?;
    let mut checker = Checker { path, mistakes: Vec::new(), care };
    let applies_to = checker.types(&file);
    let types_known = checker.mistakes.is_empty();
    checker.id(&file.id);
    checker.title("title", &file.title);
    checker.title("fail_title", &file.fail_title);
    let params = checker.params(&file);
    let mut shapes = match care {
        Care::Checked => Shapes::for_types(&applies_to, &params),
        Care::Trusted => Shapes::default(),
    };
    if !types_known {
        // Which fields an unknown type has is unknown, too. The error about its name is enough.
        shapes.by_variable.extend([("resource", Shape::Any), ("protection", Shape::Any)]);
    }
    let when = file.when.as_ref().map(|source| checker.expression(source, &shapes));
    let check = checker.expression(&file.check, &shapes);
    let evidence = checker.evidence(&file.evidence, &shapes);
    let message = checker.text(&file.message, &shapes);
    let remediation = Remediation {
        summary: checker.text(&file.remediation.summary, &shapes),
        steps: checker.texts(&file.remediation.steps, &shapes),
        cli: checker.texts(&file.remediation.cli, &shapes),
        cloudformation: file.remediation.cloudformation.as_ref().map(|text| checker.text(text, &shapes)),
        terraform: file.remediation.terraform.as_ref().map(|text| checker.text(text, &shapes)),
        template: file.remediation.template.as_ref().map(|template| TemplateRemediation {
            summary: checker.text(&template.summary, &shapes),
            steps: checker.texts(&template.steps, &shapes),
            fix: checker.fix(&template.fix, &shapes),
            no_code: template.no_code.as_ref().map(|text| checker.text(text, &shapes)),
        }),
        docs: checker.addresses(&file.remediation.docs),
    };
    checker.tests(&file, &shapes);
    if !checker.mistakes.is_empty() {
        return Err(checker.mistakes);
    }
    Ok(Rule {
        id: file.id.value.clone(),
        title: file.title.value.clone(),
        fail_title: file.fail_title.value.clone(),
        best_practice: file.best_practice,
        severity: file.severity,
        data: file.applies_to.iter().any(|name| name.value == "DATA"),
        applies_to,
        params,
        when,
        check,
        evidence,
        message,
        remediation,
        reproducible: file.reproducible,
        templates_only: file.templates_only,
        live_only: file.live_only,
        references: file.references.clone(),
        path: path.to_owned(),
        file,
    })
}

/// Reads YAML into `T`; errors have a line.
///
/// # Errors
/// The first error in the form of the file.
pub fn parse<T: serde::de::DeserializeOwned>(path: &str, text: &str) -> Result<T, Mistake> {
    let mut options = serde_saphyr::Options::default();
    options.with_snippet = false;
    serde_saphyr::from_str_with_options(text, options).map_err(|error| Mistake {
        file: path.to_owned(),
        line: error.location().map_or(0, |location| location.line()),
        what: with_suggestion(error.without_snippet().to_string().lines().next().unwrap_or("cannot be read")),
    })
}

/// Rewords serde's "unknown field `x`, expected one of a, b at line 2, column 1": without the place, and with the nearest known name.
fn with_suggestion(message: &str) -> String {
    let message = message.find(" at line ").map_or(message, |place| &message[..place]);
    // The parser's terms, in the words of those who write YAML.
    let message = match message {
        "expected sequence start" => "expected a list",
        "expected mapping start" => "expected a map",
        "expected string scalar" => "expected a text",
        "invalid boolean" => "expected true or false",
        "input is out of range" | "input contains invalid characters" | "premature end of input" | "trailing input" => {
            "expected a date, such as 2027-01-31"
        }
        _ if message.starts_with("cannot deserialize null into string") => "expected a text",
        _ if ["invalid u", "invalid i"].iter().any(|start| message.starts_with(start)) => "expected a whole number",
        _ if message.starts_with("while parsing a block") => "the indentation of this line fits nothing above it",
        _ if message.starts_with("multiple YAML documents") => "expected one document: remove the extra line `---`",
        _ if message.starts_with("duplicate mapping key") => message.split(", set ").next().unwrap_or(message),
        _ => message,
    };
    let Some((wrong, known)) = message.strip_prefix("unknown ").and_then(|rest| rest.split_once(", expected ")) else {
        return message.to_owned();
    };
    let wrong = wrong.split('`').nth(1).unwrap_or(wrong);
    let known = known.strip_prefix("one of ").unwrap_or(known).split([',', ' ', '`']).filter(|name| !name.is_empty());
    format!("{message}{}", hint(wrong, known))
}

struct Checker<'p> {
    path: &'p str,
    care: Care,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn wrong(&mut self, line: u64, what: String) {
        self.mistakes.push(Mistake { file: self.path.to_owned(), line, what });
    }

    /// Policies, in-file waivers and the command line name rules by it.
    fn id(&mut self, id: &Line<String>) {
        let fits = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
        if id.value.is_empty() || !id.value.chars().all(fits) {
            self.wrong(id.referenced.line(), format!("`{}` is not a valid rule id: use lower-case letters, digits and hyphens", id.value));
        }
    }

    /// A title is one short line: reports show it as a heading.
    fn title(&mut self, name: &str, title: &Line<String>) {
        let (line, length) = (title.referenced.line(), title.value.chars().count());
        if title.value.trim().is_empty() || title.value.contains('\n') {
            self.wrong(line, format!("`{name}` is empty or has several lines: write one line"));
        } else if length >= TITLE_LENGTH {
            self.wrong(
                line,
                format!("`{name}` has {length} characters: write fewer than {TITLE_LENGTH}, so that it fits on a line of a report"),
            );
        }
    }

    fn types(&mut self, file: &RuleFile) -> Vec<&'static str> {
        let mut found = Vec::new();
        for name in &file.applies_to {
            if name.value == "DATA" {
                found.extend(data_types().map(|info| info.name));
            } else if let Some(info) = types::find(&name.value) {
                found.push(info.name);
            } else {
                let hint = hint(&name.value, types::all().iter().map(|info| info.name));
                self.wrong(name.referenced.line(), format!("there is no resource type `{}`{hint}", name.value));
            }
        }
        if found.is_empty() && self.mistakes.is_empty() {
            self.wrong(file.id.referenced.line(), "applies_to names no resource type".to_owned());
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn params(&mut self, file: &RuleFile) -> serde_json::Map<String, serde_json::Value> {
        let mut values = serde_json::Map::new();
        for (name, param) in &file.params {
            let suffix = [("_days", Unit::Days), ("_hours", Unit::Hours), ("_minutes", Unit::Minutes), ("_seconds", Unit::Seconds)]
                .into_iter()
                .find(|(suffix, _)| name.ends_with(suffix));
            if let Some((suffix, unit)) = suffix
                && param.value.unit.is_some_and(|given| given != unit)
            {
                self.wrong(param.referenced.line(), format!("parameter `{name}` ends in `{suffix}` but has another unit"));
            }
            if param.value.unit.is_some() && !param.value.value.is_i64() {
                self.wrong(param.referenced.line(), format!("parameter `{name}` has a unit, so its value must be a whole number"));
            }
            values.insert(name.clone(), param.value.value.clone());
        }
        values
    }

    fn expression(&mut self, source: &Line<String>, shapes: &Shapes) -> Expression {
        if self.care == Care::Trusted {
            return Expression::trusted(source.value.trim());
        }
        match Expression::compile(source.value.trim()) {
            Ok(expression) => {
                self.check(&expression, source.referenced.line(), shapes, true);
                expression
            }
            Err(what) => {
                self.wrong(source.referenced.line(), what);
                Expression::never()
            }
        }
    }

    /// Checks an expression, which as a `condition` must be true or false.
    fn check(&mut self, expression: &Expression, line: u64, shapes: &Shapes, condition: bool) {
        let mut found: Vec<String> = expression.paths().iter().filter_map(|path| shapes.mistake(path)).collect();
        found.extend(expression.unknown_functions().iter().map(|name| no_function(name)));
        if found.is_empty() {
            found = expression.mistakes(&|name| shapes.by_variable.get(name), condition);
        }
        for what in found {
            self.wrong(line, what);
        }
    }

    /// The facts that the evidence quotes. A list is quoted as a whole, so its elements have no paths here.
    fn evidence(&mut self, paths: &[Line<String>], shapes: &Shapes) -> Vec<Path> {
        let parsed: Vec<Path> = paths.iter().map(|path| path.value.trim().split('.').map(str::to_owned).collect()).collect();
        if self.care == Care::Checked {
            for (path, written) in parsed.iter().zip(paths) {
                let what = match path.as_slice() {
                    [variable, _, ..] if variable != "now" => shapes.mistake(path),
                    _ => Some(format!("`{}` is not a fact: write it with its variable, as `protection.state`", written.value)),
                };
                if let Some(what) = what {
                    self.wrong(written.referenced.line(), format!("evidence: {what}"));
                }
            }
        }
        parsed
    }

    fn text(&mut self, source: &Line<String>, shapes: &Shapes) -> Text {
        if self.care == Care::Trusted {
            return Text::trusted(&source.value);
        }
        match Text::compile(&source.value) {
            Ok(text) => {
                for expression in text.expressions() {
                    self.check(expression, source.referenced.line(), shapes, false);
                }
                text
            }
            Err(what) => {
                self.wrong(source.referenced.line(), what);
                Text::empty()
            }
        }
    }

    fn texts(&mut self, sources: &[Line<String>], shapes: &Shapes) -> Vec<Text> {
        sources.iter().map(|source| self.text(source, shapes)).collect()
    }

    /// Its names of properties are checked where the tables of templates are known: see [`super::fix_check`].
    fn fix(&mut self, fix: &BTreeMap<String, Line<serde_json::Value>>, shapes: &Shapes) -> Fix {
        let by_type = fix.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect();
        let line = |name: &str| fix.get(name).map_or(0, |value| value.referenced.line());
        let care = self.care;
        let compiled =
            Fix::compile(&by_type, &mut |text| if care == Care::Trusted { Ok(Text::trusted(text)) } else { Text::compile(text) });
        match compiled {
            Ok(compiled) => {
                if care == Care::Checked {
                    compiled.expressions().for_each(|(name, expression)| self.check(expression, line(name), shapes, false));
                }
                compiled
            }
            Err((name, what)) => {
                self.wrong(line(&name), format!("fix of `{name}`: {what}"));
                Fix::default()
            }
        }
    }

    /// Reports render them as links.
    fn addresses(&mut self, docs: &[Line<String>]) -> Vec<String> {
        for address in docs {
            if !address.value.starts_with("https://") || address.value.contains(char::is_whitespace) {
                self.wrong(address.referenced.line(), format!("`{}` is not a valid address: docs must start with https://", address.value));
            }
        }
        docs.iter().map(|address| address.value.clone()).collect()
    }

    /// A test that sets a field which does not exist tests nothing.
    fn tests(&mut self, file: &RuleFile, shapes: &Shapes) {
        for test in &file.tests {
            let line = test.name.referenced.line();
            for (variable, fields) in
                [("resource", &test.resource), ("protection", &test.protection), ("objective", &test.objective), ("params", &test.params)]
            {
                for name in fields.keys() {
                    if let Some(what) = shapes.mistake(&vec![variable.to_owned(), name.clone()]) {
                        self.wrong(line, format!("test `{}`: {what}", test.name.value));
                    }
                }
            }
            if let Some(name) = &test.type_name
                && types::find(name).is_none()
            {
                self.wrong(line, format!("test `{}`: there is no resource type `{name}`", test.name.value));
            }
        }
    }
}
