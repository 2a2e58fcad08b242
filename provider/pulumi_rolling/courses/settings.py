"""Where courses are kept, as the environment says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pulumi_rolling.errors import Fault, PolicyErrors

FOLDER = "ROLLING_HISTORY"
BUCKET = "ROLLING_HISTORY_BUCKET"
OFF = "off"
STATE_HOME = "XDG_STATE_HOME"
"""Of the XDG Base Directory Specification; it is ~/.local/state where it is not set."""


@dataclass(frozen=True, slots=True)
class Address:
    """A place in S3. ``prefix`` is empty, or ends with a slash."""

    bucket: str
    prefix: str = ""

    def key(self, group: str, ident: str) -> str:
        return f"{self.prefix}{plain(group)}/{plain(ident)}.json"

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"


def folder_in(environment: Mapping[str, str]) -> Path | None:
    """None where nothing is to be kept on this machine."""
    given = environment.get(FOLDER, "").strip()
    if given.lower() == OFF:
        return None
    if given:
        return Path(given).expanduser()
    # A path that is not absolute is to be ignored, as the specification has it.
    home = Path(environment.get(STATE_HOME, ""))
    return (home if home.is_absolute() else Path("~/.local/state").expanduser()) / "pulumi-rolling" / "rolls"


def address_in(environment: Mapping[str, str]) -> Address | None:
    """None where no bucket is configured. Raises PolicyErrors for what is no address."""
    given = environment.get(BUCKET, "").strip()
    if not given:
        return None
    scheme, _, rest = given.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise PolicyErrors([Fault(BUCKET, f'must be s3://BUCKET or s3://BUCKET/PREFIX; found "{given}".')])
    prefix = prefix.strip("/")
    return Address(bucket, f"{prefix}/" if prefix else "")


def file_name(ident: str) -> str:
    """Of a course in its folder; an id that somebody forged leads nowhere else."""
    return f"{plain(ident)}{ENDING}"


ENDING = ".jsonl"


def plain(text: str) -> str:
    """The text as one name in a folder, whatever is in it."""
    return quote(text, safe="").replace(".", "%2E")
