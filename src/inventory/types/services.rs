//! Types that rules of the core already name, but that no source collects yet.

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
        /// Encrypted at rest.
        encrypted: bool,
        /// Accounts that may restore it.
        shared_with: Vec<String>,
    }
}
