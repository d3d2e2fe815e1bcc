"""From polygons of the source to zones in our sense, cell by cell.

In the source an exclusive economic zone includes territorial sea, internal and archipelagic waters; a contiguous zone
is drawn for every State; a polygon does not say whether it was ever proclaimed. Here every zone keeps only its own
waters, and only what the claims table knows to be claimed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry

from seajuris.zones.build.rows import ACCURACY, CLAIMS, Row
from seajuris.zones.build.tables import NOT_IN_TABLE, Claim
from seajuris.zones.build.tiling import BASE, Box, polygonal, split_box, tile_polygons
from seajuris.zones.tools.marine_regions.claimants import Claimant
from seajuris.zones.tools.marine_regions.claims import Known
from seajuris.zones.tools.marine_regions.products import Product
from seajuris.zones.tools.marine_regions.report import Report

GRID = 1e-7
"""Coordinates are rounded to this many degrees (1 cm)."""
SPECK = 3e-10
"""Square degrees (4 square metres) below which a piece is rounding noise."""
MOST_VERTICES = 250
_FINEST = 1e-3

INNER = ("internal_waters", "archipelagic_waters", "territorial_sea")
"""Sovereign waters, from the land outwards; each gives way to those before it."""

_THIN = 2e-4
"""Degrees (about 20 metres) below which what is left of a wider zone is a sliver."""
_FOREIGN = 3e-8
"""Square degrees (about 0.3 square kilometres) from which a territorial sea over a foreign zone is worth a remark."""


@dataclass(frozen=True, slots=True)
class Source:
    """One feature, ready to be cut: its polygons, who claims them, and under which key if several do."""

    product: Product
    polygons: list[BaseGeometry]
    claimants: tuple[Claimant, ...]
    dispute: str | None
    label: str
    number: str


@dataclass(slots=True)
class CellZones:
    """Zones of one cell: geometry by row, one row for each claimant."""

    box: Box
    zones: dict[Row, list[BaseGeometry]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: Row, geometry: BaseGeometry) -> None:
        """Add water to a zone; what is thinner than a piece is left."""
        clean = polygonal(shapely.set_precision(geometry, GRID))
        parts = [p for p in shapely.get_parts(clean) if p.geom_type == "Polygon" and p.area > SPECK]
        if parts:
            self.zones[row].append(shapely.union_all(parts))

    def merged(self) -> dict[Row, BaseGeometry]:
        """Geometry by row, in a fixed order."""
        return {row: polygonal(shapely.union_all(self.zones[row])) for row in sorted(self.zones, key=repr)}


Cells = dict[Box, dict[int, BaseGeometry]]


def tile(sources: list[Source]) -> Cells:
    """Cut the polygons of all features along the coarse grid: by cell, the part of each feature (by index)."""
    cells: Cells = defaultdict(dict)
    for index, source in enumerate(sources):
        for box, found in tile_polygons(source.polygons, BASE).items():
            part = shapely.union_all([polygonal(p) for p in found])
            if not part.is_empty:
                cells[box][index] = part
    return {box: cells[box] for box in sorted(cells)}


def assemble(
    sources: list[Source], box: Box, parts: dict[int, BaseGeometry], known: Known, report: Report
) -> CellZones:
    """The zones of one cell."""
    cell = CellZones(box)
    sovereign: dict[str, BaseGeometry] = {}
    for zone in INNER:
        inner: dict[str, list[BaseGeometry]] = defaultdict(list)
        for source, part in _of(zone, sources, parts):
            for claimant in source.claimants:
                own = _without(part, sovereign.get(claimant.state))
                _claimed(cell, source, claimant, zone, own, known, report)
                inner[claimant.state].append(part)
        for state, waters in inner.items():
            sovereign[state] = shapely.union_all([*waters, *([sovereign[state]] if state in sovereign else [])])
    for zone in ("contiguous_zone", "exclusive_economic_zone"):
        for source, part in _of(zone, sources, parts):
            for claimant in source.claimants:
                own = _solid(_without(part, sovereign.get(claimant.state)), source, report)
                _claimed(cell, source, claimant, zone, own, known, report)
            if zone == "exclusive_economic_zone":
                _over_foreign(source, part, sovereign, report)
    others = [g for row, found in cell.zones.items() if row.zone != "high_seas" for g in found]
    for source, part in _of("high_seas", sources, parts):
        free = shapely.difference(part, shapely.union_all(others)) if others else part
        cell.add(_high_seas(source), free)
    return cell


def _of(zone: str, sources: list[Source], parts: dict[int, BaseGeometry]) -> Iterable[tuple[Source, BaseGeometry]]:
    return [(sources[i], part) for i, part in sorted(parts.items()) if sources[i].product.zone == zone]


def _without(part: BaseGeometry, taken: BaseGeometry | None) -> BaseGeometry:
    return part if taken is None else shapely.difference(part, taken)


def _solid(part: BaseGeometry, source: Source, report: Report) -> BaseGeometry:
    """The part without slivers: two products do not always draw the same shore with the same points."""
    parts = shapely.get_parts(part)
    length = shapely.length(parts)
    thin = shapely.area(parts) < _THIN / 2 * length
    if not thin.any():
        return part
    report.note("slivers", f"{source.product.key}: {source.label}")
    return shapely.union_all(parts[~thin])


def _over_foreign(source: Source, part: BaseGeometry, sovereign: dict[str, BaseGeometry], report: Report) -> None:
    states = {c.state for c in source.claimants}
    for state, waters in sorted(sovereign.items()):
        if state not in states and source.dispute is None and shapely.intersection(part, waters).area > _FOREIGN:
            report.note("over_foreign", f"{state}, in {source.label}")


def _claimed(
    cell: CellZones,
    source: Source,
    claimant: Claimant,
    zone: str,
    part: BaseGeometry,
    known: Known,
    report: Report,
) -> None:
    """Add a claimant's part of a feature, divided by the areas on which its claim depends."""
    if part.is_empty:
        return
    # Internal and archipelagic waters need no claim of their own; they go with the territorial sea.
    table = zone if zone in ("contiguous_zone", "exclusive_economic_zone") else "territorial_sea"
    todo = [(part, frozenset[str]())]
    for name in known.areas_of(claimant.territory, claimant.state, table):
        area = known.areas[name]
        todo = [
            (piece, names)
            for before, inside in todo
            for piece, names in (
                (shapely.intersection(before, area), inside | {name}),
                (shapely.difference(before, area), inside),
            )
            if piece.area > SPECK
        ]
    for piece, inside in todo:
        claim = known.current(claimant.territory, claimant.state, table, inside)
        row = _row(source, claimant, zone, claim, report)
        if row is not None:
            cell.add(row, piece)


def _row(source: Source, claimant: Claimant, zone: str, claim: Claim | None, report: Report) -> Row | None:
    name = claimant.state if claimant.territory == claimant.state else f"{claimant.territory} ({claimant.state})"
    if claim is None or claim.claim == "none":
        report.note("no_claim", f"{zone.replace('_', ' ')} of {name}")
        # Waters without a claim to an exclusive economic zone are high seas, and the source says what is there.
        return _high_seas(source) if zone == "exclusive_economic_zone" and len(source.claimants) == 1 else None
    if zone == "contiguous_zone" and claim.claim != "proclaimed":
        report.note("no_claim", f"{zone.replace('_', ' ')} of {name}")
        return None
    if zone == "exclusive_economic_zone" and claim.claim == "potential":
        report.note("potential", f"{name}{' in part' if claim.area else ''}")
    if claim.confidence == NOT_IN_TABLE:
        report.note("not_in_claims", name)
    own = zone in ("internal_waters", "archipelagic_waters")
    return Row(
        zone=zone,
        territory=claimant.territory,
        state=claimant.state,
        claim="proclaimed" if own else claim.claim,
        proclaimed_from=claim.start if claim.claim == "proclaimed" and not own else None,
        proclaimed_to=claim.end if claim.claim == "proclaimed" and not own else None,
        valid_from=None,
        valid_to=None,
        breadth_nm=None if own else claim.breadth_nm,
        method="mapped",
        dispute=source.dispute,
        instrument=None if own else claim.instrument,
        source=f"Marine Regions {source.product.key}, MRGID {source.number}; claim: "
        + (NOT_IN_TABLE if claim.confidence == NOT_IN_TABLE else CLAIMS),
        confidence=claim.confidence,
        accuracy_m=ACCURACY["mapped"],
    )


def _high_seas(source: Source) -> Row:
    return Row(
        zone="high_seas",
        territory=None,
        state=None,
        claim=None,
        proclaimed_from=None,
        proclaimed_to=None,
        valid_from=None,
        valid_to=None,
        breadth_nm=None,
        method="mapped",
        dispute=None,
        instrument=None,
        source=f"Marine Regions {source.product.key}, MRGID {source.number}",
        confidence=None,
        accuracy_m=ACCURACY["mapped"],
    )


def pieces(geometry: BaseGeometry, box: Box) -> list[bytes]:
    """Cut a zone of a cell along the grid until each piece has few enough vertices, as WKB."""
    stack, done = [(geometry, box)], []
    while stack:
        piece, here = stack.pop()
        for part in shapely.get_parts(piece):
            if part.geom_type != "Polygon" or part.area < SPECK:
                continue
            size = max(here[2] - here[0], here[3] - here[1]) / 2
            if shapely.get_num_coordinates(part) <= MOST_VERTICES or size < _FINEST:
                done.append(shapely.to_wkb(shapely.normalize(part), byte_order=1))
                continue
            for half in split_box(here, size):
                cut = shapely.clip_by_rect(part, *half)
                if not cut.is_empty:
                    stack.append((polygonal(shapely.set_precision(polygonal(cut), GRID)), half))
    return done
