//! Restore testing selections: how many resources they reach, and how many of them can be tested.

use super::context::Join;
use super::data_type::DataType;
use super::facts::{Facts, RestoreTestingSelectionFacts};
use super::index::Typed;
use super::restore_testing::{finds_recovery_point, restore_testing_reaches};
use super::role::{BACKUP, role_facts};
use super::summary::POINT_OPERATIONS;
use super::title::title;
use crate::inventory::types::backup;
use crate::inventory::{Resource, unless};
use std::collections::BTreeSet;

const NO_PLAN: &str = "the selection's plan is not in the inventory";

/// The facts of a restore testing selection.
pub fn restore_testing_selection_facts(join: &Join, data: &[(&Resource, &Facts, bool)], resource: &Resource) -> Facts {
    let Some(properties) = resource.get::<backup::RestoreTestingSelection>() else { return RestoreTestingSelectionFacts::default().into() };
    let selection = Typed { resource, properties };
    let plan_arn = selection.properties.plan_arn.read();
    let plan = join.index.restore_testing_plans.iter().find(|plan| Some(&plan.resource.arn) == plan_arn);
    let mut reasons = join.index.missing(&["backup:GetRestoreTestingSelection"]);
    // The number of resources is known only if their types were listed.
    let tested = selection.properties.protected_resource_type.read();
    let may_be_tested = |data_type: &&&DataType| tested.is_some_and(|tested| data_type.may_be(tested));
    let listings: BTreeSet<&str> = join.data_types.iter().filter(may_be_tested).map(|data_type| data_type.info.operation).collect();
    reasons.extend(join.index.missing(&Vec::from_iter(listings)));
    let mut point_reasons = join.index.missing(&[POINT_OPERATIONS[0], POINT_OPERATIONS[1], "backup:GetRestoreTestingPlan"]);
    point_reasons.extend(plan.is_none().then(|| NO_PLAN.to_owned()));
    let (mut reached, mut testable) = (0, 0);
    for (candidate, _, _) in data {
        match restore_testing_reaches(join.index, &selection, candidate, join.backup_type(candidate)) {
            Ok(true) => {
                reached += 1;
                match plan.map_or(Ok(false), |plan| finds_recovery_point(join, plan, candidate, join.named_since(candidate))) {
                    Ok(found) => testable += i64::from(found),
                    Err(why) => point_reasons.extend(why),
                }
            }
            Ok(false) => {}
            Err(why) => reasons.extend(why),
        }
    }
    point_reasons.extend(reasons.iter().cloned());
    // A resource that was found counts; "none" needs complete lists.
    let found = |count: i64, reasons: Vec<String>| if count > 0 { Ok(count) } else { unless(reasons, count) };
    let (role_exists, role_assumable) = role_facts(join, resource, &properties.role_arn, BACKUP);
    RestoreTestingSelectionFacts {
        plan: plan.map(|plan| title(plan.resource)).ok_or_else(|| vec![NO_PLAN.to_owned()]).into(),
        reached: found(reached, reasons).into(),
        testable: found(testable, point_reasons).into(),
        role_exists,
        role_assumable,
    }
    .into()
}
