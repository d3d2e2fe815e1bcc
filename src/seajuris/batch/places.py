"""Places the positions of a batch: with everything that is said of them, or with what columns and rules need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from seajuris import api
from seajuris.batch.locator import Locator, locator_for
from seajuris.place import Place
from seajuris.position import Position
from seajuris.zones.locate import uncertainty_m

Wanted = tuple[Position, dt.date | None]
"""A position, and the day that was told for it."""


def places(wanted: Sequence[Wanted], *, zones: str | None, measured: bool) -> list[Place]:
    """Place positions.

    Args:
        wanted: Positions with their days.
        zones: Zone GeoPackage instead of the shipped one.
        measured: Whether distances, boundaries and notes are wanted. Without them a place holds no more than zones,
            regime and verdict where no line is near; where one is, everything.

    Raises:
        DataError: if the zone data are missing or damaged.
    """
    if not wanted:
        return []
    locator = locator_for(api.zone_file(zones))
    return _measured(locator, wanted) if measured else _placed(locator, wanted)


def _measured(locator: Locator, wanted: Sequence[Wanted]) -> list[Place]:
    return locator.places([position for position, _ in wanted], [day for _, day in wanted])


def _placed(locator: Locator, wanted: Sequence[Wanted]) -> list[Place]:
    lon, lat = (np.array([getattr(position, name) for position, _ in wanted]) for name in ("lon", "lat"))
    radius = np.array([uncertainty_m(position) for position, _ in wanted])
    days = [day or api.today() for _, day in wanted]
    number, distinct = locator.answers(lon, lat, radius, np.array(days, dtype="datetime64[D]"))
    provenance = api.provenance_of_place(locator.identity())
    found: list[Place | None] = []
    for (position, _), day, metres, which in zip(wanted, days, radius.tolist(), number.tolist(), strict=True):
        answer = distinct[which]
        # Rules go by the zones that are reachable within the accuracy of the data. These are others than `zones` only
        # where a limit is that near, and then the answer is not robust.
        found.append(
            Place(
                position=position,
                on=day,
                uncertainty_m=metres,
                zones=answer.zones,
                criminal_law_regime=answer.criminal_law_regime,
                limits=(),
                baselines=(),
                verdict=answer.verdict,
                provenance=provenance,
            )
            if answer.verdict == "robust"
            else None
        )
    rest = iter(_measured(locator, [one for one, place in zip(wanted, found, strict=True) if place is None]))
    return [next(rest) if place is None else place for place in found]
