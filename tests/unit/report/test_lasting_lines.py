"""Texts that stay under a resource: each line within the width, and every word as it was."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import engine_pb2
from pulumi_rolling.host.engine_log import STACK, WIDTH, EngineLog


@given(st.lists(st.text("ab :-'", max_size=90), max_size=12), st.booleans(), st.booleans())
def test_a_text_that_stays_has_no_line_longer_than_the_width(
    words: list[str], row: bool, warning: bool
) -> None:
    """Whatever is said in preview: a longer line is one word, and no word is lost, broken or moved."""
    sent: list[engine_pb2.LogRequest] = []
    stub = SimpleNamespace(Log=lambda request, timeout: sent.append(request))
    text = "web: replacing\n" + ("  waits for   " if row else "") + " ".join(words)
    EngineLog("", stub).say("urn:web", text, warning=warning)
    (said,) = sent
    before = "warning: " if warning else ""
    assert said.message.split() == text.split()
    for line in f"{before}{said.message}".split("\n"):
        assert len(line) <= WIDTH or len(line.split()) == 1


def test_what_is_to_be_done_stays_one_line() -> None:
    """A line to the whole stack holds a command, which people copy."""
    sent: list[engine_pb2.LogRequest] = []
    stub = SimpleNamespace(Log=lambda request, timeout: sent.append(request))
    EngineLog("", stub).say(STACK, "run it " * 40)
    assert "\n" not in sent[0].message
