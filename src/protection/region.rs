//! A Region as a whole: how much of its data is protected, and what its settings and plans reach.

use super::context::Join;
use super::data_type::Counted;
use super::facts::{Facts, FrameworkFact, Joined, RegionFacts, ReportPlanFact, State};
use super::links::Links;
use super::restore_testing::RESTORE_TESTING_OPERATIONS;
use super::summary::POINT_OPERATIONS;
use super::title::title;
use super::unread::Unread;
use crate::inventory::types::{ResourceType, backup, ebs};
use crate::inventory::{Fact, Resource};
use std::collections::BTreeSet;

/// Sets a field, or notes the reasons why it is not known.
macro_rules! set {
    ($facts:ident, $unread:ident, $field:ident, $reasons:expr, $value:expr) => {
        match $reasons {
            reasons if reasons.is_empty() => $facts.$field = Fact::Read($value),
            reasons => drop($unread.insert(stringify!($field).to_owned(), reasons)),
        }
    };
}

/// The facts of the shard's Region.
pub fn region_facts(join: &Join, links: &Links, data: &[(&Resource, &Joined, bool)]) -> Joined {
    let mut facts = RegionFacts::default();
    let mut unread = Unread::new();
    let index = join.index;
    let count = |type_name: &str| index.shard.of_type(type_name).count() as i64;
    let listings: Vec<&str> = join.data_listings().collect();
    let listing_reasons = index.missing(&listings);

    // Reproducible data owes nothing; the volumes of an instance are counted, and the cluster of its members.
    let owing: Vec<_> = data.iter().filter(|(resource, _, reproducible)| !reproducible && is_counted(join, resource)).collect();
    let mut state_reasons = listing_reasons.clone();
    let (mut protected, mut on_schedule, mut unprotected, mut unprotected_types) = (0, 0, 0, BTreeSet::new());
    let mut schedule_reasons = Vec::new();
    for (resource, joined, _) in &owing {
        let Facts::Data(protection) = &joined.facts else { continue };
        match protection.state.read() {
            Some(State::Protected) => {
                protected += 1;
                on_schedule += i64::from(protection.on_schedule == Fact::Read(true));
                schedule_reasons.extend(joined.unread.get("on_schedule").cloned().unwrap_or_default());
            }
            Some(State::Stale) => {}
            Some(_) => {
                unprotected += 1;
                unprotected_types.extend(join.backed_up_as(resource).map(|known| known.aws_backup.name.to_owned()));
            }
            None => state_reasons.extend(joined.unread.get("state").cloned().unwrap_or_default()),
        }
    }
    state_reasons.sort();
    state_reasons.dedup();
    let mut blocked_reasons = state_reasons.clone();
    let mut blocked = Vec::new();
    for name in &unprotected_types {
        match join.plans.opt_ins.of_type(name) {
            Ok(true) => {}
            Ok(false) => blocked.push(name.clone()),
            Err(reasons) => blocked_reasons.extend(reasons.iter().cloned()),
        }
    }
    // Data that is there is a fact, whatever else could not be listed.
    let data_reasons = if owing.is_empty() { listing_reasons.clone() } else { Vec::new() };
    set!(facts, unread, data_resources, data_reasons, owing.len() as i64);
    set!(facts, unread, protected, state_reasons.clone(), protected);
    schedule_reasons.extend(state_reasons.iter().cloned());
    schedule_reasons.sort();
    schedule_reasons.dedup();
    set!(facts, unread, on_schedule, schedule_reasons, on_schedule);
    set!(facts, unread, unprotected, state_reasons.clone(), unprotected);
    set!(facts, unread, unprotected_types, state_reasons, unprotected_types.into_iter().collect());
    set!(facts, unread, blocked_types, blocked_reasons, blocked);
    set!(facts, unread, plans, index.missing(&["backup:ListBackupPlans"]), own_plans(join));
    set!(facts, unread, volumes, index.missing(&["ec2:DescribeVolumes"]), count(ebs::Volume::INFO.name));
    set!(facts, unread, snapshots, index.missing(&["ec2:DescribeSnapshots"]), count(ebs::Snapshot::INFO.name));
    set!(facts, unread, images, index.missing(&["ec2:DescribeImages"]), count(ebs::Image::INFO.name));
    set!(facts, unread, recovery_points, index.missing(&POINT_OPERATIONS), count(backup::RecoveryPoint::INFO.name));
    set!(facts, unread, selected_types, links.unread.clone(), links.selected_types.iter().cloned().collect());
    set!(facts, unread, report_plans, index.missing(&["backup:ListReportPlans"]), report_plans(join));
    set!(facts, unread, frameworks, index.missing(&["backup:ListFrameworks", "backup:DescribeFramework"]), frameworks(join));
    restore_testing(join, data, listing_reasons, &mut facts, &mut unread);
    Joined { facts: Facts::Region(facts), unread }
}

/// Whether a data resource is counted as one.
fn is_counted(join: &Join, resource: &Resource) -> bool {
    join.data_type(resource).is_some_and(|data_type| (data_type.counted)(resource) == Counted::Itself)
}

/// The plan that EFS makes for itself is nobody's decision to back up the Region.
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

/// `reasons` are those for which there may be more data than is known.
fn restore_testing(
    join: &Join,
    data: &[(&Resource, &Joined, bool)],
    mut reasons: Vec<String>,
    facts: &mut RegionFacts,
    unread: &mut Unread,
) {
    let testing_reasons = join.index.missing(&RESTORE_TESTING_OPERATIONS);
    let selections = &join.index.restore_testing_selections;
    let tested: BTreeSet<String> =
        selections.iter().filter_map(|selection| selection.properties.protected_resource_type.read().cloned()).collect();
    set!(facts, unread, restore_testing_selections, testing_reasons.clone(), selections.len() as i64);
    set!(facts, unread, tested_types, testing_reasons, tested.into_iter().collect());
    let mut testable = BTreeSet::new();
    for (resource, joined, _) in data {
        let Facts::Data(protection) = &joined.facts else { continue };
        let Some(known) = join.backed_up_as(resource) else { continue };
        match protection.aws_backup_points.read() {
            // A volume behind its instance's recovery points is tested with the instance.
            Some(points) if *points > 0 && known.aws_backup.restore_testing && join.index.points.contains_key(&resource.arn) => {
                testable.insert(known.aws_backup.name.to_owned());
            }
            Some(_) => {}
            None => reasons.extend(joined.unread.get("aws_backup_points").cloned().unwrap_or_default()),
        }
    }
    reasons.sort();
    reasons.dedup();
    set!(facts, unread, testable_types, reasons, testable.into_iter().collect());
}
