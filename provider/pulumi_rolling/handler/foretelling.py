"""Where a plan goes beside the preview's own text: to a file for each resource, where the environment names a folder.

`rolling preview` names it. A preview never fails for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pulumi_rolling.handler.operation import Operation, Situation
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.preview_document import preview_document
from pulumi_rolling.whole_files import write_whole

FOLDER = "ROLLING_PLANS"


def foretell(operation: Operation, situation: Situation, preview: Preview, urn: str) -> None:
    """Write the plan as a document, where somebody reads it."""
    folder = os.environ.get(FOLDER, "")
    if folder:
        around = operation.strategy.situation.risks(operation, situation) if preview.plan is not None else ()
        _write(Path(folder), preview_document(preview, urn, around), urn)


def _write(folder: Path, document: Mapping[str, object], urn: str) -> None:
    """The last plan of a resource counts."""
    name = sha256(urn.encode()).hexdigest()[:16]
    with suppress(OSError):
        write_whole(folder / f"{name}.json", json.dumps(document))
