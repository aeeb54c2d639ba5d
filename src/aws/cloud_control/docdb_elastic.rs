//! Amazon DocumentDB elastic clusters. Cloud Control shows neither their snapshots nor their status and age.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
use crate::inventory::types::docdb_elastic::Cluster;
use crate::inventory::{Resource, arn};

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&CLUSTER];

static CLUSTER: Kind = kind!(
    "AWS::DocDBElastic::Cluster",
    list: &["docdb-elastic:ListClusters"],
    get: &["docdb-elastic:GetCluster", "docdb-elastic:ListTagsForResource"],
    resource: cluster
);

/// The identifier is the ARN, which ends with an id of the cluster.
fn cluster(reader: &Reader, cluster_arn: &str, read: Option<&Properties>) -> Resource {
    let resource = |properties: Cluster| convert::resource(reader, cluster_arn.to_owned(), arn::id(cluster_arn).to_owned(), properties);
    let Some(read) = read else { return resource(Cluster::default()) };
    // The word may stand in place of a key, as in Amazon Redshift.
    let key = read.key_or_word(reader, "KmsKeyId", "AWS_OWNED_KMS_KEY");
    let properties = Cluster {
        kms_key_arn: key.kms_key_arn,
        key_manager: key.key_manager,
        key_state: key.key_state,
        backup_retention_days: read.number("BackupRetentionPeriod"),
    };
    Resource { name: read.text("ClusterName").map(str::to_owned), tags: read.tags(), ..resource(properties) }
}
