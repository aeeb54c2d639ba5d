//! Hypervisors of AWS Backup gateway. Templates declare neither gateways nor virtual machines.

use crate::inventory::DEPLOYED;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};

/// A hypervisor. It is online once a gateway reaches it.
pub static HYPERVISOR: Table = Table {
    type_name: "AWS::BackupGateway::Hypervisor",
    cloudformation: &["AWS::BackupGateway::Hypervisor"],
    identity: Identity {
        ref_is_arn: true,
        arns: &["HypervisorArn"],
        ..Identity::numbered(["Name", ""], "arn:{partition}:backup-gateway:{region}:{account}:hypervisor/{id}")
    },
    rows: &[row("state", ["", ""], As::Text, Absent::Unknown(DEPLOYED))],
    tags: ["Tags", ""],
    ..BLANK
};
