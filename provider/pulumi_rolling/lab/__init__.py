"""An embedded cloud for trying policies without an account, and for tests; needs the extra `lab`."""

from pulumi_rolling.lab.clock import Clock, JumpingClock
from pulumi_rolling.lab.lab import Lab, LabError, serve

__all__ = ["Clock", "JumpingClock", "Lab", "LabError", "serve"]
