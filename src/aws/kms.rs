//! AWS KMS: describes each key that the resources of a shard use once, and fills its facts into those resources. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`kms/2014-11-01`) unless a comment names another source. "AWS services use `DescribeKey`
//! to create AWS managed keys from a predefined AWS alias with no key ID": so rel9 never describes such an alias (`alias/aws/ebs`), but looks it
//! up with `ListAliases`, which creates nothing.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{each, optional_time, resource};
use super::operation::Operation;
use crate::inventory::types::KeyManager;
use crate::inventory::types::kms::Key;
use crate::inventory::{Fact, Resource, arn};
use aws_sdk_kms::Client;
use aws_sdk_kms::types as sdk;
use std::collections::{BTreeMap, BTreeSet};

/// The ARNs of AWS managed keys, by the ARNs of their aliases (`…:alias/aws/ebs`).
pub type Aliases = BTreeMap<String, String>;

/// KMS allows 2,000 calls per second for DescribeKey, 1,000 for GetKeyRotationStatus (developer guide, "Request quotas").
const KEYS_A_SECOND: u32 = 50;

const DESCRIBE_KEY: Operation = Operation::new("kms", "DescribeKey", Answer::json(&["KeyMetadata/KeyId"])).with_rate(KEYS_A_SECOND);
const GET_KEY_ROTATION_STATUS: Operation =
    Operation::new("kms", "GetKeyRotationStatus", Answer::json(&["KeyRotationEnabled"])).with_rate(KEYS_A_SECOND);
const LIST_ALIASES: Operation = Operation::new("kms", "ListAliases", Answer::json(&["Aliases/*/AliasName"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_KEY, &GET_KEY_ROTATION_STATUS, &LIST_ALIASES];

/// The largest page of `ListAliases`.
const PAGE: i32 = 100;

/// The state in the inventory of a key that KMS does not find.
const NOT_FOUND: &str = "NotFound";

/// Facts about a key that a resource uses.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    /// The ARN of the key, if the resource names an alias.
    arn: Option<String>,
    manager: Fact<Option<KeyManager>>,
    state: Fact<Option<String>>,
}

/// Describes the keys of this Region that `resources` use, adds them, and fills in `key_manager` and `key_state` of these resources.
///
/// Keys of other Regions stay unread here, because KMS answers only in the key's own Region. Keys of other accounts are described by ARN.
pub async fn collect(reader: &Reader, resources: &mut Vec<Resource>) {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let names = names(resources);
    let client = Client::new(&reader.config);
    let prefix = reader.arn("kms", "alias/aws/");
    // No call is made if no resource names such an alias.
    let aliases = if names.iter().any(|name| name.starts_with(&prefix)) { aliases(reader).await } else { None };

    let mut known = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for name in names {
        if is_aws_alias(&name) {
            let is_known = aliases.is_some() && name.starts_with(&prefix);
            match aliases.and_then(|aliases| aliases.get(&name)) {
                Some(key) => {
                    keys.insert(key.clone());
                }
                // The alias belongs to AWS even if its key does not exist yet; AWS creates the key at first use.
                None => {
                    let state = if is_known { Fact::Read(None) } else { Fact::Unread };
                    let manager = Some(KeyManager::Aws).into();
                    known.insert(name, Known { arn: None, manager, state });
                }
            }
        } else if arn::place(&name).is_some_and(|(_, region)| region == reader.region) {
            keys.insert(name);
        }
    }
    let described = each(keys.into_iter().collect(), |name: String| async {
        let key = describe(reader, &client, &name).await;
        (name, key)
    });
    let described = described.await;
    let mut added = BTreeMap::new();
    for (name, key) in described {
        if let Some(key) = key {
            known.insert(name, facts(&key));
            added.insert(key.arn.clone(), key);
        } else if name.contains(":key/") {
            // The key exists, and nothing is known about it. (The key of an alias is unknown, too.)
            added.entry(name.clone()).or_insert_with(|| key_resource(reader, name, Key::default()));
        }
    }
    for (alias, key) in aliases.into_iter().flatten() {
        let undescribed = Known { manager: Some(KeyManager::Aws).into(), ..Known::default() };
        let facts = known.get(key).cloned().unwrap_or(undescribed);
        known.insert(alias.clone(), facts);
    }
    for resource in resources.iter_mut() {
        fill(resource, &known);
    }
    resources.extend(added.into_values());
}

/// Every key that a resource uses, as an ARN of a key or of an alias.
fn names(resources: &mut [Resource]) -> BTreeSet<String> {
    let keys = resources.iter_mut().flat_map(|resource| resource.properties.keys());
    keys.filter_map(|key| key.arn.present().cloned()).collect()
}

/// An alias of a key that AWS manages. "Aliases that begin with `aws/` are reserved for AWS managed keys."
fn is_aws_alias(name: &str) -> bool {
    name.contains(":alias/aws/")
}

/// The key ARN of each AWS alias in this Region, by the ARN of the alias; an alias without a key ARN has no key yet. Listed once. `None` if the
/// aliases could not be listed.
async fn aliases(reader: &Reader) -> Option<&Aliases> {
    let list = || async {
        let pages = Client::new(&reader.config).list_aliases().into_paginator().page_size(PAGE).send();
        let listed = reader.pages(&LIST_ALIASES, pages, |page| page.aliases.unwrap_or_default()).await?;
        let keys = listed.into_iter().filter_map(|alias| {
            let name = alias.alias_name.filter(|name| name.starts_with("alias/aws/"))?;
            Some((reader.arn("kms", &name), reader.arn("kms", &format!("key/{}", alias.target_key_id?))))
        });
        Some(keys.collect())
    };
    reader.aliases.get_or_init(list).await.as_ref()
}

/// Whether `key`, an ARN, is the AWS managed key of a service (`alias/aws/ebs`) in this Region. False if this is unknown.
pub async fn is_of_service(reader: &Reader, alias: &str, key: Option<&str>) -> bool {
    let (Some(key), alias) = (key, reader.arn("kms", alias)) else { return false };
    key == alias || aliases(reader).await.is_some_and(|aliases| aliases.get(&alias).is_some_and(|own| own == key))
}

/// The key `name`. `None` if it could not be described.
async fn describe(reader: &Reader, client: &Client, name: &str) -> Option<Resource> {
    let call = client.describe_key().key_id(name).send();
    let Some(answer) = reader.one_or(&DESCRIBE_KEY, call, &["NotFoundException"]).await? else {
        let properties = Key { key_manager: None.into(), key_state: NOT_FOUND.to_owned().into(), ..Key::default() };
        return Some(key_resource(reader, name.to_owned(), properties));
    };
    let metadata = answer.key_metadata?;
    let arn = metadata.arn.clone().unwrap_or_else(|| name.to_owned());
    let properties = Key {
        key_manager: metadata.key_manager.as_ref().map_or(Fact::Unread, |manager| Fact::Read(manager_of(manager))),
        key_state: metadata.key_state.as_ref().map_or(Fact::Unread, |state| Fact::Read(state.as_str().to_owned())),
        deletion_at: optional_time(metadata.deletion_date.as_ref()).into(),
        symmetric: metadata.key_spec.as_ref().map_or(Fact::Unread, |spec| Fact::Read(*spec == sdk::KeySpec::SymmetricDefault)),
        origin: metadata.origin.as_ref().map_or(Fact::Unread, |origin| Fact::Read(origin.as_str().to_owned())),
        rotation: rotation(reader, client, &arn, &metadata).await,
    };
    let created_at = optional_time(metadata.creation_date.as_ref());
    let key = key_resource(reader, arn, properties);
    Some(Resource { created_at, ..key })
}

fn key_resource(reader: &Reader, arn: String, properties: Key) -> Resource {
    let id = arn::id(&arn).to_owned();
    resource(reader, arn, id, properties)
}

fn manager_of(manager: &sdk::KeyManagerType) -> Option<KeyManager> {
    match manager {
        sdk::KeyManagerType::Aws => Some(KeyManager::Aws),
        sdk::KeyManagerType::Customer => Some(KeyManager::Customer),
        _ => None,
    }
}

/// "The key rotation status for AWS managed keys is always true." Of customer managed keys, only symmetric keys with key material from KMS rotate.
/// No call is made for keys of other accounts, because sharing a key seldom grants this call.
async fn rotation(reader: &Reader, client: &Client, arn: &str, metadata: &sdk::KeyMetadata) -> Fact<Option<bool>> {
    if metadata.key_manager == Some(sdk::KeyManagerType::Aws) {
        return Some(true).into();
    }
    let (Some(spec), Some(origin)) = (&metadata.key_spec, &metadata.origin) else {
        return Fact::Unread;
    };
    if *spec != sdk::KeySpec::SymmetricDefault || *origin != sdk::OriginType::AwsKms {
        return None.into();
    }
    if metadata.aws_account_id.as_deref().is_some_and(|account| account != reader.account) {
        return Fact::Unread;
    }
    let call = client.get_key_rotation_status().key_id(arn).send();
    match reader.one(&GET_KEY_ROTATION_STATUS, call).await {
        Some(answer) => Some(answer.key_rotation_enabled).into(),
        None => Fact::Unread,
    }
}

fn facts(key: &Resource) -> Known {
    let read = key.get::<Key>().cloned().unwrap_or_default();
    let state = match read.key_state {
        Fact::Read(state) => Some(state).into(),
        Fact::Unread => Fact::Unread,
    };
    Known { arn: Some(key.arn.clone()), manager: read.key_manager, state }
}

/// Fills in the facts about the keys that a resource uses. Facts that a collector has set do not change.
fn fill(resource: &mut Resource, known: &BTreeMap<String, Known>) {
    for key in resource.properties.keys() {
        let none = Known { arn: None, manager: None.into(), state: None.into() };
        let facts = match &*key.arn {
            Fact::Read(Some(name)) => known.get(name),
            Fact::Read(None) if key.own => Some(&none),
            _ => None,
        };
        let Some(facts) = facts else { continue };
        if let (Some(arn), true) = (&facts.arn, key.own) {
            *key.arn = Some(arn.clone()).into();
        }
        if let (Some(manager), Fact::Read(_)) = (key.manager, &facts.manager)
            // For the key of a copy, null means that its manager is unknown.
            && (manager.is_unread() || !key.own && manager.present().is_none())
        {
            manager.clone_from(&facts.manager);
        }
        if let (Some(state), Fact::Read(_)) = (key.state, &facts.state)
            && state.is_unread()
        {
            state.clone_from(&facts.state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of_type(type_name: &str, properties: Value) -> Resource {
        let resource = json!({"type": type_name, "arn": "", "account": "", "region": "", "id": "", "properties": properties});
        serde_json::from_value(resource).expect("a resource")
    }

    fn properties(resource: &Resource) -> Value {
        serde_json::to_value(&resource.properties).expect("JSON")
    }

    fn known() -> BTreeMap<String, Known> {
        let key = Known {
            arn: Some("arn:aws:kms:r:1:key/k".to_owned()),
            manager: Some(KeyManager::Customer).into(),
            state: Some("Enabled".to_owned()).into(),
        };
        [("arn:aws:kms:r:1:key/k".to_owned(), key.clone()), ("arn:aws:kms:r:1:alias/a".to_owned(), key)].into()
    }

    #[test]
    fn what_names_a_key_learns_its_facts() {
        let mut volume = of_type("AWS::EC2::Volume", json!({"kms_key_arn": "arn:aws:kms:r:1:alias/a"}));
        fill(&mut volume, &known());
        let filled = json!({"kms_key_arn": "arn:aws:kms:r:1:key/k", "key_manager": "customer", "key_state": "Enabled"});
        assert_eq!(properties(&volume), filled);
    }

    #[test]
    fn no_key_is_a_fact_and_an_unread_key_is_none() {
        let mut without = of_type("AWS::EC2::Volume", json!({"kms_key_arn": null}));
        fill(&mut without, &known());
        assert_eq!(properties(&without), json!({"kms_key_arn": null, "key_manager": null, "key_state": null}));
        for before in [json!({}), json!({"kms_key_arn": "arn:aws:kms:other:1:key/x"})] {
            let mut unread = of_type("AWS::EC2::Volume", before.clone());
            fill(&mut unread, &known());
            assert_eq!(properties(&unread), before);
        }
    }

    #[test]
    fn what_a_collector_said_stays() {
        let before = json!({"kms_key_arn": null, "key_manager": "aws_owned", "key_state": null});
        let mut table = of_type("AWS::DynamoDB::Table", before.clone());
        fill(&mut table, &known());
        assert_eq!(properties(&table), before);
    }

    #[test]
    fn copies_of_policies_name_keys_too() {
        let copy = json!({"kms_key_arn": "arn:aws:kms:r:1:key/k", "key_manager": null});
        let mut policy = of_type("AWS::DLM::LifecyclePolicy", json!({"schedules": [{"copies": [copy]}], "event_copies": [copy]}));
        assert_eq!(names(std::slice::from_mut(&mut policy)).len(), 1);
        fill(&mut policy, &known());
        let filled = json!({"kms_key_arn": "arn:aws:kms:r:1:key/k", "key_manager": "customer"});
        assert_eq!(properties(&policy), json!({"schedules": [{"copies": [filled]}], "event_copies": [filled]}));
    }

    #[test]
    fn aliases_of_aws_are_told() {
        assert!(is_aws_alias("arn:aws:kms:us-east-1:111122223333:alias/aws/ebs"));
        assert!(!is_aws_alias("arn:aws:kms:us-east-1:111122223333:alias/mine"));
    }
}
