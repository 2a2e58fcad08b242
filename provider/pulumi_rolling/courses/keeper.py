"""Keeps the course of one rollout, point by point, while it is driven.

No fault of it reaches the rollout: it is said once, and nothing more is kept where it happened. A driver that goes on
with a rollout goes on in the same course, which it finds on this machine or else in the bucket.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, replace

from pulumi_rolling.courses.courier import Courier
from pulumi_rolling.courses.folder import Folder
from pulumi_rolling.courses.settings import FOLDER, OFF
from pulumi_rolling.report.course.course import Course, Drive, Head
from pulumi_rolling.report.course.lines import cut_line, drive_line, head_line, point_line
from pulumi_rolling.report.course.point import Point, is_landmark, is_same, is_told

MOST_CHARACTERS = 4 * 1024 * 1024
"""Of one course, its landmarks aside."""
_LEAST = 0.001
"""Seconds to which moments are told."""
BROUGHT_EVERY = 60.0
"""Seconds between two puts into the bucket; what people may wait for is put at once."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a course is begun with. ``found``: the course as another driver has left it."""

    head: Head
    drive: Drive
    found: Course | None = None


class Keeper:
    def __init__(
        self,
        kept: Kept,
        folder: Folder | None,
        courier: Courier | None,
        say: Callable[[str], None],
        most: int = MOST_CHARACTERS,
    ) -> None:
        self._head, self._say, self._most = kept.head, say, most
        self._folder, self._courier = folder, courier
        found = kept.found
        self._points = list(found.points if found else ())
        # By another clock it may seem to have begun before the driver that it follows had ended.
        after = self._points[-1].at + _LEAST if self._points else 0.0
        drive = replace(kept.drive, at=max(kept.drive.at, after))
        self._drives = [*(found.drives if found else ()), drive]
        self._cut = found is not None and found.cut
        self._length = 0
        self._brought_at = 0.0
        self._begin(found)

    def take(self, point: Point) -> None:
        """Keep a point, unless it brings nothing new. None stands before its driver, whatever the clock does."""
        last = self._points[-1] if self._points else None
        point = replace(point, at=max(point.at, self._drives[-1].at, last.at if last is not None else 0.0))
        if last is not None and is_same(last, point) and not is_told(point):
            return
        line = point_line(point)
        if not is_landmark(point) and (self._cut or self._length + len(line) > self._most):
            if not self._cut:
                self._cut = True
                self._write(cut_line())
            return
        self._points.append(point)
        self._write(line)
        stands_anew = bool(point.stands) and (last is None or last.stands != point.stands)
        if stands_anew or is_landmark(point) or point.at - self._brought_at > BROUGHT_EVERY:
            self._bring(point.at)

    def close(self) -> None:
        """Whatever became of the rollout, what is known of it is brought to the bucket."""
        if self._courier is not None and self._points:
            self._courier.bring(self.course)
            self._courier.close()
            self._hear_courier()

    def _begin(self, found: Course | None) -> None:
        """The lines before the first point; all that is known, where this machine does not have it."""
        lines = [drive_line(self._drives[-1])]
        if self._folder is not None:
            try:
                self._folder.mend(self._head.id)
                self._length = self._folder.size(self._head.id)
                here = self._folder.read(self._head.id)
                if here is None:
                    before = [*map(drive_line, self._drives[:-1]), *map(point_line, self._points)]
                    lines = [head_line(self._head), *before, *lines]
                    self._folder.prune()
            except OSError as error:
                self._lose_folder(error)
        self._write("".join(lines))

    def _write(self, lines: str) -> None:
        self._length += len(lines)
        if self._folder is None:
            return
        try:
            self._folder.append(self._head.id, lines)
        except OSError as error:
            self._lose_folder(error)

    def _lose_folder(self, error: OSError) -> None:
        where, self._folder = self._folder, None
        if where is not None:
            why = f"the course of {self._head.group} is not kept in {where.root}: {error.strerror or error}"
            self._say(f"{why}. {_folder_advice(error)}")

    def _bring(self, at: float) -> None:
        self._hear_courier()
        if self._courier is not None:
            self._brought_at = at
            self._courier.bring(self.course)

    def _hear_courier(self) -> None:
        if self._courier is not None and self._courier.fault:
            fault, self._courier = self._courier.fault, None
            self._say(f"the course of {self._head.group} is not kept in its bucket: {fault}")

    @property
    def course(self) -> Course:
        return Course(self._head, tuple(self._drives), tuple(self._points), self._cut)


def _folder_advice(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Make room there."
    return f"Name a folder in {FOLDER} that can be written, or '{OFF}'."
