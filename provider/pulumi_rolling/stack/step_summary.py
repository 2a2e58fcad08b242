"""Where a pipeline shows Markdown beside its log, and how it is given there without a tool of the pipeline's own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

GITHUB = "GITHUB_STEP_SUMMARY"
"""GitHub Actions, and Gitea and Forgejo after it: a file to append to."""
AZURE = "TF_BUILD"
AZURE_FOLDER = "AGENT_TEMPDIRECTORY"


def shown(markdown: str, variables: Mapping[str, str]) -> str:
    """Give the Markdown to the pipeline in whose environment we run; elsewhere nothing is done.

    The result is a line for the standard output, which Azure Pipelines reads; elsewhere it is empty. A summary that
    cannot be written is left out: the report itself has been told by then.
    """
    try:
        if file := variables.get(GITHUB):
            with Path(file).open("a", encoding="utf-8") as summary:
                summary.write(f"\n{markdown}\n")
        elif variables.get(AZURE) and (folder := variables.get(AZURE_FOLDER)):
            # The agent reads the file after this process has ended, and empties the folder after the job.
            with tempfile.NamedTemporaryFile(
                "w", dir=folder, prefix="rolling-", suffix=".md", encoding="utf-8", delete=False
            ) as written:
                written.write(markdown)
            return f"##vso[task.uploadsummary]{Path(written.name).resolve()}"
    except OSError:
        return ""
    return ""
