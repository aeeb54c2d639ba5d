//! What may restore data by itself: scheduled rules of Amazon EventBridge, schedules of EventBridge Scheduler, and the executions of the state
//! machines that these start. Read-only, and reads no input or output of an execution; may not judge.
//!
//! The policy file names what restores, and a collection has no policy. So the reader asks for the executions of every state machine that a rule
//! or a schedule starts, and of no other. It calls AWS Lambda for nothing: `ListFunctions` would show environment variables.
//!
//! The form of the answers follows the service models (`eventbridge/2015-10-07`, `scheduler/2021-06-30`, `stepfunctions/2016-11-23`).

use super::answer::Answer;
use super::call::Reader;
use super::convert::{each, known, optional_time, resource};
use super::operation::Operation;
use crate::inventory::automation::started;
use crate::inventory::types::automation::{Execution, Rule, Schedule, StateMachine};
use crate::inventory::{Fact, Resource, arn};
use aws_sdk_scheduler::types::ScheduleSummary;
use aws_sdk_sfn::types as sfn;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const LIST_RULES: Operation = Operation::new("events", "ListRules", Answer::json(&["Rules/*/Name"]));
const LIST_TARGETS_BY_RULE: Operation = Operation::new("events", "ListTargetsByRule", Answer::json(&["Targets/*/Arn"]));
const LIST_SCHEDULES: Operation = Operation::new("scheduler", "ListSchedules", Answer::json(&["Schedules/*/Name"]));
const GET_SCHEDULE: Operation = Operation::new("scheduler", "GetSchedule", Answer::json(&["ScheduleExpression"]));
const LIST_STATE_MACHINES: Operation = Operation::new("states", "ListStateMachines", Answer::json(&["stateMachines/*/stateMachineArn"]));
/// Few calls, so that the workload keeps its share (AWS Step Functions developer guide, "Service quotas", throttling of API actions).
const LIST_EXECUTIONS: Operation = Operation::new("states", "ListExecutions", Answer::json(&["executions/*/executionArn"])).with_rate(2);

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] =
    &[&LIST_RULES, &LIST_TARGETS_BY_RULE, &LIST_SCHEDULES, &GET_SCHEDULE, &LIST_STATE_MACHINES, &LIST_EXECUTIONS];

/// The largest page of rules, targets and schedules.
const PAGE: i32 = 100;

/// The largest page of state machines.
const MACHINES: i32 = 1_000;

/// The executions of a state machine that rel9 looks at: the newest.
const NEWEST: i32 = 100;

/// Maximum schedules of one target that rel9 asks for: an application may make one for each of its users. If one more starts the target, what
/// it says stays unread.
const OF_A_TARGET: usize = 5;

/// Maximum schedules of a Region that rel9 asks for, and state machines whose executions it asks for.
const ASKED: usize = 200;

/// The scheduled rules, schedules and state machines of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    let (rules, schedules, machines) = futures::join!(rules(reader), schedules(reader), list_machines(reader));
    let mut targets = BTreeSet::new();
    for resource in rules.iter().chain(&schedules) {
        let of_rule = resource.get::<Rule>().map(|rule| &rule.target_arns);
        let all = of_rule.or_else(|| resource.get::<Schedule>().map(|schedule| &schedule.target_arns));
        targets.extend(all.and_then(Fact::read).into_iter().flatten().filter_map(|target| started(target)));
    }
    let machines = match machines {
        Some(machines) => state_machines(reader, machines, &targets).await,
        // Without the list, state machines may exist: their executions must not count as read.
        None => Vec::new(),
    };
    [rules, schedules, machines].concat()
}

/// "You can create scheduled rules using the default event bus only" (EventBridge user guide, "Creating an Amazon EventBridge rule that runs
/// on a schedule"). Rules that an AWS service made for itself start nothing of the account's own.
async fn rules(reader: &Reader) -> Vec<Resource> {
    reader.declare(&LIST_RULES);
    let client = aws_sdk_eventbridge::Client::new(&reader.config);
    let call = |token| client.list_rules().limit(PAGE).set_next_token(token).send();
    let items = |page: aws_sdk_eventbridge::operation::list_rules::ListRulesOutput| page.rules.unwrap_or_default();
    let Some(listed) = reader.pages_by_token(&LIST_RULES, call, items, &[]).await.flatten() else { return Vec::new() };
    reader.declare(&LIST_TARGETS_BY_RULE);
    let is_on = |rule: &aws_sdk_eventbridge::types::Rule| {
        use aws_sdk_eventbridge::types::RuleState;
        rule.state.as_ref().is_some_and(|state| *state != RuleState::Disabled) && rule.managed_by.is_none()
    };
    let scheduled = listed.into_iter().filter(|rule| is_on(rule) && rule.schedule_expression.as_ref().is_some_and(|text| !text.is_empty()));
    let read = each(scheduled.collect(), |rule| scheduled_rule(reader, &client, rule)).await;
    read.into_iter().flatten().collect()
}

/// `None` if it was deleted after it was listed, or starts nothing that could restore.
async fn scheduled_rule(reader: &Reader, client: &aws_sdk_eventbridge::Client, rule: aws_sdk_eventbridge::types::Rule) -> Option<Resource> {
    let name = rule.name?;
    let call = |token| client.list_targets_by_rule().rule(&name).limit(PAGE).set_next_token(token).send();
    let items = |page: aws_sdk_eventbridge::operation::list_targets_by_rule::ListTargetsByRuleOutput| {
        page.targets.unwrap_or_default().into_iter().map(|target| target.arn).collect::<Vec<String>>()
    };
    let target_arns = match reader.pages_by_token(&LIST_TARGETS_BY_RULE, call, items, &["ResourceNotFoundException"]).await {
        None => Fact::Unread,
        Some(None) => return None,
        Some(Some(targets)) => {
            let of_interest: Vec<String> = targets.into_iter().filter(|target| started(target).is_some()).collect();
            if of_interest.is_empty() {
                return None;
            }
            Fact::Read(of_interest)
        }
    };
    let arn = rule.arn.unwrap_or_else(|| reader.arn("events", &format!("rule/{name}")));
    Some(resource(reader, arn, name, Rule { schedule: known(rule.schedule_expression), target_arns }))
}

/// Targets of EventBridge Scheduler that call an operation of another service, with the parameter that says what they start ("Using universal
/// targets", EventBridge Scheduler user guide).
const UNIVERSAL: [(&str, &str); 3] = [
    (":aws-sdk:sfn:startExecution", "StateMachineArn"),
    (":aws-sdk:lambda:invoke", "FunctionName"),
    (":aws-sdk:ssm:startAutomationExecution", "DocumentName"),
];

fn universal(target_arn: &str) -> Option<&'static str> {
    let found = UNIVERSAL.iter().find(|(end, _)| arn::service(target_arn) == "scheduler" && target_arn.ends_with(end));
    found.map(|(_, parameter)| *parameter)
}

async fn schedules(reader: &Reader) -> Vec<Resource> {
    reader.declare(&LIST_SCHEDULES);
    let client = aws_sdk_scheduler::Client::new(&reader.config);
    let enabled = aws_sdk_scheduler::types::ScheduleState::Enabled;
    let pages = client.list_schedules().state(enabled).into_paginator().page_size(PAGE).send();
    let Some(listed) = reader.pages(&LIST_SCHEDULES, pages, |page| page.schedules).await else { return Vec::new() };
    reader.declare(&GET_SCHEDULE);
    let (asked, unasked) = of_interest(listed);
    let unasked = unasked.into_iter().filter_map(|schedule| unread_schedule(reader, schedule));
    let unasked: Vec<Resource> = unasked.collect();
    let read = each(asked, |schedule| one_schedule(reader, &client, schedule)).await;
    read.into_iter().flatten().chain(unasked).collect()
}

fn target_of(schedule: &ScheduleSummary) -> &str {
    schedule.target.as_ref().map(|target| target.arn.as_str()).unwrap_or_default()
}

/// The schedules that rel9 asks for, and, of each target that has more, the next one.
fn of_interest(listed: Vec<ScheduleSummary>) -> (Vec<ScheduleSummary>, Vec<ScheduleSummary>) {
    let mut by_target: BTreeMap<String, Vec<ScheduleSummary>> = BTreeMap::new();
    for schedule in listed {
        let target = target_of(&schedule).to_owned();
        if started(&target).is_some() || universal(&target).is_some() {
            by_target.entry(target).or_default().push(schedule);
        }
    }
    let (mut asked, mut unasked) = (Vec::new(), Vec::new());
    for (target, mut of_target) in by_target {
        of_target.sort_by(|one, other| (&one.group_name, &one.name).cmp(&(&other.group_name, &other.name)));
        // What a universal target starts is not in the list.
        let most = if universal(&target).is_some() { ASKED } else { OF_A_TARGET };
        let rest = of_target.split_off(most.min(ASKED.saturating_sub(asked.len())).min(of_target.len()));
        asked.extend(of_target);
        unasked.extend(rest.into_iter().next());
    }
    (asked, unasked)
}

fn schedule_arn(reader: &Reader, schedule: &ScheduleSummary) -> Option<String> {
    let made = || {
        let group = schedule.group_name.as_deref().unwrap_or("default");
        Some(reader.arn("scheduler", &format!("schedule/{group}/{}", schedule.name.as_deref()?)))
    };
    schedule.arn.clone().or_else(made)
}

/// A schedule of which only the list is known.
fn unread_schedule(reader: &Reader, schedule: ScheduleSummary) -> Option<Resource> {
    let arn = schedule_arn(reader, &schedule)?;
    let target = target_of(&schedule);
    let target_arns = if universal(target).is_some() { Fact::Unread } else { Fact::Read(vec![target.to_owned()]) };
    let created_at = optional_time(schedule.creation_date.as_ref());
    Some(Resource { created_at, ..resource(reader, arn, schedule.name?, Schedule { target_arns, ..Schedule::default() }) })
}

/// `None` if it was deleted after it was listed, or starts nothing that could restore.
async fn one_schedule(reader: &Reader, client: &aws_sdk_scheduler::Client, schedule: ScheduleSummary) -> Option<Resource> {
    let name = schedule.name.clone()?;
    let call = client.get_schedule().name(&name).set_group_name(schedule.group_name.clone()).send();
    let answer = match reader.one_or(&GET_SCHEDULE, call, &["ResourceNotFoundException"]).await {
        None => return unread_schedule(reader, schedule),
        Some(None) => return None,
        Some(Some(answer)) => answer,
    };
    let target_arns = match universal(target_of(&schedule)) {
        None => vec![target_of(&schedule).to_owned()],
        Some(parameter) => {
            // Nothing else of the input is kept.
            let input = answer.target.as_ref().and_then(|target| target.input.as_deref()).unwrap_or_default();
            vec![named_in(reader, input, parameter)?]
        }
    };
    let arn = schedule_arn(reader, &schedule)?;
    let properties = Schedule {
        schedule: known(answer.schedule_expression),
        timezone: answer.schedule_expression_timezone.into(),
        end_at: optional_time(answer.end_date.as_ref()).into(),
        target_arns: Fact::Read(target_arns),
    };
    Some(Resource { created_at: optional_time(schedule.creation_date.as_ref()), ..resource(reader, arn, name, properties) })
}

/// The parameters of universal targets that say what they start.
#[derive(Deserialize)]
struct Input {
    #[serde(rename = "StateMachineArn")]
    state_machine: Option<String>,
    #[serde(rename = "FunctionName")]
    function: Option<String>,
    #[serde(rename = "DocumentName")]
    document: Option<String>,
}

/// The ARN of what the input of a universal target names. Lambda and Systems Manager take names, too.
fn named_in(reader: &Reader, input: &str, parameter: &str) -> Option<String> {
    let read: Input = serde_json::from_str(input).ok()?;
    let named = match parameter {
        "StateMachineArn" => read.state_machine,
        "FunctionName" => read.function.map(|name| in_account(reader, "lambda", "function:", name)),
        _ => read.document.map(|name| in_account(reader, "ssm", "automation-definition/", name)),
    };
    named.filter(|named| started(named).is_some())
}

fn in_account(reader: &Reader, service: &str, kind: &str, name: String) -> String {
    if name.starts_with("arn:") { name } else { reader.arn(service, &format!("{kind}{name}")) }
}

async fn list_machines(reader: &Reader) -> Option<Vec<sfn::StateMachineListItem>> {
    reader.declare(&LIST_STATE_MACHINES);
    let client = aws_sdk_sfn::Client::new(&reader.config);
    let pages = client.list_state_machines().into_paginator().page_size(MACHINES).send();
    reader.pages(&LIST_STATE_MACHINES, pages, |page| page.state_machines).await
}

async fn state_machines(reader: &Reader, machines: Vec<sfn::StateMachineListItem>, targets: &BTreeSet<String>) -> Vec<Resource> {
    reader.declare(&LIST_EXECUTIONS);
    let client = aws_sdk_sfn::Client::new(&reader.config);
    let is_asked = |machine: &sfn::StateMachineListItem| {
        machine.r#type == sfn::StateMachineType::Standard && started(&machine.state_machine_arn).is_some_and(|arn| targets.contains(&arn))
    };
    let mut left = ASKED;
    let with_asked = machines.into_iter().map(|machine| {
        let asked = left > 0 && is_asked(&machine);
        left -= usize::from(asked);
        (machine, asked)
    });
    each(with_asked.collect(), |(machine, asked)| state_machine(reader, &client, machine, asked)).await
}

async fn state_machine(reader: &Reader, client: &aws_sdk_sfn::Client, machine: sfn::StateMachineListItem, asked: bool) -> Resource {
    let mut properties = StateMachine { machine_type: machine.r#type.as_str().to_owned().into(), ..StateMachine::default() };
    if asked {
        let call = client.list_executions().state_machine_arn(&machine.state_machine_arn).max_results(NEWEST).send();
        // A state machine that was deleted meanwhile keeps what the list says.
        if let Some(Some(newest)) = reader.one_or(&LIST_EXECUTIONS, call, &["StateMachineDoesNotExist"]).await {
            executions(&mut properties, &newest.executions, newest.next_token.is_some());
        }
        if properties.last_success_at.is_unread() && !properties.last_execution.is_unread() {
            let call = client.list_executions().state_machine_arn(&machine.state_machine_arn);
            let call = call.status_filter(sfn::ExecutionStatus::Succeeded).max_results(1).send();
            if let Some(Some(succeeded)) = reader.one_or(&LIST_EXECUTIONS, call, &["StateMachineDoesNotExist"]).await {
                properties.last_success_at = newest_success(&succeeded.executions).into();
            }
        }
    }
    let created_at = super::convert::time(&machine.creation_date);
    Resource { created_at, ..resource(reader, machine.state_machine_arn, machine.name, properties) }
}

/// Fills in what the newest executions show. "Running executions are sorted by their startDate or redriveDate, and other executions are sorted
/// by their stopDate" (ListExecutions): the newest that has ended is the first that has a `stopDate`. `more`: there are older ones.
fn executions(properties: &mut StateMachine, newest: &[sfn::ExecutionListItem], more: bool) {
    let ended =
        newest.iter().filter(|execution| execution.stop_date.is_some()).max_by_key(|execution| optional_time(execution.stop_date.as_ref()));
    let execution = |ended: &sfn::ExecutionListItem| Execution {
        status: ended.status.as_str().to_owned(),
        ended_at: known(optional_time(ended.stop_date.as_ref())),
    };
    if ended.is_some() || !more {
        properties.last_execution = ended.map(execution).into();
    }
    let success = newest_success(newest);
    if success.is_some() || !more {
        properties.last_success_at = success.into();
    }
}

fn newest_success(executions: &[sfn::ExecutionListItem]) -> Option<chrono::DateTime<chrono::Utc>> {
    let succeeded = executions.iter().filter(|execution| execution.status == sfn::ExecutionStatus::Succeeded);
    succeeded.filter_map(|execution| optional_time(execution.stop_date.as_ref())).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_scheduler::types::TargetSummary;
    use aws_sdk_sfn::primitives::DateTime;

    fn summary(name: &str, target: &str) -> ScheduleSummary {
        let target = TargetSummary::builder().arn(target).build().expect("a target");
        ScheduleSummary::builder().name(name).group_name("default").target(target).build()
    }

    #[test]
    fn only_what_can_restore_is_asked_for_and_not_every_schedule_of_it() {
        let function = "arn:aws:lambda:us-east-1:111122223333:function:mail";
        let mut listed: Vec<_> = (0..20).map(|number| summary(&format!("user-{number:02}"), function)).collect();
        listed.push(summary("queue", "arn:aws:sqs:us-east-1:111122223333:queue"));
        listed.push(summary("drill", "arn:aws:states:us-east-1:111122223333:stateMachine:drill"));
        listed.push(summary("universal", "arn:aws:scheduler:::aws-sdk:sfn:startExecution"));
        listed.push(summary("other", "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"));
        let (asked, unasked) = of_interest(listed);
        let names = |schedules: &[ScheduleSummary]| schedules.iter().filter_map(|schedule| schedule.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&asked), ["user-00", "user-01", "user-02", "user-03", "user-04", "universal", "drill"]);
        assert_eq!(names(&unasked), ["user-05"]);
    }

    fn ended(status: sfn::ExecutionStatus, at: Option<i64>) -> sfn::ExecutionListItem {
        let item = sfn::ExecutionListItem::builder().execution_arn("arn").state_machine_arn("arn").name("n").status(status);
        item.start_date(DateTime::from_secs(1)).set_stop_date(at.map(DateTime::from_secs)).build().expect("an execution")
    }

    #[test]
    fn a_running_execution_is_not_the_last_one() {
        let newest = [
            ended(sfn::ExecutionStatus::Running, None),
            ended(sfn::ExecutionStatus::Failed, Some(50)),
            ended(sfn::ExecutionStatus::Succeeded, Some(40)),
        ];
        let mut read = StateMachine::default();
        executions(&mut read, &newest, true);
        assert_eq!(read.last_execution.present().map(|last| last.status.as_str()), Some("FAILED"));
        assert_eq!(read.last_success_at.present().map(chrono::DateTime::timestamp), Some(40));
    }

    #[test]
    fn what_older_executions_may_show_is_not_known() {
        let mut read = StateMachine::default();
        executions(&mut read, &[ended(sfn::ExecutionStatus::Failed, Some(50))], true);
        assert!(read.last_success_at.is_unread());
        let mut read = StateMachine::default();
        executions(&mut read, &[], false);
        assert_eq!((read.last_execution, read.last_success_at), (Fact::Read(None), Fact::Read(None)));
    }
}
