//! Turns the failing findings of a document into backup plans that would cover what is uncovered, and into a script of commands. Changes
//! nothing, and reads nothing but the document and the policy.

mod commands;
mod mended;
pub mod model;
mod plans;
mod sets;

pub use commands::{Class, Command};

use super::findings::{Finding, Findings, Status};
use super::policy::Policy;
use crate::rules::RuleSet;
use mended::{ALSO_BY_PLAN, BY_PLAN, PLAN_EXISTS, PROTECTED, TEST_PLANNED};
use model::{Fix, Remedies};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Works out what to write.
///
/// # Errors
/// A document that says nothing about deployed data.
pub fn remedies(findings: &Findings, rules: &RuleSet, policy: &Policy) -> Result<Remedies, String> {
    let audit = &findings.audit;
    if !["aws", "inventory", "demo"].contains(&audit.source.as_str()) {
        return Err(format!(
            "findings of templates ({}): nothing is deployed that a command could change; fix the templates themselves, as the Markdown \
             report and `rel9 audit --fix` show",
            audit.source
        ));
    }
    if !findings.findings.iter().any(|finding| &*finding.rule == PROTECTED) {
        return Err(format!("has no findings of {PROTECTED}, which show what is uncovered: audit again without --rule and --skip-rule"));
    }
    let mut notes = Vec::new();
    if policy.digest() != audit.policy_digest.as_deref() {
        notes.push("The findings were judged by another policy file than the one that the objectives here come from.".to_owned());
    }
    if !audit.partial.is_empty() {
        notes.push(format!(
            "The audit left rules or resources out ({}): what it did not judge is not here, and plans or vaults that exist may have been missed.",
            audit.partial.join(", ")
        ));
    }
    if !audit.complete {
        notes.push("The audit could not read everything: what is unknown is not here. The reports of the audit name it.".to_owned());
    }
    let (sets, left) = sets::sets(findings, rules, policy);
    let plans = || sets.iter().flat_map(|set| &set.plans);
    let covered: BTreeSet<&str> = plans().flat_map(|plan| &plan.resources).map(|target| target.resource.arn.as_str()).collect();
    let tests = plans().filter_map(|plan| plan.tests.as_ref()).flat_map(|tests| tests.resources.values().flatten());
    let tested: BTreeSet<&str> = tests.map(|resource| resource.arn.as_str()).collect();
    let with_plan: BTreeSet<(&str, &str)> =
        sets.iter().filter(|set| set.new_plans().next().is_some()).map(|set| (set.account.as_str(), set.region.as_str())).collect();
    let by_set = |finding: &Finding| {
        let (rule, resource) = (&*finding.rule, &finding.resource);
        covered.contains(resource.arn.as_str()) && (BY_PLAN.contains(&rule) || ALSO_BY_PLAN.contains(&rule))
            || tested.contains(resource.arn.as_str()) && rule == TEST_PLANNED
            || with_plan.contains(&(resource.account.as_str(), resource.region.as_str())) && rule == PLAN_EXISTS
    };
    let failing = findings.findings.iter().filter(|finding| finding.status == Status::Fail);
    let mut fixes: Vec<Fix> = failing
        .map(|finding| Fix {
            account: finding.resource.account.clone(),
            region: finding.resource.region.clone(),
            severity: finding.severity,
            rule: Arc::clone(&finding.rule),
            title: Arc::clone(finding.headline()),
            message: Arc::clone(&finding.message),
            summary: finding.remediation.as_ref().map(|remediation| Arc::clone(&remediation.summary)).unwrap_or_default(),
            resource: Arc::clone(&finding.resource),
            by_set: by_set(finding),
            commands: commands::commands(finding),
        })
        .collect();
    fixes.sort_by(|a, b| {
        let key = |fix: &Fix| (fix.account.clone(), fix.region.clone(), std::cmp::Reverse(fix.severity), Arc::clone(&fix.rule));
        key(a).cmp(&key(b)).then_with(|| a.resource.arn.cmp(&b.resource.arn))
    });
    Ok(Remedies { audit_id: audit.id.clone(), as_of: audit.as_of, sets, findings: fixes, left, notes })
}
