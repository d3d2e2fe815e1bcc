"""One place on several days: what a date told only in part leaves open about the zones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seajuris.place import Place, Zone


def over(first: Place, last: Place, days: str) -> Place:
    """The zones of a position where the day is known only as one between two.

    A zone that is there on one of the two days only is possible, not certain. Claims are looked at on the first and on
    the last day: one that was made and given up in between is not seen.

    Args:
        first: The place on the first possible day.
        last: The same position on the last possible day.
        days: The days in words, for the note.
    """
    zones = _merged(first.zones, last.zones)
    reachable = _merged(first.reachable or first.zones, last.reachable or last.zones)
    changed = zones != last.zones or first.criminal_law_regime != last.criminal_law_regime
    regimes = {first.criminal_law_regime, last.criminal_law_regime}
    note = f"The day is told as {days}: "
    note += (
        "the zones changed in that time; what is not there throughout is possible."
        if changed
        else ("the zones on the first and on the last of these days are the same.")
    )
    return replace(
        last,
        zones=zones,
        reachable=reachable if reachable != zones else (),
        criminal_law_regime=regimes.pop() if len(regimes) == 1 else "unknown" if "unknown" in regimes else "depends",
        verdict="undetermined" if changed else last.verdict,
        notes=tuple(dict.fromkeys((note, *last.notes, *first.notes))),
    )


def _merged(first: Iterable[Zone], last: Iterable[Zone]) -> tuple[Zone, ...]:
    before, after = ({(z.zone, z.state, z.territory, z.claim): z for z in zones} for zones in (first, last))
    found = []
    for key in dict.fromkeys((*after, *before)):
        zone = after.get(key) or before[key]
        throughout = all(key in zones and zones[key].certainty == "certain" for zones in (before, after))
        found.append(zone if throughout or zone.certainty == "possible" else replace(zone, certainty="possible"))
    return tuple(sorted(found, key=lambda z: z.certainty != "certain"))
