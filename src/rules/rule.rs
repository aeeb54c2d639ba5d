//! A rule that is ready to judge: compiled by [`super::compile`], asked by [`super::engine`].

use super::expr::Expression;
use super::format::{BestPractice, Line, RuleFile, Severity, Test};
use super::text::Text;
use std::collections::BTreeMap;

/// What a rule tells to do about a failure, ready to be filled in.
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
    pub title: String,
    pub best_practice: BestPractice,
    pub severity: Severity,
    /// Type names; `DATA` is spelt out.
    pub applies_to: Vec<&'static str>,
    /// It asks for backups of data: members of DB clusters, judged with their cluster, are left out.
    pub data: bool,
    pub params: serde_json::Map<String, serde_json::Value>,
    pub when: Option<Expression>,
    pub check: Expression,
    pub message: Text,
    pub remediation: Remediation,
    /// Judges reproducible data, which other rules do not.
    pub reproducible: bool,
    /// Judges templates and nothing else.
    pub templates_only: bool,
    /// Judges no template.
    pub live_only: bool,
    pub references: BTreeMap<String, Vec<String>>,
    /// The file as it was written, for `rules show`, `rules docs` and `rules test`.
    pub file: RuleFile,
    /// Where it was written.
    pub path: String,
}

impl Rule {
    /// Its tests; none of a rule of the binary that was not loaded to be checked.
    pub fn tests(&self) -> &[Test] {
        &self.file.tests
    }

    /// The expressions that cost too much for some resource, with their lines.
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
