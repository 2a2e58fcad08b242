"""Ten groups in one stack."""

from __future__ import annotations

import math

from tests.end_to_end.conftest import Open

GROUPS = 10


def test_a_no_op_costs_few_reads_and_no_writes(open_stage: Open) -> None:
    """Preview and update of ten settled groups: one describe for four groups, one read of versions each, no write."""
    stage = open_stage(names=[])
    for number in range(GROUPS):
        name = f"web-{number}"
        stage.want(stage.found_group(name, DesiredCapacity=1, MinSize=1), "1", name)
    stage.rolling(minInstancesInService=0)
    ran = stage.up()
    assert ran.code == 0, ran.output
    stage.lab.clear_calls()
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    calls = stage.lab.calls()
    print(f"a no-op of {GROUPS} groups, preview and update: {calls}")
    assert f"{GROUPS + 1} unchanged" in ran.output
    assert all(action.startswith("Describe") for action in calls), calls
    phases = 2
    assert calls["DescribeAutoScalingGroups"] <= phases * math.ceil(GROUPS / 4), calls
    assert calls.get("DescribeLaunchTemplateVersions", 0) <= phases * GROUPS, calls
