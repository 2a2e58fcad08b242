"""The lab as a process and as an object. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from typing import Any

import pytest
from pulumi_rolling.lab import Lab, LabError, lab_of

from tests.lab.bench import Bench

PROGRAM = "from pulumi_rolling.lab import serve; serve('aws', 0, 5, 0.25, 0.0)"


def _start() -> tuple[subprocess.Popen[str], dict[str, Any]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def test_it_prints_one_line_serves_and_ends_on_a_signal() -> None:
    """One JSON line with endpoint and environment; then it answers until SIGINT or SIGTERM and ends well."""
    started = [_start(), _start()]
    for (process, ready), number in zip(started, (signal.SIGINT, signal.SIGTERM), strict=True):
        assert ready["endpoint"].startswith("http://127.0.0.1:")
        assert ready["environment"] == {
            "AWS_ENDPOINT_URL": ready["endpoint"],
            "AWS_ACCESS_KEY_ID": "lab",
            "AWS_SECRET_ACCESS_KEY": "lab",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        with urllib.request.urlopen(f"{ready['endpoint']}/lab/groups") as answer:
            assert json.load(answer) == []
        process.send_signal(number)
        rest, errors = process.communicate(timeout=30)
        assert (process.returncode, rest, errors) == (0, "", "")


def test_one_lab_at_a_time_in_a_process(bench: Bench) -> None:
    """moto's state belongs to the process, so a second lab is refused while the first one runs."""
    with pytest.raises(LabError, match="already"), Lab():
        pass
    bench.asg.describe_auto_scaling_groups()


def test_a_cloud_without_a_lab_is_refused() -> None:
    """The error names the cloud and what there is; `Lab` is AWS and names the class of another cloud."""
    with pytest.raises(LabError, match="moon; there are aws and alibaba"):
        lab_of("moon")
    with pytest.raises(LabError, match="AlibabaLab"):
        Lab(cloud="alibaba")


def test_a_lab_that_does_not_run_says_so() -> None:
    """Neither endpoint nor truth can be had before the start."""
    lab = Lab()
    with pytest.raises(LabError, match="not running"):
        _ = lab.endpoint
    with pytest.raises(LabError, match="not running"):
        lab.images()


def test_a_shell_in_the_lab() -> None:
    """`--shell` opens a shell with the lab's variables and no others of AWS's; its exit code is the command's."""
    program = "from pulumi_rolling.cli.main import main; main(['lab', '--shell'])"
    get = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read())"
    asks = f"""env | grep ^AWS_ | sort
        {sys.executable} -c '{get}' "$AWS_ENDPOINT_URL/lab/groups"
        kill -INT $PPID
        exit 7"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=asks,
        env={**os.environ, "SHELL": "/bin/sh", "AWS_PROFILE": "production", "AWS_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    *variables, groups = ran.stdout.splitlines()
    assert (ran.returncode, groups) == (7, "b'[]'")
    names = [line.partition("=")[0] for line in variables]
    assert names == ["AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY"]
    endpoint = variables[2].partition("=")[2]
    assert ran.stderr == f"rolling: AWS is {endpoint} in this shell; `exit` ends both.\n"
