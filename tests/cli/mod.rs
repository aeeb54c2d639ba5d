//! The command line: exit codes, messages, written files, and the documented examples.

#[cfg(feature = "live")]
mod bad_input;
mod ci_docs;
mod explain;
mod gate;
#[cfg(unix)]
mod output;
mod policy;
mod remediate;
mod scope;
mod what_if;
