"""The hand-made inputs of the build: claims, agreed lines, decisions on limits, known disputes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
import yaml
from shapely.geometry.base import BaseGeometry

from seajuris.errors import DataError

ZONE_LIMITS = ("territorial_sea", "contiguous_zone", "exclusive_economic_zone")
NOT_IN_TABLE = "not in the claims table"
HISTORY_FROM = "1994-11-16"
"""Breadths given up before this day (entry into force of UNCLOS) are not drawn."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim to one zone, in one area, for one period ``[start, end)``."""

    territory: str
    zone: str
    breadth_nm: float | None
    area: str | None
    claim: str
    start: str | None
    end: str | None
    instrument: str | None
    source: str | None
    confidence: str
    narrower: bool = False


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory with the State or States that claim it, and its claims to zones."""

    code: str
    states: tuple[str, ...]
    straight: bool
    archipelagic: bool
    claims: tuple[Claim, ...]

    @property
    def sovereign(self) -> str | None:
        """The State that exercises the rights; the first claimant."""
        return self.states[0] if self.states else None

    def claims_to(self, zone: str) -> tuple[Claim, ...]:
        """Claims to one zone."""
        return tuple(c for c in self.claims if c.zone == zone)


@dataclass(frozen=True, slots=True)
class Boundary:
    """An agreed line in force."""

    id: str
    parties: tuple[str, str]
    divides: tuple[str, ...]
    start: str | None
    end: str | None
    loxodrome: bool
    line: tuple[tuple[float, float], ...]
    source: str | None
    confidence: str
    accuracy_m: float
    territories: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A line between States as the layer ``boundaries`` shows it, whether it decides or not."""

    id: str
    parties: tuple[str, ...]
    role: str
    divides: tuple[str, ...]
    start: str | None
    end: str | None
    loxodrome: bool
    line: tuple[tuple[float, float], ...]
    source: str | None
    confidence: str
    accuracy_m: float | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ClosingLine:
    """The closing line of a bay, or a straight baseline, with the water that it encloses.

    Attributes:
        inside: A point of the enclosed water.
        within: Box (west, south, east, north) in which line and coast alone enclose it.
        recognised: Limits are measured from it; a protested one adds a claim and decides nothing.
    """

    id: str
    territory: str
    state: str
    title: str
    line: tuple[tuple[float, float], ...]
    inside: tuple[float, float]
    within: tuple[float, float, float, float]
    recognised: bool
    start: str | None
    end: str | None
    instrument: str | None
    source: str | None
    confidence: str
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class FurtherClaim:
    """A claim of one more State to an area, shown beside the zones that are drawn; it decides nothing.

    Attributes:
        along_coast: The area is the water behind a closing line, so that the rest of its edge is the coast.
    """

    id: str
    territory: str
    state: str
    zone: str
    polygon: BaseGeometry
    key: str | None
    start: str | None
    end: str | None
    instrument: str | None
    source: str | None
    confidence: str
    accuracy_m: float
    note: str | None = None
    along_coast: bool = False


@dataclass(frozen=True, slots=True)
class AreaRemark:
    """What has to be said of some waters beside their zones."""

    key: str
    polygon: BaseGeometry
    text: str
    start: str | None
    end: str | None
    source: str | None
    confidence: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Decision on the mapped limit of a territory.

    Attributes:
        seaward: believe it where it lies further out than the computed limit.
        landward: believe it where it lies closer in (corridors, agreed lines).
        cap_nm: never further than this from the coast.
        reason: why.
    """

    seaward: bool
    landward: bool
    cap_nm: float
    reason: str
    areas: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """A known dispute: who claims, where (bounds west, south, east, north), why."""

    key: str
    claimants: frozenset[str]
    bounds: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Coast that the mapped polygons give to nobody, or to the wrong set of territories."""

    bounds: tuple[float, float, float, float]
    mapped: frozenset[str]
    territories: tuple[str, ...]


@dataclass(slots=True)
class Tables:
    """Everything read from ``source/`` and ``expected_overlaps.yaml``."""

    territories: dict[str, Territory]
    areas: dict[str, shapely.Polygon]
    boundaries: list[Boundary]
    trust: dict[str, Trust]
    trust_default: Trust
    assignments: list[Assignment]
    overlaps: list[Overlap]
    generalisation: list[tuple[tuple[float, ...], float]]
    mercator: frozenset[str] = frozenset()
    drawings: list[Drawing] = field(default_factory=list)
    closing_lines: list[ClosingLine] = field(default_factory=list)
    further_claims: list[FurtherClaim] = field(default_factory=list)
    remarks: list[AreaRemark] = field(default_factory=list)
    rejected_islets: tuple[tuple[float, float], ...] = ()
    added_islets: tuple[tuple[str, float, float], ...] = ()
    missing: list[str] = field(default_factory=list)

    def coast_tolerance(self, box: tuple[float, float, float, float]) -> float:
        """Simplification of the coast in a cell, metres: the first region with its middle in it."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        for (west, south, east, north), metres in self.generalisation:
            if west <= x <= east and south <= y <= north:
                return metres
        raise DataError(f"no coast tolerance for {x}, {y}", where="limits.yaml")

    def territory(self, code: str) -> Territory:
        """A territory, or the default one where the claims table has none (recorded)."""
        if code not in self.territories:
            self.missing.append(code)
            self.territories[code] = _default_territory(code)
        return self.territories[code]


def _default_territory(code: str) -> Territory:
    def claim(zone: str, breadth: float, kind: str) -> Claim:
        return Claim(code, zone, breadth, None, kind, None, None, None, None, NOT_IN_TABLE)

    return Territory(
        code,
        (code,),
        False,
        False,
        (
            claim("territorial_sea", 12, "proclaimed"),
            claim("exclusive_economic_zone", 200, "potential"),
        ),
    )


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise DataError(f"cannot be read: {error}", where=str(path)) from error


def _date(value: Any) -> str | None:
    return None if value is None else str(value)


def _claim(code: str, entry: dict[str, Any]) -> Claim:
    valid = entry.get("valid") or {}
    breadth = entry["breadth_nm"]
    return Claim(
        territory=code,
        zone=str(entry["zone"]),
        breadth_nm=None if breadth is None else float(breadth),
        area=entry.get("area"),
        claim=str(entry["claim"]),
        start=_date(valid.get("from")),
        end=_date(valid.get("to")),
        instrument=entry.get("instrument"),
        source=entry.get("source"),
        confidence=str(entry.get("confidence")),
        narrower=bool(entry.get("narrower_as_mapped", False)),
    )


def _territory(entry: dict[str, Any]) -> Territory:
    code = str(entry["territory"])
    sovereign = entry["sovereign"]
    states = entry.get("claimants") or ([sovereign] if sovereign else [])
    return Territory(
        code=code,
        states=tuple(sorted(states, key=lambda s: (s != sovereign, s))),
        straight=bool(entry.get("straight_baselines")),
        archipelagic=bool(entry.get("archipelagic")),
        claims=tuple(_claim(code, c) for c in entry["claims"]),
    )


def _boundary(entry: dict[str, Any]) -> Boundary:
    valid = entry.get("valid") or {}
    first, second = entry["parties"]
    codes = entry.get("territories")
    return Boundary(
        id=str(entry["id"]),
        parties=(str(first), str(second)),
        divides=tuple(entry["divides"]),
        start=_date(valid.get("from")),
        end=_date(valid.get("to")),
        loxodrome=entry.get("edges") == "loxodrome",
        line=_line(entry["line"]),
        source=entry.get("source"),
        confidence=str(entry.get("confidence")),
        accuracy_m=float(entry["accuracy_m"]),
        territories=None if codes is None else (str(codes[0]), str(codes[1])),
    )


_ROLES = {
    "boundaries": "decides",
    "unilateral": "unilateral",
    "shelf_only": "shelf_only",
    "not_applied": "not_applied",
}


def _drawings(content: dict[str, Any]) -> list[Drawing]:
    return [
        Drawing(
            id=str(entry["id"]),
            parties=tuple(map(str, entry["parties"])),
            role=role,
            divides=tuple(entry.get("divides", ())),
            start=_date((entry.get("valid") or {}).get("from")),
            end=_date((entry.get("valid") or {}).get("to")),
            loxodrome=entry.get("edges") == "loxodrome",
            line=_line(entry["line"]),
            source=entry.get("source"),
            confidence=str(entry.get("confidence")),
            accuracy_m=None if entry.get("accuracy_m") is None else float(entry["accuracy_m"]),
            note=entry.get("note") or entry.get("reason") or entry.get("used_as"),
        )
        for section, role in _ROLES.items()
        for entry in content.get(section) or ()
        if len(entry.get("line") or ()) > 1
    ]


def _line(points: Any) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in points)


def _closing_line(entry: dict[str, Any]) -> ClosingLine:
    valid = entry.get("valid") or {}
    west, south, east, north = map(float, entry["within"])
    return ClosingLine(
        id=str(entry["id"]),
        territory=str(entry["territory"]),
        state=str(entry["state"]),
        title=str(entry["title"]),
        line=_line(entry["line"]),
        inside=_line([entry["inside"]])[0],
        within=(west, south, east, north),
        recognised=entry["status"] == "recognised",
        start=_date(valid.get("from")),
        end=_date(valid.get("to")),
        instrument=entry.get("instrument"),
        source=entry.get("source"),
        confidence=str(entry["confidence"]),
        accuracy_m=float(entry["accuracy_m"]),
    )


def _further_claim(entry: dict[str, Any]) -> FurtherClaim:
    valid = entry.get("valid") or {}
    return FurtherClaim(
        id=str(entry["id"]),
        territory=str(entry["territory"]),
        state=str(entry["state"]),
        zone=str(entry["zone"]),
        polygon=shapely.Polygon(_line(entry["polygon"])),
        key=str(entry["key"]),
        start=_date(valid.get("from")),
        end=_date(valid.get("to")),
        instrument=entry.get("instrument"),
        source=entry.get("source"),
        confidence=str(entry["confidence"]),
        accuracy_m=float(entry["accuracy_m"]),
        note=entry.get("note"),
    )


def _remark(entry: dict[str, Any]) -> AreaRemark:
    valid = entry.get("valid") or {}
    return AreaRemark(
        key=str(entry["key"]),
        polygon=shapely.Polygon(_line(entry["polygon"])),
        text=str(entry["text"]).strip(),
        start=_date(valid.get("from")),
        end=_date(valid.get("to")),
        source=entry.get("source"),
        confidence=str(entry["confidence"]),
    )


def _trust(entry: dict[str, Any]) -> Trust:
    return Trust(
        seaward=bool(entry["seaward"]),
        landward=bool(entry["landward"]),
        cap_nm=float(entry.get("cap_nm", 24)),
        reason=str(entry["reason"]),
        areas=tuple(tuple(map(float, a)) for a in entry.get("areas", [])),  # type: ignore[misc]
    )


def read_tables(root: Path) -> Tables:
    """Read all hand-made inputs.

    Args:
        root: The directory ``data/maritime_zones``.

    Raises:
        DataError: a file is missing or incomplete.
    """
    source = root / "source"
    try:
        claims = _load(source / "claims.yaml")
        limits = _load(source / "limits.yaml")
        lines = _load(source / "boundaries.yaml")
        baselines = _load(source / "baselines.yaml")
        further = _load(source / "additional_claims.yaml")
        islets = _load(source / "islets.yaml")
        remarks = _load(source / "remarks.yaml")
        known = _load(root / "expected_overlaps.yaml")
        entries = [*claims["territories"], *limits["additional_territories"]]
        return Tables(
            territories={t["territory"]: _territory(t) for t in entries},
            areas={n: shapely.Polygon(a["polygon"]) for n, a in claims["areas"].items()},
            boundaries=[_boundary(b) for b in lines["boundaries"] if b["status"] == "in_force"],
            drawings=_drawings(lines),
            closing_lines=[_closing_line(b) for b in baselines["closing_lines"]],
            further_claims=[_further_claim(c) for c in further["additional_claims"]],
            remarks=[_remark(r) for r in remarks["remarks"]],
            rejected_islets=_line(place[1:] for place in islets["rejected"]),
            added_islets=tuple((str(i["territory"]), float(i["lon"]), float(i["lat"])) for i in islets["added"]),
            trust={code: _trust(t) for code, t in limits["territories"].items()},
            trust_default=_trust(limits["default"]),
            assignments=[
                Assignment(
                    tuple(map(float, a["bounds"])),  # type: ignore[arg-type]
                    frozenset(a["mapped"]),
                    tuple(sorted(a["territories"])),
                )
                for a in limits["assignments"]
            ],
            mercator=frozenset(limits["drawn_in_mercator"]),
            generalisation=[
                (tuple(map(float, g["bounds"])), float(g["metres"])) for g in limits["coast_generalisation"]
            ],
            overlaps=[
                Overlap(
                    o["key"],
                    frozenset(o["claimants"]),
                    tuple(tuple(map(float, b)) for b in o["bounds"]),  # type: ignore[misc]
                )
                for o in known["overlaps"]
            ],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"zone build input is incomplete: {error!r}", where=str(root)) from error


@dataclass(frozen=True, slots=True)
class Version:
    """A claim as it applies at one point during ``[start, end)``."""

    start: str | None
    end: str | None
    claim: Claim


def timeline(claims: tuple[Claim, ...], areas: frozenset[str]) -> list[Version]:
    """Which claim applies when, at a point that lies in the given areas.

    A claim for an area displaces the general one while it is valid. The first version is extended
    back to the beginning of time: its geometry is the best known, its start is kept as the start of
    the claim.
    """
    here = [c for c in claims if c.area is None or c.area in areas]
    cuts = sorted({d for c in here for d in (c.start, c.end) if d is not None})
    bounds: list[str | None] = [None, *cuts, None]
    versions: list[Version] = []
    for start, end in pairwise(bounds):
        valid = [
            c
            for c in here
            if (c.start is None or (start is not None and c.start <= start))
            and (c.end is None or (end is not None and end <= c.end))
        ]
        if not valid:
            continue
        best = max(valid, key=lambda c: (c.area is not None, c.start or ""))
        if versions and versions[-1].claim is best:
            versions[-1] = Version(versions[-1].start, end, best)
        else:
            versions.append(Version(start, end, best))
    versions = [v for v in versions if v.end is None or v.end > HISTORY_FROM]
    if versions:
        versions[0] = Version(None, versions[0].end, versions[0].claim)
    return versions
