"""The control interface over HTTP and what others do to a group. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

import gc
import weakref

import pytest
from moto.ec2.models import ec2_backends
from pulumi_rolling.lab.control import REGION
from pulumi_rolling.lab.world.cloud import ACCOUNT

from tests.lab.bench import Bench


def test_behaviours_are_kept_with_their_defaults(bench: Bench) -> None:
    """PUT answers with the whole behaviour, GET lists all."""
    status, made = bench.http("PUT", "images/ami-bad", {"inService": False, "signalAfter": 1})
    assert status == 200
    assert made == {
        "boot": None,
        "spread": None,
        "signal": "SUCCESS",
        "signalAfter": 1,
        "inService": False,
        "healthy": True,
        "launchError": None,
        "shutdown": 0.2,
        "share": 1.0,
        "queue": None,
        "duplicates": 0,
        "targetHealthy": True,
        "targetAfter": 0.2,
        "drain": None,
        "statusChecks": True,
        "checksAfter": 0.0,
        "diesAfter": None,
        "exitCode": 1,
        "digest": None,
    }
    assert bench.http("GET", "images") == (200, {"ami-bad": made})


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("PUT", "images/ami", {"boots": 1}, 400),
        ("PUT", "images/ami", {"boot": "fast"}, 400),
        ("PUT", "images/ami", {"signal": "MAYBE"}, 400),
        ("PUT", "faults/X", {"rate": "often"}, 400),
        ("PUT", "faults/X", [1], 400),
        ("GET", "groups/none", None, 404),
        ("PUT", "members/i-0", {"do": "terminate"}, 404),
        ("GET", "nothing", None, 404),
        ("DELETE", "images/ami", None, 404),
    ],
)
def test_wrong_control_calls_are_refused(
    bench: Bench, verb: str, path: str, body: object, status: int
) -> None:
    """400 for what is wrong in the body, 404 for what does not exist, each with an error text."""
    answered, text = bench.http(verb, path, body)
    assert answered == status
    assert text["error"]


def test_faults_and_calls_over_http(bench: Bench) -> None:
    """PUT, GET and DELETE of faults; GET and DELETE of calls."""
    bench.http("PUT", "faults/*", {"latency": 0.01})
    assert list(bench.http("GET", "faults")[1]) == ["*"]
    bench.asg.describe_auto_scaling_groups()
    assert bench.http("GET", "calls")[1]["total"] == 1
    assert len(bench.http("GET", "calls?log=1")[1]["log"]) == 1
    bench.http("DELETE", "calls")
    bench.http("DELETE", "faults/*")
    assert bench.http("GET", "calls")[1]["total"] == 0
    assert bench.http("GET", "faults")[1] == {}


def test_the_truth_about_a_group(bench: Bench) -> None:
    """Sizes, processes, tags and members with revision, image, lifecycle, health and times."""
    bench.start(desired=1, Tags=[{"Key": "a", "Value": "b"}])
    [first] = bench.settled(1)
    bench.suspend("Launch")
    truth = bench.http("GET", "groups/web")[1]
    assert (truth["minSize"], truth["maxSize"], truth["desired"]) == (0, 10, 1)
    assert (truth["suspended"], truth["tags"]) == (["Launch"], {"a": "b"})
    [member] = truth["members"]
    assert (member["id"], member["revision"], member["image"]) == (first, "1", "ami-v1")
    assert (member["lifecycle"], member["health"], member["signalled"]) == ("InService", "Healthy", "SUCCESS")
    assert member["launchedAt"] < member["inServiceAt"]


def test_another_party_may_move_the_group(bench: Bench) -> None:
    """Sizes, processes and tags, at once and past the API; sizes keep their bounds."""
    bench.start(desired=1)
    moves = {"desired": 3, "maxSize": 3, "suspend": ["AZRebalance"], "tags": {"lease": "me"}}
    assert bench.http("PUT", "groups/web", moves)[0] == 200
    bench.settled(3)
    group = bench.group()
    assert (group["MaxSize"], group["DesiredCapacity"]) == (3, 3)
    assert [each["ProcessName"] for each in group["SuspendedProcesses"]] == ["AZRebalance"]
    assert [tag["Key"] for tag in group["Tags"]] == ["lease"]
    assert bench.http("PUT", "groups/web", {"desired": 9})[0] == 400
    assert bench.http("PUT", "groups/web", {"wish": 9})[0] == 400
    assert bench.lab.calls()["actions"].get("SetDesiredCapacity") is None
    bench.http("PUT", "groups/web", {"resume": ["AZRebalance"], "tags": {"lease": None}})
    assert (bench.group()["SuspendedProcesses"], bench.group()["Tags"]) == ([], [])


def test_a_lost_zone_takes_its_members_and_gets_no_new_ones(bench: Bench) -> None:
    """Every instance of the zone dies; the replacements are launched in the zones that are left."""
    bench.start(desired=4, AvailabilityZones=["us-east-1a", "us-east-1b"])
    bench.settled(4)
    bench.lab.move_group("web", zoneLost="us-east-1a")
    assert bench.lab.history("web")[-1]["inService"] == 2
    bench.eventually(lambda: [each["AvailabilityZone"] for each in bench.members()] == ["us-east-1b"] * 4)
    bench.settled(4)


def test_with_every_zone_lost_launches_fail_for_capacity(bench: Bench) -> None:
    """A failed activity, and launches again when the zone is back."""
    bench.start(desired=0)
    bench.lab.move_group("web", zoneLost="us-east-1a", desired=1)
    assert "do not have sufficient" in bench.activities()[0]["StatusMessage"]
    bench.lab.move_group("web", zoneBack="us-east-1a")
    bench.settled(1)


@pytest.mark.parametrize(
    ("do", "says"),
    [
        ("terminate", "terminated or stopped"),
        ("unhealthy", "status checks failure"),
        ("spotInterruption", "terminated or stopped"),
    ],
)
def test_a_misfortune_is_found_and_made_up_for(bench: Bench, do: str, says: str) -> None:
    """The activity's cause tells which it was, and another is launched."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    assert bench.http("PUT", f"members/{first}", {"do": do})[0] == 200
    bench.eventually(lambda: first not in bench.ids())
    assert says in bench.about(first, "Terminating")["Cause"]
    bench.settled(1)


def test_ec2_tells_a_spot_interruption_from_other_ends(bench: Bench) -> None:
    """EC2 API reference, StateReason: the group's activity does not tell, the instance does."""
    bench.start(desired=2)
    taken, ended = bench.settled(2)
    bench.lab.member(taken, do="spotInterruption")
    bench.lab.member(ended, do="terminate")
    assert bench.machine(taken)["StateReason"]["Code"] == "Server.SpotInstanceTermination"
    assert bench.machine(ended)["StateReason"]["Code"] == "Client.UserInitiatedShutdown"


def test_an_operator_may_put_a_member_into_standby(bench: Bench) -> None:
    """With decrement where MinSize allows it."""
    bench.start(desired=2)
    first, _ = bench.settled(2)
    bench.lab.member(first, do="standby")
    assert bench.states()[first] == "Standby"
    assert bench.group()["DesiredCapacity"] == 1


def test_a_reset_leaves_nothing(bench: Bench) -> None:
    """Groups, templates, behaviours, faults and counts are gone, and time begins anew."""
    bench.lab.image("ami-v1", boot=0)
    bench.lab.fault("*", latency=0.01)
    bench.start(desired=1)
    assert bench.http("POST", "reset", {"seed": 2})[0] == 200
    assert bench.http("GET", "groups")[1] == []
    assert (bench.lab.images(), bench.lab.faults(), bench.lab.calls()["total"]) == ({}, {}, 0)
    assert bench.ec2.describe_launch_templates()["LaunchTemplates"] == []


def test_a_reset_keeps_nothing_of_the_cloud_before(bench: Bench) -> None:
    """A lab that is emptied for each test does not grow: moto's EC2 has 1,300 images of its own."""
    bench.ec2.describe_subnets()
    before = weakref.ref(ec2_backends[ACCOUNT][REGION])
    assert before() is not None
    bench.lab.reset(seed=1)
    bench.ec2.describe_subnets()
    gc.collect()
    assert before() is None
