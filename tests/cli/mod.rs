//! The command line: exit codes, messages, written files, and the documented examples.

#[cfg(feature = "live")]
mod bad_input;
mod ci_docs;
mod explain;
mod explain_changes;
mod explain_names;
mod explain_unread;
mod gate;
#[cfg(unix)]
mod output;
mod policy;
mod remediate;
mod scope;
mod what_if;
mod what_if_identity;
