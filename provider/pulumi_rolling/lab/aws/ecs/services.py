"""ECS calls about a service as a whole: made, read, altered, deleted, tagged.

Source: ECS API reference of each call. This module refuses to know what a service does with what it is told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.ecs import moto_ecs
from pulumi_rolling.lab.aws.ecs.paging import page
from pulumi_rolling.lab.aws.ecs.views import service_view
from pulumi_rolling.lab.world.cloud import ACCOUNT
from pulumi_rolling.lab.world.ecs import breaker, orders
from pulumi_rolling.lab.world.ecs.orders import Order
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import (
    DAEMON,
    INACTIVE,
    Service,
    Services,
    note,
    service_of,
    services,
)
from pulumi_rolling.lab.world.refusal import Refused

NOT_KEPT = ("cluster", "service", "serviceName", "desiredCount", "clientToken", "forceNewDeployment")
MOST_AT_ONCE = 10
FOREIGN = (
    "Unable to update task definition on services with a {} deployment controller. "
    "Use AWS CodeDeploy to trigger a new deployment."
)
WHOLE = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."


def wrong(message: str) -> Refused:
    return Refused("InvalidParameterException", message)


def named(call: Call) -> Service:
    """The service that the call names."""
    cluster = moto_ecs.cluster(call.region, call.values.get("cluster"))
    return service_of(call.cloud, call.region, cluster, call.values["service"].rpartition("/")[2])


def _order(call: Call, values: Mapping[str, Any]) -> Order:
    _check(call, values.get("deploymentConfiguration") or {})
    told = {key: value for key, value in values.items() if key not in NOT_KEPT}
    definition = None
    if told.get("taskDefinition"):
        definition = moto_ecs.definition(call.region, told["taskDefinition"])
        told["taskDefinition"] = definition.arn
    return Order(told, definition, values.get("desiredCount"), bool(values.get("forceNewDeployment")))


def _check(call: Call, told: Mapping[str, Any]) -> None:
    configured = (told.get("deploymentCircuitBreaker") or {}).get("thresholdConfiguration") or {}
    if configured.get("type", breaker.BOUNDED) not in breaker.TYPES:
        raise wrong(f"thresholdConfiguration type must be one of {', '.join(breaker.TYPES)}.")
    if configured.get("value", 1) < 1:
        raise wrong("thresholdConfiguration value must be at least 1.")
    whole = told.get("minimumHealthyPercent") == 100 == told.get("maximumPercent")
    if whole and call.cloud.part(ServiceRules).whole_refused:
        raise wrong(WHOLE)
    early = told.get("earlySuccessCriteria") or {}
    if early.get("enable") and ("healthyPercent" not in early or "sourceServiceRevisionCleanup" not in early):
        raise wrong("earlySuccessCriteria must have healthyPercent and sourceServiceRevisionCleanup.")


def create_service(call: Call) -> dict[str, Any]:
    cloud, values = call.cloud, call.values
    cluster = moto_ecs.cluster(call.region, values.get("cluster"))
    order = _order(call, values)
    if order.definition is None and (values.get("deploymentController") or {}).get("type") != "EXTERNAL":
        raise wrong("TaskDefinition should not be null or empty.")
    if values.get("schedulingStrategy") == DAEMON:
        count = moto_ecs.instances(call.region, cluster)
        order = Order(order.told, order.definition, count)
    return _shown(call, orders.create(cloud, call.region, cluster, values["serviceName"], order))


def update_service(call: Call) -> dict[str, Any]:
    service, values = named(call), call.values
    controller = (values.get("deploymentController") or {}).get("type", service.controller)
    if controller != "ECS" and (values.get("taskDefinition") or values.get("forceNewDeployment")):
        raise wrong(FOREIGN.format(controller))
    if service.daemon and values.get("desiredCount") is not None:
        raise wrong("The daemon scheduling strategy does not support a desired count for services.")
    orders.update(call.cloud, service, _order(call, values))
    return _shown(call, service)


def _shown(call: Call, service: Service) -> dict[str, Any]:
    """A service in the answer of the call that altered it: the truth, never a stale one."""
    assert service.shown is not None
    view = service_view(call.cloud, service, service.shown.now, call.cloud.now)
    return {"service": view | {"tags": service.told.get("tags", [])}}


def delete_service(call: Call) -> dict[str, Any]:
    service = named(call)
    orders.delete(call.cloud, service, force=bool(call.values.get("force")))
    return _shown(call, service)


def describe_services(call: Call) -> dict[str, Any]:
    cluster = moto_ecs.cluster(call.region, call.values.get("cluster"))
    if len(call.values["services"]) > MOST_AT_ONCE:
        raise wrong(f"At most {MOST_AT_ONCE} services can be described at once.")
    with_tags = "TAGS" in (call.values.get("include") or ())
    shown, failures = [], []
    for given in call.values["services"]:
        name = given.rpartition("/")[2]
        service = call.cloud.part(Services).by_name.get((call.region, cluster, name))
        seen = None if service is None or service.shown is None else service.shown.at(call.as_of)
        if service is None or seen is None:
            arn = f"arn:aws:ecs:{call.region}:{ACCOUNT}:service/{cluster}/{name}"
            failures.append({"arn": arn, "reason": "MISSING"})
            continue
        view = service_view(call.cloud, service, seen, call.as_of)
        shown.append(view | ({"tags": seen.told.get("tags", [])} if with_tags else {}))
    return {"services": shown, "failures": failures}


def list_services(call: Call) -> dict[str, Any]:
    cluster = moto_ecs.cluster(call.region, call.values.get("cluster"))
    wanted = {key: call.values[key] for key in ("launchType", "schedulingStrategy") if call.values.get(key)}
    usual = {"launchType": "EC2", "schedulingStrategy": "REPLICA"}
    found = [
        each.arn
        for each in services(call.cloud)
        if (each.region, each.cluster) == (call.region, cluster)
        and each.status != INACTIVE
        and all(each.told.get(key, usual[key]) == value for key, value in wanted.items())
    ]
    chosen, token = page(found, call.values, 10)
    return {"serviceArns": chosen, "nextToken": token}


def _tagged(call: Call) -> Service | None:
    """The service whose ARN the call names; anything else that has tags is moto's."""
    return next((each for each in services(call.cloud) if each.arn == call.values["resourceArn"]), None)


def tags(call: Call) -> tuple[int, str]:
    service = _tagged(call)
    if service is None:
        return call.ask(call.form)
    kept = list(service.told.get("tags", []))
    if call.action == "ListTagsForResource":
        return 200, json.dumps({"tags": kept})
    given = call.values.get("tags", [])
    gone = {each["key"] for each in given} | set(call.values.get("tagKeys", []))
    left = [each for each in kept if each["key"] not in gone]
    service.told = {**service.told, "tags": [*left, *given]}
    note(call.cloud, service)
    return 200, "{}"


ACTIONS = {
    "CreateService": create_service,
    "UpdateService": update_service,
    "DeleteService": delete_service,
    "DescribeServices": describe_services,
    "ListServices": list_services,
}
JOINED = {"ListTagsForResource": tags, "TagResource": tags, "UntagResource": tags}
