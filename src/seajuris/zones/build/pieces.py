"""From classified faces to the features of the three layers."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .arrangement import GRID, Cell
from .classify import Faces
from .geodesy import NAUTICAL_MILE, Floats
from .islets import SIZE
from .model import Model, nearest_group
from .rows import ACCURACY, Row
from .tiling import Box, polygonal, split_box

MOST_VERTICES = 250
MOST_LINE_VERTICES = 100
SPECK = 3e-10
"""Square degrees (4 square metres) below which a piece is rounding noise."""
OFF_COAST = 500.0
"""Metres from the coast beyond which an edge of internal waters is a straight baseline."""
INNER = ("territorial_sea", "internal_waters", "archipelagic_waters")
SEAWARD = {
    "territorial_sea": INNER,
    "contiguous_zone": ("contiguous_zone", *INNER),
    "exclusive_economic_zone": ("exclusive_economic_zone", *INNER),
}
"""Zones whose union a limit bounds."""


Period: TypeAlias = tuple[str | None, str | None]


class Limit(NamedTuple):
    """Columns of one stretch of a limit."""

    limit: str
    state: str
    territory: str
    kind: str
    other_state: str | None
    boundary: str | None
    breadth_nm: float | None
    valid_from: str | None
    valid_to: str | None
    proclaimed_from: str | None
    proclaimed_to: str | None
    accuracy_m: float


class Baseline(NamedTuple):
    """Columns of one stretch of baseline."""

    state: str
    territory: str
    kind: str
    dispute: str | None


class CellResult(NamedTuple):
    """Features of one cell, geometry as WKB."""

    zones: list[tuple[Row, bytes]]
    limits: list[tuple[Limit, bytes]]
    baselines: list[tuple[Baseline, bytes]]


def split_piece(polygon: BaseGeometry, box: Box) -> list[BaseGeometry]:
    """Cut a polygon along the grid until each piece has few enough vertices."""
    stack, done = [(polygon, box)], []
    while stack:
        piece, here = stack.pop()
        for part in shapely.get_parts(piece):
            if part.geom_type != "Polygon" or part.is_empty or part.area < SPECK:
                continue
            if shapely.get_num_coordinates(part) <= MOST_VERTICES:
                done.append(part)
                continue
            size = max(here[2] - here[0], here[3] - here[1]) / 2
            if size < 1e-3:
                done.append(part)
                continue
            for half in split_box(here, size):
                cut = shapely.clip_by_rect(part, *half)
                if not cut.is_empty:
                    stack.append((polygonal(shapely.set_precision(cut, GRID)), half))
    return done


def split_line(line: BaseGeometry) -> list[BaseGeometry]:
    """Cut a line into runs of few enough vertices."""
    coordinates = shapely.get_coordinates(line)
    step = MOST_LINE_VERTICES - 1
    return [shapely.LineString(coordinates[i : i + step + 1]) for i in range(0, len(coordinates) - 1, step)]


def zone_features(cell: Cell, rows: list[list[Row]]) -> list[tuple[Row, bytes]]:
    """Dissolve faces by row and cut the result into pieces."""
    members: dict[Row, list[BaseGeometry]] = defaultdict(list)
    for face, face_rows in zip(cell.faces, rows, strict=True):
        for row in face_rows:
            members[row].append(face)
    result = []
    for row in sorted(members, key=repr):
        faces = members[row]
        whole = faces[0] if len(faces) == 1 else shapely.union_all(faces)
        for piece in split_piece(whole, cell.box):
            result.append((row, shapely.to_wkb(shapely.normalize(piece), byte_order=1)))
    return result


def _open_lines(boundary: BaseGeometry, blocked: BaseGeometry) -> list[BaseGeometry]:
    rest = shapely.difference(boundary, blocked)
    if rest.is_empty:
        return []
    lines = [g for g in shapely.get_parts(rest) if g.geom_type == "LineString"]
    if not lines:
        return []
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    return [g for g in shapely.get_parts(merged) if g.length > 0]


def limit_features(model: Model, cell: Cell, faces: Faces, rows: list[list[Row]]) -> list[tuple[Limit, bytes]]:
    """Seaward limits of every State's zones in a cell, per validity and breadth."""
    by_key: dict[tuple[str, str, str], set[Row]] = defaultdict(set)
    for face_rows in rows:
        for row in face_rows:
            if row.zone in SEAWARD and row.state and row.territory and row.claim != "protested":
                by_key[(row.zone, row.territory, row.state)].add(row)
    if not by_key:
        return []
    ground = [f for f, sea in zip(cell.faces, faces.sea, strict=True) if not sea]
    blocked: BaseGeometry = shapely.box(*cell.box).boundary
    if ground:
        blocked = shapely.union_all([blocked, shapely.union_all(ground).boundary])
    result: list[tuple[Limit, bytes]] = []
    for (zone, territory, state), found in sorted(by_key.items()):
        drawn: list[tuple[Period, Row, BaseGeometry]] = []
        for period in _periods(found):
            here = [r for r in found if _covers(r, period)]
            if not here:
                continue
            chosen = [
                face
                for face, face_rows in zip(cell.faces, rows, strict=True)
                if any(
                    r.zone in SEAWARD[zone] and r.state == state and r.claim != "protested" and _covers(r, period)
                    for r in face_rows
                )
            ]
            outline = shapely.union_all(chosen).boundary
            sample = max(here, key=lambda r: (r.breadth_nm or 0.0, repr(r)))
            if drawn and shapely.equals(drawn[-1][2], outline):
                drawn[-1] = ((drawn[-1][0][0], period[1]), sample, outline)
            else:
                drawn.append((period, sample, outline))
        for period, sample, outline in drawn:
            for line in _open_lines(outline, blocked):
                result += _describe(model, cell, zone, territory, sample, period, line)
    return result + _edges_of_claims(cell, rows)


def _edges_of_claims(cell: Cell, rows: list[list[Row]]) -> list[tuple[Limit, bytes]]:
    """Lines within a State's economic zone between waters for which it was proclaimed on different days, or never."""
    parts: dict[tuple[str, str], dict[tuple[str | None, ...], list[BaseGeometry]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for face, face_rows in zip(cell.faces, rows, strict=True):
        for row in face_rows:
            if row.zone == "exclusive_economic_zone" and row.state and row.territory and row.claim != "protested":
                claim = (row.claim, row.proclaimed_from, row.proclaimed_to)
                parts[(row.state, row.territory)][claim].append(face)
    result: list[tuple[Limit, bytes]] = []
    for (state, territory), claims in sorted(parts.items()):
        outlines = [(c, shapely.union_all(claims[c]).boundary) for c in sorted(claims, key=repr)]
        for (_, a), (_, b) in combinations(outlines, 2):
            shared = shapely.intersection(a, b)
            lines = [g for g in shapely.get_parts(shared) if g.geom_type == "LineString"]
            if not lines:
                continue
            columns = Limit(
                "exclusive_economic_zone",
                state,
                territory,
                "claim",
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                ACCURACY["economic"],
            )
            for line in shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))):
                result.extend((columns, shapely.to_wkb(part, byte_order=1)) for part in split_line(line))
    return result


def _periods(rows: set[Row]) -> list[Period]:
    """The periods between all dates on which any of the rows begins or ends."""
    dates = sorted({d for r in rows for d in (r.valid_from, r.valid_to) if d is not None})
    return list(zip([None, *dates], [*dates, None], strict=True))


def _covers(row: Row, period: Period) -> bool:
    start, end = period
    return (row.valid_from is None or (start is not None and row.valid_from <= start)) and (
        row.valid_to is None or (end is not None and end <= row.valid_to)
    )


def _describe(
    model: Model,
    cell: Cell,
    zone: str,
    territory: str,
    sample: Row,
    period: Period,
    line: BaseGeometry,
) -> list[tuple[Limit, bytes]]:
    """Cut a limit into runs of one kind and say what each is."""
    c = shapely.get_coordinates(line)
    x, y = (c[:-1, 0] + c[1:, 0]) / 2, (c[:-1, 1] + c[1:, 1]) / 2
    kinds = _kinds(model, cell, zone, territory, sample, x, y)
    starts = [0] + [k for k in range(1, len(kinds)) if kinds[k] != kinds[k - 1]] + [len(kinds)]
    features = []
    for a, b in pairwise(starts):
        kind, other, boundary, breadth = kinds[a]
        accuracy = ACCURACY["economic" if zone == "exclusive_economic_zone" else "computed"]
        if kind == "mapped":
            accuracy = ACCURACY["mapped"]
        elif kind == "envelope":
            accuracy = max(accuracy, _of_closing_lines(model, territory, x[a:b], y[a:b]))
        columns = Limit(
            zone,
            sample.state or "",
            territory,
            kind,
            other,
            boundary,
            breadth,
            period[0],
            period[1],
            sample.proclaimed_from,
            sample.proclaimed_to,
            accuracy,
        )
        for part in split_line(shapely.LineString(c[a : b + 1])):
            features.append((columns, shapely.to_wkb(part, byte_order=1)))
    return features


def joined(result: CellResult, box: Box) -> CellResult:
    """The features of a coarse cell without the seams of the small cells in which they were made."""
    return CellResult(
        _joined_polygons(result.zones, box), _joined_lines(result.limits), _joined_lines(result.baselines)
    )


Columns = TypeVar("Columns", Row, Limit, Baseline)


def _by_columns(features: list[tuple[Columns, bytes]]) -> list[tuple[Columns, list[bytes]]]:
    shapes: dict[Columns, list[bytes]] = defaultdict(list)
    for columns, wkb in features:
        shapes[columns].append(wkb)
    return sorted(shapes.items(), key=lambda item: repr(item[0]))


def _joined_polygons(features: list[tuple[Row, bytes]], box: Box) -> list[tuple[Row, bytes]]:
    result: list[tuple[Row, bytes]] = []
    for row, shapes in _by_columns(features):
        whole = shapely.union_all(shapely.from_wkb(np.array(shapes, dtype=object)), grid_size=GRID)
        for piece in split_piece(whole, box):
            result.append((row, shapely.to_wkb(shapely.normalize(piece), byte_order=1)))
    return result


def _joined_lines(features: list[tuple[Columns, bytes]]) -> list[tuple[Columns, bytes]]:
    result: list[tuple[Columns, bytes]] = []
    for columns, shapes in _by_columns(features):
        lines = shapely.from_wkb(np.array(shapes, dtype=object))
        merged = shapely.line_merge(shapely.multilinestrings(list(lines)))
        for line in shapely.get_parts(merged):
            result.extend((columns, shapely.to_wkb(part, byte_order=1)) for part in split_line(line))
    return result


def _of_closing_lines(model: Model, territory: str, x: Floats, y: Floats) -> float:
    """Accuracy in metres of the closing lines from which any of these points is measured; 0 where it is the coast."""
    found = 0.0
    for item in model.closing:
        tree = model.closing_trees.get(item.line.id)
        if tree is None or item.line.territory != territory:
            continue
        away, _ = tree.query(x, y)
        own = [g for g, names in enumerate(model.groups) if territory in names and g in model.trees]
        nearest = np.min([model.trees[g].query(x, y)[0] for g in own], axis=0)
        if (away <= nearest + 1.0).any():
            found = max(found, item.line.accuracy_m)
    return found


Kind: TypeAlias = tuple[str, str | None, str | None, float | None]


def _kinds(model: Model, cell: Cell, zone: str, territory: str, sample: Row, x: Floats, y: Floats) -> list[Kind]:
    """Kind, neighbour, agreed line and breadth of each segment, from its middle."""
    own = [g for g, names in enumerate(model.groups) if territory in names and g in model.trees]
    distance = np.min([model.trees[g].query(x, y)[0] for g in own], axis=0)
    breadths = {sample.breadth_nm or 0.0}
    if zone == "territorial_sea":
        claims = model.tables.territory(territory).claims_to(zone)
        breadths |= {c.breadth_nm for c in claims if c.breadth_nm is not None}
    agreed = _on_agreed_line(model, x, y)
    foreign: dict[str, Floats] = {}
    for group in sorted({g for g, _ in cell.territorial} | set(cell.economic)):
        states = model.states_of(group)
        if sample.state in states or not states or group not in model.trees:
            continue
        away, _ = model.trees[group].query(x, y)
        known = foreign.get(states[0])
        foreign[states[0]] = away if known is None else np.minimum(known, away)
    names = sorted(foreign)
    nearest = np.min([foreign[n] for n in names], axis=0) if names else np.full(len(x), np.inf)
    who = np.argmin([foreign[n] for n in names], axis=0) if names else np.zeros(len(x), int)
    result: list[Kind] = []
    for i in range(len(x)):
        other = names[int(who[i])] if names else None
        line = agreed[i]
        reached = [b for b in sorted(breadths) if abs(distance[i] - b * NAUTICAL_MILE) < 0.001 * b * NAUTICAL_MILE + 60]
        if line is not None:
            parties = next(b.parties for b in model.tables.boundaries if b.id == line)
            neighbour = next((p for p in parties if p != sample.state), None)
            result.append(("agreed", neighbour, line, sample.breadth_nm))
        elif reached:
            result.append(("envelope", None, None, reached[0]))
        elif other and abs(nearest[i] - distance[i]) < 0.002 * distance[i] + 60:
            result.append(("equidistance", other, None, sample.breadth_nm))
        elif other and nearest[i] < 1.3 * distance[i]:
            result.append(("mapped", other, None, sample.breadth_nm))
        else:
            result.append(("mapped", None, None, sample.breadth_nm))
    return result


def _on_agreed_line(model: Model, x: Floats, y: Floats) -> list[str | None]:
    """Id of the agreed line that each point lies on (within about 30 m)."""
    found: list[str | None] = [None] * len(x)
    points = shapely.points(x, y)
    for name, line in model.agreed:
        for i in np.flatnonzero(shapely.dwithin(points, line, 3e-4)):
            found[int(i)] = name
    return found


def baseline_features(
    model: Model, cell: Cell, faces: Faces, rows: list[list[Row]], keys: dict[int, str | None]
) -> list[tuple[Baseline, bytes]]:
    """The coast of a cell, by claimant."""
    result = _islet_baselines(model, cell, keys) + _straight_baselines(model, cell, rows)
    result += _closing_lines(model, cell)
    water = [f for f, sea in zip(cell.faces, faces.sea, strict=True) if sea]
    ground = [f for f, sea in zip(cell.faces, faces.sea, strict=True) if not sea]
    if not water or not ground:
        return result
    shore = shapely.intersection(shapely.union_all(ground).boundary, shapely.union_all(water).boundary)
    shore = shapely.difference(shore, shapely.box(*cell.box).boundary)
    lines = [g for g in shapely.get_parts(shore) if g.geom_type == "LineString"]
    if not lines:
        return result
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    for line in shapely.get_parts(merged):
        c = shapely.get_coordinates(line)
        x, y = (c[:-1, 0] + c[1:, 0]) / 2, (c[:-1, 1] + c[1:, 1]) / 2
        label = nearest_group(model.owner, model.owner_label, x, y)
        starts = [0, *(np.flatnonzero(np.diff(label)) + 1), len(label)]
        for a, b in pairwise(starts):
            group = int(label[a])
            run = shapely.LineString(c[a : b + 1])
            for code in model.groups[group]:
                for state in model.tables.territory(code).states:
                    columns = Baseline(state, code, "coast", keys.get(group))
                    for part in split_line(run):
                        result.append((columns, shapely.to_wkb(part, byte_order=1)))
    return result


def _islet_baselines(model: Model, cell: Cell, keys: dict[int, str | None]) -> list[tuple[Baseline, bytes]]:
    """Short strokes for islets that only the mapped limits know or that are too small to draw."""
    west, south, east, north = cell.box
    result = []
    known = [(lon, lat) for _, lon, lat in model.islets if west <= lon < east and south <= lat < north]
    for lon, lat in [*known, *((float(x), float(y)) for x, y in cell.alone)]:
        x, y = np.array([lon]), np.array([lat])
        group = int(nearest_group(model.owner, model.owner_label, x, y)[0])
        line = shapely.to_wkb(shapely.LineString([(lon - SIZE, lat), (lon + SIZE, lat)]), byte_order=1)
        for code in model.groups[group]:
            for state in model.tables.territory(code).states:
                result.append((Baseline(state, code, "coast", keys.get(group)), line))
    return result


def _straight_baselines(model: Model, cell: Cell, rows: list[list[Row]]) -> list[tuple[Baseline, bytes]]:
    """Edges of internal and archipelagic waters away from the coast: implied straight baselines."""
    inner: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    for face, face_rows in zip(cell.faces, rows, strict=True):
        for row in face_rows:
            if row.zone in INNER[1:] and row.state and row.territory and row.claim != "protested":
                inner[(row.state, row.territory)].append(face)
    result = []
    for (state, territory), waters in sorted(inner.items()):
        own = [g for g, names in enumerate(model.groups) if territory in names and g in model.trees]
        for line in _open_lines(shapely.union_all(waters).boundary, shapely.box(*cell.box).boundary):
            c = shapely.get_coordinates(line)
            x, y = (c[:-1, 0] + c[1:, 0]) / 2, (c[:-1, 1] + c[1:, 1]) / 2
            away = np.min([model.trees[g].query(x, y)[0] for g in own], axis=0) > OFF_COAST
            starts = [0, *(np.flatnonzero(np.diff(away.view(np.int8))) + 1), len(away)]
            for a, b in pairwise(starts):
                if away[a]:
                    for part in split_line(shapely.LineString(c[a : b + 1])):
                        columns = Baseline(state, territory, "straight", None)
                        result.append((columns, shapely.to_wkb(part, byte_order=1)))
    return result


def _closing_lines(model: Model, cell: Cell) -> list[tuple[Baseline, bytes]]:
    """The recognised closing lines in a cell."""
    result: list[tuple[Baseline, bytes]] = []
    for item in model.closing:
        if not item.line.recognised or item.line.end is not None:
            continue
        for line in shapely.get_parts(shapely.clip_by_rect(item.at_sea, *cell.box)):
            if line.geom_type == "LineString" and line.length > 0:
                columns = Baseline(item.line.state, item.line.territory, "straight", None)
                result.extend((columns, shapely.to_wkb(part, byte_order=1)) for part in split_line(line))
    return result
