"""People, other parties and deaths in the middle of an instance refresh of ESS, through the handler on the lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_rolling.errors import AbortedError, InterferenceError, PolicyErrors, RolloutError
from pulumi_rolling.lab import AlibabaLab

from tests.fleets.scripted_aws import wait_until
from tests.handler.ess_lab import paced_lab, running_lab
from tests.handler.ess_refreshed_web import HALF, EssRefreshedWeb
from tests.handler.followed_web import PATIENCE
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["paced_lab", "rolling", "running_lab"]

Rolling = Callable[..., Ran]
GATED: dict[str, Any] = {**HALF, "approval": True}


@pytest.fixture
def web(paced_lab: AlibabaLab, monkeypatch: pytest.MonkeyPatch) -> EssRefreshedWeb:
    """Shells find it by the environment."""
    keys = {"ALICLOUD_ACCESS_KEY": "lab", "ALICLOUD_SECRET_KEY": "lab"}
    for name, value in {**keys, **paced_lab.environment}.items():
        monkeypatch.setenv(name, value)
    paced_lab.rules(resumeEndsCheckpoint=True, minute=60.0)
    return EssRefreshedWeb(paced_lab)


def waits_for_approval(web: EssRefreshedWeb) -> bool:
    return any("waiting for approval" in line for line in web.statuses)


@pytest.mark.usefixtures("long_lease")
@pytest.mark.parametrize("ends", [True, False], ids=["ends a pause", "is refused in one"])
def test_a_checkpoint_is_approved_from_a_second_shell(
    web: EssRefreshedWeb, rolling: Rolling, ends: bool
) -> None:
    """ESS is suspended there, so that its hour passes without it; each verb says what it can do."""
    web.lab.rules(resumeEndsCheckpoint=ends)
    update = web.begun(web.wants(**GATED))
    wait_until(web.is_paused, PATIENCE)
    wait_until(lambda: waits_for_approval(web), PATIENCE)
    status = rolling("status", web.id).out
    assert f"rolling to {web.configurations[1]}, step follow, waiting for approval" in status, status
    assert "1 of 2 made from" in status and "checkpoint 50 %" in status, status
    skipped = rolling("skip", web.id, web.members()[0])
    assert skipped.code == 1 and "The service picks the members" in skipped.err, skipped
    assert rolling("approve", web.id).code == 0
    update.result(PATIENCE)
    assert (web.versions(), web.points_at, web.keeps_no_mark()) == ({2}, 2, True)
    assert not [line for line in web.statuses if "rolling resume" in line], "nobody need say a second word"


@pytest.mark.usefixtures("long_lease")
def test_a_rejected_checkpoint_returns_the_group(web: EssRefreshedWeb, rolling: Rolling) -> None:
    """A rejection ends the way forward, and ESS returns what it had suspended."""
    update = web.begun(web.wants(**GATED))
    wait_until(web.is_paused, PATIENCE)
    wait_until(lambda: waits_for_approval(web), PATIENCE)
    assert rolling("reject", web.id).code == 0
    assert "rejected on request" in web.failed(update, AbortedError)
    assert web.refreshes() == [(2, "RollbackSuccessful")]


@pytest.mark.usefixtures("long_lease")
def test_an_abort_from_a_second_shell_has_ess_return_the_group(
    web: EssRefreshedWeb, rolling: Rolling
) -> None:
    """By the group's id alone."""
    update = web.begun(web.wants(**HALF))
    wait_until(web.is_at_checkpoint, PATIENCE)
    assert web.is_mixed() and rolling("abort", web.id).code == 0
    assert "aborted on request" in web.failed(update, AbortedError)
    assert web.refreshes() == [(2, "RollbackSuccessful")]
    assert any(line.startswith("back, ") for line in web.statuses), web.statuses


@pytest.mark.usefixtures("long_lease")
def test_a_paused_refresh_stands_still_and_goes_on(web: EssRefreshedWeb, rolling: Rolling) -> None:
    """Pause and resume of a second shell suspend the refresh itself and resume it."""
    update = web.begun(web.wants(**HALF))
    wait_until(web.is_at_checkpoint, PATIENCE)
    assert rolling("pause", web.id, "--wait").code == 0
    wait_until(web.is_paused, PATIENCE)
    assert "paused" in rolling("status", web.id).out
    assert rolling("resume", web.id).code == 0
    update.result(PATIENCE)
    assert web.versions() == {2} and web.keeps_no_mark()


def test_a_killed_driver_is_followed_by_the_next_which_finds_the_refresh(
    web: EssRefreshedWeb, rolling: Rolling
) -> None:
    """ESS goes on alone; the next update follows the same refresh by its id, and begins no other."""
    news = web.wants(**HALF)
    web.killed(news, web.is_at_checkpoint)
    read = web.handler.read(web.state)
    assert read is not None and read["status"] == "interrupted"
    # Under load the lease is not given up, and runs out.
    wait_until(lambda: "stopped while rolling to" in rolling("status", web.id).out, PATIENCE)
    assert "the service goes on alone" in rolling("status", web.id).out
    assert "an interrupted rollout to" in web.plan(news)
    (begun,) = web.described()
    update = web.begun(news)
    web.move("Resume", begun["InstanceRefreshTaskId"])
    state = update.result(PATIENCE)
    assert (web.versions(), web.refreshes()) == ({2}, [(2, "Successful")])
    assert state["lastRollout"]["operation"] == begun["InstanceRefreshTaskId"]


def test_a_success_while_nobody_watched_is_a_success(web: EssRefreshedWeb) -> None:
    """The next update finds the group there and replaces nobody."""
    news = web.wants(**HALF)
    web.killed(news, web.is_at_checkpoint)
    web.move("Resume", web.described()[0]["InstanceRefreshTaskId"])
    wait_until(lambda: web.points_at == 2, PATIENCE)
    assert web.up(news)["status"] == "stable" and web.refreshes() == [(2, "Successful")]


@pytest.mark.parametrize(
    ("meanwhile", "status", "error", "told"),
    [
        ("Cancel", "Cancelled", InterferenceError, "somebody stopped "),
        ("Rollback", "RollbackSuccessful", RolloutError, "is back on"),
    ],
)
def test_what_ended_while_nobody_watched_is_found_out(
    web: EssRefreshedWeb, meanwhile: str, status: str, error: type[RolloutError], told: str
) -> None:
    """The next update fails with what became of the refresh, and sees to it that the group is back."""
    news = web.wants(**HALF)
    web.killed(news, web.is_at_checkpoint)
    web.move(meanwhile, web.described()[0]["InstanceRefreshTaskId"])
    wait_until(lambda: web.is_at(status), PATIENCE)
    assert told in web.fails(news, error)


def test_a_reverted_program_takes_the_refresh_back(web: EssRefreshedWeb) -> None:
    """Killed, and the first wanted again: ESS returns what it has done, and that is a success."""
    web.killed(web.wants(**HALF), web.is_at_checkpoint)
    web.up(web.wants(1))
    assert (web.versions(), web.refreshes()) == ({1}, [(2, "RollbackSuccessful")])
    assert web.keeps_no_mark()


def test_a_fixed_program_goes_forward_from_a_killed_refresh(web: EssRefreshedWeb) -> None:
    """What was begun toward the bad one comes to rest, and the next follows."""
    web.killed(web.wants(**HALF), web.is_at_checkpoint)
    web.begun(web.wants(3)).result(PATIENCE)
    assert web.versions() == {3} and web.refreshes() == [(3, "Successful"), (2, "Cancelled")]


def test_one_cancelled_by_hand_is_told_and_returned_by_another(web: EssRefreshedWeb) -> None:
    """ESS returns nothing of what somebody cancelled, so another refresh does, by the former policy without gates."""
    update = web.begun(web.wants(minHealthyPercentage=50, **HALF))
    wait_until(web.is_at_checkpoint, PATIENCE)
    web.move("Cancel", web.described()[0]["InstanceRefreshTaskId"])
    told = web.failed(update, InterferenceError)
    assert "somebody stopped " in told and web.refreshes() == [(1, "Successful"), (2, "Cancelled")]
    newest = web.described()[0]
    assert (newest["MinHealthyPercentage"], newest["Checkpoints"]) == (80, [])


def test_where_ess_begins_none_back_this_program_rolls_the_group_back(web: EssRefreshedWeb) -> None:
    """By a rolling update of the same percentages, of which the preview has told."""
    news = web.wants(**HALF)
    assert f"else this program rolls it back to {web.configurations[0]} itself" in web.plan(news)
    update = web.begun(news)
    wait_until(web.is_at_checkpoint, PATIENCE)
    web.call("ModifyScalingGroup", ScalingGroupId=web.id, MultiAZPolicy="BALANCE")
    web.move("Cancel", web.described()[0]["InstanceRefreshTaskId"])
    web.failed(update, InterferenceError)
    assert web.refreshes() == [(2, "Cancelled")] and web.sizes == [1, 6, 2]


def test_one_returned_by_hand_is_told(web: EssRefreshedWeb) -> None:
    """ESS never turns by itself, so that somebody has asked for it."""
    update = web.begun(web.wants(**HALF))
    wait_until(web.is_at_checkpoint, PATIENCE)
    web.move("Rollback", web.described()[0]["InstanceRefreshTaskId"])
    told = web.failed(update, InterferenceError)
    assert "somebody" in told and web.refreshes() == [(2, "RollbackSuccessful")], told


def test_a_strangers_refresh_is_refused_with_its_id(web: EssRefreshedWeb) -> None:
    """One that leads elsewhere is refused in preview and by the update, and goes on."""
    theirs = web.others(2, Checkpoints=[{"Percentage": 50}, {"Percentage": 100}])
    refused = web.faults(web.inputs(3))
    assert refused.keys() == {"essScalingGroup.instanceRefresh"}
    assert f"instance refresh {theirs} is " in refused["essScalingGroup.instanceRefresh"]
    with pytest.raises(PolicyErrors, match=theirs):
        web.up(web.inputs(3))
    wait_until(web.is_at_checkpoint, PATIENCE)
    assert len(web.described()) == 1


@pytest.mark.usefixtures("long_lease")
def test_a_strangers_refresh_that_leads_along_is_followed_and_not_ended(
    web: EssRefreshedWeb, rolling: Rolling
) -> None:
    """Its id stands in the plan; an abort leaves it alone, and the next update sees its end."""
    theirs = web.others(2, Checkpoints=[{"Percentage": 50}, {"Percentage": 100}])
    wait_until(web.is_at_checkpoint, PATIENCE)
    news = web.wants(2)
    assert f"operation {theirs} is under way already and is followed" in web.plan(news)
    update = web.begun(news)
    wait_until(lambda: bool(web.statuses) and "rolling:record.0" in web.group["tags"], PATIENCE)
    assert rolling("abort", web.id).code == 0
    with pytest.raises(RolloutError):
        update.result(PATIENCE)
    assert web.is_at_checkpoint()
    update = web.begun(news)
    web.move("Resume", theirs)
    state = update.result(PATIENCE)
    assert state["lastRollout"]["operation"] == theirs and web.refreshes() == [(2, "Successful")]


def test_a_refresh_to_an_image_is_a_strangers_that_leads_nowhere(web: EssRefreshedWeb) -> None:
    """It would change the active configuration in place, and has no id that anything could return to."""
    begun = web.call(
        "StartInstanceRefresh",
        ScalingGroupId=web.id,
        DesiredConfiguration={"ImageId": "m-2"},
        Checkpoints=[{"Percentage": 50}, {"Percentage": 100}],
    )
    assert begun["InstanceRefreshTaskId"] in str(web.faults(web.inputs(2)))


def test_a_record_of_the_other_strategy_goes_on_under_that_alone(web: EssRefreshedWeb) -> None:
    """What a refresh left is not the rolling update's to take over, and preview says so."""
    news = web.wants(**HALF)
    web.killed(news, web.is_at_checkpoint)
    web.move("Resume", web.described()[0]["InstanceRefreshTaskId"])
    wait_until(lambda: web.points_at == 2, PATIENCE)
    refused = web.faults({**news, "updatePolicy": {"rollingUpdate": {}}})
    assert "was begun by instanceRefresh and is not over" in refused["updatePolicy.rollingUpdate"], refused
    web.up(news)
    assert web.versions() == {2}


def test_delete_lets_go_what_stands_still_by_us(web: EssRefreshedWeb) -> None:
    """Also after the policy has changed: the record says which machine suspended it."""
    web.killed(web.wants(**GATED), web.is_paused)
    web.handler.delete({**web.state, "updatePolicy": {"rollingUpdate": {}}}, web.context)
    wait_until(lambda: web.points_at == 2, PATIENCE)
    assert web.keeps_no_mark()


def test_an_interrupted_refresh_is_returned_from_a_shell(web: EssRefreshedWeb, rolling: Rolling) -> None:
    """Without the program: policy, record and id stand on the group's tags, which ESS takes."""
    web.killed(web.wants(**GATED), web.is_paused)
    assert max(map(len, web.group["tags"].values())) <= 128 and len(web.group["tags"]) <= 20
    ended = rolling("return", web.id)
    assert ended.code == 0, ended
    assert (web.versions(), web.points_at, web.keeps_no_mark()) == ({1}, 1, True)
    assert web.refreshes() == [(2, "RollbackSuccessful")]


def test_an_interrupted_refresh_is_finished_from_a_shell(web: EssRefreshedWeb, rolling: Rolling) -> None:
    """It is found by its id and followed to its end."""
    web.killed(web.wants(**HALF), web.is_at_checkpoint)
    web.move("Resume", web.described()[0]["InstanceRefreshTaskId"])
    ended = rolling("finish", web.id)
    assert ended.code == 0, ended
    assert (web.versions(), web.points_at, web.keeps_no_mark()) == ({2}, 2, True)
    assert web.refreshes() == [(2, "Successful")]
