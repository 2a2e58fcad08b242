"""A deliberate fault, and those of the core beside the replace machine's own. This module knows no test run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Fault:
    """``before`` must stand in the file exactly once."""

    what: str
    file: str
    before: str
    after: str
    machine: str = "replace"

    @property
    def tests(self) -> tuple[Path, ...]:
        """Where a property must fail."""
        folder = ROOT / "tests" / "property"
        if self.file == "by_hand.py":
            return (ROOT / "tests" / "unit" / "core" / "test_by_hand.py",)
        if self.machine == "":
            return (folder / "test_handover.py",)
        of_delegate = ("test_delegate.py", "test_forced_returns.py")
        return (folder,) if self.machine == "replace" else tuple(folder / name for name in of_delegate)


OF_DELEGATE = (
    Fault(
        "the beginning is not written down with the begin",
        "start.py",
        "rollout = replace(rollout, begun=number, way=replace(way, beginning=known, blocked=blocked))",
        "rollout = replace(rollout, begun=number, way=replace(way, blocked=blocked))",
        "delegate",
    ),
    Fault(
        "a begin that is sent again has another token",
        "start.py",
        "    if known is None or way.blocked is not None:\n        number += known is None\n",
        "    if True:\n        number += 1\n",
        "delegate",
    ),
    Fault(
        "an operation is ours by its token alone",
        "adopt.py",
        "    return min(after, key=_age, default=None)",
        "    return None",
        "delegate",
    ),
    Fault(
        "a begin is not looked for before another is sent",
        "start.py",
        "    if is_issued(rollout, Begin):\n        return wait(look, Because(ReasonCode.UNSEEN))\n",
        "",
        "delegate",
    ),
    Fault(
        "no settle time passes after a resume",
        "decide.py",
        "if rollout.resumed_at is not None and look.at < rollout.resumed_at + settle:",
        "if False:",
        "delegate",
    ),
    Fault(
        "a stranger's operation is ours",
        "watch.py",
        "    return _followed(look, along[0], Whose.STRANGERS) if along else look",
        "    return _followed(look, along[0], Whose.OURS) if along else look",
        "delegate",
    ),
    Fault(
        "an operation that leads elsewhere is followed",
        "adopt.py",
        "    return operation.leads_to == target and not operation.has_turned",
        "    return True",
        "delegate",
    ),
    Fault(
        "a stranger's operation is in nobody's way",
        "verdicts.py",
        "    return stranger_verdict(look, elsewhere[0]) if elsewhere else None",
        "    return None",
        "delegate",
    ),
    Fault(
        "succeeded is arrived, whatever the group runs",
        "judge.py",
        "    return succeeded and look.runs_target and not look.leaves_equals(operation)",
        "    return succeeded",
        "delegate",
    ),
    Fault(
        "a part is a success although the policy wanted all",
        "judge.py",
        "    return look.limits.part and (bool(look.old) or look.leaves_equals(operation))",
        "    return bool(look.old)",
        "delegate",
    ),
    Fault(
        "an unknown status is still going, and nothing stalls",
        "verdicts.py",
        "    if deadline.is_over(rollout.deadline, at):\n        return look, "
        "Verdict(VerdictCode.DEADLINE, at, clock=limits.timeout or 0.0)\n"
        "    if at < rollout.progress_at + look.patience or _rests(rollout):\n",
        "    if True:\n",
        "delegate",
    ),
    Fault(
        "a service that refuses to return is asked for ever",
        "ending.py",
        "    asked = limits.way_back_by is WayBack.SERVICE and not look.way.service_refused",
        "    asked = limits.way_back_by is WayBack.SERVICE",
        "delegate",
    ),
    Fault(
        "an operation that returned is believed, whatever the group runs",
        "start.py",
        "    if look.matches and not _is_forced(look):",
        "    if (back or look.matches) and not _is_forced(look):",
        "delegate",
    ),
    Fault(
        "what we began is left going when the direction turns",
        "decide.py",
        "            earlier=earlier_of(rollout, at),\n            deadline=None,",
        "            earlier=None,\n            deadline=None,",
        "delegate",
    ),
    Fault(
        "a gate is passed by nobody's word",
        "gates.py",
        "    return look.limits.approval and ours and gate is not None and not gate.approved",
        "    return False",
        "delegate",
    ),
    Fault(
        "back is where the pointer is, however few serve",
        "look.py",
        "        return self.matches and self.seen.in_service >= self.seen.desired",
        "        return self.matches",
        "delegate",
    ),
    Fault(
        "between equals, what was begun is followed on the way back",
        "ending.py",
        "    if not leads_along(told, rollout.target.digest) or _leads_away(look):",
        "    if not leads_along(told, rollout.target.digest):",
        "delegate",
    ),
    Fault(
        "between equals, what was stopped counts as returned since all match",
        "ending.py",
        "        return told.state is not State.RETURNED",
        "        return False",
        "delegate",
    ),
    Fault(
        "a service that returns by itself is not followed between equals",
        "decide.py",
        "        return wanted and (turned or asked or look.rollout.goal.has_way_back)",
        "        return wanted and (asked or look.rollout.goal.has_way_back)",
        "delegate",
    ),
    Fault(
        "a part of equals is the whole",
        "judge.py",
        "    return succeeded and look.runs_target and not look.leaves_equals(operation)",
        "    return succeeded and look.runs_target",
        "delegate",
    ),
)
OF_BY_HAND = (
    Fault(
        "members go while others move",
        "by_hand.py",
        "    if moves and is_moving(look.seen):\n",
        "    if moves and False:\n",
    ),
    Fault(
        "each end is an act of its own", "by_hand.py", "    if len(ends) > 1:\n", "    if len(ends) > 99:\n"
    ),
    Fault(
        "nobody is launched for those that went",
        "by_hand.py",
        "    return min(rollout.ours.desired - counted(seen), room)",
        "    return min(0, room)",
    ),
    Fault(
        "one more is launched than went",
        "by_hand.py",
        "    return min(rollout.ours.desired - counted(seen), room)",
        "    return min(rollout.ours.desired + 1 - counted(seen), room)",
    ),
    Fault(
        "a launch is asked for while another is under way",
        "by_hand.py",
        " or rollout.ours.issued or is_moving(seen):",
        " or is_moving(seen):",
    ),
    Fault(
        "a launch is late from the act that made room for it",
        "by_hand.py",
        "Opening(seen.at if leaving else max(o.at, resumed), o.count)",
        "Opening(o.at, o.count)",
    ),
)
OF_HANDOVER = (
    Fault(
        "what was handed over goes forward",
        "machine.py",
        "        direction=Direction.BACK,\n",
        "",
        "",
    ),
    Fault(
        "what was handed over has no verdict",
        "machine.py",
        "        verdict=record.verdict,\n",
        "",
        "",
    ),
    Fault(
        "processes that rest by the refresh rest for good",
        "machine.py",
        "    ours = resting & suspended\n",
        "    ours = frozenset[str]()\n",
        "",
    ),
    Fault(
        "the replace machine does not know that it was handed a way back",
        "machine.py",
        "        handed_over=True,\n",
        "",
        "",
    ),
)
