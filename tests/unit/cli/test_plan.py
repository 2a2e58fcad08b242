"""`rolling plan` from a policy and sizes: its three forms and its refusals."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Ran
from tests.unwrapped import unwrapped

POLICY = '{"AutoScalingRollingUpdate":{"MaxBatchSize":4,"MinInstancesInService":8}}'
SIZES = ("--desired", "10", "--max-size", "12")

Rolling = Callable[..., Ran]


def test_json_of_the_worked_example(rolling: Rolling) -> None:
    """Desired 10, MaxSize 12, floor 8, batch 4: capacity 12, then rounds of 4, 4 and 2."""
    ran = rolling("plan", "--policy", POLICY, *SIZES, "--format", "json")
    document = json.loads(ran.out)
    assert ran.code == 0
    assert (document["batch"], document["capacityDuring"], document["launchFirst"]) == (4, 12, 2)
    assert [(each["terminate"], each["launch"]) for each in document["rounds"]] == [(4, 4), (4, 4), (2, 0)]


def test_text_is_the_default(rolling: Rolling) -> None:
    """A person gets lines, with AWS's advice on processes as a note."""
    ran = rolling("plan", "--policy", POLICY, *SIZES)
    assert ran.out.startswith("group of 10: replacing 10 instances, the old revision -> the new revision\n")
    assert "note        AWS advises to suspend" in ran.out


def test_markdown(rolling: Rolling) -> None:
    """The same plan for a pull request."""
    ran = rolling("plan", "--policy", POLICY, *SIZES, "--format", "markdown")
    assert ran.out.startswith("### group of 10: replacing 10 instances")


def test_old_members_alone_are_replaced(rolling: Rolling) -> None:
    """--old says how many do not match; the others stay."""
    ran = rolling("plan", "--policy", POLICY, *SIZES, "--old", "3", "--format", "json")
    document = json.loads(ran.out)
    assert (document["replace"], document["rounds"]) == (3, [{"terminate": 3, "launch": 2}])
    assert document["lowestInService"] == 8


def test_no_old_members_is_nothing_to_replace(rolling: Rolling) -> None:
    """--old 0 is a plan, not an error."""
    ran = rolling("plan", "--policy", POLICY, *SIZES, "--old", "0")
    assert (ran.code, ran.out.splitlines()[0]) == (
        0,
        "group of 10: nothing to replace, all instances run the new revision",
    )


def test_infeasible_is_code_2_and_its_errors(rolling: Rolling) -> None:
    """A floor that is not below MaxSize is found by CloudFormation only during the update; here before it."""
    policy = '{"AutoScalingRollingUpdate":{"MinInstancesInService":12}}'
    ran = rolling("plan", "--policy", policy, *SIZES, "--format", "json")
    document = json.loads(ran.out)
    assert ran.code == 2
    assert document["feasible"] is False
    assert [each["path"] for each in document["errors"]] == [
        "updatePolicy.rollingUpdate.minInstancesInService"
    ]


def test_all_faults_come_at_once(rolling: Rolling) -> None:
    """Two faults of the policy and two of the sizes are one answer, each with its canonical path."""
    policy = '{"rolling_update":{"max_batch_size":0,"pause_time":"PT2H"}}'
    sizes = ("--desired", "14", "--max-size", "12", "--old", "15")
    ran = rolling("plan", "--policy", policy, *sizes, "--format", "json")
    assert ran.code == 2
    assert [each["path"] for each in json.loads(ran.out)["errors"]] == [
        "updatePolicy.rollingUpdate.maxBatchSize",
        "updatePolicy.rollingUpdate.pauseTime",
        "--desired",
        "--old",
    ]


def test_faults_in_text_go_to_the_error_stream(rolling: Rolling) -> None:
    """A pipe behind the command sees no plan where there is none."""
    ran = rolling("plan", "--policy", '{"rollingUpdate":{"maxBatchSize":0}}', *SIZES)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("updatePolicy.rollingUpdate.maxBatchSize: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("policy.json", POLICY),
        (
            "policy.yaml",
            "updatePolicy:\n  AutoScalingRollingUpdate:\n    MaxBatchSize: 4\n    MinInstancesInService: 8\n",
        ),
    ],
)
def test_policy_from_a_file(rolling: Rolling, tmp_path: Path, name: str, text: str) -> None:
    """JSON and YAML files mean what the same text means in place."""
    file = tmp_path / name
    file.write_text(text)
    inline = rolling("plan", "--policy", POLICY, *SIZES, "--format", "json")
    assert rolling("plan", "--policy", str(file), *SIZES, "--format", "json") == inline


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("bad.json", "{", "is not valid JSON"),
        ("bad.yaml", "a: [", "is not valid YAML"),
        ("list.yaml", "- 1\n", "must be a mapping"),
        (None, "", "is neither JSON nor a file that can be read"),
    ],
)
def test_a_policy_that_cannot_be_read(
    rolling: Rolling, tmp_path: Path, name: str | None, text: str, sentence: str
) -> None:
    """Code 2 and one sentence, never a traceback."""
    file = tmp_path / (name or "absent.yaml")
    if name:
        file.write_text(text)
    ran = rolling("plan", "--policy", str(file), *SIZES)
    assert ran.code == 2
    assert sentence in ran.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "--desired: is required where no --group is named."),
        (("--group", "web", "--desired", "3"), "--desired: may not stand with --group"),
        ((*SIZES, "--to", "3"), "--to: needs --group."),
    ],
)
def test_options_that_do_not_fit(rolling: Rolling, arguments: tuple[str, ...], sentence: str) -> None:
    """Sizes belong to an imagined group, place and version to a live one."""
    ran = rolling("plan", "--policy", POLICY, *arguments)
    assert ran.code == 2
    assert sentence in ran.err


def test_offline_loads_no_cloud_sdk() -> None:
    """A plan without a cloud starts without boto3, moto, pulumi and grpc."""
    program = (
        "import sys\n"
        "from pulumi_rolling.cli.main import main\n"
        "try:\n"
        f"    main(['plan', '--policy', {POLICY!r}, '--desired', '10', '--max-size', '12'])\n"
        "except SystemExit as ended:\n"
        "    assert not ended.code, ended.code\n"
        "loaded = {'boto3', 'botocore', 'moto', 'pulumi', 'grpc', 'werkzeug'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_fault_of_one_field_hides_no_fault_against_the_sizes(rolling: Rolling) -> None:
    """Too long a PauseTime and too high a floor are told together."""
    policy = '{"AutoScalingRollingUpdate":{"MinInstancesInService":12,"PauseTime":"PT2H"}}'
    ran = rolling("plan", "--policy", policy, *SIZES, "--format", "json")
    paths = [error["path"].rpartition(".")[2] for error in json.loads(ran.out)["errors"]]
    assert sorted(paths) == ["minInstancesInService", "pauseTime"]


REFRESH = (
    '{"instanceRefresh": {"checkpointPercentages": [10, 50], "checkpointDelay": 600, "alarms": ["web-5xx"]}}'
)


def test_a_refresh_is_planned_from_desired_alone(rolling: Rolling) -> None:
    """The service has no use for MaxSize; it says what it keeps, where it pauses, who it leaves and who returns."""
    ran = rolling("plan", "--policy", REFRESH, "--desired", "10")
    assert ran.code == 0, ran
    told = dict(re.findall(r"^  (\w[\w ]*?)  +(.*)$", ran.out, re.MULTILINE))
    assert told["rolls"] == "the service itself, 1 at a time"
    assert told["in service"] == "at least 9, and 10 there at most"
    assert told["checkpoints"] == "at 10 % (1 of 10), 10 min each"
    assert told["alarms"] == "web-5xx: ALARM ends the roll"
    assert told["leaves"] == "5 instances as they are: the last checkpoint ends it"
    assert told["duration"] == "10 times a boot; 10 min of checkpoints on top"
    ran = rolling("plan", "--policy", REFRESH, "--desired", "10", "--format", "json")
    document = json.loads(ran.out)
    assert (document["rolls"], document["replace"], document["leftOld"]) == ("service", 10, 5)
    assert document["wayBack"] == ["service", "operation", "replace"] and document["alarms"] == ["web-5xx"]


LONG = (
    '{"instanceRefresh": {"checkpointPercentages": [10, 25, 50, 75, 100], "instanceWarmup": 125, "bakeTime": 300, '
    '"checkpointDelay": 600, "alarms": ["web-5xx"], "approval": true, "timeout": "P2D", "minHealthyPercentage": 100, '
    '"maxHealthyPercentage": 120}}'
)


def test_the_rows_of_a_refresh_fit_a_terminal_of_80_columns(rolling: Rolling) -> None:
    """The engine indents a plan by four and wraps nothing; warnings and notes alone are sentences of any length."""
    ran = rolling("plan", "--policy", LONG, "--desired", "100")
    said = ran.out.split("  note")[0].split("  warning")[0].splitlines()
    assert ran.code == 0 and len(said) > 12
    assert [line for line in said if len(line) > 76] == []
    assert "  on failure   the service returns the group to the old revision by itself" in said
    assert "               else another operation leads it back to the old revision" in said
    markdown = rolling("plan", "--policy", LONG, "--desired", "100", "--format", "markdown").out
    assert markdown.count("| on failure |") == 3


def test_faults_of_a_refresh_come_at_once(rolling: Rolling) -> None:
    """Its own faults and those of the sizes."""
    both = '{"instanceRefresh": {"minHealthyPercentage": 0, "maxHealthyPercentage": 150}}'
    ran = rolling("plan", "--policy", both)
    assert ran.code == 2 and "--desired: is required" in ran.err and "maxHealthyPercentage" in ran.err, ran


@pytest.mark.parametrize("second", ["max_batch_size", "MaxBatchSize"])
def test_two_spellings_of_one_field_are_one_fault(rolling: Rolling, second: str) -> None:
    """A field under two names is told with both, and neither counts."""
    policy = json.dumps({"rollingUpdate": {"maxBatchSize": 1, second: 2}})
    ran = rolling("plan", "--policy", policy, "--desired", "4", "--max-size", "6")
    path = "updatePolicy.rollingUpdate.maxBatchSize"
    assert ran.code == 2
    assert f'{path}: is given twice, the second time as "{second}"; keep one of them.' in ran.err


def test_a_group_that_nobody_has_is_refused_at_once(rolling: Rolling) -> None:
    """A plan goes through each replacement, so that one of a hundred thousand would not come to an end."""
    ran = rolling("plan", "--policy", POLICY, "--desired", "100000", "--max-size", "100001")
    assert (ran.code, ran.out) == (2, "")
    assert "--desired: must be at most 5000" in ran.err


SELF = "rollingUpdate: &a\n  maxBatchSize: *a\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 8)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGED = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 8)}]}}\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("self.yaml", SELF, "contains itself: an alias stands below its own anchor."),
        ("bomb.yaml", BOMB, "holds more than 10000 values when its aliases are followed."),
        ("merged.yaml", MERGED, "holds more than 10000 values when its aliases are followed."),
        ("deep.yaml", "[" * 3000, "is nested more than 50 deep."),
        ("nested.yaml", "".join(f"{' ' * i}a:\n" for i in range(60)), "is nested more than 50 deep."),
        ("deep.json", '{"a":' * 3000, "is nested more than 50 deep."),
        ("nested.json", '{"a":' * 60 + "1" + "}" * 60, "is nested more than 50 deep."),
    ],
)
def test_a_file_that_would_never_end_is_refused(
    rolling: Rolling, tmp_path: Path, name: str, text: str, said: str
) -> None:
    """It is measured before anything is built of it, and the fault says what is wrong with it."""
    file = tmp_path / name
    file.write_text(text)
    ran = rolling("plan", "--policy", str(file), "--desired", "4", "--max-size", "6")
    assert ran == Ran(2, "", f"--policy: {file} {said}\n")


def test_anchors_are_read(rolling: Rolling, tmp_path: Path) -> None:
    """An alias that brings a value in once or twice is no bomb."""
    file = tmp_path / "policy.yaml"
    file.write_text("rollingUpdate: {maxBatchSize: &n 2, minInstancesInService: *n}\n")
    assert rolling("plan", "--policy", str(file), "--desired", "4", "--max-size", "6").code == 0


CUT_OUT = [
    ("policy.yaml", "UpdatePolicy:\n  AutoScalingRollingUpdate:\n    MaxBatchSize: !Ref Batch\n", "Ref"),
    ("policy.yaml", "AutoScalingRollingUpdate:\n  MaxBatchSize: !GetAtt a.b\n", "Fn::GetAtt"),
    ("policy.yaml", "AutoScalingRollingUpdate:\n  MaxBatchSize: !If [many, 2, {Ref: Batch}]\n", "Fn::If"),
    (
        "policy.json",
        '"UpdatePolicy": {"AutoScalingRollingUpdate": {"MaxBatchSize": {"Ref": "Batch"}}},\n',
        "Ref",
    ),
]


@pytest.mark.parametrize(("name", "text", "function"), CUT_OUT)
def test_what_was_cut_out_of_a_template_is_read(
    rolling: Rolling, tmp_path: Path, name: str, text: str, function: str
) -> None:
    """Short tags, and a line without braces of its own: the fault has the field's path and the function's name."""
    file = tmp_path / name
    file.write_text(text)
    given = [str(file), text] if name.endswith(".json") else [str(file)]
    for policy in given:
        ran = rolling("plan", "--policy", policy, "--desired", "4", "--max-size", "6")
        assert ran.code == 2 and ran.err.count("\n") == 1
        assert "updatePolicy.rollingUpdate.maxBatchSize: must be" in ran.err
        assert f"found the CloudFormation function {function}, which only CloudFormation resolves" in ran.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("policy.yaml", "rollingUpdate:\n  maxBatchSize: 1\n  maxBatchSize: 2\n"),
        ("policy.json", '{"rollingUpdate": {"maxBatchSize": 1, "maxBatchSize": 2}}'),
    ],
)
def test_a_key_given_twice_is_told(rolling: Rolling, tmp_path: Path, name: str, text: str) -> None:
    """JSON and YAML keep the last one in silence; the plan is made with it, and a line says so."""
    file = tmp_path / name
    file.write_text(text)
    ran = rolling("plan", "--policy", str(file), "--desired", "4", "--max-size", "6")
    assert (ran.code, ran.err) == (
        0,
        f"rolling: {file} gives maxBatchSize twice in one mapping; the last one counts.\n",
    )
    assert "2 at a time" in ran.out


def test_a_deployment_of_ecs_is_planned_where_its_percentages_are_given(rolling: Rolling) -> None:
    """The numbers, who decides, and that a live service may have more to say; blocked percentages are refused."""
    policy = '{"ecsDeployment": {"minimumHealthyPercent": 100, "maximumPercent": %d, "circuitBreaker": {}}}'
    ran = rolling("plan", "--policy", policy % 150, "--desired", "10")
    assert (ran.code, ran.err) == (0, ""), ran
    told = unwrapped(ran.out)
    assert told.startswith("service of 10: replacing 10 tasks, the old revision -> the new revision"), told
    assert "up to 5 at a time in service at least 10, and 15 there at most" in told
    assert "the circuit breaker acts at 5 failures of 10 tasks" in told
    assert "a service that is there keeps what the policy does not give" in told
    ran = rolling("plan", "--policy", policy % 125, "--desired", "3")
    assert ran.code == 2 and "blocks the deployment: of 3 tasks" in ran.err, ran
    shifting = '{"ecsDeployment": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}}'
    ran = rolling("plan", "--policy", shifting, "--desired", "4")
    assert ran.code == 0 and "all 4 at once" in ran.out and "load balancer" not in ran.out, ran


def test_a_deployment_of_ecs_is_not_planned_from_what_a_live_service_says(rolling: Rolling) -> None:
    """Percentages that decide are asked for by their paths, and sizes of groups are refused; all faults at once."""
    sizes = ("--desired", "3", "--max-size", "4", "--min-size", "1")
    ran = rolling("plan", "--policy", '{"ecsDeployment": {"maximumPercent": 125}}', *sizes)
    assert ran.code == 2, ran
    assert [line.partition(": ")[0] for line in ran.err.splitlines()[1:]] == [
        "--max-size",
        "--min-size",
        "updatePolicy.ecsDeployment.minimumHealthyPercent",
    ]
    assert "is required without a live service" in ran.err
    ran = rolling("plan", "--policy", '{"ecsDeployment": {"maximumPercent": 1}}', "--desired", "3")
    assert "updatePolicy.ecsDeployment.maximumPercent: must be a whole number from 100; found 1." in ran.err
