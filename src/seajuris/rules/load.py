"""Reads a rule folder: grounds at once, instruments and States' law when they are asked for."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from seajuris.errors import RuleError
from seajuris.paths import shipped
from seajuris.rules.logic import Truth
from seajuris.rules.model import (
    Authority,
    Condition,
    Fields,
    Ground,
    NationalLaw,
    Validity,
    authority,
    condition,
    ground,
    national_law,
    validity,
)
from seajuris.rules.vocabulary import Vocabulary
from seajuris.yamlio import parse_yaml, read_text


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a State is bound by an instrument on a day, and how that is known."""

    truth: Truth
    since: str | None
    verified: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A treaty, an EU act, or custom, with those whom it binds."""

    id: str
    kind: str
    title: str
    short: str
    in_force: Validity
    known_in_force: bool
    url: str | None
    status_as_of: str | None
    parties: Mapping[str, Any]
    non_parties: Mapping[str, Any]
    parties_from: str | None
    except_states: tuple[str, ...]
    binds_all: bool


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 (`Warning` is a builtin)
    """A remark to which rules refer, or that stands on its own condition."""

    id: str
    text: str
    when: Condition | None
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Coordination:
    """What to do when several States may prosecute."""

    id: str
    title: str
    text: str
    when: Condition | None
    member: str | None
    at_least: int
    authority: tuple[Authority, ...]
    validity: Validity


class RuleSet:
    """All rules in a folder.

    Args:
        folder: A folder laid out as `rules/` in ARCHITECTURE.md.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "facts.yaml").is_file():
            raise RuleError("not a rule folder: facts.yaml is missing", where=str(folder))
        self.folder = folder

    def _data(self, *parts: str) -> Any:
        path = self.folder.joinpath(*parts)
        where = "/".join(("rules", *parts))
        return parse_yaml(read_text(path, where=where, error=RuleError), where=where, error=RuleError)

    def _files(self, part: str) -> list[str]:
        return sorted(path.name for path in (self.folder / part).glob("*.yaml"))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The declared facts."""
        return Vocabulary.from_data(self._data("facts.yaml"), where="rules/facts.yaml")

    @cached_property
    def grounds(self) -> tuple[Ground, ...]:
        """All grounds, powers and bars, in order of display."""
        found = [ground(self._data("grounds", name), f"rules/grounds/{name}") for name in self._files("grounds")]
        return tuple(sorted(found, key=lambda g: (g.order, g.id)))

    @cached_property
    def bases(self) -> Mapping[str, str]:
        """Plain words for each basis of jurisdiction."""
        data = self._data("bases.yaml")
        return {str(k): str(v) for group in data.values() for k, v in group.items()}

    @cached_property
    def warnings(self) -> tuple[Warning_, ...]:
        """All remarks."""
        found = []
        for key, entry in self._data("warnings.yaml")["warnings"].items():
            where = f"rules/warnings.yaml: {key}"
            reader = Fields(entry, where)
            when = reader.take("when", None)
            found.append(
                Warning_(
                    key,
                    reader.text("text"),
                    condition(when, where) if when else None,
                    reader.text("source"),
                    bool(reader.take("verified")),
                )
            )
        return tuple(found)

    @cached_property
    def coordination(self) -> tuple[Coordination, ...]:
        """All rules on concurrent jurisdiction."""
        found = []
        for name in self._files("coordination"):
            where = f"rules/coordination/{name}"
            content = self._data("coordination", name)
            for entry in content if isinstance(content, list) else [content]:
                reader = Fields(entry, where)
                when = reader.take("when", None)
                states = reader.take("states", None) or {}
                found.append(
                    Coordination(
                        reader.text("id"),
                        reader.text("title"),
                        reader.text("text"),
                        condition(when, where) if when else None,
                        states.get("member"),
                        int(states.get("at_least", 0)),
                        tuple(authority(a, where) for a in reader.items("authority")),
                        validity(reader.take("valid", None), where),
                    )
                )
        return tuple(found)

    @cached_property
    def _instruments(self) -> dict[str, Instrument]:
        return {}

    def instrument(self, key: str) -> Instrument:
        """An instrument by its id.

        Raises:
            RuleError: if no file describes it.
        """
        if key not in self._instruments:
            self._instruments[key] = _instrument(
                self._data("instruments", f"{key}.yaml"), f"rules/instruments/{key}.yaml"
            )
        return self._instruments[key]

    def membership(self, key: str, state: str, on: dt.date) -> Membership:
        """Whether an instrument binds a State on a day; UNKNOWN if the data do not say."""
        item = self.instrument(key)
        if not item.known_in_force or not item.in_force.holds(on):
            return Membership(Truth.NO, None, True, f"{item.id} is not in force on that day")
        if item.binds_all:
            return Membership(Truth.YES, None, True, None)
        if state in item.except_states:
            return Membership(Truth.NO, None, False, f"{item.id} does not apply to this State")
        if item.parties_from:
            return self.membership(item.parties_from, state, on)
        entry = item.parties.get(state)
        if entry is not None:
            return _party(entry, on)
        entry = item.non_parties.get(state)
        if entry is not None:
            return _non_party(entry, on)
        return Membership(Truth.UNKNOWN, None, False, "membership not established")

    @cached_property
    def _national(self) -> dict[str, NationalLaw | None]:
        return {}

    def national(self, state: str) -> NationalLaw | None:
        """What a State's own law adds; `None` if it is not encoded."""
        if state not in self._national:
            known = (self.folder / "states" / f"{state}.yaml").is_file()
            self._national[state] = (
                national_law(self._data("states", f"{state}.yaml"), f"rules/states/{state}.yaml") if known else None
            )
        return self._national[state]

    @cached_property
    def sha256(self) -> str:
        """Hash over names and contents of all rule files; line endings do not count."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*.yaml"), key=lambda p: p.relative_to(self.folder).as_posix()):
            digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
        return digest.hexdigest()

    @cached_property
    def version(self) -> str:
        """Version of the rule set, from `rules/version.yaml`."""
        return str(self._data("version.yaml")["version"])


def _instrument(data: Any, where: str) -> Instrument:
    if not isinstance(data, dict):
        raise RuleError("must be a mapping", where=where)
    start = data.get("applies_from") or data.get("in_force")
    kind = str(data["kind"])
    return Instrument(
        id=str(data["id"]),
        kind=kind,
        title=str(data["title"]),
        short=str(data.get("short") or data["title"]),
        in_force=validity({"from": start, "to": data.get("expired")}, where),
        known_in_force=start is not None or kind == "custom",
        url=data.get("url"),
        status_as_of=(data.get("status_source") or {}).get("as_of"),
        parties=data.get("parties") or {},
        non_parties=data.get("non_parties") or {},
        parties_from=data.get("parties_from"),
        except_states=tuple(data.get("except") or ()),
        binds_all=bool(data.get("binds_all", kind == "custom")),
    )


def _party(entry: Mapping[str, Any], on: dt.date) -> Membership:
    start, end = entry.get("from"), entry.get("to")
    verified, note = bool(entry.get("verified")), entry.get("note")
    if end is not None and dt.date.fromisoformat(end) <= on:
        return Membership(Truth.NO, start, verified, note or f"bound until {end}")
    if start is None:
        return Membership(Truth.UNKNOWN, None, False, note or "party, but since when is not established")
    if dt.date.fromisoformat(start) > on:
        return Membership(Truth.NO, start, verified, note or f"bound only from {start}")
    return Membership(Truth.YES, start, verified, note)


def _non_party(entry: Mapping[str, Any], on: dt.date) -> Membership:
    as_of = entry.get("as_of")
    if as_of is not None and on > dt.date.fromisoformat(as_of) and not entry.get("still"):
        # Absent from a status list of that day: a later accession cannot be ruled out.
        note = entry.get("note") or f"not a party on {as_of}; later accession not ruled out"
        return Membership(Truth.UNKNOWN, None, False, note)
    return Membership(Truth.NO, None, bool(entry.get("verified")), entry.get("note"))


@cache
def rules_in(folder: Path) -> RuleSet:
    """The rule set in a folder, read once."""
    return RuleSet(folder)


def shipped_rules() -> RuleSet:
    """The rule set that ships with this software."""
    return rules_in(shipped("rules"))
