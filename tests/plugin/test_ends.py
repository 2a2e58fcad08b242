"""Signals that end the plugin's process."""

from __future__ import annotations

import signal

import pytest
from pulumi_rolling.plugin.serving import _ends


@pytest.mark.parametrize(("ignored", "ends"), [(False, True), (True, False)], ids=["a terminal", "nohup"])
def test_a_closed_terminal_ends_the_plugin_but_not_under_nohup(ignored: bool, ends: bool) -> None:
    """SIGHUP asks for the same end as SIGTERM; a process that was started to ignore it goes on."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        assert (signal.SIGHUP in _ends()) is ends and {signal.SIGINT, signal.SIGTERM} <= set(_ends())
    finally:
        signal.signal(signal.SIGHUP, before)
