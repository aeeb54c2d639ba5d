"""EventBridge, EventBridge Scheduler and Step Functions: moto's rules, schedules and state machines, with executions that have dates."""

from __future__ import annotations

import uuid
from typing import Any

from moto.events.models import events_backends
from moto.scheduler.models import scheduler_backends
from moto.stepfunctions.models import stepfunctions_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import amends, backends_of, handles, seeds
from ..shapes import now, utc

Params = dict[str, Any]
STATES = "states"

backends_of("events", events_backends)
backends_of("scheduler", scheduler_backends)
backends_of(STATES, stepfunctions_backends)


def _machine(backend: Any, arn: str) -> Any:
    found = next((machine for machine in backend.state_machines if arn == machine.arn or arn.startswith(f"{machine.arn}:")), None)
    if found is None:
        raise ServiceError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
    return found


@amends("scheduler", "ListSchedules")
@amends(STATES, "ListStateMachines")
def write_dates(backend: Any, params: Params, answer: Params) -> None:
    """Nothing to correct: the emulator writes these answers, so that their dates are the same in pages of any size."""


@handles(STATES, "StartExecution")
def start_execution(backend: Any, params: Params) -> Params:
    """The execution succeeds at once."""
    machine = _machine(backend, params["stateMachineArn"])
    name = params.get("name") or str(uuid.uuid4())
    arn = f"{machine.arn.replace(':stateMachine:', ':execution:')}:{name}"
    record = {"executionArn": arn, "stateMachineArn": machine.arn, "name": name, "status": "SUCCEEDED", "startDate": now(), "stopDate": now()}
    memory_of(STATES, backend).records["execution"][arn] = record
    return {"executionArn": arn, "startDate": record["startDate"]}


@handles(STATES, "ListExecutions")
def list_executions(backend: Any, params: Params) -> Params:
    """Newest first: running ones by their start, others by their end."""
    machine = _machine(backend, params["stateMachineArn"])
    if machine.type == "EXPRESS":
        raise ServiceError("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
    memory = memory_of(STATES, backend)
    shown = [memory.apply("execution", arn, {**record}) for arn, record in memory.records["execution"].items()]
    shown = [record for record in shown if record["stateMachineArn"] == machine.arn]
    status = params.get("statusFilter")
    shown = [record for record in shown if status in (None, record["status"])]
    return {"executions": sorted(shown, key=lambda record: utc(record.get("stopDate") or record["startDate"]), reverse=True)}


@seeds(STATES, "execution", "ExecutionListItem")
def seed_execution(backend: Any, values: Params) -> Params:
    """Shows an execution of StartExecution with another status or other dates."""
    memory = memory_of(STATES, backend)
    if values.get("executionArn") not in memory.records["execution"]:
        raise ServiceError("ExecutionDoesNotExist", "There is no such execution")
    return memory.override("execution", values["executionArn"], values)
