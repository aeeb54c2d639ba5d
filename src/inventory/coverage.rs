//! The coverage log: what every call read, and why some read nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// All calls of one operation in one shard that ended the same way.
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
    /// Whether it is of a part of a template that could not be read.
    pub fn is_part(&self) -> bool {
        Coverage::PARTS.contains(&self.service.as_str())
    }

    /// Whether it is of what a template declares, and not of a call.
    fn is_of_template(&self) -> bool {
        self.is_part() || self.service == Coverage::UNREAD_DATA
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
    /// What entries have for a service that say which part of a template could not be read: a nested stack of CloudFormation (whose name as
    /// a service is AWS's), a module of Terraform.
    pub const PARTS: [&str; 2] = ["template", "terraform"];

    /// What entries have for a service that name data of a template which is of a type that is not read. It declares nothing.
    pub const UNREAD_DATA: &str = "terraform-data";

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
            return Err(format!("{} may declare more: {}", part.operation, part.error.as_deref().unwrap_or("it could not be read")));
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
