"""A map as GeoJSON (RFC 7946): longitude first, WGS 84, cut at 180°, rings by the right-hand rule.

Zones are clipped to the window of the map, not simplified. What `locate` leaves out (a State's EEZ inside its own
territorial sea) is left out here too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from geographiclib.geodesic import Geodesic
from shapely.affinity import translate
from shapely.geometry.polygon import orient

from seajuris.place import SOVEREIGN_ZONES, Baseline
from seajuris.render.map import words
from seajuris.render.map.frame import Frame
from seajuris.render.map.scene import Scene, claim_on, line_kind, rows_in
from seajuris.render.map.svg import source_note
from seajuris.zones.measure import Floats
from seajuris.zones.store import Row, ZoneStore, coordinates, geometries

DIGITS = 6
"""Decimals of a degree: a tenth of a metre."""

_GRID = 1e-6
_CIRCLE_POINTS = 128
_KINDS = {"limits": "limit", "baselines": "baseline", "boundaries": "boundary"}


def geojson(scene: Scene, store: ZoneStore) -> dict[str, Any]:
    """A feature collection: position, circle of uncertainty, nearest points, zones, limits, baselines."""
    features: list[dict[str, Any]] = []
    if scene.place is not None:
        features += _incident(scene)
    features += _zones(scene, store)
    features += _lines(scene, store)
    return {
        "type": "FeatureCollection",
        "features": features,
        "seajuris": {
            "format": "seajuris.map.v1",
            "title": scene.title,
            "on": scene.on.isoformat(),
            "zones": scene.provenance,
            "attribution": words.ATTRIBUTION.replace("\u00a0", " "),
            "note": source_note(scene).replace("\u00a0", " "),
        },
    }


def _feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _rounded(points: Any) -> list[list[float]]:
    # Adding zero turns -0.0 into 0.0.
    return (np.round(np.asarray(points, dtype=np.float64)[:, :2], DIGITS) + 0.0).tolist()  # type: ignore[no-any-return]


def geometry_of(shape: Any) -> dict[str, Any] | None:
    """A shapely geometry in degrees as GeoJSON; `None` if nothing is left of it."""
    parts = [p for p in shapely.get_parts(shape) if not p.is_empty]
    if polygons := [p for p in parts if p.geom_type == "Polygon"]:
        oriented = [orient(p) for p in polygons]
        rings = [[_rounded(r.coords) for r in (p.exterior, *p.interiors)] for p in oriented]
        kind = "Polygon" if len(rings) == 1 else "MultiPolygon"
        return {"type": kind, "coordinates": rings[0] if len(rings) == 1 else rings}
    if lines := [_rounded(p.coords) for p in parts if p.geom_type == "LineString"]:
        kind = "LineString" if len(lines) == 1 else "MultiLineString"
        return {"type": kind, "coordinates": lines[0] if len(lines) == 1 else lines}
    return None


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": _rounded([[lon, lat]])[0]}


# --- The incident -----------------------------------------------------------------------------------------------


def _incident(scene: Scene) -> list[dict[str, Any]]:
    place = scene.place
    if place is None:
        return []
    lon, lat = place.position.lon, place.position.lat
    features = [
        _feature(
            _point(lon, lat),
            kind="position",
            read_as=place.position.read_as,
            uncertainty_m=round(place.uncertainty_m, 1),
            verdict=place.verdict,
            zones=[z.to_dict() for z in place.zones],
        ),
        _feature(
            geometry_of(circle(lon, lat, place.uncertainty_m)),
            kind="uncertainty",
            radius_m=round(place.uncertainty_m, 1),
        ),
    ]
    for item in scene.measures:
        told = {
            "letter": item.letter,
            "distance_nm": round(abs(item.nautical_miles), 3),
            "text": item.text,
            "of": [measured.to_dict() for measured in item.of],
        }
        what = "baseline" if isinstance(item.of[0], Baseline) else "limit"
        features.append(_feature(_point(item.lon, item.lat), kind=f"nearest_{what}", **told))
        features.append(_feature(geometry_of(geodesic(lon, lat, item.lon, item.lat)), kind="distance", **told))
    return features


def circle(lon: float, lat: float, radius_m: float) -> Any:
    """A geodesic circle as polygons between -180 and 180 degrees, also where it holds a pole."""
    line = [
        Geodesic.WGS84.Direct(lat, lon, 360.0 * i / _CIRCLE_POINTS, radius_m, Geodesic.STANDARD | Geodesic.LONG_UNROLL)
        for i in range(_CIRCLE_POINTS)
    ]
    points = [(p["lon2"], p["lat2"]) for p in line]
    # One longitude follows from the one before: the ring may run past 180°.
    unrolled = [points[0]]
    for x, y in [*points[1:], points[0]]:
        unrolled.append((unrolled[-1][0] + math.remainder(x - unrolled[-1][0], 360.0), y))
    turn = unrolled[-1][0] - unrolled[0][0]
    if abs(turn) > 180:
        pole = math.copysign(90.0, lat)
        unrolled += [(unrolled[-1][0], pole), (unrolled[0][0], pole)]
    return cut(shapely.make_valid(shapely.Polygon(unrolled)))


def geodesic(lon1: float, lat1: float, lon2: float, lat2: float) -> Any:
    """The geodesic between two positions, cut at 180°."""
    line = Geodesic.WGS84.InverseLine(lat1, lon1, lat2, lon2)
    count = max(2, min(200, math.ceil(line.s13 / 5000.0) + 1))
    points = [line.Position(line.s13 * i / (count - 1), Geodesic.STANDARD | Geodesic.LONG_UNROLL) for i in range(count)]
    course = [(p["lon2"], p["lat2"]) for p in points]
    if len(set(course)) < 2:
        course = [(lon1, lat1), (lon2, lat2)]
    return cut(shapely.LineString(course))


def cut(shape: Any) -> Any:
    """A geometry whose longitudes run past 180°, cut there and put back."""
    west, _, east, _ = shape.bounds
    parts = []
    for turn in range(math.floor((west + 180) / 360), math.ceil((east + 180) / 360)):
        part = shapely.intersection(shape, shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90))
        parts += list(shapely.get_parts(translate(part, xoff=-360.0 * turn)))
    kept = [p for p in parts if p.geom_type == shape.geom_type.removeprefix("Multi") and not p.is_empty]
    # Around a pole, parts meet again once they are put back.
    return shapely.union_all(kept) if kept and kept[0].geom_type == "Polygon" else shapely.geometrycollections(kept)


# --- Zones and lines --------------------------------------------------------------------------------------------


def _clipped(frame: Frame, shapes: Any) -> list[Any]:
    """Each shape, in degrees, cut to the window; what lies wholly inside keeps its very coordinates."""
    flat = shapely.transform(shapes, frame.units)
    flat = np.where(shapely.is_valid(flat), flat, shapely.make_valid(flat))
    window = shapely.box(0, 0, frame.width, frame.height)
    shapely.prepare(window)
    result = []
    for shape, drawn in zip(shapes, flat, strict=True):
        if shapely.contains(window, drawn):
            result.append(shape)
            continue
        part = shapely.intersection(drawn, window)
        # A cell never crosses 180°, and a part of it lies within its bounds: what rounding moved out is put back.
        bounds = shape.bounds

        def back(points: Floats, bounds: tuple[float, float, float, float] = bounds) -> Floats:
            west, south, east, north = bounds
            degrees: Floats = np.array([frame.position(x, y) for x, y in points])
            middle = (west + east) / 2
            degrees[:, 0] = middle + np.remainder(degrees[:, 0] - middle + 180.0, 360.0) - 180.0
            inside: Floats = np.clip(degrees, (west, south), (east, north))
            return inside

        result.append(shapely.transform(part, back) if not part.is_empty else part)
    return result


def _joined(parts: list[Any]) -> Any:
    valid = shapely.make_valid(np.array(parts, dtype=object))
    whole = shapely.union_all(shapely.set_precision(valid, _GRID), grid_size=_GRID)
    polygons = [p for p in shapely.get_parts(whole) if p.geom_type == "Polygon"]
    polygons.sort(key=lambda p: (-p.area, p.bounds))
    return shapely.multipolygons(polygons)


def _zones(scene: Scene, store: ZoneStore) -> list[dict[str, Any]]:
    day = scene.on.isoformat()
    rows = rows_in(scene.frame, store, "zones", day)
    if not rows:
        return []
    columns = ("zone", "state", "territory", "dispute", "instrument", "source", "confidence", "proclaimed_from")
    grouped: dict[tuple[Any, ...], list[Any]] = {}
    for row, part in zip(rows, _clipped(scene.frame, geometries([r.blob for r in rows])), strict=True):
        if not part.is_empty:
            key = (*(row[c] for c in columns), claim_on(row, day))
            grouped.setdefault(key, []).append(part)
    shapes = {key: _joined(parts) for key, parts in grouped.items()}
    features = []
    for key in sorted(shapes, key=lambda k: tuple(str(v) for v in k)):
        told = dict(zip((*columns, "claim"), key, strict=True))
        shape = shapes[key]
        if told["zone"] in ("contiguous_zone", "exclusive_economic_zone"):
            own = [s for k, s in shapes.items() if k[0] in SOVEREIGN_ZONES and k[1] == key[1] and k[-1] != "protested"]
            shape = shapely.difference(shape, shapely.union_all(own), grid_size=_GRID)
        geometry = geometry_of(shape)
        if geometry is not None:
            states = () if told["state"] is None else (told["state"],)
            disputed = told["dispute"] is not None
            name = words.area(told["zone"], states, told["territory"], told["claim"], disputed=disputed)
            features.append(_feature(geometry, kind="zone", name=name, **told))
    return features


def _lines(scene: Scene, store: ZoneStore) -> list[dict[str, Any]]:
    day = scene.on.isoformat()
    features = []
    columns = {
        "limits": ("limit", "state", "territory", "kind", "other_state", "boundary", "breadth_nm", "accuracy_m"),
        "baselines": ("state", "territory", "kind", "dispute"),
        "boundaries": ("id", "parties", "role", "source", "confidence"),
    }
    for layer, names in columns.items():
        grouped: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows_in(scene.frame, store, layer, day):
            grouped.setdefault(tuple(row[name] for name in names), []).append(row)
        for key in sorted(grouped, key=lambda k: tuple(str(v) for v in k)):
            lines = np.array([shapely.linestrings(coordinates(row.blob)) for row in grouped[key]])
            merged = shapely.line_merge(shapely.union_all(_clipped(scene.frame, lines)))
            geometry = geometry_of(merged)
            if geometry is not None:
                told = dict(zip(names, key, strict=True))
                told["line"] = told.pop("kind", None)
                drawn = {"drawn_as": line_kind(grouped[key][0])} if layer == "limits" else {}
                features.append(_feature(geometry, kind=_KINDS[layer], **told, **drawn))
    return features
