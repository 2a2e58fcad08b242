"""The control of Alibaba's lab over HTTP: JSON below /lab/."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.alibaba.control import AlibabaControl
from pulumi_rolling.lab.routes import Query, do_common


def do(control: AlibabaControl, verb: str, path: str, query: Query, body: dict[str, Any]) -> Any:
    kind, _, name = path.removeprefix("/lab/").partition("/")
    match verb, kind, name:
        case "GET", "groups", "":
            return control.groups()
        case "GET", "groups", group:
            return control.group(group)
        case "PUT", "groups", group if group:
            return control.move_group(group, **body)
        case "GET", "history", group if group:
            return control.history(group)
        case "PUT", "members", member if member:
            return control.member(member, **body)
        case "GET", "rules", "":
            return control.rules()
        case "PUT", "rules", "":
            return control.rules(**body)
    return do_common(control, verb, path, query, body)
