"""A stack whose groups have the policy as their attribute (attribute/__main__.py).

Of the settings of Stage it has names, image, group, policy (None: no attribute) and onFailure, and attach, which are
groups with a RollingGroup besides. Where policy is None they have that alone, under the policy that attach names, with
pointer and ignore. ``images``: those of groups that have another than the rest. ``called``: names in the cloud that are
others than in the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.end_to_end.stage import Around, Stage

QUICK = {
    "maxBatchSize": 2,
    "minInstancesInService": 5,
    "waitOnResourceSignals": True,
    "pauseTime": "PT1M",
    "suspendProcesses": ["AlarmNotification", "ScheduledActions"],
}


class AttributeStage(Stage):
    declared_by = "attribute"
    type = "aws:autoscaling/group:Group"

    def resources(self, kind: str) -> list[dict[str, Any]]:
        """Resources in state whose type ends so."""
        return [each for each in self._resources() if each["type"].endswith(kind)]


@contextmanager
def attribute_stage(folder: Path, around: Around, **settings: Any) -> Iterator[AttributeStage]:
    """Opened on an empty lab, closed at the end."""
    around.lab.reset()
    opened = AttributeStage(folder, around, **{"policy": {"rollingUpdate": QUICK}, **settings})
    try:
        yield opened
    finally:
        opened.close()
