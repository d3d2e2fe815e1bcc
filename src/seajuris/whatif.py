"""What changes if facts were different: two assessments held against each other, and tables of many.

Nothing is written here for people, see `render.whatif`. An answer is compared by State, ground and person, so that
persons who are told of together on one side and apart on the other do not look like a change.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seajuris.errors import InputError

if TYPE_CHECKING:
    from seajuris.assessment import Assessment, Finding
    from seajuris.case import Case
    from seajuris.place import Place
    from seajuris.position import Position
    from seajuris.rules.vocabulary import FactDeclaration

FORMAT = "seajuris.whatif.v1"
VARY_FORMAT = "seajuris.vary.v1"
MAX_ROWS = 100
"""Rows of one table: each is a whole assessment."""

RANK = ("established", "conditional", "open")
"""Statuses of findings that stand, strongest first."""

Data = dict[str, Any]
Assess = Callable[[Data], "Assessment"]
Key = tuple[str, str | None, str, str | None]
_DATED = re.compile(r" on \d{4}-\d{2}-\d{2}(?: to \d{4}-\d{2}-\d{2})?")
"""The day in the words of a test: the same test on another day is the same test."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two assessments says of a State, a ground and a person.

    Attributes:
        status: `None`: not listed at all.
        provisions: Treaty and national provisions that stand behind it.
        law: The day whose law was applied; two days with ``to`` between them where it is known only in part.
    """

    status: str | None = None
    grade: str | None = None
    reason: str | None = None
    barred_by: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    law: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it is listed and not excluded."""
        return self.status in RANK

    def to_dict(self) -> Data:
        """As plain data."""
        return {
            "status": self.status,
            "grade": self.grade,
            "reason": self.reason,
            "barred_by": list(self.barred_by),
            "provisions": list(self.provisions),
            "law": self.law,
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the argument whose answer is not the same on both sides.

    Attributes:
        part: ``names`` (what names the State), ``condition``, ``treaty``, ``national``, ``bar`` or ``law``.
        what: What was asked.
        fact: The fact that was asked for; `None` where it is no single fact.
        before: Answer before, and what was told.
        after: The same after.
    """

    part: str
    what: str
    fact: str | None
    before: str
    after: str

    def to_dict(self) -> Data:
        """As plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Change:
    """A State and a ground on which the two assessments differ.

    Attributes:
        about: The persons (ships, decisions) concerned.
        by: Which of the changes of facts make this difference each by itself; empty if only several together do.
    """

    state: str | None
    ground: str
    title: str
    kind: str
    about: tuple[str, ...]
    before: Side
    after: Side
    reasons: tuple[Reason, ...]
    by: tuple[str, ...] = ()

    @property
    def status_changes(self) -> bool:
        """Whether the status itself differs, and not only what stands behind it."""
        return self.before.status != self.after.status

    def to_dict(self) -> Data:
        """As plain data."""
        return {
            "state": self.state,
            "ground": self.ground,
            "title": self.title,
            "kind": self.kind,
            "about": list(self.about),
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "because": [reason.to_dict() for reason in self.reasons],
            "by": list(self.by),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two assessments, and all in which they differ.

    Attributes:
        settings: The facts that were changed, each as ``PATH=VALUE``.
        zones: Zones on one side only, or with another certainty: `None` where a side has none.
        bars: Bars whose status differs: title, before, after; `None` where a side does not list it.
    """

    before: Assessment
    after: Assessment
    settings: tuple[str, ...]
    changes: tuple[Change, ...]
    zones: tuple[tuple[str | None, str | None], ...]
    bars: tuple[tuple[str, str | None, str | None], ...]

    @property
    def states(self) -> tuple[tuple[str, str | None, str | None], ...]:
        """Each State that may prosecute on either side, with its strongest status before and after."""
        old, new = strongest(self.before), strongest(self.after)
        return tuple((state, old.get(state), new.get(state)) for state in dict.fromkeys((*old, *new)))

    def to_dict(self) -> Data:
        """The JSON contract ``seajuris.whatif.v1``."""
        from seajuris.assessment import DISCLAIMER

        return {
            "format": FORMAT,
            "settings": list(self.settings),
            "before": _head(self.before),
            "after": _head(self.after),
            "states": [{"state": s, "before": a, "after": b} for s, a, b in self.states],
            "zones": [{"before": a, "after": b} for a, b in self.zones],
            "bars": [{"bar": t, "before": a, "after": b} for t, a, b in self.bars],
            "changes": [change.to_dict() for change in self.changes],
            "disclaimer": DISCLAIMER,
        }


def _head(result: Assessment) -> Data:
    place = result.place
    return {
        "case": result.case.to_dict(),
        "on": result.on.isoformat(),
        "criminal_law_regime": None if place is None else place.criminal_law_regime,
        "verdict": None if place is None else place.verdict,
        "provenance": result.provenance,
    }


def strongest(result: Assessment) -> dict[str, str]:
    """The States that may prosecute, each with the strongest status of its findings, in order of display."""
    found: dict[str, str] = {}
    for finding in result.prosecute():
        if finding.state is not None:
            held = found.get(finding.state)
            if held is None or RANK.index(finding.status) < RANK.index(held):
                found[finding.state] = finding.status
    return found


def zone_words(place: Place | None) -> tuple[str, ...]:
    """The zones of a place as ``zone:STATE (claim, certainty)``, for comparing; claim only where it is not made."""
    if place is None:
        return ()
    return tuple(
        dict.fromkeys(
            f"{z.zone}{f':{z.state}' if z.state else ''} "
            f"({f'{z.claim}, ' if z.claim in ('potential', 'protested') else ''}{z.certainty})"
            for z in place.zones
        )
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """The answer of one step of an argument."""

    value: str
    told: str = ""
    fact: str | None = None

    def words(self) -> str:
        return f"{self.value} ({self.told})" if self.told else self.value


# --- Two assessments ------------------------------------------------------------------------------------------------


def compare(
    before: Assessment,
    after: Assessment,
    settings: Sequence[str] = (),
    alone: Mapping[str, Assessment] | None = None,
) -> Comparison:
    """Hold two assessments against each other.

    Args:
        before: The facts as told.
        after: The facts with all changes.
        settings: The changes, for people.
        alone: For each change, the assessment with that change alone; without one it is not said which change made
            which difference.
    """
    old, new = _index(before), _index(after)
    single = {name: _index(result) for name, result in (alone or {}).items()}
    merged: dict[tuple[Any, ...], Change] = {}
    for key in dict.fromkeys((*old, *new)):
        found, then = old.get(key), new.get(key)
        sides = _side(found), _side(then)
        if not any(side.stands for side in sides) or _same(*sides):
            continue
        present = then or found
        assert present is not None  # noqa: S101 (the key comes from one of them)
        by = tuple(name for name, index in single.items() if _seen(_side(index.get(key))) == _seen(sides[1]))
        # Where one change does it by itself, the others play no part in the reasons.
        made = (single[by[0]].get(key), (alone or {})[by[0]]) if by else (then, after)
        reasons = tuple(_reasons(found, made[0], before, made[1]))
        about = (key[3],) if key[3] is not None else ()
        one = Change(present.state, present.ground, present.title, present.kind, about, *sides, reasons, by)
        # Of persons on whom everything is the same one change is told.
        alike = (key[:3], sides, tuple(_impersonal(r) for r in reasons), by)
        held = merged.get(alike)
        if held is None:
            merged[alike] = one
        else:
            merged[alike] = Change(
                one.state, one.ground, one.title, one.kind, (*held.about, *about), *sides, held.reasons, by
            )
    changes = sorted(merged.values(), key=lambda c: (c.kind != "prosecute", not c.status_changes))
    return Comparison(
        before, after, tuple(settings), tuple(changes), tuple(_zones(before, after)), tuple(_bars(before, after))
    )


def _index(result: Assessment) -> dict[Key, Finding]:
    index: dict[Key, Finding] = {}
    for finding in result.findings:
        for person in finding.about or (None,):
            index.setdefault((finding.kind, finding.state, finding.ground, person), finding)
    return index


def _side(finding: Finding | None) -> Side:
    if finding is None:
        return Side()
    law = finding.law
    days = (str(law.get("from", "")), str(law.get("to", "")))
    treaty = [f"{m.title}, {m.provision}" for m in finding.mandate if m.applies == "yes"]
    national = [n.provision for n in finding.national if n.met != "no"]
    provisions = () if finding.status == "excluded" else tuple(dict.fromkeys((*treaty, *national)))
    return Side(
        finding.status,
        finding.grade,
        finding.reason,
        finding.barred_by,
        provisions,
        (days[0] if days[0] == days[1] else " to ".join(days)) or None,
    )


def _seen(side: Side) -> tuple[Any, ...]:
    return side.status, side.grade, side.barred_by, side.provisions


def _same(one: Side, other: Side) -> bool:
    return _seen(one) == _seen(other)


def _impersonal(reason: Reason) -> tuple[Any, ...]:
    from seajuris.rules.vocabulary import general

    fact = general(reason.fact) if reason.fact else None
    return reason.part, reason.what, fact, reason.before, reason.after


def _reasons(found: Finding | None, then: Finding | None, before: Assessment, after: Assessment) -> Iterator[Reason]:
    """Why a finding is not what it was: the steps of the argument whose answer differs."""
    if found is None or then is None:
        yield from _appears(found, then, before, after)
        return
    old, new = dict(_steps(found)), dict(_steps(then))
    explained = one_sided = False
    for key in dict.fromkeys((*old, *new)):
        (part, what), a, b = key, old.get(key), new.get(key)
        if a is None or b is None:
            # A provision that one side does not list; its single tests say nothing that this does not.
            one_sided = one_sided or part in ("treaty", "national")
        elif a.value != b.value:
            explained = True
            yield Reason(part, what, a.fact or b.fact, a.words(), b.words())
    law = _side(found).law, _side(then).law
    if law[0] != law[1] and (one_sided or not explained):
        yield Reason("law", "the day whose law is applied", str(then.law.get("fact") or "on"), *map(str, law))


def _appears(found: Finding | None, then: Finding | None, before: Assessment, after: Assessment) -> Iterator[Reason]:
    """Why a finding is listed on one side only."""
    there = then or found
    assert there is not None  # noqa: S101 (one of them is)
    own, other = (after, before) if then is not None else (before, after)
    explained = False
    for source in there.because.get("claimant", ()):
        fact, said = str(source["fact"]), str(source["told"])
        words = _told_elsewhere(other, fact, there.state)
        if words is not None and words != said:
            pair = (words, said) if then is not None else (said, words)
            yield Reason("names", "names this State", fact, *pair)
            explained = True
    if there.state is None and there.missing:
        fact = there.missing[0]
        words = other.case.told(fact).words()
        pair = (words, "not told") if then is not None else ("not told", words)
        yield Reason("names", "would name a State", fact, *pair)
        explained = True
    for person in there.about:
        key, _, index = person.partition("[")
        number = int(index.rstrip("]") or 0) if index else 0
        if index and other.case.counts.get(key, 0) <= number:
            pair = ("not told", "told") if then is not None else ("told", "not told")
            yield Reason("names", "is told of", person, *pair)
            explained = True
    if own.on != other.on and not explained:
        yield Reason("law", "the day whose law is applied", "on", before.on.isoformat(), after.on.isoformat())
        explained = True
    if not explained:
        text = ("not listed", "listed") if then is not None else ("listed", "not listed")
        yield Reason("condition", "a ground of this kind is listed only where its conditions can be met", None, *text)


def _told_elsewhere(other: Assessment, fact: str, state: str | None) -> str | None:
    if fact != "position":
        return other.case.told(fact).words()
    if other.place is None:
        return "not told"
    zones = [z for z in other.place.reachable or other.place.zones if z.state == state]
    return ", ".join(f"{z.zone.replace('_', ' ')} ({z.certainty})" for z in zones) or "no zone of this State"


def _steps(finding: Finding) -> Iterator[tuple[tuple[str, str], _Step]]:
    """The single steps of an argument by what was asked; a test may ask for one fact or another."""
    because = finding.because
    yield from _tests("condition", [because])
    for mandate in finding.mandate:
        yield ("treaty", f"{mandate.title}, {mandate.provision}"), _Step(mandate.applies)
    yield from _tests("treaty", [one for step in because.get("authority", ()) for one in step["of"]])
    for national in finding.national:
        yield ("national", national.provision), _Step(national.met)
    yield from _tests("national", [one for step in because.get("national", ()) for one in step.get("of", ())])
    for step in because.get("bars", ()):
        yield ("bar", str(step["title"])), _Step(str(step["effect"]))


def _tests(part: str, steps: Iterable[Mapping[str, Any]]) -> Iterator[tuple[tuple[str, str], _Step]]:
    for leaf in (leaf for step in steps for leaf in _leaves(step)):
        step = _Step(str(leaf["value"]), str(leaf.get("told", "")), leaf.get("fact"))
        yield (part, _DATED.sub("", str(leaf["test"]))), step


def _leaves(step: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    children = step.get("of", ())
    if not children and "test" in step:
        yield step
    for child in children:
        yield from _leaves(child)


def _zones(before: Assessment, after: Assessment) -> Iterator[tuple[str | None, str | None]]:
    old, new = zone_words(before.place), zone_words(after.place)
    gone, come = [z for z in old if z not in new], [z for z in new if z not in old]
    for zone in gone:
        # The same zone with another certainty or claim is one line.
        twin = next((z for z in come if z.partition(" ")[0] == zone.partition(" ")[0]), None)
        if twin is not None:
            come.remove(twin)
        yield zone, twin
    for zone in come:
        yield None, zone


def _bars(before: Assessment, after: Assessment) -> Iterator[tuple[str, str | None, str | None]]:
    def listed(result: Assessment) -> dict[tuple[str, tuple[str, ...]], tuple[str, str]]:
        found: dict[tuple[str, tuple[str, ...]], tuple[str, str]] = {}
        for bar in result.bars:
            found.setdefault((bar.bar, bar.about), (bar.title, bar.status))
        return found

    old, new = listed(before), listed(after)
    for key in dict.fromkeys((*old, *new)):
        a, b = old.get(key), new.get(key)
        if (a and a[1]) != (b and b[1]):
            title = (a or b or ("", ""))[0]
            yield f"{title} ({', '.join(key[1])})" if key[1] else title, a and a[1], b and b[1]


# --- Tables ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variant:
    """One row to compute: what it is called, and the facts.

    Attributes:
        distance_m: How far the position was moved; `None` where no position is varied.
    """

    label: str
    data: Data
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        states: The States that may prosecute, each with its strongest status.
        fault: Why it could not be assessed, for example facts that contradict each other; the rest is then empty.
    """

    label: str
    distance_m: float | None
    position: str | None
    zones: tuple[str, ...]
    regime: str | None
    verdict: str | None
    states: Mapping[str, str]
    fault: str | None = None

    def to_dict(self) -> Data:
        """As plain data."""
        return {
            "value": self.label,
            "distance_m": None if self.distance_m is None else round(self.distance_m, 1),
            "position": self.position,
            "zones": list(self.zones),
            "criminal_law_regime": self.regime,
            "verdict": self.verdict,
            "states": dict(self.states),
            "fault": self.fault,
        }


@dataclass(frozen=True, slots=True)
class Table:
    """Values of one fact, and the States that may prosecute under each."""

    fact: str
    rows: tuple[Row, ...]
    title: str | None = None

    @property
    def states(self) -> tuple[str, ...]:
        """All States of all rows."""
        return tuple(dict.fromkeys(state for row in self.rows for state in row.states))

    def to_dict(self) -> Data:
        """The JSON contract ``seajuris.vary.v1``."""
        from seajuris.assessment import DISCLAIMER

        return {
            "format": VARY_FORMAT,
            "fact": self.fact,
            "states": list(self.states),
            "rows": [row.to_dict() for row in self.rows],
            "disclaimer": DISCLAIMER,
        }


def vary(fact: str, variants: Iterable[Variant], assess: Assess, *, title: str | None = None) -> Table:
    """Assess a case once for each variant of its facts.

    A variant that cannot be (facts that contradict each other) is a row of its own that says so.

    Raises:
        InputError: if there are more variants than `MAX_ROWS`.
    """
    listed = list(variants)
    if len(listed) > MAX_ROWS:
        raise InputError(f"{len(listed)} rows; at most {MAX_ROWS} are computed at once", where="--vary")
    return Table(fact, tuple(_row(variant, assess) for variant in listed), title)


def _row(variant: Variant, assess: Assess) -> Row:
    try:
        result = assess(variant.data)
    except InputError as fault:
        text = fault.message if fault.where is None else f"{fault.where}: {fault.message}"
        return Row(variant.label, variant.distance_m, None, (), None, None, {}, text)
    place = result.place
    return Row(
        variant.label,
        variant.distance_m,
        None if place is None else place.position.read_as,
        zone_words(place),
        None if place is None else place.criminal_law_regime,
        None if place is None else place.verdict,
        strongest(result),
    )


def usual_values(declaration: FactDeclaration, case: Case) -> tuple[str, ...]:
    """The values to try where none were named.

    Of a State: those that the case names anywhere, that there is none, and unknown. Of a choice: each value.

    Raises:
        InputError: for a fact whose values cannot be listed (days, text).
    """
    if declaration.type in ("state", "states"):
        named = (v for told in case.facts.values() for v in told.values if len(v) == 3 and v.isupper())
        values = [*sorted(set(named)), *([declaration.none] if declaration.none else [])]
    elif declaration.type in ("choice", "choices"):
        values = list(declaration.values)
    elif declaration.type == "yes_no":
        values = ["yes", "no"]
    else:
        raise InputError(
            f"{declaration.path} has no list of values", where="--vary", hint=f"Name them: {declaration.path}=A,B,C"
        )
    return (*values, "unknown")


def towards(data: Data, start: Position, uncertainty_m: float, goal: Position, steps: int) -> Iterator[Variant]:
    """Move the position along the geodesic to another one.

    Args:
        data: The facts.
        start: The position of the case.
        uncertainty_m: Its radius of uncertainty, metres; every position on the way has the same.
        goal: Where the geodesic leads.
        steps: Into how many equal parts it is divided; there is one row more.

    Raises:
        InputError: if there is no way between them, or the number of steps is not accepted.
    """
    from geographiclib.geodesic import Geodesic

    if not 1 <= steps < MAX_ROWS:
        raise InputError(f"{steps} steps", where="--steps", hint=f"1 to {MAX_ROWS - 1} are accepted.")
    line = Geodesic.WGS84.InverseLine(start.lat, start.lon, goal.lat, goal.lon)
    if line.s13 < 1:
        raise InputError("is where the case already is", where="--toward", hint="Name another position.")
    for step in range(steps + 1):
        changed = copy.deepcopy(data)
        distance = line.s13 * step / steps
        if step:
            there = line.Position(distance)
            lon = (there["lon2"] + 180.0) % 360.0 - 180.0
            # Six decimals are a tenth of a metre: what the notation leaves open does not count.
            changed["position"] = f"{there['lat2']:.6f}, {lon:.6f}"
            changed["accuracy"] = f"{uncertainty_m:.1f} m"
        yield Variant(f"{step}/{steps}", changed, distance)
