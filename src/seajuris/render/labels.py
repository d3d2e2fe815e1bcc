"""Words for people: zones, statuses, grades, certainty. No law: names of things only."""

from __future__ import annotations

from seajuris import states
from seajuris.assessment import ANY_STATE
from seajuris.errors import InputError

ZONES = {
    "land": "Land",
    "internal_waters": "Internal waters",
    "archipelagic_waters": "Archipelagic waters",
    "territorial_sea": "Territorial sea",
    "contiguous_zone": "Contiguous zone",
    "exclusive_economic_zone": "Exclusive economic zone",
    "high_seas": "High seas",
    "outside_data": "Outside the zone data",
}

LIMITS = {
    "territorial_sea": "territorial sea",
    "contiguous_zone": "contiguous zone",
    "exclusive_economic_zone": "exclusive economic zone (proclaimed or not)",
}

STATUSES = {
    "established": "ESTABLISHED on the facts told",
    "conditional": "CONDITIONAL: conditions left to verify",
    "open": "OPEN: hangs on a fact not told",
    "excluded": "EXCLUDED",
}

GRADES = {
    "mandatory": "a ground that a treaty or EU act obliges the State to have",
    "optional": "a ground that a treaty or EU act allows",
    "national": "rests on national law; international law neither requires nor forbids it",
    "contested": "contested: courts or writers disagree",
    "enforcement": "power at sea only, no power to try",
}

SHORT_GRADES = {
    "mandatory": "treaty or EU duty",
    "optional": "treaty option",
    "national": "national law",
    "contested": "contested",
    "enforcement": "power at sea",
}

VERDICTS = {
    "robust": "robust: no line within the uncertainty of the position and the accuracy of the data",
    "near_line": "near a line: a limit lies within the accuracy of the data; check official charts",
    "undetermined": "undetermined: more than one zone is possible within the uncertainty of the position",
}

DELIMITATIONS = {
    "agreed": "the nearest line is an agreed boundary",
    "equidistance": "the nearest line is equidistance drawn by the data, not an agreed boundary",
    "overlapping": "claims overlap",
    "limit": "the nearest line is the limit of the State's own claim",
}

BOUNDARIES = {
    "decides": "divides the zones here",
    "unilateral": "drawn by one State alone",
    "shelf_only": "divides the sea-bed only, not the water",
    "not_applied": "decides nothing here",
}

REGIMES = {
    "territory": "For criminal law: territory of the coastal State.",
    "high_seas": "For criminal law: the rules of the high seas (flag State first; the place alone gives none).",
    "depends": "For criminal law: territory or high seas, depending on the exact position or on a contested claim.",
    "unknown": "For criminal law: cannot be told, the position lies outside the zone data.",
}


def state(code: str | None) -> str:
    """A State's name with its code; ``*`` is any State, `None` one that is not identified."""
    if code is None:
        return "A State not yet identified"
    if code == ANY_STATE:
        return "Any State"
    return f"{name(code)} ({code})"


def name(code: str) -> str:
    """A State's short name; the code itself if the register does not know it."""
    try:
        return states.register().state(code).name
    except InputError:
        return code
