"""ECS calls about tasks: those of services are the lab's, all others moto's.

Source: ECS API reference of each call; protection lasts two hours unless the call says otherwise.
"""

from __future__ import annotations

import json
from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.ecs import moto_ecs
from pulumi_rolling.lab.aws.ecs.paging import MOST, page
from pulumi_rolling.lab.aws.ecs.services import named, wrong
from pulumi_rolling.lab.aws.ecs.views import task_view
from pulumi_rolling.lab.aws.wire_json import protocol
from pulumi_rolling.lab.world.ecs import lives
from pulumi_rolling.lab.world.ecs.service import Service, change, services
from pulumi_rolling.lab.world.ecs.task import RUNNING, Task, TaskState

MINUTE = 60.0
TWO_HOURS = 120
BY_USER = "Task stopped by user"
FILTERS = ("serviceName", "family", "containerInstance", "launchType")
"""Of ListTasks, beside startedBy and the desired status."""


def _own(call: Call) -> dict[str, tuple[Service, Task]]:
    cluster = moto_ecs.cluster(call.region, call.values.get("cluster"))
    return {
        task.id: (service, task)
        for service in services(call.cloud)
        if (service.region, service.cluster) == (call.region, cluster)
        for task in service.tasks.values()
    }


def list_tasks(call: Call) -> tuple[int, str]:
    """Tasks of services by all filters at once; without a service's name moto's tasks follow.

    Source: API reference of the call, startedBy ("it must be the only filter that you use"); the sentence is the lab's.
    """
    values = call.values
    if values.get("startedBy") and any(values.get(each) for each in FILTERS):
        raise wrong("startedBy must be the only filter.")
    if values.get("serviceName"):
        named(_about(call, values["serviceName"]))
    desired = values.get("desiredStatus", RUNNING)
    found = []
    for service, task in _own(call).values():
        state = task.states.at(call.as_of)
        if state is not None and state.desired == desired and _wanted(call, service, task):
            found.append(task.arn)
    if not values.get("serviceName"):
        asked = {key: value for key, value in call.form.items() if key not in ("nextToken", "maxResults")}
        status, body = call.ask(asked)
        if status != 200:
            return status, body
        found += json.loads(body).get("taskArns", [])
    chosen, token = page(found, values)
    return 200, protocol("ecs").write({"taskArns": chosen, "nextToken": token})


def _about(call: Call, service: str) -> Call:
    return Call(
        call.cloud,
        call.region,
        call.action,
        call.form,
        {**call.values, "service": service},
        call.as_of,
        call.ask,
    )


def _wanted(call: Call, service: Service, task: Task) -> bool:
    values, deployment = call.values, task.deployment
    is_of = {
        "serviceName": service.name,
        "startedBy": deployment.id,
        "family": deployment.definition.family,
        "launchType": deployment.told.get("launchType", "EC2"),
        "containerInstance": None,
    }
    return all(
        str(values[key]).rpartition("/")[2] == value if key == "serviceName" else values[key] == value
        for key, value in is_of.items()
        if values.get(key)
    )


def describe_tasks(call: Call) -> tuple[int, str]:
    if len(call.values["tasks"]) > MOST:
        raise wrong(f"At most {MOST} tasks can be described at once.")
    own, rest, shown = _own(call), [], []
    for given in call.values["tasks"]:
        service, task = own.get(given.rpartition("/")[2], (None, None))
        if service is None or task is None:
            rest.append(given)
            continue
        state = task.states.at(call.as_of)
        if state is not None:
            shown.append(task_view(call.cloud, service, task, state))
    failures: list[Any] = []
    if rest:
        status, body = call.ask({**call.form, "tasks": rest})
        if status != 200:
            return status, body
        answer = json.loads(body)
        seen = {each["taskArn"].rpartition("/")[2] for each in answer.get("tasks", [])}
        shown += answer.get("tasks", [])
        failures = [
            {"arn": each, "reason": "MISSING"} for each in rest if each.rpartition("/")[2] not in seen
        ]
    return 200, protocol("ecs").write({"tasks": shown, "failures": failures})


def stop_task(call: Call) -> tuple[int, str]:
    service, task = _own(call).get(call.values["task"].rpartition("/")[2], (None, None))
    if service is None or task is None:
        return call.ask(call.form)
    lives.stop(call.cloud, service, task, call.values.get("reason", BY_USER), lives.BY_USER)
    return 200, protocol("ecs").write({"task": task_view(call.cloud, service, task, task.now)})


def get_task_protection(call: Call) -> dict[str, Any]:
    own = _own(call)
    ids = [each.rpartition("/")[2] for each in call.values.get("tasks") or own]
    shown = [_protection(call, own[each][1], own[each][1].now) for each in ids if each in own]
    return {"protectedTasks": shown, "failures": [_missing(each) for each in ids if each not in own]}


def _missing(task_id: str) -> dict[str, str]:
    return {"arn": task_id, "reason": "TASK_NOT_VALID"}


def _protection(call: Call, task: Task, state: TaskState) -> dict[str, Any]:
    guarded = task.protected(call.cloud.now)
    until = state.protected_until if guarded else None
    return {
        "taskArn": task.arn,
        "protectionEnabled": guarded,
        "expirationDate": None if until is None else call.cloud.stamp(until),
    }


def update_task_protection(call: Call) -> dict[str, Any]:
    own, shown, failures = _own(call), [], []
    minutes = call.values.get("expiresInMinutes", TWO_HOURS)
    if not 1 <= minutes <= 2880:
        raise wrong("expiresInMinutes must be between 1 and 2880.")
    until = call.cloud.now + MINUTE * minutes if call.values["protectionEnabled"] else None
    for given in call.values["tasks"]:
        service, task = own.get(given.rpartition("/")[2], (None, None))
        if service is None or task is None or not task.live:
            failures.append(_missing(given))
            continue
        change(call.cloud, service, task, protected_until=until)
        shown.append(_protection(call, task, task.now))
    return {"protectedTasks": shown, "failures": failures}


ACTIONS = {
    "GetTaskProtection": get_task_protection,
    "UpdateTaskProtection": update_task_protection,
}
JOINED = {"ListTasks": list_tasks, "DescribeTasks": describe_tasks, "StopTask": stop_task}
