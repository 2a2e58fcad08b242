"""The schema as the plugin sends it, written beforehand: it is asked for before anything is known to be done."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).with_name("schema.json")
