//! Types that built-in rules already use, but that no source reads yet.

use super::properties;

properties! {
    /// A virtual machine that AWS Backup gateway protects.
    VirtualMachine = "AWS::BackupGateway::VirtualMachine", operation: "backup-gateway:ListVirtualMachines" {
        /// The power or connection state that the hypervisor reports.
        status: Option<String>,
    }
}

properties! {
    /// A snapshot of a Redshift cluster.
    RedshiftClusterSnapshot = "AWS::Redshift::ClusterSnapshot", operation: "redshift:DescribeClusterSnapshots" {
        /// Whether it is encrypted at rest.
        encrypted: bool,
        /// The accounts that may restore it.
        shared_with: Vec<String>,
    }
}
