"""Whether the names in rules exist: a fact that nobody declared is one that no case ever tells.

A misspelt name would not look wrong. The fact would stay unknown for ever, or its value would never be the one asked
for, and a State would be listed or left out for it. So rules are held against the declared facts as they are read.
``seajuris rules lint`` looks closer, and at more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from seajuris.errors import RuleError
from seajuris.rules.model import FactIs, Offence, Party, PlaceIn
from seajuris.rules.schemas import ZONES, declared, spellings
from seajuris.rules.vocabulary import FactDeclaration, Vocabulary
from seajuris.states import register

_VALUES = {"yes_no": ("true", "false")}
_STATES = ("claimant", "flag")
_LISTED = 20
"""No more words than this are told."""


def check_names(rule: Any, vocabulary: Vocabulary, where: str) -> None:
    """Hold what the conditions of a rule name against the declared facts.

    Args:
        rule: Anything made of the classes in `seajuris.rules.model`.
        vocabulary: The declared facts.
        where: The file.

    Raises:
        RuleError: naming the first word that does not exist.
    """
    for test in _tests(rule):
        if isinstance(test, FactIs):
            check_fact(test.path, vocabulary, where)
            for value in test.values:
                _check_value(test.path, vocabulary[declared(test.path)], value, vocabulary, where)
        elif isinstance(test, Offence):
            check_offences(test.offences, vocabulary, where)
        elif isinstance(test, Party):
            if test.state not in _STATES:
                check_fact(test.state, vocabulary, where)
        else:
            check_listed(test.zones, ZONES, "a zone", where)


def check_fact(path: str, vocabulary: Vocabulary, where: str) -> None:
    """Whether a path, as rules write it, stands for a declared fact.

    Raises:
        RuleError: if it does not.
    """
    if declared(path) not in vocabulary:
        raise _unknown(path, tuple(spellings(vocabulary.paths)), "a declared fact", where)


def check_claimant(claimant: Mapping[str, Any], vocabulary: Vocabulary, where: str) -> None:
    """Whether the facts that name the claimant of a ground are declared.

    Raises:
        RuleError: if one is not.
    """
    for path in (claimant.get("fact"), *(claimant.get("facts") or ())):
        if isinstance(path, str):
            check_fact(path, vocabulary, where)


def check_offences(offences: Iterable[str] | None, vocabulary: Vocabulary, where: str) -> None:
    """Whether offences are those that a case may tell; `None` are all of them.

    Raises:
        RuleError: if one is not.
    """
    if offences:
        check_listed(offences, tuple(vocabulary["offences"].values), "an offence", where)


def check_listed(words: Iterable[str], known: tuple[str, ...], what: str, where: str) -> None:
    """Whether words are among those that exist.

    Args:
        words: The words.
        known: Those that exist.
        what: What each has to be, for the message.
        where: The file.

    Raises:
        RuleError: if one is not.
    """
    for word in words:
        if word not in known:
            raise _unknown(word, known, what, where)


def _check_value(path: str, fact: FactDeclaration, value: str, vocabulary: Vocabulary, where: str) -> None:
    if value == "known" or (value == "none" and fact.none is not None):
        return
    if fact.type in ("state", "states"):
        if "." in value:
            check_fact(value, vocabulary, where)
        elif value != "claimant":
            check_listed((value,), _codes(), "a State in the register, or `claimant`", where)
    else:
        known = _VALUES.get(fact.type) or tuple(fact.values) or ("known",)
        check_listed((value,), known, f"a value of {path}", where)


@cache
def _codes() -> tuple[str, ...]:
    return tuple(state.alpha3 for state in register())


def _unknown(word: str, known: tuple[str, ...], what: str, where: str) -> RuleError:
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=2)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    accepted = (
        f"Accepted: {', '.join(known)}." if len(known) <= _LISTED else "See facts.yaml and the register of States."
    )
    return RuleError(f"{word!r} is not {what}", where=where, hint=meant + accepted)


def _tests(rule: Any) -> Iterator[FactIs | Offence | Party | PlaceIn]:
    """All tests in a rule, at any depth."""
    if isinstance(rule, FactIs | Offence | Party | PlaceIn):
        yield rule
    elif isinstance(rule, tuple):
        for part in rule:
            yield from _tests(part)
    else:
        for name in getattr(rule, "__slots__", ()):
            yield from _tests(getattr(rule, name))
