//! Types that hold data and that no table reads. For a resource of such a type, rel9 reports that it is not judged.

/// CloudFormation's names. (Without log groups, whose data no rule judges.)
pub const UNREAD_DATA: [&str; 22] = [
    "AWS::Cassandra::Table",
    "AWS::DSQL::Cluster",
    "AWS::DocDBElastic::Cluster",
    "AWS::EKS::Cluster",
    "AWS::FSx::FileSystem",
    "AWS::FSx::Volume",
    "AWS::Lightsail::Bucket",
    "AWS::Lightsail::Database",
    "AWS::Lightsail::Disk",
    "AWS::Lightsail::Instance",
    "AWS::NeptuneGraph::Graph",
    "AWS::OpenSearchServerless::Collection",
    "AWS::QLDB::Ledger",
    "AWS::Redshift::Cluster",
    "AWS::RedshiftServerless::Namespace",
    "AWS::S3Express::DirectoryBucket",
    "AWS::S3Outposts::Bucket",
    "AWS::S3Tables::TableBucket",
    "AWS::S3Vectors::VectorBucket",
    "AWS::StorageGateway::Gateway",
    "AWS::Timestream::InfluxDBInstance",
    "AWS::Timestream::Table",
];

#[cfg(test)]
mod tests {
    #[test]
    fn no_table_reads_what_is_called_unread() {
        for name in super::UNREAD_DATA {
            let has_table = super::super::all().any(|table| table.cloudformation.contains(&name));
            assert!(!has_table, "{name} has a table: take it out of the list");
        }
    }
}
