//! AWS Backup gateway: virtual machines outside AWS that AWS Backup backs up, and what it reaches them by.

use super::properties;
use chrono::{DateTime, Utc};

properties! {
    /// A gateway.
    Gateway = "AWS::BackupGateway::Gateway", operation: "backup-gateway:ListGateways", tags: "tag:GetResources" {
        /// The hypervisor that it serves; `null` if it serves none.
        hypervisor_id: Option<String>,
        /// When it last communicated with AWS.
        last_seen_at: Option<DateTime<Utc>>,
    }
}

properties! {
    /// A hypervisor, which has the virtual machines.
    Hypervisor = "AWS::BackupGateway::Hypervisor", operation: "backup-gateway:ListHypervisors", tags: "tag:GetResources" {
        /// `PENDING`, `ONLINE`, `OFFLINE` or `ERROR`.
        state: Option<String>,
    }
}

properties! {
    /// A virtual machine.
    VirtualMachine = "AWS::BackupGateway::VirtualMachine", operation: "backup-gateway:ListVirtualMachines", tags: "tag:GetResources" {
        hypervisor_id: Option<String>,
        /// When AWS Backup last backed it up.
        last_backup_at: Option<DateTime<Utc>>,
    }
}
