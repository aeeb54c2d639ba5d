//! Tests of the tables: explicit values, defaults of each language, unknown values, references.

mod backup;
mod build;
mod caches;
mod cloud_control;
mod databases;
mod scaling;
mod snapshots;
mod storage;
mod storage_gateway;
mod warehouses;

use crate::inventory::types as inventory;
use crate::template::cloud_control::{is_property, language_and_type};
use crate::template::declaration::Language;
use crate::template::table::Table;
use build::{cfn, options, resource, shard, tf, unknown};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// A part finds its owner by the owner's table.
#[test]
fn no_two_tables_are_the_same() {
    let all: Vec<_> = super::all().collect();
    for (at, table) in all.iter().enumerate() {
        assert_eq!(all.iter().position(|other| other == table), Some(at), "{}", table.type_name);
    }
}

#[test]
fn every_row_is_a_property_of_the_inventory() {
    for table in super::all() {
        let info = inventory::find(table.type_name).expect(table.type_name);
        let schema = serde_json::to_value((info.schema)()).expect("a schema");
        let known: BTreeSet<&str> = schema["properties"].as_object().expect("properties").keys().map(String::as_str).collect();
        for property in declarable_properties(table.type_name) {
            assert!(known.contains(property), "{}.{property}", table.type_name);
        }
    }
}

/// In both languages, a resource without arguments has a value or a reason for every declared property, and the type's shape.
#[test]
fn a_resource_of_which_nothing_is_written_is_complete() {
    for table in super::all() {
        let declarations: Vec<_> = table
            .cloudformation
            .iter()
            .map(|name| cfn("Thing", name, json!({})))
            .chain(table.terraform.iter().map(|name| tf(&format!("{name}.thing"), name, json!({}))))
            .collect();
        assert!(!declarations.is_empty(), "{}", table.type_name);
        for declaration in declarations {
            let found = resource(std::slice::from_ref(&declaration));
            complete(&found, &declaration.type_name);
        }
    }
}

/// An unknown body gives no values and no wrong shape.
#[test]
fn nothing_is_known_of_an_unknown_body() {
    for table in super::all() {
        for name in table.cloudformation {
            let mut declaration = cfn("Thing", name, json!({}));
            declaration.body = build::node(&unknown("a macro"), &mut 0);
            let found = resource(&[declaration]);
            complete(&found, name);
        }
    }
}

/// The properties that the tables of an inventory type can fill.
fn declarable_properties(type_name: &str) -> impl Iterator<Item = &'static str> {
    crate::template::types::tables_of(type_name).flat_map(Table::properties)
}

fn complete(found: &crate::inventory::Resource, what: &str) {
    assert_eq!(found.properties.info().map(|info| info.name), Some(found.type_name.as_str()), "{what}");
    let declared = found.declared.as_ref().expect("declared");
    for property in declarable_properties(&found.type_name) {
        let has = found.properties.is_read(property);
        let reason = declared.unknown.get(property).is_some_and(|reasons| !reasons.is_empty());
        assert!(has != reason, "{what}: {property} (value: {has}, reason: {reason})");
    }
    let known: BTreeSet<&str> = declarable_properties(&found.type_name).collect();
    for property in found.properties.read_names() {
        assert!(known.contains(property.as_str()), "{what}: {property} is not declared");
    }
}

#[test]
fn a_shard_has_the_account_and_region_it_is_for() {
    let volume = [cfn("Data", "AWS::EC2::Volume", json!({})), cfn("Topic", "AWS::SNS::Topic", json!({}))];
    let found = shard(&volume, &options(None));
    assert_eq!((found.account.as_str(), found.region.as_str()), ("${AWS::AccountId}", "${AWS::Region}"));
    assert_eq!(found.source.as_deref(), Some("cloudformation"));
    assert_eq!(found.resources.len(), 1);
    assert_eq!(found.resources[0].arn, "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:volume/${Data}");
    let declared = found.resources[0].declared.as_ref().expect("declared");
    assert_eq!(declared.uid, "template:main.yaml#Data");

    let found = shard(&volume, &options(Some(("111122223333", "cn-north-1"))));
    assert_eq!(found.resources[0].arn, "arn:aws-cn:ec2:cn-north-1:111122223333:volume/${Data}");
}

/// An unknown value leaves its own key open; an unknown key, all keys that are not set.
#[test]
fn tags_that_are_not_known_are_open_one_by_one() {
    let open = |found: &crate::inventory::Resource, key: &str| match found.tags().get(key) {
        crate::inventory::Fact::Read(value) => value.unwrap_or("none").to_owned(),
        crate::inventory::Fact::Unread => "?".to_owned(),
    };
    let value = |known: &Json| json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": known }]);
    let of_volume = |tags: Json| resource(&[cfn("V", "AWS::EC2::Volume", json!({ "Tags": tags }))]);
    let found = of_volume(value(&unknown("B is not given")));
    assert_eq!([open(&found, "a"), open(&found, "b"), open(&found, "c")], ["1", "?", "none"]);
    assert_eq!(found.declared.expect("declared").unknown["tags.b"], ["B is not given"]);
    for other in [unknown("why"), json!({ "Key": unknown("why"), "Value": "2" })] {
        let found = of_volume(json!([{ "Key": "a", "Value": "1" }, other]));
        assert_eq!([open(&found, "a"), open(&found, "c")], ["1", "?"]);
        assert_eq!(found.declared.expect("declared").unknown["tags"], ["why"]);
    }
    assert!(of_volume(unknown("why")).tags.is_unread());
    // The resource's own tags take precedence over the stack's.
    let mut given = options(None);
    given.tags = vec![("a".to_owned(), "stack".to_owned())];
    let with_stack = |tags: Json| shard(&[cfn("V", "AWS::EC2::Volume", json!({ "Tags": tags }))], &given).resources.remove(0);
    assert_eq!(open(&with_stack(json!([{ "Key": "a", "Value": unknown("why") }])), "a"), "?");
    assert_eq!(open(&with_stack(json!([{ "Key": unknown("why"), "Value": "1" }])), "a"), "?");

    let of_terraform = |body: Json| resource(&[tf("aws_ebs_volume.v", "aws_ebs_volume", body)]);
    let found = of_terraform(json!({ "tags": { "a": unknown("var.a is not set"), "b": "2" } }));
    assert_eq!([open(&found, "a"), open(&found, "b"), open(&found, "c")], ["?", "2", "none"]);
    // With unknown default tags, the resource's own tags take precedence.
    let found = of_terraform(json!({ "tags": { "b": "2" }, "tags_all": unknown("known after apply") }));
    assert_eq!([open(&found, "a"), open(&found, "b")], ["?", "2"]);
}

#[test]
fn tags_come_in_every_form() {
    let mut given = options(None);
    given.tags = vec![("team".to_owned(), "stack".to_owned()), ("env".to_owned(), "prod".to_owned())];
    let own = json!([{ "Key": "team", "Value": "data" }]);
    let tags = |found: crate::inventory::Resource| found.tags.read().cloned().map(|tags| tags.into_iter().collect::<Vec<_>>());
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    for (name, body) in [
        ("AWS::EC2::Volume", json!({ "Tags": own })),
        ("AWS::EFS::FileSystem", json!({ "FileSystemTags": own })),
        ("AWS::Backup::BackupVault", json!({ "BackupVaultTags": { "team": "data" } })),
        ("AWS::Backup::BackupPlan", json!({ "BackupPlanTags": { "team": "data" } })),
    ] {
        let found = shard(&[cfn("Thing", name, body)], &given).resources.remove(0);
        assert_eq!(tags(found), Some(vec![pair("env", "prod"), pair("team", "data")]), "{name}");
    }
    let found = resource(&[tf("aws_ebs_volume.v", "aws_ebs_volume", json!({ "tags": { "a": "1" }, "tags_all": { "a": "1", "b": "2" } }))]);
    assert_eq!(tags(found), Some(vec![pair("a", "1"), pair("b", "2")]));
    let found = resource(&[cfn("V", "AWS::EC2::Volume", json!({ "Tags": [{ "Key": "Name", "Value": "disk" }] }))]);
    assert_eq!(found.name.as_deref(), Some("disk"));
}

#[test]
fn what_becomes_of_the_data_is_told() {
    let template = |found: crate::inventory::Resource| found.declared.expect("declared").template;
    let policy = |name: &str, body| template(resource(&[cfn("Thing", name, body)])).deletion_policy.read().cloned().flatten();
    assert_eq!(policy("AWS::RDS::DBInstance", json!({})).as_deref(), Some("Snapshot"));
    assert_eq!(policy("AWS::RDS::DBInstance", json!({ "DBClusterIdentifier": "c" })).as_deref(), Some("Delete"));
    assert_eq!(policy("AWS::RDS::DBCluster", json!({})).as_deref(), Some("Snapshot"));
    assert_eq!(policy("AWS::DynamoDB::Table", json!({})).as_deref(), Some("Delete"));

    let member = cfn("Thing", "AWS::RDS::DBInstance", json!({ "DBClusterIdentifier": unknown("a parameter") }));
    assert!(template(resource(&[member])).deletion_policy.is_unread());

    let mut bucket = cfn("B", "AWS::S3::Bucket", json!({}));
    bucket.settings.push(("DeletionPolicy".to_owned(), build::node(&json!("Retain"), &mut 0)));
    bucket.settings.push(("UpdateReplacePolicy".to_owned(), build::node(&unknown("a parameter"), &mut 0)));
    let found = resource(&[bucket]);
    assert_eq!(found.declared.as_ref().expect("declared").unknown["template.update_replace_policy"], ["a parameter"]);
    let found = template(found);
    assert_eq!(found.deletion_policy.read(), Some(&Some("Retain".to_owned())));
    assert!(found.update_replace_policy.is_unread());

    let found = template(resource(&[tf("aws_db_instance.d", "aws_db_instance", json!({ "final_snapshot_identifier": "last" }))]));
    assert_eq!(found.skip_final_snapshot.read(), Some(&Some(false)));
    assert_eq!(found.final_snapshot_name.read(), Some(&Some("last".to_owned())));
    assert_eq!(found.delete_automated_backups.read(), Some(&Some(true)));
    assert_eq!(found.force_destroy.read(), Some(&None));
    assert_eq!(found.prevent_destroy.read(), Some(&None));
    let found = template(resource(&[tf("aws_s3_bucket.b", "aws_s3_bucket", json!({ "force_destroy": true }))]));
    assert_eq!((found.force_destroy.read(), found.deletion_policy.read()), (Some(&Some(true)), Some(&None)));
}

#[test]
fn places_are_those_of_the_values() {
    let found = resource(&[cfn("V", "AWS::EC2::Volume", json!({ "Size": 1, "Encrypted": true, "VolumeType": "gp3" }))]);
    let declared = found.declared.expect("declared");
    assert_eq!(declared.places.keys().collect::<Vec<_>>(), ["encrypted", "volume_type"]);
    assert!(declared.places["encrypted"].line < declared.places["volume_type"].line);
}

/// Names as the provider's documentation has them.
#[test]
fn names_are_those_of_the_provider() {
    for (terraform, cloudformation) in [
        ("awscc_dynamodb_table", "AWS::DynamoDB::Table"),
        ("awscc_rds_db_instance", "AWS::RDS::DBInstance"),
        ("awscc_docdb_db_cluster", "AWS::DocDB::DBCluster"),
        ("awscc_backup_backup_plan", "AWS::Backup::BackupPlan"),
        ("awscc_backup_logically_air_gapped_backup_vault", "AWS::Backup::LogicallyAirGappedBackupVault"),
        ("awscc_s3_bucket_policy", "AWS::S3::BucketPolicy"),
        ("awscc_kms_alias", "AWS::KMS::Alias"),
        ("awscc_ec2_volume_attachment", "AWS::EC2::VolumeAttachment"),
    ] {
        assert_eq!(language_and_type(terraform), (Language::CloudControl, cloudformation));
    }
    assert_eq!(language_and_type("awscc_iam_user"), (Language::CloudControl, "awscc_iam_user"));
    assert_eq!(language_and_type("aws_ebs_volume"), (Language::Terraform, "aws_ebs_volume"));
    for (attribute, property) in [
        ("sse_specification", "SSESpecification"),
        ("kms_master_key_id", "KMSMasterKeyId"),
        ("db_instance_class", "DBInstanceClass"),
        ("multi_az", "MultiAZ"),
        ("point_in_time_recovery_specification", "PointInTimeRecoverySpecification"),
        ("replica_kms_key_id", "ReplicaKmsKeyID"),
    ] {
        assert!(is_property(attribute, property), "{attribute}");
    }
    assert!(!is_property("kms_key_id", "KMSMasterKeyId"));
    assert!(!is_property("Tags", "Tags"));
}
