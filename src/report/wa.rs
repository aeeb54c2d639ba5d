//! `wa`: the answer to REL 9 for the AWS Well-Architected Tool, as `aws wellarchitected update-answer --cli-input-json` takes it. Texts and
//! figures are those of the findings document; this module sends nothing.

use super::limit::line;
use super::{Report, Target, words};
use crate::audit::findings::{BestPracticeSummary, Finding, Findings, Status};
use crate::rules::{BestPractice, Severity};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "wa", about: "the answer to REL 9 for the AWS Well-Architected Tool", write };

/// The AWS Well-Architected Framework.
pub const LENS: &str = "wellarchitected";
/// "How do you back up data?"
pub const QUESTION: &str = "backing-up-data";

/// The longest notes of a choice and of an answer (API reference of the AWS Well-Architected Tool, "ChoiceUpdate" and "UpdateAnswer").
const CHOICE_NOTES: usize = 250;
const ANSWER_NOTES: usize = 2084;

/// An answer to the question.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Answer {
    pub lens_alias: &'static str,
    pub question_id: &'static str,
    /// The ids of the choices that are selected.
    pub selected_choices: Vec<&'static str>,
    #[serde(rename = "ChoiceUpdates", serialize_with = "by_id")]
    pub choices: Vec<Choice>,
    pub notes: String,
    pub is_applicable: bool,
}

/// What the answer says of one best practice.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Choice {
    #[serde(skip)]
    pub best_practice: BestPractice,
    #[serde(skip)]
    pub id: &'static str,
    pub status: ChoiceStatus,
    pub notes: String,
}

/// Whether a choice is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ChoiceStatus {
    Selected,
    Unselected,
}

/// The tool's id of the choice: the name of the best practice's page in the framework.
fn choice_id(practice: BestPractice) -> &'static str {
    match practice {
        BestPractice::Bp01 => "rel_backing_up_data_identified_backups_data",
        BestPractice::Bp02 => "rel_backing_up_data_secured_backups_data",
        BestPractice::Bp03 => "rel_backing_up_data_automated_backups_data",
        BestPractice::Bp04 => "rel_backing_up_data_periodic_recovery_testing_data",
    }
}

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    super::json::pretty(&answer(findings), out)
}

/// The answer for a findings document. A choice is selected only if its best practice has no risk, waived failures included, and everything in
/// scope was read and judged: readers take a selected choice as a statement about the whole workload. A waiver accepts a failure; the tool's
/// term for that is "not applicable" with a reason, which people set there.
pub fn answer(findings: &Findings) -> Answer {
    let choices: Vec<Choice> = findings.summary.best_practices.iter().map(|practice| choice(findings, practice)).collect();
    Answer {
        lens_alias: LENS,
        question_id: QUESTION,
        selected_choices: choices.iter().filter(|choice| choice.status == ChoiceStatus::Selected).map(|choice| choice.id).collect(),
        choices,
        notes: notes(findings),
        is_applicable: true,
    }
}

fn choice(findings: &Findings, practice: &BestPracticeSummary) -> Choice {
    let waived = accepted(findings, Some(practice.id));
    let accepted = (waived > 0).then(|| format!("{waived} of the waived are of at least medium severity: accepted, not fixed"));
    let against = doubt(findings).map(str::to_owned).or(accepted);
    let met = practice.risk == "none" && against.is_none();
    let mut notes = format!(
        "rel9, {}: risk {}. {} fail, {} unknown, {} waived, {} pass.",
        findings.audit.as_of.format("%Y-%m-%d"),
        practice.risk,
        practice.fail,
        practice.unknown,
        practice.waived,
        practice.pass
    );
    if let Some(against) = against.filter(|_| practice.risk == "none") {
        notes.push_str(&format!(" Not selected, because {against}."));
    }
    Choice {
        best_practice: practice.id,
        id: choice_id(practice.id),
        status: if met { ChoiceStatus::Selected } else { ChoiceStatus::Unselected },
        notes: line(&notes, CHOICE_NOTES),
    }
}

/// The number of waived findings that would otherwise be a risk.
fn accepted(findings: &Findings, practice: Option<BestPractice>) -> usize {
    let is_one = |finding: &Finding| {
        finding.status == Status::Waived
            && finding.severity >= Severity::Medium
            && practice.is_none_or(|practice| finding.best_practice == practice)
    };
    findings.findings.iter().filter(|finding| is_one(finding)).count()
}

/// Why the findings do not cover the workload.
fn doubt(findings: &Findings) -> Option<&'static str> {
    let audit = &findings.audit;
    [
        (words::is_of_templates(audit), "templates show no backups"),
        (!audit.partial.is_empty(), "only part of the rules or resources was judged"),
        (!audit.complete, "not everything in scope could be read"),
        (!findings.summary.not_judged.is_empty(), "there is data of types that rel9 does not read"),
    ]
    .into_iter()
    .find_map(|(holds, what)| holds.then_some(what))
}

fn notes(findings: &Findings) -> String {
    let (audit, summary) = (&findings.audit, &findings.summary);
    let count = |status: Status| summary.by_status.get(&status).copied().unwrap_or(0);
    let worst: Vec<String> = Severity::ALL
        .iter()
        .filter_map(|severity| Some((severity, summary.by_severity.get(severity).copied().filter(|count| *count > 0)?)))
        .map(|(severity, count)| format!("{count} {}", severity.as_str()))
        .collect();
    let coverage = &summary.coverage;
    let of_templates = words::is_of_templates(audit);
    let place = match of_templates {
        true => " in templates".to_owned(),
        false => format!(
            " in {} and {}",
            words::counted(audit.accounts.len() as u64, "account"),
            words::counted(audit.regions.len() as u64, "Region")
        ),
    };
    let mut sentences = vec![
        format!("Written by rel9 {} (audit {}) as of {}.", audit.rel9_version, audit.id, audit.as_of.format("%Y-%m-%d %H:%M UTC")),
        format!(
            "{} judged{place}: {} fail, {} unknown, {} waived, {} pass.",
            words::counted(summary.resources, "resource"),
            count(Status::Fail),
            count(Status::Unknown),
            count(Status::Waived),
            count(Status::Pass)
        ),
    ];
    if !worst.is_empty() {
        sentences.push(format!("Failing: {}.", worst.join(", ")));
    }
    let accepted = accepted(findings, None);
    if accepted > 0 {
        sentences.push(format!("Of the waived, {accepted} are of at least medium severity: accepted, not fixed."));
    }
    if !of_templates {
        sentences.push(format!(
            "{} of {} data resources that need a backup are protected ({} %): {} on schedule, {} {}. {} are reproducible.",
            coverage.protected,
            coverage.data_resources.saturating_sub(coverage.reproducible),
            coverage.percent,
            coverage.on_schedule,
            coverage.restorable_only,
            words::RESTORABLE_ONLY,
            coverage.reproducible
        ));
    }
    if !summary.not_judged.is_empty() {
        sentences.push(format!("Not judged: {}.", words::not_judged(findings).join(", ")));
    }
    if let Some(doubt) = doubt(findings) {
        sentences.push(format!("No choice is selected, because {doubt}."));
    }
    if !audit.accounts.is_empty() {
        sentences.push(format!("Accounts: {}.", audit.accounts.join(", ")));
    }
    line(&sentences.join(" "), ANSWER_NOTES)
}

fn by_id<S: Serializer>(choices: &[Choice], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(choices.iter().map(|choice| (choice.id, choice)))
}
