"""People, other parties and deaths in the middle of an instance refresh, through the handler against the lab."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from pulumi_rolling.errors import (
    AbortedError,
    InterferenceError,
    PolicyErrors,
    RollbackFailedError,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.followed_web import PATIENCE
from tests.handler.refreshed_web import BAD, RefreshedWeb
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["rolling"]

Rolling = Callable[..., Ran]
GATED: dict[str, Any] = {"checkpointPercentages": [50, 100], "checkpointDelay": 1, "approval": True}


@pytest.fixture
def web(lab: Lab) -> RefreshedWeb:
    return RefreshedWeb(lab)


@pytest.mark.usefixtures("long_lease")
def test_a_checkpoint_is_approved_from_a_second_shell(web: RefreshedWeb, rolling: Rolling) -> None:
    """The service is held there by its process; status and watch tell it, and each verb says what it can do."""
    nobody = rolling("approve", "web")
    assert nobody.code == 1 and "no rollout" in nobody.err
    news = web.wants(**GATED)
    typed = r"'rolling approve web( --\S+ \S+)*' or 'reject'"
    assert re.search(rf"approval +asked for at each checkpoint: {typed}", web.plan(news))
    update = web.begun(news)
    wait_until(web.is_held, PATIENCE)
    wait_until(lambda: any("waiting for approval" in line for line in web.statuses), PATIENCE)
    status = rolling("status", "web").out
    assert "web: rolling to version 2, step follow, waiting for approval" in status, status
    assert "1 of 2 made from version 2" in status and "checkpoint 50 %" in status, status
    skipped = rolling("skip", "web", web.members()[0])
    assert skipped.code == 1 and "The service picks the members of web itself" in skipped.err, skipped
    assert rolling("approve", "web", "--wait").code == 0
    update.result(PATIENCE)
    assert web.revisions() == {"2"} and not web.is_held() and web.keeps_no_mark()


@pytest.mark.usefixtures("long_lease")
def test_a_rejected_checkpoint_returns_the_group(web: RefreshedWeb, rolling: Rolling) -> None:
    """A rejection ends the way forward, and what stood still is let go to return."""
    update = web.begun(web.wants(**GATED))
    wait_until(web.is_held, PATIENCE)
    wait_until(lambda: any("waiting for approval" in line for line in web.statuses), PATIENCE)
    assert rolling("reject", "web").code == 0
    assert "rejected on request" in web.failed(update, AbortedError)
    assert web.refreshes() == [("2", "RollbackSuccessful")] and not web.is_held()


@pytest.mark.usefixtures("long_lease")
def test_an_abort_from_a_second_shell_is_watched_to_its_end(
    lab: Lab, web: RefreshedWeb, rolling: Rolling
) -> None:
    """What watch tells of the end is what the update fails with."""
    lab.image("ami-v2", boot=0.4)
    update = web.begun(web.wants(instanceWarmup=1))
    wait_until(web.is_mixed, PATIENCE)
    assert rolling("abort", "web").code == 0
    watched = rolling("watch", "web", "--interval", "0.1")
    assert "aborted on request" in web.failed(update, AbortedError)
    assert watched.code == 1 and "web: back on version 1 (aborted on request)." in watched.out, watched


@pytest.mark.usefixtures("long_lease")
def test_a_paused_refresh_stands_still_and_goes_on(web: RefreshedWeb, rolling: Rolling) -> None:
    """Pause and resume of a second shell suspend the group's process and resume it."""
    web.bar("ami-v2")
    update = web.begun(web.wants())
    wait_until(lambda: bool(web.barred()), PATIENCE)
    assert rolling("pause", "web", "--wait").code == 0
    wait_until(web.is_held, PATIENCE)
    assert "paused" in rolling("status", "web").out
    assert rolling("resume", "web", "--wait").code == 0

    def is_over() -> bool:
        web.let_in()
        return update.done()

    wait_until(is_over, PATIENCE)
    update.result(PATIENCE)
    assert web.revisions() == {"2"} and not web.is_held()


def test_a_killed_driver_is_followed_by_the_next_which_finds_the_refresh(
    lab: Lab, web: RefreshedWeb, rolling: Rolling
) -> None:
    """The service goes on alone; the next update follows the same refresh by its id."""
    lab.image("ami-v2", boot=0.5)
    news = web.wants(instanceWarmup=4)
    web.killed(news, web.is_mixed)
    read = web.handler.read(web.state)
    assert read is not None and read["status"] == "interrupted"
    status = rolling("status", "web").out
    assert "stopped while rolling to version 2" in status and "the service goes on alone" in status, status
    assert "an interrupted rollout to version 2 was found" in web.plan(news)
    state = web.up(news)
    assert web.refreshes() == [("2", "Successful")] and web.revisions() == {"2"}
    assert state["lastRollout"]["operation"] == web.group["refreshes"][0]["id"]


@pytest.mark.parametrize(
    ("meanwhile", "status", "error", "told"),
    [
        ("fail", "Failed", TooManyFailuresError, "the cloud gave up: "),
        ("cancel", "Cancelled", InterferenceError, "somebody stopped "),
        ("rollback", "RollbackSuccessful", RolloutError, "version 1"),
    ],
)
def test_what_ended_while_nobody_watched_is_found_out(
    lab: Lab, web: RefreshedWeb, meanwhile: str, status: str, error: type[RolloutError], told: str
) -> None:
    """The next update fails with what became of the refresh, and sees to it that the group is back."""
    lab.image("ami-v2", boot=0.3)
    news = web.wants(autoRollback=False, instanceWarmup=1)
    web.killed(news, web.is_mixed)
    lab.move_group("web", refresh={"do": meanwhile})
    wait_until(lambda: web.refreshes()[0][1] == status, PATIENCE)
    assert told in web.fails(news, error)


def test_a_success_while_nobody_watched_is_a_success(lab: Lab, web: RefreshedWeb) -> None:
    """The next update finds the group there and replaces nobody."""
    lab.image("ami-v2", boot=0.3)
    news = web.wants()
    web.killed(news, web.is_mixed)
    wait_until(lambda: web.stored == "2", PATIENCE)
    assert web.up(news)["status"] == "stable" and web.refreshes() == [("2", "Successful")]


def test_a_reverted_program_takes_the_refresh_back(lab: Lab, web: RefreshedWeb) -> None:
    """Killed, and version 1 wanted again: the service returns what it has done, and that is a success."""
    lab.image("ami-v2", boot=0.5)
    web.killed(web.wants(instanceWarmup=1), web.is_mixed)
    web.up(web.wants("1"))
    assert (web.revisions(), web.refreshes()) == ({"1"}, [("2", "RollbackSuccessful")])
    assert web.keeps_no_mark()


def test_a_fixed_program_goes_forward_from_a_killed_refresh(lab: Lab, web: RefreshedWeb) -> None:
    """What was begun toward the bad version comes to rest, and the next version follows."""
    lab.image("ami-v2", inService=False)
    web.killed(web.wants(), lambda: bool(web.members(lambda m: m["revision"] == "2")))
    # A refresh that is cancelled waits for the launches that it has begun, an hour at most.
    lab.refresh_rules(hour=1.0)
    web.begun(web.wants("3")).result(PATIENCE)
    assert web.revisions() == {"3"} and web.refreshes()[0] == ("3", "Successful")


def test_one_that_is_stuck_on_protected_members_is_told_beforehand_and_at_its_end(lab: Lab) -> None:
    """Preview warns; after its hour the service gives up with its own sentence."""
    web = RefreshedWeb(lab, NewInstancesProtectedFromScaleIn=True)
    lab.refresh_rules(hour=1.0)
    news = web.wants()
    assert "2 to be replaced are protected from scale-in: the refresh waits for one hour" in web.plan(news)
    told = web.fails(news, TooManyFailuresError)
    assert "protected" in told, told


def test_a_way_back_that_fails_keeps_the_record_and_is_tried_again(lab: Lab, web: RefreshedWeb) -> None:
    """The former image cannot be launched any more: neither the service nor another refresh returns the group."""
    first: dict[str, Any] = {"minHealthyPercentage": 100, "maxHealthyPercentage": 150}
    web.up(web.wants("1", **first))
    lab.image("ami-v2", boot=0.3)
    news = web.wants(instanceWarmup=1, **first)
    update = web.begun(news)
    wait_until(lambda: len(web.members(lambda m: m["revision"] == "1")) == 1, PATIENCE)
    lab.image("ami-v1", **BAD)
    lab.refresh_rules(hour=0.5)
    lab.move_group("web", refresh={"do": "fail"})
    with pytest.raises(RollbackFailedError, match="the way back to version 1 failed as well") as caught:
        update.result(PATIENCE)
    assert [status for _, status in web.refreshes()] == ["Failed", "RollbackFailed"]
    assert caught.value.left is not None and caught.value.left["status"] == "interrupted"
    assert "The record is kept on the group" in str(caught.value) and not web.keeps_no_mark()
    lab.image("ami-v1")
    lab.refresh_rules(hour=30.0)
    assert "that rollout had turned back" in web.plan(news)
    web.fails(news, TooManyFailuresError)


def test_one_cancelled_by_hand_is_told_and_returned_by_another(lab: Lab, web: RefreshedWeb) -> None:
    """The service returns nothing of what somebody cancelled, so another refresh does."""
    lab.image("ami-v2", boot=0.3)
    update = web.begun(web.wants(instanceWarmup=1))
    wait_until(web.is_mixed, PATIENCE)
    web.asg.cancel_instance_refresh(AutoScalingGroupName="web")
    told = web.failed(update, InterferenceError)
    assert "somebody stopped " in told and web.refreshes() == [("1", "Successful"), ("2", "Cancelled")]


def test_a_strangers_refresh_is_refused_with_its_id_or_followed(lab: Lab, web: RefreshedWeb) -> None:
    """One that leads elsewhere is refused in preview and by the update; one that leads along is followed."""
    lab.image("ami-v2", boot=0.3)
    theirs = web.others("2", InstanceWarmup=6)
    inputs = web.inputs("3")
    refused = web.faults(inputs)
    assert refused.keys() == {"autoScalingGroup.instanceRefresh"}
    assert f"instance refresh {theirs} is " in refused["autoScalingGroup.instanceRefresh"]
    with pytest.raises(PolicyErrors, match=theirs):
        web.up(inputs)
    news = web.wants("2")
    assert f"operation {theirs} is under way already and is followed" in web.plan(news)
    state = web.up(news)
    assert state["lastRollout"]["operation"] == theirs and web.refreshes() == [("2", "Successful")]


def test_a_record_of_the_other_strategy_goes_on_under_that_alone(lab: Lab, web: RefreshedWeb) -> None:
    """What a refresh left is not the rolling update's to take over, and preview says so."""
    lab.image("ami-v2", boot=0.5)
    news = web.wants(instanceWarmup=1)
    web.killed(news, web.is_mixed)
    other = {**news, "updatePolicy": {"rollingUpdate": {}}}
    refused = web.faults(other)
    assert "was begun by instanceRefresh and is not over" in refused["updatePolicy.rollingUpdate"], refused
    web.up(news)
    assert web.revisions() == {"2"}


def test_delete_lets_go_what_stands_still_by_us(lab: Lab, web: RefreshedWeb, rolling: Rolling) -> None:
    """Also after the policy has changed: the record says which machine held it."""
    lab.image("ami-v2", boot=0.4)
    news = web.wants(**GATED)
    web.killed(news, web.is_held)
    assert web.is_held()
    web.handler.delete({**web.state, "updatePolicy": {"rollingUpdate": {}}}, web.context)
    assert not web.is_held() and web.keeps_no_mark()


def test_a_suspended_process_is_refused_before_anything_is_touched(web: RefreshedWeb) -> None:
    """Where Launch rests nobody would be replaced: a fault in preview, and no refresh."""
    web.asg.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["Launch"])
    assert "autoScalingGroup.suspendedProcesses" in web.faults(web.inputs())
    assert web.refreshes() == []
