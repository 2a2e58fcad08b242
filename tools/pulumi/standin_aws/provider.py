"""The stand-in for aws: its kinds of resources, and its service on the engine's wire."""

from __future__ import annotations

from standin.provider import Package, kinds

from standin_aws import FOLLOWS, failures
from standin_aws.cloud import KNOWN, Cloud
from standin_aws.ecs import Cluster, Service, TaskDefinition
from standin_aws.group import Group
from standin_aws.group_parts import Attachment, LifecycleHook, Tag
from standin_aws.launch_template import LaunchTemplate
from standin_aws.listener import Listener
from standin_aws.load_balancer import LoadBalancer
from standin_aws.target_group import TargetGroup

AWS = Package(
    name="aws",
    version=FOLLOWS,
    settings=frozenset(KNOWN),
    kinds=kinds(
        LaunchTemplate(),
        Group(),
        LifecycleHook(),
        Tag(),
        Attachment(),
        TargetGroup(),
        LoadBalancer(),
        Listener(),
        Cluster(),
        TaskDefinition(),
        Service(),
    ),
    cloud=Cloud,
    errors=failures.OF_THE_CLOUD,
    worded=failures.worded,
)
