// Rolls a group by Pulumi's Automation API: no project on disk, the program is a function below.
//
//     npm install && npm run build && npm run roll GROUP TEMPLATE VERSION [refresh]
//
// With `refresh` the service itself rolls the group, by an instance refresh.

import { LocalWorkspace } from "@pulumi/pulumi/automation";
import * as rolling from "pulumi-rolling-sdk";

const ours: rolling.types.input.UpdatePolicyArgs = {
    rollingUpdate: {
        maxBatchSize: "50%",
        minInstancesInService: 1,
        waitOnResourceSignals: true,
        pauseTime: "PT5M",
        pacing: rolling.Pacing.Sliding,
    },
};
const refresh: rolling.types.input.UpdatePolicyArgs = {
    instanceRefresh: { minHealthyPercentage: 50, maxHealthyPercentage: 125 },
};

function program(group: string, template: string, version: string, updatePolicy: rolling.types.input.UpdatePolicyArgs) {
    return async () => {
        const web = new rolling.RollingGroup("web", {
            autoScalingGroup: { name: group, launchTemplate: { id: template, version } },
            updatePolicy,
        }, { customTimeouts: { update: "1h" } });
        return { revision: web.revision };
    };
}

async function run(group: string, template: string, version: string, strategy?: string) {
    const policy = strategy === "refresh" ? refresh : ours;
    const stack = await LocalWorkspace.createOrSelectStack({
        stackName: "dev",
        projectName: "rolling-typescript",
        program: program(group, template, version, policy),
    });
    const onOutput = (text: string) => void process.stdout.write(text);
    await stack.preview({ onOutput });
    const done = await stack.up({ onOutput });
    console.log("revision:", done.outputs.revision.value);
}

const [group, template, version, strategy] = process.argv.slice(2);
if (!version) {
    console.error("usage: npm run roll GROUP TEMPLATE VERSION [refresh]");
    process.exit(2);
}
run(group, template, version, strategy).catch(error => {
    console.error(error.message);
    process.exit(1);
});
