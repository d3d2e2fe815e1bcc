"""The rule book: all rules as one HTML page for lawyers to read, print and sign off.

The page needs nothing but itself: no script, no font, no image, nothing from a network. Every text is escaped by the
template engine. The same rules give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from seajuris import states
from seajuris.render import labels
from seajuris.render.rules import KINDS
from seajuris.rules.catalogue import verified_provisions
from seajuris.rules.instruments import Instrument
from seajuris.rules.load import RuleSet
from seajuris.rules.model import All, Any_, Authority, Condition, Ground, NationalBasis, NationalLaw, Not, Validity
from seajuris.rules.sites import encoded_instruments, encoded_states
from seajuris.rules.words import claimant_words, leaf_words
from seajuris.version import __version__

_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:)]")
_ANCHOR = re.compile(r"[^A-Za-z0-9-]+")

Data = dict[str, Any]


def render_book(rules: RuleSet) -> str:
    """The whole rule set as one HTML page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("seajuris.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["pieces"] = pieces
    environment.filters["anchor"] = anchor
    return environment.get_template("book.html").render(book(rules))


def pieces(text: str) -> list[tuple[bool, str]]:
    """A text cut into addresses (that may become links) and the rest."""
    found: list[tuple[bool, str]] = []
    position = 0
    for match in _ADDRESS.finditer(text):
        found += [(False, text[position : match.start()]), (True, match[0])]
        position = match.end()
    return [(link, part) for link, part in [*found, (False, text[position:])] if part]


def anchor(text: str) -> str:
    """A name that can stand in an address."""
    return _ANCHOR.sub("-", text)


def book(rules: RuleSet) -> Data:
    """Everything that the page shows, as plain data."""
    laws = [law for code in encoded_states(rules) if (law := rules.national(code)) is not None]
    national = [_state(rules, law) for law in sorted(laws, key=lambda law: labels.name(law.state))]
    grounds = [_ground(rules, ground, laws) for ground in rules.grounds]
    authorities = [a for g in rules.grounds for a in g.authority]
    return {
        "software": __version__,
        "version": rules.version,
        "sha256": rules.sha256,
        "kinds": [
            {"kind": kind, "title": title, "grounds": [g for g in grounds if g["kind"] == kind]}
            for kind, title in KINDS.items()
        ],
        "states": national,
        "instruments": [_instrument(rules.instrument(key)) for key in encoded_instruments(rules)],
        "warnings": [
            {
                "id": w.id,
                "text": w.text,
                "when": None if w.when is None else _tree(rules, w.when),
                "source": w.source,
                "verified": w.verified,
            }
            for w in rules.warnings
        ],
        "coordination": [
            {
                "id": c.id,
                "title": c.title,
                "text": c.text,
                "when": None if c.when is None else _tree(rules, c.when),
                "authority": [_authority(rules, a) for a in c.authority],
                "valid": _valid(c.validity),
            }
            for c in rules.coordination
        ],
        "facts": [
            {"path": f.path, "ask": f.ask, "values": list(f.values.items()), "none": f.none} for f in rules.vocabulary
        ],
        "totals": {
            "states": len(national),
            "provisions": sum(s["total"] for s in national),
            "verified": sum(s["verified"] for s in national),
            "authorities": len(authorities),
            "authorities_verified": sum(a.verified for a in authorities),
        },
    }


# --- By ground --------------------------------------------------------------------------------------------------------


def _ground(rules: RuleSet, ground: Ground, laws: Iterable[NationalLaw]) -> Data:
    serving = [
        {"state": law.state, "name": labels.name(law.state), "bases": [_short(b) for b in found]}
        for law in laws
        if (found := [b for b in law.bases if ground.id in b.grounds])
    ]
    return {
        "id": ground.id,
        "kind": ground.kind,
        "title": ground.title,
        "basis": rules.bases.get(ground.basis, ground.basis),
        "grade": labels.GRADES[ground.grade],
        "summary": ground.summary,
        "whose": claimant_words(ground.claimant) if ground.kind != "bar" else None,
        "bars": _bars(ground) if ground.kind == "bar" else None,
        "about": ground.about.replace("_", " ") if ground.about else None,
        "offences": _offences(ground.offences),
        "when": _tree(rules, ground.when),
        "authority": [_authority(rules, a) for a in ground.authority],
        "conditions": [
            {
                "text": c.text,
                "source": c.source,
                "verified": c.verified,
                "when": None if c.when is None else _tree(rules, c.when),
            }
            for c in ground.conditions
        ],
        "warnings": list(ground.warnings),
        "valid": _valid(ground.validity),
        "law_of": ground.law_of,
        "only_with_national": ground.only_with_national,
        "needs_national": ground.national_required,
        "serving": sorted(serving, key=lambda s: str(s["name"])),
    }


def _short(base: NationalBasis) -> Data:
    return {"id": base.id, "verified": base.verified}


def _bars(ground: Ground) -> str:
    grounds = "any ground" if ground.bars_grounds is None else f"the grounds {', '.join(ground.bars_grounds)}"
    effect = "" if ground.bars_excludes else "; never excludes by itself, somebody has to read a text first"
    return f"{grounds}, for {_offences(ground.bars_offences)}{effect}"


def _authority(rules: RuleSet, item: Authority) -> Data:
    return {
        "instrument": item.instrument,
        "short": rules.instrument(item.instrument).short,
        "provision": item.provision,
        "duty": item.duty,
        "party": {"claimant": "the State concerned", "flag": "the flag State", "none": "nobody in particular"}[
            item.party
        ],
        "when": None if item.when is None else _tree(rules, item.when),
        "verified": item.verified,
        "source": item.source,
        "checked": item.checked,
        "valid": _valid(item.validity) if item.validity.start or item.validity.end else None,
    }


# --- By State ---------------------------------------------------------------------------------------------------------


def _state(rules: RuleSet, law: NationalLaw) -> Data:
    share = verified_provisions(rules, law.state)
    return {
        "state": law.state,
        "name": labels.name(law.state),
        "note": states.register().state(law.state).status_note or None,
        "checked": law.checked,
        "summary": law.summary,
        "total": share.total,
        "verified": share.verified,
        "bases": [_base(rules, base) for base in law.bases],
        "absent": [
            {"grounds": list(a.grounds), "note": a.note, "verified": a.verified, "source": a.source} for a in law.absent
        ],
        "offences": [_offence(o) for o in law.offences],
        "notes": list(law.notes),
    }


def _base(rules: RuleSet, base: NationalBasis) -> Data:
    return {
        "id": base.id,
        "provision": base.provision,
        "grounds": list(base.grounds),
        "offences": _offences(base.offences),
        "when": None if base.when is None else _tree(rules, base.when),
        "conditions": list(base.conditions),
        "valid": _valid(base.validity),
        "verified": base.verified,
        "confidence": base.confidence,
        "source": base.source,
        "checked": base.checked,
        "note": base.note,
        "applied": base.applied,
    }


def _offence(offence: Mapping[str, Any]) -> Data:
    return {
        "provision": str(offence.get("provision", "")),
        "offence": str(offence.get("offence", "")),
        "covers": _offences(tuple(str(o) for o in offence.get("covers", ()))),
        "penalty": str(offence.get("penalty") or ""),
        "verified": bool(offence.get("verified")),
        "source": str(offence.get("source", "")),
    }


# --- Instruments ------------------------------------------------------------------------------------------------------


def _instrument(item: Instrument) -> Data:
    def entries(table: Mapping[str, Mapping[str, Any]], key: str) -> list[Data]:
        return [
            {
                "state": code,
                "name": labels.name(code),
                "day": table[code].get(key),
                "end": table[code].get("to"),
                "verified": bool(table[code].get("verified")),
                "note": table[code].get("note"),
            }
            for code in sorted(table, key=labels.name)
        ]

    return {
        "id": item.id,
        "kind": item.kind.replace("_", " "),
        "title": item.title,
        "url": item.url or "",
        "in_force": _valid(item.in_force)
        if item.ever_in_force
        else "not in force: shown for information, binds nobody",
        "binds_all": item.binds_all,
        "parties_from": item.parties_from,
        "excepted": [labels.state(code) for code in item.excepted],
        "parties": entries(item.parties, "from"),
        "non_parties": entries(item.non_parties, "as_of"),
        "unknown": entries(item.unknown, "from"),
    }


# --- Words ------------------------------------------------------------------------------------------------------------


def _tree(rules: RuleSet, test: Condition) -> Data:
    match test:
        case All(parts):
            return {"text": "all of these:", "parts": [_tree(rules, p) for p in parts]}
        case Any_(parts):
            return {"text": "at least one of these:", "parts": [_tree(rules, p) for p in parts]}
        case Not(part):
            inner = _tree(rules, part)
            return {"text": f"not: {inner['text']}", "parts": inner["parts"]}
        case _:
            return {"text": leaf_words(test, rules.vocabulary), "parts": []}


def _offences(offences: tuple[str, ...] | None) -> str:
    return "any offence" if offences is None else ", ".join(o.replace("_", " ") for o in offences)


def _valid(validity: Validity) -> str:
    start, end = validity.start, validity.end
    if start is None and end is None:
        return "no dates given: applied to every day"
    if end is None:
        return f"from {start}"
    return (
        f"until {end} (that day not included)" if start is None else f"from {start} until {end} (that day not included)"
    )
