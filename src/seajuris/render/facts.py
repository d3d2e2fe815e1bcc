"""The facts of a case as pairs of a label and words, for reports that show what was told before what follows."""

from __future__ import annotations

from collections.abc import Iterator

from seajuris.case import Case, Told
from seajuris.render import labels
from seajuris.render.memo import facts as told_facts
from seajuris.render.memo import people
from seajuris.render.words import Words
from seajuris.rules.vocabulary import FactDeclaration, Vocabulary

Pair = tuple[str, str]


def pairs(case: Case, vocabulary: Vocabulary) -> Iterator[Pair]:
    """Every fact that was told, in the order of the vocabulary; people of whom the same is told together."""
    words = Words()
    if case.on is not None:
        yield labels.FACTS["on"], case.on_days.text if case.on_days else case.on.isoformat()
    if case.position is not None:
        yield labels.FACTS["position"], case.position.source
        if case.position.accuracy_m is not None:
            yield labels.FACTS["accuracy"], told_facts.metres(case.position.accuracy_m, words)
    for declared in vocabulary:
        if declared.path in case.facts:
            yield people.fact(declared.path, words), _value(case.facts[declared.path], declared, words)
    for key in labels.LISTS:
        if key in case.counts:
            yield from _list(case, key, vocabulary, words)


def _value(told: Told, declared: FactDeclaration, words: Words) -> str:
    text = "".join(run.text for run in told_facts.value(told, declared, words))
    return f"disputed: {text}" if told.known == "disputed" else text


def _list(case: Case, key: str, vocabulary: Vocabulary, words: Words) -> Iterator[Pair]:
    if case.counts[key] == 0:
        yield labels.LISTS[key][1], "there are none"
        return
    fields = [declared for declared in vocabulary if declared.path.startswith(f"{key}[].")]
    alike: dict[tuple[Pair, ...], list[int]] = {}
    for index in range(case.counts[key]):
        told = []
        for declared in fields:
            path = declared.path.replace("[]", f"[{index}]")
            if path in case.facts:
                name = declared.path.rpartition(".")[2].replace("_", " ")
                told.append((labels.FACTS.get(declared.path, name), _value(case.facts[path], declared, words)))
        alike.setdefault(tuple(told), []).append(index + 1)
    for facts, numbers in alike.items():
        text = "; ".join(f"{label}: {value}" for label, value in facts)
        yield people.group(key, numbers, words), text or "nothing told"
