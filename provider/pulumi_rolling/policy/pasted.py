"""More of a CloudFormation template than a policy: a whole resource, its CreationPolicy, a function around it.

One sentence says what was pasted, in place of a fault for each of its keys. This module knows a template's words and
none of our fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RESOURCE = frozenset({"Type", "Properties"})
_SERVICE = "AWS::ECS::Service"
_WHOLE = "is a whole {what} of CloudFormation; give what stands under its {key} alone"
_CREATION = (
    "CreationPolicy has no counterpart: where waitOnResourceSignals is true, the first members of a new group are "
    "waited for as well, each for pauseTime"
)


def is_function(key: object) -> bool:
    """Whether CloudFormation calls a function by that key."""
    return isinstance(key, str) and (key == "Ref" or key.startswith("Fn::"))


def pasted_sentence(policy: Any) -> str | None:
    """What was pasted where a policy stands; None where it may be one."""
    if not isinstance(policy, Mapping):
        return None
    if "Resources" in policy:
        return f"{_WHOLE.format(what='template', key='UpdatePolicy')}."
    inner = next(iter(policy.values())) if len(policy) == 1 else None
    if policy.keys() & _RESOURCE or (isinstance(inner, Mapping) and inner.keys() >= _RESOURCE):
        around = policy if policy.keys() & _RESOURCE else inner
        is_service = (around or {}).get("Type") == _SERVICE
        # A service has no UpdatePolicy there; its properties say how it is deployed.
        key = "DeploymentConfiguration" if is_service else "UpdatePolicy"
        said = _WHOLE.format(what="resource", key=key)
        return f"{said}. {_CREATION}." if "CreationPolicy" in (around or {}) else f"{said}."
    if "CreationPolicy" in policy:
        return f"may not hold a CreationPolicy; remove it. {_CREATION}."
    return None
