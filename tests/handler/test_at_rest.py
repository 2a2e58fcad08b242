"""A group at rest is answered for without the whole handler, and only where that would answer the same."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pulumi_rolling.errors import RollingError
from pulumi_rolling.fleets.auto_scaling_group import poll as group_poll
from pulumi_rolling.fleets.aws import launch_templates
from pulumi_rolling.handler import Context, Defaults, RollingGroupHandler
from pulumi_rolling.handler import kinds as whole_kinds
from pulumi_rolling.handler.at_rest import CHECKED_BY, KINDS, HandlerAtRest
from pulumi_rolling.policy.check import check_inputs
from pulumi_rolling.version import VERSION

from tests.fleets.stage import POINTER, WEB, group, instance, machine
from tests.handler.conftest import Handled

Doing = Callable[["Scene"], Any]


@dataclass
class Scene:
    """A group at rest at version 2, what state holds of it, and what the program gives; each may be changed."""

    handled: Handled
    news: dict[str, Any] = field(default_factory=dict)
    olds: dict[str, Any] = field(default_factory=dict)
    """Inputs, as ``check`` left them."""
    state: dict[str, Any] = field(default_factory=dict)
    group: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    default_policy: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        inputs = self.handled.inputs()
        self.news = copy.deepcopy(inputs)
        self.olds = {**copy.deepcopy(inputs), CHECKED_BY: VERSION}
        outputs = {"revision": f"{WEB}:2", "fixedRevision": f"{WEB}:2"}
        self.state = {**copy.deepcopy(inputs), **outputs, "status": "stable", "suspendedAsFound": []}
        self.group = group(
            instance("i-1", 2),
            instance("i-2", 2),
            LaunchTemplate={**POINTER, "Version": "2"},
            AvailabilityZones=["us-east-1a"],
        )

    @property
    def member(self) -> dict[str, Any]:
        found: dict[str, Any] = self.group["Instances"][0]
        return found

    @property
    def kept(self) -> dict[str, Any]:
        """The inputs in state without the mark."""
        return {key: value for key, value in self.olds.items() if key != CHECKED_BY}

    def everywhere(self, key: str, value: Any) -> None:
        """Program and state agree on this input."""
        for each in (self.news, self.olds, self.state):
            each[key] = copy.deepcopy(value)

    def wants(self, **made_from: Any) -> None:
        """Program and state agree on what is wanted."""
        for each in (self.news, self.olds, self.state):
            block = each["autoScalingGroup"]
            for key in ("launchTemplate", "launchConfiguration"):
                block.pop(key, None)
            block.update(copy.deepcopy(made_from))

    def on_configuration(self, name: str = "web-2") -> None:
        """The group, its members, the program and state are at one launch configuration."""
        self.wants(launchConfiguration=name)
        self.state |= {"revision": f"lc:{name}", "fixedRevision": f"lc:{name}"}
        for each in (self.group, *self.group["Instances"]):
            each.pop("LaunchTemplate", None)
            each["LaunchConfigurationName"] = name

    def asleep(self) -> tuple[HandlerAtRest, bool, bool]:
        """A process that begins: whether check and diff are answered without the whole handler, and what diff says."""
        self._forget()
        rest = HandlerAtRest(lambda value: False)
        rest.configure(Defaults(), self.default_policy)
        woken: list[str] = []

        def whole() -> Any:
            woken.append("asked")
            raise LookupError

        rest.whole = whole  # type: ignore[method-assign]
        try:
            news, faults = rest.check(self.olds, self.news, self.handled.context)
        except LookupError:
            return rest, False, False
        assert faults == []
        try:
            return rest, True, not rest.diff(self.state, news, lambda: self.handled.context).changes
        except LookupError:
            return rest, True, False

    def of_whole(self) -> tuple[dict[str, Any], list[Any], bool]:
        """What the whole handler says: inputs, faults, and whether there is nothing to do."""
        self._forget()
        handler = RollingGroupHandler(default_policy=self.default_policy)
        try:
            normal, faults = handler.check(self.olds, self.news, self.handled.context)
            found = handler.diff(self.state, normal, self.handled.context)
        except RollingError as error:
            return {}, [error], False
        return normal, faults, not found.changes

    def _forget(self) -> None:
        group_poll._polls.clear()
        launch_templates._all.clear()
        self.handled.aws.calls.clear()
        self.handled.stage.shows(copy.deepcopy(self.group))


def _true_for_one(scene: Scene) -> None:
    scene.everywhere("triggers", [1])
    scene.news["triggers"] = [True]


AT_REST: dict[str, Doing] = {
    "as it is": lambda s: None,
    "a number for a text": lambda s: s.news["autoScalingGroup"]["launchTemplate"].update(version=2.0),
    "by name": lambda s: s.wants(launchTemplate={"name": "web", "version": "2"}),
    "a configuration": lambda s: s.on_configuration(),
    "nobody": lambda s: s.group.update(Instances=[]),
    "tags of others": lambda s: s.group.update(Tags=[{"Key": "Name", "Value": "web"}]),
    "a refresh": lambda s: s.everywhere("updatePolicy", {"instanceRefresh": {}}),
    "fields": lambda s: s.everywhere(
        "updatePolicy",
        {"rollingUpdate": {"maxBatchSize": 2, "pauseTime": "PT5M", "waitOnResourceSignals": True}},
    ),
    "triggers": lambda s: s.everywhere("triggers", ["a", 1, True]),
    "another end": lambda s: s.everywhere("onFailure", "hold"),
    "suspended": lambda s: s.group.update(SuspendedProcesses=[{"ProcessName": "AZRebalance"}]),
}
"""What changes nothing of it: the whole handler is not asked."""
OF_THE_GROUP: dict[str, Doing] = {
    "a member": lambda s: s.member.update(LaunchTemplate={**POINTER, "Version": "1"}),
    "a member of another template": lambda s: s.member["LaunchTemplate"].update(LaunchTemplateId="lt-other"),
    "a member by hand": lambda s: s.member.pop("LaunchTemplate"),
    "a member of a configuration": lambda s: s.member.update(
        LaunchTemplate=None, LaunchConfigurationName="web-2"
    ),
    "standby": lambda s: s.member.update(LifecycleState="Standby"),
    "pending": lambda s: s.member.update(LifecycleState="Pending:Wait"),
    "leaving": lambda s: s.member.update(LifecycleState="Terminating"),
    "no known state": lambda s: s.member.update(LifecycleState="Daydreaming"),
    "a zone that was left": lambda s: s.member.update(AvailabilityZone="us-east-1c"),
    "the pointer": lambda s: s.group.update(LaunchTemplate=POINTER),
    "a pointer by no number": lambda s: s.group["LaunchTemplate"].update(Version="$Latest"),
    "a pointer without number": lambda s: s.group["LaunchTemplate"].pop("Version"),
    "a record": lambda s: s.group.update(Tags=[{"Key": "rolling:record.0", "Value": "x"}]),
    "a request": lambda s: s.group.update(Tags=[{"Key": "rolling:request.1", "Value": "pause"}]),
    "a warm pool": lambda s: s.group.update(WarmPoolConfiguration={"MinSize": 1}),
    "a mixed policy": lambda s: s.group.update(
        MixedInstancesPolicy={
            "LaunchTemplate": {"LaunchTemplateSpecification": s.group.pop("LaunchTemplate")}
        }
    ),
}
"""What the description of the group shows."""
OF_THE_INPUTS: dict[str, Doing] = {
    "another version wanted": lambda s: s.news["autoScalingGroup"]["launchTemplate"].update(version="1"),
    "another field": lambda s: s.news.update(updatePolicy={"rollingUpdate": {"maxBatchSize": 3}}),
    "another strategy": lambda s: s.news.update(updatePolicy={"instanceRefresh": {}}),
    "another trigger": lambda s: s.news.update(triggers=["b"]),
    "another kind besides": lambda s: s.everywhere(
        "ecsService", {"service": "web", "taskDefinition": "web:1"}
    ),
    "an unknown key": lambda s: s.everywhere("updatePolcy", {}),
    "true for 1": _true_for_one,
    "no name": lambda s: [each["autoScalingGroup"].pop("name") for each in (s.news, s.olds, s.state)],
    "checked by nobody": lambda s: s.olds.pop(CHECKED_BY),
    "checked by another version": lambda s: s.olds.update({CHECKED_BY: "0.0.9"}),
    "a policy for all": lambda s: setattr(s, "default_policy", {"rollingUpdate": {"maxBatchSize": 4}}),
    "a run that rolls nobody": lambda s: s.environment.update(ROLLING_SKIP="1"),
    "a run of no known kind": lambda s: s.environment.update(ROLLING_SKIP="perhaps"),
    "a pace that is none": lambda s: s.environment.update(ROLLING_POLL_SECONDS="often"),
}
"""What the inputs show, before the group is looked at."""
OF_THE_STATE: dict[str, Doing] = {
    "not in state as fixed": lambda s: s.state.pop("fixedRevision"),
    "another one is fixed": lambda s: s.state.update(fixedRevision=f"{WEB}:1"),
    "another revision in state": lambda s: s.state.update(revision=f"{WEB}:1"),
    "both at another": lambda s: s.state.update(revision=f"{WEB}:1", fixedRevision=f"{WEB}:1"),
    "interrupted": lambda s: s.state.update(status="interrupted"),
    "mixed": lambda s: s.state.update(status="mixed"),
    "skipped": lambda s: s.state.update(status="skipped"),
    "state has other inputs": lambda s: s.state.update(updatePolicy={"rollingUpdate": {"maxBatchSize": 3}}),
    "state has an input more": lambda s: s.state.update(triggers=["a"]),
    "wanted by no number": lambda s: s.wants(launchTemplate={"id": WEB, "version": "$Latest"}),
    "wanted without number": lambda s: s.wants(launchTemplate={"id": WEB}),
    "wanted by another name": lambda s: s.wants(launchTemplate={"name": "other", "version": "2"}),
}
"""What state shows."""
CHANGES = {**AT_REST, **OF_THE_GROUP, **OF_THE_INPUTS, **OF_THE_STATE}


@pytest.fixture
def scene(handled: Handled, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return _scene(handled, monkeypatch)


def _scene(handled: Handled, monkeypatch: pytest.MonkeyPatch) -> Scene:
    for variable in ("ROLLING_SKIP", "ROLLING_POLL_SECONDS"):
        monkeypatch.delenv(variable, raising=False)
    handled.said.clear()
    handled.stage.machines = {ident: machine(ident) for ident in ("i-1", "i-2", "i-3")}
    handled.aws.answer("DescribeWarmPool", {"Instances": [instance("i-9", 1, "Warmed:Stopped")]})
    handled.aws.answer("DescribeLaunchConfigurations", {"LaunchConfigurations": []})
    return Scene(handled)


def _changed(scene: Scene, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in names:
        CHANGES[name](scene)
    for variable, value in scene.environment.items():
        monkeypatch.setenv(variable, value)


@pytest.mark.parametrize("name", AT_REST)
def test_a_group_at_rest_needs_one_description(scene: Scene, name: str) -> None:
    """Check and diff are answered without the whole handler, by one call."""
    AT_REST[name](scene)
    _, checked, nothing = scene.asleep()
    assert checked and nothing
    assert scene.handled.aws.operations() == ["DescribeAutoScalingGroups"]


@pytest.mark.parametrize("name", [*OF_THE_GROUP, *OF_THE_STATE])
def test_whatever_else_group_or_state_show_is_a_question_to_the_whole_handler(
    scene: Scene, name: str
) -> None:
    """Each of them alone makes diff ask it."""
    CHANGES[name](scene)
    _, checked, nothing = scene.asleep()
    assert checked and not nothing


@pytest.mark.parametrize("name", OF_THE_INPUTS)
def test_whatever_else_the_inputs_show_is_a_question_to_the_whole_handler(
    scene: Scene, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them alone makes check ask it, and the group is not looked at."""
    _changed(scene, [name], monkeypatch)
    _, checked, _ = scene.asleep()
    assert not checked
    assert scene.handled.aws.operations() == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    harmless=st.lists(st.sampled_from(sorted(AT_REST)), max_size=3, unique=True),
    others=st.lists(st.sampled_from(sorted(CHANGES)), max_size=2, unique=True) | st.just([]),
)
def test_what_is_answered_is_what_the_whole_handler_would_answer(
    handled: Handled, harmless: list[str], others: list[str]
) -> None:
    """Whatever group, state and inputs are: the same inputs without a fault, and nothing to do."""
    with pytest.MonkeyPatch.context() as patch:
        scene = _scene(handled, patch)
        try:
            _changed(scene, [*harmless, *others], patch)
        except (LookupError, AttributeError, TypeError):
            event("changes that do not go together")
            return
        if check_inputs(whole_kinds.inputs_model(), scene.kept).faults:
            event("inputs in state that no check has accepted")
            return
        _, checked, nothing = scene.asleep()
        event(f"check {'answered' if checked else 'asked'}, diff {'answered' if nothing else 'asked'}")
        if not checked:
            return
        normal, faults, idle = scene.of_whole()
        if nothing:
            assert faults == [] and idle and handled.said == []
        if not any(isinstance(fault, RollingError) for fault in faults):
            assert normal == scene.kept and faults == []


def test_the_whole_handler_hears_of_the_groups_before(scene: Scene) -> None:
    """A second resource of a group that was answered for is refused as if the whole handler had seen both."""
    scene._forget()
    rest = HandlerAtRest(lambda value: False)
    rest.configure(Defaults())
    rest.check(scene.olds, scene.news, Context(urn="urn:first"))
    assert not rest.is_whole
    _, faults = rest.check(scene.olds, scene.news, Context(urn="urn:second"))
    assert rest.is_whole
    assert ["urn:first" in str(fault) for fault in faults] == [True]
    inputs, faults = rest.check(scene.olds, scene.news, Context(urn="urn:first"))
    assert faults == [] and inputs[CHECKED_BY] == VERSION


def test_a_new_run_begins_with_no_claims(scene: Scene) -> None:
    """One process may serve several runs of a debugger: what the last one answered is nobody's any more."""
    rest = HandlerAtRest(lambda value: False)
    rest.configure(Defaults())
    rest.check(scene.olds, scene.news, Context(urn="urn:first"))
    rest.configure(Defaults())
    rest.check(scene.olds, scene.news, Context(urn="urn:second"))
    assert not rest.is_whole


def test_a_cloud_that_does_not_answer_at_once_is_asked_by_the_whole_handler(scene: Scene) -> None:
    """Retries, and the sentence of a refusal, are its own."""
    scene._forget()
    scene.handled.aws.answer("DescribeAutoScalingGroups", {"AutoScalingGroups": []})
    rest = HandlerAtRest(lambda value: False)
    rest.configure(Defaults())
    news, _ = rest.check(scene.olds, scene.news, scene.handled.context)
    with pytest.raises(RollingError, match="There is no Auto Scaling group 'web'"):
        rest.diff(scene.state, news, lambda: scene.handled.context)
    assert rest.is_whole


def test_kinds_at_rest_are_kinds() -> None:
    """Both tables call a kind by one name and know its groups by what names them."""
    for key, kind in KINDS.items():
        row = whole_kinds.KINDS[key]
        assert kind.key == key == row.key
        assert kind.identity({row.named_by: "web"}) == "web"
