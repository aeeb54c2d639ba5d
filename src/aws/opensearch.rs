//! Amazon OpenSearch Service: domains with OpenSearch or Elasticsearch, by the same API. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`opensearch/2021-01-01`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{Encryption, each, kms_key_arn, known, optional_time, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::ResourceType;
use crate::inventory::types::opensearch::{Domain, ElasticsearchDomain};
use crate::inventory::{Fact, Resource};
use aws_sdk_opensearch::Client;
use aws_sdk_opensearch::types as sdk;

const LIST_DOMAIN_NAMES: Operation = Operation::new("es", "ListDomainNames", Answer::json(&["DomainNames/*/DomainName"]));
const DESCRIBE_DOMAINS: Operation =
    Operation::new("es", "DescribeDomains", Answer::json(&["DomainStatusList/*/DomainName", "DomainStatusList/*/ARN"]));
const DESCRIBE_DOMAIN_HEALTH: Operation = Operation::new("es", "DescribeDomainHealth", Answer::json(&["ClusterHealth"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&LIST_DOMAIN_NAMES, &DESCRIBE_DOMAINS, &DESCRIBE_DOMAIN_HEALTH];

/// "Please provide a maximum of 5 domain names to describe" is the service's answer to more of them; an empty list describes nothing.
const AT_ONCE: usize = 5;

/// All domains of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let names = reader.list(&LIST_DOMAIN_NAMES, client.list_domain_names().send(), |answer| answer.domain_names.unwrap_or_default()).await;
    let names: Vec<String> = names.unwrap_or_default().into_iter().filter_map(|domain| domain.domain_name).collect();
    let groups: Vec<Vec<String>> = names.chunks(AT_ONCE).map(<[String]>::to_vec).collect();
    let described = each(groups, |group| {
        let call = client.describe_domains().set_domain_names(Some(group)).send();
        reader.list(&DESCRIBE_DOMAINS, call, |answer| answer.domain_status_list)
    });
    let described: Vec<sdk::DomainStatus> = described.await.into_iter().flatten().flatten().collect();
    each(described, |read| domain(reader, &client, read)).await
}

async fn domain(reader: &Reader, client: &Client, read: sdk::DomainStatus) -> Resource {
    let call = client.describe_domain_health().domain_name(&read.domain_name).send();
    // A domain that is being made has no health yet; one that is gone has none any more.
    let health = reader.one_or(&DESCRIBE_DOMAIN_HEALTH, call, &["ResourceNotFoundException"]).await.flatten();
    let health = health.and_then(|answer| answer.cluster_health);
    let encryption = encryption(reader, read.encryption_at_rest_options.as_ref());
    let pause = pause(read.automated_snapshot_pause_options.as_ref());
    let is_elasticsearch = read.engine_version.as_deref().is_some_and(|version| version.starts_with("Elasticsearch_"));
    let status = match (read.deleted, read.created) {
        (Some(true), _) => Some("Deleting".to_owned()),
        (_, Some(false)) => Some("Creating".to_owned()),
        _ => read.domain_processing_status.map(|status| status.as_str().to_owned()),
    };
    let properties = Domain {
        status: status.into(),
        engine_version: read.engine_version.into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        snapshots_paused: pause.0,
        snapshots_paused_at: pause.1,
        health: known(health.filter(|health| *health != sdk::DomainHealth::NotAvailable).map(|health| health.as_str().to_lowercase())),
        // An empty text is no policy.
        policy: read.access_policies.filter(|policy| !policy.trim().is_empty()).into(),
        in_vpc: read.vpc_options.is_some_and(|options| options.vpc_id.is_some_and(|id| !id.is_empty())).into(),
    };
    let properties = if is_elasticsearch { ElasticsearchDomain::of(properties) } else { Domain::of(properties) };
    let tags = tagging::tags(reader, &read.arn).await;
    Resource { tags, ..resource(reader, read.arn, read.domain_name, properties) }
}

/// "The KMS key ID. Takes the form 1a2a3a4-1a2a-3a4a-5a6a-1a2a3a4a5a6a", or an ARN.
fn encryption(reader: &Reader, options: Option<&sdk::EncryptionAtRestOptions>) -> Encryption {
    let key = options.and_then(|options| options.kms_key_id.as_deref()).filter(|key| !key.is_empty());
    Encryption::of(options.and_then(|options| options.enabled), key.map(|key| kms_key_arn(reader, key)))
}

/// Whether automated snapshots are paused now, and since when. A domain that was never paused has no such options.
fn pause(options: Option<&sdk::AutomatedSnapshotPauseOptions>) -> (Fact<bool>, Fact<Option<chrono::DateTime<chrono::Utc>>>) {
    let Some(options) = options else { return (false.into(), None.into()) };
    match &options.state {
        Some(sdk::PauseState::Active) => {
            (true.into(), optional_time(options.start_time.as_ref()).map_or(Fact::Unread, |at| Some(at).into()))
        }
        Some(sdk::PauseState::Completed | sdk::PauseState::Scheduled | sdk::PauseState::Disabled) => (false.into(), None.into()),
        // A state that this version does not know, or none beside a pause.
        _ if options.enabled => (Fact::Unread, Fact::Unread),
        _ => (false.into(), None.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_opensearch::primitives::DateTime;

    fn options(enabled: bool, state: Option<sdk::PauseState>) -> sdk::AutomatedSnapshotPauseOptions {
        let built =
            sdk::AutomatedSnapshotPauseOptions::builder().enabled(enabled).set_state(state).start_time(DateTime::from_secs(7)).build();
        built.unwrap()
    }

    #[test]
    fn only_an_active_pause_stops_snapshots() {
        let at = |state| pause(Some(&options(true, state)));
        assert_eq!(pause(None), (Fact::Read(false), Fact::Read(None)));
        let (paused, since) = at(Some(sdk::PauseState::Active));
        assert_eq!((paused, since.present().map(|at| at.timestamp())), (Fact::Read(true), Some(7)));
        for state in [sdk::PauseState::Completed, sdk::PauseState::Scheduled, sdk::PauseState::Disabled] {
            assert_eq!(at(Some(state)).0, Fact::Read(false));
        }
        assert!(at(None).0.is_unread() && at(Some("Frozen".into())).0.is_unread());
        assert_eq!(pause(Some(&options(false, None))).0, Fact::Read(false));
    }
}
