"""Cutting very large polygons into tiles.

The sea is one polygon of 1.8 million vertices with 60,000 islands as holes. Clipping that polygon
with its holes is slow because every clip assigns every hole anew, so the outer ring and each hole
are cut up separately and put together again tile by tile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]
WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
BASE = 4.0
"""Side in degrees of the coarse grid; it divides 360 and 180 and halves cleanly down to 1/4."""


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry, made valid; whatever is thinner is dropped."""
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry)
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def split_box(box: Box, size: float) -> tuple[Box, Box]:
    """Halve a box along its longer side, on the grid of ``size`` degrees."""
    x0, y0, x1, y1 = box
    if x1 - x0 >= y1 - y0:
        middle = x0 + size * max(1, round((x1 - x0) / size) // 2)
        return (x0, y0, middle, y1), (middle, y0, x1, y1)
    middle = y0 + size * max(1, round((y1 - y0) / size) // 2)
    return (x0, y0, x1, middle), (x0, middle, x1, y1)


def cut(geometry: BaseGeometry, box: Box, size: float) -> Iterator[tuple[Box, BaseGeometry]]:
    """Cut a geometry into the grid cells of ``size`` degrees that it touches.

    Args:
        geometry: Anything ``clip_by_rect`` takes; pieces may be invalid if the geometry is.
        box: The part of the world to cut, on the grid.
        size: Cell side in degrees.

    Yields:
        Cell and the part of the geometry in it.
    """
    stack = [(box, geometry)]
    while stack:
        here, piece = stack.pop()
        if piece.is_empty:
            continue
        if here[2] - here[0] <= size and here[3] - here[1] <= size:
            yield here, piece
            continue
        x0, y0, x1, y1 = piece.bounds
        for half in split_box(here, size):
            if x0 > half[2] or x1 < half[0] or y0 > half[3] or y1 < half[1]:
                continue
            stack.append((half, shapely.clip_by_rect(piece, *half)))


def grid_box(geometry: BaseGeometry, size: float) -> Box:
    """The smallest box on the grid around a geometry, within the world."""
    x0, y0, x1, y1 = geometry.bounds
    return (
        max(-180.0, float(np.floor(x0 / size) * size)),
        max(-90.0, float(np.floor((y0 + 90) / size) * size - 90)),
        min(180.0, float(np.ceil(x1 / size) * size)),
        min(90.0, float(np.ceil((y1 + 90) / size) * size - 90)),
    )


def tile_polygons(polygons: Iterable[BaseGeometry], size: float) -> dict[Box, list[BaseGeometry]]:
    """Cut many polygons into grid cells; pieces of one cell are listed together."""
    cells: dict[Box, list[BaseGeometry]] = defaultdict(list)
    for polygon in polygons:
        box = grid_box(polygon, size)
        if box[2] <= box[0] or box[3] <= box[1]:
            continue
        for cell, piece in cut(polygon, box, size):
            cells[cell].append(piece)
    return cells


def tile_sea(polygons: Iterable[shapely.Polygon], size: float = 1.0) -> dict[Box, BaseGeometry]:
    """Sea in each grid cell, from polygons with many holes.

    Cells without any sea are absent.
    """
    shells: list[BaseGeometry] = []
    holes: list[BaseGeometry] = []
    for polygon in polygons:
        shells.append(shapely.Polygon(polygon.exterior))
        holes.extend(shapely.Polygon(ring) for ring in polygon.interiors)
    water = tile_polygons(shells, size)
    islands = tile_polygons(holes, size)
    sea: dict[Box, BaseGeometry] = {}
    for cell in sorted(water):
        wet = shapely.union_all([polygonal(p) for p in water[cell]])
        dry = [polygonal(p) for p in islands.get(cell, [])]
        if dry:
            wet = shapely.difference(wet, shapely.union_all(dry))
        wet = polygonal(wet)
        if not wet.is_empty:
            sea[cell] = wet
    return sea


@dataclass(frozen=True, slots=True)
class Tiled:
    """A polygon cut along the coarse grid, for quick clipping to small cells."""

    cells: dict[Box, BaseGeometry]

    @classmethod
    def of(cls, polygons: Iterable[BaseGeometry], size: float = BASE) -> Tiled:
        """Cut valid polygons (within +-180) along the coarse grid."""
        return cls(
            {
                cell: shapely.union_all([polygonal(p) for p in pieces])
                for cell, pieces in tile_polygons(polygons, size).items()
            }
        )

    def clip(self, box: Box) -> BaseGeometry:
        """The part of the polygon in a box that does not straddle coarse cells."""
        x0 = -180.0 + np.floor((box[0] + 180.0) / BASE + 1e-9) * BASE
        y0 = -90.0 + np.floor((box[1] + 90.0) / BASE + 1e-9) * BASE
        cell = self.cells.get((float(x0), float(y0), float(x0 + BASE), float(y0 + BASE)))
        if cell is None:
            return shapely.Polygon()
        return polygonal(shapely.clip_by_rect(cell, *box))


def shifted(geometry: BaseGeometry, degrees: float) -> BaseGeometry:
    """A geometry moved in longitude."""
    step = np.array([degrees, 0.0])

    def move(c: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(c + step, dtype=np.float64)

    return shapely.transform(geometry, move)


def unwrapped_to_world(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Cut a polygon whose longitudes run past +-180 into parts within the world."""
    parts: list[BaseGeometry] = []
    x0, _, x1, _ = geometry.bounds
    for turn in range(int(np.floor((x0 + 180) / 360)), int(np.floor((x1 + 180) / 360)) + 1):
        west = -180.0 + 360.0 * turn
        piece = geometry
        if x0 < west or x1 > west + 360.0:
            piece = polygonal(shapely.intersection(geometry, shapely.box(west, -90, west + 360, 90)))
        if piece.is_empty:
            continue
        if turn:
            piece = shifted(piece, -360.0 * turn)
        parts.append(piece)
    return parts
