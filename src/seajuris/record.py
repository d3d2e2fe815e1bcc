"""The record of an assessment: what has to be kept so that it can be computed again and compared.

A record holds the facts, the day, the provenance and, for every finding, bar and question, what it says in short with
a hash of the whole. It is canonical JSON: sorted keys, ASCII, no spaces, so that the same content has the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seajuris.errors import InputError
from seajuris.jsonio import parse_json
from seajuris.reading import Limits

if TYPE_CHECKING:
    from seajuris.assessment import Assessment

FORMAT = "seajuris.record.v1"
ASSESSMENT = "seajuris.assessment.v1"
EXPLANATION = "seajuris.explanation.v1"
PLACE = "seajuris.place.v1"
RESULTS = (ASSESSMENT, EXPLANATION, PLACE)
"""Results of which the whole can be computed again."""
ACCEPTED = (
    "Accepted: a memo (.md, .html, .docx, .pdf), or what `seajuris assess`, `explain` or `locate` printed with --json."
)

MAX_CHARACTERS = 30_000_000
"""Longest record or result that is read; that of a case with two thousand victims is far shorter."""
LIMITS = Limits(size=MAX_CHARACTERS, depth=30, nodes=500_000)

_PARTS = ("findings", "bars", "questions", "warnings", "coordination")
_PLACE = ("verdict", "criminal_law_regime")


class RecordError(InputError):
    """A memo or result that holds no record, or one that cannot be used."""


def canonical(data: Any) -> str:
    """JSON with one form for one content: sorted keys, ASCII only, no spaces."""
    return json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(data: Any) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(data).encode("ascii")).hexdigest()


def record_of(result: Mapping[str, Any], memo: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The record of an assessment.

    Args:
        result: What `Assessment.to_dict` gives.
        memo: How the memo was made (language, date, redaction), so that it can be made again.
    """
    place = result["place"]
    return {
        "format": FORMAT,
        "case": result["case"],
        "on": result["on"],
        "provenance": result["provenance"],
        "place": None if place is None else _place(place),
        "findings": [_finding(entry) for entry in result["findings"]],
        "bars": [_bar(entry) for entry in result["bars"]],
        "questions": [_question(entry) for entry in result["questions"]],
        "warnings": [{"id": entry["id"], "sha256": digest(entry)} for entry in result["warnings"]],
        "coordination": [{"id": entry["id"], "sha256": digest(entry)} for entry in result["coordination"]],
        "notes": result["notes"],
        **({"memo": dict(memo)} if memo is not None else {}),
    }


def _place(place: Mapping[str, Any]) -> dict[str, Any]:
    zones = [f"{z['zone']} {z['state'] or '-'} {z['claim'] or '-'} {z['certainty']}" for z in place["zones"]]
    rest = {key: value for key, value in place.items() if key != "provenance"}
    return {"zones": zones, **{key: place[key] for key in _PLACE}, "sha256": digest(rest)}


def _finding(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: entry[key] for key in ("state", "ground", "about", "kind", "status", "grade", "missing", "barred_by")},
        "treaty": [f"{m['instrument']} {m['provision']}: {m['applies']}" for m in entry["mandate"]],
        "national": [f"{n['id']}: {n['met']}" for n in entry["national"]],
        "conditions": [digest(text)[:12] for text in entry["conditions"]],
        "unverified": entry["unverified"],
        "sha256": digest(entry),
    }


def _bar(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: entry[key] for key in ("bar", "about", "status", "states")}, "sha256": digest(entry)}


def _question(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: entry[key] for key in ("fact", "decides")}, "sha256": digest(entry)}


def read_record(text: str, *, where: str) -> dict[str, Any]:
    """Read a record, or the JSON of an assessment, strictly.

    Args:
        text: JSON, perhaps from a stranger.
        where: Name of the file, for messages.

    Returns:
        A record; that of a JSON result is made from it.

    Raises:
        RecordError: if it is neither.
    """
    data = _parse(text, where)
    if not isinstance(data, dict) or data.get("format") not in (FORMAT, ASSESSMENT):
        raise RecordError("holds no record of seajuris", where=where, hint=ACCEPTED)
    try:
        if data["format"] == ASSESSMENT:
            data = record_of(data)
        _check(data)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise RecordError("the record is incomplete or damaged", where=where) from None
    return dict(data)


def read_result(text: str, *, where: str) -> dict[str, Any] | None:
    """Read a result that was printed with ``--json``, strictly; `None` if the text is something else.

    Raises:
        RecordError: if it is a result without what is needed to compute it again.
    """
    data = _parse(text, where)
    if not isinstance(data, dict) or data.get("format") not in RESULTS:
        return None
    try:
        dt.date.fromisoformat(data["on"])
        told = data["position"]["told"] if data["format"] == PLACE else data["case"]
        if not isinstance(data["provenance"], dict) or not isinstance(data["notes"], list):
            raise TypeError
        if not isinstance(told, str if data["format"] == PLACE else dict):
            raise TypeError
    except (KeyError, TypeError, ValueError):
        raise RecordError("the result is incomplete or damaged", where=where) from None
    return data


def _parse(text: str, where: str) -> Any:
    # Numbers as numbers: hashes are taken over them.
    return parse_json(text, where=where, error=RecordError, limits=LIMITS, numbers=True)


def _check(data: dict[str, Any]) -> None:
    dt.date.fromisoformat(data["on"])
    if not isinstance(data["case"], dict) or not isinstance(data["provenance"], dict):
        raise TypeError
    if data["place"] is not None and not isinstance(data["place"], dict):
        raise TypeError
    if not isinstance(data.get("memo", {}), dict):
        raise TypeError
    for part in _PARTS:
        if not all(isinstance(entry, dict) for entry in data[part]):
            raise TypeError
        for entry in data[part]:
            _key(part, entry)


# --- Computing again ----------------------------------------------------------------------------------------------


def recompute(
    record: Mapping[str, Any],
    *,
    zones: str | Path | None = None,
    rules: str | Path | None = None,
    where: str = "record",
) -> Assessment:
    """Assess the facts of a record again, with the law of the same day.

    Raises:
        CaseError: if the facts are not those of a case.
        DataError: if the zone data are missing or damaged.
        RuleError: if a rule file cannot be used.
    """
    from seajuris import api
    from seajuris.case import Case
    from seajuris.rules.load import rules_in, shipped_rules

    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
    day = _assumed_today(record)
    case = Case.from_dict(record["case"], vocabulary=rule_set.vocabulary, where=where, today=day)
    with api.as_of(day):
        return api.assess(case, zones=zones, rules=rules)


def recompute_result(
    data: Mapping[str, Any],
    *,
    zones: str | Path | None = None,
    rules: str | Path | None = None,
    where: str = "result",
) -> dict[str, Any]:
    """Compute a result of `read_result` again, with claims and law of the same day.

    Raises:
        RecordError: if it does not say what was asked.
        InputError: if what was told cannot be used.
        DataError: if the zone data are missing or damaged.
        RuleError: if a rule file cannot be used.
    """
    from seajuris import api

    if data["format"] == PLACE:
        radius, day = data["position"].get("accuracy_m"), dt.date.fromisoformat(data["on"])
        if radius is not None and (isinstance(radius, bool) or not isinstance(radius, int | float)):
            raise RecordError("the accuracy is no number", where=where)
        with api.as_of(day):
            untold = any(isinstance(note, str) and note == api.no_day("claims") for note in data["notes"])
            told = data["position"]["told"]
            return api.locate(told, accuracy=radius, on=None if untold else day, zones=zones).to_dict()
    result = recompute(data, zones=zones, rules=rules, where=where)
    if data["format"] == ASSESSMENT:
        return result.to_dict()
    from seajuris.explanation import explain

    state, ground = data.get("state"), data.get("ground")
    if not isinstance(state, str) or not isinstance(ground, str | None):
        raise RecordError("the result does not say which State it is about", where=where)
    return explain(result, state, ground).to_dict()


def _assumed_today(record: Mapping[str, Any]) -> dt.date | None:
    """The day that was "today" when the record was made, where the answer depends on it."""
    from seajuris.days import Days

    used = dt.date.fromisoformat(record["on"])
    told = record["case"].get("on")
    try:
        days = Days.read(told) if isinstance(told, str) else None
    except ValueError:
        return None
    if told is None:
        return used
    return used if days is not None and days.last != used else None


# --- Comparing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as recorded.

    Attributes:
        part: ``software``, ``rules``, ``zones``, ``register``, ``case``, ``place``, ``findings``, ``bars``,
            ``questions``, ``warnings``, ``coordination``, ``notes`` or ``document``.
        what: Which one; empty where there is only one.
        recorded: As recorded; `None` if it was not there.
        now: As computed now; `None` if it is not there.
    """

    part: str
    what: str
    recorded: Any
    now: Any

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for ``--json``."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def differences(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What differs between two records: where they come from first, then what they say."""
    return tuple(_differences(recorded, now))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = old["provenance"], new["provenance"]
    for part in dict.fromkeys(["software", "rules", "register", "zones", *before, *after]):
        if before.get(part) != after.get(part):
            yield Difference(str(part), "", before.get(part), after.get(part))
    for part in ("case", "on", "notes"):
        if old[part] != new[part]:
            yield Difference(part, "", old[part], new[part])
    yield from _fields("place", "", old["place"] or {}, new["place"] or {})
    for part in _PARTS:
        yield from _entries(part, old[part], new[part])


MAX_DIFFERENCES = 50
"""Of one part of a result that are listed."""


def result_differences(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What differs between two results of one format: where they come from first, then every value."""
    before, after = recorded["provenance"], now["provenance"]
    found: list[Difference] = []
    for part in dict.fromkeys([*after, *before]):
        if before.get(part) != after.get(part):
            found.append(Difference(str(part), "", before.get(part), after.get(part)))
    for key in dict.fromkeys([*now, *recorded]):
        if key != "provenance":
            # The zones of a place are not the zone data.
            part, path = ("place", str(key)) if now["format"] == PLACE else (str(key), "")
            missing = object()
            walked = _walk(path, recorded.get(key, missing), now.get(key, missing), missing)
            found += [
                Difference(part, what, was, is_now) for what, was, is_now in itertools.islice(walked, MAX_DIFFERENCES)
            ]
    return tuple(found)


def _walk(path: str, was: Any, now: Any, missing: object) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*now, *was]):
            yield from _walk(f"{path}.{key}".lstrip("."), was.get(key, missing), now.get(key, missing), missing)
    elif isinstance(was, list) and isinstance(now, list):
        if len(was) != len(now):
            yield f"{path} (entries)".strip(), len(was), len(now)
        for number, (one, other) in enumerate(zip(was, now, strict=False)):
            yield from _walk(f"{path}[{number}]", one, other, missing)
    # True is 1 to Python, and not to JSON.
    elif was != now or isinstance(was, bool) is not isinstance(now, bool):
        yield path, None if was is missing else was, None if now is missing else now


def _entries(part: str, old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
    before, after = _keyed(part, old), _keyed(part, new)
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            entry = now if was is None else was
            word = entry.get("status", "there") if entry is not None else "there"
            yield Difference(part, key, None if was is None else word, None if now is None else word)
        else:
            yield from _fields(part, key, was, now)
    if list(before) != list(after) and set(before) == set(after):
        yield Difference(part, "order", list(before), list(after))


def _fields(part: str, key: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    names = [n for n in dict.fromkeys([*was, *now]) if n != "sha256" and was.get(n) != now.get(n)]
    for name in names:
        yield Difference(part, f"{key}: {name}" if key else name, was.get(name), now.get(name))
    if not names and was.get("sha256") != now.get("sha256"):
        yield Difference(part, f"{key}: wording or detail" if key else "detail", was.get("sha256"), now.get("sha256"))


def _keyed(part: str, entries: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    keyed: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        key = name = _key(part, entry)
        number = 1
        while key in keyed:
            number += 1
            key = f"{name} #{number}"
        keyed[key] = entry
    return keyed


def _key(part: str, entry: Mapping[str, Any]) -> str:
    if part == "findings":
        about = f" ({', '.join(entry['about'])})" if entry["about"] else ""
        return f"{entry['state'] or '-'} {entry['ground']}{about}"
    if part == "bars":
        return f"{entry['bar']}{' (' + ', '.join(entry['about']) + ')' if entry['about'] else ''}"
    return str(entry["fact" if part == "questions" else "id"])
