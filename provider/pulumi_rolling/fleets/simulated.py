"""A whole group in memory under virtual time, with a script of misfortunes: for tests of ours and of yours.

It plays the cloud's side: launches what Desired asks for from the current pointer, boots, signals, refuses, heals,
loses. Every member is a set of moments, so the group can be shown as it was at any time: reads may be stale. The
truth (``history``) is kept apart from what ``observe`` shows. Same seed, same run.

    fleet = SimulatedFleet(desired=6, max_size=8, revision=v1, behaviours={"d2": Behaviour(signal=Signal.FAILURE)})
"""

from __future__ import annotations

import heapq
import math
import random
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pulumi_rolling.core.model import (
    Action,
    Launch,
    LaunchError,
    Lifecycle,
    Loss,
    Member,
    Observation,
    PointAt,
    Request,
    Resize,
    Resume,
    Revision,
    Rollout,
    Signal,
    Sizes,
    Suspend,
    Terminate,
)
from pulumi_rolling.errors import TemporaryFleetError
from pulumi_rolling.fleets.base import GroupFacts, Sight

NEVER = math.inf
RETRY_LAUNCH = 5.0
DETECT_UNHEALTHY = 3.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How members of one revision behave. Seconds; ``share`` of the members behave so, the rest as the default."""

    boot: float = 10.0
    spread: float = 0.0
    signal: Signal | None = Signal.SUCCESS
    signal_after: float = 0.0
    in_service: bool = True
    abandon: bool = False
    """The member is held by a hook and abandoned when its boot ends: it leaves and the cloud launches another."""
    launch_error: LaunchError | None = None
    refusals: float = NEVER
    """How many launches are refused before one succeeds."""
    vanish_after: float = NEVER
    vanish_excused: bool = False
    unhealthy_after: float = NEVER
    share: float = 1.0


@dataclass(slots=True)
class _Life:
    """One member as moments."""

    id: str
    revision: Revision
    zone: str
    launched_at: float
    in_service_at: float = NEVER
    signal: Signal | None = None
    signal_at: float = NEVER
    dead_at: float = NEVER
    leaves_at: float = NEVER
    gone_at: float = NEVER

    def counts(self, at: float) -> bool:
        return self.launched_at <= at < self.leaves_at


@dataclass(frozen=True, slots=True)
class Truth:
    """The group at one moment as it really was. ``by_us``: the change was an act of the driver."""

    at: float
    in_service: int
    total: int
    by_us: bool


@dataclass(slots=True)
class _Log:
    """A value over time."""

    times: list[float] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def put(self, at: float, value: object) -> None:
        self.times.append(at)
        self.values.append(value)

    def at(self, at: float) -> object:
        return self.values[max(0, bisect_right(self.times, at) - 1)]


class SimulatedFleet:
    """A fleet as ``pulumi_rolling.fleets.base.Fleet`` describes it, without a cloud."""

    def __init__(
        self,
        *,
        desired: int,
        max_size: int,
        revision: Revision,
        min_size: int = 0,
        behaviours: Mapping[str, Behaviour] | None = None,
        suspended: frozenset[str] = frozenset(),
        zones: int = 3,
        seed: int = 1,
        shutdown: float = 2.0,
        stale: float = 0.0,
        throttled: float = 0.0,
        name: str = "simulated",
    ) -> None:
        self.name = name
        self.now = 1000.0
        self.stale = stale
        self.throttled = throttled
        self.history: list[Truth] = []
        self.launched: list[str] = []
        self.acts: list[tuple[float, Action]] = []
        self._random = random.Random(seed)
        self._behaviours = dict(behaviours or {})
        self._refused: dict[str, int] = {}
        self._zones = zones
        self._shutdown = shutdown
        self._lives: dict[str, _Life] = {}
        self._launches: list[Launch] = []
        self._losses: list[Loss] = []
        self._requests: list[Request] = []
        self._marks: dict[str, str] = {}
        self._calls = 0
        self._moments: list[float] = []
        self._retry_at = 0.0
        self._sizes = _Log()
        self._pointer = _Log()
        self._suspended = _Log()
        self._sizes.put(0.0, Sizes(min_size, max_size, desired))
        self._pointer.put(0.0, revision)
        self._suspended.put(0.0, suspended)
        for i in range(desired):
            self._add(_Life(self._new_id(), revision, self._zone(), 100.0 + i, in_service_at=110.0 + i))
        self._note(by_us=False)

    @property
    def sizes(self) -> Sizes:
        value = self._sizes.values[-1]
        assert isinstance(value, Sizes)
        return value

    @property
    def suspended(self) -> frozenset[str]:
        value = self._suspended.values[-1]
        assert isinstance(value, frozenset)
        return value

    @property
    def pointer(self) -> Revision:
        value = self._pointer.values[-1]
        assert isinstance(value, Revision)
        return value

    def members(self) -> list[Member]:
        """The truth now, leaving members included."""
        return [self._show(life, self.now) for life in self._lives.values() if life.gone_at > self.now]

    def advance(self, to: float) -> None:
        """Let the cloud work until the moment ``to``."""
        while self._moments and self._moments[0] <= to:
            self.now = max(self.now, heapq.heappop(self._moments))
            self._heal()
            self._reconcile()
            self._note(by_us=False)
        self.now = max(self.now, to)

    def observe(self, rollout: Rollout) -> Sight:
        self._call("Describe")
        at = self.now - self.stale
        shown = tuple(
            self._show(life, at) for life in self._lives.values() if life.launched_at <= at < life.gone_at
        )
        pointer, sizes, suspended = self._pointer.at(at), self._sizes.at(at), self._suspended.at(at)
        assert isinstance(pointer, Revision) and isinstance(sizes, Sizes) and isinstance(suspended, frozenset)
        seen = Observation(
            self.now,
            shown,
            sizes,
            pointer.address,
            suspended,
            tuple(x for x in self._launches if rollout.started_at <= x.at <= at),
            tuple(x for x in self._losses if x.at <= at),
            requests=tuple(self._requests),
        )
        return Sight(seen, dict(self._marks))

    def apply(self, action: Action) -> None:
        self._call(type(action).__name__)
        self.acts.append((self.now, action))
        match action:
            case Suspend(processes):
                self._suspended.put(self.now, self.suspended | processes)
            case Resume(processes):
                self._suspended.put(self.now, self.suspended - processes)
            case PointAt(revision):
                self._pointer.put(self.now, revision)
            case Resize(least, desired):
                sizes = self.sizes
                self._sizes.put(
                    self.now,
                    replace(
                        sizes,
                        min=sizes.min if least is None else least,
                        desired=sizes.desired if desired is None else desired,
                    ),
                )
            case Terminate(member, again):
                life = self._lives.get(member)
                if life is not None and life.counts(self.now):
                    if not again:
                        self._sizes.put(self.now, replace(self.sizes, desired=self.sizes.desired - 1))
                    self._leave(life, None)
                    self._note(by_us=True)
        self._reconcile()
        self._note(by_us=False)

    def move(self, *, desired: int) -> None:
        """Another party sets Desired."""
        self._sizes.put(self.now, replace(self.sizes, desired=desired))
        self._reconcile()
        self._note(by_us=False)

    def kill(self, member: str, *, excused: bool = False) -> None:
        """The machine of a member goes. Unless the group's health check is suspended, it is replaced."""
        life = self._lives[member]
        if excused:
            self._leave(life, "spot interruption")
        else:
            life.dead_at = self.now
        self._heal()
        self._reconcile()
        self._note(by_us=False)

    def request(self, request: Request) -> None:
        self._requests.append(request)

    def facts(self) -> GroupFacts:
        seen = Observation(self.now, tuple(self.members()), self.sizes, self.pointer.address, self.suspended)
        return GroupFacts(
            self.name,
            self.name,
            self.sizes,
            self.suspended,
            self.pointer.address,
            self.pointer,
            seen,
            dict(self._marks),
        )

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self._call("CreateOrUpdateTags")
        self._marks.update(marks)

    def remove_marks(self, keys: list[str]) -> None:
        self._call("DeleteTags")
        for key in keys:
            self._marks.pop(key, None)

    def marks(self) -> Mapping[str, str]:
        self._call("Describe")
        return dict(self._marks)

    def api_calls(self) -> int:
        return self._calls

    def _call(self, operation: str) -> None:
        self._calls += 1
        if self._random.random() < self.throttled:
            raise TemporaryFleetError("Rate exceeded", operation=operation, code="Throttling")

    def _show(self, life: _Life, at: float) -> Member:
        if at >= life.leaves_at:
            lifecycle = Lifecycle.LEAVING
        elif at >= life.in_service_at:
            lifecycle = Lifecycle.IN_SERVICE
        else:
            lifecycle = Lifecycle.PENDING
        return Member(
            life.id,
            life.revision,
            lifecycle,
            healthy=True,
            alive=at < life.dead_at,
            zone=life.zone,
            launched_at=float(math.floor(life.launched_at)),
            in_service_at=life.in_service_at if at >= life.in_service_at else None,
            signal=life.signal if at >= life.signal_at else None,
        )

    def _reconcile(self) -> None:
        """Launch what is owed; take away what is too many, oldest revision first as the default policy does."""
        forgotten = [x.id for x in self._lives.values() if x.gone_at < self.now - self.stale]
        for member in forgotten:
            del self._lives[member]
        counted = [life for life in self._lives.values() if life.counts(self.now)]
        desired = self.sizes.desired
        if len(counted) > desired:
            current = self.pointer.digest
            counted.sort(key=lambda x: (x.revision.digest == current, x.launched_at, x.id))
            for life in counted[: len(counted) - desired]:
                self._leave(life, "scaling")
        if "Launch" in self.suspended or self.now < self._retry_at:
            return
        for _ in range(desired - len(counted)):
            if not self._launch():
                break

    def _launch(self) -> bool:
        revision = self.pointer
        behaviour = self._behaviours.get(revision.digest, Behaviour())
        if behaviour.share < 1 and self._random.random() >= behaviour.share:
            behaviour = Behaviour(boot=behaviour.boot, spread=behaviour.spread)
        refused = self._refused.get(revision.digest, 0)
        if behaviour.launch_error is not None and refused < behaviour.refusals:
            self._refused[revision.digest] = refused + 1
            number = len(self._launches) + 1
            self._launches.append(
                Launch(f"activity-{number}", self.now, behaviour.launch_error, "launch refused")
            )
            self._retry_at = self.now + RETRY_LAUNCH
            heapq.heappush(self._moments, self._retry_at)
            return False
        boot = behaviour.boot
        if behaviour.spread:
            boot = self._random.lognormvariate(math.log(boot) - behaviour.spread**2 / 2, behaviour.spread)
        ends = self.now + boot
        life = _Life(self._new_id(), revision, self._zone(), self.now)
        if behaviour.abandon:
            life.leaves_at, life.gone_at = ends, ends + self._shutdown
            self._losses.append(Loss(life.id, ends, False, "lifecycle action was abandoned"))
        elif behaviour.in_service:
            life.in_service_at = ends
        if behaviour.signal is not None and not behaviour.abandon:
            life.signal, life.signal_at = behaviour.signal, ends + behaviour.signal_after
        if behaviour.vanish_after < NEVER:
            life.leaves_at = min(life.leaves_at, self.now + behaviour.vanish_after)
            life.gone_at = life.leaves_at + self._shutdown
            self._losses.append(Loss(life.id, life.leaves_at, behaviour.vanish_excused, "vanished"))
        if behaviour.unhealthy_after < NEVER:
            life.dead_at = self.now + behaviour.unhealthy_after
        self._add(life)
        self.launched.append(life.id)
        return True

    def _heal(self) -> None:
        """Find dead members after a while, and let them go, where the processes for that are not suspended."""
        if self.suspended & {"HealthCheck", "ReplaceUnhealthy", "Terminate"}:
            return
        for life in self._lives.values():
            if life.dead_at <= self.now - DETECT_UNHEALTHY and life.counts(self.now):
                self._leave(life, None)
                self._losses.append(Loss(life.id, self.now, False, "failed a health check"))
            elif life.dead_at <= self.now and life.counts(self.now):
                heapq.heappush(self._moments, life.dead_at + DETECT_UNHEALTHY)

    def _leave(self, life: _Life, cause: str | None) -> None:
        life.leaves_at, life.gone_at = self.now, self.now + self._shutdown
        heapq.heappush(self._moments, life.gone_at)
        if cause is not None:
            self._losses.append(Loss(life.id, self.now, True, cause))

    def _add(self, life: _Life) -> None:
        self._lives[life.id] = life
        for moment in (life.launched_at, life.in_service_at, life.signal_at, life.dead_at, life.leaves_at):
            if moment < NEVER:
                heapq.heappush(self._moments, moment)

    def _note(self, *, by_us: bool) -> None:
        alive = [x for x in self._lives.values() if x.counts(self.now)]
        serving = sum(x.in_service_at <= self.now < x.dead_at for x in alive)
        self.history.append(Truth(self.now, serving, len(alive), by_us))

    def _zone(self) -> str:
        return f"zone-{len(self._lives) % self._zones + 1}"

    def _new_id(self) -> str:
        return f"i-{self._random.getrandbits(68):017x}"
