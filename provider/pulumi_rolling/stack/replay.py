"""Which resources a return registers: those of the last good deployment, and what of today's must stay.

Pure: two deployments in, a Wish out. What must stay is whatever a return may not delete; it stays as it is today,
with all that it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pulumi_rolling.stack.deployment import DELETE_HOOKS, Deployment, Entry, plain
from pulumi_rolling.stack.groups import is_left
from pulumi_rolling.stack.identity import key_of
from pulumi_rolling.stack.own_hooks import foreign_hooks, own_hooks, policies_of
from pulumi_rolling.stack.rebinding import uncertain
from pulumi_rolling.stack.wish import Left, Registration, Why, Wish


def wish(
    good: Deployment,
    now: Deployment,
    renamed: Mapping[str, tuple[str, ...]],
    keep: Iterable[Left] = (),
) -> Wish:
    """The return from `now` to `good`.

    `renamed`: URNs that the same resource has in `now`, by its URN in `good`. `keep`: what cannot be had as it was,
    found out elsewhere.
    """
    return _Wishing(good, now, renamed, keep).made()


def cut_off(now: Deployment) -> tuple[Left, ...]:
    """What an update was doing when it was killed. The cloud may hold something of it that the state does not know."""
    return tuple(Left(str(each["resource"]["urn"]), Why.CUT_OFF, str(each["type"])) for each in now.pending)


class _Wishing:
    def __init__(
        self,
        good: Deployment,
        now: Deployment,
        renamed: Mapping[str, tuple[str, ...]],
        keep: Iterable[Left],
    ) -> None:
        self.good, self.now, self.renamed = good, now, renamed
        self.former = {new: urn for urn, names in renamed.items() for new in names}
        self.own = own_hooks(good)
        self.there = {key_of(entry) for entry in now.entries}
        self.keep = {left.urn: left for left in keep}
        self.left: list[Left] = []
        self.wanted: dict[str, Registration] = {}
        self.forgotten: list[str] = []

    def made(self) -> Wish:
        for entry in self.good.living.values():
            if not entry.is_default_provider and "viewOf" not in entry.raw:
                self._former(entry)
        self._uncertain()
        for entry in self.now.living.values():
            if entry.urn not in self.good.living and entry.urn not in self.former:
                self._newer(entry)
        return Wish(tuple(_in_order(self.wanted)), tuple(self.forgotten), tuple(self.left))

    def _today(self, urn: str) -> Entry | None:
        """The same resource in today's state, under its own name or another."""
        for name in (urn, *self.renamed.get(urn, ())):
            if name in self.now.living:
                return self.now.living[name]
        return None

    def _former(self, entry: Entry) -> None:
        today = self._today(entry.urn)
        why = self.keep.get(entry.urn)
        if why is None and today is not None and is_left(entry, today):
            why = Left(entry.urn, Why.POLICY)
        if why is None and today is not None and _is_other(entry, today):
            why = _undeletable(entry.urn, today)
        if why is not None:
            self._stays(why, today)
            return
        aliases = tuple(name for name in self.renamed.get(entry.urn, ()) if name in self.now.living)
        self.wanted[entry.urn] = Registration(
            entry, today, aliases, deletes_first=self._is_gone(entry, today)
        )
        foreign = foreign_hooks(entry, self.own)
        if foreign:
            self.left.append(Left(entry.urn, Why.HOOKS, ", ".join(foreign)))
        if today is None and entry.is_own:
            self.left.append(Left(entry.urn, Why.GONE))

    def _is_gone(self, entry: Entry, today: Entry | None) -> bool:
        """Whether another copy stands in its place, and nothing of the original is left."""
        key = key_of(entry)
        return today is not None and key is not None and key not in self.there

    def _uncertain(self) -> None:
        """Those that stay since an input of theirs cannot follow; what is not there today is not made."""
        moved = {urn: each.entry for urn, each in self.wanted.items() if _moves(each)}
        lost = {left.urn: self.good.living[left.urn] for left in self.left if self._is_lost(left)}
        for urn, each in list(self.wanted.items()):
            key = "" if each.kept else uncertain(each.entry, moved, lost)
            if key:
                del self.wanted[urn]
                self.left = [left for left in self.left if left.urn != urn]
                self._stays(Left(urn, Why.UNCERTAIN, key), each.now)
                self._uncertain()
                return

    def _is_lost(self, left: Left) -> bool:
        return left.urn in self.good.living and left.urn not in self.wanted

    def _newer(self, entry: Entry) -> None:
        """What the failed update made: the return deletes it unless one of these holds."""
        if not entry.custom or entry.is_default_provider or "viewOf" in entry.raw:
            return
        why = _undeletable(entry.urn, entry)
        if why is not None:
            self._stays(why, entry)
        elif entry.raw.get("importID"):
            self.forgotten.append(entry.urn)
            self.left.append(Left(entry.urn, Why.IMPORTED))
        elif entry.raw.get("retainOnDelete"):
            self.left.append(Left(entry.urn, Why.RETAINED))

    def _stays(self, left: Left, today: Entry | None) -> None:
        self.left.append(left)
        if today is not None:
            self._keep(today)

    def _keep(self, today: Entry) -> None:
        """Register as it is today, and before it all that it needs and that the return would have deleted."""
        urn = self.former.get(today.urn, today.urn)
        if urn in self.wanted:
            return
        aliases = (today.urn,) if urn != today.urn else ()
        self.wanted[urn] = Registration(_under(today, self.former), today, aliases, kept=True)
        # A policy that the last good deployment has under the same URN is that one, as before.
        policies = {each.urn for each in policies_of(today, self.now)}
        for need in sorted(today.needs | policies):
            former = self.former.get(need, need)
            there = self.now.living.get(need)
            if there is None or there.is_default_provider or former in self.good.living:
                continue
            if former not in self.wanted:
                self.left.append(Left(need, Why.PARENT, f"needed by {today.urn}"))
                self._keep(there)


def _undeletable(urn: str, today: Entry) -> Left | None:
    """Why the engine deletes nothing of what the failed update has made, and would refuse the whole return."""
    if today.protected:
        return Left(urn, Why.PROTECTED)
    if DELETE_HOOKS & today.hooks.keys():
        return Left(urn, Why.DELETE_HOOKS, ", ".join(today.hooks))
    return None


def _is_other(entry: Entry, today: Entry) -> bool:
    """Whether today's is a newer copy, which the return may have to replace in its turn."""
    return entry.is_own and today.id != entry.id and bool(plain(today.inputs) != plain(entry.inputs))


def _moves(each: Registration) -> bool:
    """Whether the resource will have another id: it is made again, or today's is another one."""
    return each.made_again or (each.now is not None and not each.kept and each.now.id != each.entry.id)


def _under(today: Entry, former: Mapping[str, str]) -> Entry:
    """Today's entry with each URN as the last good deployment calls it."""
    if not former:
        return today
    raw = dict(today.raw)
    raw["urn"] = former.get(today.urn, today.urn)
    for field in ("parent", "deletedWith"):
        if raw.get(field):
            raw[field] = former.get(raw[field], raw[field])
    for field in ("dependencies", "replaceWith"):
        if raw.get(field):
            raw[field] = [former.get(urn, urn) for urn in raw[field]]
    if raw.get("propertyDependencies"):
        raw["propertyDependencies"] = {
            key: [former.get(urn, urn) for urn in urns or []]
            for key, urns in raw["propertyDependencies"].items()
        }
    urn, _, reference = today.provider.rpartition("::")
    if urn:
        raw["provider"] = f"{former.get(urn, urn)}::{reference}"
    return Entry(raw)


def _in_order(wanted: Mapping[str, Registration]) -> list[Registration]:
    """The same order, but each need before who needs it; kept ones came last and may be needed earlier."""
    done: dict[str, Registration] = {}
    for start in wanted:
        waiting = [start]
        while waiting:
            urn = waiting[-1]
            open_needs = [
                need for need in sorted(wanted[urn].entry.needs) if need in wanted and need not in done
            ]
            open_needs = [need for need in open_needs if need not in waiting]
            if urn in done or not open_needs:
                waiting.pop()
                done.setdefault(urn, wanted[urn])
            else:
                waiting.append(open_needs[0])
    return list(done.values())
