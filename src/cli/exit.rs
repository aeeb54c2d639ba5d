//! How a command ends.

use crate::audit::findings::Gate;
use crate::inventory::document::DocumentError;
use std::process::ExitCode;

/// The exit codes of the program, which are a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The gate passed.
    Passed = 0,
    /// The gate failed.
    Failed = 1,
    /// Wrong usage, unreadable input, bad rule or policy: nothing was judged.
    Unusable = 2,
    /// No gate failure, but something in scope could not be read.
    Incomplete = 3,
}

impl From<&Gate> for Exit {
    fn from(gate: &Gate) -> Self {
        match gate.exit_code {
            0 => Exit::Passed,
            1 => Exit::Failed,
            _ => Exit::Incomplete,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command ends early: the message and the exit code.
pub struct Failure {
    pub exit: Exit,
    pub message: String,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Failure { exit: Exit::Unusable, message }
    }
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        Failure::from(error.to_string())
    }
}
