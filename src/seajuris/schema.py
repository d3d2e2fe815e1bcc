"""JSON Schemas (draft 2020-12) of what comes out (places, assessments ...) and of what goes in (cases, rule files).

The schema of a case file is made from the declared facts (`rules/facts.yaml`), so that an editor offers exactly
the words that the reader accepts in their canonical spelling. The reader also takes other spellings of a choice
("Small craft"); the schema does not list those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seajuris import assessment, explanation, place
from seajuris.errors import InputError

if TYPE_CHECKING:
    from seajuris.rules.vocabulary import FactDeclaration, Vocabulary

DRAFT = "https://json-schema.org/draft/2020-12/schema"
RULE_FILES = ("ground", "state-law", "instrument", "coordination", "warnings", "facts", "bases", "version", "accepted")
WHICH = ("place", "assessment", "case", "explanation", *RULE_FILES)

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_TRUE: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "number"}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_CODE: Schema = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 3166-1 alpha-3, or XKX"}
_CODE_OR_NULL: Schema = {"type": ["string", "null"], "pattern": "^[A-Z]{3}$"}
_THREE: Schema = {"enum": ["yes", "no", "unknown"]}
_SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def schema(which: str) -> Schema:
    """The JSON Schema of a document.

    Args:
        which: ``place`` (what ``locate --json`` prints), ``assessment`` (what ``assess --json`` prints), or
            ``case`` (a case file); for authors, a kind of rule file: ``ground``, ``state-law``, ``instrument``,
            ``coordination`` and so on (`RULE_FILES`). Those list the words of the shipped rules.

    Raises:
        InputError: if `which` is another word.
    """
    if which == "place":
        return {"$schema": DRAFT, "title": place.FORMAT, **_place()}
    if which == "assessment":
        return {"$schema": DRAFT, "title": assessment.FORMAT, **_assessment(), "$defs": _shared()}
    if which == "explanation":
        return {"$schema": DRAFT, "title": explanation.FORMAT, **_explanation(), "$defs": _shared()}
    if which == "case":
        return {"$schema": DRAFT, "title": "seajuris case file", **_case(_vocabulary())}
    if which in RULE_FILES:
        from seajuris.rules.load import shipped_rules
        from seajuris.rules.schemas import Names, rule_schema

        title = f"seajuris rule file: {which}"
        return {"$schema": DRAFT, "title": title, **rule_schema(which, Names.of(shipped_rules()))}
    raise InputError(f"no schema is called {which!r}", where="schema", hint=f"Accepted: {', '.join(WHICH)}.")


def _object(properties: Schema, *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    """An object with exactly these keys."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False, **more}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


# --- Place ------------------------------------------------------------------------------------------------------


def _place() -> Schema:
    distance = {"type": "number", "description": "in M (1852 m), on the WGS 84 ellipsoid"}
    position = _object(
        {
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "lon": {"type": "number", "minimum": -180, "maximum": 180},
            "accuracy_m": {"type": ["number", "null"], "minimum": 0, "description": "as stated, metres"},
            "uncertainty_m": {"type": "number", "minimum": 0, "description": "radius that was searched, metres"},
            "read_as": _TEXT,
            "told": {**_TEXT, "description": "the position as it was typed"},
        },
        # Added later: a result of before is still one.
        optional=("told",),
    )
    zone = _object(
        {
            "zone": {"enum": list(place.ZONES)},
            "state": _CODE_OR_NULL,
            "territory": _CODE_OR_NULL,
            "claim": {"enum": ["proclaimed", "potential", "protested", None]},
            "delimitation": {"enum": ["agreed", "equidistance", "limit", "overlapping", "joint", None]},
            "certainty": {"enum": ["certain", "possible"]},
            "at_position": {"type": "boolean", "description": "whether the stated point itself lies in it"},
            "instrument": _TEXT_OR_NULL,
            "dispute": _TEXT_OR_NULL,
            "source": _TEXT_OR_NULL,
            "confidence": _TEXT_OR_NULL,
        }
    )
    limit = _object(
        {
            "limit": {"enum": ["territorial_sea", "contiguous_zone", "exclusive_economic_zone"]},
            "state": _CODE,
            "territory": _CODE,
            "distance_nm": {**distance, "description": "in M (1852 m); positive seaward of the limit, negative inside"},
            "kind": {"enum": ["envelope", "mapped", "agreed", "equidistance", "claim"]},
            "other_state": _CODE_OR_NULL,
            "boundary": _TEXT_OR_NULL,
        }
    )
    baseline = _object(
        {"state": _CODE, "territory": _CODE, "distance_nm": distance, "kind": {"enum": ["coast", "straight"]}}
    )
    boundary = _object(
        {
            "boundary": _TEXT,
            "parties": _list(_CODE),
            "role": {"enum": ["decides", "unilateral", "shelf_only", "not_applied"]},
            "distance_nm": distance,
            "in_force": {"type": ["boolean", "null"]},
            "source": _TEXT_OR_NULL,
            "confidence": _TEXT_OR_NULL,
            "note": _TEXT_OR_NULL,
        }
    )
    return _object(
        {
            "format": {"const": place.FORMAT},
            "position": position,
            "on": _DAY,
            "zones": _list(zone),
            "criminal_law_regime": {"enum": ["territory", "high_seas", "depends", "unknown"]},
            "limits": _list(limit),
            "baselines": _list(baseline),
            "boundaries": _list(boundary),
            "verdict": {"enum": ["robust", "near_line", "undetermined"]},
            "notes": _TEXTS,
            "provenance": _object(
                {"software": _TEXT, "software_sha256": _SHA256, "zones": _zone_data()}, optional=("software_sha256",)
            ),
        }
    )


def _zone_data() -> Schema:
    return _object({"version": _TEXT, "sha256": _SHA256, "content_sha256": _SHA256})


# --- Assessment -------------------------------------------------------------------------------------------------


def _assessment() -> Schema:
    return _object(
        {
            "format": {"const": assessment.FORMAT},
            "case": {"type": "object", "description": "the facts told, in canonical form; see the schema `case`"},
            "place": {"anyOf": [{"$ref": "#/$defs/place"}, {"type": "null"}]},
            "on": _DAY,
            "findings": _list({"$ref": "#/$defs/finding"}),
            "questions": _list({"$ref": "#/$defs/question"}),
            "bars": _list({"$ref": "#/$defs/bar"}),
            "coordination": _list({"$ref": "#/$defs/remark"}),
            "warnings": _list({"$ref": "#/$defs/remark"}),
            "notes": _TEXTS,
            "provenance": _provenance(),
            "disclaimer": _TEXT,
        }
    )


def _provenance() -> Schema:
    return _object(
        {
            "software": _TEXT,
            "software_sha256": {**_SHA256, "description": "of the files of the program"},
            "case": _object({"sha256": {**_SHA256, "description": "of `case` in canonical form"}}),
            "law_as_of": _DAY,
            "rules": _object({"version": _TEXT, "sha256": _SHA256}),
            "register": _object({"sha256": _SHA256}),
            "zones": _zone_data(),
        },
        optional=("zones", "software_sha256", "case"),
    )


def _explanation() -> Schema:
    return _object(
        {
            "format": {"const": explanation.FORMAT},
            "case": {"type": "object", "description": "the facts told, in canonical form; see the schema `case`"},
            "on": _DAY,
            "state": {"type": "string", "pattern": r"^([A-Z]{3}|\*)$", "description": "`*` is every State"},
            "ground": {**_TEXT_OR_NULL, "description": "the only ground that was asked for"},
            "findings": _list({"$ref": "#/$defs/finding"}),
            "bars": _list({"$ref": "#/$defs/bar"}),
            "not_yet_identified": {
                **_list(_object({"ground": _TEXT, "title": _TEXT, "fact": _TEXT})),
                "description": "grounds whose State no told fact names, each with the fact that would name it",
            },
            "notes": _TEXTS,
            "provenance": _provenance(),
            "disclaimer": _TEXT,
        },
        optional=("ground",),
    )


def _shared() -> Schema:
    from seajuris.rules.model import DUTIES, GRADES

    mandates = _list({"$ref": "#/$defs/mandate"})
    claimant = {"type": ["string", "null"], "pattern": r"^([A-Z]{3}|\*)$", "description": "`*` is every State"}
    claimants = _list({"type": "string", "pattern": r"^([A-Z]{3}|\*)$"})
    return {
        "place": _place(),
        "finding": _object(
            {
                "state": claimant,
                "ground": _TEXT,
                "title": _TEXT,
                "basis": _TEXT,
                "kind": {"enum": ["prosecute", "act_at_sea"]},
                "status": {"enum": list(assessment.STATUSES)},
                "grade": {"enum": list(GRADES)},
                "about": _TEXTS,
                "offences": _TEXTS,
                "mandate": mandates,
                "national": _list({"$ref": "#/$defs/national"}),
                "national_encoded": _TRUE,
                "conditions": _TEXTS,
                "missing": _TEXTS,
                "warnings": _TEXTS,
                "barred_by": _TEXTS,
                "reason": _TEXT_OR_NULL,
                "summary": _TEXT,
                "because": {"$ref": "#/$defs/argument"},
                "law": {"$ref": "#/$defs/law"},
                "turns_on": {
                    **_TEXTS,
                    "description": "facts not told, besides `missing`, that could change the status",
                },
                "without_bar": {
                    "enum": [*assessment.STATUSES, None],
                    "description": "the status without the bars of `barred_by`; null if no bar touches it",
                },
                "unverified": _TRUE,
            }
        ),
        "mandate": _object(
            {
                "instrument": _TEXT,
                "title": _TEXT,
                "provision": _TEXT,
                "duty": {"enum": list(DUTIES)},
                "applies": _THREE,
                "verified": _TRUE,
                "source": _TEXT,
                "checked": _DAY,
                "since": _TEXT_OR_NULL,
                "membership_verified": {"type": ["boolean", "null"]},
                "note": _TEXT_OR_NULL,
                "url": {"type": ["string", "null"], "description": "where a person reads the official text"},
                "missing": _TEXTS,
            }
        ),
        "national": _object(
            {
                "id": _TEXT,
                "provision": _TEXT,
                "offences": _TEXTS,
                "met": _THREE,
                "conditions": _TEXTS,
                "verified": _TRUE,
                "confidence": _TEXT,
                "source": _TEXT,
                "checked": _DAY,
                "note": _TEXT_OR_NULL,
                "missing": _TEXTS,
                "because": _TEXTS,
            }
        ),
        "bar": _object(
            {
                "bar": _TEXT,
                "title": _TEXT,
                "status": {"enum": ["applies", "open"]},
                "states": claimants,
                "about": _TEXTS,
                "offences": _TEXTS,
                "authority": mandates,
                "missing": _TEXTS,
                "summary": _TEXT,
                "conditions": _TEXTS,
                "because": {"$ref": "#/$defs/because"},
            }
        ),
        "question": _object(
            {
                "fact": _TEXT,
                "ask": _TEXT,
                "why": _TEXT,
                "decides": {**claimants, "description": "States for which some answer changes the status of a finding"},
                "findings": {"type": "integer", "minimum": 0, "description": "how many findings it decides"},
                "bears_on": {**claimants, "description": "States for which it bears on the treaty layer or a bar only"},
            }
        ),
        "remark": _object(
            {
                "id": _TEXT,
                "text": _TEXT,
                "title": _TEXT_OR_NULL,
                "verified": _TRUE,
                "source": _TEXT_OR_NULL,
                "states": claimants,
                "authority": mandates,
            }
        ),
        "because": _object(
            {"rule": _TEXT, **_step()}, optional=_STEP_OPTIONAL, description="the argument, step by step"
        ),
        "step": _object(_step(), optional=_STEP_OPTIONAL),
        **_argument(),
    }


_STEP_OPTIONAL = ("fact", "told", "of", "completions")


def _step() -> Schema:
    return {
        "test": _TEXT,
        "value": _THREE,
        "fact": _TEXT,
        "told": _TEXT,
        "of": _list({"$ref": "#/$defs/step"}),
        "completions": _object(
            {
                "result": {"enum": ["decided", "depends", "too_many"]},
                "over": {**_TEXTS, "description": "the missing facts that were varied together"},
                "tried": {"type": "integer", "minimum": 0, "description": "how many combinations"},
                "depends_on": {**_TEXTS, "description": "the missing facts on which the step really depends"},
            },
            description="what trying every completion of the missing facts showed, where that was needed",
        ),
    }


def _argument() -> Schema:
    """How a finding follows: conditions, treaties, national law, bars, status."""
    from seajuris.assessment import STATUSES
    from seajuris.rules.model import DUTIES, LAW_OF

    steps = _list({"$ref": "#/$defs/step"})
    authority = _object(
        {"instrument": _TEXT, "provision": _TEXT, "duty": {"enum": list(DUTIES)}, "value": _THREE, "of": steps}
    )
    national = _object({"id": _TEXT, "provision": _TEXT, **_step()}, optional=_STEP_OPTIONAL)
    about = _object({"about": _TEXTS, **_step()}, optional=("about", *_STEP_OPTIONAL))
    effects = ["applies", "applies to some of those concerned", "open", "does not apply"]
    bar = _object(
        {
            "bar": _TEXT,
            "title": _TEXT,
            "effect": {"enum": effects},
            "would_be": {"enum": list(STATUSES), "description": "the status of the finding where the bar applies"},
            "of": _list(about),
        }
    )
    then = _object({"step": _TEXT, "status": {"enum": list(STATUSES)}})
    return {
        "argument": _object(
            {
                "rule": _TEXT,
                **_step(),
                "claimant": {
                    **_list(_object({"fact": _TEXT, "told": _TEXT})),
                    "description": "what was told that makes the ground ask about this State",
                },
                "authority": {**_list(authority), "description": "in the order of `mandate`"},
                "national": {**_list(national), "description": "every provision looked at, also those not concerned"},
                "national_together": _object(
                    {"value": _THREE, "completions": _step()["completions"]},
                    description="whether one of the provisions is met, where each hangs on facts not told",
                ),
                "bars": {**_list(bar), "description": "every bar that was held against the finding"},
                "then": {**_list(then), "description": "how the status follows, the last one being the status"},
            },
            optional=(*_STEP_OPTIONAL, "claimant", "authority", "national", "national_together", "bars"),
            description="the argument, step by step",
        ),
        "law": _object(
            {
                "law_of": {"enum": list(LAW_OF), "description": "the day whose law counts for the ground"},
                "from": {**_DAY, "description": "first day that it can have been"},
                "to": {**_DAY, "description": "last day that it can have been"},
                "fact": {**_TEXT, "description": "the fact that tells the day that was used"},
                "told": {"type": "boolean", "description": "whether the day that counts was told"},
                "note": _TEXT_OR_NULL,
            }
        ),
    }


# --- Case file --------------------------------------------------------------------------------------------------


def _vocabulary() -> Vocabulary:
    from seajuris.rules.load import shipped_rules

    return shipped_rules().vocabulary


def _case(vocabulary: Vocabulary) -> Schema:
    from seajuris.case import GROUPS, LISTS, MAX_PEOPLE, MAX_TEXT, TEXT_KEYS

    top: Schema = {key: {"type": ["string", "integer"], "maxLength": MAX_TEXT} for key in TEXT_KEYS}
    groups: dict[str, Schema] = {name: {} for name in (*GROUPS, *LISTS)}
    for fact in vocabulary:
        head, dot, last = fact.path.partition(".")
        (groups[head.removesuffix("[]")] if dot else top)[last or head] = _fact(fact)
    for name, facts in groups.items():
        entry: Schema = {"type": "object", "properties": facts, "additionalProperties": False}
        if name in LISTS:
            people = [_NATIONALITIES] if name in ("suspects", "victims") else []
            entry = {"type": "array", "maxItems": MAX_PEOPLE, "items": {"anyOf": [entry, *people]}}
            top[name] = {"anyOf": [entry, {"enum": ["none", "unknown", None]}]}
        else:
            top[name] = {"anyOf": [entry, {"enum": ["unknown", None]}]}
    return {"type": "object", "properties": top, "additionalProperties": False}


_NATIONALITIES: Schema = {"type": "string", "description": "nationality; several joined by +"}
_STATE: Schema = {
    "type": "string",
    "minLength": 2,
    "description": "ISO 3166-1 code, name, or nationality: NOR, Norway, Norwegian",
}


def _fact(fact: FactDeclaration) -> Schema:
    value = _value(fact)
    words = [word for word in dict.fromkeys(("unknown", fact.none, "none" if fact.none else None)) if word]
    if fact.type in ("position", "length"):
        return {"description": fact.ask, "anyOf": [value, {"enum": ["unknown", None]}]}
    item = {"anyOf": [value, {"enum": [*words, None]}]}
    forms = [
        value,
        {"enum": [*words, None]},
        {
            "type": "object",
            "description": "several values are alleged",
            "properties": {"disputed": {"type": "array", "items": value, "minItems": 2}},
            "required": ["disputed"],
            "additionalProperties": False,
        },
    ]
    if fact.path == "on":
        forms.pop()
    elif fact.type in ("states", "choices"):
        forms.append({"type": "array", "items": item})
    return {"description": f"{fact.ask} ({fact.why})", "anyOf": forms}


def _value(fact: FactDeclaration) -> Schema:
    match fact.type:
        case "state" | "states":
            return _STATE
        case "choice" | "choices":
            # `true` and `false` are what YAML makes of a bare yes or no in other readers.
            both = [True, False] if {"yes", "no"} <= set(fact.values) else []
            listed = "; ".join(f"{word}: {plain}" for word, plain in fact.values.items())
            return {"enum": [*fact.values, *both], "description": listed}
        case "yes_no":
            return {"enum": [True, False, "true", "false", "yes", "no"]}
        case "date":
            return {
                "anyOf": [
                    {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
                    {"type": "integer", "minimum": 1000, "maximum": 9999},
                ],
                "description": "YYYY-MM-DD; YYYY-MM or YYYY where only that is known",
            }
        case "position":
            both_numbers = _object({"lat": {"type": ["string", "number"]}, "lon": {"type": ["string", "number"]}})
            return {"anyOf": [{**_TEXT, "description": "e.g. 36°15'N 21°04'E"}, both_numbers]}
        case "length":
            return {"anyOf": [{**_TEXT, "description": "with its unit: 1 nm, 500 m, 2 km"}, {**_NUMBER, "minimum": 0}]}
        case _:
            return {"type": ["string", "integer", "number"]}
