"""The plan for a live group, which is looked at and not touched."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pulumi_rolling.cli.live import live_group
from pulumi_rolling.core.model import Revision
from pulumi_rolling.core.plan import new_rollout, plan
from pulumi_rolling.engine.journal import read
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.fleets.base import GroupFacts
from pulumi_rolling.fleets.launch_templates import LATEST, TemplateWanted, parts
from pulumi_rolling.policy import Timing, advice, feasibility, limits, parse_policy
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.signals.choose import choose


def live_preview(block: Any, name: str, to: str | None, region: str | None, endpoint: str | None) -> Preview:
    """What the policy would do to the group now. PolicyErrors with everything that stands in the way."""
    policy = parse_policy(block)
    fleet = live_group(name, region, endpoint)
    facts = fleet.facts()
    faults, warnings = feasibility(policy, facts.sizes, facts.suspended, facts.scheduled_actions)
    faults = [*facts.refusals, *faults]
    if faults:
        raise PolicyErrors(faults)
    roll = policy.rolling_update
    _, cautions = choose(facts.hooks, roll.wait_on_resource_signals, float(roll.pause))
    template, _ = parts(facts.pointer)
    target = fleet.resolve(TemplateWanted(id=template, version=to or LATEST))
    former = _most_run(facts, target)
    seen = facts.observation
    rollout = new_rollout(name, target, former, facts.sizes, facts.suspended, seen.at)
    made = plan(limits(policy, facts.sizes, Timing()), rollout, seen)
    note = advice(policy, facts.suspended)
    return Preview(
        group=name,
        plan=made,
        came_from=None if former is None else str(former),
        to=str(target),
        warnings=(*warnings, *cautions),
        notes=(*([note] if note and made.replace else []), *_recorded(facts)),
        pointer_only=not made.replace and facts.pointer != target.address,
        nothing=not made.replace and facts.pointer == target.address,
        returns_to=None if former is None else str(former),
    )


def _most_run(facts: GroupFacts, target: Revision) -> Revision | None:
    """The revision that most members run; where it is the target already, what the pointer stands for."""
    counts = Counter(member.revision for member in facts.observation.members)
    most = next((revision for revision, _ in counts.most_common() if revision.digest != target.digest), None)
    return most or facts.current


def _recorded(facts: GroupFacts) -> list[str]:
    if read(facts.tags) is None:
        return []
    return [f"a rollout of this group is recorded already; see 'rolling status {facts.name}'"]
