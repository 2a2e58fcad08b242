"""What holds for every test, and for the processes that they start: no course is kept among the user's own."""

from __future__ import annotations

import os

os.environ["ROLLING_HISTORY"] = "off"
os.environ.pop("ROLLING_HISTORY_BUCKET", None)
