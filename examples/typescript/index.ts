// Rolls a group by Pulumi's Automation API: no project on disk, the program is a function below.
//
//     npm install && npm run build && npm run roll GROUP TEMPLATE VERSION

import { LocalWorkspace } from "@pulumi/pulumi/automation";
import * as rolling from "pulumi-rolling-sdk";

function program(group: string, template: string, version: string) {
    return async () => {
        const web = new rolling.RollingGroup("web", {
            autoScalingGroup: { name: group, launchTemplate: { id: template, version } },
            updatePolicy: {
                rollingUpdate: {
                    maxBatchSize: "50%",
                    minInstancesInService: 1,
                    waitOnResourceSignals: true,
                    pauseTime: "PT5M",
                    pacing: rolling.Pacing.Sliding,
                },
            },
        }, { customTimeouts: { update: "1h" } });
        return { revision: web.revision };
    };
}

async function run(group: string, template: string, version: string) {
    const stack = await LocalWorkspace.createOrSelectStack({
        stackName: "dev",
        projectName: "rolling-typescript",
        program: program(group, template, version),
    });
    const onOutput = (text: string) => void process.stdout.write(text);
    await stack.preview({ onOutput });
    const done = await stack.up({ onOutput });
    console.log("revision:", done.outputs.revision.value);
}

const [group, template, version] = process.argv.slice(2);
if (!version) {
    console.error("usage: npm run roll GROUP TEMPLATE VERSION");
    process.exit(2);
}
run(group, template, version).catch(error => {
    console.error(error.message);
    process.exit(1);
});
