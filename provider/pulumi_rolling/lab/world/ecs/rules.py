"""What the lab plays differently on order about services: times of ECS, and what nobody documents.

Each switch stands where AWS's documents are silent, in the position that is likelier, and the other one is to be
tried. Of `standing_alarms` the developer guide speaks, and its default is what that says. This module refuses to know
what a rule leads to.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.lab.world.rules import Rules

HOUR = 3600.0


@dataclass(slots=True)
class ServiceRules(Rules):
    """Times in seconds.

    unchecked: RUNNING, until a task counts that nothing checks; remembered: stopped, until a task is forgotten;
    pending: before a service deployment begins; listed: before it is listed; current_lags: for which
    `currentServiceDeployment` shows the former one; turning: in which a rollback or a stop is only requested;
    returning: that a rollback takes at least; retry: from a failure to the next start, doubled each time up to
    eightfold; bake: with alarms, after all is replaced.
    """

    unchecked: float = 40.0
    remembered: float = HOUR
    pending: float = 0.0
    listed: float = 0.0
    current_lags: float = 5.0
    turning: float = 1.0
    returning: float = 1.0
    retry: float = 0.25
    bake: float = 0.0
    service_deployments: bool = True
    """Services have service deployments and revisions; otherwise `deployments[]` is all there is."""
    exits_count: bool = True
    """The breaker counts tasks of the deployment that ran and ended by themselves."""
    unplaced_counts: bool = False
    """The breaker counts tasks for which there is no place."""
    standing_alarms: bool = False
    """Alarms that were in ALARM when a deployment began are watched, too."""
    rollback_fails: bool = True
    """The breaker counts on the way back as well, and a second trigger is ROLLBACK_FAILED."""
    counts_anew: bool = True
    """The breaker's count begins at zero for a deployment that a rollback returns to."""
    configuration_merges: bool = True
    """UpdateService keeps the members of deploymentConfiguration that it does not name."""
    stops_first: bool = False
    """Old tasks are stopped as far as the minimum allows, also where new ones can be started."""
    abort_stops: bool = True
    """StopServiceDeployment with ABORT stops and returns nothing; otherwise it is refused."""
    whole_refused: bool = False
    """A minimum and a maximum of 100 both are refused, since they block deployments.

    A public linter's rules quote CreateService with that sentence; no document of AWS's has it.
    """
