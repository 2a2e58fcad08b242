"""What the ESS lab plays differently on order: times, and what no public text settles.

Each switch stands where Alibaba's documents are silent, in the position that is likelier, and the other one is to be
tried. This module refuses to know what a rule leads to.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.lab.world.rules import Rules


@dataclass(slots=True)
class EssRules(Rules):
    """Times in seconds.

    check: from a change to the check of sizes that acts on it; retry: from a failed check to the next, doubled each
    time up to eightfold; health: from an illness to the removal; attach and detach: that a load balancer takes;
    standby: that EnterStandby and ExitStandby take; launch_timeout: until a member that never comes into service is
    rolled back; minute: how long a minute of a checkpoint's pause is; week: after which a refresh fails.
    """

    check: float = 0.1
    retry: float = 0.25
    health: float = 0.1
    attach: float = 0.1
    detach: float = 0.1
    standby: float = 0.05
    launch_timeout: float = 600.0
    minute: float = 60.0
    week: float = 604800.0
    parallel: bool = True
    """In a group with an expected number activities by hand, by schedule and by checks run side by side."""
    token_per_instance: bool = False
    """A hook's token covers one instance; otherwise every instance of its activity."""
    protected_to_standby: bool = False
    """EnterStandby takes a protected member; otherwise it is refused."""
    pending_removable: bool = True
    """RemoveInstances takes a member that is not in service yet; otherwise it is refused."""
    resume_ends_checkpoint: bool = True
    """ResumeInstanceRefresh ends a pause at a checkpoint; otherwise it is refused there."""
    floor_minimum: bool = False
    """The members that a refresh keeps in service are rounded down; otherwise up."""
    image_compared: bool = True
    """Where a refresh names an image, members are matched by it; otherwise by the id of the configuration alone."""
    container_refresh: bool = False
    """A group of container instances can be refreshed."""
    nonce_once: bool = True
    """A request whose nonce was seen before is refused."""
