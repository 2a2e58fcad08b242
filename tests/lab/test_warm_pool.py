"""Warm pools. Sources: EC2 Auto Scaling API reference, PutWarmPool and DeleteWarmPool; user guide, warm pools."""

from __future__ import annotations

import pytest

from tests.lab.bench import Bench, refusal

WEB = {"AutoScalingGroupName": "web"}


def _pool(bench: Bench) -> dict[str, str]:
    """Lifecycle states by id, of what is in the pool."""
    listed = bench.asg.describe_warm_pool(**WEB)["Instances"]
    return {each["InstanceId"]: each["LifecycleState"] for each in listed}


def _prepared(bench: Bench, count: int, state: str = "Stopped") -> list[str]:
    """Wait until just so many instances are prepared; their ids."""
    return bench.eventually(
        lambda: list(pool)
        if (pool := _pool(bench)) and list(pool.values()) == [f"Warmed:{state}"] * count
        else []
    )


def test_a_pool_prepares_what_the_group_may_still_grow_by(bench: Bench) -> None:
    """Maximum size less desired capacity: Warmed:Pending, then Warmed:Stopped; no members, and seen in EC2."""
    bench.lab.image("ami-v1", boot=0.3)
    bench.start(desired=1, MaxSize=3)
    bench.asg.put_warm_pool(**WEB)
    assert list(_pool(bench).values()) == ["Warmed:Pending"] * 2
    first, second = _prepared(bench, 2)
    assert bench.machine(first)["State"]["Name"] == "stopped"
    assert not {first, second} & set(bench.ids()) and len(bench.ids()) == 1
    assert bench.group()["WarmPoolConfiguration"] == {"MinSize": 0, "PoolState": "Stopped"}
    assert bench.group()["WarmPoolSize"] == 2
    assert bench.lab.history("web")[-1]["total"] == 1
    assert [each["id"] for each in bench.lab.group("web")["warm"]] == [first, second]
    [listed] = bench.asg.describe_auto_scaling_instances(InstanceIds=[first])["AutoScalingInstances"]
    assert (listed["LifecycleState"], listed["LaunchTemplate"]["Version"]) == ("Warmed:Stopped", "1")
    assert bench.about(first)["Description"] == f"Launching a new EC2 instance into warm pool: {first}"


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({"MinSize": 2, "MaxGroupPreparedCapacity": 2}, 2),
        ({"MaxGroupPreparedCapacity": 4}, 3),
        ({"MaxGroupPreparedCapacity": 0, "MinSize": 1}, 1),
        ({"MaxGroupPreparedCapacity": -1}, 9),
    ],
)
def test_a_pool_has_the_size_of_its_settings(bench: Bench, given: dict[str, int], size: int) -> None:
    """MaxGroupPreparedCapacity less desired capacity, never less than MinSize; -1 takes it back."""
    bench.start(desired=1)
    bench.asg.put_warm_pool(MaxGroupPreparedCapacity=1, **WEB)
    bench.asg.put_warm_pool(**given, **WEB)
    assert len(_pool(bench)) == size


def test_the_group_launches_prepared_instances_first(bench: Bench) -> None:
    """A prepared instance is in service after a quarter of its boot, still of the revision it was prepared from.

    The pool is filled again from where the group points now.
    """
    bench.lab.image("ami-v1", boot=0.8)
    template = bench.start(bench.template("ami-v1", "ami-v2"), desired=0)
    bench.asg.put_warm_pool(MinSize=1, MaxGroupPreparedCapacity=0, **WEB)
    [warm] = _prepared(bench, 1)
    bench.point(template, "2")
    bench.asg.set_desired_capacity(DesiredCapacity=1, **WEB)
    assert bench.states() == {warm: "Pending"}
    assert bench.machine(warm)["State"]["Name"] == "pending"
    assert bench.settled(1) == [warm]
    member = bench.truth(warm)
    assert member["revision"] == "1"
    assert member["inServiceAt"] - member["launchedAt"] == pytest.approx(0.2, abs=1e-5)
    assert bench.about(warm)["Description"] == f"Launching a new EC2 instance from warm pool: {warm}"
    bench.eventually(lambda: bench.tags(warm).get("rolling:signal") == "SUCCESS")
    [new] = _prepared(bench, 1)
    assert bench.tags(new)["aws:ec2launchtemplate:version"] == "2"
    assert "rolling:signal" not in bench.tags(new)


def test_a_running_pool_is_there_at_once(bench: Bench) -> None:
    """PoolState Running: no boot is left; launch hooks hold it all the same."""
    bench.lab.image("ami-v1", signal=None)
    bench.start(desired=0)
    bench.hook()
    bench.asg.put_warm_pool(PoolState="Running", MaxGroupPreparedCapacity=1, **WEB)
    [warm] = _prepared(bench, 1, "Running")
    assert bench.machine(warm)["State"]["Name"] == "running"
    bench.asg.set_desired_capacity(DesiredCapacity=1, **WEB)
    assert bench.states() == {warm: "Pending:Wait"}
    bench.complete(warm, "CONTINUE")
    assert bench.settled(1) == [warm]
    assert _pool(bench) == {}


def test_a_prepared_instance_is_ended_through_ec2_alone(bench: Bench) -> None:
    """TerminateInstanceInAutoScalingGroup is refused for it; after TerminateInstances another is prepared."""
    bench.start(desired=0)
    bench.asg.put_warm_pool(MaxGroupPreparedCapacity=1, **WEB)
    [warm] = _prepared(bench, 1)
    code, text = refusal(
        bench.asg.terminate_instance_in_auto_scaling_group,
        InstanceId=warm,
        ShouldDecrementDesiredCapacity=False,
    )
    assert (code, "warm pool" in text) == ("ValidationError", True)
    bench.ec2.terminate_instances(InstanceIds=[warm])
    bench.eventually(lambda: warm not in _pool(bench))
    assert len(_prepared(bench, 1)) == 1
    assert bench.machine(warm)["State"]["Name"] == "terminated"


def test_a_pool_is_deleted_with_its_instances(bench: Bench) -> None:
    """PendingDelete while they end, then no pool; with ForceDelete no pool at once; the group stays."""
    bench.lab.image("ami-v1", shutdown=0.4)
    bench.start(desired=1, MaxSize=3)
    [member] = bench.settled(1)
    for force in (False, True):
        bench.asg.put_warm_pool(**WEB)
        _prepared(bench, 2)
        bench.asg.delete_warm_pool(ForceDelete=force, **WEB)
        assert list(_pool(bench).values()) == ["Warmed:Terminating"] * 2
        status = bench.group().get("WarmPoolConfiguration", {}).get("Status")
        assert status == (None if force else "PendingDelete")
        bench.eventually(lambda: _pool(bench) == {} and "WarmPoolConfiguration" not in bench.group())
    assert bench.states() == {member: "InService"}
    assert refusal(bench.asg.delete_warm_pool, **WEB)[0] == "ValidationError"


def test_a_deleted_group_takes_its_pool_with_it(bench: Bench) -> None:
    """With ForceDelete; the group is gone when the last instance of both is."""
    bench.start(desired=0, MaxSize=1)
    bench.asg.put_warm_pool(**WEB)
    [warm] = _prepared(bench, 1)
    assert refusal(bench.asg.delete_auto_scaling_group, **WEB)[0] == "ResourceInUse"
    bench.asg.delete_auto_scaling_group(ForceDelete=True, **WEB)
    bench.eventually(lambda: not bench.group())
    assert bench.machine(warm)["State"]["Name"] == "terminated"


def test_a_pool_shrinks_and_tries_again(bench: Bench) -> None:
    """A pool that is too large ends its oldest; a refused launch into it leaves a failed activity."""
    template = bench.start(bench.template("ami-v1", "ami-v2"), desired=0)
    bench.asg.put_warm_pool(MaxGroupPreparedCapacity=2, **WEB)
    first, second = _prepared(bench, 2)
    bench.asg.put_warm_pool(MaxGroupPreparedCapacity=1, **WEB)
    assert _pool(bench)[first] == "Warmed:Terminating"
    bench.lab.image("ami-v2", launchError="InsufficientInstanceCapacity")
    bench.point(template, "2")
    bench.ec2.terminate_instances(InstanceIds=[second])
    bench.eventually(lambda: bench.activities()[0]["StatusCode"] == "Failed")
    bench.lab.image("ami-v2")
    [third] = _prepared(bench, 1)
    assert third not in (first, second)
