"""The result of `seajuris.assess`: findings, bars, questions, coordination, provenance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from seajuris.case import Case
from seajuris.place import Place

FORMAT = "seajuris.assessment.v1"

ANY_STATE = "*"
"""Stands for every State."""

STATUSES = ("established", "conditional", "open", "excluded")

DISCLAIMER = (
    "Possible jurisdiction only: not a finding that a State has or should exercise jurisdiction, not legal "
    "advice, and no substitute for the provisions cited. Zone data are not authoritative charts and imply no "
    "opinion on the status of any territory."
)


@dataclass(frozen=True, slots=True)
class Mandate:
    """A treaty or EU provision behind a ground, as far as it binds this State on this day.

    Attributes:
        applies: ``yes``, ``no`` or ``unknown``: the State is bound and the facts are within the scope.
        since: Day from which the State is bound, if the data give one.
        membership_verified: Whether the membership was read in a status list.
        url: Where a person reads the official text.
    """

    instrument: str
    title: str
    provision: str
    duty: str
    applies: str
    verified: bool
    source: str
    checked: str
    since: str | None = None
    membership_verified: bool | None = None
    note: str | None = None
    url: str | None = None
    missing: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class National:
    """A provision of the State's own law for a ground.

    Attributes:
        id: Key of the provision in the rule set.
        met: ``yes``, ``no`` or ``unknown``: what the facts say of its machine-checked conditions.
        conditions: What a person has to verify.
        missing: Facts that keep it unknown.
    """

    id: str
    provision: str
    offences: tuple[str, ...]
    met: str
    conditions: tuple[str, ...]
    verified: bool
    confidence: str
    source: str
    checked: str
    note: str | None = None
    missing: tuple[str, ...] = ()
    because: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One State, one ground: whether it may have jurisdiction (or act at sea), and why.

    Attributes:
        state: Alpha-3; ``*`` for every State; `None` if the State is not identified (see `missing`).
        about: The persons concerned, e.g. ``("suspects[0]",)``; empty for the whole case.
        status: One of `STATUSES`.
        reason: Why it is excluded or open, in one sentence.
        because: The argument: the trace of the ground's conditions, and under ``authority``, ``national``, ``bars`` and
            ``then`` how treaties, national law and bars were judged and how the status follows.
        law: The day whose law was applied.
        turns_on: Facts not told, besides `missing`, of which some value would change the status.
        without_bar: The status that it would have without the bars of `barred_by`; `None` if no bar touches it.
    """

    state: str | None
    ground: str
    title: str
    basis: str
    kind: str
    status: str
    grade: str
    about: tuple[str, ...]
    offences: tuple[str, ...]
    mandate: tuple[Mandate, ...]
    national: tuple[National, ...]
    national_encoded: bool
    conditions: tuple[str, ...]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    barred_by: tuple[str, ...]
    reason: str | None
    summary: str
    order: int
    because: dict[str, Any]
    law: dict[str, Any] = field(default_factory=dict)
    turns_on: tuple[str, ...] = ()
    without_bar: str | None = None

    @property
    def rests_on_unverified(self) -> bool:
        """Whether a provision that carries this finding is marked unverified; remarks and background do not count."""
        treaty = [m.verified for m in self.mandate if m.applies == "yes" and m.duty != "supports"]
        national = [n.verified for n in self.national if n.met != "no"]
        return not all(treaty) or (bool(national) and not any(national))

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        data = _plain(self)
        del data["order"]
        data["unverified"] = self.rests_on_unverified
        return data


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that keeps States from prosecuting a person or an offence."""

    bar: str
    title: str
    status: str
    states: tuple[str, ...]
    about: tuple[str, ...]
    offences: tuple[str, ...]
    authority: tuple[Mandate, ...]
    missing: tuple[str, ...]
    summary: str
    conditions: tuple[str, ...]
    because: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Question:
    """A missing fact, as a question for investigators.

    Attributes:
        decides: States for which it decides a finding: some answer changes the status.
        findings: How many findings it decides.
        bears_on: States for which it decides something else: which treaty stands behind a finding, or a bar that
            would not change the status.
    """

    fact: str
    ask: str
    why: str
    decides: tuple[str, ...]
    findings: int
    bears_on: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning, or a step of coordination."""

    id: str
    text: str
    title: str | None = None
    verified: bool = False
    source: str | None = None
    states: tuple[str, ...] = ()
    authority: tuple[Mandate, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that seajuris says about a case. Renders as text, JSON, and later other forms."""

    case: Case
    place: Place | None
    on: dt.date
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    bars: tuple[Bar, ...]
    coordination: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    notes: tuple[str, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    def prosecute(self) -> tuple[Finding, ...]:
        """Findings on who may prosecute, without the excluded ones."""
        return tuple(f for f in self.findings if f.kind == "prosecute" and f.status != "excluded")

    def act_at_sea(self) -> tuple[Finding, ...]:
        """Findings on who may act at sea, without the excluded ones."""
        return tuple(f for f in self.findings if f.kind == "act_at_sea" and f.status != "excluded")

    def excluded(self) -> tuple[Finding, ...]:
        """What was considered and excluded, with the reason."""
        return tuple(f for f in self.findings if f.status == "excluded")

    @property
    def uncertain(self) -> bool:
        """Whether the zone is not certain or facts leave grounds open (exit code 3 with ``--strict``)."""
        undetermined = self.place is not None and self.place.verdict != "robust"
        return undetermined or any(f.status == "open" for f in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract ``seajuris.assessment.v1``."""
        return {
            "format": FORMAT,
            "case": self.case.to_dict(),
            "place": None if self.place is None else self.place.to_dict(),
            "on": self.on.isoformat(),
            "findings": [f.to_dict() for f in self.findings],
            "questions": [q.to_dict() for q in self.questions],
            "bars": [b.to_dict() for b in self.bars],
            "coordination": [c.to_dict() for c in self.coordination],
            "warnings": [w.to_dict() for w in self.warnings],
            "notes": list(self.notes),
            "provenance": self.provenance,
            "disclaimer": DISCLAIMER,
        }


def _plain(item: Any) -> dict[str, Any]:
    return {name: _value(getattr(item, name)) for name in item.__dataclass_fields__}


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_value(v) for v in value]
    return value.to_dict() if hasattr(value, "to_dict") else value
