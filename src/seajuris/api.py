"""The public functions: `locate` and `assess`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seajuris import software, states
from seajuris.days import EARLIEST_TODAY, clock, future_hint, latest
from seajuris.errors import CaseError, DataError, InputError
from seajuris.paths import shipped
from seajuris.position import Position, parse_position
from seajuris.reading import check_name
from seajuris.version import __version__
from seajuris.zones.integrity import intact, integrity_of

if TYPE_CHECKING:
    from seajuris.assessment import Assessment
    from seajuris.case import Case
    from seajuris.place import Place
    from seajuris.rules.load import RuleSet


_MONTHS_UNTIL_OLD = 24
_VERSION = re.compile(r"(\d{4})\.(\d{1,2})\.\d+")


def zone_file(zones: str | Path | None) -> Path:
    """The zone GeoPackage to use: the one named, or the shipped one.

    Raises:
        DataError: if the name is an address rather than a file.
    """
    if zones is None:
        return shipped("data", "maritime_zones", "zones.gpkg")
    check_name(zones, error=DataError)
    return Path(zones)


_as_of: ContextVar[dt.date | None] = ContextVar("seajuris_as_of", default=None)


def today() -> dt.date:
    """The day that is assumed where none is told (UTC).

    Raises:
        InputError: if the clock of the computer is certainly wrong: claims and law of such a day would be as well.
    """
    day = _as_of.get() or clock()
    if day < EARLIEST_TODAY and _as_of.get() is None:
        raise InputError(
            f"the clock of this computer shows {day.isoformat()}, a day before this software was begun",
            where="today",
            hint="Set the clock, or tell the day: --on for the facts, --date for a memo.",
        )
    return day


@contextmanager
def as_of(day: dt.date | None) -> Iterator[None]:
    """Take another day for today, to compute again what was computed then; `None` changes nothing."""
    token = _as_of.set(day)
    try:
        yield
    finally:
        _as_of.reset(token)


def locate(
    position: str | Position,
    *,
    accuracy: str | float | None = None,
    on: str | dt.date | None = None,
    zones: str | Path | None = None,
) -> Place:
    """Place a position: which maritime zones, whose, how far from the lines, how sure.

    Args:
        position: Text in any notation that `parse_position` accepts, or a `Position`.
        accuracy: Radius of uncertainty: text with a unit ("1 nm"), or a number of metres.
        on: Day of the facts, ISO 8601; by default today, and the result says so.
        zones: A zone GeoPackage to use instead of the shipped one.

    Raises:
        PositionError: if the position or the accuracy cannot be read with certainty.
        InputError: if the day is no day or lies in the future.
        DataError: if the zone data are missing or damaged.
    """
    path = zone_file(zones)
    with intact(path) as integrity:
        from seajuris.zones.locate import locate as place_position
        from seajuris.zones.store import zones_in

        if isinstance(position, str):
            position = parse_position(position, accuracy=accuracy)
        elif accuracy is not None:
            raise InputError("give the accuracy with the Position, not beside it", where="accuracy")
        day = parse_day(on)
        place = place_position(position, day or today(), zones_in(path))
    return sourced(place, day, integrity.result())


def provenance_of_place(identity: dict[str, str]) -> dict[str, Any]:
    """What a place rests on: the software, and the zone data with this version and these hashes."""
    return {"software": __version__, "software_sha256": software.sha256(), "zones": identity}


def sourced(place: Place, day: dt.date | None, identity: dict[str, str]) -> Place:
    """A place with its provenance, and a note if no day of the facts was told.

    Args:
        place: The place.
        day: The day that was told.
        identity: Version and hashes of the zone data.
    """
    provenance = provenance_of_place(identity)
    notes = (*_older(identity["version"], "zone data", place.on), *place.notes)
    notes = notes if day else (no_day("claims"), *notes)
    return replace(place, provenance=provenance, notes=notes)


def assess(case: Case, *, zones: str | Path | None = None, rules: str | Path | None = None) -> Assessment:
    """List the States that may have jurisdiction over a case, on what basis, and what is missing.

    Args:
        case: The facts told.
        zones: A zone GeoPackage to use instead of the shipped one.
        rules: A rule folder to use instead of the shipped one.

    Raises:
        DataError: if the zone data are missing or damaged.
        RuleError: if a rule file cannot be used.
    """
    if case.position is not None:
        integrity_of(zone_file(zones))
    from seajuris.rules.evaluate import evaluate
    from seajuris.rules.load import rules_in, shipped_rules

    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
    place = place_of(case, [locate(position, on=on, zones=zones) for position, on in to_place(case)])
    return finish(evaluate(case, place, rule_set, case.on or today()), rule_set)


def to_place(case: Case) -> list[tuple[Position, dt.date | None]]:
    """Where a case has to be placed, and on which days: the last one that it can be, and the first if that is another.

    A day that was not told is `None`.
    """
    if case.position is None:
        return []
    days = case.days_of("on")
    if days is None or days.exact:
        return [(case.position, case.on)]
    return [(case.position, case.on), (case.position, days.first)]


def place_of(case: Case, places: Sequence[Place]) -> Place | None:
    """Where a case happened, out of the places that `to_place` asks for; `None` if no position was told."""
    days = case.days_of("on")
    if len(places) < 2 or days is None:
        return places[0] if places else None
    from seajuris.dated_place import over

    return over(places[1], places[0], days.words())


def finish(result: Assessment, rule_set: RuleSet) -> Assessment:
    """An assessment with what it says of days, of the MMSI, and of rules and data.

    Raises:
        CaseError: if the MMSI is none.
    """
    from seajuris.record import digest

    case = result.case
    notes = [] if case.on else [no_day("claims, treaties and national law")]
    days = case.days_of("on")
    if days is not None and not days.exact:
        notes.append(f"The day of the facts is told as {days.words()}: what changed in that time is left open.")
    notes += _older(rule_set.version, "rules", result.on)
    mmsi = case.told("vessel.mmsi").values
    if mmsi:
        notes += _indicated_flag(mmsi[0])
    provenance: dict[str, Any] = {
        "software": __version__,
        "software_sha256": software.sha256(),
        "case": {"sha256": digest(case.to_dict())},
        "law_as_of": result.on.isoformat(),
        "rules": {"version": rule_set.version, "sha256": rule_set.sha256},
        "register": {"sha256": states.register().sha256},
    }
    if result.place is not None:
        provenance["zones"] = result.place.provenance["zones"]
    return replace(result, notes=tuple(notes), provenance=provenance)


def parse_day(text: str | dt.date | None) -> dt.date | None:
    """Read a day, ISO 8601; `None` stays `None`.

    Raises:
        InputError: if it is no day of the calendar, or lies in the future.
    """
    if text is None:
        return None
    if isinstance(text, str):
        try:
            # `fromisoformat` also takes 20230614; only the form that cannot be misread is accepted.
            day = dt.date.fromisoformat(text if len(text) == len("YYYY-MM-DD") else "")
        except ValueError:
            raise InputError(f"{text!r} is not a day", where="on", hint="Write YYYY-MM-DD, e.g. 2023-06-14.") from None
    else:
        day = text
    last = _as_of.get() or latest()
    if day > last:
        told = f"{day.isoformat()} lies in the future (today is {last.isoformat()})"
        raise InputError(told, where="on", hint=future_hint(last))
    return day


def no_day(what: str) -> str:
    """The note of an answer for which no day was told; `what` was then taken as of today."""
    return f"No day of the facts was given: {what} are those of today, {today().isoformat()}."


def _older(version: str, what: str, on: dt.date) -> list[str]:
    """A note if rules or data are much older than the day to which they are applied."""
    match = _VERSION.fullmatch(version)
    if match is None or (on.year - int(match[1])) * 12 + on.month - int(match[2]) <= _MONTHS_UNTIL_OLD:
        return []
    return [
        f"The {what} are of {match[1]}-{int(match[2]):02}, more than two years before {on.isoformat()}: what has "
        "changed since is not in them."
    ]


def _indicated_flag(mmsi: str) -> list[str]:
    try:
        state = states.register().by_mmsi(mmsi)
    except InputError as fault:
        raise CaseError(fault.message, where="vessel.mmsi", hint=fault.hint) from None
    if state is None:
        return [f"The MMSI {mmsi} points to no State in the register."]
    return [f"The MMSI {mmsi} indicates {state.name}; that is an indication, not proof of the flag."]
