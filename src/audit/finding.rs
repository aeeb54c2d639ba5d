//! Turns a verdict into a finding: adds its waiver, its location and its remediation.

use super::finding_id::FindingId;
use super::findings::{Finding, Location, Remediation, ResourceRef, Status, WaiverRef};
use super::fix;
use super::policy::{Policy, Tally, Waiver, end_of_day};
use crate::inventory::edit::Slots;
use crate::inventory::{Declared, Resource, Syntax, is_symbolic};
use crate::rules::answers::Answers;
use crate::rules::engine::{self, Subject, Verdict};
use crate::rules::expr::Scope;
use crate::rules::text::Text;
use crate::rules::{Rule, Severity, TemplateRemediation};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

/// What begins the step that says why a finding shows no code.
const NO_CODE: &str = "No code: ";

/// The languages of templates; resources read from AWS have none.
const LANGUAGES: [&str; 2] = ["cloudformation", "terraform"];

/// The remediation of an unknown finding. The fix for a failure would be wrong here: there may be no failure.
const READ: (&str, &[&str]) = (
    "Let rel9 read what it could not, and audit again: whether this fails is unknown",
    &[
        "See what is unknown, and why: for a call, its operation, account and Region",
        "Where a call was denied, give the auditing role the policy that `rel9 permissions` prints, and check that no service control policy, permissions boundary or resource policy denies the call",
        "Where a call failed or was throttled, audit again, if necessary with a lower `--max-rps`; `-v` logs every call",
    ],
);
const SETTLE: (&str, &[&str]) = (
    "Set what the template leaves open, and audit again: whether this fails is unknown",
    &[
        "See what is unknown, and why",
        "Pass the values that only the deployment knows: `--parameters`, `--var-file`, `--account`, `--region`, `--assume-plans`; for Terraform, audit a plan next to its files instead of the files",
    ],
);

/// The waivers of the policy, and how often each was used.
pub struct Waivers<'p> {
    pub policy: &'p Policy,
    pub as_of: DateTime<Utc>,
    pub tally: Tally,
}

impl Waivers<'_> {
    /// The waiver of a rule for a resource; `Err` has the reason why it is unknown whether one applies.
    fn of(&mut self, rule: &str, subject: &Subject) -> Result<Option<&Waiver>, String> {
        self.policy.waiver(rule, subject, self.as_of, &mut self.tally)
    }
}

/// A rule with the policy's settings for it, and everything that its findings share.
pub struct Chosen<'a> {
    pub rule: &'a Rule,
    pub answers: Answers<'a>,
    /// Where templates take changes.
    slots: &'a dyn Slots,
    /// A template can declare everything that it checks of the type.
    pub judges_templates: bool,
    severity: Severity,
    id: Arc<str>,
    title: Arc<str>,
    fail_title: Arc<str>,
    references: Arc<BTreeMap<String, Vec<String>>>,
    docs: Arc<[String]>,
    /// The remediation without its commands, for each of [`LANGUAGES`] and for AWS, if it is the same for every resource.
    shared: [OnceLock<Arc<Remediation>>; LANGUAGES.len() + 1],
    /// The remediation in templates without the fix as code, if it is the same for every resource.
    in_template: OnceLock<Arc<Remediation>>,
    /// The remediation of unknown findings: for AWS, and for templates.
    unknown: [OnceLock<Arc<Remediation>>; 2],
}

impl<'a> Chosen<'a> {
    /// Prepares a rule.
    pub fn new(rule: &'a Rule, policy: &Policy, judges_templates: bool, slots: &'a dyn Slots) -> Self {
        Chosen {
            rule,
            answers: Answers::new(rule, Arc::new(Value::Object(policy.params(rule)))),
            judges_templates,
            slots,
            severity: policy.severity(rule),
            id: rule.id.as_str().into(),
            title: rule.title.as_str().into(),
            fail_title: rule.fail_title.as_str().into(),
            references: Arc::new(rule.references.clone()),
            docs: rule.remediation.docs.as_slice().into(),
            shared: Default::default(),
            in_template: OnceLock::new(),
            unknown: Default::default(),
        }
    }

    /// The finding for a verdict, with its waiver.
    pub fn finding(
        &self,
        resource: &Resource,
        reference: &Arc<ResourceRef>,
        subject: &Subject,
        verdict: Verdict,
        waivers: &mut Waivers,
    ) -> Finding {
        let rule = self.rule;
        let mut status = match verdict.status {
            engine::Status::Pass => Status::Pass,
            engine::Status::Fail => Status::Fail,
            engine::Status::Unknown => Status::Unknown,
        };
        let mut message = verdict.message;
        let waiver = match in_file_waiver(resource, &rule.id) {
            _ if status == Status::Pass => None,
            Some(in_file) => Some(in_file),
            None => waivers.of(&rule.id, subject).map(|waiver| waiver.map(waiver_reference)).unwrap_or_else(|doubt| {
                message = format!("{message} (whether its waiver applies is unknown: {doubt})").into();
                None
            }),
        };
        match waiver.as_ref().map(|waiver| waiver.expires) {
            Some(Some(expires)) if end_of_day(expires) < waivers.as_of => {
                message = format!("{message} (its waiver ended on {expires})").into()
            }
            Some(_) => status = Status::Waived,
            None => {}
        }
        if let Some(checks) = suppressed_elsewhere(resource).filter(|_| matches!(status, Status::Fail | Status::Unknown)) {
            message = format!("{message} (the suppression of {checks} here is for other tools and waives nothing in rel9)").into();
        }
        // Authors of CDK code know their constructs, not the logical ids that CDK derives from them.
        if let Some(construct) = resource.declared.as_ref().and_then(|declared| declared.construct.as_ref()) {
            message = format!("{message} (CDK construct {construct})").into();
        }
        Finding {
            id: FindingId::new(&rule.id, resource.uid()),
            rule: Arc::clone(&self.id),
            best_practice: rule.best_practice,
            title: Arc::clone(&self.title),
            severity: self.severity,
            status,
            fail_title: (verdict.status == engine::Status::Fail).then(|| Arc::clone(&self.fail_title)),
            message,
            resource: Arc::clone(reference),
            evidence: verdict.evidence,
            unknown_because: verdict.unknown_because,
            waiver: waiver.map(Box::new),
            remediation: match verdict.status {
                engine::Status::Pass => None,
                engine::Status::Fail => Some(self.remediation(resource, subject)),
                engine::Status::Unknown => Some(self.to_make_known(resource)),
            },
            references: Arc::clone(&self.references),
            location: location(rule, resource),
            baseline: None,
        }
    }

    /// What to do about an unknown finding.
    fn to_make_known(&self, resource: &Resource) -> Arc<Remediation> {
        let of_template = resource.declared.is_some();
        let (summary, steps) = if of_template { SETTLE } else { READ };
        let render = || {
            Arc::new(Remediation {
                summary: summary.into(),
                steps: steps.iter().map(|step| (*step).to_owned()).collect(),
                docs: Arc::clone(&self.docs),
                ..Remediation::default()
            })
        };
        Arc::clone(self.unknown[usize::from(of_template)].get_or_init(render))
    }

    /// The remediation in a template whose rule has one for templates: the fix in the template's own language, for its own resource.
    fn of_template(&self, resource: &Resource, declared: &Declared, rule: &TemplateRemediation, subject: &Subject) -> Arc<Remediation> {
        subject.with_params(self.answers.params(), |scope| {
            let changes = fix::changes_for(&rule.fix, resource, declared).and_then(|changes| changes.fill_in(scope));
            let code = changes.and_then(|changes| fix::code(changes, resource, declared, self.slots));
            let (snippet, edit) = code.map_or((None, None), |code| (Some(Arc::<str>::from(code.snippet)), code.edit));
            let of_terraform = matches!(declared.written.syntax, Syntax::Hcl | Syntax::TerraformJson);
            let no_code = rule.no_code.as_ref().filter(|_| snippet.is_none());
            let no_code = no_code.map(|why| format!("{NO_CODE}{}", why.render(scope)));
            let own_steps: Vec<String> = no_code.into_iter().chain(fix::steps(&rule.fix, resource, declared)).collect();
            let is_same_for_all = own_steps.is_empty() && rule.steps.iter().chain([&rule.summary]).all(Text::is_same_for_all);
            let render = || {
                let steps = rule.steps.iter().filter(|step| step.applies(scope)).map(|step| step.render(scope));
                Arc::new(Remediation {
                    summary: rule.summary.render(scope).into(),
                    steps: steps.chain(own_steps).collect(),
                    docs: Arc::clone(&self.docs),
                    ..Remediation::default()
                })
            };
            let shared = if is_same_for_all { Arc::clone(self.in_template.get_or_init(render)) } else { render() };
            let Some(snippet) = snippet else { return shared };
            let (cloudformation, terraform) = if of_terraform { (None, Some(snippet)) } else { (Some(snippet), None) };
            Arc::new(Remediation { cloudformation, terraform, edit: edit.map(Box::new), ..(*shared).clone() })
        })
    }

    /// The remediation. A template is fixed in its own language: nothing is deployed yet that a command could change.
    fn remediation(&self, resource: &Resource, subject: &Subject) -> Arc<Remediation> {
        let rule = &self.rule.remediation;
        if let (Some(declared), Some(of_template)) = (&resource.declared, &rule.template) {
            return self.of_template(resource, declared, of_template, subject);
        }
        let language = resource.declared.as_ref().and_then(|declared| declared.template.language.read()).map(String::as_str);
        let is_for = |name: &str| language.is_none_or(|language| language == name);
        let texts = [&rule.cloudformation, &rule.terraform].into_iter().zip(LANGUAGES).filter(|(_, name)| is_for(name));
        let mut texts = texts.filter_map(|(text, _)| text.as_ref()).chain([&rule.summary]).chain(&rule.steps);
        let render = || {
            let in_language = |text: &Option<Text>, name: &str, scope: &Scope| {
                text.as_ref().filter(|_| is_for(name)).map(|text| text.render(scope).into())
            };
            subject.with_params(self.answers.params(), |scope| {
                Arc::new(Remediation {
                    summary: rule.summary.render(scope).into(),
                    steps: rule.steps.iter().filter(|step| step.applies(scope)).map(|step| step.render(scope)).collect(),
                    cli: Vec::new(),
                    cloudformation: in_language(&rule.cloudformation, "cloudformation", scope),
                    terraform: in_language(&rule.terraform, "terraform", scope),
                    edit: None,
                    docs: Arc::clone(&self.docs),
                })
            })
        };
        let place = LANGUAGES.iter().position(|name| Some(*name) == language).unwrap_or(LANGUAGES.len());
        let shared = if texts.all(Text::is_same_for_all) { Arc::clone(self.shared[place].get_or_init(render)) } else { render() };
        if language.is_some() || rule.cli.is_empty() {
            return shared;
        }
        let cli = subject
            .with_params(self.answers.params(), |scope| rule.cli.iter().filter_map(|command| command.render_command(scope)).collect());
        Arc::new(Remediation { cli, ..(*shared).clone() })
    }
}

/// An account or a Region; empty while a template leaves it open.
fn settled(text: &str) -> String {
    if is_symbolic(text) { String::new() } else { text.to_owned() }
}

/// The resource as findings name it, with its tags.
pub fn reference(resource: &Resource) -> ResourceRef {
    ResourceRef {
        arn: resource.uid().to_owned(),
        type_name: resource.type_name.clone(),
        id: resource.id.clone(),
        name: resource.name.clone(),
        account: settled(&resource.account),
        region: settled(&resource.region),
        tags: resource.tags.read().cloned().unwrap_or_default(),
        unread_tags: resource.tags().unread(),
    }
}

fn waiver_reference(waiver: &Waiver) -> WaiverRef {
    WaiverRef { reason: waiver.reason.clone(), approved_by: waiver.approved_by.clone(), expires: Some(waiver.expires) }
}

/// The checks of other tools that the template suppresses for the resource.
fn suppressed_elsewhere(resource: &Resource) -> Option<String> {
    let checks = &resource.declared.as_ref()?.suppressed;
    let others = checks.len().saturating_sub(MOST_SUPPRESSED);
    let named = checks.iter().take(MOST_SUPPRESSED).cloned().collect::<Vec<_>>().join(", ");
    (!checks.is_empty()).then(|| if others > 0 { format!("{named} and {others} more") } else { named })
}

/// How many checks of other tools a message names.
const MOST_SUPPRESSED: usize = 5;

/// The waiver that the template itself has for the resource.
fn in_file_waiver(resource: &Resource, rule: &str) -> Option<WaiverRef> {
    let declared = resource.declared.as_ref()?;
    let ignore = declared.ignores.iter().find(|ignore| ignore.rule == rule)?;
    let approved_by = format!("{}:{}", declared.file_of(ignore), ignore.line);
    Some(WaiverRef { reason: ignore.reason.clone(), approved_by, expires: ignore.expires })
}

/// The line of a template that decides the finding: the first property that the check reads and the template sets, else the resource.
fn location(rule: &Rule, resource: &Resource) -> Option<Location> {
    let declared = resource.declared.as_ref()?;
    let paths = rule.check.paths().iter();
    let mut properties = paths.filter(|path| path.first().is_some_and(|root| root == "resource")).filter_map(|path| path.get(1));
    let place = properties.find_map(|property| declared.places.get(property)).unwrap_or(&declared.at);
    Some(Location { file: Arc::clone(&declared.file), line: place.line, column: NonZeroU32::new(place.column) })
}
