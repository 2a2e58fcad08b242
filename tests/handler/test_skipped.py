"""ROLLING_SKIP: the pointer moves, nobody is rolled, and the next update without it does all of the work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.errors import PolicyErrors, RolloutError
from pulumi_rolling.lab import Lab

from tests.handler.lab_web import LabWeb
from tests.handler.refreshed_web import RefreshedWeb
from tests.handler.test_lost_record import Killed


@pytest.fixture
def web(lab: Lab) -> LabWeb:
    return LabWeb(lab, "ami-v1", "ami-v2")


def preview(web: LabWeb, olds: dict[str, Any], news: dict[str, Any]) -> str:
    web.said.clear()
    assert web.handler.diff(olds, news, replace(web.context, dry_run=True)).changes
    return "\n".join(web.said)


def pointer(web: LabWeb) -> str:
    groups = web.asg.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"]
    return str(groups[0]["LaunchTemplate"]["Version"])


def test_the_pointer_moves_and_nobody_is_rolled(web: LabWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Preview and end say so; the members stay, no tag is left, and the next update replaces them."""
    state = web.deploy(web.news("1"))
    members = set(web.members())
    monkeypatch.setenv("ROLLING_SKIP", "1")
    told = (
        "the pointer moves to version 2, and 2 instances stay until the next 'pulumi up' without ROLLING_SKIP"
    )
    assert told in preview(web, state, web.news("2")) and "replacing" not in preview(
        web, state, web.news("2")
    )
    skipped = web.update(state, web.news("2"))
    assert told in web.warned[-1]
    assert pointer(web) == "2" and set(web.members()) == members and not web.group["tags"]
    assert skipped["status"] == "skipped" and skipped["revision"] == state["revision"]
    assert (web.handler.read(skipped) or {})["status"] == "skipped"
    monkeypatch.delenv("ROLLING_SKIP")
    web.warned.clear()
    after = preview(web, skipped, web.news("2"))
    assert "replacing 2 instances, version 1 -> version 2" in after and "another resource" not in after
    rolled = web.update(skipped, web.news("2"))
    assert web.revisions() == {"2"} and rolled["status"] == "stable"
    assert not any("another resource" in each or "no record" in each for each in web.warned)


def test_the_roll_after_a_skipped_one_returns_to_the_former_revision(
    web: LabWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pointer goes back to the version that the members ran, not to the one that was skipped to."""
    state = web.deploy(web.news("1"))
    monkeypatch.setenv("ROLLING_SKIP", "true")
    skipped = web.update(state, web.news("2"))
    monkeypatch.setenv("ROLLING_SKIP", "0")
    web.lab.image("ami-v2", boot=600)
    with pytest.raises(RolloutError) as failed:
        web.update(skipped, web.news("2", readiness={"timeout": "PT1S"}))
    assert failed.value.returned and pointer(web) == "1" and web.revisions() == {"1"}


def test_triggers_that_nobody_obeyed_are_not_forgotten(web: LabWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """State keeps the former triggers, so the next update still replaces members of an equal revision."""
    state = web.deploy({**web.news("1"), "triggers": ["a"]})
    members = set(web.members())
    news = {**web.news("1"), "triggers": ["b"]}
    monkeypatch.setenv("ROLLING_SKIP", "1")
    skipped = web.update(state, news)
    assert skipped["triggers"] == ["a"] and set(web.members()) == members
    assert "the group points at version 1 already, and 2 instances stay" in web.warned[-1]
    monkeypatch.delenv("ROLLING_SKIP")
    rolled = web.update(skipped, news)
    serving = web.members(lambda member: member["lifecycle"] == "InService")
    assert len(serving) == 2 and not members & set(serving) and rolled["triggers"] == ["b"]


def test_an_interrupted_rollout_is_not_touched(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record, sizes, processes and pointer stay as they are, which is said; the next update goes on from the record."""
    killed = Killed(lab)
    before = killed.web.group
    monkeypatch.setenv("ROLLING_SKIP", "1")
    news = killed.web.news("2", minInstancesInService=4)
    told = preview(killed.web, killed.state, news)
    assert "nothing of the group is touched" in told and "suspended by us: AZRebalance" in told
    killed.state = killed.web.update(killed.state, news)
    assert killed.state["status"] == "interrupted" and killed.state["sizesAsFound"]["desired"] == 4
    after = killed.web.group
    for key in ("tags", "minSize", "desired", "suspended"):
        assert after[key] == before[key], key
    monkeypatch.delenv("ROLLING_SKIP")
    killed.go_on()
    assert killed.sizes() == (1, 4)


def test_a_lost_record_keeps_what_state_has_of_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A skipped update in between does not lose the sizes: the update after it ends at them."""
    killed = Killed(lab)
    killed.refresh()
    killed.lose_the_record(MinSize=1, MaxSize=6)
    monkeypatch.setenv("ROLLING_SKIP", "1")
    killed.state = killed.web.update(killed.state, killed.web.news("2", minInstancesInService=4))
    monkeypatch.delenv("ROLLING_SKIP")
    assert "MinSize ends at 1 and Desired at 4" in killed.go_on()
    assert killed.sizes() == (1, 4)


def test_where_nothing_is_to_be_replaced_the_switch_changes_nothing(
    web: LabWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pointer that moves alone moves as ever, and nothing is said of a switch."""
    state = web.deploy(web.news("1"))
    web.lab.image("ami-v1", boot=0.05)
    monkeypatch.setenv("ROLLING_SKIP", "1")
    after = web.update(state, web.news("1"))
    assert after["status"] == "stable" and not web.warned


def test_a_word_that_is_none_is_refused(web: LabWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch that was misspelt must not roll the group after all."""
    state = web.deploy(web.news("1"))
    news = web.news("2")
    monkeypatch.setenv("ROLLING_SKIP", "yes")
    with pytest.raises(PolicyErrors, match=r'^ROLLING_SKIP: must be 1 or 0; found "yes"\.$'):
        web.update(state, news)
    assert pointer(web) == "1"


def test_no_refresh_is_begun(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under instanceRefresh the pointer moves as well, and the next update begins the refresh."""
    web = RefreshedWeb(lab)
    monkeypatch.setenv("ROLLING_SKIP", "1")
    assert "the pointer moves to version 2, and 2 instances stay" in web.plan(web.wants("2"))
    assert web.up(web.wants("2"))["status"] == "skipped"
    assert (web.stored, web.revisions(), web.refreshes(), web.keeps_no_mark()) == ("2", {"1"}, [], True)
    monkeypatch.delenv("ROLLING_SKIP")
    assert web.up(web.wants("2"))["status"] == "stable"
    assert web.revisions() == {"2"} and [status for _, status in web.refreshes()] == ["Successful"]


def test_members_of_a_new_group_are_not_waited_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A create under the switch ends while they boot, and the next update has nothing to do."""
    web = LabWeb(lab, "ami-v1", size=1)
    lab.image("ami-v1", boot=600)
    web.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
    monkeypatch.setenv("ROLLING_SKIP", "1")
    state = web.deploy(web.news("1"))
    assert "no instance is waited for" in web.warned[-1] and state["status"] == "stable"
    monkeypatch.delenv("ROLLING_SKIP")
    assert not web.handler.diff(state, web.news("1"), web.context).changes
