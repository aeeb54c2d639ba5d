//! Backup vaults: orphans in them, who writes to them, and what keeps their recovery points from being deleted.

use super::context::Join;
use super::facts::{ExpiredPoint, Facts, Joined, Orphan, Targeting, VaultFacts};
use super::index::Typed;
use super::plan_reach::vault_arn;
use super::recovery_point::is_orphan;
use super::resource_policy;
use super::schedule::days;
use super::summary::{POINT_OPERATIONS, restorable};
use super::title::title;
use super::unread::{Unread, why_unread};
use crate::inventory::schedule::Schedule;
use crate::inventory::types::ResourceType;
use crate::inventory::types::backup::{BackupRule, BackupVault, RecoveryPoint};
use crate::inventory::{DEPLOYED, Fact, Resource, arn, is_symbolic, more_path, note};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The actions with which backups are lost.
const DELETING_ACTIONS: [&str; 3] =
    ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"];

/// The facts of a vault.
pub fn vault_facts(join: &Join, resource: &Resource) -> Joined {
    let mut facts = VaultFacts::default();
    let mut unread = Unread::new();
    let Some(properties) = resource.get::<BackupVault>() else {
        return Joined { facts: Facts::Vault(facts), unread };
    };
    points_of(join, resource, &mut facts, &mut unread);
    let mut plan_reasons = join.index.missing(&["backup:ListBackupPlans", "backup:GetBackupPlan"]);
    plan_reasons.extend(join.plans.rules_unread.values().flatten().cloned());
    plan_reasons.extend(perhaps_targeting(join, resource));
    let targeted_by = targeting(join, resource);
    if targeted_by.is_empty() {
        // A plan of another Region may copy into it.
        let of_account = join.summaries.of_account(&resource.account);
        plan_reasons.extend(of_account.flat_map(|summary| summary.plans_unread.iter().cloned()));
        plan_reasons.sort();
        plan_reasons.dedup();
    }
    let holds = properties.recovery_points.read().map(|count| *count > 0).or_else(|| resource.declared.is_some().then_some(false));
    if holds == Some(true) || !targeted_by.is_empty() {
        facts.in_use = Fact::Read(true);
    } else if holds.is_some() && plan_reasons.is_empty() {
        facts.in_use = Fact::Read(false);
    } else {
        let of_points = holds.map_or_else(|| why_unread(join.index.shard, resource, "recovery_points"), |_| Vec::new());
        unread.insert("in_use".to_owned(), [of_points, plan_reasons.clone()].concat());
    }
    if plan_reasons.is_empty() {
        if targeted_by.iter().any(|target| target.retention_days.is_unread()) {
            unread.insert("targeted_by[].retention_days".to_owned(), retention_reasons(join));
        }
        facts.targeted_by = Fact::Read(targeted_by);
    } else {
        unread.insert("targeted_by".to_owned(), plan_reasons);
    }
    let air_gapped = properties.vault_type.read().is_some_and(|kind| kind == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT");
    if let (Fact::Read(locked), Fact::Read(lock_at)) = (&properties.locked, &properties.lock_at) {
        facts.compliance_locked = Fact::Read(air_gapped || (*locked && lock_at.is_some_and(|lock_at| lock_at <= join.as_of)));
        facts.cooling_off_seconds =
            Fact::Read(lock_at.filter(|lock_at| *locked && *lock_at > join.as_of).map(|lock_at| (lock_at - join.as_of).num_seconds()));
    } else {
        let unknown = [("locked", properties.locked.is_unread()), ("lock_at", properties.lock_at.is_unread())];
        let unknown = unknown.into_iter().filter(|(_, is_unread)| *is_unread);
        let mut reasons: Vec<String> = unknown.flat_map(|(property, _)| why_unread(join.index.shard, resource, property)).collect();
        // When a lock begins is no more a reason than all else that time makes.
        reasons.retain(|reason| reason != DEPLOYED);
        for field in ["compliance_locked", "cooling_off_seconds"].into_iter().filter(|_| !reasons.is_empty()) {
            note(&mut unread, field, reasons.clone());
        }
    }
    set_policy(join, resource, properties, &mut facts, &mut unread);
    Joined { facts: Facts::Vault(facts), unread }
}

/// What the access policy allows to everyone, and what it denies.
fn set_policy(join: &Join, resource: &Resource, properties: &BackupVault, facts: &mut VaultFacts, unread: &mut Unread) {
    let parsed = match properties.policy.read() {
        None => Err(why_unread(join.index.shard, resource, "policy")),
        Some(None) => Ok(None),
        Some(Some(text)) => resource_policy::Policy::parse(text, &resource_policy::Symbols::new(resource, "policy"))
            .map(Some)
            .map_err(|error| vec![format!("the policy of {} cannot be read: {error}", resource.arn)]),
    };
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(reasons) => {
            for field in ["open_statements", "undenied_actions", "exempt_principals"] {
                unread.insert(field.to_owned(), reasons.clone());
            }
            return;
        }
    };
    let reasons = parsed.as_ref().map(resource_policy::Policy::reasons).unwrap_or_default();
    let open = parsed.as_ref().map(resource_policy::Policy::open_statements).unwrap_or_default();
    // One that is open is enough to know, as is one action that nothing denies.
    if open.more && open.statements.is_empty() {
        unread.insert("open_statements".to_owned(), reasons.clone());
    } else {
        facts.open_statements = Fact::Read(open.statements);
    }
    let denials = DELETING_ACTIONS.map(|action| (action, parsed.as_ref().map(|parsed| parsed.denied(action)).unwrap_or_default()));
    let undenied: Vec<String> =
        denials.iter().filter(|(_, denial)| !denial.everyone && !denial.more).map(|(action, _)| action.to_string()).collect();
    if undenied.is_empty() && denials.iter().any(|(_, denial)| !denial.everyone) {
        unread.insert("undenied_actions".to_owned(), reasons.clone());
    } else {
        facts.undenied_actions = Fact::Read(undenied);
    }
    // Another statement may deny it to those that this one leaves out.
    if denials.iter().any(|(_, denial)| denial.more) {
        unread.insert("exempt_principals".to_owned(), reasons);
    } else {
        let exempt: BTreeSet<String> = denials.into_iter().flat_map(|(_, denial)| denial.exempt_principals).collect();
        facts.exempt_principals = Fact::Read(exempt.into_iter().collect());
    }
}

fn points_of(join: &Join, resource: &Resource, facts: &mut VaultFacts, unread: &mut Unread) {
    let reasons = join.index.missing(&POINT_OPERATIONS);
    if !reasons.is_empty() {
        for field in ["restorable_points", "orphans", "orphan_bytes", "expired"] {
            unread.insert(field.to_owned(), reasons.clone());
        }
        return;
    }
    let mut restorable_points = 0;
    let mut orphans = Vec::new();
    let mut orphan_reasons = Vec::new();
    let mut expired = Vec::new();
    for Typed { resource: point_resource, properties: point } in join.index.points_in_vault.get(&resource.arn).into_iter().flatten() {
        restorable_points += i64::from(restorable(point.status.read()));
        if let Some(overdue) = overdue(join, point_resource, point) {
            expired.push(ExpiredPoint { arn: point_resource.arn.clone(), overdue_seconds: overdue });
        }
        match is_orphan(join, point) {
            Ok(true) => orphans.push(Orphan {
                arn: point_resource.arn.clone(),
                source_arn: point.source_arn.present().cloned().unwrap_or_default(),
                age_seconds: point_resource.created_at.map_or(0, |created| (join.as_of - created).num_seconds()),
                ends: point.retention_days.present().is_some() || point.delete_at.present().is_some(),
                size_bytes: point.size_bytes.present().copied(),
            }),
            Ok(false) => {}
            Err(reasons) => orphan_reasons.extend(reasons),
        }
    }
    facts.restorable_points = Fact::Read(restorable_points);
    facts.expired = Fact::Read(expired);
    if orphan_reasons.is_empty() {
        facts.orphan_bytes = Fact::Read(orphans.iter().filter_map(|orphan| orphan.size_bytes).fold(0, i64::saturating_add));
        facts.orphans = Fact::Read(orphans);
    } else {
        orphan_reasons.sort();
        orphan_reasons.dedup();
        unread.insert("orphans".to_owned(), orphan_reasons.clone());
        unread.insert("orphan_bytes".to_owned(), orphan_reasons);
    }
}

/// How long a recovery point that AWS Backup calls EXPIRED outlives its deletion time.
fn overdue(join: &Join, resource: &Resource, point: &RecoveryPoint) -> Option<i64> {
    if point.status.read().is_none_or(|status| status != "EXPIRED") {
        return None;
    }
    let by_lifecycle = || Some(resource.created_at? + days(*point.retention_days.present()?));
    let due = point.delete_at.present().copied().or_else(by_lifecycle)?;
    Some((join.as_of - due).num_seconds())
}

/// The plan rules of the shard, and the copy actions of all shards, that write to the vault.
fn targeting(join: &Join, resource: &Resource) -> Vec<Targeting> {
    let mut found = Vec::new();
    for (plan_arn, plan) in &join.plans.plans {
        for planned in join.plans.rules.get(plan_arn).into_iter().flatten() {
            let rule = &planned.rule;
            let is_target = rule.vault.read().is_some_and(|vault| vault_arn(plan, vault) == resource.arn);
            if is_target || rule.air_gapped_vault_arn.present() == Some(&resource.arn) {
                let age_seconds = first_run_age(join, rule, plan.created_at);
                found.push(Targeting {
                    plan: title(plan),
                    rule: planned.name().to_owned(),
                    copy: false,
                    retention_days: rule.retention_days.clone(),
                    age_seconds,
                });
            }
        }
    }
    found.extend(join.summaries.copy_actions(&resource.arn).iter().map(|copy| Targeting {
        plan: copy.plan.clone(),
        rule: copy.rule.name.read().cloned().unwrap_or_default(),
        copy: true,
        retention_days: copy.retention_days.clone(),
        age_seconds: first_run_age(join, &copy.rule, copy.plan_created_at),
    }));
    found
}

/// Why there may be more of them: a template does not settle to which vault a rule writes or copies.
fn perhaps_targeting(join: &Join, resource: &Resource) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (plan_arn, plan) in &join.plans.plans {
        found.extend(plan.unsettled(&more_path("rules")).iter().cloned());
        for planned in join.plans.rules.get(plan_arn).into_iter().flatten() {
            let rule = &planned.rule;
            let copies = || rule.copies.read().into_iter().flatten();
            for (part, is_unread) in [
                ("rules[].vault", rule.vault.is_unread()),
                ("rules[].air_gapped_vault_arn", rule.air_gapped_vault_arn.is_unread()),
                ("rules[].copies", rule.copies.is_unread()),
                ("rules[].copies[].destination_vault_arn", copies().any(|copy| copy.destination_vault_arn.is_unread())),
            ] {
                if is_unread {
                    found.extend(why_unread(join.index.shard, plan, part));
                }
            }
            let copied_to = copies().filter_map(|copy| copy.destination_vault_arn.read());
            let targets = copied_to.chain(rule.air_gapped_vault_arn.present()).cloned();
            let targets = targets.chain(rule.vault.read().map(|vault| vault_arn(plan, vault)));
            let may_be = |target: &String| {
                let elsewhere = [(arn::account(target), &resource.account), (arn::region(target), &resource.region)];
                is_symbolic(arn::resource(target))
                    && !join.index.shard.of_type(BackupVault::INFO.name).any(|vault| vault.arn == *target)
                    && !elsewhere.iter().any(|(one, own)| arn::differ(one, own) == Fact::Read(true))
            };
            found.extend(
                targets
                    .filter(may_be)
                    .map(|target| format!("to which vault rule {} of {} writes is not known: {target}", planned.name(), title(plan))),
            );
        }
    }
    found
}

/// Why a template does not settle how long rules and copies are kept.
fn retention_reasons(join: &Join) -> Vec<String> {
    let parts = ["rules[].retention_days", "rules[].copies[].retention_days"];
    let reasons: BTreeSet<&String> =
        join.plans.plans.values().flat_map(|plan| parts.iter().flat_map(|part| plan.unsettled(part))).collect();
    reasons.into_iter().cloned().collect()
}

/// How long ago the first run since the plan was made was due.
fn first_run_age(join: &Join, rule: &BackupRule, created_at: Option<DateTime<Utc>>) -> Option<i64> {
    let schedule = Schedule::parse(rule.schedule.read()?.as_deref(), rule.timezone.read()?.as_deref()).ok()?;
    Some((join.as_of - schedule.next_after(created_at?)?).num_seconds())
}
