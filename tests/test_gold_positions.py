"""Named positions whose zones are known independently of the zone data: see `gold/README.md`."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from seajuris.place import Place

FAULTS = Path(__file__).parent / "gold" / "known_faults.csv"
GOLD = Path(__file__).parent / "gold" / "positions.csv"
COLUMNS = [
    "id",
    "name",
    "region",
    "lat",
    "lon",
    "on",
    "accuracy_m",
    "expect",
    "forbid",
    "distance_check",
    "source",
    "confidence",
]
DEFAULT_DAY = "2026-11-01"
ITEM = re.compile(
    r"(high_seas|outside_data"
    r"|(land|internal_waters|archipelagic_waters|territorial_sea|contiguous_zone"
    r"|exclusive_economic_zone|potential_eez):([A-Z]{3}|\*))"
)
DISTANCE = re.compile(r"baseline:([A-Z]{3})=(\d+(?:\.\d+)?)±(\d+(?:\.\d+)?)")

Alternatives = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    id: str
    name: str
    region: str
    lat: str
    lon: str
    on: str
    accuracy_m: float | None
    expect: tuple[Alternatives, ...]
    forbid: tuple[str, ...]
    distance: tuple[str, float, float] | None
    source: str
    confidence: str


def read_items(text: str) -> tuple[Alternatives, ...]:
    """Read ``a|b;c`` into ``(("a", "b"), ("c",))``; raise on anything that is no item."""
    items = tuple(tuple(item.split("|")) for item in text.split(";") if item)
    for alternatives in items:
        for item in alternatives:
            if not ITEM.fullmatch(item):
                raise ValueError(f"not an item: {item!r}")
    return items


def read_row(raw: dict[str, str]) -> Row:
    """Read one line of the table; raise on anything that is not as the README says."""
    forbid = read_items(raw["forbid"])
    if any(len(item) > 1 for item in forbid):
        raise ValueError(f"{raw['id']}: alternatives make no sense in forbid")
    distance = None
    if raw["distance_check"]:
        found = DISTANCE.fullmatch(raw["distance_check"])
        if not found:
            raise ValueError(f"{raw['id']}: distance_check {raw['distance_check']!r}")
        distance = (found[1], float(found[2]), float(found[3]))
    return Row(
        id=raw["id"],
        name=raw["name"],
        region=raw["region"],
        lat=raw["lat"],
        lon=raw["lon"],
        on=raw["on"] or DEFAULT_DAY,
        accuracy_m=float(raw["accuracy_m"]) if raw["accuracy_m"] else None,
        expect=read_items(raw["expect"]),
        forbid=tuple(item[0] for item in forbid),
        distance=distance,
        source=raw["source"],
        confidence=raw["confidence"],
    )


def read_gold() -> list[Row]:
    """All rows, in the order of the file."""
    with GOLD.open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        assert list(table.fieldnames or ()) == COLUMNS
        return [read_row(raw) for raw in table]


def reported_items(place: Place) -> dict[str, str]:
    """What the locator says, in the vocabulary of the table: item -> certainty."""
    items: dict[str, str] = {}
    for found in place.zones:
        kind = found.zone
        if found.claim == "potential":
            kind = "potential_eez" if kind == "exclusive_economic_zone" else f"potential_{kind}"
        item = kind if kind in ("high_seas", "outside_data") else f"{kind}:{found.state or '*'}"
        if items.get(item) != "certain":
            items[item] = found.certainty
    return items


def is_reported(item: str, reported: dict[str, str]) -> bool:
    """Whether an item of the table is among those reported; ``zone:*`` matches any State."""
    if item.endswith(":*"):
        return any(told.startswith(item[:-1]) for told in reported)
    return item in reported


def faults_of(row: Row) -> list[str]:
    """Every way in which the locator's answer differs from the table."""
    import seajuris

    try:
        place = seajuris.locate(f"{row.lat}, {row.lon}", accuracy=row.accuracy_m, on=row.on)
    except Exception as error:  # one broken row must not hide the others
        return [f"raised {type(error).__name__}: {error}"]
    reported = reported_items(place)
    faults = [
        f"missing {'|'.join(alternatives)}"
        for alternatives in row.expect
        if not any(is_reported(item, reported) for item in alternatives)
    ]
    faults += [f"must not be reported: {item}" for item in row.forbid if is_reported(item, reported)]
    if row.distance:
        state, value, tolerance = row.distance
        told = [base.distance_nm for base in place.baselines if base.state == state]
        if not told:
            faults.append(f"no baseline of {state} within reach, expected {value} M")
        elif abs(min(told) - value) > tolerance:
            faults.append(f"baseline {state} at {min(told):.2f} M, expected {value} ± {tolerance} M")
    if faults:
        said = ", ".join(f"{item} ({certainty})" for item, certainty in reported.items())
        faults.append(f"reported: {said or 'nothing'}")
    return faults


def test_table_is_sound() -> None:
    rows = read_gold()
    assert len(rows) >= 110
    repeated = [key for key, times in Counter(row.id for row in rows).items() if times > 1]
    assert not repeated
    for row in rows:
        assert row.expect, row.id
        assert len(row.source) > 15, row.id
        assert row.confidence in ("high", "medium"), row.id
        assert re.fullmatch(r"-?\d+\.\d{5}", row.lat) and -90 <= float(row.lat) <= 90, row.id
        assert re.fullmatch(r"-?\d+\.\d{5}", row.lon) and -180 <= float(row.lon) <= 180, row.id
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", row.on), row.id
        wanted = {item for alternatives in row.expect for item in alternatives}
        assert not wanted & set(row.forbid), row.id


def known_faults() -> dict[str, str]:
    """Positions of which it is known that the data answer them wrongly, with the reason."""
    with FAULTS.open(encoding="utf-8", newline="") as lines:
        return {raw["id"]: raw["why"] for raw in csv.DictReader(lines)}


def test_all_gold_positions() -> None:
    """Every position is answered as expected, but for the known faults; and those are still faults."""
    rows, known = read_gold(), known_faults()
    assert known.keys() <= {row.id for row in rows}
    wrong = {row.id: (row, faults) for row in rows if (faults := faults_of(row))}
    mended = sorted(known.keys() - wrong.keys())
    assert not mended, f"no longer wrong, take them out of {FAULTS.name}: {', '.join(mended)}"
    new = {key: found for key, found in wrong.items() if key not in known}
    if not new:
        return
    lines = [f"{len(new)} of {len(rows)} gold positions differ ({len(known)} known faults not counted)"]
    by_region = Counter(row.region for row, _ in new.values())
    lines.append(", ".join(f"{region}: {count}" for region, count in by_region.most_common()))
    for row, faults in new.values():
        lines.append(f"\n{row.id} [{row.confidence}] {row.name} ({row.lat}, {row.lon} on {row.on})")
        lines += [f"    {fault}" for fault in faults]
        lines.append(f"    source: {row.source}")
    pytest.fail("\n".join(lines), pytrace=False)
