"""Who claims a polygon: from codes, from names where codes are missing, from the related product."""

from __future__ import annotations

import re
from typing import NamedTuple

from seajuris import states
from seajuris.errors import InputError
from seajuris.zones.tools.marine_regions.products import JOINT, OVERLAPPING, plain
from seajuris.zones.tools.marine_regions.reader import Feature
from seajuris.zones.tools.marine_regions.report import Report

COLUMNS = (1, 2, 3)


class Claimant(NamedTuple):
    """A State, and the territory whose coast generates its claim; alpha-3 codes."""

    territory: str
    state: str


class Claimants(NamedTuple):
    """Who claims a feature.

    Attributes:
        all: Every claimant that could be identified, in the order of the source.
        shared: ``overlapping`` or ``joint`` where several do, else `None`.
        complete: Whether these are all, as far as the source tells.
    """

    all: tuple[Claimant, ...]
    shared: str | None
    complete: bool


def claimants_of(feature: Feature, report: Report) -> Claimants:
    """Read the claimants of a feature from its own columns.

    A code counts before a name; a name counts only where the register knows exactly one State by it.
    """
    found: list[Claimant] = []
    unknown = 0
    for i in COLUMNS:
        told = [feature.text(f"{c}{i}") for c in ("ISO_SOV", "SOVEREIGN", "ISO_TER", "TERRITORY")]
        if not any(told):
            continue
        claimant = _claimant(feature, i, report)
        if claimant is None:
            unknown += 1
        elif claimant.state not in {c.state for c in found}:
            found.append(claimant)
    shared = _shared(feature)
    if shared is None and len(found) > 1:
        shared = "overlapping"
    named = _named(feature) if shared else ()
    if shared and len(found) < 2 and len(named) > len(found):
        report.note("by_name", f"{feature.label}: {', '.join(named)}")
        known = {c.state for c in found}
        found += [Claimant(code, states.register().sovereign_of(code).alpha3) for code in named if code not in known]
        found = list({c.state: c for c in found}.values())
        unknown = 0
    complete = not unknown and bool(found) and (shared is None or len(found) > 1)
    return Claimants(tuple(found), shared, complete)


def _shared(feature: Feature) -> str | None:
    kind = plain(feature.text("POL_TYPE"))
    name = plain(feature.text("GEONAME"))
    if kind == OVERLAPPING or name.startswith(OVERLAPPING):
        return "overlapping"
    if kind == JOINT or name.startswith((JOINT, "jointdevelopment")):
        return "joint"
    return None


def _claimant(feature: Feature, i: int, report: Report) -> Claimant | None:
    state = _code(feature.text(f"ISO_SOV{i}")) or _by_name(feature.text(f"SOVEREIGN{i}"))
    own = feature.text(f"ISO_TER{i}")
    territory = _code(own) or _by_name(feature.text(f"TERRITORY{i}"))
    if state is None and territory is not None:
        state = territory
    if state is None:
        return None
    register = states.register()
    # A territory in the column of sovereigns stands for its State.
    sovereign = register.sovereign_of(state).alpha3
    if territory is None:
        name = feature.text(f"TERRITORY{i}") or own or "no territory named"
        report.note("codes", f"{name}: {state}")
        territory = state
    return Claimant(territory, sovereign)


def _code(text: str | None) -> str | None:
    try:
        return None if text is None else states.register().state(text.upper()).alpha3
    except InputError:
        return None


def _by_name(text: str | None) -> str | None:
    if text is None or len(text) < 4:
        return None
    try:
        return states.register().resolve(text).alpha3
    except InputError:
        return None


def _named(feature: Feature) -> tuple[str, ...]:
    """States named in a title such as ``Overlapping claim Ceuta: Spain / Morocco``; all of them, or none."""
    title = feature.text("GEONAME") or ""
    _, colon, after = title.rpartition(":")
    listed = after if colon else re.sub(r"^(?:overlapping claim|joint regime(?: area)?)\b", "", title, flags=re.I)
    parts = [re.sub(r"\(.*?\)", "", p).strip() for p in listed.split("/")]
    codes = [_by_name(p) if len(p) > 3 else _code(p) for p in parts if p]
    return tuple(c for c in codes if c) if len(codes) > 1 and all(codes) else ()
