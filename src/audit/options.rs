//! What an audit is asked to do.

use super::explain::Wanted;
use crate::inventory::{GLOBAL, Resource};
use crate::protection::Ledger;
use crate::rules::{BestPractice, Rule};
use chrono::{DateTime, Utc};

/// What an audit is asked to do.
#[derive(Debug, Default)]
pub struct Options {
    /// The time at which everything is judged; by default the time of the inventory.
    pub as_of: Option<DateTime<Utc>>,
    /// Only these rules; all when empty.
    pub rules: Vec<String>,
    pub skip_rules: Vec<String>,
    pub best_practices: Vec<BestPractice>,
    /// Only these ARNs; all when empty.
    pub resources: Vec<String>,
    /// Only resources with all of these tags.
    pub tags: Vec<(String, String)>,
    /// `aws`, `inventory` or `demo`; for templates, the document names their languages.
    pub source: String,
    /// Restore tests in the ledger; empty without one.
    pub ledger: Ledger,
    /// Only some services were read.
    pub some_services: bool,
    /// Only some Regions were read.
    pub some_regions: bool,
    /// Only these Regions, and what belongs to no Region, are judged; all when empty. The others are evidence.
    pub regions: Vec<String>,
    /// Also tell how each data resource stands, for commands that compare audits of two inventories.
    pub standings: bool,
    /// Only the resources that this names, with everything that is known of them.
    pub explain: Option<Wanted>,
    /// Also tell what data was seen, for commands that write or check a policy.
    pub survey: bool,
}

impl Options {
    /// The options that exclude rules or resources.
    pub(super) fn partial(&self) -> Vec<String> {
        // The document lists the Regions.
        let resources = self.narrows_resources().into_iter().filter(|option| *option != "--regions");
        self.narrows_rules().into_iter().chain(resources).map(str::to_owned).collect()
    }

    /// The options that exclude rules.
    fn narrows_rules(&self) -> Vec<&'static str> {
        given(&[
            ("--rule", !self.rules.is_empty()),
            ("--skip-rule", !self.skip_rules.is_empty()),
            ("--best-practice", !self.best_practices.is_empty()),
        ])
    }

    /// Whether options exclude rules: a resource may then have no findings.
    pub(super) fn excludes_rules(&self) -> bool {
        !self.narrows_rules().is_empty()
    }

    /// Whether resources are named, by ARN or tag.
    pub(super) fn names_resources(&self) -> bool {
        !self.resources.is_empty() || !self.tags.is_empty()
    }

    /// The options that exclude resources.
    pub(super) fn narrows_resources(&self) -> Vec<&'static str> {
        given(&[
            ("--resource", !self.resources.is_empty()),
            ("--tag", !self.tags.is_empty()),
            ("--services", self.some_services),
            ("--regions", self.some_regions || !self.regions.is_empty()),
        ])
    }

    /// Whether a Region is judged.
    pub(super) fn wants_region(&self, region: &str) -> bool {
        self.regions.is_empty() || region == GLOBAL || self.regions.iter().any(|wanted| wanted == region)
    }

    pub(super) fn wants_rule(&self, rule: &Rule) -> bool {
        (self.rules.is_empty() || self.rules.contains(&rule.id))
            && !self.skip_rules.contains(&rule.id)
            && (self.best_practices.is_empty() || self.best_practices.contains(&rule.best_practice))
    }

    /// Whether the document should have findings for a resource. Excluded resources are still evidence for the others.
    pub(super) fn wants_resource(&self, resource: &Resource) -> bool {
        // A gate must not pass because a resource that may have the tag was excluded. (The coverage log lists tags that AWS did not return.)
        let perhaps = resource.declared.is_some();
        let tagged = |(key, value): &(String, String)| resource.tags().has_one([(key.as_str(), Some(value.as_str()))]).unwrap_or(perhaps);
        self.explain.as_ref().is_none_or(|wanted| wanted.is(resource))
            && (self.resources.is_empty() || self.resources.iter().any(|arn| arn == resource.uid()))
            && self.tags.iter().all(tagged)
    }
}

fn given(options: &[(&'static str, bool)]) -> Vec<&'static str> {
    options.iter().filter(|(_, given)| *given).map(|(option, _)| *option).collect()
}
