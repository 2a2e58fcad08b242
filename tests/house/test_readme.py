"""README's programs: the first is an example that a test runs, the second the demo, whose run README shows."""

from __future__ import annotations

import ast
from typing import Any

import yaml
from pulumi_rolling.policy.spelling import camel

from tests.house.sources import TOP

BLOCKS = {"RollingUpdate", "Group"}


def programs() -> list[str]:
    """The blocks of Python."""
    return [part.partition("```")[0] for part in (TOP / "README.md").read_text().split("```python\n")[1:]]


def written() -> dict[str, dict[str, Any]]:
    """The plain values of the second program by the class that they are given to, spelled as in YAML."""
    calls = [node for node in ast.walk(ast.parse(programs()[1])) if isinstance(node, ast.Call)]
    return {
        call.func.attr: {
            camel(given.arg): ast.literal_eval(given.value)
            for given in call.keywords
            if given.arg and _plain(given.value)
        }
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in BLOCKS and call.keywords
    }


def _plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant | ast.List)


def test_the_first_program_is_the_example() -> None:
    """Word by word, but for its docstring; tests/examples runs it."""
    example = (TOP / "examples" / "attribute" / "__main__.py").read_text()
    assert example.partition('"""\n\n')[2] == programs()[0]


def test_the_program_is_the_demo_s() -> None:
    """Sizes, type and policy are equal to the values in examples/demo/Pulumi.yaml."""
    resources = yaml.safe_load((TOP / "examples" / "demo" / "Pulumi.yaml").read_text())["resources"]
    program = written()
    policy = resources["web"]["properties"]["updatePolicy"]["rollingUpdate"]
    assert program["RollingUpdate"] == policy
    assert program["Group"].items() <= resources["group"]["properties"].items() and len(program["Group"]) == 5
    assert ("instanceType", "t3.small") in resources["template"]["properties"].items()
