"""The course of an ECS deployment, sentence by sentence of the developer guide: first tasks, replacements, who decides.

Sources: ECS developer guide, "Deploy Amazon ECS services by replacing tasks" and "How the Amazon ECS deployment circuit
breaker detects failures".
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.bench import Bench
from tests.lab.served import BREAKER, CHECK, Served, running, served


def digests(web: Served) -> list[str]:
    """Of the tasks that run, by their age."""
    live = [each for each in web.truth()["tasks"] if each["lastStatus"] == each["desiredStatus"] == "RUNNING"]
    return [str(each["digests"]["app"]) for each in live]


def resolved(web: Served, number: str) -> str | None:
    """The digest that a deployment's revision shows."""
    arn = web.of(number)["targetServiceRevision"]["arn"]
    (revision,) = web.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
    found: str | None = revision["containerImages"][0].get("imageDigest")
    return found


def test_unhealthy_tasks_go_when_their_replacements_are_healthy(bench: Bench) -> None:
    """Replacements are started first; of four tasks two that fall ill run until four others are healthy."""
    web = served(bench)
    web.create(desired=4, definition=web.define("app:1", healthCheck=CHECK))
    web.settled()
    begun = web.now
    sick = [each["id"] for each in web.truth()["tasks"]][:2]
    for each in sick:
        bench.lab.task(each, do="unhealthy")
    web.until(lambda: not {*sick} & {each["id"] for each in web.truth()["tasks"] if each["healthy"]})
    web.until(lambda: web.service()["runningCount"] == 4 and web.truth()["healthy"] == 4)
    points = web.since(begun)
    assert (min(point["running"] for point in points), max(point["running"] for point in points)) == (4, 6)
    gone = next(point for point in points if point["running"] < 6 and point["at"] > points[-1]["at"] - 1)
    assert gone["healthy"] == 4
    ended = {each["id"] for each in web.truth()["tasks"] if each["desiredStatus"] == "STOPPED"}
    assert {*sick} <= ended


def test_the_only_task_fixes_the_digest_and_a_later_count_runs_it(bench: Bench) -> None:
    """A service of one task waits for none; what is scaled out afterwards runs what that task ran."""
    bench.lab.image("app:1", digest="sha256:one")
    web = running(bench, desired=1)
    bench.lab.image("app:1", digest="sha256:two")
    web.update(desiredCount=3)
    web.until(lambda: web.service()["runningCount"] == 3)
    assert digests(web) == ["sha256:one"] * 3


def test_after_three_vain_first_tasks_the_deployment_goes_on_unresolved(bench: Bench) -> None:
    """One at a time until then, all that there is room for afterwards, and no digest in its revision."""
    web = running(bench, desired=3)
    bench.lab.image("app:bad", launchError="CannotPullContainerError", boot=8)
    number = web.update("app:bad")
    started: list[int] = []

    def more_than_one() -> bool:
        (new, *_) = web.service()["deployments"]
        started.append(new["pendingCount"])
        return bool(new["pendingCount"] > 1)

    web.until(more_than_one)
    failed = [each for each in web.tasks(desiredStatus="STOPPED") if each["startedBy"] == f"ecs-svc/{number}"]
    assert (len(failed), max(started[:-1]), started[-1]) == (3, 1, 3)
    assert (resolved(web, number), web.of(number)["status"]) == (None, "IN_PROGRESS")
    bench.lab.image("app:bad", digest="sha256:mended")
    web.became(number, "SUCCESSFUL")


@pytest.mark.parametrize("first", ["alarm", "breaker"])
def test_of_both_methods_the_first_that_is_met_decides(bench: Bench, first: str) -> None:
    """Breaker and alarms at once: the sentence names the one, and the other is watched no more."""
    bench.lab.alarm("errors", "OK")
    bench.lab.image("app:bad", launchError="CannotPullContainerError")
    web = running(bench)
    alarms = {"alarmNames": ["errors"], "enable": True, "rollback": True}
    web.configure(deploymentCircuitBreaker=BREAKER, alarms=alarms)
    number = web.update("app:bad")
    if first == "alarm":
        bench.lab.alarm("errors", "ALARM")
    shown = web.became(number, "ROLLBACK_SUCCESSFUL")
    statuses = (shown["alarms"]["status"], shown["deploymentCircuitBreaker"]["status"])
    assert statuses == (
        ("TRIGGERED", "MONITORING_COMPLETE") if first == "alarm" else ("MONITORING_COMPLETE", "TRIGGERED")
    )
    assert ("errors" if first == "alarm" else "circuit breaker") in shown["statusReason"]


def test_the_threshold_follows_the_desired_count_in_mid_deployment(bench: Bench) -> None:
    """Half of ten is five; another party makes it twenty, and ten failures it takes."""
    web = running(bench, desired=10)
    web.configure(deploymentCircuitBreaker=BREAKER)
    bench.lab.image("app:bad", launchError="CannotPullContainerError")
    number = web.update("app:bad")
    bench.lab.move_service("web", desired=20)
    shown: dict[str, Any] = web.became(number, "ROLLBACK_SUCCESSFUL")
    assert shown["deploymentCircuitBreaker"]["failureCount"] == 10


def test_a_failed_deployment_starts_no_more_tasks(bench: Bench) -> None:
    """FAILED without rollback: what runs of both revisions goes on running, and nothing is added to it."""
    bench.lab.image("app:half", share=0.6, launchError="CannotPullContainerError")
    web = running(bench, desired=6)
    cumulative = {"enable": True, "rollback": False, "resetOnHealthyTask": False}
    web.configure(deploymentCircuitBreaker=cumulative)
    number = web.update("app:half")
    web.became(number, "STOPPED")
    new = web.after(30)["deployments"][0]
    launched = len(web.truth()["tasks"])
    later = web.after(600)["deployments"][0]
    assert (new["rolloutState"], later["runningCount"]) == ("FAILED", new["runningCount"])
    assert (len(web.truth()["tasks"]), web.service()["runningCount"] >= 6) == (launched, True)
