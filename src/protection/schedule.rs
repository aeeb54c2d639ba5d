//! What protection computes from schedules: their gaps, each computed once, and how late a backup may be. [`crate::inventory::schedule`]
//! parses the schedules.

mod cache;
mod span;

pub use cache::{largest_gap, shortest_span, wall_clock_gap};
pub use span::{days, late_after, minutes};
