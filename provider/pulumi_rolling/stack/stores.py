"""Where copies of good deployments stand: a folder, or a bucket of S3, Google Cloud or Azure.

A text is written whole or not at all. This module knows names and texts, and not what they mean.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pulumi_rolling.errors import StackStateError
from pulumi_rolling.whole_files import write_whole

if TYPE_CHECKING:
    from cloudpathlib import CloudPath


class Store(Protocol):
    """Texts by name, with slashes in the names. Each method raises StackStateError with the system's own reason."""

    def write(self, name: str, text: str) -> str:
        """Keep the text; where it stands now."""

    def read(self, name: str) -> str | None:
        """The text, or None where there is none."""

    def names(self, folder: str) -> list[str]:
        """Names of what stands in a folder, in order."""

    def remove(self, name: str) -> None:
        """Remove the text, if it is there."""


class _Below:
    """Texts below a root, which a folder and a bucket read in the same way."""

    root: Path | CloudPath

    def read(self, name: str) -> str | None:
        path = self.root / name
        with _told(path, "read"):
            return path.read_text() if path.exists() else None

    def names(self, folder: str) -> list[str]:
        path = self.root / folder
        with _told(path, "listed"):
            there = (each.name for each in path.iterdir()) if path.exists() else iter(())
            return sorted(f"{folder}/{name}" for name in there if not name.startswith("."))

    def remove(self, name: str) -> None:
        path = self.root / name
        with _told(path, "removed"):
            path.unlink(missing_ok=True)


class Folder(_Below):
    """A folder that is its owner's alone, and `private` above it, which git ignores."""

    root: Path

    def __init__(self, root: Path, private: Path | None = None) -> None:
        self.root, self.private = root, private or root

    def write(self, name: str, text: str) -> str:
        path = self.root / name
        with _told(path, "written"):
            self._made(path.parent)
            write_whole(path, text)
        return str(path)

    def _made(self, folder: Path) -> None:
        between = [each for each in folder.parents if self.private in (each, *each.parents)]
        self.private.parent.mkdir(parents=True, exist_ok=True)
        for each in (*reversed(between), folder):
            each.mkdir(exist_ok=True, mode=0o700)
        (self.private / ".gitignore").write_text("*\n")


class Bucket(_Below):
    """A prefix of a bucket. An object is put whole by each of the three services."""

    def __init__(self, root: CloudPath) -> None:
        self.root = root

    def write(self, name: str, text: str) -> str:
        path = self.root / name
        with _told(path, "written"):
            path.write_text(text)
        return str(path)


def at(place: str, *below: str) -> Store:
    """The store at a folder or at s3://…, gs://…, azblob://…. Raises StackStateError where the library is missing."""
    scheme, separator, rest = place.partition("://")
    if not separator:
        folder = Path(place).expanduser().resolve()
        return Folder(folder.joinpath(*below), folder)
    if not rest.strip("/"):
        raise StackStateError(f"copies cannot be kept at {place}: it names no bucket")
    try:
        from cloudpathlib import CloudPath
        from cloudpathlib.exceptions import CloudPathException
    except ImportError as error:
        raise StackStateError(
            f"{place} needs the library cloudpathlib",
            hint="pip install 'pulumi-rolling[stores]' 'cloudpathlib[s3,gs,azure]', or the one of the three you use.",
        ) from error
    try:
        # The class looks abstract to a type checker, and answers with that of the scheme.
        root = CloudPath(f"{AZURE.get(scheme, scheme)}://{rest}")  # type: ignore[abstract]
        return Bucket(root.joinpath(*below))
    except (CloudPathException, ValueError) as error:
        raise StackStateError(f"copies cannot be kept at {place}: {error}") from error


AZURE = {"azblob": "az"}
"""Pulumi's name of Azure's blobs, and the library's."""
REFUSALS = (
    ("cloudpathlib.exceptions", "CloudPathException"),
    ("botocore.exceptions", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("boto3.exceptions", "Boto3Error"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("google.api_core.exceptions", "GoogleAPIError"),
    ("azure.core.exceptions", "AzureError"),
)
"""Errors of the services' own libraries, which the library hands on as they are."""


@contextmanager
def _told(place: object, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StackStateError(f"{place} cannot be {what}: {error.strerror or error}") from error
    except _refusals() as error:
        raise StackStateError(f"{place} cannot be {what}: {error}") from error


def _refusals() -> tuple[type[Exception], ...]:
    """Those of the libraries that are loaded; one that is not has raised nothing."""
    return tuple(getattr(sys.modules[name], kind) for name, kind in REFUSALS if name in sys.modules)
