//! Snapshots of instances and clusters, with the accounts that they are shared with.

use super::{
    DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES, DESCRIBE_DB_CLUSTER_SNAPSHOTS, DESCRIBE_DB_SNAPSHOT_ATTRIBUTES, DESCRIBE_DB_SNAPSHOTS, Family,
    PAGE, Present, databases, encryption, source_arn, tags_of,
};
use crate::aws::call::Reader;
use crate::aws::convert::{each, gibibytes, kms_key_arn, known, optional_time, resource};
use crate::aws::kms;
use crate::inventory::types::ResourceType;
use crate::inventory::types::rds::{DbClusterSnapshot, DbSnapshot, DocDbClusterSnapshot, NeptuneClusterSnapshot};
use crate::inventory::{Fact, Resource, arn};
use aws_sdk_rds::Client;
use aws_sdk_rds::types as sdk;

/// The accounts that may restore a snapshot; `all` means everyone.
type Sharing = Fact<Vec<String>>;

/// A snapshot attribute: name and values.
type Attribute = (Option<String>, Option<Vec<String>>);

/// The account's instance snapshots with their sharing.
pub async fn list(reader: &Reader, client: &Client) -> Option<Vec<(sdk::DbSnapshot, Sharing)>> {
    let pages = client.describe_db_snapshots().into_paginator().page_size(PAGE).send();
    let snapshots = reader.pages(&DESCRIBE_DB_SNAPSHOTS, pages, |page| page.db_snapshots.unwrap_or_default()).await?;
    let read = each(snapshots, |snapshot| with_sharing(reader, client, snapshot)).await;
    Some(read.into_iter().flatten().collect())
}

/// `None` if the snapshot was deleted after it was listed.
async fn with_sharing(reader: &Reader, client: &Client, snapshot: sdk::DbSnapshot) -> Option<(sdk::DbSnapshot, Sharing)> {
    let id = match &snapshot.db_snapshot_identifier {
        Some(id) if can_be_shared(reader, snapshot.snapshot_type.as_deref(), snapshot.kms_key_id.as_deref()).await => id.clone(),
        _ => return Some((snapshot, Fact::Read(Vec::new()))),
    };
    let call = client.describe_db_snapshot_attributes().db_snapshot_identifier(id).send();
    let result = match reader.one_or(&DESCRIBE_DB_SNAPSHOT_ATTRIBUTES, call, &["DBSnapshotNotFound"]).await {
        Some(answer) => answer?.db_snapshot_attributes_result,
        None => None,
    };
    let sharing = sharing(result.map(|result| {
        let attributes = result.db_snapshot_attributes.unwrap_or_default();
        attributes.into_iter().map(|attribute| (attribute.attribute_name, attribute.attribute_values)).collect()
    }));
    Some((snapshot, sharing))
}

/// The account's cluster snapshots with their sharing.
pub async fn list_of_clusters(reader: &Reader, client: &Client) -> Option<Vec<(sdk::DbClusterSnapshot, Sharing)>> {
    let pages = client.describe_db_cluster_snapshots().into_paginator().page_size(PAGE).send();
    let snapshots = reader.pages(&DESCRIBE_DB_CLUSTER_SNAPSHOTS, pages, |page| page.db_cluster_snapshots.unwrap_or_default()).await?;
    let read = each(snapshots, |snapshot| with_cluster_sharing(reader, client, snapshot)).await;
    Some(read.into_iter().flatten().collect())
}

/// `None` if the snapshot was deleted after it was listed.
async fn with_cluster_sharing(
    reader: &Reader,
    client: &Client,
    snapshot: sdk::DbClusterSnapshot,
) -> Option<(sdk::DbClusterSnapshot, Sharing)> {
    let id = match &snapshot.db_cluster_snapshot_identifier {
        Some(id) if can_be_shared(reader, snapshot.snapshot_type.as_deref(), snapshot.kms_key_id.as_deref()).await => id.clone(),
        _ => return Some((snapshot, Fact::Read(Vec::new()))),
    };
    let call = client.describe_db_cluster_snapshot_attributes().db_cluster_snapshot_identifier(id).send();
    let result = match reader.one_or(&DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES, call, &["DBClusterSnapshotNotFoundFault"]).await {
        Some(answer) => answer?.db_cluster_snapshot_attributes_result,
        None => None,
    };
    let sharing = sharing(result.map(|result| {
        let attributes = result.db_cluster_snapshot_attributes.unwrap_or_default();
        attributes.into_iter().map(|attribute| (attribute.attribute_name, attribute.attribute_values)).collect()
    }));
    Some((snapshot, sharing))
}

/// Whether a snapshot can be shared: only manual ones can, and "you can't share a snapshot that has been encrypted using the default KMS key
/// of the AWS account that shared the snapshot" (RDS user guide, "Sharing a DB snapshot"). That key is `aws/rds`.
async fn can_be_shared(reader: &Reader, snapshot_type: Option<&str>, key: Option<&str>) -> bool {
    let key = key.map(|key| kms_key_arn(reader, key));
    is_manual(snapshot_type) && !kms::is_of_service(reader, "alias/aws/rds", key.as_deref()).await
}

/// A snapshot without a type may be manual.
fn is_manual(snapshot_type: Option<&str>) -> bool {
    snapshot_type.is_none_or(|kind| kind == "manual")
}

/// "The attribute named `restore` refers to the list of Amazon Web Services accounts that have permission to copy or restore the manual
/// DB snapshot. If a value of `all` is in the list, then the manual DB snapshot is public."
fn sharing(attributes: Option<Vec<Attribute>>) -> Sharing {
    match attributes {
        None => Fact::Unread,
        Some(attributes) => Fact::Read(
            attributes
                .into_iter()
                .filter(|(name, _)| name.as_deref() == Some("restore"))
                .flat_map(|(_, values)| values.unwrap_or_default())
                .collect(),
        ),
    }
}

/// Sharing as two facts: whether with everyone, and with which accounts.
fn public_and_accounts(sharing: Sharing) -> (Fact<bool>, Fact<Vec<String>>) {
    match sharing {
        Fact::Unread => (Fact::Unread, Fact::Unread),
        Fact::Read(values) => {
            let public = values.iter().any(|value| value == "all");
            let accounts = values.into_iter().filter(|value| value != "all").collect();
            (Fact::Read(public), Fact::Read(accounts))
        }
    }
}

pub fn snapshot(reader: &Reader, (snapshot, sharing): (sdk::DbSnapshot, Sharing), instances: &[Present]) -> Option<Resource> {
    let id = snapshot.db_snapshot_identifier?;
    let arn = snapshot.db_snapshot_arn?;
    let encryption = encryption(reader, snapshot.encrypted, snapshot.storage_encryption_type.as_ref(), snapshot.kms_key_id.as_deref());
    let (public, shared_with) = public_and_accounts(sharing);
    let source = snapshot.db_instance_identifier.map(|name| Source {
        kind: "db",
        copied_from: snapshot.source_db_snapshot_identifier.as_deref(),
        region: snapshot.source_region.as_deref(),
        resource_id: snapshot.dbi_resource_id.as_deref(),
        name,
    });
    let properties = DbSnapshot {
        source_arn: known(source.map(|source| source.arn(reader, instances))),
        status: snapshot.status.into(),
        engine: snapshot.engine.into(),
        snapshot_type: known(snapshot.snapshot_type),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        public,
        shared_with,
        copied_from_arn: snapshot.source_db_snapshot_identifier.filter(|id| !id.is_empty()).into(),
        size_bytes: snapshot.full_snapshot_size_in_bytes.or(snapshot.allocated_storage.map(gibibytes)).into(),
    };
    // The time of the data: OriginalSnapshotCreateTime "doesn't change when the snapshot is copied", SnapshotCreateTime does.
    let taken_at = snapshot.original_snapshot_create_time.or(snapshot.snapshot_create_time);
    Some(Resource {
        created_at: optional_time(taken_at.as_ref()),
        tags: tags_of(snapshot.tag_list),
        ..resource(reader, arn, id, properties)
    })
}

pub fn cluster_snapshot(reader: &Reader, (snapshot, sharing): (sdk::DbClusterSnapshot, Sharing), clusters: &[Present]) -> Option<Resource> {
    let id = snapshot.db_cluster_snapshot_identifier?;
    let arn = snapshot.db_cluster_snapshot_arn?;
    let family = Family::of(snapshot.engine.as_deref());
    let encryption =
        encryption(reader, snapshot.storage_encrypted, snapshot.storage_encryption_type.as_ref(), snapshot.kms_key_id.as_deref());
    let (public, shared_with) = public_and_accounts(sharing);
    let source = snapshot.db_cluster_identifier.map(|name| Source {
        kind: "cluster",
        copied_from: snapshot.source_db_cluster_snapshot_arn.as_deref(),
        region: None,
        resource_id: snapshot.db_cluster_resource_id.as_deref(),
        name,
    });
    let allocated = snapshot.allocated_storage.filter(|_| !databases::grows_by_itself(snapshot.engine.as_deref()));
    let properties = DbSnapshot {
        source_arn: known(source.map(|source| source.arn(reader, clusters))),
        status: snapshot.status.into(),
        engine: snapshot.engine.into(),
        snapshot_type: known(snapshot.snapshot_type),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        public,
        shared_with,
        copied_from_arn: snapshot.source_db_cluster_snapshot_arn.filter(|arn| !arn.is_empty()).into(),
        size_bytes: allocated.map(gibibytes).into(),
    };
    let properties = match family {
        Family::Rds => DbClusterSnapshot::of(properties),
        Family::Neptune => NeptuneClusterSnapshot::of(properties),
        Family::DocDb => DocDbClusterSnapshot::of(properties),
    };
    Some(Resource {
        created_at: optional_time(snapshot.snapshot_create_time.as_ref()),
        tags: tags_of(snapshot.tag_list),
        ..resource(reader, arn, id, properties)
    })
}

/// A snapshot's reference to its database: a name, and for a copy the snapshot that it was copied from.
struct Source<'a> {
    /// `db` or `cluster`.
    kind: &'static str,
    name: String,
    resource_id: Option<&'a str>,
    copied_from: Option<&'a str>,
    region: Option<&'a str>,
}

impl Source<'_> {
    /// The database's ARN. A copy keeps the name of its source's database, which is in the Region and account of the snapshot that it was copied
    /// from (in a chain of copies, AWS shows only the last link).
    fn arn(&self, reader: &Reader, present: &[Present]) -> String {
        let own = (reader.account.as_str(), reader.region.as_str());
        let place = match (self.copied_from.and_then(arn::place), self.region) {
            (Some(place), _) => place,
            (None, Some(region)) if !region.is_empty() => (reader.account.as_str(), region),
            _ => own,
        };
        let (account, region) = place;
        let named = format!("arn:{}:rds:{region}:{account}:{}:{}", reader.partition, self.kind, self.name);
        if place == own { source_arn(named, &self.name, self.resource_id, present) } else { named }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_manual_snapshots_can_be_shared() {
        assert!(is_manual(Some("manual")));
        assert!(is_manual(None));
        assert!(!is_manual(Some("automated")));
        assert!(!is_manual(Some("awsbackup")));
    }

    #[test]
    fn all_means_public() {
        let restore = |values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            public_and_accounts(sharing(Some(vec![(Some("restore".to_owned()), Some(values))])))
        };
        assert_eq!(restore(&["all", "111122223333"]), (Fact::Read(true), Fact::Read(vec!["111122223333".to_owned()])));
        assert_eq!(restore(&[]), (Fact::Read(false), Fact::Read(Vec::new())));
        assert_eq!(public_and_accounts(sharing(None)), (Fact::Unread, Fact::Unread));
    }
}
