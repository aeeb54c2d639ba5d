//! A Region as a whole: how much of its data is protected, and what its settings and plans reach.

use super::automation::own_automations;
use super::context::Join;
use super::data_type::Counted;
use super::facts::{Facts, FrameworkFact, RegionFacts, ReportPlanFact, State};
use super::index::typed;
use super::links::Links;
use super::restore_testing::RESTORE_TESTING_OPERATIONS;
use super::summary::POINT_OPERATIONS;
use super::title::title;
use crate::inventory::types::{ResourceType, backup, ebs, rds};
use crate::inventory::{Fact, Outcome, Resource, unless};
use std::collections::BTreeSet;

/// The facts of the shard's Region.
pub fn region_facts(join: &Join, links: &Links, data: &[(&Resource, &Facts, bool)]) -> Facts {
    let index = join.index;
    let count = |type_name: &str| index.shard.of_type(type_name).count() as i64;
    let listings: Vec<&str> = join.data_listings().collect();
    let listing_reasons = index.missing(&listings);

    // Reproducible data needs no backup. The volumes of an instance are counted instead of the instance, and the cluster instead of its
    // members.
    let owing: Vec<_> = data.iter().filter(|(resource, facts, reproducible)| !reproducible && is_counted(join, resource, facts)).collect();
    let mut state_reasons = listing_reasons.clone();
    // Opt-in matters only to types that AWS Backup supports.
    let mut type_reasons = listing_reasons.clone();
    let (mut protected, mut on_schedule, mut unprotected, mut unprotected_types) = (0, 0, 0, BTreeSet::new());
    let mut schedule_reasons = Vec::new();
    for (resource, facts, _) in &owing {
        let Facts::Data(protection) = facts else { continue };
        match protection.state.outcome() {
            Ok(State::Protected) => {
                protected += 1;
                on_schedule += i64::from(protection.on_schedule.read() == Some(&true));
                schedule_reasons.extend_from_slice(protection.on_schedule.reasons());
            }
            Ok(State::Stale) => {}
            Ok(_) => {
                unprotected += 1;
                unprotected_types.extend(join.backed_up_as(resource).map(|known| known.aws_backup.name.to_owned()));
            }
            Err(reasons) => {
                state_reasons.extend_from_slice(reasons);
                if join.backed_up_as(resource).is_some() {
                    type_reasons.extend_from_slice(reasons);
                }
            }
        }
    }
    for reasons in [&mut state_reasons, &mut type_reasons] {
        reasons.sort();
        reasons.dedup();
    }
    let mut blocked_reasons = type_reasons.clone();
    let mut blocked = Vec::new();
    for name in &unprotected_types {
        match join.plans.opt_ins.of_type(name) {
            Ok(true) => {}
            Ok(false) => blocked.push(name.clone()),
            Err(reasons) => blocked_reasons.extend(reasons.iter().cloned()),
        }
    }
    // Data that was found counts, even if other lists are incomplete.
    let data_reasons = if owing.is_empty() { listing_reasons.clone() } else { Vec::new() };
    schedule_reasons.extend(state_reasons.iter().cloned());
    schedule_reasons.sort();
    schedule_reasons.dedup();
    let listed = |type_name: &str, operations: &[&str]| unless(index.missing(operations), count(type_name));
    let frameworks_unread = index.missing(&["backup:ListFrameworks", "backup:DescribeFramework"]);
    let testing_reasons = index.missing(&RESTORE_TESTING_OPERATIONS);
    let selections = &index.restore_testing_selections;
    let tested: BTreeSet<String> =
        selections.iter().filter_map(|selection| selection.properties.protected_resource_type.read().cloned()).collect();
    RegionFacts {
        data_resources: unless(data_reasons, owing.len() as i64).into(),
        protected: unless(state_reasons.clone(), protected).into(),
        on_schedule: unless(schedule_reasons, on_schedule).into(),
        unprotected: unless(state_reasons, unprotected).into(),
        unprotected_types: unless(type_reasons, unprotected_types.into_iter().collect()).into(),
        blocked_types: unless(blocked_reasons, blocked).into(),
        plans: unless(index.missing(&["backup:ListBackupPlans"]), own_plans(join)).into(),
        db_instances: db_instances(join).into(),
        db_clusters: db_clusters(join).into(),
        volumes: listed(ebs::Volume::INFO.name, &["ec2:DescribeVolumes"]).into(),
        snapshots: listed(ebs::Snapshot::INFO.name, &["ec2:DescribeSnapshots"]).into(),
        images: listed(ebs::Image::INFO.name, &["ec2:DescribeImages"]).into(),
        recovery_points: listed(backup::RecoveryPoint::INFO.name, &POINT_OPERATIONS).into(),
        selected_types: unless(links.unread.clone(), links.selected_types.iter().cloned().collect()).into(),
        report_plans: unless(index.missing(&["backup:ListReportPlans"]), report_plans(join)).into(),
        frameworks: unless(frameworks_unread, frameworks(join)).into(),
        restore_testing_selections: unless(testing_reasons.clone(), selections.len() as i64).into(),
        testable_types: testable_types(join, data, listing_reasons).into(),
        restore_automation: own_automations(join).into(),
        tested_types: unless(testing_reasons, tested.into_iter().collect()).into(),
    }
    .into()
}

/// The events of Neptune and DocumentDB have subscriptions of their own.
fn is_of_rds(engine: &Fact<String>) -> bool {
    engine.read().is_none_or(|engine| engine != "neptune" && engine != "docdb")
}

fn db_instances(join: &Join) -> Outcome<Vec<String>> {
    let instances = typed::<rds::DbInstance>(join.index.shard).into_iter().filter(|instance| is_of_rds(&instance.properties.engine));
    let names = instances.map(|instance| instance.resource.id.clone()).collect();
    unless(join.index.missing(&[rds::DbInstance::INFO.operation]), names)
}

fn db_clusters(join: &Join) -> Outcome<Vec<String>> {
    let clusters = typed::<rds::DbCluster>(join.index.shard).into_iter().filter(|cluster| is_of_rds(&cluster.properties.engine));
    let names = clusters.map(|cluster| cluster.resource.id.clone()).collect();
    unless(join.index.missing(&[rds::DbCluster::INFO.operation]), names)
}

/// Whether a resource counts as data, and not as a part of other data.
fn is_counted(join: &Join, resource: &Resource, facts: &Facts) -> bool {
    let counts_as_data = !matches!(facts, Facts::Data(facts) if facts.counts_as_data.read() == Some(&false));
    counts_as_data && join.data_type(resource).is_some_and(|data_type| (data_type.counted)(resource) == Counted::Itself)
}

/// The plan that Amazon EFS creates by itself does not count: the user did not decide to back up the Region.
fn own_plans(join: &Join) -> i64 {
    join.index.plans.iter().filter(|plan| title(plan.resource) != "aws/efs/automatic-backup-plan").count() as i64
}

fn report_plans(join: &Join) -> Vec<ReportPlanFact> {
    join.index
        .shard
        .of_type(backup::ReportPlan::INFO.name)
        .filter_map(|plan| {
            let properties = plan.get::<backup::ReportPlan>()?;
            let last = properties.last_successful_at.present();
            Some(ReportPlanFact { name: title(plan), last_success_age_seconds: last.map(|last| (join.as_of - *last).num_seconds()) })
        })
        .collect()
}

fn frameworks(join: &Join) -> Vec<FrameworkFact> {
    join.index
        .shard
        .of_type(backup::Framework::INFO.name)
        .filter_map(|framework| {
            let properties = framework.get::<backup::Framework>()?;
            let status = properties.status.present().cloned();
            let deployed = properties.deployment_status.present().is_none_or(|deployment| deployment != "FAILED");
            Some(FrameworkFact { name: title(framework), healthy: deployed && status.as_deref() == Some("ACTIVE"), status })
        })
        .collect()
}

/// The resource types in use that restore testing supports. `reasons` says why there may be more data.
fn testable_types(join: &Join, data: &[(&Resource, &Facts, bool)], mut reasons: Vec<String>) -> Outcome<Vec<String>> {
    let mut testable = BTreeSet::new();
    for (resource, facts, _) in data {
        let Facts::Data(protection) = facts else { continue };
        let Some(known) = join.backed_up_as(resource) else { continue };
        match protection.aws_backup_points.outcome() {
            // A volume that has backups only in its instance's recovery points is tested with the instance.
            Ok(points) if *points > 0 && known.aws_backup.restore_testing && join.index.points.contains_key(&resource.arn) => {
                testable.insert(known.aws_backup.name.to_owned());
            }
            Ok(_) => {}
            Err(why) => reasons.extend_from_slice(why),
        }
    }
    reasons.sort();
    reasons.dedup();
    unless(reasons, testable.into_iter().collect())
}
