"""Which stack of all this is: `dev` may be one of many, in other organisations, projects and backends."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from pulumi_rolling.stack.command import Pulumi


@dataclass(frozen=True)
class Name:
    """A stack's full name. `backend`: its address, without what differs between those who use it."""

    backend: str
    organization: str
    project: str
    stack: str

    @property
    def folder(self) -> str:
        """A folder's name that no other stack has and that people know again."""
        whole = json.dumps(asdict(self), sort_keys=True)
        return f"{self.stack}-{sha256(whole.encode()).hexdigest()[:8]}"


def found(pulumi: Pulumi) -> tuple[Pulumi, Name]:
    """The command for the stack that is meant, which is the selected one where `pulumi` names none, and its full name.

    Raises CommandError with Pulumi's reason where there is none.
    """
    nobody = replace(pulumi, stack="")
    with ThreadPoolExecutor(2) as beside:
        user = beside.submit(nobody.asked, "whoami", "--json")
        full = beside.submit(pulumi.asked, "stack", "--show-name", "--fully-qualify-stack-names")
        short = pulumi.stack or pulumi.asked("stack", "--show-name").strip()
        organization, project, stack = full.result().strip().split("/")
        url = str(json.loads(user.result())["url"])
    name = Name(_address(url, pulumi.folder), organization, project, stack)
    return replace(pulumi, stack=short), name


def _address(url: str, folder: Path) -> str:
    """The path in an address of Pulumi Cloud is its user's; parameters of a bucket say how to reach it."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}"
    if parts.scheme == "file":
        path = Path(url.removeprefix("file://")).expanduser()
        return f"file://{(folder / path).resolve()}"
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
