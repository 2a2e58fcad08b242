"""`pulumi_rolling.automation.up` for programs that drive Pulumi by its Automation API."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pulumi
import pulumi_rolling as rolling
import pytest
from pulumi import automation
from pulumi_rolling.automation import UpdateFailedError, up
from pulumi_rolling.stack.exit_codes import ExitCode

from tests.end_to_end.test_stack_returns import GOOD, LATE, changed
from tests.end_to_end.things_stack import Things


@pytest.fixture(autouse=True)
def _pulumi_on_path(things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", things.environment["PATH"])


def selected(things: Things) -> automation.Stack:
    options = automation.LocalWorkspaceOptions(env_vars=things.environment)
    return automation.select_stack("dev", work_dir=str(things.project), opts=options)


def test_a_driven_update_returns_and_raises_with_its_report(things: Things) -> None:
    """A success answers as the SDK does; a failure raises after the return, with the report and Pulumi's own error."""
    stack = selected(things)
    heard: list[str] = []
    things.say(GOOD, first="@a.id")
    assert up(stack, on_output=print).outputs["first"].value.startswith("a-")
    before = things.there()
    things.say(changed(a={"fixed": "2", "value": "x"}, late=LATE), first="@a.id")
    with pytest.raises(UpdateFailedError) as failed:
        up(stack, on_output=heard.append, on_event=lambda _event: None)
    assert things.there() == before
    assert failed.value.report.result is ExitCode.RETURNED
    [cause] = [each for each in failed.value.report.failures if each.urn.endswith("::late")]
    assert cause.sentence == "RuntimeError: late is not to be had"
    assert isinstance(failed.value.__cause__, automation.CommandError)
    assert any("lives again under its old id" in line for line in heard)
    things.say(changed(broken={"value": "@nobody.id"}))
    with pytest.raises(automation.CommandError):
        up(stack)
    assert things.there() == before


class Part(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("acme:web:Part", name, {})
        self.register_outputs({})


def test_an_inline_program_returns(things: Things, tmp_path: Path) -> None:
    """The return needs no program, so one that lives in this process returns as others do; copies stand where told."""

    def program() -> None:
        Part("a")
        if bad:
            made: Any = Part("b")
            made.urn.apply(lambda _urn: 1 / 0)

    bad = False
    options = automation.LocalWorkspaceOptions(env_vars=things.environment)
    stack = automation.create_or_select_stack("inline", "driven", program, opts=options)
    kept = tmp_path / "kept"
    up(stack, keep_at=str(kept))
    bad = True
    with pytest.raises(UpdateFailedError) as failed:
        up(stack, keep_at=str(kept))
    assert failed.value.report.result is ExitCode.RETURNED, failed.value
    left = [each["urn"].rpartition("::")[2] for each in (stack.export_stack().deployment or {})["resources"]]
    assert left == ["driven-inline", "a"]
    assert list(kept.glob("driven/inline-*/deployments/*.json"))


def test_an_inline_program_needs_this_package_where_its_provider_runs(things: Things, tmp_path: Path) -> None:
    """Pulumi starts the provider of an inline program by PULUMI_PYTHON_CMD: one that lacks us is told before that."""
    bare = tmp_path / "python-without"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')
    bare.chmod(0o755)

    def program() -> None:
        group = rolling.AutoScalingGroup(
            name="web", launch_template=rolling.LaunchTemplate(id="lt-1", version="1")
        )
        rolling.RollingGroup(
            "web", auto_scaling_group=group, update_policy={"rollingUpdate": {"maxBatchSize": 0}}
        )

    started = {key: value for key, value in things.environment.items() if key != "PULUMI_DEBUG_PROVIDERS"}
    told = {**started, "AWS_REGION": "us-east-1", "PULUMI_PYTHON_CMD": str(bare)}
    options = automation.LocalWorkspaceOptions(env_vars=told)
    stack = automation.create_or_select_stack("inline", "other-python", program, opts=options)
    with pytest.raises(automation.CommandError, match="where pulumi_rolling is not installed"):
        stack.preview()
    stack.workspace.env_vars = {**told, "PULUMI_PYTHON_CMD": sys.executable}
    with pytest.raises(automation.CommandError, match=r"updatePolicy\.rollingUpdate\.maxBatchSize"):
        stack.preview()
