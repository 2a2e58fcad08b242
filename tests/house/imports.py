"""Who imports whom, read off the sources: imports inside functions and under TYPE_CHECKING count as all others do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.house.sources import Source

Graph = Mapping[str, frozenset[str]]


def module_of(path: Path, root: Path) -> str:
    """``core/model/goal.py`` is core.model.goal; a package is named by its folder."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: Source) -> Iterator[tuple[str, str | None]]:
    """Module and name of each import; the house imports absolutely (ruff, TID)."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((each.name, None) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None and node.level == 0, f"{source.place}:{node.lineno} is relative"
            yield from ((node.module, each.name) for each in node.names)


def graph(files: tuple[Source, ...], root: Path) -> Graph:
    """Each module and those of the same tree that it imports."""
    modules = {module_of(source.path, root): source for source in files}

    def targets(source: Source) -> Iterator[str]:
        for module, name in imported(source):
            if f"{module}.{name}" in modules:
                yield f"{module}.{name}"
            elif module in modules:
                yield module

    return {module: frozenset(targets(source)) - {module} for module, source in modules.items()}


def circles(arrows: Graph) -> list[list[str]]:
    """The strongly connected components of more than one module, by Tarjan's algorithm."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        path.append(module)
        for target in arrows.get(module, ()):
            if target not in order:
                visit(target)
                lowest[module] = min(lowest[module], lowest[target])
            elif target in path:
                lowest[module] = min(lowest[module], order[target])
        if lowest[module] == order[module]:
            at = path.index(module)
            component = path[at:]
            del path[at:]
            if len(component) > 1:
                found.append(sorted(component))

    for module in arrows:
        if module not in order:
            visit(module)
    return sorted(found)
