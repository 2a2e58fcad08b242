// Command sdkgen writes the SDKs of a package schema by Pulumi's own generators: sdkgen SCHEMA OUT [LANGUAGE...].
//
// Each language gets a folder below OUT, which is replaced as a whole. Files of the repository are never written.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/blang/semver"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "sdkgen"

// alone is a loader for a package that refers to no other.
type alone struct{}

var errAlone = errors.New("the schema refers to another package, which sdkgen does not load")

func (alone) LoadPackage(string, *semver.Version) (*schema.Package, error) { return nil, errAlone }

func (alone) LoadPackageV2(context.Context, *schema.PackageDescriptor) (*schema.Package, error) {
	return nil, errAlone
}

func (alone) LoadPackageReference(string, *semver.Version) (schema.PackageReference, error) {
	return nil, errAlone
}

func (alone) LoadPackageReferenceV2(context.Context, *schema.PackageDescriptor) (schema.PackageReference, error) {
	return nil, errAlone
}

var generators = map[string]func(*schema.Package) (map[string][]byte, error){
	"python": func(pkg *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, pkg, nil, alone{})
	},
	"nodejs": func(pkg *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, alone{})
	},
	"go": func(pkg *schema.Package) (map[string][]byte, error) {
		return golang.GeneratePackage(tool, pkg, nil)
	},
}

func main() {
	if len(os.Args) < 3 {
		fail(errors.New("usage: sdkgen SCHEMA OUT [LANGUAGE...]"))
	}
	languages := os.Args[3:]
	if len(languages) == 0 {
		for language := range generators {
			languages = append(languages, language)
		}
		sort.Strings(languages)
	}
	for _, language := range languages {
		count, err := generate(os.Args[1], filepath.Join(os.Args[2], language), language)
		if err != nil {
			fail(fmt.Errorf("%s: %w", language, err))
		}
		fmt.Printf("sdkgen: %s, %d files\n", language, count)
	}
}

// generate reads the schema anew for each language: the generators change the package that they are given.
func generate(from, to, language string) (int, error) {
	generator, known := generators[language]
	if !known {
		return 0, errors.New("there is no generator for it; there are go, nodejs and python")
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return 0, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return 0, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, alone{}, schema.ValidationOptions{})
	if err != nil {
		return 0, err
	}
	if diagnostics.HasErrors() {
		return 0, diagnostics
	}
	files, err := generator(pkg)
	if err != nil {
		return 0, err
	}
	if err := os.RemoveAll(to); err != nil {
		return 0, err
	}
	for name, content := range files {
		path := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return 0, err
		}
	}
	return len(files), nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "sdkgen:", err)
	os.Exit(1)
}
