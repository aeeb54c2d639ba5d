//! The inventory: what was read, and what could not be. Plain data: it judges nothing and knows neither AWS SDK types nor rules.

pub mod arn;
pub mod atomic_file;
mod coverage;
mod declared;
pub mod document;
mod duplicates;
pub mod encoding;
mod fact;
mod newer_properties;
mod reasons;
mod resource;
mod symbols;
mod tags;
pub mod types;

pub use coverage::{Coverage, CoverageEntry, CoverageStatus, DEPLOYED, Location};
pub use declared::{Declared, Ignore, Place, Template};
pub use fact::Fact;
pub(crate) use fact::facts;
pub use reasons::{ANYTHING_ELSE, Outcome, Reasons, add_new, note, unless};
pub use resource::Resource;
pub use symbols::{is_policy_variable, is_symbolic, more_path, symbol_path};
pub use tags::{KnownTags, TAGS, Tags, tag_path};

use chrono::{DateTime, Datelike, Utc};

/// The Region of account-wide resources and calls, as AWS Config writes it.
pub const GLOBAL: &str = "global";

/// What was read of one account in one Region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shard {
    pub account: String,
    pub region: String,
    pub captured_at: Option<DateTime<Utc>>,
    pub source: Option<String>,
    pub resources: Vec<Resource>,
    pub coverage: Coverage,
}

/// Whether a time is one that RFC 3339 can write. What is counted from it then is a time, too.
pub fn is_writable(time: &DateTime<Utc>) -> bool {
    (0..=9999).contains(&time.year())
}

impl Shard {
    /// The resources of one type.
    pub fn of_type<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| resource.type_name == type_name)
    }
}
