"""The coast: edges of the sea tiles, and which territories they belong to.

A piece of coast belongs to every territory whose mapped polygon (land with its territorial sea)
contains it. A dependent territory displaces its sovereign's polygon; where polygons of two
different States still contain the same coast, the coast is disputed and generates zones for both.
Such a set of territories is a *group*, the unit in which envelopes and equidistance are computed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from .geodesy import Floats, Ints
from .tables import Assignment
from .tiling import Box, Tiled

Group: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coast:
    """Coast segments of the whole world.

    Attributes:
        segments: (n, 4): longitude and latitude of both ends.
        tile: index into ``tiles`` per segment.
        label: index into ``groups`` per segment; -1 where no territory claims the coast.
        tiles: grid cells of one degree.
        groups: sorted tuples of territory codes.
    """

    segments: Floats
    tile: Ints
    label: Ints
    tiles: list[Box]
    groups: list[Group]


def edges_of(sea: BaseGeometry, box: Box) -> Floats:
    """Segments (n, 4) of the boundary of a sea tile, without those on the tile's own edge."""
    found = []
    for ring in shapely.get_rings(shapely.get_parts(sea)):
        c = shapely.get_coordinates(ring)
        a, b = c[:-1], c[1:]
        on_edge = np.zeros(len(a), dtype=bool)
        for axis, value in ((0, box[0]), (0, box[2]), (1, box[1]), (1, box[3])):
            on_edge |= (np.abs(a[:, axis] - value) < 1e-9) & (np.abs(b[:, axis] - value) < 1e-9)
        found.append(np.hstack((a, b))[~on_edge])
    return np.vstack(found) if found else np.empty((0, 4))


def resolve_dependencies(codes: set[str], sovereign: dict[str, str]) -> Group:
    """Drop a State where one of its own dependent territories is present too."""
    return tuple(sorted(c for c in codes if not any(sovereign.get(o, o) == c for o in codes if o != c)))


def trace_coast(
    sea: dict[Box, BaseGeometry],
    mapped: dict[str, Tiled],
    sovereign: dict[str, str],
) -> Coast:
    """Find and label the coast.

    Args:
        sea: sea per one-degree tile.
        mapped: mapped polygons per territory.
        sovereign: sovereign State per dependent territory.

    Returns:
        All segments of the coast with their groups.
    """
    tiles = sorted(sea)
    segments: list[Floats] = []
    tile_of: list[Ints] = []
    label_of: list[Ints] = []
    groups: dict[Group, int] = {}
    for index, box in enumerate(tiles):
        s = edges_of(sea[box], box)
        if not len(s):
            continue
        x, y = (s[:, 0] + s[:, 2]) / 2, (s[:, 1] + s[:, 3]) / 2
        inside: dict[str, npt.NDArray[np.bool_]] = {}
        for code, tiled in mapped.items():
            piece = tiled.clip(box)
            if piece.is_empty:
                continue
            shapely.prepare(piece)
            hit = shapely.intersects_xy(piece, x, y)
            if hit.any():
                inside[code] = hit
        codes = sorted(inside)
        label = np.full(len(s), -1, dtype=np.int64)
        if codes:
            patterns, which = np.unique(np.column_stack([inside[c] for c in codes]), axis=0, return_inverse=True)
            for row, pattern in enumerate(patterns):
                names = {c for c, on in zip(codes, pattern, strict=True) if on}
                if not names:
                    continue
                group = resolve_dependencies(names, sovereign)
                label[which.reshape(-1) == row] = groups.setdefault(group, len(groups))
        segments.append(s)
        tile_of.append(np.full(len(s), index, dtype=np.int64))
        label_of.append(label)
    return Coast(
        segments=np.vstack(segments),
        tile=np.concatenate(tile_of),
        label=np.concatenate(label_of),
        tiles=tiles,
        groups=list(groups),
    )


def lines_by_tile(coast: Coast, label: int) -> dict[Box, BaseGeometry]:
    """Coast of one group as merged lines per tile."""
    chosen = np.flatnonzero(coast.label == label)
    by_tile: dict[int, list[int]] = defaultdict(list)
    for i in chosen:
        by_tile[int(coast.tile[i])].append(int(i))
    lines: dict[Box, BaseGeometry] = {}
    for tile, members in by_tile.items():
        pairs = coast.segments[members].reshape(-1, 2, 2)
        parts = [shapely.LineString(pair) for pair in pairs]
        lines[coast.tiles[tile]] = shapely.line_merge(shapely.multilinestrings(parts))
    return lines


def reassign(coast: Coast, assignments: list[Assignment]) -> Coast:
    """Give coast to other territories than the mapped polygons do, where a decision says so."""
    groups = list(coast.groups)
    label = coast.label.copy()
    x = (coast.segments[:, 0] + coast.segments[:, 2]) / 2
    y = (coast.segments[:, 1] + coast.segments[:, 3]) / 2
    for a in assignments:
        west, south, east, north = a.bounds
        old = [i for i, g in enumerate(groups) if frozenset(g) == a.mapped]
        if not a.mapped:
            old = [-1]
        if not old:
            continue
        if a.territories not in groups:
            groups.append(a.territories)
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        label[inside & (coast.label == old[0])] = groups.index(a.territories)
    return Coast(coast.segments, coast.tile, label, coast.tiles, groups)
