"""What a batch is asked with, and what is answered: the contract between files, engines and the computation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

PREFIX = "sj_"
"""Every column that is added begins with this."""

JSON_COLUMNS = frozenset({"sj_place", "sj_assessment"})
"""Columns that hold a whole result as canonical JSON text; formats of JSON hold it as an object."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which input column plays which role. A role without a column is `None`.

    Either `position`, or `lat` and `lon`, or `geometry` is set; for `assess` none of them need be.

    Attributes:
        position: A position as text, in any notation of `parse_position`.
        lat: Latitude: text in any notation of one half, or a number of degrees.
        lon: Longitude, in the same way.
        geometry: Points as well-known binary, WGS 84, longitude first (GeoParquet).
        accuracy: Radius of uncertainty: text with a unit; a number only if `accuracy_unit` is set.
        accuracy_unit: The unit that the name of the column states: ``m``, ``km`` or ``nm``.
        on: The day: text YYYY-MM-DD (a time after it is left out), a date or a timestamp.
        facts: For `assess`: path of the fact in a case file (``vessel.flag``, ``suspects``, ``offences``,
            ``landed_in``, ``suspects[0].role``) to the column that tells it.
    """

    position: str | None = None
    lat: str | None = None
    lon: str | None = None
    geometry: str | None = None
    accuracy: str | None = None
    accuracy_unit: str | None = None
    on: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """The input columns that are read, each once."""
        places = (self.position, self.lat, self.lon, self.geometry, self.accuracy, self.on)
        return tuple(dict.fromkeys(name for name in (*places, *self.facts.values()) if name is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocateOptions:
    """How every row of a batch is placed.

    Attributes:
        accuracy: Radius of uncertainty for rows that tell none: text with a unit.
        on: Day for rows that tell none; `None` is `today`.
        zones: Zone GeoPackage instead of the shipped one.
        today: The day taken for today in the whole run, also when it goes on later.
        decimal_comma: Whether a comma in a latitude, longitude or accuracy is a decimal comma.
        distances: Whether distances to limits and baselines are wanted.
        full: Whether the whole JSON contract of each row is wanted.
    """

    today: dt.date
    accuracy: str | None = None
    on: dt.date | None = None
    zones: str | None = None
    decimal_comma: bool = False
    distances: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessOptions:
    """How every row of a batch is assessed.

    Attributes:
        accuracy: As for `LocateOptions`.
        on: Day for rows that tell none, as a case file tells it (``2023-06-14``, ``2023-06``); `None` leaves it untold.
        zones: Zone GeoPackage instead of the shipped one.
        rules: Rule folder instead of the shipped one.
        today: The day taken for today in the whole run.
        decimal_comma: As for `LocateOptions`.
        facts: Facts that hold for every row that does not tell them itself, as the data of a case file.
        full: Whether the whole JSON contract of each row is wanted.
    """

    today: dt.date
    accuracy: str | None = None
    on: str | None = None
    zones: str | None = None
    rules: str | None = None
    decimal_comma: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)
    full: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be answered.

    Attributes:
        row: Its index within the batch, from 0.
        code: As in docs/errors.md.
        column: The input column at fault, if it is one.
        reason: What is wrong, in one sentence.
        hint: What is accepted instead.
    """

    row: int
    code: str
    column: str | None
    reason: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one batch.

    Attributes:
        columns: The ``sj_*`` columns of the rows that were answered, in their order.
        accepted: For each input row, whether it was answered; shape (rows of the batch,).
        rejected: The other rows, in their order.
    """

    columns: pa.RecordBatch
    accepted: NDArray[np.bool_]
    rejected: tuple[Rejected, ...]
