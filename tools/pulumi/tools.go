//go:build tools

// Package tools names the programs that ensure_engine.py builds, so that go.mod keeps their modules.
package tools

import (
	_ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
	_ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
)
