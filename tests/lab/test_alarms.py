"""CloudWatch alarms. Source: CloudWatch API reference of each call."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.lab.world.alarm_rules import WrongRule, read

from tests.lab.bench import Bench, refusal

WATCH = {
    "Namespace": "AWS/ApplicationELB",
    "MetricName": "HTTPCode_Target_5XX_Count",
    "Statistic": "Sum",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Period": 60,
    "Threshold": 5,
}
BOTH = ["MetricAlarm", "CompositeAlarm"]


def _state(bench: Bench, name: str, state: str) -> None:
    bench.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")


def _states(bench: Bench, **given: Any) -> dict[str, str]:
    answer = bench.cloudwatch.describe_alarms(**given)
    shown = [*answer["MetricAlarms"], *answer["CompositeAlarms"]]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in shown}


def test_an_alarm_begins_without_data_and_keeps_its_state_when_put_again(bench: Bench) -> None:
    """PutMetricAlarm: INSUFFICIENT_DATA when it is made; an update leaves the state unchanged."""
    bench.cloudwatch.put_metric_alarm(AlarmName="errors", **WATCH)
    assert _states(bench) == {"errors": "INSUFFICIENT_DATA"}
    _state(bench, "errors", "ALARM")
    bench.cloudwatch.put_metric_alarm(AlarmName="errors", **WATCH | {"Threshold": 9})
    [alarm] = bench.cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["StateReason"], alarm["Threshold"]) == ("ALARM", "a test", 9)
    bench.cloudwatch.delete_alarms(AlarmNames=["errors"])
    assert _states(bench) == {}
    missing = {"AlarmName": "errors", "StateValue": "OK", "StateReason": "a test"}
    assert refusal(bench.cloudwatch.set_alarm_state, **missing)[0] == "ResourceNotFound"


def test_composite_alarms_are_shown_only_when_asked_for(bench: Bench) -> None:
    """DescribeAlarms: "If you omit this parameter, only metric alarms are returned"."""
    bench.lab.alarm("errors", state="OK")
    bench.cloudwatch.put_composite_alarm(AlarmName="service", AlarmRule="ALARM(errors)")
    assert _states(bench, AlarmNames=["errors", "service"]) == {"errors": "OK"}
    assert _states(bench, AlarmTypes=["CompositeAlarm"]) == {"service": "OK"}
    assert _states(bench, AlarmTypes=BOTH) == {"errors": "OK", "service": "OK"}
    [shown] = bench.cloudwatch.describe_alarms(AlarmTypes=BOTH)["CompositeAlarms"]
    assert shown["AlarmRule"] == "ALARM(errors)"
    assert shown["AlarmArn"].endswith(":alarm:service")


def test_filters_hold_together_and_answers_have_pages(bench: Bench) -> None:
    """AlarmNamePrefix and StateValue at once; MaxRecords and NextToken."""
    for name, state in (("web-1", "OK"), ("web-2", "ALARM"), ("db", "ALARM")):
        bench.lab.alarm(name, state=state)
    assert _states(bench, AlarmNamePrefix="web", StateValue="ALARM") == {"web-2": "ALARM"}
    pages = bench.cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["MetricAlarms"]) for page in pages] == [2, 1]


def test_a_composite_alarm_follows_its_children(bench: Bench) -> None:
    """A composite alarm is evaluated when it is put and when a child changes, also through other composites.

    A state set by hand holds until then.
    """
    bench.lab.alarm("errors", state="OK")
    bench.lab.alarm("latency", state="ALARM")
    put = bench.cloudwatch.put_composite_alarm
    put(AlarmName="both", AlarmRule='ALARM("errors") AND ALARM("latency")')
    put(AlarmName="above", AlarmRule="NOT OK(both)")
    assert _states(bench, AlarmTypes=["CompositeAlarm"]) == {"both": "OK", "above": "OK"}
    _state(bench, "errors", "ALARM")
    assert _states(bench, AlarmTypes=["CompositeAlarm"]) == {"both": "ALARM", "above": "ALARM"}
    _state(bench, "both", "OK")
    assert _states(bench, AlarmTypes=["CompositeAlarm"]) == {"both": "OK", "above": "OK"}
    bench.lab.alarm("latency", state="ALARM")
    assert _states(bench, AlarmTypes=["CompositeAlarm"]) == {"both": "ALARM", "above": "ALARM"}


def test_a_composite_alarm_needs_a_rule_about_alarms_that_exist(bench: Bench) -> None:
    """PutCompositeAlarm refuses what it cannot read and names that are unknown."""
    bench.lab.alarm("errors", state="OK")
    put = bench.cloudwatch.put_composite_alarm
    code, text = refusal(put, AlarmName="both", AlarmRule="ALARM(errors) AND ALARM(nobody)")
    assert (code, "[nobody]" in text) == ("ValidationError", True)
    assert refusal(put, AlarmName="both", AlarmRule="ALARM(errors) AND")[0] == "ValidationError"
    assert _states(bench, AlarmTypes=BOTH) == {"errors": "OK"}


def test_an_alarm_is_set_or_made_over_http(bench: Bench) -> None:
    """PUT /lab/alarms/{name}, GET /lab/alarms, in the API at once."""
    assert bench.http("PUT", "alarms/errors", {"state": "ALARM"})[0] == 200
    assert _states(bench) == {"errors": "ALARM"}
    bench.cloudwatch.put_composite_alarm(AlarmName="service", AlarmRule="ALARM(errors)")
    assert bench.http("GET", "alarms") == (
        200,
        {
            "errors": {"type": "MetricAlarm", "state": "ALARM", "rule": None},
            "service": {"type": "CompositeAlarm", "state": "ALARM", "rule": "ALARM(errors)"},
        },
    )
    assert bench.http("PUT", "alarms/errors", {"state": "RED"})[0] == 400
    bench.lab.reset(seed=1)
    assert bench.lab.alarms() == {}


def test_an_alarm_can_be_watched_while_its_calls_fail(bench: Bench) -> None:
    """Faults strike CloudWatch as they do every service, and its calls are counted."""
    bench.lab.alarm("errors", state="OK")
    bench.lab.fault("DescribeAlarms", error="Throttling", times=1)
    assert refusal(bench.cloudwatch.describe_alarms)[0] == "Throttling"
    assert _states(bench) == {"errors": "OK"}
    assert bench.lab.calls()["actions"]["DescribeAlarms"] == 2


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("ALARM(red)", True),
        ('ALARM("red") AND OK("green")', True),
        ("NOT ALARM(red) OR INSUFFICIENT_DATA(grey)", True),
        ("NOT (ALARM(red) OR TRUE)", False),
        ("FALSE AND FALSE OR TRUE", True),
        ("TRUE OR TRUE AND FALSE", True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:red) AND NOT false", True),
        ("OK(nobody) OR ALARM(nobody) OR INSUFFICIENT_DATA(nobody)", False),
        ('ALARM("with space")', False),
    ],
)
def test_a_rule_is_read_as_the_reference_describes_it(rule: str, holds: bool) -> None:
    """PutCompositeAlarm, AlarmRule: functions, operators, parentheses, names with or without quotes, ARNs."""
    states = {"red": "ALARM", "green": "OK", "grey": "INSUFFICIENT_DATA"}
    assert read(rule).holds(states.get) is holds


@pytest.mark.parametrize("rule", ["", "ALARM(red", "ALARM(red) OK(green)", "(TRUE", "AND TRUE", "red", "NOT"])
def test_a_rule_that_cannot_be_read_is_named(rule: str) -> None:
    """No rule is half understood."""
    with pytest.raises(WrongRule):
        read(rule)
