"""What the processes of an update with nothing to do load: each `pulumi up` waits for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.engine_side import Web
from tests.plugin.no_op_process import FACES

TOP = Path(__file__).resolve().parents[2]
HEAVY = {
    "boto3",
    "click",
    "jsonschema",
    "matplotlib",
    "moto",
    "pydantic",
    "pydantic_core",
    "rich",
    "s3transfer",
}
"""Libraries of ours that none of it needs. What Pulumi's SDK loads for itself is not ours to say."""
AT_REST = {
    "",
    "cloud_time",
    "core",
    "core.model",
    "core.model.durations",
    "core.model.goal",
    "core.model.member",
    "core.model.values",
    "errors",
    "fleets",
    "fleets.auto_scaling_group",
    "fleets.auto_scaling_group.at_rest",
    "fleets.auto_scaling_group.description",
    "fleets.auto_scaling_group.poll",
    "fleets.auto_scaling_group.strays",
    "fleets.auto_scaling_group.wanted",
    "fleets.aws",
    "fleets.aws.api",
    "fleets.aws.launch_configurations",
    "fleets.aws.launch_templates",
    "fleets.aws.machines",
    "fleets.aws.place",
    "fleets.aws.sessions",
    "fleets.aws.shared_poll",
    "fleets.base",
    "fleets.contents",
    "fleets.counted_calls",
    "fleets.credentials",
    "handler",
    "handler.at_rest",
    "handler.auto_scaling_group_at_rest",
    "handler.aws_whereabouts",
    "handler.context",
    "handler.declared",
    "handler.resting",
    "host",
    "host.aws_settings",
    "host.engine_log",
    "host.imports",
    "policy",
    "policy.numbers",
    "policy.outputs",
    "policy.switches",
    "policy.timing",
    "report",
    "report.wrapping",
    "version",
}
OF_THE_FACE = {
    "plugin": {
        "plugin",
        "plugin.configuration",
        "plugin.failures",
        "plugin.operations",
        "plugin.protocol",
        "plugin.provider",
        "plugin.serving",
        "plugin.shipped",
        "plugin.wire",
        "policy.spelling",
    },
    "resource": {
        "host.durations",
        "host.hook_call",
        "host.own_end",
        "policy.resource_types",
        "policy.spelling",
        "resource",
        "resource.args",
        "resource.around",
        "resource.attribute",
        "resource.attribute.hook",
        "resource.attribute.policy",
        "resource.attribute.shared",
        "resource.attribute.state",
        "resource.attribute.values",
        "resource.dynamic",
        "resource.provider_option",
        "resource.urn",
    },
}


def loaded(web: Web, face: str) -> set[str]:
    """Names of all modules of a process that has found a group at rest."""
    told = {
        "olds": _plain(web.resource.inputs),
        "news": web.news("1"),
        "state": _plain(web.resource.state),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.plugin.no_op_process", face],
        input=json.dumps(told),
        cwd=TOP,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def _plain(struct: object) -> object:
    from google.protobuf import json_format

    return json_format.MessageToDict(struct)  # type: ignore[arg-type]


@pytest.mark.parametrize("face", FACES)
def test_an_update_with_nothing_to_do_loads_what_it_needs(web: Web, face: str) -> None:
    """No model of the policy, no machine, no report: this list grows on purpose, or not at all."""
    found = loaded(web, face)
    assert {name.partition(".")[0] for name in found} & HEAVY == set()
    ours = {name.partition(".")[2] for name in found if name.partition(".")[0] == "pulumi_rolling"}
    assert ours - AT_REST == OF_THE_FACE[face]
