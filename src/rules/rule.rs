//! A compiled rule: [`super::compile`] makes it, [`super::engine`] runs it.

use super::expr::Expression;
use super::fact_paths::Path;
use super::fix::Fix;
use super::format::{BestPractice, RuleFile, Severity, Test};
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
    /// For findings in templates.
    pub template: Option<TemplateRemediation>,
    pub docs: Vec<String>,
}

/// The fix for a template.
#[derive(Debug)]
pub struct TemplateRemediation {
    pub summary: Text,
    pub steps: Vec<Text>,
    pub fix: Fix,
    /// Why a finding without a fix has none.
    pub no_code: Option<Text>,
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
    /// Facts that the evidence quotes beside those that the check reads.
    pub evidence: Vec<Path>,
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
        let of_template = fix.template.iter().zip(&file.remediation.template);
        let texts = texts.chain(of_template.clone().flat_map(|(fix, file)| {
            std::iter::once((&fix.summary, &file.summary))
                .chain(fix.steps.iter().zip(&file.steps))
                .chain(fix.no_code.iter().zip(&file.no_code))
        }));
        let expressions = texts.flat_map(|(text, line)| text.expressions().map(move |expression| (expression, line)));
        let lines = conditions.chain(expressions).map(|(expression, line)| (expression, line.referenced.line()));
        let fixes = of_template.flat_map(|(fix, file)| {
            fix.fix.expressions().map(|(name, expression)| (expression, file.fix.get(name).map_or(0, |value| value.referenced.line())))
        });
        lines.chain(fixes).filter_map(|(expression, line)| Some(format!("{}:{line}: {}", self.path, expression.overrun()?)))
    }
}
