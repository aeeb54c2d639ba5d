//! The schedules of AWS Backup and Data Lifecycle Manager (and, in [`weekly`], of Amazon Redshift): syntax, times of runs, gaps between them. Pure arithmetic on time.
//!
//! Sources: `BackupRule.ScheduleExpression` in the AWS Backup API reference (default, time zone), "Cron and rate expressions" in
//! the Amazon EventBridge user guide (syntax), "Schedule types on EventBridge Scheduler" (daylight saving time), `CreateRule` in
//! the DLM API reference (cron in UTC, or an interval in hours).
//!
//! AWS Backup does not document daylight saving time, so EventBridge Scheduler's rule applies: a run whose local time does not
//! exist is skipped, and a local time that occurs twice has one run, at the first of the two moments.

mod error;
mod runs;
mod syntax;
pub mod weekly;

pub use error::ScheduleError;
pub use runs::{DEFAULT, Schedule};
