"""The control interface for services: the truth, the history, moves, misfortunes, rules."""

from __future__ import annotations

import pytest

from tests.lab.bench import Bench
from tests.lab.served import running

RULES = {
    "unchecked": 40.0,
    "remembered": 3600.0,
    "pending": 0.0,
    "listed": 0.0,
    "currentLags": 5.0,
    "turning": 1.0,
    "returning": 1.0,
    "retry": 0.25,
    "bake": 0.0,
    "serviceDeployments": True,
    "exitsCount": True,
    "unplacedCounts": False,
    "standingAlarms": False,
    "rollbackFails": True,
    "countsAnew": True,
    "configurationMerges": True,
    "stopsFirst": False,
    "abortStops": True,
    "wholeRefused": False,
}


def test_the_truth_and_the_history_of_a_service(bench: Bench) -> None:
    """Both over HTTP; the history misses nothing, and stays when the service is gone."""
    web = running(bench)
    status, truth = bench.http("GET", "services/default/web")
    assert (status, truth["running"], truth["healthy"], truth["steady"]) == (200, 2, 2, True)
    assert truth["bounds"] == {"low": 2, "high": 4, "blocked": False}
    assert [each["status"] for each in truth["serviceDeployments"]] == ["SUCCESSFUL"]
    assert {each["lastStatus"] for each in truth["tasks"]} == {"RUNNING"}
    assert bench.http("GET", "services") == (200, ["default/web"])
    web.became(web.update("app:2"), "SUCCESSFUL")
    web.ecs.delete_service(cluster="default", service="web", force=True)
    bench.clock.jump(10)
    status, points = bench.http("GET", "services/default/web/history")
    assert (status, points) == (200, bench.lab.service_history("web"))
    assert {"revisions": {"web:1": 2, "web:2": 2}}.items() <= points[
        [p["running"] for p in points].index(4)
    ].items()
    last = points[-1]
    assert (last["running"], last["healthy"], last["pending"], last["stopping"], last["desired"]) == (
        0,
        0,
        0,
        0,
        0,
    )
    assert bench.http("GET", "services/default/web?region=eu-west-1")[0] == 404
    assert bench.http("GET", "services/default/none")[0] == 404
    assert bench.http("GET", "services/default")[0] == 404


def test_rules_are_set_one_by_one_and_taken_back_by_a_reset(bench: Bench) -> None:
    """A wrong rule changes nothing."""
    assert bench.http("GET", "ecs") == (200, RULES)
    assert bench.http("PUT", "ecs", {"unchecked": 1}) == (200, RULES | {"unchecked": 1})
    for wrong in ({"unchecked": 2, "none": 1}, {"exitsCount": 1}, {"retry": -1}):
        assert bench.http("PUT", "ecs", wrong)[0] == 400
    assert bench.lab.service_rules()["unchecked"] == 1
    bench.lab.reset()
    assert bench.lab.service_rules() == RULES


def test_another_party_moves_a_service(bench: Bench) -> None:
    """It scales, deploys, forces a deployment, stops one, and takes places away."""
    web = running(bench)
    status, truth = bench.http("PUT", "services/default/web", {"desired": 3})
    assert (status, truth["desired"]) == (200, 3)
    web.until(lambda: web.truth()["healthy"] == 3)
    bench.lab.image("app:slow", boot=100)
    web.define("app:slow")
    bench.lab.move_service("web", taskDefinition="web:2", capacity=5)
    bench.clock.jump(90)
    assert len([each for each in web.truth()["tasks"] if each["desiredStatus"] == "RUNNING"]) == 5
    stopped = bench.lab.move_service("web", stop="ROLLBACK")
    assert stopped["serviceDeployments"][0]["status"] == "ROLLBACK_REQUESTED"
    web.settled()
    forced = bench.lab.move_service("web", force=True)
    assert forced["deployments"][0]["id"] != stopped["deployments"][0]["id"]
    web.settled()
    for wrong in ({"none": 1}, {"desired": -1}, {"instances": 2}, {"stop": "x"}, {"stop": "ABORT"}):
        assert bench.http("PUT", "services/default/web", wrong)[0] == 400


@pytest.mark.parametrize(
    ("do", "code"),
    [
        ("exit", "EssentialContainerExited"),
        ("stop", "UserInitiated"),
        ("spotInterruption", "SpotInterruption"),
    ],
)
def test_a_misfortune_befalls_a_task(bench: Bench, do: str, code: str) -> None:
    """The task ends with the service's own code, and another one takes its place."""
    web = running(bench)
    victim = web.truth()["tasks"][0]["id"]
    assert bench.http("PUT", f"tasks/{victim}", {"do": do})[0] == 200
    web.until(lambda: web.truth()["healthy"] == 2)
    [ended] = web.tasks(desiredStatus="STOPPED")
    assert (ended["taskArn"].rpartition("/")[2], ended["stopCode"]) == (victim, code)
    assert bench.http("PUT", f"tasks/{victim}", {"do": "none"})[0] == 400
    assert bench.http("PUT", "tasks/none", {"do": "exit"})[0] == 404


def test_protection_by_an_operator(bench: Bench) -> None:
    """A protected task is passed by when the service is scaled in."""
    web = running(bench, desired=3)
    kept = web.truth()["tasks"][2]["id"]
    bench.lab.task(kept, do="protect")
    bench.lab.move_service("web", desired=1)
    bench.clock.jump(5)
    assert [each["id"] for each in web.truth()["tasks"] if each["desiredStatus"] == "RUNNING"] == [kept]
    bench.lab.task(kept, do="unprotect")
    bench.lab.move_service("web", desired=0)
    bench.clock.jump(5)
    assert web.service()["runningCount"] == 0


def test_calls_name_their_service_and_the_same_seed_gives_the_same_run(bench: Bench) -> None:
    """The log has the service's name where it has a group's otherwise; numbers and ids follow from the seed."""

    def once() -> tuple[list[str], list[str]]:
        web = running(bench)
        number = web.update("app:2")
        web.became(number, "SUCCESSFUL")
        return [each["id"] for each in web.truth()["tasks"]], [number, *web.events()]

    first = once()
    assert {
        each["group"] for each in bench.lab.calls(log=True)["log"] if each["action"] == "UpdateService"
    } == {"web"}
    bench.lab.reset(seed=1)
    assert once() == first
