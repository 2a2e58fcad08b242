"""Fleets and limits for the tests of a simulated rollout, and one that is drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal
from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing, ZoneOrder
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.simulated import NEVER, Behaviour, SimulatedFleet

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
SLIDING = Limits(
    batch=2,
    floor=4,
    max_size=8,
    signals=True,
    pause=60.0,
    active_percent=None,
    pacing=Pacing.SLIDING,
    settle=6.0,
)


WELL = Behaviour()


def group(behaviour: Behaviour | tuple[Behaviour, ...] = WELL, **more: Any) -> SimulatedFleet:
    """Six members of version 1; ``behaviour`` is that of version 2."""
    given = {"desired": 6, "min_size": 2, "max_size": 8, **more}
    return SimulatedFleet(revision=V1, behaviours={"two": behaviour}, **given)


def fresh(fleet: SimulatedFleet) -> Rollout:
    return new_rollout("r", V2, V1, fleet.sizes, fleet.suspended, fleet.now)


def counted(fleet: SimulatedFleet) -> list[Member]:
    away = (Lifecycle.LEAVING, Lifecycle.STANDBY)
    return [m for m in fleet.members() if m.lifecycle not in away]


def shown(fleet: SimulatedFleet, member: str) -> Member:
    """As a driver sees it now."""
    seen = fleet.observe(fresh(fleet)).observation
    return next(m for m in seen.members if m.id == member)


@dataclass(frozen=True)
class Drawn:
    """A policy, a group, and what befalls it, all by one number."""

    seed: int

    def limits(self) -> Limits:
        chance = random.Random(self.seed)
        desired, room = self._size(chance)
        signals = chance.random() < 0.6
        pacing = chance.choice(list(Pacing))
        sliding = pacing is Pacing.SLIDING
        made = Limits(
            batch=chance.randint(1, 6),
            floor=chance.randint(0, min(desired, desired + room - 1)),
            max_size=desired + room,
            need_percent=chance.choice([100.0, 80.0, 50.0, 0.0]),
            active_percent=None if signals else chance.choice([100.0, 50.0]),
            signals=signals,
            pause=60.0 if signals else 0.0 if sliding else chance.choice([0.0, 5.0]),
            pacing=pacing,
            guard=chance.choice(list(Guard)) if sliding else Guard.OFF,
            on_failure=chance.choice([OnFailure.ROLL_BACK, OnFailure.LEAVE]),
            settle=8.0,
            boot_limit=120.0,
            warm_up=chance.choice([0.0, 7.0]),
            canary=chance.choice([0, 0, 1, 2]),
            soak=chance.choice([0.0, 13.0]),
            slow_start=chance.random() < 0.3,
            checkpoints=chance.choice([(), (20.0, 50.0)]),
            checkpoint_delay=chance.choice([0.0, 9.0]),
            bake=chance.choice([0.0, 20.0]),
            drain=chance.choice([None, None, 15.0]),
            zone_order=chance.choice(list(ZoneOrder)),
            target_health=chance.random() < 0.3,
            status_checks=chance.random() < 0.2,
            timeout=chance.choice([None, None, 100.0]),
            suspend=chance.choice([frozenset[str](), frozenset({"HealthCheck"})]),
            alarms=("errors",),
        )
        return replace(made, approval=bool(made.canary or made.checkpoints) and chance.random() < 0.3)

    def fleet(self) -> SimulatedFleet:
        chance = random.Random(self.seed)
        desired, room = self._size(chance)
        limits = self.limits()
        well = Behaviour(boot=chance.uniform(1, 20), spread=chance.uniform(0, 0.8))
        ill = replace(
            well,
            signal=chance.choice([Signal.SUCCESS, Signal.SUCCESS, None, Signal.FAILURE]),
            signal_again=chance.choice([None, Signal.SUCCESS, Signal.FAILURE]),
            signal_again_after=3.0,
            share=chance.choice([1.0, 0.2, 0.1]),
            abandon=chance.random() < 0.1,
            in_service=chance.random() < 0.8,
            vanish_after=chance.choice([NEVER] * 4 + [5.0]),
            dies_after=chance.choice([NEVER] * 4 + [6.0]),
        )
        fleet = SimulatedFleet(
            desired=desired,
            max_size=desired + room,
            revision=V1,
            behaviours={"two": chance.choice([well, ill, ill])},
            seed=self.seed,
            stale=chance.choice([0.0, 0.0, 1.5]),
            targets=limits.target_health,
            checks=limits.status_checks,
            alarms={"errors": AlarmState.OK},
            warm=chance.choice([0, 0, 2]),
        )
        self._befall(fleet, chance)
        return fleet

    def _size(self, chance: random.Random) -> tuple[int, int]:
        return chance.randint(1, 14), chance.randint(1, 5)

    def _befall(self, fleet: SimulatedFleet, chance: random.Random) -> None:
        first = fleet.members()[0].id

        def protect_first() -> None:
            if first in {m.id for m in fleet.members()}:
                fleet.protect(first)

        misfortunes: list[Callable[[], object]] = [
            lambda: fleet.lose_zone("zone-2"),
            lambda: fleet.move(desired=fleet.sizes.desired + 1),
            lambda: fleet.attach(V1),
            lambda: fleet.signal("i-nobody", Signal.FAILURE),
            protect_first,
            lambda: fleet.set_alarm("errors", AlarmState.ALARM),
        ]
        for _ in range(chance.choice([0, 0, 1, 2])):
            fleet.after(chance.uniform(0, 60), chance.choice(misfortunes))
