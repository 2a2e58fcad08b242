"""What others do to a simulated group, and what befalls it: the verbs for scripts of misfortunes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pulumi_rolling.core.model.member import Revision, Signal
from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.fleets.simulated.group import SimulatedGroup
from pulumi_rolling.fleets.simulated.life import Life, Track, at_work


class TroubledGroup(SimulatedGroup):
    """Each verb takes effect at once; ``after`` puts it off."""

    def after(self, seconds: float, do: Callable[[], object]) -> None:
        """A misfortune to come, e.g. ``fleet.after(60, lambda: fleet.lose_zone("zone-1"))``."""
        self._push(self.now + seconds, do)

    def move(self, *, desired: int) -> None:
        """Another party sets Desired."""
        self._resize(desired=desired)
        self._go_on()

    def point(self, revision: Revision) -> None:
        """Another party points the group at a revision: from now on the cloud launches from that."""
        self._pointer.put(self.now, revision)
        self._view.touch(None, self.now)
        self._go_on()

    def refuse(self, revision: Revision, error: LaunchError, cause: str = "launch refused") -> None:
        """From now on the cloud launches nobody from a revision: no capacity for its type, or its image is gone."""
        self._refusals[revision.digest] = error, cause

    def allow(self, revision: Revision) -> None:
        """What was refused by ``refuse`` is launched again."""
        self._refusals.pop(revision.digest, None)

    def resize(
        self, *, least: int | None = None, largest: int | None = None, desired: int | None = None
    ) -> None:
        """Another party sets sizes, as a console or the group's own resource does."""
        largest = self.sizes.max if largest is None else largest
        self._sizes.put(self.now, replace(self.sizes, max=largest))
        self._resize(desired=desired, least=least)
        self._go_on()

    def renew(self, member: str) -> None:
        """Another party's roller replaces a member: it goes, and the cloud launches one from the pointer."""
        self._leave(self._life(member), "taken out of service by another roller")
        self._go_on()

    def begin_by_another(self, operation: str) -> None:
        """Another party begins a rollout of its own, e.g. "instance refresh 4a77 is InProgress"; "" when it is over."""
        self._others.put(self.now, operation)
        self._view.touch(None, self.now)

    def attach(self, revision: Revision) -> str:
        """Another party attaches an instance of its own; Desired grows by one with it, as AttachInstances does."""
        self._resize(desired=self.sizes.desired + 1)
        zone = self._emptiest_zone() or next(iter(self._in_zone))
        life = at_work(Life(self._new_id(), revision, zone, self.now), self._with_targets, self._with_checks)
        life.counted = life.serving = False
        self._add(life)
        self._go_on()
        return life.id

    def kill(self, member: str, *, excused: bool = False) -> None:
        """The machine of a member goes. Unless the group's health check is suspended, it is replaced.

        ``excused``: as a spot interruption.
        """
        life = self._life(member)
        if excused:
            self._leave(life, "spot interruption", excused=True)
        else:
            self._die(life)
        self._go_on()

    def lose_zone(self, zone: str) -> None:
        """All machines of a zone die, and nothing is launched there until it is back."""
        if zone not in self._in_zone:
            raise ValueError(f"no such zone: {zone!r}; there are {', '.join(self._in_zone)}")
        self._lost_zones.add(zone)
        for life in list(self._lives.values()):
            if life.zone == zone and self.now < min(life.dead_at, life.leaves_at):
                self._die(life)
        self._go_on()

    def regain_zone(self, zone: str) -> None:
        self._lost_zones.discard(zone)
        self._go_on()

    def signal(self, member: str, signal: Signal) -> None:
        """A signal arrives: late, repeated, or for an id that the group does not know, which then stays unseen."""
        life = self._lives.get(member)
        if life is None:
            self.foreign_signals.append((self.now, member, signal))
            return
        life.signals.append((self.now, signal))
        self._view.touch(life, self.now)

    def stand_by(self, member: str) -> None:
        """Another party puts a member into standby; Desired falls by one with it."""
        life = self._life(member)
        life.standby = life.standby or Track(False)
        life.standby.put(self.now, True)
        self._resize(desired=self.sizes.desired - life.weight)
        self._turn(life)
        self._go_on()

    def return_to_service(self, member: str) -> None:
        """Out of standby; Desired grows by one with it."""
        life = self._life(member)
        if not life.is_standby(self.now):
            raise ValueError(f"{member} is not in standby")
        assert life.standby is not None
        life.standby.put(self.now, False)
        self._resize(desired=self.sizes.desired + life.weight)
        self._turn(life)
        self._go_on()

    def protect(self, member: str, *, on: bool = True) -> None:
        """Scale-in protection: the cloud's own scale-in spares the member."""
        life = self._life(member)
        life.protected = life.protected or Track(False)
        life.protected.put(self.now, on)
        self._view.touch(life, self.now)

    def set_alarm(self, name: str, state: AlarmState) -> None:
        if name not in self._alarms:
            raise ValueError(f"no such alarm: {name!r}; name it when the fleet is made")
        self._alarms[name].put(self.now, state)
        self._view.touch(None, self.now)

    def _life(self, member: str) -> Life:
        if member not in self._lives:
            raise ValueError(f"no such member: {member!r}")
        return self._lives[member]
