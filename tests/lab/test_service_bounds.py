"""Bounds of a service's deployment, and the breaker's threshold.

Sources: ECS developer guide, "Deploy Amazon ECS services by replacing tasks" (the examples of 4, 2 and 3 tasks); ECS
API reference, DeploymentConfiguration, ThresholdConfiguration, ServiceDeploymentCircuitBreaker.
"""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.lab.world.ecs.bounds import Bounds, bounds
from pulumi_rolling.lab.world.ecs.breaker import threshold

from tests.lab.bench import Bench
from tests.lab.served import WEB, running

BLOCKED = (
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
    "Update the minimumHealthyPercent or maximumPercent value and try again."
)
TABLE = [
    (4, 50, 200, 2, 8, False),
    (4, 50, 100, 2, 4, False),
    (2, 75, 200, 2, 4, False),
    (2, 75, 100, 2, 2, True),
    (2, 75, 149, 2, 2, True),
    (3, 100, 125, 3, 3, True),
    (3, 100, 133, 3, 3, True),
    (3, 100, 134, 3, 4, False),
    (3, 67, 100, 3, 3, True),
    (1, 100, 100, 1, 1, True),
    (1, 0, 100, 0, 1, False),
    (5, 100, 150, 5, 7, False),
    (10, 90, 110, 9, 11, False),
    (0, 100, 100, 0, 0, False),
]


@pytest.mark.parametrize(("desired", "minimum", "maximum", "low", "high", "blocked"), TABLE)
def test_the_minimum_is_rounded_up_and_the_maximum_down(
    desired: int, minimum: int, maximum: int, low: int, high: int, blocked: bool
) -> None:
    """Nothing may be stopped or started where the minimum is all and the maximum no more; none is never blocked."""
    found = bounds(desired, minimum, maximum)
    assert (found, found.blocked(desired)) == (Bounds(low, high), blocked)


@pytest.mark.parametrize("row", [row for row in TABLE if row[0] > 0])
def test_a_deployment_keeps_its_bounds_or_says_that_it_is_blocked(bench: Bench, row: tuple[Any, ...]) -> None:
    """Healthy tasks never fall below the minimum nor all tasks exceed the maximum; a blocked one goes on for ever."""
    desired, minimum, maximum, low, high, blocked = row
    web = running(bench, desired=desired)
    web.configure(minimum, maximum)
    begun = web.now
    number = web.update("app:2")
    if blocked:
        bench.clock.jump(3600)
        assert web.of(number)["status"] == "IN_PROGRESS"
        assert [each["rolloutState"] for each in web.service()["deployments"]] == ["IN_PROGRESS", "COMPLETED"]
        assert web.events()[0] == BLOCKED and web.events().count(BLOCKED) == 1
        assert bench.lab.service("web")["bounds"] == {"low": low, "high": high, "blocked": True}
        web.configure(0, 200)
    web.became(number, "SUCCESSFUL")
    points = web.since(begun)
    if not blocked:
        assert BLOCKED not in web.events()
        assert min(point["healthy"] for point in points) >= low
        assert max(point["running"] + point["pending"] for point in points) <= high
    assert points[-1]["revisions"] == {"web:2": desired}


@pytest.mark.parametrize(
    ("minimum", "maximum", "running_then", "steps"),
    [(50, 100, 2, 2), (50, 200, 4, 4), (100, 200, 4, 4), (0, 100, 0, 4), (100, 150, 4, 2)],
)
def test_the_first_step_is_that_of_the_guide(
    bench: Bench, minimum: int, maximum: int, running_then: int, steps: int
) -> None:
    """Of four tasks 50/100 stops two and starts two; where the maximum allows, new ones are started first."""
    web = running(bench, desired=4)
    web.configure(minimum, maximum)
    web.update("app:2")
    bench.clock.jump(0.5)
    counts = [
        sum(each["revision"] == f"web:{n}" for each in web.truth()["tasks"] if each["healthy"])
        for n in (1, 2)
    ]
    [new, *_] = web.service()["deployments"]
    assert (counts, new["runningCount"] + new["pendingCount"]) == ([running_then, 0], steps)


def test_the_bounds_are_those_of_the_latest_desired_count(bench: Bench) -> None:
    """A desired count that another party raises in mid-deployment unblocks it."""
    web = running(bench, desired=3)
    web.configure(100, 125)
    number = web.update("app:2")
    assert web.after(60)["deployments"][0]["runningCount"] == 0
    bench.lab.move_service("web", desired=4)
    web.became(number, "SUCCESSFUL")
    assert web.service()["runningCount"] == 4


@pytest.mark.parametrize("eager", [False, True])
def test_old_tasks_are_stopped_at_once_where_the_switch_says_so(bench: Bench, eager: bool) -> None:
    """Whether a scheduler that can start new tasks stops old ones as well is a switch."""
    web = running(bench, desired=4)
    bench.lab.service_rules(stopsFirst=eager)
    web.configure(50, 200)
    web.update("app:2")
    bench.clock.jump(0.01)
    assert web.truth()["healthy"] == (2 if eager else 4)


@pytest.mark.parametrize("refused", [False, True])
def test_a_hundred_and_a_hundred_is_refused_where_the_switch_says_so(bench: Bench, refused: bool) -> None:
    """Bounds that block whatever is desired are kept, or refused with a sentence."""
    web = running(bench)
    bench.lab.service_rules(wholeRefused=refused)
    if refused:
        with pytest.raises(web.ecs.exceptions.InvalidParameterException, match="will block deployments"):
            web.configure(100, 100)
    else:
        web.configure(100, 100)


@pytest.mark.parametrize(
    ("desired", "expected"),
    [(1, 3), (6, 3), (7, 4), (10, 5), (25, 13), (100, 50), (399, 200), (400, 200), (800, 200)],
)
def test_the_threshold_is_half_the_tasks_between_3_and_200(desired: int, expected: int) -> None:
    """Half is rounded up."""
    assert threshold(desired, {}) == expected


@pytest.mark.parametrize(
    ("kind", "value", "desired", "expected"),
    [
        ("COUNT", 1, 100, 1),
        ("COUNT", 500, 2, 500),
        ("BOUNDED_PERCENT", 10, 10, 3),
        ("BOUNDED_PERCENT", 100, 500, 200),
        ("BOUNDED_PERCENT", 75, 10, 8),
        ("UNBOUNDED_PERCENT", 10, 10, 1),
        ("UNBOUNDED_PERCENT", 100, 500, 500),
        ("UNBOUNDED_PERCENT", 50, 800, 400),
        ("UNBOUNDED_PERCENT", 1, 2, 1),
    ],
)
def test_the_threshold_follows_its_type(kind: str, value: int, desired: int, expected: int) -> None:
    """COUNT is literal, BOUNDED_PERCENT lies between 3 and 200, UNBOUNDED_PERCENT anywhere."""
    assert threshold(desired, {"thresholdConfiguration": {"type": kind, "value": value}}) == expected


def test_a_deployment_shows_its_threshold(bench: Bench) -> None:
    """The service deployment has the threshold of the desired count and the configuration it began with."""
    web = running(bench, desired=7)
    breaker = {"enable": True, "rollback": True}
    web.configure(deploymentCircuitBreaker=breaker)
    shown = web.of(web.update("app:2"))
    assert shown["deploymentCircuitBreaker"] == {"status": "MONITORING", "failureCount": 0, "threshold": 4}
    wrong = {"deploymentCircuitBreaker": breaker | {"thresholdConfiguration": {"type": "COUNT", "value": 0}}}
    with pytest.raises(web.ecs.exceptions.InvalidParameterException):
        web.ecs.update_service(**WEB, deploymentConfiguration=wrong)
