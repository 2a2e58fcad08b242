"""A stack of the same name on a file backend of its own in a private folder: for reading and for previews.

Pulumi itself opens the secrets there, since an export says how; nothing that it holds on disk is plain text.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from pulumi_rolling.errors import CommandError, StackStateError
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.deployment import SECRET, Deployment, parsed

PASSPHRASES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


CLOUD = "service"
"""The secrets provider of Pulumi Cloud, which opens what it has encrypted for that stack alone."""


def opened(pulumi: Pulumi, export: str, version: int = 0) -> Deployment:
    """The deployment with its secrets readable. Raises StackStateError where they cannot be read.

    `version`: the one under which Pulumi Cloud keeps it, which opens it itself.
    """
    state = parsed(export)
    if SECRET not in export:
        return state
    if state.secrets_provider == CLOUD:
        return _opened_there(pulumi, version)
    with holding(pulumi, export) as there:
        return parsed(there.asked("stack", "export", "--show-secrets"))


@contextmanager
def holding(pulumi: Pulumi, export: str) -> Iterator[Pulumi]:
    """A stack of the same project and name that holds this state.

    A state under the secrets of Pulumi Cloud has them readable, and is encrypted anew.
    """
    urns = [entry.urn for entry in parsed(export).entries]
    if not urns:
        raise StackStateError("there is nothing in this deployment")
    stack, project = urns[0].removeprefix("urn:pulumi:").split("::")[:2]
    with tempfile.TemporaryDirectory(prefix="rolling-") as name:
        folder = Path(name)
        (folder / "backend").mkdir()
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": project, "runtime": "yaml"}))
        backend = {"PULUMI_BACKEND_URL": f"file://{folder / 'backend'}"}
        there = Pulumi(folder, variables={**pulumi.variables, **_passphrase(pulumi), **backend})
        try:
            there.asked("stack", "init", stack)
            there = Pulumi(folder, stack, there.variables)
            there.asked("stack", "import", given=_its_own(there, export))
        except CommandError as error:
            raise StackStateError(f"a kept deployment cannot be opened: {error.message}") from error
        yield there


def _passphrase(pulumi: Pulumi) -> Mapping[str, str]:
    """One for the new stack, where the user's has another secrets provider and needs none.

    Nothing is encrypted with it: a state brings its own provider with it.
    """
    known = {**os.environ, **pulumi.variables}
    return {} if known.keys() & PASSPHRASES else {PASSPHRASES[0]: token_hex(16)}


def _opened_there(pulumi: Pulumi, version: int) -> Deployment:
    if not version:
        raise StackStateError("its secrets are Pulumi Cloud's, and no version of it is known there")
    try:
        return parsed(pulumi.asked("stack", "export", "--show-secrets", "--version", str(version)))
    except CommandError as error:
        raise StackStateError(f"version {version} cannot be opened: {error.message}") from error


def _its_own(there: Pulumi, export: str) -> str:
    """The export as this stack takes it."""
    if parsed(export).secrets_provider != CLOUD:
        return export
    own = json.loads(there.asked("stack", "export"))["deployment"]["secrets_providers"]
    raw = json.loads(export)
    raw["deployment"]["secrets_providers"] = own
    return json.dumps(raw)
