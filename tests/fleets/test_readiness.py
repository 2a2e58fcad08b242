"""What a look brings from beside the group: targets, status checks, alarms; what is asked and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason, Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, TargetHealth
from pulumi_rolling.core.model.seen import Alarm, AlarmState
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.auto_scaling_group.facts import Watched
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.auto_scaling_group.traffic import lattice_faults, traffic_of
from pulumi_rolling.fleets.aws.alarms import AlarmPoll
from pulumi_rolling.fleets.aws.api import AwsApi
from pulumi_rolling.fleets.aws.targets import Registered, health_of

from tests.fleets.scripted_aws import Answer, ScriptedAws, refused
from tests.fleets.stage import ROLLOUT, V1, V2, Stage, group, instance, machine, once
from tests.rollouts import changed

HEALTHY, INITIAL, UNHEALTHY, DRAINING = (
    TargetHealth.HEALTHY,
    TargetHealth.INITIAL,
    TargetHealth.UNHEALTHY,
    TargetHealth.DRAINING,
)
WEB_TARGETS = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/web/0aa"
API_TARGETS = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/api/0bb"
LATTICE = "arn:aws:vpc-lattice:us-east-1:1:targetgroup/tg-0cc"
ROLLING = replace(ROLLOUT, step=Step.ROLL)


def target(ident: str, state: str, reason: str = "", port: int = 80) -> Answer:
    health = {"State": state, **({"Reason": reason} if reason else {})}
    return {"Target": {"Id": ident, "Port": port}, "TargetHealth": health}


def targets(**groups: list[Answer]) -> Any:
    """An answer by the name of the target group asked for."""

    def answer(parameters: Answer) -> Answer:
        return {"TargetHealthDescriptions": groups[parameters["TargetGroupArn"].split("/")[1]]}

    return answer


def healths(fleet: AutoScalingGroupFleet) -> dict[str, TargetHealth | None]:
    """With health asked for, as where a decision hangs on it."""
    return {m.id: m.target for m in asked(fleet, ROLLING).members}


def asked(fleet: AutoScalingGroupFleet, rollout: Rollout) -> Observation:
    sight = fleet.observe(rollout)
    return sight.observation if sight.with_health is None else sight.with_health()


def watching(stage: Stage, **watched: Any) -> AutoScalingGroupFleet:
    fleet = stage.fleet()
    fleet.watch(Watched(**watched))
    return fleet


def test_attachments_of_every_age_are_found_once() -> None:
    """TrafficSources names everything; what was attached the older ways stands in the older lists as well."""
    traffic = traffic_of(
        {
            "TargetGroupARNs": [WEB_TARGETS],
            "LoadBalancerNames": ["old"],
            "TrafficSources": [
                {"Identifier": WEB_TARGETS, "Type": "elbv2"},
                {"Identifier": API_TARGETS, "Type": "elbv2"},
                {"Identifier": "old", "Type": "elb"},
                {"Identifier": LATTICE, "Type": "vpc-lattice"},
            ],
        }
    )
    assert (traffic.target_groups, traffic.classic) == ((WEB_TARGETS, API_TARGETS), ("old",))
    assert (traffic.names, traffic.lattice) == (("web", "api", "old"), (LATTICE,))


@pytest.mark.parametrize(
    ("state", "reason", "health"),
    [
        ("healthy", "", HEALTHY),
        ("initial", "Elb.RegistrationInProgress", INITIAL),
        ("initial", "Elb.InitialHealthChecking", INITIAL),
        ("unhealthy", "Target.FailedHealthChecks", UNHEALTHY),
        ("unhealthy.draining", "Target.DeregistrationInProgress", DRAINING),
        ("draining", "Target.DeregistrationInProgress", DRAINING),
        ("unused", "Target.NotRegistered", INITIAL),
        ("unused", "Target.InvalidState", UNHEALTHY),
        ("unavailable", "Target.HealthCheckDisabled", HEALTHY),
        ("unavailable", "Elb.InternalError", INITIAL),
    ],
)
def test_each_state_of_a_target_has_one_of_four_meanings(
    stage: Stage, state: str, reason: str, health: TargetHealth
) -> None:
    """Every state of TargetHealth (ELB API) is folded."""
    stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS]))
    stage.aws.answer("DescribeTargetHealth", targets(web=[target("i-1", state, reason)]))
    assert healths(watching(stage, target_health=True)) == {"i-1": health}


@pytest.mark.parametrize(
    ("state", "description", "health"),
    [
        ("InService", "N/A", HEALTHY),
        ("OutOfService", "Instance registration is still in progress.", INITIAL),
        ("OutOfService", "Instance is not currently registered with the LoadBalancer.", INITIAL),
        ("OutOfService", "Instance is in pending state.", INITIAL),
        (
            "OutOfService",
            "Instance has not passed the configured HealthyThreshold number of health checks consecutively.",
            INITIAL,
        ),
        (
            "OutOfService",
            "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
            UNHEALTHY,
        ),
        ("OutOfService", "Instance is in stopped state.", UNHEALTHY),
        ("OutOfService", "Instance deregistration currently in progress.", DRAINING),
        ("Unknown", "A transient error occurred. Please try again later.", INITIAL),
    ],
)
def test_a_classic_load_balancer_says_it_in_a_sentence(
    stage: Stage, state: str, description: str, health: TargetHealth
) -> None:
    """The sentences of InstanceState.Description (classic ELB API)."""
    stage.shows(group(instance("i-1"), LoadBalancerNames=["old"]))
    stage.aws.answer(
        "DescribeInstanceHealth",
        {"InstanceStates": [{"InstanceId": "i-1", "State": state, "Description": description}]},
    )
    assert healths(watching(stage, target_health=True)) == {"i-1": health}


def test_the_worst_of_all_target_groups_counts(stage: Stage) -> None:
    """Healthy in one of two is not healthy; registered nowhere is still to be; with two ports both count."""
    stage.shows(group(*(instance(f"i-{n}") for n in range(1, 6)), TargetGroupARNs=[WEB_TARGETS, API_TARGETS]))
    stage.aws.answer(
        "DescribeTargetHealth",
        targets(
            web=[
                target("i-1", "healthy"),
                target("i-2", "healthy"),
                target("i-3", "unhealthy"),
                target("i-4", "healthy"),
            ],
            api=[
                target("i-1", "healthy"),
                target("i-2", "initial"),
                target("i-3", "draining"),
                target("i-4", "unhealthy", port=80),
                target("i-4", "healthy", port=81),
            ],
        ),
    )
    fleet = watching(stage, target_health=True)
    assert healths(fleet) == {
        "i-1": HEALTHY,
        "i-2": INITIAL,
        "i-3": DRAINING,
        "i-4": UNHEALTHY,
        "i-5": INITIAL,
    }
    assert stage.aws.operations().count("DescribeTargetHealth") == 2


def test_who_leaves_and_is_registered_nowhere_has_no_health() -> None:
    """A member that is drained is not waited for as if it were to be registered."""
    leaving = Member("i-1", V1, Lifecycle.LEAVING)
    assert health_of(leaving, [Registered("web", {"i-1": DRAINING}), Registered("api", {})]) is DRAINING
    assert health_of(leaving, [Registered("web", {}), Registered("api", {})]) is None


def test_health_is_asked_only_where_it_is_wanted_and_matters(stage: Stage) -> None:
    """No call without the policy's wish, none while sizes and processes are given back; else one per target group."""
    stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS]))
    stage.aws.answer("DescribeTargetHealth", targets(web=[target("i-1", "healthy")]))
    fleet = stage.fleet()
    fleet.observe(ROLLING)
    assert stage.aws.operations().count("DescribeTargetHealth") == 0
    fleet.watch(Watched(target_health=True))
    seen = fleet.observe(replace(ROLLOUT, step=Step.RESTORE))
    assert seen.observation.health_asked and seen.with_health is None
    assert stage.aws.operations().count("DescribeTargetHealth") == 0
    asked(fleet, ROLLING)
    assert stage.aws.operations().count("DescribeTargetHealth") == 1


def test_a_look_at_members_that_boot_leaves_health_to_the_decision(stage: Stage) -> None:
    """Members have what was told last, and the same look asks once its decision hangs on it; no other call is made."""
    shown = group(instance("i-1"), instance("i-2", 2, "Pending"), TargetGroupARNs=[WEB_TARGETS])
    stage.shows(shown)
    stage.machines = {"i-2": machine("i-2", 1001.0)}
    stage.aws.answer(
        "DescribeTargetHealth",
        targets(web=[target("i-1", "healthy")]),
        targets(web=[target("i-1", "unhealthy", "Target.FailedHealthChecks")]),
    )
    fleet = watching(stage, target_health=True, clock=3600.0)
    asked(fleet, ROLLING)
    sight = fleet.observe(ROLLING)
    assert not sight.observation.health_asked and sight.with_health is not None
    assert [m.target for m in sight.observation.members] == [HEALTHY, INITIAL]
    before = stage.aws.operations()
    seen = sight.with_health()
    assert stage.aws.operations()[len(before) :] == ["DescribeTargetHealth"]
    assert seen.health_asked and [m.target for m in seen.members] == [UNHEALTHY, INITIAL]
    assert seen.members[0].target_cause.startswith("target group web")
    assert seen.at == sight.observation.at


def test_a_new_member_in_service_is_looked_at_with_its_health(stage: Stage) -> None:
    """Its boot ends when its target is healthy, so its launch time and its checks are asked for then, in that look."""
    stage.shows(group(instance("i-1"), instance("i-2", 2), TargetGroupARNs=[WEB_TARGETS]))
    stage.machines = {"i-2": machine("i-2", 1001.0)}
    stage.aws.answer("DescribeTargetHealth", targets(web=[target("i-2", "healthy")]))
    sight = watching(stage, target_health=True, clock=3600.0).observe(ROLLING)
    assert sight.observation.health_asked and sight.with_health is None
    assert [m.target for m in sight.observation.members] == [INITIAL, HEALTHY]
    assert stage.aws.operations().count("DescribeTargetHealth") == 1


def test_a_target_group_that_is_gone_is_not_waited_for(stage: Stage) -> None:
    """Nobody can ever be healthy in it, and the group is in truth no longer attached to it."""
    stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS, API_TARGETS]))
    stage.aws.answer(
        "DescribeTargetHealth",
        lambda p: refused("TargetGroupNotFound")
        if p["TargetGroupArn"] == WEB_TARGETS
        else {"TargetHealthDescriptions": [target("i-1", "healthy")]},
    )
    assert healths(watching(stage, target_health=True)) == {"i-1": HEALTHY}


def test_a_denied_question_names_the_permission(stage: Stage) -> None:
    """The prefix of the action in a policy is not the client's name."""
    stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS]))
    stage.aws.answer("DescribeTargetHealth", refused("AccessDenied", "no", 403))
    with pytest.raises(PermanentFleetError) as caught:
        watching(stage, target_health=True).facts()
    assert caught.value.hint == "Allow elasticloadbalancing:DescribeTargetHealth."


def test_facts_say_where_the_group_is_attached(stage: Stage) -> None:
    """Names for people, health for the plan; one without a load balancer is told apart, and so is Lattice."""
    sources = [{"Identifier": LATTICE, "Type": "vpc-lattice"}]
    stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS, API_TARGETS], TrafficSources=sources))
    stage.aws.answer(
        "DescribeTargetHealth",
        targets(web=[target("i-1", "healthy")], api=[target("i-1", "unused", "Target.NotInUse")]),
    )
    facts = watching(stage, target_health=True).facts()
    assert (facts.targets, facts.idle_targets) == (("web", "api"), ("api",))
    assert [m.target for m in facts.observation.members] == [HEALTHY], "what is not used is not waited for"
    assert facts.lattice == (LATTICE,)
    (fault,) = lattice_faults(facts.lattice)
    assert (fault.path, "tg-0cc" in fault.message) == ("autoScalingGroup.trafficSources", True)


def test_unwatched_facts_ask_nothing_more_and_refuse_nothing(stage: Stage) -> None:
    """Who does not want targetHealth may be attached to anything; what is attached is known without a call."""
    sources = [{"Identifier": LATTICE, "Type": "vpc-lattice"}, {"Identifier": WEB_TARGETS, "Type": "elbv2"}]
    stage.shows(group(instance("i-1"), TrafficSources=sources))
    fleet = stage.fleet()
    facts = fleet.facts()
    assert (facts.targets, facts.refusals, fleet.api_calls()) == (("web",), (), 6)


def status(ident: str, **checks: str) -> Answer:
    return {"InstanceId": ident, **{f"{name}Status": {"Status": word} for name, word in checks.items()}}


@pytest.mark.parametrize(
    ("checks", "passed"),
    [
        ({"System": "ok", "Instance": "ok"}, True),
        ({"System": "ok", "Instance": "ok", "AttachedEbs": "ok"}, True),
        ({"System": "ok", "Instance": "ok", "AttachedEbs": "not-applicable"}, True),
        ({"System": "ok", "Instance": "initializing"}, None),
        ({"System": "insufficient-data", "Instance": "ok"}, None),
        ({"System": "ok", "Instance": "impaired"}, False),
        ({"System": "impaired", "Instance": "initializing"}, False),
        ({"System": "ok", "Instance": "ok", "AttachedEbs": "impaired"}, False),
    ],
)
def test_status_checks_pass_fail_or_say_nothing_yet(
    stage: Stage, checks: dict[str, str], passed: bool | None
) -> None:
    """Each word of InstanceStatusSummary (EC2 API) has its meaning; one impaired check is enough."""
    stage.shows(group(instance("i-2", 2)))
    stage.machines = {"i-2": machine("i-2", 1001.0)}
    stage.aws.answer("DescribeInstanceStatus", {"InstanceStatuses": [status("i-2", **checks)]})
    (seen,) = watching(stage, status_checks=True).observe(ROLLING).observation.members
    assert seen.checks is passed


def test_status_checks_are_asked_of_open_new_members_alone(stage: Stage) -> None:
    """Neither old ones nor judged ones cost anything, and one that EC2 does not know yet is not asked for."""
    stage.shows(group(instance("i-1"), instance("i-2", 2), instance("i-3", 2), instance("i-4", 2, "Pending")))
    stage.machines = {"i-1": machine("i-1"), "i-2": machine("i-2", 1001.0), "i-3": machine("i-3", 1002.0)}
    stage.aws.answer("DescribeInstanceStatus", {"InstanceStatuses": []})
    fleet = watching(stage, status_checks=True)
    done = changed(ROLLING, succeeded=frozenset({"i-3"}))
    assert {m.checks for m in fleet.observe(done).observation.members} == {None}
    fleet.observe(changed(done, failed=(Failure("i-2", FailureReason.CHECKS_FAILED),)))
    assert stage.aws.sent("DescribeInstanceStatus") == [{"InstanceIds": ["i-2"]}]


def test_an_id_that_refuses_the_call_is_left_out(stage: Stage) -> None:
    """EC2 refuses them all for one that it has not heard of, and names it."""
    stage.shows(group(instance("i-2", 2), instance("i-3", 2)))
    stage.machines = {i: machine(i, 1001.0) for i in ("i-2", "i-3")}
    gone = refused("InvalidInstanceID.NotFound", "The instance ID 'i-3' does not exist")
    passed = {"InstanceStatuses": [status("i-2", System="ok", Instance="ok")]}
    stage.aws.answer("DescribeInstanceStatus", lambda p: gone if "i-3" in p["InstanceIds"] else passed)
    members = watching(stage, status_checks=True).observe(ROLLING).observation.members
    assert {m.id: m.checks for m in members} == {"i-2": True, "i-3": None}


def test_status_checks_are_asked_for_a_hundred_at_a_time(stage: Stage) -> None:
    """InstanceIds: "Maximum 100 explicitly specified instance IDs" (EC2 API)."""
    ids = [f"i-{n:04x}" for n in range(150)]
    stage.shows(group(*(instance(i, 2) for i in ids)))
    stage.machines = {i: machine(i, 1001.0) for i in ids}
    stage.aws.answer("DescribeInstanceStatus", {"InstanceStatuses": []})
    watching(stage, status_checks=True).observe(ROLLING)
    assert [len(c["InstanceIds"]) for c in stage.aws.sent("DescribeInstanceStatus")] == [100, 50]


def alarms(metric: dict[str, str] | None = None, composite: dict[str, str] | None = None) -> Answer:
    def described(states: dict[str, str] | None) -> list[Answer]:
        return [{"AlarmName": name, "StateValue": state} for name, state in (states or {}).items()]

    return {"MetricAlarms": described(metric), "CompositeAlarms": described(composite)}


def test_metric_and_composite_alarms_come_with_the_observation(stage: Stage) -> None:
    """Both kinds by one call, in the policy's order; one that is gone meanwhile is as good as unknown."""
    stage.shows(group(instance("i-1")))
    stage.aws.answer("DescribeAlarms", alarms({"errors": "OK"}, {"site": "ALARM"}))
    fleet = watching(stage, alarms=("site", "errors", "lost"))
    assert fleet.observe(ROLLING).observation.alarms == (
        Alarm("site", AlarmState.ALARM),
        Alarm("errors", AlarmState.OK),
        Alarm("lost", AlarmState.UNKNOWN),
    )
    (sent,) = stage.aws.sent("DescribeAlarms")
    assert sent["AlarmNames"] == ["site", "errors", "lost"]
    assert sorted(sent["AlarmTypes"]) == ["CompositeAlarm", "MetricAlarm"]


def test_missing_alarms_are_known_before_the_start(stage: Stage) -> None:
    """Facts name them, and bring the states of the others."""
    stage.shows(group(instance("i-1")))
    stage.aws.answer("DescribeAlarms", alarms({"errors": "ALARM"}))
    facts = watching(stage, alarms=("errors", "lost")).facts()
    assert facts.missing_alarms == ("lost",)
    assert facts.observation.alarms == (Alarm("errors", AlarmState.ALARM), Alarm("lost", AlarmState.UNKNOWN))


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        ({}, True),
        ({"step": Step.PREPARE}, True),
        ({"step": Step.BAKE}, True),
        ({"step": Step.RESIZE}, False),
        ({"step": Step.RESTORE}, False),
        ({"direction": Direction.BACK}, False),
        ({"verdict": Verdict(VerdictCode.ABORTED, 1.0)}, False),
    ],
)
def test_alarms_are_asked_while_something_hangs_on_them(
    stage: Stage, change: dict[str, Any], asks: bool
) -> None:
    """Not on the way back, and not once the rollout only settles."""
    stage.shows(group(instance("i-1")))
    stage.aws.answer("DescribeAlarms", alarms({"errors": "OK"}))
    fleet = watching(stage, alarms=("errors",))
    assert bool(fleet.observe(changed(ROLLING, **change)).observation.alarms) is asks
    assert bool(stage.aws.sent("DescribeAlarms")) is asks


class Time:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_an_answer_serves_every_group_until_it_is_old(aws: ScriptedAws) -> None:
    """Two rollouts with an age of 5 s ask once in 5 s together, for the alarms of both."""
    clock = Time()
    poll, api = AlarmPoll(clock), AwsApi(aws.place, once)
    before = alarms({"a": "OK", "b": "OK"})
    aws.answer("DescribeAlarms", before, before, alarms({"a": "ALARM", "b": "OK"}))
    poll.states(["a"], 5.0, api)
    poll.states(["b"], 5.0, api)
    for clock.at in (1001.0, 1004.9):
        assert poll.states(["a"], 5.0, api) == {"a": AlarmState.OK}
        assert poll.states(["b"], 5.0, api) == {"b": AlarmState.OK}
    clock.at = 1005.0
    assert poll.states(["b"], 5.0, api) == {"b": AlarmState.OK}
    assert poll.states(["a"], 5.0, api) == {"a": AlarmState.ALARM}
    assert [c["AlarmNames"] for c in aws.sent("DescribeAlarms")] == [["a"], ["b", "a"], ["b", "a"]]


def test_alarms_that_nobody_wants_any_more_are_not_asked_for(aws: ScriptedAws) -> None:
    """A rollout that ended a minute ago costs nothing."""
    clock = Time()
    poll, api = AlarmPoll(clock), AwsApi(aws.place, once)
    aws.answer("DescribeAlarms", alarms({"b": "OK"}))
    poll.states(["a"], 5.0, api)
    clock.at += 61.0
    poll.states(["b"], 5.0, api)
    assert aws.sent("DescribeAlarms")[-1]["AlarmNames"] == ["b"]


def test_a_request_has_at_most_a_hundred_names_with_ours_among_them(aws: ScriptedAws) -> None:
    """AlarmNames takes 100; those of the group that asks are never crowded out. A short page is not the last."""
    clock = Time()
    poll, api = AlarmPoll(clock), AwsApi(aws.place, once)
    aws.answer("DescribeAlarms", {**alarms(), "NextToken": "more"}, alarms({"last": "ALARM"}))
    poll.states([f"a{n}" for n in range(100)], 5.0, api)
    assert poll.states(["last"], 5.0, api) == {"last": AlarmState.ALARM}
    assert [len(c["AlarmNames"]) for c in aws.sent("DescribeAlarms")] == [100, 100, 100]
    assert aws.sent("DescribeAlarms")[-1]["AlarmNames"][0] == "last"


def test_a_failed_question_is_the_askers_error_and_is_asked_again(aws: ScriptedAws) -> None:
    """Nothing is kept of it."""
    poll, api = AlarmPoll(Time()), AwsApi(aws.place, once)
    aws.answer("DescribeAlarms", refused("Throttling"), alarms({"a": "OK"}))
    with pytest.raises(TemporaryFleetError):
        poll.states(["a"], 5.0, api)
    assert poll.states(["a"], 5.0, api) == {"a": AlarmState.OK}


def test_revisions_do_not_depend_on_what_is_watched(stage: Stage) -> None:
    """Health and checks are added to the members; nothing else of them changes."""
    stage.shows(group(instance("i-1"), instance("i-2", 2), TargetGroupARNs=[WEB_TARGETS]))
    stage.machines = {"i-2": machine("i-2", 1001.0)}
    stage.aws.answer("DescribeTargetHealth", targets(web=[]))
    stage.aws.answer("DescribeInstanceStatus", {"InstanceStatuses": []})
    fleet = watching(stage, target_health=True, status_checks=True)
    members = fleet.observe(ROLLING).observation.members
    assert [(m.id, m.revision, m.launched_at) for m in members] == [
        ("i-1", V1, None),
        ("i-2", Revision(V2.address, V2.digest, V2.label), 1001.0),
    ]
