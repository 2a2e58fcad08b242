"""Every row of the takeover table (tests/end_to_end/takeover.py), through the plugin in this process."""

from __future__ import annotations

import re

import pytest
from pulumi.runtime.proto import provider_pb2

from tests.end_to_end.takeover import (
    ANOTHER,
    FAILED,
    FOUND,
    KILLED,
    LOST,
    NO_RECORD,
    REVERTED,
    SAME,
    TAKEN_OVER,
    Row,
    ends,
)
from tests.end_to_end.truth import Watched
from tests.plugin.engine_side import Failed, Web, WithPolicy, until


@pytest.fixture
def web(six: WithPolicy) -> Web:
    """Six of version 1, deployed, with a process that the group's owner has suspended."""
    web = six()
    web.asg.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["AZRebalance"])
    web.resource.create(web.news("1"))
    web.version("ami-v2")
    return web


def refreshed(web: Web) -> None:
    """What `--refresh` keeps of the resource."""
    answer = web.resource.read()
    web.resource.inputs, web.resource.state = answer.inputs, answer.properties


def killed(web: Web) -> dict[str, str]:
    """The run to version 2 ends where it is, with two new members in service. Answers the members, by revision."""
    web.lab.image("ami-v2", boot=0.4)
    watched = Watched(web)
    update = web.in_background(web.news("2"))
    until(lambda: web.images().count("ami-v2") >= 2)
    operations = web.plugged.provider.operations
    operations.stop()
    assert operations.settle(10.0) and isinstance(update.exception(), Failed)
    assert any(key.startswith("rolling:record") for key in web.group()["tags"])
    web.plugged.run_again()
    return watched.members()


@pytest.mark.parametrize("row", KILLED.values(), ids=KILLED)
def test_killed_with_the_record_there(row: Row, web: Web) -> None:
    """Goes on from the record: only members of a revision that is not wanted are replaced, all given back as found."""
    web.version("ami-v3")
    watched = Watched(web)
    before = killed(web)
    web.resource.update(web.news(row.wanted), preview=True)
    plan = web.plugged.heard.told()
    old = sum(revision != row.wanted for revision in before.values())
    assert f"web: replacing {old} instances" in plan, (before, plan)
    assert TAKEN_OVER in plan and re.search(row.headline, plan), plan
    web.plugged.run_again()
    web.resource.update(web.news(row.wanted))
    ends(watched, web.plugged.heard.told(), row, before, headline=FOUND)
    watched.kept_between(5, 7)


def put_back(web: Web, **desired: int) -> None:
    """What the group's own resource does after `--refresh` with what its program does not say."""
    web.asg.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=4, MaxSize=8, **desired)
    others = [name for name in web.group()["suspended"] if name != "AZRebalance"]
    web.asg.resume_processes(AutoScalingGroupName="web", ScalingProcesses=others)
    ours = [
        {"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": key} for key in web.group()["tags"]
    ]
    web.asg.delete_tags(Tags=ours)


@pytest.mark.parametrize(
    ("row", "desired"),
    [
        (LOST[SAME], {}),
        (LOST[SAME], {"DesiredCapacity": 6}),
        (LOST[REVERTED], {}),
        (LOST[ANOTHER], {"DesiredCapacity": 6}),
    ],
    ids=["same program, Desired not declared", SAME, "reverted, Desired not declared", ANOTHER],
)
def test_killed_with_the_record_lost(row: Row, desired: dict[str, int], web: Web) -> None:
    """Sizes and processes are put back and the record is removed: it is said, and the rollout ends as it would.

    Where the program does not declare Desired nobody puts that back, and state knows what it was.
    """
    watched = Watched(web)
    before = killed(web)
    refreshed(web)
    put_back(web, **desired)
    assert desired or web.group()["desired"] == 7, "raised by the rollout"
    wanted = "2" if row.wanted == "ami-v2" else web.version(row.wanted)
    web.resource.update(web.news(wanted))
    ends(watched, web.plugged.heard.told(), row, before)
    assert max(p["total"] for p in watched.points()) <= 8


def failed(web: Web) -> None:
    """Version 2 does not come up, the group is back, and version 2 is mended."""
    watched = Watched(web)
    web.version("ami-v3")
    web.lab.image("ami-v2", signal="FAILURE")
    with pytest.raises(Failed, match="is back on version 1"):
        web.resource.update(web.news("2"))
    watched.is_as_found()
    watched.kept_between(5, 7)
    web.lab.image("ami-v2")
    web.plugged.run_again()


@pytest.mark.parametrize("refresh", [False, True], ids=["record there", "record lost"])
@pytest.mark.parametrize("wanted", [SAME, ANOTHER])
def test_failed(wanted: str, refresh: bool, web: Web) -> None:
    """A failed rollout is back where it came from and leaves no record, so there is none to lose: the next is new."""
    failed(web)
    watched, row = Watched(web), FAILED[wanted]
    if refresh:
        refreshed(web)
    web.resource.update(web.news(row.wanted), preview=True)
    web.resource.update(web.news(row.wanted))
    said = web.plugged.heard.told()
    ends(watched, said, row, watched.before)
    assert "interrupted" not in said and not re.search(NO_RECORD, said)
    watched.kept_between(5, 7)


@pytest.mark.parametrize("refresh", [False, True], ids=["record there", "record lost"])
def test_failed_and_reverted(refresh: bool, web: Web) -> None:
    """The program says version 1 again: it is no difference from the state, nor from the group."""
    failed(web)
    watched = Watched(web)
    if refresh:
        refreshed(web)
    assert web.resource.diff(web.news("1")).changes == provider_pb2.DiffResponse.DIFF_NONE
    assert web.resource.outputs["revision"] == f"{web.template}:1"
    assert watched.members() == watched.before
    watched.is_as_found()
