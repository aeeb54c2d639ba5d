//! The heart: joins plans, selections, schedules, recovery points, copies, snapshots, jobs and restore tests to each resource.
//! Knows no AWS SDK type and no rule.

pub mod facts;
