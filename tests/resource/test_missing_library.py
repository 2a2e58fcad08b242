"""An environment in which a library is missing, seen by both faces: one line that says what to install."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from pulumi_rolling.errors import not_installed
from pulumi_rolling.resource.dynamic import RollingGroupProvider

GROUP = {"name": "web", "region": "us-east-1", "launchTemplate": {"id": "lt-1", "version": "1"}}
INPUTS: dict[str, Any] = {"autoScalingGroup": GROUP, "updatePolicy": {"rollingUpdate": {}}}


def test_the_python_resource_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider's process has no AWS SDK: the engine hears RollFailed and a line, without frames."""
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(Exception, match=r"botocore\.session is not installed") as failed:
        RollingGroupProvider().check({}, INPUTS)
    assert type(failed.value).__name__ == "RollFailed"
    assert str(failed.value) == "botocore.session is not installed. Run pip install 'pulumi-rolling'."
    assert sys.tracebacklimit == 0


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("yaml", "yaml is not installed. Run pip install 'pulumi-rolling'."),
        ("moto.core", "moto.core is not installed. Run pip install 'pulumi-rolling[lab]'."),
        ("cloudpathlib", "cloudpathlib is not installed. Run pip install 'pulumi-rolling[stores]'."),
    ],
)
def test_a_third_party_is_named_with_what_brings_it(module: str, said: str) -> None:
    """An extra where an extra brings it, and the package otherwise."""
    assert str(not_installed(ModuleNotFoundError(name=module))) == said


@pytest.mark.parametrize("module", ["pulumi_rolling.gone", "json.gone", ""])
def test_a_module_of_ours_is_a_bug_and_stays_one(module: str) -> None:
    """Nobody is told to install what is missing in this package itself."""
    assert not_installed(ModuleNotFoundError(name=module)) is None
