//! Audits for commands that write or check a policy: of the demo, of inventories, or of templates; never of live AWS.

use super::exit::Failure;
use super::templates::TemplateArgs;
use super::{scope, subject};
use crate::audit::findings::Findings;
use crate::audit::policy::Policy;
use crate::audit::survey::Survey;
use crate::audit::{self, Input, JudgeShard, Options, Templates};
use crate::inventory::edit::NoSlots;
use crate::rules::RuleSet;
use crate::template::declarable::declarables;
use chrono::{DateTime, Utc};
use std::path::PathBuf;

/// What is surveyed.
pub struct Surveyed<'a> {
    pub demo: bool,
    pub inputs: &'a [PathBuf],
    pub templates: &'a TemplateArgs,
    pub as_of: Option<DateTime<Utc>>,
}

impl Surveyed<'_> {
    /// Whether there is anything to survey.
    pub fn is_given(&self) -> bool {
        self.demo || !self.inputs.is_empty()
    }

    /// Judges it, and tells what was seen.
    ///
    /// # Errors
    /// An input that cannot be read; an expression of the policy that takes too many steps.
    pub fn run(&self, rules: &RuleSet, policy: &Policy) -> Result<(Findings, Survey), Failure> {
        let source = if self.demo { "demo" } else { "inventory" };
        let options = Options { as_of: self.as_of, source: source.to_owned(), survey: true, ..Options::default() };
        let found = if self.demo {
            scope::no_target(&self.templates.values)?;
            audit::run_with_survey(&subject::demo()?, rules, policy, &options)?
        } else {
            let (files, others) = subject::sorted(self.inputs)?;
            match (files.is_empty(), others.is_empty()) {
                (_, true) => {
                    scope::no_target(&self.templates.values)?;
                    audit::run_with_survey(&Input::Files(files), rules, policy, &options)?
                }
                (true, false) => {
                    let by_default = policy.assume.ebs_encryption_by_default;
                    let read = |judge: &JudgeShard| self.templates.read(&others, by_default, rules, judge);
                    let templates = Templates { declarables: &declarables(), slots: &NoSlots };
                    let (findings, rest) = audit::run_templates(read, templates, rules, policy, &options)?;
                    (findings, rest.survey)
                }
                (false, false) => return Err("inventories and templates cannot be judged in one run".to_owned().into()),
            }
        };
        let overruns: Vec<String> = policy.overruns().collect();
        if overruns.is_empty() { Ok(found) } else { Err(overruns.join("\n       ").into()) }
    }
}
