"""What there is in a rule set: short lists, and one rule at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seajuris import states
from seajuris.errors import InputError, RuleError
from seajuris.rules.load import RuleSet
from seajuris.rules.sites import encoded_instruments, encoded_states
from seajuris.yamlio import parse_yaml, read_text


@dataclass(frozen=True, slots=True)
class Verified:
    """How many provisions rest on a text that was read."""

    verified: int
    total: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as it stands in its file.

    Attributes:
        kind: `ground`, `state`, `instrument`, `warning`, `coordination` or `provision`.
        id: Its id.
        file: Path inside the rule folder.
        data: Its content, read strictly.
    """

    kind: str
    id: str
    file: str
    data: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"format": "seajuris.rule.v1", "kind": self.kind, "id": self.id, "file": self.file, "rule": self.data}


def verified_provisions(rules: RuleSet, state: str) -> Verified:
    """How many national provisions of a State are verified."""
    law = rules.national(state)
    bases = law.bases if law is not None else ()
    return Verified(sum(base.verified for base in bases), len(bases))


def catalogue(rules: RuleSet) -> dict[str, Any]:
    """All rules in short, as plain data."""
    register = states.register()
    listed: dict[str, Any] = {"format": "seajuris.rules-list.v1", "version": rules.version, "sha256": rules.sha256}
    listed["grounds"] = [
        {
            "id": g.id,
            "kind": g.kind,
            "title": g.title,
            "authorities": len(g.authority),
            "verified": sum(a.verified for a in g.authority),
        }
        for g in rules.grounds
    ]
    listed["states"] = []
    for code in encoded_states(rules):
        share = verified_provisions(rules, code)
        name = register.state(code).name
        listed["states"].append({"state": code, "name": name, "provisions": share.total, "verified": share.verified})
    listed["instruments"] = [
        {"id": key, "kind": item.kind, "title": item.short, "parties": len(item.parties)}
        for key in encoded_instruments(rules)
        for item in (rules.instrument(key),)
    ]
    listed["warnings"] = [{"id": w.id, "verified": w.verified} for w in rules.warnings]
    listed["coordination"] = [{"id": c.id, "title": c.title} for c in rules.coordination]
    return listed


def find(rules: RuleSet, name: str) -> Entry:
    """One rule by its id, or a State's law by the State's code or name.

    Raises:
        InputError: if nothing has this id and no State this name.
        StateError: if the name may mean several States.
    """
    for kind, folder, known in (
        ("ground", "grounds", tuple(g.id for g in rules.grounds)),
        ("instrument", "instruments", encoded_instruments(rules)),
        ("state", "states", encoded_states(rules)),
    ):
        if name in known:
            return _file(rules, kind, name, f"{folder}/{name}.yaml")
    found = _part(rules, name)
    if found is not None:
        return found
    try:
        state = states.register().resolve(name)
    except InputError:
        raise InputError(_nothing(rules, name), where="rules show", hint="seajuris rules list shows all ids.") from None
    if state.sovereign not in encoded_states(rules):
        text = f"the law of {state.name} ({state.sovereign}) is not encoded"
        raise InputError(text, where="rules show", hint="seajuris rules list shows the States that are.")
    return _file(rules, "state", state.sovereign, f"states/{state.sovereign}.yaml")


def _part(rules: RuleSet, name: str) -> Entry | None:
    """A rule that shares a file with others."""
    warnings = _read(rules, "warnings.yaml")["warnings"]
    if name in warnings:
        return Entry("warning", name, "warnings.yaml", warnings[name])
    for path in sorted((rules.folder / "coordination").glob("*.yaml")):
        file = f"coordination/{path.name}"
        for item in _read(rules, file):
            if item["id"] == name:
                return Entry("coordination", name, file, item)
    state = name.partition("-")[0]
    if state in encoded_states(rules):
        file = f"states/{state}.yaml"
        for item in _read(rules, file).get("bases") or ():
            if item["id"] == name:
                return Entry("provision", name, file, item)
    return None


def _nothing(rules: RuleSet, name: str) -> str:
    from difflib import get_close_matches

    known = [*(g.id for g in rules.grounds), *encoded_instruments(rules), *(w.id for w in rules.warnings)]
    near = get_close_matches(name, known, n=2, cutoff=0.6)
    return f"nothing is called {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")


def _file(rules: RuleSet, kind: str, name: str, file: str) -> Entry:
    return Entry(kind, name, file, _read(rules, file))


def _read(rules: RuleSet, file: str) -> Any:
    return parse_yaml(read_text(rules.folder / file, where=file, error=RuleError), where=file, error=RuleError)
