"""The course of a rollout, kept while it is driven, where the environment does not say otherwise.

Nothing of this is loaded before a rollout is driven, and nothing where no course is to be kept.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pulumi_rolling.errors import FleetError, PolicyErrors
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.operation import Operation

if TYPE_CHECKING:
    from pulumi_rolling.courses.bucket import Bucket
    from pulumi_rolling.courses.keeper import Keeper
    from pulumi_rolling.courses.settings import Address
    from pulumi_rolling.report.course.course import Course, Head


def keeper_of(operation: Operation, rollout: Any, context: Context) -> Keeper | None:
    """None where the environment wants nothing kept."""
    from pulumi_rolling.courses.settings import address_in, folder_in

    root, address = folder_in(os.environ), None
    try:
        address = address_in(os.environ)
    except PolicyErrors as error:
        context.warn(f"the course of {operation.name} is not kept in a bucket: {error}")
    if root is None and address is None:
        return None
    from pulumi_rolling.courses.folder import Folder
    from pulumi_rolling.courses.keeper import Keeper, Kept
    from pulumi_rolling.report.course.course import Drive

    folder, bucket = None if root is None else Folder(root), _bucket(operation, address)
    goal = rollout.goal
    head = _head(operation, rollout, context)
    drive = Drive(
        operation.clock.now(),
        operation.strategy.block.key,
        operation.strategy.situation.machine.name,
        str(goal.to),
        str(goal.came_from or ""),
    )
    found = _found(folder, bucket, head) if rollout.resumed_at is not None or rollout.generation > 1 else None
    courier = None
    if bucket is not None:
        from pulumi_rolling.courses.courier import Courier

        courier = Courier(bucket)
    kept = Kept(head if found is None else found.head, drive, found)
    return Keeper(kept, folder, courier, context.warn)


def _bucket(operation: Operation, address: Address | None) -> Bucket | None:
    if address is None:
        return None
    from pulumi_rolling.courses.bucket import bucket_at

    # An attempt that fails is the courier's to repeat.
    return bucket_at(address, operation.reach.defaults, lambda attempt: attempt())


def _found(folder: Any, bucket: Bucket | None, head: Head) -> Course | None:
    """The course as the driver before has left it; what cannot be read is begun anew."""
    found: Course | None = None
    try:
        found = None if folder is None else folder.read(head.id)
    except OSError:
        found = None
    if found is not None or bucket is None:
        return found
    try:
        return bucket.read(head.group, head.id)
    except FleetError:
        return None


def _head(operation: Operation, rollout: Any, context: Context) -> Head:
    from pulumi_rolling.report.course.course import Head

    return Head(
        id=rollout.goal.id,
        group=operation.name,
        kind=operation.kind.key,
        started_at=rollout.started_at,
        stack=context.stack,
        resource=context.resource,
        noun=operation.kind.noun,
    )
