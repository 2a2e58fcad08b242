"""How Go programs are compiled here: all with the same flags, so that what they share is compiled once.

The flags are for a short first build. Nobody debugs these programs, so that they carry no tables for a debugger.
"""

from __future__ import annotations

STRIPPED = "-s -w"
SLOW = ("github.com/pb33f/libopenapi/...", "github.com/aws/...", "github.com/envoyproxy/...")
"""A third of the compiler's work, for code that no command here runs. Without inlining it is half of that."""

FLAGS = (
    "-trimpath",
    "-tags=osusergo",
    f"-ldflags={STRIPPED}",
    "-gcflags=all=-dwarf=0",
    *(f"-gcflags={packages}=-dwarf=0 -l" for packages in SLOW),
)
