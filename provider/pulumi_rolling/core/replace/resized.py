"""Sizes that somebody else set while we roll become the sizes as found, to which the group returns.

We never set MaxSize, so any other than the one found is theirs. MinSize is ours while it is one that we have set, and
theirs otherwise. Desired alone is a wish beside ours, and its difference is kept (acts); Desired together with a new
MinSize is a whole new set of sizes, as another resource writes them, and then it is the wish itself.

Worked example: found 4/8/6 (least, greatest, desired) and raised to 7/8/7. Seen 6/12/10: somebody set all three, and
the group ends at 6/12/10. Seen 7/8/9: somebody wants two more, and it ends at 4/8/8.

Where the cloud counts members in standby in its sizes, who goes into standby or out of it changes none of them: what
was found, and what we made of Desired, is told anew without those who stand there now (as_counted).
"""

from __future__ import annotations

import dataclasses

from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.rollout import Rollout, replace


def as_counted(rollout: Rollout, live: Sizes) -> Rollout:
    """The rollout in numbers without those who stand in standby now, where the cloud counts them."""
    found, ours = rollout.found.sizes, rollout.ours
    more = live.standby - found.standby
    if not more:
        return rollout
    sizes = dataclasses.replace(
        found,
        min=max(0, found.told - live.standby),
        max=found.max - more,
        desired=max(0, found.desired - more),
        standby=live.standby,
        told_min=found.told,
    )
    if ours.desired or ours.desired_before:
        ours = replace(
            ours, desired=max(0, ours.desired - more), desired_before=max(0, ours.desired_before - more)
        )
    return replace(rollout, found=replace(rollout.found, sizes=sizes), ours=ours)


def renewed(rollout: Rollout, live: Sizes) -> Rollout:
    """The rollout with what others did to the least and the greatest size."""
    rollout = as_counted(rollout, live)
    found, ours = rollout.found.sizes, rollout.ours
    reset = live.told != found.told and live.told not in ours.least
    if not reset and live.max == found.max:
        return rollout
    sizes = dataclasses.replace(found, max=live.max)
    if reset:
        sizes = dataclasses.replace(sizes, min=live.min, told_min=live.told_min)
    if reset and live.desired != ours.desired and (ours.desired or ours.desired_before):
        delta = live.desired - found.desired
        ours = replace(ours, desired=live.desired, desired_before=live.desired, delta=delta)
    return replace(rollout, found=replace(rollout.found, sizes=sizes), ours=ours)
