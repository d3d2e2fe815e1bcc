"""What a change of the rules does: the scenarios whose findings differ under two rule folders, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seajuris.assessment import Assessment, Bar, Finding, Mandate, National
from seajuris.errors import InputError, RuleError
from seajuris.reading import read_bytes
from seajuris.rules.load import RuleSet, rule_files
from seajuris.scenarios import Scenario, assess

WHOLE_CASE = "case"
"""In place of a rule, where a case cannot be assessed at all under one of the rule sets."""
Key = tuple[str | None, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One finding (or bar) that differs.

    Attributes:
        state: Alpha-3, `*`, or `None` where no State is identified; of a bar the States that it concerns.
        rule: Ground or bar; `WHOLE_CASE` where the case cannot be assessed under one of the rule sets.
        about: The persons, ships or decisions that it is about.
        old: Status before; `None`: there was none.
        new: Status after; `None`: there is none left.
        details: What else differs: provisions, grade, offences, conditions to verify.
    """

    state: str | None
    rule: str
    about: tuple[str, ...]
    old: str | None
    new: str | None
    details: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "state": self.state,
            "rule": self.rule,
            "about": list(self.about),
            "old": self.old,
            "new": self.new,
            "details": list(self.details),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between two rule folders.

    Attributes:
        files: Rule files that differ, each with `added`, `removed` or `changed`.
        scenarios: For each scenario whose findings differ, its title and the changes.
        run: How many scenarios were compared.
    """

    files: Mapping[str, str]
    scenarios: Mapping[str, tuple[str, tuple[Change, ...]]]
    run: int

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "format": "seajuris.rules-diff.v1",
            "files": dict(self.files),
            "compared": self.run,
            "scenarios": [
                {"id": name, "title": title, "changes": [change.to_dict() for change in changes]}
                for name, (title, changes) in self.scenarios.items()
            ],
        }


def compare(
    old: RuleSet, new: RuleSet, scenarios: Iterable[Scenario], *, zones: str | Path | None = None
) -> Comparison:
    """Assess every scenario under both rule sets and list what differs."""
    found: dict[str, tuple[str, tuple[Change, ...]]] = {}
    run = 0
    for scenario in scenarios:
        run += 1
        before, after = (_assessed(scenario, zones, rules) for rules in (old, new))
        changes = tuple(_changes(before, after))
        if changes:
            found[scenario.id] = (scenario.title, changes)
    return Comparison(dict(_files(old.folder, new.folder)), found, run)


def _assessed(scenario: Scenario, zones: str | Path | None, rules: RuleSet) -> Assessment | InputError:
    """The assessment, or why there is none: one of two rule sets may not know a fact that a case tells."""
    try:
        return assess(scenario, zones=zones, rules=rules.folder)
    except InputError as fault:
        return fault


def _changes(before: Assessment | InputError, after: Assessment | InputError) -> Iterator[Change]:
    if isinstance(before, Assessment) and isinstance(after, Assessment):
        yield from changes_between(before, after)
        return
    old, new = ("cannot be assessed" if isinstance(x, InputError) else "assessed" for x in (before, after))
    said = tuple(dict.fromkeys(str(x) for x in (before, after) if isinstance(x, InputError)))
    yield Change(None, WHOLE_CASE, (), old, new, said)


def changes_between(before: Assessment, after: Assessment) -> Iterator[Change]:
    """The findings and bars of one case that differ between two assessments."""
    old, new = _by_key(before.findings), _by_key(after.findings)
    for key in sorted({*old, *new}, key=_order):
        yield from _change(key, old.get(key), new.get(key), _finding_details)
    old_bars, new_bars = _bars_by_key(before.bars), _bars_by_key(after.bars)
    for key in sorted({*old_bars, *new_bars}, key=_order):
        yield from _change(key, old_bars.get(key), new_bars.get(key), _bar_details)


def _change(key: Key, old: Any, new: Any, details: Any) -> Iterator[Change]:
    said = tuple(details(old, new)) if old is not None and new is not None else ()
    before, after = (None if x is None else x.status for x in (old, new))
    if before != after or said:
        yield Change(*key, before, after, said)


def _by_key(findings: Iterable[Finding]) -> dict[Key, Finding]:
    return {(f.state, f.ground, f.about): f for f in findings}


def _bars_by_key(bars: Iterable[Bar]) -> dict[Key, Bar]:
    return {(state, b.bar, b.about): b for b in bars for state in b.states or (None,)}


def _order(key: Key) -> tuple[str, str, tuple[str, ...]]:
    return key[0] or "~", key[1], key[2]


def _finding_details(old: Finding, new: Finding) -> Iterator[str]:
    yield from _set_details("national provision", _national(old), _national(new))
    before = {n.id: n for n in old.national}
    for entry in new.national:
        if entry.id in before:
            yield from _entry_details(before[entry.id], entry)
    yield from _set_details("treaty or EU provision", _mandates(old.mandate), _mandates(new.mandate))
    if old.grade != new.grade:
        yield f"grade: {old.grade} -> {new.grade}"
    yield from _set_details("offence", dict.fromkeys(old.offences, ""), dict.fromkeys(new.offences, ""))
    yield from _set_details("to verify", dict.fromkeys(old.conditions, ""), dict.fromkeys(new.conditions, ""))
    yield from _set_details("missing", dict.fromkeys(old.missing, ""), dict.fromkeys(new.missing, ""))
    if old.status == new.status and old.reason != new.reason:
        yield f"reason: {old.reason or 'none'} -> {new.reason or 'none'}"


def _entry_details(old: National, new: National) -> Iterator[str]:
    """What differs in one national provision that both rule sets have."""
    kind = f"{new.id}, to verify"
    yield from _set_details(kind, dict.fromkeys(old.conditions, ""), dict.fromkeys(new.conditions, ""))
    kind = f"{new.id}, offence"
    yield from _set_details(kind, dict.fromkeys(old.offences, ""), dict.fromkeys(new.offences, ""))
    if old.source != new.source:
        yield f"{new.id}, source: {old.source} -> {new.source}"


def _bar_details(old: Bar, new: Bar) -> Iterator[str]:
    yield from _set_details("treaty or EU provision", _mandates(old.authority), _mandates(new.authority))
    yield from _set_details("to verify", dict.fromkeys(old.conditions, ""), dict.fromkeys(new.conditions, ""))


def _national(finding: Finding) -> dict[str, str]:
    return {f"{n.id} ({n.provision})": _state(n.met, n.verified) for n in finding.national}


def _mandates(mandates: Iterable[Mandate]) -> dict[str, str]:
    return {f"{m.instrument} {m.provision}": _state(m.applies, m.verified) for m in mandates}


def _state(applies: str, verified: bool) -> str:
    return f"applies: {applies}, {'verified' if verified else 'not verified'}"


def _set_details(kind: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in [n for n in old if n not in new]:
        yield f"{kind} gone: {name}"
    for name in [n for n in new if n not in old]:
        yield f"{kind} new: {name}" + (f" ({new[name]})" if new[name] else "")
    for name in [n for n in old if n in new and old[n] != new[n]]:
        yield f"{kind} {name}: {old[name]} -> {new[name]}"


def _files(old: Path, new: Path) -> Iterator[tuple[str, str]]:
    before, after = _contents(old), _contents(new)
    for name in sorted({*before, *after}):
        if name not in after:
            yield name, "removed"
        elif name not in before:
            yield name, "added"
        elif before[name] != after[name]:
            yield name, "changed"


def _contents(folder: Path) -> dict[str, bytes]:
    # Line endings do not count, as in the hash of a rule set.
    return {
        name: read_bytes(folder / name, where=name, error=RuleError).replace(b"\r\n", b"\n")
        for name in rule_files(folder)
    }
