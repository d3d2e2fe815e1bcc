"""The whole build, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from . import cells as cell_work
from .agreed import drawn, overrides
from .closing import as_claim, enclose, points_along, with_closing_lines
from .coast import Coast, Group, reassign, trace_coast
from .geodesy import Floats, Nearest
from .model import Lines, Model
from .pieces import split_line
from .prepare import (
    COAST_STEP,
    FAR_TOLERANCE,
    GroupEnvelopes,
    breadths_of,
    coast_points,
    compute_envelopes,
    divide,
    entitled,
    in_parallel,
    tiled,
    with_islets,
)
from .sources import obtain, read_member, read_packages, read_sea, read_territories
from .tables import Tables, read_tables
from .tiling import Tiled, polygonal, tile_sea


@dataclass(slots=True)
class Built:
    """Features of all layers, and what is needed to describe them."""

    zones: list[tuple[Any, bytes]]
    limits: list[tuple[Any, bytes]]
    baselines: list[tuple[Any, bytes]]
    boundaries: list[tuple[Any, bytes]]
    remarks: list[tuple[Any, bytes]]
    claims: list[tuple[Any, ...]]
    model: Model
    envelopes: dict[int, GroupEnvelopes]
    residual: Floats
    unknown: dict[tuple[str, ...], list[tuple[float, float, float]]]


def read_sources(
    root: Path, directory: Path, fetch: bool
) -> tuple[dict[tuple[float, float, float, float], BaseGeometry], dict[str, Tiled]]:
    """Both maps, cut into tiles."""
    packages = read_packages(root / "source" / "packages.yaml")
    content = read_member(packages["sea"], obtain(packages["sea"], directory, fetch))
    sea = tile_sea(read_sea(content))
    content = read_member(packages["territories"], obtain(packages["territories"], directory, fetch))
    mapped = {
        code: Tiled.of(polygonal(p) for p in polygons) for code, polygons in sorted(read_territories(content).items())
    }
    return sea, mapped


def make_model(
    tables: Tables,
    sea: dict[tuple[float, float, float, float], BaseGeometry],
    mapped: dict[str, Tiled],
    coast: Coast,
    envelopes: dict[int, GroupEnvelopes],
) -> tuple[Model, Floats]:
    """Everything prepared for the arrangement; also the residuals of equidistance in metres."""
    labels = sorted(envelopes)
    points = {i: coast_points(coast, i, COAST_STEP) for i in labels}
    all_lines, owner, owner_label = divide(points, labels)
    economic_labels = [i for i in labels if entitled(coast.groups[i], tables)]
    economic_lines, owner_e, owner_e_label = divide(points, economic_labels)
    territorial: dict[tuple[int, float], Tiled] = {}
    computed: dict[tuple[int, float], Tiled] = {}
    contiguous: dict[tuple[int, float], Tiled] = {}
    internal: dict[str, Tiled] = {}
    economic: dict[int, Tiled] = {}
    for i in labels:
        group = coast.groups[i]
        for b in sorted(breadths_of(group, tables, "territorial_sea")):
            territorial[(i, b)] = tiled(envelopes[i].polygons[b])
            alone = envelopes[i].coast_alone
            computed[(i, b)] = territorial[(i, b)] if alone is None or b != 12 else tiled(alone)
            territorial[(i, b)] = _narrowed(territorial[(i, b)], group, tables, mapped)
        for b in sorted(breadths_of(group, tables, "contiguous_zone")):
            contiguous[(i, b)] = tiled(envelopes[i].polygons[b], FAR_TOLERANCE)
        inner = envelopes[i].inner
        if inner is not None and not inner.is_empty:
            # told only to some hundred metres: no use in drawing it finer
            coarse = shapely.simplify(inner, 1.5e-3, preserve_topology=True)
            large = [p for p in shapely.get_parts(coarse) if p.area > 3e-4]
            internal[group[0]] = tiled(polygonal(shapely.union_all(large)))
        if i in economic_labels:
            economic[i] = tiled(envelopes[i].polygons[200.0], FAR_TOLERANCE)
    model = Model(
        tables=tables,
        sea=sea,
        mapped=mapped,
        groups=coast.groups,
        territorial=territorial,
        computed=computed,
        contiguous=contiguous,
        economic=economic,
        equidistance=Lines.of(all_lines.lines, all_lines.sides),
        equidistance_economic=Lines.of(economic_lines.lines, economic_lines.sides),
        owner=owner,
        owner_label=owner_label,
        owner_economic=owner_e,
        owner_economic_label=owner_e_label,
        internal=internal,
    )
    model.trees = {i: Nearest(*points[i]) for i in labels}
    for boundary in tables.boundaries:
        line = drawn(boundary)
        model.agreed.append((boundary.id, line))
        model.overrides.extend(overrides(model, boundary, line))
    return model, np.concatenate((all_lines.residual, economic_lines.residual))


def _narrowed(limit: Tiled, group: Group, tables: Tables, mapped: dict[str, Tiled]) -> Tiled:
    """Cut a territorial sea back to the mapped limit where that is believed landward."""
    if len(group) != 1 or group[0] not in tables.trust or not tables.trust[group[0]].landward:
        return limit
    areas = shapely.union_all([shapely.box(*a) for a in tables.trust[group[0]].areas])
    cells = {}
    for cell, piece in limit.cells.items():
        outside = shapely.difference(piece, areas)
        known = mapped[group[0]].cells.get(cell, shapely.Polygon())
        inside = shapely.intersection(shapely.intersection(piece, areas), known)
        rest = polygonal(shapely.union(outside, inside))
        if not rest.is_empty:
            cells[cell] = rest
    return Tiled(cells)


def build(root: Path, directory: Path, fetch: bool, workers: int, say: Callable[[str], None]) -> Built:
    """Build all features in memory."""
    began = time.monotonic()

    def stage(text: str) -> None:
        say(f"{time.monotonic() - began:6.0f} s  {text}")

    tables = read_tables(root)
    sea, mapped = read_sources(root, directory, fetch)
    stage(f"{len(sea)} tiles with sea, {len(mapped)} territories")
    sovereign = {c: t.sovereign or c for c, t in tables.territories.items()}
    enclosed = [enclose(line, sea) for line in tables.closing_lines]
    coast = with_closing_lines(trace_coast(sea, mapped, sovereign), enclosed)
    coast, islets = with_islets(coast, tables, mapped, sea, workers)
    coast = reassign(coast, tables.assignments)
    stage(f"{len(coast.segments)} coast segments, {len(coast.groups)} groups, {len(islets)} islets")
    envelopes = compute_envelopes(coast, tables, mapped, sea, workers)
    stage("envelopes")
    model, residual = make_model(tables, sea, mapped, coast, envelopes)
    model.islets = islets
    model.closing = enclosed
    model.closing_trees = {e.line.id: points_along(e) for e in enclosed if e.line.recognised}
    model.further = [*tables.further_claims, *(as_claim(e) for e in enclosed if not e.line.recognised)]
    stage(f"{len(model.equidistance.lines)} lines of equidistance")
    cell_work.start(model)
    found = in_parallel(cell_work.work, cell_work.all_cells(), {}, workers)
    built = Built([], [], [], [], [], [], model, envelopes, residual, {})
    for result, unknown in found:
        built.zones.extend(result.zones)
        built.limits.extend(result.limits)
        built.baselines.extend(result.baselines)
        for key, places in unknown.items():
            built.unknown.setdefault(key, []).extend(places)
    stage(f"{len(built.zones)} pieces, {len(built.limits)} limits")
    built.boundaries = boundary_features(tables)
    built.remarks = remark_features(tables)
    built.claims = claim_rows(tables)
    return built


def boundary_features(tables: Tables) -> list[tuple[Any, bytes]]:
    """Lines between States, those that decide and those that only have to be known."""
    features: list[tuple[Any, bytes]] = []
    for d in tables.drawings:
        columns = (
            d.id,
            ", ".join(d.parties),
            d.role,
            ", ".join(d.divides),
            d.start,
            d.end,
            d.source,
            d.confidence,
            d.accuracy_m,
            d.note,
        )
        features.extend((columns, shapely.to_wkb(part, byte_order=1)) for part in split_line(drawn(d)))
    return features


def remark_features(tables: Tables) -> list[tuple[Any, bytes]]:
    """Areas of which something has to be said, their edges short enough for any projection."""
    return [
        (
            (r.key, r.text, r.start, r.end, r.source, r.confidence),
            shapely.to_wkb(shapely.normalize(shapely.segmentize(r.polygon, 0.03)), byte_order=1),
        )
        for r in tables.remarks
    ]


def claim_rows(tables: Tables) -> list[tuple[Any, ...]]:
    """The table of claims that the build used."""
    return [
        (
            code,
            state,
            c.zone,
            c.breadth_nm,
            c.area,
            c.start,
            c.end,
            c.claim,
            c.instrument,
            c.source,
            c.confidence,
        )
        for code, t in sorted(tables.territories.items())
        for c in t.claims
        for state in t.states or (None,)
    ]
