"""More of a CloudFormation template than a policy: a whole resource, its CreationPolicy, a function around it.

One sentence says what was pasted, in place of a fault for each of its keys. This module knows a template's words and
none of our fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_RESOURCE = frozenset({"Type", "Properties"})
_SERVICE = "AWS::ECS::Service"
_BESIDE = ("Condition", "DeletionPolicy", "DependsOn", "Metadata", "UpdateReplacePolicy")
"""Attributes that a resource may have beside its UpdatePolicy."""
_WHOLE = "is a whole {what} of CloudFormation; give {under} alone"
_UNDER = "what stands under its {key}"
_TAG = re.compile(
    r"!(Ref|Sub|GetAtt|If|Join|Select|Split|FindInMap|ImportValue|Base64|Cidr|GetAZs|Transform)\b"
)
CREATION = (
    "CreationPolicy has no counterpart: where waitOnResourceSignals is true, the first members of a new group are "
    "waited for as well, each for pauseTime"
)


def is_function(key: object) -> bool:
    """Whether CloudFormation calls a function by that key."""
    return isinstance(key, str) and (key == "Ref" or key.startswith("Fn::"))


def short_tag(text: str) -> str:
    """``!Ref`` of ``!Ref x``, which quotes made a text; empty where it is none."""
    tag = _TAG.match(text)
    return "" if tag is None else tag[0]


def pasted_group(group: Any) -> str | None:
    """What was pasted where a group stands; None where it may be one."""
    if isinstance(group, Mapping) and group.keys() & _RESOURCE:
        return f"{_WHOLE.format(what='resource', under='the name and what the members are made from')}."
    return None


def pasted_sentence(policy: Any) -> str | None:
    """What was pasted where a policy stands; None where it may be one."""
    if not isinstance(policy, Mapping):
        return None
    if "Resources" in policy:
        return f"{_WHOLE.format(what='template', under=_UNDER.format(key='UpdatePolicy'))}."
    inner = next(iter(policy.values())) if len(policy) == 1 else None
    if policy.keys() & _RESOURCE or (isinstance(inner, Mapping) and inner.keys() >= _RESOURCE):
        around = policy if policy.keys() & _RESOURCE else inner
        is_service = (around or {}).get("Type") == _SERVICE
        # A service has no UpdatePolicy there; its properties say how it is deployed.
        key = "DeploymentConfiguration" if is_service else "UpdatePolicy"
        said = _WHOLE.format(what="resource", under=_UNDER.format(key=key))
        return f"{said}. {CREATION}." if "CreationPolicy" in (around or {}) else f"{said}."
    if "CreationPolicy" in policy:
        return f"may not hold a CreationPolicy; remove it. {CREATION}."
    beside = " and ".join(key for key in _BESIDE if key in policy)
    return (
        f"may not hold {beside}, which stands beside a resource's UpdatePolicy; remove it."
        if beside
        else None
    )
