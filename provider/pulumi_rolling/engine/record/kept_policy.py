"""The policy of a rollout, in tags beside its record: by it any shell can go on with the rollout or take it back.

``rolling:policy.N`` holds the policy as the inputs have it, not the limits that follow from it: those are resolved
again from the sizes as found, by the same code. It is written once a drive, so an approval costs no rewriting of it.
Formats that were ever written are read for ever. Earlier versions ignore these tags, and remove them with the rest.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.engine.printable import printable
from pulumi_rolling.engine.record.cut import TornError, cut, joined
from pulumi_rolling.engine.record.packed import packed, unpacked
from pulumi_rolling.errors import JournalError
from pulumi_rolling.fleets.base import Shelf

POLICY = "rolling:policy."
VERSION = 1
_WORDS = {
    1: b'"targetType""hookDetails""hookTargetArn""lifecycleStages""lifecycleHooks":[{"roleArn""timeoutConfiguration'
    b'":{"timeoutInMinutes""action""ROLLBACK""CONTINUE""PAUSE""AWS_LAMBDA""thresholdConfiguration":{"type""value"'
    b'"linearConfiguration":{"stepPercent""stepBakeTimeInMinutes""canaryConfiguration":{"canaryPercent""canaryBakeTim'
    b'eInMinutes""bakeTimeInMinutes""BLUE_GREEN""LINEAR""CANARY""ROLLING""strategy""enable""rollback":true"maximumPer'
    b'cent""minimumHealthyPercent""circuitBreaker":{"enable":true,"rollback":true}"ecsDeployment":{"skipMatching":tru'
    b'e"standbyInstances":"Ignore""Terminate""Wait""scaleInProtectedInstances":"Refresh""Replace""instanceWarmup""ma'
    b'xHealthyPercentage""minHealthyPercentage":"checkpointPercentages":["checkpointDelay""autoRollback":true"bakeTim'
    b'e":"PT5M""alarmNames":["instanceRefresh":{"strategy":"Rolling""zoneOrder":"oneAtATime""balanced""warmPoolInstan'
    b'ces""drain":true"drainTimeout""approval":true"checkpoints":{"percents":["delay""canary":{"size":1,"soak":"PT1'
    b'0M""slowStart":true"guard":"off""fast""cautious""cloudFormation""service""readiness":{"statusChecks":true"warmU'
    b'p""signalQueue":"https://sqs."targetHealth":false"timeout":"PT1H""alarms":["minActiveInstancesPercent":100"minSu'
    b'ccessfulInstancesPercent":100"pacing":"lockStep""sliding"},"r":{},"f":"leave"}"hold"}"rollBack"}{"u":{"rollingUp'
    b'date":{"suspendProcesses":["HealthCheck","ReplaceUnhealthy","AZRebalance","AlarmNotification","ScheduledActions'
    b'"],"maxBatchSize":1,"minInstancesInService":1,"waitOnResourceSignals":true,"pauseTime":"PT15M"}}'
}
"""By format, the words that a policy is packed against. A format's words never change."""
_MOST = 100_000
"""Characters of a policy in JSON; one that lists a hundred alarms has a tenth of them."""


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    policy: Mapping[str, Any]
    """``updatePolicy`` of the inputs."""
    on_failure: str | None = None
    former: Mapping[str, Any] | None = None
    """``updatePolicy`` of the last deployment, which rules the way back. None: the policy itself does."""


def pack(kept: KeptPolicy, shelf: Shelf) -> dict[str, str]:
    """Tags. Values that a preview does not know yet take the room of an id."""
    given = {"u": kept.policy, "f": kept.on_failure, "r": None if kept.former == kept.policy else kept.former}
    raw = {key: value for key, value in given.items() if value is not None}
    text = json.dumps(raw, separators=(",", ":"), default=lambda unknown: "known-after-apply")
    return cut(POLICY, VERSION, packed(text, _WORDS[VERSION]), shelf)


def read(marks: Mapping[str, str]) -> KeptPolicy | None:
    """The policy among a group's tags, or None where there is none: an earlier version began that rollout."""
    try:
        text = joined(POLICY, marks)
        if text is None:
            return None
        version = int(marks[f"{POLICY}0"].partition(".")[0])
        raw = printable(json.loads(unpacked(text, _MOST, _WORDS[version])))
        former, on_failure = raw.get("r"), raw.get("f")
        fits = all(isinstance(each, dict) for each in (raw["u"], former or {}))
        if not fits or not isinstance(on_failure, str | None):
            raise ValueError("a field is of another type")
        return KeptPolicy(raw["u"], on_failure, former)
    except (TornError, ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error) as error:
        raise JournalError(
            "the policy beside the record on the group cannot be read",
            hint="Go on with the rollout by 'pulumi up', whose program has it.",
        ) from error
