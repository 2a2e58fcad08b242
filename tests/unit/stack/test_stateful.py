"""The list of stateful types: spelled as state spells them, and as the providers do where their SDK is there."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from pulumi_rolling.stack import stateful
from pulumi_rolling.stack.stateful import STATEFUL, lost_with

CLASSIC = r"(aws|alicloud|gcp|random|tls):[a-z0-9]+/([a-z]\w*):([A-Z]\w*)"
"""A bridged provider's module ends in its type, with a small first letter."""
NATIVE = r"(aws-native|azure-native):[a-z0-9]+:[A-Z]\w*"
KUBERNETES = r"kubernetes:[a-z0-9.]+/v\w+:[A-Z]\w*"


def test_each_type_is_spelled_as_a_type() -> None:
    """Bridged, native and Kubernetes types have the three shapes that Pulumi gives them."""
    wrong = []
    for token in STATEFUL:
        classic = re.fullmatch(CLASSIC, token)
        if classic and classic.group(2) == classic.group(3)[0].lower() + classic.group(3)[1:]:
            continue
        if not re.fullmatch(NATIVE, token) and not re.fullmatch(KUBERNETES, token):
            wrong.append(token)
    assert wrong == []


def test_no_type_stands_there_twice() -> None:
    """A type loses one thing."""
    every = [token for tokens in stateful._LOST.values() for token in tokens.split()]
    assert [token for token in set(every) if every.count(token) > 1] == []


def test_types_of_aws_are_those_of_its_sdk() -> None:
    """Each type of the classic provider stands in the installed SDK."""
    found = find_spec("pulumi_aws")
    if found is None or found.origin is None:
        pytest.skip("pulumi-aws is not installed; the extra end-to-end brings it")
    folder = Path(found.origin).parent
    missing = [
        token
        for token in STATEFUL
        if token.startswith("aws:")
        and not any(
            f"'{token}'" in file.read_text() for file in (folder / token[4:].split("/")[0]).glob("*.py")
        )
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("type_", "lost"),
    [
        ("aws:rds/instance:Instance", "its databases"),
        ("azure-native:sql:Database", "its databases"),
        ("azure-native:sql/v20211101:Database", "its databases"),
        ("azure-native:sql/v20230801preview:Database", "its databases"),
        ("kubernetes:core/v1:Namespace", "everything that is in it"),
        ("aws:ec2/launchTemplate:LaunchTemplate", ""),
        ("pulumi-python:dynamic:Resource", ""),
    ],
)
def test_what_is_lost_is_told_by_type(type_: str, lost: str) -> None:
    """A type of Azure is known in each version of its interface, and other types lose nothing of the list."""
    assert lost_with(type_) == lost
