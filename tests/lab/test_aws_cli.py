"""Instance refreshes driven by AWS's own command line, which knows nothing of this project."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.lab.bench import Bench
from tests.lab.commands import printed, run
from tests.lab.refreshed import refreshed


def _run(bench: Bench, command: str, *options: str) -> subprocess.CompletedProcess[str]:
    return run(bench, "autoscaling", command, "--auto-scaling-group-name", "web", *options)


def _aws(bench: Bench, command: str, *options: str) -> Any:
    """What a command prints."""
    return printed(bench, "autoscaling", command, "--auto-scaling-group-name", "web", *options)


def test_the_aws_cli_starts_follows_rolls_back_and_cancels_a_refresh(bench: Bench) -> None:
    """All four commands, their options, their answers, and the exit code and text of a refusal."""
    web = refreshed(bench, 4)
    desired = json.dumps({"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "2"}})
    preferences = {"MinHealthyPercentage": 50, "InstanceWarmup": 10, "CheckpointPercentages": [50, 100]}
    to = ("--desired-configuration", desired, "--preferences", json.dumps(preferences))
    begun = _aws(bench, "start-instance-refresh", *to)["InstanceRefreshId"]
    bench.clock.jump(60)
    (shown,) = _aws(bench, "describe-instance-refreshes", "--instance-refresh-ids", begun)[
        "InstanceRefreshes"
    ]
    assert (shown["Status"], shown["PercentageComplete"]) == ("InProgress", 50)
    assert shown["Preferences"]["CheckpointDelay"] == 3600
    refused = _run(bench, "start-instance-refresh", *to)
    assert (refused.returncode, "(InstanceRefreshInProgress)" in refused.stderr) == (255, True)
    assert _aws(bench, "rollback-instance-refresh")["InstanceRefreshId"] == begun
    bench.clock.jump(60)
    (shown,) = _aws(bench, "describe-instance-refreshes")["InstanceRefreshes"]
    assert (shown["Status"], shown["PercentageComplete"]) == ("RollbackSuccessful", 0)
    assert shown["RollbackDetails"]["PercentageCompleteOnRollback"] == 50
    second = _aws(bench, "start-instance-refresh", "--strategy", "Rolling")["InstanceRefreshId"]
    cancelled = _aws(bench, "cancel-instance-refresh", "--no-wait-for-transitioning-instances")
    assert cancelled["InstanceRefreshId"] == second
    newest = "InstanceRefreshes[0].Status"
    assert _aws(bench, "describe-instance-refreshes", "--query", newest) == "Cancelled"
    assert web.stored() == "1"
