//! The progress of reading, as those who start it see it.

use super::operation::Operation;
use crate::inventory::CoverageStatus;

/// Receives the progress of reading. Several threads call it, so it must be quick.
pub trait Progress: Send + Sync {
    /// A warning for the user, such as about data that crosses the network unencrypted.
    fn warned(&self, _warning: &str) {}
    /// Reading of a Region (or of `global`) starts.
    fn started(&self, _region: &str) {}
    /// A call ended.
    fn called(&self, _region: &str, _operation: &Operation, _status: CoverageStatus) {}
    /// Reading of a Region ended.
    fn finished(&self, _region: &str, _resources: usize) {}
}

/// Ignores all progress.
pub struct Silent;

impl Progress for Silent {}
