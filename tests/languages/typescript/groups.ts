// Two groups, what they launch from, and what stands beside them; settings.json says what changes.
//
// The groups are rolled by the plugin's own SDK. Resources of aws are registered by their types alone: the SDK of aws
// would be most of what this program installs, and the engine sees no difference.
import * as fs from "fs";
import * as path from "path";
import * as pulumi from "@pulumi/pulumi";
import * as rolling from "pulumi-rolling-sdk";

type Properties = Record<string, pulumi.Input<any>>;

class Template extends pulumi.CustomResource {
    readonly latestVersion!: pulumi.Output<number>;

    constructor(name: string, given: Properties) {
        super("aws:ec2/launchTemplate:LaunchTemplate", name, {
            instanceType: "t3.small",
            ...given,
            latestVersion: undefined,
        });
    }
}

class Group extends pulumi.CustomResource {
    readonly name!: pulumi.Output<string>;

    constructor(name: string, given: Properties) {
        super("aws:autoscaling/group:Group", `${name}-group`, { ...given, name }, { ignoreChanges: ["launchTemplate"] });
    }
}

class Hook extends pulumi.CustomResource {
    constructor(name: string, given: Properties) {
        super("aws:autoscaling/lifecycleHook:LifecycleHook", name, given);
    }
}

interface Settings {
    images: Record<string, string>;
    spare: string;
    timeout: number;
}

const settings: Settings = JSON.parse(fs.readFileSync(path.join(__dirname, "settings.json"), "utf8"));

// A new name replaces it.
new Template("spare", { name: settings.spare, imageId: "ami-v1" });

const groups: Record<string, Group> = {};
const rolled: rolling.RollingGroup[] = [];
for (const [name, imageId] of Object.entries(settings.images)) {
    const template = new Template(`${name}-template`, { imageId });
    groups[name] = new Group(name, {
        minSize: 2,
        maxSize: 4,
        desiredCapacity: 3,
        availabilityZones: ["us-east-1a"],
        launchTemplate: { id: template.id, version: "1" },
    });
    rolled.push(new rolling.RollingGroup(name, {
        autoScalingGroup: {
            name: groups[name].name,
            launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        },
        updatePolicy: {
            rollingUpdate: {
                maxBatchSize: 1,
                minInstancesInService: 2,
                waitOnResourceSignals: true,
                pauseTime: "PT1M",
            },
        },
    }, { dependsOn: [groups[name], ...rolled] }));
}

new Hook("hook", {
    name: "drain",
    autoscalingGroupName: groups.web.name,
    lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    heartbeatTimeout: settings.timeout,
});

export const revisions = rolled.map(each => each.revision);
