// settings.json says everything: items of the plugin `shelf`, and things of a dynamic provider. A text `@NAME` is the
// id of what stands before it.
import * as fs from "fs";
import * as path from "path";
import * as pulumi from "@pulumi/pulumi";

type Properties = Record<string, any>;

const cloud: pulumi.dynamic.ResourceProvider = {
    async diff(id: string, olds: Properties, news: Properties) {
        return {
            changes: olds.fixed !== news.fixed || olds.value !== news.value,
            replaces: olds.fixed !== news.fixed ? ["fixed"] : [],
        };
    },
    async create(given: Properties) {
        const id = `${given.name}-${require("crypto").randomBytes(3).toString("hex")}`;
        const file = require("path").join(process.env.ROLLING_TEST_CLOUD, `${id}.json`);
        require("fs").writeFileSync(file, JSON.stringify({ ...given, __provider: undefined }));
        return { id, outs: { ...given, arn: `arn:${id}` } };
    },
    async update(id: string, olds: Properties, news: Properties) {
        const file = require("path").join(process.env.ROLLING_TEST_CLOUD, `${id}.json`);
        require("fs").writeFileSync(file, JSON.stringify({ ...news, __provider: undefined }));
        return { outs: { ...news, arn: `arn:${id}` } };
    },
    async delete(id: string) {
        require("fs").unlinkSync(require("path").join(process.env.ROLLING_TEST_CLOUD, `${id}.json`));
    },
};

class Thing extends pulumi.dynamic.Resource {
    constructor(name: string, given: Properties, options: pulumi.CustomResourceOptions) {
        super(cloud, name, { fixed: undefined, value: undefined, ...given, name, arn: undefined }, options);
    }
}

class Item extends pulumi.CustomResource {
    constructor(name: string, given: Properties, options: pulumi.CustomResourceOptions) {
        super("shelf:index:Item", name, { ...given, arn: undefined }, options);
    }
}

class Part extends pulumi.ComponentResource {
    constructor(name: string) {
        super("acme:web:Part", name);
        this.registerOutputs({ of: name });
    }
}

const settings = JSON.parse(fs.readFileSync(path.join(__dirname, "settings.json"), "utf8"));
const made: Record<string, pulumi.CustomResource> = {};
const part = new Part("part");

function meant(value: any): any {
    if (typeof value === "string" && value.startsWith("@")) {
        return made[value.slice(1)].id;
    }
    return typeof value === "string" && value.startsWith("!") ? pulumi.secret(value.slice(1)) : value;
}

for (const [name, { dynamic, after, inside, ...rest }] of Object.entries<Properties>(settings)) {
    const given = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, meant(value)]));
    const options = { dependsOn: (after ?? []).map((other: string) => made[other]), parent: inside ? part : undefined };
    made[name] = dynamic ? new Thing(name, given, options) : new Item(name, given, options);
}

export const names = Object.keys(settings);
