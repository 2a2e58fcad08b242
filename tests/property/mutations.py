"""Deliberate faults in the core, each of which must make a property fail: `make mutants`.

Each fault is put into a copy of the package, never into the tree, and the property tests run against the copy until
the first failure. A fault that no property notices is a hole in the properties.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = os.environ.get("ROLLING_EXAMPLES", "100")


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
        of_delegate = ("test_delegate.py", "test_forced_returns.py")
        return (folder,) if self.machine == "replace" else tuple(folder / name for name in of_delegate)


OF_REPLACE = (
    Fault(
        "the floor is off by one",
        "roll.py",
        "self.above = look.census.serving - look.limits.floor",
        "self.above = look.census.serving - look.limits.floor + 1",
    ),
    Fault(
        "an issued victim counts as present until it is seen gone",
        "census.py",
        "            if name in victims:\n                continue\n",
        "",
    ),
    Fault(
        "the window is one larger",
        "gates.py",
        "    window = rollout.way.batch\n",
        "    window = rollout.way.batch + 1\n",
    ),
    Fault(
        "the budget tolerates one more",
        "budget.py",
        "return rollout.way.failures > 0 and budget_left(limits, rollout) < 0",
        "return rollout.way.failures > 0 and budget_left(limits, rollout) < -1",
    ),
    Fault(
        "the way back moves the pointer last",
        "decide.py",
        "    if seen.pointer != rollout.target.address:\n        actions.append(PointAt(rollout.target))\n",
        "    if rollout.direction is Direction.FORWARD and seen.pointer != rollout.target.address:\n"
        "        actions.append(PointAt(rollout.target))\n",
    ),
    Fault(
        "Desired ends as found, without what others did to it",
        "acts.py",
        "found.desired + rollout.ours.delta",
        "found.desired",
    ),
    Fault(
        "an act that is lost is never decided again",
        "acts.py",
        "kept = tuple(i for i in unseen if i in recent)",
        "kept = unseen",
    ),
    Fault(
        "processes that were suspended before are resumed as well",
        "decide.py",
        "rollout.ours.suspended | (lacking - rollout.found.suspended)",
        "rollout.ours.suspended | resting",
    ),
    Fault(
        "a canary that fails only spends the budget",
        "verdicts.py",
        "if rollout.direction is Direction.FORWARD and in_canary(limits, rollout):",
        "if False:",
    ),
    Fault(
        "starts go beyond the next gate",
        "gates.py",
        "        free = min(free, stop.count - len(rollout.way.succeeded) - slots)\n",
        "        pass\n",
    ),
    Fault(
        "a settle time is not waited for after a resume",
        "decide.py",
        "if rollout.resumed_at is not None and seen.at < rollout.resumed_at + rules.settle:",
        "if False:",
    ),
    Fault(
        "an unhealthy old member may not go below the floor either",
        "roll.py",
        "serves = _serves(look, member)",
        "serves = True",
    ),
    Fault(
        "a pointer that others moved is never a verdict",
        "decide.py",
        "    if at >= until:\n        return _turn(look, moved_verdict(look))\n",
        "",
    ),
    Fault(
        "the pointer is watched while members are replaced alone",
        "pointer.py",
        "_UNWATCHED = (Step.PREPARE, Step.DONE)",
        "_UNWATCHED = (Step.PREPARE, Step.BAKE, Step.RESIZE, Step.RESTORE, Step.DONE)",
    ),
    Fault(
        "the roll goes back when others moved the pointer",
        "decide.py",
        "    if is_let_be(verdict):\n        return _let_be(look, verdict)\n",
        "",
    ),
    Fault(
        "launches have no end",
        "budget.py",
        "    return sure + allowed + _losses_beside(allowed, way.total)\n",
        "    return 10_000\n",
    ),
    Fault(
        "a member that is lost after it was ready is none of our business",
        "judge.py",
        "    rollout = judge_losses(look, rollout)\n",
        "",
    ),
    Fault(
        "the losses' budget tolerates one more",
        "budget.py",
        "return rollout.way.losses > losses_tolerated(limits, rollout)",
        "return rollout.way.losses > losses_tolerated(limits, rollout) + 1",
    ),
    Fault(
        "a watched canary that is lost only spends the budget",
        "verdicts.py",
        "if rollout.direction is Direction.FORWARD and in_canary(limits, rollout):",
        "if way.failures and rollout.direction is Direction.FORWARD and in_canary(limits, rollout):",
    ),
    Fault(
        "an excused loss spends the budget",
        "losses.py",
        "if loss is not None and loss.excused:",
        "if False:",
    ),
    Fault(
        "a launch that never comes has an hour, whatever the policy",
        "judge.py",
        "way, at, longest = rollout.way, look.at, slot_clock(look.limits)",
        "way, at, longest = rollout.way, look.at, look.limits.boot_limit",
    ),
    Fault(
        "a skipped member that serves nobody counts as kept",
        "census.py",
        "                if serving and not working:\n",
        "                if not serving and working:\n",
    ),
    Fault(
        "the way back is complete when nobody is left to replace",
        "ending.py",
        "    if rollout.direction is Direction.BACK and rollout.back_failed is None:\n",
        "    if False:\n",
    ),
    Fault(
        "refusals of another revision are failures of this one",
        "judge.py",
        "    if rollout.step is Step.PREPARE:\n        return rollout\n",
        "",
    ),
    Fault(
        "members that come and go for ever are waited for for ever",
        "verdicts.py",
        "    if look.at < stalled_at(look.limits, rollout) and not fruitless:\n",
        "    if look.at < stalled_at(look.limits, rollout):\n",
    ),
)

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
FAULTS = (*OF_REPLACE, *OF_DELEGATE)


def is_noticed(fault: Fault) -> str | None:
    """The test that fails with the fault, or None."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "pulumi_rolling"
        shutil.copytree(
            ROOT / "provider" / "pulumi_rolling", package, ignore=shutil.ignore_patterns("__pycache__", "lab")
        )
        file = package / "core" / fault.machine / fault.file
        file.write_text(file.read_text().replace(fault.before, fault.after))
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "-p",
                "no:cacheprovider",
                "--hypothesis-seed=1",
                "--no-header",
                *map(str, fault.tests),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": folder, "ROLLING_EXAMPLES": EXAMPLES, "ROLLING_QUICK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    failed = [line.split("::")[-1] for line in ran.stdout.splitlines() if line.startswith("FAILED")]
    if ran.returncode not in (0, 1):
        raise SystemExit(ran.stdout + ran.stderr)
    return failed[0].split(" ")[0] if failed else None


def main() -> None:
    missed = 0
    only = sys.argv[1:]
    faults = [fault for fault in FAULTS if not only or fault.machine in only]
    for fault in faults:
        found = is_noticed(fault)
        missed += found is None
        print(f"{'noticed' if found else 'MISSED ':<8} {fault.what:<62} {found or ''}", flush=True)
    print(f"{len(faults) - missed} passed, {missed} failed")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
