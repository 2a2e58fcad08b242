"""The circuit breaker's threshold: so many failures of a deployment's tasks are one too many.

Sources: ECS API reference, ThresholdConfiguration (of the latest desired count) and
ServiceDeploymentCircuitBreaker (3 to 200 unless the type says otherwise); developer guide (25 tasks make 13, so it is
rounded up). This module counts, and refuses to know what failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEAST, MOST = 3, 200
COUNT, BOUNDED, UNBOUNDED = "COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"
TYPES = (COUNT, BOUNDED, UNBOUNDED)
HALF = 50


def threshold(desired: int, told: Mapping[str, Any]) -> int:
    """`told` is the deploymentCircuitBreaker of the service, in the API's words."""
    configured = told.get("thresholdConfiguration") or {}
    value = int(configured.get("value", HALF))
    kind = configured.get("type", BOUNDED)
    if kind == COUNT:
        return value
    share = -(-desired * value // 100)
    return max(1, share) if kind == UNBOUNDED else min(max(share, LEAST), MOST)
