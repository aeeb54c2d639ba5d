//! The answer to a name.

use super::document::Explanation;
use super::wanted::Named;

/// The answer to a name.
#[derive(Debug)]
pub enum Answer {
    One(Box<Explanation>),
    /// Several resources have the name.
    Several(Vec<Named>),
    /// No resource has it; the nearest names.
    Nothing(Vec<Named>),
}
