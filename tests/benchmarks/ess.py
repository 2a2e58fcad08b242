"""Calls of ESS for each replaced instance and for each minute followed, by kind; and what its client costs to import.

The lab's clock goes on when the driver waits, so that the figures are those of any machine; looks are the usual ones.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from pulumi_rolling.fleets.alibaba import api

from tests.benchmarks.imports import spent
from tests.handler.ess_refreshed_web import EssRefreshedWeb
from tests.handler.ess_web import EssWeb
from tests.handler.held_ess import HeldEss, held

MEMBERS, BATCH, SPREAD = 20, 5, 0.3
BOOTS = 30.0, 120.0
KINDS = {
    "with an expected number": {},
    "without one": {"DesiredCapacity": None},
    "by instance refresh": {},
}
FLEET = "import pulumi_rolling.fleets.ess_scaling_group.fleet"
STATEMENTS = {
    "all that rolls a group of ESS": FLEET,
    "... where the extra is missing": f"import sys; sys.modules['alibabacloud_tea_openapi'] = None; {FLEET}",
    "... and Alibaba's client": f"{FLEET}; import alibabacloud_tea_openapi.client",
}


@dataclass
class Rolled:
    minutes: float
    calls: Counter[str]


def rolled(kind: str, boot: float, patched: pytest.MonkeyPatch) -> Rolled:
    """One roll of a group of that kind whose new instances boot in so many seconds."""
    lab = held(patched)
    calls: Counter[str] = Counter()

    def counted(client: Any, product: str, operation: str, parameters: dict[str, Any]) -> Any:
        calls[operation] += 1
        return lab.request(client, product, operation, parameters)

    patched.setattr(api, "_sent", counted)
    web = made(kind, lab)
    state = web.deploy(wanted(web, 1))
    news = wanted(web, 2)
    lab.image("m-2", boot=boot, spread=SPREAD)
    calls.clear()
    began = lab.clock.now()
    web.update(state, news)
    assert web.versions() == {2}
    return Rolled((lab.clock.now() - began) / 60, calls)


def made(kind: str, lab: HeldEss) -> EssWeb:
    sizes: dict[str, Any] = {"MinSize": MEMBERS, "MaxSize": 2 * MEMBERS, **KINDS[kind]}
    if kind == "by instance refresh":
        return EssRefreshedWeb(lab, size=MEMBERS, deployed=False, **sizes)  # type: ignore[arg-type]
    return EssWeb(lab, "m-1", "m-2", size=MEMBERS, **sizes)


def wanted(web: EssWeb, version: int) -> dict[str, Any]:
    share = 100 * BATCH // MEMBERS
    if isinstance(web, EssRefreshedWeb):
        return web.wants(version, minHealthyPercentage=100, maxHealthyPercentage=100 + share)
    return web.news(version, maxBatchSize=BATCH, minInstancesInService=MEMBERS)


def report() -> None:
    print(
        f"ess: groups of {MEMBERS}, {BATCH} at a time, nobody missing meanwhile, boots spread by {SPREAD:g}"
    )
    for name in ("ROLLING_POLL_SECONDS", "ROLLING_SETTLE_SECONDS"):
        os.environ.pop(name, None)
    for boot in BOOTS:
        for kind in KINDS:
            with pytest.MonkeyPatch.context() as patched:
                done = rolled(kind, boot, patched)
            total = done.calls.total()
            most = ", ".join(f"{number} {name}" for name, number in done.calls.most_common(4))
            print(
                f"  boots of {boot:>3g} s, {kind:<24} {done.minutes:>5.1f} min, {total:>4} calls: "
                f"{total / MEMBERS:>4.1f} an instance, {total / done.minutes:>5.1f} a minute; {most}"
            )
    print("ess: milliseconds of a process, best of several")
    empty = spent("pass")
    for name, statement in STATEMENTS.items():
        print(f"  {name:<32} {(spent(statement) - empty) * 1000:>6.0f} ms above nothing")
