"""Which deployments of a service are told as operations, and by what calls.

Theory of operation. ``deployments`` of the description name every deployment that is at work by its number. A number
whose service deployment is not known yet is looked up by ListServiceDeployments, which also tells what ended lately; so
is everything until ours is found. Service deployments that are at work or followed are described, by one request for
those of all services here; one that is over is described once. What is followed costs one shared call a look.

Where ECS tells of no service deployment (it may not be listed, the SDK or the service is older), ``deployments`` is
what is told. A deployment that is not listed yet is told so, too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.cloud_time import CLOUD
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.operation import Operation
from pulumi_rolling.errors import DeniedFleetError, GroupNotFoundError, PermanentFleetError
from pulumi_rolling.fleets.aws.api import ECS, NOT_KNOWN, Answer, AwsApi
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.ecs_service import answers, deployed
from pulumi_rolling.fleets.ecs_service import description as described
from pulumi_rolling.fleets.ecs_service.causes import Causes
from pulumi_rolling.fleets.ecs_service.definitions import TaskDefinitions
from pulumi_rolling.fleets.ecs_service.description import Deployed
from pulumi_rolling.fleets.ecs_service.poll import UNTOLD, rollouts_of
from pulumi_rolling.fleets.ecs_service.watched import EcsWatched
from pulumi_rolling.fleets.standstill import Standstill

LISTED = 20
"""Service deployments that a list brings; nothing promises their order."""
NEWEST = 5
"""Of those that ended, so many are told."""
_GOING_WELL = frozenset({"PENDING", "IN_PROGRESS", "SUCCESSFUL"})
_NOT_TO_BE_HAD = frozenset({NOT_KNOWN, "UnsupportedFeatureException", "UnsupportedOperationException"})


@dataclass(slots=True)
class _Seen:
    """One look, as far as telling needs it."""

    look: Look
    rollout: Delegating | None
    watched: EcsWatched
    deployments: Mapping[str, Deployed] = field(default_factory=dict)
    followed: tuple[str, ...] = ()

    @property
    def at(self) -> float:
        return CLOUD.at(self.look.at)

    @property
    def adopts(self) -> bool:
        """Ours is still to be found among what is told."""
        rollout = self.rollout
        if rollout is None:
            return True
        unfound = rollout.earlier is not None and not rollout.earlier.operation
        return not rollout.way.operation or unfound


class Operations:
    def __init__(self, service: str, cluster: str, api: AwsApi, definitions: TaskDefinitions) -> None:
        self._named = {"cluster": cluster, "service": service}
        self._api = api
        self._definitions = definitions
        self._poll = rollouts_of(api.place)
        self._causes = Causes(service, cluster, api)
        self._listed: dict[str, Answer] = {}
        """What lists told, by the deployment's id."""
        self._over: dict[str, Answer] = {}
        self._definition: dict[str, str] = {}
        """ARN of the task definition of each deployment that was told."""
        self._created: dict[str, float] = {}
        self._standstill = Standstill()
        """What a followed one last told of its progress, and since when."""
        self.tokens: dict[str, str] = {}
        self.given_up: set[str] = set()
        """Those that we wanted stopped and that nothing stops but the next one."""
        self.untold = ""
        """Why service deployments are not to be had; empty where they are."""

    def told(self, look: Look, rollout: Delegating | None, watched: EcsWatched) -> tuple[Operation, ...]:
        """The newest first."""
        seen = _Seen(look, rollout, watched)
        seen.deployments = {each.id: each for each in described.deployments(look.description)}
        for each in seen.deployments.values():
            self._definition[each.id], self._created[each.id] = each.definition, each.created_at
        if rollout is not None:
            earlier = rollout.earlier.operation if rollout.earlier is not None else ""
            seen.followed = tuple(name for name in (rollout.way.operation, earlier) if name)
        if self._wants_list(seen):
            self._list()
        seen.followed += tuple(ident for ident in self._known(seen) if self._may_be_ours(seen, ident))
        ids = dict.fromkeys([*seen.followed, *self._known(seen)])
        self._learn_definitions(seen, ids)
        found = [one for ident in ids if (one := self._operation(seen, ident)) is not None]
        return tuple(sorted(found, key=lambda one: (-_age(one), one.id)))

    def arn(self, ident: str) -> str | None:
        """Of the service deployment, asked for where it is not known. None: there is none to be had."""
        if ident not in self._listed and not self.untold:
            self._list()
        told = None if self.untold else self._listed.get(ident)
        return None if told is None else str(told["serviceDeploymentArn"])

    def definition(self, ident: str) -> str | None:
        """ARN of the task definition to which the deployment leads; None where that is not known."""
        return self._definition.get(ident)

    def had_success(self) -> bool:
        """Whether a list told of a deployment that succeeded."""
        return any(each["status"] == "SUCCESSFUL" for each in self._listed.values())

    def last_good(self) -> str | None:
        """Task definition of the newest that succeeded, as lists told; None where none did."""
        good = self._newest_success()
        if good is None:
            return None
        self._read_revisions([good])
        return self._definition.get(good)

    def last_configuration(self) -> Mapping[str, Any] | None:
        """What the newest that succeeded went by; None where that is not told."""
        good = self._newest_success()
        if good is None or self.untold:
            return None
        try:
            arn = str(self._listed[good]["serviceDeploymentArn"])
            told = self._poll.look(arn, 0.0, self._api).description
        except PermanentFleetError:
            return None  # the configuration is taken as it is then
        return told.get("deploymentConfiguration")

    def _newest_success(self) -> str | None:
        return next((i for i in self._newest_first() if self._listed[i]["status"] == "SUCCESSFUL"), None)

    def _known(self, seen: _Seen) -> dict[str, None]:
        return dict.fromkeys([*seen.deployments, *self._newest()])

    def _may_be_ours(self, seen: _Seen, ident: str) -> bool:
        """Begun after our act, while ours is to be found: it may be over by then, and its cause is to be told."""
        begun = seen.rollout.way.beginning if seen.rollout is not None and seen.adopts else None
        if begun is None or ident in seen.followed or ident in begun.known:
            return False
        created = self._created.get(ident)
        if created is None:
            created = described.moment(self._listed[ident].get("createdAt")) or 0.0
        return ident in self.tokens or created >= begun.watermark

    def _wants_list(self, seen: _Seen) -> bool:
        if self.untold:
            return False
        at_work = [each.id for each in seen.deployments.values() if each.rollout != described.COMPLETED]
        return seen.adopts or any(ident not in self._listed for ident in (*seen.followed, *at_work))

    def _list(self) -> None:
        try:
            answer = self._api.call(ECS, "ListServiceDeployments", **self._named, maxResults=LISTED)
        except GroupNotFoundError:
            raise
        except PermanentFleetError as error:
            self._cannot(error)
            return
        for each in answer["serviceDeployments"]:
            target = each.get("targetServiceRevisionArn")
            if target:
                self._listed[described.id_of(target)] = each

    def _cannot(self, error: PermanentFleetError) -> None:
        """Only where the call itself is not to be had: another fault is one, and is told."""
        if not isinstance(error, DeniedFleetError) and error.code not in _NOT_TO_BE_HAD:
            raise error
        self.untold = error.message

    def _newest_first(self) -> list[str]:
        return sorted(
            self._listed, key=lambda ident: -(described.moment(self._listed[ident].get("createdAt")) or 0)
        )

    def _newest(self) -> list[str]:
        """None where lists are no more to be had: what they told is old."""
        if self.untold:
            return []
        going = [ident for ident in self._listed if not self._is_over(ident)]
        return [*going, *self._newest_first()[:NEWEST]]

    def _is_over(self, ident: str) -> bool:
        told = self._over.get(ident) or self._listed.get(ident)
        return told is not None and answers.is_over(told)

    def _learn_definitions(self, seen: _Seen, ids: Mapping[str, None]) -> None:
        """Where a deployment leads matters while it is at work, and while ours is to be found."""
        unknown = [ident for ident in ids if ident not in self._definition and ident in self._listed]
        sought = seen.rollout is not None and seen.adopts
        lacking = [each for each in unknown if sought or each in seen.followed or not self._is_over(each)]
        self._read_revisions(lacking)

    def _read_revisions(self, ids: list[str]) -> None:
        arns = [self._listed[i]["targetServiceRevisionArn"] for i in ids if i not in self._definition]
        if not arns:
            return
        try:
            answer = self._api.call(ECS, "DescribeServiceRevisions", serviceRevisionArns=arns[:LISTED])
        except PermanentFleetError:
            return  # where such a one leads is not known then
        for each in answer.get("serviceRevisions", ()):
            if each.get("taskDefinition"):
                self._definition[described.id_of(each["serviceRevisionArn"])] = each["taskDefinition"]

    def _operation(self, seen: _Seen, ident: str) -> Operation | None:
        one, rollout = seen.deployments.get(ident), self._rollout(seen, ident)
        if rollout is not None:
            return answers.operation_of(rollout, self._beside(seen, ident, rollout))
        primary = described.primary(seen.look.description)
        beside = deployed.Beside(
            leads_to=self._leads_to(seen, ident),
            token=self.tokens.get(ident, ""),
            causes=self._why(seen, ident, None),
            remedy=self._causes.remedy(ident),
            failed=self._failed(seen, ident),
            given_up=ident in self.given_up,
        )
        if one is not None:
            back = one.primary and any(each.created_at > one.created_at for each in seen.deployments.values())
            return deployed.operation_of(one, primary, replace(beside, returned_to=back))
        if ident not in seen.followed:
            return None
        return deployed.gone(ident, self._created.get(ident, _begun_at(seen, ident)), primary, beside)

    def _rollout(self, seen: _Seen, ident: str) -> Answer | None:
        """Described while it is at work or followed; what ended otherwise is told as listed."""
        listed = self._listed.get(ident)
        if listed is None or self.untold:
            return None
        if ident in self._over:
            return self._over[ident]
        if answers.is_over(listed) and ident not in seen.followed and ident not in seen.deployments:
            return listed
        try:
            arn = str(listed["serviceDeploymentArn"])
            told = self._poll.look(arn, seen.look.at, self._api).description
        except PermanentFleetError as error:
            if error.code != UNTOLD:
                self._cannot(error)
            return None
        if answers.is_over(told):
            self._over[ident] = told
        return told

    def _beside(self, seen: _Seen, ident: str, rollout: Answer) -> answers.Beside:
        others = [each for each in seen.deployments.values() if each.id != ident]
        gate = seen.rollout.way.gate if seen.rollout is not None else None
        return answers.Beside(
            id=ident,
            at=seen.at,
            leads_to=self._leads_to(seen, ident),
            token=self.tokens.get(ident, ""),
            causes=self._why(seen, ident, rollout),
            remedy=self._causes.remedy(ident),
            failed=self._failed(seen, ident),
            old=sum(each.running + each.pending for each in others),
            gate_since={gate.name: gate.at} if gate is not None else {},
            given_up=ident in self.given_up,
        )

    def _leads_to(self, seen: _Seen, ident: str) -> str | None:
        arn = self._definition.get(ident)
        if arn is not None:
            return self._definitions.at(self._api, arn).digest
        rollout = seen.rollout
        ours = rollout is not None and rollout.way.operation == ident and rollout.way.beginning is not None
        return rollout.way.beginning.to if ours and rollout and rollout.way.beginning else None

    def _why(self, seen: _Seen, ident: str, rollout: Answer | None) -> tuple[str, ...]:
        """Of one that is followed: asked for once failures are counted, it went wrong, or it stands still."""
        if ident not in seen.followed:
            return ()
        one = seen.deployments.get(ident)
        self._causes.hear(seen.look.description, ident, self._created.get(ident, _begun_at(seen, ident)))
        failed = 0 if one is None else one.failed
        counted = 0 if rollout is None else answers.failures(rollout)
        status = str(rollout["status"]) if rollout is not None else one.rollout if one is not None else "gone"
        wrong = "" if status in _GOING_WELL | {described.COMPLETED, ""} else status
        told = (failed, counted, wrong, self._stillness(seen, ident, one, status))
        if any(told):
            self._causes.read(ident, told)
        return self._causes.of(ident)

    def _failed(self, seen: _Seen, ident: str) -> int:
        """ECS's own count begins anew with a healthy task, and stopped tasks are told for an hour alone."""
        one = seen.deployments.get(ident)
        return max(self._causes.failed(ident), 0 if one is None else one.failed)

    def _stillness(self, seen: _Seen, ident: str, one: Deployed | None, status: str) -> int:
        """How often it has stood still for as long as makes one ask why; one that is over stands still for good."""
        if self._is_over(ident) or status == described.COMPLETED:
            return 0
        told = (status, None if one is None else (one.running, one.pending))
        return int(self._standstill.seconds(ident, told, seen.at) // seen.watched.still)


def _begun_at(seen: _Seen, ident: str) -> float:
    """Of one that this process has never seen: as the record says."""
    rollout = seen.rollout
    if rollout is None:
        return seen.at
    if rollout.way.operation == ident and rollout.way.beginning is not None:
        return rollout.way.beginning.at
    earlier = rollout.earlier
    if earlier is not None and earlier.beginning is not None:
        return earlier.beginning.at
    return rollout.started_at


def _age(one: Operation) -> float:
    return math.inf if one.started_at is None else one.started_at
