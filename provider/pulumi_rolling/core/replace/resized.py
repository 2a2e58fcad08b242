"""Sizes that somebody else set while we roll become the sizes as found, to which the group returns.

We never set MaxSize, so any other than the one found is theirs. MinSize is ours while it is one that we have set, and
theirs otherwise. Desired alone is a wish beside ours, and its difference is kept (acts); Desired together with a new
MinSize is a whole new set of sizes, as another resource writes them, and then it is the wish itself.

Worked example: found 4/8/6 (least, greatest, desired) and raised to 7/8/7. Seen 6/12/10: somebody set all three, and
the group ends at 6/12/10. Seen 7/8/9: somebody wants two more, and it ends at 4/8/8.
"""

from __future__ import annotations

from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.rollout import Rollout, replace


def renewed(rollout: Rollout, live: Sizes) -> Rollout:
    """The rollout with what others did to the least and the greatest size."""
    found, ours = rollout.found.sizes, rollout.ours
    reset = live.min != found.min and live.min not in ours.least
    if not reset and live.max == found.max:
        return rollout
    sizes = Sizes(live.min if reset else found.min, live.max, found.desired)
    if reset and live.desired != ours.desired and (ours.desired or ours.desired_before):
        delta = live.desired - found.desired
        ours = replace(ours, desired=live.desired, desired_before=live.desired, delta=delta)
    return replace(rollout, found=replace(rollout.found, sizes=sizes), ours=ours)
