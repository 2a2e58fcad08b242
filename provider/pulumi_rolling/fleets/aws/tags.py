"""The room that AWS's tags have for a record."""

from __future__ import annotations

from pulumi_rolling.fleets.base import Shelf

SHELF = Shelf(count=50, characters=256)
"""Of an Auto Scaling group, an ECS service and an Elastic Beanstalk environment alike ("Tag naming limits and
requirements", Tagging AWS Resources user guide)."""
