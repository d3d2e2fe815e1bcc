"""From an assessment to a memo: the order of its sections. It computes nothing; it only says what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seajuris.assessment import ANY_STATE, DISCLAIMER, Assessment, Finding
from seajuris.record import canonical, record_of
from seajuris.render.memo import facts, findings, texts, where
from seajuris.render.memo.authorities import Authorities
from seajuris.render.memo.document import Block, Document, Field, Fields, Inline, Items, Paragraph, Run, Section
from seajuris.render.words import Words
from seajuris.rules.load import RuleSet
from seajuris.rules.vocabulary import Vocabulary

_MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Options:
    """How a memo is made.

    Attributes:
        date: Day of the memo, ISO 8601.
        lang: Language of the labels.
        redacted: Whether names were left out of the case before it was assessed.
        format: ``md``, ``html``, ``docx`` or ``pdf``.
        template: SHA-256 of the templates, where others than the shipped ones were used.
    """

    date: str
    lang: str = "en"
    redacted: bool = False
    format: str = "md"
    template: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For the record, so that the memo can be made again."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def build(result: Assessment, rules: RuleSet, options: Options, draw: where.Draw | None = None) -> Document:
    """Build the document model.

    Args:
        result: What was assessed.
        rules: The rules with which it was assessed: words of the facts, offences of national law.
        options: Language, date and so on.
        draw: Makes the map of a place; without it there is none.
    """
    words = Words(options.lang)
    title = _shortened(result.case.texts.get("title", ""))
    software = str(result.provenance.get("software", ""))
    return Document(
        lang=options.lang,
        date=options.date,
        title=words("Memo: possible jurisdiction"),
        subtitle=Run(title).text,
        head=Fields(tuple(_head(result, options, words))),
        sections=tuple(_sections(result, rules, words, draw)),
        disclaimer=words(DISCLAIMER),
        page=(words("page"), words("of")),
        contents=words("Contents"),
        skip=words("Skip to the text"),
        footer=words(
            "seajuris {version}, memo of {date}. Possibilities, not decisions.", version=software, date=options.date
        ),
        software=software,
        record=canonical(record_of(result.to_dict(), options.to_dict())),
        record_note=words("Record of the assessment, for the command: seajuris verify"),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_TITLE else f"{text[: _MAX_TITLE - 1]}…"


def _day(result: Assessment) -> str:
    days = result.case.days_of("on")
    return days.words() if days is not None and days.last == result.on else result.on.isoformat()


def _head(result: Assessment, options: Options, words: Words) -> Iterator[Field]:
    def line(label: str, *runs: Run) -> Field:
        return Field(label, (runs,))

    if reference := result.case.texts.get("id"):
        yield line(words("Reference"), Run(_shortened(reference), told=True))
    yield line(words("Date of this memo"), Run(options.date))
    told = (
        Run(_day(result))
        if result.case.on
        else Run(words("not told; the law of {day} is used", day=result.on.isoformat()))
    )
    yield line(words("Day of the facts"), told)
    yield line(words("Law and claims as of"), Run(_day(result)))
    provenance = result.provenance
    yield line(
        words("Prepared with"),
        Run(
            words(
                "seajuris {software}, rules {rules}, zones {zones}",
                software=provenance.get("software", "?"),
                rules=provenance.get("rules", {}).get("version", "?"),
                zones=provenance.get("zones", {}).get("version", words("not used")),
            )
        ),
    )
    if options.redacted:
        yield line(words("Redacted"), Run(words(texts.REDACTED), "mark"))


def _sections(result: Assessment, rules: RuleSet, words: Words, draw: where.Draw | None) -> Iterator[Section]:
    authorities = Authorities(words)
    vocabulary = rules.vocabulary
    investigated = set(result.case.told("offences").values)

    def offences(state: str) -> Iterator[findings.OffenceProvision]:
        law = None if state == ANY_STATE else rules.national(state)
        for provision in law.offences if law is not None else ():
            if investigated & set(provision["covers"]):
                yield provision

    def section(title: str, anchor: str, *blocks: Iterator[Block]) -> Section:
        return Section(words(title), anchor, tuple(block for part in blocks for block in part))

    barred = tuple(f for f in result.excluded() if f.kind == "prosecute" and f.barred_by)
    prosecute = (*result.prosecute(), *barred)
    yield section(
        "Question and short answer", "question", _question(result, vocabulary, words), _short(result, prosecute, words)
    )
    yield section("Facts as told", "facts", facts.blocks(result, vocabulary, words))
    yield section("Place", "place", where.blocks(result.place, words, draw))
    yield section(
        "Who may prosecute",
        "prosecute",
        _notes(words, texts.ORDER, texts.LAYERS),
        findings.detail(prosecute, authorities, words, offences) if prosecute else findings.summary((), "", words),
    )
    if result.bars:
        yield section("What may stand in the way", "bars", findings.bars(result.bars, authorities, words))
    at_sea = result.act_at_sea()
    yield section(
        "Who may act at sea (board, visit, pursue; no power to try)",
        "sea",
        _notes(words, texts.AT_SEA),
        findings.summary(at_sea, words("Powers at sea"), words),
        findings.detail(at_sea, authorities, words),
    )
    yield section(
        "Concurrent jurisdiction and coordination",
        "coordination",
        findings.coordination(result.coordination, authorities, words),
    )
    yield section("Questions for investigators (most decisive first)", "questions", findings.questions(result, words))
    if result.warnings:
        yield section("Remarks", "remarks", findings.remarks(result.warnings, authorities, words))
    if result.excluded():
        yield section("Considered and excluded", "excluded", findings.excluded(result.excluded(), words))
    yield section("Table of authorities", "authorities", _authorities(authorities, words))
    yield section("Method and provenance", "method", _method(result, words))


def _question(result: Assessment, vocabulary: Vocabulary, words: Words) -> Iterator[Block]:
    if result.place is None:
        spot = words("a place that was not told")
    else:
        zones = [where.zone_words(zone, words) for zone in result.place.zones if zone.claim != "potential"]
        spot = f"{result.place.position.read_as} ({'; '.join(dict.fromkeys(zones))})"
    day = _day(result) if result.case.on else words("a day that was not told")
    yield Paragraph((Run(words(texts.QUESTION, place=spot, day=day), "strong"),), "lead")
    yield Paragraph(
        (Run(f"{words('Offences investigated')}: ", "strong"), Run(facts.offences(result, vocabulary, words) + "."))
    )


def _short(result: Assessment, prosecute: tuple[Finding, ...], words: Words) -> Iterator[Block]:
    named = {f.state for f in prosecute if f.state not in (None, ANY_STATE) and f.status != "excluded"}
    if named:
        yield Paragraph((Run(words.count(texts.ONE_STATE, texts.STATES, len(named))),))
    yield from findings.summary(prosecute, words("States that may have jurisdiction"), words)
    yield from _notes(words, texts.DECIDES_NOTHING, texts.STATUSES)
    if result.notes:
        yield Items(tuple((Run(note),) for note in result.notes))


def _notes(words: Words, *lines: str) -> Iterator[Block]:
    for line in lines:
        yield Paragraph((Run(words(line)),), "note")


def _authorities(authorities: Authorities, words: Words) -> Iterator[Block]:
    yield from _notes(words, texts.AUTHORITIES)
    yield from authorities.tables()


def _method(result: Assessment, words: Words) -> Iterator[Block]:
    for text in (texts.METHOD, texts.RECORD):
        yield Paragraph((Run(words(text)),))
    yield Fields(tuple(_provenance(result.provenance, words)))


def _provenance(data: dict[str, Any], words: Words) -> Iterator[Field]:
    names = {
        "software": words("Software"),
        "software_sha256": words("Software, SHA-256 of its files"),
        "case": words("Facts of the case"),
        "law_as_of": words("Law and claims as of"),
        "rules": words("Rules"),
        "register": words("State register"),
        "zones": words("Zone data"),
    }
    for key, value in data.items():
        entries: list[Inline] = []
        if isinstance(value, dict):
            entries += [(Run(f"{name.replace('_', ' ')}: "), Run(str(item), "code")) for name, item in value.items()]
        else:
            entries.append((Run(str(value), "code"),))
        yield Field(names.get(key, key.replace("_", " ")), tuple(entries))
