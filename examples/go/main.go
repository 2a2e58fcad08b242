// Command go rolls a group by Pulumi's Automation API: no project on disk, the program is a function below.
//
//	go run . GROUP TEMPLATE VERSION [refresh]
//
// With refresh the service itself rolls the group, by an instance refresh.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"pulumi-rolling/sdks/go/rolling"
)

var ours = &rolling.UpdatePolicyArgs{
	RollingUpdate: &rolling.RollingUpdateArgs{
		MaxBatchSize:          pulumi.String("50%"),
		MinInstancesInService: pulumi.Int(1),
		WaitOnResourceSignals: pulumi.Bool(true),
		PauseTime:             pulumi.String("PT5M"),
		Pacing:                rolling.PacingSliding,
	},
}

var refresh = &rolling.UpdatePolicyArgs{
	InstanceRefresh: &rolling.InstanceRefreshArgs{
		MinHealthyPercentage: pulumi.Int(50),
		MaxHealthyPercentage: pulumi.Int(125),
	},
}

func program(group, template, version string, policy *rolling.UpdatePolicyArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		web, err := rolling.NewRollingGroup(ctx, "web", &rolling.RollingGroupArgs{
			AutoScalingGroup: &rolling.AutoScalingGroupArgs{
				Name: pulumi.String(group),
				LaunchTemplate: &rolling.LaunchTemplateArgs{
					Id:      pulumi.String(template),
					Version: pulumi.String(version),
				},
			},
			UpdatePolicy: policy,
		}, pulumi.Timeouts(&pulumi.CustomTimeouts{Update: "1h"}))
		if err != nil {
			return err
		}
		ctx.Export("revision", web.Revision)
		return nil
	}
}

func run(ctx context.Context, group, template, version string, policy *rolling.UpdatePolicyArgs) error {
	stack, err := auto.UpsertStackInlineSource(ctx, "dev", "rolling-go", program(group, template, version, policy))
	if err != nil {
		return err
	}
	if _, err := stack.Preview(ctx, optpreview.ProgressStreams(os.Stdout)); err != nil {
		return err
	}
	done, err := stack.Up(ctx, optup.ProgressStreams(os.Stdout))
	if err != nil {
		return err
	}
	fmt.Println("revision:", done.Outputs["revision"].Value)
	return nil
}

func main() {
	policy := ours
	if len(os.Args) == 5 && os.Args[4] == "refresh" {
		policy = refresh
	} else if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go run . GROUP TEMPLATE VERSION [refresh]")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3], policy); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
