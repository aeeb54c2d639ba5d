//! Amazon EKS: clusters.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert::{self, kms_key_arn};
use crate::inventory::types::KeyManager;
use crate::inventory::types::eks::Cluster;
use crate::inventory::{Fact, Resource};
use serde_json::Value;

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&CLUSTER];

static CLUSTER: Kind = kind!("AWS::EKS::Cluster", list: &["eks:ListClusters"], get: &["eks:DescribeCluster"], resource: cluster);

fn cluster(reader: &Reader, name: &str, read: Option<&Properties>) -> Resource {
    let resource = |properties: Cluster| Resource {
        name: Some(name.to_owned()),
        ..convert::resource(reader, reader.arn("eks", &format!("cluster/{name}")), name.to_owned(), properties)
    };
    let Some(read) = read else { return resource(Cluster::default()) };
    // "The only supported value is "secrets"" (EKS API reference, EncryptionConfig).
    let of_secrets = |config: &&Value| config["Resources"].as_array().is_some_and(|of| of.iter().any(|of| of == "secrets"));
    let key = read.list("EncryptionConfig").iter().find(of_secrets).and_then(|config| config["Provider"]["KeyArn"].as_str());
    let (key_manager, key_state) = match key {
        Some(_) => (Fact::Unread, Fact::Unread),
        None => (Fact::Read(Some(KeyManager::AwsOwned)), Fact::Read(None)),
    };
    let properties = Cluster {
        authentication_mode: Fact::Read(read.text("AccessConfig.AuthenticationMode").map(str::to_owned)),
        deletion_protection: read.flag("DeletionProtection"),
        kms_key_arn: Fact::Read(key.map(|key| kms_key_arn(reader, key))),
        key_manager,
        key_state,
    };
    Resource { tags: read.tags(), ..resource(properties) }
}
