//! Lists that come in pages. A list counts as read when its last page names no other; a page that names one that came before is no
//! last page, though the SDK's paginators stop there without a word.

use super::{Operation, Reader, boxed};
use crate::aws::failure::Failure;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::future::pagination_stream::PaginationStream;
use std::collections::HashSet;
use std::future::Future;

/// An answer with a part of a list.
pub trait Page: Send {
    /// The token of the next page, which there is none of after the last one.
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
    aws_sdk_dynamodb::operation::list_backups::ListBackupsOutput: last_evaluated_backup_arn,
    aws_sdk_dynamodb::operation::list_tables::ListTablesOutput: last_evaluated_table_name,
    aws_sdk_dynamodb::operation::list_tags_of_resource::ListTagsOfResourceOutput: next_token,
    aws_sdk_ec2::operation::describe_images::DescribeImagesOutput: next_token,
    aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput: next_token,
    aws_sdk_ec2::operation::describe_locked_snapshots::DescribeLockedSnapshotsOutput: next_token,
    aws_sdk_ec2::operation::describe_snapshots::DescribeSnapshotsOutput: next_token,
    aws_sdk_ec2::operation::describe_volumes::DescribeVolumesOutput: next_token,
    aws_sdk_efs::operation::describe_file_systems::DescribeFileSystemsOutput: next_marker,
    aws_sdk_efs::operation::describe_replication_configurations::DescribeReplicationConfigurationsOutput: next_token,
    aws_sdk_kms::operation::list_aliases::ListAliasesOutput: next_marker,
    aws_sdk_rds::operation::describe_db_cluster_automated_backups::DescribeDbClusterAutomatedBackupsOutput: marker,
    aws_sdk_rds::operation::describe_db_cluster_snapshots::DescribeDbClusterSnapshotsOutput: marker,
    aws_sdk_rds::operation::describe_db_clusters::DescribeDbClustersOutput: marker,
    aws_sdk_rds::operation::describe_db_instance_automated_backups::DescribeDbInstanceAutomatedBackupsOutput: marker,
    aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput: marker,
    aws_sdk_rds::operation::describe_db_snapshots::DescribeDbSnapshotsOutput: marker,
    aws_sdk_s3::operation::list_buckets::ListBucketsOutput: continuation_token,
}

/// The tokens of a list so far.
#[derive(Default)]
struct Tokens(HashSet<String>);

impl Tokens {
    /// The token of the next page, unless it was named before: the list would go round for ever.
    fn after(&mut self, page: &impl Page) -> Result<Option<String>, Failure> {
        match page.next() {
            Some(token) if !self.0.insert(token.to_owned()) => Err(Failure::endless()),
            token => Ok(token.map(str::to_owned)),
        }
    }
}

impl Reader {
    /// Reads every page of a list, waiting its turn before each. `None` when any page failed: part of a list is not the list.
    pub async fn pages<P, I, E>(
        &self,
        operation: &'static Operation,
        pages: PaginationStream<Result<P, SdkError<E>>>,
        items: impl Fn(P) -> Vec<I>,
    ) -> Option<Vec<I>>
    where
        P: Page,
        E: ProvideErrorMetadata + Send,
    {
        self.pages_or(operation, pages, items, &[]).await.flatten()
    }

    /// Reads every page of what a resource holds. `Some(None)` when the resource is gone, which the codes in `gone` say instead of a
    /// first page; later they would cut the list short, and are failures.
    pub async fn pages_or<P, I, E>(
        &self,
        operation: &'static Operation,
        mut pages: PaginationStream<Result<P, SdkError<E>>>,
        items: impl Fn(P) -> Vec<I>,
        gone: &[&str],
    ) -> Option<Option<Vec<I>>>
    where
        P: Page,
        E: ProvideErrorMetadata + Send,
    {
        let (mut list, mut tokens) = (None, Tokens::default());
        loop {
            let gone = if list.is_none() { gone } else { &[] };
            let page = match self.attempt(operation, gone, Box::pin(async { pages.next().await.transpose() })).await {
                Ok(Some(page)) => page,
                // There is at least one page, if only an empty one.
                Ok(None) => return self.whole(operation, list),
                Err(failure) => return self.outcome(operation, Err(failure)),
            };
            if let Err(failure) = tokens.after(&page) {
                return self.outcome(operation, Err(failure));
            }
            list.get_or_insert_with(Vec::new).extend(items(page));
        }
    }

    /// As [`Reader::pages_or`], for operations that the SDK has no paginator for: `call` makes the call for the page that a token names.
    pub async fn pages_by_token<P, I, E, C>(
        &self,
        operation: &'static Operation,
        call: impl Fn(Option<String>) -> C,
        items: impl Fn(P) -> Vec<I>,
        gone: &[&str],
    ) -> Option<Option<Vec<I>>>
    where
        P: Page,
        E: ProvideErrorMetadata + Send,
        C: Future<Output = Result<P, SdkError<E>>> + Send,
    {
        let (mut list, mut tokens, mut token) = (None, Tokens::default(), None);
        loop {
            let gone = if list.is_none() { gone } else { &[] };
            let page = match self.attempt(operation, gone, boxed(call(token))).await {
                Ok(Some(page)) => page,
                Ok(None) => return self.whole(operation, list),
                Err(failure) => return self.outcome(operation, Err(failure)),
            };
            token = match tokens.after(&page) {
                Ok(token) => token,
                Err(failure) => return self.outcome(operation, Err(failure)),
            };
            list.get_or_insert_with(Vec::new).extend(items(page));
            if token.is_none() {
                return self.whole(operation, list);
            }
        }
    }

    fn whole<I>(&self, operation: &'static Operation, list: Option<Vec<I>>) -> Option<Option<Vec<I>>> {
        let count = list.as_ref().map_or(0, Vec::len) as u64;
        self.outcome(operation, Ok((list, count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Silent;
    use crate::aws::call::Run;
    use crate::inventory::CoverageStatus;
    use aws_config::SdkConfig;
    use aws_sdk_ec2::operation::describe_locked_snapshots::{DescribeLockedSnapshotsError, DescribeLockedSnapshotsOutput};
    use aws_sdk_ec2::types::LockedSnapshotsInfo;
    use aws_smithy_async::future::pagination_stream::fn_stream::FnStream;
    use std::num::NonZeroU32;
    use std::sync::Arc;

    const LOCKED: Operation = Operation::new("ec2", "DescribeLockedSnapshots");

    type Answer = Result<DescribeLockedSnapshotsOutput, SdkError<DescribeLockedSnapshotsError>>;

    fn reader() -> Reader {
        let run = Run::new(NonZeroU32::MAX, Arc::new(Silent));
        Reader::new("111122223333", "eu-west-1", "aws", SdkConfig::builder().build(), false, Arc::new(run))
    }

    #[expect(clippy::unnecessary_wraps, reason = "the answer of a call")]
    #[expect(clippy::result_large_err, reason = "the SDK's own error type")]
    fn page(next: Option<&str>) -> Answer {
        let lock = LockedSnapshotsInfo::builder().snapshot_id("snap-1").build();
        Ok(DescribeLockedSnapshotsOutput::builder().snapshots(lock).set_next_token(next.map(str::to_owned)).build())
    }

    fn items(page: DescribeLockedSnapshotsOutput) -> Vec<LockedSnapshotsInfo> {
        page.snapshots.unwrap_or_default()
    }

    /// A service that names `next` after the page that `token` names.
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
        // The SDK's paginators end such a list as if it were whole.
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
}
