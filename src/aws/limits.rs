//! The limits of reading: those of a run, and those of one operation in one shard.

use super::operation::{Operation, RATE, at_least_one};
use super::progress::Progress;
use crate::inventory::CoverageStatus;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Burst: calls of one operation in one Region before the rate limit applies. EC2's token bucket for a read-only operation holds 100 (EC2
/// developer guide, "Request throttling for the Amazon EC2 API"); half of it is left to production.
const BURST: NonZeroU32 = at_least_one(50);

/// After this many consecutive failed calls of one operation (each with all its retries), the shard does not call the operation again. An
/// audit of 5,000 tables must not wait for 5,000 time-outs.
pub(super) const PATIENCE: u32 = 3;

/// Maximum calls in flight in the whole run.
const IN_FLIGHT: usize = 64;

/// Limits that all shards of a run share.
pub struct Run {
    pub(super) limiter: DefaultDirectRateLimiter,
    pub(super) permits: Semaphore,
    pub(super) progress: Arc<dyn Progress>,
    /// How long the run may take, and the moment of its deadline; `None` if that moment is beyond the clock's range.
    pub(super) time: Duration,
    pub(super) deadline: Option<Instant>,
    /// Whether the limits of single operations apply: those of AWS, not of an emulator.
    pub(super) limits_operations: bool,
}

impl Run {
    /// A run of at most `max_rps` calls per second in all Regions together, which makes no more calls after `time`.
    pub fn new(max_rps: NonZeroU32, time: Duration, progress: Arc<dyn Progress>) -> Run {
        let limiter = RateLimiter::direct(Quota::per_second(max_rps));
        let deadline = Instant::now().checked_add(time);
        Run { limiter, permits: Semaphore::new(IN_FLIGHT), progress, time, deadline, limits_operations: true }
    }

    /// The same run against an emulator, to which the limits of AWS's operations do not apply.
    pub fn against_emulator(self) -> Run {
        Run { limits_operations: false, ..self }
    }
}

/// The limits of one operation in one shard.
pub(super) struct Gate {
    pub(super) limiter: DefaultDirectRateLimiter,
    /// Allows only a few calls at once until AWS has answered one of them.
    pub(super) probes: Semaphore,
    answered: AtomicBool,
    failures: AtomicU32,
}

impl Gate {
    pub(super) fn new(operation: &Operation, is_limited: bool) -> Gate {
        // A rate below the default is a documented limit per second, so the burst is not larger either.
        let burst = if operation.rate < RATE { operation.rate } else { BURST.max(operation.rate) };
        let limited = Quota::per_second(operation.rate).allow_burst(burst);
        Gate {
            limiter: RateLimiter::direct(if is_limited { limited } else { Quota::per_second(NonZeroU32::MAX) }),
            probes: Semaphore::new(PATIENCE as usize),
            answered: AtomicBool::new(false),
            failures: AtomicU32::new(0),
        }
    }

    pub(super) fn shut(&self) -> bool {
        self.failures.load(Ordering::Relaxed) >= PATIENCE
    }

    pub(super) fn note(&self, status: CoverageStatus) {
        if status == CoverageStatus::Failed {
            self.failures.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.failures.store(0, Ordering::Relaxed);
        if !self.answered.swap(true, Ordering::Relaxed) {
            self.probes.add_permits(IN_FLIGHT);
        }
    }
}
