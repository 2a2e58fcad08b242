"""The words of ECS: events, reasons, stopped reasons.

Texts of events and of the breaker are the service's own from live logs; those of alarms, of service deployments that
were stopped or superseded, and of codes that nobody knows are worded here. This module refuses to know when they are
said.
"""

from __future__ import annotations

GOING = "ECS deployment {} in progress."
DONE = "ECS deployment {} completed."
BROKEN = "ECS deployment circuit breaker: tasks failed to start."
GOING_BACK = "ECS deployment circuit breaker: rolling back to deploymentId {}."
BY_BREAKER = "Service deployment {} because the circuit breaker threshold was exceeded."
BY_ALARM = "Service deployment {} because an alarm was detected: {}."
BY_USER = "Service deployment {} by user."
SUPERSEDED = "Service deployment stopped because a newer service deployment was created."
UNANSWERED = "Service deployment rolled back because {} lifecycle hook {}."
NO_WAY_BACK = "No rollback candidate was found to run the rollback."

STARTED = "has started {} tasks: {}."
REPLACED = "Amazon ECS replaced {} tasks due to an unhealthy status."
STOPPED = "has stopped {} running tasks: {}."
STOPPED_PENDING = "stopped {} pending tasks."
REGISTERED = "registered 1 targets in (target-group {})"
DRAINS = "has begun draining connections on {} tasks."
DEREGISTERED = "deregistered 1 targets in (target-group {})"
ILL = "(task {}) failed container health checks."
UNANSWERING = (
    "(task {}) (port {}) is unhealthy in (target-group {}) "
    "due to (reason Health checks failed with these codes: [500])."
)
BLOCKED = (
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
    "Update the minimumHealthyPercent or maximumPercent value and try again."
)
PROTECTED = (
    "was unable to reach steady state because (taskSet {}) was unable to scale in due to "
    "(reason {} tasks under protection)"
)
NO_PLACE = (
    "was unable to place a task because no container instance met all of its requirements. "
    "Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section "
    "of the Amazon ECS Developer Guide."
)
NO_CAPACITY = (
    "was unable to place a task. Reason: Capacity is unavailable at this time. "
    "Please try again later or in a different availability zone."
)
STUMBLES = (
    "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of "
    "the Amazon ECS Developer Guide."
)
DEPLOYMENT_FAILED = "(deployment {}) deployment failed: {}"
FAILED_TO_START = "tasks failed to start."
ALARM = "alarm detected."
ROLLS_BACK = "rolling back to deployment {}."
DEPLOYMENT_DONE = "(deployment {}) deployment completed."
STEADY = "has reached a steady state."

EXITED = "Essential container in task exited"
FAILED_CHECK = "Task failed container health checks"
FAILED_TARGET = "Task failed ELB health checks in (target-group {})"
BY_SCHEDULER = "Scaling activity initiated by (deployment {})"
NOT_STARTED = "Task failed to start"
UNPLACED = ("InsufficientInstanceCapacity", "RESOURCE:CPU", "RESOURCE:MEMORY", "RESOURCE:PORTS")
_STARTS = {
    "CannotPullContainerError": (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        "failed to resolve ref {}: not found"
    ),
    "ResourceInitializationError": (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed"
    ),
    "CannotStartContainerError": "CannotStartContainerError: failed to create task for {}",
    "OutOfMemoryError": "OutOfMemoryError: Container killed due to memory usage",
}


def not_started(code: str, image: str) -> str:
    """Why a task of an image did not start."""
    return _STARTS.get(code, code + ": the container of {} could not be started").format(image)


def tasks(ids: list[str]) -> str:
    return " ".join(f"(task {each})" for each in ids)
