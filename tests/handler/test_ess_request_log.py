"""Requests of one roll of each kind: their signatures by an independent check, their parameters by Alibaba's SDK."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_rolling.fleets.alibaba.api import VERSIONS
from pulumi_rolling.fleets.alibaba.place import ECS, ESS
from pulumi_rolling.lab import AlibabaLab
from pulumi_rolling.lab.alibaba import front
from pulumi_rolling.lab.alibaba.signature import Arrived

from tests.fleets.scripted_alibaba import KEYS, ScriptedAlibaba, signature
from tests.handler.ess_lab import paced_lab, running_lab
from tests.handler.ess_refreshed_web import HALF, EssRefreshedWeb
from tests.handler.ess_web import KEYS as OURS
from tests.handler.ess_web import EssWeb

__all__ = ["paced_lab", "running_lab"]

LOOKS = {
    "DescribeScalingGroups",
    "DescribeScalingInstances",
    "DescribeScalingConfigurations",
    "DescribeInstanceRefreshes",
}
ACTS = {"ModifyScalingGroup", "RemoveInstances", "SuspendProcesses", "ResumeProcesses"}
MARKS = {"TagResources", "UntagResources"}
OF_ECS = {"DescribeInstances"}
"""The tests have no SDK of ECS: their signatures alone are checked."""


def rolled(lab: AlibabaLab, sent: list[Arrived], **group: Any) -> EssWeb:
    web = EssWeb(lab, "m-1", "m-2", **group)
    state = web.deploy(web.news(1))
    sent.clear()
    web.update(state, web.news(2, suspendProcesses=["HealthCheck"], minInstancesInService=2))
    return web


def with_number(lab: AlibabaLab, sent: list[Arrived]) -> EssWeb:
    return rolled(lab, sent)


def by_hand(lab: AlibabaLab, sent: list[Arrived]) -> EssWeb:
    return rolled(lab, sent, DesiredCapacity=None)


def refreshed(lab: AlibabaLab, sent: list[Arrived]) -> EssWeb:
    """By a policy that says all that can be said; ESS goes on after a minute of the lab's."""
    lab.rules(minute=0.01)
    web = EssRefreshedWeb(lab)
    sent.clear()
    policy = {"minHealthyPercentage": 50, "maxHealthyPercentage": 150, "checkpointDelay": "PT5M", **HALF}
    web.begun(web.wants(**policy)).result(60)
    return web


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Arrived]:
    """What the lab receives, as it comes off the wire."""
    log: list[Arrived] = []
    arrived = front._arrived

    def note(environ: Any, body: bytes) -> Arrived:
        log.append(arrived(environ, body))
        return log[-1]

    monkeypatch.setattr(front, "_arrived", note)
    return log


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedAlibaba]:
    alibaba = ScriptedAlibaba()
    yield alibaba
    alibaba.close()


@pytest.fixture(scope="module")
def sdk(scripted: ScriptedAlibaba) -> Any:
    client = pytest.importorskip("alibabacloud_ess20220222.client")
    models = pytest.importorskip("alibabacloud_tea_openapi.utils_models")
    return client.Client(
        models.Config(
            access_key_id=KEYS.id,
            access_key_secret=KEYS.secret,
            endpoint=scripted.url.removeprefix("http://"),
            protocol="http",
        )
    )


def nested(flat: dict[str, str]) -> Any:
    """Numbered and dotted names as lists and structures."""
    heads: dict[str, dict[str, str]] = {}
    for name, value in flat.items():
        head, _, rest = name.partition(".")
        heads.setdefault(head, {})[rest] = value
    found = {head: inner[""] if "" in inner else nested(inner) for head, inner in heads.items()}
    return list(found.values()) if found and all(head.isdigit() for head in found) else found


def typed(model: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Flags and numbers as the model of the SDK has them, so that it spells them itself."""
    hints = {name.replace("_", ""): hint for name, hint in typing.get_type_hints(model.__init__).items()}
    made = {}
    for name, value in given.items():
        hint = hints.get(name.lower())
        made[name] = value.lower() == "true" if hint is bool else int(value) if hint is int else value
    return made


def as_the_sdk_sends(
    sdk: Any, scripted: ScriptedAlibaba, operation: str, given: dict[str, str]
) -> dict[str, str]:
    models = pytest.importorskip("alibabacloud_ess20220222.models")
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)[1:]
    model = getattr(models, f"{operation}Request")
    scripted.answer(operation, {})
    scripted.calls.clear()
    getattr(sdk, snake)(model().from_map(typed(model, nested(given))))
    ((_, parameters),) = scripted.calls
    return parameters


@pytest.mark.parametrize(
    ("roll", "operations"),
    [
        pytest.param(with_number, LOOKS | ACTS | MARKS | OF_ECS, id="expected number"),
        pytest.param(by_hand, LOOKS | ACTS | MARKS | OF_ECS | {"ScaleWithAdjustment"}, id="by hand"),
        pytest.param(refreshed, LOOKS | MARKS | OF_ECS | {"StartInstanceRefresh"}, id="refresh"),
    ],
)
def test_each_request_of_a_roll_is_signed_and_spelled_as_by_alibabas_own_sdk(
    paced_lab: AlibabaLab,
    sent: list[Arrived],
    scripted: ScriptedAlibaba,
    sdk: Any,
    roll: Callable[[AlibabaLab, list[Arrived]], EssWeb],
    operations: set[str],
) -> None:
    """The whole log of one roll: no request but those that are known, each of its product's version."""
    web = roll(paced_lab, sent)
    assert web.versions() == {2}
    seen: set[tuple[str, frozenset[str]]] = set()
    for request in sent:
        headers, operation = request.headers, request.headers["x-acs-action"]
        signed = signature(OURS.secret, request.method, request.path, list(request.query), headers)
        assert headers["authorization"].endswith(f"Signature={signed}"), operation
        assert headers["x-acs-version"] == VERSIONS[ECS if operation in OF_ECS else ESS]
        assert (request.form, request.body) == ((), b"")
        kind = operation, frozenset(request.parameters)
        if operation not in OF_ECS and kind not in seen:
            assert request.parameters == as_the_sdk_sends(sdk, scripted, *kind[:1], request.parameters)
        seen.add(kind)
    asked = {operation for operation, _ in seen}
    assert operations <= asked <= operations | {"DescribeScalingActivities", "DescribeLifecycleHooks"}, asked
