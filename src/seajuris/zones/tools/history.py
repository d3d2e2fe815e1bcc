"""What a State claimed, when: claims and lines with their dates, as the zone data have them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from seajuris.errors import DataError
from seajuris.paths import shipped
from seajuris.place import ZONES
from seajuris.states import State
from seajuris.zones.tools.reading import has_table, opened, read_claims

FORMAT = "seajuris.zones-history.v1"
_SAME = ("territory", "zone", "area", "breadth_nm", "valid_from", "valid_to")
_DETAILS = ("from_precision", "to_precision", "note")
_ORDER = {zone: i for i, zone in enumerate(ZONES)}


@dataclass(frozen=True, slots=True)
class History:
    """Claims and lines of one State or territory.

    Attributes:
        state: Whose.
        claims: Rows of the claims table, by territory, zone, area and date; with ``from_precision`` and
            ``to_precision`` (``day``, ``month``, ``year``, or `None`) and ``note`` where the source file of claims has
            the same claim: a date of which only the year is known is filled up with 01.
        lines: Lines between States: each with ``id``, ``parties``, ``role``, ``divides``, ``valid_from``, ``valid_to``,
            ``source``, ``confidence``, ``note``.
        lines_dated: Whether the data have the dates of lines at all.
    """

    state: State
    claims: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    lines_dated: bool

    def to_dict(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "format": FORMAT,
            "state": self.state.alpha3,
            "name": self.state.name,
            "claims": [{**claim, "verified": verified(claim)} for claim in self.claims],
            "lines": self.lines,
            "lines_dated": self.lines_dated,
        }


def verified(row: dict[str, Any]) -> bool:
    """Whether a claim or line was read in a text that counts; a mixture in words does not."""
    return row.get("confidence") == "verified"


def history(path: Path, state: State) -> History:
    """Everything that a State and its territories claimed; for a territory, what was claimed for it.

    Args:
        path: Zone GeoPackage.
        state: Entry of the register.

    Raises:
        DataError: if the file is missing or damaged.
    """
    own = state.sovereign == state.alpha3
    with opened(path) as database:
        claims = read_claims(database, state.alpha3 if own else None)
        if not own:
            claims = [c for c in claims if c["territory"] == state.alpha3]
        dated = has_table(database, "boundaries")
        # Lines are drawn by States; which of them concern a territory alone the data do not say.
        lines = [] if not own else _lines(database, state.alpha3) if dated else _agreed(database, state.alpha3)
    details = _details(shipped("data", "maritime_zones", "source", "claims.yaml"))
    nothing = dict.fromkeys(_DETAILS)
    claims = [{**claim, **details.get(tuple(claim[c] for c in _SAME), nothing)} for claim in claims]
    claims.sort(
        key=lambda c: (
            c["territory"] != state.alpha3,
            c["territory"],
            c["state"] or "",
            _ORDER.get(c["zone"], len(_ORDER)),
            c["area"] or "",
            c["valid_from"] or "",
        )
    )
    return History(state, claims, lines, dated)


def _details(path: Path) -> dict[tuple[Any, ...], dict[str, Any]]:
    """What the source file of claims says beyond the table, by `_SAME`."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found = {}
        for entry in content["territories"]:
            for claim in entry["claims"]:
                valid = claim.get("valid") or {}
                breadth = claim["breadth_nm"]
                same = (entry["territory"], claim["zone"], claim["area"], None if breadth is None else float(breadth))
                found[*same, valid.get("from"), valid.get("to")] = {name: claim.get(name) for name in _DETAILS}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as fault:
        raise DataError(f"the claims cannot be read: {fault}", where=str(path)) from None
    return found


def _lines(database: Any, state: str) -> list[dict[str, Any]]:
    columns = "id, parties, role, divides, valid_from, valid_to, source, confidence, note"
    found = {
        row[0]: dict(zip(columns.split(", "), row, strict=True))
        for row in database.execute(f"SELECT {columns} FROM boundaries ORDER BY fid")  # noqa: S608 - fixed names
        if state in str(row[1]).split(", ")
    }
    return sorted(found.values(), key=lambda r: (r["role"] != "decides", r["valid_from"] or "~", r["id"]))


def _agreed(database: Any, state: str) -> list[dict[str, Any]]:
    """Agreed lines that bound a State's zones, from the limits: they have no dates there."""
    query = (
        'SELECT boundary, group_concat(DISTINCT other_state), group_concat(DISTINCT "limit") FROM limits'
        " WHERE state = ? AND kind = 'agreed' AND boundary IS NOT NULL GROUP BY boundary ORDER BY boundary"
    )
    return [
        {
            "id": row[0],
            "parties": ", ".join([state, *sorted(set(str(row[1] or "").split(",")) - {state, ""})]),
            "role": "decides",
            "divides": ", ".join(sorted(str(row[2]).split(","), key=lambda z: _ORDER.get(z, 9))),
            "valid_from": None,
            "valid_to": None,
            "source": None,
            "confidence": None,
            "note": None,
        }
        for row in database.execute(query, (state,))
    ]
