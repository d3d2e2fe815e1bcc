"""Places many positions in the zones of one file, with the answers that `seajuris.zones.locate` gives to each alone."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seajuris import api
from seajuris.parts import in_parts
from seajuris.zones.cells.cache import kept_index, new_index
from seajuris.zones.cells.index import NO_CLASS, CellIndex, LimitRows, look_up
from seajuris.zones.integrity import integrity_of
from seajuris.zones.lines import Lines
from seajuris.zones.locate import (
    REACH_NM,
    Answer,
    Throughout,
    answer_at,
    answer_throughout,
    limit_counts,
    limit_key,
    locate,
    place_throughout,
    throughout,
    uncertainty_m,
)
from seajuris.zones.measure import METRES_PER_NM
from seajuris.zones.store import Row, ZoneStore, coordinates

if TYPE_CHECKING:
    from seajuris.place import Place
    from seajuris.position import Position
    from seajuris.zones.measure import Floats

_BLOCK = 131_072
"""Positions looked up at a time: their arrays stay in the processor's cache."""
FEW = 1_000
"""For fewer positions the cell index is not built if it is not there: each is placed alone."""


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
        # A store of its own: what it keeps in memory would slow down nobody else, and help nobody else.
        self._store = ZoneStore(path)
        self._store.keep("boundaries", "remarks")
        self._changes = self._store.days_of_change()
        self._limits = list(self._store.every("limits", geometry=False))
        self._accuracy_m = np.array([float(row["accuracy_m"] or 0.0) for row in self._limits])
        self._in_force: dict[int, LimitRows] = {}
        self._numbers: dict[int, NDArray[np.int32]] = {}
        self._covers: dict[tuple[int, int], Throughout] = {}
        self._distinct: dict[Answer, int] = {}
        self._lock = Lock()
        self._index: CellIndex | None = None
        self._kinds: list[Row] = []
        self._take(kept_index(self.identity()["sha256"]))

    def identity(self) -> dict[str, str]:
        """Version and hashes of the zone data.

        Raises:
            DataError: if they are damaged, or were changed since.
        """
        return self._integrity.result()

    def _take(self, index: CellIndex | None) -> None:
        if index is not None:
            zones = enumerate(self._store.every("zones", geometry=False))
            wanted = set(index.kind_row.tolist())
            rows = {number: row for number, row in zones if number in wanted}
            self._kinds = [rows[number] for number in index.kind_row.tolist()]
            self._index = index

    @property
    def has_index(self) -> bool:
        """Whether the cell index is at hand."""
        return self._index is not None

    def prepare(self) -> None:
        """Build the cell index if it is not at hand, and keep it for other processes."""
        self._index_for(FEW)

    def _index_for(self, count: int) -> CellIndex | None:
        """The cell index, which is not built for a few positions."""
        if self._index is None and count >= FEW:
            self._take(new_index(self._store, self.identity()["sha256"]))
        return self._index

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
        index = self._index_for(len(lon))
        number = np.full(len(lon), -1, dtype=np.int32)
        whole = [(on, slice(None))] if isinstance(on, dt.date) else self._by_epoch(on)
        for day, rows in whole:
            radius = radius_m if isinstance(radius_m, float) else radius_m[rows]
            part = number[rows]
            if index is not None:
                self._look_up(index, part, lon[rows], lat[rows], radius, day)
            for at in np.flatnonzero(part < 0):
                metres = radius if isinstance(radius, float) else float(radius[at])
                alone = answer_at(float(lon[rows][at]), float(lat[rows][at]), metres, day, self._store)
                part[at] = self._intern(alone)
            number[rows] = part
        return number, tuple(self._distinct)

    def _by_epoch(self, on: NDArray[np.datetime64]) -> Iterator[tuple[dt.date, NDArray[np.int64]]]:
        """Positions whose days lie between the same two changes of the data: for them one day stands for all."""
        days, which = np.unique(on, return_inverse=True)
        epochs = np.array([self._epoch(day.item()) for day in days], dtype=np.int64)
        for epoch in np.unique(epochs):
            yield days[np.argmax(epochs == epoch)].item(), np.flatnonzero((epochs == epoch)[which.ravel()])

    def _epoch(self, day: dt.date) -> int:
        return bisect_right(self._changes, day.isoformat())

    def _look_up(
        self,
        index: CellIndex,
        number: NDArray[np.int32],
        lon: Floats,
        lat: Floats,
        radius_m: Floats | float,
        day: dt.date,
    ) -> None:
        """Fill in the numbers of the answers that the index knows."""
        limits = self._limits_on(day)
        known = self._numbers.setdefault(self._epoch(day), np.full(2 * len(index.classes), -1, dtype=np.int32))

        found = look_up(index, lon, lat, radius_m, limits)

        def look(part: slice) -> None:
            # Twice the class, and one more where a limit is near.
            codes = 2 * found.classes[part] + found.near[part]
            answers = known[codes]
            new = codes[answers < 0]
            for code in np.unique(new[new // 2 != NO_CLASS]):
                zones = self._throughout(index, code // 2, day)
                known[code] = self._intern(answer_throughout(zones, near_line=bool(code % 2)))
            number[part] = known[codes] if len(new) else answers

        in_parts(look, len(lon), _BLOCK, _BLOCK)

    def _limits_on(self, day: dt.date) -> LimitRows:
        epoch = self._epoch(day)
        if epoch not in self._in_force:
            in_force = np.array([limit_counts(row, day) for row in self._limits], dtype=np.bool_)
            self._in_force[epoch] = LimitRows(self._accuracy_m, in_force)
        return self._in_force[epoch]

    def places(self, positions: Sequence[Position], days: Sequence[dt.date | None]) -> list[Place]:
        """Everything that `seajuris.locate` says of some positions, distances included.

        Args:
            positions: The positions.
            days: The day told for each; where none is told, today is meant, and the place says so.
        """
        lon, lat = (np.array([getattr(p, name) for p in positions], dtype=np.float64) for name in ("lon", "lat"))
        radius = np.array([uncertainty_m(position) for position in positions], dtype=np.float64)
        on = np.array([day or api.today() for day in days], dtype="datetime64[D]")
        found: list[Place | None] = [None] * len(positions)
        index = self._index_for(len(positions))
        for day, rows in self._by_epoch(on):
            if index is None:
                break
            limits = self._limits_on(day)
            classes = look_up(index, lon[rows], lat[rows], radius[rows], limits).classes
            inside = rows[classes != NO_CLASS]
            measured = self._limit_lines.nearest(lon[inside], lat[inside], limits.in_force)
            baselines = self._baseline_lines.nearest(lon[inside], lat[inside])
            for at, number, near, coast in zip(
                inside.tolist(), classes[classes != NO_CLASS].tolist(), measured, baselines, strict=True
            ):
                zones = self._throughout(index, number, day)
                found[at] = place_throughout(positions[at], on[at].item(), self._store, zones, near, coast)
        identity = self.identity()
        return [
            api.sourced(place or locate(position, day or api.today(), self._store), day, identity)
            for place, position, day in zip(found, positions, days, strict=True)
        ]

    @cached_property
    def _limit_lines(self) -> _Nearest:
        return _Nearest(self._store.every("limits"), limit_key)

    @cached_property
    def _baseline_lines(self) -> _Nearest:
        rows = (row for row in self._store.every("baselines") if row["state"] is not None)
        return _Nearest(rows, lambda row: (row["state"], row["territory"]))

    def _throughout(self, index: CellIndex, number: int, day: dt.date) -> Throughout:
        """What covers a circle of a class."""
        key = (int(number), self._epoch(day))
        if key not in self._covers:
            kinds = index.class_kind[index.class_start[number] : index.class_start[number + 1]]
            self._covers[key] = throughout([self._kinds[kind] for kind in kinds], day)
        return self._covers[key]

    def _intern(self, answer: Answer) -> int:
        with self._lock:
            return self._distinct.setdefault(answer, len(self._distinct))


class _Nearest:
    """Rows of a layer of lines, for the nearest of each group."""

    def __init__(self, rows: Iterable[Row], key: Callable[[Row], tuple[Any, ...]]) -> None:
        groups: dict[tuple[Any, ...], int] = {}
        self._rows: list[Row] = []
        lines, group = [], []
        for row in rows:
            self._rows.append(Row(row.values, b""))
            lines.append(coordinates(row.blob))
            group.append(groups.setdefault(key(row), len(groups)))
        self._lines = Lines(lines, group)

    def nearest(
        self, lon: Floats, lat: Floats, counts: NDArray[np.bool_] | None = None
    ) -> list[list[tuple[Row, float]]]:
        """For each position the nearest row of each group within 200 M, and its distance in metres."""
        if counts is None:
            counts = np.ones(len(self._rows), dtype=np.bool_)
        near = self._lines.nearest(lon, lat, counts, REACH_NM * METRES_PER_NM)
        found: list[list[tuple[Row, float]]] = [[] for _ in lon]
        for point, line, distance in zip(*(a.tolist() for a in (near.point, near.line, near.distance_m)), strict=True):
            found[point].append((self._rows[line], distance))
        return found
