//! Where a template's file takes a change: the template reader finds the place, and the audit writes the text.

use super::{Declared, Place};

/// A name on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    /// The way goes on in the only element of the list with this name.
    pub element: bool,
}

/// A place in a file for a value, or for lines that set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub start: Place,
    pub end: Place,
    /// How many of the last steps the file does not have. With 0, the slot is the value itself.
    pub missing: usize,
    /// What precedes and follows the text.
    pub before: String,
    pub after: String,
    /// What begins each of its further lines; `None` if it must be on one line.
    pub indent: Option<String>,
    pub line_break: &'static str,
    /// The width to which the neighbours' names are padded.
    pub align: usize,
}

/// Finds slots in the files of templates.
pub trait Slots: Sync {
    /// The slot for a property of a resource, at a path that starts at the resource. `None` in any doubt: the value is no literal, the place is
    /// shared, the file is not the one that was read.
    fn slot(&self, declared: &Declared, name: &str, path: &[Step]) -> Option<Slot>;
}

/// For resources without files.
pub struct NoSlots;

impl Slots for NoSlots {
    fn slot(&self, _: &Declared, _: &str, _: &[Step]) -> Option<Slot> {
        None
    }
}
