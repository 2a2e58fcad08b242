"""A thread that brings a course to its bucket, so that no decision waits for S3. The newest is brought, the others not.

What goes wrong is kept for the driving thread to say.
"""

from __future__ import annotations

import threading
import time

from pulumi_rolling.courses.bucket import Bucket
from pulumi_rolling.errors import FleetError, TemporaryFleetError
from pulumi_rolling.report.course.course import Course

AGAIN = 1.0
"""Seconds until what failed for the moment is tried again."""
PATIENCE = 10.0
"""Seconds for which the end of a rollout waits for the last of it."""


class Courier:
    def __init__(self, bucket: Bucket, patience: float | None = None) -> None:
        self._bucket = bucket
        self._patience = PATIENCE if patience is None else patience
        self._news = threading.Condition()
        self._next: Course | None = None
        self._closes_at: float | None = None
        self._fault: FleetError | None = None
        self._gave_up = False
        self._late = False
        self._thread = threading.Thread(target=self._run, name="course", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str:
        """Why nothing more is brought; empty where all is well."""
        if self._fault is not None and (self._gave_up or self._late):
            return str(self._fault)
        return f"no answer within {self._patience:g} s" if self._late else ""

    def bring(self, course: Course) -> None:
        with self._news:
            self._next = course
            self._news.notify()

    def close(self) -> None:
        """Wait for what is on its way, and no longer than the patience lasts."""
        with self._news:
            self._closes_at = time.monotonic() + self._patience
            self._news.notify()
        self._thread.join(self._patience + AGAIN)
        self._late = self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._next is not None or self._closes_at is not None)
                course, self._next = self._next, None
            if course is None:
                return
            try:
                self._bucket.put(course)
                self._fault = None
            except TemporaryFleetError as error:
                self._fault = error
                if not self._waits(course):
                    self._gave_up = True
                    return
            except FleetError as error:
                self._fault, self._gave_up = error, True
                return

    def _waits(self, course: Course) -> bool:
        """Whether there is still time to try again: what failed, unless there is something newer by then."""
        with self._news:
            self._next = self._next or course
            if self._closes_at is None:
                self._news.wait_for(lambda: self._closes_at is not None, AGAIN)
                return True
        time.sleep(AGAIN)
        return time.monotonic() < self._closes_at
