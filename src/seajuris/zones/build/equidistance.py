"""Equidistance between groups of claimants, worldwide.

The Delaunay triangulation of the sphere is the convex hull of the coast points as unit vectors; the
Voronoi edges between points of different groups are the lines of equal distance. They are
topologically right but lie on the sphere (up to 0.5 % off). Each vertex is therefore moved on the
ellipsoid by Newton steps until its distances to the two (at junctions three) groups agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import ConvexHull
from shapely.geometry.base import BaseGeometry

from .geodesy import Floats, Ints, Nearest, from_ecef, to_ecef

REACH = 520_000.0
"""Equidistance further than this from the coasts (280 M) divides nothing. Beyond 200 M it still closes areas."""
STEP = 4_000.0
"""Spacing of vertices along the lines, metres."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Lines of equidistance between groups.

    Attributes:
        lines: polylines in degrees, none across 180.
        sides: the two groups (indices) of each line.
        residual: metres by which the two distances differ at the vertices after refinement.
    """

    lines: list[BaseGeometry]
    sides: Ints
    residual: Floats


def _unit(xyz: Floats) -> Floats:
    return np.asarray(xyz / np.linalg.norm(xyz, axis=1, keepdims=True), dtype=np.float64)


def geodetic_unit(lon: Floats, lat: Floats) -> Floats:
    """Unit normals of the ellipsoid."""
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))


def voronoi_edges(lon: Floats, lat: Floats, label: Ints) -> tuple[Floats, Ints, Ints]:
    """Voronoi vertices and the edges between sites of different labels.

    Returns:
        vertices (unit vectors), edges (pairs of vertex numbers), labels (pairs) per edge.
    """
    sites = geodetic_unit(lon, lat)
    hull = ConvexHull(sites)
    vertices = _unit(hull.equations[:, :3])
    simplices, neighbours = hull.simplices, hull.neighbors
    edges, labels = [], []
    for corner in range(3):
        one, two = simplices[:, (corner + 1) % 3], simplices[:, (corner + 2) % 3]
        other = neighbours[:, corner]
        here = np.arange(len(simplices))
        keep = (here < other) & (label[one] != label[two])
        edges.append(np.column_stack((here[keep], other[keep])))
        labels.append(np.sort(np.column_stack((label[one[keep]], label[two[keep]])), axis=1))
    return vertices, np.vstack(edges).astype(np.int64), np.vstack(labels).astype(np.int64)


def _refine(xyz: Floats, groups: list[tuple[int, ...]], trees: dict[int, Nearest]) -> Floats:
    """Newton steps towards equal distances from two or three groups; returns moved points."""
    points = xyz.copy()
    by_set: dict[tuple[int, ...], list[int]] = {}
    for i, names in enumerate(groups):
        by_set.setdefault(names[:3], []).append(i)
    for names, members in by_set.items():
        p = points[members]
        start = p.copy()
        for _ in range(6):
            distance, pull = [], []
            for name in names:
                d, index = trees[name].query_xyz(p)
                away = p - trees[name].xyz[index]
                distance.append(d)
                pull.append(away / np.maximum(d, 1.0)[:, None])
            up = _unit(p)
            rows, rhs = [], []
            for k in range(1, len(names)):
                gradient = pull[0] - pull[k]
                gradient -= np.sum(gradient * up, axis=1, keepdims=True) * up
                rows.append(gradient)
                rhs.append(distance[k] - distance[0])
            a = np.stack(rows, axis=1)
            b = np.stack(rhs, axis=1)
            gram = a @ a.transpose(0, 2, 1) + 1e-3 * np.eye(len(rows))
            step = (a.transpose(0, 2, 1) @ np.linalg.solve(gram, b[..., None]))[..., 0]
            size = np.linalg.norm(step, axis=1, keepdims=True)
            limit = np.minimum(3000.0, 0.05 * distance[0] + 50.0)[:, None]
            p = p + step * np.minimum(1.0, limit / np.maximum(size, 1e-9))
            p = to_ecef(*from_ecef(p))
        gone = np.linalg.norm(p - start, axis=1) > 6000.0
        p[gone] = start[gone]
        points[members] = p
    return points


def partition(lon: Floats, lat: Floats, label: Ints, trees: dict[int, Nearest]) -> Partition:
    """Lines of equidistance.

    Args:
        lon: Longitudes of thinned coast points (about 2 km apart or less).
        lat: Their latitudes.
        label: Their groups.
        trees: All coast points per group, for the refinement.

    Returns:
        Refined lines.
    """
    vertices, edges, labels = voronoi_edges(lon, lat, label)
    # unit normals of the ellipsoid: read them as geodetic coordinates
    vlon = np.degrees(np.arctan2(vertices[:, 1], vertices[:, 0]))
    vlat = np.degrees(np.arcsin(np.clip(vertices[:, 2], -1, 1)))
    everything = Nearest(lon, lat)
    reach, _ = everything.query(vlon, vlat)
    keep = (reach[edges] < REACH).any(axis=1)
    edges, labels = edges[keep], labels[keep]
    used, packed = np.unique(edges, return_inverse=True)
    packed = packed.reshape(edges.shape)
    touching: list[set[int]] = [set() for _ in used]
    for (i, j), (a, b) in zip(packed, labels, strict=True):
        touching[i].update((int(a), int(b)))
        touching[j].update((int(a), int(b)))
    ends = to_ecef(vlon[used], vlat[used])
    # points along each edge
    length = np.linalg.norm(ends[packed[:, 0]] - ends[packed[:, 1]], axis=1)
    count = np.maximum(1, np.ceil(length / STEP)).astype(np.int64)
    extra = np.repeat(np.arange(len(count)), count - 1)
    offset = np.arange(len(extra)) - np.repeat(np.cumsum(count - 1) - (count - 1), count - 1) + 1
    fraction = (offset / count[extra])[:, None]
    between = ends[packed[extra, 0]] * (1 - fraction) + ends[packed[extra, 1]] * fraction
    between = to_ecef(*from_ecef(between))
    points = np.vstack((ends, between))
    groups = [tuple(sorted(t)) for t in touching] + [tuple(map(int, labels[e])) for e in extra]
    points = _refine(points, groups, trees)
    plon, plat = from_ecef(points)
    residual = _residual(points[len(ends) :], labels[extra], trees)
    starts = np.cumsum(count - 1) - (count - 1) + len(ends)
    by_pair: dict[tuple[int, int], list[BaseGeometry]] = {}
    for e in range(len(packed)):
        inner = range(int(starts[e]), int(starts[e] + count[e] - 1))
        chain = [int(packed[e, 0]), *inner, int(packed[e, 1])]
        for line in _split_antimeridian(plon[chain], plat[chain]):
            by_pair.setdefault((int(labels[e, 0]), int(labels[e, 1])), []).append(line)
    lines: list[BaseGeometry] = []
    sides: list[tuple[int, int]] = []
    for pair in sorted(by_pair):
        merged = shapely.line_merge(shapely.union_all(by_pair[pair]))
        for part in shapely.get_parts(merged):
            lines.append(part)
            sides.append(pair)
    return Partition(lines, np.array(sides, dtype=np.int64).reshape(-1, 2), residual)


def _residual(points: Floats, labels: Ints, trees: dict[int, Nearest]) -> Floats:
    out = np.zeros(len(points))
    for a, b in {(int(x), int(y)) for x, y in labels}:
        chosen = np.flatnonzero((labels[:, 0] == a) & (labels[:, 1] == b))
        one, _ = trees[a].query_xyz(points[chosen])
        two, _ = trees[b].query_xyz(points[chosen])
        out[chosen] = np.abs(one - two)
    return out


def _split_antimeridian(lon: Floats, lat: Floats) -> list[BaseGeometry]:
    jumps = np.flatnonzero(np.abs(np.diff(lon)) > 180)
    if not len(jumps):
        return [shapely.LineString(np.column_stack((lon, lat)))]
    pieces: list[BaseGeometry] = []
    unwrapped = np.concatenate(([lon[0]], lon[0] + np.cumsum((np.diff(lon) + 180) % 360 - 180)))
    line = shapely.LineString(np.column_stack((unwrapped, lat)))
    for turn in (-1, 0, 1):
        part = shapely.clip_by_rect(line, -180 + 360 * turn, -90, 180 + 360 * turn, 90)
        for piece in shapely.get_parts(part):
            c = shapely.get_coordinates(piece)
            pieces.append(shapely.LineString(c - np.array([360.0 * turn, 0.0])))
    return pieces
