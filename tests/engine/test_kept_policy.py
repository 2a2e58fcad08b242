"""The policy beside the record: in few tags, read for ever, and refused where it is not one."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.engine.record.kept_policy import KeptPolicy, pack, read
from pulumi_rolling.engine.record.pieces import Journal
from pulumi_rolling.errors import JournalError
from pulumi_rolling.fleets.base import Shelf
from pulumi_rolling.fleets.simulated import SimulatedFleet

AUTO_SCALING, NARROW = Shelf(50, 256), Shelf(20, 128)
USUAL: dict[str, Any] = {
    "maxBatchSize": 2,
    "minInstancesInService": 5,
    "waitOnResourceSignals": True,
    "pauseTime": "PT5M",
    "suspendProcesses": ["AZRebalance", "AlarmNotification", "ScheduledActions"],
}
WHOLE: dict[str, Any] = {
    **USUAL,
    "pacing": "sliding",
    "guard": "cautious",
    "timeout": "PT1H30M",
    "readiness": {
        "targetHealth": True,
        "statusChecks": True,
        "warmUp": "PT2M",
        "signalQueue": "https://sqs.eu-west-1.amazonaws.com/123456789012/web-signals",
    },
    "canary": {"size": 2, "soak": "PT20M"},
    "checkpoints": {"percents": [25, 50, 75], "delay": "PT10M"},
    "approval": True,
    "alarms": ["web-prod-5xx-errors", "web-prod-latency-p99", "web-prod-saturation"],
    "bakeTime": "PT15M",
    "drain": True,
    "drainTimeout": "PT10M",
    "zoneOrder": "oneAtATime",
    "minSuccessfulInstancesPercent": 90,
}
SHORT = KeptPolicy(
    {
        "rollingUpdate": {
            "maxBatchSize": 2,
            "minInstancesInService": 5,
            "waitOnResourceSignals": True,
            "pauseTime": "PT5M",
            "alarms": ["errors"],
        }
    },
    "hold",
    {"rollingUpdate": {"maxBatchSize": 1}},
)
FORMAT_1 = {"rolling:policy.0": "1.1 ePlToh+qw+U9VDuNcNppSpKdQCt1kOI3tagovwjoxVpoJIADHxIthFxkWFtbCwBI90FE"}


@pytest.mark.parametrize(("roll", "wide", "narrow"), [(USUAL, 1, 1), (WHOLE, 2, 3)], ids=["usual", "whole"])
def test_a_policy_takes_few_tags(roll: dict[str, Any], wide: int, narrow: int) -> None:
    """One of Auto Scaling's for the usual policy and two for one with every field; and it comes back as it was."""
    kept = KeptPolicy({"rollingUpdate": roll}, None, {"rollingUpdate": USUAL} if roll is WHOLE else None)
    for shelf, count in ((AUTO_SCALING, wide), (NARROW, narrow)):
        marks = pack(kept, shelf)
        assert len(marks) == count and max(map(len, marks.values())) <= shelf.characters
        assert read(marks) == kept


def test_format_1_is_read_for_ever() -> None:
    """What a group holds from an earlier version is read by each later one."""
    assert read(FORMAT_1) == SHORT


def test_values_that_preview_does_not_know_take_room() -> None:
    """The room is checked before a name is known."""
    assert len(pack(KeptPolicy({"rollingUpdate": {"alarms": [object()]}}), AUTO_SCALING)) == 1


@pytest.mark.parametrize(
    "text",
    ["1.1 AAAA", "1.2 " + FORMAT_1["rolling:policy.0"][4:], "2" + FORMAT_1["rolling:policy.0"][1:], "x"],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    """Anybody who may tag the group may have written it: one error of ours, and no traceback."""
    with pytest.raises(JournalError, match="cannot be read"):
        read({"rolling:policy.0": text})


def test_the_policy_is_written_once_and_again_where_somebody_removed_it() -> None:
    """A later writing of the record leaves it alone; one that is whole brings it back; clearing removes it."""
    fleet = SimulatedFleet(desired=1, max_size=2, revision=Revision("1", "1", "1"))
    journal = Journal(fleet, "me", FORMAT_1)
    to, former = Revision("2", "2", "2"), Revision("1", "1", "1")
    rollout = new_rollout("r", to, former, Sizes(0, 2, 1), frozenset(), 1.7e9)
    journal.write(rollout)
    assert read(fleet.marks()) == SHORT
    fleet.remove_marks([*FORMAT_1])
    journal.write(rollout)
    assert read(fleet.marks()) is None and journal.misses(fleet.marks())
    journal.write(rollout, whole=True)
    assert read(fleet.marks()) == SHORT and not journal.misses(fleet.marks())
    journal.clear({})
    assert not fleet.marks()
