"""Restore automation that the policy names."""

from __future__ import annotations

from framework import Aws, Failing, ago, proves

POLICY = """version: 1
restore_automation:
  - { arn: "arn:aws:states:us-east-1:ACCOUNT_ID:stateMachine:broken", match: "true" }
  - { arn: "arn:aws:states:ap-south-1:ACCOUNT_ID:stateMachine:drill", match: "true" }
"""


def state_machine(aws: Aws, name: str, region: str = "us-east-1") -> str:
    """A state machine; returns its ARN."""
    made = aws.client("stepfunctions", region).create_state_machine(name=name, definition="{}", roleArn=aws.role)
    return str(made["stateMachineArn"])


@proves("restore-automation-scheduled", region="ap-south-1")
def restore_automation_scheduled(aws: Aws) -> Failing:
    region = "ap-south-1"
    aws.volume("data", region)
    state_machine(aws, "drill", region)
    return Failing(region, fill={"SCHEDULE_ROLE_ARN": aws.role})


@proves("restore-automation-succeeds")
def restore_automation_succeeds(aws: Aws) -> str:
    made = state_machine(aws, "broken")
    target = {"Arn": made, "RoleArn": aws.role}
    aws.client("scheduler").create_schedule(
        Name="drill", ScheduleExpression="rate(30 days)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )
    execution = aws.client("stepfunctions").start_execution(stateMachineArn=made)["executionArn"]
    dates = {"startDate": ago(days=1, minutes=5), "stopDate": ago(days=1)}
    aws.seed("states", "execution", {"executionArn": execution, "status": "FAILED", **dates})
    return made
