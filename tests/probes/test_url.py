"""A URL of the user's: what counts as an answer, and that no server can keep it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pulumi_rolling.fleets.replace import Done, Reached
from pulumi_rolling.probes.attempt import Attempt
from pulumi_rolling.probes.url import Url, filled

MEMBER = Reached("i-1", "us-east-1a", "127.0.0.1")


class Answers(BaseHTTPRequestHandler):
    """The status stands at the end of the path."""

    def do_GET(self) -> None:
        status = int(self.path.rpartition("/")[2])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/500")
        self.end_headers()
        self.wfile.write(f"path {self.path}\nat {self.headers['Host']}".encode())

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


def asked(url: str, timeout: float = 20.0, attempt: Attempt | None = None) -> Done:
    return Url(url, timeout, "web")(MEMBER, attempt or Attempt())


@pytest.mark.parametrize("status", [200, 204, 302])
def test_an_answer_below_400_is_success(port: int, status: int) -> None:
    """A redirect is an answer, and is not followed."""
    assert asked(f"http://{{privateAddress}}:{port}/{status}") == Done(True)


def test_another_answer_is_told_with_its_body(port: int) -> None:
    """The URL as it was asked, the status, and the end of what came with it in one line."""
    url = f"http://127.0.0.1:{port}/i-1/503"
    said = asked(f"http://{{privateAddress}}:{port}/{{id}}/503").said
    assert said == f"{url}: status 503: path /i-1/503 at 127.0.0.1:{port}"


def test_nobody_there_is_told() -> None:
    """As the machine says it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert asked(url).said.startswith(f"{url}: ") and "refused" in asked(url).said


@pytest.mark.parametrize("trickles", [False, True])
def test_a_server_that_never_ends_its_answer_is_left(trickles: bool) -> None:
    """The time is of the whole try, also where a byte now and then keeps the connection awake; so is an end of it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    while not stop.wait(0.05):
                        try:
                            if trickles:
                                peer.sendall(b"x")
                        except OSError:
                            break

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert asked(url, 1.0) == Done(False, f"{url}: no answer within PT1S")
        attempt = Attempt()
        threading.Timer(0.3, attempt.end).start()
        assert not asked(url, 600.0, attempt).succeeded
        stop.set()


def test_a_place_without_an_address_is_no_url() -> None:
    """Nothing is asked of a member whose address EC2 has not told, and the reason names the template."""
    assert filled("http://{publicAddress}/", MEMBER, "web") is None
    assert (
        asked("http://{publicAddress}/").said
        == "an address that http://{publicAddress}/ names is not known of it"
    )
    assert filled("http://{id}.{zone}.x/{group}", MEMBER, "a b") == "http://i-1.us-east-1a.x/a%20b"
