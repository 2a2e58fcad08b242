"""Full names of stacks, by the part that a test is about."""

from __future__ import annotations

from pulumi_rolling.stack.naming import Name


def named_so(stack: str = "dev", organization: str = "acme", project: str = "shop") -> Name:
    return Name("https://app.pulumi.com", organization, project, stack)
