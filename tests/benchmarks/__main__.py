"""`make bench`: figures, never verdicts. Machines differ and are busy, so what can be a ratio is one, side by side."""

from __future__ import annotations

import sys

from tests.benchmarks import (
    decisions,
    ecs,
    engine_calls,
    engine_rolls,
    ess,
    fifty,
    imports,
    looks,
    no_op,
    no_op_attribute,
    pacing,
    refreshes,
    report,
    rolls,
    simulate,
    stack_returns,
)

PARTS = {
    "decide": decisions.report,
    "import": imports.report,
    "simulate": simulate.report,
    "pacing": pacing.report,
    "looks": looks.report,
    "roll": rolls.report,
    "pulumi-up": engine_rolls.report,
    "calls": engine_calls.report,
    "no-op": no_op.report,
    "no-op-attribute": no_op_attribute.report,
    "fifty": fifty.report,
    "refresh": refreshes.report,
    "stack": stack_returns.report,
    "ecs": ecs.report,
    "ess": ess.report,
    "report": report.report,
}


def main(wanted: list[str]) -> None:
    for name, part in PARTS.items():
        if not wanted or name in wanted:
            part()
            print(flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
