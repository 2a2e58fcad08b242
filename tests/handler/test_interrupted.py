"""A drive that an error ends in mid-roll says what it did to the group, that the record is kept, and what to do."""

from __future__ import annotations

import pytest
from pulumi_rolling.errors import FleetError
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import LabWeb


@pytest.mark.parametrize(
    ("action", "error", "advice"),
    [
        ("CreateOrUpdateTags", "LimitExceeded", ""),
        ("CreateOrUpdateTags", "AccessDenied", "Allow autoscaling:CreateOrUpdateTags"),
        ("*", "ExpiredToken", "credentials have expired; renew them"),
    ],
)
def test_an_error_in_mid_roll_says_what_is_true_and_what_to_do(
    lab: Lab, action: str, error: str, advice: str
) -> None:
    """Sizes raised and processes suspended by us are named; the next update goes on from the record."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    lab.image("ami-v2", boot=0.4)
    state = web.deploy(web.news("1"))
    news = web.news("2", minInstancesInService=3)
    rolled = web.in_background(state, news)
    wait_until(lambda: web.group["desired"] > 3, 20.0)
    lab.fault(action, error=error)
    with pytest.raises(FleetError) as caught:
        rolled.result(30)
    text = str(caught.value)
    assert (
        "Desired went from 3 to 5 and MinSize from 1 to 5" in text and "suspended by us: AZRebalance" in text
    )
    assert "the record is kept" in text and advice in text and caught.value.left is not None
    lab.clear_fault()
    web.update(state, news)
    group = web.group
    assert web.revisions() == {"2"} and (group["minSize"], group["desired"]) == (1, 3)
