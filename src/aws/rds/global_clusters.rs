//! Global clusters: databases with clusters in several Regions.

use super::{DESCRIBE_GLOBAL_CLUSTERS, Family, PAGE, encryption, tags_of};
use crate::aws::call::Reader;
use crate::aws::convert::{known, resource};
use crate::inventory::types::ResourceType;
use crate::inventory::types::rds::{DocDbGlobalCluster, GlobalCluster, GlobalMember, NeptuneGlobalCluster};
use crate::inventory::{Fact, Resource, arn};
use aws_sdk_rds::Client;
use aws_sdk_rds::types as sdk;

pub async fn list(reader: &Reader, client: &Client) -> Option<Vec<sdk::GlobalCluster>> {
    let pages = client.describe_global_clusters().into_paginator().page_size(PAGE).send();
    reader.pages(&DESCRIBE_GLOBAL_CLUSTERS, pages, |page| page.global_clusters.unwrap_or_default()).await
}

/// A global cluster whose home is this Region. Its ARN has no Region, and other Regions list it too.
pub fn global_cluster(reader: &Reader, cluster: sdk::GlobalCluster) -> Option<Resource> {
    if home(cluster.global_cluster_members.as_deref().unwrap_or_default())? != reader.region {
        return None;
    }
    let id = cluster.global_cluster_identifier?;
    let arn = cluster.global_cluster_arn?;
    let family = Family::of(cluster.engine.as_deref());
    let properties = GlobalCluster {
        status: cluster.status.into(),
        engine: known(cluster.engine),
        engine_version: cluster.engine_version.into(),
        encrypted: encryption(reader, cluster.storage_encrypted, cluster.storage_encryption_type.as_ref(), None).encrypted,
        deletion_protection: known(cluster.deletion_protection),
        members: members(cluster.global_cluster_members.unwrap_or_default()),
    };
    let properties = match family {
        Family::Rds => GlobalCluster::of(properties),
        Family::Neptune => NeptuneGlobalCluster::of(properties),
        Family::DocDb => DocDbGlobalCluster::of(properties),
    };
    Some(Resource { tags: tags_of(cluster.tag_list), ..resource(reader, arn, id, properties) })
}

/// The Region of the primary cluster. Without a primary (after a failure), the Region of the first member by ARN, so that every Region gives
/// the same answer. `None` for a global cluster without members: it holds no data.
fn home(members: &[sdk::GlobalClusterMember]) -> Option<&str> {
    let writer = members.iter().find(|member| member.is_writer == Some(true)).and_then(|member| member.db_cluster_arn.as_deref());
    let first = members.iter().filter_map(|member| member.db_cluster_arn.as_deref()).min();
    writer.or(first).map(arn::region)
}

/// The members; unread if the answer does not describe one of them.
fn members(members: Vec<sdk::GlobalClusterMember>) -> Fact<Vec<GlobalMember>> {
    let member = |member: sdk::GlobalClusterMember| Some(GlobalMember { cluster_arn: member.db_cluster_arn?, writer: member.is_writer? });
    known(members.into_iter().map(member).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(region: &str, writer: Option<bool>) -> sdk::GlobalClusterMember {
        let arn = format!("arn:aws:rds:{region}:111122223333:cluster:orders");
        sdk::GlobalClusterMember::builder().db_cluster_arn(arn).set_is_writer(writer).build()
    }

    #[test]
    fn the_home_is_where_the_writer_is() {
        let regions = ["eu-west-1", "us-east-1"];
        assert_eq!(home(&regions.map(|region| member(region, Some(region == "us-east-1")))), Some("us-east-1"));
        assert_eq!(home(&[member("us-east-1", Some(false)), member("eu-west-1", Some(false))]), Some("eu-west-1"));
        assert_eq!(home(&[member("us-east-1", None), member("eu-west-1", None)]), Some("eu-west-1"));
        assert_eq!(home(&[]), None);
    }

    #[test]
    fn members_that_are_not_described_are_unread() {
        let all = members(vec![member("us-east-1", Some(true)), member("eu-west-1", Some(false))]);
        assert_eq!(all.read().map(|all| all.iter().map(|member| member.writer).collect::<Vec<_>>()), Some(vec![true, false]));
        assert!(members(vec![member("us-east-1", None)]).is_unread());
    }
}
