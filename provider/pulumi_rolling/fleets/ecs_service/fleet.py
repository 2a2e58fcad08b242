"""One ECS service that ECS itself rolls, by deployments.

Nothing is decided here. An operation is a deployment, called ``ecs-svc/N`` by the number that UpdateService answers: it
is the same where ECS lists no service deployment yet, or never, and stays it when that has an ARN.
"""

from __future__ import annotations

from collections import Counter

from pulumi_rolling.cloud_time import CLOUD
from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop, key_of
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.alarms import alarms_of
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.place import told_by
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.delegate import Sight, carry_out
from pulumi_rolling.fleets.ecs_service import description as described
from pulumi_rolling.fleets.ecs_service.answers import hook_in
from pulumi_rolling.fleets.ecs_service.calls import ROLLBACK, Wanted
from pulumi_rolling.fleets.ecs_service.facts import EcsFacts, is_pinned, refusals
from pulumi_rolling.fleets.ecs_service.service import OneService
from pulumi_rolling.fleets.ecs_service.tasks import described as tasks_of
from pulumi_rolling.fleets.ecs_service.tasks import members
from pulumi_rolling.fleets.ecs_service.watched import EcsWatched

CONFIGURATION, FORCE = "deploymentConfiguration", "forceNewDeployment"
"""What the preferences of a begin may hold (UpdateService)."""


_HALTED = frozenset({State.FAILED, State.STOPPED, State.RETURN_FAILED})
""""A deployment in FAILED state doesn't launch any new tasks" (Deployment, ECS API)."""


class EcsFleet(OneService):
    watched = EcsWatched()
    _primary: str | None = None
    """The deployment that was primary at the last look."""
    _closes = False
    """Nothing of ours follows what is stopped."""

    def facts(self) -> EcsFacts:
        """All that checks and preview ask of the live service: eight calls, and what is watched."""
        look = self._look()
        service = look.description
        delegated = self._delegated(look, None)
        pointer = self._pointer(service, delegated.operations)
        names = self.watched.alarms
        states = (
            self._api.under_retry(lambda: alarms_of(self.place).states(names, 0.0, self._api))
            if names
            else {}
        )
        target = self._target_contents()
        running = tuple(tasks_of(self._api, self._cluster, self._service, "RUNNING"))
        counts = {str(revision): number for revision, number in self._counts(service).items()}
        return EcsFacts(
            name=self.name,
            id=service["serviceArn"],
            where=told_by(service["serviceArn"]),
            pointer=pointer,
            current=self._current(pointer),
            observation=delegated,
            tags=described.tags(service),
            refusals=tuple(refusals(service)),
            counts=counts,
            notes=(*self._floating(), *self._untold(), *self._inactive(pointer)),
            members=members(self._api, self._cluster, running, self._definitions),
            configuration=described.configuration(service),
            before=self._operations.last_configuration() if described.marks(service) else None,
            scheduling=str(service.get("schedulingStrategy") or "REPLICA"),
            controller=described.controller(service),
            first=not self._has_completed(service),
            digest_pinned=is_pinned(target),
            az_rebalancing=service.get("availabilityZoneRebalancing") == "ENABLED",
            has_load_balancer=bool(service.get("loadBalancers")),
            grace=float(service.get("healthCheckGracePeriodSeconds") or 0),
            launch_type=str(service.get("launchType") or ""),
            missing_alarms=tuple(name for name in names if name not in states),
            untold=self._operations.untold,
        )

    def observe(self, rollout: Delegating) -> Sight:
        look = self._look()
        self._closes = rollout.closes
        return Sight(self._delegated(look, rollout), described.marks(look.description), look.at)

    def apply(self, action: Act) -> None:
        carry_out(self, action)
        self._has_acted()

    def key(self, action: Act) -> str:
        return key_of(action)

    def begin(self, act: Begin) -> None:
        wanted = Wanted(
            act.to.address, act.preferences.get(CONFIGURATION), bool(act.preferences.get(FORCE, False))
        )
        self._operations.tokens[self._calls.start(wanted, self._primary)] = act.token

    def go_on(self, act: Continue) -> None:
        arn = self._operations.arn(act.operation)
        if arn is None:
            raise self._unlisted(act.operation, "ContinueServiceDeployment")
        self._calls.go_on(arn, hook_in(act.gate))

    def pause(self, act: Pause) -> None:
        raise PermanentFleetError("ECS pauses a deployment at its hooks alone", code="Unpausable")

    def stop(self, act: Stop) -> None:
        """Where ECS stops nothing, what follows supersedes it; where nothing follows, that is an error."""
        arn = self._operations.arn(act.operation)
        try:
            if arn is None:
                raise self._unlisted(act.operation, "StopServiceDeployment")
            self._calls.stop(arn)
        except PermanentFleetError as error:
            if self._closes or error.code not in ("Unlisted", "InvalidParameterException"):
                raise
        self._operations.given_up.add(act.operation)

    def roll_back(self, act: RollBack) -> None:
        arn = self._operations.arn(act.operation)
        if arn is None:
            raise self._unlisted(act.operation, "StopServiceDeployment")
        self._calls.end(arn, ROLLBACK)

    def _delegated(self, look: Look, rollout: Delegating | None) -> Delegated:
        service = look.description
        primary = described.primary(service)
        self._primary = None if primary is None else primary.id
        operations = self._operations.told(look, rollout, self.watched)
        halted = self._halted(service, operations, rollout)
        digest = halted or self._points(service, operations)
        runs: Counter[str] = Counter()
        for revision, number in self._counts(service).items():
            runs[revision.digest] += number
        return Delegated(
            at=CLOUD.at(look.at),
            operations=operations,
            pointer=digest,
            runs=dict(runs),
            desired=int(service["desiredCount"]),
            in_service=int(service["runningCount"]),
            names=self._names(service, operations, halted),
        )

    def _names(
        self, service: Answer, operations: tuple[Operation, ...], halted: str | None
    ) -> dict[str, str]:
        """Of two task definitions of equal contents the one that counts: the pointer's, then the newest's."""
        primary, pointer = described.primary(service), self._pointer(service, operations)
        arns = [arn for one in reversed(operations) if (arn := self._operations.definition(one.id))]
        revisions = [self._definitions.at(self._api, arn) for arn in (*arns, pointer) if arn]
        names = {revision.digest: str(revision) for revision in revisions}
        if halted is not None and primary is not None:
            names[halted] = str(self._definitions.at(self._api, primary.definition))
        return names

    def _points(self, service: Answer, operations: tuple[Operation, ...]) -> str:
        pointer = self._pointer(service, operations)
        return self._definitions.at(self._api, pointer).digest if pointer else ""

    def _halted(
        self, service: Answer, operations: tuple[Operation, ...], rollout: Delegating | None
    ) -> str | None:
        """A digest that matches nothing where tasks are lacking and ECS starts none, since what was begun failed.

        Waiting would be in vain. Not so of one that is ours: what it came to is judged.
        """
        primary = described.primary(service)
        told = next((each for each in operations if primary is not None and each.id == primary.id), None)
        short = int(service["runningCount"]) < int(service["desiredCount"])
        if told is None or told.state not in _HALTED or not short:
            return None
        if rollout is not None:
            earlier = rollout.earlier.operation if rollout.earlier is not None else ""
            if told.id in (rollout.way.operation, earlier):
                return None
        return f"halted:{told.id}"

    def _has_completed(self, service: Answer) -> bool:
        return self._operations.had_success() or any(
            each.rollout == described.COMPLETED for each in described.deployments(service)
        )

    def _target_contents(self) -> Answer:
        try:
            return {} if self._wanted is None else self.contents(self.target())
        except PermanentFleetError:
            return {}  # the error is told where the target is asked for

    def _untold(self) -> tuple[str, ...]:
        why = self._operations.untold
        return (
            (f"the deployment is followed by the service's list alone, without hooks: {why}",) if why else ()
        )

    def _inactive(self, pointer: str) -> tuple[str, ...]:
        if not self._definitions.is_inactive(pointer):
            return ()
        where = self._definitions.at(self._api, pointer)
        return (f"{where} is INACTIVE: ECS itself can return to it, and no new deployment can",)

    def _unlisted(self, ident: str, operation: str) -> PermanentFleetError:
        why = self._operations.untold or "ECS lists no service deployment for it"
        return PermanentFleetError(
            f"deployment {ident} cannot be steered: {why}", operation=operation, code="Unlisted"
        )
