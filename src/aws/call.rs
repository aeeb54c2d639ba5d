//! One AWS call: waits for the rate limit, makes the call, and writes its outcome to the coverage log of the shard. Service modules make every
//! call through a [`Reader`], and never directly.

mod pages;

use super::failure::{Failure, Reply};
use super::kms::Aliases;
use super::limits::{Gate, Run};
use super::operation::Operation;
use super::tagging::Tagged;
use super::transport::calling;
use crate::inventory::{Coverage, CoverageEntry, CoverageStatus};
use aws_config::SdkConfig;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use futures::TryFutureExt;
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

#[derive(Default)]
struct Outcome {
    items: u64,
    error: Option<String>,
}

/// A call that is not started yet. It is boxed because the SDK's futures are large, and every function that passes one on would hold a copy
/// in its own future.
type Call<'a, T, E> = Pin<Box<dyn Future<Output = Result<Option<T>, SdkError<E>>> + Send + 'a>>;

fn boxed<'a, T: 'a, E: 'a>(call: impl Future<Output = Result<T, SdkError<E>>> + Send + 'a) -> Call<'a, T, E> {
    Box::pin(call.map_ok(Some))
}

type Log = BTreeMap<(&'static str, &'static str, CoverageStatus), Outcome>;

/// Reads one shard: an account in one Region. Concurrent readers of the shard share it by reference.
pub struct Reader {
    pub account: String,
    pub region: String,
    pub partition: String,
    /// For clients of this Region: `aws_sdk_ec2::Client::new(&reader.config)`. S3 clients come from [`Reader::s3`].
    pub config: SdkConfig,
    custom_endpoint: bool,
    run: Arc<Run>,
    /// The Region's aliases of AWS managed keys, listed at first use.
    pub(super) aliases: OnceCell<Option<Aliases>>,
    /// The Region's tagged resources of some services, listed at first use.
    pub(super) tagged: OnceCell<Option<Tagged>>,
    gates: Mutex<HashMap<(&'static str, &'static str), Arc<Gate>>>,
    log: Mutex<Log>,
}

impl Reader {
    pub(super) fn new(account: &str, region: &str, partition: &str, config: SdkConfig, custom_endpoint: bool, run: Arc<Run>) -> Reader {
        Reader {
            account: account.to_owned(),
            region: region.to_owned(),
            partition: partition.to_owned(),
            config,
            custom_endpoint,
            run,
            aliases: OnceCell::new(),
            tagged: OnceCell::new(),
            gates: Mutex::default(),
            log: Mutex::default(),
        }
    }

    /// An ARN in this account and Region: `reader.arn("ec2", "volume/vol-1")`.
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition, self.region, self.account)
    }

    /// An S3 client. With an endpoint of the user (an emulator, a gateway), it puts the bucket into the path, because such endpoints rarely serve
    /// a host name for each bucket.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(self.custom_endpoint).build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// Makes a call. Returns `None` if it failed; the log has the outcome in both cases.
    pub fn one<'a, T, E>(
        &'a self,
        operation: &'static Operation,
        call: impl Future<Output = Result<T, SdkError<E>>> + Send + 'a,
    ) -> impl Future<Output = Option<T>> + Send + 'a
    where
        T: Send + 'a,
        E: ProvideErrorMetadata + Send + 'a,
    {
        let call = boxed(call);
        async move {
            let reply = self.attempt(operation, &[], call).await;
            self.outcome(operation, reply.map(|value| (value, 1))).flatten()
        }
    }

    /// Makes a call that answers "there is none" with an error: the codes in `absent` return `Some(None)` and are logged as read. The same holds
    /// for a resource that was deleted after it was listed.
    pub fn one_or<'a, T, E>(
        &'a self,
        operation: &'static Operation,
        call: impl Future<Output = Result<T, SdkError<E>>> + Send + 'a,
        absent: &'a [&'a str],
    ) -> impl Future<Output = Option<Option<T>>> + Send + 'a
    where
        T: Send + 'a,
        E: ProvideErrorMetadata + Send + 'a,
    {
        let call = boxed(call);
        async move {
            let reply = self.attempt(operation, absent, call).await;
            self.outcome(operation, reply.map(|value| (value, 1)))
        }
    }

    /// Makes a call whose one answer is a complete list.
    pub fn list<'a, T, I, E>(
        &'a self,
        operation: &'static Operation,
        call: impl Future<Output = Result<T, SdkError<E>>> + Send + 'a,
        items: impl Fn(T) -> Vec<I> + Send + 'a,
    ) -> impl Future<Output = Option<Vec<I>>> + Send + 'a
    where
        T: Send + 'a,
        E: ProvideErrorMetadata + Send + 'a,
    {
        let call = boxed(call);
        async move {
            let reply = self.attempt(operation, &[], call).await;
            let list = reply.map(|value| {
                let list = value.map(items).unwrap_or_default();
                let count = list.len() as u64;
                (list, count)
            });
            self.outcome(operation, list)
        }
    }

    /// Declares that a collector may call `operation` in this shard: if there is nothing to call it for, the log says that it is complete.
    pub fn declare(&self, operation: &'static Operation) {
        self.record(operation, CoverageStatus::Ok, 0, None);
    }

    /// Adds the outcome of calls that another shard made, such as the account's list of buckets.
    pub(super) fn record(&self, operation: &'static Operation, status: CoverageStatus, items: u64, error: Option<&str>) {
        let mut log = lock(&self.log);
        let outcome = log.entry((operation.service, operation.name, status)).or_default();
        outcome.items += items;
        if let Some(error) = error {
            // The smallest error text, not the first, so that every run logs the same error whichever call ended first.
            if outcome.error.as_deref().is_none_or(|known| error < known) {
                outcome.error = Some(error.to_owned());
            }
        }
    }

    /// The status of `operation` so far.
    pub(super) fn recorded(&self, operation: &Operation) -> Vec<(CoverageStatus, u64, Option<String>)> {
        lock(&self.log)
            .iter()
            .filter(|((service, name, _), _)| *service == operation.service && *name == operation.name)
            .map(|((_, _, status), outcome)| (*status, outcome.items, outcome.error.clone()))
            .collect()
    }

    /// The coverage log, sorted. A declaration of an operation appears only if the operation has no other entry.
    pub(super) fn coverage(&self) -> Coverage {
        let log = lock(&self.log);
        let failed = |service: &str, name: &str| log.keys().any(|key| key.0 == service && key.1 == name && key.2 != CoverageStatus::Ok);
        let entries = log
            .iter()
            .filter(|((service, name, status), outcome)| *status != CoverageStatus::Ok || outcome.items > 0 || !failed(service, name))
            .map(|((service, name, status), outcome)| CoverageEntry {
                account: self.account.clone(),
                region: self.region.clone(),
                service: (*service).to_owned(),
                operation: (*name).to_owned(),
                status: *status,
                items: outcome.items,
                error: outcome.error.clone(),
                location: None,
            })
            .collect();
        Coverage { entries, ..Coverage::default() }
    }

    fn outcome<T>(&self, operation: &'static Operation, reply: Result<(T, u64), Failure>) -> Option<T> {
        match reply {
            Ok((value, items)) => {
                self.record(operation, CoverageStatus::Ok, items, None);
                Some(value)
            }
            Err(failure) => {
                self.record(operation, failure.status, 1, failure.text.as_deref());
                None
            }
        }
    }

    /// Makes the call; fails if it does not end before the deadline. `Ok(None)`: one of the `absent` codes, or the end of pages.
    async fn attempt<T, E>(&self, operation: &'static Operation, absent: &[&str], call: Call<'_, T, E>) -> Result<Option<T>, Failure>
    where
        E: ProvideErrorMetadata,
    {
        let in_turn = self.in_turn(operation, absent, call);
        let Some(deadline) = self.run.deadline else { return in_turn.await };
        if Instant::now() >= deadline {
            return Err(Failure::deadline(self.run.time));
        }
        timeout_at(deadline, in_turn).await.unwrap_or_else(|_| Err(Failure::deadline(self.run.time)))
    }

    /// Waits for the operation's limit and the run's limit, and makes the call.
    async fn in_turn<T, E>(&self, operation: &'static Operation, absent: &[&str], call: Call<'_, T, E>) -> Result<Option<T>, Failure>
    where
        E: ProvideErrorMetadata,
    {
        let gate = self.gate(operation);
        // Nothing closes the semaphores. If one were closed, the call would only skip its wait.
        let _probe = gate.probes.acquire().await.ok();
        if gate.shut() {
            return Err(Failure::not_called());
        }
        gate.limiter.until_ready().await;
        self.run.limiter.until_ready().await;
        let _permit = self.run.permits.acquire().await.ok();

        let start = Instant::now();
        let reply = match calling(operation, call).await {
            // The end of pages: no call was made.
            Ok(None) => return Ok(None),
            Ok(value) => Ok(value),
            Err(error) => Reply::of(&error).of_service(operation.service).into_result(absent).map(|()| None),
        };
        let status = reply.as_ref().map_or_else(|failure| failure.status, |_| CoverageStatus::Ok);
        gate.note(status);
        self.run.progress.called(&self.region, operation, status);
        tracing::debug!(
            %operation,
            region = self.region,
            milliseconds = start.elapsed().as_millis() as u64,
            status = status.as_str(),
            error = reply.as_ref().err().and_then(|failure| failure.text.as_deref()),
            "called"
        );
        reply
    }

    fn gate(&self, operation: &'static Operation) -> Arc<Gate> {
        let mut gates = lock(&self.gates);
        let gate =
            gates.entry((operation.service, operation.name)).or_insert_with(|| Arc::new(Gate::new(operation, self.run.limits_operations)));
        Arc::clone(gate)
    }
}

/// Locks. The data of a poisoned lock is consistent, because no code here panics while it holds one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::answer::Answer;
    use crate::aws::limits::PATIENCE;
    use crate::aws::progress::Silent;
    use aws_sdk_ec2::error::ErrorMetadata;
    use aws_sdk_ec2::operation::describe_volumes::DescribeVolumesError;
    use std::num::NonZeroU32;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    const VOLUMES: Operation = Operation::new("ec2", "DescribeVolumes", Answer::ec2(&[]));
    const ENCRYPTION: Operation = Operation::new("s3", "GetBucketEncryption", Answer::xml("X", &[]));

    fn reader() -> Reader {
        reader_for(Duration::MAX)
    }

    fn reader_for(time: Duration) -> Reader {
        let run = Run::new(NonZeroU32::MAX, time, Arc::new(Silent));
        Reader::new("111122223333", "eu-west-1", "aws", SdkConfig::builder().build(), false, Arc::new(run))
    }

    #[expect(clippy::result_large_err, reason = "the SDK's own error type")]
    fn refused<T>(code: &str) -> Result<T, SdkError<DescribeVolumesError>> {
        let error = DescribeVolumesError::generic(ErrorMetadata::builder().code(code).message("No.").build());
        let http = aws_sdk_ec2::config::http::HttpResponse::new(400_u16.try_into().unwrap(), "".into());
        Err(SdkError::service_error(error, http))
    }

    #[test]
    fn arns_are_of_the_account_and_region() {
        assert_eq!(reader().arn("ec2", "volume/vol-1"), "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1");
    }

    #[tokio::test]
    async fn every_outcome_is_logged() {
        let reader = reader();
        reader.declare(&VOLUMES);
        reader.declare(&ENCRYPTION);
        assert_eq!(reader.one(&VOLUMES, async { refused::<()>("UnauthorizedOperation") }).await, None);
        let absent = reader.one_or(&ENCRYPTION, async { refused::<()>("NotThere") }, &["NotThere"]).await;
        assert_eq!(absent, Some(None));
        let log: Vec<_> = reader.coverage().entries.into_iter().map(|entry| (entry.operation, entry.status, entry.items)).collect();
        assert_eq!(
            log,
            [("DescribeVolumes".to_owned(), CoverageStatus::Denied, 1), ("GetBucketEncryption".to_owned(), CoverageStatus::Ok, 1)]
        );
    }

    #[tokio::test]
    async fn an_operation_that_only_fails_is_left_alone() {
        let reader = reader();
        let calls = AtomicU32::new(0);
        for _ in 0..10 {
            let call = async {
                calls.fetch_add(1, Ordering::Relaxed);
                refused::<()>("InternalError")
            };
            reader.one(&VOLUMES, call).await;
        }
        assert_eq!(calls.load(Ordering::Relaxed), PATIENCE);
        let entries = reader.coverage().entries;
        assert_eq!((entries.len(), entries[0].items), (1, 10));
        assert_eq!(entries[0].error.as_deref(), Some("InternalError: No."));
    }

    #[tokio::test]
    async fn after_the_deadline_nothing_is_asked() {
        let reader = reader_for(Duration::from_millis(20));
        assert_eq!(reader.one(&VOLUMES, async { Ok::<_, SdkError<DescribeVolumesError>>(7) }).await, Some(7));
        let late = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok::<_, SdkError<DescribeVolumesError>>(7)
        };
        assert_eq!(reader.one(&VOLUMES, late).await, None);
        let calls = AtomicU32::new(0);
        let never = async {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok::<_, SdkError<DescribeVolumesError>>(7)
        };
        assert_eq!(reader.one(&ENCRYPTION, never).await, None);
        assert_eq!(calls.load(Ordering::Relaxed), 0);
        let entries = reader.coverage().entries;
        let failed = entries.iter().filter(|entry| entry.status == CoverageStatus::Failed);
        let errors: Vec<_> = failed.filter_map(|entry| entry.error.as_deref()).collect();
        assert_eq!(errors.len(), 2, "{entries:?}");
        assert!(errors.iter().all(|error| error.starts_with("deadline")), "{errors:?}");
    }

    #[tokio::test]
    async fn denials_do_not_stop_an_operation() {
        let reader = reader();
        for _ in 0..5 {
            reader.one(&VOLUMES, async { refused::<()>("AccessDenied") }).await;
        }
        assert_eq!(reader.one(&VOLUMES, async { Ok::<_, SdkError<DescribeVolumesError>>(7) }).await, Some(7));
    }
}
