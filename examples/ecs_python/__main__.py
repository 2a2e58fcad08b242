"""Two tasks of a service; a new image is deployed, and a deployment that ECS returns fails the update."""

import json

import pulumi
import pulumi_aws as aws
import pulumi_rolling as rolling

config = pulumi.Config()

cluster = aws.ecs.Cluster("prod", name="prod")
container = {"name": "app", "image": config.require("image"), "memory": 64, "essential": True}
definition = aws.ecs.TaskDefinition("web", family="web", container_definitions=json.dumps([container]))
service = aws.ecs.Service(
    "web",
    name="web",
    cluster=cluster.arn,
    task_definition=definition.arn,
    desired_count=2,
    # RollingGroup deploys: the task definition, and all that its policy says.
    opts=pulumi.ResourceOptions(
        ignore_changes=[
            "taskDefinition",
            "deploymentCircuitBreaker",
            "deploymentConfiguration",
            "deploymentMaximumPercent",
            "deploymentMinimumHealthyPercent",
            "alarms",
        ]
    ),
)

rolled = rolling.RollingGroup(
    "web",
    ecs_service=rolling.EcsService(
        cluster=cluster.name, service=service.name, task_definition=definition.arn
    ),
    update_policy=rolling.UpdatePolicy(
        ecs_deployment=rolling.EcsDeployment(
            minimum_healthy_percent=100,
            maximum_percent=150,
            circuit_breaker=rolling.DeploymentCircuitBreaker(rollback=True),
            timeout="PT1H",
        ),
    ),
)

pulumi.export("revision", rolled.revision)
