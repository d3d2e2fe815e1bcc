"""JSON Schemas (draft 2020-12) of rule files: for editors, and for the first pass of ``seajuris rules lint``.

With `Names` the words that exist in a rule set (facts, grounds, instruments ...) are listed, so that an editor offers
them; without, a schema says only what has the right form, and whether a name exists is asked separately.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seajuris.rules.model import DUTIES, GRADES, KINDS, LAW_OF

if TYPE_CHECKING:
    from seajuris.rules.load import RuleSet

Schema = dict[str, Any]

ZONES = (
    "land",
    "internal_waters",
    "archipelagic_waters",
    "territorial_sea",
    "contiguous_zone",
    "exclusive_economic_zone",
    "high_seas",
)
OF = ("claimant", "anyone", "other", "flag")
ABOUT = ("suspect", "victim", "other_vessel", "decision")
CONFIDENCE = ("high", "medium", "low")
INSTRUMENT_KINDS = ("treaty", "eu_act", "eu_proposal", "un_decision", "custom", "soft_law")

# A condition has exactly one of these sets of keys.
CONDITION_FORMS = (
    ("all",),
    ("any",),
    ("not",),
    ("fact", "is"),
    ("place",),
    ("place", "of"),
    ("beyond_territorial_sea",),
    ("party",),
    ("party", "state"),
    ("offence",),
)

# How a rule names a fact of one of several people, ships or decisions, and the list of the case in which it stands.
BOUND = {"suspect": "suspects", "victim": "victims", "other_vessel": "other_vessels", "decision": "decisions"}
ANY_OF = {
    "any_suspect": "suspects",
    "any_victim": "victims",
    "any_vessel": "other_vessels",
    "any_decision": "decisions",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Words that exist in a rule set; `None` leaves them open."""

    facts: tuple[str, ...] | None = None
    grounds: tuple[str, ...] | None = None
    instruments: tuple[str, ...] | None = None
    warnings: tuple[str, ...] | None = None
    bases: tuple[str, ...] | None = None
    offences: tuple[str, ...] | None = None

    @classmethod
    def of(cls, rules: RuleSet) -> Names:
        """The words of a rule set."""
        return cls(
            facts=tuple(spellings(rules.vocabulary.paths)),
            grounds=tuple(sorted(g.id for g in rules.grounds)),
            instruments=tuple(sorted(p.stem for p in (rules.folder / "instruments").glob("*.yaml"))),
            warnings=tuple(w.id for w in rules.warnings),
            bases=tuple(rules.bases),
            offences=tuple(rules.vocabulary["offences"].values),
        )


def spellings(paths: tuple[str, ...]) -> list[str]:
    """Every way in which a rule may write the declared facts: ``suspects[].role`` as ``suspect.role`` and so on."""
    found = []
    for path in paths:
        group, bracket, rest = path.partition("[].")
        heads = [head for table in (BOUND, ANY_OF) for head, of in table.items() if of == group]
        found += [f"{head}.{rest}" for head in heads] if bracket else [path]
    return found


def declared(path: str) -> str:
    """The path in `facts.yaml` that a rule's spelling stands for: ``suspect.role`` is ``suspects[].role``."""
    head, dot, rest = path.partition(".")
    group = BOUND.get(head) or ANY_OF.get(head)
    return f"{group}[].{rest}" if dot and group else path


# --- Building blocks ------------------------------------------------------------------------------------------------

_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_BOOLEAN: Schema = {"type": "boolean"}
_DAY: Schema = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "format": "date",
    "description": "YYYY-MM-DD, in quotes",
}
_DAY_OR_NULL: Schema = {**_DAY, "type": ["string", "null"]}
_STATE: Schema = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 3166-1 alpha-3, or XKX"}
_VALID: Schema = {
    "type": ["object", "null"],
    "description": "in force from the first day (included) to the last (not included); null is open",
    "properties": {"from": _DAY_OR_NULL, "to": _DAY_OR_NULL},
    "additionalProperties": False,
}
_SOURCE: Schema = {**_TEXT, "description": "address of the text that was read, or: from memory"}
_VERIFIED: Schema = {
    **_BOOLEAN,
    "description": "true only if the text itself was read, officially published or reprinted",
}
_CHECKED: Schema = {**_DAY, "description": "day on which somebody looked at the source, YYYY-MM-DD, in quotes"}
_CONDITION: Schema = {"$ref": "#/$defs/condition"}
_OPTIONAL_CONDITION: Schema = {"anyOf": [_CONDITION, {"type": "null"}]}


def _object(properties: Schema, optional: tuple[str, ...] = (), required: tuple[str, ...] | None = None) -> Schema:
    """A mapping with these keys and no others: all of them required, all but some, or only those named."""
    needed = [key for key in properties if (key in required if required is not None else key not in optional)]
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def _list(items: Schema, *, least: int = 0) -> Schema:
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def _set(items: Schema, *, least: int = 0) -> Schema:
    return {**_list(items, least=least), "uniqueItems": True}


def _word(known: tuple[str, ...] | None, description: str = "") -> Schema:
    described = {"description": description} if description else {}
    return {"enum": list(known), **described} if known is not None else {**_TEXT, **described}


def _any_or(items: Schema) -> Schema:
    # The two types side by side, not `anyOf`: a wrong item is then reported where it stands.
    return {
        "type": ["string", "array"],
        "pattern": "^any$",
        "items": items,
        "minItems": 1,
        "uniqueItems": True,
        "description": "any, or a list",
    }


def _condition(names: Names) -> Schema:
    wanted: Schema = {
        "type": ["string", "boolean", "array"],
        "minLength": 1,
        "items": {"type": ["string", "boolean"], "minLength": 1},
        "minItems": 1,
        "uniqueItems": True,
        "description": "a value, a list of values (any of them), claimant, known, none, or the path of another fact",
    }
    properties: Schema = {
        "all": {**_list(_CONDITION, least=1), "description": "every part must hold"},
        "any": {**_list(_CONDITION, least=1), "description": "at least one part must hold"},
        "not": _CONDITION,
        "fact": _word(names.facts, "path of a fact, as in facts.yaml"),
        "is": wanted,
        "place": {**_set({"enum": list(ZONES)}, least=1), "description": "the position lies in one of these zones"},
        "of": {"enum": list(OF), "description": "whose zone; the claimant's if not said"},
        "beyond_territorial_sea": _BOOLEAN,
        "party": _word(names.instruments, "bound by this instrument on the day of the facts"),
        "state": {**_TEXT, "description": "claimant, flag, or the path of a fact that names States"},
        "offence": {**_set(_word(names.offences), least=1), "description": "one of these is investigated"},
    }
    forms = [{"required": list(form), "maxProperties": len(form)} for form in CONDITION_FORMS]
    return {"type": "object", "properties": properties, "additionalProperties": False, "oneOf": forms}


def _authority(names: Names) -> Schema:
    return _object(
        {
            "instrument": _word(names.instruments),
            "provision": _TEXT,
            "duty": {"enum": list(DUTIES)},
            "party": {"enum": ["claimant", "flag", "none"], "description": "who must be bound on the day of the facts"},
            "when": _OPTIONAL_CONDITION,
            "verified": _VERIFIED,
            "source": _SOURCE,
            "checked": _CHECKED,
            "valid": _VALID,
            "note": _TEXT,
        },
        optional=("when", "valid", "note"),
    )


# --- Files ----------------------------------------------------------------------------------------------------------


def ground(names: Names) -> Schema:
    """The schema of `grounds/<id>.yaml`."""
    claimant = {
        "type": "object",
        "description": "whose jurisdiction: {fact: PATH}, {facts: [PATH, ...]}, {place: [ZONE, ...]} or {any: true}",
        "properties": {
            "fact": _word(names.facts),
            "facts": _set(_word(names.facts), least=1),
            "place": _set({"enum": list(ZONES)}, least=1),
            "any": {"const": True},
        },
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    bars = _object(
        {
            "kind": {"const": "prosecute"},
            "grounds": _any_or(_word(names.grounds)),
            "offences": _any_or(_word(names.offences)),
            "excludes": _BOOLEAN,
        },
        optional=("kind", "grounds", "offences", "excludes"),
    )
    remark = _object(
        {"text": _TEXT, "source": _SOURCE, "verified": _VERIFIED, "when": _OPTIONAL_CONDITION}, optional=("when",)
    )
    body = _object(
        {
            "id": {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "description": "the name of the file"},
            "title": _TEXT,
            "basis": _word(names.bases),
            "kind": {"enum": list(KINDS)},
            "law_of": {
                "enum": list(LAW_OF),
                "description": "the day whose law counts; the day of the event if missing",
            },
            "claimant": claimant,
            "about": {"enum": [*ABOUT, None]},
            "offences": _any_or(_word(names.offences)),
            "when": _CONDITION,
            "bars": bars,
            "grade": {"enum": list(GRADES)},
            "order": {"type": "integer", "description": "order of display only, never a ranking"},
            "authority": _list(_authority(names)),
            "conditions": _list(remark),
            "warnings": _set(_word(names.warnings)),
            "summary": _TEXT,
            "national_required": _BOOLEAN,
            "only_with_national": _BOOLEAN,
            "valid": _VALID,
            "leaflet_ref": {"type": ["string", "null"], "description": "empty until a person has read the leaflet"},
        },
        required=("id", "title", "basis", "kind", "when", "summary"),
    )
    needed = [
        {"if": _kind_in("bar"), "then": {"required": ["bars"]}},
        {"if": _kind_in("prosecute", "act_at_sea"), "then": {"required": ["claimant", "grade"]}},
    ]
    return {**body, "allOf": needed, "$defs": {"condition": _condition(names)}}


def _kind_in(*kinds: str) -> Schema:
    return {"properties": {"kind": {"enum": list(kinds)}}, "required": ["kind"]}


def state_law(names: Names) -> Schema:
    """The schema of `states/XXX.yaml`."""
    grounds = _set(_word(names.grounds))
    base = _object(
        {
            "id": {"type": "string", "pattern": "^[A-Z]{3}(-[A-Za-z0-9]+)+$", "description": "begins with the State"},
            "grounds": {**grounds, "description": "grounds that this provision gives a footing to"},
            "kind": _TEXT,
            "provision": _TEXT,
            "offences": _any_or(_word(names.offences)),
            "when": _OPTIONAL_CONDITION,
            "conditions": {**_list(_TEXT), "description": "what a person has to verify, each a plain sentence"},
            "valid": _VALID,
            "verified": _VERIFIED,
            "confidence": {"enum": list(CONFIDENCE)},
            "source": _SOURCE,
            "checked": _CHECKED,
            "note": _TEXT,
            "applied": {**_BOOLEAN, "description": "false: kept for information, not applied"},
        },
        optional=("kind", "offences", "when", "conditions", "valid", "note", "applied"),
    )
    absent = _object(
        {
            "grounds": {**grounds, "minItems": 1},
            "note": _TEXT,
            "verified": _VERIFIED,
            "source": _SOURCE,
            "checked": _CHECKED,
            "valid": _VALID,
        },
        optional=("valid",),
    )
    offence = _object(
        {
            "provision": _TEXT,
            "offence": _TEXT,
            "covers": _set(_word(names.offences), least=1),
            "penalty": _TEXT,
            "verified": _VERIFIED,
            "source": _SOURCE,
            "confidence": {"enum": list(CONFIDENCE)},
        },
        optional=("penalty", "confidence"),
    )
    body = _object(
        {
            "state": _STATE,
            "name": _TEXT,
            "checked": _CHECKED,
            "summary": _TEXT,
            "member": {"type": ["object", "null"], "description": "remarks only; membership is read from instruments"},
            "bases": _list(base),
            "absent": _list(absent),
            "offences": _list(offence),
            "notes": _list(_TEXT),
        },
        optional=("name", "member", "absent", "offences", "notes"),
    )
    return {**body, "$defs": {"condition": _condition(names)}}


def instrument(names: Names) -> Schema:
    """The schema of `instruments/<ID>.yaml`."""
    party = _object(
        {
            "from": _DAY_OR_NULL,
            "to": _DAY,
            "consent": _DAY,
            "how": {"const": "succession"},
            "verified": _BOOLEAN,
            "note": _TEXT,
            "not_party_on": _DAY,
            "known_by": _DAY,
            "union_law_to": _DAY,
        },
        optional=("to", "consent", "how", "note", "not_party_on", "known_by", "union_law_to"),
    )
    outside = _object(
        {"as_of": _DAY, "verified": _BOOLEAN, "signed": _DAY, "believed_until": _DAY, "note": _TEXT},
        optional=("signed", "believed_until", "note"),
    )
    doubt = _object({"from": _DAY_OR_NULL, "to": _DAY_OR_NULL, "note": _TEXT})
    return _object(
        {
            "id": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$", "description": "the name of the file"},
            "kind": {"enum": list(INSTRUMENT_KINDS)},
            "title": _TEXT,
            "short": _TEXT,
            "adopted": _DAY_OR_NULL,
            "in_force": {**_DAY_OR_NULL, "description": "first day from which it can be relied on; null: never"},
            "entered_into_force": _DAY_OR_NULL,
            "transposition": _DAY_OR_NULL,
            "expired": _DAY_OR_NULL,
            "identifiers": {"type": "object"},
            "url": {**_TEXT, "description": "where the official text, or the depositary's list, is read"},
            "official_text_checked": _BOOLEAN,
            "status_source": {"type": "object"},
            "checked": _CHECKED,
            "notes": _list(_TEXT),
            "procedure": {"type": ["string", "object"]},
            "binds_all": _BOOLEAN,
            "closed": {**_BOOLEAN, "description": "true: the list is complete, a State not in it is outside"},
            "parties_from": _word(names.instruments),
            "participation_verified": _BOOLEAN,
            "except": _set(_STATE),
            "parties": _by_state(party),
            "non_parties": _by_state(outside),
            "unknown": _by_state(doubt),
        },
        required=("id", "kind", "title", "url", "checked"),
    )


def _by_state(entry: Schema) -> Schema:
    return {"type": ["object", "null"], "additionalProperties": entry}


def coordination(names: Names) -> Schema:
    """The schema of `coordination/*.yaml`."""
    states = _object({"member": _word(names.instruments), "at_least": {"type": "integer", "minimum": 0}})
    item = _object(
        {
            "id": _TEXT,
            "title": _TEXT,
            "text": _TEXT,
            "when": _OPTIONAL_CONDITION,
            "states": {**states, "type": ["object", "null"]},
            "authority": _list(_authority(names), least=1),
            "valid": _VALID,
        },
        optional=("when", "states", "valid"),
    )
    return {**_list(item), "$defs": {"condition": _condition(names)}}


def warnings(names: Names) -> Schema:
    """The schema of `warnings.yaml`."""
    item = _object(
        {"text": _TEXT, "when": _OPTIONAL_CONDITION, "source": _SOURCE, "verified": _VERIFIED}, optional=("when",)
    )
    table = {"type": "object", "propertyNames": {"pattern": "^W-[A-Z0-9]+(-[A-Z0-9]+)*$"}, "additionalProperties": item}
    return {**_object({"warnings": table}), "$defs": {"condition": _condition(names)}}


def facts(_: Names) -> Schema:
    """The schema of `facts.yaml`."""
    from seajuris.rules.vocabulary import TYPES

    item = {
        **_object(
            {
                "type": {"enum": list(TYPES)},
                "ask": _TEXT,
                "why": _TEXT,
                "none": {"type": ["string", "null"], "description": "the word that says: there is none"},
                "values": {"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
            },
            optional=("why", "none", "values"),
        ),
        "if": {"properties": {"type": {"enum": ["choice", "choices"]}}, "required": ["type"]},
        "then": {"required": ["values"]},
    }
    return _object({"facts": {"type": "object", "additionalProperties": item, "minProperties": 1}})


def bases(_: Names) -> Schema:
    """The schema of `bases.yaml`."""
    words = {"type": "object", "additionalProperties": _TEXT}
    return _object(dict.fromkeys(KINDS, words))


def version(_: Names) -> Schema:
    """The schema of `version.yaml`."""
    return _object({"version": _TEXT})


def accepted(_: Names) -> Schema:
    """The schema of `accepted.yaml`."""
    entry = _object({"code": _TEXT, "file": _TEXT, "about": _TEXT, "reason": {"type": "string"}}, optional=("reason",))
    return _object({"accepted": _list(entry)})


FILES = {
    "ground": ground,
    "state-law": state_law,
    "instrument": instrument,
    "coordination": coordination,
    "warnings": warnings,
    "facts": facts,
    "bases": bases,
    "version": version,
    "accepted": accepted,
}
"""Every kind of rule file with its schema."""


def rule_schema(kind: str, names: Names | None = None) -> Schema:
    """The schema of one kind of rule file (a key of `FILES`), without the line that names the draft."""
    return FILES[kind](names or Names())
