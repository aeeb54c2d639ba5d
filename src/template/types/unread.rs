//! Types that hold data and that no table reads. For a resource of such a type, rel9 reports that it is not judged.

/// CloudFormation's names.
pub const UNREAD_DATA: &[&str] = &[
    "AWS::NeptuneGraph::Graph",
    "AWS::QLDB::Ledger",
    "AWS::S3Express::DirectoryBucket",
    "AWS::S3Outposts::Bucket",
    "AWS::S3Tables::TableBucket",
    "AWS::S3Vectors::VectorBucket",
    "AWS::StorageGateway::Gateway",
    "AWS::Timestream::InfluxDBInstance",
];

#[cfg(test)]
mod tests {
    #[test]
    fn no_table_reads_what_is_called_unread() {
        for name in super::UNREAD_DATA {
            let has_table = super::super::all().any(|table| table.cloudformation.contains(name));
            assert!(!has_table, "{name} has a table: take it out of the list");
        }
    }
}
