//! Standard output and standard error.

use super::exit::{Exit, Failure};
use crate::report::json;

/// The amount of messages besides the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    Quiet,
    Normal,
    /// Every AWS call, to stderr.
    Verbose,
}

/// Writes the result of a command that only prints.
///
/// # Errors
/// Why stdout cannot be written.
pub fn printed(text: &str) -> Result<Exit, Failure> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    print(&format!("{text}{end}"))?;
    Ok(Exit::Passed)
}

/// Writes results to stdout; a closed pipe is a quiet end.
///
/// # Errors
/// Why stdout cannot be written.
pub fn print(text: &str) -> Result<(), String> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot write to standard output: {error}")),
        _ => Ok(()),
    }
}

/// Writes a document to stdout, escaped as those of reports are.
///
/// # Errors
/// Why stdout cannot be written.
pub fn print_json(document: &impl serde::Serialize) -> Result<(), String> {
    let mut text = Vec::new();
    json::pretty(document, &mut text).map_err(|error| error.to_string())?;
    print(&String::from_utf8_lossy(&text))
}

/// Writes a message to standard error; ignored if that is full or closed.
pub fn tell(text: impl std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}
