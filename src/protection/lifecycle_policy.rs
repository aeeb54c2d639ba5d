//! DLM policies: how many resources they target, and which accounts they share with.

use super::context::Join;
use super::dlm_mechanisms::{PolicyMiss, is_root_volume, policy_misses};
use super::facts::{Facts, LifecyclePolicyFacts};
use super::index::Typed;
use super::role::{DLM, role_facts};
use crate::inventory::types::dlm;
use crate::inventory::{Outcome, Resource, unless};

/// The facts of a DLM policy.
pub fn lifecycle_policy_facts(join: &Join, resource: &Resource) -> Facts {
    let Some(properties) = resource.get::<dlm::LifecyclePolicy>() else { return LifecyclePolicyFacts::default().into() };
    let shared_with = properties.schedules.read().into_iter().flatten().flat_map(|schedule| schedule.shared_with.read()).flatten();
    let scope_accounts = join.audited_accounts(shared_with.map(String::as_str));
    // The number of targets does not depend on whether the policy is enabled.
    let enabled = dlm::LifecyclePolicy { status: "ENABLED".to_owned().into(), ..properties.clone() };
    let policy = Typed { resource, properties: &enabled };
    let mut reasons = join.index.missing(&["ec2:DescribeVolumes", "ec2:DescribeInstances"]);
    let mut targets = 0;
    let mut count = |missed: Outcome<Vec<PolicyMiss>>| match missed {
        Ok(misses) => targets += i64::from(misses.is_empty()),
        Err(why) => reasons.extend(why),
    };
    for volume in join.index.volumes.values() {
        let volume_type = volume.properties.volume_type.present().map(String::as_str);
        count(policy_misses(join.index, &policy, volume.resource, volume_type, is_root_volume(join.index, volume)));
    }
    for instance in join.index.instances.values() {
        count(policy_misses(join.index, &policy, instance.resource, None, false));
    }
    if targets == 0 && join.index.shard.coverage.template {
        reasons.push("what it targets outside of the template is not known".to_owned());
    }
    // Many resources share the same reason.
    reasons.sort();
    reasons.dedup();
    let reasons = if targets > 0 { Vec::new() } else { reasons };
    let (role_exists, role_assumable) = role_facts(join, resource, &properties.role_arn, DLM);
    LifecyclePolicyFacts { targets: unless(reasons, targets).into(), role_exists, role_assumable, scope_accounts: scope_accounts.into() }
        .into()
}
