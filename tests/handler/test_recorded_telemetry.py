"""Rollouts on the lab as spans and metrics, where the environment wants them, and nothing of it elsewhere."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.errors import AbortedError
from pulumi_rolling.lab import Lab
from pulumi_rolling.telemetry import providers

from tests.handler.driver_process import ROOT
from tests.handler.lab_web import URN, LabWeb
from tests.handler.refreshed_web import RefreshedWeb
from tests.telemetry.collected import Collected

NOBODY = "http://127.0.0.1:9"
LOADED = (
    "import sys; from tests.handler.driver_process import main; main(); "
    "print(sorted({m.partition('.')[0] for m in sys.modules} & {'opentelemetry', 'apprise', 'pulumi'}), "
    "[m for m in sys.modules if m.startswith('pulumi_rolling.report.course')])"
)


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Collected:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", NOBODY)
    kept = Collected()
    monkeypatch.setattr(providers, "providers_of", lambda wanted: kept.providers)
    return kept


def test_a_roll_of_ours_is_a_trace_with_its_members(lab: Lab, collected: Collected) -> None:
    """Both instances are below the rollout, each with its id."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    web.update(web.deploy(web.news("1")), web.news("2"))
    whole = collected.span("rollout")
    assert whole.attributes is not None and whole.attributes["rolling.outcome"] == "succeeded"
    members = {each.attributes["rolling.member"] for each in collected.spans("member") if each.attributes}
    assert members == set(web.members(lambda member: member["revision"] == "2"))
    assert collected.metrics()["rolling.members", "ready"].value == 2


def test_a_refresh_of_the_service_is_a_trace_with_its_operation(lab: Lab, collected: Collected) -> None:
    """What the service does is one span, by the operation's id; an abort is a rollout that was returned."""
    web = RefreshedWeb(lab)
    web.up(web.wants("2"))
    (operation,) = collected.spans("operation")
    assert operation.attributes is not None
    assert operation.attributes["rolling.operation"] == web.state["lastRollout"]["operation"]
    assert collected.metrics()["rolling.members", "ready"].value == web.state["lastRollout"]["replaced"]
    lab.image("ami-v3", inService=False)
    web_at = replace(web.context, requests=lambda: (Request("a1", "abort"),))
    with pytest.raises(AbortedError):
        web.handler.update(web.state, web.wants("3"), web_at)
    ends = [each.attributes["rolling.outcome"] for each in collected.spans("rollout") if each.attributes]
    assert ends == ["succeeded", "returned"]


def test_nothing_is_loaded_where_nothing_is_wanted(lab: Lab) -> None:
    """A whole roll in a process of its own: no OpenTelemetry, no apprise and no course is among its modules."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    told = {"urn": URN, "olds": web.deploy(web.news("1")), "news": web.news("2")}
    ended = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, input=json.dumps(told), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "[] []", ended.stdout
    assert web.revisions() == {"2"}


def test_a_collector_that_is_not_there_neither_fails_nor_holds_up_a_roll(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real exporter meets a closed port; the roll ends as ever."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{NOBODY}/v1/traces")
    monkeypatch.setattr(providers, "PATIENCE", 0.1)
    web = LabWeb(lab, "ami-v1", "ami-v2")
    state = web.update(web.deploy(web.news("1")), web.news("2"))
    assert state["status"] == "stable" and web.revisions() == {"2"}


def test_without_the_extra_preview_says_in_one_line_what_to_install(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The update says it as a warning, and rolls."""
    load = builtins.__import__

    def without(name: str, *given: Any) -> Any:
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError("No module named 'opentelemetry'", name="opentelemetry")
        return load(name, *given)

    monkeypatch.setattr(providers, "_made", {})
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", NOBODY)
    web, said = LabWeb(lab, "ami-v1", "ami-v2"), list[str]()
    olds, news = web.deploy(web.news("1")), web.news("2")
    web.warned.clear()
    monkeypatch.setattr(builtins, "__import__", without)
    line = "opentelemetry is not installed. Run pip install 'pulumi-rolling[otel]'."
    web.handler.diff(olds, news, replace(web.context, dry_run=True, say=said.append))
    assert f"no telemetry will be written: {line}" in "\n".join(said)
    web.update(olds, news)
    assert f"no telemetry of web: {line}" in web.warned
