"""A program with the attribute under Pulumi's mocks, as users test theirs."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_rolling as rolling
import pytest
from pulumi.runtime.mocks import MockMonitor, MockResourceArgs, set_mocks
from pulumi.runtime.settings import ROOT

POLICY = "rolling:index:UpdatePolicy"
GROUP = "aws:autoscaling/group:Group"


class Mocked(pulumi.runtime.Mocks):
    def __init__(self) -> None:
        self.made: list[MockResourceArgs] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.made.append(args)
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: Any) -> Any:
        return {}

    def of(self, kind: str) -> list[MockResourceArgs]:
        return [each for each in self.made if each.typ == kind]

    def named(self, kind: str) -> list[str]:
        return sorted(each.name for each in self.of(kind))


@pytest.fixture(params=["with hooks", "without hooks"])
def mocked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Mocked:
    """Mocks of an earlier SDK know no hooks."""
    if request.param == "without hooks":
        monkeypatch.delattr(MockMonitor, "RegisterResourceHook", raising=False)
    return Mocked()


def run(mocks: Mocked, program: Callable[[], Any]) -> None:
    """As a user's test runs it, on a stack of its own. Nothing of it is left for other tests."""

    def tested() -> None:
        ROOT.set(None)
        set_mocks(mocks, preview=False)
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]

    contextvars.copy_context().run(tested)


def group(name: str, **options: Any) -> aws.autoscaling.Group:
    given = rolling.update_policy(
        rolling.RollingUpdate(max_batch_size=2), opts=pulumi.ResourceOptions(**options)
    )
    return aws.autoscaling.Group(
        name, min_size=1, max_size=2, launch_template={"id": "lt-1", "version": "1"}, opts=given
    )


def test_a_program_is_tested_as_it_was(mocked: Mocked) -> None:
    """The group is made with its inputs and its options; beside it stands the policy, and nothing else."""
    heard: list[Any] = []

    def program() -> Any:
        made = group("web", protect=True)
        return pulumi.Output.all(made.min_size, made.id).apply(heard.append)

    run(mocked, program)
    assert heard == [[1, "web-id"]]
    [kept] = mocked.of(POLICY)
    assert (mocked.named(GROUP), len(mocked.made)) == (["web"], 2)
    assert (
        kept.inputs["policy"] == {"rollingUpdate": {"maxBatchSize": 2}} and kept.inputs["hook"] == kept.name
    )


class Fleet(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("test:index:Fleet", name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        for each in ("web", "api"):
            aws.autoscaling.Group(each, min_size=1, max_size=2, opts=below)
        aws.ec2.LaunchTemplate("template", image_id="ami-1", opts=below)


def test_a_component_hands_the_policy_on_to_its_groups(mocked: Mocked) -> None:
    """Each group that the component makes has it, and they share it."""

    def program() -> None:
        group("web")
        Fleet("blue", rolling.update_policy({"rollingUpdate": {"maxBatchSize": 1}}))

    run(mocked, program)
    assert mocked.named(GROUP) == ["api", "web", "web"]
    assert [each.inputs["policy"]["rollingUpdate"]["maxBatchSize"] for each in mocked.of(POLICY)] == [2, 1]


def declared(name: str, policy: Any, **options: Any) -> None:
    aws.autoscaling.Group(name, min_size=1, max_size=2, opts=rolling.update_policy(policy, **options))


def test_equal_policies_stand_in_state_once(mocked: Mocked) -> None:
    """However they are spelled and in whatever order they come; another policy, onFailure or type is another one."""
    ways: list[Callable[[], Any]] = [
        lambda: declared("web", rolling.RollingUpdate(max_batch_size=2, pause_time="PT1M")),
        lambda: declared("api", {"rollingUpdate": {"pauseTime": "PT1M", "maxBatchSize": 2}}),
        lambda: declared("site", {"rollingUpdate": {"maxBatchSize": 1}}),
        lambda: declared("held", {"rollingUpdate": {"maxBatchSize": 1}}, on_failure="hold"),
        lambda: aws.ecs.Service("shop", opts=rolling.update_policy({"rollingUpdate": {"maxBatchSize": 1}})),
    ]
    other = Mocked()
    run(mocked, lambda: [way() for way in ways])
    run(other, lambda: [way() for way in reversed(ways)])
    assert len(mocked.named(POLICY)) == 4 and mocked.named(POLICY) == other.named(POLICY)


def test_a_policy_with_outputs_has_the_name_of_what_it_is_given_to(mocked: Mocked) -> None:
    """Its contents are not known before it is registered: one for each call, of two of one name told apart."""
    size = pulumi.Output.from_input(2)

    def program() -> None:
        for name in ("web", "api"):
            declared(name, {"rollingUpdate": {"maxBatchSize": size}})
        for name in ("blue", "web"):
            Fleet(name, rolling.update_policy({"rollingUpdate": {"maxBatchSize": size}}))

    run(mocked, program)
    assert mocked.named(POLICY) == ["api", "blue", "web", "web (2)"]
    assert {each.inputs["policy"]["rollingUpdate"]["maxBatchSize"] for each in mocked.of(POLICY)} == {2}


def test_a_mapping_that_changes_afterwards_is_another_policy(mocked: Mocked) -> None:
    """A group has the policy as it was when the options were made."""
    block = {"maxBatchSize": 1}

    def program() -> None:
        for name, size in (("web", 1), ("api", 2)):
            block["maxBatchSize"] = size
            declared(name, {"rollingUpdate": block})

    run(mocked, program)
    assert [each.inputs["policy"]["rollingUpdate"]["maxBatchSize"] for each in mocked.of(POLICY)] == [1, 2]


def test_providers_of_components_tell_theirs_apart(mocked: Mocked) -> None:
    """A run without the stack, as each component of such a provider has, puts the policy below the component."""

    def program() -> None:
        ROOT.set(None)
        for name in ("blue", "green"):
            Fleet(name, rolling.update_policy({"rollingUpdate": {}}))

    run(mocked, program)
    assert len(set(mocked.named(POLICY))) == 2


def test_what_is_no_group_is_refused(mocked: Mocked) -> None:
    """The program fails where it gives the options to something that nothing rolls, and where it gives two."""
    rolls = rolling.update_policy({"rollingUpdate": {}})
    twice = pulumi.ResourceOptions.merge(rolls, rolling.update_policy({}))

    def no_group() -> None:
        aws.ec2.LaunchTemplate("template", image_id="ami-1", opts=rolls)

    def two() -> None:
        aws.autoscaling.Group("web", min_size=1, max_size=2, opts=twice)

    with pytest.raises(pulumi.RunError, match="an update policy rolls no aws:ec2/launchTemplate"):
        run(mocked, no_group)
    with pytest.raises(pulumi.RunError, match="a group has one update policy, and this one is given two"):
        run(mocked, two)


def transformed(by: pulumi.ResourceTransformation, **options: Any) -> Callable[[], None]:
    """A program whose stack has the transformation, with a group that has only these options."""

    def program() -> None:
        pulumi.runtime.register_stack_transformation(by)
        given = pulumi.ResourceOptions(**options)
        aws.autoscaling.Group("web", min_size=1, max_size=2, opts=given)
        aws.ec2.LaunchTemplate("template", image_id="ami-1")

    return program


def test_a_transformation_of_the_stack_gives_every_group_the_policy(mocked: Mocked) -> None:
    """The one in the options of `update_policy`, registered for the stack, leaves all but groups alone."""
    [attach] = rolling.update_policy({"rollingUpdate": {}}).transformations or []
    run(mocked, transformed(attach))
    assert mocked.named(GROUP) == ["web"] and len(mocked.of(POLICY)) == 1


def test_a_transformation_of_the_stack_leaves_the_policy(mocked: Mocked) -> None:
    """One that changes inputs and options of all groups keeps the policy that one of them has."""

    def tagged(made: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if made.type_ != GROUP:
            return None
        opts = pulumi.ResourceOptions.merge(made.opts, pulumi.ResourceOptions(protect=True))
        return pulumi.ResourceTransformationResult({**made.props, "max_size": 3}, opts)

    kept = rolling.update_policy({"rollingUpdate": {}})
    run(mocked, transformed(tagged, transformations=kept.transformations))
    assert len(mocked.of(POLICY)) == 1
    [made] = mocked.of(GROUP)
    assert made.inputs["maxSize"] == 3


def test_options_that_a_transformation_returns_have_no_policy(mocked: Mocked) -> None:
    """Pulumi takes no transformations from there, so that nobody is told of it: the docs say what to register."""

    def late(made: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        opts = pulumi.ResourceOptions.merge(made.opts, rolling.update_policy({"rollingUpdate": {}}))
        return pulumi.ResourceTransformationResult(made.props, opts)

    run(mocked, transformed(late))
    assert mocked.named(GROUP) == ["web"] and mocked.named(POLICY) == []


def test_two_policies_by_option_and_by_the_stack_are_refused(mocked: Mocked) -> None:
    """A group with one of its own does not get the stack's besides."""
    [attach] = rolling.update_policy({"rollingUpdate": {}}).transformations or []
    own = rolling.update_policy({"instanceRefresh": {}}).transformations
    with pytest.raises(pulumi.RunError, match="a group has one update policy, and this one is given two"):
        run(mocked, transformed(attach, transformations=own))


def test_an_imported_group_has_its_policy_in_state_at_once(mocked: Mocked) -> None:
    """The group is imported by its name, the policy beside it is made."""
    run(mocked, lambda: group("web", import_="live"))
    ids = {each.typ: each.resource_id or "" for each in mocked.made}
    assert ids == {GROUP: "live", POLICY: ""}
