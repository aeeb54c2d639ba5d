//! The coverage log: the outcome of every call, with the reasons of those that failed.

use super::types::TypeInfo;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::sync::Arc;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageStatus {
    /// AWS answered, for lists with every page.
    Ok,
    /// The caller has no permission.
    Denied,
    /// Errors, throttling or time-outs after all retries.
    Failed,
    /// The service or operation does not exist in the Region.
    Unavailable,
}

impl CoverageStatus {
    /// The status in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            CoverageStatus::Ok => "ok",
            CoverageStatus::Denied => "denied",
            CoverageStatus::Failed => "failed",
            CoverageStatus::Unavailable => "unavailable",
        }
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    pub file: Arc<str>,
    pub line: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<NonZeroU32>,
}

/// All calls of one operation in one shard with the same outcome, or a file or another part of a template that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CoverageEntry {
    pub account: String,
    pub region: String,
    /// The IAM prefix, such as `elasticfilesystem`.
    pub service: String,
    /// The API operation, such as `DescribeFileSystems`.
    pub operation: String,
    pub status: CoverageStatus,
    /// How many items were read; for failed calls, how many calls failed.
    pub items: u64,
    /// The text of the first error.
    #[serde(default)]
    pub error: Option<String>,
    /// The place of a template, or of a reference in a template, that could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// Why a template does not show a fact: it arises over time, or AWS sets it at deployment.
pub const DEPLOYED: &str = "known only after deployment";

/// The operations that read facts which arise over time and which no template has.
const OF_TIME: [&str; 16] = [
    "backup:ListBackupJobs",
    "backup:ListCopyJobs",
    "backup:ListProtectedResources",
    "backup:ListRecoveryPointsByBackupVault",
    "backup:ListRestoreJobs",
    "dynamodb:ListBackups",
    "ec2:DescribeLockedSnapshots",
    "ec2:DescribeSnapshotAttribute",
    "ec2:DescribeSnapshots",
    "logs:DescribeExportTasks",
    "rds:DescribeDBClusterAutomatedBackups",
    "rds:DescribeDBClusterSnapshotAttributes",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBInstanceAutomatedBackups",
    "rds:DescribeDBSnapshotAttributes",
    "rds:DescribeDBSnapshots",
];

impl CoverageEntry {
    /// The operation of entries for files that could not be read.
    const READ: &str = "Read";

    /// Service and operation of notes about an inventory document.
    const READING: [&str; 2] = ["inventory", "ReadResources"];

    /// A note about the resources of a valid inventory document.
    pub(super) fn reading_note(account: &str, region: &str, status: CoverageStatus, items: u64, note: String) -> Self {
        let [service, operation] = Self::READING.map(str::to_owned);
        let (account, region) = (account.to_owned(), region.to_owned());
        CoverageEntry { account, region, service, operation, status, items, error: Some(note), location: None }
    }

    /// An entry for a template file that could not be read. `error` begins with its name.
    pub fn of_unread_file(account: &str, region: &str, service: &str, location: Location, error: String) -> Self {
        CoverageEntry {
            account: account.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            operation: Self::READ.to_owned(),
            status: CoverageStatus::Failed,
            items: 1,
            error: Some(error),
            location: Some(location),
        }
    }

    /// Whether the entry is for a part of a template that could not be read.
    pub fn is_part(&self) -> bool {
        Coverage::PARTS.contains(&self.service.as_str())
    }

    /// Whether the entry is for a template, and not for a call.
    fn is_of_template(&self) -> bool {
        self.is_part() || self.service == Coverage::UNREAD_FORM
    }

    /// The entry's part of a template: `main.tf#module.network`, `broken.tf`.
    pub fn part(&self) -> &str {
        match &self.location {
            Some(location) if self.operation == Self::READ => &location.file,
            _ => &self.operation,
        }
    }

    /// The part of a template and why it could not be read. Names the part once, also if the error begins with it.
    pub fn why_part(&self) -> String {
        let error = self.error.as_deref().unwrap_or("it could not be read");
        if self.operation == Self::READ { error.to_owned() } else { format!("{}: {error}", self.operation) }
    }
}

/// The coverage log of one shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub entries: Vec<CoverageEntry>,
    /// The shard is a template. It has all resources of the types that it declares, and facts that arise over time are unknown. Its entries are
    /// those of the account whose plans it may count on, and its parts that could not be read.
    pub template: bool,
}

impl Coverage {
    /// The `service` of entries for parts of a template that could not be read: `template` for a template or nested stack of CloudFormation
    /// (`cloudformation` is the AWS service itself), `terraform` for a file or module of Terraform.
    pub const PARTS: [&str; 2] = ["template", "terraform"];

    /// The `service` of entries for resources of a template that may hold data, in a form that rel9 does not read. They declare nothing else.
    pub const UNREAD_FORM: &str = "terraform-data";

    /// Notes about inventory documents: resources that appear several times, properties that this version does not know.
    pub fn reading_notes(entries: &[CoverageEntry]) -> impl Iterator<Item = &str> {
        let is_note = |entry: &&CoverageEntry| [entry.service.as_str(), entry.operation.as_str()] == CoverageEntry::READING;
        entries.iter().filter(is_note).filter_map(|entry| entry.error.as_deref())
    }

    /// The coverage of a template.
    pub fn of_template() -> Self {
        Coverage { entries: Vec::new(), template: true }
    }

    /// The parts of a template that could not be read, which may declare anything.
    pub fn unread_parts(&self) -> impl Iterator<Item = &CoverageEntry> {
        self.unread_of_template().filter(|entry| entry.is_part())
    }

    /// The parts of a template that were not read, including resources in a form that rel9 does not read.
    pub fn unread_of_template(&self) -> impl Iterator<Item = &CoverageEntry> {
        self.entries.iter().filter(move |entry| self.template && entry.is_of_template())
    }

    /// Whether the shard is a template without an inventory of the account: resources that it lacks may exist in the account.
    pub fn is_template_alone(&self) -> bool {
        self.template && self.entries.iter().all(CoverageEntry::is_of_template)
    }

    /// Checks that `operation` (`ec2:DescribeVolumes`) answered in full. `Err` has the reason why not, with the operation's name. An operation that
    /// is not in the log was not called, which is a reason too.
    pub fn require(&self, operation: &str, account: &str, region: &str) -> Result<(), String> {
        if self.template && OF_TIME.contains(&operation) {
            return Err(DEPLOYED.to_owned());
        }
        // A part that could not be read may declare anything.
        if let Some(part) = self.unread_parts().next() {
            return Err(format!("{} may declare more: {}", part.part(), part.error.as_deref().unwrap_or("it could not be read")));
        }
        // The template's resources are read. The account's resources are read only if an inventory of the account is given.
        let mut called = self.template;
        for entry in self.of(operation) {
            if entry.status != CoverageStatus::Ok {
                return Err(reason(operation, entry.status.as_str(), account, region));
            }
            called = true;
        }
        if called { Ok(()) } else { Err(reason(operation, "not called", account, region)) }
    }

    /// Whether the resources of a type belong to what was to be read: always, except for a type that nobody asked for.
    pub fn covers(&self, info: &TypeInfo) -> bool {
        !info.on_request || self.of(info.operation).next().is_some()
    }

    /// Why a resource lacks a property that `operation` reads.
    pub fn why_unread(&self, operation: &str, account: &str, region: &str) -> Option<String> {
        self.require(operation, account, region).err()
    }

    fn of<'a>(&'a self, operation: &'a str) -> impl Iterator<Item = &'a CoverageEntry> {
        let (service, name) = operation.split_once(':').unwrap_or(("", operation));
        self.entries.iter().filter(move |entry| entry.service == service && entry.operation == name)
    }
}

fn reason(operation: &str, what: &str, account: &str, region: &str) -> String {
    format!("{operation} {what} in {account}/{region}")
}
