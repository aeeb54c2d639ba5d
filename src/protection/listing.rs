//! Which operation lists the resources that an ARN may name.

use crate::inventory::{arn, types};

/// The operation that lists all resources of an ARN's form, when the inventory has them.
pub fn listing_of(resource_arn: &str) -> Option<&'static str> {
    let resource = arn::resource(resource_arn);
    let type_name = match arn::service(resource_arn) {
        "ec2" if resource.starts_with("volume/") => "AWS::EC2::Volume",
        "ec2" if resource.starts_with("instance/") => "AWS::EC2::Instance",
        "rds" if resource.starts_with("db:") => "AWS::RDS::DBInstance",
        "rds" if resource.starts_with("cluster:") => "AWS::RDS::DBCluster",
        "dynamodb" if resource.starts_with("table/") => "AWS::DynamoDB::Table",
        "elasticfilesystem" if resource.starts_with("file-system/") => "AWS::EFS::FileSystem",
        // A bucket's ARN names no account: one that is not here may be in another Region.
        _ => return None,
    };
    types::find(type_name).map(|info| info.operation)
}
