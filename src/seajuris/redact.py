"""Leave names out of a case."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from seajuris.case import Case
from seajuris.rules.vocabulary import Vocabulary


def redacted(case: Case, vocabulary: Vocabulary) -> Case:
    """A case without its title, reference and notes, and without the facts that are names or numbers of ships.

    These are the facts of type *text*: no rule reads them. The position, dates, States and parts played stay, since the
    answer rests on them; with them a known incident can still be recognised.
    """
    facts = {path: told for path, told in case.facts.items() if vocabulary[path].type != "text"}
    return replace(case, facts=MappingProxyType(facts), texts=MappingProxyType({}))
