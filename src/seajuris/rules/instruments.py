"""Treaties, EU acts and custom, and whom they bind on a given day.

The files say what is known and until when it is known; between what is known, the answer is *unknown*.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seajuris.errors import RuleError
from seajuris.rules.logic import Truth
from seajuris.rules.model import Fields, Validity, validity
from seajuris.yamlio import parse_yaml

Entries = Mapping[str, Mapping[str, Any]]

# A list of States stands in lines of its own, one State each: `  ITA: {from: '2006-09-01', ...}`.
_SECTION = re.compile(r"^(parties|non_parties|unknown):[ ]*\n((?:  [A-Z]{3}: \{.*\}[ ]*\n)+)", re.MULTILINE)
_FLAGS = ("binds_all", "closed", "participation_verified")
_ENTRY = re.compile(r"^  ([A-Z]{3}): (\{.*\})[ ]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a State is bound by an instrument on a day, and how that is known.

    Attributes:
        since: First day on which it is bound, if established.
        verified: Whether a published status list or official notice was seen.
    """

    truth: Truth
    since: str | None
    verified: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A treaty, an EU act, or custom. The files explain each field in their head."""

    id: str
    kind: str
    title: str
    short: str
    url: str | None
    in_force: Validity
    ever_in_force: bool
    binds_all: bool
    closed: bool
    parties: Entries
    non_parties: Entries
    unknown: Entries
    parties_from: str | None
    excepted: tuple[str, ...]
    participation_verified: bool


class _Lines(Mapping[str, Mapping[str, Any]]):
    """A list of States whose lines are read when they are asked for: a query needs few of the world's 200."""

    def __init__(self, text: str, where: str) -> None:
        found = _ENTRY.findall(text)
        self._lines = dict(found)
        self._read: dict[str, Mapping[str, Any]] = {}
        self._where = where
        if len(self._lines) != len(found):
            raise RuleError("a State stands here twice", where=where)

    def __getitem__(self, state: str) -> Mapping[str, Any]:
        if state not in self._read:
            data = parse_yaml(self._lines[state], where=f"{self._where}: {state}", error=RuleError)
            self._read[state] = data if isinstance(data, dict) else {}
        return self._read[state]

    def __contains__(self, state: object) -> bool:
        return state in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def instrument(text: str, where: str) -> Instrument:
    """Read the file of an instrument.

    Raises:
        RuleError: if it is no mapping, or a field that must be there is missing.
    """
    sections = _SECTION.findall(text)
    lists = {name: _Lines(lines, f"{where}: {name}") for name, lines in sections}
    data = parse_yaml(_SECTION.sub("", text), where=where, error=RuleError)
    if not isinstance(data, dict):
        raise RuleError("must be a mapping", where=where)
    twice = [name for name in lists if name in data or sum(other == name for other, _ in sections) > 1]
    if twice:
        raise RuleError(f"the key {twice[0]!r} stands here twice", where=where, hint="Keep one of them.")
    for key in ("id", "kind", "title"):
        if key not in data:
            raise RuleError(f"`{key}` is missing", where=where)
    return _instrument({**data, **lists}, where)


def _instrument(data: dict[str, Any], where: str) -> Instrument:
    start = data.get("in_force")
    reader = Fields({key: data[key] for key in _FLAGS if key in data}, where)
    binds_all = reader.truth("binds_all", False)
    for key in ("parties", "non_parties", "unknown"):
        listed = data.get(key) or {}
        if not isinstance(listed, Mapping) or not (
            isinstance(listed, _Lines) or all(isinstance(entry, dict) for entry in listed.values())
        ):
            raise RuleError(f"`{key}` must be a mapping of States", where=where)
    excepted = data.get("except") or []
    if not isinstance(excepted, list) or not all(isinstance(state, str) for state in excepted):
        # A text would be taken for its letters: nobody would be excepted.
        raise RuleError("`except` must be a list of States", where=where)
    if not isinstance(data.get("parties_from"), str | None) or not isinstance(data.get("url"), str | None):
        raise RuleError("`parties_from` and `url` must be text", where=where)
    return Instrument(
        id=str(data["id"]),
        kind=str(data["kind"]),
        title=str(data["title"]),
        short=str(data.get("short") or data["title"]),
        url=data.get("url"),
        in_force=validity({"from": start, "to": data.get("expired")}, where),
        ever_in_force=start is not None or binds_all,
        binds_all=binds_all,
        closed=reader.truth("closed", False),
        parties=data.get("parties") or {},
        non_parties=data.get("non_parties") or {},
        unknown=data.get("unknown") or {},
        parties_from=data.get("parties_from"),
        excepted=tuple(excepted),
        participation_verified=reader.truth("participation_verified", True),
    )


def membership(item: Instrument, source: Instrument | None, state: str, on: dt.date) -> Membership:
    """Whether an instrument binds a State on a day.

    Args:
        item: The instrument.
        source: The instrument whose parties it shares (an EU act shares those of the Union), if any.
        state: Alpha-3.
        on: The day.
    """
    day = on.isoformat()
    if not item.ever_in_force or not item.in_force.holds(on):
        return Membership(Truth.NO, None, True, f"{item.short} does not apply on {day}")
    if item.binds_all:
        return Membership(Truth.YES, None, True, None)
    if state in item.excepted:
        return Membership(Truth.NO, None, item.participation_verified, f"{item.short} does not bind this State")
    doubt = item.unknown.get(state)
    if doubt is not None and (doubt.get("from") or "") <= day and (doubt.get("to") is None or day < doubt["to"]):
        return Membership(Truth.UNKNOWN, None, False, doubt.get("note"))
    if state in item.parties:
        return _party(item.parties[state], day, union_law=False)
    if source is not None:
        entry = source.parties.get(state)
        if entry is None:
            return Membership(Truth.NO, None, item.participation_verified, f"not bound by {item.short}")
        shared = _party(entry, day, union_law=True)
        start = max(shared.since or "", item.in_force.start.isoformat() if item.in_force.start else "")
        verified = shared.verified and item.participation_verified
        return Membership(shared.truth, start or None, verified, shared.note)
    if state in item.non_parties:
        return _non_party(item.non_parties[state], day)
    if item.closed:
        return Membership(Truth.NO, None, False, f"not in the group: {item.short}")
    return Membership(Truth.UNKNOWN, None, False, "membership not established")


def _party(entry: Mapping[str, Any], day: str, *, union_law: bool) -> Membership:
    start, verified, note = entry.get("from"), entry.get("verified") is True, entry.get("note")
    end = (entry.get("union_law_to") if union_law else None) or entry.get("to")
    if end is not None and end <= day:
        return Membership(Truth.NO, start, verified, note or f"bound until {end}")
    if start is not None:
        if start <= day:
            return Membership(Truth.YES, start, verified, note)
        return Membership(Truth.NO, start, verified, note or f"bound only from {start}")
    if entry.get("known_by") is not None and entry["known_by"] <= day:
        return Membership(Truth.YES, None, verified, note)
    if entry.get("not_party_on") is not None and day <= entry["not_party_on"]:
        return Membership(Truth.NO, None, verified, note)
    return Membership(Truth.UNKNOWN, None, False, note or "a party, but since when is not established")


def _non_party(entry: Mapping[str, Any], day: str) -> Membership:
    as_of, believed, note = entry.get("as_of"), entry.get("believed_until"), entry.get("note")
    if as_of is not None and day <= as_of:
        return Membership(Truth.NO, None, entry.get("verified") is True, note)
    if believed is not None and day <= believed:
        return Membership(Truth.NO, None, False, note or f"not a party on {as_of}; believed not to have joined since")
    return Membership(Truth.UNKNOWN, None, False, note or f"not a party on {as_of}; later accession not ruled out")
