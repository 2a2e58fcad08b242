"""Every resource option of Pulumi on the Python resource: what its provider hears of it, and that nothing waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi_rolling.resource import dynamic

from tests.resource.program import Component, Shown, rolling, run

PLAIN = "urn:pulumi:dev::trial::"
KIND = "pulumi-python:dynamic/rolling:RollingGroup"
SERVICE = "acme:web:Service"


def _nested() -> pulumi.ResourceOptions:
    outer = Component("outer")
    inner = Component("inner", pulumi.ResourceOptions(parent=outer))
    outer.register_outputs({})
    inner.register_outputs({})
    return pulumi.ResourceOptions(parent=inner)


def _unchanged(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    return pulumi.ResourceTransformResult(props=args.props, opts=args.opts)


def _same(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    return pulumi.ResourceTransformationResult(props=args.props, opts=args.opts)


OPTIONS: dict[str, Callable[[], pulumi.ResourceOptions | None]] = {
    "none": lambda: None,
    "parent": lambda: pulumi.ResourceOptions(parent=Component("outer")),
    "nested parent": _nested,
    "parent with two colons in its name": lambda: pulumi.ResourceOptions(parent=Component("a::b")),
    "the stack as parent": lambda: pulumi.ResourceOptions(parent=pulumi.runtime.get_root_resource()),
    "aliases": lambda: pulumi.ResourceOptions(
        aliases=[pulumi.Alias(name="former", parent=Component("outer"))]
    ),
    "protect": lambda: pulumi.ResourceOptions(protect=True),
    "depends_on": lambda: pulumi.ResourceOptions(depends_on=[Component("other")]),
    "provider": lambda: pulumi.ResourceOptions(provider=pulumi.ProviderResource("pulumi-python", "own", {})),
    "transforms": lambda: pulumi.ResourceOptions(transforms=[_unchanged]),
    "transformations": lambda: pulumi.ResourceOptions(transformations=[_same]),
    "ignore_changes": lambda: pulumi.ResourceOptions(ignore_changes=["updatePolicy"]),
    "additional_secret_outputs": lambda: pulumi.ResourceOptions(additional_secret_outputs=["revision"]),
    "custom_timeouts": lambda: pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(update="1h30m")),
    "retain_on_delete": lambda: pulumi.ResourceOptions(retain_on_delete=True),
    "deleted_with": lambda: pulumi.ResourceOptions(deleted_with=Component("other")),
    "replace_on_changes": lambda: pulumi.ResourceOptions(replace_on_changes=["triggers"]),
}


ABOVE = {
    "parent": f"{SERVICE}$",
    "nested parent": f"{SERVICE}${SERVICE}$",
    "parent with two colons in its name": f"{SERVICE}$",
}
"""Types that a URN names above the resource's own; the engine leaves out the stack's."""


@pytest.mark.parametrize("option", OPTIONS)
def test_the_provider_hears_the_urn_that_the_engine_gives(option: str) -> None:
    """A resource's context has its own URN and waits for no other resource, whatever option it has."""
    asked = run(lambda: Shown(rolling(opts=OPTIONS[option]())).done())
    # The mocks write the stack's type into the URNs of components.
    told = asked.found["roll"].inputs["context"]["urn"].replace("pulumi:pulumi:Stack$", "")
    assert told == f"{PLAIN}{ABOVE.get(option, '')}{KIND}::roll"


@pytest.mark.parametrize("option", ["import_", "id"])
def test_what_would_read_by_id_is_refused_in_a_sentence(option: str) -> None:
    """An id alone is nothing that a dynamic provider can be found by, so the program is told before Pulumi asks."""
    opts = pulumi.ResourceOptions()
    setattr(opts, option, "web")
    with pytest.raises(ValueError, match=f"cannot be had by {option}.*Leave {option} out"):
        run(lambda: Shown(rolling(opts=opts)).done())


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("1h30m", 5400.0), ("40s", 40.0), ("1.5m", 90.0), ("500ms", 0.5), ("", None), (None, None)],
)
def test_custom_timeouts_are_deadlines_of_their_own_verb(given: Any, seconds: float | None) -> None:
    """The time of an update bounds updates alone, and its path stands where the user has set it."""
    process = dynamic._Process()
    raw = {"urn": "urn:x", "timeouts": {"update": given}}

    assert process.context(raw, "create").timeout is None
    timeout = process.context(raw, "update").timeout

    assert (timeout.seconds if timeout else None) == seconds
    assert timeout is None or timeout.path == "customTimeouts.update"


def test_custom_timeouts_reach_the_provider() -> None:
    """What the option says of create and of update is part of the context."""
    asked = run(lambda: Shown(rolling(opts=OPTIONS["custom_timeouts"]())).done())
    assert asked.found["roll"].inputs["context"]["timeouts"] == {"update": "1h30m"}
