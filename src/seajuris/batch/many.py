"""Places many positions at once: `locate_many` for arrays, `locate_frame` for a GeoDataFrame.

Every answer is the one that `seajuris.locate` gives for that position. Most positions lie in a cell of the index
(`seajuris.zones.cells`) that says which zones are there; a position with a line within its uncertainty is placed alone,
by the very function that places a single one.
"""

from __future__ import annotations

import datetime as dt
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seajuris import api
from seajuris.errors import InputError, PositionError
from seajuris.version import __version__
from seajuris.zones.cells.cache import index_of
from seajuris.zones.cells.index import NO_CLASS, CellIndex, LimitRows, look_up
from seajuris.zones.integrity import integrity_of
from seajuris.zones.locate import MIN_RADIUS_M, Answer, answer_at, answer_throughout, limit_counts
from seajuris.zones.store import Row, ZoneStore, zones_in

if TYPE_CHECKING:
    import geopandas as gpd

    from seajuris.zones.measure import Floats

Value = TypeVar("Value")

_BLOCK = 65_536
"""Positions looked up at a time: their arrays stay in the processor's cache."""
_DATES = ("valid_from", "valid_to", "proclaimed_from", "proclaimed_to")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers for many positions.

    Attributes:
        number: shape (n,): which of the distinct answers each position has.
        distinct: The distinct answers.
        provenance: Version and hashes of software and zone data.
    """

    number: NDArray[np.int32]
    distinct: tuple[Answer, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.number)

    def __getitem__(self, position: int) -> Answer:
        return self.distinct[int(self.number[position])]

    def __iter__(self) -> Iterator[Answer]:
        return (self.distinct[number] for number in self.number)

    def each(self, say: Callable[[Answer], Value]) -> list[Value]:
        """What a function says of the answer of each position; it is called once for each distinct answer."""
        said = [say(answer) for answer in self.distinct]
        return [said[number] for number in self.number]


def locate_many(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    on: str | dt.date | ArrayLike,
    accuracy_m: ArrayLike | None = None,
    zones: str | Path | None = None,
) -> Answers:
    """Place many positions: for each the zones, what they mean for criminal law, and how sure that is.

    The first call in a process reads the cell index of the zone data from the user's cache folder, or builds it, which
    takes a quarter of a minute.

    Args:
        lon: Longitudes in degrees, -180 to 180, shape (n,).
        lat: Latitudes in degrees, -90 to 90, shape (n,).
        on: Day of the facts, one for all positions or one for each (``datetime64``, text YYYY-MM-DD or `date`).
        accuracy_m: Radius of uncertainty in metres, one for all positions or one for each; none is taken for less than
            a metre.
        zones: A zone GeoPackage to use instead of the shipped one.

    Raises:
        PositionError: if a position is none on Earth; the first such position is named.
        InputError: if the shapes differ, or a day is no day or lies in the future.
        DataError: if the zone data are missing or damaged.
    """
    longitude, latitude = _degrees(lon, lat)
    radius = _radii(accuracy_m, len(longitude))
    days = _days(on, len(longitude))
    locator = locator_for(api.zone_file(zones))
    number, distinct = locator.answers(longitude, latitude, radius, days)
    return Answers(number, distinct, {"software": __version__, "zones": locator.identity()})


def locate_frame(
    frame: gpd.GeoDataFrame,
    *,
    on: str | dt.date | ArrayLike,
    accuracy_m: ArrayLike | None = None,
    zones: str | Path | None = None,
) -> gpd.GeoDataFrame:
    """Place the points of a GeoDataFrame.

    Args:
        frame: Points, in any coordinate reference system that is named.
        on: Day of the facts, one for all rows or one for each.
        accuracy_m: As for `locate_many`.
        zones: A zone GeoPackage to use instead of the shipped one.

    Returns:
        A copy with the categorical columns ``sj_zones``, ``sj_states``, ``sj_regime`` and ``sj_verdict``.

    Raises:
        InputError: if there is no coordinate reference system, or something else than points; otherwise as
            `locate_many`.
    """
    import pandas as pd
    import shapely

    from seajuris.batch.locate import flat_answer

    if frame.crs is None:
        raise InputError(
            "the frame names no coordinate reference system",
            where="crs",
            hint="frame.set_crs(4326) if it holds longitudes and latitudes on WGS 84.",
        )
    points = frame.geometry.to_crs(4326)
    wrong = np.flatnonzero((shapely.get_type_id(points.array) != 0) | shapely.is_empty(points.array))
    if len(wrong):
        raise InputError(f"the geometry of row {frame.index[wrong[0]]!r} is no point", where="geometry")
    answers = locate_many(points.x, points.y, on=on, accuracy_m=accuracy_m, zones=zones)
    texts = [flat_answer(answer) for answer in answers.distinct]
    result = frame.copy()
    for name in ("sj_zones", "sj_states", "sj_regime", "sj_verdict"):
        words = sorted({text[name] for text in texts})
        code = np.array([words.index(text[name]) for text in texts], dtype=np.int32)
        result[name] = pd.Categorical.from_codes(code[answers.number] if len(code) else answers.number, words)
    return result


# --- Input --------------------------------------------------------------------------------------------------------


def _degrees(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    longitude, latitude = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if longitude.ndim != 1 or longitude.shape != latitude.shape:
        raise InputError(
            f"longitudes have the shape {longitude.shape}, latitudes {latitude.shape}", where="lon, lat",
            hint="One row of numbers each, of the same length.",
        )  # fmt: skip
    spans = ((latitude, 90.0), (longitude, 180.0))
    # Written so that what is no number fails.
    if not all(span.min(initial=0.0) >= -most and span.max(initial=0.0) <= most for span, most in spans):
        at = int(np.flatnonzero(~((np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)))[0])
        hint = "Latitude and longitude may be swapped." if abs(latitude[at]) > 90 else None
        raise PositionError(
            f"position {at}: latitude {latitude[at]!r}, longitude {longitude[at]!r} is no position on Earth", hint=hint
        )
    if longitude.max(initial=0.0) == 180.0:
        longitude = np.where(longitude == 180.0, -180.0, longitude)
    return longitude, latitude


def _radii(accuracy_m: ArrayLike | None, count: int) -> Floats | float:
    if accuracy_m is None:
        return MIN_RADIUS_M
    radius = np.asarray(accuracy_m, dtype=np.float64)
    if radius.ndim > 1 or radius.shape not in ((), (count,)):
        raise InputError(f"accuracies have the shape {radius.shape}", where="accuracy_m", hint=f"One, or {count}.")
    wrong = np.flatnonzero(~((radius >= 0) & (radius < np.inf)))
    if len(wrong):
        raise PositionError(f"the accuracy of position {wrong[0]} cannot be {np.ravel(radius)[wrong[0]]!r} m")
    return np.maximum(radius, MIN_RADIUS_M) if radius.ndim else max(float(radius), MIN_RADIUS_M)


def _days(on: str | dt.date | ArrayLike, count: int) -> dt.date | NDArray[np.datetime64]:
    if isinstance(on, str | dt.date) or on is None:
        day = api.parse_day(on)
        return api.today() if day is None else day
    try:
        days = np.asarray(on, dtype="datetime64[D]")
    except ValueError as fault:
        raise InputError(f"a day cannot be read ({fault})", where="on", hint="Write YYYY-MM-DD.") from None
    if days.shape != (count,):
        raise InputError(f"days have the shape {days.shape}", where="on", hint=f"One, or {count}.")
    if np.isnat(days).any():
        raise InputError(f"position {np.flatnonzero(np.isnat(days))[0]} has no day", where="on")
    if count:
        api.parse_day(days.max().item())
    return days


# --- The answers --------------------------------------------------------------------------------------------------


@cache
def locator_for(path: Path) -> Locator:
    """What places many positions in a zone file, made once in a process."""
    return Locator(path)


class Locator:
    """Places many positions in the zones of one file.

    Args:
        path: The zone GeoPackage; its manifest stands beside it.

    Raises:
        DataError: if the zone data are missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self._integrity = integrity_of(path)
        self._store: ZoneStore = zones_in(path)
        self._index: CellIndex = index_of(path, self.identity()["sha256"])
        zones = list(self._store.every("zones", geometry=False))
        self._kinds: list[Row] = [zones[row] for row in self._index.kind_row]
        self._limits: list[Row] = list(self._store.every("limits", geometry=False))
        self._accuracy_m = np.array([float(row["accuracy_m"] or 0.0) for row in self._limits])
        dated = (row.values.get(name) for row in (*self._kinds, *self._limits) for name in _DATES)
        self._changes: list[str] = sorted({day for day in dated if day is not None})
        self._in_force: dict[int, LimitRows] = {}
        self._numbers: dict[int, NDArray[np.int32]] = {}
        self._distinct: dict[Answer, int] = {}
        self._lock = Lock()

    def identity(self) -> dict[str, str]:
        """Version and hashes of the zone data.

        Raises:
            DataError: if they are damaged, or were changed since.
        """
        return self._integrity.result()

    def answers(
        self, lon: Floats, lat: Floats, radius_m: Floats | float, on: dt.date | NDArray[np.datetime64]
    ) -> tuple[NDArray[np.int32], tuple[Answer, ...]]:
        """The number of the answer of each position, and the answers found so far.

        Args:
            lon: shape (n,), degrees, -180 up to but not including 180.
            lat: shape (n,), degrees.
            radius_m: Uncertainty of all positions or of each, at least a metre.
            on: Day of all positions or of each.
        """
        if isinstance(on, dt.date):
            return self._on(lon, lat, radius_m, on), tuple(self._distinct)
        number = np.empty(len(lon), dtype=np.int32)
        for day, rows in self._by_epoch(on):
            radius = radius_m if isinstance(radius_m, float) else radius_m[rows]
            number[rows] = self._on(lon[rows], lat[rows], radius, day)
        return number, tuple(self._distinct)

    def _by_epoch(self, on: NDArray[np.datetime64]) -> Iterator[tuple[dt.date, NDArray[np.int64]]]:
        """Positions whose days lie between the same two changes of the data: for them one day stands for all."""
        days, which = np.unique(on, return_inverse=True)
        epochs = np.array([self._epoch(day.item()) for day in days], dtype=np.int64)
        for epoch in np.unique(epochs):
            yield days[np.argmax(epochs == epoch)].item(), np.flatnonzero((epochs == epoch)[which.ravel()])

    def _epoch(self, day: dt.date) -> int:
        return bisect_right(self._changes, day.isoformat())

    def _on(self, lon: Floats, lat: Floats, radius_m: Floats | float, day: dt.date) -> NDArray[np.int32]:
        """The number of the answer of each position on one day."""
        limits = self._limits_on(day)
        known = self._numbers.setdefault(self._epoch(day), np.full(2 * len(self._index.classes), -1, dtype=np.int32))
        number = np.empty(len(lon), dtype=np.int32)

        def look(start: int) -> NDArray[np.int64]:
            """Fill a block; those are left negative that have to be placed alone."""
            part = slice(start, start + _BLOCK)
            radius = radius_m if isinstance(radius_m, float) else radius_m[part]
            found = look_up(self._index, lon[part], lat[part], radius, limits)
            # Twice the class, and one more where a limit is near.
            codes = 2 * found.classes + found.near
            answers = known[codes]
            missing = np.flatnonzero(answers < 0)
            for code in np.unique(codes[missing]):
                if code // 2 != NO_CLASS:
                    known[code] = self._intern(self._throughout(code // 2, day, near_line=bool(code % 2)))
            answers[missing] = known[codes[missing]]
            number[part] = answers
            return start + missing[answers[missing] < 0]

        starts = range(0, len(lon), _BLOCK)
        if len(starts) < 2:
            alone = [look(start) for start in starts]
        else:
            # NumPy lets go of the interpreter lock in long loops.
            with ThreadPoolExecutor(os.cpu_count()) as threads:
                alone = list(threads.map(look, starts))
        for at in np.concatenate(alone) if alone else ():
            radius = radius_m if isinstance(radius_m, float) else float(radius_m[at])
            number[at] = self._intern(answer_at(float(lon[at]), float(lat[at]), radius, day, self._store))
        return number

    def _limits_on(self, day: dt.date) -> LimitRows:
        epoch = self._epoch(day)
        if epoch not in self._in_force:
            in_force = np.array([limit_counts(row, day) for row in self._limits], dtype=np.bool_)
            self._in_force[epoch] = LimitRows(self._accuracy_m, in_force)
        return self._in_force[epoch]

    def _throughout(self, number: int, day: dt.date, *, near_line: bool) -> Answer:
        kinds = self._index.class_kind[self._index.class_start[number] : self._index.class_start[number + 1]]
        return answer_throughout([self._kinds[kind] for kind in kinds], day, near_line=near_line)

    def _intern(self, answer: Answer) -> int:
        with self._lock:
            return self._distinct.setdefault(answer, len(self._distinct))
