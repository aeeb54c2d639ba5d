//! The command line: exit codes, messages, files that are written, and the documented examples.

#[cfg(feature = "live")]
mod bad_input;
mod ci_docs;
#[cfg(unix)]
mod output;
