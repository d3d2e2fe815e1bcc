"""How far the mapped limits lie from the computed ones, territory by territory.

Along the mapped outline of each territory, where no other State's coast comes near, the distance to its own baseline
is measured and the breadth claimed is taken off. Zero means that both limits agree; a positive figure that the mapped
limit lies further out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from .envelope import frame_cut
from .geodesy import NAUTICAL_MILE, Floats, Nearest, wrap
from .model import Model
from .trust import in_frame

STEP_DEGREES = 0.01
AT_SEA = 1.0 * NAUTICAL_MILE
OPEN = 1.3
"""An outline point counts where other States' coasts are this many times further away than its own."""
AGREE = 0.1


def outline_points(model: Model, code: str, coast: Nearest) -> tuple[Floats, Floats]:
    """Points about a kilometre apart along a territory's mapped outline, longitudes within +-180."""
    outline = in_frame(model.mapped[code], frame_cut(coast.lon))
    if outline.is_empty:
        return np.empty(0), np.empty(0)
    c = shapely.get_coordinates(shapely.segmentize(outline.boundary, STEP_DEGREES))
    return wrap(c[:, 0]), c[:, 1]


def compare(model: Model) -> dict[str, dict[str, Any]]:
    """Mapped minus computed limit of the territorial sea, in M, by territory; the States' own breadth is today's.

    Returns:
        By territory: number of ``points``, percentiles ``p5``, ``p50`` and ``p95``, and the share of points
        ``within_0.1``. Territories without mapped outline at sea are absent.
    """
    every = {i: model.trees[i] for i in sorted(model.trees)}
    result: dict[str, dict[str, Any]] = {}
    for code in sorted(model.mapped):
        own = [i for i in every if code in model.groups[i]]
        claims = [c for c in model.tables.territory(code).claims_to("territorial_sea") if c.end is None]
        breadths = sorted({c.breadth_nm for c in claims if c.breadth_nm})
        if not own or not breadths:
            continue
        coast = Nearest(np.concatenate([every[i].lon for i in own]), np.concatenate([every[i].lat for i in own]))
        lon, lat = outline_points(model, code, coast)
        if not len(lon):
            continue
        away, _ = coast.query(lon, lat)
        _, index = model.owner.query(lon, lat)
        likely = np.isin(model.owner_label[index], own) & (away > AT_SEA)
        if not likely.any():
            continue
        lon, lat, away = lon[likely], lat[likely], away[likely]
        others = np.full(len(lon), np.inf)
        for i in every:
            if i not in own and _near(every[i], lon, lat):
                others = np.minimum(others, every[i].query(lon, lat, OPEN * float(away.max()) + 1000)[0])
        keep = others > OPEN * away
        if keep.sum() < 5:
            continue
        # where a State claims several breadths, the one that fits best is meant
        miss = np.array([away[keep] / NAUTICAL_MILE - b for b in breadths])
        best = miss[np.argmin(np.abs(miss), axis=0), np.arange(miss.shape[1])]
        p5, p50, p95 = np.percentile(best, [5, 50, 95])
        result[code] = {
            "points": int(keep.sum()),
            "p5": round(float(p5), 2),
            "p50": round(float(p50), 2),
            "p95": round(float(p95), 2),
            "within_0.1": round(float(np.mean(np.abs(best) <= AGREE)), 3),
        }
    return result


def _near(other: Nearest, lon: Floats, lat: Floats) -> bool:
    """Whether a coast comes into the box around some points, widened by a degree."""
    east = wrap(other.lon - lon[0])
    here = wrap(lon - lon[0])
    inside = (east > here.min() - 1) & (east < here.max() + 1)
    inside &= (other.lat > lat.min() - 1) & (other.lat < lat.max() + 1)
    return bool(inside.any())
