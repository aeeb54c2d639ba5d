//! The backup plans that would cover what is uncovered: one set for each account and Region, one plan for each objective.

use super::mended::{BY_PLAN, PROTECTED, TEST_PLANNED};
use super::model::{Copy, Plan, Set, TAG, Target, Tests};
use super::plans;
use crate::audit::findings::{Finding, Findings, ResourceRef, Status};
use crate::audit::policy::{Owes, Policy};
use crate::inventory::types::{self, ResourceType, backup};
use crate::inventory::{GLOBAL, arn};
use crate::protection::facts::MechanismKind;
use crate::protection::{aws_backup_types, held_in_parts, is_data};
use crate::rules::RuleSet;
use crate::rules::engine::Subject;
use crate::rules::objective::{Demand, Objective};
use crate::rules::value::{ANYTHING_ELSE, Reasons};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The vault of the sets.
const VAULT: &str = "rel9-backups";

/// A resource that is left out, and why.
pub type Left = (Arc<ResourceRef>, String);

/// The findings of a document by resource, and what it shows of plans and vaults.
struct Known<'f> {
    by_resource: BTreeMap<&'f str, Vec<&'f Finding>>,
    /// Names of plans and vaults, by account and Region.
    names: BTreeSet<(&'f str, &'f str, &'f str, &'f str)>,
    /// Locked vaults: ARN, and whether they are logically air-gapped.
    locked: Vec<(&'f ResourceRef, bool)>,
    /// AWS Backup types that are opted out, by account and Region.
    opted_out: BTreeMap<(&'f str, &'f str), Vec<String>>,
}

/// The sets, and the uncovered resources that no set covers.
pub fn sets(findings: &Findings, rules: &RuleSet, policy: &Policy) -> (Vec<Set>, Vec<Left>) {
    let known = Known::new(findings);
    let least = |rule: &str, param: &str, default: i64| {
        let rule = rules.get(rule).filter(|rule| policy.enabled(&rule.id));
        rule.and_then(|rule| policy.params(rule).get(param).and_then(Value::as_i64)).unwrap_or(default)
    };
    let least = [least("backup-plan-frequency", "max_hours", 24), least("backup-plan-retention", "min_days", 1)];
    let mut wanted: BTreeMap<(String, String), Vec<Wanted>> = BTreeMap::new();
    let mut left = Vec::new();
    for of_resource in known.by_resource.values() {
        let Some(first) = of_resource.first().filter(|first| is_data(&first.resource.type_name)) else { continue };
        let resource = &first.resource;
        let is_failing = |finding: &&Finding| finding.status == Status::Fail;
        let uncovered = of_resource.iter().any(|finding| is_failing(finding) && BY_PLAN.contains(&&*finding.rule));
        let planned = of_resource.iter().find(|finding| &*finding.rule == TEST_PLANNED);
        let untested = planned.is_some_and(is_failing);
        if !uncovered && !untested {
            continue;
        }
        let found = known.target(of_resource).and_then(|target| Ok((objective(findings, policy, resource)?, target)));
        match found {
            Ok((objective, target)) => {
                let asks = objective.restore_test_every_seconds.is_some();
                // A resource without a backup is not judged by its restore tests yet.
                let tested = (asks && (untested || uncovered && planned.is_none())).then(|| known.tested_as(of_resource)).flatten();
                let target = uncovered.then_some(target);
                if target.is_some() || tested.is_some() {
                    let place = (resource.account.clone(), resource.region.clone());
                    wanted.entry(place).or_default().push(Wanted { resource: Arc::clone(resource), objective, target, tested });
                }
            }
            Err(why) if uncovered => left.push((Arc::clone(resource), why)),
            Err(_) => {}
        }
    }
    let sets = wanted.into_iter().map(|((account, region), wanted)| known.set(account, region, wanted, least)).collect();
    left.sort_by(|a, b| a.0.place().cmp(&b.0.place()));
    (sets, left)
}

/// Whether a text has only what names of accounts, Regions and partitions have.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '-')
}

/// What a resource lacks.
struct Wanted {
    resource: Arc<ResourceRef>,
    objective: Objective,
    /// A backup plan.
    target: Option<Target>,
    /// Restore tests, as this AWS Backup type.
    tested: Option<&'static str>,
}

/// The objective of a resource.
///
/// # Errors
/// Why a plan of AWS Backup cannot meet it, or why it is not known.
fn objective(findings: &Findings, policy: &Policy, resource: &ResourceRef) -> Result<Objective, String> {
    let Some(info) = types::find(&resource.type_name) else { return Err("its type is not known".to_owned()) };
    let fields: Map<String, Value> = Map::from_iter([
        ("type".to_owned(), json!(resource.type_name)),
        ("arn".to_owned(), json!(resource.arn)),
        ("id".to_owned(), json!(resource.id)),
        ("name".to_owned(), json!(resource.name)),
        ("account".to_owned(), json!(resource.account)),
        ("region".to_owned(), json!(resource.region)),
        ("tags".to_owned(), json!(resource.tags)),
    ]);
    let reasons = Reasons::from([(ANYTHING_ELSE.to_owned(), vec!["the findings document does not have it".to_owned()])]);
    let subject = Subject::new(info.name, fields, reasons, findings.audit.as_of);
    match policy.objective(&subject, None, findings.audit.as_of).owes {
        Owes::Objective(objective) if !objective.mechanisms.contains(&MechanismKind::AwsBackup) => {
            Err("backups of AWS Backup do not count for its objective".to_owned())
        }
        Owes::Objective(objective) => Ok(*objective),
        Owes::Unknown { reason, .. } => Err(format!("which objective it owes depends on more than its tags and names: {reason}")),
    }
}

impl<'f> Known<'f> {
    fn new(findings: &'f Findings) -> Known<'f> {
        let mut known = Known { by_resource: BTreeMap::new(), names: BTreeSet::new(), locked: Vec::new(), opted_out: BTreeMap::new() };
        for finding in findings.findings.iter().map(|finding| &**finding) {
            let resource = &*finding.resource;
            known.by_resource.entry(&resource.arn).or_default().push(finding);
            let type_name = resource.type_name.as_str();
            let named = [backup::BackupPlan::INFO.name, backup::BackupVault::INFO.name, backup::RestoreTestingPlan::INFO.name];
            if named.contains(&type_name) {
                let name = resource.name.as_deref().unwrap_or(&resource.id);
                known.names.insert((&resource.account, &resource.region, type_name, name));
            }
            if &*finding.rule == "backup-vault-locked" && finding.status == Status::Pass {
                let kind = finding.evidence.get("resource.vault_type");
                known.locked.push((resource, kind.as_ref().and_then(Value::as_str) == Some("LOGICALLY_AIR_GAPPED_BACKUP_VAULT")));
            }
            if let Some(Value::Array(types)) = finding.evidence.get("protection.blocked_types") {
                let types = types.iter().filter_map(Value::as_str).map(str::to_owned);
                known.opted_out.entry((&resource.account, &resource.region)).or_default().extend(types);
            }
        }
        known.locked.sort_by_key(|(vault, _)| vault.place());
        known
    }

    fn exists(&self, account: &str, region: &str, type_name: &str, name: &str) -> bool {
        self.names.contains(&(account, region, type_name, name))
    }

    /// What to tag, and what has to be done first.
    ///
    /// # Errors
    /// Why no plan is written for the resource.
    fn target(&self, of_resource: &[&Finding]) -> Result<Target, String> {
        let Some(first) = of_resource.first() else { return Err("it has no findings".to_owned()) };
        let resource = &first.resource;
        if let Some(part) = held_in_parts(&resource.type_name) {
            return Err(format!("its data is in each {part} of it: those are covered instead"));
        }
        if aws_backup_types(&resource.type_name).is_empty() {
            return Err("AWS Backup does not back up this type".to_owned());
        }
        if resource.region == GLOBAL || resource.region.is_empty() {
            return Err("its Region is not known".to_owned());
        }
        // These name a folder, and stand in files where nothing quotes them.
        let places = [resource.account.as_str(), resource.region.as_str(), arn::partition(&resource.arn)];
        if !places.into_iter().all(is_plain) {
            return Err("its account, Region or partition is no name that AWS gives".to_owned());
        }
        let of = |rule: &str| of_resource.iter().find(|finding| &*finding.rule == rule);
        if let Some(value) = resource.tags.get(TAG) {
            return Err(format!("it has the tag {TAG}={value} already: look at the jobs of the plan that selects it"));
        }
        let state = of(PROTECTED).and_then(|finding| finding.evidence.get("protection.state"));
        let state = state.as_ref().and_then(Value::as_str).unwrap_or_default();
        if state == "selected_not_protected" {
            return Err("a backup plan selects it already and has made nothing: another plan would fail as well; look at its failed jobs"
                .to_owned());
        }
        let plans = of("data-in-backup-plan").and_then(|finding| finding.evidence.get("protection.plans"));
        let reached = plans
            .as_ref()
            .and_then(Value::as_array)
            .is_some_and(|plans| plans.iter().any(|plan| plan.get("opt_in_blocked").and_then(Value::as_bool) == Some(false)));
        let mut before = Vec::new();
        let opted_out = self.opted_out.get(&(resource.account.as_str(), resource.region.as_str()));
        let types = aws_backup_types(&resource.type_name);
        let blocked = opted_out.into_iter().flatten().find(|out| types.iter().any(|(name, _)| name == out));
        if let Some(blocked) = blocked {
            before.push(format!("opt the Region in to {blocked}: AWS Backup skips what is selected by tag until then"));
        } else if state == "opt_in_blocked" {
            before.push("opt the Region in to its type: AWS Backup skips what is selected by tag until then".to_owned());
        }
        let failing = |rule: &str| of(rule).is_some_and(|finding| finding.status == Status::Fail);
        if failing("s3-bucket-versioning") {
            before.push("turn on versioning, which AWS Backup needs for a bucket".to_owned());
        }
        if failing("data-backup-key-usable") {
            before.push("make its KMS key usable again, without which no backup can be made or restored".to_owned());
        }
        Ok(Target { resource: Arc::clone(resource), gains: !reached, first: before })
    }

    /// The AWS Backup type as which restore testing tests a resource; `None` if it does not.
    fn tested_as(&self, of_resource: &[&Finding]) -> Option<&'static str> {
        let resource = &of_resource.first()?.resource;
        let known = of_resource.iter().find_map(|finding| finding.evidence.get("protection.backup_type"));
        let known = known.as_ref().and_then(Value::as_str)?;
        aws_backup_types(&resource.type_name).into_iter().find(|(name, tested)| *name == known && *tested).map(|(name, _)| name)
    }

    fn set(&self, account: String, region: String, wanted: Vec<Wanted>, [hours, days]: [i64; 2]) -> Set {
        let mut plans: Vec<(Objective, Plan)> = Vec::new();
        let partition = wanted.first().map_or("aws", |wanted| arn::partition(&wanted.resource.arn)).to_owned();
        for Wanted { resource, objective, target, tested } in wanted {
            let place = plans.iter().position(|(known, _)| *known == objective);
            let place = place.unwrap_or_else(|| {
                let slug = self.slug(&objective, &plans);
                let plan = self.plan(&account, &region, &objective, slug, [hours, days]);
                plans.push((objective.clone(), plan));
                plans.len() - 1
            });
            let Some((_, plan)) = plans.get_mut(place) else { continue };
            if let (Some(tests), Some(kind)) = (&mut plan.tests, tested) {
                tests.resources.entry(kind).or_default().push(resource);
            }
            plan.resources.extend(target);
        }
        let mut plans: Vec<Plan> = plans.into_iter().map(|(_, plan)| plan).collect();
        plans.sort_by(|a, b| a.name.cmp(&b.name));
        let kept = plans.iter().filter(|plan| !plan.resources.is_empty());
        let kept = kept.flat_map(|plan| [Some(plan.retention_days), plan.continuous_days]).flatten();
        Set {
            vault_exists: self.exists(&account, &region, backup::BackupVault::INFO.name, VAULT),
            vault: VAULT.to_owned(),
            min_retention_days: kept.min().unwrap_or(1),
            account,
            region,
            partition,
            plans,
        }
    }

    /// A name that no other objective of the set has.
    fn slug(&self, objective: &Objective, plans: &[(Objective, Plan)]) -> String {
        let wanted = plans::slug(objective.name.as_deref());
        let is_free = |slug: &String| plans.iter().all(|(_, plan)| plan.slug != *slug);
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        std::iter::once(wanted.clone()).chain(numbered).find(is_free).unwrap_or(wanted)
    }

    fn plan(&self, account: &str, region: &str, objective: &Objective, slug: String, [hours, days]: [i64; 2]) -> Plan {
        let timing = plans::timing(objective, hours, days);
        let name = format!("rel9-{slug}");
        // Names of restore testing plans have no hyphens.
        let test_name = name.replace('-', "_");
        Plan {
            objective: objective.name.clone(),
            exists: self.exists(account, region, backup::BackupPlan::INFO.name, &name),
            name,
            slug,
            schedule: timing.schedule.to_owned(),
            completion_minutes: timing.completion_minutes,
            retention_days: timing.retention_days,
            continuous_days: timing.continuous_days,
            copies: self.copies(account, region, objective),
            tests: plans::tests(objective).map(|schedule| Tests {
                exists: self.exists(account, region, backup::RestoreTestingPlan::INFO.name, &test_name),
                name: test_name,
                schedule: schedule.to_owned(),
                resources: BTreeMap::new(),
            }),
            resources: Vec::new(),
        }
    }

    /// Where the objective asks for copies: to locked vaults that the audit saw, otherwise to vaults that a person names.
    fn copies(&self, account: &str, region: &str, objective: &Objective) -> Vec<Copy> {
        let find = |keep: &dyn Fn(&ResourceRef) -> bool, air_gapped: bool| {
            let mut found = self.locked.iter().filter(|(vault, gap)| *gap == air_gapped && keep(vault));
            found.next().map(|(vault, _)| Copy::To(vault.arn.clone()))
        };
        let of_region = || {
            find(&|vault| vault.account == account && vault.region != region, false)
                .unwrap_or(Copy::Open("CopyRegionVaultArn", "ARN of a locked vault in another Region of this account"))
        };
        let of_account = || {
            find(&|vault| vault.account != account && vault.region == region, false)
                .or_else(|| find(&|vault| vault.account != account, false))
                .unwrap_or(Copy::Open("CopyAccountVaultArn", "ARN of a locked vault in another account of the organisation"))
        };
        let air_gapped = || {
            find(&|vault| vault.region == region, true)
                .unwrap_or(Copy::Open("CopyAirGappedVaultArn", "ARN of a logically air-gapped vault"))
        };
        let asked = objective.copies;
        let mut copies = Vec::new();
        for (demand, copy) in
            [(asked.region, &of_region as &dyn Fn() -> Copy), (asked.account, &of_account), (asked.air_gapped, &air_gapped)]
        {
            if demand == Demand::Required {
                copies.push(copy());
            }
        }
        copies.sort();
        copies.dedup();
        copies
    }
}
