"""Applies the rules to a case at a place: findings, bars, questions, coordination.

For each ground and each State that it may be about: are its conditions met, which treaty or EU provision
stands behind it, what does that State's own law add, what is missing, and what bars it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from seajuris.assessment import ANY_STATE, Assessment, Bar, Finding, Mandate, National, Question, Remark
from seajuris.case import Case
from seajuris.place import Place
from seajuris.rules.facts import Binding, FactBase
from seajuris.rules.load import RuleSet
from seajuris.rules.logic import Trace, Truth, all_of
from seajuris.rules.model import Authority, Ground, NationalBasis
from seajuris.rules.vocabulary import general

_STATUS_ORDER = {"established": 0, "conditional": 1, "open": 2, "excluded": 3}
NOT_ENCODED = "possible, national basis not encoded"


def evaluate(case: Case, place: Place | None, rules: RuleSet, on: dt.date) -> Assessment:
    """Evaluate all rules in force on a day.

    Args:
        case: The facts told.
        place: Where it happened; `None` if no position was told.
        rules: The rule set.
        on: The day of the facts.

    Returns:
        The assessment, without provenance.
    """
    return _Evaluation(case, place, rules, on).run()


@dataclass(frozen=True, slots=True)
class _Person:
    """People of a case on whom exactly the same facts are told: evaluated once, listed together."""

    index: int | None
    paths: tuple[str, ...]


class _Evaluation:
    def __init__(self, case: Case, place: Place | None, rules: RuleSet, on: dt.date) -> None:
        self.case = case
        self.rules = rules
        self.on = on
        self.place = place
        self.facts = FactBase(case, place, rules, on)

    def run(self) -> Assessment:
        grounds = [g for g in self.rules.grounds if g.validity.holds(self.on)]
        findings = [f for g in grounds if g.kind != "bar" for f in self._ground(g)]
        bars: list[Bar] = []
        for bar in (g for g in grounds if g.kind == "bar"):
            findings, applied = self._bar(bar, findings)
            bars.extend(applied)
        findings.sort(key=_display_order)
        return Assessment(
            case=self.case,
            place=self.place,
            on=self.on,
            findings=tuple(findings),
            questions=self._questions(findings, bars),
            bars=tuple(bars),
            coordination=self._coordination(findings),
            warnings=self._warnings(findings),
            notes=(),
        )

    # --- Findings --------------------------------------------------------------------------------------------

    def _people(self, about: str | None) -> list[_Person]:
        if about is None:
            return [_Person(None, ())]
        group = f"{about}s"
        count = self.case.counts.get(group)
        if count is None:
            return [_Person(0, ())]
        alike: dict[tuple[Any, ...], list[int]] = {}
        for index in range(count):
            prefix = f"{group}[{index}]."
            facts = tuple(sorted((p[len(prefix) :], t) for p, t in self.case.facts.items() if p.startswith(prefix)))
            alike.setdefault(tuple((p, t.known, t.values, t.partial) for p, t in facts), []).append(index)
        return [_Person(same[0], tuple(f"{group}[{i}]" for i in same)) for same in alike.values()]

    def _ground(self, ground: Ground) -> Iterator[Finding]:
        for person in self._people(ground.about):
            binding = Binding(
                suspect=person.index if ground.about == "suspect" else None,
                victim=person.index if ground.about == "victim" else None,
            )
            for state, unknown in self.facts.claimants(ground.claimant, binding):
                finding = self._finding(ground, person, replace(binding, claimant=state), unknown)
                if finding is not None:
                    yield finding

    def _finding(self, ground: Ground, person: _Person, binding: Binding, unknown: str | None) -> Finding | None:
        steps = [self.facts.evaluate(ground.when, binding)]
        if ground.offences is not None:
            steps.append(self._covers(ground.offences))
        trace = (
            steps[0]
            if len(steps) == 1
            else Trace("the ground's conditions hold", all_of(s.value for s in steps), children=tuple(steps))
        )
        state = binding.claimant
        mandates = [self._mandate(a, binding) for a in ground.authority if a.validity.holds(self.on)]
        conditions = [
            c.text
            for c in ground.conditions
            if c.when is None or self.facts.evaluate(c.when, binding).value is not Truth.NO
        ]
        missing = [*([unknown] if unknown else []), *trace.undecided()]
        national: list[National] = []
        encoded = False
        status, reason = _met(trace)
        if state is None and status != "excluded":
            status, reason = "open", "the State is not identified"
        elif status == "conditional":
            if ground.national_required and state is not None and state != ANY_STATE:
                law = self._national(ground, state, binding)
                if law is None:
                    return None
                national, encoded = law.entries, law.encoded
                status, reason = law.status, law.reason
                conditions += law.conditions
                missing += law.missing
                if status == "established" and (
                    conditions or any(not m.verified for m in mandates if m.duty != "supports" and m.applies == "yes")
                ):
                    status = "conditional"
        elif status == "open" and ground.only_with_national and state is not None:
            law_file = self.rules.national(state)
            if law_file is None or not law_file.bases_for(ground.id, self.on):
                return None
        elif status == "excluded" and ground.only_with_national:
            return None
        return Finding(
            state=state,
            ground=ground.id,
            title=ground.title,
            basis=ground.basis,
            kind=ground.kind,
            status=status,
            grade=_grade(ground, mandates),
            about=person.paths,
            offences=self._offences(_narrowed(ground, national)),
            mandate=tuple(mandates),
            national=tuple(national),
            national_encoded=encoded or not ground.national_required,
            conditions=tuple(dict.fromkeys(conditions)),
            missing=tuple(_case_facts(missing)),
            warnings=ground.warnings,
            barred_by=(),
            reason=reason,
            summary=ground.summary,
            order=ground.order,
            because={"rule": ground.id, **trace.to_dict()},
        )

    def _covers(self, offences: tuple[str, ...]) -> Trace:
        from seajuris.rules.model import Offence

        return self.facts.evaluate(Offence(offences), Binding())

    def _offences(self, covered: tuple[str, ...] | None) -> tuple[str, ...]:
        told = self.case.told("offences").values
        if covered is None:
            return told
        return tuple(o for o in told if o in covered) or (covered if not told else ())

    def _mandate(self, item: Authority, binding: Binding) -> Mandate:
        instrument = self.rules.instrument(item.instrument)
        applies, since, seen, note = Truth.YES, None, None, None
        missing: tuple[str, ...] = ()
        if item.party != "none":
            from seajuris.rules.model import Party

            trace = self.facts.evaluate(Party(item.instrument, item.party), binding)
            applies, note = trace.value, trace.told
            state = binding.claimant if item.party == "claimant" else None
            if state not in (None, ANY_STATE):
                found = self.rules.membership(item.instrument, str(state), self.on)
                since, seen, note = found.since, found.verified, found.note
        elif not (instrument.ever_in_force and instrument.in_force.holds(self.on)):
            applies, note = Truth.NO, "not in force on that day"
        if item.when is not None:
            scope = self.facts.evaluate(item.when, binding)
            applies = all_of((applies, scope.value))
            missing = tuple(_case_facts(scope.undecided()))
        return Mandate(
            instrument=item.instrument,
            title=instrument.short,
            provision=item.provision,
            duty=item.duty,
            applies=applies.value,
            verified=item.verified,
            source=item.source,
            checked=item.checked,
            since=since,
            membership_verified=seen,
            note=note,
            url=instrument.url,
            missing=missing,
        )

    # --- National law ----------------------------------------------------------------------------------------

    def _national(self, ground: Ground, state: str, binding: Binding) -> _NationalResult | None:
        law = self.rules.national(state)
        if law is None:
            if ground.only_with_national:
                return None
            return _NationalResult("conditional", NOT_ENCODED, conditions=[NOT_ENCODED])
        entries = [self._basis(base, binding) for base in law.bases_for(ground.id, self.on)]
        entries = [e for e in entries if e is not None]
        absence = law.absence_of(ground.id)
        if not entries:
            return self._without_basis(ground, absence)
        return _combine([e for e in entries if e is not None], only_through_it=ground.only_with_national)

    def _without_basis(self, ground: Ground, absence: Any) -> _NationalResult | None:
        if ground.only_with_national:
            return None
        if absence is None:
            text = "no provision for this ground is encoded for this State; check its law as of the day of the facts"
            return _NationalResult("conditional", text, encoded=True, conditions=[text])
        if absence.verified:
            return _NationalResult(
                "excluded", f"looked for in national law and not found: {absence.note}", encoded=True
            )
        text = f"not found in national law (not verified): {absence.note}"
        return _NationalResult("conditional", text, encoded=True, conditions=[text])

    def _basis(self, base: NationalBasis, binding: Binding) -> National | None:
        steps = [self.facts.evaluate(base.when, binding)] if base.when is not None else []
        if base.offences is not None:
            steps.append(self._covers(base.offences))
            if steps[-1].value is Truth.NO:
                return None
        met = all_of(s.value for s in steps)
        deciding = [leaf for s in steps if s.value is met for leaf in s.deciding()]
        return National(
            id=base.id,
            provision=base.provision,
            offences=base.offences or (),
            met=met.value,
            conditions=base.conditions,
            verified=base.verified,
            confidence=base.confidence,
            source=base.source,
            checked=base.checked,
            note=base.note,
            missing=tuple(_case_facts(f for s in steps for f in s.undecided())),
            because=tuple(_sentence(leaf) for leaf in deciding) if met is not Truth.YES else (),
        )

    # --- Bars ---------------------------------------------------------------------------------------------------

    def _bar(self, bar: Ground, findings: list[Finding]) -> tuple[list[Finding], list[Bar]]:
        result: list[Finding] = []
        hits: dict[tuple[str, tuple[str, ...]], tuple[list[str], Trace, Binding]] = {}
        for finding in findings:
            if not _may_bar(bar, finding):
                result.append(finding)
                continue
            suspects = self._suspects_of(finding)
            traces = [
                (s, self.facts.evaluate(bar.when, Binding(claimant=finding.state, suspect=s.index))) for s in suspects
            ]
            for person, trace in traces:
                if trace.value is Truth.NO:
                    continue
                key = ("applies" if trace.value is Truth.YES else "open", person.paths)
                entry = hits.setdefault(key, ([], trace, Binding(claimant=finding.state, suspect=person.index)))
                if finding.state and finding.state not in entry[0]:
                    entry[0].append(finding.state)
            result.append(self._barred(bar, finding, [t for _, t in traces]))
        return result, [self._bar_entry(bar, key, *hit) for key, hit in hits.items()]

    def _suspects_of(self, finding: Finding) -> list[_Person]:
        people = self._people("suspect")
        named = [p for p in people if set(p.paths) & set(finding.about)]
        return named or people

    def _barred(self, bar: Ground, finding: Finding, traces: list[Trace]) -> Finding:
        # A finding on the whole case stays open for the suspects to whom the bar does not apply.
        if not traces or any(t.value is not Truth.YES for t in traces):
            return finding
        told = self.case.told("offences").values
        left = [o for o in told if bar.bars_offences is not None and o not in bar.bars_offences]
        barred_by = (*finding.barred_by, bar.id)
        if not bar.bars_excludes:
            text = f"{bar.title}: check whether it bars this case"
            status = "conditional" if finding.status == "established" else finding.status
            return replace(finding, status=status, barred_by=barred_by, conditions=(*finding.conditions, text))
        if bar.bars_offences is None or (told and not left):
            return replace(finding, status="excluded", barred_by=barred_by, reason=f"barred: {bar.title}")
        names = ", ".join(o.replace("_", " ") for o in bar.bars_offences)
        return replace(
            finding,
            barred_by=barred_by,
            conditions=(*finding.conditions, f"not for {names}: {bar.title} bars it"),
        )

    def _bar_entry(
        self, bar: Ground, key: tuple[str, tuple[str, ...]], states: list[str], trace: Trace, binding: Binding
    ) -> Bar:
        return Bar(
            bar=bar.id,
            title=bar.title,
            status=key[0],
            states=tuple(states),
            about=key[1],
            offences=bar.bars_offences or (),
            authority=tuple(self._mandate(a, binding) for a in bar.authority if a.validity.holds(self.on)),
            missing=tuple(_case_facts(trace.undecided())),
            summary=bar.summary,
            conditions=tuple(
                c.text
                for c in bar.conditions
                if c.when is None or self.facts.evaluate(c.when, binding).value is not Truth.NO
            ),
            because={"rule": bar.id, **trace.to_dict()},
        )

    # --- What else to say ---------------------------------------------------------------------------------------

    def _questions(self, findings: Iterable[Finding], bars: Iterable[Bar]) -> tuple[Question, ...]:
        hanging: dict[str, list[str]] = {}
        for finding in findings:
            if finding.status == "excluded":
                continue
            facts = [
                *finding.missing,
                *(f for m in finding.mandate if m.applies == "unknown" for f in m.missing),
            ]
            for fact in dict.fromkeys(general(f) for f in facts):
                hanging.setdefault(fact, []).append(finding.state or "")
        for bar in bars:
            for fact in dict.fromkeys(general(f) for f in bar.missing):
                hanging.setdefault(fact, []).extend(bar.states or ("",))
        asked = [
            Question(
                fact=fact,
                ask=self.rules.vocabulary[fact].ask,
                why=self.rules.vocabulary[fact].why,
                decides=tuple(dict.fromkeys(s for s in on if s)),
                findings=len(on),
            )
            for fact, on in hanging.items()
            if fact in self.rules.vocabulary
        ]
        return tuple(sorted(asked, key=lambda q: (-q.findings, q.fact)))

    def _warnings(self, findings: Iterable[Finding]) -> tuple[Remark, ...]:
        referred = {w for f in findings if f.status in ("established", "conditional") for w in f.warnings}
        shown = []
        for warning in self.rules.warnings:
            if warning.when is None:
                show = warning.id in referred
            else:
                value = self.facts.evaluate(warning.when, Binding()).value
                show = value is Truth.YES or (value is Truth.UNKNOWN and warning.id in referred)
            if show:
                shown.append(Remark(warning.id, warning.text, None, warning.verified, warning.source))
        return tuple(shown)

    def _coordination(self, findings: Iterable[Finding]) -> tuple[Remark, ...]:
        states = tuple(
            dict.fromkeys(
                f.state
                for f in findings
                if f.kind == "prosecute" and f.status != "excluded" and f.state and f.state != ANY_STATE
            )
        )
        shown = []
        for item in self.rules.coordination:
            if not item.validity.holds(self.on):
                continue
            bound = states
            if item.member:
                bound = tuple(s for s in states if self.rules.membership(item.member, s, self.on).truth is Truth.YES)
            if len(bound) < item.at_least:
                continue
            if item.when is not None and self.facts.evaluate(item.when, Binding()).value is Truth.NO:
                continue
            authority = tuple(self._mandate(a, Binding()) for a in item.authority if a.validity.holds(self.on))
            verified = all(a.verified for a in authority)
            shown.append(
                Remark(item.id, item.text, item.title, verified, None, bound if item.at_least else (), authority)
            )
        return tuple(shown)


# --- Small pieces ---------------------------------------------------------------------------------------------


class _NationalResult:
    """What national law makes of a ground whose own conditions are met."""

    def __init__(
        self,
        status: str,
        reason: str | None = None,
        *,
        encoded: bool = False,
        entries: list[National] | None = None,
        conditions: list[str] | None = None,
        missing: list[str] | None = None,
    ) -> None:
        self.status = status
        self.reason = reason
        self.encoded = encoded
        self.entries = entries or []
        self.conditions = conditions or []
        self.missing = missing or []


def _combine(entries: list[National], *, only_through_it: bool) -> _NationalResult:
    met = [e for e in entries if e.met == "yes"]
    unknown = [e for e in entries if e.met == "unknown"]
    if met:
        sure = [e for e in met if e.verified and not e.conditions]
        status = "established" if sure else "conditional"
        conditions = [] if sure else _unverified(met)
        return _NationalResult(status, encoded=True, entries=entries, conditions=conditions)
    if unknown:
        facts = [f for e in unknown for f in e.missing]
        return _NationalResult(
            "open",
            "national law hangs on a fact not told",
            encoded=True,
            entries=entries,
            missing=facts,
            conditions=_unverified(unknown),
        )
    why = "; ".join(dict.fromkeys(b for e in entries for b in e.because))
    if only_through_it and all(e.verified for e in entries):
        return _NationalResult("excluded", f"national law requires more: {why}", encoded=True, entries=entries)
    # Another provision, not encoded, may serve a ground that international law knows: never exclude on this alone.
    text = f"the national provision encoded for this ground is not met on the facts told: {why}"
    conditions = [text, *_unverified(entries)]
    return _NationalResult("conditional", text, encoded=True, entries=entries, conditions=conditions)


def _unverified(entries: list[National]) -> list[str]:
    if any(e.verified for e in entries):
        return []
    return ["check the text of the national provision: it rests on an unverified source"]


def _met(trace: Trace) -> tuple[str, str | None]:
    if trace.value is Truth.YES:
        return "conditional", None
    reasons = "; ".join(dict.fromkeys(_sentence(leaf) for leaf in trace.deciding()))
    if trace.value is Truth.NO:
        return "excluded", reasons
    return "open", f"depends on: {reasons}"


def _sentence(leaf: Trace) -> str:
    return f"{leaf.test}: {leaf.value.value}" + (f" ({leaf.told})" if leaf.told else "")


def _grade(ground: Ground, mandates: list[Mandate]) -> str:
    duties = {m.duty for m in mandates if m.applies == "yes"}
    if "mandatory" in duties:
        return "mandatory"
    if ground.grade == "contested":
        return "contested"
    return (
        "optional"
        if "optional" in duties
        else ("national" if ground.grade in ("mandatory", "optional") else ground.grade)
    )


def _case_facts(facts: Iterable[str]) -> list[str]:
    """Facts of the case only: party status and the claimant are no questions for investigators."""
    return [f for f in dict.fromkeys(facts) if f and not f.startswith("party:") and f != "claimant"]


def _narrowed(ground: Ground, national: list[National]) -> tuple[str, ...] | None:
    """A ground that exists only through national law covers no more offences than that law does."""
    carrying = [n for n in national if n.met != "no"]
    if not ground.only_with_national or not carrying or any(not n.offences for n in carrying):
        return ground.offences
    named = tuple(dict.fromkeys(o for n in carrying for o in n.offences))
    return named if ground.offences is None else tuple(o for o in named if o in ground.offences)


def _may_bar(bar: Ground, finding: Finding) -> bool:
    if finding.kind != "prosecute" or finding.status == "excluded" or finding.state in (None, ANY_STATE):
        return False
    if bar.bars_grounds is not None and finding.ground not in bar.bars_grounds:
        return False
    return bar.bars_offences is None or not finding.offences or bool(set(bar.bars_offences) & set(finding.offences))


def _display_order(finding: Finding) -> tuple[int, int, int, str, str]:
    kind = 0 if finding.kind == "prosecute" else 1
    return kind, _STATUS_ORDER[finding.status] == 3, finding.order, finding.state or "~", finding.ground
