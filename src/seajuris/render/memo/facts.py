"""The section "Facts as told": what is known, that there is none, what is disputed, and what is unknown and counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seajuris.assessment import Assessment
from seajuris.case import Case, Told
from seajuris.render import labels
from seajuris.render.memo import people, texts
from seajuris.render.memo.document import Block, Inline, Paragraph, Row, Run, Table
from seajuris.render.words import Words
from seajuris.rules.vocabulary import FactDeclaration, Vocabulary, general

_PART_OF_A_DATE = re.compile(r"[0-9]{4}(-[0-9]{2})?")


def blocks(result: Assessment, vocabulary: Vocabulary, words: Words) -> Iterator[Block]:
    """The blocks of the section."""
    case = result.case
    rows = list(_told(case, vocabulary, words))
    columns = (words("Fact"), words("As told"), words("State of knowledge"))
    if rows:
        yield Table(words("Facts told"), columns, (32, 48, 20), tuple(rows))
    else:
        yield Paragraph((Run(words("No facts were told.")),))
    yield Paragraph((Run(words(texts.UNKNOWN)),), "note")
    if result.questions:
        yield Table(
            words("Unknown, and of weight for the answer"),
            (words("Fact"), words("Why it counts")),
            (40, 60),
            tuple(
                Row((((Run(_unknown(path, case, words)),),), ((Run(question.why),),)))
                for path, question in {q.fact: q for q in result.questions}.items()
            ),
        )  # fmt: skip
    for line in case.texts.get("notes", "").splitlines():
        if line.strip():
            yield Paragraph((Run(f"{words('Notes of the case')}: ", "strong"), Run(line, told=True)))


def _unknown(path: str, case: Case, words: Words) -> str:
    """The label of a fact that is asked for; what was told, but not closely enough, is asked for more exactly."""
    told = {"position": case.position is not None, "on": case.on is not None}.get(path, False)
    label = people.fact(path, words)
    return f"{label} ({words('more exactly')})" if told else label


def _told(case: Case, vocabulary: Vocabulary, words: Words) -> Iterator[Row]:
    known = words("known")
    for key, label in (("title", "Title"), ("id", "Reference")):
        if case.texts.get(key):
            yield _row(words(label), (Run(case.texts[key], told=True),), known)
    if case.position is not None:
        yield _row(words(labels.FACTS["position"]), (Run(case.position.source, told=True),), known)
        if case.position.accuracy_m is not None:
            yield _row(words(labels.FACTS["accuracy"]), (Run(metres(case.position.accuracy_m, words)),), known)
    if case.on is not None:
        day = case.on_days.text if case.on_days else case.on.isoformat()
        exact = case.on_days is None or case.on_days.exact
        yield _row(words(labels.FACTS["on"]), (Run(day),), known if exact else words("known in part"))
    # The order of the vocabulary, not that of the file: the same facts make the same memo.
    single = {path: told for path, told in case.facts.items() if "[" not in path}
    order = {declaration.path: number for number, declaration in enumerate(vocabulary)}
    for path in sorted(single, key=lambda path: order.get(path, len(order))):
        yield _row(
            people.fact(path, words),
            value(single[path], vocabulary[path], words),
            _known(single[path], vocabulary[path], words),
        )
    for key in labels.LISTS:
        if key in case.counts:
            yield from _list(case, key, vocabulary, words)


def _row(label: str, runs: Inline, known: str) -> Row:
    return Row((((Run(label),),), (runs,), ((Run(known),),)))


def _list(case: Case, key: str, vocabulary: Vocabulary, words: Words) -> Iterator[Row]:
    """People (or ships, or decisions) of whom the same is told stand in one row."""
    many = words(labels.LISTS[key][1])
    if case.counts[key] == 0:
        yield _row(many, (Run(words("there are none")),), words("known: none"))
        return
    alike: dict[tuple[tuple[str, Told], ...], list[int]] = {}
    for index in range(case.counts[key]):
        prefix = f"{key}[{index}]."
        fields = (declared.path.partition("[].")[2] for declared in vocabulary if declared.path.startswith(f"{key}[]."))
        known = tuple((name, case.facts[prefix + name]) for name in fields if prefix + name in case.facts)
        alike.setdefault(known, []).append(index + 1)
    for facts, numbers in alike.items():
        label = people.group(key, numbers, words)
        if not facts:
            yield _row(label, (Run(words("nothing told")),), words("unknown"))
        for name, told in facts:
            path = f"{key}[].{name}"
            field = words(labels.FACTS.get(path, name.replace("_", " ")))
            yield _row(f"{label}: {field}", value(told, vocabulary[path], words), _known(told, vocabulary[path], words))


def value(told: Told, declaration: FactDeclaration, words: Words) -> Inline:
    """A fact's value in words."""
    if told.known == "none":
        word = declaration.none if declaration.none and declaration.none != "none" else "there is none"
        return (Run(words(word)),)
    joint = f" {words('or')} " if told.known == "disputed" else "; "
    free = declaration.type == "text"
    runs: list[Run] = []
    for number, one in enumerate(told.values):
        if number:
            runs.append(Run(joint))
        runs.append(Run(one if free else _word(one, declaration, words), told=free))
    if told.partial:
        runs.append(Run(f" ({words('others not known')})", "soft"))
    return tuple(runs)


def _word(one: str, declaration: FactDeclaration, words: Words) -> str:
    if declaration.type in ("state", "states"):
        return words("there is none") if one == "none" else words.state(one)
    if declaration.type == "yes_no":
        return words("yes") if one == "true" else words("no")
    if one in declaration.values:
        return words(declaration.values[one])
    return words("there is none") if one == "none" else one


def _known(told: Told, declaration: FactDeclaration, words: Words) -> str:
    if told.known == "none":
        return words("known: none")
    if told.known == "disputed":
        return words("disputed")
    dated = declaration.type == "date" and any(_PART_OF_A_DATE.fullmatch(value) for value in told.values)
    in_part = told.partial or dated
    return words("known in part") if in_part else words("known")


def metres(value_m: float, words: Words) -> str:
    """A radius: in M from a tenth of a mile on, else in metres."""
    if value_m < 185.2:
        return f"{words.number(value_m, 0)} m"
    miles = f"{value_m / 1852:.2g}"
    return f"{words.number(float(miles), len(miles.partition('.')[2]))} M"


def offences(result: Assessment, vocabulary: Vocabulary, words: Words) -> str:
    """The offences investigated, in words."""
    path = "offences"
    told = result.case.told(path)
    if told.known not in ("known", "disputed"):
        return words("offences not told")
    return "; ".join(_word(one, vocabulary[general(path)], words) for one in told.values)
