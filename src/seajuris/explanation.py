"""The part of an assessment that explains the answer for one State. Selects; computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seajuris.assessment import ANY_STATE, DISCLAIMER, Assessment, Bar, Finding
from seajuris.errors import InputError

FORMAT = "seajuris.explanation.v1"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Explanation:
    """Why each ground that was considered for a State has its status.

    Attributes:
        result: The assessment that is explained.
        state: Alpha-3; ``*`` for the grounds of every State.
        findings: Every ground considered for that State, also the excluded ones.
        bars: The bars that concern it.
        unidentified: Grounds whose State no fact names yet: ground, title, and the fact that would name it.
        ground: The only ground that was asked for; `None` if all were.
    """

    result: Assessment
    state: str
    findings: tuple[Finding, ...]
    bars: tuple[Bar, ...]
    unidentified: tuple[tuple[str, str, str], ...]
    ground: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract ``seajuris.explanation.v1``."""
        return {
            "format": FORMAT,
            "case": self.result.case.to_dict(),
            "on": self.result.on.isoformat(),
            "state": self.state,
            "ground": self.ground,
            "findings": [f.to_dict() for f in self.findings],
            "bars": [b.to_dict() for b in self.bars],
            "not_yet_identified": [{"ground": g, "title": t, "fact": f} for g, t, f in self.unidentified],
            "notes": list(self.result.notes),
            "provenance": self.result.provenance,
            "disclaimer": DISCLAIMER,
        }


def explain(result: Assessment, state: str, ground: str | None = None) -> Explanation:
    """Select what an assessment says about one State.

    Args:
        result: The assessment.
        state: Alpha-3, or ``*`` for the grounds of every State.
        ground: Only this ground; by default all that were considered.

    Raises:
        InputError: if the ground was not considered for that State; the message lists those that were.
    """
    found = tuple(f for f in result.findings if f.state == state)
    if ground is not None:
        listed = ", ".join(dict.fromkeys(f.ground for f in found)) or "none"
        found = tuple(f for f in found if f.ground == ground)
        if not found:
            raise InputError(
                f"{ground!r} was not considered for {'every State' if state == ANY_STATE else state}",
                where="--ground",
                hint=f"Considered on the facts told: {listed}. `seajuris assess --all` lists every State and ground.",
            )
    touched = {step["bar"] for f in found for step in f.because.get("bars", ())}
    bars = tuple(b for b in result.bars if state in b.states and b.bar in touched)
    waiting = (f for f in result.findings if f.state is None and f.status != "excluded" and f.missing)
    unidentified = tuple(dict.fromkeys((f.ground, f.title, f.missing[0]) for f in waiting))
    return Explanation(result, state, found, bars, unidentified if ground is None else (), ground)
