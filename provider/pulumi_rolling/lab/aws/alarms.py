"""CloudWatch's alarms: kept by moto, with what it lacks or does wrong added.

Source: CloudWatch API reference. PutMetricAlarm and PutCompositeAlarm: a new alarm is INSUFFICIENT_DATA, one that
is put again keeps its state. DescribeAlarms: composite alarms only where AlarmTypes names them. SetAlarmState: a
composite alarm keeps the state until one of its children changes or it is put again. Metrics are never evaluated.
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch import urls
from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from pulumi_rolling.lab.world import alarm_rules
from pulumi_rolling.lab.world.cloud import ACCOUNT

STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")
METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
BY_ORDER = "Set by the lab's control interface"


class Alarms(CloudWatchResponse):
    """moto's service, which finds the method of a call by the call's name."""

    def put_metric_alarm(self) -> ActionResult:
        backend, name = self.cloudwatch_backend, self._get_param("AlarmName")
        former = backend.alarms.get(name)
        answer = super().put_metric_alarm()
        alarm = backend.alarms[name]
        if former is None:
            alarm.state_value = "INSUFFICIENT_DATA"
        else:
            alarm.state_value, alarm.state_reason = former.state_value, former.state_reason
            alarm.state_updated_timestamp = former.state_updated_timestamp
        _evaluate(backend, alarm, set())
        return answer

    def put_composite_alarm(self) -> ActionResult:
        try:
            rule = alarm_rules.read(self._get_param("AlarmRule"))
        except alarm_rules.WrongRule as wrong:
            raise ValidationError(f"AlarmRule: {wrong}") from wrong
        missing = sorted(rule.children - set(self.cloudwatch_backend.alarms))
        if missing:
            raise ValidationError(
                f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist"
            )
        return self.put_metric_alarm()

    def set_alarm_state(self) -> ActionResult:
        answer = super().set_alarm_state()
        _tell(self.cloudwatch_backend, self._get_param("AlarmName"), set())
        return answer

    def describe_alarms(self) -> ActionResult:
        """All filters hold at once; pages of at most a hundred."""
        wanted = self._get_param("AlarmNames")
        prefix, state = self._get_param("AlarmNamePrefix"), self._get_param("StateValue")
        action, types = self._get_param("ActionPrefix"), self._get_param("AlarmTypes") or [METRIC]
        found = [
            alarm
            for alarm in self.cloudwatch_backend.alarms.values()
            if (not wanted or alarm.name in wanted)
            and (not prefix or alarm.name.startswith(prefix))
            and (not state or alarm.state_value == state)
            and (not action or any(each.startswith(action) for each in _actions(alarm)))
            and _kind(alarm) in types
        ]
        start = int(self._get_param("NextToken") or 0)
        end = start + min(int(self._get_param("MaxRecords") or 50), 100)
        shown = found[start:end]
        return ActionResult(
            {
                "MetricAlarms": [alarm for alarm in shown if alarm.rule is None],
                "CompositeAlarms": [alarm for alarm in shown if alarm.rule is not None],
                "NextToken": str(end) if end < len(found) else None,
            }
        )

    def delete_alarms(self) -> ActionResult:
        names = self._get_param("AlarmNames")
        super().delete_alarms()
        for name in names:
            _tell(self.cloudwatch_backend, name, set())
        return EmptyResult()


def install() -> None:
    """moto answers CloudWatch with these alarms from now on."""
    urls.url_paths["{0}/$"] = Alarms.dispatch


def state_of(region: str, name: str) -> str | None:
    """The state of an alarm; None where there is none of that name."""
    alarm = cloudwatch_backends[ACCOUNT][region].alarms.get(name)
    return None if alarm is None else str(alarm.state_value)


def _kind(alarm: Alarm) -> str:
    return METRIC if alarm.rule is None else COMPOSITE


def _actions(alarm: Alarm) -> list[str]:
    return [*(alarm.alarm_actions or []), *alarm.ok_actions, *alarm.insufficient_data_actions]


def _evaluate(backend: CloudWatchBackend, alarm: Alarm, seen: set[str]) -> None:
    """A composite alarm takes the state of its rule, and alarms that refer to it are evaluated after it.

    `seen` ends a circle of composite alarms, as AWS stops evaluating one.
    """
    if alarm.rule is not None:
        alarms = backend.alarms
        rule = alarm_rules.read(alarm.rule)
        holds = rule.holds(lambda name: alarms[name].state_value if name in alarms else None)
        state = "ALARM" if holds else "OK"
        if state != alarm.state_value:
            alarm.update_state(f"{alarm.rule} is {holds}", "{}", state)
    _tell(backend, alarm.name, seen)


def _tell(backend: CloudWatchBackend, name: str, seen: set[str]) -> None:
    seen.add(name)
    for other in list(backend.alarms.values()):
        if (
            other.rule is not None
            and other.name not in seen
            and name in alarm_rules.read(other.rule).children
        ):
            _evaluate(backend, other, seen)


def order(region: str, name: str, state: str) -> None:
    """Set an alarm, in whichever region it is, or make one that watches nothing."""
    if state not in STATES:
        raise ValueError(f"state must be one of {', '.join(STATES)}")
    backends = cloudwatch_backends[ACCOUNT]
    found = next((each for each in backends.values() if name in each.alarms), None)
    backend = found or backends[region]
    if name not in backend.alarms:
        backend.put_metric_alarm(
            name,
            namespace="Lab",
            metric_name=name,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            period=60,
            threshold=0.0,
            statistic="Maximum",
            description="",
            dimensions=[],
            alarm_actions=[],
        )
    backend.set_alarm_state(name, BY_ORDER, "{}", state)
    _tell(backend, name, set())


def listed() -> dict[str, dict[str, Any]]:
    """All alarms by name: kind, state and rule."""
    return {
        alarm.name: {"type": _kind(alarm), "state": alarm.state_value, "rule": alarm.rule}
        for backend in cloudwatch_backends[ACCOUNT].values()
        for alarm in backend.alarms.values()
    }
