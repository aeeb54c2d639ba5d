//! Amazon Aurora DSQL: clusters.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
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
    let key = read.encryption(reader, "EncryptionDetails.EncryptionType", "EncryptionDetails.KmsKeyArn");
    let properties = Cluster {
        status: Fact::Read(read.text("Status").map(str::to_owned)),
        encrypted: key.encrypted,
        kms_key_arn: key.kms_key_arn,
        key_manager: key.key_manager,
        key_state: key.key_state,
        deletion_protection: read.flag("DeletionProtectionEnabled"),
        policy: Fact::Read(read.text("PolicyDocument").map(str::to_owned)),
    };
    Resource { created_at: read.time("CreationTime"), tags: read.tags(), ..convert::resource(reader, arn, id.to_owned(), properties) }
}
