"""Places every row of a batch, and lays the answers out as flat columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seajuris import api
from seajuris.batch.answered import Answered, Columns, LocateOptions, Rejected
from seajuris.batch.locator import Locator, locator_for
from seajuris.batch.plain import plain_of
from seajuris.batch.rows import Untold, read_accuracies, read_days, read_positions
from seajuris.errors import PositionError
from seajuris.position import Position
from seajuris.quantity import parse_length_m
from seajuris.record import canonical
from seajuris.zones.locate import MIN_RADIUS_M

if TYPE_CHECKING:
    import pyarrow as pa

    from seajuris.place import Place, Zone
    from seajuris.zones.locate import Answer
    from seajuris.zones.measure import Floats

NO_POSITION = "no position is told"


def schema(options: LocateOptions) -> pa.Schema:
    """The columns that `locate_batch` adds, in their order."""
    import pyarrow as pa

    fields = [
        ("sj_lat", pa.float64()),
        ("sj_lon", pa.float64()),
        ("sj_read_as", pa.string()),
        ("sj_on", pa.date32()),
        ("sj_uncertainty_m", pa.float64()),
        ("sj_zones", pa.string()),
        ("sj_states", pa.string()),
        ("sj_regime", pa.string()),
        ("sj_verdict", pa.string()),
    ]
    if options.distances:
        fields += [
            ("sj_limit", pa.string()),
            ("sj_limit_state", pa.string()),
            ("sj_limit_nm", pa.float64()),
            ("sj_baseline_state", pa.string()),
            ("sj_baseline_nm", pa.float64()),
            ("sj_limits", pa.string()),
            ("sj_baselines", pa.string()),
        ]
    if options.full:
        fields.append(("sj_place", pa.string()))
    return pa.schema(fields)


def locate_batch(batch: pa.RecordBatch, columns: Columns, options: LocateOptions) -> Answered:
    """Place every row of a batch.

    Args:
        batch: The rows; only the columns that `columns` names are read.
        columns: Which column tells what.
        options: What holds for all rows.

    Returns:
        The ``sj_*`` columns of `schema` for the rows that could be placed, and why the others could not.

    Raises:
        InputError: if a column cannot be used at all.
        DataError: if the zone data are missing or damaged.
    """
    import pyarrow as pa

    with api.as_of(options.today):
        told, faults = _read(batch, columns, options)
        accepted = np.zeros(batch.num_rows, dtype=np.bool_)
        accepted[told.row] = True
        names = schema(options)
        locator = locator_for(api.zone_file(options.zones))
        if options.distances or options.full:
            return Answered(_everything(batch, columns, options, told, locator), accepted, faults)
        number, distinct = locator.answers(told.lon, told.lat, told.uncertainty_m, told.on)
        locator.identity()
    data: dict[str, Any] = {
        "sj_lat": _rounded(told.lat, 6),
        "sj_lon": _rounded(told.lon, 6),
        "sj_read_as": told.read_as,
        "sj_on": told.on,
        "sj_uncertainty_m": _rounded(told.uncertainty_m, 1),
    }
    texts = [flat_answer(answer) for answer in distinct]
    for name in ("sj_zones", "sj_states", "sj_regime", "sj_verdict"):
        data[name] = pa.array([text[name] for text in texts], pa.string()).take(pa.array(number))
    return Answered(pa.RecordBatch.from_pydict(data, schema=names), accepted, faults)


@dataclass(frozen=True, slots=True)
class _Told:
    """The rows that can be placed.

    Attributes:
        row: Their numbers in the batch, ascending.
        lat, lon: degrees; uncertainty_m: metres; on: days; each of shape (rows,).
        days: The days that were told, else `None`.
        read_as: How a position was read that is not plain degrees, else `None`.
    """

    row: NDArray[np.int64]
    lat: Floats
    lon: Floats
    uncertainty_m: Floats
    on: NDArray[np.datetime64]
    days: list[dt.date | None]
    read_as: list[str | None]


def _read(batch: pa.RecordBatch, columns: Columns, options: LocateOptions) -> tuple[_Told, tuple[Rejected, ...]]:
    """What the rows tell, and why the others cannot be placed."""
    count = batch.num_rows
    lat, lon, precision = np.zeros(count), np.zeros(count), np.zeros(count)
    usable = np.zeros(count, dtype=np.bool_)
    plain = plain_of(batch, columns)
    if plain is not None:
        usable, lat, lon, precision = plain.read, plain.lat, plain.lon, plain.precision_m
    default = None if options.accuracy is None else parse_length_m(options.accuracy)
    stated = read_accuracies(batch, columns, decimal_comma=options.decimal_comma)
    accuracy = np.array([np.nan if a is None or isinstance(a, Rejected) else a for a in stated], dtype=np.float64)
    faults: dict[int, Rejected] = {row: a for row, a in enumerate(stated) if isinstance(a, Rejected)}
    others = np.flatnonzero(~usable)
    positions: dict[int, Position] = {}
    read = read_positions(batch.take(others), columns, decimal_comma=options.decimal_comma) if len(others) else []
    for row, position in zip(others.tolist(), read, strict=True):
        if isinstance(position, Position):
            positions[row] = position
            lat[row], lon[row], precision[row] = position.lat, position.lon, position.precision_m
            accuracy[row] = np.nan if position.accuracy_m is None else position.accuracy_m
            usable[row] = True
        elif isinstance(position, Untold):
            faults[row] = Rejected(row, PositionError.code, _place_column(columns), NO_POSITION, None)
        else:
            faults[row] = replace(position, row=row)
    days = read_days(batch, columns)
    for row, day in enumerate(days):
        if isinstance(day, Rejected):
            faults.setdefault(row, day)
    when = [day if isinstance(day, dt.date) else options.on for day in days]
    if default is not None:
        accuracy[np.isnan(accuracy)] = default
    usable[list(faults)] = False
    rows = np.flatnonzero(usable)
    told = _Told(
        row=rows,
        lat=lat[rows],
        lon=lon[rows],
        uncertainty_m=np.maximum(np.nan_to_num(accuracy) + precision, MIN_RADIUS_M)[rows],
        on=_days([when[row] or options.today for row in rows.tolist()]),
        days=[when[row] for row in rows.tolist()],
        read_as=[positions[row].read_as if row in positions else None for row in rows.tolist()],
    )
    return told, tuple(faults[row] for row in sorted(faults))


def _days(days: list[dt.date]) -> NDArray[np.datetime64]:
    """Days as an array; by their numbers, which is faster than by their fields."""
    numbers = np.array([day.toordinal() for day in days], dtype=np.int64)
    return (numbers - dt.date(1970, 1, 1).toordinal()).astype("datetime64[D]")


def _rounded(values: Floats, digits: int) -> Floats:
    """What `round` makes of each number."""
    scaled = values * 10.0**digits
    result: Floats = np.rint(scaled) / 10.0**digits
    # Multiplying may have moved what lies half-way; `round` looks at the number itself.
    for at in np.flatnonzero(np.abs(np.abs(scaled - np.trunc(scaled)) - 0.5) < 1e-4):
        result[at] = round(float(values[at]), digits)
    return result


def _everything(
    batch: pa.RecordBatch, columns: Columns, options: LocateOptions, told: _Told, locator: Locator
) -> pa.RecordBatch:
    """The columns of rows of which everything is measured."""
    import pyarrow as pa

    read = read_positions(batch.take(told.row), columns, accuracy=options.accuracy, decimal_comma=options.decimal_comma)
    positions = [position for position in read if isinstance(position, Position)]
    flat = []
    for place, text in zip(locator.places(positions, told.days), told.read_as, strict=True):
        flat.append({**flat_place(place), "sj_read_as": text})
        if options.full:
            flat[-1]["sj_place"] = canonical(place.to_dict())
    return pa.RecordBatch.from_pylist(flat, schema=schema(options))


def _place_column(columns: Columns) -> str | None:
    if columns.lat is not None:
        return f"{columns.lat}, {columns.lon}"
    return columns.position or columns.geometry


def flat_answer(answer: Answer | Place) -> dict[str, str]:
    """The flat columns that need no distances."""
    return {
        "sj_zones": "; ".join(zone_text(zone) for zone in answer.zones),
        "sj_states": "; ".join(_states(answer.zones)),
        "sj_regime": answer.criminal_law_regime,
        "sj_verdict": answer.verdict,
    }


def flat_place(place: Place) -> dict[str, Any]:
    """The flat columns of a place: one value for each name of `schema` but ``sj_place``."""
    limit = place.limits[0] if place.limits else None
    baseline = place.baselines[0] if place.baselines else None
    return {
        "sj_lat": round(place.position.lat, 6),
        "sj_lon": round(place.position.lon, 6),
        "sj_read_as": place.position.read_as,
        "sj_on": place.on,
        "sj_uncertainty_m": round(place.uncertainty_m, 1),
        **flat_answer(place),
        "sj_limit": limit.limit if limit else None,
        "sj_limit_state": _whose(limit.state, limit.territory) if limit else None,
        "sj_limit_nm": round(limit.distance_nm, 3) if limit else None,
        "sj_baseline_state": _whose(baseline.state, baseline.territory) if baseline else None,
        "sj_baseline_nm": round(baseline.distance_nm, 3) if baseline else None,
        "sj_limits": "; ".join(
            f"{item.limit}:{_whose(item.state, item.territory)} {item.distance_nm:.3f}" for item in place.limits
        ),
        "sj_baselines": "; ".join(
            f"{_whose(item.state, item.territory)} {item.distance_nm:.3f}" for item in place.baselines
        ),
    }


def zone_text(zone: Zone) -> str:
    """A zone in one word or two: ``territorial_sea:GRC``, ``exclusive_economic_zone:FRA/GUF (potential)?``.

    A question mark says that it is only possible; the territory stands behind the State where it is another.
    """
    text = zone.zone
    if zone.state is not None:
        text += f":{_whose(zone.state, zone.territory)}"
    elif zone.zone not in ("high_seas", "outside_data"):
        text += ":unknown"
    if zone.claim in ("potential", "protested"):
        text += f" ({zone.claim})"
    return text if zone.certainty == "certain" else f"{text}?"


def _whose(state: str, territory: str | None) -> str:
    return state if territory in (None, state) else f"{state}/{territory}"


def _states(zones: tuple[Zone, ...]) -> list[str]:
    """The States with a zone there: certain ones plain, possible ones with a question mark.

    A claim that was only possible to make, or that others protest against, makes no State of the place.
    """
    found: dict[str, bool] = {}
    for zone in zones:
        if zone.state is not None and zone.claim not in ("potential", "protested"):
            found[zone.state] = found.get(zone.state, False) or zone.certainty == "certain"
    return [state if certain else f"{state}?" for state, certain in found.items()]
