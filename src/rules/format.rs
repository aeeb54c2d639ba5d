//! The rule file: what a person writes. Compiled and checked in [`super::compile`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// A text with its line in the file.
pub type Line<T> = Spanned<T>;

/// How bad a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// All severities, worst first.
    pub const ALL: [Severity; 5] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

    /// The severity as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// A best practice of REL 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum BestPractice {
    #[serde(rename = "REL09-BP01")]
    Bp01,
    #[serde(rename = "REL09-BP02")]
    Bp02,
    #[serde(rename = "REL09-BP03")]
    Bp03,
    #[serde(rename = "REL09-BP04")]
    Bp04,
}

impl BestPractice {
    /// All of them, in order.
    pub const ALL: [BestPractice; 4] = [BestPractice::Bp01, BestPractice::Bp02, BestPractice::Bp03, BestPractice::Bp04];

    /// The id that AWS gives it.
    pub fn id(self) -> &'static str {
        match self {
            BestPractice::Bp01 => "REL09-BP01",
            BestPractice::Bp02 => "REL09-BP02",
            BestPractice::Bp03 => "REL09-BP03",
            BestPractice::Bp04 => "REL09-BP04",
        }
    }

    /// AWS's title, shortened.
    pub fn title(self) -> &'static str {
        match self {
            BestPractice::Bp01 => "Identify and back up all data",
            BestPractice::Bp02 => "Secure and encrypt backups",
            BestPractice::Bp03 => "Perform data backup automatically",
            BestPractice::Bp04 => "Test recovery periodically",
        }
    }

    /// The risk when it is not met, as AWS rates it ("Level of risk exposed if this best practice is not established").
    pub fn risk(self) -> &'static str {
        match self {
            BestPractice::Bp04 => "medium",
            _ => "high",
        }
    }
}

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Days,
    Hours,
    Minutes,
    Seconds,
}

/// A parameter of a rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Param {
    pub value: serde_json::Value,
    #[serde(default)]
    pub unit: Option<Unit>,
    /// Why this default.
    pub why: String,
}

/// What to do about a failure.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remediation {
    #[schemars(with = "String")]
    pub summary: Line<String>,
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub steps: Vec<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub cli: Vec<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub cloudformation: Option<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub terraform: Option<Line<String>>,
    /// For findings in templates, where nothing runs yet.
    #[serde(default)]
    pub template: Option<TemplateRemediation>,
    #[schemars(with = "Vec<String>")]
    pub docs: Vec<Line<String>>,
}

/// What to do about a failure in a template.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRemediation {
    #[schemars(with = "String")]
    pub summary: Line<String>,
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub steps: Vec<Line<String>>,
    /// What to change, by the type in the template's language (`aws_ebs_volume`, `AWS::EC2::Volume`), or by the language for all its types.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Map<String, serde_json::Value>>")]
    pub fix: BTreeMap<String, Line<serde_json::Value>>,
    /// Why a finding without a fix has none: what the change is, and where.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub no_code: Option<Line<String>>,
}

/// What a rule's own test expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    Pass,
    Fail,
    Unknown,
    /// No finding: `when` is false.
    None,
}

/// A test of a rule. What it does not list was not read.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    #[schemars(with = "String")]
    pub name: Line<String>,
    #[serde(default, rename = "type")]
    pub type_name: Option<String>,
    #[serde(default)]
    pub resource: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    pub protection: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    pub objective: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    pub params: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    pub now: Option<chrono::DateTime<chrono::Utc>>,
    /// What the resource owes is not known.
    #[serde(default)]
    pub objective_unread: bool,
    pub expect: Expect,
    #[serde(default)]
    pub message: Option<String>,
}

/// Titles have fewer characters than this, so that they fit on a line of a report.
pub const TITLE_LENGTH: usize = 60;

/// A rule file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    #[schemars(with = "String")]
    pub id: Line<String>,
    /// What the rule asks, in fewer than 60 characters.
    #[schemars(with = "String")]
    pub title: Line<String>,
    /// What is wrong where it fails, in fewer than 60 characters.
    #[schemars(with = "String")]
    pub fail_title: Line<String>,
    pub best_practice: BestPractice,
    pub severity: Severity,
    #[schemars(with = "Vec<String>")]
    pub applies_to: Vec<Line<String>>,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Param>")]
    pub params: BTreeMap<String, Line<Param>>,
    /// Otherwise no finding.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub when: Option<Line<String>>,
    #[schemars(with = "String")]
    pub check: Line<String>,
    /// Facts that the evidence of a finding quotes beside those that the check reads, such as `protection.considered`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub evidence: Vec<Line<String>>,
    #[schemars(with = "String")]
    pub message: Line<String>,
    #[serde(default)]
    pub rationale: Option<String>,
    /// Judges data that the policy declares reproducible, which no other rule does.
    #[serde(default)]
    pub reproducible: bool,
    /// Judges templates and nothing else: it asks for what only a template says.
    #[serde(default)]
    pub templates_only: bool,
    /// Judges no template: it asks for what only an account shows, though its facts may look declared.
    #[serde(default)]
    pub live_only: bool,
    pub remediation: Remediation,
    #[serde(default)]
    pub references: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub tests: Vec<Test>,
}
