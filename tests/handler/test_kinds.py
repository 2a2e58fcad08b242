"""The table of kinds: a made-up kind goes through the handler, and nothing beside its row names a kind."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi_rolling
import pytest
from pulumi_rolling.core.replace.actions import Resize
from pulumi_rolling.engine.record.pieces import pack
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.fleets.replace import Fleet
from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.handler.kinds import KINDS, inputs_model, strategy_faults
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.inputs import UpdatePolicy, rows

from tests.handler.conftest import assessed, opened
from tests.handler.tiny_kind import TinyClock, TinyCloud, TinyFleet, TinyGroup, register

PACKAGE = Path(pulumi_rolling.__file__).parent
OWN = {
    "handler/auto_scaling_group.py",
    "handler/auto_scaling_group_at_rest.py",
    "handler/auto_scaling_group_declared.py",
    "handler/aws_place.py",
    "handler/aws_whereabouts.py",
    "handler/delegate/ecs_service.py",
    "handler/delegate/ess_refresh.py",
    "handler/ess_scaling_group.py",
    "handler/ess_scaling_group_declared.py",
    "handler/delegate/instance_refresh.py",
    "handler/ecs_service.py",
    "handler/kinds.py",
    "handler/replace/auto_scaling_group.py",
    "handler/replace/ess_scaling_group.py",
    "handler/replace/listening.py",
    "handler/replace/serving.py",
    "handler/replace/watching.py",
}
"""The rows, and the own files of the kinds."""


class Tiny:
    """A made-up group of three, and a resource that rolls it."""

    def __init__(self, cloud: TinyCloud) -> None:
        self.cloud = cloud
        self.said: list[str] = []
        self.context = Context(urn="urn:tiny", dry_run=True, say=self.said.append, clock=TinyClock(cloud))
        self.handler = RollingGroupHandler()

    def news(self, build: str, name: str = "boxes", **roll: Any) -> dict[str, Any]:
        return {"tinyGroup": {"name": name, "build": build}, "updatePolicy": {"rollingUpdate": roll}}

    @property
    def group(self) -> TinyGroup:
        return self.cloud.groups["boxes"]

    def builds(self) -> set[str]:
        return {member.revision.digest for member in self.group.members.values()}


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Tiny:
    cloud = TinyCloud()
    cloud.group("boxes", "1", 3)
    register(cloud, monkeypatch)
    return Tiny(cloud)


def test_a_made_up_kind_is_checked_against_its_own_block_and_its_live_group(tiny: Tiny) -> None:
    """Its rules, the policy's and the live sizes are judged; a good block says the plan in preview."""
    _, faults = tiny.handler.check(None, {"tinyGroup": {"name": "boxes"}}, tiny.context)
    assert [f.path for f in faults] == ["tinyGroup.build", "updatePolicy"]
    _, faults = tiny.handler.check(None, tiny.news("2", minInstancesInService=4), tiny.context)
    assert [f.path for f in faults] == ["updatePolicy.rollingUpdate.minInstancesInService"]
    normal, faults = tiny.handler.check(None, tiny.news("2"), tiny.context)
    assert faults == [] and normal == tiny.news("2")
    assert len(tiny.said) == 1 and "boxes: replacing 3 instances, build 1 -> build 2" in tiny.said[0]


def test_a_made_up_kind_is_created_updated_read_and_deleted(tiny: Tiny) -> None:
    """All verbs, on the machine that picks its victims, with nothing but the row."""
    ident, state = tiny.handler.create(tiny.news("2"), tiny.context)
    assert ident == "boxes" and tiny.builds() == {"2"} and tiny.group.tags == {}
    assert (state["revision"], state["previousRevision"], state["status"]) == ("build:2", "build:1", "stable")
    assert state["lastRollout"]["replaced"] == 3 and tiny.group.sizes.desired == 3
    state = tiny.handler.update(state, tiny.news("3"), tiny.context)
    assert tiny.builds() == {"3"} and state["tinyGroup"]["build"] == "3"
    assert tiny.handler.read(state) == state
    tiny.handler.delete(state)
    assert tiny.builds() == {"3"}


def test_a_made_up_kind_has_a_diff_by_its_own_identity(tiny: Tiny) -> None:
    """Nothing is no change, another build is one, another name is another group."""
    _, state = tiny.handler.create(tiny.news("1"), tiny.context)
    assert not tiny.handler.diff(state, tiny.news("1"), tiny.context).changes
    changed = tiny.handler.diff(state, tiny.news("2"), tiny.context)
    assert changed.changes and changed.replaces == ()
    assert tiny.handler.diff(state, tiny.news("1", name="others"), tiny.context).replaces == ("tinyGroup",)
    tiny.group.members["tiny-1"] = replace(
        tiny.group.members["tiny-1"], revision=TinyFleet(tiny.cloud, "boxes", "9").target()
    )
    assert tiny.handler.diff(state, tiny.news("1"), tiny.context).changes


def test_delete_gives_back_what_the_record_of_a_made_up_kind_holds(tiny: Tiny) -> None:
    """The least size returns and the tags go; no member is touched."""
    operation = opened(tiny.news("2"))
    rollout = assessed(operation).rollout
    fleet: Fleet = operation.fleet
    fleet.apply(Resize(min=3))
    fleet.write_marks(pack(rollout, "owner", 1, fleet.shelf))
    tiny.handler.delete(tiny.news("2"))
    assert tiny.group.sizes.min == 0 and tiny.group.tags == {} and tiny.builds() == {"1"}


def test_the_record_of_a_made_up_kind_must_fit_its_own_shelf(tiny: Tiny) -> None:
    """Twenty tags of 128 characters are not fifty of 256."""
    tiny.group.tags = {f"theirs-{number}": "x" for number in range(16)}
    _, faults = tiny.handler.check(None, tiny.news("2"), tiny.context)
    assert [f.path for f in faults] == ["updatePolicy.rollingUpdate.maxBatchSize"]
    assert "has 16 of 20" in faults[0].message


def test_a_strangers_record_is_refused_by_the_path_of_the_kind(tiny: Tiny) -> None:
    """The fault is about the block that names the group."""
    rollout = assessed(opened(tiny.news("2"))).rollout
    tiny.group.tags = pack(rollout, "somebody", 1, TinyFleet.shelf)
    with pytest.raises(PolicyErrors) as caught:
        tiny.handler.create(tiny.news("2"), tiny.context)
    assert [f.path for f in caught.value.faults] == ["tinyGroup.name"]


def test_every_row_of_the_kinds_has_its_row_in_the_policy() -> None:
    """What can be rolled the inputs accept, and the strategies by which it can."""
    assert list(KINDS) == list(rows(inputs_model()))
    assert all(key == kind.key == kind.inputs.key for key, kind in KINDS.items())
    strategies = {(key, each.block.key) for kind in KINDS.values() for key, each in kind.strategies.items()}
    assert strategies == {(key, key) for key in rows(UpdatePolicy)}


def test_a_strategy_of_other_kinds_is_refused_with_those_of_the_kind() -> None:
    """An Auto Scaling group has no deployments of ECS."""
    found = strategy_faults(KINDS[AutoScalingGroup.key], {"updatePolicy": {"ecsDeployment": {}}})
    assert [str(fault) for fault in found] == [
        "updatePolicy.ecsDeployment: is no way to roll autoScalingGroup in this version; use rollingUpdate or "
        "instanceRefresh."
    ]


def test_a_strategy_without_a_row_is_refused_at_the_door_and_behind_it(tiny: Tiny) -> None:
    """A kind that has no such strategy touches nothing, and is not rolled by another one instead."""
    news = {"tinyGroup": {"name": "boxes", "build": "2"}, "updatePolicy": {"instanceRefresh": {}}}
    _, faults = tiny.handler.check(None, news, tiny.context)
    assert [str(f) for f in faults] == [
        "updatePolicy.instanceRefresh: is no way to roll tinyGroup in this version; use rollingUpdate."
    ]
    with pytest.raises(PolicyErrors):
        tiny.handler.create(news, tiny.context)
    assert tiny.builds() == {"1"} and tiny.said == []


@pytest.mark.parametrize("folder", ["handler", "plugin", "cli", "engine", "report"])
def test_nothing_beside_its_row_and_its_own_files_imports_the_fleet_of_a_kind(folder: str) -> None:
    """A further kind would have to be named there, too."""
    named = re.compile(
        r"(from|import) pulumi_rolling\.fleets\.(auto_scaling_group|aws|ecs_service|ess_scaling_group|alibaba)"
    )
    found = {
        str(path.relative_to(PACKAGE))
        for path in (PACKAGE / folder).rglob("*.py")
        if named.search(path.read_text(encoding="utf-8"))
    }
    assert found <= OWN


@pytest.mark.parametrize("folder", ["handler", "cli", "engine", "report", "signals", "fleets/aws"])
def test_nothing_beside_its_own_files_spells_the_key_of_a_kind(folder: str) -> None:
    """The key comes from the row."""
    spelled = re.compile("|".join(KINDS))
    paths = [path for path in (PACKAGE / folder).rglob("*.py") if spelled.search(path.read_text())]
    assert paths == []
