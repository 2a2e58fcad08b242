"""What the gateway refuses before any product sees a call, and how ESS words a wrong parameter."""

from __future__ import annotations

from pulumi_rolling.lab.world.refusal import Refused


def missing(name: str) -> Refused:
    text = f'The input parameter "{name}" that is mandatory for processing this request is not supplied.'
    return Refused("MissingParameter", text)


def wrong(name: str, value: object = "") -> Refused:
    text = f'The specified value of parameter "{name}" is not valid.'
    return Refused("InvalidParameter", f"{text} ({value})" if value else text)


def conflict(first: str, second: str) -> Refused:
    text = f'The specified parameters "{first}" and "{second}" cannot be used together.'
    return Refused("InvalidParameter.Conflict", text)


def unknown_key() -> Refused:
    return Refused("InvalidAccessKeyId.NotFound", "Specified access key is not found.")


def wrong_signature() -> Refused:
    return Refused("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.", 403)


def nonce_used() -> Refused:
    return Refused("SignatureNonceUsed", "Specified signature nonce was used already.")


def no_version(version: str) -> Refused:
    return Refused("NoSuchVersion", f'Specified parameter Version is not valid. ("{version}")')


def no_action(action: str) -> Refused:
    text = f"Specified api is not found, please check your url and method. (The lab does not model {action}.)"
    return Refused("InvalidAction.NotFound", text, 404)
