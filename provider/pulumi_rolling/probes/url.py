"""One request by HTTP to a URL of the user's: an answer from 200 to 399 is success, as for Kubernetes' httpGet.

It goes straight to the member, by no proxy and after no redirect, and its certificate is not looked at: no certificate
is made out to a member's own address.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.fleets.replace import Done, Reached
from pulumi_rolling.probes.attempt import Attempt, last_words

_KEPT = 1024


@dataclass(frozen=True, slots=True)
class Url:
    """``template`` has places for what is known of a member; ``group`` is the name of its group."""

    template: str
    timeout: float
    group: str

    def __call__(self, member: Reached, attempt: Attempt) -> Done:
        url = filled(self.template, member, self.group)
        if url is None:
            return Done(False, f"an address that {self.template} names is not known of it")
        try:
            connection, path = _connection(url, self.timeout)
        except (ValueError, http.client.InvalidURL) as error:
            return Done(False, f"{url}: {error}")
        late = threading.Event()

        def end() -> None:
            """The socket's own time-out is of each step, and a trickle of bytes would take for ever."""
            late.set()
            _shut(connection)

        timer = threading.Timer(self.timeout, end)
        timer.daemon = True
        timer.start()
        try:
            with attempt.ended_by(end):
                return _asked(connection, path, url)
        except TimeoutError:
            return Done(False, f"{url}: no answer within {iso(self.timeout)}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            if late.is_set():
                return Done(False, f"{url}: no answer within {iso(self.timeout)}")
            return Done(False, f"{url}: {last_words(str(error).encode()) or type(error).__name__}")
        finally:
            timer.cancel()
            connection.close()


def filled(template: str, member: Reached, group: str) -> str | None:
    """The URL of a member; None where the template names an address that is not known."""
    known = {
        "id": member.id,
        "zone": member.zone,
        "privateAddress": member.private,
        "publicAddress": member.public,
        "group": quote(group, safe=""),
    }
    named = [name for name in known if "{" + name + "}" in template]
    if not all(known[name] for name in named):
        return None
    url = template
    for name in named:
        url = url.replace("{" + name + "}", known[name])
    return url


def _connection(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    host = parts.hostname or ""
    if parts.scheme == "https":
        anyone = ssl.create_default_context()
        anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=anyone), path
    return http.client.HTTPConnection(host, parts.port, timeout=timeout), path


def _asked(connection: http.client.HTTPConnection, path: str, url: str) -> Done:
    connection.request("GET", path, headers={"User-Agent": "pulumi-rolling", "Connection": "close"})
    answer = connection.getresponse()
    if 200 <= answer.status < 400:
        return Done(True)
    words = last_words(answer.read(_KEPT))
    return Done(False, f"{url}: status {answer.status}" + (f": {words}" if words else ""))


def _shut(connection: http.client.HTTPConnection) -> None:
    """Wakes the thread that reads from it."""
    if connection.sock is None:
        return
    try:
        connection.sock.shutdown(2)
    except OSError:
        # It is closed already.
        return
