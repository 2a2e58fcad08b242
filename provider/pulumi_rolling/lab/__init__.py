"""An embedded cloud for trying policies without an account, and for tests; needs the extra `lab`."""

from pulumi_rolling.lab.clock import Clock, JumpingClock
from pulumi_rolling.lab.lab import AlibabaLab, Lab, lab_of, serve
from pulumi_rolling.lab.serving import LabError

__all__ = ["AlibabaLab", "Clock", "JumpingClock", "Lab", "LabError", "lab_of", "serve"]
