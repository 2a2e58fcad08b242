"""What `rolling up` answers to the shell. Pulumi's own codes (1 to 9, 255) pass through where nothing changed."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    SUCCEEDED = 0
    RETURNED = 20
    """The update failed, and the stack is as its last good deployment left it."""
    PARTLY_RETURNED = 21
    """The update failed, and something could not be returned; the report names it and the command to go on."""
    NOTHING_TO_RETURN_TO = 22
    """The update failed after it had changed something, and no good deployment is known, or none was wanted."""
