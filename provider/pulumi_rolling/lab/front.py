"""The WSGI front tells control calls, the lab's own calls and moto's apart, counts them and applies faults."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from pulumi_rolling.lab import routes
from pulumi_rolling.lab.aws import autoscaling, ec2, ecs, elb, elbv2, moto_side, wire_json
from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.wire import error_body, protocol
from pulumi_rolling.lab.control import Control
from pulumi_rolling.lab.faults import STATUS, TEXTS
from pulumi_rolling.lab.ordered import Answer, Environ, Named, put_through
from pulumi_rolling.lab.state import LabState
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.kinds import alarms_changed
from pulumi_rolling.lab.world.refusal import Refused

SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")
ALARMS = "monitoring"
"""CloudWatch's name in signatures."""
POLL = 0.05

Start = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True, slots=True)
class Request:
    environ: Environ
    body: bytes
    service: str
    region: str
    action: str
    form: Mapping[str, Any]

    @property
    def json_protocol(self) -> bool:
        return "HTTP_X_AMZ_TARGET" in self.environ


@dataclass(frozen=True, slots=True)
class Service:
    """botocore's model of a service, and the actions of it that are answered here; None stands for all."""

    model: str
    answer: Callable[[Call], tuple[int, str]]
    actions: Mapping[str, Any] | None = None


class Front:
    def __init__(self, state: LabState, control: Control) -> None:
        self._state = state
        self._do = partial(routes.do, control)
        self._moto = DomainDispatcherApplication(create_backend_app)

    def warm(self, region: str) -> None:
        """Everything is loaded for which the first calls would wait."""
        with self._state.cloud():
            moto_side.warm(region)
            for service in ("autoscaling", "ec2"):
                protocol(service)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ.get("PATH_INFO", "")
        if path == "/lab" or path.startswith("/lab/"):
            query = environ.get("QUERY_STRING", "")
            status, text = routes.answer(self._do, environ["REQUEST_METHOD"], path, query, body)
            answer: Answer = (status, [("Content-Type", "application/json")], text.encode())
        else:
            answer = self._cloud(_request(environ, body))
        status, headers, content = answer
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start(f"{status} ", [*kept, ("Content-Length", str(len(content)))])
        return [content]

    def _cloud(self, request: Request) -> Answer:
        """A call of the cloud's API: counted, late, refused or lost as ordered, and otherwise carried out."""

        def refuse(code: str) -> Answer:
            text = TEXTS.get(code, f"An error on order: {code}")
            return _error(request, code, text, STATUS.get(code, 400))

        named = Named(request.service, request.action, _subject(request.form))
        carry_out = partial(self._carry_out, request)
        return put_through(self._state, named, request.environ, refuse, carry_out)

    def _carry_out(self, request: Request, stale: float) -> Answer:
        if request.service == "sqs" and request.action == "ReceiveMessage":
            return self._long_poll(request)
        versioned = f"{request.service}/{request.form.get('Version')}"
        service = _SERVICES.get(versioned) or _SERVICES.get(request.service)
        with self._state.cloud() as cloud:
            if service is None or (service.actions is not None and request.action not in service.actions):
                answer = self._ask(request.environ, request.body)
                if request.service == ALARMS:
                    alarms_changed(cloud)
                return answer
            return self._own(cloud, request, stale, service)

    def _own(self, cloud: Cloud, request: Request, stale: float, service: Service) -> Answer:
        def ask(form: Mapping[str, Any]) -> tuple[int, str]:
            body = json.dumps(form) if request.json_protocol else urlencode(form)
            status, _, content = self._ask(request.environ, body.encode())
            return status, content.decode()

        wire = wire_json.protocol if request.json_protocol else protocol
        try:
            values = wire(service.model).read(request.action, request.form)
            as_of = cloud.now - stale
            call = Call(cloud, request.region, request.action, request.form, values, as_of, ask)
            status, text = service.answer(call)
        except Refused as refused:
            return _error(request, refused.code, refused.message, refused.status)
        kind = wire_json.CONTENT_TYPE if request.json_protocol else "text/xml"
        return status, [("Content-Type", kind)], text.encode()

    def _ask(self, environ: Environ, body: bytes) -> Answer:
        """moto's answer to a request with this body."""
        status: list[str] = []
        headers: list[tuple[str, str]] = []

        def start(line: str, given: list[tuple[str, str]], *_: Any) -> None:
            status.append(line)
            headers.extend(given)

        asked = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        content = b"".join(self._moto(asked, start))
        return int(status[0].split(" ", 1)[0]), headers, content

    def _long_poll(self, request: Request) -> Answer:
        """moto would wait for a message inside the call, which stops the lab; here the wait is outside the lock."""
        given = json.loads(request.body) if request.json_protocol else dict(request.form)
        seconds = given.get("WaitTimeSeconds")
        wait = moto_side.queue_wait(given.get("QueueUrl", "")) if seconds is None else int(seconds)
        given["WaitTimeSeconds"] = 0
        body = (json.dumps(given) if request.json_protocol else urlencode(given)).encode()
        deadline = self._state.clock.now() + wait
        while True:
            with self._state.cloud():
                answer = self._ask(request.environ, body)
            if answer[0] != 200 or b"ReceiptHandle" in answer[2] or self._state.clock.now() >= deadline:
                return answer
            self._state.clock.wait(POLL)


_SERVICES = {
    "autoscaling": Service("autoscaling", autoscaling.answer),
    "ec2": Service("ec2", ec2.answer, ec2.ACTIONS),
    "elasticloadbalancing": Service("elbv2", elbv2.answer, elbv2.ACTIONS),
    "elasticloadbalancing/2012-06-01": Service("elb", elb.answer, elb.ACTIONS),
    "ecs": Service("ecs", ecs.answer),
}


def _request(environ: Environ, body: bytes) -> Request:
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    region, service = scope.groups() if scope else ("us-east-1", "")
    form: dict[str, Any] = {}
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if target and service in _SERVICES:
        form = json.loads(body or b"{}")
    action = form.get("Action") or target or f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
    return Request(environ, body, service, region, action, form)


def _subject(form: Mapping[str, Any]) -> str | None:
    """The group or service that a call names, for the log."""
    for key in ("AutoScalingGroupName", "AutoScalingGroupNames.member.1", "service", "serviceName"):
        if form.get(key):
            return str(form[key]).rpartition("/")[2]
    return next((str(each).rpartition("/")[2] for each in form.get("services") or ()), None)


def _error(request: Request, code: str, message: str, status: int) -> Answer:
    content_type, text = error_body(request.service, request.json_protocol, code, message)
    return status, [("Content-Type", content_type)], text.encode()
