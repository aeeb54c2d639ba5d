//! DynamoDB tables, and global tables as CloudFormation declares them.

mod alarms;
pub(super) mod replicas;
mod scaling;

use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope, Unknown};
use crate::template::declaration::{Language, Node, Value};
use crate::template::encryption::{Encryption, Flag};
use crate::template::encryption::{Switch, apply, switch_wins};
use crate::template::policy_text;
use crate::template::table::{Absent, As, BLANK, Identity, More, Part, Paths, Table, part, row};
use crate::template::takes::Takes;
use serde_json::{Value as Json, json};

const NAME: Paths = ["TableName", "name"];
pub(super) const ARN: &str = "arn:{partition}:dynamodb:{region}:{account}:table/{id}";
const PITR: Paths = ["PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "point_in_time_recovery.enabled"];
const PITR_DAYS: Paths = ["PointInTimeRecoverySpecification.RecoveryPeriodInDays", "point_in_time_recovery.recovery_period_in_days"];
const DELETION_PROTECTION: Paths = ["DeletionProtectionEnabled", "deletion_protection_enabled"];

/// `TimeToLiveSpecification.Enabled` is required; the provider's `ttl.enabled` is false by default.
pub(super) const TTL: Paths = ["TimeToLiveSpecification.Enabled", "ttl.enabled"];

/// The resource policy.
pub(super) const POLICY: Paths = ["ResourcePolicy.PolicyDocument", "+policy.policy"];
pub(super) const POLICY_PART: Part = part(&["aws_dynamodb_resource_policy"], "resource_arn", "+policy");

/// The default of RecoveryPeriodInDays (API, PointInTimeRecoverySpecification; provider).
pub(super) const DEFAULT_PITR_DAYS: i64 = 35;

/// A table.
pub static TABLE: Table = Table {
    type_name: "AWS::DynamoDB::Table",
    cloudformation: &["AWS::DynamoDB::Table"],
    terraform: &["aws_dynamodb_table"],
    identity: Identity { arns: &["TableArn"], ..Identity::named(NAME, ARN) },
    encryption: Some(Encryption {
        flag: Some(Flag {
            at: ["SSESpecification.SSEEnabled", "server_side_encryption.enabled"],
            absent: owned,
            // "SSESpecificationOverride": without it, the new table has the settings of its source (API, RestoreTableToPointInTime).
            copied_from: ["", "restore_source_table_arn|restore_source_name"],
            source_wins: switch_wins,
        }),
        // Off, or not set, means an AWS owned key (API, SSESpecification, Enabled).
        off: Some(KeyManager::AwsOwned),
        // On, without a key, means the AWS managed key (SSESpecification, KMSMasterKeyId).
        on: KeyManager::Aws,
        key: ["SSESpecification.KMSMasterKeyId", "server_side_encryption.kms_key_arn"],
    }),
    rows: &[
        row("pitr", PITR, As::By(|scope, _| pitr(scope).map(Json::from)), Absent::False),
        row("pitr_days", PITR_DAYS, As::By(|scope, _| pitr_days(scope)), Absent::By(pitr_days)),
        // False by default (API, CreateTable; provider).
        row("deletion_protection", DELETION_PROTECTION, As::Bool, Absent::False),
        row("ttl", TTL, As::Bool, Absent::False),
        row("policy", POLICY, As::Parts(policy), Absent::Null),
        row("on_demand", scaling::MODE, As::OneOf(&["PAY_PER_REQUEST"]), Absent::False),
        row("indexes", scaling::INDEXES, As::By(|scope, _| scaling::indexes(scope)), Absent::Empty),
        row("scaling", [scaling::TARGETS; 2], As::By(|scope, _| scaling::of_table(scope)), Absent::Empty),
        alarms::ROW,
    ],
    also: &[[scaling::POLICIES; 2]],
    parts: &[
        part(&["aws_dynamodb_table_replica"], "global_table_arn", "+replicas"),
        POLICY_PART,
        scaling::TARGET_PART,
        scaling::SCALING_POLICY_PART,
        alarms::PART,
    ],
    more: Some(More { properties: &["replicas"], fill: replicas_of }),
    inner: Some(replicas::in_blocks),
    ..BLANK
};

/// A global table; each replica has settings of its own.
pub static GLOBAL_TABLE: Table = Table {
    type_name: "AWS::DynamoDB::GlobalTable",
    cloudformation: &["AWS::DynamoDB::GlobalTable"],
    identity: Identity { arns: &["TableArn"], ..Identity::named(NAME, ARN) },
    tags: ["Tags", ""],
    tagged: Some(here),
    rows: &[
        row("ttl", TTL, As::Bool, Absent::False),
        row("on_demand", scaling::MODE, As::OneOf(&["PAY_PER_REQUEST"]), Absent::False),
        row("indexes", scaling::INDEXES, As::By(|scope, _| scaling::indexes(scope)), Absent::Empty),
        row("scaling", ["", ""], As::Texts, Absent::By(scaling::of_global_table)),
        alarms::ROW,
    ],
    parts: &[alarms::PART],
    also: &[["SSESpecification", ""], ["Replicas", ""], ["WriteProvisionedThroughputSettings", ""]],
    more: Some(More {
        properties: &["encrypted", "kms_key_arn", "key_manager", "key_state", "pitr", "pitr_days", "deletion_protection", "replicas"],
        fill: global_table,
    }),
    ..BLANK
};

/// The policy of the table. In Terraform, the policy of its stream is a resource of the same type.
pub(super) fn policy(scope: &Scope, node: &Node, path: &str, nested: &mut Unknown) -> Outcome {
    if scope.language() != Language::Terraform {
        return policy_text::read(scope, node, path, nested);
    }
    for part in scope.elements_at(["", "+policy"])? {
        if let Some(reasons) = scope.reasons(part) {
            return Err(reasons);
        }
        let part = scope.at(part);
        let of_stream = part.find(["", "resource_arn"]).is_some_and(|of| match &of.value {
            Value::Reference { attribute, .. } => attribute.ends_with("stream_arn"),
            _ => scope.stack.text(of).is_some_and(|text| text.text.contains("/stream/")),
        });
        if !of_stream && let Some(policy) = part.find(["", "policy"]) {
            return policy_text::read(&part, policy, path, nested);
        }
    }
    Ok(Json::Null)
}

fn owned(_: &Scope) -> Outcome<Switch> {
    Ok(Switch::Off)
}

/// Whether PITR is on. AWS refuses the whole setting if the period is invalid.
fn pitr(scope: &Scope) -> Outcome<bool> {
    scope.taken(PITR_DAYS, DAYS)?;
    scope.bool_at(PITR, false)
}

fn pitr_days(scope: &Scope) -> Outcome {
    if !pitr(scope)? {
        return Ok(Json::Null);
    }
    Ok(days_of(scope)?.into())
}

/// API, PointInTimeRecoverySpecification, RecoveryPeriodInDays.
const DAYS: Takes = Takes::Whole(1, 35);

fn days_of(scope: &Scope) -> Outcome<i64> {
    Ok(scope.int_at(PITR_DAYS)?.unwrap_or(DEFAULT_PITR_DAYS))
}

/// Replicas are blocks of the table or separate resources: both are declarations, see [`replicas`].
fn replicas_of(scope: &Scope, built: &mut Built) {
    let blocks: Paths = ["", "replica"];
    built.place("replicas", scope.find(blocks));
    let outcome = || -> Outcome {
        scope.elements_at(blocks)?;
        let mut regions = Vec::new();
        for part in scope.elements_at(["", "+replicas"])? {
            let id = scope.at(part).text_at(["", "+id"])?.unwrap_or_default();
            regions.extend(scope.stack.entry(&id).map(|replica| scope.stack.region_of(replica).text));
        }
        regions.sort_unstable();
        Ok(regions.into_iter().map(|region| json!({ "region": region, "status": null })).collect())
    };
    built.set("replicas", outcome());
}

/// The replica in the stack's Region.
fn here<'s>(scope: &Scope<'s, '_>) -> Outcome<Option<&'s Node>> {
    let replicas = scope.elements_at(["Replicas", ""])?;
    let is_here = |replica: &&&Node| {
        let region = scope.at(replica).find(["Region", ""]).and_then(|node| scope.stack.text(node));
        region.is_some_and(|region| region.text == scope.stack.region())
    };
    match replicas.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        all => match all.iter().find(is_here) {
            Some(replica) => Ok(Some(*replica)),
            None => Err(vec!["which replica is in the Region of the stack is not known (give it with --region)".to_owned()]),
        },
    }
}

/// The table has the settings that all replicas have; its key is that of the replica in the stack's Region, or of the first.
fn global_table(scope: &Scope, built: &mut Built) {
    let replicas_at: Paths = ["Replicas", ""];
    for property in ["pitr", "deletion_protection", "replicas"] {
        built.place(property, scope.find(replicas_at));
    }
    let replicas = match scope.elements_at(replicas_at) {
        Ok(replicas) => replicas,
        Err(reasons) => {
            for property in ["pitr", "pitr_days", "deletion_protection", "replicas", "kms_key_arn", "key_manager", "key_state"] {
                built.set(property, Err(reasons.clone()));
            }
            built.set("encrypted", Ok(true.into()));
            return;
        }
    };
    // One replica with the setting off decides.
    let every = |is_on: &dyn Fn(&Scope) -> Outcome<bool>| -> Outcome {
        let mut unknown = Vec::new();
        for replica in &replicas {
            match is_on(&scope.at(replica)) {
                Ok(true) => {}
                Ok(false) => return Ok(false.into()),
                Err(reasons) => unknown.extend(reasons),
            }
        }
        if unknown.is_empty() { Ok((!replicas.is_empty()).into()) } else { Err(unknown) }
    };
    let pitr = every(&self::pitr);
    let days = || -> Outcome {
        if pitr.clone()? != json!(true) {
            return Ok(Json::Null);
        }
        let days: Outcome<Vec<i64>> = replicas.iter().map(|replica| days_of(&scope.at(replica))).collect();
        Ok(json!(days?.into_iter().min()))
    };
    built.set("pitr_days", days());
    built.set("pitr", pitr.clone());
    built.set("deletion_protection", every(&|replica| replica.bool_at(DELETION_PROTECTION, false)));
    let regions: Outcome<Vec<Json>> = replicas
        .iter()
        .map(|replica| {
            let region = scope.at(replica).find(["Region", ""]).map(|node| scope.text(node)).transpose()?.unwrap_or_default();
            Ok(json!({ "region": region.text, "status": null }))
        })
        .collect();
    built.set("replicas", regions.map(Json::Array));

    let flag_at: Paths = ["SSESpecification.SSEEnabled", ""];
    built.place("encrypted", scope.find(flag_at));
    let flag = scope.bool_at(flag_at, false).map(|on| if on { Switch::On } else { Switch::Off });
    let replica = here(scope).ok().flatten().or(replicas.first().copied());
    let key = replica.and_then(|replica| scope.at(replica).find(["SSESpecification.KMSMasterKeyId", ""]));
    apply(scope, flag, Some(KeyManager::AwsOwned), KeyManager::Aws, key, built);
}
