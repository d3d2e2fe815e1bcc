"""What an import changed, assumed, or could not use: said aloud, and kept in the manifest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

SHOWN = 12
"""Entries of one kind that are shown; the manifest has all of them, up to `KEPT`."""
KEPT = 400

KINDS = {
    "not_used": "Not used",
    "no_claimant": "Claimants not all identified",
    "by_name": "Claimants read from names, because codes are missing",
    "codes": "Territories without a code of their own: put under their State",
    "reader": "Remarks on reading",
    "repaired": "Geometries repaired",
    "slivers": "Slivers thinner than 20 m between a zone and the waters landward of it: left out",
    "antimeridian": "Polygons cut or mended at 180°",
    "densified": "Edges divided",
    "area": "Areas that differ from AREA_KM2",
    "no_claim": "Polygons of States that make no such claim: left out",
    "potential": "Exclusive economic zones that were never proclaimed: kept as potential, their waters are high seas",
    "not_in_claims": "Territories without an entry in the claims table: usual claims assumed, marked so",
    "breadth": "Drawn at another breadth than the State claims: the limit is trusted only to the difference",
    "overlaps": "Overlapping claims and joint regimes: one zone for each claimant",
    "over_foreign": "A territorial sea over another State's exclusive economic zone",
    "missing": "Products not given",
    "version": "Versions",
    "caution": "To bear in mind",
}


@dataclass(slots=True)
class Report:
    """Collects remarks by kind, each once, in order."""

    found: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, kind: str, text: str) -> None:
        """Add a remark; `kind` is one of `KINDS`."""
        if kind not in KINDS:
            raise KeyError(kind)
        self.found[kind][text] = None

    def __getitem__(self, kind: str) -> list[str]:
        return list(self.found.get(kind, {}))

    def lines(self) -> list[str]:
        """For people."""
        result = []
        for kind, heading in KINDS.items():
            entries = self[kind]
            if not entries:
                continue
            result.append(f"{heading} ({len(entries)}):" if len(entries) > 1 else f"{heading}:")
            result += [f"  - {entry}" for entry in entries[:SHOWN]]
            if len(entries) > SHOWN:
                result.append(f"  - and {len(entries) - SHOWN} more, see the manifest")
        return result

    def to_dict(self) -> dict[str, Any]:
        """For the manifest and for scripts."""
        return {kind: self[kind][:KEPT] for kind in KINDS if self[kind]}
