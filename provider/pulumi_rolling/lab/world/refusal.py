"""The one exception of the world: a request that the cloud refuses, with the cloud's own code and text.

This module refuses to know in which form a service answers with it.
"""

from __future__ import annotations


class Refused(Exception):
    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> Refused:
    """Auto Scaling answers nearly every wrong argument with ValidationError."""
    return Refused("ValidationError", message)
