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
from pathlib import Path

from tests.property.faults import OF_BY_HAND, OF_DELEGATE, OF_HANDOVER, ROOT, Fault

IN_A_LAB = ROOT / "tests" / "property" / "test_ess_as_found.py"
"""Goes by a whole lab, in whose clock a rollout that never ends takes for ever."""
EXAMPLES = os.environ.get("ROLLING_EXAMPLES", "100")


OF_REPLACE = (
    Fault(
        "victims are picked by the health that was told last",
        "roll.py",
        "if any_may_go and not look.seen.health_asked:",
        "if free > 0 and not look.seen.health_asked:",
    ),
    Fault(
        "a new member is judged by the health that was told last",
        "questions.py",
        "return bool(said) or any(is_sound(m) for m in look.census.unjudged)",
        "return bool(said)",
    ),
    Fault(
        "a skipped member counts by the health that was told last",
        "questions.py",
        "said = rollout.way.skipped or unheard(",
        "said = unheard(",
    ),
    Fault(
        "surplus members are named by the health that was told last",
        "ending.py",
        "    if surplus > 0 and named and not look.seen.health_asked:\n        return ask_health(look)\n",
        "",
    ),
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

FAULTS = (*OF_REPLACE, *OF_BY_HAND, *OF_HANDOVER, *OF_DELEGATE)


def is_noticed(fault: Fault) -> str | None:
    """The test that fails with the fault, or None."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "pulumi_rolling"
        shutil.copytree(
            ROOT / "provider" / "pulumi_rolling", package, ignore=shutil.ignore_patterns("__pycache__")
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
                f"--ignore={IN_A_LAB}",
                *map(str, fault.tests),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": folder, "ROLLING_EXAMPLES": EXAMPLES, "ROLLING_QUICK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    failed = [line.split("::")[-1] for line in ran.stdout.splitlines() if line.startswith("FAILED")]
    if ran.returncode not in (0, 1) or (ran.returncode == 1 and not failed):
        raise SystemExit(ran.stdout + ran.stderr)
    return failed[0].split(" ")[0] if failed else None


def main() -> None:
    missed = 0
    only = sys.argv[1:]
    faults = [fault for fault in FAULTS if not only or {fault.machine, fault.file} & {*only}]
    for fault in faults:
        found = is_noticed(fault)
        missed += found is None
        print(f"{'noticed' if found else 'MISSED ':<8} {fault.what:<62} {found or ''}", flush=True)
    print(f"{len(faults) - missed} passed, {missed} failed")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
