"""The control interface over HTTP: JSON below /lab/."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from pulumi_rolling.lab.common_control import CommonControl
from pulumi_rolling.lab.control import Control
from pulumi_rolling.lab.world.refusal import Refused


class NoSuchRoute(Exception):
    """There is nothing at this address, or not for this verb."""


Query = Mapping[str, list[str]]
Do = Callable[[str, str, Query, dict[str, Any]], Any]


def answer(do: Do, verb: str, path: str, query: str, body: bytes) -> tuple[int, str]:
    """Status and JSON body of one call."""
    try:
        given = json.loads(body) if body.strip() else {}
        if not isinstance(given, dict):
            raise ValueError("the body must be a JSON object")
        result = do(verb, path, parse_qs(query), given)
    except NoSuchRoute:
        return 404, json.dumps({"error": f"no such call: {verb} {path}"})
    except KeyError as missing:
        return 404, json.dumps({"error": f"not found: {missing.args[0]}"})
    except (ValueError, TypeError) as wrong:
        return 400, json.dumps({"error": str(wrong)})
    except Refused as refused:
        return 400, json.dumps({"error": refused.message, "code": refused.code})
    return 200, json.dumps(result)


def do(control: Control, verb: str, path: str, query: Query, body: dict[str, Any]) -> Any:
    """A call of the control of AWS's lab."""
    kind, _, name = path.removeprefix("/lab/").partition("/")
    match verb, kind, name:
        case "GET", "types", "":
            return control.types()
        case "PUT", "types", instance_type if instance_type:
            return control.type(instance_type, **body)
        case "GET", "groups", "":
            return control.groups()
        case "GET", "groups", group:
            return control.group(group, region(query))
        case "PUT", "groups", group if group:
            return control.move_group(group, **body)
        case "GET", "history", group if group:
            return control.history(group, region(query))
        case "GET", "alarms", "":
            return control.alarms()
        case "PUT", "alarms", alarm if alarm:
            return control.alarm(alarm, **body)
        case "GET", "refreshes", "":
            return control.refresh_rules()
        case "PUT", "refreshes", "":
            return control.refresh_rules(**body)
        case _, "services" | "ecs" | "tasks", _:
            return _services(control, verb, path, query, body)
        case "PUT", "members", member if member:
            return control.member(member, **body)
    return do_common(control, verb, path, query, body)


def do_common(control: CommonControl, verb: str, path: str, query: Query, body: dict[str, Any]) -> Any:
    """A call of what every lab has."""
    kind, _, name = path.removeprefix("/lab/").partition("/")
    match verb, kind, name:
        case "GET", "images", "":
            return control.images()
        case "PUT", "images", image if image:
            return control.image(image, **body)
        case "GET", "faults", "":
            return control.faults()
        case "PUT", "faults", action if action:
            return control.fault(action, **body)
        case "DELETE", "faults", action:
            return control.clear_fault(action or None)
        case "GET", "calls", "":
            return control.calls(log=query.get("log") == ["1"])
        case "DELETE", "calls", "":
            return control.clear_calls()
        case "POST", "reset", "":
            return control.reset(**body)
    raise NoSuchRoute


def _services(control: Control, verb: str, path: str, query: Query, body: dict[str, Any]) -> Any:
    """Calls about ECS; a service is named by its cluster and its name."""
    match verb, path.removeprefix("/lab/").split("/"):
        case "GET", ["ecs"]:
            return control.service_rules()
        case "PUT", ["ecs"]:
            return control.service_rules(**body)
        case "GET", ["services"]:
            return control.services()
        case "GET", ["services", cluster, name]:
            return control.service(name, cluster, region(query))
        case "GET", ["services", cluster, name, "history"]:
            return control.service_history(name, cluster, region(query))
        case "PUT", ["services", cluster, name]:
            return control.move_service(name, cluster, **body)
        case "PUT", ["tasks", task]:
            return control.task(task, **body)
    raise NoSuchRoute


def region(query: Query) -> str | None:
    return next(iter(query.get("region", ())), None)
