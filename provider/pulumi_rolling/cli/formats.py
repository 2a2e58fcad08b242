"""The forms in which a command answers."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from pulumi_rolling.cli.declared import Option


class TextOrJson(str, Enum):
    TEXT = "text"
    JSON = "json"


Form = Annotated[TextOrJson, Option("--format", help="How it is written; the keys of the JSON are stable.")]
