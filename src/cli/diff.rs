//! `rel9 diff`: compares two findings documents.

use super::exit::{Exit, Failure};
use super::report as stored;
use super::streams;
use crate::audit::diff;
use crate::report::diff as render;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The earlier findings document
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The later one; - reads standard input (for one of the two)
    #[arg(value_name = "NEW")]
    new: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Show every entry of every list
    #[arg(long)]
    all: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Table for a terminal
    Table,
    /// The complete comparison; see `rel9 schema diff`
    Json,
    /// Markdown for a pull request or a ticket
    Markdown,
}

/// Exit code 1 when something got worse.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    if [&args.old, &args.new].iter().all(|path| path.as_path() == Path::new("-")) {
        return Err("only one of the two documents can come from standard input".to_owned().into());
    }
    let (old, new) = (stored::read(&args.old)?, stored::read(&args.new)?);
    let diff = diff::compare(&old, &new);
    match args.format {
        Format::Table => streams::print(&render::text(&diff, args.all, super::output::width()))?,
        Format::Markdown => streams::print(&render::markdown(&diff, args.all))?,
        Format::Json => streams::print_json(&diff)?,
    }
    Ok(if diff.worse { Exit::Failed } else { Exit::Passed })
}
