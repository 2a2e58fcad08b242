"""Instance refreshes. Source: EC2 Auto Scaling API reference, StartInstanceRefresh and CancelInstanceRefresh."""

from __future__ import annotations

from tests.lab.bench import Bench, refusal

WEB = {"AutoScalingGroupName": "web"}


def test_a_refresh_is_in_progress_until_it_is_cancelled(bench: Bench) -> None:
    """A second start meets InstanceRefreshInProgress, a cancel without one ActiveInstanceRefreshNotFound."""
    bench.start(desired=1)
    started = bench.asg.start_instance_refresh(Preferences={"MinHealthyPercentage": 50}, **WEB)[
        "InstanceRefreshId"
    ]
    assert refusal(bench.asg.start_instance_refresh, **WEB)[0] == "InstanceRefreshInProgress"
    [refresh] = bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"]
    assert (refresh["InstanceRefreshId"], refresh["Status"]) == (started, "InProgress")
    assert refresh["Preferences"]["MinHealthyPercentage"] == 50
    assert bench.asg.cancel_instance_refresh(**WEB)["InstanceRefreshId"] == started
    assert bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"][0]["Status"] == "Cancelled"
    assert refusal(bench.asg.cancel_instance_refresh, **WEB)[0] == "ActiveInstanceRefreshNotFound"
