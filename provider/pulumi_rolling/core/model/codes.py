"""Codes of the core, each with one meaning."""

from __future__ import annotations

from enum import Enum


class Step(Enum):
    PREPARE = "prepare"
    ROLL = "roll"
    BAKE = "bake"
    SETTLE = "settle"
    RESTORE = "restore"
    DONE = "done"
