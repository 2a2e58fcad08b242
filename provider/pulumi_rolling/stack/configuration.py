"""The configuration file with which a deployment was made, for `--config-file`; its secrets stay ciphertext."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from pulumi_rolling.errors import CommandError, StackStateError
from pulumi_rolling.stack.command import PROJECT, Pulumi
from pulumi_rolling.stack.history import Update

ENCRYPTION = re.compile(r"^(?:encryptionsalt|encryptedkey|secretsprovider):.*\n", re.MULTILINE)
"""Lines of the file that say how its secrets are encrypted."""
UNREADABLE = "ERROR_UNABLE_TO_DECRYPT"
"""What history shows for a secret that was encrypted otherwise."""


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
    former = {key: each for key, each in update.configuration.items() if each.get("value") != UNREADABLE}
    changed = [key for key in former if _value(today.get(key)) != _value(former[key])]
    gone = [key for key in today if key not in update.configuration]
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


def environments_of(pulumi: Pulumi) -> tuple[str, ...]:
    """The ESC environments of the stack; a backend without them refuses the question."""
    try:
        return tuple(json.loads(pulumi.asked("config", "env", "ls", "--json") or "[]"))
    except (CommandError, ValueError):
        return ()


def of_today(pulumi: Pulumi, text: str | None, file: Path) -> str | None:
    """The configuration under the encryption of today's file, which is that of the state.

    Where the two differ a secret has today's value, since nobody can read the former one.
    """
    today = text_of(file) or ""
    if text is None or ENCRYPTION.findall(text) == ENCRYPTION.findall(today):
        return text
    with tempfile.TemporaryDirectory(prefix="rolling-") as scratch:
        copy = Path(scratch, file.name)
        copy.write_text("".join([*ENCRYPTION.findall(today), ENCRYPTION.sub("", text)]))
        former, now = (
            json.loads(pulumi.asked("config", "--json", *flags, "--config-file", str(each)) or "{}")
            for each, flags in ((copy, ()), (file, ("--show-secrets",)))
        )
        for key in (key for key, value in former.items() if value.get("secret")):
            pulumi.asked("config", "rm", key, "--config-file", str(copy))
            if "value" in now.get(key, {}):
                given = str(now[key]["value"])
                pulumi.asked("config", "set", key, "--secret", "--config-file", str(copy), given=given)
        return copy.read_text()


def encrypted_by(there: Pulumi, pulumi: Pulumi, text: str) -> str:
    """The configuration of one stack under the encryption of another, which has no configuration yet."""
    with tempfile.TemporaryDirectory(prefix="rolling-") as scratch:
        theirs, ours = (Path(scratch, name) for name in ("Pulumi.theirs.yaml", "Pulumi.ours.yaml"))
        theirs.write_text(text)
        values = json.loads(
            pulumi.asked("config", "--json", "--show-secrets", "--config-file", str(theirs)) or "{}"
        )
        ours.write_text(ENCRYPTION.sub("", text))
        for key, value in values.items():
            if not value.get("secret"):
                continue
            if "value" not in value:
                raise StackStateError(f"{key} is a structured secret, which cannot be taken to a preview")
            there.asked("config", "rm", key, "--config-file", str(ours))
            given = str(value["value"])
            there.asked("config", "set", key, "--secret", "--config-file", str(ours), given=given)
        return ours.read_text()


def _value(raw: Any) -> Any:
    return None if raw is None else (raw.get("value"), bool(raw.get("secret")))
