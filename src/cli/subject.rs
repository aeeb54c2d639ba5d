//! What several commands judge: the demo organisation, inventories and templates given by path; and the policy that they judge by.

use super::collection;
use super::exit::Failure;
use super::rules::mistakes_text;
use crate::audit::Input;
use crate::audit::policy::Policy;
use crate::inventory::document;
use crate::rules::RuleSet;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// The built-in organisation: the files of `fixtures/demo`.
const DEMO: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/demo.rs"));
const DEMO_POLICY: &str = include_str!("../../fixtures/demo/rel9.yaml");

/// The default policy file.
pub const POLICY: &str = "rel9.yaml";

/// The demo organisation.
///
/// # Errors
/// The built-in files are wrong.
pub fn demo() -> Result<Input, Failure> {
    let read: Result<Vec<_>, _> = DEMO.par_iter().map(|(name, text)| document::read(text.as_bytes(), Path::new(name))).collect();
    Ok(Input::Memory(read?.into_iter().flatten().collect()))
}

/// The inventory files among the inputs, and the inputs that are none.
///
/// # Errors
/// A folder that cannot be read, or the unfinished collection of one.
pub fn sorted(inputs: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for input in inputs {
        collection::check_finished(input)?;
        let found = if input.is_dir() { document::files_in(input)? } else { Vec::new() };
        match found.is_empty() {
            false => files.extend(found),
            true if document::is_inventory(input) => files.push(input.clone()),
            true => others.push(input.clone()),
        }
    }
    Ok((files, others))
}

/// The policy: of the file that was given, of the demo, or of the file in this folder.
///
/// # Errors
/// Every mistake in the file.
pub fn policy(given: Option<&Path>, demo: bool, rules: &RuleSet) -> Result<Policy, String> {
    let beside = Path::new(POLICY);
    let loaded = match given {
        Some(path) => Policy::load(path, rules),
        None if demo => Policy::parse("fixtures/demo/rel9.yaml", DEMO_POLICY, rules),
        None if beside.is_file() => Policy::load(beside, rules),
        None => return Ok(Policy::default()),
    };
    loaded.map_err(|mistakes| mistakes_text(&mistakes))
}
