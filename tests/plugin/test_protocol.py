"""The plugin's start: the messages of Pulumi's protocol are loaded without the SDK around them."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = "import sys; from pulumi_rolling.plugin import protocol; protocol.load(); "


def said(program: str) -> str:
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_the_plugin_serves_without_the_sdk() -> None:
    """All that the plugin's server imports is there, and no module of the SDK but messages is."""
    others = said(
        LOADED + "import pulumi_rolling.plugin.serving;"
        "print([n for n in sys.modules if n.split('.')[0] == 'pulumi' and not n.startswith('pulumi.runtime.proto')])"
    )
    assert others == "[]"


def test_an_import_of_the_sdk_afterwards_gets_all_of_it() -> None:
    """Its own messages are the ones that were loaded before."""
    program = (
        "from pulumi.runtime.proto import engine_pb2 as ours; import pulumi; from pulumi.runtime import proto;"
        "import pulumi.runtime.sync_await; from pulumi.runtime.proto import engine_pb2;"
        "print(pulumi.Output.__name__, proto.engine_pb2 is ours is engine_pb2)"
    )
    assert said(LOADED + program) == "Output True"


@pytest.mark.parametrize("hidden", ["pulumi", "pulumi.runtime"])
def test_without_an_sdk_the_import_that_needs_it_says_so(hidden: str) -> None:
    """Loading raises nothing and leaves nothing behind."""
    program = f"""
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == {hidden!r} else found(name)
{LOADED}
print([name for name in sys.modules if name.split('.')[0] == 'pulumi'])
"""
    assert said(program) == "[]"
