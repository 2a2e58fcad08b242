"""Client tokens: the same token with the same parameters gets the same answer and does nothing.

Source: ESS API reference, "How to ensure idempotence". This module refuses to know what a call does.
"""

from __future__ import annotations

import json
from typing import Any

from pulumi_rolling.lab.alibaba.call import Answer, Call
from pulumi_rolling.lab.alibaba.refusals import wrong
from pulumi_rolling.lab.world.refusal import Refused

LONGEST = 64


class ClientTokens:
    """Answers by action and token."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], tuple[str, Answer]] = {}

    def known(self, call: Call) -> Answer | None:
        """The answer that this call got before; Refused when the parameters are others."""
        token = call.values.get("ClientToken")
        if token is None:
            return None
        if len(token) > LONGEST or not token.isascii():
            raise wrong("ClientToken", token)
        parameters, answer = self._given.get((call.action, token), (None, None))
        if answer is not None and parameters != _parameters(call.values):
            text = "The request uses the same client token as a previous, but non-identical request."
            raise Refused("IdempotentParameterMismatch", text)
        return answer

    def keep(self, call: Call, answer: Answer) -> None:
        token = call.values.get("ClientToken")
        if token is not None:
            self._given[call.action, token] = (_parameters(call.values), answer)


def _parameters(values: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in values.items() if key != "ClientToken"}, sort_keys=True)
