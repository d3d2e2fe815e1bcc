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
    "joint": "administered by several States together",
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


CLAIMS = {
    "potential": "entitled but not proclaimed on that day",
    "protested": "a claim that other States protest against",
}

DUTIES = {
    "mandatory": "duty under",
    "optional": "allowed by",
    "permits": "permitted by",
    "limits": "limited by",
    "supports": "see",
}

LISTS = {
    "suspects": ("Suspect", "Suspects"),
    "victims": ("Victim", "Victims"),
    "other_vessels": ("Other vessel", "Other vessels"),
    "decisions": ("Earlier decision", "Earlier decisions"),
}
"""Names of the lists in a case: one entry, several."""

FACTS = {
    "position": "Position",
    "accuracy": "Accuracy of the position",
    "on": "Day of the facts",
    "departed_on": "Day of departure",
    "landed_on": "Day of landing",
    "event": "Event",
    "offences": "Offences investigated",
    "benefit": "For money or another material benefit",
    "organised_group": "Organised criminal group",
    "vessel.flag": "Flag of the vessel",
    "vessel.flag_status": "Standing of the flag",
    "vessel.type": "Kind of vessel",
    "vessel.mmsi": "MMSI of the vessel",
    "vessel.imo": "IMO number of the vessel",
    "vessel.name": "Name of the vessel",
    "other_vessels[].flag": "flag",
    "other_vessels[].role": "part played",
    "suspects[].nationality": "nationality",
    "suspects[].residence": "habitual residence",
    "suspects[].role": "part played",
    "suspects[].minor": "under age",
    "suspects[].present_in": "present in",
    "suspects[].surrender_refused": "extradition or surrender refused",
    "victims[].nationality": "nationality",
    "victims[].residence": "habitual residence",
    "victims[].outcome": "what happened to them",
    "victims[].minor": "under age",
    "departure": "State of departure",
    "planned_in": "State where it was planned, paid for or supplied",
    "destination": "State for which the boat was bound",
    "landed_in": "State where people were landed",
    "entry": "How people reached land",
    "rescue_foreseeable": "Rescue was the foreseeable outcome",
    "rescued_by": "Flag of the rescuers",
    "company_in": "State of a company that profited",
    "passage": "Kind of passage",
    "committed_before_entry": "Committed before entry into the territorial sea",
    "intervention.by": "State that intervened",
    "intervention.flag_consent": "Consent of the flag State",
    "intervention.pursuit_began": "Zone in which the pursuit began",
    "intervention.pursuit_of": "State in whose zone the pursuit began",
    "intervention.pursuit_unbroken": "Pursuit never interrupted",
    "frontex_operation": "Operation coordinated by Frontex",
    "custody": "State that holds the suspects",
    "decisions[].state": "State whose court decided",
    "decisions[].date": "date",
    "decisions[].merits": "on the merits",
    "decisions[].final": "final",
}
"""Names of the facts of a case. A fact that a rule set adds is named by its path."""


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
