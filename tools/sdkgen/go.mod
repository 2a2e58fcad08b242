// Marks this folder for Go. The modules and versions are those of ../pulumi/go.mod, which `make sdk` names
// (go run -modfile), so that the generators are always those of the engine's own version.
module pulumi-rolling/tools/sdkgen

go 1.25.11
