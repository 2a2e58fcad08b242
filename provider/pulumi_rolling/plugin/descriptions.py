"""Sentences of each type and property for people's editors: unit, default, limits. docs/policy.md says more."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_rolling.plugin import ecs_descriptions as ecs
from pulumi_rolling.plugin import ess_descriptions as ess

_DURATION = "an ISO 8601 duration"
_LINE = (
    "A line for /bin/sh on the machine where pulumi up runs, with ROLLING_ID, ROLLING_PRIVATE_ADDRESS, "
    "ROLLING_PUBLIC_ADDRESS, ROLLING_ZONE and ROLLING_GROUP in its environment, that"
)

TYPES: Mapping[str, str] = {
    "AutoScalingGroup": "The EC2 Auto Scaling group to roll, and the revision that its members are to be made from.",
    "LaunchTemplate": "The launch template to make members from: exactly one of id and name.",
    "UpdatePolicy": "How members are replaced: exactly one strategy.",
    "RollingUpdate": "CloudFormation's AutoScalingRollingUpdate with its names, defaults and limits, and fields beyond "
    "it. All are optional.",
    "InstanceRefresh": "Preferences of an instance refresh of EC2 Auto Scaling with the service's names, defaults and "
    "limits, and fields beyond them. All are optional; times are whole seconds or ISO 8601 durations. A refresh of ESS "
    "takes minHealthyPercentage (default 80), maxHealthyPercentage (120), checkpointPercentages, checkpointDelay, "
    "approval, skipMatching, timeout and allowContainerRefresh, and refuses the others.",
    **ecs.TYPES,
    **ess.TYPES,
    "Canary": "Members that are replaced before all others. One that fails ends the roll, whatever the budget.",
    "Command": "A command that says whether a new member is ready.",
    "Http": "A URL that says whether a new member is ready.",
    "BeforeTerminate": "A command before the end of a member that serves.",
    "Readiness": "What makes a new member ready, beyond being in service and its signal.",
    "Checkpoints": "Shares of the members to replace at which the roll stops for a while.",
    "ReplacingUpdate": "CloudFormation's AutoScalingReplacingUpdate, accepted only where it replaces nothing.",
    "ScheduledAction": "CloudFormation's AutoScalingScheduledAction. RollingGroup never re-asserts sizes, so both "
    "values hold.",
    "LastRollout": "The last rollout that this resource drove.",
    "SizesAsFound": "Sizes of the group before a rollout that was interrupted, and what the rollout set of them.",
    "Boots": "How long members took until they were ready, as sums: n of them, of logarithms of seconds, and of their "
    "squares.",
}

PROPERTIES: Mapping[str, str] = {
    "RollingGroup.autoScalingGroup": "The group to roll. It is made by something else; this resource owns its pointer "
    "to the revision and replaces its members. Another name or region replaces this resource, no instance.",
    "RollingGroup.updatePolicy": "How members are replaced. Default: the policy of the provider's configuration; "
    "without one it is required.",
    "RollingGroup.onFailure": "What a failed rollout does: rollBack (default) returns the group to the revision and "
    "sizes it came from, leave stops where it is, hold waits for a request.",
    "RollingGroup.triggers": "A list or a mapping of texts, numbers, booleans or nulls. Any change of it rolls all "
    "members, even if the revision is equal. Default: none.",
    "RollingGroup.revision": "What the members are made from, e.g. lt-0abc:3.",
    "RollingGroup.fixedRevision": "The revision, where all that it names is named for good: an image by its id and "
    "by no parameter. Its contents need no look-up while every member carries its number.",
    "RollingGroup.previousRevision": "What the members were made from before the last rollout.",
    "RollingGroup.suspendedAsFound": "Processes that were suspended before the last rollout, and are again.",
    "RollingGroup.sizesAsFound": "While a rollout is interrupted: sizes of the group before it, to which the group "
    "returns also where the record of the rollout is lost.",
    "RollingGroup.status": "stable, mixed (members of two revisions), interrupted (a rollout waits to be gone on "
    "with by the next update), or skipped (ROLLING_SKIP was set: the pointer moved, and the next update replaces).",
    "RollingGroup.lastRollout": "The last rollout that this resource drove. Absent while there was none.",
    "SizesAsFound.min": "MinSize before the rollout.",
    "SizesAsFound.max": "MaxSize before the rollout.",
    "SizesAsFound.desired": "Desired before the rollout, with what others did to it since.",
    "SizesAsFound.minSet": "Each MinSize that the rollout set.",
    "SizesAsFound.desiredSet": "Desired as the rollout left it.",
    "AutoScalingGroup.name": "The group's name. It is the id of this resource, so it may not be secret.",
    "AutoScalingGroup.region": "The group's AWS region. Default: the provider's, then AWS_REGION.",
    "AutoScalingGroup.endpoint": "A URL where AWS's calls go instead. Default: the provider's, then AWS_ENDPOINT_URL.",
    "AutoScalingGroup.launchTemplate": "The launch template and version wanted. Required, except with "
    "launchConfiguration.",
    "AutoScalingGroup.launchConfiguration": "The name of the launch configuration wanted, in place of launchTemplate.",
    "LaunchTemplate.id": "The template's id, e.g. lt-0abc.",
    "LaunchTemplate.name": "The template's name, in place of its id.",
    "LaunchTemplate.version": "A version number, $Latest or $Default. Default: $Default. Versions with equal contents "
    "are the same revision.",
    "UpdatePolicy.rollingUpdate": "Replace members in batches, or in a sliding window.",
    "UpdatePolicy.instanceRefresh": "Let EC2 Auto Scaling replace members by an instance refresh, which goes on if "
    "this process dies.",
    "UpdatePolicy.ecsDeployment": "Let ECS replace the tasks of a service by a deployment, which goes on if this "
    "process dies.",
    "UpdatePolicy.autoScalingReplacingUpdate": "May be pasted with the rest; refused if it replaces.",
    "UpdatePolicy.autoScalingScheduledAction": "May be pasted with the rest; nothing to do.",
    "RollingUpdate.maxBatchSize": "Members under replacement at once: a number from 1 to 100, or a percent of Desired "
    'such as "25%", rounded down but never to 0. Default: 1.',
    "RollingUpdate.minInstancesInService": "Members that stay in service meanwhile: a number from 0, less than the "
    'group\'s MaxSize, or a percent of Desired such as "75%", rounded up. Default: 0.',
    "RollingUpdate.minSuccessfulInstancesPercent": "Percent of the replaced members that must signal SUCCESS, 0 to "
    "100 with at most one decimal. Needs waitOnResourceSignals, except for 0. Default: 100.",
    "RollingUpdate.minActiveInstancesPercent": "Percent of Desired that must reach service, 0 to 100 with at most one "
    "decimal. Default: 100; with signals judged only where it is given.",
    "RollingUpdate.pauseTime": f"With waitOnResourceSignals the longest wait for a new member's signal, default PT5M; "
    f"without, a pause after each batch, default none. {_DURATION.capitalize()} PT#H#M#S of at most PT1H.",
    "RollingUpdate.suspendProcesses": "Processes of the group that rest during the roll, of AddToLoadBalancer, "
    "AlarmNotification, AZRebalance, HealthCheck, InstanceRefresh, ReplaceUnhealthy, ScheduledActions. Default: none.",
    "RollingUpdate.waitOnResourceSignals": "Whether a new member counts only once it has signalled SUCCESS. Default: "
    "false.",
    "RollingUpdate.pacing": "lockStep: batch after batch; sliding: a place is used again as soon as its member is "
    "ready. Default: sliding, but lockStep with a fixed pauseTime.",
    "RollingUpdate.timeout": f"Of the whole roll: {_DURATION} of more than nothing and at most P14D. Default: no "
    "limit, but that of customTimeouts.",
    "RollingUpdate.guard": "How soon new starts wait for members that boot longer than others did: fast, balanced, "
    "cautious, or off. Only with sliding. Default: balanced.",
    "RollingUpdate.canary": "Members to try first. Default: none.",
    "RollingUpdate.slowStart": "Whether the window begins at one member (or the canaries) and grows by one with each "
    "success. Default: false.",
    "RollingUpdate.readiness": "What is asked of a new member beyond being in service and its signal. Default: "
    "nothing.",
    "RollingUpdate.alarms": "Up to 10 CloudWatch alarms by name, none twice; one in ALARM ends the roll. Default: "
    "none.",
    "RollingUpdate.bakeTime": f"How long the roll watches its alarms after the last member is ready: {_DURATION} of at "
    "most P2D. Default: none.",
    "RollingUpdate.checkpoints": "Where the roll stops for a while. Default: nowhere.",
    "RollingUpdate.approval": "Whether the roll waits for 'rolling approve' after the canary and at each checkpoint; "
    "needs one of them. Default: false.",
    "RollingUpdate.zoneOrder": "balanced: victims from all availability zones in turn; oneAtATime: zone by zone. "
    "Default: balanced.",
    "RollingUpdate.standbyInstances": "Members in standby: Ignore, Wait (up to one hour, then the roll fails), or "
    "Replace. Default: Ignore.",
    "RollingUpdate.scaleInProtectedInstances": "Members protected from scale-in: Replace, Ignore, or Wait (up to one "
    "hour, then the roll fails). Default: Replace, as CloudFormation does.",
    "RollingUpdate.warmPoolInstances": "Members of the warm pool: Replace, Ignore, or Wait (up to one hour, then the "
    "roll fails). Default: Replace.",
    "RollingUpdate.beforeTerminate": "A command of your own before a member in service is replaced. One that fails "
    "keeps the member and ends the roll; on the way back the member goes all the same. Default: none.",
    "RollingUpdate.drain": "Whether a victim is taken out of its target groups, and waited for, before it is "
    "terminated. Default: false.",
    "RollingUpdate.drainTimeout": f"How long a victim may drain: {_DURATION} of more than nothing and at most PT2H. "
    "Needs drain. Default: PT15M.",
    "RollingUpdate.keepFailed": "How many failed instances are kept for a look, 0 to 5: each that reached service is "
    "detached from the group and its load balancers, tagged rolling:kept, and runs until somebody ends it. Default: 0.",
    "InstanceRefresh.strategy": "Only Rolling, which is the default.",
    "InstanceRefresh.minHealthyPercentage": "Percent of Desired that stays in service, 0 to 100, rounded up. Default: "
    "the group's maintenance policy, then 90 (100 by CloudFormation's defaults).",
    "InstanceRefresh.maxHealthyPercentage": "Percent of Desired that may stand at once, 100 to 200, rounded down, at "
    "most 100 more than minHealthyPercentage, which it needs. Default: the group's maintenance policy, then none (110 "
    "by CloudFormation's defaults).",
    "InstanceRefresh.instanceWarmup": "How long an instance must have been in service. Default: the group's default "
    "warm-up, then its health check grace period.",
    "InstanceRefresh.checkpointPercentages": "Whole percents of the members to replace at which the refresh pauses, "
    "ascending, from 1 to 100; the last one ends it. Default: none.",
    "InstanceRefresh.checkpointDelay": "How long it pauses at each, at most 172800 s (P2D). Needs "
    "checkpointPercentages. Default: 3600 s.",
    "InstanceRefresh.approval": "Whether it goes on after a checkpoint only once 'rolling approve' was run; needs "
    "checkpointPercentages, and is not asked for at the last. Default: false.",
    "InstanceRefresh.autoRollback": "Whether the service returns the group when the refresh fails. Default: true where "
    "the service can and onFailure is rollBack; otherwise, and by CloudFormation's defaults, this resource does.",
    "InstanceRefresh.bakeTime": "How long alarms are watched after the last member, at most 172800 s (P2D). Default: "
    "0.",
    "InstanceRefresh.alarms": "Up to 10 CloudWatch alarms by name, none twice; one in ALARM ends the refresh. Default: "
    "none.",
    "InstanceRefresh.skipMatching": "Whether members stay that are of the wanted template and version already. "
    "Default: true.",
    "InstanceRefresh.scaleInProtectedInstances": "Members protected from scale-in: Refresh, Ignore, or Wait (up to one "
    "hour, then the refresh fails). Default: Wait.",
    "InstanceRefresh.standbyInstances": "Members in standby: Terminate, Ignore, or Wait (up to one hour, then the "
    "refresh fails). Default: Wait.",
    "InstanceRefresh.timeout": f"Of the whole refresh: {_DURATION} of more than nothing and at most P14D. Default: no "
    "limit, but that of customTimeouts and the service's 14 days.",
    "InstanceRefresh.defaults": "Whose defaults hold for what is not given: service (default), or cloudFormation, as "
    "in a pasted AutoScalingInstanceRefresh.",
    "InstanceRefresh.allowContainerRefresh": "Of an ESS scaling group of container instances (ECI): whether a refresh "
    "is tried, which ESS documents for groups of ECS instances alone. Default: false.",
    **ecs.PROPERTIES,
    **ess.PROPERTIES,
    "Canary.size": 'How many: a number from 1, or a percent of Desired such as "10%", rounded down but never to 0.',
    "Canary.soak": f"How long canaries are watched once they are ready: {_DURATION} of at most P2D. Default: none.",
    "Readiness.targetHealth": "Whether it must be healthy in every target group. Default: where the group is attached "
    "to any.",
    "Readiness.statusChecks": "Whether EC2's status checks must pass. Default: false.",
    "Readiness.warmUp": f"How long it must have been in service: {_DURATION} of at most PT1H. Default: none.",
    "Readiness.timeout": f"How long it may take until it is ready: {_DURATION} from PT1S to PT1H. Default: pauseTime "
    "with signals, else one hour.",
    "Readiness.signalQueue": "The URL of an SQS queue that signals come from. Needs waitOnResourceSignals. Default: "
    "a launch lifecycle hook if the group has one, else the instance's tag.",
    "Readiness.command": "A command of your own that must have succeeded for it. Default: none.",
    "Readiness.http": "A URL that must have answered for it. Default: none.",
    "Command.run": f"{_LINE} exits with 0 once the member is ready.",
    "Command.timeout": f"Of one try, after which it is killed: {_DURATION} from PT1S to PT1H. Default: PT30S.",
    "Command.interval": f"Between two tries: {_DURATION} from PT1S to PT1H. Default: PT5S.",
    "Http.url": "Asked by GET from where pulumi up runs, by no proxy, until it answers from 200 to 399; certificates "
    "are not verified. May hold {id}, {privateAddress}, {publicAddress}, {zone} and {group}.",
    "Http.timeout": f"Of one try: {_DURATION} from PT1S to PT1H. Default: PT5S.",
    "Http.interval": f"Between two tries: {_DURATION} from PT1S to PT1H. Default: PT5S.",
    "BeforeTerminate.run": f"{_LINE} exits with 0 once the member may go.",
    "BeforeTerminate.timeout": f"After which it is killed and has failed: {_DURATION} from PT1S to PT1H. Default: "
    "PT5M.",
    "Checkpoints.percents": "Percents of the members to replace, ascending, from 1 to 100 with at most one decimal.",
    "Checkpoints.delay": f"How long the roll stops at each: {_DURATION} of at most P2D. Default: none.",
    "ReplacingUpdate.willReplace": "Only false, which is the default: to replace the whole group, replace its own "
    "resource.",
    "ScheduledAction.ignoreUnmodifiedGroupSizeProperties": "Accepted; sizes are never re-asserted. Default: false.",
    "LastRollout.id": "Its id, as in the record and in log lines.",
    "LastRollout.startedAt": "ISO 8601, UTC.",
    "LastRollout.finishedAt": "ISO 8601, UTC.",
    "LastRollout.replaced": "Members that it was to replace.",
    "LastRollout.failed": "New members that failed.",
    "LastRollout.relaunchedByCloud": "Members that the cloud launched beside those we asked for.",
    "LastRollout.lowestInService": "The fewest members in service that were seen.",
    "LastRollout.apiCalls": "Calls of AWS's APIs that it took.",
    "LastRollout.operation": "Id of the service's own operation, where it rolled: of the instance refresh.",
    "LastRollout.boots": "Boot times.",
    "LastRollout.skipped": "Members that were left as they are on request. Absent where there was none.",
    "Boots.n": "How many boots.",
    "Boots.logs": "Sum of logarithms of seconds.",
    "Boots.squares": "Sum of squares of those logarithms.",
    "Provider.region": "AWS region of groups that do not name one. Default: AWS_REGION. Another region replaces every "
    "RollingGroup of the provider, and no instance.",
    "Provider.endpoint": "A URL where AWS's calls go instead. Default: AWS_ENDPOINT_URL.",
    "Provider.profile": "Profile of the AWS configuration files. Default: AWS_PROFILE.",
    "Provider.assumeRoles": "Roles to assume, one after the other, each a mapping with a roleArn, as the AWS provider "
    "takes them. Default: none.",
    "Provider.ignoreTags": "Keys of tags in launch templates that make no revision of their own: versions that differ "
    "in them alone are equal, and nobody is replaced. Default: none.",
    "Provider.policy": "Fields of rollingUpdate for every RollingGroup that does not give them itself. Default: none.",
}

ENUMS: Mapping[str, str] = {
    "Pacing": "When the next member may go.",
    "OnFailure": "What a failed rollout does.",
    "Guard": "How soon new starts wait for slow boots.",
    "ZoneOrder": "In which order availability zones give their members.",
    "Choice": "What is done with members in a special state.",
    "RefreshStrategy": "What the service does with an instance.",
    "ProtectedInstances": "What the service does with members that are protected from scale-in.",
    "StandbyInstances": "What the service does with members in standby.",
    **ecs.ENUMS,
    "RefreshDefaults": "Whose defaults a field has that is not given.",
}

CHOICES: Mapping[str, str] = {
    "Pacing.lockStep": "The next batch begins when the last one has ended.",
    "Pacing.sliding": "A place is used again as soon as its member is ready.",
    "OnFailure.rollBack": "Return the group to where it came from.",
    "OnFailure.leave": "Stop, and leave the group as it is.",
    "OnFailure.hold": "Stop and wait for retry, skip, resume or abort.",
    "Guard.fast": "Start on unless members are very late.",
    "Guard.balanced": "Wait when members are probably late.",
    "Guard.cautious": "Wait at the first doubt.",
    "Guard.off": "Never wait.",
    "ZoneOrder.balanced": "From all zones in turn.",
    "ZoneOrder.oneAtATime": "Zone by zone.",
    "Choice.Ignore": "Leave them as they are.",
    "Choice.Wait": "Wait until they are in service, up to one hour.",
    "Choice.Replace": "Replace them with the others.",
    "RefreshStrategy.Rolling": "Replace it with a new one.",
    "ProtectedInstances.Refresh": "Replace them with the others.",
    "ProtectedInstances.Ignore": "Leave them as they are.",
    "ProtectedInstances.Wait": "Wait until the protection is taken away, up to one hour.",
    "StandbyInstances.Terminate": "End them; new ones take their place.",
    "StandbyInstances.Ignore": "Leave them as they are.",
    "StandbyInstances.Wait": "Wait until they are in service, up to one hour.",
    **ecs.CHOICES,
    "RefreshDefaults.service": "Those of StartInstanceRefresh.",
    "RefreshDefaults.cloudFormation": "Those of CloudFormation's AutoScalingInstanceRefresh.",
}
