"""The part of GitHub's and of GitLab's API that comments need, on this machine."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOOLS = all(shutil.which(tool) for tool in ("curl", "jq"))
"""Whether this machine has what pipelines/comment.sh calls."""
GITHUB, GITLAB = "/repos/shop/infra/issues/7/comments", "/projects/5/merge_requests/7/notes"


@dataclass
class Host:
    """``comments`` in the order of their ids; ``calls`` with the token of each."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    def write(self, author: str, body: str, at: int | None = None) -> None:
        if at is None:
            who = {"user": {"login": author}, "author": {"username": author}}
            self.comments.append({"id": len(self.comments) + 1, "body": body, **who})
        else:
            self.comments[at - 1]["body"] = body

    @property
    def github(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": "shop/infra",
            "ROLLING_PULL_REQUEST": "7",
            "GITHUB_ACTIONS": "true",
        }

    @property
    def gitlab(self) -> dict[str, str]:
        return {"CI_API_V4_URL": self.url, "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "7"}


@contextmanager
def served() -> Iterator[Host]:
    host = Host()

    class Answers(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
            host.calls.append((self.command, parts.path, token))
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length))["body"] if length else ""
            self._send(_answer(host, self.command, parts.path, parse_qs(parts.query), body))

        def _send(self, document: Any) -> None:
            raw = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are counted and not printed."""

        do_GET = do_POST = do_PATCH = do_PUT = answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield host
    server.shutdown()
    server.server_close()
    thread.join()


def _answer(host: Host, method: str, path: str, query: dict[str, list[str]], body: str) -> Any:
    bot = "github-actions[bot]" if path.startswith("/repos") else "project_bot"
    if path == "/user":
        return {"username": bot}
    if method == "GET":
        first = 100 * (int(query["page"][0]) - 1)
        return host.comments[first : first + 100]
    assert (method == "POST") is (path in (GITHUB, GITLAB)), path
    host.write(bot, body, None if method == "POST" else int(path.rpartition("/")[2]))
    return {}
