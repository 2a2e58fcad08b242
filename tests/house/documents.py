"""What the documents name: paths, names in files, links, and commands.

A path begins in the package, in its folder of tests, or at the top. `<kind>` in it stands for any name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.house.sources import PACKAGE, TOP

CHECKLISTS = TOP / "CONTRIBUTING.md"
HEADING = "## How to add "
_QUOTED = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?P<path>[\w.<>-]+(?:/[\w.<>-]+)*/?)(?:: (?P<name>[A-Za-z_][\w.]*))?")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_ENDINGS = (".py", ".md", ".toml")


@dataclass(frozen=True)
class Mention:
    """A path that a document names, and the name in that file where it says one."""

    document: str
    path: str
    name: str | None = None

    def files(self) -> list[Path]:
        """All that the path may mean; none where it does not exist."""
        pattern = re.sub(r"<\w+>", "*", self.path.rstrip("/"))
        return [found for top in (PACKAGE, TOP) for found in top.glob(pattern)]

    def __str__(self) -> str:
        return f"{self.document}: {self.path}" + (f": {self.name}" if self.name else "")


@cache
def documents() -> tuple[Path, ...]:
    """README, CONTRIBUTING, CHANGELOG and everything below docs."""
    return (*sorted(TOP.glob("*.md")), *sorted((TOP / "docs").rglob("*.md")))


def mentions(document: Path, text: str | None = None) -> Iterator[Mention]:
    """The paths between backticks: what has a folder that exists at its head, or ends like a file of ours."""
    place = str(document.relative_to(TOP))
    for quoted in _QUOTED.findall(document.read_text() if text is None else text):
        found = _PATH.fullmatch(quoted)
        if found and _is_path(found["path"]):
            yield Mention(place, found["path"], found["name"])


def _is_path(text: str) -> bool:
    head, slash, _ = text.partition("/")
    if slash:
        return (PACKAGE / head).is_dir() or (TOP / head).is_dir()
    return text.endswith(_ENDINGS)


def checklists() -> dict[str, str]:
    """Each checklist of CONTRIBUTING by what it adds."""
    parts = CHECKLISTS.read_text().split(HEADING)[1:]
    return {part.split("\n")[0]: part.split("\n## ")[0] for part in parts}


def defines(file: Path, name: str) -> bool:
    """Whether a module has a name at its top, or a class of its top has it (`Block.other_names`)."""
    body: list[ast.stmt] = ast.parse(file.read_text()).body
    *owners, last = name.split(".")
    for owner in owners:
        body = [
            s for node in body if isinstance(node, ast.ClassDef) and node.name == owner for s in node.body
        ]
    return any(last in _names(statement) for statement in body)


def _names(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield statement.name
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id
    elif isinstance(statement, ast.Assign):
        yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def links(document: Path) -> Iterator[str]:
    """Targets of links within the repository."""
    return (target for target in _LINK.findall(document.read_text()) if "://" not in target)


def commands(document: Path, program: str) -> Iterator[list[str]]:
    """The words of each call of a program in a document: between backticks, or on a line of code."""
    text = document.read_text()
    for said in (*_QUOTED.findall(text), *_code_lines(text)):
        words = said.split("#")[0].split()
        if len(words) > 1 and words[0] == program:
            yield words[1:]


def _code_lines(text: str) -> Iterator[str]:
    """Lines between fences, and those that are indented by four."""
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield line.strip().removeprefix("$ ")
