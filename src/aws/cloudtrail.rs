//! AWS CloudTrail: who called operations that delete backups, from the event history of a Region. No trail is needed, and none is read. Read-only;
//! may not judge.
//!
//! The form of the answers follows the service model (`cloudtrail/2013-11-01`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert;
use super::operation::Operation;
use crate::inventory::Fact;
use crate::inventory::types::account::{DeletionCall, DeletionLookup, OTHER_EVENTS};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::primitives::DateTime as AwsDateTime;
use aws_sdk_cloudtrail::types as sdk;
use chrono::{TimeDelta, Utc};
use serde_json::Value;
use std::cmp::Reverse;

/// "The rate of lookup requests is limited to two per second, per account, per Region." Its name is the only one of this audit that is no
/// `Describe`, `Get` or `List`; it reads events and changes nothing (Service Authorization Reference, AWS CloudTrail: access level Read).
const LOOKUP_EVENTS: Operation =
    Operation::new("cloudtrail", "LookupEvents", Answer::json(&["Events/*/EventName", "Events/*/EventTime", "Events/*/CloudTrailEvent"]))
        .with_rate(2);

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&LOOKUP_EVENTS];

/// How far the events are looked up. CloudTrail keeps 90 days; a longer window costs more pages at two calls a second.
const WINDOW_DAYS: i64 = 30;

/// Maximum pages in a Region, for all events together: at two calls a second, 50 seconds.
const MOST_PAGES: u32 = 100;

/// The largest page (LookupEvents, MaxResults).
const PAGE: i32 = 50;

/// The events, each with the services whose event of this name deletes a backup; other services delete other things under the same name. The
/// most frequent event is last, so that it uses up no pages of others: pipelines that replace images delete thousands of snapshots.
///
/// The names are those of the services' API references. `rds` also stands for Neptune and DocumentDB.
const EVENTS: [(&str, &[&str]); 9] = [
    ("DeleteRecoveryPoint", &["backup"]),
    ("DisassociateRecoveryPoint", &["backup"]),
    ("DeleteBackupVault", &["backup"]),
    ("DeleteBackupVaultLockConfiguration", &["backup"]),
    ("DeleteDBSnapshot", &["rds"]),
    ("DeleteDBClusterSnapshot", &["rds"]),
    ("DeleteClusterSnapshot", &["docdb-elastic", "redshift"]),
    ("DeleteBackup", &["dynamodb", "fsx"]),
    ("DeleteSnapshot", &["ds", "ec2", "elasticache", "memorydb", "redshift-serverless"]),
];

/// How far each event was looked up, and the calls that were found.
#[derive(Default)]
pub struct Deletions {
    pub lookups: Fact<Vec<DeletionLookup>>,
    pub calls: Fact<Vec<DeletionCall>>,
}

/// The successful calls in this Region that AWS services did not make. Unread if a call failed, or if an event cannot be understood.
pub async fn deletions(reader: &Reader) -> Deletions {
    let read = read(reader).await;
    read.map(|(lookups, calls)| Deletions { lookups: lookups.into(), calls: calls.into() }).unwrap_or_default()
}

async fn read(reader: &Reader) -> Option<(Vec<DeletionLookup>, Vec<DeletionCall>)> {
    let client = Client::new(&reader.config);
    let now = Utc::now();
    let start = now - TimeDelta::days(WINDOW_DAYS);
    let (mut lookups, mut calls, mut pages, mut full_pages) = (Vec::new(), Vec::new(), 0, 0);
    for (event, services) in EVENTS {
        let attribute =
            sdk::LookupAttribute::builder().attribute_key(sdk::LookupAttributeKey::EventName).attribute_value(event).build().ok()?;
        let call = |token| {
            let request = client.lookup_events().lookup_attributes(attribute.clone()).start_time(AwsDateTime::from_secs(start.timestamp()));
            request.max_results(PAGE).set_next_token(token).send()
        };
        let found = reader.first_pages(&LOOKUP_EVENTS, call, |page| page.events.unwrap_or_default(), MOST_PAGES - pages).await?;
        pages += found.pages;
        // AWS may send smaller pages; a policy counts full ones, of which an event has at least one.
        full_pages += found.items.len().div_ceil(PAGE.unsigned_abs() as usize).max(1) as i64;
        // Newest first: what comes before the oldest event of a history that was cut off is not known.
        let oldest = found.items.iter().filter_map(|event| convert::optional_time(event.event_time.as_ref())).min();
        let days = if found.is_whole { WINDOW_DAYS } else { oldest.map_or(0, |oldest| (now - oldest).num_days()) };
        lookups.push(lookup(event, days, full_pages));
        for event in found.items {
            calls.extend(deletion(&event, services)?);
        }
    }
    lookups.push(lookup(OTHER_EVENTS, 0, full_pages));
    calls.sort_by_key(|call: &DeletionCall| Reverse((call.called_at.read().copied(), call.event.read().cloned())));
    Some((lookups, calls))
}

fn lookup(event: &str, read_days: i64, pages: i64) -> DeletionLookup {
    DeletionLookup { event: event.to_owned().into(), read_days: read_days.into(), pages: pages.into(), called_earlier: Fact::Unread }
}

/// A successful call to one of the services that no AWS service made; `Some(None)` for another call, `None` for an event without its record.
///
/// The record: "CloudTrail record contents for management, data, and network activity events" and "CloudTrail userIdentity element" in the
/// CloudTrail user guide. A call that fails has an `errorCode`. `invokedBy` names "the AWS service that made the request, when a request is made
/// by an AWS service", such as AWS Backup at the end of a lifecycle; `AWSService` is "an AWS account that belongs to an AWS service".
fn deletion(event: &sdk::Event, services: &[&str]) -> Option<Option<DeletionCall>> {
    let record: Value = serde_json::from_str(event.cloud_trail_event.as_deref()?).ok()?;
    let source = record.get("eventSource")?.as_str()?;
    let identity = record.get("userIdentity")?;
    let text = |at: &str| identity.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let is_of_service = text("/type").as_deref() == Some("AWSService") || text("/invokedBy").is_some();
    let is_backup = source.strip_suffix(".amazonaws.com").is_some_and(|service| services.contains(&service));
    if !is_backup || is_of_service || record.get("errorCode").is_some_and(|code| !code.is_null()) {
        return Some(None);
    }
    let resources = event.resources.iter().flatten().filter_map(|resource| resource.resource_name.clone());
    Some(Some(DeletionCall {
        event: event.event_name.clone()?.into(),
        source: source.to_owned().into(),
        called_at: convert::optional_time(event.event_time.as_ref())?.into(),
        principal_arn: text("/arn").or_else(|| text("/principalId")).into(),
        role_arn: text("/sessionContext/sessionIssuer/arn").into(),
        resources: resources.collect::<Vec<_>>().into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(record: &Value) -> sdk::Event {
        let backup = sdk::Resource::builder().resource_name("snap-1").build();
        let event = sdk::Event::builder().event_name("DeleteSnapshot").event_time(AwsDateTime::from_secs(1)).resources(backup);
        event.cloud_trail_event(record.to_string()).build()
    }

    fn read(record: &Value) -> Option<Option<DeletionCall>> {
        deletion(&event(record), &["ec2"])
    }

    #[test]
    fn people_and_pipelines_count() {
        let session = json!({ "sessionIssuer": { "arn": "arn:aws:iam::111122223333:role/ci" } });
        let identity =
            json!({ "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/ci/run-7", "sessionContext": session });
        let found = read(&json!({ "eventSource": "ec2.amazonaws.com", "userIdentity": identity })).flatten().expect("a call");
        assert_eq!(found.principal_arn.present().map(String::as_str), Some("arn:aws:sts::111122223333:assumed-role/ci/run-7"));
        assert_eq!(found.role_arn.present().map(String::as_str), Some("arn:aws:iam::111122223333:role/ci"));
        assert_eq!(found.resources, vec!["snap-1".to_owned()].into());
    }

    #[test]
    fn services_failures_and_other_deletions_do_not() {
        let user = json!({ "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a" });
        for record in [
            json!({ "eventSource": "ec2.amazonaws.com", "userIdentity": { "type": "AssumedRole", "invokedBy": "backup.amazonaws.com" } }),
            json!({ "eventSource": "ec2.amazonaws.com", "userIdentity": { "type": "AWSService", "invokedBy": "dlm.amazonaws.com" } }),
            json!({ "eventSource": "ec2.amazonaws.com", "userIdentity": user, "errorCode": "Client.UnauthorizedOperation" }),
            json!({ "eventSource": "lightsail.amazonaws.com", "userIdentity": user }),
        ] {
            assert_eq!(read(&record), Some(None), "{record}");
        }
    }

    #[test]
    fn an_event_without_its_record_is_not_understood() {
        assert_eq!(read(&json!({ "userIdentity": {} })), None);
        assert_eq!(read(&json!("text")), None);
    }
}
