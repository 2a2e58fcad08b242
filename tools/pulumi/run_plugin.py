"""Entry of the plugins in this folder: `run_plugin.py PLUGIN [flags] ENGINE`."""

from __future__ import annotations

import sys


def main() -> None:
    plugin, arguments = sys.argv[1], sys.argv[2:]
    if plugin == "language-python":
        from language_host.host import run

        run(arguments)
    elif plugin == "resource-aws":
        from standin.provider import run as run_standin
        from standin_aws.provider import AWS

        run_standin(AWS, arguments)
    elif plugin == "resource-alicloud":
        from standin.provider import run as run_standin
        from standin_alicloud.provider import ALICLOUD

        run_standin(ALICLOUD, arguments)
    else:
        sys.exit(
            f"run_plugin.py: no plugin is called {plugin!r}; there are language-python, resource-aws and "
            "resource-alicloud"
        )


if __name__ == "__main__":
    main()
