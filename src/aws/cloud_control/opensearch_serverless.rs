//! Amazon OpenSearch Serverless: collections.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
use crate::inventory::types::KeyManager;
use crate::inventory::types::opensearch_serverless::Collection;
use crate::inventory::{Fact, Resource};

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&COLLECTION];

static COLLECTION: Kind = kind!(
    "AWS::OpenSearchServerless::Collection",
    list: &["aoss:ListCollections"],
    get: &["aoss:BatchGetCollection", "aoss:ListTagsForResource"],
    resource: collection
);

fn collection(reader: &Reader, id: &str, read: Option<&Properties>) -> Resource {
    let arn = reader.arn("aoss", &format!("collection/{id}"));
    let Some(read) = read else { return convert::resource(reader, arn, id.to_owned(), Collection::default()) };
    // `auto` is the key that AWS owns (OpenSearch Serverless API reference, CollectionDetail, kmsKeyArn).
    let (kms_key_arn, key_manager, key_state) = match read.text("KmsKeyArn") {
        Some("auto") => (Fact::Read(None), Fact::Read(Some(KeyManager::AwsOwned)), Fact::Read(None)),
        Some(_) => (read.key(reader, "KmsKeyArn"), Fact::Unread, Fact::Unread),
        None => (Fact::Unread, Fact::Unread, Fact::Unread),
    };
    let deletion_protection = read.text("DeletionProtection").map_or(Fact::Unread, |protection| Fact::Read(protection == "ENABLED"));
    Resource {
        name: read.text("Name").map(str::to_owned),
        ..convert::resource(reader, arn, id.to_owned(), Collection { kms_key_arn, key_manager, key_state, deletion_protection })
    }
}
