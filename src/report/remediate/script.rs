//! `fix.sh`: the commands of the findings, ordered, for people to review. What is not known to be harmless does not run.

use super::quote::{comment, shell};
use crate::audit::findings::ResourceRef;
use crate::audit::remediate::model::{Fix, Remedies, Set, TAG, TEST_TAG};
use crate::audit::remediate::{Class, Command};
use crate::report::words::counted;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

/// How many resources one call tags at most (Resource Groups Tagging API reference, `TagResources`).
const ARNS: usize = 20;

const HEAD: &str = r#"# Review every line before you run this. What it does:
# - It runs only what belongs to the account of your credentials, and stops at the first error.
# - It tags resources, so that the selections of the backup plans beside it select them: deploy those first.
# - Commands that cost money run only with COSTS_REVIEWED=yes in the environment.
# - Commands that may replace, interrupt or delete something, or that need a value from you, are comments marked REVIEW. They never run.
# shellcheck disable=SC2016
set -euo pipefail

COSTS_REVIEWED="${COSTS_REVIEWED:-no}"
current_account=$(aws sts get-caller-identity --query Account --output text)

in_account() {
  if [[ $current_account == "$1" ]]; then return 0; fi
  printf 'skipped: account %s; the credentials are for %s\n' "$1" "$current_account" >&2
  return 1
}

costs() {
  if [[ $COSTS_REVIEWED == yes ]]; then
    "$@"
  else
    printf 'skipped, costs money (COSTS_REVIEWED=yes runs it): %s\n' "$*" >&2
  fi
}

tag() { # tag REGION KEY=VALUE ARN...
  local region=$1 pair=$2 failed
  shift 2
  failed=$(aws resourcegroupstaggingapi tag-resources --region "$region" --tags "$pair" --resource-arn-list "$@" \
    --query 'FailedResourcesMap' --output json)
  if [[ -n $failed && $failed != '{}' && $failed != null ]]; then
    printf 'not tagged: %s\n' "$failed" >&2
    return 1
  fi
}
"#;

/// The script.
pub fn text(remedies: &Remedies) -> String {
    let mut out = String::from("#!/usr/bin/env bash\n");
    let when = remedies.as_of.format("%Y-%m-%d %H:%M UTC");
    out.push_str(&comment(0, &format!("Written by rel9 remediate from audit {} as of {when}.", remedies.audit_id)));
    out.push_str(HEAD);
    for ((account, region), (fixes, set)) in remedies.by_place() {
        let place = if region.is_empty() { account.to_owned() } else { format!("{account}/{region}") };
        out.push('\n');
        out.push_str(&comment(0, &format!("==== {place} ====")));
        let _ = writeln!(out, "if in_account {}; then", shell(account));
        let _ = writeln!(out, "  printf '%s\\n' {}", shell(&place));
        if let Some(set) = set {
            tags(&mut out, set);
        }
        let mut written = HashSet::new();
        for fix in fixes.iter().filter(|fix| !fix.commands.is_empty()) {
            finding(&mut out, fix, &mut written);
        }
        out.push_str("fi\n");
    }
    out
}

fn tags(out: &mut String, set: &Set) {
    for plan in &set.plans {
        if !plan.resources.is_empty() {
            let first = if plan.exists { "which is there already" } else { "which has to be deployed first" };
            out.push('\n');
            out.push_str(&comment(
                2,
                &format!("Brings {} into backup plan {}, {first}.", counted(plan.resources.len() as u64, "resource"), plan.name),
            ));
            for target in plan.resources.iter().filter(|target| !target.first.is_empty()) {
                out.push_str(&comment(2, &format!("{} first needs: {}", target.resource.id, target.first.join("; "))));
            }
            tag(out, set, TAG, &plan.slug, plan.resources.iter().map(|target| &target.resource));
        }
        if let Some(tests) = plan.tests.as_ref().filter(|tests| !tests.resources.is_empty()) {
            let first = if tests.exists { "which is there already" } else { "which has to be deployed first" };
            let count: usize = tests.resources.values().map(Vec::len).sum();
            out.push('\n');
            out.push_str(&comment(
                2,
                &format!("Lets restore testing plan {}, {first}, test {}.", tests.name, counted(count as u64, "resource")),
            ));
            tag(out, set, TEST_TAG, &plan.slug, tests.resources.values().flatten());
        }
    }
}

fn tag<'r>(out: &mut String, set: &Set, key: &str, value: &str, resources: impl Iterator<Item = &'r Arc<ResourceRef>>) {
    let arns: Vec<String> = resources.map(|resource| shell(&resource.arn)).collect();
    for part in arns.chunks(ARNS) {
        let pair = shell(&format!("{key}={value}"));
        let _ = writeln!(out, "  tag {} {pair} \\\n    {}", shell(&set.region), part.join(" \\\n    "));
    }
}

fn finding<'f>(out: &mut String, fix: &'f Fix, written: &mut HashSet<&'f str>) {
    out.push('\n');
    out.push_str(&comment(2, &format!("{}: {} ({})", fix.severity.as_str(), fix.title, fix.rule)));
    let name = fix.resource.name.as_ref().filter(|name| **name != fix.resource.id).map_or(String::new(), |name| format!(" ({name})"));
    out.push_str(&comment(2, &format!("{}{name}, {}: {}", fix.resource.id, fix.resource.type_name, fix.message)));
    if fix.by_set {
        out.push_str(&comment(2, "The tags and the plan above mend this; the commands below are for what cannot wait."));
    }
    for command in &fix.commands {
        // Several findings may have the same command, which runs once.
        let runs = matches!(command.class, Class::Runs | Class::Costs(_));
        if runs && !written.insert(&command.text) {
            out.push_str(&comment(2, &format!("As above: {}", command.text)));
            continue;
        }
        line(out, command);
    }
}

fn line(out: &mut String, command: &Command) {
    match &command.class {
        Class::Runs => {
            let _ = writeln!(out, "  {}", command.text);
        }
        Class::Costs(why) => {
            out.push_str(&comment(2, &format!("REVIEW: {why}")));
            let _ = writeln!(out, "  costs {}", command.text);
        }
        Class::Reads => out.push_str(&comment(2, &format!("Look first: {}", command.text))),
        Class::Review(why) => {
            out.push_str(&comment(2, &format!("REVIEW: {why}:")));
            out.push_str(&comment(2, &format!("  {}", command.text)));
        }
    }
}
