//! S3 buckets. Terraform's provider splits a bucket into several resources; versions before 4, and deprecated blocks, have the settings
//! inline.

use super::kms::key_arn;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::{Node, Position, Value};
use crate::template::encryption::{Switch, apply};
use crate::template::policy_text;
use crate::template::table::{Absent, As, BLANK, Ends, Identity, More, Part, Paths, Row, SplitOff, Table, part, row};
use crate::template::takes::Takes;
use serde_json::{Value as Json, json};

const VERSIONING: Paths = ["VersioningConfiguration.Status", "+versioning.versioning_configuration.status"];
const LIFECYCLE: Paths = ["LifecycleConfiguration.Rules", "+lifecycle.rule|lifecycle_rule"];
const REPLICATION: Paths =
    ["ReplicationConfiguration.Rules", "+replication.rule|replication_configuration.rules|replication_configuration.rule"];
const ENCRYPTION: Paths =
    ["BucketEncryption.ServerSideEncryptionConfiguration", "+encryption.rule|server_side_encryption_configuration.rule"];
const DEFAULT: Paths = ["ServerSideEncryptionByDefault", "apply_server_side_encryption_by_default"];
const ALGORITHM: Paths = ["SSEAlgorithm", "sse_algorithm"];
const LOCK: Paths = ["ObjectLockConfiguration", "+object_lock|object_lock_configuration"];
const LOCK_ENABLED: Paths = ["ObjectLockEnabled", "object_lock_enabled"];

/// A bucket.
pub static BUCKET: Table = Table {
    type_name: "AWS::S3::Bucket",
    cloudformation: &["AWS::S3::Bucket"],
    terraform: &["aws_s3_bucket"],
    identity: Identity {
        split_off: Some(SplitOff { prefix: "aws_s3_bucket_", argument: "bucket" }),
        ..Identity::named(["BucketName", "bucket"], "arn:{partition}:s3:::{id}")
    },
    rows: &[
        row(
            "versioning",
            ["VersioningConfiguration", "+versioning|versioning"],
            As::By(|scope, _| versioning(scope)),
            Absent::By(versioning),
        ),
        // CloudFormation cannot set MFA delete; the provider's blocks can.
        row("mfa_delete", ["", "+versioning|versioning"], As::By(|scope, _| mfa_delete(scope)), Absent::False),
        row("lifecycle", LIFECYCLE, As::List(LIFECYCLE_RULE), Absent::Empty),
        row("replication", REPLICATION, As::List(REPLICATION_RULE), Absent::Empty),
        row("object_lock", LOCK, As::By(|scope, _| object_lock(scope)), Absent::By(object_lock)),
        row("policy", ["+policy.PolicyDocument", "+policy.policy|policy"], As::Parts(policy_text::read), Absent::Null),
    ],
    also: &[ENCRYPTION, LOCK_ENABLED],
    parts: &[
        Part { leaves: Some(suspended), ..part(&["aws_s3_bucket_versioning"], "bucket", "+versioning").inline("versioning") },
        part(&["aws_s3_bucket_server_side_encryption_configuration"], "bucket", "+encryption")
            .inline("server_side_encryption_configuration"),
        part(&["aws_s3_bucket_lifecycle_configuration"], "bucket", "+lifecycle").inline("lifecycle_rule"),
        part(&["aws_s3_bucket_replication_configuration"], "bucket", "+replication").inline("replication_configuration"),
        part(&["aws_s3_bucket_object_lock_configuration"], "bucket", "+object_lock").inline("object_lock_configuration"),
        part(&["AWS::S3::BucketPolicy", "aws_s3_bucket_policy"], "Bucket|bucket", "+policy").inline("policy"),
    ],
    more: Some(More {
        properties: &["encrypted", "encryption_algorithm", "kms_key_arn", "key_manager", "key_state", "blocked_encryption_types"],
        fill: encryption,
    }),
    ends: Ends { force_destroy: Some("force_destroy"), ..Ends::PLAIN },
    ..BLANK
};

const LIFECYCLE_RULE: &[Row] = &[
    row("id", ["Id", "id"], As::Name, Absent::Null),
    row("enabled", ["", ""], As::Bool, Absent::By(rule_enabled)),
    row("expiration_days", ["ExpirationInDays", "expiration.days"], As::By(days), Absent::Null).takes(DAYS),
    row(
        "noncurrent_expiration_days",
        [
            "NoncurrentVersionExpiration.NoncurrentDays|NoncurrentVersionExpirationInDays",
            "noncurrent_version_expiration.noncurrent_days|noncurrent_version_expiration.days",
        ],
        As::By(days),
        Absent::Null,
    )
    .takes(DAYS),
    row(
        "newer_noncurrent_versions",
        ["NoncurrentVersionExpiration.NewerNoncurrentVersions", "noncurrent_version_expiration.newer_noncurrent_versions"],
        As::By(days),
        Absent::Null,
    ),
    row(
        "noncurrent_transition_days",
        ["NoncurrentVersionTransitions|NoncurrentVersionTransition", "noncurrent_version_transition"],
        As::By(soonest_transition),
        Absent::Null,
    ),
    row(
        "abort_incomplete_upload_days",
        [
            "AbortIncompleteMultipartUpload.DaysAfterInitiation",
            "abort_incomplete_multipart_upload.days_after_initiation|abort_incomplete_multipart_upload_days",
        ],
        As::By(days),
        Absent::Null,
    )
    .takes(DAYS),
];

/// "Must be a positive integer" (S3 user guide, "Lifecycle configuration elements").
const DAYS: Takes = Takes::Whole(1, i64::MAX);

const REPLICATION_RULE: &[Row] = &[
    row("id", ["Id", "id"], As::Name, Absent::Null),
    row("enabled", ["", ""], As::Bool, Absent::By(rule_enabled)),
    row("destination_bucket_arn", ["Destination.Bucket", "destination.bucket"], As::ArnOf("AWS::S3::Bucket"), Absent::Unknown("no bucket")),
    row("destination_account", ["Destination.Account", "destination.account|destination.account_id"], As::Name, Absent::Null),
    row("kms_objects", ["", ""], As::Bool, Absent::By(kms_objects)),
    row(
        "replica_kms_key_arn",
        [
            "Destination.EncryptionConfiguration.ReplicaKmsKeyID",
            "destination.encryption_configuration.replica_kms_key_id|destination.replica_kms_key_id",
        ],
        As::By(key_arn),
        Absent::Null,
    ),
];

/// "Deleting this resource will either suspend versioning … or simply remove the resource" (provider, aws_s3_bucket_versioning).
fn suspended(at: Position) -> (&'static str, Node) {
    let status = Node::new(at, Value::Map(vec![("status".to_owned(), Node::new(at, Value::Text("Suspended".to_owned())))]));
    ("versioning_configuration", Node::new(at, Value::List(vec![status])))
}

/// `Status`, or `enabled` of lifecycle rules in provider versions before 4.
fn rule_enabled(scope: &Scope) -> Outcome {
    const STATUS: Paths = ["Status", "status"];
    scope.taken(STATUS, Takes::Words(&["Enabled", "Disabled"]))?;
    if let Some(status) = scope.text_at(STATUS)? {
        return Ok((status == "Enabled").into());
    }
    scope.bool_at(["", "enabled"], false).map(Json::from)
}

/// The provider's state shows a number that is not set as 0.
fn days(scope: &Scope, node: &Node) -> Outcome {
    Ok(Some(scope.int(node)?).filter(|days| *days > 0).map_or(Json::Null, Json::from))
}

fn soonest_transition(scope: &Scope, node: &Node) -> Outcome {
    let mut soonest = None;
    for step in scope.elements(node)? {
        let days = scope.at(step).int_at(["TransitionInDays", "noncurrent_days|days"])?;
        soonest = [soonest, days].into_iter().flatten().min();
    }
    Ok(json!(soonest))
}

fn kms_objects(scope: &Scope) -> Outcome {
    let criteria: Paths =
        ["SourceSelectionCriteria.SseKmsEncryptedObjects.Status", "source_selection_criteria.sse_kms_encrypted_objects.status"];
    if let Some(status) = scope.text_at(criteria)? {
        return Ok((status == "Enabled").into());
    }
    scope.bool_at(["", "source_selection_criteria.sse_kms_encrypted_objects.enabled"], false).map(Json::from)
}

/// Never enabled by default; Object Lock enables it (S3 user guide, "Locking objects with Object Lock").
fn versioning(scope: &Scope) -> Outcome {
    // The provider uses `Disabled` for a bucket that was never versioned.
    scope.taken(VERSIONING, Takes::Words(&["Enabled", "Suspended", "Disabled"]))?;
    if let Some(status) = scope.text_at(VERSIONING)? {
        return Ok(match status.as_str() {
            "Enabled" => "enabled".into(),
            "Suspended" => "suspended".into(),
            _ => "never".into(),
        });
    }
    if scope.bool_at(["", "versioning.enabled"], false)? || locked(scope)? {
        return Ok("enabled".into());
    }
    Ok("never".into())
}

fn mfa_delete(scope: &Scope) -> Outcome {
    if let Some(status) = scope.text_at(["", "+versioning.versioning_configuration.mfa_delete"])? {
        return Ok((status == "Enabled").into());
    }
    scope.bool_at(["", "versioning.mfa_delete"], false).map(Json::from)
}

/// Whether Object Lock is on: by the bucket, by the inline block, or by the provider's resource for it.
fn locked(scope: &Scope) -> Outcome<bool> {
    if scope.bool_at(LOCK_ENABLED, false)? || scope.is_written(["", "+object_lock"])? {
        return Ok(true);
    }
    let inline = scope.text_at(["ObjectLockConfiguration.ObjectLockEnabled", "object_lock_configuration.object_lock_enabled"])?;
    Ok(inline.is_some_and(|enabled| enabled == "Enabled"))
}

fn object_lock(scope: &Scope) -> Outcome {
    if !locked(scope)? {
        return Ok(Json::Null);
    }
    let Some(node) = scope.find(LOCK) else { return Ok(json!({ "mode": null, "retention_days": null })) };
    if let Some(reasons) = scope.reasons(node) {
        return Err(reasons);
    }
    let lock = scope.at(node);
    lock.taken(["Rule.DefaultRetention.Mode", "rule.default_retention.mode"], Takes::Words(&["GOVERNANCE", "COMPLIANCE"]))?;
    // API, PutObjectLockConfiguration, DefaultRetention.
    lock.taken(["Rule.DefaultRetention.Days", "rule.default_retention.days"], Takes::Whole(1, 36_500))?;
    lock.taken(["Rule.DefaultRetention.Years", "rule.default_retention.years"], Takes::Whole(1, 100))?;
    let mode = lock.text_at(["Rule.DefaultRetention.Mode", "rule.default_retention.mode"])?;
    let days = lock.int_at(["Rule.DefaultRetention.Days", "rule.default_retention.days"])?.filter(|days| *days > 0);
    let years = lock.int_at(["Rule.DefaultRetention.Years", "rule.default_retention.years"])?.filter(|years| *years > 0);
    Ok(json!({ "mode": mode, "retention_days": days.or(years.map(|years| years.saturating_mul(365))) }))
}

/// Every bucket has at least SSE-S3 (S3 user guide, "Setting default server-side encryption behavior"): "Amazon S3 now applies server-side
/// encryption with Amazon S3 managed keys (SSE-S3) as the base level of encryption for every bucket", whatever the template says.
fn encryption(scope: &Scope, built: &mut Built) {
    let at = scope.find(ENCRYPTION);
    for property in ["encrypted", "encryption_algorithm", "blocked_encryption_types"] {
        built.place(property, at);
    }
    let rules = match scope.elements_at(ENCRYPTION) {
        Ok(rules) => rules,
        Err(reasons) => {
            built.set("encrypted", Ok(true.into()));
            for property in ["encryption_algorithm", "kms_key_arn", "key_manager", "key_state", "blocked_encryption_types"] {
                built.set(property, Err(reasons.clone()));
            }
            return;
        }
    };
    let default = rules.iter().find_map(|rule| scope.at(rule).find(DEFAULT));
    let default_of = default.map(|node| scope.at(node));
    // API, ServerSideEncryptionByDefault, SSEAlgorithm.
    let taken = default_of.as_ref().map_or(Ok(()), |of| of.taken(ALGORITHM, Takes::Words(&["AES256", "aws:kms", "aws:kms:dsse"])));
    let algorithm = taken.clone().and_then(|()| default_of.as_ref().map_or(Ok(None), |of| of.text_at(ALGORITHM)));
    let algorithm = algorithm.map(|algorithm| algorithm.unwrap_or_else(|| "AES256".to_owned()));
    let flag = algorithm.clone().map(|algorithm| if algorithm.starts_with("aws:kms") { Switch::On } else { Switch::Off });
    let key = default.and_then(|node| scope.at(node).find(["KMSMasterKeyID", "kms_master_key_id"]));
    // SSE-KMS without a key means aws/s3 ("Using server-side encryption with AWS KMS keys"); S3 owns the keys of SSE-S3.
    apply(scope, flag, Some(KeyManager::AwsOwned), KeyManager::Aws, key, built);
    if let Err(reasons) = taken {
        built.properties.remove("encrypted");
        built.set("encrypted", Err(reasons));
    }
    built.set("encryption_algorithm", algorithm.map(Json::from));
    let blocked = |rule: &&Node| {
        let kinds = scope.at(rule).elements_at(["BlockedEncryptionTypes.EncryptionType", "blocked_encryption_types"])?;
        kinds.into_iter().map(|kind| scope.known_text(kind)).collect::<Outcome<Vec<_>>>()
    };
    let blocked: Outcome<Vec<Vec<String>>> = rules.iter().map(blocked).collect();
    // `NONE` stands for "blocks nothing".
    let blocked = blocked.map(|kinds| kinds.into_iter().flatten().filter(|kind| kind != "NONE").collect::<Vec<_>>());
    built.set("blocked_encryption_types", blocked.map(|kinds| json!(kinds)));
}
