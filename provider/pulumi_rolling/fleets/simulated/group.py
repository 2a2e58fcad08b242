"""The cloud's side of a simulated group under virtual time: launches, boots, refusals, healing, losses.

Whatever changes is noted in ``history`` and ``launched``, the truth, apart from what answers show. Not played:
rebalancing between zones, replacement of members for their targets' health, and limits on Desired, which is taken as
it is set.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from pulumi_rolling.core.model.member import Member, Revision, Signal, Sizes, TargetHealth
from pulumi_rolling.core.replace.observation import LaunchError, Loss, RefusedLaunch
from pulumi_rolling.fleets.simulated.behaviour import NEVER, Behaviour, draw, draw_id
from pulumi_rolling.fleets.simulated.initial_members import START, members_before, zone_names
from pulumi_rolling.fleets.simulated.life import Life, Track
from pulumi_rolling.fleets.simulated.options import Options
from pulumi_rolling.fleets.simulated.view import View

RETRY_LAUNCH = 5.0
"""Seconds from a refused launch to the next."""
DETECT_UNHEALTHY = 3.0
"""Seconds from a machine's death until the group finds it."""

_NO_HEALING = frozenset({"HealthCheck", "ReplaceUnhealthy", "Terminate"})


class Truth(NamedTuple):
    """The group at one moment as it really was. ``by_us``: the change was an act of the driver."""

    at: float
    in_service: int
    total: int
    by_us: bool


class Birth(NamedTuple):
    """One launch. ``by_us``: the driver's acts owed it; otherwise the cloud's own, or another party's."""

    at: float
    id: str
    revision: Revision
    by_us: bool


class SimulatedGroup:
    """The truth. What others do to it is in ``misfortunes``; what a driver sees of it and may do, in ``fleet``."""

    def __init__(self, options: Options) -> None:
        self.now = START
        self.history: list[Truth] = []
        self.launched: list[Birth] = []
        self.foreign_signals: list[tuple[float, str, Signal]] = []
        """Signals for ids that are no members, which do not count."""
        self._chance = random.Random(options.seed)
        self._behaviours = {
            digest: (given,) if isinstance(given, Behaviour) else tuple(given)
            for digest, given in (options.behaviours or {}).items()
        }
        self._refused: dict[str, int] = {}
        self._refusals: dict[str, tuple[LaunchError, str]] = {}
        self._shutdown = options.shutdown
        self._with_targets = options.targets
        self._with_checks = options.checks
        self._lives: dict[str, Life] = {}
        self._pool: dict[str, Life] = {}
        self._pool_size = options.warm
        self._in_zone = dict.fromkeys(zone_names(options.zones), 0)
        self._lost_zones: set[str] = set()
        self._weights = tuple(options.weights)
        self._total = 0
        self._units = 0
        self._serving = 0
        self._owed_by_us = 0
        self._dead: dict[str, Life] = {}
        self._launches: list[RefusedLaunch] = []
        self._losses: list[Loss] = []
        self._moments: list[tuple[float, int, Life | Callable[[], object] | None]] = []
        self._number = count()
        self._retry_at = 0.0
        self._view = View(options.stale)
        self._sizes = Track(Sizes(options.min_size, options.max_size, options.desired))
        self._pointer = Track(options.revision)
        self._suspended = Track(options.suspended)
        self._others = Track("")
        self._alarms = {name: Track(state) for name, state in (options.alarms or {}).items()}
        self._begin(options.desired)
        self._refill_pool()
        self.history.append(Truth(self.now, self._serving, self._total, False))

    @property
    def sizes(self) -> Sizes:
        return self._sizes.last

    @property
    def suspended(self) -> frozenset[str]:
        return self._suspended.last

    @property
    def pointer(self) -> Revision:
        return self._pointer.last

    def members(self) -> list[Member]:
        """The truth now, leaving members included."""
        return [life.show(self.now) for life in self._lives.values() if life.gone_at > self.now]

    def warm_pool(self) -> list[Member]:
        """The truth now."""
        return [life.show(self.now) for life in self._pool.values() if life.gone_at > self.now]

    def advance(self, to: float) -> None:
        """Let the cloud work until the moment ``to``."""
        while self._moments and self._moments[0][0] <= to:
            at, _, subject = heapq.heappop(self._moments)
            self.now = max(self.now, at)
            if isinstance(subject, Life):
                self._turn(subject)
            elif subject is not None:
                subject()
            self._go_on()
        self.now = max(self.now, to)

    def moves_at(self) -> float:
        """The next moment at which the cloud does something by itself."""
        return self._moments[0][0] if self._moments else NEVER

    def changes_at(self) -> float:
        """The next moment at which an answer may differ from the last one, unless somebody acts before."""
        return min(self.moves_at(), self._view.changes_at())

    def _begin(self, desired: int) -> None:
        """The members that were there before. Many groups begin alike, and what is shown of them is made once."""
        before = members_before(
            desired, self.pointer, len(self._in_zone), self._with_targets, self._with_checks, self._weights
        )
        self._lives = {life.id: life.again() for life in before.lives}
        self._in_zone.update(Counter(life.zone for life in before.lives))
        self._total = self._serving = len(before.lives)
        self._units = sum(life.weight for life in before.lives)
        self._view.begin(before.roster)

    def _resize(self, *, desired: int | None = None, least: int | None = None) -> None:
        sizes = self.sizes
        self._sizes.put(
            self.now,
            replace(
                sizes,
                min=sizes.min if least is None else least,
                desired=sizes.desired if desired is None else desired,
            ),
        )
        self._view.touch(None, self.now)

    def _go_on(self) -> None:
        """What the cloud does at once after anything has changed."""
        if self._dead:
            self._heal()
        if self._units != self.sizes.desired:
            self._reconcile()
        if self._owed_by_us:
            self._owed_by_us = min(self._owed_by_us, max(0, self.sizes.desired - self._units))
        if self._pool_size:
            self._refill_pool()
        self._note()

    def _heal(self) -> None:
        """Let members go that were found dead, where the processes for that are not suspended."""
        if self.suspended & _NO_HEALING:
            return
        for life in list(self._dead.values()):
            if life.dead_at <= self.now - DETECT_UNHEALTHY:
                self._leave(life, "failed a health check", excused=False)

    def _reconcile(self) -> None:
        """Launch what is owed; take away what is too many, oldest revision first as the default policy does."""
        surplus = self._units - self.sizes.desired
        if surplus > 0:
            current = self.pointer.digest
            counted = [x for x in self._lives.values() if x.counted and not x.is_protected(self.now)]
            counted.sort(key=lambda x: (x.revision.digest == current, x.launched_at, x.id))
            for life in counted:
                if life.weight <= surplus:
                    surplus -= life.weight
                    self._leave(life, "scaling", excused=True)
        if "Launch" in self.suspended or self.now < self._retry_at:
            return
        while self._units < self.sizes.desired:
            if not self._launch():
                return

    def _launch(self) -> bool:
        zone = self._emptiest_zone()
        if zone is None:
            return self._refuse(LaunchError.CAPACITY)
        if self._pool:
            return self._take_from_pool()
        revision = self.pointer
        if revision.digest in self._refusals:
            return self._refuse(*self._refusals[revision.digest])
        behaviour = self._draw(revision)
        if behaviour.launch_error is not None:
            refused = self._refused.get(revision.digest, 0)
            if refused < behaviour.refusals:
                self._refused[revision.digest] = refused + 1
                return self._refuse(behaviour.launch_error)
        ident = self._new_id()
        life = Life(ident, revision, zone, self.now, self._weigh())
        self._bear(life, behaviour, behaviour.draw_boot(self._chance))
        return True

    def _refuse(self, error: LaunchError, cause: str = "launch refused") -> bool:
        self._launches.append(RefusedLaunch(f"activity-{len(self._launches) + 1}", self.now, error, cause))
        self._retry_at = self.now + RETRY_LAUNCH
        self._push(self._retry_at, None)
        self._view.touch(None, self.now)
        return False

    def _take_from_pool(self) -> bool:
        """The pool goes first, with the revision that it was filled with; its machine starts now."""
        warm = self._pool.pop(next(iter(self._pool)))
        warm.gone_at = self.now
        self._view.touch(warm, self.now)
        behaviour = self._draw(warm.revision)
        boot = behaviour.draw_boot(self._chance)
        if behaviour.warm_boot is not None:
            boot *= behaviour.warm_boot / behaviour.boot
        self._bear(Life(warm.id, warm.revision, warm.zone, self.now, warm.weight), behaviour, boot)
        return True

    def _bear(self, life: Life, behaviour: Behaviour, boot: float) -> None:
        """The fate of a member, all of it known from its launch on."""
        ends = self.now + boot
        if behaviour.abandon:
            self._go_later(life, ends, "lifecycle action was abandoned", excused=False)
        else:
            if behaviour.in_service:
                life.in_service_at = ends
            if behaviour.signal is not None:
                first = max(self.now, ends + behaviour.signal_after)
                life.signals.append((first, behaviour.signal))
                if behaviour.signal_again is not None:
                    life.signals.append((first + behaviour.signal_again_after, behaviour.signal_again))
        if behaviour.vanish_after < NEVER:
            self._go_later(
                life, self.now + behaviour.vanish_after, "vanished", excused=behaviour.vanish_excused
            )
        life.dead_at = min(self.now + behaviour.unhealthy_after, ends + behaviour.dies_after)
        if self._with_targets:
            life.targets = Track(TargetHealth.INITIAL)
            for after, health in behaviour.targets:
                life.targets.put(ends + after, health)
        if self._with_checks:
            life.checks = Track(False)
            for after, passed in behaviour.checks:
                life.checks.put(ends + after, passed)
        by_us = self._owed_by_us > 0
        self._owed_by_us -= by_us
        self.launched.append(Birth(self.now, life.id, life.revision, by_us))
        self._add(life)

    def _go_later(self, life: Life, at: float, cause: str, *, excused: bool) -> None:
        if at < life.leaves_at:
            life.leaves_at, life.gone_at = at, at + self._shutdown
            life.loss = Loss(life.id, at, excused, cause)

    def _refill_pool(self) -> None:
        for _ in range(self._pool_size - len(self._pool)):
            life = Life(self._new_id(), self.pointer, self._emptiest_zone() or "zone-1", self.now, warm=True)
            self._pool[life.id] = life
            self._view.touch(life, self.now)

    def _draw(self, revision: Revision) -> Behaviour:
        return draw(self._behaviours.get(revision.digest, _DEFAULT), self._chance)

    def _die(self, life: Life) -> None:
        life.dead_at = self.now
        self._turn(life)

    def _leave(self, life: Life, cause: str | None, *, excused: bool = False) -> None:
        life.leaves_at, life.gone_at = self.now, self.now + self._shutdown
        if self._shutdown:
            self._push(life.gone_at, life)
        life.loss = None if cause is None else Loss(life.id, self.now, excused, cause)
        self._turn(life)

    def _add(self, life: Life) -> None:
        """A launch. Most are alive and come to count at once; the others are played like any moment."""
        now = self.now
        self._lives[life.id] = life
        for moment in life.moments(now):
            self._push(moment, life)
        if now < life.in_service_at and now < life.dead_at and now < life.leaves_at:
            life.counted = True
            self._total += 1
            self._units += life.weight
            self._in_zone[life.zone] += 1
            self._view.touch(life, now)
        else:
            self._turn(life)

    def _turn(self, life: Life) -> None:
        """A member's moment."""
        self._play(life)
        self._view.touch(life, self.now)

    def _play(self, life: Life) -> None:
        """Counts follow a member, and it is forgotten when it is gone."""
        now = self.now
        counted = life.counts(now)
        serving = counted and life.in_service_at <= now < life.dead_at
        if counted is not life.counted:
            step = 1 if counted else -1
            life.counted = counted
            self._total += step
            self._units += step * life.weight
            self._in_zone[life.zone] += step
        if serving is not life.serving:
            life.serving = serving
            self._serving += 1 if serving else -1
        if life.dead_at <= now or self._dead:
            self._mourn(life)
        if life.leaves_at <= now:
            if life.loss is not None:
                self._losses.append(life.loss)
                life.loss = None
            if life.gone_at <= now:
                self._lives.pop(life.id, None)

    def _mourn(self, life: Life) -> None:
        """A dead member that counts is to be found by the group's health check."""
        if not life.counted or life.dead_at > self.now:
            self._dead.pop(life.id, None)
        elif life.id not in self._dead:
            self._dead[life.id] = life
            self._push(life.dead_at + DETECT_UNHEALTHY, None)

    def _push(self, at: float, subject: Life | Callable[[], object] | None) -> None:
        heapq.heappush(self._moments, (at, next(self._number), subject))

    def _note(self, *, by_us: bool = False) -> None:
        _, serving, total, _ = self.history[-1]
        if by_us or serving != self._serving or total != self._total:
            self.history.append(Truth(self.now, self._serving, self._total, by_us))

    def _weigh(self) -> int:
        """The weight of one launch: any of those of the mixed instances policy."""
        return self._weights[0] if len(self._weights) == 1 else self._chance.choice(self._weights)

    def _emptiest_zone(self) -> str | None:
        zones: Iterable[str] = self._in_zone
        if self._lost_zones:
            zones = [zone for zone in self._in_zone if zone not in self._lost_zones]
        return min(zones, key=self._in_zone.__getitem__, default=None)

    def _new_id(self) -> str:
        return draw_id(self._chance)


_DEFAULT = (Behaviour(),)
