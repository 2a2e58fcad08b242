"""Plans as documents in a folder that the environment names, and the risks that only the group's surroundings show."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import boto3
import pytest
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.handler import Context
from pulumi_rolling.handler.foretelling import FOLDER
from pulumi_rolling.handler.replace.risks import health_risks, signal_risks
from pulumi_rolling.lab import Lab
from pulumi_rolling.report.comment.group_plan import of_document

from tests.handler.lab_web import URN, LabWeb


def test_a_preview_writes_its_plan_where_somebody_waits_for_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One file for a resource, with surroundings' risks; a folder that is gone spoils no preview; else no file."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    state = web.deploy(web.news("1"))
    boto3.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName="web", HealthCheckType="ELB", HealthCheckGracePeriod=20
    )
    news = web.news("2", waitOnResourceSignals=True, pauseTime="PT10M")
    shown = Context(urn=URN, dry_run=True, say=web.said.append)
    web.handler.diff(state, news, shown)
    assert list(tmp_path.iterdir()) == []
    for folder in (tmp_path / "gone", tmp_path):
        monkeypatch.setenv(FOLDER, str(folder))
        web.handler.diff(state, news, shown)
    [file] = tmp_path.iterdir()
    plan = of_document(json.loads(file.read_text()))
    assert plan is not None and (plan.urn, plan.group, plan.replaces) == (URN, "web", 2)
    told = "\n".join(plan.risks)
    assert "health checks of type ELB count 20 s after a launch" in told
    assert "a SUCCESS signal is waited for, and there is no user data" in told
    assert web.said[-1].startswith(plan.headline)


@pytest.mark.parametrize(
    ("checks", "grace", "boots", "rests", "risky"),
    [
        ({"ELB"}, 30.0, Boots(), (), True),
        ({"ELB"}, 60.0, Boots(), (), False),
        ({"ELB"}, 60.0, add_boots(Boots(), [100.0] * 4), (), True),
        ({"ELB"}, 600.0, add_boots(Boots(), [100.0] * 4), (), False),
        ({"EBS"}, 0.0, Boots(), (), False),
        ({"VPC_LATTICE"}, 0.0, Boots(), ("HealthCheck",), False),
    ],
)
def test_a_short_grace_is_a_risk(
    checks: set[str], grace: float, boots: Boots, rests: tuple[str, ...], risky: bool
) -> None:
    """Where a load balancer's checks count before slow boots are over, unless the process rests that ends them."""
    assert bool([*health_risks(frozenset(checks), grace, boots, rests)]) is risky


@pytest.mark.parametrize(
    ("user_data", "said"),
    [
        ("", "there is no user data"),
        ("#!/bin/sh\nmake", "the user data holds no line that sends one"),
        ("cfn-signal -e 0", "reaches nothing but CloudFormation"),
        ("rolling signal --exit-code $?", ""),
        ("aws autoscaling complete-lifecycle-action --x", ""),
    ],
)
def test_signals_that_nothing_sends_are_a_risk(user_data: str, said: str) -> None:
    """User data are read for a line that signals; where they are packed or a queue brings signals, nobody can say."""
    limits = Limits(1, 0, 2, signals=True)
    encoded = base64.b64encode(user_data.encode()).decode()
    told = "".join(signal_risks(limits, None, encoded))
    assert (said in told) if said else told == ""
    assert [*signal_risks(limits, "queue", encoded)] == []
    assert [*signal_risks(Limits(1, 0, 2), None, encoded)] == []
    assert [*signal_risks(limits, None, base64.b64encode(b"\x1f\x8b\x08").decode())] == []
