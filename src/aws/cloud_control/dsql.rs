//! Amazon Aurora DSQL: clusters.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
use crate::inventory::types::KeyManager;
use crate::inventory::types::dsql::Cluster;
use crate::inventory::{Fact, Resource};

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&CLUSTER];

static CLUSTER: Kind = kind!(
    "AWS::DSQL::Cluster",
    list: &["dsql:ListClusters", "dsql:ListTagsForResource"],
    get: &["dsql:GetCluster", "dsql:GetClusterPolicy", "dsql:GetVpcEndpointServiceName", "dsql:ListTagsForResource"],
    resource: cluster
);

fn cluster(reader: &Reader, id: &str, read: Option<&Properties>) -> Resource {
    let arn = reader.arn("dsql", &format!("cluster/{id}"));
    let Some(read) = read else { return convert::resource(reader, arn, id.to_owned(), Cluster::default()) };
    // `AWS_OWNED_KMS_KEY` or `CUSTOMER_MANAGED_KMS_KEY` (service model `dsql`, EncryptionType).
    let (kms_key_arn, key_manager) = match read.text("EncryptionDetails.EncryptionType") {
        Some("AWS_OWNED_KMS_KEY") => (Fact::Read(None), Fact::Read(Some(KeyManager::AwsOwned))),
        Some("CUSTOMER_MANAGED_KMS_KEY") => (read.key(reader, "EncryptionDetails.KmsKeyArn"), Fact::Unread),
        _ => (Fact::Unread, Fact::Unread),
    };
    let properties = Cluster {
        status: Fact::Read(read.text("Status").map(str::to_owned)),
        key_state: if key_manager.is_unread() { Fact::Unread } else { Fact::Read(None) },
        encrypted: Fact::Read(true),
        kms_key_arn,
        key_manager,
        deletion_protection: read.flag("DeletionProtectionEnabled"),
        policy: Fact::Read(read.text("PolicyDocument").map(str::to_owned)),
    };
    Resource { created_at: read.time("CreationTime"), tags: read.tags(), ..convert::resource(reader, arn, id.to_owned(), properties) }
}
