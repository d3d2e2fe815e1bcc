"""What a check of zone data found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

KEPT = 50
"""Findings of one check that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        text: What, in words.
        lon: Where, degrees; `None` where it has no place.
        lat: Likewise.
    """

    text: str
    lon: float | None = None
    lat: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """For scripts."""
        place = None if self.lon is None or self.lat is None else [round(self.lon, 5), round(self.lat, 5)]
        return {"text": self.text, "lon_lat": place}


@dataclass(slots=True)
class Check:
    """One check: what was looked at, and what was found.

    Attributes:
        name: Short name.
        title: What has to hold, in words.
        examined: What was looked at, in words and numbers.
        findings: The first of what was found.
        count: How many were found.
        notes: What is worth knowing but not wrong.
    """

    name: str
    title: str
    examined: str = ""
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    notes: list[str] = field(default_factory=list)

    def find(self, text: str, lon: float | None = None, lat: float | None = None) -> None:
        """Record a finding."""
        self.count += 1
        if len(self.findings) < KEPT:
            self.findings.append(Finding(text, lon, lat))

    def to_dict(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "check": self.name,
            "title": self.title,
            "examined": self.examined,
            "count": self.count,
            "findings": [f.to_dict() for f in self.findings],
            "notes": self.notes,
        }
