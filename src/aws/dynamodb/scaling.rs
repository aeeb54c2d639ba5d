//! Application Auto Scaling: what scales the capacity of tables.

use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::operation::Operation;
use crate::inventory::Fact;
use crate::inventory::types::dynamodb::{Scaling, scaled};
use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{ScalableTarget, ScalingPolicy, ServiceNamespace};

pub const DESCRIBE_SCALABLE_TARGETS: Operation = Operation::new(
    "application-autoscaling",
    "DescribeScalableTargets",
    Answer::json(&["ScalableTargets/*/ResourceId", "ScalableTargets/*/ScalableDimension"]),
);
pub const DESCRIBE_SCALING_POLICIES: Operation = Operation::new(
    "application-autoscaling",
    "DescribeScalingPolicies",
    Answer::json(&["ScalingPolicies/*/ResourceId", "ScalingPolicies/*/ScalableDimension"]),
);

/// The largest page of both operations ("This value can be between 1 and 50").
const PAGE: i32 = 50;

/// What scales automatically in a Region, with the name of its table. `None` if the scalable targets could not be listed.
pub async fn list(reader: &Reader) -> Option<Vec<(String, Scaling)>> {
    let client = Client::new(&reader.config);
    let namespace = ServiceNamespace::Dynamodb;
    let pages = client.describe_scalable_targets().service_namespace(namespace.clone()).into_paginator().page_size(PAGE).send();
    let targets = reader.pages(&DESCRIBE_SCALABLE_TARGETS, pages, |page| page.scalable_targets.unwrap_or_default());
    let pages = client.describe_scaling_policies().service_namespace(namespace).into_paginator().page_size(PAGE).send();
    let policies = reader.pages(&DESCRIBE_SCALING_POLICIES, pages, |page| page.scaling_policies.unwrap_or_default());
    let (targets, policies) = futures::join!(targets, policies);
    let has_policy = |target: &ScalableTarget| {
        let of_target =
            |policy: &ScalingPolicy| policy.resource_id == target.resource_id && policy.scalable_dimension == target.scalable_dimension;
        policies.as_ref().map_or(Fact::Unread, |policies| Fact::Read(policies.iter().any(of_target)))
    };
    let read = |target: ScalableTarget| {
        let (table, index, capacity) = scaled(&target.resource_id, target.scalable_dimension.as_str())?;
        let suspended = target.suspended_state.as_ref().is_some_and(|suspended| {
            suspended.dynamic_scaling_in_suspended == Some(true) || suspended.dynamic_scaling_out_suspended == Some(true)
        });
        let scaling = Scaling {
            index: index.map(str::to_owned).into(),
            capacity: capacity.to_owned().into(),
            min_capacity: i64::from(target.min_capacity).into(),
            max_capacity: i64::from(target.max_capacity).into(),
            suspended: suspended.into(),
            policy: has_policy(&target),
        };
        Some((table.to_owned(), scaling))
    };
    Some(targets?.into_iter().filter_map(read).collect())
}
