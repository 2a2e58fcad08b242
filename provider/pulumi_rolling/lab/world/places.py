"""The choice of the zone for the next launch of a group.

Source: EC2 Auto Scaling user guide, "Distribute instances across Availability Zones". This module counts members
and lost zones, and refuses to know what is launched and why.
"""

from __future__ import annotations

from pulumi_rolling.lab.world.group import Group, Place


def place(group: Group) -> Place:
    """The place whose zone has fewest members; a lost zone only when every zone is lost."""
    every = group.now.places
    left = [each for each in every if each.zone not in group.lost_zones] or list(every)
    return min(left, key=lambda each: group.tally.zones[each.zone])
