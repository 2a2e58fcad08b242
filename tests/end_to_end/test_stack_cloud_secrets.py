"""What only Pulumi Cloud could open is taken to a stack that opens it itself, tried with another passphrase."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pulumi_rolling.stack import scratch
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.configuration import encrypted_by
from pulumi_rolling.stack.deployment import plain

from tests.end_to_end.things_stack import Things


@pytest.fixture
def things(tmp_path: Path) -> Iterator[Things]:
    """Its secrets are under a passphrase."""
    opened = Things(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _pulumi_on_path(things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", things.environment["PATH"])


def test_secrets_of_another_provider_are_encrypted_anew(
    things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    """State and configuration have their secrets in a stack whose passphrase is another one, and none in plain text."""
    things.say({"a": {"value": "!hush"}}, hidden="!sec")
    assert things.run("pulumi", "config", "set", "--secret", "trial:key", "sesame").code == 0
    assert things.run("pulumi", "config", "set", "trial:color", "blue").code == 0
    assert things.run("pulumi", "up", "--yes", "--skip-preview").code == 0
    live = Pulumi(things.project, "dev", things.environment)
    monkeypatch.setattr(scratch, "CLOUD", "passphrase")
    export = live.asked("stack", "export", "--show-secrets")
    other = {**things.environment, "PULUMI_CONFIG_PASSPHRASE": "another"}
    with scratch.holding(replace(live, variables=other), export) as there:
        held = json.loads(there.asked("stack", "export", "--show-secrets"))
        before = json.loads(export)["deployment"]["resources"]
        assert plain(held["deployment"]["resources"]) == plain(before)
        text = encrypted_by(there, live, (things.project / "Pulumi.dev.yaml").read_text())
        assert "sesame" not in text and "secure:" in text
        file = there.folder / "Pulumi.dev.yaml"
        file.write_text(text)
        told = json.loads(there.asked("config", "--json", "--show-secrets"))
        assert {key: each["value"] for key, each in told.items()} == {
            "trial:key": "sesame",
            "trial:color": "blue",
        }
        written = "".join(each.read_text() for each in there.folder.rglob("*") if each.is_file())
        assert "hush" not in written and "sesame" not in written
