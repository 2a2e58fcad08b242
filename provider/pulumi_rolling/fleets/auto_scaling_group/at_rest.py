"""A group of which nothing is to be done, by its description alone.

What is asked for is more than a diff needs: where any answer here is no, the whole look says what that means.
"""

from __future__ import annotations

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.errors import FleetError
from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.auto_scaling_group.poll import poll_of
from pulumi_rolling.fleets.auto_scaling_group.strays import misplaced
from pulumi_rolling.fleets.auto_scaling_group.wanted import Wanted, made_from, wanted_pointer
from pulumi_rolling.fleets.aws.api import Answer, AwsApi
from pulumi_rolling.fleets.aws.machines import Machines
from pulumi_rolling.fleets.aws.place import Place

FRESH = 1.0
"""Seconds for which a description made for another group's look also serves this one."""


def described_at(place: Place, name: str) -> Answer | None:
    """The group from the look that diffs share. None where it does not come at once: retries are no matter of here."""
    poll = poll_of(place)
    poll.register(name)
    try:
        return poll.glance(name, steady() - FRESH, AwsApi(place, lambda work: work())).description
    except FleetError:
        return None


def is_at_rest(group: Answer, wanted: Wanted, fixed: str) -> bool:
    """Whether the pointer, what is wanted and every member are at one revision, and nothing else is to be seen.

    ``fixed``: a revision that was read once and names all for good.
    """
    listed = tuple(described.listed(group))
    return (
        not group.get("MixedInstancesPolicy")
        and not group.get("WarmPoolConfiguration")
        and not described.marks(group)
        and described.pointer(group) == wanted_pointer(wanted, group) == fixed
        and all(one.lifecycle is Lifecycle.IN_SERVICE and made_from(one) == fixed for one in listed)
        and not misplaced(group, listed, Machines())
    )
