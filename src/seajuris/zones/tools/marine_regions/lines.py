"""Limits and baselines of a cell, found as the edges of its zones.

Without limits nothing could be said about distances, and a position beside a line would look as sure as one far from
it. An edge of the sovereign waters on which all waters of the source end is taken for the coast.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from seajuris.zones.build.rows import Row
from seajuris.zones.build.tiling import Box
from seajuris.zones.tools.marine_regions.assemble import INNER

Line = tuple[tuple[Any, ...], bytes]

MOST_LINE_VERTICES = 100
_SEAWARD = {
    "territorial_sea": INNER,
    "contiguous_zone": ("contiguous_zone", *INNER),
    "exclusive_economic_zone": ("exclusive_economic_zone", *INNER),
}
_NEAR = 3e-4
"""Degrees (about 30 m) within which lines of two products are the same line."""
_SHORTEST = 1e-5


def lines_of(box: Box, zones: dict[Row, BaseGeometry]) -> tuple[list[Line], list[Line]]:
    """Limits and baselines of one cell, with their columns in the order of the layers."""
    claimed = {row: g for row, g in zones.items() if row.state is not None and row.territory is not None}
    sovereign = [g for row, g in claimed.items() if row.zone in INNER]
    if not claimed:
        return [], []
    frame = _thick(shapely.box(*box).boundary, 1e-6)
    everything = shapely.union_all(list(zones.values()))
    edge = _thick(shapely.difference(everything.boundary, frame))
    coast = (
        shapely.intersection(shapely.union_all(sovereign).boundary, edge) if sovereign else shapely.MultiLineString()
    )
    blocked = shapely.union_all([frame, _thick(coast)])
    return _limits(claimed, blocked), _baselines(claimed, coast, frame)


def _thick(line: BaseGeometry, width: float = _NEAR) -> BaseGeometry:
    return shapely.buffer(line, width, quad_segs=1, cap_style="flat")


def _limits(claimed: dict[Row, BaseGeometry], blocked: BaseGeometry) -> list[Line]:
    result: list[Line] = []
    outlines: dict[tuple[str, str], BaseGeometry] = {}
    owners = sorted({(row.state or "", row.zone) for row in claimed if row.zone in _SEAWARD})
    for state, zone in owners:
        # Inner waters alone have no limit of this kind here.
        waters = [g for row, g in claimed.items() if row.state == state and row.zone in _SEAWARD[zone]]
        outlines[state, zone] = shapely.difference(shapely.union_all(waters).boundary, blocked)
    for (state, zone), outline in outlines.items():
        rest = outline
        for (other, kind), line in outlines.items():
            if kind == zone and other != state and not rest.is_empty:
                strip = _thick(line)
                result += _columns(claimed, state, zone, shapely.intersection(rest, strip), other)
                rest = shapely.difference(rest, strip)
        result += _columns(claimed, state, zone, rest, None)
    return result


def _columns(
    claimed: dict[Row, BaseGeometry], state: str, zone: str, line: BaseGeometry, other: str | None
) -> list[Line]:
    """Rows of the layer ``limits``; each stretch takes its claim from the zone that it bounds."""
    rows = [row for row in claimed if row.state == state and row.zone == zone]
    result: list[Line] = []
    rest = line
    for row in rows:
        if rest.is_empty:
            break
        strip = _thick(claimed[row].boundary)
        here = rest if len(rows) == 1 else shapely.intersection(rest, strip)
        rest = shapely.MultiLineString() if len(rows) == 1 else shapely.difference(rest, strip)
        columns = (
            zone,
            state,
            row.territory,
            "mapped",
            other,
            None,
            row.breadth_nm,
            None,
            None,
            row.proclaimed_from,
            row.proclaimed_to,
            row.accuracy_m,
        )
        result += [(columns, wkb) for wkb in _runs(here)]
    return result


def _baselines(claimed: dict[Row, BaseGeometry], coast: BaseGeometry, frame: BaseGeometry) -> list[Line]:
    """Where the territorial sea begins: at the coast, or at internal or archipelagic waters (a straight line)."""
    result: list[Line] = []
    seas: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in claimed:
        if row.zone == "territorial_sea":
            seas[row.state or "", row.territory or ""].append(row)
    shore = _thick(coast)
    for (state, territory), rows in sorted(seas.items()):
        outline = shapely.difference(shapely.union_all([claimed[r] for r in rows]).boundary, frame)
        dispute = rows[0].dispute
        inner = [g for row, g in claimed.items() if row.state == state and row.zone in INNER[:2]]
        coastal = shapely.intersection(outline, shore)
        result += [((state, territory, "coast", dispute), wkb) for wkb in _runs(coastal)]
        if inner:
            straight = shapely.intersection(outline, _thick(shapely.union_all(inner).boundary))
            straight = shapely.difference(straight, shore)
            result += [((state, territory, "straight", dispute), wkb) for wkb in _runs(straight)]
    return result


def _runs(geometry: BaseGeometry) -> list[bytes]:
    lines = [g for g in shapely.get_parts(geometry) if g.geom_type == "LineString" and g.length > _SHORTEST]
    if not lines:
        return []
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    step = MOST_LINE_VERTICES - 1
    result = []
    for line in shapely.get_parts(merged):
        points = np.round(shapely.get_coordinates(line), 7)
        for i in range(0, len(points) - 1, step):
            result.append(shapely.to_wkb(shapely.LineString(points[i : i + step + 1]), byte_order=1))
    return result
