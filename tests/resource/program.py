"""Programs around the Python resource, run against Pulumi's mocks: what the engine would be asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, stack
from pulumi_rolling.resource import rolling_group

STACK, PROJECT = "dev", "trial"
GROUP = {"name": "web", "launchTemplate": {"id": "lt-1", "version": "2"}}
POLICY = {"rollingUpdate": {"maxBatchSize": 2}}


@dataclass
class Asked(mocks.Mocks):
    """Every registration by name."""

    found: dict[str, mocks.MockResourceArgs] = field(default_factory=dict)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.found[args.name] = args
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {}, None


class Component(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:web:Service", name, {}, opts)


def rolling(
    name: str = "roll", opts: pulumi.ResourceOptions | None = None, **group: Any
) -> rolling_group.RollingGroup:
    return rolling_group.RollingGroup(
        name, auto_scaling_group={**GROUP, **group}, update_policy=POLICY, opts=opts
    )


def run(program: Callable[[], None], config: dict[str, str] | None = None) -> Asked:
    """The registrations of a program. It ends within ten seconds, or it waits for itself."""
    asked = Asked()
    asyncio.set_event_loop(asyncio.new_event_loop())
    mocks.set_mocks(asked, project=PROJECT, stack=STACK, preview=False)
    pulumi.runtime.set_all_config(config or {})
    asyncio.get_event_loop().run_until_complete(asyncio.wait_for(stack.run_pulumi_func(program), timeout=10))
    return asked


@dataclass(frozen=True)
class Shown:
    """What a program made; a lambda that only makes something would bring it back to Pulumi as its outputs."""

    made: pulumi.Resource

    def done(self) -> None:
        return None
