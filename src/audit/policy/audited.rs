//! What an audit judged, for what the entries of a policy file did in it.

use crate::audit::options::Options;
use crate::inventory::CoverageEntry;
use crate::inventory::declarable::Declarables;
use crate::rules::RuleSet;
use chrono::{DateTime, Utc};

/// What an audit judged, and what it left out.
pub struct Audited<'a> {
    pub as_of: DateTime<Utc>,
    pub options: &'a Options,
    pub rules: &'a RuleSet,
    /// For templates: what they can declare.
    pub templates: Option<&'a Declarables>,
    pub collection: &'a [CoverageEntry],
    /// Whether a rule has findings.
    pub has_findings: &'a dyn Fn(&str) -> bool,
}
