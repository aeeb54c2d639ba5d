//! Every type has its place, and the tables match the AWS Backup documentation.

use super::*;
use crate::inventory::types::{self, ResourceType, automation, backup, ebs};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::data_type::Identity;
use crate::protection::opt_in::blocked;
use crate::protection::selection::Reach;
use serde_json::json;
use std::collections::BTreeMap;

/// The types that are only evidence for others, and what they are evidence of.
const EVIDENCE: &[(&str, &str)] = &[
    (automation::Rule::INFO.name, "what starts a restore automation"),
    (automation::Schedule::INFO.name, "what starts a restore automation"),
    (backup::BackupJob::INFO.name, "how backups of a resource ended"),
    (backup::CopyJob::INFO.name, "which copies of a resource's backups were made"),
    (backup::Framework::INFO.name, "a fact of its Region"),
    (backup::ProtectedResource::INFO.name, "which resources AWS Backup knows"),
    (backup::ReportPlan::INFO.name, "a fact of its Region"),
    (backup::RestoreJob::INFO.name, "which backups of a resource were restored"),
    (types::backup_gateway::Gateway::INFO.name, "what backups of virtual machines pass through"),
    (types::backup_gateway::Hypervisor::INFO.name, "what backups of virtual machines pass through"),
    // Rules judge these three by what they declare: the volumes of future instances.
    (ebs::LaunchConfiguration::INFO.name, "volumes of instances to come"),
    (ebs::LaunchTemplate::INFO.name, "volumes of instances to come"),
    (ebs::SpotFleet::INFO.name, "volumes of instances to come"),
    (types::iam::Role::INFO.name, "who may assume the roles of plans and policies"),
    (types::kinesis::Stream::INFO.name, "records on their way, which are no backup"),
    (types::kinesis::VideoStream::INFO.name, "media on their way, which are no backup"),
    // Lightsail's snapshots are not read, so rules judge only whether they are made.
    (types::lightsail::Bucket::INFO.name, "settings"),
    (types::lightsail::Database::INFO.name, "settings"),
    (types::lightsail::Disk::INFO.name, "settings"),
    (types::lightsail::Instance::INFO.name, "settings"),
    // The service keeps snapshots that its API does not show.
    (types::opensearch_serverless::Collection::INFO.name, "settings"),
    (types::timestream::Database::INFO.name, "settings over tables that are judged"),
    // The data of a global cluster is in its members.
    (types::rds::DocDbGlobalCluster::INFO.name, "settings over clusters that are judged"),
    (types::rds::GlobalCluster::INFO.name, "settings over clusters that are judged"),
    (types::rds::NeptuneGlobalCluster::INFO.name, "settings over clusters that are judged"),
    (types::redshift::SnapshotCopyGrant::INFO.name, "under which key copies of snapshots are"),
    // The data of a share is in its bucket, and a tape is a backup that its backup application knows.
    (types::storage_gateway::NfsFileShare::INFO.name, "settings"),
    (types::storage_gateway::SmbFileShare::INFO.name, "settings"),
    (types::storage_gateway::Tape::INFO.name, "settings"),
    (types::redshift::SnapshotSchedule::INFO.name, "when snapshots of a cluster are made"),
];

/// The keys of `ResourceTypeOptInPreference` (AWS Backup API reference, `DescribeRegionSettings`).
const OPT_IN_NAMES: [&str; 19] = [
    "Aurora",
    "CloudFormation",
    "DSQL",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "EKS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "Redshift Serverless",
    "S3",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
];

const REACHES: [Reach; 4] = [Reach::Tag, Reach::Everything, Reach::Service, Reach::Explicit];

fn of(type_name: &str, engine: Option<&str>) -> Resource {
    let properties = engine.map_or_else(|| json!({}), |engine| json!({ "engine": engine }));
    let resource = json!({"type": type_name, "arn": "", "account": "", "region": "", "id": "", "properties": properties});
    serde_json::from_value(resource).expect("a resource")
}

fn known() -> impl Iterator<Item = &'static AwsBackup> {
    DATA.iter().filter_map(|data_type| data_type.aws_backup.as_ref()).flat_map(KnownAs::all).copied()
}

#[test]
fn every_type_has_one_place() {
    let data = DATA.iter().map(|data_type| data_type.info.name);
    let backups = BACKUPS.iter().map(|backup| backup.info.name);
    let subjects = SUBJECTS.iter().map(|subject| subject.info.name);
    let mut placed: Vec<&str> = data.chain(backups).chain(subjects).chain(EVIDENCE.iter().map(|(name, _)| *name)).collect();
    placed.sort_unstable();
    let mut all: Vec<&str> = types::all().iter().map(|info| info.name).collect();
    all.sort_unstable();
    assert_eq!(placed, all);
}

#[test]
fn opt_in_names_are_those_of_aws_backup() {
    for aws_backup in known() {
        assert!(OPT_IN_NAMES.contains(&aws_backup.name), "{}", aws_backup.name);
    }
}

/// A selection that names an ARN of a shared form cannot tell the types apart.
#[test]
fn types_of_aws_backup_with_arns_of_one_form_share_it() {
    for one in DATA {
        for other in DATA.iter().filter(|other| (other.arn.service, other.arn.kind) == (one.arn.service, one.arn.kind)) {
            let names = |data_type: &DataType| data_type.aws_backup.as_ref().map(|known| known.all()[0].name);
            assert!(one.arn.shared == other.arn.shared, "{}", one.info.name);
            assert!(one.arn.shared || names(one) == names(other), "{}, {}", one.info.name, other.info.name);
        }
    }
}

/// Otherwise the backups of a deleted resource would count for a new one with the same name.
#[test]
fn what_has_a_name_for_an_id_is_known_to() {
    for (service, identity) in [
        ("ec2", Identity::Id),
        ("elasticfilesystem", Identity::Id),
        ("fsx", Identity::Id),
        ("rds", Identity::Name),
        ("redshift", Identity::Name),
        ("redshift-serverless", Identity::Id),
        ("dynamodb", Identity::Name),
        ("elasticache", Identity::Name),
    ] {
        assert!(DATA.iter().filter(|data_type| data_type.arn.service == service).all(|data_type| data_type.arn.identity == identity));
    }
}

/// Otherwise the report would not show that an audited account has it.
#[test]
fn the_accounts_that_backups_are_shared_with_are_read() {
    for info in types::all().iter().filter(|info| info.properties.contains(&"shared_with")) {
        let json =
            json!({"type": info.name, "arn": "", "account": "", "region": "", "id": "", "properties": {"shared_with": ["111122223333"]}});
        let resource: Resource = serde_json::from_value(json).expect("a resource");
        let read = backup_type(info.name).and_then(|backup| backup.shared_with).and_then(|shared_with| shared_with(&resource));
        assert_eq!(read.and_then(|accounts| accounts.read()), Some(&vec!["111122223333".to_owned()]), "{}", info.name);
    }
}

#[test]
fn facts_that_templates_tell_are_facts() {
    for info in types::all() {
        let schema = facts_schema(info.name).to_value();
        for fact in declared_facts(info.name) {
            assert!(schema["properties"].get(fact).is_some(), "{}: {fact}", info.name);
        }
    }
}

#[test]
fn backup_types() {
    for (type_name, engine, expected) in [
        ("AWS::EC2::Volume", None, Some("EBS")),
        ("AWS::EC2::Instance", None, Some("EC2")),
        ("AWS::RDS::DBInstance", Some("postgres"), Some("RDS")),
        ("AWS::RDS::DBCluster", Some("aurora-postgresql"), Some("Aurora")),
        ("AWS::RDS::DBCluster", Some("aurora"), Some("Aurora")),
        ("AWS::RDS::DBCluster", Some("mysql"), Some("RDS")),
        ("AWS::RDS::DBCluster", Some("postgres"), Some("RDS")),
        ("AWS::RDS::DBCluster", None, Some("Aurora")),
        ("AWS::Neptune::DBCluster", Some("neptune"), Some("Neptune")),
        ("AWS::DocDB::DBCluster", Some("docdb"), Some("DocumentDB")),
        ("AWS::DynamoDB::Table", None, Some("DynamoDB")),
        ("AWS::EFS::FileSystem", None, Some("EFS")),
        ("AWS::BackupGateway::VirtualMachine", None, Some("VirtualMachine")),
        ("AWS::FSx::FileSystem", None, Some("FSx")),
        ("AWS::FSx::Volume", None, Some("FSx")),
        ("AWS::Redshift::Cluster", None, Some("Redshift")),
        ("AWS::RedshiftServerless::Namespace", None, Some("Redshift Serverless")),
        ("AWS::S3::Bucket", None, Some("S3")),
        ("AWS::StorageGateway::Volume", None, Some("Storage Gateway")),
        ("AWS::StorageGateway::Tape", None, None),
        ("AWS::Backup::BackupVault", None, None),
        ("AWS::Nobody::Knows", None, None),
    ] {
        let resource = of(type_name, engine);
        let found = data_type(type_name).and_then(|data_type| data_type.backed_up_as(&resource));
        assert_eq!(found.map(|known| known.aws_backup.name), expected, "{type_name}");
    }
}

#[test]
fn only_a_cluster_without_engine_may_be_of_two_types() {
    let other = |type_name: &str, engine: Option<&str>| {
        let known = data_type(type_name)?.backed_up_as(&of(type_name, engine))?;
        known.or.map(|(other, property)| (other.name, property))
    };
    assert_eq!(other("AWS::RDS::DBCluster", None), Some(("RDS", "engine")));
    assert_eq!(other("AWS::RDS::DBCluster", Some("aurora-mysql")), None);
    assert_eq!(other("AWS::RDS::DBCluster", Some("mysql")), None);
    assert_eq!(other("AWS::RDS::DBInstance", None), None);
}

/// Whether the opt-in of a type stops AWS Backup from backing up a resource of that type.
fn is_blocked(settings: &BTreeMap<String, bool>, type_name: &str, engine: Option<&str>, reach: Reach) -> bool {
    let data_type = data_type(type_name).expect("a type");
    let known = data_type.backed_up_as(&of(type_name, engine)).expect("AWS Backup knows it");
    blocked(settings, known.aws_backup, reach, known.arn_overrides_opt_in)
}

fn off(name: &str) -> BTreeMap<String, bool> {
    BTreeMap::from([(name.to_owned(), false), ("Other".to_owned(), true)])
}

#[test]
fn opt_in_that_is_off_is_overridden_by_arn_only() {
    for (type_name, name) in [
        ("AWS::EC2::Volume", "EBS"),
        ("AWS::EC2::Instance", "EC2"),
        ("AWS::RDS::DBInstance", "RDS"),
        ("AWS::DynamoDB::Table", "DynamoDB"),
        ("AWS::EFS::FileSystem", "EFS"),
        ("AWS::Redshift::Cluster", "Redshift"),
        ("AWS::RedshiftServerless::Namespace", "Redshift Serverless"),
        ("AWS::S3::Bucket", "S3"),
    ] {
        for reach in REACHES {
            assert_eq!(is_blocked(&off(name), type_name, None, reach), reach != Reach::Explicit, "{type_name} {reach:?}");
        }
    }
}

#[test]
fn no_arn_overrides_the_opt_in_of_clusters_and_fsx() {
    for (type_name, engine, name) in [
        ("AWS::RDS::DBCluster", "aurora-mysql", "Aurora"),
        ("AWS::RDS::DBCluster", "mysql", "RDS"),
        ("AWS::Neptune::DBCluster", "neptune", "Neptune"),
        ("AWS::DocDB::DBCluster", "docdb", "DocumentDB"),
        ("AWS::FSx::FileSystem", "", "FSx"),
        ("AWS::FSx::Volume", "", "FSx"),
    ] {
        let engine = Some(engine).filter(|engine| !engine.is_empty());
        assert!(REACHES.iter().all(|reach| is_blocked(&off(name), type_name, engine, *reach)), "{name}");
        let others = OPT_IN_NAMES.iter().filter(|other| **other != name);
        for other in others {
            assert!(!REACHES.iter().any(|reach| is_blocked(&off(other), type_name, engine, *reach)), "{name}, {other}");
        }
    }
}

#[test]
fn opted_in_is_never_blocked() {
    for settings in [BTreeMap::from([("EBS".to_owned(), true)]), BTreeMap::new(), off("EC2")] {
        assert!(!REACHES.iter().any(|reach| is_blocked(&settings, "AWS::EC2::Volume", None, *reach)));
    }
}
