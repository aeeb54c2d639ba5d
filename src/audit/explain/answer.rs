//! The answer to a name.

use super::document::Explanation;
use super::wanted::Named;

/// The answer to a name.
#[derive(Debug)]
pub enum Answer {
    One(Box<Explanation>),
    /// Several resources have the name.
    Several(Vec<Named>),
    /// No resource that can be explained has it.
    Nothing(Missing),
}

/// Why there is no resource to explain.
#[derive(Debug, Default)]
pub struct Missing {
    /// Resources that have the name and that nothing judges: evidence, such as recovery points and selections.
    pub not_judged: Vec<Named>,
    /// The names that are nearest.
    pub nearest: Vec<Named>,
    /// What was not read and may have the resource.
    pub unread: Vec<String>,
}
