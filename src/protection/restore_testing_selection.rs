//! Restore testing selections: how much they reach, and how much of it can be tested.

use super::context::Join;
use super::facts::{Facts, RestoreTestingSelectionFacts};
use super::index::Typed;
use super::opt_in;
use super::points::named_since;
use super::restore_testing::{finds_recovery_point, restore_testing_reaches};
use super::summary::POINT_OPERATIONS;
use super::title::title;
use crate::inventory::types::{self, backup};
use crate::inventory::{Resource, unless};

const NO_PLAN: &str = "the selection's plan is not in the inventory";

/// The facts of a restore testing selection.
pub fn restore_testing_selection_facts(join: &Join, data: &[(&Resource, &Facts, bool)], resource: &Resource) -> Facts {
    let Some(properties) = resource.get::<backup::RestoreTestingSelection>() else { return RestoreTestingSelectionFacts::default().into() };
    let selection = Typed { resource, properties };
    let plan_arn = selection.properties.plan_arn.read();
    let plan = join.index.restore_testing_plans.iter().find(|plan| Some(&plan.resource.arn) == plan_arn);
    let mut reasons = join.index.missing(&["backup:GetRestoreTestingSelection"]);
    // What there is to be reached is known when its type was listed; Multi-AZ clusters count as RDS.
    let tested = selection.properties.protected_resource_type.read().map(String::as_str);
    let listings =
        types::data_types().filter(|info| info.backup_type == tested || (tested == Some("RDS") && info.backup_type == Some("Aurora")));
    reasons.extend(join.index.missing(&listings.map(|info| info.operation).collect::<Vec<_>>()));
    let mut point_reasons = join.index.missing(&[POINT_OPERATIONS[0], POINT_OPERATIONS[1], "backup:GetRestoreTestingPlan"]);
    point_reasons.extend(plan.is_none().then(|| NO_PLAN.to_owned()));
    let (mut reached, mut testable) = (0, 0);
    for (candidate, _, _) in data {
        match restore_testing_reaches(join.index, &selection, candidate, opt_in::backup_type(candidate)) {
            Ok(true) => {
                reached += 1;
                match plan.map_or(Ok(false), |plan| finds_recovery_point(join, plan, candidate, named_since(candidate))) {
                    Ok(found) => testable += i64::from(found),
                    Err(why) => point_reasons.extend(why),
                }
            }
            Ok(false) => {}
            Err(why) => reasons.extend(why),
        }
    }
    point_reasons.extend(reasons.iter().cloned());
    // One that is found stands; only that there is none needs every answer.
    let found = |count: i64, reasons: Vec<String>| if count > 0 { Ok(count) } else { unless(reasons, count) };
    RestoreTestingSelectionFacts {
        plan: plan.map(|plan| title(plan.resource)).ok_or_else(|| vec![NO_PLAN.to_owned()]).into(),
        reached: found(reached, reasons).into(),
        testable: found(testable, point_reasons).into(),
    }
    .into()
}
