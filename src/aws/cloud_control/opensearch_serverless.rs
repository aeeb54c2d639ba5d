//! Amazon OpenSearch Serverless: collections.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
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
    let key = read.key_or_word(reader, "KmsKeyArn", "auto");
    let deletion_protection = read.text("DeletionProtection").map_or(Fact::Unread, |protection| Fact::Read(protection == "ENABLED"));
    let properties =
        Collection { kms_key_arn: key.kms_key_arn, key_manager: key.key_manager, key_state: key.key_state, deletion_protection };
    Resource { name: read.text("Name").map(str::to_owned), ..convert::resource(reader, arn, id.to_owned(), properties) }
}
