"""Islets that the coastline lacks, told from the arcs of the mapped limits.

The mapped limits were drawn around islets that the generalised coastline has lost. Such an islet
shows as an arc of the mapped limit, of exactly the radius at which the limit was drawn, that no
known coast explains. Its centre is found from the chord; it is accepted if the points between lie on
the same circle (a straight baseline has none) and no other part of the limit comes closer.
Accepted centres join the coast as points, so that they generate zones at the breadth claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from .coast import Coast, Group
from .geodesy import NAUTICAL_MILE, Floats, LocalPlane, Nearest, to_ecef, wrap
from .tiling import Box, Tiled
from .trust import in_frame

OFFSHORE = 2000.0
"""Nearer than this to a known coast, a centre is drawing noise, metres."""
SAME = 0.02
"""Degrees within which a centre is the one that a list means."""
SIZE = 2e-4
"""Half-width in degrees of the diamond that stands for an islet."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a territory's limits were drawn: breadth in M, on the ellipsoid or in Mercator."""

    breadth_nm: float
    mercator: bool

    def radius(self, lat: float) -> float:
        """Radius on the ground, metres."""
        metres = self.breadth_nm * NAUTICAL_MILE
        return float(metres * np.cos(np.radians(lat))) if self.mercator else metres


def find_islets(mapped: Tiled, coast: Nearest, shore: Nearest, drawn: Drawn, cut: float) -> Floats:
    """Centres (lon, lat) of islets implied by a mapped polygon.

    Args:
        mapped: The polygon.
        coast: Points of the territory's own coast.
        shore: Points of all coasts of the world: a State's polygon holds its dependencies too.
        drawn: How the limits were drawn.
        cut: Where longitudes are unwrapped.
    """
    outline = in_frame(mapped, cut)
    rings = [shapely.get_coordinates(r) for r in shapely.get_rings(shapely.get_parts(outline))]
    dense = [shapely.get_coordinates(shapely.segmentize(shapely.LineString(r), 0.0025)) for r in rings]
    everything = np.vstack(dense)
    limit = Nearest(everything[:, 0], everything[:, 1])
    shapely.prepare(outline)
    centres: list[Floats] = []
    for c in dense:
        away, _ = coast.query(c[:, 0], c[:, 1])
        radius = np.array([drawn.radius(y) for y in c[:, 1]])
        unexplained = away > radius + 150.0
        left = np.flatnonzero(unexplained)
        if len(left):
            unexplained[left] = shore.query(c[left, 0], c[left, 1])[0] > radius[left] + 150.0
        edges = np.flatnonzero(np.diff(np.concatenate(([0], unexplained.view(np.int8), [0]))))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            if b - a >= 4:
                centres.extend(_centres(c[a:b], drawn))
    if not centres:
        return np.empty((0, 2))
    found = np.array(centres)
    inside = np.asarray(shapely.intersects_xy(outline, found[:, 0], found[:, 1]))
    found = found[inside]
    if not len(found):
        return found
    radius = np.array([drawn.radius(y) for y in found[:, 1]])
    # the circle around an islet is empty of limits, and the islet is not on the known coast
    clear = limit.query(found[:, 0], found[:, 1])[0] > 0.975 * radius
    clear &= shore.query(found[:, 0], found[:, 1])[0] > OFFSHORE
    return _clusters(found[clear])


def _centres(points: Floats, drawn: Drawn) -> list[Floats]:
    """Centres of circles through stretches of one unexplained run."""
    middle = points[len(points) // 2]
    span = np.abs(points - middle).max()
    if span > 0.6:
        half = len(points) // 2
        return _centres(points[:half], drawn) + _centres(points[half:], drawn)
    plane = LocalPlane(float(middle[0]), float(middle[1]))
    flat = plane.forward(points)
    radius = drawn.radius(float(middle[1]))
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(flat, axis=0).T))))
    reach = min(0.6 * radius, along[-1] * 0.95)
    if reach < 0.25 * radius:
        return []
    found: list[Floats] = []
    ends = enumerate(np.searchsorted(along, along + reach).tolist())
    for i, j in takewhile(lambda ends: ends[1] < len(flat) and ends[1] - ends[0] >= 3, ends):
        chord = flat[j] - flat[i]
        length = float(np.hypot(*chord))
        if length < 0.2 * radius or length > 1.9 * radius:
            continue
        normal = np.array([-chord[1], chord[0]]) / length
        height = np.sqrt(radius**2 - (length / 2) ** 2)
        for side in (1.0, -1.0):
            centre = (flat[i] + flat[j]) / 2 + side * normal * height
            between = np.hypot(*(flat[i : j + 1] - centre).T)
            if np.max(np.abs(between - radius)) < 0.006 * radius + 10:
                found.append(plane.inverse(centre[None, :])[0])
    return found


def _clusters(points: Floats, least: int = 2) -> Floats:
    """Means of the centres that agree within 800 m, if at least so many do."""
    if not len(points):
        return points
    places = to_ecef(points[:, 0], points[:, 1])
    tree = cKDTree(places)
    left = np.ones(len(points), dtype=bool)
    result = []
    neighbours: list[list[int]] = list(tree.query_ball_point(places, 800.0))  # type: ignore[arg-type]
    for i in sorted(range(len(points)), key=lambda k: (-len(neighbours[k]), k)):
        group = [k for k in neighbours[i] if left[k]]
        if not left[i] or len(group) < least:
            continue
        left[group] = False
        result.append(points[group].mean(axis=0))
    return np.array(result) if result else np.empty((0, 2))


def diamonds(centres: Floats) -> Floats:
    """Coast segments (n, 4) of small diamonds around the centres."""
    lon, lat = wrap(centres[:, 0]), centres[:, 1]
    corner = [(lon + SIZE * dx, lat + SIZE * dy) for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    return np.vstack([np.column_stack((*corner[k], *corner[(k + 1) % 4])) for k in range(4)])


def add_islets(
    coast: Coast,
    found: list[Floats],
    sea: dict[Box, BaseGeometry],
    owner: Callable[[float, float], Group],
    rejected: Iterable[tuple[float, float]],
    known: Iterable[tuple[str, float, float]],
) -> tuple[Coast, list[tuple[str, float, float]]]:
    """The coast with the islets that lie at sea.

    Args:
        coast: The known coast.
        found: Centres per territory that was searched; the same islet may have been found twice.
        sea: Sea tiles.
        owner: Which territories' polygons contain a point, dependencies resolved.
        rejected: Centres that are no islets.
        known: Islets of which it is known that both sources lack them: territory, longitude, latitude.

    Returns:
        The coast, and a list of the islets added (territories joined by +, lon, lat).
    """
    number = {box: i for i, box in enumerate(coast.tiles)}
    groups = list(coast.groups)
    segments, tiles, labels, listed = [], [], [], []
    refused = list(rejected)
    centres = _clusters(np.vstack([np.empty((0, 2)), *found]), 1)
    places: list[tuple[Group, float, float]] = [((code,), lon, lat) for code, lon, lat in known]
    for x, y in sorted(map(tuple, np.column_stack((wrap(centres[:, 0]), centres[:, 1])))):
        if not any(abs(x - lon) < SAME and abs(y - lat) < SAME for lon, lat in refused):
            places.append((owner(x, y), float(x), float(y)))
    for group, x, y in places:
        box = (float(np.floor(x)), float(np.floor(y)), float(np.floor(x)) + 1, float(np.floor(y)) + 1)
        water = sea.get(box)
        if water is None or not group or not shapely.intersects_xy(water, x, y):
            continue
        if group not in groups:
            groups.append(group)
        segments.append(diamonds(np.array([[x, y]])))
        tiles.append(np.full(4, number[box], dtype=np.int64))
        labels.append(np.full(4, groups.index(group), dtype=np.int64))
        listed.append(("+".join(group), round(x, 4), round(y, 4)))
    whole = Coast(
        np.vstack([coast.segments, *segments]),
        np.concatenate([coast.tile, *tiles]),
        np.concatenate([coast.label, *labels]),
        coast.tiles,
        groups,
    )
    return whole, listed
