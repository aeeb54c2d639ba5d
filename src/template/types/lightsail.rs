//! Amazon Lightsail instances, disks, databases and buckets.

use crate::inventory::DEPLOYED;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::Node;
use crate::template::table::{Absent, As, BLANK, Identity, Paths, Table, row};
use serde_json::Value as Json;

const ADD_ONS: Paths = ["AddOns", "add_on"];

/// An instance.
pub static INSTANCE: Table = Table {
    type_name: "AWS::Lightsail::Instance",
    cloudformation: &["AWS::Lightsail::Instance"],
    terraform: &["aws_lightsail_instance"],
    identity: Identity::named(["InstanceName", "name"], "arn:{partition}:lightsail:{region}:{account}:Instance/{id}"),
    rows: &[row("automatic_snapshots", ADD_ONS, As::Blocks(|scope, node, _, _| automatic_snapshots(scope, node)), Absent::False)],
    ..BLANK
};

/// A disk. The provider has no add-ons for it.
pub static DISK: Table = Table {
    type_name: "AWS::Lightsail::Disk",
    cloudformation: &["AWS::Lightsail::Disk"],
    terraform: &["aws_lightsail_disk"],
    identity: Identity::named(["DiskName", "name"], "arn:{partition}:lightsail:{region}:{account}:Disk/{id}"),
    rows: &[row("automatic_snapshots", ["AddOns", ""], As::Blocks(|scope, node, _, _| automatic_snapshots(scope, node)), Absent::False)
        .terraform(Absent::Unknown(DEPLOYED))],
    ..BLANK
};

/// A database.
pub static DATABASE: Table = Table {
    type_name: "AWS::Lightsail::Database",
    cloudformation: &["AWS::Lightsail::Database"],
    terraform: &["aws_lightsail_database"],
    identity: Identity::named(
        ["RelationalDatabaseName", "relational_database_name"],
        "arn:{partition}:lightsail:{region}:{account}:RelationalDatabase/{id}",
    ),
    rows: &[
        // Lightsail backs a new database up (Lightsail user guide, "Create a database"). The provider creates it, and then sends what
        // backup_retention_enabled says, if it is set.
        row("automatic_snapshots", ["BackupRetention", "backup_retention_enabled"], As::Bool, Absent::True),
    ],
    ..BLANK
};

/// A bucket. The provider has no argument for versioning.
pub static BUCKET: Table = Table {
    type_name: "AWS::Lightsail::Bucket",
    cloudformation: &["AWS::Lightsail::Bucket"],
    terraform: &["aws_lightsail_bucket"],
    identity: Identity::named(["BucketName", "name"], "arn:{partition}:lightsail:{region}:{account}:Bucket/{id}"),
    rows: &[
        // Object versioning is off by default (Lightsail user guide, "Enable and suspend object versioning").
        row("versioned", ["ObjectVersioning", ""], As::Bool, Absent::False).terraform(Absent::Unknown(DEPLOYED)),
    ],
    ..BLANK
};

/// Whether one of the add-ons is `AutoSnapshot` and its status is `Enabled`.
fn automatic_snapshots(scope: &Scope, node: &Node) -> Outcome {
    let on = |add_on: &Node| -> Outcome<bool> {
        let add_on = scope.at(add_on);
        let is = |paths: Paths, word: &str| add_on.text_at(paths).map(|text| text.as_deref() == Some(word));
        Ok(is(["AddOnType", "type"], "AutoSnapshot")? && is(["Status", "status"], "Enabled")?)
    };
    let all = scope.elements(node)?.into_iter().map(on).collect::<Outcome<Vec<bool>>>()?;
    Ok(Json::from(all.contains(&true)))
}
