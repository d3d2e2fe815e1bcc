"""Agreed lines: which waters they move from the nearer State to the other.

Between an agreed line and the line of equidistance lie waters that are nearer to one State but
belong to the other. The ends of the agreed line are joined to equidistance by the shortest way, the
whole is polygonised, and every face along the agreed line goes to the State on whose side it lies.
The side is told from the distances just left and right of the line: whoever comes nearer.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .geodesy import GEOD, Floats, densify
from .model import Model, Override, nearest_group
from .tables import Boundary, Drawing

REACH_DEGREES = 4.0
JOIN = 130_000.0
"""Ends further than this from equidistance stay open, metres."""
OFFSET = 0.003


def _mercator(lat: Floats) -> Floats:
    return np.asarray(np.degrees(np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))))


def _loxodrome(lon: Floats, lat: Floats, step: float) -> Floats:
    points = []
    for k in range(len(lon) - 1):
        n = max(1, math.ceil(np.hypot(lon[k + 1] - lon[k], lat[k + 1] - lat[k]) * 111_200 / step))
        f = np.arange(n) / n
        y = _mercator(lat[k : k + 2])
        latitude = np.degrees(2 * np.arctan(np.exp(np.radians(y[0] + (y[1] - y[0]) * f))) - np.pi / 2)
        points.append(np.column_stack((lon[k] + (lon[k + 1] - lon[k]) * f, latitude)))
    points.append(np.array([[lon[-1], lat[-1]]]))
    return np.vstack(points)


def drawn(boundary: Boundary | Drawing) -> BaseGeometry:
    """The line with vertices at most 4 km apart, along geodesics or rhumb lines."""
    xy = np.array(boundary.line)
    if boundary.loxodrome:
        return shapely.LineString(_loxodrome(xy[:, 0], xy[:, 1], 4000.0))
    lon, lat = densify(xy[:, 0], xy[:, 1], 4000.0)
    return shapely.LineString(np.column_stack((lon, lat)))


def side_codes(model: Model, boundary: Boundary, party: int) -> set[str]:
    """Territories that stand behind one party of an agreement."""
    if boundary.territories:
        return {boundary.territories[party]}
    state = boundary.parties[party]
    return {c for c, t in model.tables.territories.items() if t.sovereign == state}


def _distance(model: Model, codes: set[str], x: Floats, y: Floats) -> Floats:
    """Distance to the nearest coast of some territories, metres."""
    found = [
        model.trees[g].query(x, y)[0] for g, names in enumerate(model.groups) if g in model.trees and codes & set(names)
    ]
    return np.min(found, axis=0) if found else np.full(len(x), np.inf)


def _first_party_left(model: Model, line: BaseGeometry, first: set[str], second: set[str]) -> bool:
    c = shapely.get_coordinates(line)
    middle = (c[:-1] + c[1:]) / 2
    along = c[1:] - c[:-1]
    normal = np.column_stack((-along[:, 1], along[:, 0]))
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    left, right = middle + 0.02 * normal, middle - 0.02 * normal
    vote = (
        _distance(model, first, left[:, 0], left[:, 1])
        - _distance(model, first, right[:, 0], right[:, 1])
        - _distance(model, second, left[:, 0], left[:, 1])
        + _distance(model, second, right[:, 0], right[:, 1])
    )
    return bool(np.sum(np.sign(vote)) < 0)


def overrides(model: Model, boundary: Boundary, line: BaseGeometry) -> list[Override]:
    """Areas that change hands because of one agreed line."""
    sides = [side_codes(model, boundary, 0), side_codes(model, boundary, 1)]
    west, south, east, north = line.bounds
    reach = REACH_DEGREES / max(0.1, math.cos(math.radians((south + north) / 2)))
    window = (west - reach, south - REACH_DEGREES, east + reach, north + REACH_DEGREES)
    lines = model.equidistance
    if "exclusive_economic_zone" in boundary.divides:
        lines = model.equidistance_economic
    between, around = [], []
    for i in np.sort(lines.tree.query(shapely.box(*window))):
        names = [set(model.groups[int(g)]) for g in lines.sides[int(i)]]
        part = shapely.clip_by_rect(lines.lines[int(i)], *window)
        if part.is_empty:
            continue
        mine = [bool(n & sides[0]) for n in names], [bool(n & sides[1]) for n in names]
        if any(mine[0]) or any(mine[1]):
            around.append(part)
        if (mine[0][0] and mine[1][1]) or (mine[0][1] and mine[1][0]):
            between.append(part)
    if not between:
        return []
    target = shapely.union_all(between)
    joints = []
    for end in (shapely.get_point(line, 0), shapely.get_point(line, -1)):
        joint = shapely.shortest_line(end, target)
        if joint is None or joint.length == 0:
            continue
        c = shapely.get_coordinates(joint)
        if GEOD.line_length(c[:, 0], c[:, 1]) < JOIN:
            joints.append(joint)
    noded = shapely.union_all([line, *around, *joints], grid_size=1e-7)
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
    left_is_first = _first_party_left(model, line, *sides)
    divides = set(boundary.divides)
    if "exclusive_economic_zone" in divides:
        divides.add("contiguous_zone")
    found: list[Override] = []
    for face in faces:
        side = _side_of(face, line)
        if side is None:
            continue
        gets = sides[0] if (side == "left") == left_is_first else sides[1]
        loses = sides[1] if gets is sides[0] else sides[0]
        party = 0 if gets is sides[0] else 1
        winner = boundary.territories[party] if boundary.territories else boundary.parties[party]
        inner = shapely.get_coordinates(shapely.point_on_surface(face))
        group = nearest_group(model.owner_economic, model.owner_economic_label, inner[:, 0], inner[:, 1])
        for code in sorted(set(model.groups[int(group[0])]) & loses):
            found.append(Override(face, code, winner, boundary.id, frozenset(divides), boundary.start, boundary.end))
    return found


def _side_of(face: BaseGeometry, line: BaseGeometry) -> str | None:
    """On which side of the line a face lies that touches it."""
    shared = shapely.intersection(face.boundary, shapely.buffer(line, 1e-6))
    if shared.length < 1e-3:
        return None
    c = shapely.get_coordinates(line)
    middle = (c[:-1] + c[1:]) / 2
    along = c[1:] - c[:-1]
    normal = np.column_stack((-along[:, 1], along[:, 0]))
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    shapely.prepare(face)
    for offset in (OFFSET, OFFSET / 10, OFFSET / 100):
        left = shapely.contains_xy(face, *(middle + offset * normal).T)
        right = shapely.contains_xy(face, *(middle - offset * normal).T)
        if left.sum() != right.sum():
            return "left" if left.sum() > right.sum() else "right"
    return None
