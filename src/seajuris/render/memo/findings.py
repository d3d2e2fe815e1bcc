"""The sections on findings, bars, coordination and questions. Treaty law and national law stand apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from seajuris.assessment import ANY_STATE, Assessment, Bar, Finding, Mandate, National, Remark
from seajuris.render import labels
from seajuris.render.memo import people, texts
from seajuris.render.memo.authorities import UNVERIFIED, Authorities
from seajuris.render.memo.document import (
    Block,
    Checklist,
    Field,
    Fields,
    Heading,
    Inline,
    Items,
    Paragraph,
    Question,
    Row,
    Run,
    Table,
)
from seajuris.render.words import Words
from seajuris.rules.vocabulary import general

OffenceProvision: TypeAlias = "Mapping[str, Any]"
"""An offence of a State's own law as the rules give it: provision, offence, penalty, source, verified."""


def grouped(findings: Iterable[Finding]) -> dict[str | None, list[Finding]]:
    """Findings by State, in the order in which they come."""
    groups: dict[str | None, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.state, []).append(finding)
    return groups


def status(finding: Finding, words: Words) -> str:
    """The status in one word, as in the other reports."""
    return words(finding.status.upper())


def _title(finding: Finding, words: Words) -> str:
    about = f" ({people.persons(finding.about, words)})" if finding.about else ""
    return f"{finding.title}{about}"


# --- In short -----------------------------------------------------------------------------------------------------


def summary(findings: Iterable[Finding], caption: str, words: Words) -> Iterator[Block]:
    """Every State and ground with its status, in few words."""
    groups = grouped(findings)
    rows = [_short(f, words) for state, found in groups.items() if state is not None for f in found]
    if rows:
        columns = (words("State"), words("Ground"), words("Status"), words("What it is"))
        yield Table(caption, columns, (19, 39, 22, 20), tuple(rows))
    if not groups:
        yield Paragraph((Run(words(texts.NO_BASIS)),))
    unnamed = dict.fromkeys((f.title, general(f.missing[0])) for f in groups.get(None, []) if f.missing)
    if unnamed:
        yield Paragraph((Run(words("States not yet identified, by the fact that would name them:"), "strong"),))
        yield Items(tuple((Run(f"{title}: {people.fact(path, words)}"),) for title, path in unnamed))


def _short(finding: Finding, words: Words) -> Row:
    ground: list[Inline] = [(Run(_title(finding, words)),)]
    if finding.status == "open" and finding.missing:
        ground.append((Run(f"{words('missing')}: {people.facts(finding.missing, words)}", "soft"),))
    if finding.barred_by:
        ground.append((Run(barred(finding, words), "mark"),))
    rests: list[Inline] = [(Run(words(labels.SHORT_GRADES[finding.grade])),)]
    if finding.rests_on_unverified:
        rests.append((Run(f"[{words('unverified sources')}]", "mark"),))
    return Row(
        (
            ((Run(words.state(finding.state)),),),
            tuple(ground),
            ((Run(status(finding, words), "status"),),),
            tuple(rests),
        )
    )


def barred(finding: Finding, words: Words) -> str:
    """That a bar applies, and what would hold without it: both sides of a conflict are shown."""
    if finding.without_bar and finding.without_bar != finding.status:
        return words("a bar applies; without it: {status}", status=words(finding.without_bar.upper()))
    return words("a bar applies")


# --- In detail ----------------------------------------------------------------------------------------------------


def detail(
    findings: Iterable[Finding],
    authorities: Authorities,
    words: Words,
    offences: Callable[[str], Iterable[OffenceProvision]] = lambda _: (),
) -> Iterator[Block]:
    """Every ground in full, by State; `offences` gives the offence provisions of a State that may matter."""
    for state, found in grouped(findings).items():
        if state is None:
            continue
        yield Heading((Run(words.state(state)),), 2)
        for finding in found:
            yield from _finding(finding, authorities, words)
        listed = tuple(offences(state))
        if listed:
            yield _offences(state, listed, authorities, words)


def _offences(state: str, provisions: tuple[OffenceProvision, ...], authorities: Authorities, words: Words) -> Block:
    caption = words("Offence provisions encoded: check the wording and the penalty in force on the day of the facts")
    columns = (words("Provision"), words("Offence"), words("Penalty"))
    rows = tuple(
        Row((((*authorities.offence(p, state),),), ((Run(str(p["offence"])),),), ((Run(str(p["penalty"])),),)))
        for p in provisions
    )
    return Table(caption, columns, (34, 38, 28), rows)


def _finding(finding: Finding, authorities: Authorities, words: Words) -> Iterator[Block]:
    yield Heading((Run(_title(finding, words)), Run(" – "), Run(status(finding, words), "status")), 3)
    yield Paragraph(tuple(_opening(finding, authorities, words)))
    grade = [Run(f"{words(labels.STATUSES[finding.status])}; {words(labels.GRADES[finding.grade])}. ")]
    if finding.rests_on_unverified:
        grade.append(Run(f"[{words('unverified sources')}]", "mark"))
    yield Paragraph(tuple(grade))
    yield Paragraph((Run(finding.summary),))
    yield Fields(tuple(_fields(finding, authorities, words)))


def _opening(finding: Finding, authorities: Authorities, words: Words) -> Iterator[Run]:
    """The finding in one sentence: *may have*, and under which provision. Never more than that."""
    state = words.state(finding.state)
    if finding.status == "excluded":
        yield Run(words("{state}: excluded by a bar.", state=state), "strong")
        return
    at_sea = finding.kind == "act_at_sea"
    lead = "{state} may have the power to act at sea under" if at_sea else "{state} may have jurisdiction under"
    yield Run(f"{words(lead, state=state)} ", "strong")
    national = [n for n in finding.national if n.met != "no"]
    treaty = [m for m in finding.mandate if m.applies == "yes" and m.duty in ("mandatory", "optional", "permits")]
    cited = [authorities.national(n, finding.state) for n in national]
    if not cited and at_sea:
        cited = [authorities.mandate(m) for m in treaty]
    for number, entry in enumerate(cited):
        yield from ((Run("; "),) if number else ())
        yield from entry
    if not cited:
        if at_sea:
            text = "the law of the sea, as far as the provisions below bind it"
        elif finding.national:
            text = "another provision of its own law than those encoded, if there is one"
        else:
            text = "a provision of its own law that has yet to be found"
        yield Run(words(text))
    yield Run(f", {words('if the missing facts bear it out')}." if finding.status == "open" else ".")


def _fields(finding: Finding, authorities: Authorities, words: Words) -> Iterator[Field]:
    applied = [m for m in finding.mandate if m.applies == "yes"]
    maybe = [m for m in finding.mandate if m.applies == "unknown"]
    treaty = [_mandate(m, authorities, words) for m in applied]
    if finding.kind == "prosecute" or treaty:
        none = ((Run(words("none that certainly applies on the facts told")),),)
        yield Field(words("Treaty and EU law"), tuple(treaty) or none, listed=bool(treaty))
    if maybe:
        facts = people.facts(dict.fromkeys(f for m in maybe for f in m.missing), words)
        depends = facts or words("membership not established")
        yield Field(
            words("Treaty and EU law that may apply as well"),
            (
                (Run(words("depending on: {facts}", facts=depends), "soft"),),
                *(authorities.mandate(m) for m in maybe),
            ),
            listed=True,
        )
    national = [n for n in finding.national if n.met != "no"]
    if finding.kind == "prosecute" or national:
        entries = [_national(n, finding.state, authorities, words) for n in national]
        yield Field(
            words("National law"), tuple(entries) or ((Run(_no_national(finding, words)),),), listed=bool(entries)
        )
    note = finding.law.get("note")
    if note and finding.law.get("law_of") != "event":
        yield Field(words("Law of which day"), ((Run(str(note)),),))
    if finding.barred_by:
        yield Field(words("Bar"), ((Run(barred(finding, words), "mark"),),))
    if finding.status == "excluded" and finding.reason:
        yield Field(words("Reason"), ((Run(finding.reason),),))
    verify = [(Run(text),) for text in finding.conditions]
    several = sum(bool(n.conditions) for n in national) > 1
    verify += [
        (Run(f"{text} ({n.provision})" if several else text),) for n in national for text in n.conditions
    ]  # fmt: skip
    if verify:
        yield Field(words("To verify"), tuple(verify), boxes=True, listed=True)
    if finding.missing:
        yield Field(words("Missing facts"), tuple((Run(people.fact(f, words)),) for f in finding.missing), listed=True)
    if finding.turns_on:
        others = tuple((Run(people.fact(f, words)),) for f in finding.turns_on)
        yield Field(words("Facts not told that could change the status"), others, listed=True)


def _no_national(finding: Finding, words: Words) -> str:
    if finding.national:
        return words("the provisions encoded for this ground are not met on the facts told; see what is to be verified")
    if finding.national_encoded:
        return words("no provision that applies is encoded for this ground; see what is to be verified")
    return words("not encoded for this State: check its law as of the day of the facts")


def _mandate(mandate: Mandate, authorities: Authorities, words: Words) -> Inline:
    runs = [Run(f"{words(labels.DUTIES[mandate.duty])} "), *authorities.mandate(mandate)]
    if mandate.since:
        runs.append(Run(f"; {words('bound since {day}', day=mandate.since)}"))
        if not mandate.membership_verified:
            runs.append(Run(f" [{words(UNVERIFIED)}]", "mark"))
    elif mandate.membership_verified is False:
        runs.append(Run(f"; {words('membership')} "))
        runs.append(Run(f"[{words(UNVERIFIED)}]", "mark"))
    return tuple(runs)


def _national(national: National, state: str | None, authorities: Authorities, words: Words) -> Inline:
    runs = list(authorities.national(national, state))
    if national.met == "unknown" and national.missing:
        runs.append(Run(f"; {words('hangs on')} {people.facts(national.missing, words)}"))
    return tuple(runs)


# --- Bars, coordination, questions --------------------------------------------------------------------------------


def bars(found: Iterable[Bar], authorities: Authorities, words: Words) -> Iterator[Block]:
    """What may stand in the way."""
    for bar in found:
        about = f" ({people.persons(bar.about, words)})" if bar.about else ""
        sure = words("APPLIES") if bar.status == "applies" else words("to be checked")
        yield Heading((Run(f"{bar.title}{about} – "), Run(sure, "status")), 3)
        yield Paragraph((Run(bar.summary),))
        fields: list[Field] = []
        named = tuple(s for s in bar.states if s != ANY_STATE)
        if named:
            fields.append(Field(words("Concerns"), ((Run(words.names(named)),),)))
        if bar.authority:
            entries = tuple(authorities.mandate(mandate) for mandate in bar.authority)
            fields.append(Field(words("Treaty and EU law"), entries, listed=True))
        if bar.conditions:
            entries = tuple((Run(text),) for text in bar.conditions)
            fields.append(Field(words("To verify"), entries, boxes=True, listed=True))
        if bar.missing:
            entries = tuple((Run(people.fact(f, words)),) for f in bar.missing)
            fields.append(Field(words("Missing facts"), entries, listed=True))
        if fields:
            yield Fields(tuple(fields))


def coordination(steps: Iterable[Remark], authorities: Authorities, words: Words) -> Iterator[Block]:
    """What to do where several States may prosecute."""
    fields: list[Field] = []
    for step in steps:
        entries: list[Inline] = [(Run(step.text),)]
        if step.states:
            entries.append((Run(f"{words('Concerns')}: ", "soft"), Run(words.names(step.states), "soft")))
        if step.authority:
            cited: list[Run] = []
            for mandate in step.authority:
                cited += [Run("; ")] * bool(cited) + list(authorities.mandate(mandate))
            entries.append(tuple(cited))
        elif step.source:
            entries.append(authorities.remark(step.source, verified=step.verified))
        fields.append(Field(step.title or step.id, tuple(entries)))
    if fields:
        yield Fields(tuple(fields))
    else:
        yield Paragraph((Run(words("Nothing to coordinate on the facts told.")),))


def remarks(warnings: Iterable[Remark], authorities: Authorities, words: Words) -> Iterator[Block]:
    """Warnings, each with its source."""
    yield Items(tuple((Run(f"{w.text} "), *authorities.remark(w.source, verified=w.verified)) for w in warnings))


def questions(result: Assessment, words: Words) -> Iterator[Block]:
    """The missing facts as questions, most decisive first, with room for the answer."""
    if not result.questions:
        yield Paragraph((Run(words("No missing fact would change the list.")),))
        return
    listed: list[Question] = []
    for question in result.questions:
        why = [Run(f"{question.why}. ")] if question.why else []
        decides = tuple(s for s in question.decides if s != ANY_STATE)
        if decides:
            why.append(Run(f"{words('Decides for')}: {words.names(decides)}. ", "strong"))
        bears = tuple(s for s in question.bears_on if s != ANY_STATE)
        if bears:
            why.append(Run(f"{words('Bears on the treaty basis or a bar for')}: {words.names(bears)}. "))
        why += [Run(f"{words('fact')}: "), Run(question.fact, "code")]
        listed.append(Question((Run(question.ask),), tuple(why)))
    yield Checklist(tuple(listed), words("Answer, source, date"))


def excluded(found: tuple[Finding, ...], words: Words) -> Iterator[Block]:
    """What was considered and excluded, with the reason."""
    rows = tuple(
        Row((((Run(words.state(f.state)),),), ((Run(_title(f, words)),),), ((Run(f.reason or ""),),))) for f in found
    )
    columns = (words("State"), words("Ground"), words("Reason"))
    yield Table(words("Considered and excluded"), columns, (22, 30, 48), rows)
