//! The inventory: the resources that were read, and a log of everything that could not be read. Plain data: it may not judge, and may not use AWS SDK
//! types or rules.

pub mod address;
pub mod arn;
pub mod atomic_file;
pub mod automation;
mod coverage;
pub mod declarable;
mod declared;
pub mod document;
mod duplicates;
pub mod edit;
pub mod encoding;
mod fact;
pub mod figures;
mod newer_properties;
mod reasons;
mod resource;
pub mod schedule;
mod symbols;
mod tags;
pub mod types;
pub mod unread_data;

pub use coverage::{Coverage, CoverageEntry, CoverageStatus, DEPLOYED, Location};
pub use declared::{Declared, Ignore, Place, Syntax, Template, Written};
pub use fact::Fact;
pub(crate) use fact::facts;
pub use reasons::{ANYTHING_ELSE, Outcome, Reasons, add_new, note, unless};
pub use resource::Resource;
pub use symbols::{is_policy_variable, is_symbolic, more_path, symbol_path};
pub use tags::{ANY_TAG, KnownTags, TAGS, Tags, tag_path};

use chrono::{DateTime, Datelike, Utc};

/// The Region of account-wide resources and calls, as in AWS Config.
pub const GLOBAL: &str = "global";

/// The resources and the coverage log of one account in one Region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shard {
    pub account: String,
    pub region: String,
    pub captured_at: Option<DateTime<Utc>>,
    pub source: Option<String>,
    pub resources: Vec<Resource>,
    pub coverage: Coverage,
    /// What a Terraform plan destroys of the types that protect others, as it is now. No document has it.
    pub destroyed: Vec<Resource>,
}

/// Whether RFC 3339 can write a time. Durations added to such a time do not overflow.
pub fn is_writable(time: &DateTime<Utc>) -> bool {
    (0..=9999).contains(&time.year())
}

impl Shard {
    /// The resources of one type.
    pub fn of_type<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| resource.type_name == type_name)
    }
}
