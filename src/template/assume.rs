//! The account that a template is meant for: the plans, vaults and settings that are there already protect what the template declares.

use crate::inventory::{CoverageEntry, Resource, Shard};

/// The types of the account's resources that count for a template.
const COUNTS: [&str; 8] = [
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
    "AWS::Backup::BackupVault",
    "AWS::Backup::RestoreTestingPlan",
    "AWS::Backup::RestoreTestingSelection",
    "AWS::DLM::LifecyclePolicy",
    "AWS::KMS::Key",
    "AWS::Region",
];

/// The services whose calls decide whether those are all there are.
const SERVICES: [&str; 3] = ["backup", "dlm", "kms"];

/// Puts what the account has beside what the template declares. It is evidence and is not judged itself.
pub fn add(shard: &mut Shard, account: &Shard) {
    let counts = |resource: &&Resource| COUNTS.contains(&resource.type_name.as_str());
    shard.resources.extend(account.resources.iter().filter(counts).cloned());
    let decides = |entry: &&CoverageEntry| SERVICES.contains(&entry.service.as_str());
    shard.coverage.entries.extend(account.coverage.entries.iter().filter(decides).cloned());
}
