"""Results as a report that a prosecutor reads without training."""

from __future__ import annotations

from collections.abc import Iterable

from seajuris.assessment import DISCLAIMER, Assessment, Bar, Finding, Mandate, National
from seajuris.place import Boundary, Place, Zone
from seajuris.render import labels
from seajuris.render.page import Page
from seajuris.rules.vocabulary import general

_UNVERIFIED = "unverified"
_FROM_MEMORY = "from memory"
_MAX_LINES = 6


class Sources:
    """Numbers sources in the order in which they are cited, and remembers which instruments were."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.instruments: dict[str, str] = {}

    def cite(self, source: str, *, verified: bool, checked: str | None = None) -> str:
        """The mark of a source: its number, and whether it is unverified."""
        text = source.strip()
        if not text or text == _FROM_MEMORY:
            return f"[{_UNVERIFIED}]"
        mark = f" (checked {checked})" if verified and checked else ""
        number = self._numbers.setdefault(text + mark, len(self._numbers) + 1)
        return f"[{number}]" if verified else f"[{number}, {_UNVERIFIED}]"

    def listed(self) -> Iterable[tuple[int, str]]:
        """All sources that were cited, with their numbers."""
        return ((number, text) for text, number in self._numbers.items())


def render_place(place: Place, page: Page) -> None:
    """Write a place as a report of its own."""
    page.title(f"seajuris: maritime zones on {place.on.isoformat()}")
    _where(place, page)
    page.heading("Provenance")
    render_provenance(place.provenance, page)
    page.space()
    page.text(DISCLAIMER, indent=0)


def render_assessment(result: Assessment, page: Page, *, show_excluded: bool = False) -> None:
    """Write an assessment as a report.

    Args:
        result: What to write.
        page: Where to write.
        show_excluded: Also list what was considered and excluded, with the reason.
    """
    title = result.case.texts.get("title")
    page.title(f"seajuris: possible jurisdiction{f' - {title}' if title else ''}")
    days = result.case.days_of("on")
    day = days.words() if days is not None and days.last == result.on else result.on.isoformat()
    page.text(f"Law and claims as of {day}. This lists possibilities; it decides nothing.", indent=0)
    for note in result.notes:
        page.text(note, indent=0)
    sources = Sources()
    page.heading("1  Where")
    if result.place is None:
        page.text("No position was told. Zones, and all that hangs on them, are unknown.")
    else:
        _where(result.place, page)
    page.heading("2  Who may prosecute")
    page.text("Nearest connection first. This is an order of display, not a ranking of who should.")
    barred = (f for f in result.excluded() if f.kind == "prosecute" and f.barred_by)
    _summary((*result.prosecute(), *barred), page)
    page.heading("3  Who may act at sea (board, visit, pursue; no power to try)")
    _summary(result.act_at_sea(), page)
    if result.bars:
        page.heading("4  What may stand in the way")
        for bar in result.bars:
            _bar(bar, page, sources)
    page.heading("5  What to find out next (most decisive first)")
    _questions(result, page)
    page.heading("6  Coordination")
    for step in result.coordination:
        cites = "; ".join(provision(a, sources) for a in step.authority)
        bound = f" ({', '.join(labels.name(s) for s in step.states)})" if step.states else ""
        page.item(f"{step.title}{bound}: {step.text} {cites}")
    if not result.coordination:
        page.text("Nothing to coordinate on the facts told.")
    page.heading("7  The grounds in detail: legal basis, what to verify, what is missing")
    _by_state(result.prosecute(), page, sources)
    page.heading("8  The powers at sea in detail")
    _by_state(result.act_at_sea(), page, sources)
    if result.warnings:
        page.heading("9  Remarks")
        for warning in result.warnings:
            page.item(f"{warning.text} {sources.cite(warning.source or '', verified=warning.verified)}")
    _excluded(result, page, show=show_excluded)
    render_sources(sources, page)
    page.heading("Provenance")
    render_provenance(result.provenance, page)
    page.space()
    page.text(DISCLAIMER, indent=0)


# --- Where ------------------------------------------------------------------------------------------------------


def _where(place: Place, page: Page) -> None:
    page.text(f"{place.position.read_as}, uncertain by {_metres(place.uncertainty_m)} ({_why(place)})", bold=True)
    for zone in place.zones:
        page.item(_zone(zone))
    page.text(labels.REGIMES[place.criminal_law_regime])
    page.text(f"How sure: {labels.VERDICTS[place.verdict]}.")
    if place.limits:
        page.text("Nearest limits (M: nautical miles):")
        for limit in place.limits[:_MAX_LINES]:
            side = "inside" if limit.distance_nm < 0 else "seaward of"
            kind = f", {limit.kind}" if limit.kind in ("agreed", "equidistance") else ""
            words = labels.LIMITS[limit.limit]
            page.item(
                f"{abs(limit.distance_nm):.2f} M {side} the limit of the {words} of {_of(limit)}{kind}",
                indent=4,
            )
    if place.baselines:
        nearest: dict[str, float] = {}
        for line in place.baselines:
            nearest.setdefault(line.state, line.distance_nm)
        listed = "; ".join(f"{labels.name(s)} {d:.1f} M" for s, d in nearest.items())
        page.text(f"Baselines within 200 M: {listed}.")
    else:
        page.text("No baseline within 200 M.")
    if place.boundaries:
        page.text("Lines between States within 24 M:")
        for boundary in place.boundaries:
            page.item(_boundary(boundary), indent=4)
    for note in place.notes:
        page.item(note)


def _why(place: Place) -> str:
    """Where the uncertainty comes from."""
    position = place.position
    source = "description" if position.described else "notation"
    if position.accuracy_m is None:
        return f"from the {source}; no accuracy was stated"
    if _metres(place.uncertainty_m) == _metres(position.accuracy_m):
        return "stated"
    return f"{_metres(position.accuracy_m)} stated, and what the {source} leaves open"


def _zone(zone: Zone) -> str:
    text = labels.ZONES[zone.zone]
    if zone.state is not None:
        text += f" of {labels.state(zone.state)}"
    if zone.territory not in (None, zone.state):
        text += f", generated by {labels.name(str(zone.territory))}"
    if zone.claim == "potential":
        text += ", entitled but not proclaimed on that day"
    elif zone.claim == "protested":
        text += ", a claim that other States protest against"
    if zone.certainty == "certain":
        text += ": certain"
    else:
        text += ": possible; the stated point lies in it" if zone.at_position else ": possible within the uncertainty"
    remarks = [labels.DELIMITATIONS[zone.delimitation]] if zone.delimitation else []
    if zone.instrument and zone.claim != "potential":
        remarks.append(zone.instrument)
    if zone.claim == "proclaimed" and zone.confidence and zone.confidence != "verified":
        remarks.append(f"claim: {zone.confidence}")
    return text + (f" ({'; '.join(remarks)})" if remarks else "")


def _boundary(line: Boundary) -> str:
    parties = ", ".join(labels.name(party) for party in line.parties)
    force = "" if line.in_force is not False else ", not in force on that day"
    mark = "" if line.confidence and line.confidence.startswith("verified") else " [unverified]"
    text = f"{line.distance_nm:.2f} M: {parties} ({line.boundary}): {labels.BOUNDARIES[line.role]}{force}{mark}."
    return f"{text} {line.note}" if line.note and line.role != "decides" else text


def _of(limit: object) -> str:
    state, territory = str(limit.state), str(limit.territory)  # type: ignore[attr-defined]
    return labels.name(state) if state == territory else f"{labels.name(state)} ({labels.name(territory)})"


def _metres(value: float) -> str:
    return f"{value / 1852:.2g} M" if value >= 185.2 else f"{value:.0f} m"


# --- Findings ---------------------------------------------------------------------------------------------------


def _summary(findings: Iterable[Finding], page: Page) -> None:
    """One block for each State: every ground with its status, in few words."""
    grouped = _grouped(findings)
    if not grouped:
        page.text(
            "No basis found on the facts given. Check national clauses on acts abroad and the missing facts below."
        )
    for state, found in grouped.items():
        if state is None:
            continue
        page.text(labels.state(state), bold=True)
        for finding in found:
            unverified = f" [{_UNVERIFIED} sources]" if finding.rests_on_unverified else ""
            missing = f" (missing: {', '.join(finding.missing)})" if finding.status == "open" else ""
            about = f" ({', '.join(finding.about)})" if finding.about else ""
            barred = ""
            if finding.barred_by:
                # A conflict shows both sides: what one rule grants and another takes away.
                without = f", without it {finding.without_bar}" if finding.status != finding.without_bar else ""
                barred = f" (a bar applies{without}; see 4)"
            page.text(
                f"{finding.title}{about}: {labels.SHORT_GRADES[finding.grade]}{missing}{barred}{unverified}",
                indent=4,
                lead=f"{finding.status.upper():<12} ",
            )
    if grouped.get(None):
        page.text("States not yet identified, by the fact that would name them:", bold=True)
        for title, fact in dict.fromkeys((f.title, general(f.missing[0])) for f in grouped[None] if f.missing):
            page.item(f"{title}: {fact}", indent=4)


def _grouped(findings: Iterable[Finding]) -> dict[str | None, list[Finding]]:
    grouped: dict[str | None, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.state, []).append(finding)
    return grouped


def _by_state(findings: Iterable[Finding], page: Page, sources: Sources) -> None:
    for state, found in _grouped(findings).items():
        if state is None:
            continue
        page.space()
        page.text(labels.state(state), bold=True)
        for finding in found:
            _finding(finding, page, sources)


def _finding(finding: Finding, page: Page, sources: Sources) -> None:
    about = f" ({', '.join(finding.about)})" if finding.about else ""
    page.text(f"{finding.title}{about}", indent=4, lead="* ", bold=True)
    page.text(f"{labels.STATUSES[finding.status]}; {labels.GRADES[finding.grade]}.", indent=6)
    page.text(finding.summary, indent=6)
    if finding.law.get("note") and finding.law["law_of"] != "event":
        page.text(str(finding.law["note"]), indent=6, lead="law: ")
    for national in finding.national:
        if national.met != "no":
            page.text(_national(national, sources), indent=6)
    for mandate in finding.mandate:
        if mandate.applies == "yes":
            page.text(_mandate(mandate, sources), indent=6)
    maybe = [m for m in finding.mandate if m.applies == "unknown"]
    if maybe:
        facts = ", ".join(dict.fromkeys(f for m in maybe for f in m.missing)) or "membership not established"
        page.text(
            f"may also rest on, depending on facts not told ({facts}): "
            + "; ".join(provision(m, sources) for m in maybe),
            indent=6,
        )
    for condition in finding.conditions:
        page.text(condition, indent=6, lead="to verify: ")
    several = sum(n.met != "no" and bool(n.conditions) for n in finding.national) > 1
    for national in finding.national:
        for condition in national.conditions if national.met != "no" else ():
            page.text(f"{condition} ({national.provision})" if several else condition, indent=6, lead="to verify: ")
    if finding.missing:
        page.text(", ".join(finding.missing), indent=6, lead="missing: ")


def _mandate(mandate: Mandate, sources: Sources) -> str:
    words = {
        "mandatory": "duty under",
        "optional": "allowed by",
        "permits": "permitted by",
        "limits": "limited by",
        "supports": "see",
    }[mandate.duty]
    text = f"{words} {provision(mandate, sources)}"
    if mandate.since:
        text += f"; bound since {mandate.since}" + ("" if mandate.membership_verified else f" [{_UNVERIFIED}]")
    elif mandate.membership_verified is False:
        text += f"; membership {_UNVERIFIED}"
    return text


def provision(mandate: Mandate, sources: Sources) -> str:
    """A treaty or EU provision with the mark of its source."""
    if mandate.url:
        sources.instruments[mandate.title] = mandate.url
    cite = sources.cite(mandate.source, verified=mandate.verified, checked=mandate.checked)
    return f"{mandate.title}, {mandate.provision} {cite}"


def _national(national: National, sources: Sources) -> str:
    cite = sources.cite(national.source, verified=national.verified, checked=national.checked)
    hangs = f"; hangs on {', '.join(national.missing)}" if national.met == "unknown" and national.missing else ""
    return f"national law: {national.provision} {cite}{hangs}"


def _bar(bar: Bar, page: Page, sources: Sources) -> None:
    sure = "APPLIES" if bar.status == "applies" else "to be checked"
    about = f" ({', '.join(bar.about)})" if bar.about else ""
    page.text(f"{bar.title}{about}: {sure}", lead="* ", bold=True)
    page.text(bar.summary, indent=4)
    if bar.states:
        page.text(f"concerns: {', '.join(labels.name(s) for s in bar.states if s != '*')}", indent=4)
    if bar.authority:
        page.text("; ".join(provision(a, sources) for a in bar.authority), indent=4)
    for condition in bar.conditions:
        page.text(condition, indent=4, lead="to verify: ")
    if bar.missing:
        page.text(", ".join(bar.missing), indent=4, lead="missing: ")


def _questions(result: Assessment, page: Page) -> None:
    if not result.questions:
        page.text("No missing fact would change the list.")
    for number, question in enumerate(result.questions, 1):
        states = [labels.name(s) for s in question.decides if s != "*"]
        hangs = f" Decides for: {', '.join(states)}." if states else ""
        others = [labels.name(s) for s in question.bears_on if s != "*"]
        hangs += f" Bears on the treaty basis or a bar for: {', '.join(others)}." if others else ""
        page.text(f"{question.ask} ({question.why}; fact: {question.fact}){hangs}", lead=f"{number:>2}. ")


def _excluded(result: Assessment, page: Page, *, show: bool) -> None:
    excluded = result.excluded()
    if not excluded:
        return
    page.heading(f"Considered and excluded: {len(excluded)}")
    if not show:
        page.text("Add --all to list them with the reasons.")
        return
    for finding in excluded:
        page.item(f"{labels.state(finding.state)}: {finding.title}: {finding.reason}")


def render_sources(sources: Sources, page: Page) -> None:
    """Write the list of what was cited."""
    page.heading("Sources")
    page.text(f"Provisions marked [{_UNVERIFIED}] were encoded from memory: check the text before relying on them.")
    for number, text in sources.listed():
        page.source(f"[{number}]", text)
    if sources.instruments:
        page.text("Where to read the treaties and acts:")
        for title, url in sources.instruments.items():
            page.source(f"- {title}:", url)


def render_provenance(data: dict[str, object], page: Page) -> None:
    """Write the versions and hashes on which an answer rests."""
    for key, value in data.items():
        text = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        page.text(f"{key.replace('_', ' ')}: {text}")
