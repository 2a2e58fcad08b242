"""Commands and probes of the policies, begun with the drive of a rollout and ended with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.replace import Done, OwnTasks, Reached
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.probes.attempt import Attempt
from pulumi_rolling.probes.line import SHELL, Line, has_shell
from pulumi_rolling.probes.side_by_side import SideBySide, Task
from pulumi_rolling.probes.url import Url


@contextmanager
def own_tasks(operation: Operation) -> Iterator[None]:
    """Those of the way back are the former policy's, as all of it is."""
    begun: list[SideBySide] = []
    former = operation.former or operation.policy
    try:
        operation.fleet.use_tasks(
            {
                Direction.FORWARD: _tasks(operation, operation.policy.rolling_update, begun),
                Direction.BACK: _tasks(operation, former.rolling_update, begun, back=True),
            }
        )
        yield
    finally:
        for tasks in begun:
            tasks.close()


def shell_faults(roll: RollingUpdate) -> Iterator[Fault]:
    """The machine of ``pulumi up`` must have the shell that lines are for."""
    if has_shell():
        return
    for path, line in (
        ("readiness.command", roll.readiness.command.run),
        ("beforeTerminate", roll.before_terminate.run),
    ):
        if line is not None:
            yield Fault(f"{RollingUpdate.path}.{path}.run", f"is run by {SHELL}, which this machine lacks.")


def _tasks(
    operation: Operation, roll: RollingUpdate, begun: list[SideBySide], *, back: bool = False
) -> OwnTasks:
    command, http, last = roll.readiness.command, roll.readiness.http, roll.before_terminate

    def beside(task: Task, again: float | None) -> SideBySide:
        begun.append(SideBySide(task, again, operation.wake))
        return begun[-1]

    probes = []
    if command.run is not None:
        probes.append(beside(Line(command.run, command.timeout, operation.name), command.interval))
    if http.url is not None:
        probes.append(beside(Url(http.url, http.timeout, operation.name), http.interval))
    before_end = None
    if last.run is not None:
        line = Line(last.run, last.timeout, operation.name)
        before_end = beside(_forgiven(operation, line) if back else line, None)
    return OwnTasks(tuple(probes), before_end)


def _forgiven(operation: Operation, line: Line) -> Task:
    """On the way back a member goes whatever its command says, and that is told."""

    def run(member: Reached, attempt: Attempt) -> Done:
        done = line(member, attempt)
        if not done.succeeded and not attempt.is_ended:
            operation.warn(
                f"beforeTerminate failed for {member.id} on the way back, which ends it all the same: {done.said}"
            )
        return done

    return run
