"""What is written on a map: names of areas, lines and distances, fit for a reader who has only the map."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from seajuris.place import Baseline, Limit
from seajuris.render import labels
from seajuris.render.page import safe
from seajuris.zones.measure import METRES_PER_NM

ZONES_ON_MAP = {
    "land": "",
    "internal_waters": "internal waters",
    "archipelagic_waters": "archipelagic waters",
    "territorial_sea": "territorial sea",
    "contiguous_zone": "contiguous zone",
    "exclusive_economic_zone": "EEZ",
    "high_seas": "High seas",
}

LIMITS = {
    "territorial_sea": "territorial sea",
    "contiguous_zone": "contiguous zone",
    "exclusive_economic_zone": "EEZ, proclaimed or not,",
}

ATTRIBUTION = "©\u00a0OpenStreetMap contributors, ODbL\u00a01.0"
NO_CHART = (
    "Not an official chart; not for navigation. "
    "No statement on the merits of any claim or on the status of any territory."
)


def clean(text: str, limit: int) -> str:
    """Text of a case for a picture: one line, no control or direction characters, at most `limit` characters."""
    shown = " ".join(safe(unicodedata.normalize("NFC", text)).split())
    # What XML cannot hold at all, and what no font shows.
    shown = "".join(c for c in shown if unicodedata.category(c) != "Cn" and c not in "\ufffe\uffff")
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def joined(states: Sequence[str]) -> str:
    """Names of States as a list in words."""
    return enumerated([labels.name(code) for code in states])


def enumerated(names: Sequence[str]) -> str:
    """A list in words."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def length(metres: float) -> str:
    """A length for people: M from a tenth of a mile on, metres below."""
    if metres < 0.1 * METRES_PER_NM:
        return f"{metres:.0f} m"
    return f"{metres / METRES_PER_NM:.2f}".rstrip("0").rstrip(".") + " M"


def distance(nautical_miles: float) -> str:
    """A distance as `seajuris locate` prints it."""
    return f"{abs(nautical_miles):.2f} M"


def owner(state: str, territory: str | None) -> str:
    """A State, and the territory whose coast counts where it is another one."""
    return labels.name(state) if territory in (None, state) else f"{labels.name(state)} ({labels.name(territory)})"


def area(zone: str, states: Sequence[str], territory: str | None, claim: str | None, *, disputed: bool) -> str:
    """The full name of an area."""
    words = labels.ZONES[zone]
    if not states:
        return words
    if claim == "protested":
        return f"{words} claimed by {joined(states)}, protested by other States"
    if zone == "exclusive_economic_zone" and claim == "potential":
        whose = joined(states) if len(states) > 1 else owner(states[0], territory)
        verb = "are" if len(states) > 1 else "is"
        rest = ", in dispute" if disputed else ""
        return f"High seas ({whose} {verb} entitled to an exclusive economic zone, not proclaimed{rest})"
    if disputed:
        whose = f"claimed by {joined(states)}" if len(states) > 1 else f"of {owner(states[0], territory)}, in dispute"
        return f"{words}: {whose}" if len(states) > 1 else f"{words} {whose}"
    return f"{words} of {owner(states[0], territory)}"


def measured(items: Sequence[Limit | Baseline]) -> str:
    """What lies at the end of a distance; all claimants of one line in one phrase."""
    phrases: dict[str, list[str]] = {}
    for item in items:
        phrase, whose = _baseline(item) if isinstance(item, Baseline) else _limit(item)
        phrases.setdefault(phrase, []).append(whose)
    return "; ".join(f"{phrase} {enumerated(list(dict.fromkeys(whose)))}" for phrase, whose in phrases.items())


def _limit(item: Limit) -> tuple[str, str]:
    whose = owner(item.state, item.territory)
    if item.kind in ("agreed", "equidistance") and item.other_state is not None:
        line = "agreed line" if item.kind == "agreed" else "equidistance line (drawn by the data, not agreed)"
        return f"to the {line} between", f"{whose} and {labels.name(item.other_state)}"
    side = "inside" if item.distance_nm < 0 else "seaward of"
    return f"{side} the limit of the {LIMITS[item.limit]} of", whose


def _baseline(item: Baseline) -> tuple[str, str]:
    words = "coast" if item.kind == "coast" else f"{item.kind.replace('_', ' ')} baseline"
    return f"from the {words} of", owner(item.state, item.territory)
