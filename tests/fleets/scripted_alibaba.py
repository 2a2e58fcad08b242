"""Alibaba Cloud by script: the SDK's own requests on loopback, their signatures checked, answered in order."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from pulumi_rolling.fleets.alibaba.place import Place
from pulumi_rolling.fleets.credentials import Keys

Answer = dict[str, Any]
Script = Answer | Callable[[Answer], Answer]
KEYS = Keys("testid", "testsecret")


def refused(code: str, message: str = "no", status: int = 400) -> Answer:
    """What Alibaba answers to a call that it refuses."""
    told = {"Code": code, "Message": message, "RequestId": "REQ-1", "HostId": "ess", "Recommend": "https://r"}
    return {"status": status, **told}


def signature(secret: str, method: str, path: str, query: list[tuple[str, str]], headers: Any) -> str:
    """ACS3-HMAC-SHA256 over an empty body, written from its description."""
    names = str(headers["authorization"]).partition("SignedHeaders=")[2].partition(",")[0].split(";")
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in query)
    canonical = "\n".join(
        [
            method,
            path,
            "&".join(f"{name}={value}" for name, value in encoded),
            *(f"{name}:{headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(b"").hexdigest(),
        ]
    )
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass
class ScriptedAlibaba:
    """``answer`` gives an operation its answers in order; the last one stays. One without is refused as unexpected."""

    calls: list[tuple[str, Answer]] = field(default_factory=list)
    versions: set[tuple[str, str]] = field(default_factory=set)
    unsigned: list[str] = field(default_factory=list)
    """Operations whose signature was wrong."""
    _answers: dict[str, list[Script]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = dict(script.play(self.path, self.headers))
                body = json.dumps({key: value for key, value in answer.items() if key != "status"}).encode()
                self.send_response(answer.get("status", 200))
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def place(self) -> Place:
        return Place.of("cn-hangzhou", self.url, KEYS)

    def answer(self, operation: str, *answers: Script) -> None:
        self._answers[operation] = list(answers)

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def sent(self, operation: str) -> list[Answer]:
        return [parameters for name, parameters in self.calls if name == operation]

    def play(self, target: str, headers: Any) -> Answer:
        parts = urlsplit(target)
        query = parse_qsl(parts.query, keep_blank_values=True)
        operation = headers["x-acs-action"]
        signed = signature(KEYS.secret, "POST", parts.path, query, headers)
        with self._lock:
            self.calls.append((operation, dict(query)))
            self.versions.add((operation, headers["x-acs-version"]))
            if f"Signature={signed}" not in headers["authorization"]:
                self.unsigned.append(operation)
            script = self._answers.get(operation)
            if not script:
                return refused("UnsupportedOperation", f"{operation} was not expected")
            answer = script.pop(0) if len(script) > 1 else script[0]
        return answer(dict(query)) if callable(answer) else answer

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
