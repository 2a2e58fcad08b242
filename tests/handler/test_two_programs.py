"""Two updates of different programs on one group, at the same time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.followed_web import PATIENCE
from tests.handler.lab_web import LabWeb
from tests.handler.test_notified import tag
from tests.in_lab import client
from tests.notify.inbox import inbox


def test_the_second_is_refused_by_name_and_nobody_else_hears_of_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, long_lease: None
) -> None:
    """The first goes on to its end, with its messages and its course; the second touches and tells nothing."""
    with inbox() as box:
        monkeypatch.setenv("ROLLING_NOTIFY", box.url)
        monkeypatch.setenv("ROLLING_HISTORY", str(tmp_path / "rolls"))
        web = LabWeb(lab, "ami-v1", "ami-v2", "ami-v3")
        olds = web.deploy(web.news("1"))
        first = web.in_background(olds, web.news("2", canary=1, approval=True))
        wait_until(lambda: "waiting" in box.events, PATIENCE)
        other = replace(web.context, urn=web.context.urn.replace("trial", "other"))
        with pytest.raises(
            PolicyErrors, match=r"group web carries the record of rollout .* by another resource"
        ):
            web.handler.update(olds, web.news("3"), other)
        client("autoscaling").create_or_update_tags(Tags=[tag("rolling:request.1a", "approve")])
        state = first.result(PATIENCE)
        assert web.revisions() == {"2"} and box.events == ["started", "waiting", "ended"]
        assert {told["stack"] for told in box.heard} == {"trial/dev"}
        kept = [path.stem for path in (tmp_path / "rolls").iterdir()]
        assert kept == [state["lastRollout"]["id"]]
