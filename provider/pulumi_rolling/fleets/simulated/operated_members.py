"""Members of a group that its cloud rolls, in memory under virtual time: launches, boots, warm-ups, and who may go.

Theory of operation. A launch boots by the behaviour of its revision, serves, and is ready once it is warm. At each
change the service ends members of other revisions while ``keep`` stay ready, those first that are not ready; ends that
leave fewer than Desired are made up by launches at once. Where nobody may go, it launches above Desired, up to ``top``
and never more than there are members to replace. A launch that fails goes when its boot ends, and another comes. The
rules are those of an instance refresh (facts/aws_managed.md 2.1); a test holds them against the lab's.

What an operation is, and when it pauses or ends, is another matter (``operation``).
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from itertools import chain

from pulumi_rolling.core.model.member import Revision, Signal
from pulumi_rolling.fleets.simulated.behaviour import NEVER, Behaviour, draw, draw_id
from pulumi_rolling.fleets.simulated.course import Life, Made, OperationOptions, Stage
from pulumi_rolling.fleets.simulated.group import Birth, Truth
from pulumi_rolling.fleets.simulated.initial_members import START

SHORTEST_BOOT = 0.1
"""Seconds: a launch that fails in the moment of its start would be made again for ever."""


class OperatedMembers:
    """The truth of the members. What befalls an operation is its subclass's."""

    def __init__(self, options: OperationOptions) -> None:
        self.options = options
        self.now = START
        self.pointer = options.revision
        self.pointer_open = self.open = ""
        """What revisions leave open: as it was when the pointer moved, and as it is now."""
        self.history: list[Truth] = []
        self.launched: list[Birth] = []
        """``by_us``: an operation replaced somebody by it; otherwise it was made since another launch failed."""
        self._keep = max(0, options.desired - 1) if options.keep is None else options.keep
        self._top = options.desired if options.top is None else options.top
        self._chance = random.Random(options.seed)
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = 0
        self._surge = 0
        """How many above Desired are wanted now."""
        self._again = 0
        """Launches that failed and are to be made again."""
        self._all_gone_at = self.now
        """When the last of those that were ended is gone."""
        self._stages: dict[Stage, dict[Made, dict[Life, None]]] = {stage: {} for stage in Stage}
        self._ready = self._serving = self._total = 0
        self._warm_at = self.now
        for number in range(options.desired):
            self._put(Life(f"old-{number + 1}", options.revision, Stage.READY))
        self._note()

    def advance(self, to: float) -> None:
        """Let the cloud work until the moment ``to``."""
        while self._events and self._events[0][0] <= to:
            at, _, do = heapq.heappop(self._events)
            self.now = max(self.now, at)
            do()
            self._note()
        self.now = max(self.now, to)

    def moves_at(self) -> float:
        """The next moment at which the cloud does something by itself."""
        return self._events[0][0] if self._events else NEVER

    def after(self, seconds: float, do: Callable[[], object]) -> None:
        """Something to come: the cloud's own, or a misfortune."""
        self._numbers += 1
        heapq.heappush(self._events, (self.now + seconds, self._numbers, do))

    def runs(self) -> dict[str, int]:
        """Members by their revision's digest, those included that boot."""
        found: dict[str, int] = {}
        for (digest, _), count in self.makes().items():
            found[digest] = found.get(digest, 0) + count
        return found

    def makes(self) -> dict[Made, int]:
        """The same by revision and what that leaves open, which no driver is shown."""
        found: dict[Made, int] = {}
        for stage in Stage:
            for made, lives in self._stages[stage].items():
                if lives:
                    found[made] = found.get(made, 0) + len(lives)
        return found

    def push(self, what: str) -> None:
        """Another party puts something else behind what revisions leave open."""
        self.open = what

    def in_service(self) -> int:
        return self._serving

    def _outdated(self, wanted: Made) -> int:
        """Members made from something else."""
        return self._total - sum(len(self._stages[stage].get(wanted, ())) for stage in Stage)

    def _missing(self) -> int:
        """How many are not ready of those that should be."""
        return max(0, self.options.desired - self._ready)

    def _is_booting(self) -> bool:
        return self._serving < self._total

    def _replace(self, wanted: Made, starts: float, launch: Callable[[], None]) -> bool:
        """End whom the bounds allow to go; where that is nobody, launch above Desired what they allow.

        True where somebody was ended, which may bring an operation to a checkpoint. ``starts``: replacements that may
        begin, at most.
        """
        over = max(0, self._total - self.options.desired)
        begun = self._victims(wanted, starts + over)
        if begun:
            for life in begun:
                self._end(life)
            self._surge = min(self._surge, max(0, self._total - self.options.desired))
        else:
            room = min(self._top - self.options.desired, self._outdated(wanted))
            self._surge = max(0, int(min(room, over + starts)))
        self._refill(launch)
        return bool(begun)

    def _victims(self, wanted: Made, most: float) -> list[Life]:
        """Those that may go now. One that goes while another stands above Desired begins no replacement."""
        ready, chosen = self._ready, list[Life]()
        for stage in Stage:
            others = chain.from_iterable(
                lives for other, lives in self._stages[stage].items() if other != wanted
            )
            for life in others:
                if len(chosen) >= most:
                    return chosen
                if stage is Stage.READY:
                    if ready - 1 < self._keep:
                        return chosen
                    ready -= 1
                elif stage is Stage.WARMING and ready < self._keep:
                    break
                chosen.append(life)
        return chosen

    def _refill(self, launch: Callable[[], None]) -> None:
        while self._total < self.options.desired + self._surge:
            launch()

    def _launch(self, revision: Revision, leaves_open: str, *, sound: bool = True) -> None:
        """One more member. ``sound``: False, and it fails whatever its behaviour says."""
        known = self.options.behaviours or {}
        given = known.get(leaves_open) or known.get(revision.digest, Behaviour())
        fate = draw([given] if isinstance(given, Behaviour) else given, self._chance)
        ident = draw_id(self._chance)
        boot = max(SHORTEST_BOOT, fate.draw_boot(self._chance))
        works = sound and fate.launch_error is None and not fate.abandon and fate.signal is not Signal.FAILURE
        life = Life(ident, revision, Stage.BOOTING, leaves_open)
        self._put(life)
        self.launched.append(Birth(self.now, life.id, revision, not self._again))
        self._again = max(0, self._again - 1)
        if not works:
            self.after(boot, lambda: self._fail(life))
        elif fate.in_service:
            self.after(boot, lambda: self._serve(life))

    def _fail(self, life: Life) -> None:
        if self._is_there(life):
            self._again += 1
            self._end(life)
            self._changed()

    def _serve(self, life: Life) -> None:
        if not self._is_there(life):
            return
        warm_up = self.options.warm_up
        self._move(life, Stage.WARMING if warm_up else Stage.READY)
        if warm_up:
            self._warm_at = self.now + warm_up
            self.after(warm_up, lambda: self._warm(life))
        self._changed()

    def _warm(self, life: Life) -> None:
        if self._is_there(life):
            self._move(life, Stage.READY)
            self._changed()

    def _changed(self) -> None:
        """A member came, went or is warm."""

    def _trim(self, wanted: Made) -> None:
        """Those above Desired go once no operation wants them: booting ones first, then those of other revisions."""
        self._surge = self._again = 0
        order = sorted(
            ((stage, other) for stage in Stage for other in self._stages[stage]),
            key=lambda place: (place[0] is not Stage.BOOTING, place[1] == wanted),
        )
        for stage, other in order:
            for life in reversed(list(self._stages[stage][other])):
                if self._total > self.options.desired:
                    self._end(life)

    def _end(self, life: Life) -> None:
        self._take(life)
        self._all_gone_at = max(self._all_gone_at, self.now + self.options.shutdown)

    def _is_there(self, life: Life) -> bool:
        return life in self._stages[life.stage].get(life.made_from, ())

    def _move(self, life: Life, stage: Stage) -> None:
        self._take(life)
        life.stage = stage
        self._put(life)

    def _put(self, life: Life) -> None:
        self._stages[life.stage].setdefault(life.made_from, {})[life] = None
        self._count(life, 1)

    def _take(self, life: Life) -> None:
        del self._stages[life.stage][life.made_from][life]
        self._count(life, -1)

    def _count(self, life: Life, one: int) -> None:
        self._total += one
        self._serving += one * (life.stage is not Stage.BOOTING)
        self._ready += one * (life.stage is Stage.READY)

    def _note(self) -> None:
        last = self.history[-1] if self.history else None
        if last is None or (last.in_service, last.total) != (self._serving, self._total):
            self.history.append(Truth(self.now, self._serving, self._total, False))
