"""The lines along which the set of zones changes, taken from the pieces of the zone data.

Every kind of zone (one row of attributes) has a random number, its *token*; the set of zones at a point has the sum of
the tokens of the kinds that contain it, and of `NOWHERE`, which is there even if no zone is. An edge carries what the
sum gains from its left to its right. Where two pieces of one kind meet, the edge gains nothing and vanishes: the seams
of the data are no lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from seajuris.errors import DataError

if TYPE_CHECKING:
    from seajuris.zones.measure import Floats

Ints = NDArray[np.int64]
Tokens = NDArray[np.uint64]
_SEED = 20231
_MOST = 30_000_000
"""Entries made at once. The shipped zones need four millions; so many take some gigabytes."""
NOWHERE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Edges:
    """Straight lines in longitude and latitude.

    Attributes:
        ends: shape (n, 4): longitude and latitude of start and end, degrees; the start is the western end, or the
            southern one of a line due north.
        gains: shape (n,): what the sum of tokens gains from the left of the edge to its right.
    """

    ends: Floats
    gains: Tokens


def each(count: Ints) -> tuple[Ints, Ints]:
    """As many numbers for each item as it counts: which item it is, and 0, 1, 2, ... within it.

    Raises:
        DataError: if they are far more than the lines of real zones need.
    """
    if (total := int(count.sum())) > _MOST:
        raise DataError(
            "the zone data cannot be indexed: their lines are too long, too many on one meridian, or known too badly",
            hint=f"The index would need {total:,} entries; accepted are {_MOST:,}.",
        )
    item = np.repeat(np.arange(len(count)), count)
    return item, np.arange(total) - np.repeat(np.cumsum(count) - count, count)


def tokens(count: int) -> Tokens:
    """One random number for each kind of zone, the same on every run; shape (count,)."""
    return np.random.default_rng(_SEED).integers(1, 2**64 - 1, count, dtype=np.uint64)


def edges_of(pieces: NDArray[Any], kinds: Ints, token: Tokens) -> Edges:
    """The lines along which zones change.

    Args:
        pieces: Polygons, shape (n,), without overlaps between pieces of one kind.
        kinds: The kind of each piece, shape (n,).
        token: The token of each kind.
    """
    pieces = shapely.orient_polygons(pieces, exterior_cw=True)  # the inside lies to the right of every ring
    rings, piece = shapely.get_rings(pieces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    start, end = points[:-1][follows], points[1:][follows]
    gain = token[kinds[piece[ring[:-1][follows]]]]
    backward = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.hstack((np.where(backward[:, None], end, start), np.where(backward[:, None], start, end)))
    gain = np.where(backward, np.negative(gain), gain)
    ends, gain = _netted(ends, gain)
    # Pieces are cut along meridians and parallels. Corners of the one side need not be corners of the other.
    for along in (0, 1):
        straight = ends[:, along] == ends[:, along + 2]
        cut, cut_gain = _cut_at_corners(ends[straight], gain[straight], along)
        ends, gain = np.vstack((ends[~straight], cut)), np.concatenate((gain[~straight], cut_gain))
    ends, gain = _netted(ends, gain)
    return Edges(ends, gain)


def without_rim(edges: Edges) -> Edges:
    """The edges without the rim of the map: where zones go on across 180°, and at the poles."""
    ends, gain = edges.ends, edges.gains
    rim = (ends[:, 0] == ends[:, 2]) & (np.abs(ends[:, 0]) == 180.0)
    pole = (ends[:, 1] == ends[:, 3]) & (np.abs(ends[:, 1]) == 90.0)
    meridian = ends[rim].copy()
    meridian[:, [0, 2]] = -180.0
    meridian, change = _netted(*_cut_at_corners(meridian, gain[rim], 0))
    keep = ~(rim | pole)
    return Edges(np.vstack((ends[keep], meridian)), np.concatenate((gain[keep], change)))


def _netted(ends: Floats, gain: Tokens) -> tuple[Floats, Tokens]:
    """Edges that coincide added up; those that gain nothing left out."""
    if not len(ends):
        return ends, gain
    order = np.lexsort(ends.T[::-1])
    ends, gain = ends[order], gain[order]
    first = np.flatnonzero(np.r_[True, (ends[1:] != ends[:-1]).any(axis=1)])
    net = np.add.reduceat(gain, first)
    return ends[first][net != 0], net[net != 0]


def _cut_at_corners(ends: Floats, gain: Tokens, along: int) -> tuple[Floats, Tokens]:
    """Edges on one meridian (along 0) or parallel (along 1), cut wherever another of them begins or ends."""
    if not len(ends):
        return ends, gain
    line, low, high = ends[:, along], ends[:, 1 - along], ends[:, 3 - along]
    low, high = np.minimum(low, high), np.maximum(low, high)
    corners, index = np.unique(np.column_stack((np.r_[line, line], np.r_[low, high])), axis=0, return_inverse=True)
    index = index.ravel()
    first, last = index[: len(ends)], index[len(ends) :]
    edge, corner = each(last - first)
    corner += first[edge]
    cut = np.empty((len(edge), 4))
    cut[:, along] = cut[:, along + 2] = line[edge]
    cut[:, 1 - along], cut[:, 3 - along] = corners[corner, 1], corners[corner + 1, 1]
    return cut, gain[edge]
