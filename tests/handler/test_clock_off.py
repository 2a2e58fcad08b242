"""Rollouts on the lab from a machine whose clock is off (property 17)."""

from __future__ import annotations

import math

import pytest
from pulumi_rolling.cloud_time import CLOUD
from pulumi_rolling.lab import Lab

from tests.handler.lab_web import LabWeb


@pytest.mark.parametrize("minutes", [2, -2, 10, -10])
def test_a_good_build_is_judged_by_the_clouds_clock(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    """With PauseTime PT1M and this machine minutes off, every member is given its minute and the roll arrives."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    lab.image("ami-v2", boot=0.3)
    state = web.deploy(web.news("1"))
    monkeypatch.setattr(CLOUD, "_bounds", (-math.inf, math.inf))
    monkeypatch.setattr(CLOUD, "_ours", CLOUD._ours + 60.0 * minutes)
    state = web.update(state, web.news("2", waitOnResourceSignals=True, pauseTime="PT1M"))
    assert web.revisions() == {"2"} and state["lastRollout"]["failed"] == 0
    assert not math.isinf(sum(CLOUD._bounds))
