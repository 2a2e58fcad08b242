"""Tasks for many members: they never keep the one who looks, and are as many at once as they may be."""

from __future__ import annotations

import threading

from pulumi_rolling.fleets.replace import Done, Reached
from pulumi_rolling.probes.attempt import Attempt
from pulumi_rolling.probes.side_by_side import AT_ONCE, SideBySide

from tests.fleets.scripted_aws import wait_until

FORTY = [Reached(f"i-{number}") for number in range(40)]


class Held:
    """A task that is over when it is let go; it counts how many run."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.running = self.most = self.calls = 0
        self.woken = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, member: Reached, attempt: Attempt) -> Done:
        with self._lock:
            self.running, self.calls = self.running + 1, self.calls + 1
            self.most = max(self.most, self.running)
        while not self.free.wait(0.01) and not attempt.is_ended:
            pass
        with self._lock:
            self.running -= 1
        return Done(True)


def test_many_run_side_by_side_and_no_more_than_that() -> None:
    """Forty wait their turn while sixteen run; a look brings what is there and waits for nothing."""
    held = Held()
    tasks = SideBySide(held, None, held.woken.set)
    assert tasks.look(FORTY) == {}
    wait_until(lambda: held.running == AT_ONCE, 10.0)
    assert tasks.look(FORTY) == {} and not held.woken.is_set()
    held.free.set()
    wait_until(lambda: len(tasks.look(FORTY)) == 40, 10.0)
    assert held.most == AT_ONCE and held.calls == 40 and held.woken.is_set()
    assert len(tasks.look(FORTY)) == 40 and held.calls == 40, "a success is not asked for again"
    tasks.close()


def test_it_ends_for_members_that_are_not_wanted() -> None:
    """Nothing goes on for a member that went, and closing ends all."""
    held = Held()
    tasks = SideBySide(held, None, held.woken.set)
    tasks.look(FORTY[:3])
    wait_until(lambda: held.running == 3, 10.0)
    tasks.look(FORTY[:1])
    wait_until(lambda: held.running == 1, 10.0)
    tasks.close()
    wait_until(lambda: held.running == 0, 10.0)
    assert tasks.look(()) == {}


def test_it_is_tried_again_until_it_succeeds() -> None:
    """The last failure is told meanwhile; the one who waits is woken by the success."""
    tries: list[int] = []
    woken, go_on = threading.Event(), threading.Event()

    def third(member: Reached, attempt: Attempt) -> Done:
        tries.append(1)
        if len(tries) == 2:
            go_on.wait(10.0)
        return Done(len(tries) == 3, f"try {len(tries)}")

    tasks = SideBySide(third, 0.01, woken.set)
    wait_until(lambda: tasks.look(FORTY[:1]) == {"i-0": Done(False, "try 1")}, 10.0)
    assert not woken.is_set()
    go_on.set()
    assert woken.wait(10.0)
    assert tasks.look(FORTY[:1])["i-0"].succeeded and len(tries) == 3
    tasks.close()


def test_what_is_done_once_is_done_anew_for_one_who_is_chosen_again() -> None:
    """A failure is told as long as its member is wanted, and forgotten with it."""
    tries: list[str] = []

    def fails(member: Reached, attempt: Attempt) -> Done:
        tries.append(member.id)
        return Done(False, f"try {len(tries)}")

    tasks = SideBySide(fails, None, lambda: None)
    wait_until(lambda: tasks.look(FORTY[:1]) == {"i-0": Done(False, "try 1")}, 10.0)
    assert tasks.look(FORTY[:1])["i-0"].said == "try 1" and len(tries) == 1
    tasks.look(())
    wait_until(lambda: tasks.look(FORTY[:1]) == {"i-0": Done(False, "try 2")}, 10.0)
    tasks.close()


def test_one_that_cannot_be_run_is_a_failure() -> None:
    """A machine that has no process left to give is told as the reason."""

    def breaks(member: Reached, attempt: Attempt) -> Done:
        raise OSError("no more processes")

    tasks = SideBySide(breaks, None, lambda: None)
    wait_until(lambda: bool(tasks.look(FORTY[:1])), 10.0)
    assert tasks.look(FORTY[:1])["i-0"] == Done(False, "could not be run: no more processes")
    tasks.close()
