//! The coverage log: what every call read, and why some read nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::sync::Arc;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageStatus {
    /// Answered, every page.
    Ok,
    /// The caller may not.
    Denied,
    /// Errors, throttling or time-outs to the end.
    Failed,
    /// The service or operation does not exist in the Region.
    Unavailable,
}

impl CoverageStatus {
    /// The status as documents write it.
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

/// All calls of one operation in one shard that ended the same way; a file or another part of a template that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CoverageEntry {
    pub account: String,
    pub region: String,
    /// The IAM prefix, such as `elasticfilesystem`.
    pub service: String,
    /// The API operation, such as `DescribeFileSystems`.
    pub operation: String,
    pub status: CoverageStatus,
    /// What was read; for a call that failed, how many calls failed.
    pub items: u64,
    /// The first error's own words.
    #[serde(default)]
    pub error: Option<String>,
    /// Where a template, or what a template names, could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// Why a template does not tell a fact: it is made by time, or by AWS when the template is deployed.
pub const DEPLOYED: &str = "only what is deployed shows it";

/// The operations that read what time makes: no template says it.
const OF_TIME: [&str; 15] = [
    "backup:ListBackupJobs",
    "backup:ListCopyJobs",
    "backup:ListProtectedResources",
    "backup:ListRecoveryPointsByBackupVault",
    "backup:ListRestoreJobs",
    "dynamodb:ListBackups",
    "ec2:DescribeLockedSnapshots",
    "ec2:DescribeSnapshotAttribute",
    "ec2:DescribeSnapshots",
    "rds:DescribeDBClusterAutomatedBackups",
    "rds:DescribeDBClusterSnapshotAttributes",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBInstanceAutomatedBackups",
    "rds:DescribeDBSnapshotAttributes",
    "rds:DescribeDBSnapshots",
];

impl CoverageEntry {
    /// The operation of a file that could not be read.
    const READ: &str = "Read";

    /// Service and operation of what reading an inventory document finds odd.
    const READING: [&str; 2] = ["inventory", "ReadResources"];

    /// What reading the resources of an inventory document finds odd, though the document can be read.
    pub(super) fn reading_note(account: &str, region: &str, status: CoverageStatus, items: u64, note: String) -> Self {
        let [service, operation] = Self::READING.map(str::to_owned);
        let (account, region) = (account.to_owned(), region.to_owned());
        CoverageEntry { account, region, service, operation, status, items, error: Some(note), location: None }
    }

    /// A file of a template that could not be read. `error` begins with its name.
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

    /// Whether it is of a part of a template that could not be read.
    pub fn is_part(&self) -> bool {
        Coverage::PARTS.contains(&self.service.as_str())
    }

    /// Whether it is of what a template declares, and not of a call.
    fn is_of_template(&self) -> bool {
        self.is_part() || self.service == Coverage::UNREAD_DATA
    }

    /// The part of a template that it is of: `main.tf#module.network`, `broken.tf`.
    pub fn part(&self) -> &str {
        match &self.location {
            Some(location) if self.operation == Self::READ => &location.file,
            _ => &self.operation,
        }
    }

    /// The part of a template, and why it could not be read, once.
    pub fn why_part(&self) -> String {
        let error = self.error.as_deref().unwrap_or("it could not be read");
        if self.operation == Self::READ { error.to_owned() } else { format!("{}: {error}", self.operation) }
    }
}

/// The coverage log of one shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub entries: Vec<CoverageEntry>,
    /// The shard is a template. What it declares is all there is of its kind, and what time makes is not known. Entries are those of the
    /// account whose plans it may count on, and the modules that could not be read.
    pub template: bool,
}

impl Coverage {
    /// What entries have for a service that say which part of a template could not be read: a template or nested stack of CloudFormation (whose
    /// name as a service is AWS's), a file or module of Terraform.
    pub const PARTS: [&str; 2] = ["template", "terraform"];

    /// What entries have for a service that name data of a template which is of a type that is not read. It declares nothing.
    pub const UNREAD_DATA: &str = "terraform-data";

    /// What reading inventory documents found odd: resources that they have several times, properties that this version does not know.
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

    /// All of a template that was not read, data of types that are not read included.
    pub fn unread_of_template(&self) -> impl Iterator<Item = &CoverageEntry> {
        self.entries.iter().filter(move |entry| self.template && entry.is_of_template())
    }

    /// Whether the shard is a template that stands alone: what is missing from it may be in the account.
    pub fn is_template_alone(&self) -> bool {
        self.template && self.entries.iter().all(CoverageEntry::is_of_template)
    }

    /// Whether `operation` (`ec2:DescribeVolumes`) answered in full: `Err` has the reason why not, naming the operation.
    /// An operation that the log does not have was not called, which is a reason too.
    pub fn require(&self, operation: &str, account: &str, region: &str) -> Result<(), String> {
        if self.template && OF_TIME.contains(&operation) {
            return Err(DEPLOYED.to_owned());
        }
        // What could not be read may declare anything.
        if let Some(part) = self.unread_parts().next() {
            return Err(format!("{} may declare more: {}", part.part(), part.error.as_deref().unwrap_or("it could not be read")));
        }
        // What a template declares is read; beside it stands what the account has, when an inventory tells of it.
        let mut called = self.template;
        for entry in self.of(operation) {
            if entry.status != CoverageStatus::Ok {
                return Err(reason(operation, entry.status.as_str(), account, region));
            }
            called = true;
        }
        if called { Ok(()) } else { Err(reason(operation, "not called", account, region)) }
    }

    /// Why a property that `operation` reads is missing from a resource.
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
