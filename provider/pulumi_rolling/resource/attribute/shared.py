"""A policy as the groups of one run have it in common: equal ones have one hook and stand in state once.

Each hook that is registered costs a server of Pulumi's SDK, and each component in state a registration, which a program
with many groups would wait for in each run. What a policy means is not known here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi

from pulumi_rolling.host.hook_call import POLICY_TYPE, Given
from pulumi_rolling.resource.attribute.hook import RollFailedError, hear
from pulumi_rolling.resource.attribute.values import settled
from pulumi_rolling.resource.urn import urn_of

_NAMED = 3
"""Groups that an error of their policy names; of more it tells the count."""


def plain_text(policy: Any, on_failure: Any) -> str | None:
    """Both as one text that equal ones share; None where the program does not know all of it yet."""
    try:
        return json.dumps([policy, on_failure], sort_keys=True)
    except (TypeError, ValueError):
        return None


def name_of(text: str, group: str, around: str = "") -> str:
    """The name of a plain policy for groups of a type: it is made from the contents, whatever came first.

    ``around``: what this run must be told from others by that register with the same engine.
    """
    return f"policy-{hashlib.sha256(f'{group} {around} {text}'.encode()).hexdigest()[:10]}"


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a group with the policy has for itself."""

    parent: pulumi.Resource | None
    option: Any
    """What an explicit provider says; empty where there is none."""
    timeouts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shared:
    """A policy of one run, whose values may be outputs."""

    policy: Any
    on_failure: Any
    dry_run: bool
    program: Callable[[], Any]
    """The ``HookedGroups`` of this run, loaded at the first wish."""
    _bearers: dict[tuple[str, str], list[Bearer]] = field(default_factory=dict)

    def given_to(self, kind: str, name: str, bearer: Bearer) -> None:
        """Another group has the policy."""
        self._bearers.setdefault((kind, name), []).append(bearer)

    async def hear(self, called: pulumi.ResourceHookArgs) -> None:
        """The hook, called for one of the groups or for the policy in state."""
        bearer = await self._bearer(called)
        given = Given(
            policy=await settled(self.policy),
            on_failure=await settled(self.on_failure),
            option=await settled(bearer.option),
            timeouts=await settled(bearer.timeouts),
            dry_run=self.dry_run,
        )
        name = self._bearers_names() if called.type == POLICY_TYPE else called.name
        await hear(called, given, name, self.program)

    async def _bearer(self, called: pulumi.ResourceHookArgs) -> Bearer:
        """The group that is meant. Two of one name are told apart by what is around them."""
        several = self._bearers.get((called.type, called.name), [])
        if len(several) < 2:
            return several[0] if several else Bearer(None, {}, {})
        for each in several:
            if await urn_of(called.name, called.type, each.parent).future() == called.urn:
                return each
        raise RollFailedError(
            f"{called.name}: this program has several of that name, and none is {called.urn}."
        )

    def _bearers_names(self) -> str:
        names = sorted({name for _, name in self._bearers})
        more = len(names) - _NAMED
        return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
