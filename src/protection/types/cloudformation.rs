//! AWS CloudFormation: stacks. A template declares no stack of its own, and what AWS Backup makes of stacks is told of their resources.

use crate::inventory::types::{ResourceType, cloudformation};
use crate::protection::facts::StackFacts;
use crate::protection::stack::stack_facts;
use crate::protection::subject::Subject;
use schemars::schema_for;

pub static STACK: Subject = Subject {
    info: &cloudformation::Stack::INFO,
    facts: |context, resource| stack_facts(&context.links.stacks, resource),
    schema: || schema_for!(StackFacts),
    declared: &[],
};
