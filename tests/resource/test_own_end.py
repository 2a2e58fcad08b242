"""When a dynamic provider's process, whose engine was killed, ends by itself."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pulumi_rolling.host.own_end import is_busy, watch


class Ended(Exception):
    """The process would be gone."""


@pytest.mark.parametrize(
    ("gone", "busy", "looks"),
    [("..XX", "-", 4), (".X.X.XX", "-", 7), (".XXXX", "XX-", 5), (".XX", "-", 3)],
    ids=["gone", "a busy machine", "at work for two looks more", "gone at once"],
)
def test_it_ends_once_the_engine_is_gone_twice_and_nothing_is_under_way(
    gone: str, busy: str, looks: int
) -> None:
    """Each letter is one look: X for an engine that is gone, and for a thread that works."""
    seen, work = list(gone), list(busy)

    def end() -> None:
        raise Ended

    with pytest.raises(Ended):
        watch(lambda: seen.pop(0) == "X", lambda: work.pop(0) == "X", end, pause=lambda seconds: None)
    assert len(gone) - len(seen) == looks


def test_without_an_engine_from_the_beginning_nothing_ends() -> None:
    """A process that no engine started, such as a test's, is not ours to end."""
    watch(lambda: True, lambda: False, lambda: pytest.fail("it ended"))


def test_a_thread_of_a_pool_that_works_is_seen() -> None:
    """Any work counts, and no longer than it lasts; threads that wait for work are idle."""
    begun, over = threading.Event(), threading.Event()

    def work_on() -> bool:
        begun.set()
        return over.wait(20.0)

    with ThreadPoolExecutor(2) as pool:
        work = pool.submit(work_on)
        assert begun.wait(20.0) and is_busy()
        over.set()
        assert work.result()
