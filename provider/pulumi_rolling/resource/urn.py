"""The URN that the engine will give a resource, told before the resource is registered."""

from __future__ import annotations

import pulumi

_ROOT = "pulumi:pulumi:Stack"
"""The engine leaves this one out of the types in a URN."""


def urn_of(name: str, kind: str, parent: pulumi.Resource | None) -> pulumi.Output[str]:
    """The URN without a dependency on the parent: a component is done only when its children are, this one as well."""
    if parent is None:
        prefix = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::"
        return pulumi.Output.from_input(f"{prefix}{kind}::{name}")

    async def below() -> str:
        stack, project, types, _ = str(await parent.urn.future()).split("::", 3)
        return "::".join((stack, project, kind if types == _ROOT else f"{types}${kind}", name))

    return pulumi.Output.from_input(below())
