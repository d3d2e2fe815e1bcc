"""Where the mapped limit is believed instead of the computed one.

The mapped limit of a territory that claims straight or archipelagic baselines lies further out than
its coast explains. It is believed there if ``limits.yaml`` says so for the territory; an excess that
runs beyond the cap is taken for a drawing of something else (a 200 M claim, an error) and refused.
Twelve miles landward of a believed limit lies the implied baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .envelope import MAX_EDGE, strips, unwrap
from .geodesy import NAUTICAL_MILE, Floats, Ints, Nearest, densify, wrap
from .tables import Trust
from .tiling import Box, Tiled, polygonal, shifted

SMALLEST_DEPTH = 0.004
"""An excess that vanishes when shrunk by this many degrees (about 400 m) is drawing noise."""
TWELVE = 12.0 * NAUTICAL_MILE


@dataclass(frozen=True, slots=True)
class Trusted:
    """A believed outline in unwrapped degrees.

    Attributes:
        outline: Everything landward of the 12 M limit, land included.
        excess: The part at sea that the coast does not explain.
        enclosed: The part of it that is surrounded by the territory's own waters and land.
        lon: Points along the outer edge of the excess, 12 M from the baseline.
        lat: Their latitudes.
    """

    outline: BaseGeometry
    excess: BaseGeometry
    enclosed: BaseGeometry
    lon: Floats
    lat: Floats


def in_frame(tiled: Tiled, cut: float) -> BaseGeometry:
    """A tiled polygon put together again in longitudes unwrapped from ``cut``."""
    parts = []
    for box in sorted(tiled.cells):
        part = tiled.cells[box]
        shift = float(unwrap(np.array([(box[0] + box[2]) / 2]), cut)[0]) - (box[0] + box[2]) / 2
        if shift:
            part = shifted(part, shift)
        parts.append(part)
    return polygonal(shapely.union_all(parts))


def lies_at_sea(part: BaseGeometry, sea: dict[Box, BaseGeometry]) -> bool:
    """Whether a polygon without coast in it is water rather than land."""
    inner = shapely.get_coordinates(shapely.point_on_surface(part))[0]
    x, y = float(wrap(inner[:1])[0]), float(inner[1])
    box = (float(np.floor(x)), float(np.floor(y)), float(np.floor(x)) + 1, float(np.floor(y)) + 1)
    return box in sea and bool(shapely.intersects_xy(sea[box], x, y))


def believe(
    trust: Trust,
    mapped: Tiled,
    sea: dict[Box, BaseGeometry],
    computed: BaseGeometry,
    coast: Nearest,
    cut: float,
) -> Trusted | None:
    """The outline of a territory as far as its mapped limit is believed.

    Water surrounded by the territory's own waters and land belongs to it, whatever the decision on its
    outer limit: no other State and no high seas can lie there.

    Args:
        trust: The decision.
        mapped: Mapped polygon.
        sea: Sea tiles.
        computed: Envelope at 12 M, unwrapped.
        coast: Points of the territory's coast.
        cut: Where longitudes are unwrapped.

    Returns:
        Nothing if no excess remains.
    """
    land_and_sea = in_frame(mapped, cut)
    if land_and_sea.is_empty:
        return None
    edge = land_and_sea.boundary
    shapely.prepare(edge)
    # more than 12 M from every coast of its own, each part is either all water or all land
    surplus = polygonal(shapely.difference(land_and_sea, computed))
    kept: list[BaseGeometry] = []
    enclosed: list[BaseGeometry] = []
    refused: list[BaseGeometry] = []
    for part in shapely.get_parts(surplus):
        if part.is_empty or not lies_at_sea(part, sea):
            continue
        if shapely.buffer(part, -SMALLEST_DEPTH).is_empty:
            refused.append(part)
        elif not shapely.dwithin(edge, part, 1e-4):
            enclosed.append(part)
        elif trust.seaward:
            c = shapely.get_coordinates(shapely.segmentize(part.exterior, 0.02))
            away, _ = coast.query(c[:, 0], c[:, 1])
            (kept if away.max() <= trust.cap_nm * NAUTICAL_MILE else refused).append(part)
        else:
            refused.append(part)
    if not kept and not enclosed:
        return None
    excess = polygonal(shapely.union_all([*kept, *enclosed]))
    outline = shapely.union_all([computed, land_and_sea])
    if refused:
        outline = shapely.difference(outline, shapely.union_all(refused))
    outline = polygonal(shapely.union(polygonal(outline), computed))
    lon, lat = [np.empty(0)], [np.empty(0)]
    for ring in shapely.get_rings(kept):
        c = shapely.get_coordinates(ring)
        x, y = densify(c[:, 0], c[:, 1], 500.0)
        lon.append(x)
        lat.append(y)
    x, y = np.concatenate(lon), np.concatenate(lat)
    far = coast.query(x, y)[0] > TWELVE + 50 if len(x) else np.empty(0, dtype=bool)
    return Trusted(outline, excess, polygonal(shapely.union_all(enclosed)), x[far], y[far])


class Baselines:
    """Coast together with a believed limit, which stands 12 M outside its baseline.

    Answers like :class:`.geodesy.Nearest`, with distances from the baseline.
    """

    def __init__(self, coast: Nearest, trusted: Trusted) -> None:
        self._coast = coast
        self._limit = Nearest(trusted.lon, trusted.lat)
        self.lon = np.concatenate((coast.lon, trusted.lon))
        self.lat = np.concatenate((coast.lat, trusted.lat))
        self.offset = np.concatenate((np.zeros(len(coast.lon)), np.full(len(trusted.lon), TWELVE)))

    def query(self, lon: Floats, lat: Floats) -> tuple[Floats, Ints]:
        """Distance from the baseline, and the index of the point it was measured from."""
        near, i = self._coast.query(lon, lat)
        beyond, j = self._limit.query(lon, lat)
        beyond = beyond + TWELVE
        return np.minimum(near, beyond), np.where(near <= beyond, i, j + len(self._coast.lon))


def landward_of_baselines(trusted: Trusted, computed: BaseGeometry, whole: bool) -> BaseGeometry:
    """Waters landward of the implied baselines.

    Args:
        trusted: The believed outline.
        computed: Envelope of the coast at 12 M.
        whole: All of it (archipelagic waters), or only what the coast alone does not explain.
    """
    if not len(trusted.lon):
        return trusted.enclosed
    inner = _shrunk(trusted.outline)
    if not whole and not inner.is_empty:
        inner = shapely.difference(inner, _shrunk(without_holes(computed)))
        inner = shapely.buffer(shapely.buffer(polygonal(inner), -SMALLEST_DEPTH / 2), SMALLEST_DEPTH / 2)
    return polygonal(shapely.union(polygonal(inner), trusted.enclosed))


def without_holes(polygon: BaseGeometry) -> BaseGeometry:
    """Polygons with their holes filled: inland, an envelope of the coast is hollow."""
    rings = shapely.get_exterior_ring(shapely.get_parts(polygon))
    return polygonal(shapely.union_all(shapely.polygons(rings)))


def _shrunk(outline: BaseGeometry) -> BaseGeometry:
    """An outline less everything within 12 M of its edge."""
    rings = [r for r in shapely.get_rings(shapely.get_parts(outline)) if r.length > 0.2]
    if not rings:
        return shapely.Polygon()
    edges = shapely.multipolygons(shapely.polygons(rings))
    band = shapely.union_all(strips(edges, TWELVE, MAX_EDGE, 250.0))
    return polygonal(shapely.difference(outline, band))
