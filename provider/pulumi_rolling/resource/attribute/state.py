"""The policy in state: a component from which the stack's way back knows how to roll the groups that have its hook.

Its type and the names of its inputs are in users' state and never move.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from pulumi_rolling.host.hook_call import POLICY_TYPE


class PolicyInState(pulumi.ComponentResource):
    """Inputs: ``policy`` and ``onFailure`` as the program gives them, ``group`` the type, ``hook`` the hook's name."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(POLICY_TYPE, name, dict(inputs), opts)
        self.register_outputs({})
