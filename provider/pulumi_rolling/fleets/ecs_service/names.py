"""How a service is named: in a program by its name or ARN beside its cluster's, on a command line in one word."""

from __future__ import annotations

DEFAULT = "default"
"""The cluster that the API takes where none is named."""


def named(cluster: str | None, service: str) -> tuple[str, str]:
    """Names of cluster and service. A service's ARN, or ``cluster/service``, tells the cluster where none is given."""
    *before, name = service.rpartition(":")[2].removeprefix("service/").split("/")
    own = before[-1] if before else DEFAULT
    return (cluster.rpartition("/")[2] if cluster else own), name


def full_name(cluster: str, service: str) -> str:
    """What people call it, and what ``named`` understands. A mere name would be that of an Auto Scaling group."""
    return f"{cluster}/{service}"
