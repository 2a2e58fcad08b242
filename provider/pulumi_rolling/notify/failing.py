"""Why a message did not arrive, in words that hold no URL."""

from __future__ import annotations

from pulumi_rolling.errors import RollingError


class NotToldError(RollingError):
    """The message was not taken."""
