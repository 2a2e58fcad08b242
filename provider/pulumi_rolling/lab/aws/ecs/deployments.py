"""ECS calls about service deployments and service revisions.

Source: ECS API reference of each call. A list may be empty for a while, and a service may have none at all.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.ecs.paging import page
from pulumi_rolling.lab.aws.ecs.services import named, wrong
from pulumi_rolling.lab.aws.ecs.views import revision_arn, revision_view, rollout_brief, rollout_view
from pulumi_rolling.lab.world.ecs import orders, stages
from pulumi_rolling.lab.world.ecs.deployment import Rollout
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import Service, services
from pulumi_rolling.lab.world.refusal import Refused

MOST_AT_ONCE = 20
CLIENTS_ROUND = 6
"""Clients send a moment back with so many digits after the point."""


def list_service_deployments(call: Call) -> dict[str, Any]:
    cloud, values, service = call.cloud, call.values, named(call)
    wanted, created = values.get("status"), values.get("createdAt") or {}
    by = call.as_of - cloud.part(ServiceRules).listed
    shown = []
    for rollout in service.rollouts:
        state = rollout.states.at(call.as_of)
        at = round(cloud.stamp(rollout.created_at), CLIENTS_ROUND)
        if state is None or rollout.created_at > by or (wanted and state.status not in wanted):
            continue
        if created.get("after", at) <= at <= created.get("before", at):
            shown.append(rollout_brief(cloud, service, rollout, state))
    chosen, token = page(shown, values, MOST_AT_ONCE)
    return {"serviceDeployments": chosen, "nextToken": token}


def _every(call: Call) -> list[tuple[Service, Rollout]]:
    return [
        (each, rollout)
        for each in services(call.cloud)
        if each.region == call.region
        for rollout in each.rollouts
    ]


def _found(call: Call) -> tuple[Service, Rollout]:
    arn = call.values["serviceDeploymentArn"]
    for service, rollout in _every(call):
        if rollout.arn == arn:
            return service, rollout
    raise Refused("ServiceDeploymentNotFoundException", "Service deployment not found.")


def describe_service_deployments(call: Call) -> dict[str, Any]:
    arns = call.values["serviceDeploymentArns"]
    _few(arns)
    known = {rollout.arn: (service, rollout) for service, rollout in _every(call)}
    shown, failures = [], []
    for arn in arns:
        service, rollout = known.get(arn, (None, None))
        state = None if rollout is None else rollout.states.at(call.as_of)
        if service is None or rollout is None or state is None:
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            shown.append(rollout_view(call.cloud, service, rollout, state))
    return {"serviceDeployments": shown, "failures": failures}


def describe_service_revisions(call: Call) -> dict[str, Any]:
    arns = call.values["serviceRevisionArns"]
    _few(arns)
    has = call.cloud.part(ServiceRules).service_deployments
    known = {
        revision_arn(service, each): (service, each)
        for service in services(call.cloud)
        if has and service.region == call.region
        for each in service.revisions.values()
    }
    shown = [revision_view(call.cloud, *known[arn]) for arn in arns if arn in known]
    failures = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known]
    return {"serviceRevisions": shown, "failures": failures}


def _few(arns: list[str]) -> None:
    if len(arns) > MOST_AT_ONCE:
        raise wrong(f"At most {MOST_AT_ONCE} ARNs can be described at once.")


def stop_service_deployment(call: Call) -> dict[str, Any]:
    service, rollout = _found(call)
    orders.stop(call.cloud, service, rollout, call.values.get("stopType", orders.ROLLBACK))
    return {"serviceDeploymentArn": rollout.arn}


def continue_service_deployment(call: Call) -> dict[str, Any]:
    service, rollout = _found(call)
    action = call.values.get("action", stages.CONTINUE)
    stages.answer(call.cloud, service, rollout, call.values["hookId"], action)
    return {"serviceDeploymentArn": rollout.arn}


ACTIONS = {
    "ListServiceDeployments": list_service_deployments,
    "DescribeServiceDeployments": describe_service_deployments,
    "DescribeServiceRevisions": describe_service_revisions,
    "StopServiceDeployment": stop_service_deployment,
    "ContinueServiceDeployment": continue_service_deployment,
}
