"""The WSGI front of Alibaba's lab tells control calls from the cloud's, checks signatures, and applies faults.

Products share the port and are told apart by the version that a call names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from pulumi_rolling.lab import routes
from pulumi_rolling.lab.alibaba import refusals, signature
from pulumi_rolling.lab.alibaba.call import NEWER, Answer, Call, Operation
from pulumi_rolling.lab.alibaba.control import AlibabaControl
from pulumi_rolling.lab.alibaba.control_routes import do
from pulumi_rolling.lab.alibaba.older import framed
from pulumi_rolling.lab.alibaba.operations import PRODUCTS
from pulumi_rolling.lab.alibaba.parameters import read
from pulumi_rolling.lab.alibaba.signature import Arrived
from pulumi_rolling.lab.alibaba.state import AlibabaState
from pulumi_rolling.lab.ordered import Answer as Sent
from pulumi_rolling.lab.ordered import Environ, Named, put_through
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.refusal import Refused

KEYS = {"lab": "lab"}
"""Secrets by the id of their key."""
POLL = 0.02
HOST = "ess.aliyuncs.com"
FORM = "application/x-www-form-urlencoded"
THROTTLED = "Request was denied due to request throttling."
ORDERED = {
    "Throttling": (400, THROTTLED),
    "Throttling.User": (400, THROTTLED),
    "Throttling.Api": (400, THROTTLED),
    "Rejected.Throttling": (400, THROTTLED),
    "InternalError": (500, "The request processing has failed due to some unknown error."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
    "Forbidden.Unauthorized": (403, "A required authorization for the specified action is not supplied."),
    "Forbidden.RAM": (403, "User not authorized to operate on the specified resource."),
}
Start = Callable[[str, list[tuple[str, str]]], Any]


class AlibabaFront:
    def __init__(self, state: AlibabaState, control: AlibabaControl) -> None:
        self._state = state
        self._do = partial(do, control)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ.get("PATH_INFO", "")
        if path == "/lab" or path.startswith("/lab/"):
            query = environ.get("QUERY_STRING", "")
            status, text = routes.answer(self._do, environ["REQUEST_METHOD"], path, query, body)
            headers, content = [("Content-Type", "application/json")], text.encode()
        else:
            status, headers, content = self._cloud(environ, _arrived(environ, body))
        start(f"{status} ", [*headers, ("Content-Length", str(len(content)))])
        return [content]

    def _cloud(self, environ: Environ, request: Arrived) -> Sent:
        given = request.parameters
        action = given.get("Action") or request.headers.get("x-acs-action", "")
        version = given.get("Version") or request.headers.get("x-acs-version", "")
        product = PRODUCTS.get(version, ("", {}))[0]

        def refuse(code: str) -> Sent:
            status, text = ORDERED.get(code, (400, f"An error on order: {code}"))
            return self._refused(Refused(code, text, status))

        named = Named(product, action, given.get("ScalingGroupId") or given.get("ScalingGroupId.1"))
        carry_out = partial(self._carry_out, request, action, version)
        return put_through(self._state, named, environ, refuse, carry_out)

    def _carry_out(self, request: Arrived, action: str, version: str, stale: float) -> Sent:
        try:
            with self._state.cloud() as cloud:
                self._check_signature(cloud, request)
                operation = _operation(action, version)
                values = read(operation.takes, request.parameters)
                call = Call(cloud, action, version, values, cloud.now - stale)
                answer = self._answer(call, operation)
            self._wait(call)
        except Refused as refused:
            return self._refused(refused)
        shown = answer if version == NEWER else framed(answer)
        return self._sent(200, {**_present(shown), "RequestId": self._request_id()})

    def _answer(self, call: Call, operation: Operation) -> Answer:
        known = self._state.tokens.known(call)
        if known is not None:
            return known
        named = dict(call.values)
        answer = operation.act(call)
        call.cloud.agenda.catch_up()
        self._state.tokens.keep(replace(call, values=named), answer)
        return answer

    def _wait(self, call: Call) -> None:
        """The answer of a call that waits comes when its activities are over; the lab goes on meanwhile."""
        while True:
            with self._state.cloud():
                if all(activity.over for activity in call.awaits):
                    return
            self._state.clock.wait(POLL)

    def _check_signature(self, cloud: EssCloud, request: Arrived) -> None:
        claimed = signature.claim(request)
        if claimed is None:
            raise refusals.missing("Signature")
        secret = KEYS.get(claimed.key_id)
        if secret is None:
            raise refusals.unknown_key()
        right = signature.computed(request, claimed, secret) == claimed.signature
        if not right or not signature.body_is_signed(request, claimed):
            raise refusals.wrong_signature()
        if cloud.rules.nonce_once and claimed.nonce in self._state.nonces:
            raise refusals.nonce_used()
        self._state.nonces.add(claimed.nonce)

    def _request_id(self) -> str:
        self._state.requests += 1
        return str(UUID(int=self._state.requests + (0xE55 << 96))).upper()

    def _refused(self, refused: Refused) -> Sent:
        request_id = self._request_id()
        body = {
            "Code": refused.code,
            "Message": refused.message,
            "RequestId": request_id,
            "HostId": HOST,
            "Recommend": f"https://error-center.aliyun.com/status/search?Keyword={refused.code}&source=PopGw",
        }
        return self._sent(refused.status, body)

    def _sent(self, status: int, body: Mapping[str, Any]) -> Sent:
        headers = [("Content-Type", "application/json;charset=utf-8")]
        return status, [*headers, ("x-acs-request-id", body["RequestId"])], json.dumps(body).encode()


def _operation(action: str, version: str) -> Operation:
    if version not in PRODUCTS:
        raise refusals.no_version(version)
    operation = PRODUCTS[version][1].get(action)
    if operation is None:
        raise refusals.no_action(action)
    return operation


def _arrived(environ: Environ, body: bytes) -> Arrived:
    headers = {
        key.removeprefix("HTTP_").lower().replace("_", "-"): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_") or key == "CONTENT_TYPE"
    }
    query = tuple(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    form = environ.get("CONTENT_TYPE", "").startswith(FORM)
    pairs = tuple(parse_qsl(body.decode(), keep_blank_values=True)) if form else ()
    return Arrived(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""), query, pairs, headers, body)


def _present(value: Any) -> Any:
    """What is None is not sent."""
    if isinstance(value, dict):
        return {key: _present(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_present(item) for item in value]
    return value
