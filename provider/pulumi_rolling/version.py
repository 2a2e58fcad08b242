"""The version of this package, for modules that the package's own door imports."""

VERSION = "0.1.0"
