"""What an update writes into state of its rollout, and keeps of the one before."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.replace.rollout import Boots, Rollout
from pulumi_rolling.handler.properties import is_target_unknown
from pulumi_rolling.handler.replace.telling import skipped
from pulumi_rolling.handler.state import last_rollout

from tests.fleets.stage import ROLLOUT, WEB, group, instance
from tests.handler.conftest import Handled
from tests.rollouts import changed

SETTLED = group(
    instance("i-1", 2), LaunchTemplate={"LaunchTemplateId": WEB, "LaunchTemplateName": "web", "Version": "2"}
)


def test_an_update_without_a_rollout_keeps_what_the_last_one_left(handled: Handled) -> None:
    """A changed policy replaces nothing; the boots that the next rollout expects must not get lost with it."""
    handled.stage.shows(SETTLED)
    last = {"id": "r0", "boots": {"n": 3, "logs": 1.0, "squares": 2.0}}
    olds = {**handled.inputs(), "revision": f"{WEB}:2", "lastRollout": last}
    state = handled.handler.update(olds, handled.inputs(maxBatchSize=2), handled.context)
    assert state["lastRollout"] == last
    assert state["updatePolicy"] == {"rollingUpdate": {"maxBatchSize": 2}}


@pytest.mark.parametrize(("seen", "told"), [(Boots(2, 5.0, 13.0), 2), (Boots(), 4)])
def test_a_rollout_without_boots_hands_on_those_of_the_last(handled: Handled, seen: Boots, told: int) -> None:
    """One that only moved the pointer has seen nobody boot."""
    handled.stage.shows(SETTLED)
    rollout = changed(ROLLOUT, boots=seen, prior=Boots(4, 10.0, 26.0))
    assert last_rollout(rollout, handled.operation(handled.inputs()))["boots"]["n"] == told


def _with(*names: str) -> Rollout:
    return changed(ROLLOUT, skipped=frozenset(names))


def test_skipped_members_are_named_in_state_and_at_the_end(handled: Handled) -> None:
    """Who was left as they are on request is not forgotten with the rollout; without any the key is not there."""
    handled.stage.shows(SETTLED)
    operation = handled.operation(handled.inputs())
    assert last_rollout(_with("i-2", "i-1"), operation)["skipped"] == ["i-1", "i-2"]
    assert "skipped" not in last_rollout(ROLLOUT, operation)
    assert "left as they are on request: i-1, i-2;" in skipped(_with("i-2", "i-1"))
    assert "i-5 and 2 more;" in skipped(_with(*(f"i-{n}" for n in range(1, 8))))


def test_versions_with_equal_contents_are_one_state_of_the_group(handled: Handled) -> None:
    """Read compares contents, as diff and the rollout do: version 3 with the contents of version 1 is not mixed."""
    handled.aws.answer(
        "DescribeLaunchTemplateVersions",
        lambda p: {
            "LaunchTemplateVersions": [
                {
                    "LaunchTemplateId": WEB,
                    "VersionNumber": int(number),
                    "DefaultVersion": False,
                    "LaunchTemplateData": {"ImageId": "ami-b" if number == "2" else "ami-a"},
                }
                for number in sorted(set(p["Versions"]))
            ]
        },
    )
    handled.stage.shows(
        group(instance("i-1", 1), instance("i-2", 3)), group(instance("i-1", 1), instance("i-2", 2))
    )
    state = {**handled.inputs("1"), "revision": f"{WEB}:1"}
    one, mixed = handled.handler.read(state), handled.handler.read(state)
    assert one is not None and one["status"] == "stable"
    assert mixed is not None and mixed["status"] == "mixed"


@pytest.mark.parametrize(
    ("group_inputs", "unknown"),
    [
        ({"launchConfiguration": "web-1"}, False),
        ({"launchConfiguration": "?"}, True),
        ({"launchTemplate": {"id": "lt-1", "version": "2"}}, False),
        ({"launchTemplate": {"id": "lt-1", "version": "?"}}, True),
        ({"launchTemplate": "?"}, True),
        ({}, True),
    ],
)
def test_preview_knows_whether_it_knows_the_target(group_inputs: Any, unknown: bool) -> None:
    """A new launch configuration's name is known only after it is made, as a new version's number is."""
    inputs = {"autoScalingGroup": {"name": "web", **group_inputs}}
    assert is_target_unknown(inputs, lambda value: value == "?") is unknown


def test_a_member_on_its_way_out_makes_no_group_mixed(handled: Handled) -> None:
    """A refresh right after a roll: whoever is terminating counts no more."""
    handled.stage.shows(group(instance("i-1", 1), instance("i-2", 2, LifecycleState="Terminating")))
    read = handled.handler.read({**handled.inputs("1"), "revision": f"{WEB}:1"})
    assert read is not None and read["status"] == "stable"
