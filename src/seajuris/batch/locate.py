"""Places every row of a batch, and lays the answers out as flat columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seajuris import api
from seajuris.batch.answered import Answered, Columns, LocateOptions, Rejected
from seajuris.batch.rows import Untold, read_days, read_positions, rejected
from seajuris.errors import InputError, PositionError
from seajuris.record import canonical

if TYPE_CHECKING:
    import pyarrow as pa

    from seajuris.place import Place, Zone

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

    accepted = np.zeros(batch.num_rows, dtype=np.bool_)
    flat: list[dict[str, Any]] = []
    faults: list[Rejected] = []
    with api.as_of(options.today):
        positions = read_positions(batch, columns, accuracy=options.accuracy, decimal_comma=options.decimal_comma)
        for row, (position, day) in enumerate(zip(positions, read_days(batch, columns), strict=True)):
            if isinstance(position, Untold):
                faults.append(Rejected(row, PositionError.code, _place_column(columns), NO_POSITION, None))
            elif isinstance(position, Rejected) or isinstance(day, Rejected):
                faults.append(position if isinstance(position, Rejected) else day)  # type: ignore[arg-type]
            else:
                try:
                    place = api.locate(position, on=day or options.on, zones=options.zones)
                except InputError as fault:
                    faults.append(rejected(row, None, fault))
                    continue
                accepted[row] = True
                flat.append(flat_place(place))
                if options.full:
                    flat[-1]["sj_place"] = canonical(place.to_dict())
    return Answered(pa.RecordBatch.from_pylist(flat, schema=schema(options)), accepted, tuple(faults))


def _place_column(columns: Columns) -> str | None:
    if columns.lat is not None:
        return f"{columns.lat}, {columns.lon}"
    return columns.position or columns.geometry


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
        "sj_zones": "; ".join(zone_text(zone) for zone in place.zones),
        "sj_states": "; ".join(_states(place)),
        "sj_regime": place.criminal_law_regime,
        "sj_verdict": place.verdict,
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


def _states(place: Place) -> list[str]:
    """The States with a zone there: certain ones plain, possible ones with a question mark.

    A claim that was only possible to make, or that others protest against, makes no State of the place.
    """
    found: dict[str, bool] = {}
    for zone in place.zones:
        if zone.state is not None and zone.claim not in ("potential", "protested"):
            found[zone.state] = found.get(zone.state, False) or zone.certainty == "certain"
    return [state if certain else f"{state}?" for state, certain in found.items()]
