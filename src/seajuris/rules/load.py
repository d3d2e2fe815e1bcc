"""Reads a rule folder: grounds at once, instruments and States' law when they are asked for."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from seajuris import installed
from seajuris.errors import RuleError
from seajuris.paths import shipped
from seajuris.reading import check_name, decoded, files_in, read_bytes
from seajuris.rules.instruments import Instrument, Membership, instrument, membership
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
from seajuris.rules.names import check_claimant, check_listed, check_names, check_offences
from seajuris.rules.vocabulary import Vocabulary
from seajuris.yamlio import parse_yaml


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


def rule_files(folder: Path) -> tuple[str, ...]:
    """All YAML files of a rule folder, by their path inside it with ``/``, sorted.

    Raises:
        RuleError: if it is no rule folder, or holds what no folder of rules needs; see `reading.files_in`.
    """
    check_name(folder, error=RuleError)
    try:
        known = (folder / "facts.yaml").is_file()
    except OSError as fault:
        raise RuleError(f"cannot be read: {fault.strerror}", where=str(folder)) from None
    if not known:
        raise RuleError("not a rule folder: facts.yaml is missing", where=str(folder))
    found = files_in(folder, where=str(folder), error=RuleError)
    # What an editor or a version control system hides is no rule: lint does not look at it either.
    return tuple(n for n in found if n.endswith(".yaml") and not any(part.startswith(".") for part in n.split("/")))


class RuleSet:
    """All rules in a folder.

    Args:
        folder: A folder laid out as `rules/` in ARCHITECTURE.md.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Before any file is opened: a folder of a stranger may hold links to files of ours.
        self._all = rule_files(folder)
        installed.check_complete(folder, set(self._all), ending=".yaml", error=RuleError)
        self._read: dict[str, bytes] = {}

    def _content(self, name: str) -> bytes:
        """A file, read once: the hash is that of what was applied, also if somebody writes to it in between."""
        if name not in self._read:
            path = self.folder / name
            content = read_bytes(path, where=f"rules/{name}", error=RuleError)
            installed.check(path, content, error=RuleError)
            self._read[name] = content
        return self._read[name]

    def _text(self, name: str) -> str:
        return decoded(self._content(name), where=f"rules/{name}", error=RuleError)

    def _data(self, *parts: str) -> Any:
        name = "/".join(parts)
        return parse_yaml(self._text(name), where=f"rules/{name}", error=RuleError)

    def _files(self, part: str) -> list[str]:
        return [n.removeprefix(f"{part}/") for n in self._all if n.startswith(f"{part}/") and n.count("/") == 1]

    @cached_property
    def shipped(self) -> bool:
        """Whether these are the rules that ship with the software."""
        return self.folder.resolve() == shipped("rules").resolve()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The declared facts."""
        return Vocabulary.from_data(self._data("facts.yaml"), where="rules/facts.yaml")

    @cached_property
    def grounds(self) -> tuple[Ground, ...]:
        """All grounds, powers and bars, in order of display."""
        found = []
        for name in self._files("grounds"):
            where = f"rules/grounds/{name}"
            item = ground(self._data("grounds", name), where)
            check_names(item, self.vocabulary, where)
            check_claimant(item.claimant, self.vocabulary, where)
            check_offences(item.offences, self.vocabulary, where)
            check_offences(item.bars_offences, self.vocabulary, where)
            check_listed(item.warnings, tuple(w.id for w in self.warnings), "a remark in warnings.yaml", where)
            found.append(item)
        for item in found:
            check_listed(item.bars_grounds or (), tuple(g.id for g in found), "a ground", f"rules/grounds: {item.id}")
        return tuple(sorted(found, key=lambda g: (g.order, g.id)))

    @cached_property
    def bases(self) -> Mapping[str, str]:
        """Plain words for each basis of jurisdiction."""
        data = self._data("bases.yaml")
        if not isinstance(data, dict) or not all(isinstance(group, dict) for group in data.values()):
            raise RuleError("must be mappings of words, by kind", where="rules/bases.yaml")
        return {str(k): str(v) for group in data.values() for k, v in group.items()}

    @cached_property
    def warnings(self) -> tuple[Warning_, ...]:
        """All remarks."""
        found = []
        data = self._data("warnings.yaml")
        if not isinstance(data, dict) or not isinstance(data.get("warnings"), dict):
            raise RuleError("needs a mapping `warnings`", where="rules/warnings.yaml")
        for key, entry in data["warnings"].items():
            where = f"rules/warnings.yaml: {key}"
            reader = Fields(entry, where)
            when = reader.take("when", None)
            item = Warning_(
                key,
                reader.text("text"),
                condition(when, where) if when else None,
                reader.text("source"),
                reader.truth("verified"),
            )
            check_names(item, self.vocabulary, where)
            found.append(item)
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
                states = Fields(reader.take("states", None) or {}, f"{where}: states")
                item = Coordination(
                    reader.text("id"),
                    reader.text("title"),
                    reader.text("text"),
                    condition(when, where) if when else None,
                    states.optional("member"),
                    states.number("at_least", 0),
                    tuple(authority(a, where) for a in reader.items("authority")),
                    validity(reader.take("valid", None), where),
                )
                check_names(item, self.vocabulary, where)
                found.append(item)
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
            where = f"rules/instruments/{key}.yaml"
            self._instruments[key] = instrument(self._text(f"instruments/{key}.yaml"), where)
        return self._instruments[key]

    def membership(self, key: str, state: str, on: dt.date) -> Membership:
        """Whether an instrument binds a State on a day; UNKNOWN if the data do not say."""
        item = self.instrument(key)
        source = self.instrument(item.parties_from) if item.parties_from else None
        return membership(item, source, state, on)

    @cached_property
    def _national(self) -> dict[str, NationalLaw | None]:
        return {}

    def national(self, state: str) -> NationalLaw | None:
        """What a State's own law adds; `None` if it is not encoded."""
        if state not in self._national:
            where = f"rules/states/{state}.yaml"
            law = None
            if f"states/{state}.yaml" in self._all:
                law = national_law(self._data("states", f"{state}.yaml"), where)
                check_names(law, self.vocabulary, where)
                for basis in law.bases:
                    check_offences(basis.offences, self.vocabulary, where)
                served = [g for b in law.bases for g in b.grounds] + [g for a in law.absent for g in a.grounds]
                check_listed(served, tuple(g.id for g in self.grounds), "a ground", where)
            self._national[state] = law
        return self._national[state]

    @cached_property
    def sha256(self) -> str:
        """Hash over names and contents of all rule files; line endings do not count."""
        digest = hashlib.sha256()
        for name in self._all:
            content = self._content(name)
            digest.update(name.encode() + b"\0")
            digest.update(content.replace(b"\r\n", b"\n") + b"\0")
        return digest.hexdigest()

    @cached_property
    def version(self) -> str:
        """Version of the rule set, from `rules/version.yaml`."""
        data = self._data("version.yaml")
        if not isinstance(data, dict) or not isinstance(data.get("version"), str | int):
            raise RuleError("needs `version`", where="rules/version.yaml")
        return str(data["version"])


@cache
def rules_in(folder: Path) -> RuleSet:
    """The rule set in a folder, read once."""
    return RuleSet(folder)


def shipped_rules() -> RuleSet:
    """The rule set that ships with this software."""
    return rules_in(shipped("rules"))
