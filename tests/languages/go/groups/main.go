// Two groups, what they launch from, and what stands beside them; settings.json says what changes.
//
// The groups are rolled by the plugin's own SDK. Resources of aws are registered by their types alone: the SDK of aws
// takes the compiler longer than all that is tested here, and the engine sees no difference.
package main

import (
	"encoding/json"
	"os"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"pulumi-rolling/sdks/go/rolling"
)

type template struct {
	pulumi.CustomResourceState

	LatestVersion pulumi.IntOutput `pulumi:"latestVersion"`
}

type group struct {
	pulumi.CustomResourceState

	Name pulumi.StringOutput `pulumi:"name"`
}

type hook struct {
	pulumi.CustomResourceState
}

type settings struct {
	Images  map[string]string `json:"images"`
	Spare   string            `json:"spare"`
	Timeout int               `json:"timeout"`
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		text, err := os.ReadFile("settings.json")
		if err != nil {
			return err
		}
		var said settings
		if err := json.Unmarshal(text, &said); err != nil {
			return err
		}
		// A new name replaces it.
		spare := pulumi.Map{"name": pulumi.String(said.Spare), "imageId": pulumi.String("ami-v1")}
		if _, err := launched(ctx, "spare", spare); err != nil {
			return err
		}
		var before []pulumi.Resource
		for _, name := range []string{"web", "api"} {
			rolled, err := rolledGroup(ctx, name, said.Images[name], before)
			if err != nil {
				return err
			}
			ctx.Export(name+"-revision", rolled.Revision)
			before = append(before, rolled)
		}
		return ctx.RegisterResource("aws:autoscaling/lifecycleHook:LifecycleHook", "hook", pulumi.Map{
			"name":                 pulumi.String("drain"),
			"autoscalingGroupName": pulumi.String("web"),
			"lifecycleTransition":  pulumi.String("autoscaling:EC2_INSTANCE_TERMINATING"),
			"heartbeatTimeout":     pulumi.Int(said.Timeout),
		}, &hook{}, pulumi.DependsOn(before))
	})
}

func rolledGroup(ctx *pulumi.Context, name, image string, before []pulumi.Resource) (*rolling.RollingGroup, error) {
	from, err := launched(ctx, name+"-template", pulumi.Map{"imageId": pulumi.String(image)})
	if err != nil {
		return nil, err
	}
	of := &group{}
	err = ctx.RegisterResource("aws:autoscaling/group:Group", name+"-group", pulumi.Map{
		"name":              pulumi.String(name),
		"minSize":           pulumi.Int(2),
		"maxSize":           pulumi.Int(4),
		"desiredCapacity":   pulumi.Int(3),
		"availabilityZones": pulumi.ToStringArray([]string{"us-east-1a"}),
		"launchTemplate":    pulumi.Map{"id": from.ID(), "version": pulumi.String("1")},
	}, of, pulumi.IgnoreChanges([]string{"launchTemplate"}))
	if err != nil {
		return nil, err
	}
	return rolling.NewRollingGroup(ctx, name, &rolling.RollingGroupArgs{
		AutoScalingGroup: &rolling.AutoScalingGroupArgs{
			Name: of.Name,
			LaunchTemplate: &rolling.LaunchTemplateArgs{
				Id:      from.ID(),
				Version: from.LatestVersion.ApplyT(strconv.Itoa).(pulumi.StringOutput),
			},
		},
		UpdatePolicy: &rolling.UpdatePolicyArgs{
			RollingUpdate: &rolling.RollingUpdateArgs{
				MaxBatchSize:          pulumi.Int(1),
				MinInstancesInService: pulumi.Int(2),
				WaitOnResourceSignals: pulumi.Bool(true),
				PauseTime:             pulumi.String("PT1M"),
			},
		},
	}, pulumi.DependsOn(append([]pulumi.Resource{of}, before...)))
}

func launched(ctx *pulumi.Context, name string, given pulumi.Map) (*template, error) {
	given["instanceType"] = pulumi.String("t3.small")
	made := &template{}
	return made, ctx.RegisterResource("aws:ec2/launchTemplate:LaunchTemplate", name, given, made)
}
