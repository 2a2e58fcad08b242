"""A policy that groups of one run share, heard for each of them as its hook is called."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any

import pulumi
import pytest
from pulumi_rolling.errors import RollingError
from pulumi_rolling.host.hook_call import POLICY_TYPE, Called, Given
from pulumi_rolling.resource.attribute.hook import RollFailedError
from pulumi_rolling.resource.attribute.shared import Bearer, Shared

from tests.resource.program import PROJECT, STACK, run

GROUP = "aws:autoscaling/group:Group"


class House:
    """Hears what the hooks of a program would carry out."""

    def __init__(self, failure: str = "") -> None:
        self.heard: list[tuple[Called, Given]] = []
        self._failure = failure

    def hear(self, called: Called, given: Given) -> None:
        self.heard.append((called, given))
        if self._failure:
            raise RollingError(self._failure)


def shared(house: Any, *bearers: tuple[str, Bearer]) -> Shared:
    made = Shared({"rollingUpdate": {}}, "hold", True, lambda: house)
    for name, bearer in bearers:
        made.given_to(GROUP, name, bearer)
    return made


def call(name: str, urn: str = "", kind: str = GROUP) -> pulumi.ResourceHookArgs:
    return pulumi.ResourceHookArgs(urn=urn, id="1", name=name, type=kind)


def awaited(work: Coroutine[Any, Any, None]) -> None:
    """In a loop of its own: other tests go on with theirs."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(work)
    loop.close()


def alone(where: str) -> Bearer:
    return Bearer(None, {"region": where}, {"update": where})


def test_each_group_has_its_own_settings() -> None:
    """Provider and timeouts are the group's, the policy is the one that they share; in state it has none of its own."""
    house = House()
    both = shared(house, ("web", alone("here")), ("api", alone("there")))
    for name, kind in (("api", GROUP), ("web", GROUP), ("policy-1", POLICY_TYPE)):
        awaited(both.hear(call(name, kind=kind)))
    assert [given.option for _, given in house.heard] == [{"region": "there"}, {"region": "here"}, {}]
    assert [given.timeouts for _, given in house.heard] == [{"update": "there"}, {"update": "here"}, {}]
    assert {(str(given.policy), given.on_failure, given.dry_run) for _, given in house.heard} == {
        ("{'rollingUpdate': {}}", "hold", True)
    }


def test_groups_of_one_name_are_told_apart_by_what_is_around_them() -> None:
    """Below components of two types and below the stack, as their URNs say."""
    house = House()

    async def program() -> None:
        around = [pulumi.ComponentResource(f"test:index:{kind}", kind) for kind in ("Blue", "Green")]
        below = [Bearer(parent, {"region": parent._name}, {}) for parent in around]
        three = shared(house, *(("web", bearer) for bearer in (*below, alone("stack"))))
        blue, green = [str(await each.urn.future()).rpartition("::")[0] + "$" for each in around]
        for before in (green, f"urn:pulumi:{STACK}::{PROJECT}::", blue):
            await three.hear(call("web", f"{before}{GROUP}::web"))
        with pytest.raises(RollFailedError, match="web: this program has several of that name"):
            await three.hear(call("web", f"{blue}other${GROUP}::web"))

    run(lambda: pulumi.export("done", pulumi.Output.from_input(program())))
    assert [given.option["region"] for _, given in house.heard] == ["Green", "stack", "Blue"]


@pytest.mark.parametrize(
    ("kind", "names", "whose"),
    [
        (GROUP, ["web", "api"], "web"),
        (POLICY_TYPE, ["web", "api"], "api, web"),
        (POLICY_TYPE, [f"web-{n}" for n in range(5)], "web-0, web-1, web-2 and 2 more"),
    ],
)
def test_an_error_names_the_group(kind: str, names: list[str], whose: str) -> None:
    """Pulumi puts the hook's name before it, which is the policy's; an error of the policy names who has it."""
    several = shared(House("broken"), *((name, alone("here")) for name in names))
    with pytest.raises(RollFailedError) as caught:
        awaited(several.hear(call("web", kind=kind)))
    assert str(caught.value) == f"{whose}: broken"


def test_the_work_of_a_hook_sees_the_settings_of_its_program() -> None:
    """Those of an inline program are in the context of its calls, and a thread begins without one."""
    setting = contextvars.ContextVar("setting", default="another program's")
    heard: list[str] = []

    class Reading:
        def hear(self, called: Any, given: Any) -> None:
            heard.append(setting.get())

    async def program() -> None:
        setting.set("mine")
        await shared(Reading()).hear(call("web"))

    awaited(program())
    assert heard == ["mine"]
