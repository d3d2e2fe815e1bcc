"""What is known about a place at sea on a day: zones, limits, baselines, and how sure that is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

from seajuris.position import Position

FORMAT = "seajuris.place.v1"

SOVEREIGN_ZONES = ("land", "internal_waters", "archipelagic_waters", "territorial_sea")
"""Zones in which a coastal State is sovereign, from the land outwards."""

SEAWARD_ZONES = ("contiguous_zone", "exclusive_economic_zone", "high_seas")
"""Zones seaward of every territorial sea."""

ZONES = (*SOVEREIGN_ZONES, *SEAWARD_ZONES, "outside_data")

Certainty = Literal["certain", "possible"]
Verdict = Literal["robust", "near_line", "undetermined"]


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone that contains the position, or may contain it.

    Attributes:
        zone: One of `ZONES`.
        state: Alpha-3 of the State that claims it; `None` for the high seas and where no State is known.
        territory: Alpha-3 of the territory whose coast generates it.
        claim: ``proclaimed``, ``potential`` (entitled, not proclaimed on that day), ``protested`` (shown beside the
            zones; it decides nothing), or `None`.
        delimitation: What bounds the zone at the nearest line: ``agreed``, ``equidistance``, ``limit``,
            ``overlapping``, or `None`.
        certainty: ``certain`` if it covers the whole circle of uncertainty, ``possible`` if only a part.
        at_position: Whether the stated point itself lies in it.
        instrument: The law or agreement on which the claim rests, if the data name one.
        dispute: Key of the dispute under which several States claim it.
        source: Where the claim comes from.
        confidence: ``verified`` or ``from memory``, as the source says.
    """

    zone: str
    state: str | None
    territory: str | None
    claim: str | None
    delimitation: str | None
    certainty: Certainty
    at_position: bool
    instrument: str | None = None
    dispute: str | None = None
    source: str | None = None
    confidence: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Limit:
    """Distance to a seaward limit: positive seaward of it, negative landward, in M (1852 m)."""

    limit: str
    state: str
    territory: str
    distance_nm: float
    kind: str
    other_state: str | None = None
    boundary: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract, distance to 0.001 M."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["distance_nm"] = round(self.distance_nm, 3)
        return data


@dataclass(frozen=True, slots=True)
class Baseline:
    """Distance to the nearest point of a State's baseline, in M (1852 m)."""

    state: str
    territory: str
    distance_nm: float
    kind: str

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract, distance to 0.001 M."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["distance_nm"] = round(self.distance_nm, 3)
        return data


@dataclass(frozen=True, slots=True)
class Boundary:
    """A line between States near the position, whether it decides or only has to be known.

    Attributes:
        parties: Alpha-3 of the States that drew it.
        role: ``decides`` (agreed, in force: zones are divided along it), ``unilateral``, ``shelf_only`` (divides the
            sea-bed alone), ``not_applied`` (contested, unratified, not in force, or known only in part).
        distance_nm: M (1852 m).
        in_force: Whether it was in force on the day; `None` where that is not known or does not arise.
    """

    boundary: str
    parties: tuple[str, ...]
    role: str
    distance_nm: float
    in_force: bool | None
    source: str | None
    confidence: str | None
    note: str | None

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract, distance to 0.001 M."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data.update(parties=list(self.parties), distance_nm=round(self.distance_nm, 3))
        return data


@dataclass(frozen=True, slots=True)
class Place:
    """The answer of `seajuris.locate`.

    Attributes:
        position: As read.
        on: The day for which claims were applied.
        uncertainty_m: Radius within which zones were looked for: stated accuracy, or else what the notation
            leaves open; metres.
        zones: Zones that contain the position, certain ones first; one entry for each claimant.
        criminal_law_regime: ``territory`` or ``high_seas``: what the zones mean for criminal jurisdiction;
            ``depends`` where the circle of uncertainty touches both or a claim is protested, ``unknown`` outside the
            data.
        limits: Nearest seaward limits, nearest first.
        baselines: Every State within 200 M, nearest first.
        verdict: ``robust``: no other zone within the uncertainty and the accuracy of the data;
            ``near_line``: a line lies within the accuracy of the data or just beyond the uncertainty;
            ``undetermined``: several zones are possible within the uncertainty.
        reachable: The zones within the uncertainty *and* the accuracy of the data near the limits; empty where these
            are the same as `zones`. Rules go by them: a limit that the data do not know to the metre decides nothing.
        boundaries: Lines between States within 24 M, nearest first.
        notes: Remarks for people.
        provenance: Version and hashes of the zone data.
    """

    position: Position
    on: dt.date
    uncertainty_m: float
    zones: tuple[Zone, ...]
    criminal_law_regime: str
    limits: tuple[Limit, ...]
    baselines: tuple[Baseline, ...]
    verdict: Verdict
    reachable: tuple[Zone, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    notes: tuple[str, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract ``seajuris.place.v1``."""
        return {
            "format": FORMAT,
            "position": {
                "lat": round(self.position.lat, 6),
                "lon": round(self.position.lon, 6),
                "accuracy_m": self.position.accuracy_m,
                "uncertainty_m": round(self.uncertainty_m, 1),
                "read_as": self.position.read_as,
                "told": self.position.source,
            },
            "on": self.on.isoformat(),
            "zones": [zone.to_dict() for zone in self.zones],
            "criminal_law_regime": self.criminal_law_regime,
            "limits": [limit.to_dict() for limit in self.limits],
            "baselines": [baseline.to_dict() for baseline in self.baselines],
            "boundaries": [boundary.to_dict() for boundary in self.boundaries],
            "verdict": self.verdict,
            "notes": list(self.notes),
            "provenance": self.provenance,
        }
