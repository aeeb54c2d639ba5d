//! Amazon CloudWatch Logs: log groups with their retention, export tasks and subscriptions. Read-only, and reads no log events; may not judge.
//!
//! The form of the answers follows the service model (`logs/2014-03-28`).

use super::answer::Answer;
use super::call::Reader;
use super::convert::{Encryption, each, kms_key_arn, known, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::logs::{Export, LogGroup, Subscription};
use crate::inventory::{Fact, Resource, is_writable};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types as sdk;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const DESCRIBE_LOG_GROUPS: Operation = Operation::new("logs", "DescribeLogGroups", Answer::json(&["logGroups/*/logGroupName"]));
const DESCRIBE_ACCOUNT_POLICIES: Operation =
    Operation::new("logs", "DescribeAccountPolicies", Answer::json(&["accountPolicies/*/policyName"]));
/// Slower than other operations: with hundreds of log groups, Logs throttles a call for each (turbot/steampipe-plugin-aws, issue 1807).
const DESCRIBE_EXPORT_TASKS: Operation =
    Operation::new("logs", "DescribeExportTasks", Answer::json(&["exportTasks/*/taskId"])).with_rate(CALLS_A_SECOND);
/// The same.
const DESCRIBE_SUBSCRIPTION_FILTERS: Operation =
    Operation::new("logs", "DescribeSubscriptionFilters", Answer::json(&["subscriptionFilters/*/filterName"])).with_rate(CALLS_A_SECOND);

const CALLS_A_SECOND: u32 = 5;

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] =
    &[&DESCRIBE_LOG_GROUPS, &DESCRIBE_ACCOUNT_POLICIES, &DESCRIBE_EXPORT_TASKS, &DESCRIBE_SUBSCRIPTION_FILTERS];

/// The largest page of log groups, export tasks and subscription filters.
const PAGE: i32 = 50;

/// Maximum log groups of a Region that rel9 asks for their subscriptions, one call each: the largest ones. An account may have a million log
/// groups in a Region, which would take more than two days at five calls a second. The subscriptions of the others stay unread.
const ASKED: usize = 1_000;

/// All log groups of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in [&DESCRIBE_LOG_GROUPS, &DESCRIBE_ACCOUNT_POLICIES, &DESCRIBE_EXPORT_TASKS] {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let pages = client.describe_log_groups().into_paginator().page_size(PAGE).send();
    let (listed, exports, policies) = futures::join!(
        reader.pages(&DESCRIBE_LOG_GROUPS, pages, |page| page.log_groups.unwrap_or_default()),
        list_exports(reader, &client),
        list_policies(reader, &client),
    );
    // Without the list, log groups may exist: the operation that reads a group must not count as answered.
    let Some(listed) = listed else { return Vec::new() };
    reader.declare(&DESCRIBE_SUBSCRIPTION_FILTERS);
    let around = Around { exports, policies, asked: asked(&listed) };
    let read = each(listed, |group| log_group(reader, &client, group, &around)).await;
    read.into_iter().flatten().collect()
}

/// What the Region's log groups have in common; `None` if it was not read.
struct Around {
    /// Completed export tasks by the name of the log group.
    exports: Option<BTreeMap<String, Vec<sdk::ExportTask>>>,
    policies: Option<Vec<Policy>>,
    /// The names of the log groups that are asked for their subscriptions.
    asked: BTreeSet<String>,
}

/// The names of the log groups that are asked for their subscriptions. Subscription filters are "only supported on the Standard log class"
/// (DescribeSubscriptionFilters refuses the others with a ValidationException).
fn asked(listed: &[sdk::LogGroup]) -> BTreeSet<String> {
    let standard = listed.iter().filter(|group| group.log_group_class == Some(sdk::LogGroupClass::Standard));
    let mut by_size: Vec<(i64, &str)> =
        standard.filter_map(|group| Some((group.stored_bytes.unwrap_or(0), group.log_group_name.as_deref()?))).collect();
    by_size.sort_by(|(size, name), (other, after)| other.cmp(size).then(name.cmp(after)));
    by_size.into_iter().take(ASKED).map(|(_, name)| name.to_owned()).collect()
}

async fn list_exports(reader: &Reader, client: &Client) -> Option<BTreeMap<String, Vec<sdk::ExportTask>>> {
    let call =
        |token| client.describe_export_tasks().status_code(sdk::ExportTaskStatusCode::Completed).limit(PAGE).set_next_token(token).send();
    let tasks = reader.pages_by_token(&DESCRIBE_EXPORT_TASKS, call, |page| page.export_tasks.unwrap_or_default(), &[]).await.flatten()?;
    let mut by_group: BTreeMap<String, Vec<sdk::ExportTask>> = BTreeMap::new();
    for task in tasks {
        if let Some(name) = &task.log_group_name {
            by_group.entry(name.clone()).or_default().push(task);
        }
    }
    Some(by_group)
}

async fn list_policies(reader: &Reader, client: &Client) -> Option<Vec<Policy>> {
    let call =
        |token| client.describe_account_policies().policy_type(sdk::PolicyType::SubscriptionFilterPolicy).set_next_token(token).send();
    let items = |page: aws_sdk_cloudwatchlogs::operation::describe_account_policies::DescribeAccountPoliciesOutput| {
        page.account_policies.unwrap_or_default()
    };
    let policies = reader.pages_by_token(&DESCRIBE_ACCOUNT_POLICIES, call, items, &[]).await.flatten()?;
    Some(policies.into_iter().map(Policy::of).collect())
}

/// `None` if the log group was deleted after it was listed.
async fn log_group(reader: &Reader, client: &Client, group: sdk::LogGroup, around: &Around) -> Option<Resource> {
    let name = group.log_group_name?;
    let arn = group.log_group_arn.unwrap_or_else(|| reader.arn("logs", &format!("log-group:{name}")));
    let created_at = group.creation_time.and_then(millis);
    let class = known(group.log_group_class.as_ref().map(|class| class.as_str().to_owned()));
    let account_subscriptions = match &around.policies {
        // An account's subscription filter policy is a subscription filter, too, which only this class has.
        _ if class.read().is_some_and(|class| class != STANDARD) => Fact::Read(Vec::new()),
        Some(policies) => reaching(policies, &name),
        None => Fact::Unread,
    };
    let exported = account_subscriptions.read().is_some_and(|all| all.iter().any(sends_everything_to_firehose));
    let subscriptions = match class.read().map(String::as_str) {
        Some(STANDARD) if !exported && around.asked.contains(&name) => subscriptions(reader, client, &name).await?,
        Some(STANDARD) | None => Fact::Unread,
        Some(_) => Fact::Read(Vec::new()),
    };
    // "If you don't specify a KMS key", CloudWatch Logs encrypts with a key that it owns (user guide, "Encrypt log data in CloudWatch Logs
    // using AWS Key Management Service").
    let encryption = group.kms_key_id.map_or_else(Encryption::aws_owned, |key| Encryption::key(kms_key_arn(reader, &key)));
    let properties = LogGroup {
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        log_group_class: class,
        retention_days: group.retention_in_days.map(i64::from).into(),
        retention_policy: group.retention_policy_name.into(),
        // A log group without the member is not protected: the protection is off by default.
        deletion_protection: group.deletion_protection_enabled.unwrap_or(false).into(),
        exports: around.exports.as_ref().map_or(Fact::Unread, |by_group| exports(by_group.get(&name), created_at)),
        subscriptions,
        account_subscriptions,
        size_bytes: group.stored_bytes.into(),
    };
    let tags = tagging::tags(reader, &arn).await;
    Some(Resource { created_at, tags, ..resource(reader, arn, name, properties) })
}

const STANDARD: &str = "STANDARD";

/// `None` if the log group was deleted after it was listed.
async fn subscriptions(reader: &Reader, client: &Client, name: &str) -> Option<Fact<Vec<Subscription>>> {
    let pages = client.describe_subscription_filters().log_group_name(name).into_paginator().page_size(PAGE).send();
    let items = |page: aws_sdk_cloudwatchlogs::operation::describe_subscription_filters::DescribeSubscriptionFiltersOutput| {
        page.subscription_filters.unwrap_or_default()
    };
    match reader.pages_or(&DESCRIBE_SUBSCRIPTION_FILTERS, pages, items, &["ResourceNotFoundException"]).await {
        None => Some(Fact::Unread),
        Some(None) => None,
        Some(Some(filters)) => Some(Fact::Read(filters.into_iter().map(subscription).collect())),
    }
}

fn subscription(filter: sdk::SubscriptionFilter) -> Subscription {
    Subscription {
        name: filter.filter_name.unwrap_or_default(),
        destination_arn: known(filter.destination_arn),
        filter_pattern: known(filter.filter_pattern),
    }
}

/// A subscription filter policy of the account.
struct Policy {
    subscription: Subscription,
    /// The names of the log groups that it leaves out; `None` for criteria of a form that this code does not know.
    left_out: Option<Vec<String>>,
}

/// The members of a subscription filter policy's document that say where events go (PutAccountPolicy, policyDocument).
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "DestinationArn")]
    destination_arn: Option<String>,
    #[serde(rename = "FilterPattern")]
    filter_pattern: Option<String>,
}

impl Policy {
    fn of(policy: sdk::AccountPolicy) -> Policy {
        let document = policy.policy_document.as_deref().and_then(|text| serde_json::from_str::<Document>(text).ok());
        let (destination, pattern) =
            document.map_or((None, None), |read| (read.destination_arn, Some(read.filter_pattern.unwrap_or_default())));
        Policy {
            subscription: Subscription {
                name: policy.policy_name.unwrap_or_default(),
                destination_arn: known(destination),
                filter_pattern: known(pattern),
            },
            left_out: left_out(policy.selection_criteria.as_deref().unwrap_or_default()),
        }
    }
}

/// The log groups that a policy leaves out: "the only supported selectionCriteria filter is `LogGroupName NOT IN []`" (PutAccountPolicy).
fn left_out(criteria: &str) -> Option<Vec<String>> {
    if criteria.trim().is_empty() {
        return Some(Vec::new());
    }
    let list = criteria.trim().strip_prefix("LogGroupName")?.trim_start().strip_prefix("NOT")?.trim_start().strip_prefix("IN")?;
    serde_json::from_str(list.trim()).ok()
}

/// The policies that reach a log group; unread if that is not known of one.
fn reaching(policies: &[Policy], name: &str) -> Fact<Vec<Subscription>> {
    let mut found = Vec::new();
    for policy in policies {
        match &policy.left_out {
            None => return Fact::Unread,
            Some(left_out) if left_out.iter().any(|left| left == name) => {}
            Some(_) => found.push(policy.subscription.clone()),
        }
    }
    Fact::Read(found)
}

fn sends_everything_to_firehose(subscription: &Subscription) -> bool {
    let destination = subscription.destination_arn.read().map(String::as_str).unwrap_or_default();
    crate::inventory::arn::service(destination) == "firehose" && subscription.filter_pattern.read().is_some_and(String::is_empty)
}

/// The exports of a log group, newest first. A task that is older than the log group exported an earlier one of the same name; without a
/// creation time, that cannot be told.
fn exports(tasks: Option<&Vec<sdk::ExportTask>>, created_at: Option<DateTime<Utc>>) -> Fact<Vec<Export>> {
    let tasks = tasks.map(Vec::as_slice).unwrap_or_default();
    if tasks.is_empty() {
        return Fact::Read(Vec::new());
    }
    let Some(created_at) = created_at else { return Fact::Unread };
    let mut found: Vec<Export> = tasks.iter().filter_map(|task| export(task, created_at)).collect();
    found.sort_by(|one, other| (other.until_at, &one.bucket, &one.prefix).cmp(&(one.until_at, &other.bucket, &other.prefix)));
    Fact::Read(found)
}

/// `None` for an export of an earlier log group, and for one without its span or its bucket.
fn export(task: &sdk::ExportTask, since: DateTime<Utc>) -> Option<Export> {
    let started_at = millis(task.execution_info.as_ref()?.creation_time?).filter(|started| *started >= since)?;
    Some(Export {
        bucket: task.destination.clone()?,
        prefix: task.destination_prefix.clone().unwrap_or_else(|| DEFAULT_PREFIX.to_owned()),
        from_at: millis(task.from?)?,
        // Events that arrive after the task began are not in it.
        until_at: millis(task.to?)?.min(started_at),
    })
}

/// "If you don't specify a value, the default is exportedlogs" (CreateExportTask, destinationPrefix).
const DEFAULT_PREFIX: &str = "exportedlogs";

/// A time in "milliseconds after Jan 1, 1970".
fn millis(value: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(value).filter(is_writable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, class: sdk::LogGroupClass, bytes: i64) -> sdk::LogGroup {
        sdk::LogGroup::builder().log_group_name(name).log_group_class(class).stored_bytes(bytes).build()
    }

    #[test]
    fn only_the_standard_class_is_asked_for_subscriptions() {
        let listed = [
            group("a", sdk::LogGroupClass::Standard, 1),
            group("b", sdk::LogGroupClass::InfrequentAccess, 9),
            group("c", sdk::LogGroupClass::Delivery, 9),
            sdk::LogGroup::builder().log_group_name("d").build(),
        ];
        assert_eq!(asked(&listed).into_iter().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn the_largest_groups_are_asked_first() {
        let mut listed: Vec<_> = (0..ASKED).map(|number| group(&format!("{number}"), sdk::LogGroupClass::Standard, 5)).collect();
        listed.push(group("large", sdk::LogGroupClass::Standard, 6));
        let asked = asked(&listed);
        assert_eq!(asked.len(), ASKED);
        assert!(asked.contains("large") && !asked.contains("999"));
    }

    fn policy(criteria: &str) -> Policy {
        let document = r#"{"DestinationArn": "arn:aws:firehose:us-east-1:111122223333:deliverystream/archive", "FilterPattern": ""}"#;
        let policy = sdk::AccountPolicy::builder().policy_name("all").policy_document(document).selection_criteria(criteria);
        Policy::of(policy.build())
    }

    #[test]
    fn an_account_policy_reaches_all_groups_that_it_does_not_leave_out() {
        let reached = |criteria: &str| reaching(&[policy(criteria)], "web").read().map(Vec::len);
        assert_eq!(reached(""), Some(1));
        assert_eq!(reached(r#"LogGroupName NOT IN ["loop", "other"]"#), Some(1));
        assert_eq!(reached(r#"LogGroupName NOT IN ["loop", "web"]"#), Some(0));
        // Criteria that are not understood could leave it out.
        assert_eq!(reached(r#"LogGroupNamePrefix = "we""#), None);
        assert!(sends_everything_to_firehose(&policy("").subscription));
    }

    #[test]
    fn exports_of_an_earlier_group_of_the_same_name_are_not_its_own() {
        let task = |started: i64, to: i64| {
            let info = sdk::ExportTaskExecutionInfo::builder().creation_time(started).completion_time(started + 5).build();
            sdk::ExportTask::builder().task_id("t").destination("archive").from(0).to(to).execution_info(info).build()
        };
        let tasks = vec![task(500, 400), task(2_000, 1_500), task(3_000, 9_000)];
        let found = exports(Some(&tasks), millis(1_000));
        let until: Vec<i64> = found.read().into_iter().flatten().map(|export| export.until_at.timestamp_millis()).collect();
        // A span that ends in the future reaches to the start of its task.
        assert_eq!(until, [3_000, 1_500]);
        assert!(exports(Some(&tasks), None).is_unread());
        assert_eq!(exports(None, None), Fact::Read(Vec::new()));
    }
}
