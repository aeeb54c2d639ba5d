//! Backup vaults: orphans in them, which plans write to them, and what protects their recovery points from deletion.

use super::context::Join;
use super::facts::{ExpiredPoint, Facts, Orphan, Targeting, Told, VaultFacts};
use super::index::Typed;
use super::plan_reach::vault_arn;
use super::recovery_point::is_orphan;
use super::resource_policy;
use super::schedule::days;
use super::summary::{POINT_OPERATIONS, restorable};
use super::title::title;
use super::unread::why_unread;
use crate::inventory::schedule::Schedule;
use crate::inventory::types::ResourceType;
use crate::inventory::types::backup::{BackupRule, BackupVault, RecoveryPoint};
use crate::inventory::{DEPLOYED, Fact, Outcome, Resource, add_new, arn, is_symbolic, more_path, unless};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The actions that can destroy backups.
const DELETING_ACTIONS: [&str; 3] =
    ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"];

/// The facts of a vault.
pub fn vault_facts(join: &Join, resource: &Resource) -> Facts {
    let Some(properties) = resource.get::<BackupVault>() else { return VaultFacts::default().into() };
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
    let in_use = if holds == Some(true) || !targeted_by.is_empty() {
        Ok(true)
    } else {
        let of_points = holds.map_or_else(|| why_unread(join.index.shard, resource, "recovery_points"), |_| Vec::new());
        unless([of_points, plan_reasons.clone()].concat(), false)
    };
    let lock = lock(join, resource, properties);
    let facts = VaultFacts {
        targeted_by: unless(plan_reasons, targeted_by).into(),
        in_use: in_use.into(),
        compliance_locked: lock.clone().map(|(locked, _)| locked).into(),
        cooling_off_seconds: lock.map(|(_, cooling_off)| cooling_off).into(),
        ..VaultFacts::default()
    };
    with_points(join, resource, with_policy(join, resource, properties, facts)).into()
}

/// Whether the vault's lock, or its type, protects its recovery points, and the seconds until the lock does.
fn lock(join: &Join, resource: &Resource, properties: &BackupVault) -> Outcome<(bool, Option<i64>)> {
    let air_gapped = properties.vault_type.read().is_some_and(|kind| kind == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT");
    let (Fact::Read(locked), Fact::Read(lock_at)) = (&properties.locked, &properties.lock_at) else {
        let unknown = [("locked", properties.locked.is_unread()), ("lock_at", properties.lock_at.is_unread())];
        let unknown = unknown.into_iter().filter(|(_, is_unread)| *is_unread);
        let reasons = unknown.flat_map(|(property, _)| why_unread(join.index.shard, resource, property));
        // The date on which a lock begins needs no reason: it depends on time, like other facts of a template.
        let mut known = Vec::new();
        add_new(&mut known, reasons.filter(|reason| reason != DEPLOYED));
        return Err(known);
    };
    let cooling_off = lock_at.filter(|lock_at| *locked && *lock_at > join.as_of).map(|lock_at| (lock_at - join.as_of).num_seconds());
    Ok((air_gapped || (*locked && lock_at.is_some_and(|lock_at| lock_at <= join.as_of)), cooling_off))
}

/// What the access policy allows to everyone, and what it denies to everyone.
fn with_policy(join: &Join, resource: &Resource, properties: &BackupVault, facts: VaultFacts) -> VaultFacts {
    let parse = |text: String| {
        resource_policy::Policy::parse(&text, &resource_policy::Symbols::new(resource, "policy"))
            .map_err(|error| vec![format!("the policy of {} cannot be read: {error}", resource.arn)])
    };
    let policy = properties.policy.or_why(|| why_unread(join.index.shard, resource, "policy"));
    let parsed = match policy.and_then(|text| text.map(parse).transpose()) {
        Ok(parsed) => parsed,
        Err(reasons) => {
            return VaultFacts {
                undenied_actions: Told::unread(reasons.clone()),
                exempt_principals: Told::unread(reasons.clone()),
                open_statements: Told::unread(reasons),
                ..facts
            };
        }
    };
    let reasons = parsed.as_ref().map(resource_policy::Policy::reasons).unwrap_or_default();
    let open = parsed.as_ref().map(resource_policy::Policy::open_statements).unwrap_or_default();
    let denials = DELETING_ACTIONS.map(|action| (action, parsed.as_ref().map(|parsed| parsed.denied(action)).unwrap_or_default()));
    let undenied: Vec<String> =
        denials.iter().filter(|(_, denial)| !denial.everyone && !denial.more).map(|(action, _)| action.to_string()).collect();
    // One open statement is enough, and so is one action that no statement denies.
    let open_in_doubt = open.more && open.statements.is_empty();
    let undenied_in_doubt = undenied.is_empty() && denials.iter().any(|(_, denial)| !denial.everyone);
    // Another statement may deny the action to principals that this one exempts.
    let exempt_in_doubt = denials.iter().any(|(_, denial)| denial.more);
    let exempt: BTreeSet<String> = denials.into_iter().flat_map(|(_, denial)| denial.exempt_principals).collect();
    let told = |doubt: bool, value: Vec<String>| if doubt { Told::unread(reasons.clone()) } else { value.into() };
    VaultFacts {
        undenied_actions: told(undenied_in_doubt, undenied),
        exempt_principals: told(exempt_in_doubt, exempt.into_iter().collect()),
        open_statements: told(open_in_doubt, open.statements),
        ..facts
    }
}

/// Adds the facts on the vault's recovery points.
fn with_points(join: &Join, resource: &Resource, facts: VaultFacts) -> VaultFacts {
    let reasons = join.index.missing(&POINT_OPERATIONS);
    if !reasons.is_empty() {
        return VaultFacts {
            restorable_points: Told::unread(reasons.clone()),
            orphans: Told::unread(reasons.clone()),
            orphan_bytes: Told::unread(reasons.clone()),
            expired: Told::unread(reasons),
            ..facts
        };
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
    orphan_reasons.sort();
    orphan_reasons.dedup();
    let bytes = orphans.iter().filter_map(|orphan| orphan.size_bytes).fold(0, i64::saturating_add);
    VaultFacts {
        restorable_points: restorable_points.into(),
        orphan_bytes: unless(orphan_reasons.clone(), bytes).into(),
        orphans: unless(orphan_reasons, orphans).into(),
        expired: expired.into(),
        ..facts
    }
}

/// How long a recovery point with status EXPIRED has outlived its deletion time.
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
    let kept = |days: &Fact<Option<i64>>| days.or_why(|| retention_reasons(join)).into();
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
                    retention_days: kept(&rule.retention_days),
                    age_seconds,
                });
            }
        }
    }
    found.extend(join.summaries.copy_actions(&resource.arn).iter().map(|copy| Targeting {
        plan: copy.plan.clone(),
        rule: copy.rule.name.read().cloned().unwrap_or_default(),
        copy: true,
        retention_days: kept(&copy.retention_days),
        age_seconds: first_run_age(join, &copy.rule, copy.plan_created_at),
    }));
    found
}

/// Why more rules or copy actions may write to the vault: a template leaves open which vault a rule writes or copies to.
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

/// Why a template leaves open how long rules and copy actions keep backups.
fn retention_reasons(join: &Join) -> Vec<String> {
    let parts = ["rules[].retention_days", "rules[].copies[].retention_days"];
    let reasons: BTreeSet<&String> =
        join.plans.plans.values().flat_map(|plan| parts.iter().flat_map(|part| plan.unsettled(part))).collect();
    reasons.into_iter().cloned().collect()
}

/// How long ago the first run after the plan's creation was due.
fn first_run_age(join: &Join, rule: &BackupRule, created_at: Option<DateTime<Utc>>) -> Option<i64> {
    let schedule = Schedule::parse(rule.schedule.read()?.as_deref(), rule.timezone.read()?.as_deref()).ok()?;
    Some((join.as_of - schedule.next_after(created_at?)?).num_seconds())
}
