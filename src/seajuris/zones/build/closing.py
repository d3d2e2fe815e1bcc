"""Closing lines of bays and straight baselines whose coordinates are known.

A recognised line is baseline like the coast: limits and equidistance are measured from it, and the water landward of
it is internal. A protested line changes nothing; the water that it would enclose is shown as a further claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from seajuris.errors import DataError

from .coast import Coast
from .geodesy import GEOD, Floats, Nearest, densify
from .tables import ClosingLine, FurtherClaim
from .tiling import Box, polygonal

REACH = 3000.0
"""Ends further than this from land are a mistake, metres."""
STEP = 2000.0
OVERRUN = 4000.0
"""Metres; more than any simplification of the coast where closing lines are."""
ROUNDING = 1e-7
"""Degrees to which line and coast are rounded before they are joined."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A closing line and the water landward of it.

    Attributes:
        line: As it was read.
        at_sea: The line without its parts on land: the baseline.
        barrier: The line run on over land at both ends, so that it meets the coast however that is simplified.
        water: What line and coast enclose.
    """

    line: ClosingLine
    at_sea: BaseGeometry
    barrier: BaseGeometry
    water: BaseGeometry


def _sea_within(sea: dict[Box, BaseGeometry], box: Box) -> BaseGeometry:
    west, south, east, north = box
    tiles = [t for b, t in sea.items() if b[0] < east and b[2] > west and b[1] < north and b[3] > south]
    return polygonal(shapely.clip_by_rect(shapely.union_all(tiles), *box))


def enclose(line: ClosingLine, sea: dict[Box, BaseGeometry]) -> Enclosed:
    """Join the ends to the coast and find the water behind the line.

    Raises:
        DataError: an end lies far from land, or line and coast do not enclose the water.
    """
    water = _sea_within(sea, line.within)
    land = shapely.difference(shapely.box(*line.within), water)
    xy = np.array(line.line)
    lon, lat = densify(xy[:, 0], xy[:, 1], STEP)
    joined = np.column_stack((lon, lat))
    for end in (0, -1):
        joint = shapely.get_coordinates(shapely.shortest_line(shapely.Point(joined[end]), land))
        away = GEOD.line_length(joint[:, 0], joint[:, 1])
        if away > REACH:
            raise DataError(f"end {tuple(joined[end])} lies {away:.0f} m from land", where=line.id)
        if away > 0:
            # a little way onto the land, so that rounding leaves no gap
            beyond = joint[1] + (joint[1] - joint[0]) / np.hypot(*(joint[1] - joint[0])) * 1e-6
            joined = np.vstack((beyond, joined)) if end == 0 else np.vstack((joined, beyond))
    drawn = shapely.LineString(joined)
    noded = shapely.union_all([water.boundary, drawn], grid_size=ROUNDING)
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
    hit = [f for f in faces if shapely.intersects_xy(f, *line.inside)]
    if len(hit) != 1 or not shapely.intersects_xy(water, *line.inside):
        raise DataError(f"{line.inside} is no point of the enclosed water", where=line.id)
    along_edge = shapely.intersection(hit[0].boundary, shapely.box(*line.within).boundary)
    if along_edge.length > 1e-6:
        raise DataError("line and coast do not enclose the water within the box", where=line.id)
    return Enclosed(line, shapely.intersection(drawn, water), _run_on(joined), hit[0])


def _run_on(points: Floats) -> BaseGeometry:
    """A line continued at both ends along its own direction."""
    ends = []
    for here, before in ((points[0], points[1]), (points[-1], points[-2])):
        azimuth, _, _ = GEOD.inv(before[0], before[1], here[0], here[1])
        lon, lat, _ = GEOD.fwd(here[0], here[1], azimuth, OVERRUN)
        ends.append(np.array([[lon, lat]]))
    return shapely.LineString(np.vstack((ends[0], points, ends[1])))


def with_closing_lines(coast: Coast, enclosed: list[Enclosed]) -> Coast:
    """The coast with the recognised lines as further segments of it."""
    number = {box: i for i, box in enumerate(coast.tiles)}
    groups = list(coast.groups)
    segments, tiles, labels = [coast.segments], [coast.tile], [coast.label]
    for item in enclosed:
        if not item.line.recognised or item.line.end is not None:
            continue
        group = (item.line.territory,)
        if group not in groups:
            groups.append(group)
        ends = (pairwise(shapely.get_coordinates(part)) for part in shapely.get_parts(item.at_sea))
        for (x0, y0), (x1, y1) in chain.from_iterable(ends):
            west, south = float(np.floor((x0 + x1) / 2)), float(np.floor((y0 + y1) / 2))
            tile = number.get((west, south, west + 1, south + 1))
            if tile is not None:
                segments.append(np.array([[x0, y0, x1, y1]]))
                tiles.append(np.array([tile], dtype=np.int64))
                labels.append(np.array([groups.index(group)], dtype=np.int64))
    return Coast(np.vstack(segments), np.concatenate(tiles), np.concatenate(labels), coast.tiles, groups)


def as_claim(item: Enclosed) -> FurtherClaim:
    """The claim to internal waters behind a protested line."""
    line = item.line
    return FurtherClaim(
        id=line.id,
        territory=line.territory,
        state=line.state,
        zone="internal_waters",
        polygon=item.water,
        key=None,
        start=line.start,
        end=line.end,
        instrument=line.instrument,
        source=f"{line.title}: {line.source}",
        confidence=line.confidence,
        accuracy_m=line.accuracy_m,
        along_coast=True,
    )


def points_along(item: Enclosed) -> Nearest:
    """Points about 400 m apart along a closing line."""
    c = shapely.get_coordinates(shapely.segmentize(item.at_sea, 0.003))
    return Nearest(c[:, 0], c[:, 1])
