"""One name in two regions: the stack's own by its configuration, the other by an explicit provider."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_rolling as rolling

wanted = json.loads(Path(__file__).with_name("wanted.json").read_text())
elsewhere = aws.Provider("elsewhere", region="eu-west-1")

for region, launched in wanted.items():
    rolling.RollingGroup(
        f"web-{region}",
        auto_scaling_group={"name": "web", "launchTemplate": launched},
        update_policy={
            "rollingUpdate": {
                "maxBatchSize": 1,
                "minInstancesInService": 1,
                "waitOnResourceSignals": True,
                "pauseTime": "PT1M",
            }
        },
        opts=pulumi.ResourceOptions(provider=elsewhere if region == "eu-west-1" else None),
    )
