"""One planar arrangement per cell.

All lines that matter in a cell (coast, land borders, envelopes, mapped limits, equidistance, agreed
lines, edges of claim areas) are noded together and polygonised. Every face lies in exactly the same
zones throughout, so zones made of faces share their edges exactly: no gaps, no slivers between
neighbours. Coast and land borders are simplified only after they have been noded and merged, hence
identically on both sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .geodesy import Floats
from .model import Model
from .tiling import Box, polygonal

GRID = 2.0**-20
"""Coordinates are rounded to this many degrees (11 cm): binary, so that the file compresses by two thirds."""
BORDER_TOLERANCE = 1000.0
"""Simplification of land borders, metres."""
METRES_PER_DEGREE = 111_200.0
ALONE = 0.012
"""Degrees (1.3 km) from other coast within which an islet left out is not missed."""
LONGEST = 0.0385
"""Longest edge in degrees (4.3 km along a meridian)."""
FINEST = 0.25
"""Smallest cell, degrees."""
CROWDED = 6000
"""Vertices above which a cell is divided further."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its faces and the polygons that touch it."""

    box: Box
    sea: BaseGeometry
    mapped: dict[str, BaseGeometry]
    territorial: dict[tuple[int, float], BaseGeometry]
    computed: dict[tuple[int, float], BaseGeometry]
    contiguous: dict[tuple[int, float], BaseGeometry]
    economic: dict[int, BaseGeometry]
    areas: dict[str, BaseGeometry]
    enclosed: dict[int, BaseGeometry]
    further: dict[int, BaseGeometry]
    overrides: list[int]
    internal: dict[str, BaseGeometry]
    faces: list[BaseGeometry]
    x: Floats
    y: Floats
    alone: Floats


def sea_in(model: Model, box: Box) -> BaseGeometry:
    """Sea in a cell of any size, from the one-degree tiles."""
    west, south = math.floor(box[0]), math.floor(box[1])
    tiles = [
        model.sea.get((float(x), float(y), float(x + 1), float(y + 1)))
        for x in range(west, math.ceil(box[2]))
        for y in range(south, math.ceil(box[3]))
    ]
    wet = [t for t in tiles if t is not None]
    if not wet:
        return shapely.Polygon()
    if len(tiles) == 1:
        if box[2] - box[0] < 1:
            return polygonal(shapely.clip_by_rect(wet[0], *box))
        return wet[0]
    if len(wet) == len(tiles) and all(shapely.get_num_coordinates(t) <= 5 for t in wet):
        return shapely.box(*box)
    return shapely.union_all(wet)


def has_coast(sea: BaseGeometry, box: Box) -> bool:
    """Whether a cell is partly sea and partly land."""
    if sea.is_empty:
        return False
    return abs(sea.area - (box[2] - box[0]) * (box[3] - box[1])) > 1e-9


def _inner_lines(polygon: BaseGeometry, box: Box) -> BaseGeometry | None:
    """Boundary of a polygon, without what runs along the cell's edge."""
    if polygon.is_empty:
        return None
    if abs(polygon.area - (box[2] - box[0]) * (box[3] - box[1])) < 1e-12:
        return None
    line = shapely.difference(polygon.boundary, shapely.box(*box).boundary)
    return None if line.is_empty else line


def simplified(
    lines: list[BaseGeometry], coast: BaseGeometry | None, box: Box, tolerance: float
) -> tuple[list[BaseGeometry], Floats]:
    """Node, merge and simplify lines; ends and junctions stay where they are.

    Land borders are kept far less exactly than the coast, and islets that vanish within the
    tolerance are left out.

    Returns:
        The lines, and the centres (lon, lat) of islets left out that stand alone: distances are
        still measured from them.
    """
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(lines, grid_size=GRID)))
    squeeze = max(0.05, math.cos(math.radians((box[1] + box[3]) / 2)))
    scale = np.array([squeeze, 1.0])
    middles = shapely.line_interpolate_point(merged, 0.5, normalized=True)
    if coast is None:
        wet = np.zeros(len(merged), dtype=bool)
    else:
        shapely.prepare(coast)
        wet = shapely.dwithin(coast, middles, 3 * GRID)
    flat = shapely.transform(merged, lambda c: c * scale)
    limits = np.where(wet, tolerance, BORDER_TOLERANCE) / METRES_PER_DEGREE
    flat = np.array(
        [shapely.simplify(line, limit, preserve_topology=True) for line, limit in zip(flat, limits, strict=True)],
        dtype=object,
    )
    smallest = (2.0 * tolerance / METRES_PER_DEGREE) ** 2
    small = np.array([line.is_closed and shapely.Polygon(line).area < smallest for line in flat], dtype=bool)
    alone = np.empty((0, 2))
    if small.any():
        centres = shapely.get_coordinates(shapely.centroid(flat[small]))
        rest = shapely.multilinestrings(list(flat[~small])) if (~small).any() else None
        if rest is not None:
            shapely.prepare(rest)
            centres = centres[~shapely.dwithin(rest, shapely.points(centres), ALONE)]
        _, first = np.unique(np.round(centres / ALONE), axis=0, return_index=True)
        alone = centres[np.sort(first)] / scale
    return list(shapely.transform(flat[~small], lambda c: c / scale)), alone


def gather(model: Model, box: Box, codes: list[str]) -> Cell:
    """Everything that touches a cell, without faces."""
    sea = sea_in(model, box)
    mapped = {c: p for c in codes if not (p := model.mapped[c].clip(box)).is_empty}
    empty: dict[tuple[int, float], BaseGeometry] = {}
    territorial, computed, contiguous = dict(empty), dict(empty), dict(empty)
    economic: dict[int, BaseGeometry] = {}
    areas: dict[str, BaseGeometry] = {}
    enclosed: dict[int, BaseGeometry] = {}
    further: dict[int, BaseGeometry] = {}
    internal: dict[str, BaseGeometry] = {}
    overrides: list[int] = []
    if not sea.is_empty:
        economic = {g: p for g, t in model.economic.items() if not (p := t.clip(box)).is_empty}
        for source, target in (
            (model.territorial, territorial),
            (model.computed, computed),
            (model.contiguous, contiguous),
        ):
            for key, tiled in source.items():
                piece = tiled.clip(box)
                if not piece.is_empty:
                    target[key] = piece
        areas = {
            name: p
            for name, area in model.tables.areas.items()
            if not (p := polygonal(shapely.clip_by_rect(area, *box))).is_empty
        }
        enclosed = _clipped([e.water for e in model.closing], box)
        further = _clipped([c.polygon for c in model.further], box)
        internal = {c: p for c, t in model.internal.items() if not (p := t.clip(box)).is_empty}
        rectangle = shapely.box(*box)
        overrides = [i for i, o in enumerate(model.overrides) if shapely.intersects(o.polygon, rectangle)]
    none = np.empty(0)
    return Cell(
        box,
        sea,
        mapped,
        territorial,
        computed,
        contiguous,
        economic,
        areas,
        enclosed,
        further,
        overrides,
        internal,
        [],
        none,
        none,
        np.empty((0, 2)),
    )


def _clipped(polygons: list[BaseGeometry], box: Box) -> dict[int, BaseGeometry]:
    """The parts of some polygons in a cell, by their number."""
    found = {i: polygonal(shapely.clip_by_rect(polygons[i], *box)) for i in _touching(polygons, box)}
    return {i: p for i, p in found.items() if not p.is_empty}


def _touching(shapes: list[BaseGeometry], box: Box) -> list[int]:
    """Numbers of the shapes that reach into a cell."""
    rectangle = shapely.box(*box)
    return [i for i, shape in enumerate(shapes) if shapely.intersects(shape, rectangle)]


def weight(cell: Cell) -> int:
    """Vertices of all polygons in a cell, a measure of the work it makes."""
    polygons = [
        cell.sea,
        *cell.mapped.values(),
        *cell.territorial.values(),
        *cell.contiguous.values(),
        *cell.economic.values(),
    ]
    return int(sum(shapely.get_num_coordinates(p) for p in polygons))


def arrange(model: Model, cell: Cell) -> Cell:
    """Node all lines of a cell and polygonise them."""
    box = cell.box
    rectangle = shapely.box(*box)
    ground: list[BaseGeometry] = []
    coast = _inner_lines(cell.sea, box)
    if coast is not None:
        ground.append(coast)
    land = rectangle if cell.sea.is_empty else shapely.difference(rectangle, cell.sea)
    if not land.is_empty:
        for piece in cell.mapped.values():
            line = _inner_lines(piece, box)
            if line is not None:
                inland = shapely.intersection(line, land)
                if not inland.is_empty:
                    ground.append(inland)
    tolerance = model.tables.coast_tolerance(box)
    lines: list[BaseGeometry] = []
    alone = np.empty((0, 2))
    if ground:
        lines, alone = simplified(ground, coast, box, tolerance)
    if not cell.sea.is_empty:
        lines += _sea_lines(model, cell)
    if not lines:
        faces: list[BaseGeometry] = [rectangle]
    else:
        lines = _shortened(lines, box)
        noded = shapely.union_all([*lines, rectangle.boundary], grid_size=GRID)
        faces = list(shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded)))))
    points = shapely.get_coordinates(shapely.point_on_surface(np.array(faces, dtype=object)))
    return Cell(
        box,
        cell.sea,
        cell.mapped,
        cell.territorial,
        cell.computed,
        cell.contiguous,
        cell.economic,
        cell.areas,
        cell.enclosed,
        cell.further,
        cell.overrides,
        cell.internal,
        faces,
        points[:, 0],
        points[:, 1],
        alone,
    )


def _shortened(lines: list[BaseGeometry], box: Box) -> list[BaseGeometry]:
    """Lines without edges longer than about 4.3 km."""
    scale = np.array([_squeeze(box), 1.0])
    flat = shapely.transform(np.array(lines, dtype=object), lambda c: c * scale)
    return list(shapely.transform(shapely.segmentize(flat, LONGEST), lambda c: c / scale))


def _squeeze(box: Box) -> float:
    """Length of a degree of longitude over that of latitude, at the edge nearer to the equator."""
    nearer = 0.0 if box[1] < 0 < box[3] else min(abs(box[1]), abs(box[3]))
    return max(0.05, math.cos(math.radians(nearer)))


def _sea_lines(model: Model, cell: Cell) -> list[BaseGeometry]:
    box = cell.box
    polygons = [
        *cell.territorial.values(),
        *cell.contiguous.values(),
        *cell.economic.values(),
        *cell.areas.values(),
        # the other edge of enclosed water is the coast, which is in the arrangement already, simplified
        *(p for i, p in cell.further.items() if not model.further[i].along_coast),
        *cell.internal.values(),
        *(shapely.clip_by_rect(model.overrides[i].polygon, *box) for i in cell.overrides),
    ]
    lines = [line for p in polygons if (line := _inner_lines(p, box)) is not None]
    barriers = [e.barrier for e in model.closing]
    lines += [shapely.clip_by_rect(barriers[i], *box) for i in _touching(barriers, box)]
    groups = {g for g, _ in cell.territorial} | set(cell.economic)
    if len(groups) > 1:
        lines += model.equidistance.clip(box)
        lines += model.equidistance_economic.clip(box)
    lines += _mapped_divisions(model, cell)
    return [line for line in lines if not line.is_empty]


def _mapped_divisions(model: Model, cell: Cell) -> list[BaseGeometry]:
    """Mapped limits where the territorial seas of several groups overlap."""
    outer: dict[int, BaseGeometry] = {}
    for (group, _), piece in sorted(cell.territorial.items()):
        known = outer.get(group)
        outer[group] = piece if known is None else shapely.union(known, piece)
    if len(outer) < 2:
        return []
    groups = sorted(outer)
    shared = [
        shapely.intersection(outer[a], outer[b])
        for i, a in enumerate(groups)
        for b in groups[i + 1 :]
        if set(model.states_of(a)) != set(model.states_of(b))
    ]
    shared = [polygonal(s) for s in shared if not s.is_empty]
    if not shared:
        return []
    overlap = shapely.intersection(shapely.union_all(shared), cell.sea)
    if overlap.is_empty:
        return []
    wanted = {code for g in groups for code in model.groups[g]}
    found = []
    for code in sorted(wanted & set(cell.mapped)):
        line = _inner_lines(cell.mapped[code], cell.box)
        if line is not None:
            found.append(shapely.intersection(line, overlap))
    return [f for f in found if not f.is_empty]
