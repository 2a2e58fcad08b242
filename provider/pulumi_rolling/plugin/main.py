"""`pulumi-resource-rolling`: what Pulumi's engine starts. Its last argument is the engine's address."""

from __future__ import annotations

import sys


def main() -> None:
    arguments = sys.argv[1:]
    engine = arguments[-1] if arguments and not arguments[-1].startswith("-") else ""
    # Here and not above: with a faulty installation the engine shows this process's last words.
    from pulumi_rolling.plugin.serving import serve

    serve(engine)
