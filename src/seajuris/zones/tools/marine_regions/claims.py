"""What is known about the claims behind a polygon: proclaimed or potential, since when, to what breadth, in which area.

The source draws a 200 M polygon for every coast and a 24 M polygon for every State, claimed or not. What a State did
claim comes from the claims table of our own zone data; areas to which a claim is limited from its source files.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
import yaml
from shapely.geometry.base import BaseGeometry

from seajuris.errors import DataError
from seajuris.zones.build.tables import NOT_IN_TABLE, Claim, timeline
from seajuris.zones.tools.reading import opened, read_claims

_ASSUMED = {"territorial_sea": ("proclaimed", 12.0), "exclusive_economic_zone": ("potential", 200.0)}


@dataclass(frozen=True, slots=True)
class Known:
    """Claims by territory, State and zone, and the areas that they name.

    Attributes:
        claims: By territory, State and zone.
        territories: All territories of the table.
        unclaimed: Territories that the table gives to no State.
        areas: Polygons of the areas to which claims are limited.
    """

    claims: dict[tuple[str, str, str], tuple[Claim, ...]]
    territories: frozenset[str]
    unclaimed: frozenset[str]
    areas: dict[str, BaseGeometry]

    def claims_of(self, territory: str, state: str, zone: str) -> tuple[Claim, ...]:
        """Claims of a State for a territory; for want of an entry those of its main territory."""
        for code in (territory, state):
            if code in self.territories and any((code, state, z) in self.claims for z in _ASSUMED):
                return self.claims.get((code, state, zone), ())
        if territory in self.unclaimed:
            return ()
        if zone not in _ASSUMED:
            return ()
        kind, breadth = _ASSUMED[zone]
        return (Claim(territory, zone, breadth, None, kind, None, None, None, None, NOT_IN_TABLE),)

    def areas_of(self, territory: str, state: str, zone: str) -> list[str]:
        """Names of the areas on which the claims depend."""
        return sorted({c.area for c in self.claims_of(territory, state, zone) if c.area is not None})

    def current(self, territory: str, state: str, zone: str, inside: frozenset[str]) -> Claim | None:
        """The claim that applies now at a place within some areas; `None` if there is none."""
        versions = timeline(self.claims_of(territory, state, zone), inside)
        open_ended = [v for v in versions if v.end is None]
        return open_ended[-1].claim if open_ended else None


def known_claims(zones: Path, source: Path) -> Known:
    """Read the claims table of a zone file, and the areas from the source file of claims.

    Args:
        zones: Zone GeoPackage with a table ``claims``.
        source: ``claims.yaml``.

    Raises:
        DataError: if either cannot be read, or an area has no polygon.
    """
    with opened(zones) as database:
        rows = read_claims(database)
    areas = _areas(source)
    grouped: dict[tuple[str, str, str], list[Claim]] = defaultdict(list)
    for row in rows:
        if row["area"] is not None and row["area"] not in areas:
            raise DataError(f"no polygon for the area {row['area']}", where=str(source))
        if row["state"] is None:
            continue
        grouped[row["territory"], row["state"], row["zone"]].append(
            Claim(
                territory=row["territory"],
                zone=row["zone"],
                breadth_nm=row["breadth_nm"],
                area=row["area"],
                claim=row["claim"],
                start=row["valid_from"],
                end=row["valid_to"],
                instrument=row["instrument"],
                source=row["source"],
                confidence=row["confidence"],
            )
        )
    territories = frozenset(row["territory"] for row in rows)
    owned = frozenset(row["territory"] for row in rows if row["state"] is not None)
    return Known({key: tuple(value) for key, value in grouped.items()}, territories, territories - owned, areas)


def _areas(path: Path) -> dict[str, BaseGeometry]:
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return {name: shapely.Polygon(entry["polygon"]) for name, entry in content["areas"].items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as fault:
        raise DataError(f"the areas of claims cannot be read: {fault}", where=str(path)) from None
