"""The two signatures of Alibaba's clients, computed again from what arrived.

Sources: ESS API reference, "Signatures" (HMAC-SHA1 over all parameters), and "V3 request body and signature"
(ACS3-HMAC-SHA256 over method, path, query, headers and body). This module refuses to know who owns a key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

V3 = "ACS3-HMAC-SHA256"
_PART = re.compile(r"(\w+)=([^,]*)")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came: parameters of query and form apart, header names in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    form: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        return dict((*self.query, *self.form))


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says to have signed, and with which result; `version` is ours: 1 or 3."""

    key_id: str
    signature: str
    nonce: str
    version: int
    signed: tuple[str, ...] = ()


def encoded(text: str) -> str:
    """RFC 3986's percent-encoding, as both signatures want it."""
    return quote(text, safe="~")


def _sorted_query(pairs: Mapping[str, str] | tuple[tuple[str, str], ...]) -> str:
    """In the order of the names alone: `Ids.1` comes before `Ids.10`, and `Ids.1=` would not."""
    items = pairs.items() if isinstance(pairs, Mapping) else pairs
    return "&".join(f"{encoded(key)}={encoded(value)}" for key, value in sorted(items))


def claim(request: Arrived) -> Claim | None:
    """What the request claims; None where it is not signed."""
    authorization = request.headers.get("authorization", "")
    if authorization.startswith(V3):
        parts = dict(_PART.findall(authorization))
        nonce = request.headers.get("x-acs-signature-nonce", "")
        signed = tuple(parts.get("SignedHeaders", "").split(";"))
        return Claim(parts.get("Credential", ""), parts.get("Signature", ""), nonce, 3, signed)
    given = request.parameters
    if "Signature" not in given:
        return None
    return Claim(given.get("AccessKeyId", ""), given["Signature"], given.get("SignatureNonce", ""), 1)


def computed(request: Arrived, claimed: Claim, secret: str) -> str:
    """The signature that the owner of the secret makes of this request."""
    if claimed.version == 3:
        return _v3(request, claimed.signed, secret)
    return _v1(request, secret)


def _v1(request: Arrived, secret: str) -> str:
    given = {key: value for key, value in request.parameters.items() if key != "Signature"}
    text = f"{request.method}&{encoded('/')}&{encoded(_sorted_query(given))}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return b64encode(digest).decode()


def _v3(request: Arrived, signed: tuple[str, ...], secret: str) -> str:
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed)
    content = request.headers.get("x-acs-content-sha256", "")
    canonical = "\n".join(
        (
            request.method,
            request.path or "/",
            _sorted_query(request.query),
            headers,
            ";".join(signed),
            content,
        )
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), f"{V3}\n{hashed}".encode(), hashlib.sha256).hexdigest()


def body_is_signed(request: Arrived, claimed: Claim) -> bool:
    """The hash that is signed is the hash of the body that came."""
    if claimed.version != 3:
        return True
    return request.headers.get("x-acs-content-sha256") == hashlib.sha256(request.body).hexdigest()
