//! `rel9 report`: renders a stored findings document again. Also reads stored documents for other commands.

use super::exit::{Exit, Failure};
use super::inputs::Inputs;
use super::output::{self, Output};
use crate::audit::findings::Findings;
use crate::audit::stored;
use std::fs::File;
use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};

/// Maximum bytes of a document on standard input; a longer one must come from a file, which is streamed.
const LARGEST_INPUT: u64 = 2 << 30;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Findings document that `rel9 audit --format json` wrote; `-` reads standard input
    #[arg(value_name = "FINDINGS")]
    findings: PathBuf,
    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut inputs = Inputs::default();
    inputs.add("the findings document", &args.findings);
    let outputs = args.output.prepare(&inputs)?;
    let findings = read(&args.findings)?;
    output::write(&outputs, &findings)?;
    Ok(Exit::Passed)
}

/// Reads a findings document; `-` is standard input.
///
/// # Errors
/// A file that cannot be read, or is not an unchanged findings document: with its name, line and column where they are known.
pub fn read(path: &Path) -> Result<Findings, String> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let mut input = std::io::stdin().lock();
        let fail = |error: std::io::Error| format!("standard input: cannot be read: {error}");
        // An input that does not begin like a document is not read to its end.
        let begins = input.fill_buf().map_err(fail)?.trim_ascii_start().first().is_none_or(|first| *first == b'{');
        let most = if begins { LARGEST_INPUT } else { 1 << 16 };
        input.take(most).read_to_end(&mut bytes).map_err(fail)?;
        return stored::read("standard input", || Ok(bytes.as_slice()));
    }
    let name = path.display().to_string();
    if path.is_dir() {
        return Err(format!("{name}: is a folder, not a findings document"));
    }
    stored::read(&name, || File::open(path))
}
