//! `rel9 init`: writes a commented policy file with the tags of an inventory. Asks nothing, and never replaces a file unless told to.

mod quote;
mod starter;
#[cfg(test)]
mod tests;
mod tier;

use super::exit::{Exit, Failure};
use super::streams::Verbosity;
use super::survey::Surveyed;
use super::templates::TemplateArgs;
use super::{flags, output, streams, subject};
use crate::audit::policy::Policy;
use crate::inventory::atomic_file;
use crate::rules::RuleSet;
use crate::rules::text::shell_word;
use chrono::{DateTime, Utc};
use starter::{Seen, starter};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Inventories or templates whose tags the policy shall use; without INPUT, a general starter
    #[arg(value_name = "INPUT", conflicts_with = "demo")]
    inputs: Vec<PathBuf>,
    /// Use the tags of the built-in demo organisation
    #[arg(long)]
    demo: bool,
    /// The file to write; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = subject::POLICY)]
    out: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
    /// Write as of this moment [default: when the inventory was read, else now]
    #[arg(long, value_name = "RFC3339|YYYY-MM-DD", value_parser = flags::moment)]
    as_of: Option<DateTime<Utc>>,
    #[command(flatten)]
    templates: TemplateArgs,
}

/// `rel9 init`.
pub fn run(args: &Args, verbosity: Verbosity) -> Result<Exit, Failure> {
    let to_stdout = args.out == Path::new("-");
    if !to_stdout && !args.force && args.out.symlink_metadata().is_ok() {
        return Err(exists(&args.out).into());
    }
    let rules = RuleSet::load(&[] as &[&Path]).map_err(|mistakes| super::rules::mistakes_text(&mistakes))?;
    let surveyed = Surveyed { demo: args.demo, inputs: &args.inputs, templates: &args.templates, as_of: args.as_of };
    let found = if surveyed.is_given() { Some(surveyed.run(&rules, &Policy::default())?) } else { None };
    let seen = found.as_ref().map(|(findings, survey)| Seen { findings, survey });
    let as_of = found.as_ref().map(|(findings, _)| findings.audit.as_of).or(args.as_of).unwrap_or_else(Utc::now);
    let text = starter(&rules, as_of, seen.as_ref());
    if to_stdout {
        streams::print(&text)?;
        return Ok(Exit::Passed);
    }
    write(&args.out, &text, args.force)?;
    if verbosity == Verbosity::Quiet {
        return Ok(Exit::Passed);
    }
    let out = args.out.display();
    let paths = [&args.out].into_iter().chain(&args.inputs).map(|path| shell_word(&path.display().to_string()));
    let demo = args.demo.then(|| "--demo".to_owned());
    let next = ["rel9 policy check".to_owned()].into_iter().chain(paths).chain(demo).collect::<Vec<_>>().join(" ");
    streams::tell(format_args!(
        "{out}: written. Put the figures of the owners of the data into it; `{next}` tells what in it has no effect."
    ));
    Ok(Exit::Passed)
}

fn exists(path: &Path) -> String {
    format!("{}: exists already, and rel9 keeps it as it is: name another file with -o, or replace it with --force", path.display())
}

/// Writes the file whole or not at all. A file that another program made in the meantime stays, too.
fn write(path: &Path, text: &str, force: bool) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("{}: cannot be written: {error}", path.display());
    let mut file = output::temporary_file(atomic_file::folder_of(path)).map_err(cannot)?;
    file.write_all(text.as_bytes()).map_err(cannot)?;
    if force {
        return atomic_file::put_in_place(file, path).map_err(cannot);
    }
    match file.persist_noclobber(path) {
        Ok(_) => atomic_file::sync_folder(atomic_file::folder_of(path)).map_err(cannot),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(cannot(error.error)),
    }
}
