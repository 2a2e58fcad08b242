"""A server of this machine that takes messages, and answers as a test wants it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Inbox:
    """``status`` is what each message is answered with; with ``silent`` set none is, until it is cleared."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/services/secret-of-mine"
        self.label = f"http://127.0.0.1:{port}"
        self.status = 200
        self.heard: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.answers = threading.Event()
        self.answers.set()

    @property
    def events(self) -> list[str]:
        return [each["event"] for each in self.heard]


@contextmanager
def inbox() -> Iterator[Inbox]:
    opened: list[Inbox] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            box = opened[0]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            box.heard.append(json.loads(body))
            box.headers.append(dict(self.headers))
            box.paths.append(self.path)
            box.answers.wait()
            self.send_response(box.status)
            if box.status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    server.daemon_threads = True
    opened.append(Inbox(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield opened[0]
    finally:
        opened[0].answers.set()
        server.shutdown()
        thread.join()
        server.server_close()
