"""Keeps the figures of the long commands, for docs/assurance.md and docs/scale.md."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("results")


def record(name: str, outcome: dict[str, Any]) -> None:
    """Write ``results/NAME.json``: the outcome, the day, and what it was measured on."""
    from seajuris.api import zone_file
    from seajuris.version import __version__
    from seajuris.zones.integrity import declared_identity

    FOLDER.mkdir(exist_ok=True)
    measured = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "software": __version__,
        "zones": declared_identity(zone_file(None).with_name("manifest.yaml"))["version"],
        **outcome,
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(measured, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
