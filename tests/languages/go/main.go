// settings.json says everything: items of the plugin `shelf`. A text `@NAME` is the id of what stands before it.
package main

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type item struct {
	pulumi.CustomResourceState

	Arn pulumi.StringOutput `pulumi:"arn"`
}

type part struct {
	pulumi.ResourceState
}

type declared struct {
	Name   string         `json:"name"`
	Given  map[string]any `json:"given"`
	After  []string       `json:"after"`
	Inside bool           `json:"inside"`
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		text, err := os.ReadFile("settings.json")
		if err != nil {
			return err
		}
		var settings []declared
		if err := json.Unmarshal(text, &settings); err != nil {
			return err
		}
		around := &part{}
		if err := ctx.RegisterComponentResource("acme:web:Part", "part", around); err != nil {
			return err
		}
		made := map[string]*item{}
		for _, each := range settings {
			if made[each.Name], err = declare(ctx, each, made, around); err != nil {
				return err
			}
		}
		ctx.Export("count", pulumi.Int(len(made)))
		return nil
	})
}

func declare(ctx *pulumi.Context, each declared, made map[string]*item, around *part) (*item, error) {
	given := pulumi.Map{}
	for key, value := range each.Given {
		given[key] = meant(value, made)
	}
	var options []pulumi.ResourceOption
	for _, other := range each.After {
		options = append(options, pulumi.DependsOn([]pulumi.Resource{made[other]}))
	}
	if each.Inside {
		options = append(options, pulumi.Parent(around))
	}
	found := &item{}
	return found, ctx.RegisterResource("shelf:index:Item", each.Name, given, found, options...)
}

func meant(value any, made map[string]*item) pulumi.Input {
	if text, ok := value.(string); ok && strings.HasPrefix(text, "@") {
		return made[text[1:]].ID()
	} else if ok && strings.HasPrefix(text, "!") {
		return pulumi.ToSecret(text[1:]).(pulumi.StringOutput)
	}
	return pulumi.Any(value)
}
