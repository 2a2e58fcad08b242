"""A deployment by its version: Pulumi Cloud keeps the state after each update. Other backends refuse the question."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pulumi_rolling.errors import CommandError
from pulumi_rolling.stack import configuration
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.history import Update
from pulumi_rolling.stack.kept import Copy


def copy_of(pulumi: Pulumi, update: Update, file: Path, export: str) -> Copy:
    """The copy of the deployment that the update left, with the configuration of that update."""
    with tempfile.TemporaryDirectory(prefix="rolling-") as name:
        text = configuration.as_of(pulumi, update, file, Path(name))
    return recorded(update, export, text)


def recorded(update: Update, export: str, text: str | None) -> Copy:
    """The copy of the deployment that the update left. `text`: its configuration file."""
    return Copy(update.started, update.message, update.commit, export, text, update.version)


def exported(pulumi: Pulumi, update: Update, file: Path) -> Copy | None:
    """The deployment that the update left, as the backend has kept it; None where it keeps none."""
    if not update.version:
        return None
    try:
        export = pulumi.asked("stack", "export", "--version", str(update.version))
    except CommandError:
        return None
    return copy_of(pulumi, update, file, export)
