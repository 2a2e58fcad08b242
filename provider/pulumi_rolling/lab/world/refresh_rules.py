"""What the lab plays differently on order about instance refreshes: times of the service, and what nobody documents.

Each switch stands where AWS's documents are silent, in the position that is likelier, and the other one is to be
tried. This module refuses to know what a rule leads to.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.lab.world.rules import Rules

HOUR = 3600.0
FOURTEEN_DAYS = 14 * 24 * HOUR


@dataclass(slots=True)
class RefreshRules(Rules):
    """Times in seconds.

    hour: without progress, until a refresh fails; longest: of active replacing; pending: before it begins;
    insufficient: from InService until a health source knows enough of an instance.
    """

    hour: float = HOUR
    longest: float = FOURTEEN_DAYS
    pending: float = 0.0
    insufficient: float = 0.0
    cancelling_blocks: bool = True
    """A second start is refused while one is Cancelling; otherwise that one is Cancelled at once."""
    baking_blocks: bool = True
    """A second start is refused while one is Baking; otherwise that one is Successful at once."""
    baking_rolls_back: bool = True
    """RollbackInstanceRefresh is carried out while one is Baking."""
    maximum_rounds_up: bool = False
    """MaxHealthyPercentage of the desired capacity is rounded up."""
    percent_rounds: bool = False
    """PercentageComplete is rounded to the nearest whole number and not down."""
    warming_in_time: bool = True
    """An instance that warms up is no blockage; otherwise its warm-up uses up the hour."""
    delay_counts: bool = False
    """Checkpoint delays are part of the fourteen days."""
    begun_counts: bool = False
    """InstancesToUpdate holds instances whose replacement has begun and is not done."""
    early_end: bool = False
    """EndTime is shown while a refresh is in progress."""
    irreversible_starts: bool = False
    """AutoRollback is accepted where a rollback is impossible, and fails without one."""
