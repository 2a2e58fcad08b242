"""The plugin as a source package: Pulumi's Python host runs this folder."""

from pulumi_rolling.plugin.main import main

main()
