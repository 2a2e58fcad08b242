"""A stack of the same name on a file backend of its own in a private folder: for reading and for previews.

Pulumi itself opens the secrets there, since an export says how; nothing that it holds on disk is plain text.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulumi_rolling.errors import CommandError, StackStateError
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.deployment import SECRET, Deployment, parsed


def opened(pulumi: Pulumi, export: str) -> Deployment:
    """The deployment with its secrets readable. Raises StackStateError where they cannot be read."""
    if SECRET not in export:
        return parsed(export)
    with holding(pulumi, export) as there:
        return parsed(there.asked("stack", "export", "--show-secrets"))


@contextmanager
def holding(pulumi: Pulumi, export: str) -> Iterator[Pulumi]:
    """A stack of the same project and name that holds this state."""
    urns = [entry.urn for entry in parsed(export).entries]
    if not urns:
        raise StackStateError("there is nothing in this deployment")
    stack, project = urns[0].removeprefix("urn:pulumi:").split("::")[:2]
    with tempfile.TemporaryDirectory(prefix="rolling-") as name:
        folder = Path(name)
        (folder / "backend").mkdir()
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": project, "runtime": "yaml"}))
        there = Pulumi(
            folder, variables={**pulumi.variables, "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}"}
        )
        try:
            there.asked("stack", "init", stack)
            there = Pulumi(folder, stack, there.variables)
            there.asked("stack", "import", given=export)
        except CommandError as error:
            raise StackStateError(f"a kept deployment cannot be opened: {error.message}") from error
        yield there
