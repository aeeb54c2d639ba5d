//! AWS Backup Audit Manager: frameworks and report plans.

use super::{GONE, PAGE};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{each, optional_time, resource};
use crate::aws::operation::Operation;
use crate::inventory::Resource;
use crate::inventory::types::backup::{Framework, ReportPlan};
use aws_sdk_backup::Client;
use aws_sdk_backup::types as sdk;

const LIST_FRAMEWORKS: Operation =
    Operation::new("backup", "ListFrameworks", Answer::json(&["Frameworks/*/FrameworkName", "Frameworks/*/FrameworkArn"]));
const DESCRIBE_FRAMEWORK: Operation = Operation::new("backup", "DescribeFramework", Answer::json(&["FrameworkArn"]));
const LIST_REPORT_PLANS: Operation =
    Operation::new("backup", "ListReportPlans", Answer::json(&["ReportPlans/*/ReportPlanName", "ReportPlans/*/ReportPlanArn"]));

pub const OPERATIONS: &[&Operation] = &[&LIST_FRAMEWORKS, &DESCRIBE_FRAMEWORK, &LIST_REPORT_PLANS];

pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    let (frameworks, reports) = futures::join!(frameworks(reader, client), report_plans(reader, client));
    frameworks.into_iter().chain(reports).collect()
}

async fn frameworks(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_frameworks().into_paginator().page_size(PAGE).send();
    let listed = reader.pages(&LIST_FRAMEWORKS, pages, |page| page.frameworks.unwrap_or_default()).await;
    let read = each(listed.unwrap_or_default(), |member| framework(reader, client, member)).await;
    read.into_iter().flatten().collect()
}

/// `None` if the framework was deleted after it was listed.
async fn framework(reader: &Reader, client: &Client, member: sdk::Framework) -> Option<Resource> {
    let (name, arn) = (member.framework_name?, member.framework_arn?);
    let detail = reader.one_or(&DESCRIBE_FRAMEWORK, client.describe_framework().framework_name(&name).send(), GONE).await;
    let mut properties = Framework {
        controls: i64::from(member.number_of_controls).into(),
        deployment_status: member.deployment_status.into(),
        ..Framework::default()
    };
    if let Some(answer) = detail {
        properties.status = answer?.framework_status.into();
    }
    Some(Resource { created_at: optional_time(member.creation_time.as_ref()), ..resource(reader, arn, name, properties) })
}

async fn report_plans(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_report_plans().into_paginator().page_size(PAGE).send();
    let listed = reader
        .pages(&LIST_REPORT_PLANS, pages, |page| {
            let plans = page.report_plans.unwrap_or_default();
            plans.into_iter().filter_map(|plan| report_plan(reader, plan)).collect()
        })
        .await;
    listed.unwrap_or_default()
}

fn report_plan(reader: &Reader, plan: sdk::ReportPlan) -> Option<Resource> {
    let (name, arn) = (plan.report_plan_name?, plan.report_plan_arn?);
    let properties = ReportPlan {
        template: plan.report_setting.map(|setting| setting.report_template).into(),
        deployment_status: plan.deployment_status.into(),
        last_attempted_at: optional_time(plan.last_attempted_execution_time.as_ref()).into(),
        last_successful_at: optional_time(plan.last_successful_execution_time.as_ref()).into(),
    };
    Some(Resource { created_at: optional_time(plan.creation_time.as_ref()), ..resource(reader, arn, name, properties) })
}
