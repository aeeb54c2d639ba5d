//! AWS Step Functions. (The rules and schedules that start state machines are evidence.)

use crate::inventory::types::{ResourceType, automation};
use crate::protection::automation::state_machine_facts;
use crate::protection::facts::StateMachineFacts;
use crate::protection::subject::Subject;
use schemars::schema_for;

pub static STATE_MACHINE: Subject = Subject {
    info: &automation::StateMachine::INFO,
    facts: |context, resource| state_machine_facts(context.join, resource).into(),
    schema: || schema_for!(StateMachineFacts),
    declared: &[],
};
