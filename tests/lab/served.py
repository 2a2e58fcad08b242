"""What tests of ECS services share: a cluster, task definitions of one container, and the service `web`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.lab.bench import Bench

T = TypeVar("T")
WEB = {"cluster": "default", "service": "web"}
CHECK = {"command": ["CMD", "true"], "interval": 5, "retries": 2}
"""HEALTHY five seconds after RUNNING, or UNHEALTHY after ten."""
BREAKER = {"enable": True, "rollback": True}


@dataclass(frozen=True)
class Served:
    """The bench with its client of ECS, and the service `web`."""

    bench: Bench
    ecs: Any

    def define(self, image: str, family: str = "web", **given: Any) -> str:
        """A new revision of a task definition with one container; its ARN."""
        container = {"name": "app", "image": image, "memory": 64, **given}
        made = self.ecs.register_task_definition(family=family, containerDefinitions=[container])
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def create(self, image: str = "app:1", desired: int = 2, **given: Any) -> dict[str, Any]:
        options = {
            "desiredCount": desired,
            "taskDefinition": given.pop("definition", None) or self.define(image),
        }
        made: dict[str, Any] = self.ecs.create_service(
            cluster="default", serviceName="web", **options | given
        )
        return dict(made["service"])

    def update(self, image: str | None = None, **given: Any) -> str:
        """The service is updated, to a new revision where an image is named; the number of the primary deployment."""
        if image is not None:
            given["taskDefinition"] = self.define(image)
        made = self.ecs.update_service(**WEB, **given)["service"]
        return str(made["deployments"][0]["id"]).removeprefix("ecs-svc/")

    def configure(self, minimum: int | None = None, maximum: int | None = None, **given: Any) -> None:
        bounds = {"minimumHealthyPercent": minimum, "maximumPercent": maximum}
        told = {key: value for key, value in bounds.items() if value is not None} | given
        self.ecs.update_service(**WEB, deploymentConfiguration=told)

    def service(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_services(cluster="default", services=["web"])["services"][0]
        return found

    def events(self) -> list[str]:
        """Messages without the service's name, the newest first."""
        return [each["message"].removeprefix("(service web) ") for each in self.service()["events"]]

    def listed(self, **given: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ecs.list_service_deployments(**WEB, **given)["serviceDeployments"]
        return found

    def of(self, number: str) -> dict[str, Any]:
        """The service deployment to a revision, found as clients find it: by the number in its target's ARN."""
        [arn] = [
            each["serviceDeploymentArn"]
            for each in self.listed()
            if each["targetServiceRevisionArn"].endswith(f"/{number}")
        ]
        found: dict[str, Any] = self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])[
            "serviceDeployments"
        ][0]
        return found

    def became(self, number: str, status: str, within: float = 600.0) -> dict[str, Any]:
        """Time passes, a second at a time, until the service deployment has this status."""
        return self.until(lambda: shown if (shown := self.of(number))["status"] == status else {}, within)

    def until(self, look: Callable[[], T], within: float = 600.0) -> T:
        for _ in range(int(within)):
            seen = look()
            if seen:
                return seen
            self.bench.clock.jump(1.0)
        raise AssertionError(f"never came true; the events: {self.events()}")

    def settled(self) -> None:
        """Time passes until the service has one deployment, completed."""
        self.until(lambda: [each["rolloutState"] for each in self.service()["deployments"]] == ["COMPLETED"])

    def after(self, seconds: float) -> dict[str, Any]:
        """Time passes; the service as it is then."""
        self.bench.clock.jump(seconds)
        return self.service()

    def tasks(self, **given: Any) -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="default", serviceName="web", **given)["taskArns"]
        if not arns:
            return []
        found: list[dict[str, Any]] = self.ecs.describe_tasks(cluster="default", tasks=arns)["tasks"]
        return found

    def truth(self) -> dict[str, Any]:
        return self.bench.lab.service("web")

    def since(self, at: float) -> list[dict[str, Any]]:
        """Points of the service's history from that moment on."""
        return [point for point in self.bench.lab.service_history("web") if point["at"] >= at]

    @property
    def now(self) -> float:
        """Seconds since the lab was emptied."""
        return float(self.bench.lab.service_history("web")[-1]["at"])


def served(bench: Bench, **rules: Any) -> Served:
    """A bench with a cluster; tasks that nothing checks count a second after RUNNING, unless a rule says else."""
    bench.lab.service_rules(**{"unchecked": 1.0, "currentLags": 0.0} | rules)
    ecs = bench.client("ecs")
    ecs.create_cluster(clusterName="default")
    return Served(bench, ecs)


def running(bench: Bench, image: str = "app:1", desired: int = 2, **given: Any) -> Served:
    """The service `web` in its steady state."""
    web = served(bench)
    web.create(image, desired, **given)
    web.settled()
    return web
