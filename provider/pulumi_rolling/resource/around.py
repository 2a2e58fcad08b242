"""What the provider's process cannot know of a resource and its program, as one input that ``check`` takes out again.

Nothing of it reaches state or diffs, and nothing of it makes the resource wait for another one.
"""

from __future__ import annotations

from typing import Any

import pulumi

from pulumi_rolling.resource.attribute.policy import has_policy
from pulumi_rolling.resource.provider_option import settings_of
from pulumi_rolling.resource.urn import urn_of

CONTEXT = "context"
"""The input's name."""
AWS = "aws"
"""Where the context says how a provider of AWS was made that the options name."""
TWICE = "twice"
"""Where the context says that the group's own resource has an update policy."""


def context_of(
    name: str, kind: str, opts: pulumi.ResourceOptions | None, group: pulumi.Input[str] | None = None
) -> dict[str, Any]:
    """The input of a resource of type ``kind`` that rolls the group of that name."""
    parent = opts.parent if opts is not None else None
    timeouts = opts.custom_timeouts if opts is not None else None
    given = {
        "urn": urn_of(name, kind, parent),
        "dryRun": pulumi.runtime.is_dry_run(),
        "timeouts": None if timeouts is None else {"create": timeouts.create, "update": timeouts.update},
        AWS: settings_of(opts),
        TWICE: has_policy(group),
    }
    return {key: value for key, value in given.items() if value is not None}


def refuse_adoption(opts: pulumi.ResourceOptions | None) -> None:
    """A dynamic provider hears nothing but an id then, and Pulumi ends in a KeyError of its own."""
    for option in ("import_", "id", "urn"):
        if opts is not None and getattr(opts, option) is not None:
            raise ValueError(
                f"RollingGroup cannot be had by {option}: it attaches to a group that is there already and changes "
                f"nothing of it when all its members match. Leave {option} out."
            )
