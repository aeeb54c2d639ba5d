//! Shared by the end-to-end tests: the AWS emulator, the program under test, and readers of its output.

#![cfg_attr(not(feature = "live"), allow(dead_code, unused_imports, reason = "what only live audits use"))]

pub mod demo;
mod emulator;
mod program;
pub mod python;
pub mod source;
#[cfg(feature = "live")] // the list of operations comes from the readers
pub mod world;

pub use emulator::Emulator;
pub use program::{Rel9, Run, binary, wait};

use serde_json::Value;
use std::path::PathBuf;

/// The account of an access key that the emulator does not know.
pub const ACCOUNT: &str = "123456789012";

/// A path below the project's folder.
pub fn project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A findings document, as `--format json` writes it.
pub struct Document(pub Value);

impl Document {
    /// All findings.
    pub fn findings(&self) -> &[Value] {
        self.0["findings"].as_array().expect("a findings document")
    }

    /// The coverage log.
    pub fn collection(&self) -> &[Value] {
        self.0["collection"].as_array().expect("a findings document")
    }

    /// The finding of a rule for the resource whose id, name or ARN is `resource`.
    pub fn find(&self, rule: &str, resource: &str) -> Option<&Value> {
        let is_it = |finding: &&Value| {
            let found = &finding["resource"];
            finding["rule"] == rule && ["id", "name", "arn"].iter().any(|field| found[field] == resource)
        };
        self.findings().iter().find(is_it)
    }

    /// Status and message of a finding: `pass: 7 days`; `none` if the finding does not exist.
    pub fn says(&self, rule: &str, resource: &str) -> String {
        match self.find(rule, resource) {
            Some(finding) => format!("{}: {}", text(&finding["status"]), text(&finding["message"])),
            None => "none".to_owned(),
        }
    }

    /// The status of a finding; `none` if the finding does not exist.
    pub fn status(&self, rule: &str, resource: &str) -> &str {
        self.find(rule, resource).map_or("none", |finding| text(&finding["status"]))
    }

    /// Asserts the statuses of a rule's findings, by resource.
    #[track_caller]
    pub fn expect(&self, rule: &str, expected: &[(&str, &str)]) {
        for (resource, status) in expected {
            assert_eq!(self.status(rule, resource), *status, "{rule} of {resource}: {}", self.says(rule, resource));
        }
    }
}

/// Parses JSON.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

/// The name of a coverage entry's operation, as the program writes it.
pub fn operation_of(entry: &Value) -> String {
    format!("{}:{}", text(&entry["service"]), text(&entry["operation"]))
}
