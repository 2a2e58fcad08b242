"""What the commands of a stack say to go on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_rolling.errors import StackError
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.journey import Journey
from pulumi_rolling.stack.naming import Name

from tests.unit.cli.conftest import Ran


def test_the_command_to_go_on_names_what_was_named(
    rolling: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A return that Pulumi refused has left no journal: without its destination it would lead elsewhere."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop")
    found = (Pulumi(tmp_path, "acme/dev"), Name("", "acme", "shop", "dev"))
    monkeypatch.setattr("pulumi_rolling.stack.naming.found", lambda _pulumi: found)

    def told(journey: Journey, _to: str) -> None:
        raise StackError(journey.go_on)

    monkeypatch.setattr(Journey, "named", told)
    given = ("--to", "2026-11", "--stack", "acme/dev", "--keep-at", "a place")
    ran = rolling("rollback", *given, "--cwd", str(tmp_path))
    assert "rolling rollback --to 2026-11 --stack acme/dev --keep-at 'a place'" in ran.err
