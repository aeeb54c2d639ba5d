//! Reads a live AWS account into the inventory, one shard (an account in one Region) at a time. Read-only, and never reads data: no operation
//! here changes anything or opens a backup. May not judge, and may not use rules or reports.
//!
//! To add a service: write its module with `OPERATIONS` and `collect`, and add one line to [`SERVICES`]. A module makes every call through
//! [`Reader`], declares the operations that it may call, and leaves a property [`Unread`](crate::inventory::Fact::Unread) when its call failed.

mod answer;
pub mod automation;
pub mod backup;
pub mod backup_gateway;
pub mod call;
pub mod cloud_control;
pub mod cloudformation;
pub mod cloudtrail;
mod connect_error;
mod convert;
pub mod directory;
pub mod dlm;
pub mod dynamodb;
pub mod ec2;
pub mod efs;
pub mod elasticache;
mod endpoints;
mod failure;
pub mod fsx;
pub mod glacier;
mod guard;
pub mod kinesis_video;
pub mod kms;
pub mod lightsail;
mod limits;
pub mod logs;
pub mod memorydb;
pub mod opensearch;
pub mod operation;
pub mod organizations;
pub mod permissions;
pub mod progress;
pub mod rds;
pub mod redshift;
pub mod redshift_serverless;
mod regions;
pub mod s3;
mod session;
mod settings;
pub mod storage_gateway;
pub mod tagging;
mod transport;
pub mod well_architected;

pub use answer::Answer;
pub use call::Reader;
pub use connect_error::ConnectError;
pub use operation::Operation;
pub use progress::{Progress, Silent};
pub use session::{DEFAULT_DEADLINE, DEFAULT_MAX_RPS, Options, Session, Timeouts, connect};

use crate::inventory::{GLOBAL, Resource, Shard};
use chrono::Utc;
use futures::future::{BoxFuture, FutureExt};

/// A service that the audit reads.
pub struct Service {
    /// The name for `--services`.
    pub name: &'static str,
    /// All operations that its module calls.
    pub operations: fn() -> Vec<&'static Operation>,
    collect: for<'a> fn(&'a Session, &'a Reader) -> BoxFuture<'a, Vec<Resource>>,
}

/// Services that are read only if `--services` names them, because their permissions allow more than reading configuration.
pub const ON_REQUEST: &[Service] = &[Service {
    name: "keyspaces",
    operations: || cloud_control::operations(cloud_control::keyspaces::KINDS),
    collect: |_, reader| cloud_control::collect(reader, cloud_control::keyspaces::KINDS).boxed(),
}];

/// Every service that is read by default, in one list.
pub const SERVICES: &[Service] = &[
    Service {
        name: "automation",
        operations: || automation::OPERATIONS.to_vec(),
        collect: |_, reader| automation::collect(reader).boxed(),
    },
    Service { name: "backup", operations: backup::operations, collect: |_, reader| backup::collect(reader).boxed() },
    Service {
        name: "backup-gateway",
        operations: || backup_gateway::OPERATIONS.to_vec(),
        collect: |_, reader| backup_gateway::collect(reader).boxed(),
    },
    Service {
        name: "cloudformation",
        operations: || cloudformation::OPERATIONS.to_vec(),
        collect: |_, reader| cloudformation::collect(reader).boxed(),
    },
    // It belongs to the Region; see `settings`.
    Service {
        name: "cloudtrail",
        operations: || cloudtrail::OPERATIONS.to_vec(),
        collect: |_, _| futures::future::ready(Vec::new()).boxed(),
    },
    Service { name: "directory", operations: || directory::OPERATIONS.to_vec(), collect: |_, reader| directory::collect(reader).boxed() },
    Service { name: "dlm", operations: || dlm::OPERATIONS.to_vec(), collect: |_, reader| dlm::collect(reader).boxed() },
    Service {
        name: "docdb-elastic",
        operations: || cloud_control::operations(cloud_control::docdb_elastic::KINDS),
        collect: |_, reader| cloud_control::collect(reader, cloud_control::docdb_elastic::KINDS).boxed(),
    },
    Service {
        name: "dsql",
        operations: || cloud_control::operations(cloud_control::dsql::KINDS),
        collect: |_, reader| cloud_control::collect(reader, cloud_control::dsql::KINDS).boxed(),
    },
    Service { name: "dynamodb", operations: || dynamodb::OPERATIONS.to_vec(), collect: |_, reader| dynamodb::collect(reader).boxed() },
    Service { name: "ec2", operations: ec2::operations, collect: |_, reader| ec2::collect(reader).boxed() },
    Service { name: "efs", operations: || efs::OPERATIONS.to_vec(), collect: |_, reader| efs::collect(reader).boxed() },
    Service {
        name: "elasticache",
        operations: || elasticache::OPERATIONS.to_vec(),
        collect: |_, reader| elasticache::collect(reader).boxed(),
    },
    Service { name: "memorydb", operations: || memorydb::OPERATIONS.to_vec(), collect: |_, reader| memorydb::collect(reader).boxed() },
    Service {
        name: "opensearch",
        operations: || opensearch::OPERATIONS.to_vec(),
        collect: |_, reader| opensearch::collect(reader).boxed(),
    },
    Service {
        name: "eks",
        operations: || cloud_control::operations(cloud_control::eks::KINDS),
        collect: |_, reader| cloud_control::collect(reader, cloud_control::eks::KINDS).boxed(),
    },
    Service { name: "fsx", operations: || fsx::OPERATIONS.to_vec(), collect: |_, reader| fsx::collect(reader).boxed() },
    Service { name: "glacier", operations: || glacier::OPERATIONS.to_vec(), collect: |_, reader| glacier::collect(reader).boxed() },
    Service {
        name: "kinesis",
        operations: || cloud_control::operations(cloud_control::kinesis::KINDS),
        collect: |_, reader| cloud_control::collect(reader, cloud_control::kinesis::KINDS).boxed(),
    },
    Service {
        name: "kinesis-video",
        operations: || kinesis_video::OPERATIONS.to_vec(),
        collect: |_, reader| kinesis_video::collect(reader).boxed(),
    },
    Service { name: "lightsail", operations: || lightsail::OPERATIONS.to_vec(), collect: |_, reader| lightsail::collect(reader).boxed() },
    Service { name: "logs", operations: || logs::OPERATIONS.to_vec(), collect: |_, reader| logs::collect(reader).boxed() },
    Service {
        name: "opensearch-serverless",
        operations: || cloud_control::operations(cloud_control::opensearch_serverless::KINDS),
        collect: |_, reader| cloud_control::collect(reader, cloud_control::opensearch_serverless::KINDS).boxed(),
    },
    // It belongs to the account; see `settings`.
    Service {
        name: "organizations",
        operations: || organizations::OPERATIONS.to_vec(),
        collect: |_, _| futures::future::ready(Vec::new()).boxed(),
    },
    Service { name: "rds", operations: || rds::OPERATIONS.to_vec(), collect: |_, reader| rds::collect(reader).boxed() },
    Service { name: "redshift", operations: || redshift::OPERATIONS.to_vec(), collect: |_, reader| redshift::collect(reader).boxed() },
    Service {
        name: "redshift-serverless",
        operations: || redshift_serverless::OPERATIONS.to_vec(),
        collect: |_, reader| redshift_serverless::collect(reader).boxed(),
    },
    Service {
        name: "s3",
        operations: || [s3::ACCOUNT_OPERATIONS, s3::OPERATIONS].concat(),
        collect: |session, reader| own_buckets(session, reader).boxed(),
    },
    Service {
        name: "storagegateway",
        operations: || storage_gateway::OPERATIONS.to_vec(),
        collect: |_, reader| storage_gateway::collect(reader).boxed(),
    },
    Service { name: "tagging", operations: || tagging::OPERATIONS.to_vec(), collect: |_, reader| tagging::unread_data(reader).boxed() },
    Service {
        name: "timestream",
        operations: || cloud_control::operations(cloud_control::timestream::KINDS),
        collect: |_, reader| cloud_control::collect(reader, cloud_control::timestream::KINDS).boxed(),
    },
];

/// Every operation that rel9 may call, each once. A fail-closed test denies them one by one.
pub fn operations() -> Vec<&'static Operation> {
    sorted([default_operations(), operations_on_request()].concat())
}

/// The operations that rel9 calls by default. `rel9 permissions` grants them.
pub fn default_operations() -> Vec<&'static Operation> {
    let mut all: Vec<_> = SERVICES.iter().flat_map(|service| (service.operations)()).collect();
    all.extend(session::OPERATIONS);
    all.extend(kms::OPERATIONS);
    all.extend(cloud_control::iam::OPERATIONS);
    sorted(all)
}

/// The operations of [`ON_REQUEST`].
pub fn operations_on_request() -> Vec<&'static Operation> {
    ON_REQUEST.iter().flat_map(|service| (service.operations)()).collect()
}

fn sorted(mut operations: Vec<&'static Operation>) -> Vec<&'static Operation> {
    operations.sort_by_key(|operation| (operation.service, operation.name));
    operations.dedup();
    operations
}

/// The error of a shard whose credentials ended while it was read, so that it is incomplete.
pub fn end_of_credentials(shard: &Shard) -> Option<&str> {
    let errors = shard.coverage.entries.iter().filter_map(|entry| entry.error.as_deref());
    errors.into_iter().find(|error| failure::tells_end_of_credentials(error))
}

/// Reads one shard: an enabled Region, or the resources of the account as a whole if `region` is [`GLOBAL`].
pub async fn collect_shard(session: &Session, region: &str) -> Shard {
    session.progress().started(region);
    let reader = session.reader(region);
    let mut resources = if region == GLOBAL { account_resources(session, &reader).await } else { region_resources(session, &reader).await };
    resources.sort_by(|a, b| (&a.type_name, &a.arn).cmp(&(&b.type_name, &b.arn)));
    session.progress().finished(region, resources.len());
    Shard {
        account: reader.account.clone(),
        region: region.to_owned(),
        // After the last call, so that nothing in the shard is newer.
        captured_at: Some(Utc::now()),
        source: Some("aws".to_owned()),
        resources,
        coverage: reader.coverage(),
        destroyed: Vec::new(),
    }
}

async fn account_resources(session: &Session, reader: &Reader) -> Vec<Resource> {
    let mut resources = vec![settings::account(session, reader).await];
    if session.reads("s3") {
        let (buckets, outcomes) = session.buckets().await;
        let unplaced = s3::unplaced(reader, buckets.unwrap_or_default());
        if !unplaced.is_empty() {
            record(reader, outcomes);
        }
        resources.extend(unplaced);
    }
    resources
}

async fn region_resources(session: &Session, reader: &Reader) -> Vec<Resource> {
    let services = session.services().map(|service| (service.collect)(session, reader));
    let (mut resources, region) =
        futures::join!(async { futures::future::join_all(services).await.concat() }, settings::region(session, reader));
    resources.push(region);
    cloudformation::complete(reader, &mut resources).await;
    cloud_control::iam::collect(reader, &mut resources).await;
    kms::collect(reader, &mut resources).await;
    resources
}

/// The Region's buckets. The account's list is read once; its outcome is in the log of every Region, because shards are independent.
async fn own_buckets(session: &Session, reader: &Reader) -> Vec<Resource> {
    let (buckets, outcomes) = session.buckets().await;
    record(reader, outcomes);
    match buckets {
        Some(buckets) => s3::collect(reader, buckets).await,
        None => Vec::new(),
    }
}

/// Logs the outcome of calls that all shards share.
fn record(reader: &Reader, logged: &session::Logged) {
    for (operation, outcomes) in logged {
        for (status, items, error) in outcomes {
            reader.record(operation, *status, *items, error.as_deref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_changes_anything() {
        let reads = ["Describe", "Get", "List"];
        // Both only read: their access level is Read (Service Authorization Reference). LookupEvents returns events of CloudTrail's event history;
        // no other operation does.
        let also = ["aoss:BatchGetCollection", "cloudtrail:LookupEvents"];
        for operation in operations() {
            let is_read = |name: &str| reads.iter().any(|verb| name.starts_with(verb));
            assert!(is_read(operation.name) || also.contains(&operation.to_string().as_str()), "{operation}");
            for action in operation.iam_actions() {
                let (_, name) = action.split_once(':').unwrap();
                let on_request = action.starts_with("cassandra:Select") && operations_on_request().contains(&operation);
                assert!(is_read(name) || also.contains(&action.as_str()) || on_request, "{operation}: {action}");
            }
        }
    }

    /// Their permissions allow more than reading configuration.
    #[test]
    fn what_is_read_on_request_is_not_read_by_default() {
        for operation in operations_on_request() {
            assert!(!default_operations().contains(&operation), "{operation}");
        }
        let actions = default_operations().into_iter().flat_map(Operation::iam_actions);
        assert!(!actions.into_iter().any(|action| action.starts_with("cassandra:")));
    }

    #[test]
    fn every_property_can_be_read() {
        let known: Vec<_> = operations().iter().map(|operation| operation.to_string()).collect();
        // No source reads these types, or only templates.
        let foreign = ["autoscaling:", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeSpotFleetRequests"];
        for info in crate::inventory::types::all() {
            let named = info.sources.iter().flat_map(|(_, operations)| operations.iter()).chain([&info.operation]);
            for operation in named.filter(|name| !foreign.iter().any(|prefix| name.starts_with(prefix))) {
                assert!(known.iter().any(|name| name == operation), "{}: {operation}", info.name);
            }
        }
    }
}
