"""Rows for batches: positions on and near lines in several notations, facts as people write them, and some faults."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from seajuris import api
from seajuris.zones.store import coordinates, zones_in

SEAS = ((14.0, 35.6), (26.2, 38.9), (-15.9, 27.4), (1.5, 51.0), (33.9, 44.5), (19.4, 40.3), (-80.5, 24.5), (104.0, 1.2))

Row = dict[str, str]


@cache
def near_lines(count: int, seed: int) -> tuple[str, ...]:
    """Positions on, near and off limits of several States, in several notations."""
    chance = random.Random(seed)
    store = zones_in(api.zone_file(None))
    found = []
    for number in range(count):
        lon, lat = SEAS[number % len(SEAS)]
        lines = [coordinates(row.blob) for row in store.near("limits", lon, lat, 60_000)]
        line = chance.choice(lines)
        at_lon, at_lat = line[chance.randrange(len(line))]
        away = chance.choice((0.0, 0.004, 0.03, 0.3))
        found.append(chance.choice((_degrees, _minutes, _seconds))(float(at_lat) + away, float(at_lon) - away))
    return tuple(found)


def write_broken(path: Path) -> None:
    """A Parquet file with a cell of text that is none."""
    whole = pa.array(["remark", "x"])
    broken = pa.Array.from_buffers(pa.string(), 2, [None, whole.buffers()[1], pa.py_buffer(b"re\xffarkx")])
    pq.write_table(pa.table({"lat": ["36.25", "36.3"], "lon": ["21.06", "21.1"], "note": broken}), path)


def _degrees(lat: float, lon: float) -> str:
    return f"{lat:.4f}, {lon:.4f}"


def _minutes(lat: float, lon: float) -> str:
    return f"{_angle(lat, 'NS')} {_angle(lon, 'EW')}"


def _angle(value: float, letters: str) -> str:
    degrees, minutes = divmod(round(abs(value) * 600), 600)
    return f"{degrees}°{minutes / 10:.1f}'{letters[value < 0]}"


def _seconds(lat: float, lon: float) -> str:
    parts = []
    for value, letters in ((lat, "NS"), (lon, "EW")):
        whole = round(abs(value) * 3600)
        parts.append(f"{whole // 3600}°{whole // 60 % 60:02d}'{whole % 60:02d}\"{letters[value < 0]}")
    return " ".join(parts)


def places(count: int) -> Iterator[Row]:
    """Rows for `locate`."""
    chance = random.Random(1)
    for number, position in enumerate(near_lines(count, 1)):
        row = {
            "position": position,
            "accuracy": chance.choice(("", "300 m", "1nm", "0.2 nm")),
            "on": chance.choice(("2023-06-14", "2023-06-14", "2021-01-20", "2010-03-01", "2026-10-01")),
        }
        if number % 25 == 24:
            row |= chance.choice(({"position": "95.2, 12.0"}, {"on": "2023-02-30"}, {"accuracy": "3"}))
        yield row


def incidents(count: int) -> Iterator[Row]:
    """Rows for `assess`; several values in one cell are separated by a semicolon."""
    chance = random.Random(2)
    for number, position in enumerate(near_lines(count, 2)):
        row = {
            "position": chance.choice((position, position, position, "")),
            "accuracy": "",
            "on": chance.choice(("2023-06-14", "2023-06", "2019-11-02", "")),
            "event": chance.choice(("", "shipwreck", "collision", "interception")),
            "flag": chance.choice(("", "stateless", "PAN", "Italian", "unknown", "Greece")),
            "suspect": chance.choice(("", "EGY", "Egyptian; Syrian+Libyan", "TUR; TUR; UKR", "none")),
            "victim": chance.choice(("", "SYR; PAK; EGY", "ITA")),
            "offence": chance.choice(("migrant_smuggling", "migrant_smuggling;death_caused", "", "murder")),
            "departure": chance.choice(("", "LBY", "Turkey; Libya")),
            "destination": chance.choice(("", "ITA", "GRC")),
            "landed": chance.choice(("", "GRC", "none")),
            "departed_on": chance.choice(("", "2019-10-30", "2019")),
            "vessel.type": chance.choice(("", "small_craft", "fishing")),
        }
        if row["position"]:
            row["accuracy"] = chance.choice(("", "1nm", "500m"))
        if row["landed"] == "none" or not row["on"]:
            row["departed_on"] = ""
        if number % 25 == 24:
            row |= chance.choice(({"flag": "PAN; ITA"}, {"suspect": "Narnian"}, {"offence": "smuggling"}))
        yield row


def write(rows: list[Row], path: Path, *, group: int) -> None:
    """Rows as a Parquet file of text."""
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    pq.write_table(table, path, row_group_size=group)
