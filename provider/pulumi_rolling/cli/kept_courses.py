"""Courses of rollouts as they are kept: on this machine, and in the bucket that the environment names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice

from pulumi_rolling.cli.patience import AtATerminal
from pulumi_rolling.courses.bucket import bucket_at
from pulumi_rolling.courses.folder import Folder
from pulumi_rolling.courses.settings import BUCKET, FOLDER, address_in, folder_in
from pulumi_rolling.errors import Fault, PolicyErrors, RollingError
from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.report.course.course import Course, Head

_WHOLE = 2
"""Slashes of a stack's whole name: ``organization/project/stack``."""


class KeptCourses:
    """Where a course is kept in both places, that of this machine is read."""

    def __init__(self, region: str | None, endpoint: str | None) -> None:
        root, address = folder_in(os.environ), address_in(os.environ)
        if root is None and address is None:
            raise PolicyErrors([Fault(FOLDER, f"is off, and {BUCKET} names no bucket.")])
        self._folder = None if root is None else Folder(root)
        where = Defaults(region, endpoint)
        self._bucket = None if address is None else bucket_at(address, where, AtATerminal())
        self.where = " and ".join(str(each) for each in (root, address) if each is not None)

    def newest(self, what: str | None, most: int) -> list[Course]:
        """Those of a group or of a stack, or all, the newest first."""
        found = {course.head.id: course for course in islice(self._here(what), most)}
        if self._bucket is not None:
            # A stack's are among those of all groups.
            for name in dict.fromkeys((what, None)):
                for group, ident in self._bucket.newest(name, most):
                    course = None if ident in found else self._bucket.read(group, ident)
                    if course is not None and _is_of(course.head, what):
                        found[ident] = course
        return sorted(found.values(), key=lambda course: course.head.started_at, reverse=True)[:most]

    def one(self, ident: str) -> Course:
        """The course whose id begins so. Raises RollingError where there is none, or more than one."""
        found = {head.id: head.group for head in self._heads() if head.id.startswith(ident)}
        if ident not in found and self._bucket is not None:
            found |= {name: group for group, name in self._bucket.find(ident)}
        names = [ident] if ident in found else sorted(found)
        if len(names) > 1:
            raise RollingError(f"{ident} begins the id of {len(names)} rolls: {', '.join(names[:5])}.")
        course = self._read(found[names[0]], names[0]) if names else None
        if course is None:
            raise RollingError(
                f"No roll {ident} is kept in {self.where}.", hint="'rolling history' lists those that are."
            )
        return course

    def _here(self, what: str | None) -> Iterator[Course]:
        for head in self._heads():
            course = self._read_here(head.id) if _is_of(head, what) else None
            if course is not None:
                yield course

    def _read(self, group: str, ident: str) -> Course | None:
        course = self._read_here(ident)
        if course is None and self._bucket is not None:
            course = self._bucket.read(group, ident)
        return course

    def _heads(self) -> Iterator[Head]:
        try:
            yield from () if self._folder is None else self._folder.heads()
        except OSError as error:
            raise _unreadable(error) from error

    def _read_here(self, ident: str) -> Course | None:
        try:
            return None if self._folder is None else self._folder.read(ident)
        except OSError as error:
            raise _unreadable(error) from error


def _unreadable(error: OSError) -> RollingError:
    return RollingError(f"{error.filename} cannot be read: {error.strerror or error}.")


def _is_of(head: Head, what: str | None) -> bool:
    """``what``: a group, or a stack as Pulumi takes it: alone, with its project, or with its organization, too."""
    if what is None or what in (head.group, head.stack, head.stack.rpartition("/")[2]):
        return True
    return what.count("/") == _WHOLE and what.partition("/")[2] == head.stack
