//! The AWS Well-Architected Tool: reads and writes the answer to one question of a workload.
//!
//! This is the only module that changes anything in AWS. It is not a [`Service`](super::Service): no audit calls it, and `rel9 permissions`
//! does not grant its operations. It writes the given answer and decides nothing.

use super::connect_error::ConnectError;
use super::failure::Reply;
use super::guard::without_panic;
use super::progress::Progress;
use super::session::{self, Options};
use aws_config::Region;
use aws_sdk_wellarchitected::Client;
use aws_sdk_wellarchitected::types::{Answer, ChoiceStatus, ChoiceUpdate};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

/// Identifies an answer.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// 32 hexadecimal digits; a workload belongs to one Region.
    pub workload: &'a str,
    pub lens: &'a str,
    pub question: &'a str,
}

/// The answer as the tool has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Current {
    /// The ids of all choices of the question, in the tool's order.
    pub offered: Vec<String>,
    /// The ids of the selected choices.
    pub selected: Vec<String>,
    /// Statements about single choices, by id.
    pub said: BTreeMap<String, Said>,
    pub notes: String,
    pub is_applicable: bool,
    /// `HIGH`, `MEDIUM`, `NONE`, `UNANSWERED` or `NOT_APPLICABLE`.
    pub risk: String,
}

/// The statement about one choice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// The choice is marked as not applicable to the workload.
    pub not_applicable: bool,
    pub notes: String,
}

/// The answer to write. Choices that it does not contain keep their statements.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The ids of all choices that are selected afterwards.
    pub selected: Vec<String>,
    /// Status (selected or not) and notes by choice id.
    pub choices: BTreeMap<String, (bool, String)>,
    pub notes: String,
    pub is_applicable: bool,
}

/// Why an answer was not read or not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolError {
    Connect(ConnectError),
    Refused { operation: &'static str, region: String, why: String, hint: &'static str, mistake: bool },
}

impl ToolError {
    /// 2 for errors that the user must correct, 3 for requests that AWS refused or did not answer.
    pub fn exit_code(&self) -> u8 {
        match self {
            ToolError::Connect(error) => error.exit_code(),
            ToolError::Refused { mistake: true, .. } => 2,
            ToolError::Refused { .. } => 3,
        }
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ToolError::Connect(error) => error.fmt(f),
            ToolError::Refused { operation, region, why, hint, .. } => {
                write!(f, "wellarchitected:{operation} in {region}: {why}\n{hint}")
            }
        }
    }
}

impl std::error::Error for ToolError {}

/// The tool in one Region.
pub struct Tool {
    client: Client,
    profile: Option<String>,
    pub region: String,
}

impl Tool {
    /// Uses the credentials and the Region of the environment or the profile; `region` overrides that Region. Makes no call yet.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub async fn open(profile: Option<String>, region: Option<String>, progress: Arc<dyn Progress>) -> Result<Tool, ToolError> {
        let options = Options { profile, regions: region.clone().map(|region| vec![region]), progress, ..Options::default() };
        let mut config = session::configuration(&options).await.map_err(ToolError::Connect)?;
        if let Some(region) = region {
            config = config.into_builder().region(Region::new(region)).build();
        }
        let region = config.region().map_or_else(String::new, |region| region.as_ref().to_owned());
        Ok(Tool { client: Client::new(&config), profile: options.profile, region })
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// See [`ToolError`].
    pub async fn read(&self, question: Question<'_>) -> Result<Current, ToolError> {
        let Question { workload, lens, question } = question;
        let call = self.client.get_answer().workload_id(workload).lens_alias(lens).question_id(question);
        match without_panic(call.send()).await.map_err(ToolError::Connect)? {
            Ok(output) => output.answer.map(current).ok_or_else(|| self.refused("GetAnswer", "the reply has no answer".to_owned(), None)),
            Err(error) => Err(self.failed("GetAnswer", &Reply::of(&error))),
        }
    }

    /// Writes the answer. Returns the risk that the tool shows for it.
    ///
    /// # Errors
    /// See [`ToolError`].
    pub async fn write(&self, question: Question<'_>, change: &Change) -> Result<String, ToolError> {
        let Question { workload, lens, question } = question;
        let mut updates = HashMap::new();
        for (id, (selected, notes)) in &change.choices {
            let status = if *selected { ChoiceStatus::Selected } else { ChoiceStatus::Unselected };
            let update = ChoiceUpdate::builder().status(status).notes(notes).build();
            updates.insert(id.clone(), update);
        }
        let call = self
            .client
            .update_answer()
            .workload_id(workload)
            .lens_alias(lens)
            .question_id(question)
            .set_selected_choices(Some(change.selected.clone()))
            .set_choice_updates(Some(updates))
            .notes(&change.notes)
            .is_applicable(change.is_applicable);
        match call.send().await {
            Ok(output) => Ok(output.answer.map(|answer| current(answer).risk).unwrap_or_default()),
            Err(error) => Err(self.failed("UpdateAnswer", &Reply::of(&error))),
        }
    }

    fn failed(&self, operation: &'static str, reply: &Reply) -> ToolError {
        if reply.about_credentials() {
            return ToolError::Connect(ConnectError::of_credentials(self.profile.clone(), reply));
        }
        self.refused(operation, reply.text(), reply.code.as_deref())
    }

    fn refused(&self, operation: &'static str, why: String, code: Option<&str>) -> ToolError {
        let (hint, mistake) = match code {
            Some("ResourceNotFoundException") => ("A workload belongs to one account and one Region: check --profile and --region.", true),
            Some("ValidationException") => ("The workload's id is the 32 digits at the end of its ARN.", true),
            Some("AccessDeniedException") => {
                ("It needs wellarchitected:GetAnswer and wellarchitected:UpdateAnswer, which `rel9 permissions` leaves out.", false)
            }
            Some("ConflictException") => ("Someone else is changing the workload: try again.", false),
            _ => ("Try again; if the error persists, check AWS_ENDPOINT_URL and the AWS Health Dashboard.", false),
        };
        ToolError::Refused { operation, region: self.region.clone(), why, hint, mistake }
    }
}

fn current(answer: Answer) -> Current {
    let said = answer.choice_answers.unwrap_or_default().into_iter().filter_map(|choice| {
        let not_applicable = choice.status == Some(ChoiceStatus::NotApplicable);
        Some((choice.choice_id?, Said { not_applicable, notes: choice.notes.unwrap_or_default() }))
    });
    Current {
        said: said.collect(),
        offered: answer.choices.unwrap_or_default().into_iter().filter_map(|choice| choice.choice_id).collect(),
        selected: answer.selected_choices.unwrap_or_default(),
        notes: answer.notes.unwrap_or_default(),
        is_applicable: answer.is_applicable.unwrap_or(true),
        risk: answer.risk.map_or_else(String::new, |risk| risk.as_str().to_owned()),
    }
}
