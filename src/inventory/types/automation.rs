//! What can restore data by itself: state machines, and the EventBridge rules and schedules that start them, Lambda functions and Systems
//! Manager automations. Nothing here says what these do: the policy file names those that restore.

use super::properties;
use crate::inventory::Fact;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An execution of a state machine that has ended. Its input and output are never read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Execution {
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`.
    pub status: String,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub ended_at: Fact<DateTime<Utc>>,
}

properties! {
    /// An enabled rule of the default event bus that runs on a schedule and starts a state machine, a Lambda function or a Systems Manager
    /// automation.
    Rule = "AWS::Events::Rule", operation: "events:ListRules" {
        schedule: String,
        /// What it starts of these.
        #[from("events:ListTargetsByRule")]
        target_arns: Vec<String>,
    }
}

properties! {
    /// An enabled schedule of EventBridge Scheduler that starts a state machine, a Lambda function or a Systems Manager automation.
    Schedule = "AWS::Scheduler::Schedule", operation: "scheduler:ListSchedules" {
        /// `at(…)` runs once.
        #[from("scheduler:GetSchedule")]
        schedule: String,
        #[from("scheduler:GetSchedule")]
        timezone: Option<String>,
        /// After this time it does not run any more.
        #[from("scheduler:GetSchedule")]
        end_at: Option<DateTime<Utc>>,
        /// What it starts of these.
        #[from("scheduler:ListSchedules", "scheduler:GetSchedule")]
        target_arns: Vec<String>,
    }
}

properties! {
    /// A state machine of AWS Step Functions.
    StateMachine = "AWS::StepFunctions::StateMachine", operation: "states:ListStateMachines" {
        /// `STANDARD` or `EXPRESS`. Step Functions does not list the executions of an EXPRESS state machine.
        machine_type: String,
        /// The newest execution that has ended; `null` if there is none in the 90 days that Step Functions keeps. Unread unless a rule or a
        /// schedule of its Region starts the state machine.
        #[from("states:ListExecutions")]
        last_execution: Option<Execution>,
        /// When the newest execution that succeeded ended. Unread as above.
        #[from("states:ListExecutions")]
        last_success_at: Option<DateTime<Utc>>,
    }
}
