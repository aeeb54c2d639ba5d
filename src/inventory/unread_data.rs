//! Types that hold data and that rel9 does not read. Every report names what there is of them, so that nobody takes it for judged.

use super::arn;
use wildmatch::WildMatch;

/// A type that holds data and that rel9 does not read.
pub struct UnreadData {
    /// CloudFormation's name, or a name in its form for types that CloudFormation does not have.
    pub type_name: &'static str,
    /// The service of its ARNs.
    service: &'static str,
    /// The end of its ARNs, after the account; `*` stands for any characters (Service Authorization Reference, "Resource types").
    resource: &'static str,
    /// Its types in hashicorp/aws (the provider's documentation, `website/docs/r`).
    pub terraform: &'static [&'static str],
}

const fn data(type_name: &'static str, service: &'static str, resource: &'static str, terraform: &'static [&'static str]) -> UnreadData {
    UnreadData { type_name, service, resource, terraform }
}

/// All of them, sorted by type.
pub const UNREAD_DATA: &[UnreadData] = &[
    data("AWS::CodeCommit::Repository", "codecommit", "*", &["aws_codecommit_repository"]),
    data("AWS::Cognito::UserPool", "cognito-idp", "userpool/*", &["aws_cognito_user_pool"]),
    data("AWS::HealthLake::FHIRDatastore", "healthlake", "datastore/*", &[]),
    data("AWS::MSK::Cluster", "kafka", "cluster/*", &["aws_msk_cluster"]),
    // Its ARNs are those of `AWS::MSK::Cluster`.
    data("AWS::MSK::ServerlessCluster", "kafka", "cluster/*", &["aws_msk_serverless_cluster"]),
    data("AWS::NeptuneGraph::Graph", "neptune-graph", "graph/*", &["aws_neptunegraph_graph"]),
    data("AWS::QLDB::Ledger", "qldb", "ledger/*", &["aws_qldb_ledger"]),
    data("AWS::S3Express::DirectoryBucket", "s3express", "bucket/*", &["aws_s3_directory_bucket"]),
    data("AWS::S3Outposts::Bucket", "s3-outposts", "outpost/*/bucket/*", &["aws_s3control_bucket"]),
    data("AWS::S3Tables::TableBucket", "s3tables", "bucket/*", &["aws_s3tables_table_bucket"]),
    data("AWS::S3Vectors::VectorBucket", "s3vectors", "bucket/*", &["aws_s3vectors_vector_bucket"]),
    data("AWS::SystemsManagerSAP::Application", "ssm-sap", "HANA/*", &[]),
    data("AWS::Timestream::InfluxDBCluster", "timestream-influxdb", "db-cluster/*", &["aws_timestreaminfluxdb_db_cluster"]),
    data("AWS::Timestream::InfluxDBInstance", "timestream-influxdb", "db-instance/*", &["aws_timestreaminfluxdb_db_instance"]),
    data("AWS::WorkSpaces::Workspace", "workspaces", "workspace/*", &["aws_workspaces_workspace"]),
];

/// The type of the resource with this ARN, if it is one of [`UNREAD_DATA`].
pub fn of_arn(resource_arn: &str) -> Option<&'static UnreadData> {
    let (service, end) = (arn::service(resource_arn), arn::resource(resource_arn));
    UNREAD_DATA.iter().find(|data| data.service == service && WildMatch::new(data.resource).matches(end))
}

/// Whether rel9 reads no type of this name that holds data.
pub fn is_unread(type_name: &str) -> bool {
    UNREAD_DATA.iter().any(|data| data.type_name == type_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::types;

    #[test]
    fn no_type_that_is_read_is_called_unread() {
        for data in UNREAD_DATA {
            assert!(types::find(data.type_name).is_none(), "{}: rel9 reads it, so take it out of the list", data.type_name);
        }
        assert!(UNREAD_DATA.is_sorted_by_key(|data| data.type_name));
    }

    #[test]
    fn arns_tell_the_type() {
        let type_of = |arn: &str| of_arn(arn).map(|data| data.type_name);
        assert_eq!(type_of("arn:aws:s3tables:eu-west-1:111122223333:bucket/events"), Some("AWS::S3Tables::TableBucket"));
        assert_eq!(type_of("arn:aws:ssm-sap:eu-west-1:111122223333:HANA/erp"), Some("AWS::SystemsManagerSAP::Application"));
        for other in [
            "arn:aws:storagegateway:eu-west-1:111122223333:gateway/sgw-1/volume/vol-1",
            "arn:aws:s3:::events",
            "arn:aws:workspaces:eu-west-1:111122223333:directory/d-1",
            "no ARN",
            "",
        ] {
            assert_eq!(type_of(other), None, "{other}");
        }
    }
}
