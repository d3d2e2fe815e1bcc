"""Which zones each face of a cell belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from .arrangement import Cell
from .coast import resolve_dependencies
from .geodesy import Ints
from .model import Model, nearest_group
from .rows import ACCURACY, Row, between, claimed, enclosed, further, high_seas, land, merged
from .tables import HISTORY_FROM, NOT_IN_TABLE, Claim, Tables, Version, timeline

SOVEREIGN = ("internal_waters", "archipelagic_waters", "territorial_sea")

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Faces:
    """Membership of the faces of one cell, one array element per face."""

    sea: Bools
    mapped: dict[str, Bools]
    territorial: dict[tuple[int, float], Bools]
    computed: dict[tuple[int, float], Bools]
    contiguous: dict[tuple[int, float], Bools]
    economic: dict[int, Bools]
    areas: dict[str, Bools]
    enclosed: dict[int, Bools]
    further: dict[int, Bools]
    overrides: dict[int, Bools]
    internal: dict[str, Bools]
    owner: Ints
    owner_economic: Ints


def _inside(polygon: BaseGeometry, cell: Cell) -> Bools:
    shapely.prepare(polygon)
    return np.asarray(shapely.intersects_xy(polygon, cell.x, cell.y))


def examine(model: Model, cell: Cell) -> Faces:
    """Test the inner point of every face against every polygon that touches the cell."""
    # Whose coast is nearest is asked only at sea.
    inland, nobody = cell.sea.is_empty, np.zeros(len(cell.x), dtype=np.int64)
    return Faces(
        sea=_inside(cell.sea, cell),
        mapped={k: _inside(p, cell) for k, p in cell.mapped.items()},
        territorial={k: _inside(p, cell) for k, p in cell.territorial.items()},
        computed={k: _inside(p, cell) for k, p in cell.computed.items()},
        contiguous={k: _inside(p, cell) for k, p in cell.contiguous.items()},
        economic={k: _inside(p, cell) for k, p in cell.economic.items()},
        areas={k: _inside(p, cell) for k, p in cell.areas.items()},
        enclosed={k: _inside(p, cell) for k, p in cell.enclosed.items()},
        further={k: _inside(p, cell) for k, p in cell.further.items()},
        overrides={i: _inside(model.overrides[i].polygon, cell) for i in cell.overrides},
        internal={k: _inside(p, cell) for k, p in cell.internal.items()},
        owner=nobody if inland else nearest_group(model.owner, model.owner_label, cell.x, cell.y),
        owner_economic=nobody
        if inland
        else nearest_group(model.owner_economic, model.owner_economic_label, cell.x, cell.y),
    )


def dispute_key(tables: Tables, states: frozenset[str], lon: float, lat: float) -> str | None:
    """Key of the known dispute between these States at a point."""
    for overlap in tables.overlaps:
        if states == overlap.claimants and any(w <= lon <= e and s <= lat <= n for w, s, e, n in overlap.bounds):
            return overlap.key
    return None


class UnknownOverlaps:
    """Overlapping claims that ``expected_overlaps.yaml`` does not name, by claimants."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, ...], list[tuple[float, float, float]]] = {}

    def note(self, states: frozenset[str], lon: float, lat: float, area: float) -> None:
        """Remember one face."""
        self.found.setdefault(tuple(sorted(states)), []).append((lon, lat, area))


class Classifier:
    """Turns memberships into rows."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.tables = model.tables
        self.sovereign = {c: t.sovereign or c for c, t in model.tables.territories.items()}
        self.unknown = UnknownOverlaps()
        self._claimants = {overlap.key: overlap.claimants for overlap in model.tables.overlaps}
        self._timeline = cache(self._uncached_timeline)

    def _uncached_timeline(self, code: str, zone: str, areas: frozenset[str]) -> list[Version]:
        return timeline(self.tables.territory(code).claims_to(zone), areas)

    def rows(self, cell: Cell, faces: Faces, i: int) -> list[Row]:
        """All rows of face ``i``; empty where nothing can be said."""
        lon, lat = float(cell.x[i]), float(cell.y[i])
        if not faces.sea[i]:
            accuracy = max(ACCURACY["land"], self.tables.coast_tolerance(cell.box))
            return self._land(faces, i, lon, lat, float(cell.faces[i].area), accuracy)
        rows = self._closed(faces, i, self._sea(faces, i, lon, lat))
        return self._with_further_claims(faces, i, rows)

    def _sea(self, faces: Faces, i: int, lon: float, lat: float) -> list[Row]:
        """Rows of a face at sea, before closing lines and further claims."""
        areas = frozenset(n for n, hit in faces.areas.items() if hit[i])
        territorial, always = self._territorial(faces, i, lon, lat, areas)
        if always:
            return territorial
        rows = list(territorial)
        rows += _outside(territorial, self._contiguous(faces, i, lon, lat, areas))
        rows += _outside(territorial, self._economic(faces, i, lon, lat, areas))
        if "caspian_sea" not in areas:
            # beyond every zone, or where an agreed line gives waters to a State that does not reach them
            rows += [r for start, end in _uncovered(rows) if (r := between(high_seas(), start, end)) is not None]
        return rows

    # -- closing lines and further claims -----------------------------------------------------

    def _closed(self, faces: Faces, i: int, rows: list[Row]) -> list[Row]:
        """Internal waters behind a recognised closing line, from the day on which it was drawn."""
        for index, hit in faces.enclosed.items():
            line = self.model.closing[index].line
            if not (hit[i] and line.recognised):
                continue
            if line.end is not None and line.end <= HISTORY_FROM:
                continue
            # a neighbour's waters may lie behind the line; it closes nobody else's coast
            claimants = self.tables.territory(line.territory).states
            if any(r.zone in SOVEREIGN and r.state not in claimants for r in rows):
                continue
            start = line.start if line.start is not None and line.start > HISTORY_FROM else None
            inner = [enclosed(line, state, start) for state in claimants]
            before = [] if start is None else [r for row in rows if (r := between(row, None, start)) is not None]
            after = [] if line.end is None else [r for row in rows if (r := between(row, line.end, None)) is not None]
            return [*before, *inner, *after]
        return rows

    def _with_further_claims(self, faces: Faces, i: int, rows: list[Row]) -> list[Row]:
        """Claims of further States, and the key of the dispute on the zones that they meet."""
        added: list[Row] = []
        for index, hit in faces.further.items():
            claim = self.model.further[index]
            if not hit[i]:
                continue
            inner = {r.state for r in rows if r.zone in SOVEREIGN}
            if claim.state in inner or any(r.zone == claim.zone and r.state == claim.state for r in rows):
                continue
            # A sketched area may reach over waters of States that the dispute is not about.
            others = {r.state for r in rows if r.zone == claim.zone}
            if claim.key is not None and not others <= self._claimants[claim.key]:
                continue
            added.append(further(claim))
            if claim.key is not None:
                rows = [r._replace(dispute=r.dispute or claim.key) if r.zone == claim.zone else r for r in rows]
        return [*rows, *added]

    # -- land ---------------------------------------------------------------------------------

    def _land(self, faces: Faces, i: int, lon: float, lat: float, area: float, accuracy: float) -> list[Row]:
        codes = {c for c, hit in faces.mapped.items() if hit[i]}
        group = self._known(resolve_dependencies(codes, self.sovereign), lon, lat)
        states = self._states(group)
        key = None
        if len(states) > 1:
            key = dispute_key(self.tables, frozenset(states), lon, lat)
            if key is None:
                self.unknown.note(frozenset(states), lon, lat, area)
                group = group[:1]
        if not group:
            return [land(None, None, None, accuracy)]
        return [
            land(code, state, key, accuracy)
            for code in group
            for state in self.tables.territory(code).states or (None,)
        ]

    def _known(self, group: tuple[str, ...], lon: float, lat: float) -> tuple[str, ...]:
        for a in reversed(self.tables.assignments):
            w, s, e, n = a.bounds
            if frozenset(group) == a.mapped and w <= lon <= e and s <= lat <= n:
                return a.territories
        return group

    def _states(self, group: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for code in group:
            for state in self.tables.territory(code).states:
                if state not in found:
                    found.append(state)
        return found

    # -- territorial sea ----------------------------------------------------------------------

    def _territorial(
        self, faces: Faces, i: int, lon: float, lat: float, areas: frozenset[str]
    ) -> tuple[list[Row], bool]:
        candidates: dict[str, list[tuple[int, Version]]] = {}
        for group in sorted({g for (g, _), hit in faces.territorial.items() if hit[i]}):
            for code in self.model.groups[group]:
                for version in self._timeline(code, "territorial_sea", areas):
                    breadth = version.claim.breadth_nm
                    hit = faces.territorial.get((group, breadth)) if breadth else None
                    if hit is not None and hit[i]:
                        candidates.setdefault(code, []).append((group, version))
        if not candidates:
            return [], False
        chosen, key = self._divide(candidates, faces, i, lon, lat)
        rows: list[Row] = []
        always = False
        for code in chosen:
            versions = merged([v for _, v in candidates[code]])
            always = always or any(v.start is None and v.end is None for v in versions)
            for version in versions:
                computed = any(
                    (hit := faces.computed.get((g, version.claim.breadth_nm or 0.0))) is not None and bool(hit[i])
                    for g, _ in candidates[code]
                )
                zone = "territorial_sea"
                waters = faces.internal.get(code)
                if waters is not None and waters[i]:
                    archipelagic = self.tables.territory(code).archipelagic
                    zone = "archipelagic_waters" if archipelagic else "internal_waters"
                method = "computed" if computed and zone == "territorial_sea" else "mapped"
                rows += [
                    claimed(zone, code, state, version, key, method, ACCURACY[method])
                    for state in self.tables.territory(code).states
                ]
        return rows, always

    def _divide(
        self,
        candidates: dict[str, list[tuple[int, Version]]],
        faces: Faces,
        i: int,
        lon: float,
        lat: float,
    ) -> tuple[list[str], str | None]:
        """Whose territorial sea it is, and the dispute if several States keep it."""
        codes = sorted(candidates)
        states = self._states(tuple(codes))
        owner = self.model.groups[int(faces.owner[i])]
        owner = self._overridden(owner, faces, i, "territorial_sea")
        mapped = {c for c in codes if c in faces.mapped and faces.mapped[c][i]}
        mapped_group = resolve_dependencies(mapped, self.sovereign)
        near = [c for c in owner if c in candidates]
        if len(states) == 1:
            return (near[:1] or codes[:1]), None
        chosen: list[str]
        if near and len(self._states(owner)) > 1:
            # a disputed coast: the mapped polygon of one claimant does not settle the dispute
            chosen = near
        elif len(mapped_group) == 1:
            chosen = list(mapped_group)
        else:
            chosen = near or [self._nearest(codes, lon, lat)]
            if len(mapped_group) > 1:
                wanted = frozenset(self._states(mapped_group))
                if dispute_key(self.tables, wanted, lon, lat):
                    chosen = list(mapped_group)
        claimants = frozenset(self._states(tuple(chosen)))
        if len(claimants) == 1:
            return chosen[:1], None
        return chosen, self._key_of(tuple(chosen), lon, lat)

    def _nearest(self, codes: list[str], lon: float, lat: float) -> str:
        """The territory whose coast is nearest: the nearest coast of all may claim less breadth."""
        x, y = np.array([lon]), np.array([lat])

        def away(code: str) -> float:
            groups = [g for g, names in enumerate(self.model.groups) if code in names and g in self.model.trees]
            return min(float(self.model.trees[g].query(x, y)[0][0]) for g in groups)

        return min(codes, key=lambda code: (away(code), code))

    def _owners(
        self, near: tuple[str, ...], faces: Faces, i: int, zone: str
    ) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
        """Owners after the agreed lines in force, by period ``[start, end)``."""
        here = [self.model.overrides[k] for k, hit in faces.overrides.items() if hit[i]]
        cuts = sorted({d for o in here for d in (o.start, o.end) if d is not None and d > HISTORY_FROM})
        found: list[tuple[str | None, str | None, tuple[str, ...]]] = []
        for start, end in pairwise([None, *cuts, None]):
            owner = self._overridden(near, faces, i, zone, start or HISTORY_FROM)
            if found and found[-1][2] == owner:
                found[-1] = (found[-1][0], end, owner)
            else:
                found.append((start, end, owner))
        return found

    def _overridden(
        self, owner: tuple[str, ...], faces: Faces, i: int, zone: str, day: str | None = None
    ) -> tuple[str, ...]:
        """Owners after the agreed lines that are in force on a day; all of them without a day."""
        result = owner
        for index, hit in faces.overrides.items():
            override = self.model.overrides[index]
            if not (hit[i] and zone in override.divides and override.take_from in result):
                continue
            if day is not None and not (
                (override.start is None or override.start <= day) and (override.end is None or day < override.end)
            ):
                continue
            # a line between wider zones takes nothing from an islet's own territorial sea
            own = any(
                inside[i] and override.take_from in self.model.groups[g] for (g, _), inside in faces.territorial.items()
            )
            if zone != "territorial_sea" and own:
                continue
            if len(self._states(result)) > 1:
                # a line agreed with a third State holds against everybody who claims the same coast
                result = (override.give_to,)
            else:
                result = tuple(sorted({override.give_to if c == override.take_from else c for c in result}))
        return result

    # -- beyond -------------------------------------------------------------------------------

    def _contiguous(self, faces: Faces, i: int, lon: float, lat: float, areas: frozenset[str]) -> list[Row]:
        near = self.model.groups[int(faces.owner[i])]
        rows: list[Row] = []
        for start, end, owner in self._owners(near, faces, i, "contiguous_zone"):
            key = self._key_of(owner, lon, lat)
            for code in owner:
                current = self._current(code, "contiguous_zone", areas)
                if current is None or current.claim != "proclaimed" or current.breadth_nm is None:
                    continue
                if not any(
                    hit[i] and code in self.model.groups[g] and b == current.breadth_nm
                    for (g, b), hit in faces.contiguous.items()
                ):
                    continue
                version = Version(start, end, current)
                rows += [
                    claimed("contiguous_zone", code, state, version, key, "computed", ACCURACY["computed"])
                    for state in self.tables.territory(code).states
                ]
        return rows

    def _economic(self, faces: Faces, i: int, lon: float, lat: float, areas: frozenset[str]) -> list[Row]:
        near = self.model.groups[int(faces.owner_economic[i])]
        reached = {code for g, hit in faces.economic.items() if hit[i] for code in self.model.groups[g]}
        rows: list[Row] = []
        for start, end, owner in self._owners(near, faces, i, "exclusive_economic_zone"):
            key = self._key_of(owner, lon, lat)
            for code in owner:
                if code not in reached:
                    continue
                current = self._current(code, "exclusive_economic_zone", areas) or _entitlement(code)
                if current.claim == "none":
                    continue
                version = Version(start, end, current)
                rows += [
                    claimed("exclusive_economic_zone", code, state, version, key, "computed", ACCURACY["economic"])
                    for state in self.tables.territory(code).states
                ]
        return rows

    def _current(self, code: str, zone: str, areas: frozenset[str]) -> Claim | None:
        versions = self._timeline(code, zone, areas)
        return versions[-1].claim if versions and versions[-1].end is None else None

    def _key_of(self, owner: tuple[str, ...], lon: float, lat: float) -> str | None:
        states = frozenset(self._states(owner))
        if len(states) < 2:
            return None
        key = dispute_key(self.tables, states, lon, lat)
        if key is None:
            self.unknown.note(states, lon, lat, 0.0)
        return key


def _entitlement(code: str) -> Claim:
    """What a territory that the claims table lacks is entitled to."""
    return Claim(code, "exclusive_economic_zone", 200.0, None, "potential", None, None, None, None, NOT_IN_TABLE)


def _outside(territorial: list[Row], rows: list[Row]) -> list[Row]:
    """Zones of other States without the days on which a State has its territorial sea there."""
    for sea in territorial:
        kept: list[Row] = []
        for row in rows:
            if row.state == sea.state or sea.dispute is not None:
                kept.append(row)
                continue
            before = None if sea.valid_from is None else between(row, None, sea.valid_from)
            after = None if sea.valid_to is None else between(row, sea.valid_to, None)
            kept += [part for part in (before, after) if part is not None]
        rows = kept
    return rows


def _uncovered(rows: list[Row]) -> list[tuple[str | None, str | None]]:
    """Periods ``[start, end)`` on which a face lies in no State's waters."""
    counted = [r for r in rows if r.zone in SOVEREIGN or r.zone == "exclusive_economic_zone"]
    gaps: list[tuple[str | None, str | None]] = []
    reached: str | None = ""  # covered up to this day; empty is the beginning, None is for ever
    for row in sorted(counted, key=lambda r: r.valid_from or ""):
        start = row.valid_from or ""
        if reached is None:
            break
        if start > reached:
            gaps.append((reached or None, start))
        if row.valid_to is None or row.valid_to > reached:
            reached = row.valid_to
    if reached is not None:
        gaps.append((reached or None, None))
    return gaps
