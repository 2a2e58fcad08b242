"""What people ask of an ESS roll that runs, from a second shell: each verb on both kinds of group."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import pytest
from pulumi_rolling.errors import AbortedError
from pulumi_rolling.lab import AlibabaLab

from tests.fleets.scripted_aws import wait_until
from tests.handler.ess_lab import running_lab
from tests.handler.ess_web import EssWeb
from tests.handler.followed_web import PATIENCE
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["rolling", "running_lab"]

Rolling = Callable[..., Ran]
GATED: dict[str, Any] = {"canary": {"size": 1}, "approval": True}
FAILS_ONCE: dict[str, Any] = {"waitOnResourceSignals": True}


@dataclass
class Running:
    """A roll from the first of two images to the second. ``waits``: it stands until a person says something."""

    web: EssWeb
    rolling: Rolling
    rolled: Future[dict[str, Any]]

    def asks(self, verb: str, *words: str) -> None:
        ran = self.rolling(verb, self.web.id, *words)
        assert ran.code == 0, ran

    def waits(self, word: str) -> None:
        wait_until(lambda: word in self.rolling("status", self.web.id).out, PATIENCE)

    def old(self) -> list[str]:
        former = self.web.configurations[0]
        return self.web.members(lambda m: m["revision"] == former and m["lifecycle"] == "InService")

    def ends(self, *versions: int) -> None:
        self.rolled.result(PATIENCE)
        self.is_left(*versions)

    def is_left(self, *versions: int) -> None:
        """Sizes as found, no mark of ours, and the floor kept."""
        wait_until(lambda: len(self.web.members()) == self.web.size)
        group = self.web.group
        assert self.web.versions() == {*versions} and group["tags"] == {} and self.web.lowest() >= 1
        assert (group["minSize"], group["maxSize"], group["suspended"]) == (1, 6, [])


def approved(roll: Running) -> None:
    roll.waits("waiting for approval")
    watched = roll.rolling("watch", roll.web.id, "--timeout", "0.1")
    assert watched.code == 124 and "waiting for approval" in watched.out, watched
    roll.asks("approve")
    roll.ends(2)


def rejected(roll: Running) -> None:
    roll.waits("waiting for approval")
    roll.asks("reject")
    with pytest.raises(AbortedError, match="rejected on request"):
        roll.rolled.result(PATIENCE)
    roll.is_left(1)


def paused(roll: Running) -> None:
    roll.waits("waiting for approval")
    roll.asks("pause")
    roll.waits("paused")
    roll.asks("approve")
    assert roll.web.versions() == {1, 2}
    roll.asks("resume")
    roll.ends(2)


def skipped(roll: Running) -> None:
    roll.waits("waiting for approval")
    [left] = roll.old()
    roll.asks("skip", left)
    roll.asks("approve")
    roll.ends(1, 2)
    assert left in roll.web.members()


def retried(roll: Running) -> None:
    roll.waits("held")
    wanted = roll.web.configurations[1]
    [failed] = roll.web.members(lambda m: m["revision"] == wanted)
    roll.web.lab.image("m-2", signal="SUCCESS")
    roll.asks("retry", failed)
    roll.ends(2)
    assert failed not in roll.web.members()


@pytest.mark.parametrize("expects", [True, False], ids=["expected number", "by hand"])
@pytest.mark.parametrize(
    ("policy", "signal", "asked"),
    [
        pytest.param(GATED, "SUCCESS", approved, id="watch and approve"),
        pytest.param(GATED, "SUCCESS", rejected, id="reject"),
        pytest.param(GATED, "SUCCESS", paused, id="pause and resume"),
        pytest.param(GATED, "SUCCESS", skipped, id="skip"),
        pytest.param(FAILS_ONCE, "FAILURE", retried, id="retry"),
    ],
)
def test_a_running_roll_does_what_it_is_asked(
    running_lab: AlibabaLab,
    monkeypatch: pytest.MonkeyPatch,
    rolling: Rolling,
    policy: dict[str, Any],
    signal: str,
    asked: Callable[[Running], None],
    expects: bool,
) -> None:
    """By the group's id alone; the group ends as it was found, and the floor holds."""
    environment = {
        "ALICLOUD_ACCESS_KEY": "lab",
        "ALICLOUD_SECRET_KEY": "lab",
        "ROLLING_POLL_SECONDS": "0.05",
        "ROLLING_SETTLE_SECONDS": "0.2",
        **running_lab.environment,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    running_lab.reset()
    running_lab.image("m-2", signal=signal)
    made: dict[str, Any] = {} if expects else {"DesiredCapacity": None}
    web = EssWeb(running_lab, "m-1", "m-2", **made)
    state = web.deploy(web.news(1))
    news = web.news(2, maxBatchSize=1, minInstancesInService=1, **policy)
    asked(Running(web, rolling, web.in_background(state, {**news, "onFailure": "hold"})))
