//! `rel9 remediate`: writes fixes for a live account as files for people to review. Changes nothing in AWS.

use super::exit::{Exit, Failure};
use super::rules::mistakes_text;
use super::{report as stored, streams, subject};
use crate::audit::remediate::{self, Class};
use crate::inventory::atomic_file::folder_of;
use crate::report::remediate as render;
use crate::rules::{RuleSet, hex};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The list of the files that rel9 wrote, with their digests: a folder with other or changed files is never replaced.
const WRITTEN: &str = ".rel9-remediate.json";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Findings document of a live account or an inventory (`rel9 audit --format json`); `-` reads standard input
    #[arg(value_name = "FINDINGS")]
    findings: PathBuf,
    /// Folder to write: new, empty, or written by an earlier run and not changed since
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Policy file with the objectives [default: ./rel9.yaml if it exists]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Folder of rules that add to the built-in ones or override them
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let rules = RuleSet::load(&args.rules).map_err(|mistakes| mistakes_text(&mistakes))?;
    let findings = stored::read(&args.findings)?;
    let policy = subject::policy(args.policy.as_deref(), findings.audit.source == "demo", &rules)?;
    let name = args.findings.display();
    let remedies = remediate::remedies(&findings, &rules, &policy).map_err(|why| format!("{name}: {why}"))?;
    check(&args.output)?;
    if remedies.findings.is_empty() && remedies.sets.is_empty() {
        streams::print(&format!("{name}: nothing fails, so there is nothing to write\n"))?;
        return Ok(Exit::Passed);
    }
    let files = render::files(&remedies);
    write(&args.output, &files).map_err(|error| format!("{}: cannot be written: {error}", args.output.display()))?;
    for note in &remedies.notes {
        streams::tell(format_args!("note: {note}"));
    }
    let of =
        |keep: fn(&Class) -> bool| remedies.findings.iter().flat_map(|fix| &fix.commands).filter(|command| keep(&command.class)).count();
    let targets: usize = remedies.sets.iter().flat_map(|set| &set.plans).map(|plan| plan.resources.len()).sum();
    let plans = remedies.sets.iter().flat_map(|set| set.new_plans()).count();
    streams::print(&format!(
        "{}: {plans} backup plans for {targets} resources; {} commands run, {} more once their costs are accepted, {} are left to you. Begin with README.md.\n",
        args.output.display(),
        of(|class| *class == Class::Runs),
        of(|class| matches!(class, Class::Costs(_))),
        of(|class| matches!(class, Class::Review(_)))
    ))?;
    Ok(Exit::Passed)
}

/// Whether the folder may be written.
///
/// # Errors
/// Why not: somebody has put something there.
fn check(folder: &Path) -> Result<(), String> {
    let shown = folder.display();
    if folder.as_os_str().is_empty() || folder.file_name().is_none() {
        return Err(format!("{shown}: give the folder a name of its own, as in -o fixes"));
    }
    let parent = folder_of(folder);
    if !parent.is_dir() {
        return Err(format!("{shown}: the folder {} does not exist", parent.display()));
    }
    let found = match files_below(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(format!("{shown}: is a file, not a folder")),
        Err(error) => return Err(format!("{shown}: cannot be read: {error}")),
    };
    if found.is_empty() {
        return Ok(());
    }
    let written = fs::read(folder.join(WRITTEN)).ok().and_then(|text| serde_json::from_slice::<BTreeMap<String, String>>(&text).ok());
    let Some(written) = written else {
        return Err(format!("{shown}: is not empty, and rel9 did not write it: give the fixes a folder of their own"));
    };
    let digest = |file: &String| fs::read(folder.join(file)).map(|content| digest(&content)).ok();
    let changed =
        found.iter().find(|file| *file != WRITTEN && (!written.contains_key(*file) || digest(file).as_ref() != written.get(*file)));
    match changed {
        Some(file) => Err(format!("{shown}: {file} was changed or added since rel9 wrote the folder: give the fixes a new folder")),
        None => Ok(()),
    }
}

/// The files of a folder and of its folders, by their path in it. Links count as files: what they lead to is not rel9's.
fn files_below(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn digest(content: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(content)))
}

/// Writes all files to a new folder beside the target, and then puts it in its place: whole or not at all.
fn write(folder: &Path, files: &[(String, String)]) -> io::Result<()> {
    let parent = folder_of(folder);
    let new = tempfile::Builder::new().prefix(".rel9-remediate-").tempdir_in(parent)?;
    let target = new.path().join("new");
    let mut written = BTreeMap::new();
    fs::create_dir(&target)?;
    for (name, content) in files {
        let path = target.join(name);
        fs::create_dir_all(folder_of(&path))?;
        fs::write(&path, content)?;
        #[cfg(unix)]
        if name.ends_with(".sh") {
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        }
        written.insert(name.clone(), digest(content.as_bytes()));
    }
    fs::write(target.join(WRITTEN), serde_json::to_vec_pretty(&written)?)?;
    let old = new.path().join("old");
    match fs::rename(folder, &old) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::rename(&target, folder).inspect_err(|_| {
        // The earlier folder goes back to its place.
        let _ = fs::rename(&old, folder);
    })
}
