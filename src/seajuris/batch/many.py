"""Places many positions at once: `locate_many` for arrays, `locate_frame` for a GeoDataFrame.

Every answer is the one that `seajuris.locate` gives for that position. Most positions lie in a cell of the index
(`seajuris.zones.cells`) that says which zones are there; a position with a line within its uncertainty is placed alone,
by the very function that places a single one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seajuris import api
from seajuris.batch.locator import locator_for
from seajuris.errors import InputError, PositionError
from seajuris.zones.locate import MIN_RADIUS_M, Answer

if TYPE_CHECKING:
    import geopandas as gpd

    from seajuris.zones.measure import Floats

Value = TypeVar("Value")


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

    The first call with a thousand positions or more builds the cell index of the zone data, which takes a quarter of a
    minute, and keeps it in the user's cache folder.

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
    return Answers(number, distinct, api.provenance_of_place(locator.identity()))


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
        y, x = float(latitude[at]), float(longitude[at])
        hint = "Latitude and longitude may be swapped." if abs(y) > 90 else None
        raise PositionError(f"position {at}: latitude {y}, longitude {x} is no position on Earth", hint=hint)
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
        raise PositionError(f"the accuracy of position {wrong[0]} cannot be {np.ravel(radius)[wrong[0]]} m")
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
