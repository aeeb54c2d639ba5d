//! Selects the parser of a file: by its name (Terraform files stand for their folder), or by what its text claims to be.

use super::boundary::Boundary;
use super::declaration::{Declaration, Language, Position, TemplateError, short};
use super::{Options, cloudformation, terraform};
use crate::inventory::encoding::{NotText, decode};
use std::path::Path;

/// The result of a parser.
pub struct Parsed {
    pub declarations: Vec<Declaration>,
    /// Problems that do not keep the template from being read, such as duplicate keys.
    pub warnings: Vec<TemplateError>,
}

/// Whether a file is one of a Terraform or OpenTofu module.
pub fn is_terraform(path: &Path) -> bool {
    let ends = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    path.file_name().is_some_and(|name| ends.iter().any(|end| name.as_encoded_bytes().ends_with(end.as_bytes())))
}

/// Whether a file of a folder may be a template, by its extension.
pub fn may_be_template(path: &Path) -> bool {
    let extensions = ["yaml", "yml", "json", "template", "cfn", "tfstate"];
    path.extension().is_some_and(|extension| extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Whether the name of a file is that of a template, a policy or a part of one. Reports never have such a name.
pub fn is_named_as_source(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    is_terraform(path)
        || [".yaml", ".yml", ".template", ".tfstate", ".tfvars", ".tfvars.json", ".hcl"].iter().any(|end| name.ends_with(end))
}

/// The language of a file that cannot be read, by its name.
pub fn language_of(path: &Path) -> Language {
    let of_terraform = is_terraform(path) || path.extension().is_some_and(|extension| extension == "tfvars" || extension == "tfstate");
    if of_terraform { Language::Terraform } else { Language::CloudFormation }
}

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
    if bytes.starts_with(ARCHIVE) { SAVED_PLAN } else { NEITHER }
}

/// Terraform saves plans as archives.
const ARCHIVE: &[u8] = b"PK\x03\x04";
const SAVED_PLAN: &str = "is a saved plan, or another archive: write a plan as JSON with `terraform show -json`";
const NEITHER: &str = "is neither an inventory nor a CloudFormation template nor a Terraform plan or state";

/// The first line of a plan that `terraform` wrote through the wrapper of hashicorp/setup-terraform: GitHub's toolkit writes `[command]`
/// and the command line before the command's output (actions/toolkit, `exec`).
fn wrapper_line(text: &str) -> Option<&str> {
    let (line, rest) = text.split_once('\n')?;
    (line.starts_with("[command]") && rest.trim_start().starts_with('{')).then(|| line.trim_end())
}
