"""The facts of a case as told: typed, checked, and with *unknown* as a value of its own.

Unknown (not told), none (told: there is none) and disputed (several values alleged) are different facts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from seajuris import states
from seajuris.days import Days, future_hint, latest
from seajuris.errors import CaseError, InputError
from seajuris.position import Position, parse_position

if TYPE_CHECKING:
    from seajuris.rules.vocabulary import FactDeclaration, Vocabulary

Known = Literal["unknown", "none", "known", "disputed"]

TEXT_KEYS = ("id", "title", "notes")
LISTS = ("suspects", "victims", "other_vessels", "decisions")
GROUPS = ("vessel", "intervention")
MAX_TEXT = 10_000
MAX_PEOPLE = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """What a case says about one fact.

    Attributes:
        known: Whether it was told.
        values: The values told: one, several that all hold (nationalities), or the alleged ones if disputed.
        partial: More values may exist than those told.
    """

    known: Known = "unknown"
    values: tuple[str, ...] = ()
    partial: bool = False

    def words(self) -> str:
        """The fact in plain words."""
        if self.known in ("unknown", "none"):
            return "not told" if self.known == "unknown" else "none"
        text = (" or " if self.known == "disputed" else ", ").join(self.values)
        if self.known == "disputed":
            text = f"disputed: {text}"
        return f"{text} (others not known)" if self.partial else text

    def data(self) -> Any:
        """The fact as it is written in a case file."""
        if self.known == "unknown":
            return "unknown"
        if self.known == "none":
            return "none"
        if self.known == "disputed":
            return {"disputed": list(self.values)}
        values = [*self.values, *(["unknown"] if self.partial else [])]
        return values[0] if len(values) == 1 else values


UNKNOWN = Told()
NONE = Told("none")


@dataclass(frozen=True, slots=True)
class Case:
    """Facts of one case.

    Attributes:
        facts: What was told, by concrete path (``suspects[0].nationality``). Paths that are not here are unknown.
        counts: How many suspects, victims, other vessels and decisions were told; a list that is
            not here is itself unknown, and 0 means "told that there are none".
        position: Where it happened, if told.
        on: The day of the facts, if told; the last day that it can be where only its month or year was told.
        on_days: The day of the facts as told, in full or in part.
        texts: `id`, `title` and `notes`, for people; no rule reads them.
    """

    facts: Mapping[str, Told]
    counts: Mapping[str, int]
    position: Position | None = None
    on: dt.date | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    on_days: Days | None = None

    def days_of(self, path: str) -> Days | None:
        """The day that a fact such as ``departed_on`` tells; all days that it can be; `None` if nothing was told."""
        if path == "on":
            return self.on_days or (Days.of(self.on) if self.on else None)
        read = [Days.read(value) for value in self.told(path).values]
        days = [day for day in read if day is not None]
        return Days.hull(days) if days else None

    def told(self, path: str) -> Told:
        """What the case says about a fact; unknown if nothing."""
        return self.facts.get(path, UNKNOWN)

    @classmethod
    def load(cls, path: str | Path, *, vocabulary: Vocabulary | None = None) -> Case:
        """Read a case file, YAML or JSON.

        Raises:
            CaseError: with file, line or fact, for anything that cannot be used.
        """
        return cls.from_dict(read_case_data(path), vocabulary=vocabulary, where=str(path))

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        *,
        vocabulary: Vocabulary | None = None,
        where: str = "case",
        today: dt.date | None = None,
    ) -> Case:
        """Check facts and put them into canonical form.

        Args:
            data: The facts as in a case file; every key is optional.
            vocabulary: The declared facts; by default those of the shipped rules.
            where: Name of the source, for messages.
            today: The day after which a date lies in the future; by default the computer's date.

        Raises:
            CaseError: for unknown keys, values that are not accepted, and contradictions.
        """
        if vocabulary is None:
            from seajuris.rules.load import shipped_rules

            vocabulary = shipped_rules().vocabulary
        reader = _Reader(vocabulary, where, today or latest())
        return reader.read(data)

    def to_dict(self) -> dict[str, Any]:
        """The case in canonical form: `Case.from_dict` reads it back to an equal case."""
        data: dict[str, Any] = dict(self.texts)
        if self.position is not None:
            data["position"] = self.position.source
            if self.position.accuracy_m is not None:
                data["accuracy"] = f"{self.position.accuracy_m:.6f}".rstrip("0").rstrip(".") + " m"
        if self.on is not None:
            data["on"] = self.on_days.text if self.on_days else self.on.isoformat()
        for name, count in self.counts.items():
            data[name] = [{} for _ in range(count)] if count else "none"
        for path, told in self.facts.items():
            target: Any = data
            *parents, last = path.split(".")
            for parent in parents:
                key, bracket, index = parent.partition("[")
                target = target[key][int(index[:-1])] if bracket else target.setdefault(key, {})
            target[last] = told.data()
        return data


def read_case_data(path: str | Path) -> dict[str, Any]:
    """Read a case file (YAML, or JSON where the name ends in .json) without interpreting it."""
    from seajuris.jsonio import parse_json
    from seajuris.reading import check_name, read_text
    from seajuris.yamlio import parse_yaml

    check_name(path, error=CaseError)
    file = Path(path)
    text = read_text(file, where=str(path), error=CaseError)
    return case_data_from_text(text, where=str(path), parse=parse_json if file.suffix == ".json" else parse_yaml)


def case_data_from_text(text: str, *, where: str, parse: Any) -> dict[str, Any]:
    """Read the text of a case file with the given strict parser."""
    data = parse(text, where=where, error=CaseError)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise CaseError("a case is a mapping of facts", where=where, hint="Write e.g. `on: 2023-06-14`.")
    return data


class _Reader:
    def __init__(self, vocabulary: Vocabulary, where: str, today: dt.date) -> None:
        self.vocabulary = vocabulary
        self.where = where
        self.today = today
        self.facts: dict[str, Told] = {}
        self.counts: dict[str, int] = {}

    def fail(self, path: str, message: str, hint: str | None = None) -> CaseError:
        return CaseError(message, where=f"{self.where}: {path}" if path else self.where, hint=hint)

    def read(self, data: Mapping[str, Any]) -> Case:
        if not isinstance(data, Mapping):
            raise self.fail("", "a case is a mapping of facts")
        texts: dict[str, str] = {}
        for key, value in data.items():
            if key in TEXT_KEYS:
                texts[key] = self._text(key, value)
            elif key in LISTS:
                self._list(key, value)
            elif key in GROUPS:
                self._group(key, value)
            elif key not in ("position", "accuracy", "on"):
                self._fact("", str(key), value)
        position = self._position(data)
        days = self._days("on", data["on"]) if _is_told(data.get("on")) else None
        self._contradictions()
        facts, counts = MappingProxyType(self.facts), MappingProxyType(self.counts)
        case = Case(facts, counts, position, days.last if days else None, MappingProxyType(texts), days)
        self._order(case)
        return case

    def _order(self, case: Case) -> None:
        """Only what cannot be: people may be landed before an event (and be pushed back), never before they left."""
        departed, landed = case.days_of("departed_on"), case.days_of("landed_on")
        if departed and landed and landed.last < departed.first:
            raise self.fail(
                "landed_on",
                f"{landed.text} lies before the departure, {departed.text}",
                "Check both days. If one is not known, leave it out.",
            )
        if landed and case.told("landed_in").known == "none":
            raise self.fail(
                "landed_on", f"says that people were landed on {landed.text}, but landed_in says that nobody was"
            )

    def _position(self, data: Mapping[str, Any]) -> Position | None:
        told, accuracy = data.get("position"), data.get("accuracy")
        if not _is_told(told):
            if _is_told(accuracy):
                raise self.fail("accuracy", "an accuracy without a position")
            return None
        if isinstance(told, Mapping):
            if set(told) != {"lat", "lon"}:
                raise self.fail("position", "needs `lat` and `lon`, or one text", "e.g. position: \"36°15'N 21°04'E\"")
            told = f"{told['lat']}, {told['lon']}"
        if not isinstance(told, str):
            raise self.fail("position", f"{_quoted(told)} is not a position", "e.g. position: \"36°15'N 21°04'E\"")
        try:
            return parse_position(told, accuracy=accuracy if _is_told(accuracy) else None)
        except InputError as fault:
            fault.where = fault.where or f"{self.where}: position"
            raise

    def _list(self, key: str, value: Any) -> None:
        if not _is_told(value):
            return
        items = [] if value == "none" else value
        if not isinstance(items, list) or value == []:
            raise self.fail(
                key, "must be a list of entries, `none` or `unknown`", f"e.g. {key}: [{{nationality: SYR}}]"
            )
        if len(items) > MAX_PEOPLE:
            raise self.fail(key, f"more than {MAX_PEOPLE} entries")
        self.counts[key] = len(items)
        for index, item in enumerate(items):
            spot = f"{key}[{index}]"
            if isinstance(item, str) and key in ("suspects", "victims"):
                item = {"nationality": [part.strip() for part in item.split("+")]}
            if not isinstance(item, Mapping):
                raise self.fail(spot, "must be a mapping of facts", f"e.g. {key}: [{{nationality: SYR}}]")
            for name, entry in item.items():
                self._fact(f"{spot}.", str(name), entry)

    def _group(self, key: str, value: Any) -> None:
        if not _is_told(value):
            return
        if not isinstance(value, Mapping):
            raise self.fail(key, "must be a mapping of facts", f"e.g. {key}: {{...}}")
        for name, entry in value.items():
            self._fact(f"{key}.", str(name), entry)

    def _fact(self, prefix: str, name: str, value: Any) -> None:
        path = prefix + name
        if not name.isidentifier() or path not in self.vocabulary:
            raise self.fail(path, "no such fact", self._suggest(path))
        declaration = self.vocabulary[path]
        # A bare boolean is never a State: `NO` must reach the register as text to be Norway.
        if value is None or (isinstance(value, str) and value.strip().lower() == "unknown"):
            return
        told = self._told(path, declaration, value)
        if told.known != "unknown":
            self.facts[path] = told

    def _told(self, path: str, declaration: FactDeclaration, value: Any) -> Told:
        if isinstance(value, Mapping):
            alleged = value.get("disputed")
            if set(value) != {"disputed"} or not isinstance(alleged, list):
                raise self.fail(path, "not a value", "Disputed facts are written {disputed: [A, B]}.")
            values = tuple(dict.fromkeys(self._alleged(path, declaration, v) for v in alleged))
            if len(values) < 2:
                raise self.fail(path, "a disputed fact needs two different values", "e.g. {disputed: [A, B]}")
            return Told("disputed", values)
        many = declaration.type in ("states", "choices")
        items = value if isinstance(value, list) else [value]
        if not items:
            raise self.fail(path, "an empty list", "Write `none` or `unknown`.")
        if isinstance(value, list) and not many and len(items) > 1:
            raise self.fail(path, "takes one value", "If several values are alleged, write {disputed: [A, B]}.")
        told: list[str] = []
        partial = False
        for item in items:
            word = item.strip().lower() if isinstance(item, str) else item
            if word is None or word == "unknown":
                partial = True
            elif declaration.none is not None and word in (declaration.none, "none"):
                if len(items) > 1 and any(_is_told(i) for i in items if i is not item):
                    raise self.fail(path, f"{declaration.none!r} contradicts the other values")
                return NONE
            else:
                told.append(self._value(path, declaration, item))
        return Told("known", tuple(dict.fromkeys(told)), partial) if told else UNKNOWN

    def _alleged(self, path: str, declaration: FactDeclaration, value: Any) -> str:
        """One of several alleged values; that there is none may be alleged too."""
        word = str(value).strip().lower()
        if declaration.none is not None and word in (declaration.none, "none"):
            return "none"
        return self._value(path, declaration, value)

    def _value(self, path: str, declaration: FactDeclaration, value: Any) -> str:
        kind = declaration.type
        if kind in ("state", "states"):
            return self._state(path, value)
        if kind in ("choice", "choices"):
            if isinstance(value, bool) and {"yes", "no"} <= set(declaration.values):
                value = "yes" if value else "no"
            word = str(value).strip().lower().replace("-", "_").replace(" ", "_")
            if word not in declaration.values:
                hint = f"Accepted: {', '.join(declaration.values)}."
                raise self.fail(path, f"{_quoted(value)} is not accepted", hint)
            return word
        if kind == "yes_no":
            word = str(value).strip().lower()
            if word not in ("true", "false", "yes", "no"):
                raise self.fail(path, f"{_quoted(value)} is not yes, no or unknown")
            return "true" if word in ("true", "yes") else "false"
        if kind == "date":
            return self._days(path, value).text
        return self._text(path, value)

    def _state(self, path: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self.fail(path, f"{_quoted(value)} is not a State", "Norway's code is NO: write it as text (or NOR).")
        try:
            return states.register().resolve(value).alpha3
        except InputError as fault:
            fault.where = f"{self.where}: {path}"
            raise

    def _days(self, path: str, value: Any) -> Days:
        """A day, or the month or year in which it lay; days after today are cut off."""
        text = str(value).strip()
        try:
            days = Days.read(text)
        except ValueError:
            raise self.fail(path, f"{_quoted(text)} is not a day of the calendar") from None
        if days is None:
            hint = "Write YYYY-MM-DD, e.g. 2023-06-14; if only the month or year is known, 2023-06 or 2023."
            raise self.fail(path, f"{_quoted(text)} is not a date", hint)
        if days.first > self.today:
            told = f"{text} lies in the future (today is {self.today.isoformat()})"
            raise self.fail(path, told, future_hint(self.today))
        return days.until(self.today)

    def _text(self, path: str, value: Any) -> str:
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise self.fail(path, "must be text")
        text = str(value)
        if len(text) > MAX_TEXT:
            raise self.fail(path, f"longer than {MAX_TEXT} characters")
        return text

    def _suggest(self, path: str) -> str:
        import difflib

        from seajuris.rules.vocabulary import general

        known = [*self.vocabulary.paths, *TEXT_KEYS, *LISTS, *GROUPS]
        close = difflib.get_close_matches(general(path), known, n=3)
        return f"Did you mean {', '.join(close)}?" if close else "docs/case-file.md lists all facts."

    def _contradictions(self) -> None:
        told = self.facts.get
        flag, status = told("vessel.flag"), told("vessel.flag_status")
        if flag and status:
            named = flag.known in ("known", "disputed")
            if named and "none" in status.values and status.known == "known":
                raise self.fail("vessel.flag_status", f"says no nationality, but the flag is {flag.words()}")
            if flag.known == "none" and set(status.values) & {"confirmed", "claimed_unconfirmed"}:
                raise self.fail("vessel.flag_status", "a stateless vessel cannot have a confirmed or claimed flag")
        landed, entry = told("landed_in"), told("entry")
        if landed and entry and entry.known == "known":
            if landed.known == "none" and "none" not in entry.values:
                raise self.fail("entry", "says how people reached land, but landed_in says that nobody did")
            if landed.known == "known" and "none" in entry.values:
                raise self.fail("entry", f"says that nobody reached land, but landed_in is {landed.words()}")
        by, consent = told("intervention.by"), told("intervention.flag_consent")
        if by and by.known == "none" and consent and set(consent.values) & {"given", "waived"}:
            raise self.fail("intervention.flag_consent", "consent to an intervention that intervention.by denies")


def _quoted(value: Any) -> str:
    """A value quoted for a message, cut short: a list may have thousands of entries."""
    from seajuris.reading import short

    return short(value) if isinstance(value, str) else short(repr(value))[1:-1]


def _is_told(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and value.strip().lower() == "unknown")
