//! Amazon Timestream for LiveAnalytics: databases and tables.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
use crate::inventory::types::timestream::{Database, Table};
use crate::inventory::{Fact, Resource};

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&DATABASE, &TABLE];

static DATABASE: Kind = kind!(
    "AWS::Timestream::Database",
    list: &["timestream:DescribeEndpoints", "timestream:ListDatabases"],
    get: &["timestream:DescribeDatabase", "timestream:DescribeEndpoints", "timestream:ListTagsForResource"],
    resource: database
);

static TABLE: Kind = kind!(
    "AWS::Timestream::Table",
    list: &["timestream:DescribeEndpoints", "timestream:ListTables"],
    get: &["timestream:DescribeEndpoints", "timestream:DescribeTable", "timestream:ListTagsForResource"],
    resource: table
);

fn database(reader: &Reader, name: &str, read: Option<&Properties>) -> Resource {
    let kms_key_arn = read.map_or(Fact::Unread, |read| read.key(reader, "KmsKeyId"));
    Resource {
        name: Some(name.to_owned()),
        tags: read.map_or(Fact::Unread, Properties::tags),
        ..convert::resource(
            reader,
            reader.arn("timestream", &format!("database/{name}")),
            name.to_owned(),
            Database { kms_key_arn, ..Database::default() },
        )
    }
}

/// The identifier is `DATABASE|TABLE` (Cloud Control API user guide, "Identifying resources").
fn table(reader: &Reader, identifier: &str, read: Option<&Properties>) -> Resource {
    let (database, name) = identifier.split_once('|').unwrap_or(("", identifier));
    Resource {
        name: Some(name.to_owned()),
        tags: read.map_or(Fact::Unread, Properties::tags),
        ..convert::resource(
            reader,
            reader.arn("timestream", &format!("database/{database}/table/{name}")),
            identifier.to_owned(),
            Table { database: Fact::Read(database.to_owned()) },
        )
    }
}
