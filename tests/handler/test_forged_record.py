"""A record that leads elsewhere than this resource and its group have ever been is refused, and nothing is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.lease import owner_of
from pulumi_rolling.engine.record.pieces import pack
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.fleets.aws.tags import SHELF
from pulumi_rolling.lab import Lab

from tests.handler.conftest import assessed, opened
from tests.handler.lab_web import URN, LabWeb


def _back_to(rollout: Rollout, former: Revision) -> Rollout:
    goal = replace(rollout.goal, came_from=former)
    return replace(rollout, goal=goal, direction=Direction.BACK, verdict=Verdict(VerdictCode.ABORTED, 1.0))


@pytest.mark.parametrize("deployed", [True, False], ids=["update", "create"])
@pytest.mark.parametrize(
    "forged", ["another template", "an earlier version", "a target of another template", "sizes"]
)
def test_a_forged_record_is_refused_with_its_tags(lab: Lab, forged: str, deployed: bool) -> None:
    """The program is unchanged, and so is the group: no instance is replaced by what a tag says."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    other = web.launch_template("evil", "ami-evil")
    state = web.deploy(web.news("1"))
    state = web.update(state, web.news("2"))
    news, olds = web.news("2"), state if deployed else None
    begun = assessed(opened(news, state)).rollout
    record = {
        "another template": _back_to(begun, Revision(f"{other}:1", "x", "version 1")),
        "an earlier version": _back_to(begun, Revision(f"{web.template}:1", "x", "version 1")),
        "a target of another template": replace(
            begun, goal=replace(begun.goal, to=Revision(f"{other}:1", "x", "version 1"))
        ),
        "sizes": replace(begun, found=replace(begun.found, sizes=Sizes(9, 1, 5))),
    }[forged]
    lab.move_group("web", tags=pack(record, owner_of(URN), 7, SHELF))
    before = set(web.members())
    if forged == "an earlier version" and not deployed:
        return
    with pytest.raises(PolicyErrors, match=r"is not one of this resource.*rolling:record\.0"):
        web.update(olds, news) if olds else web.deploy(news)
    assert set(web.members()) == before and web.group["launchTemplate"]["Version"] == "2"


def test_contents_and_label_of_the_way_back_are_those_of_the_cloud(lab: Lab) -> None:
    """A record with the right address and other contents leads to what really stands there."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    state = web.deploy(web.news("1"))
    news = web.news("2")
    operation = opened(news, state)
    begun = assessed(operation).rollout
    assert begun.goal.came_from is not None
    forged = replace(begun, goal=replace(begun.goal, came_from=replace(begun.goal.came_from, digest="x")))
    lab.move_group("web", tags=pack(forged, operation.owner, 7, SHELF))
    taken = assessed(opened(news, state)).interrupted
    assert taken is not None and taken.goal.came_from == begun.goal.came_from
