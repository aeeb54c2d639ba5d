//! Data Lifecycle Manager policies. Names that both languages share are in `CamelCase` in one and in `snake_case` in the other.

use super::iam::ROLE;
use super::kms::{key_arn, key_manager};
use crate::inventory::{more_path, note};
use crate::template::convert::{Built, Outcome, Scope, Unknown};
use crate::template::declaration::{Node, Value};
use crate::template::table::{Absent, As, BLANK, Evidence, Identity, More, Paths, Row, Table, row};
use crate::template::takes::Takes;
use serde_json::{Value as Json, json};

const DAY: i64 = 86_400;

/// A policy.
pub static POLICY: Table = Table {
    type_name: "AWS::DLM::LifecyclePolicy",
    cloudformation: &["AWS::DLM::LifecyclePolicy"],
    terraform: &["aws_dlm_lifecycle_policy"],
    identity: Identity::numbered(["Description", "description"], "arn:{partition}:dlm:{region}:{account}:policy/{id}"),
    rows: &[
        // The API requires it of a new policy (CreateLifecyclePolicy, State) and CloudFormation documents no default ("required when you add
        // a lifecycle policy and optional when you update"). The provider's default is ENABLED.
        row("status", ["State", "state"], As::Text, Absent::Unknown("the policy's State is not set and has no default"))
            .terraform(Absent::Text("ENABLED")),
        // The default of the API (PolicyDetails, PolicyType) and of the provider.
        row("policy_type", ["PolicyDetails.PolicyType", "policy_details.policy_type"], As::Text, Absent::Text("EBS_SNAPSHOT_MANAGEMENT")),
        row(
            "default_policy",
            DEFAULT_POLICY,
            As::By(|scope, _| is_default(scope).map(Json::from)),
            Absent::By(|scope| is_default(scope).map(Json::from)),
        ),
        row(
            "resource_types",
            [
                "PolicyDetails.ResourceTypes|PolicyDetails.ResourceType|DefaultPolicy",
                "policy_details.resource_types|policy_details.resource_type|default_policy",
            ],
            As::Texts,
            Absent::Empty,
        ),
        row("target_tags", ["PolicyDetails.TargetTags", "policy_details.target_tags"], As::Parts(tags), Absent::Empty),
        row(
            "event_copies",
            ["PolicyDetails.Actions.CrossRegionCopy", "policy_details.action.cross_region_copy"],
            As::List(EVENT_COPY),
            Absent::Empty,
        ),
        // For policies of instances (hashicorp/aws, `parameters` of `policy_details`; `exclude_data_volume_tags` since pull request
        // 45113).
        row(
            "exclude_boot_volume",
            ["PolicyDetails.Parameters.ExcludeBootVolume", "policy_details.parameters.exclude_boot_volume"],
            As::Bool,
            Absent::False,
        ),
        row(
            "exclude_data_volume_tags",
            ["PolicyDetails.Parameters.ExcludeDataVolumeTags", "policy_details.parameters.exclude_data_volume_tags"],
            As::Parts(tags),
            Absent::Empty,
        ),
        row(
            "exclusions",
            ["Exclusions|PolicyDetails.Exclusions", "policy_details.exclusions"],
            As::Object(EXCLUSIONS),
            Absent::By(|_| Ok(json!({ "boot_volumes": false, "volume_types": [], "tags": [] }))),
        ),
        row("role_arn", ["ExecutionRoleArn", "execution_role_arn"], As::Arn(ROLE.type_name), Absent::Null),
    ],
    also: &[["PolicyDetails.Schedules", "policy_details.schedule"]],
    more: Some(More { properties: &["schedules"], fill: schedules }),
    evidence: Evidence::Whole,
    assumed_from: Some("dlm"),
    ..BLANK
};

const DEFAULT_POLICY: Paths = ["DefaultPolicy", "default_policy"];

const SCHEDULE: &[Row] = &[
    row("name", ["Name", "name"], As::Name, Absent::Null),
    row("cron", ["CreateRule.CronExpression", "create_rule.cron_expression"], As::By(filled), Absent::Null).takes(Takes::Schedule),
    row("interval_seconds", ["CreateRule.Interval", "create_rule.interval"], As::By(interval), Absent::Null)
        // API, CreateRule, Interval.
        .takes(Takes::Numbers(&[1, 2, 3, 4, 6, 8, 12, 24])),
    // API, RetainRule, Count: 0 only beside an ArchiveRule.
    row("retain_count", RETAIN_COUNT, As::By(retain_count), Absent::Null).takes(Takes::Whole(0, 1_000)),
    row("retention_days", RETAIN, As::By(|scope, _| retention(scope)), Absent::Null),
    row("archive_after_days", ARCHIVE, As::By(|scope, _| days(scope, RETAIN).map(|days| json!(days))), Absent::Null),
    row("copies", ["CrossRegionCopyRules", "cross_region_copy_rule"], As::List(COPY), Absent::Empty),
    row("shared_with", ["ShareRules", "share_rule"], As::By(shared_with), Absent::Empty),
];

const RETAIN: Paths = ["RetainRule", "retain_rule"];
const RETAIN_COUNT: Paths = ["RetainRule.Count", "retain_rule.count"];
const ARCHIVE: Paths = ["ArchiveRule.RetainRule.RetentionArchiveTier", "archive_rule.archive_retain_rule.retention_archive_tier"];

const COPY: &[Row] = &[
    row("target", ["Target|TargetRegion", "target|target_region"], As::Text, Absent::Unknown("no target is set")),
    row("encrypted", ["Encrypted", "encrypted"], As::Bool, Absent::Null),
    row("kms_key_arn", ["CmkArn", "cmk_arn"], As::By(key_arn), Absent::Null),
    row("key_manager", ["CmkArn", "cmk_arn"], As::By(key_manager), Absent::Null),
    row("retention_days", RETAIN, As::By(|scope, _| days(scope, RETAIN).map(|days| json!(days))), Absent::Null),
];

const EVENT_COPY: &[Row] = &[
    row("target", ["Target", "target"], As::Text, Absent::Unknown("no target is set")),
    row("encrypted", ["EncryptionConfiguration.Encrypted", "encryption_configuration.encrypted"], As::Bool, Absent::Null),
    row("kms_key_arn", ["EncryptionConfiguration.CmkArn", "encryption_configuration.cmk_arn"], As::By(key_arn), Absent::Null),
    row("key_manager", ["EncryptionConfiguration.CmkArn", "encryption_configuration.cmk_arn"], As::By(key_manager), Absent::Null),
    row("retention_days", RETAIN, As::By(|scope, _| days(scope, RETAIN).map(|days| json!(days))), Absent::Null),
];

const EXCLUSIONS: &[Row] = &[
    row("boot_volumes", ["ExcludeBootVolumes", "exclude_boot_volumes"], As::Bool, Absent::False),
    row("volume_types", ["ExcludeVolumeTypes", "exclude_volume_types"], As::Texts, Absent::Empty),
    row("tags", ["ExcludeTags", "exclude_tags"], As::Parts(tags), Absent::Empty),
];

const TARGET: &[Row] = &[
    row("target", ["TargetRegion", "target_region"], As::Text, Absent::Unknown("no target is set")),
    row("encrypted", ["", ""], As::Bool, Absent::Null),
    row("kms_key_arn", ["", ""], As::Name, Absent::Null),
    row("key_manager", ["", ""], As::Text, Absent::Null),
    row("retention_days", ["", ""], As::Int, Absent::Null),
];

const SCHEDULES: &[Row] = &[row("schedules", ["PolicyDetails.Schedules", "policy_details.schedule"], As::Some(SCHEDULE), Absent::Empty)];

/// The schedule of a default policy; paths start at the whole body.
const DEFAULT_SCHEDULE: &[Row] = &[
    row("name", ["", ""], As::Text, Absent::Null),
    row("cron", ["", ""], As::Text, Absent::Null),
    // A day by default (API, CreateLifecyclePolicy, CreateInterval).
    row(
        "interval_seconds",
        ["CreateInterval|PolicyDetails.CreateInterval", "policy_details.create_interval"],
        As::By(interval_days),
        Absent::Int(DAY),
    )
    // Every 1 to 7 days, retained for 2 to 14 days (CreateInterval, RetainInterval).
    .takes(Takes::Whole(1, 7)),
    row("retain_count", ["", ""], As::Int, Absent::Null),
    // 7 days by default (RetainInterval).
    row("retention_days", ["RetainInterval|PolicyDetails.RetainInterval", "policy_details.retain_interval"], As::Int, Absent::Int(7))
        .takes(Takes::Whole(2, 14)),
    row("archive_after_days", ["", ""], As::Int, Absent::Null),
    row(
        "copies",
        ["CrossRegionCopyTargets|PolicyDetails.CrossRegionCopyTargets", "policy_details.cross_region_copy_targets"],
        As::List(TARGET),
        Absent::Empty,
    ),
    row("shared_with", ["", ""], As::Texts, Absent::Empty),
];

/// A default policy names its kind, or uses the simplified language.
fn is_default(scope: &Scope) -> Outcome<bool> {
    if scope.text_at(DEFAULT_POLICY)?.is_some_and(|kind| !kind.is_empty()) {
        return Ok(true);
    }
    let language = scope.text_at(["PolicyDetails.PolicyLanguage", "policy_details.policy_language"])?;
    Ok(language.is_some_and(|language| language == "SIMPLIFIED"))
}

fn schedules(scope: &Scope, built: &mut Built) {
    match is_default(scope) {
        Ok(false) => built.rows(scope, SCHEDULES),
        Ok(true) => built.list(scope, "schedules", &[scope.node], DEFAULT_SCHEDULE),
        Err(reasons) => built.set("schedules", Err(reasons)),
    }
}

fn interval_days(scope: &Scope, node: &Node) -> Outcome {
    Ok(scope.int(node)?.saturating_mul(DAY).into())
}

/// HOURS is the only unit. A schedule has an interval or a cron expression.
fn interval(scope: &Scope, node: &Node) -> Outcome {
    let hours = scope.int(node)?;
    Ok(if hours > 0 { hours.saturating_mul(3600).into() } else { Json::Null })
}

/// A text that is not empty.
fn filled(scope: &Scope, node: &Node) -> Outcome {
    let text = scope.known_text(node)?;
    Ok(if text.is_empty() { Json::Null } else { text.into() })
}

/// With an archive rule, snapshots move to the archive tier at the schedule's threshold and are kept there longer: both periods count.
fn retain_count(scope: &Scope, node: &Node) -> Outcome {
    let archived = match scope.find(ARCHIVE) {
        Some(tier) => scope.at(tier).int_at(["Count", "count"])?.unwrap_or(0),
        None => 0,
    };
    let count = scope.int(node)?;
    // With an age, the provider may write 0 for an unset count.
    let by_age = scope.int_at(["RetainRule.Interval", "retain_rule.interval"])?.is_some_and(|interval| interval > 0);
    if scope.find(ARCHIVE).is_none() && !by_age {
        scope.taken(RETAIN_COUNT, Takes::Whole(1, 1_000))?;
    }
    Ok(if count > 0 { count.saturating_add(archived.max(0)).into() } else { Json::Null })
}

fn retention(scope: &Scope) -> Outcome {
    let archived = days(scope, ARCHIVE)?.unwrap_or(0);
    Ok(json!(days(scope, RETAIN)?.map(|days| days.saturating_add(archived))))
}

/// An age in days, as in the live source: a month counts as 30 days and a year as 365.
fn days(scope: &Scope, rule: Paths) -> Outcome<Option<i64>> {
    let Some(node) = scope.find(rule) else { return Ok(None) };
    let rule = scope.at(node);
    let Some(interval) = rule.int_at(["Interval", "interval"])?.filter(|interval| *interval > 0) else { return Ok(None) };
    let days = match rule.text_at(["IntervalUnit", "interval_unit"])?.as_deref() {
        Some("DAYS") => 1,
        Some("WEEKS") => 7,
        Some("MONTHS") => 30,
        Some("YEARS") => 365,
        _ => return Ok(None),
    };
    Ok(Some(interval.saturating_mul(days)))
}

fn shared_with(scope: &Scope, node: &Node) -> Outcome {
    let mut accounts = Vec::new();
    for rule in scope.elements(node)? {
        for account in scope.at(rule).elements_at(["TargetAccounts", "target_accounts"])? {
            accounts.push(Json::from(scope.known_text(account)?));
        }
    }
    Ok(Json::Array(accounts))
}

/// A list of `Key` and `Value`, or a map. A tag with an unknown key may be any tag; with an unknown value, it excludes resources without
/// the tag.
fn tags(scope: &Scope, node: &Node, path: &str, nested: &mut Unknown) -> Outcome {
    let tag = |key: &str, value: Outcome<String>, nested: &mut Unknown| match value {
        Ok(value) => json!({ "key": key, "value": value }),
        Err(reasons) => {
            note(nested, &format!("{}.value", more_path(path)), reasons);
            json!({ "key": key })
        }
    };
    if let Value::Map(entries) = &node.value
        && scope.at(node).find(["Key", "key"]).is_none()
    {
        return Ok(entries.iter().map(|(key, value)| tag(key, scope.known_text(value), nested)).collect());
    }
    scope.known_elements(node, path, nested, |node, nested| {
        let entry = scope.at(node);
        let text = |paths: Paths| entry.text_at(paths).map(Option::unwrap_or_default);
        match scope.reasons(node) {
            Some(reasons) => Err(reasons),
            None => Ok(tag(&text(["Key", "key"])?, text(["Value", "value"]), nested)),
        }
    })
}
