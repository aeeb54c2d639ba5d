//! Selects the parser of a file: by its name (Terraform files stand for their folder), or by what its text claims to be.

use super::boundary::Boundary;
use super::declaration::{Parsed, Position, TemplateError, short};
use super::{Options, cloudformation, terraform};
use crate::inventory::encoding::{NotText, decode};
use std::path::Path;

/// Whether a text claims to be a template, a plan or a state.
pub fn claims_to_be_template(text: &str) -> bool {
    terraform::claims_to_be_plan(text) || cloudformation::claims_to_be(text)
}

/// Reads the folder of a Terraform module as a root module.
///
/// # Errors
/// Why it cannot be read.
pub fn module(folder: &Path, name: &str, options: &Options, boundary: &Boundary) -> Result<Parsed, TemplateError> {
    let declarations = terraform::read_folder_within(boundary, folder, name, &options.terraform_variables)?;
    Ok(Parsed { declarations, warnings: Vec::new() })
}

/// Reads a template, a plan or a state; `None` for a file that does not claim to be one.
///
/// # Errors
/// Why it cannot be read.
pub fn file(path: &Path, name: &str, bytes: Vec<u8>, options: &Options, boundary: &Boundary) -> Result<Option<Parsed>, TemplateError> {
    let wrong = |at: Position, what: String| Err(TemplateError { file: name.to_owned(), at: Some(at), what });
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(NotText { line, column, what, lossy }) if claims_to_be_template(&lossy) => return wrong(Position { line, column }, what),
        // A folder may hold files of any kind.
        Err(NotText { .. }) => return Ok(None),
    };
    if let Some(line) = wrapper_line(&text) {
        return wrong(
            Position { line: 1, column: 1 },
            format!(
                "the wrapper of the setup-terraform action wrote its first line, {:?}: set `terraform_wrapper: false` in that step, \
                 and write the plan again",
                short(line)
            ),
        );
    }
    if terraform::claims_to_be_plan(&text) {
        let declarations = terraform::read_plan_within(boundary, name, &text)?;
        Ok(Some(Parsed { declarations, warnings: Vec::new() }))
    } else if cloudformation::claims_to_be(&text) {
        cloudformation::read_within(boundary, path, name, &text, options).map(Some)
    } else {
        Ok(None)
    }
}

/// The error for a file that was given by name and does not claim to be a template.
pub fn why_unknown(bytes: &[u8]) -> &'static str {
    let start = String::from_utf8_lossy(bytes.get(..256).unwrap_or(bytes));
    match () {
        () if bytes.starts_with(ARCHIVE) => SAVED_PLAN,
        () if start.contains("\"rel9.inventory/") => INVENTORY,
        () if start.contains("\"rel9.findings/") => FINDINGS,
        () => NEITHER,
    }
}

/// Terraform saves plans as archives.
const ARCHIVE: &[u8] = b"PK\x03\x04";
const SAVED_PLAN: &str = "is a saved plan, or another archive: write a plan as JSON with `terraform show -json`";
const INVENTORY: &str = "is an inventory, and only templates are read here: give the inventory as a file or a folder";
const FINDINGS: &str =
    "is a findings document, and only templates are read here: `rel9 explain RESOURCE FILE` and `rel9 report FILE` read it from a file";
const NEITHER: &str = "is neither an inventory nor a CloudFormation template nor a Terraform plan or state";

/// The first line of a plan that `terraform` wrote through the wrapper of hashicorp/setup-terraform: GitHub's toolkit writes `[command]`
/// and the command line before the command's output (actions/toolkit, `exec`).
fn wrapper_line(text: &str) -> Option<&str> {
    let (line, rest) = text.split_once('\n')?;
    (line.starts_with("[command]") && rest.trim_start().starts_with('{')).then(|| line.trim_end())
}
