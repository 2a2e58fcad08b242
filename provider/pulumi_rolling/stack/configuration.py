"""The configuration file with which a deployment was made, for `--config-file`; its secrets stay ciphertext."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pulumi_rolling.errors import StackStateError
from pulumi_rolling.stack.command import PROJECT, Pulumi
from pulumi_rolling.stack.history import Update


def file_of(project: Path, stack: str, named: str = "") -> Path:
    """Where the stack's configuration stands; `named` by `--config-file`."""
    if named:
        return (project / named).resolve()
    for name in PROJECT:
        described = project / name
        found = (
            re.search(r"^stackConfigDir: *(\S+)", described.read_text(), re.MULTILINE)
            if described.is_file()
            else None
        )
        if found:
            project = project / found.group(1).strip("\"'")
    return project / f"Pulumi.{stack.rpartition('/')[2]}.yaml"


def text_of(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def as_of(pulumi: Pulumi, update: Update, file: Path, scratch: Path) -> str | None:
    """The configuration that the update had, made of today's file: its values by `pulumi config set`.

    Raises StackStateError where a structured value was another one: `set` cannot give it.
    """
    today = json.loads(pulumi.asked("config", "--json", "--show-secrets", "--config-file", str(file)) or "{}")
    former = update.configuration
    changed = [key for key in former if _value(today.get(key)) != _value(former[key])]
    gone = [key for key in today if key not in former]
    text = text_of(file)
    if not changed and not gone:
        return text
    copy = scratch / file.name
    copy.write_text(text or "")
    for key in changed:
        if "objectValue" in former[key]:
            raise StackStateError(
                f"the former value of {key} is structured and no copy of that configuration is kept"
            )
        kind = "--secret" if former[key].get("secret") else "--plaintext"
        pulumi.asked(
            "config", "set", key, kind, "--config-file", str(copy), given=str(former[key].get("value", ""))
        )
    for key in gone:
        pulumi.asked("config", "rm", key, "--config-file", str(copy))
    return copy.read_text()


def _value(raw: Any) -> Any:
    return None if raw is None else (raw.get("value"), bool(raw.get("secret")))
