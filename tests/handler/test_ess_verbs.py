"""Verbs from a shell on a roll of an ESS group that nobody drives: by the group's id, and the environment's keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from pulumi_rolling.cli.stack_groups import StackGroup
from pulumi_rolling.cli.watch_stack import StackRolls
from pulumi_rolling.errors import OrphanedError
from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.lab import AlibabaLab

from tests.fleets.scripted_aws import wait_until
from tests.handler.ess_lab import paced_lab, running_lab
from tests.handler.ess_web import EssWeb, signals
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["paced_lab", "rolling", "running_lab"]

KEYS = {"ALICLOUD_ACCESS_KEY": "lab", "ALICLOUD_SECRET_KEY": "lab"}


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[EssWeb]:
    """Two members, one of them new; the process that rolled them is gone."""
    monkeypatch.setenv("ROLLING_POLL_SECONDS", "0.05")
    monkeypatch.setenv("ROLLING_SETTLE_SECONDS", "0.2")
    with AlibabaLab(boot=0.05) as lab:
        for name, value in {**KEYS, **lab.environment}.items():
            monkeypatch.setenv(name, value)
        # A new instance never comes into service, so that the roll lasts until it is left alone.
        lab.image("m-2", inService=False)
        web = EssWeb(lab, "m-1", "m-2", size=2)
        left_alone(web)
        lab.image("m-2")
        yield web


def left_alone(web: EssWeb, **policy: Any) -> None:
    """Rolled until one instance is new; then the process is gone."""
    state = web.deploy(web.news(1))
    dead = Event()
    web.context = replace(web.context, orphaned=dead.is_set)
    rolled = web.in_background(state, web.news(2, maxBatchSize=1, minInstancesInService=2, **policy))
    wait_until(lambda: web.versions() == {1, 2})
    dead.set()
    with pytest.raises(OrphanedError):
        rolled.result(30)


def test_an_interrupted_roll_is_returned(interrupted: EssWeb, rolling: Callable[..., Ran]) -> None:
    """Status says what stands there; after `rolling return` the group is as it was found."""
    stopped = f"stopped while rolling to {interrupted.configurations[1]}"
    # Under load the lease is not given up, and runs out.
    wait_until(lambda: stopped in rolling("status", interrupted.id).out, 30.0)
    returned = rolling("return", interrupted.id)
    assert returned.code == 0, returned
    group = interrupted.group
    assert interrupted.versions() == {1} and (interrupted.sizes, group["tags"]) == ([1, 6, 2], {})
    assert interrupted.lowest() >= 2


def test_a_stack_lists_and_watches_its_groups_of_ess(
    interrupted: EssWeb, rolling: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is asked for at ESS alone; one that is gone is said to be."""
    there = StackGroup("res", interrupted.id, Defaults(), "essScalingGroup")
    gone = replace(there, resource="old", name="asg-bp10000000000000gone")
    monkeypatch.setattr("pulumi_rolling.cli.stack_groups.groups_of", lambda folder, stack: [there, gone])
    # Whoever asks AWS gets no answer.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    listed = rolling("list", "--stack", "dev")
    assert listed.code == 0, listed
    assert f"stopped while rolling to {interrupted.configurations[1]}" in listed.out
    assert "there is no such group" in listed.out.partition(gone.name)[2]
    (watched,) = StackRolls({Defaults(): [there, gone]}).look()
    assert (watched.name, watched.resource, watched.standing is not None) == (interrupted.id, "res", True)


def test_an_interrupted_roll_is_finished(interrupted: EssWeb, rolling: Callable[..., Ran]) -> None:
    """The instance that would never have served is gone by now, and the others are replaced after it."""
    for instance in interrupted.members(lambda member: member["lifecycle"] == "Pending"):
        interrupted.lab.member(instance, do="terminate")
    finished = rolling("finish", interrupted.id)
    assert finished.code == 0, finished
    group = interrupted.group
    assert interrupted.versions() == {2} and (interrupted.sizes, group["tags"]) == ([1, 6, 2], {})
    assert group["scalingConfiguration"] == interrupted.configurations[1]


def test_an_interrupted_roll_without_an_expected_number_is_finished(
    paced_lab: AlibabaLab, rolling: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By nothing but what the group holds; an instance that had not signalled has its signal by then."""
    for name, value in {**KEYS, **paced_lab.environment}.items():
        monkeypatch.setenv(name, value)
    paced_lab.image("m-2", signal=None)
    web = EssWeb(paced_lab, "m-1", "m-2", size=2, DesiredCapacity=None)
    left_alone(web, waitOnResourceSignals=True)
    paced_lab.image("m-2", signal="SUCCESS")
    for instance in web.members(lambda member: member["image"] == "m-2"):
        signals(web.api, instance)
    finished = rolling("finish", web.id)
    assert finished.code == 0, finished
    wait_until(lambda: len(web.members()) == 2)
    assert web.versions() == {2} and (web.sizes, web.group["tags"]) == ([1, 6, None], {})
    assert web.lowest() >= 2
