"""Calls that the lab does not model. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

from tests.lab.bench import Bench, refusal


def test_a_call_that_is_not_modelled_is_refused_by_name(bench: Bench) -> None:
    """InvalidAction with status 400, so that no client tries it again or stumbles over an HTML page."""
    code, text = refusal(bench.asg.describe_notification_configurations)
    assert (code, "DescribeNotificationConfigurations" in text) == ("InvalidAction", True)
