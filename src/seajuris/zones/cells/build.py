"""Builds the cell index of a zone file: a quarter of a minute, once for each file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from seajuris.zones.cells.edges import NOWHERE, Edges, Ints, Tokens, each, edges_of, tokens, without_rim
from seajuris.zones.cells.index import ACROSS, COARSE, FINE, MARGIN_M, MIDDLE, PER_COARSE, UNKNOWN, UP, CellIndex
from seajuris.zones.locate import zone_key
from seajuris.zones.store import coordinates, geometries

if TYPE_CHECKING:
    from seajuris.zones.measure import Floats
    from seajuris.zones.store import ZoneStore

# A middle of a cell closer than this to a line is taken for no side of it, degrees.
_TOO_CLOSE = 1e-7
_ROW = 1000.0
"""More than the degrees around the world: row number times this, plus longitude, sorts by row and then by longitude."""


def build(store: ZoneStore) -> CellIndex:
    """Make the cell index of a zone file.

    Raises:
        DataError: if the file is damaged, or its lines would fill more cells than those of real zones.
    """
    rows = list(store.every("zones"))
    pieces = geometries([row.blob for row in rows])
    number: dict[tuple[Any, ...], int] = {}
    kinds = np.array([number.setdefault(tuple(row.values.values()), len(number)) for row in rows], dtype=np.int64)
    token = tokens(len(number))
    everything = edges_of(pieces, kinds, token)
    edges = without_rim(everything)
    order = _by_cell(edges.ends)
    edges = Edges(edges.ends[order], edges.gains[order])
    limits = list(store.every("limits"))
    limit_ends, limit_row = _limit_edges([coordinates(row.blob) for row in limits])
    order = _by_cell(limit_ends)
    limit_ends, limit_row = limit_ends[order], limit_row[order]
    accuracy = np.array([float(row["accuracy_m"] or 0.0) for row in limits])

    zone_edge, zone_cell = _touched(edges.ends, np.full(len(edges.ends), MARGIN_M))
    limit_edge, limit_cell = _touched(limit_ends, accuracy[limit_row] + MARGIN_M)
    lined = _distinct(np.concatenate((zone_cell, limit_cell)))
    blocks, block = np.unique(_coarse_of(lined), return_inverse=True)

    # Sums of tokens: of coarse cells without a line, of the fine cells of the others, of lined cells at their middle.
    sums_at = _Scan(everything).sums
    whole_y, whole_x = np.divmod(np.setdiff1d(np.arange(_COARSE_ACROSS * _COARSE_UP), blocks), _COARSE_ACROSS)
    whole = sums_at(whole_x * PER_COARSE, whole_y * PER_COARSE)
    block_y, block_x = np.divmod(blocks, _COARSE_ACROSS)
    step = np.arange(PER_COARSE)
    fine_y, fine_x = np.broadcast_arrays(
        block_y[:, None, None] * PER_COARSE + step[:, None], block_x[:, None, None] * PER_COARSE + step
    )
    fine = sums_at(fine_x.ravel(), fine_y.ravel())
    cells = np.concatenate((whole_y * PER_COARSE * ACROSS + whole_x * PER_COARSE, (fine_y * ACROSS + fine_x).ravel()))
    everywhere = np.concatenate((whole, fine))
    found, first = np.unique(everywhere, return_index=True)
    first_rows = np.unique(kinds, return_index=True)[1]
    keys = [zone_key(rows[row]) for row in first_rows]
    classes, class_start, class_kind = _classes(found, cells[first], pieces, kinds, token, keys)

    coarse = np.empty((_COARSE_UP, _COARSE_ACROSS), dtype=np.int32)
    coarse[whole_y, whole_x] = _class_of(whole, classes)
    coarse[block_y, block_x] = -1 - np.arange(len(blocks), dtype=np.int32)
    coarse = np.vstack((coarse, coarse[-1]))
    coarse = np.hstack((coarse, coarse[:, :1]))
    grid = _class_of(fine, classes).reshape(fine_x.shape)
    middles = fine.reshape(fine_x.shape)[block, lined // ACROSS % PER_COARSE, lined % ACROSS % PER_COARSE]
    grid[block, lined // ACROSS % PER_COARSE, lined % ACROSS % PER_COARSE] = -1 - np.arange(len(lined), dtype=np.int32)
    zone_start, zone_edges = _runs(zone_edge, zone_cell, lined)
    limit_start, limit_edges = _runs(limit_edge, limit_cell, lined)
    return CellIndex(
        coarse=coarse,
        fine=grid,
        middles=middles,
        zone_start=zone_start,
        zone_edge=zone_edges,
        limit_start=limit_start,
        limit_edge=limit_edges,
        ends=edges.ends,
        gains=edges.gains,
        limit_ends=limit_ends,
        limit_row=limit_row.astype(np.int32),
        classes=classes,
        class_start=class_start,
        class_kind=class_kind,
        kind_row=first_rows,
    )


_COARSE_ACROSS, _COARSE_UP = 360 * COARSE, 180 * COARSE


def _coarse_of(fine: Ints) -> Ints:
    """Numbers of the coarse cells in which fine cells lie."""
    y, x = np.divmod(fine, ACROSS)
    coarse: Ints = y // PER_COARSE * _COARSE_ACROSS + x // PER_COARSE
    return coarse


def _limit_edges(lines: list[Floats]) -> tuple[Floats, Ints]:
    """The edges of limits, shape (n, 4), and the number of the limit of each."""
    if not lines:
        return np.empty((0, 4)), np.empty(0, dtype=np.int64)
    ends = np.vstack([np.hstack((line[:-1], line[1:])) for line in lines])
    return ends, np.repeat(np.arange(len(lines)), [len(line) - 1 for line in lines])


def _by_cell(ends: Floats) -> Ints:
    """The order in which edges of one cell lie side by side: they are looked up together."""
    x, y = ((degrees * FINE).astype(np.int64) for degrees in (ends[:, 0] + 180.0, ends[:, 1] + 90.0))
    return np.argsort(y * ACROSS + x, kind="stable")


def _touched(ends: Floats, margin_m: Floats) -> tuple[Ints, Ints]:
    """Which fine cells each edge touches or comes near to, and a few beside them.

    Args:
        ends: Edges, shape (n, 4), degrees.
        margin_m: What counts as near, for each edge.

    Returns:
        Numbers of edges and of cells, one for each pair, sorted by cell.
    """
    # A box around a long oblique edge would hold many cells that it does not come near to.
    parts = np.maximum(1, np.ceil(np.abs(ends[:, 2:] - ends[:, :2]).max(axis=1) * FINE)).astype(np.int64)
    edge, part = each(parts)
    way = (ends[edge, 2:] - ends[edge, :2]) / parts[edge][:, None]
    start = ends[edge, :2] + way * part[:, None]
    low, high = np.minimum(start, start + way), np.maximum(start, start + way)
    dlat = np.minimum(margin_m[edge] / 110_500.0, 180.0)
    top = np.abs(np.column_stack((low[:, 1], high[:, 1]))).max(axis=1) + dlat
    # So near to a pole every meridian is near.
    dlon = np.where(top < 89.9, dlat / np.cos(np.radians(np.minimum(top, 89.9))), 180.0)
    west = np.floor((low[:, 0] - dlon + 180.0) * FINE).astype(np.int64)
    east = np.minimum(np.floor((high[:, 0] + dlon + 180.0) * FINE).astype(np.int64), west + ACROSS - 1)
    south = np.maximum(np.floor((low[:, 1] - dlat + 90.0) * FINE).astype(np.int64), 0)
    north = np.minimum(np.floor((high[:, 1] + dlat + 90.0) * FINE).astype(np.int64), UP - 1)
    wide = east - west + 1
    of, step = each(wide * (north - south + 1))
    cell = (south[of] + step // wide[of]) * ACROSS + (west[of] + step % wide[of]) % ACROSS
    pair = _distinct(cell * len(ends) + edge[of])
    return pair % len(ends), pair // len(ends)


def _distinct(numbers: Ints) -> Ints:
    """Sorted, each once: for millions faster than the hash table of `numpy.unique`."""
    numbers = np.sort(numbers)
    first = np.ones(len(numbers), dtype=np.bool_)
    first[1:] = numbers[1:] != numbers[:-1]
    return numbers[first]


def _runs(edge: Ints, cell: Ints, lined: Ints) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Where the edges of each lined cell begin, and the edges."""
    return np.searchsorted(cell, np.append(lined, ACROSS * UP)).astype(np.int32), edge.astype(np.int32)


class _Scan:
    """Sums of tokens at the middles of cells: every row of middles is walked eastwards from 180 degrees west.

    Args:
        edges: All edges, with the rim of the map.
    """

    def __init__(self, edges: Edges) -> None:
        x1, y1, x2, y2 = edges.ends.T
        low, high = np.minimum(y1, y2), np.maximum(y1, y2)
        # Rows whose middle m obeys low < m <= high.
        first, last = ((np.floor((y + 90.0) * FINE - MIDDLE[1]) + 1).astype(np.int64) for y in (low, high))
        edge, row = each(last - first)
        row += first[edge]
        north = (row + MIDDLE[1]) / FINE - 90.0
        share = np.clip((north - y1[edge]) / (y2[edge] - y1[edge]), 0.0, 1.0)
        # Eastwards an edge that runs north is crossed from its left to its right.
        change = np.where(y2[edge] > y1[edge], edges.gains[edge], np.negative(edges.gains[edge]))
        key = row * _ROW + x1[edge] + share * (x2[edge] - x1[edge]) + 180.0
        order = np.argsort(key, kind="stable")
        self._keys = np.concatenate(([-_ROW], key[order], [np.inf]))
        self._sums = NOWHERE + np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(change[order])))

    def sums(self, x: Ints, y: Ints) -> Tokens:
        """The sums at the middles of fine cells; `UNKNOWN` where a line is too close to tell."""
        key = y * _ROW + (x + MIDDLE[0]) / FINE
        after = np.searchsorted(self._keys, key)
        sums = self._sums[after - 1]
        close = np.minimum(key - self._keys[after - 1], self._keys[after] - key) < _TOO_CLOSE
        return np.where(close, UNKNOWN, sums)


def _class_of(sums: Tokens, classes: Tokens) -> NDArray[np.int32]:
    place = np.minimum(np.searchsorted(classes, sums), len(classes) - 1)
    return np.where(classes[place] == sums, place, 0).astype(np.int32)


def _classes(
    sums: Tokens, cells: Ints, pieces: NDArray[Any], kinds: Ints, token: Tokens, keys: list[tuple[Any, ...]]
) -> tuple[Tokens, NDArray[np.int32], NDArray[np.int32]]:
    """The kinds of zones behind each sum, found by looking at one cell that has it.

    Returns:
        The sums, with `UNKNOWN` first; where the kinds of each begin; the kinds.
    """
    y, x = np.divmod(cells, ACROSS)
    middles = shapely.points((x + MIDDLE[0]) / FINE - 180.0, (y + MIDDLE[1]) / FINE - 90.0)
    point, piece = shapely.STRtree(pieces).query(middles, predicate="within")
    members: list[list[int]] = [[] for _ in sums]
    for at, kind in zip(point.tolist(), kinds[piece].tolist(), strict=True):
        members[at].append(kind)
    kept: list[tuple[np.uint64, list[int]]] = [(UNKNOWN, [])]
    for total, found in zip(sums, members, strict=True):
        # Any other sum has no meaning that could be relied on, and which of two rows of one zone speaks for it depends
        # on the position: such positions are placed alone.
        if len({keys[kind] for kind in found}) < len(found):
            continue
        if total != UNKNOWN and np.sum(np.append(token[found], NOWHERE), dtype=np.uint64) == total:
            kept.append((total, sorted(found)))
    start = np.cumsum([0, *(len(found) for _, found in kept)])
    return (
        np.array([total for total, _ in kept], dtype=np.uint64),
        start.astype(np.int32),
        np.array([kind for _, found in kept for kind in found], dtype=np.int32),
    )
