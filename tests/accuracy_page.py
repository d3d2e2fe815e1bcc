"""The figures of docs/accuracy.md: taken from the shipped zone data and its manifest, and written into the page.

python tests/accuracy_page.py      # writes the tables again
"""

from __future__ import annotations

import csv
import math
import re
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import shapely
import yaml
from pyproj import Geod
from shapely.geometry.polygon import orient

from seajuris import states

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data" / "maritime_zones"
PAGE = ROOT / "docs" / "accuracy.md"
PUBLISHED = Path(__file__).parent / "gold" / "published_areas.csv"
CLOSE = 0.01
GEOD = Geod(ellps="WGS84")
_CELL = 4.0
_COUNTED = "('territorial_sea', 'internal_waters', 'archipelagic_waters', 'exclusive_economic_zone')"


@dataclass(frozen=True, slots=True)
class Area:
    """Published and measured area of a State's waters up to 200 M, square kilometres."""

    state: str
    published: float
    why: str
    alone: float
    disputed: float

    @property
    def difference(self) -> float:
        """Of the waters that the State alone claims, against the published area."""
        return self.alone / self.published - 1


def measured_areas() -> dict[str, tuple[float, float]]:
    """Waters up to 200 M by State, km²: those that it alone claims, and those that others claim too."""
    cells: dict[tuple[str, bool], dict[tuple[int, int], list[Any]]] = defaultdict(lambda: defaultdict(list))
    with closing(sqlite3.connect(f"{(DATA / 'zones.gpkg').as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        rows = database.execute(
            "SELECT state, dispute, minx, miny, geom FROM zones JOIN rtree_zones_geom r ON r.id = fid"
            f" WHERE zone IN {_COUNTED} AND valid_to IS NULL AND claim IS NOT 'protested'"
        )
        for state, dispute, west, south, blob in rows:
            cell = math.floor(west / _CELL + 1e-9), math.floor(south / _CELL + 1e-9)
            cells[(state, dispute is not None)][cell].append(blob[8:])
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (state, disputed), pieces in cells.items():
        for shapes in pieces.values():
            # The zones of one State may be drawn over each other: an economic zone begins at the oldest breadth.
            whole = shapely.union_all(shapely.from_wkb(shapes))
            for part in shapely.get_parts(whole):
                if part.geom_type == "Polygon":
                    area, _ = GEOD.geometry_area_perimeter(orient(part))
                    found[state][disputed] += abs(area) / 1e6
    return {state: (alone, both) for state, (alone, both) in found.items()}


@cache
def areas() -> list[Area]:
    """All published areas beside the measured ones."""
    measured = measured_areas()
    with PUBLISHED.open(encoding="utf-8", newline="") as lines:
        return [
            Area(row["state"], float(row["km2"]), row["why"], *measured.get(row["state"], (0.0, 0.0)))
            for row in csv.DictReader(lines)
        ]


def manifest() -> dict[str, Any]:
    """The manifest of the shipped zone data."""
    loaded: dict[str, Any] = yaml.load((DATA / "manifest.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded


def _name(code: str) -> str:
    return states.register().state(code).name


def areas_table() -> str:
    """Published against measured areas."""
    lines = [
        "| State | published km² | ours km² | difference | claimed by others too, km² | why |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for area in sorted(areas(), key=lambda a: _name(a.state)):
        lines.append(
            f"| {_name(area.state)} | {area.published:,.0f} | {area.alone:,.0f} | {100 * area.difference:+.1f} % |"
            f" {area.disputed:,.0f} | {area.why or ''} |"
        )
    return "\n".join(lines) + "\n"


def limits_table() -> str:
    """Which limit was used for each territory, why, and how far the mapped one lies from the computed one."""
    lines = [
        "| territory | limit used | mapped minus computed, M: 5 % / median / 95 % | within 0.1 M | reason |",
        "|---|---|---|--:|---|",
    ]
    for code, entry in sorted(manifest()["territories"].items()):
        try:
            name = _name(code)
        except Exception:  # a code of the build alone
            name = code
        far = entry.get("mapped_minus_computed_nm")
        spread = f"{far['p5']:+.2f} / {far['p50']:+.2f} / {far['p95']:+.2f}" if far else "no open coast to compare"
        share = f"{100 * far['within_0.1']:.0f} %" if far else ""
        used = entry["limit"] + (f"; landward: {entry['landward']}" if "landward" in entry else "")
        lines.append(f"| {name} ({code}) | {used} | {spread} | {share} | {entry['reason']} |")
    return "\n".join(lines) + "\n"


TABLES = {"areas": areas_table, "limits": limits_table}


def block(name: str) -> re.Pattern[str]:
    """The part of the page between the marks of a table."""
    return re.compile(rf"(?<=<!-- {name}: begin -->\n).*(?=<!-- {name}: end -->)", re.DOTALL)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        before, after = block(name).split(text, maxsplit=1)
        text = before + table() + after
    PAGE.write_text(text, encoding="utf-8")
