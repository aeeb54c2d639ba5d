//! Paginated lists. A list is complete when its last page has no token. If a page token repeats, pagination loops and the list is incomplete,
//! although the SDK's paginators stop there without an error. A list whose pages bring nothing new fails too.

use super::{Reader, boxed};
use crate::aws::failure::Failure;
use crate::aws::operation::Operation;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::future::pagination_stream::PaginationStream;
use std::collections::HashSet;
use std::future::Future;

/// An answer with a part of a list.
pub trait Page: Send {
    /// The token of the next page; `None` on the last page.
    fn next(&self) -> Option<&str>;
}

macro_rules! pages {
    ($($answer:ty: $token:ident,)*) => {
        $(impl Page for $answer {
            fn next(&self) -> Option<&str> {
                self.$token.as_deref().filter(|token| !token.is_empty())
            }
        })*
    };
}

pages! {
    aws_sdk_applicationautoscaling::operation::describe_scalable_targets::DescribeScalableTargetsOutput: next_token,
    aws_sdk_applicationautoscaling::operation::describe_scaling_policies::DescribeScalingPoliciesOutput: next_token,
    aws_sdk_backup::operation::list_backup_jobs::ListBackupJobsOutput: next_token,
    aws_sdk_backup::operation::list_backup_plans::ListBackupPlansOutput: next_token,
    aws_sdk_backup::operation::list_backup_selections::ListBackupSelectionsOutput: next_token,
    aws_sdk_backup::operation::list_backup_vaults::ListBackupVaultsOutput: next_token,
    aws_sdk_backup::operation::list_copy_jobs::ListCopyJobsOutput: next_token,
    aws_sdk_backup::operation::list_frameworks::ListFrameworksOutput: next_token,
    aws_sdk_backup::operation::list_protected_resources::ListProtectedResourcesOutput: next_token,
    aws_sdk_backup::operation::list_recovery_points_by_backup_vault::ListRecoveryPointsByBackupVaultOutput: next_token,
    aws_sdk_backup::operation::list_report_plans::ListReportPlansOutput: next_token,
    aws_sdk_backup::operation::list_restore_jobs::ListRestoreJobsOutput: next_token,
    aws_sdk_backup::operation::list_restore_testing_plans::ListRestoreTestingPlansOutput: next_token,
    aws_sdk_backup::operation::list_restore_testing_selections::ListRestoreTestingSelectionsOutput: next_token,
    aws_sdk_backupgateway::operation::list_gateways::ListGatewaysOutput: next_token,
    aws_sdk_backupgateway::operation::list_hypervisors::ListHypervisorsOutput: next_token,
    aws_sdk_backupgateway::operation::list_virtual_machines::ListVirtualMachinesOutput: next_token,
    aws_sdk_cloudformation::operation::describe_stacks::DescribeStacksOutput: next_token,
    aws_sdk_cloudtrail::operation::lookup_events::LookupEventsOutput: next_token,
    aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput: next_token,
    aws_sdk_cloudwatchlogs::operation::describe_account_policies::DescribeAccountPoliciesOutput: next_token,
    aws_sdk_cloudwatchlogs::operation::describe_export_tasks::DescribeExportTasksOutput: next_token,
    aws_sdk_cloudwatchlogs::operation::describe_log_groups::DescribeLogGroupsOutput: next_token,
    aws_sdk_cloudwatchlogs::operation::describe_subscription_filters::DescribeSubscriptionFiltersOutput: next_token,
    aws_sdk_cloudcontrol::operation::list_resources::ListResourcesOutput: next_token,
    aws_sdk_directory::operation::describe_directories::DescribeDirectoriesOutput: next_token,
    aws_sdk_directory::operation::describe_snapshots::DescribeSnapshotsOutput: next_token,
    aws_sdk_dynamodb::operation::list_backups::ListBackupsOutput: last_evaluated_backup_arn,
    aws_sdk_dynamodb::operation::list_tables::ListTablesOutput: last_evaluated_table_name,
    aws_sdk_ec2::operation::describe_images::DescribeImagesOutput: next_token,
    aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput: next_token,
    aws_sdk_ec2::operation::describe_locked_snapshots::DescribeLockedSnapshotsOutput: next_token,
    aws_sdk_ec2::operation::describe_snapshots::DescribeSnapshotsOutput: next_token,
    aws_sdk_ec2::operation::describe_volumes::DescribeVolumesOutput: next_token,
    aws_sdk_efs::operation::describe_file_systems::DescribeFileSystemsOutput: next_marker,
    aws_sdk_efs::operation::describe_replication_configurations::DescribeReplicationConfigurationsOutput: next_token,
    aws_sdk_elasticache::operation::describe_cache_clusters::DescribeCacheClustersOutput: marker,
    aws_sdk_elasticache::operation::describe_replication_groups::DescribeReplicationGroupsOutput: marker,
    aws_sdk_elasticache::operation::describe_serverless_cache_snapshots::DescribeServerlessCacheSnapshotsOutput: next_token,
    aws_sdk_elasticache::operation::describe_serverless_caches::DescribeServerlessCachesOutput: next_token,
    aws_sdk_elasticache::operation::describe_snapshots::DescribeSnapshotsOutput: marker,
    aws_sdk_eventbridge::operation::list_rules::ListRulesOutput: next_token,
    aws_sdk_eventbridge::operation::list_targets_by_rule::ListTargetsByRuleOutput: next_token,
    aws_sdk_fsx::operation::describe_backups::DescribeBackupsOutput: next_token,
    aws_sdk_fsx::operation::describe_data_repository_associations::DescribeDataRepositoryAssociationsOutput: next_token,
    aws_sdk_fsx::operation::describe_file_systems::DescribeFileSystemsOutput: next_token,
    aws_sdk_fsx::operation::describe_volumes::DescribeVolumesOutput: next_token,
    aws_sdk_glacier::operation::list_vaults::ListVaultsOutput: marker,
    aws_sdk_kinesisvideo::operation::list_streams::ListStreamsOutput: next_token,
    aws_sdk_kms::operation::list_aliases::ListAliasesOutput: next_marker,
    aws_sdk_lightsail::operation::get_buckets::GetBucketsOutput: next_page_token,
    aws_sdk_lightsail::operation::get_disks::GetDisksOutput: next_page_token,
    aws_sdk_lightsail::operation::get_instances::GetInstancesOutput: next_page_token,
    aws_sdk_lightsail::operation::get_relational_databases::GetRelationalDatabasesOutput: next_page_token,
    aws_sdk_memorydb::operation::describe_clusters::DescribeClustersOutput: next_token,
    aws_sdk_memorydb::operation::describe_snapshots::DescribeSnapshotsOutput: next_token,
    aws_sdk_organizations::operation::list_effective_policy_validation_errors::ListEffectivePolicyValidationErrorsOutput: next_token,
    aws_sdk_rds::operation::describe_db_cluster_automated_backups::DescribeDbClusterAutomatedBackupsOutput: marker,
    aws_sdk_rds::operation::describe_db_cluster_snapshots::DescribeDbClusterSnapshotsOutput: marker,
    aws_sdk_rds::operation::describe_db_clusters::DescribeDbClustersOutput: marker,
    aws_sdk_rds::operation::describe_db_instance_automated_backups::DescribeDbInstanceAutomatedBackupsOutput: marker,
    aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput: marker,
    aws_sdk_rds::operation::describe_db_snapshots::DescribeDbSnapshotsOutput: marker,
    aws_sdk_rds::operation::describe_event_subscriptions::DescribeEventSubscriptionsOutput: marker,
    aws_sdk_rds::operation::describe_global_clusters::DescribeGlobalClustersOutput: marker,
    aws_sdk_redshift::operation::describe_cluster_snapshots::DescribeClusterSnapshotsOutput: marker,
    aws_sdk_redshift::operation::describe_clusters::DescribeClustersOutput: marker,
    aws_sdk_redshift::operation::describe_snapshot_copy_grants::DescribeSnapshotCopyGrantsOutput: marker,
    aws_sdk_redshift::operation::describe_snapshot_schedules::DescribeSnapshotSchedulesOutput: marker,
    aws_sdk_redshiftserverless::operation::list_namespaces::ListNamespacesOutput: next_token,
    aws_sdk_redshiftserverless::operation::list_recovery_points::ListRecoveryPointsOutput: next_token,
    aws_sdk_redshiftserverless::operation::list_scheduled_actions::ListScheduledActionsOutput: next_token,
    aws_sdk_redshiftserverless::operation::list_snapshot_copy_configurations::ListSnapshotCopyConfigurationsOutput: next_token,
    aws_sdk_redshiftserverless::operation::list_snapshots::ListSnapshotsOutput: next_token,
    aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput: pagination_token,
    aws_sdk_s3::operation::list_buckets::ListBucketsOutput: continuation_token,
    aws_sdk_scheduler::operation::list_schedules::ListSchedulesOutput: next_token,
    aws_sdk_sfn::operation::list_state_machines::ListStateMachinesOutput: next_token,
    aws_sdk_storagegateway::operation::describe_tape_archives::DescribeTapeArchivesOutput: marker,
    aws_sdk_storagegateway::operation::describe_tapes::DescribeTapesOutput: marker,
    aws_sdk_storagegateway::operation::list_file_shares::ListFileSharesOutput: next_marker,
    aws_sdk_storagegateway::operation::list_tapes::ListTapesOutput: marker,
    aws_sdk_storagegateway::operation::list_volumes::ListVolumesOutput: marker,
}

/// Maximum consecutive pages that are empty or equal to the page before; beyond it, the list fails. Services that filter paginated results
/// sometimes send an empty page.
const IDLE: u32 = 100;

/// Maximum pages of a list. AWS's longest lists are shorter: a backup vault holds a million recovery points (AWS Backup developer guide,
/// "Quotas"), which come in pages of 1,000.
const MOST: u32 = 10_000;

/// The pages of a list that were read so far.
struct List<I> {
    items: Vec<I>,
    tokens: HashSet<String>,
    pages: u32,
    idle: u32,
    /// The index of the last page's first item.
    last: usize,
}

/// The first pages of a list.
pub struct FirstPages<I> {
    pub items: Vec<I>,
    pub pages: u32,
    /// Whether they are the whole list.
    pub is_whole: bool,
}

impl<I: PartialEq> List<I> {
    fn new() -> List<I> {
        List { items: Vec::new(), tokens: HashSet::new(), pages: 0, idle: 0, last: 0 }
    }

    /// Adds a page. Returns the token of the next page.
    fn add<P: Page>(&mut self, page: P, items: impl Fn(P) -> Vec<I>) -> Result<Option<String>, Failure> {
        let token = page.next().map(str::to_owned);
        if token.as_ref().is_some_and(|token| !self.tokens.insert(token.clone())) {
            return Err(Failure::endless());
        }
        let new = items(page);
        self.pages += 1;
        self.idle = if new.is_empty() || self.items.get(self.last..) == Some(&new[..]) { self.idle + 1 } else { 0 };
        self.last = self.items.len();
        self.items.extend(new);
        match token {
            Some(_) if self.idle >= IDLE => Err(Failure::idle(IDLE)),
            Some(_) if self.pages >= MOST => Err(Failure::endless_pages(MOST)),
            token => Ok(token),
        }
    }
}

impl Reader {
    /// Reads every page of a list, within the rate limit. Returns `None` if any page failed, because an incomplete list must not count as the list.
    pub async fn pages<P, I, E>(
        &self,
        operation: &'static Operation,
        pages: PaginationStream<Result<P, SdkError<E>>>,
        items: impl Fn(P) -> Vec<I>,
    ) -> Option<Vec<I>>
    where
        P: Page,
        I: PartialEq,
        E: ProvideErrorMetadata + Send,
    {
        self.pages_or(operation, pages, items, &[]).await.flatten()
    }

    /// Reads every page of a resource's list. Returns `Some(None)` if the resource is gone: the first call answers with a code in `gone`. On a
    /// later page, such a code is a failure, because the list would be incomplete.
    pub async fn pages_or<P, I, E>(
        &self,
        operation: &'static Operation,
        mut pages: PaginationStream<Result<P, SdkError<E>>>,
        items: impl Fn(P) -> Vec<I>,
        gone: &[&str],
    ) -> Option<Option<Vec<I>>>
    where
        P: Page,
        I: PartialEq,
        E: ProvideErrorMetadata + Send,
    {
        let mut list = List::new();
        loop {
            let gone = if list.pages == 0 { gone } else { &[] };
            let page = match self.attempt(operation, gone, Box::pin(async { pages.next().await.transpose() })).await {
                Ok(Some(page)) => page,
                // A list has at least one page, which may be empty.
                Ok(None) => return self.whole(operation, list),
                Err(failure) => return self.outcome(operation, Err(failure)),
            };
            if let Err(failure) = list.add(page, &items) {
                return self.outcome(operation, Err(failure));
            }
        }
    }

    /// Like [`Reader::pages_or`], for operations without an SDK paginator: `call` requests the page of a token.
    pub async fn pages_by_token<P, I, E, C>(
        &self,
        operation: &'static Operation,
        call: impl Fn(Option<String>) -> C,
        items: impl Fn(P) -> Vec<I>,
        gone: &[&str],
    ) -> Option<Option<Vec<I>>>
    where
        P: Page,
        I: PartialEq,
        E: ProvideErrorMetadata + Send,
        C: Future<Output = Result<P, SdkError<E>>> + Send,
    {
        let (mut list, mut token) = (List::new(), None);
        loop {
            let gone = if list.pages == 0 { gone } else { &[] };
            let page = match self.attempt(operation, gone, boxed(call(token))).await {
                Ok(Some(page)) => page,
                Ok(None) => return self.whole(operation, list),
                Err(failure) => return self.outcome(operation, Err(failure)),
            };
            token = match list.add(page, &items) {
                Ok(token) => token,
                Err(failure) => return self.outcome(operation, Err(failure)),
            };
            if token.is_none() {
                return self.whole(operation, list);
            }
        }
    }

    /// Reads the first pages of a list, at most `most`. Returns `None` if one of them failed.
    pub async fn first_pages<P, I, E, C>(
        &self,
        operation: &'static Operation,
        call: impl Fn(Option<String>) -> C,
        items: impl Fn(P) -> Vec<I>,
        most: u32,
    ) -> Option<FirstPages<I>>
    where
        P: Page,
        I: PartialEq,
        E: ProvideErrorMetadata + Send,
        C: Future<Output = Result<P, SdkError<E>>> + Send,
    {
        let (mut list, mut token) = (List::new(), None);
        while list.pages < most {
            let page = match self.attempt(operation, &[], boxed(call(token))).await {
                Ok(page) => page?,
                Err(failure) => return self.outcome(operation, Err(failure)),
            };
            token = match list.add(page, &items) {
                Ok(token) => token,
                Err(failure) => return self.outcome(operation, Err(failure)),
            };
            if token.is_none() {
                break;
            }
        }
        let (pages, is_whole) = (list.pages, list.pages > 0 && token.is_none());
        let count = list.items.len() as u64;
        self.outcome(operation, Ok((FirstPages { items: list.items, pages, is_whole }, count)))
    }

    /// A complete list; without any page, the resource that it belongs to is gone.
    fn whole<I>(&self, operation: &'static Operation, list: List<I>) -> Option<Option<Vec<I>>> {
        let count = list.items.len() as u64;
        self.outcome(operation, Ok(((list.pages > 0).then_some(list.items), count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Silent;
    use crate::aws::answer::Answer;
    use crate::aws::limits::Run;
    use crate::inventory::CoverageStatus;
    use aws_config::SdkConfig;
    use aws_sdk_ec2::operation::describe_locked_snapshots::{DescribeLockedSnapshotsError, DescribeLockedSnapshotsOutput};
    use aws_sdk_ec2::types::LockedSnapshotsInfo;
    use aws_smithy_async::future::pagination_stream::fn_stream::FnStream;
    use std::num::NonZeroU32;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    const LOCKED: Operation = Operation::new("ec2", "DescribeLockedSnapshots", Answer::ec2(&[])).with_rate(10_000);

    type Replied = Result<DescribeLockedSnapshotsOutput, SdkError<DescribeLockedSnapshotsError>>;

    fn reader() -> Reader {
        let run = Run::new(NonZeroU32::MAX, Duration::MAX, Arc::new(Silent));
        Reader::new("111122223333", "eu-west-1", "aws", SdkConfig::builder().build(), false, Arc::new(run))
    }

    #[expect(clippy::unnecessary_wraps, reason = "the answer of a call")]
    #[expect(clippy::result_large_err, reason = "the SDK's own error type")]
    fn page(next: Option<&str>) -> Replied {
        let lock = LockedSnapshotsInfo::builder().snapshot_id("snap-1").build();
        Ok(DescribeLockedSnapshotsOutput::builder().snapshots(lock).set_next_token(next.map(str::to_owned)).build())
    }

    fn items(page: DescribeLockedSnapshotsOutput) -> Vec<LockedSnapshotsInfo> {
        page.snapshots.unwrap_or_default()
    }

    /// A service whose page for `token` has the token `next`.
    async fn by_token(reader: &Reader, next: fn(Option<&str>) -> Option<&'static str>) -> Option<usize> {
        let call = |token: Option<String>| async move { page(next(token.as_deref())) };
        reader.pages_by_token(&LOCKED, call, items, &[]).await.flatten().map(|list| list.len())
    }

    fn logged(reader: &Reader) -> Vec<(CoverageStatus, u64, Option<String>)> {
        reader.recorded(&LOCKED)
    }

    #[tokio::test]
    async fn every_page_is_read() {
        let reader = reader();
        let three = |token: Option<&str>| match token {
            None => Some("a"),
            Some("a") => Some("b"),
            _ => None,
        };
        assert_eq!(by_token(&reader, three).await, Some(3));
        assert_eq!(by_token(&reader, |token| token.is_none().then_some("")).await, Some(1), "an empty token names no page");
        assert_eq!(logged(&reader), [(CoverageStatus::Ok, 4, None)]);
    }

    #[tokio::test]
    async fn a_list_that_goes_round_was_not_read() {
        let endless = [(CoverageStatus::Failed, 1, Failure::endless().text)];
        let same = reader();
        assert_eq!(by_token(&same, |_| Some("a")).await, None);
        assert_eq!(logged(&same), endless);
        let round = reader();
        assert_eq!(by_token(&round, |token| if token == Some("a") { Some("b") } else { Some("a") }).await, None);
        assert_eq!(logged(&round), endless);
        // The SDK's paginators end such a list as if it were complete.
        let paginated = reader();
        let pages = PaginationStream::new(FnStream::new(|sender| {
            Box::pin(async move {
                for _ in 0..2 {
                    let _ = sender.send(page(Some("a"))).await;
                }
            })
        }));
        assert_eq!(paginated.pages(&LOCKED, pages, items).await, None);
        assert_eq!(logged(&paginated), endless);
    }

    /// Reads a list whose pages always have a new token and hold the locks with these numbers.
    async fn without_end(reader: &Reader, numbers: impl Fn(u32) -> Vec<u32> + Copy) -> (Option<usize>, u32) {
        let calls = AtomicU32::new(0);
        let call = |_: Option<String>| {
            let number = calls.fetch_add(1, Ordering::Relaxed);
            let locks = numbers(number).into_iter().map(|id| LockedSnapshotsInfo::builder().snapshot_id(format!("snap-{id}")).build());
            let page = DescribeLockedSnapshotsOutput::builder().set_snapshots(Some(locks.collect())).next_token(number.to_string()).build();
            async { Ok::<_, SdkError<DescribeLockedSnapshotsError>>(page) }
        };
        let read = reader.pages_by_token(&LOCKED, call, items, &[]).await.flatten().map(|list| list.len());
        (read, calls.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_list_that_tells_nothing_new_has_no_end() {
        let pages: [fn(u32) -> Vec<u32>; 2] = [|_| Vec::new(), |_| vec![1, 2]];
        for numbers in pages {
            let reader = reader();
            let (read, calls) = without_end(&reader, numbers).await;
            assert_eq!(read, None);
            assert!(calls <= IDLE + 1, "{calls}");
            assert_eq!(logged(&reader), [(CoverageStatus::Failed, 1, Failure::idle(IDLE).text)]);
        }
    }

    #[test]
    fn the_longest_list_ends() {
        let mut list = List::new();
        let page = |number: u32| {
            let lock = LockedSnapshotsInfo::builder().snapshot_id(format!("snap-{number}")).build();
            DescribeLockedSnapshotsOutput::builder().snapshots(lock).next_token(number.to_string()).build()
        };
        for number in 1..MOST {
            assert!(list.add(page(number), items).is_ok(), "{number}");
        }
        assert_eq!(list.add(page(MOST), items), Err(Failure::endless_pages(MOST)));
    }

    /// AWS sends empty pages between others when it filters.
    #[test]
    fn some_empty_pages_are_no_end() {
        let mut list = List::new();
        for number in 0..10 * IDLE {
            let locks = (number % IDLE == 0).then(|| LockedSnapshotsInfo::builder().snapshot_id(format!("snap-{number}")).build());
            let page = DescribeLockedSnapshotsOutput::builder().set_snapshots(Some(locks.into_iter().collect()));
            assert!(list.add(page.next_token(number.to_string()).build(), items).is_ok(), "{number}");
        }
    }
}
