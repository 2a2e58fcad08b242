"""A message to a URL of the user's: one POST of its document, answered with a status from 200 to 299."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from pulumi_rolling.notify.failing import NotToldError
from pulumi_rolling.notify.message import Message
from pulumi_rolling.notify.targets import NOTIFY

_GONE = f"Give {NOTIFY} the URL that is there now."
_REFUSED = f"Give {NOTIFY} a URL that may be written to."
_MOVED = f"Give {NOTIFY} the URL to which it leads; none is followed."
_UNREACHED = "Let this machine reach it."
_ADVICE = {
    401: _REFUSED,
    403: _REFUSED,
    404: _GONE,
    410: _GONE,
    301: _MOVED,
    302: _MOVED,
    307: _MOVED,
    308: _MOVED,
}
WITHIN = 5.0
"""Seconds for each step of the request."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A message that is sent on as a GET says nothing to anybody."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(url: str, message: Message) -> None:
    """Send it once. No error repeats the URL."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "pulumi-rolling",
        "Idempotency-Key": message.key,
    }
    body = json.dumps(message.document()).encode()
    try:
        asked = urllib.request.Request(url, body, headers, method="POST")
        urllib.request.build_opener(_NoRedirect()).open(asked, timeout=WITHIN).close()
    except urllib.error.HTTPError as error:
        hint = _ADVICE.get(error.code, "")
        raise NotToldError(f"it was answered with status {error.code}", hint=hint) from None
    except urllib.error.URLError as error:
        why = f"nobody could be reached ({type(error.reason).__name__})"
        raise NotToldError(why, hint=_UNREACHED) from None
    except (OSError, ValueError) as error:
        raise NotToldError(f"no answer ({type(error).__name__})", hint=_UNREACHED) from None
