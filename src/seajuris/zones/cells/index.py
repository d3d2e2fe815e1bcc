"""Which zones lie at many positions at once: most cells lie inside one set of zones and need no geometry.

The world is a grid of *coarse* cells of a quarter of a degree. One that a line touches, or nearly touches, is divided
into *fine* cells; a fine cell that a line touches is *lined*. Everything else lies, with all that is nearer than
`MARGIN_M`, within one set of zones, and further from every limit than the limit's accuracy.

In a lined cell the set of zones at its middle is known. The way from there to a position crosses lines, and each
crossing says what changes (see `seajuris.zones.cells.edges`). Where a line comes within the uncertainty of a position,
or anything else is in doubt, the index gives no answer: the caller places that position alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from seajuris.parts import in_parts
from seajuris.zones.cells.edges import Ints, Tokens
from seajuris.zones.measure import feet, geocentric

if TYPE_CHECKING:
    from seajuris.zones.measure import Floats

Value = TypeVar("Value", bound=np.generic)

COARSE = 4
"""Coarse cells per degree. All seams of the data lie on their borders."""
PER_COARSE = 8
"""Fine cells along a side of a coarse cell."""
FINE = COARSE * PER_COARSE
ACROSS, UP = 360 * FINE, 180 * FINE
"""Number of fine cells around the world, and from pole to pole."""
MIDDLE = (0.48713, 0.51291)
"""The "middle" of a fine cell, as a share of its sides: not on any line that somebody drew in round numbers."""
MARGIN_M = 100.0
"""Cells without a line are further than this from every line."""

UNKNOWN = np.uint64(0)
"""Stands for a sum of tokens that is not known."""
NO_CLASS = 0
"""The class that goes with `UNKNOWN`: to be placed alone."""

_HIGHEST = 89.9
_M_PER_DEGREE = np.pi / 180
_A, _E2 = 6378137.0, 0.0066943799901413165
_SLACK_M = 0.05
"""Distances that differ by less are taken for equal."""
_EXACT_M = 1e-6
"""The same, where they were measured along the geodesic."""
_MOST_CELLS = 8
"""Cells along a side of the box around a circle that are looked at one by one."""
_BLOCK = 131_072
"""Positions looked up in the grid at a time: their arrays stay in the processor's cache."""
_FEWEST_SETTLED, _MOST_SETTLED = 2_048, 32_768
"""Positions settled by the lines around them at a time."""
_MOST_PAIRS = 131_072
"""Pairs of a position and an edge at a time: thousands of positions may lie where a coast has hundreds of edges."""


@dataclass(frozen=True, slots=True)
class CellIndex:
    """The cell index of one zone file.

    Attributes:
        coarse: shape (721, 1441), south to north and west to east: a class, or -1 - block. The first column stands at
            the end once more: a longitude may be rounded to 180. So does the last row.
        fine: shape (blocks, 8, 8): a class, or -1 - lined cell.
        middles: shape (lined,): sum of tokens at the middle of each lined cell, `UNKNOWN` where it lies on a line.
        zone_start: shape (lined + 1,): where the edges of a lined cell begin in `zone_edge`.
        zone_edge: Numbers of the edges of zones that come within `MARGIN_M` of each lined cell.
        limit_start: shape (lined + 1,): the same for `limit_edge`.
        limit_edge: Numbers of the edges of limits that come within their accuracy and `MARGIN_M`.
        ends: shape (edges, 4): edges of zones, degrees.
        gains: shape (edges,): see `seajuris.zones.cells.edges`.
        limit_ends: shape (limit edges, 4), degrees.
        limit_row: shape (limit edges,): number of the row of layer ``limits``, in the order of `fid`.
        classes: shape (classes,): sums of tokens, sorted, the first of them `UNKNOWN`. A class is its place in here.
        class_start: shape (classes + 1,): where the kinds of a class begin in `class_kind`.
        class_kind: Kinds of zones of each class, in the order of `fid`.
        kind_row: shape (kinds,): number of a row of layer ``zones`` with the attributes of that kind.
    """

    coarse: NDArray[np.int32]
    fine: NDArray[np.int32]
    middles: Tokens
    zone_start: NDArray[np.int32]
    zone_edge: NDArray[np.int32]
    limit_start: NDArray[np.int32]
    limit_edge: NDArray[np.int32]
    ends: Floats
    gains: Tokens
    limit_ends: Floats
    limit_row: NDArray[np.int32]
    classes: Tokens
    class_start: NDArray[np.int32]
    class_kind: NDArray[np.int32]
    kind_row: Ints


@dataclass(frozen=True, slots=True)
class Found:
    """What the index says of some positions.

    Attributes:
        classes: shape (n,): the class at each position, or `NO_CLASS` where it has to be placed alone.
        near: shape (n,): whether a limit in force lies within the uncertainty and the accuracy of the limit.
    """

    classes: NDArray[np.int32]
    near: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LimitRows:
    """What the look-up has to know of the rows of layer ``limits``.

    Attributes:
        accuracy_m: shape (rows,).
        in_force: shape (rows,): whether the limit counts on the day.
    """

    accuracy_m: Floats
    in_force: NDArray[np.bool_]


def look_up(index: CellIndex, lon: Floats, lat: Floats, radius_m: Floats | float, limits: LimitRows) -> Found:
    """Find the class of positions.

    Args:
        index: The index.
        lon: shape (n,), degrees, -180 up to but not including 180.
        lat: shape (n,), degrees.
        radius_m: Uncertainty of all positions, or of each, shape (n,), metres.
        limits: Limits on the day of the positions.
    """
    classes = np.empty(len(lon), dtype=np.int32)
    near = np.zeros(len(lon), dtype=np.bool_)
    radius = np.broadcast_to(radius_m, lon.shape)

    def in_cells(part: slice) -> None:
        classes[part] = _stands_at(index, lon[part], lat[part])

    def settled(which: Ints, how: _Settle) -> None:
        def some(part: slice) -> None:
            where = which[part]
            circles = Circles(lon[where], lat[where], radius[where])
            classes[where], near[where] = how(index, circles, classes[where], limits)

        in_parts(some, len(which), _FEWEST_SETTLED, _MOST_SETTLED)

    in_parts(in_cells, len(lon), _BLOCK, _BLOCK)
    lined = classes < 0
    if np.max(radius_m, initial=0.0) > MARGIN_M:
        wide = radius > MARGIN_M
        lined &= ~wide
        settled(np.flatnonzero(wide), _wide)
    settled(np.flatnonzero(lined), _lined)
    if max(lat.max(initial=0.0), -lat.min(initial=0.0)) > _HIGHEST:
        classes[np.abs(lat) > _HIGHEST] = NO_CLASS
    return Found(classes, near)


def _taken(values: NDArray[Value], places: Ints | NDArray[np.int32]) -> NDArray[Value]:
    """`values[places]` for places that are all inside: up to five times as quick, for nothing is checked."""
    return values.take(places, axis=0, mode="clip")


def _stands_at(index: CellIndex, lon: Floats, lat: Floats) -> NDArray[np.int32]:
    """What stands in the cells of positions: a class, or -1 - lined cell."""
    # Truncation is floor: nothing here is negative.
    east, north = lon + 180.0, lat + 90.0
    place = (north * COARSE).astype(np.intp)
    place *= index.coarse.shape[1]
    place += (east * COARSE).astype(np.intp)
    found = _taken(index.coarse.ravel(), place)
    mixed = np.flatnonzero(found < 0)
    if len(mixed):
        place = -1 - found[mixed].astype(np.intp)
        for degrees in (north, east):
            place *= PER_COARSE
            place += (degrees[mixed] * FINE).astype(np.intp) % PER_COARSE
        found[mixed] = _taken(index.fine.ravel(), place)
    return found


@dataclass(frozen=True, slots=True)
class Circles:
    """Circles of the positions: degrees and metres, each of shape (n,)."""

    lon: Floats
    lat: Floats
    radius_m: Floats

    def only(self, which: Ints | slice) -> Circles:
        """Some of them."""
        return Circles(self.lon[which], self.lat[which], self.radius_m[which])


_Settle = Callable[[CellIndex, Circles, NDArray[np.int32], LimitRows], tuple[NDArray[np.int32], NDArray[np.bool_]]]
"""From circles and what stands in their cells to the class of each, or `NO_CLASS`, and whether a limit is near."""


def _bounded(pairs: Ints) -> Iterator[slice]:
    """Runs of positions that have `_MOST_PAIRS` pairs together, or are a single position.

    Args:
        pairs: shape (n,): how many pairs each position has.
    """
    total = np.cumsum(pairs)
    start = 0
    while start < len(pairs):
        reach = total[start] - pairs[start] + _MOST_PAIRS
        end = max(start + 1, int(np.searchsorted(total, reach, side="right")))
        yield slice(start, end)
        start = end


def _edges_in(index: CellIndex, cell: Ints) -> Ints:
    """How many edges come near to each of some lined cells."""
    count = np.zeros(len(cell), dtype=np.int64)
    for start in (index.zone_start, index.limit_start):
        count += _taken(start, cell + 1) - _taken(start, cell)
    return count


def _lined(
    index: CellIndex, circles: Circles, stands: NDArray[np.int32], limits: LimitRows
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The class of circles in lined cells, no wider than the margin, and whether a limit is near."""
    classes, near = np.empty(len(stands), dtype=np.int32), np.empty(len(stands), dtype=np.bool_)
    cells = (-1 - stands).astype(np.int64)
    for run in _bounded(_edges_in(index, cells)):
        cell, some = cells[run], circles.only(run)
        each = np.arange(len(cell))
        pairs = _pairs(index.zone_start, index.zone_edge, index.ends, each, cell, some)
        close, told = _near(index, each, cell, some, limits)
        known = _is_clear(pairs, some) & told
        classes[run] = np.where(known, _class_by_crossing(index, pairs, cell, some), NO_CLASS)
        near[run] = close
    return classes, near


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Positions paired with the edges of their cells.

    Attributes:
        point: shape (pairs,): number of the position; ascending.
        edge: shape (pairs,): number of the edge.
        start: shape (n + 1,): where the pairs of a position begin.
        ax, ay, bx, by: Start and end of the edge as seen from the position, longitude and latitude in degrees, each of
            shape (pairs,).
    """

    point: Ints
    edge: NDArray[np.int32]
    start: Ints
    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats


def _pairs(
    start: NDArray[np.int32], edges: NDArray[np.int32], ends: Floats, point: Ints, cell: Ints, circles: Circles
) -> _Pairs:
    """Pair each position with the edges of its lined cells.

    Args:
        start: Where the edges of each lined cell begin.
        edges: The edges of the lined cells.
        ends: All edges.
        point: Numbers of positions, ascending.
        cell: A lined cell of each, shape (n,).
        circles: All positions.
    """
    first = _taken(start, cell).astype(np.int64)
    count = _taken(start, cell + 1) - first
    begin = np.zeros(len(cell) + 1, dtype=np.int64)
    np.cumsum(count, out=begin[1:])
    edge = _taken(edges, np.arange(begin[-1]) + np.repeat(first - begin[:-1], count))
    of = np.repeat(point, count)
    seen = _taken(ends, edge)
    lon, lat = _taken(circles.lon, of), _taken(circles.lat, of)
    ax, bx = seen[:, 0] - lon, seen[:, 2] - lon
    if np.abs(ax).max(initial=0.0) > 180.0 or np.abs(bx).max(initial=0.0) > 180.0:
        turn = 360.0 * np.rint(ax / 360.0)
        ax, bx = ax - turn, bx - turn
    starts = begin[np.searchsorted(point, np.arange(len(circles.lon) + 1))]
    return _Pairs(of, edge, starts, ax, seen[:, 1] - lat, bx, seen[:, 3] - lat)


def _class_by_crossing(index: CellIndex, pairs: _Pairs, cell: Ints, circles: Circles) -> NDArray[np.int32]:
    """The class of each position in a lined cell, from its middle and the edges on the way there."""
    x, y = ((degrees * FINE).astype(np.int64) for degrees in (circles.lon + 180.0, circles.lat + 90.0))
    mx = ((x + MIDDLE[0]) / FINE - 180.0 - circles.lon)[pairs.point]
    my = ((y + MIDDLE[1]) / FINE - 90.0 - circles.lat)[pairs.point]
    ex, ey = pairs.bx - pairs.ax, pairs.by - pairs.ay
    # The way from the position to the middle crosses the edge if each has its two ends on both sides of the other.
    parts_edge = (mx * pairs.ay - my * pairs.ax > 0) != (mx * pairs.by - my * pairs.bx > 0)
    left = ey * pairs.ax - ex * pairs.ay > 0
    crosses = parts_edge & (left != (ex * (my - pairs.ay) - ey * (mx - pairs.ax) > 0))
    gain = _taken(index.gains, pairs.edge)
    change = np.where(left, np.negative(gain), gain)
    change[~crosses] = 0
    total = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(change)))
    middle = _taken(index.middles, cell)
    sums = middle + (total[pairs.start[1:]] - total[pairs.start[:-1]])
    place = np.minimum(np.searchsorted(index.classes, sums), len(index.classes) - 1)
    known = (index.classes[place] == sums) & (middle != UNKNOWN)
    return np.where(known, place, NO_CLASS).astype(np.int32)


def _is_clear(pairs: _Pairs, circles: Circles) -> NDArray[np.bool_]:
    """Whether no edge comes within the uncertainty of a position."""
    distance, doubt, _ = _distances(pairs, circles)
    clear = np.ones(len(circles.lon), dtype=np.bool_)
    # The circle is looked at as a polygon around it, whose corners lie a little outside.
    clear[pairs.point[distance <= 1.001 * circles.radius_m[pairs.point] + doubt]] = False
    return clear


def _near(
    index: CellIndex, point: Ints, cell: Ints, circles: Circles, limits: LimitRows
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether a limit is as near as its accuracy and the uncertainty, and whether that is told with certainty."""
    pairs = _pairs(index.limit_start, index.limit_edge, index.limit_ends, point, cell, circles)
    row = _taken(index.limit_row, pairs.edge)
    distance, doubt, bend = _distances(pairs, circles)
    doubt += bend
    distance[~limits.in_force[row]] = np.inf
    beyond = limits.accuracy_m[row] + circles.radius_m[pairs.point]
    near, told = _within(pairs, distance - beyond, doubt, circles)
    again = np.flatnonzero(~told[pairs.point] & np.isfinite(distance))
    if len(again):
        distance[again] = _geodesics(index.limit_ends[pairs.edge[again]], circles, pairs.point[again])
        doubt[again] = _EXACT_M
        near, told = _within(pairs, distance - beyond, doubt, circles)
    return near, told


def _within(
    pairs: _Pairs, spare: Floats, doubt: Floats, circles: Circles
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether any edge leaves nothing to spare, and whether that is told with certainty."""
    near, perhaps = (np.zeros(len(circles.lon), dtype=np.bool_) for _ in range(2))
    near[pairs.point[spare <= -doubt]] = True
    perhaps[pairs.point[spare <= doubt]] = True
    return near, near | ~perhaps


def _geodesics(ends: Floats, circles: Circles, point: Ints) -> Floats:
    """Distances to edges as `seajuris.zones.measure` takes them: to the foot on the chord, along the geodesic."""
    from pyproj import Geod

    lon, lat = circles.lon[point], circles.lat[point]
    seen_from = geocentric(np.column_stack((lon, lat)))
    along, _ = feet(geocentric(ends[:, :2]) - seen_from, geocentric(ends[:, 2:]) - seen_from)
    foot = ends[:, :2] + (ends[:, 2:] - ends[:, :2]) * along[:, None]
    distance: Floats = Geod(ellps="WGS84").inv(lon, lat, foot[:, 0], foot[:, 1])[2]
    return distance


def _distances(pairs: _Pairs, circles: Circles) -> tuple[Floats, Floats, Floats]:
    """Distance from each position to each edge, how wrong it may be, and how far edges bow, metres.

    In the plane that touches the ellipsoid at the position: only what is near has to be right.
    """
    lat = np.radians(circles.lat)
    sine, cosine = np.sin(lat), np.cos(lat)
    w = 1 - _E2 * sine**2
    east = (_M_PER_DEGREE * _A * cosine / np.sqrt(w))[pairs.point]
    north = (_M_PER_DEGREE * _A * (1 - _E2) / w**1.5)[pairs.point]
    ax, ay = pairs.ax * east, pairs.ay * north
    ex, ey = pairs.bx * east - ax, pairs.by * north - ay
    length2 = ex * ex + ey * ey
    along = np.clip(-(ax * ex + ay * ey) / np.where(length2 > 0, length2, 1.0), 0.0, 1.0)
    distance = np.hypot(ax + along * ex, ay + along * ey)
    # Meridians converge, so the plane is wrong by the square of the distance.
    steep = 1 + (np.abs(sine) / np.maximum(cosine, 1e-3))[pairs.point]
    doubt = distance * distance * steep / _A
    # Limits are measured to edges that run straight through the earth, not straight in degrees: the arrow of the arc.
    bend = length2 * steep / (8 * _A)
    return distance, _SLACK_M + doubt, bend


def _wide(
    index: CellIndex, circles: Circles, _stands: NDArray[np.int32], limits: LimitRows
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The class of circles wider than the margin, and whether a limit is near.

    If no cell is lined in the box around a circle, the circle lies in the class that all of them have. Otherwise the
    edges of all lined cells in the box are measured.
    """
    classes = np.full(len(circles.lon), NO_CLASS, dtype=np.int32)
    near = np.zeros(len(classes), dtype=np.bool_)
    for per_degree in (COARSE, FINE):
        left = np.flatnonzero(classes == NO_CLASS)
        classes[left] = _class_of_box(index, circles.only(left), per_degree)
    left = np.flatnonzero(classes == NO_CLASS)
    point, cell, few = _lined_around(index, circles.only(left))
    if len(point):
        count = np.bincount(point, _edges_in(index, cell), len(left)).astype(np.int64)
        for run in _bounded(count):
            own = slice(*np.searchsorted(point, (run.start, run.stop)))
            around = (point[own] - run.start, cell[own], few[run])
            where = left[run]
            classes[where], near[where] = _among_lines(index, circles.only(where), around, limits)
    return classes, near


def _among_lines(
    index: CellIndex, circles: Circles, around: tuple[Ints, Ints, NDArray[np.bool_]], limits: LimitRows
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The class of wide circles, with the lined cells that `_lined_around` finds, and whether a limit is near."""
    point, cell, few = around
    found = _stands_at(index, circles.lon, circles.lat)
    on = np.flatnonzero(found < 0)
    own = (-1 - found[on]).astype(np.int64)
    middle = circles.only(on)
    pairs = _pairs(index.zone_start, index.zone_edge, index.ends, np.arange(len(on)), own, middle)
    found[on] = _class_by_crossing(index, pairs, own, middle)
    clear = _is_clear(_pairs(index.zone_start, index.zone_edge, index.ends, point, cell, circles), circles)
    close, told = _near(index, point, cell, circles, limits)
    known = few & clear & told
    return np.where(known, found, NO_CLASS), known & close


def _boxes(circles: Circles, per_degree: int) -> tuple[Ints, Ints, Ints, Ints, NDArray[np.bool_]]:
    """The boxes of cells around circles: western column, southern row, further columns and rows, and whether few."""
    dlat = circles.radius_m / 110_500.0
    top = np.minimum(np.abs(circles.lat) + dlat, 90.0)
    # The widest parallel of a circle lies poleward of its centre; the cosine of its upper edge is smaller still.
    dlon = dlat / np.maximum(np.cos(np.radians(top)), 1e-3)
    west, east = (np.floor((circles.lon + way * dlon + 180.0) * per_degree).astype(np.int64) for way in (-1, 1))
    south, north = (np.floor((circles.lat + way * dlat + 90.0) * per_degree).astype(np.int64) for way in (-1, 1))
    few = (np.maximum(east - west, north - south) < _MOST_CELLS) & (top < _HIGHEST)
    return west, south, np.where(few, east - west, -1), np.where(few, north - south, -1), few


def _class_of_box(index: CellIndex, circles: Circles, per_degree: int) -> NDArray[np.int32]:
    """The class that all cells in the box around each circle have, or `NO_CLASS`."""
    west, south, wide, high, few = _boxes(circles, per_degree)
    common = np.full(len(west), NO_CLASS, dtype=np.int32)
    common[few] = np.maximum(_cells(index, per_degree, west[few], south[few]), NO_CLASS)
    for dx, dy in np.ndindex(int(wide.max(initial=-1)) + 1, int(high.max(initial=-1)) + 1):
        here = np.flatnonzero((dx <= wide) & (dy <= high) & (common != NO_CLASS))
        differs = _cells(index, per_degree, west[here] + dx, south[here] + dy) != common[here]
        common[here[differs]] = NO_CLASS
    return common


def _lined_around(index: CellIndex, circles: Circles) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """The lined cells in the box around each circle: number of the circle, ascending, and of the cell; whether few."""
    west, south, wide, high, few = _boxes(circles, FINE)
    points, cells = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for dx, dy in np.ndindex(int(wide.max(initial=-1)) + 1, int(high.max(initial=-1)) + 1):
        here = np.flatnonzero((dx <= wide) & (dy <= high))
        found = _cells(index, FINE, west[here] + dx, south[here] + dy)
        points.append(here[found < 0])
        cells.append(-1 - found[found < 0].astype(np.int64))
    point, cell = np.concatenate(points), np.concatenate(cells)
    order = np.argsort(point, kind="stable")
    return point[order], cell[order], few


def _cells(index: CellIndex, per_degree: int, x: Ints, y: Ints) -> NDArray[np.int32]:
    """What stands in coarse or fine cells; below zero where a line touches them. x goes on around the world."""
    x = x % (360 * per_degree)
    side = per_degree // COARSE
    found = index.coarse[y // side, x // side]
    if side > 1:
        mixed = found < 0
        found[mixed] = index.fine[-1 - found[mixed], y[mixed] % side, x[mixed] % side]
    return found
