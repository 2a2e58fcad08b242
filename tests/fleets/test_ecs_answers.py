"""What ECS says of a service deployment and of failed tasks, read into the words that every service shares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.fleets.aws.api import AwsApi
from pulumi_rolling.fleets.ecs_service import answers, deployed
from pulumi_rolling.fleets.ecs_service.causes import Causes
from pulumi_rolling.fleets.ecs_service.description import Deployed, deployments, good
from pulumi_rolling.fleets.ecs_service.facts import is_pinned, refusals

from tests.fleets.scripted_aws import Answer, ScriptedAws, refused
from tests.fleets.stage import once

TRIGGERED = {"status": "TRIGGERED"}
BREAKER = "Service deployment rolled back because the circuit breaker threshold was exceeded."
BY_USER = "Service deployment rolled back by user."
NONE_THERE = "No rollback candidate was found to run the rollback."


def told(status: str, **more: Any) -> Answer:
    return {"status": status, "createdAt": datetime.fromtimestamp(100, UTC), **more}


def read(rollout: Answer, **beside: Any) -> Any:
    return answers.operation_of(rollout, answers.Beside(id="ecs-svc/1", at=1000.0, **beside))


@pytest.mark.parametrize(
    ("rollout", "state"),
    [
        (told("PENDING"), State.PENDING),
        (told("IN_PROGRESS"), State.RUNNING),
        (told("IN_PROGRESS", lifecycleStage="A_STAGE_OF_TOMORROW"), State.RUNNING),
        (told("IN_PROGRESS", lifecycleStage="BAKE_TIME"), State.BAKING),
        (told("SUCCESSFUL"), State.SUCCEEDED),
        (told("STOP_REQUESTED"), State.STOPPING),
        (told("STOPPED"), State.STOPPED),
        (told("STOPPED", deploymentCircuitBreaker=TRIGGERED), State.FAILED),
        (told("STOPPED", alarms=TRIGGERED), State.FAILED),
        (told("ROLLBACK_REQUESTED"), State.RETURNING),
        (told("ROLLBACK_IN_PROGRESS"), State.RETURNING),
        (told("ROLLBACK_SUCCESSFUL"), State.RETURNED),
        (told("ROLLBACK_FAILED"), State.RETURN_FAILED),
        (told("A_WORD_OF_TOMORROW"), State.UNKNOWN),
    ],
)
def test_each_status_is_a_state(rollout: Answer, state: State) -> None:
    """An unknown stage changes nothing, an unknown status is told as such, and a triggered guard is a failure."""
    assert read(rollout).state is state


@pytest.mark.parametrize(
    ("rollout", "reason", "by_person"),
    [
        (told("ROLLBACK_SUCCESSFUL", statusReason=BREAKER), "", False),
        (told("ROLLBACK_SUCCESSFUL", statusReason=BY_USER), "", True),
        (told("ROLLBACK_FAILED", statusReason=NONE_THERE, rollback={"reason": BREAKER}), BREAKER, False),
        (told("ROLLBACK_FAILED", statusReason=NONE_THERE, rollback={"reason": BY_USER}), BY_USER, True),
    ],
)
def test_who_turned_it_and_why_is_told(rollout: Answer, reason: str, by_person: bool) -> None:
    """A person's hand by the service's own words; the reason of the turn where there was nothing to return to."""
    operation = read(rollout, causes=("task a: it broke",))
    assert (operation.returned.reason, operation.returned.by_person) == (reason, by_person)
    assert operation.reasons == (rollout["statusReason"], "task a: it broke")


def test_alarms_that_made_it_fail_are_named() -> None:
    """Before other causes, and not twice."""
    ringing = TRIGGERED | {"triggeredAlarmNames": ["errors"]}
    rollout = told("ROLLBACK_SUCCESSFUL", statusReason="Rolled back by an alarm.", alarms=ringing)
    assert read(rollout, causes=("task a",)).reasons[1:] == ("in ALARM: errors", "task a")
    event = "deployment failed: alarm detected."
    assert read(rollout, causes=(event,)).reasons[1:] == ("in ALARM: errors",), "it says no more"
    rollout |= {"statusReason": NONE_THERE, "rollback": {"reason": "Rolled back by alarm errors."}}
    assert read(rollout).reasons == (NONE_THERE,), "the way back names it"
    assert read({**rollout, "statusReason": "It was errors."}).reasons == ("It was errors.",)


def test_a_hook_that_waits_is_a_gate_until_it_expires() -> None:
    """The stage may be unknown; a hook that is no pause, or was answered, is none."""
    ends = datetime.fromtimestamp(1600, UTC)
    waits = {"hookId": "h-1", "status": "AWAITING_ACTION", "expiresAt": ends, "timeoutAction": "CONTINUE"}
    done = {"hookId": "h-0", "status": "SUCCEEDED"}
    rollout = told("IN_PROGRESS", lifecycleStage="TOMORROW", lifecycleHookDetails=[done, waits])
    gate = read(rollout).gate
    assert (gate.name, gate.lasts, gate.goes_on, gate.by_word) == ("TOMORROW:h-1", 600.0, True, True)
    assert answers.hook_in(gate.name) == "h-1"
    assert read(rollout, gate_since={gate.name: 900.0}).gate.lasts == 700.0
    assert read(told("IN_PROGRESS", lifecycleHookDetails=[done])).gate is None


def test_an_early_success_goes_on_while_old_tasks_run_and_counts_without_them() -> None:
    """What is said of it is its share and how many are left; given up it is over, since another supersedes it."""
    early = {"earlySuccessCriteria": {"enable": True, "healthyPercent": 50}}
    rollout = told("SUCCESSFUL", deploymentConfiguration=early)
    operation = read(rollout, old=2)
    assert operation.state is State.RUNNING
    assert operation.reasons == ("declared successful at 50 %, and 2 old tasks are still running",)
    assert read(rollout, old=2, given_up=True).state is State.STOPPED
    assert read(rollout).state is State.SUCCEEDED


def one(ident: str, created: float, rollout: str, *, primary: bool = True, **more: Any) -> Deployed:
    given: dict[str, Any] = {"reason": "", "desired": 2, "running": 2, "pending": 0, "failed": 0} | more
    return Deployed(
        id=ident, primary=primary, rollout=rollout, definition=f"arn:{ident}", created_at=created, **given
    )


@pytest.mark.parametrize(
    ("ours", "primary", "state"),
    [
        (one("b", 2, "IN_PROGRESS", running=0), None, State.PENDING),
        (one("b", 2, "IN_PROGRESS"), None, State.RUNNING),
        (one("b", 2, "COMPLETED"), None, State.SUCCEEDED),
        (one("b", 2, "FAILED"), None, State.FAILED),
        (one("b", 2, "FAILED", primary=False), one("a", 1, "IN_PROGRESS"), State.RETURNING),
        (one("b", 2, "IN_PROGRESS", primary=False), one("c", 3, "IN_PROGRESS"), State.STOPPED),
        (one("b", 2, ""), None, State.SUCCEEDED),
        (one("b", 2, "", running=1), None, State.RUNNING),
    ],
)
def test_a_deployment_of_the_service_is_a_state(
    ours: Deployed, primary: Deployed | None, state: State
) -> None:
    """Failed beside an older primary it returns; beside a newer one it was superseded."""
    assert deployed.operation_of(ours, primary or ours, deployed.Beside()).state is state


def test_one_that_is_told_no_more_was_returned_or_superseded() -> None:
    """By whether what is primary now was there before it."""
    assert deployed.gone("b", 2.0, one("a", 1, "COMPLETED"), deployed.Beside()).state is State.RETURNED
    superseded = deployed.gone("b", 2.0, one("c", 3, "COMPLETED"), deployed.Beside())
    assert superseded.state is State.STOPPED and superseded.reasons == ("deployment c superseded it",)


def test_the_service_holds_to_what_was_completed_last() -> None:
    """While one is at work that is the one before; of one that failed and stays, and of one returned to, itself."""

    def held(*told: tuple[str, str, str, float]) -> str | None:
        each = [
            {"id": i, "status": s, "rolloutState": r, "createdAt": datetime.fromtimestamp(at, UTC)}
            for i, s, r, at in told
        ]
        found = good({"deployments": each})
        return None if found is None else found.id

    assert held(("b", "PRIMARY", "IN_PROGRESS", 2), ("a", "ACTIVE", "COMPLETED", 1)) == "a"
    assert held(("b", "PRIMARY", "FAILED", 2), ("a", "ACTIVE", "COMPLETED", 1)) == "b"
    assert held(("a", "PRIMARY", "IN_PROGRESS", 1), ("b", "ACTIVE", "FAILED", 2)) == "a"
    assert held(("b", "PRIMARY", "IN_PROGRESS", 2)) is None
    assert held(("b", "PRIMARY", "", 2), ("a", "ACTIVE", "", 1)) == "a"
    assert held() is None and deployments({}) == ()


def task(ident: str, code: str, reason: str, *containers: Answer, by: str = "ecs-svc/1") -> Answer:
    return {
        "taskArn": f"arn:aws:ecs:us-east-1:1:task/default/{ident}",
        "lastStatus": "STOPPED",
        "startedBy": by,
        "stopCode": code,
        "stoppedReason": reason,
        "stoppedAt": datetime.fromtimestamp(100 + len(ident), UTC),
        "containers": list(containers),
    }


APP = {"name": "app"}
PULL = "CannotPullContainerError: failed to resolve ref app:2: not found"


@pytest.mark.parametrize(
    ("stopped", "cause"),
    [
        (
            task(
                "a", "EssentialContainerExited", "Essential container in task exited", APP | {"exitCode": 3}
            ),
            "task a: Essential container in task exited: container app, exit code 3",
        ),
        (
            task(
                "a",
                "EssentialContainerExited",
                "Essential container in task exited",
                {"name": "sidecar", "exitCode": 0},
                APP | {"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"},
            ),
            "task a: Essential container in task exited: container app, exit code 137, OutOfMemoryError: Container "
            "killed due to memory usage",
        ),
        (
            task(
                "a", "EssentialContainerExited", "Essential container in task exited", APP | {"exitCode": 0}
            ),
            "task a: Essential container in task exited: container app, exit code 0",
        ),
        (
            task("a", "TaskFailedToStart", "Task failed to start", APP | {"reason": PULL}),
            f"task a: Task failed to start: container app, {PULL}",
        ),
        (task("a", "TaskFailedToStart", PULL, APP | {"reason": PULL}), f"task a: {PULL}: container app"),
        (
            task("a", "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn:tg)"),
            "task a: Task failed ELB health checks in (target-group arn:tg)",
        ),
        (
            task("a", "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)"),
            None,
        ),
        (task("a", "SpotInterruption", "Your Spot Task was interrupted."), None),
        (task("a", "TaskFailedToStart", "Task failed to start", by="ecs-svc/2"), None),
    ],
)
def test_why_a_task_stopped_is_one_sentence(stopped: Answer, cause: str | None, aws: ScriptedAws) -> None:
    """Task, stopped reason, container, exit code and the container's reason; what did not fail is no cause."""
    aws.answer("ListTasks", {"taskArns": [stopped["taskArn"]]})
    aws.answer("DescribeTasks", {"tasks": [stopped]})
    causes = Causes("web", "default", AwsApi(aws.place, once))
    causes.read("ecs-svc/1", "1 failed")
    assert causes.of("ecs-svc/1") == (() if cause is None else (cause,))
    started = Remedy.OBJECTION if stopped["stopCode"] == "TaskFailedToStart" else Remedy.BUILD
    assert causes.remedy("ecs-svc/1") is (None if cause is None else started), (
        "what never started, ECS objects to"
    )
    assert aws.sent("ListTasks")[0]["desiredStatus"] == "STOPPED"


def test_what_mends_an_operation_fits_what_ended_it() -> None:
    """An alarm that rang is mended before a task that failed meanwhile; otherwise the first cause says it."""
    assert read(told("IN_PROGRESS"), causes=("task a",), remedy=Remedy.BUILD).remedy is Remedy.BUILD
    rang = told("ROLLBACK_SUCCESSFUL", alarms=TRIGGERED)
    assert read(rang, causes=("task a",), remedy=Remedy.BUILD).remedy is Remedy.ALARM


def test_tasks_that_failed_alike_are_told_once_and_remembered(aws: ScriptedAws) -> None:
    """ECS forgets them after an hour; a task that is known is not described again, nor anything without a change."""
    first, second = (
        task(each, "TaskFailedToStart", "Task failed to start", APP | {"reason": PULL})
        for each in ("a", "bb")
    )
    aws.answer(
        "ListTasks", {"taskArns": [first["taskArn"]]}, {"taskArns": [first["taskArn"], second["taskArn"]]}
    )
    aws.answer("DescribeTasks", {"tasks": [first]}, {"tasks": [second]})
    causes = Causes("web", "default", AwsApi(aws.place, once))
    for count in (1, 1, 2):
        causes.read("ecs-svc/1", count)
    aws.answer("ListTasks", {"taskArns": []})
    causes.read("ecs-svc/1", 3)
    assert causes.of("ecs-svc/1") == (f"2 tasks, last bb: Task failed to start: container app, {PULL}",)
    assert [sent["tasks"] for sent in aws.sent("DescribeTasks")] == [[first["taskArn"]], [second["taskArn"]]]
    aws.answer("ListTasks", refused("AccessDeniedException"))
    causes.read("ecs-svc/1", 4)
    assert len(causes.of("ecs-svc/1")) == 1 and len(aws.sent("ListTasks")) == 4


def test_failing_events_of_the_deployment_are_causes_and_what_sums_up_comes_last(aws: ScriptedAws) -> None:
    """Not those of before it, of other deployments, nor what says nothing bad."""

    def event(ident: str, at: float, text: str) -> Answer:
        message = f"(service web) {text}"
        return {"id": ident, "createdAt": datetime.fromtimestamp(at, UTC), "message": message}

    events = [
        event("e6", 106, "(deployment ecs-svc/1) deployment failed: tasks failed to start."),
        event("e5", 105, "(task aa) (port 80) is unhealthy in (target-group tg) due to (reason no answer)."),
        event("e4", 104, "(task bb) (port 80) is unhealthy in (target-group tg) due to (reason no answer)."),
        event("e3", 103, "has started 1 tasks: (task aa)."),
        event("e2", 102, "(deployment ecs-svc/9) deployment failed: tasks failed to start."),
        event("e1", 50, "was unable to place a task because of the past."),
    ]
    causes = Causes("web", "default", AwsApi(aws.place, once))
    causes.hear({"events": events}, "ecs-svc/1", 100.0)
    causes.hear({"events": []}, "ecs-svc/1", 100.0)
    assert causes.of("ecs-svc/1") == (
        "(task aa) (port 80) is unhealthy in (target-group tg) due to (reason no answer).",
        "deployment failed: tasks failed to start.",
    )
    assert causes.remedy("ecs-svc/1") is Remedy.BUILD
    placing = event(
        "e7", 107, "was unable to place a task because no container instance met its requirements."
    )
    other = Causes("web", "default", AwsApi(aws.place, once))
    other.hear({"events": [events[0]]}, "ecs-svc/1", 100.0)
    assert other.remedy("ecs-svc/1") is None, "it only sums up"
    other.hear({"events": [placing]}, "ecs-svc/1", 100.0)
    assert other.remedy("ecs-svc/1") is Remedy.OBJECTION


@pytest.mark.parametrize(
    ("containers", "pinned"),
    [
        ([{"image": "app@sha256:0a"}], True),
        ([{"image": "app:1", "versionConsistency": "disabled"}], True),
        ([{"image": "app@sha256:0a"}, {"image": "side:1"}], False),
        ([], False),
    ],
)
def test_images_by_digest_wait_for_no_first_task(containers: list[Answer], pinned: bool) -> None:
    """Every one of them, or the first task resolves what is left."""
    assert is_pinned({"containerDefinitions": containers}) is pinned


def test_a_service_that_goes_or_takes_no_tags_is_refused() -> None:
    """The record of a rollout needs the long ARN."""
    long, short = "arn:aws:ecs:us-east-1:1:service/default/web", "arn:aws:ecs:us-east-1:1:service/web"
    assert list(refusals({"status": "ACTIVE", "serviceArn": long})) == []
    (old,) = refusals({"status": "ACTIVE", "serviceArn": short})
    (gone,) = refusals({"status": "DRAINING", "serviceArn": long})
    assert "old format" in old.message and "DRAINING" in gone.message
    assert {old.path, gone.path} == {"ecsService.service"}
