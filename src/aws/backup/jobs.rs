//! Backup, copy and restore jobs, as far back as AWS lists them.
//!
//! Jobs have no ARN in AWS; rel9 makes one from the Region, the account and the job's id.

use super::{PAGE, lifecycle_days};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{known, optional_time, resource};
use crate::aws::operation::Operation;
use crate::inventory::Resource;
use crate::inventory::types::backup::{BackupJob, CopyJob, RestoreJob};
use aws_sdk_backup::Client;
use aws_sdk_backup::types as sdk;

const LIST_BACKUP_JOBS: Operation = Operation::new("backup", "ListBackupJobs", Answer::json(&["BackupJobs/*/BackupJobId"]));
const LIST_COPY_JOBS: Operation = Operation::new("backup", "ListCopyJobs", Answer::json(&["CopyJobs/*/CopyJobId"]));
const LIST_RESTORE_JOBS: Operation = Operation::new("backup", "ListRestoreJobs", Answer::json(&["RestoreJobs/*/RestoreJobId"]));

pub const OPERATIONS: &[&Operation] = &[&LIST_BACKUP_JOBS, &LIST_COPY_JOBS, &LIST_RESTORE_JOBS];

/// All jobs that AWS lists. `ListBackupJobs` "returns a list of existing backup jobs for the last 30 days" by default. The other two operations
/// document no limit, and these calls set none: an old copy job may be the only evidence of a copy in an account that cannot be read.
pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    let (backups, copies, restores) = futures::join!(backup_jobs(reader, client), copy_jobs(reader, client), restore_jobs(reader, client),);
    [backups, copies, restores].into_iter().flatten().flatten().collect()
}

async fn backup_jobs(reader: &Reader, client: &Client) -> Option<Vec<Resource>> {
    let pages = client.list_backup_jobs().into_paginator().page_size(PAGE).send();
    reader
        .pages(&LIST_BACKUP_JOBS, pages, |page| {
            let jobs = page.backup_jobs.unwrap_or_default();
            jobs.into_iter().filter_map(|job| backup_job(reader, job)).collect()
        })
        .await
}

fn backup_job(reader: &Reader, job: sdk::BackupJob) -> Option<Resource> {
    let id = job.backup_job_id?;
    let creator = job.created_by;
    let properties = BackupJob {
        source_arn: known(job.resource_arn),
        source_type: job.resource_type.into(),
        vault_arn: job.backup_vault_arn.into(),
        recovery_point_arn: job.recovery_point_arn.into(),
        status: known(job.state.as_ref().map(|state| state.as_str().to_owned())),
        status_message: job.status_message.into(),
        completed_at: optional_time(job.completion_date.as_ref()).into(),
        plan_arn: creator.as_ref().and_then(|creator| creator.backup_plan_arn.clone()).into(),
        rule_id: creator.and_then(|creator| creator.backup_rule_id).into(),
        parent_job_id: job.parent_job_id.into(),
        size_bytes: job.backup_size_in_bytes.into(),
    };
    Some(Resource {
        name: job.resource_name,
        created_at: optional_time(job.creation_date.as_ref()),
        ..resource(reader, reader.arn("backup", &format!("backup-job:{id}")), id, properties)
    })
}

async fn copy_jobs(reader: &Reader, client: &Client) -> Option<Vec<Resource>> {
    let pages = client.list_copy_jobs().into_paginator().page_size(PAGE).send();
    reader
        .pages(&LIST_COPY_JOBS, pages, |page| {
            let jobs = page.copy_jobs.unwrap_or_default();
            jobs.into_iter().filter_map(|job| copy_job(reader, job)).collect()
        })
        .await
}

fn copy_job(reader: &Reader, job: sdk::CopyJob) -> Option<Resource> {
    let id = job.copy_job_id?;
    let (retention_days, _) = lifecycle_days(job.destination_recovery_point_lifecycle.as_ref());
    let creator = job.created_by;
    let properties = CopyJob {
        source_arn: known(job.resource_arn),
        source_type: job.resource_type.into(),
        source_vault_arn: job.source_backup_vault_arn.into(),
        destination_vault_arn: known(job.destination_backup_vault_arn),
        destination_vault_type: job.destination_vault_type.into(),
        destination_lock_state: job.destination_vault_lock_state.into(),
        source_recovery_point_arn: job.source_recovery_point_arn.into(),
        destination_recovery_point_arn: job.destination_recovery_point_arn.into(),
        status: known(job.state.as_ref().map(|state| state.as_str().to_owned())),
        status_message: job.status_message.into(),
        completed_at: optional_time(job.completion_date.as_ref()).into(),
        retention_days: retention_days.into(),
        plan_arn: creator.as_ref().and_then(|creator| creator.backup_plan_arn.clone()).into(),
        rule_id: creator.and_then(|creator| creator.backup_rule_id).into(),
    };
    Some(Resource {
        name: job.resource_name,
        created_at: optional_time(job.creation_date.as_ref()),
        ..resource(reader, reader.arn("backup", &format!("copy-job:{id}")), id, properties)
    })
}

async fn restore_jobs(reader: &Reader, client: &Client) -> Option<Vec<Resource>> {
    let pages = client.list_restore_jobs().into_paginator().page_size(PAGE).send();
    reader
        .pages(&LIST_RESTORE_JOBS, pages, |page| {
            let jobs = page.restore_jobs.unwrap_or_default();
            jobs.into_iter().filter_map(|job| restore_job(reader, job)).collect()
        })
        .await
}

fn restore_job(reader: &Reader, job: sdk::RestoreJobsListMember) -> Option<Resource> {
    let id = job.restore_job_id?;
    let properties = RestoreJob {
        source_arn: job.source_resource_arn.into(),
        source_type: job.resource_type.into(),
        recovery_point_arn: job.recovery_point_arn.into(),
        status: known(job.status.as_ref().map(|status| status.as_str().to_owned())),
        status_message: job.status_message.into(),
        completed_at: optional_time(job.completion_date.as_ref()).into(),
        validation_status: job.validation_status.as_ref().map(|status| status.as_str().to_owned()).into(),
        validation_message: job.validation_status_message.into(),
        restore_testing_plan_arn: job.created_by.and_then(|creator| creator.restore_testing_plan_arn).into(),
        created_resource_arn: job.created_resource_arn.into(),
    };
    Some(Resource {
        created_at: optional_time(job.creation_date.as_ref()),
        ..resource(reader, reader.arn("backup", &format!("restore-job:{id}")), id, properties)
    })
}
