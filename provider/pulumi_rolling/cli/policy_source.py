"""The policy that a command line gives: JSON in place, or a JSON or YAML file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pulumi_rolling.errors import Fault, PolicyErrors

OPTION = "--policy"


def read_policy(given: str) -> Any:
    """The block as it stands there, not judged. PolicyErrors where it cannot be read."""
    if given.lstrip().startswith("{"):
        return _json(given, "the text")
    path = Path(given)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(f"{given} is neither JSON nor a file that can be read: {error}") from error
    return _json(text, given) if path.suffix == ".json" else _yaml(text, given)


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _unreadable(f"{name} is not valid JSON: {error}.") from error


def _yaml(text: str, name: str) -> Any:
    # Only a YAML file needs it, and it takes longer to load than the rest of `rolling plan`.
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _unreadable(f"{name} is not valid YAML: {' '.join(str(error).split())}.") from error


def _unreadable(sentence: str) -> PolicyErrors:
    return PolicyErrors([Fault(OPTION, sentence)])
