"""`pulumi-resource-rolling`, which Pulumi's engine starts. Its last argument is the engine's address."""

from __future__ import annotations

import sys

from pulumi_rolling.host.imports import uncollected

USAGE = """\
usage: pulumi-resource-rolling [ENGINE]

Serves RollingGroup to Pulumi, which starts it by itself and gives its own address, ENGINE.
Without one it serves a debugger: it prints its port, for PULUMI_DEBUG_PROVIDERS=rolling:PORT pulumi up.
"""


def main() -> None:
    arguments = sys.argv[1:]
    if {"-h", "--help"}.intersection(arguments):
        print(USAGE, end="")
        return
    engine = arguments[-1] if arguments and not arguments[-1].startswith("-") else ""
    # Here and not above: with a faulty installation the engine shows this process's last words.
    with uncollected():
        from pulumi_rolling.plugin import protocol

        protocol.load()
        from pulumi_rolling.plugin.serving import serve

    serve(engine)
