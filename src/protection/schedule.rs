//! When backups are due: the schedules of AWS Backup and Data Lifecycle Manager. Pure arithmetic on time; may not know what runs.
//!
//! Sources: `BackupRule.ScheduleExpression` in the AWS Backup API reference (default, time zone), "Cron and rate expressions" in
//! the Amazon EventBridge user guide (syntax), "Schedule types on EventBridge Scheduler" (daylight saving time), `CreateRule` in
//! the DLM API reference (cron in UTC, or an interval in hours).
//!
//! AWS Backup does not document daylight saving time, so EventBridge Scheduler's rule is taken: a run whose local time does not
//! exist is left out, and a local time that occurs twice is run once, at the first of the two moments.

mod cache;
mod error;
mod runs;
mod span;
mod syntax;

pub use cache::{largest_gap, shortest_span, wall_clock_gap};
pub use error::ScheduleError;
pub use runs::{DEFAULT, Schedule};
pub use span::{days, late_after, minutes};
