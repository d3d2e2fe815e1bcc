"""A map of many positions, each drawn by what its zones mean for criminal law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seajuris.errors import InputError
from seajuris.render.map.make import scene_of
from seajuris.render.map.scene import Dots
from seajuris.render.map.svg import svg

if TYPE_CHECKING:
    import geopandas as gpd

    from seajuris.zones.measure import Floats

_MARGIN = 0.08
_LEAST_DEGREES = 0.25


def map_frame(
    placed: gpd.GeoDataFrame,
    *,
    on: str | dt.date,
    title: str | None = None,
    extent: str | None = None,
    zones: str | Path | None = None,
) -> str:
    """Draw what `seajuris.locate_frame` returned over the zones of a day.

    Args:
        placed: Points with the columns ``sj_regime`` and ``sj_verdict``.
        on: Day of the claims that are drawn.
        title: Heading of the map.
        extent: ``west,south,east,north`` in degrees; by default what shows all points.
        zones: A zone GeoPackage to use instead of the shipped one.

    Returns:
        An SVG document.

    Raises:
        InputError: if the columns are missing, there is no point to show, or the window is too large.
        DataError: if the zone data cannot be read.
    """
    from seajuris.api import parse_day

    missing = [name for name in ("sj_regime", "sj_verdict") if name not in placed]
    if missing or placed.crs is None:
        raise InputError("the frame was not placed", where="placed", hint="Call seajuris.locate_frame first.")
    points = placed.geometry.to_crs(4326)
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    if not len(lon) and extent is None:
        raise InputError("there is no position to show", where="placed")
    scene = scene_of(None, zones=zones, on=parse_day(on), title=title, extent=extent or _window(lon, lat))
    kinds = np.array(
        [kind_of(regime, verdict) for regime, verdict in zip(placed["sj_regime"], placed["sj_verdict"], strict=True)]
    )
    places = np.array([scene.frame.point(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)])
    dots = [Dots(kind, places[kinds == kind]) for kind in dict.fromkeys(kinds.tolist())]
    return svg(replace(scene, dots=tuple(sorted(dots, key=lambda item: item.kind))))


def kind_of(regime: str, verdict: str) -> str:
    """How a position is drawn: ``territory``, ``high_seas`` or ``unsure``."""
    return regime if regime in ("territory", "high_seas") and verdict != "undetermined" else "unsure"


def _window(lon: Floats, lat: Floats) -> str:
    """The smallest window that shows all positions, as text for `scene_of`."""
    west, wide = _span(lon.tolist())
    south, north = float(lat.min()), float(lat.max())
    margin = max(_LEAST_DEGREES, _MARGIN * max(wide, north - south))
    south, north = max(south - margin, -89.0), min(north + margin, 89.0)
    sides = margin / float(np.cos(np.radians(min(max(abs(south), abs(north)), 85.0))))
    east = west + wide + sides
    west -= sides
    return ",".join(f"{value:.6f}" for value in (_turned(west), south, _turned(east), north))


def _span(lon: Iterable[float]) -> tuple[float, float]:
    """Where the shortest arc that holds all longitudes begins, and its width, degrees."""
    sides = sorted({value % 360 for value in lon})
    gaps = [(after - before) % 360 or 360.0 for before, after in zip(sides, sides[1:] + sides[:1], strict=True)]
    widest = gaps.index(max(gaps))
    return sides[(widest + 1) % len(sides)], 360.0 - gaps[widest]


def _turned(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0
