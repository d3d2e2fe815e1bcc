"""Rules as typed values. Reading checks the shape; nothing here knows any law."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from seajuris.errors import RuleError

KINDS = ("prosecute", "act_at_sea", "bar")
GRADES = ("mandatory", "optional", "national", "contested", "enforcement")
LAW_OF = ("event", "departure", "landing")
DUTIES = ("mandatory", "optional", "permits", "limits", "supports")


# --- Conditions -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class All:
    """Every part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Any_:  # noqa: N801 (`Any` is taken by typing)
    """At least one part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Not:
    """The part must not hold."""

    part: Condition


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FactIs:
    """A fact has one of the values; ``claimant`` and paths of other facts stand for their values."""

    path: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PlaceIn:
    """The position lies in one of the zones of the claimant, of anyone, of another State, or of the flag State."""

    zones: tuple[str, ...]
    of: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BeyondTerritorialSea:
    """The position lies seaward of every territorial sea."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Party:
    """A State is bound by an instrument on the day of the facts."""

    instrument: str
    state: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Offence:
    """One of the offences is investigated."""

    offences: tuple[str, ...]


Condition: TypeAlias = All | Any_ | Not | FactIs | PlaceIn | BeyondTerritorialSea | Party | Offence


def condition(data: Any, where: str) -> Condition:
    """Read a condition.

    Raises:
        RuleError: naming the spot, if it is none of the forms in ARCHITECTURE.md.
    """
    if not isinstance(data, dict) or not data:
        raise RuleError("a condition is a mapping such as {fact: departure, is: known}", where=where)
    keys = set(data)
    if keys == {"all"} or keys == {"any"}:
        word = next(iter(keys))
        parts = tuple(condition(p, f"{where}.{word}[{i}]") for i, p in enumerate(_list(data[word], where)))
        return All(parts) if word == "all" else Any_(parts)
    if keys == {"not"}:
        return Not(condition(data["not"], f"{where}.not"))
    if keys == {"fact", "is"}:
        values = data["is"] if isinstance(data["is"], list) else [data["is"]]
        return FactIs(str(data["fact"]), tuple(_word(v) for v in values))
    if keys in ({"place", "of"}, {"place"}):
        of = str(data.get("of", "claimant"))
        if of not in ("claimant", "anyone", "other", "flag"):
            raise RuleError(f"`of: {of}` is not claimant, anyone, other or flag", where=where)
        return PlaceIn(tuple(str(z) for z in _list(data["place"], where)), of)
    if keys == {"beyond_territorial_sea"}:
        return BeyondTerritorialSea() if data["beyond_territorial_sea"] else Not(BeyondTerritorialSea())
    if keys in ({"party", "state"}, {"party"}):
        return Party(str(data["party"]), str(data.get("state", "claimant")))
    if keys == {"offence"}:
        return Offence(tuple(str(o) for o in _list(data["offence"], where)))
    raise RuleError(f"not a condition: {', '.join(sorted(keys))}", where=where)


# --- Rules --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Validity:
    """Half-open interval ``[start, end)``; `None` is open."""

    start: dt.date | None = None
    end: dt.date | None = None

    def holds(self, on: dt.date) -> bool:
        """Whether the day lies inside."""
        return (self.start is None or self.start <= on) and (self.end is None or on < self.end)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Authority:
    """A provision of an instrument on which a rule rests."""

    instrument: str
    provision: str
    duty: str
    party: str
    when: Condition | None
    verified: bool
    source: str
    checked: str
    validity: Validity


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Remark:
    """A condition that a person has to verify; shown unless its `when` is certainly not so."""

    text: str
    source: str
    verified: bool
    when: Condition | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ground:
    """A ground of jurisdiction, a power at sea, or a bar. See ARCHITECTURE.md for each field."""

    id: str
    title: str
    kind: str
    basis: str
    summary: str
    claimant: Mapping[str, Any]
    about: str | None
    offences: tuple[str, ...] | None
    when: Condition
    grade: str
    order: int
    authority: tuple[Authority, ...]
    conditions: tuple[Remark, ...]
    warnings: tuple[str, ...]
    national_required: bool
    only_with_national: bool
    bars_grounds: tuple[str, ...] | None
    bars_offences: tuple[str, ...] | None
    bars_excludes: bool
    validity: Validity
    law_of: str = "event"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NationalBasis:
    """A provision of a State's own law, and the grounds to which it gives a footing."""

    id: str
    grounds: tuple[str, ...]
    provision: str
    offences: tuple[str, ...] | None
    when: Condition | None
    conditions: tuple[str, ...]
    verified: bool
    confidence: str
    source: str
    checked: str
    validity: Validity
    note: str | None
    applied: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Absence:
    """Grounds that were looked for in a State's text and not found."""

    grounds: tuple[str, ...]
    note: str
    verified: bool
    source: str
    validity: Validity


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NationalLaw:
    """What one State's own law adds."""

    state: str
    checked: str
    summary: str
    bases: tuple[NationalBasis, ...]
    absent: tuple[Absence, ...]
    offences: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...]

    def bases_for(self, ground: str, on: dt.date) -> tuple[NationalBasis, ...]:
        """Applied bases for a ground in force on a day."""
        return tuple(b for b in self.bases if b.applied and ground in b.grounds and b.validity.holds(on))

    def absence_of(self, ground: str) -> Absence | None:
        """The note that a ground was looked for and not found, if there is one."""
        return next((a for a in self.absent if ground in a.grounds), None)


def ground(data: Any, where: str) -> Ground:
    """Read a ground file."""
    reader = Fields(data, where)
    kind = reader.choice("kind", KINDS)
    is_bar = kind == "bar"
    bars = reader.mapping("bars") if is_bar else {}
    result = Ground(
        id=reader.text("id"),
        title=reader.text("title"),
        kind=kind,
        basis=reader.text("basis"),
        summary=reader.text("summary"),
        claimant=reader.mapping("claimant") if not is_bar else {},
        about=reader.optional("about"),
        offences=reader.any_or_list("offences"),
        when=condition(reader.take("when"), f"{where}: when"),
        grade=reader.choice("grade", GRADES) if not is_bar else "enforcement",
        order=reader.number("order", 99),
        authority=tuple(authority(a, f"{where}: authority[{i}]") for i, a in enumerate(reader.items("authority"))),
        conditions=tuple(remark(c, f"{where}: conditions[{i}]") for i, c in enumerate(reader.items("conditions"))),
        warnings=reader.texts("warnings"),
        national_required=reader.truth("national_required", kind == "prosecute"),
        only_with_national=reader.truth("only_with_national", False),
        bars_grounds=_any_or_tuple(bars.get("grounds", "any"), where),
        bars_offences=_any_or_tuple(bars.get("offences", "any"), where),
        bars_excludes=Fields(bars, f"{where}: bars").truth("excludes", True),
        validity=validity(reader.take("valid", None), where),
        law_of=reader.choice("law_of", LAW_OF, default="event"),
    )
    reader.take("leaflet_ref", None)
    reader.take("grade", None)
    reader.take("claimant", None)
    reader.finish()
    return result


def authority(data: Any, where: str) -> Authority:
    """Read one authority of a ground."""
    reader = Fields(data, where)
    when = reader.take("when", None)
    result = Authority(
        instrument=reader.text("instrument"),
        provision=reader.text("provision"),
        duty=reader.choice("duty", DUTIES),
        party=reader.choice("party", ("claimant", "flag", "none")),
        when=condition(when, f"{where}.when") if when else None,
        verified=reader.truth("verified"),
        source=reader.text("source"),
        checked=reader.text("checked"),
        validity=validity(reader.take("valid", None), where),
    )
    reader.take("note", None)
    reader.finish()
    return result


def remark(data: Any, where: str) -> Remark:
    """Read one condition for people."""
    reader = Fields(data, where)
    when = reader.take("when", None)
    result = Remark(
        text=reader.text("text"),
        source=reader.text("source"),
        verified=reader.truth("verified"),
        when=condition(when, f"{where}.when") if when else None,
    )
    reader.finish()
    return result


def national_law(data: Any, where: str) -> NationalLaw:
    """Read a State's file."""
    reader = Fields(data, where)
    result = NationalLaw(
        state=reader.text("state"),
        checked=reader.text("checked"),
        summary=reader.text("summary"),
        bases=tuple(_basis(b, f"{where}: bases[{i}]") for i, b in enumerate(reader.items("bases"))),
        absent=tuple(_absence(a, f"{where}: absent[{i}]") for i, a in enumerate(reader.items("absent"))),
        offences=tuple(_mapping(o, f"{where}: offences[{i}]") for i, o in enumerate(reader.items("offences"))),
        notes=reader.texts("notes"),
    )
    reader.take("member", None)
    reader.take("name", None)
    reader.finish()
    return result


def _basis(data: Any, where: str) -> NationalBasis:
    reader = Fields(data, where)
    when = reader.take("when", None)
    result = NationalBasis(
        id=reader.text("id"),
        grounds=reader.texts("grounds"),
        provision=reader.text("provision"),
        offences=reader.any_or_list("offences"),
        when=condition(when, f"{where}.when") if when else None,
        conditions=reader.texts("conditions"),
        verified=reader.truth("verified"),
        confidence=reader.text("confidence"),
        source=reader.text("source"),
        checked=reader.text("checked"),
        validity=validity(reader.take("valid", None), where),
        note=reader.optional("note"),
        applied=reader.truth("applied", True),
    )
    reader.take("kind", None)
    reader.finish()
    return result


def _absence(data: Any, where: str) -> Absence:
    reader = Fields(data, where)
    result = Absence(
        reader.texts("grounds"),
        reader.text("note"),
        reader.truth("verified"),
        reader.text("source"),
        validity(reader.take("valid", None), where),
    )
    reader.take("checked", None)
    reader.finish()
    return result


def validity(data: Any, where: str) -> Validity:
    """Read ``{from: DATE|null, to: DATE|null}``."""
    if data is None:
        return Validity()
    reader = Fields(data, f"{where}: valid")
    result = Validity(_date(reader.take("from", None), where), _date(reader.take("to", None), where))
    reader.finish()
    return result


class Fields:
    """Takes fields out of a mapping; what is left over at the end is an error."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, dict):
            raise RuleError("must be a mapping", where=where)
        self._data = dict(data)
        self._where = where

    _MISSING = object()

    def take(self, key: str, default: Any = _MISSING) -> Any:
        """The value of a key; a missing one without default is an error."""
        if key not in self._data and default is self._MISSING:
            raise RuleError(f"`{key}` is missing", where=self._where)
        return self._data.pop(key, default)

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self.take(key)
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise RuleError(f"`{key}` must be text", where=self._where)
        return str(value).strip()

    def optional(self, key: str) -> str | None:
        """A text that may be missing."""
        value = self.take(key, None)
        return None if value is None else str(value).strip()

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of the allowed words."""
        value = default if default is not None and key not in self._data else self.text(key)
        if value not in allowed:
            raise RuleError(f"`{key}: {value}` is not one of {', '.join(allowed)}", where=self._where)
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        """A mapping that must be there."""
        value = self.take(key)
        if not isinstance(value, dict):
            raise RuleError(f"`{key}` must be a mapping", where=self._where)
        return value

    def items(self, key: str) -> list[Any]:
        """A list; empty if missing."""
        return _list(self.take(key, None) or [], f"{self._where}: {key}")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if missing."""
        return _texts(self.take(key, None) or [], f"{self._where}: {key}")

    def truth(self, key: str, default: Any = _MISSING) -> bool:
        """True or false, and no word for it: text is never empty, so that ``no`` would count as true."""
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise RuleError(f"`{key}` must be true or false, without quotes", where=self._where)
        return value

    def number(self, key: str, default: int) -> int:
        """A whole number."""
        value = self.take(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise RuleError(f"`{key}` must be a whole number", where=self._where)
        return value

    def any_or_list(self, key: str) -> tuple[str, ...] | None:
        """`None` for ``any`` or missing, else the listed words."""
        return _any_or_tuple(self.take(key, "any"), self._where)

    def finish(self) -> None:
        """Refuse keys that nobody took."""
        if self._data:
            raise RuleError(f"unknown key {sorted(map(str, self._data))[0]!r}", where=self._where)


def _any_or_tuple(value: Any, where: str) -> tuple[str, ...] | None:
    return None if value in ("any", None) else _texts(value, where)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    found = _list(value, where)
    if not all(isinstance(entry, str | int) and not isinstance(entry, bool) for entry in found):
        raise RuleError("must be a list of texts", where=where)
    return tuple(str(entry) for entry in found)


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RuleError("must be a mapping", where=where)
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise RuleError("must be a list", where=where)
    return value


def _word(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _date(value: Any, where: str) -> dt.date | None:
    if value is None:
        return None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
        raise RuleError(f"{value!r} is not a date YYYY-MM-DD", where=where)
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise RuleError(f"{value!r} is not a day of the calendar", where=where) from None
