"""The control of Alibaba's lab, and the lab as a process. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest
from pulumi_rolling.lab import AlibabaLab, LabError

from tests.lab.alibaba.bench import AlibabaBench

NAMES = (
    "ALIBABA_CLOUD_ENDPOINT_ESS",
    "ALIBABA_CLOUD_ENDPOINT_ECS",
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_REGION",
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
)


def _http(bench: AlibabaBench, verb: str, path: str, **body: Any) -> tuple[int, Any]:
    """Status and answer of a control call."""
    url = f"{bench.lab.endpoint}/lab/{path}"
    request = urllib.request.Request(url, method=verb, data=json.dumps(body).encode() if body else None)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_the_control_tells_the_truth_by_id_and_by_name(bench: AlibabaBench) -> None:
    """Sizes, pointer, activities and members; history has a point for every change, also of what was in between."""
    group = bench.standing(2, Tags=[{"Key": "a", "Value": "b"}])
    assert _http(bench, "GET", "groups") == (200, [group])
    status, truth = _http(bench, "GET", "groups/web")
    assert (status, truth) == (200, json.loads(json.dumps(bench.lab.group(group))))
    assert (truth["desired"], truth["inService"], truth["tags"]) == (2, 2, {"a": "b"})
    assert [each["status"] for each in truth["activities"]] == ["Successful"]
    (first, _) = truth["members"]
    assert (first["image"], first["lifecycle"], first["ecs"]) == ("img-v1", "InService", "Running")
    assert (first["signalled"], first["waitingFor"], first["boot"]) == ("SUCCESS", {}, 0.05)
    _, points = _http(bench, "GET", f"history/{group}")
    assert [(each["total"], each["pending"], each["inService"]) for each in points] == [
        (0, 0, 0),
        (2, 2, 0),
        (2, 0, 2),
    ]
    assert points[-1]["revisions"] == {truth["scalingConfiguration"]: 2}
    assert points[-1]["images"] == {"img-v1": 2}


def test_rules_are_set_by_name_and_what_is_wrong_changes_nothing(bench: AlibabaBench) -> None:
    """All rules come back; unknown ones and values that they cannot have are refused; a reset forgets them."""
    status, rules = _http(bench, "PUT", "rules", check=2.5, parallel=False)
    assert (status, rules["check"], rules["parallel"], rules["week"]) == (200, 2.5, False, 604800.0)
    for wrong in ({"none": 1}, {"check": -1}, {"parallel": 1, "check": 1}):
        assert _http(bench, "PUT", "rules", **wrong)[0] == 400
    assert _http(bench, "GET", "rules")[1]["check"] == 2.5
    _http(bench, "POST", "reset", seed=3)
    assert _http(bench, "GET", "rules")[1]["check"] == 0.1


def test_misfortunes_and_other_parties(bench: AlibabaBench) -> None:
    """Each is carried out, what the cloud would refuse is answered with 400, and what is not there with 404."""
    group = bench.standing(3)
    first, second, third = bench.ids(group)
    for instance, do in ((first, "standby"), (second, "protect"), (third, "stop")):
        assert _http(bench, "PUT", f"members/{instance}", do=do)[0] == 200
    bench.clock.jump(0.06)
    lifecycles = [each["lifecycle"] for each in bench.lab.group(group)["members"]]
    assert lifecycles == ["Standby", "Protected", "InService"]
    for instance, do in ((first, "return"), (second, "unprotect"), (third, "start")):
        assert _http(bench, "PUT", f"members/{instance}", do=do)[0] == 200
    bench.quiet(group)
    assert bench.ids(group, "InService") == [first, second, third]
    assert _http(bench, "PUT", f"members/{first}", do="return")[0] == 400
    assert _http(bench, "PUT", f"members/{first}", do="fly")[0] == 400
    assert _http(bench, "PUT", "members/i-none", do="stop")[0] == 404
    status, truth = _http(
        bench, "PUT", "groups/web", desired=4, maxSize=5, suspend=["HealthCheck"], tags={"a": "b"}
    )
    assert (status, truth["desired"], truth["maxSize"], truth["suspended"]) == (200, 4, 5, ["HealthCheck"])
    _, truth = _http(
        bench, "PUT", "groups/web", resume=["HealthCheck"], tags={"a": None}, systemSuspended=True
    )
    assert (truth["suspended"], truth["tags"]) == ([], {})
    bench.quiet(group)
    assert bench.lab.group(group)["total"] == 3
    bench.call("ModifyScalingGroup", ScalingGroupId=group, MaxSize=6)
    bench.quiet(group)
    assert bench.lab.group(group)["total"] == 4
    for wrong in (
        {"desired": 9},
        {"desired": "many"},
        {"fly": 1},
        {"suspend": ["Launch"]},
        {"tags": 1},
        {"alarm": "now"},
        {"systemSuspended": 1},
    ):
        assert _http(bench, "PUT", "groups/web", **wrong)[0] == 400, wrong
    assert _http(bench, "GET", "groups/none")[0] == 404
    assert _http(bench, "GET", "none")[0] == 404


def test_the_same_seed_gives_the_same_run(bench: AlibabaBench) -> None:
    """Ids and boots follow from the seed and the calls; another seed gives others."""

    def run(seed: int) -> list[tuple[str, float]]:
        bench.lab.reset(seed=seed)
        bench.lab.image("img-v1", boot=1, spread=0.5)
        group = bench.group(DesiredCapacity=3)
        bench.clock.jump(0.2)
        return [(group, 0.0), *((each["id"], each["boot"]) for each in bench.lab.group(group)["members"])]

    first = run(5)
    assert (run(5), run(6) == first, len({boot for _, boot in first})) == (first, False, 4)


def test_labs_run_side_by_side_and_one_that_does_not_run_says_so(bench: AlibabaBench) -> None:
    """Nothing of a lab belongs to the process."""
    bench.group()
    with AlibabaLab() as other:
        assert (other.groups(), len(bench.lab.groups())) == ([], 1)
    with pytest.raises(LabError, match="not running"):
        other.groups()


def test_it_is_a_process_with_a_line_of_environment() -> None:
    """The line names the endpoints without a scheme; a shell in it has the lab's variables and no other account's."""
    program = "from pulumi_rolling.cli.main import main; main(['lab', '--cloud', 'alibaba'])"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    address = ready["endpoint"].removeprefix("http://")
    assert ready["environment"] == dict(
        zip(NAMES, (address, address, "lab", "lab", "cn-hangzhou", "true"), strict=True)
    )
    with urllib.request.urlopen(f"{ready['endpoint']}/lab/groups") as answer:
        assert json.load(answer) == []
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0
    ran = subprocess.run(
        [sys.executable, "-c", program.replace("'alibaba'", "'alibaba', '--shell'")],
        input="env | grep -E '^(AWS|ALICLOUD|ALIBABA_CLOUD)_' | cut -d= -f1 | sort\n",
        env={**os.environ, "SHELL": "/bin/sh", "ALICLOUD_ACCESS_KEY": "mine", "AWS_PROFILE": "mine"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.split() == sorted(NAMES)
    assert ran.stderr.startswith("rolling: Alibaba Cloud is http://127.0.0.1:")
