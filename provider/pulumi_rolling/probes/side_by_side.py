"""Tasks for many members, each in a thread of its own, so that nobody who asks for what they brought ever waits.

A task is done until it has succeeded once, or a single time. At most so many run at the same time in this process.
They end when nobody wants them any more, and with the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from pulumi_rolling.fleets.replace import Done, Reached
from pulumi_rolling.probes.attempt import Attempt

AT_ONCE = 16
"""Tasks of this process that run at the same time."""
_places = threading.BoundedSemaphore(AT_ONCE)

Task = Callable[[Reached, Attempt], Done]


class SideBySide:
    """``again``: seconds after a failure until the task is done once more; None: it is done once."""

    def __init__(self, task: Task, again: float | None, wake: Callable[[], None]) -> None:
        self._task = task
        self._again = again
        self._wake = wake
        self._lock = threading.Lock()
        self._attempts: dict[str, Attempt] = {}
        self._found: dict[str, Done] = {}

    def look(self, members: Sequence[Reached]) -> dict[str, Done]:
        """What the tasks for these members brought, the last try of each; those for others end.

        A success stays known, so that nobody is asked again. A failure is forgotten with its member.
        """
        wanted = {member.id: member for member in members}
        with self._lock:
            for name in self._attempts.keys() - wanted.keys():
                self._attempts.pop(name).end()
            self._found = {
                name: done for name, done in self._found.items() if done.succeeded or name in wanted
            }
            for name, member in wanted.items():
                over = self._found.get(name)
                if name in self._attempts or (over is not None and (over.succeeded or self._again is None)):
                    continue
                attempt = self._attempts[name] = Attempt()
                threading.Thread(
                    target=self._try, args=(member, attempt), name=f"probe {name}", daemon=True
                ).start()
            return {name: self._found[name] for name in wanted if name in self._found}

    def close(self) -> None:
        self.look(())

    def _try(self, member: Reached, attempt: Attempt) -> None:
        while not attempt.is_ended:
            with _places:
                if attempt.is_ended:
                    return
                try:
                    done = self._task(member, attempt)
                except OSError as error:
                    done = Done(False, f"could not be run: {error}")
            last = done.succeeded or self._again is None
            with self._lock:
                if self._attempts.get(member.id) is not attempt:
                    return
                self._found[member.id] = done
                if last:
                    del self._attempts[member.id]
            if last or self._again is None:
                self._wake()
                return
            attempt.rest(self._again)
