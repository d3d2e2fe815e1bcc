"""Conditions in plain English, for rule authors and the rule book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seajuris.rules.model import All, Any_, BeyondTerritorialSea, Condition, FactIs, Not, Offence, Party, PlaceIn
from seajuris.rules.schemas import declared
from seajuris.rules.vocabulary import Vocabulary

_OF = {"claimant": "the State concerned", "anyone": "any State", "other": "another State", "flag": "the flag State"}
_OF_TEST = {"claimant": "the State concerned", "flag": "the flag State"}
_HEADS = {
    "any_suspect": "any suspect",
    "any_victim": "any victim",
    "any_vessel": "any other vessel",
    "any_decision": "any decision",
    "other_vessel": "the other vessel",
    "suspect": "the suspect",
    "victim": "the victim",
    "decision": "the decision",
    "vessel": "the vessel",
    "intervention": "the intervention",
}


def in_words(test: Condition, vocabulary: Vocabulary) -> str:
    """A condition in one line."""
    match test:
        case All(parts):
            return " and ".join(_nested(p, vocabulary) for p in parts)
        case Any_(parts):
            return " or ".join(_nested(p, vocabulary) for p in parts)
        case Not(part):
            return f"not: {_nested(part, vocabulary)}"
        case _:
            return leaf_words(test, vocabulary)


def _nested(test: Condition, vocabulary: Vocabulary) -> str:
    text = in_words(test, vocabulary)
    return f"({text})" if isinstance(test, All | Any_) else text


def outline(test: Condition, vocabulary: Vocabulary, level: int = 0, lead: str = "") -> Iterator[tuple[int, str]]:
    """A condition as indented lines: pairs of level and text."""
    match test:
        case All(parts) | Any_(parts):
            yield level, f"{lead}{'all of these' if isinstance(test, All) else 'at least one of these'}:"
            for part in parts:
                yield from outline(part, vocabulary, level + 1)
        case Not(part):
            yield from outline(part, vocabulary, level, f"{lead}not: ")
        case _:
            yield level, f"{lead}{leaf_words(test, vocabulary)}"


def leaf_words(test: Condition, vocabulary: Vocabulary) -> str:
    """A simple test in words."""
    match test:
        case FactIs(path, values):
            verb = ":" if set(values) <= {"true", "false"} else " is"
            return f"{fact_words(path)}{verb} {' or '.join(_value(path, v, vocabulary) for v in values)}"
        case PlaceIn(zones, of):
            listed = " or ".join(z.replace("_", " ") for z in zones)
            whose = "" if of == "anyone" and zones == ("high_seas",) else f" of {_OF[of]}"
            return f"the position is in the {listed}{whose}"
        case BeyondTerritorialSea():
            return "the position is seaward of every territorial sea"
        case Party(instrument, state):
            return f"{_OF_TEST.get(state) or fact_words(state)} is bound by {instrument}"
        case Offence(offences):
            return f"{' or '.join(o.replace('_', ' ') for o in offences)} is investigated"
        case _:
            # A combination in the place of a test: in words all the same, rather than no answer.
            return in_words(test, vocabulary)


def fact_words(path: str) -> str:
    """A fact in words: ``vessel.flag`` is "flag of the vessel"."""
    head, dot, rest = path.partition(".")
    if not dot:
        return head.replace("_", " ")
    whose, what = _HEADS.get(head, head.replace("_", " ")), rest.replace("_", " ")
    return f"{whose}: {what}" if what.endswith((" in", "by")) else f"{what} of {whose}"


def _value(path: str, value: str, vocabulary: Vocabulary) -> str:
    fixed = {"claimant": "the State concerned", "known": "told", "true": "yes", "false": "no"}
    if value in fixed:
        return fixed[value]
    fact = vocabulary[declared(path)] if declared(path) in vocabulary.paths else None
    if value == "none" and fact is not None and fact.none:
        return fact.none
    if fact is not None and value in fact.values:
        word = value.replace("_", " ")
        return word if word == fact.values[value] else f"{word} ({fact.values[value]})"
    return fact_words(value) if "." in value else value


def claimant_words(spec: Mapping[str, Any]) -> str:
    """Whose jurisdiction a ground is about, in words."""
    if "any" in spec:
        return "every State"
    if "place" in spec:
        return f"each State in whose {' or '.join(str(z).replace('_', ' ') for z in spec['place'])} the position lies"
    paths = [str(p) for p in spec.get("facts") or [spec.get("fact")]]
    return f"each State named under {' or '.join(fact_words(p) for p in paths)}"
