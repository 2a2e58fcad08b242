"""The replace machine: we pick each victim, and the cloud launches its replacement."""
