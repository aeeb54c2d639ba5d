//! A compiled rule: [`super::compile`] makes it, [`super::engine`] runs it.

use super::expr::Expression;
use super::format::{BestPractice, Line, RuleFile, Severity, Test};
use super::text::Text;
use std::collections::BTreeMap;

/// The fix that a rule suggests, as texts to fill in.
#[derive(Debug)]
pub struct Remediation {
    pub summary: Text,
    pub steps: Vec<Text>,
    pub cli: Vec<Text>,
    pub cloudformation: Option<Text>,
    pub terraform: Option<Text>,
    pub docs: Vec<String>,
}

/// A compiled rule.
#[derive(Debug)]
pub struct Rule {
    pub id: String,
    /// What it asks.
    pub title: String,
    /// What is wrong where it fails.
    pub fail_title: String,
    pub best_practice: BestPractice,
    pub severity: Severity,
    /// Type names; `DATA` is expanded.
    pub applies_to: Vec<&'static str>,
    /// It applies to `DATA`: members of DB clusters are skipped, because their cluster is judged.
    pub data: bool,
    pub params: serde_json::Map<String, serde_json::Value>,
    pub when: Option<Expression>,
    pub check: Expression,
    pub message: Text,
    pub remediation: Remediation,
    /// Also judges reproducible data, which other rules skip.
    pub reproducible: bool,
    /// Judges templates only.
    pub templates_only: bool,
    /// Does not judge templates.
    pub live_only: bool,
    pub references: BTreeMap<String, Vec<String>>,
    /// The file as it was written, for `rules show`, `rules docs` and `rules test`.
    pub file: RuleFile,
    /// Where it was written.
    pub path: String,
}

impl Rule {
    /// Its tests; empty for a built-in rule that was loaded without checks.
    pub fn tests(&self) -> &[Test] {
        &self.file.tests
    }

    /// The expressions that exceeded the cost limit for a resource, with their lines.
    pub fn overruns(&self) -> impl Iterator<Item = String> {
        let (file, fix) = (&self.file, &self.remediation);
        let conditions = self.when.iter().zip(&file.when).chain([(&self.check, &file.check)]);
        let texts = [(&self.message, &file.message), (&fix.summary, &file.remediation.summary)].into_iter();
        let texts = texts.chain(fix.steps.iter().zip(&file.remediation.steps)).chain(fix.cli.iter().zip(&file.remediation.cli));
        let texts = texts.chain(fix.cloudformation.iter().zip(&file.remediation.cloudformation));
        let texts = texts.chain(fix.terraform.iter().zip(&file.remediation.terraform));
        let expressions = texts.flat_map(|(text, line)| text.expressions().map(move |expression| (expression, line)));
        let told = |(expression, line): (&Expression, &Line<String>)| {
            Some(format!("{}:{}: {}", self.path, line.referenced.line(), expression.overrun()?))
        };
        conditions.chain(expressions).filter_map(told)
    }
}
