//! Automatic scaling of provisioned tables: scalable targets and scaling policies of Application Auto Scaling, which are resources of their
//! own, and the settings of a global table.

use crate::inventory::types::dynamodb::scaled;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::Value;
use crate::template::table::{Part, Paths, part};
use serde_json::{Value as Json, json};

/// `PROVISIONED` by default (API, CreateTable, BillingMode; provider).
pub const MODE: Paths = ["BillingMode", "billing_mode"];
pub const INDEXES: Paths = ["GlobalSecondaryIndexes", "global_secondary_index"];
pub const TARGETS: &str = "+targets";
pub const POLICIES: &str = "+scaling_policies";

pub const TARGET_PART: Part = Part {
    prefix: "table/",
    ..part(&["AWS::ApplicationAutoScaling::ScalableTarget", "aws_appautoscaling_target"], "ResourceId|resource_id", TARGETS)
};
pub const SCALING_POLICY_PART: Part = Part {
    prefix: "table/",
    ..part(&["AWS::ApplicationAutoScaling::ScalingPolicy", "aws_appautoscaling_policy"], "ResourceId|resource_id|ScalingTargetId", POLICIES)
};

const RESOURCE: Paths = ["ResourceId", "resource_id"];
const DIMENSION: Paths = ["ScalableDimension", "scalable_dimension"];
const SCALE_IN: Paths = ["SuspendedState.DynamicScalingInSuspended", "suspended_state.dynamic_scaling_in_suspended"];
const SCALE_OUT: Paths = ["SuspendedState.DynamicScalingOutSuspended", "suspended_state.dynamic_scaling_out_suspended"];
const MIN: Paths = ["MinCapacity", "min_capacity"];
const MAX: Paths = ["MaxCapacity", "max_capacity"];

/// The names of the global secondary indexes.
pub fn indexes(scope: &Scope) -> Outcome {
    let name = |index: &_| -> Outcome { Ok(scope.at(index).text_at(["IndexName", "name"])?.into()) };
    scope.elements_at(INDEXES)?.into_iter().map(name).collect()
}

/// The scalable targets of a table and its indexes.
pub fn of_table(scope: &Scope) -> Outcome {
    let mut found = Vec::new();
    for target in scope.elements_at([TARGETS; 2])? {
        if let Some(reasons) = scope.reasons(target) {
            return Err(reasons);
        }
        let target = scope.at(target);
        let (Some(resource), Some(dimension)) = (resource_of(&target), target.text_at(DIMENSION)?) else { continue };
        let Some((_, index, capacity)) = scaled(&resource, &dimension) else { continue };
        found.push(json!({
            "index": index,
            "capacity": capacity,
            "min_capacity": known(target.int_at(MIN)?, "MinCapacity")?,
            "max_capacity": known(target.int_at(MAX)?, "MaxCapacity")?,
            "suspended": target.bool_at(SCALE_IN, false)? || target.bool_at(SCALE_OUT, false)?,
            "policy": has_policy(scope, &target, &resource, &dimension)?,
        }));
    }
    Ok(Json::Array(found))
}

fn known(number: Option<i64>, what: &str) -> Outcome<i64> {
    number.ok_or_else(|| vec![format!("{what} of the scalable target is not set")])
}

/// The id of the resource that scales, in which symbols stand for what is known after deployment.
fn resource_of(part: &Scope) -> Option<String> {
    part.find(RESOURCE).and_then(|node| part.stack.text(node)).map(|text| text.text)
}

/// Whether a scaling policy names the target, or what it scales.
fn has_policy(scope: &Scope, target: &Scope, resource: &str, dimension: &str) -> Outcome<bool> {
    let id = target.text_at(["+id", "+id"])?.unwrap_or_default();
    for policy in scope.elements_at([POLICIES; 2])? {
        if let Some(reasons) = scope.reasons(policy) {
            return Err(reasons);
        }
        let policy = scope.at(policy);
        let names_target = policy
            .find(["ScalingTargetId", ""])
            .is_some_and(|node| matches!(&node.value, Value::Reference { id: of, .. } if of.as_ref() == id));
        if names_target || (resource_of(&policy).as_deref() == Some(resource) && policy.text_at(DIMENSION)?.as_deref() == Some(dimension)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A provisioned global table scales its writes by a setting of its own, and its reads by one of each replica; the same holds for indexes. A
/// setting names the bounds and a target tracking policy (API of the type, CapacityAutoScalingSettings).
pub fn of_global_table(scope: &Scope) -> Outcome {
    const WRITES: &str = "WriteProvisionedThroughputSettings.WriteCapacityAutoScalingSettings";
    const READS: &str = "ReadProvisionedThroughputSettings.ReadCapacityAutoScalingSettings";
    let mut found = Vec::new();
    let mut add = |part: &Scope, index: Option<&str>, capacity: &str, at: &'static str| -> Outcome<bool> {
        let Some(settings) = part.find([at, ""]) else { return Ok(false) };
        if let Some(reasons) = part.reasons(settings) {
            return Err(reasons);
        }
        let settings = part.at(settings);
        found.push(json!({
            "index": index,
            "capacity": capacity,
            "min_capacity": known(settings.int_at(MIN)?, "MinCapacity")?,
            "max_capacity": known(settings.int_at(MAX)?, "MaxCapacity")?,
            "suspended": false,
            "policy": true,
        }));
        Ok(true)
    };
    add(scope, None, "write", WRITES)?;
    for index in scope.elements_at(INDEXES)? {
        let index = scope.at(index);
        let name = index.text_at(["IndexName", ""])?;
        add(&index, name.as_deref(), "write", WRITES)?;
    }
    // The replica in the Region of the stack stands for all.
    if let Some(replica) = super::here(scope)? {
        let replica = scope.at(replica);
        add(&replica, None, "read", READS)?;
        for index in replica.elements_at(["GlobalSecondaryIndexes", ""])? {
            let index = replica.at(index);
            let name = index.text_at(["IndexName", ""])?;
            add(&index, name.as_deref(), "read", READS)?;
        }
    }
    Ok(Json::Array(found))
}
