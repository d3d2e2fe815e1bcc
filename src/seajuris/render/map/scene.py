"""What is to be drawn, in map units: areas, lines, distances. No colours, no file format.

Areas are those that `seajuris.zones.locate` would report: claims of the day, one entry for each claimant. Where
several States claim the same waters there is one area that names them all.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely

from seajuris.place import SOVEREIGN_ZONES, ZONES, Baseline, Limit, Place
from seajuris.render.map import words
from seajuris.render.map.frame import HEIGHT, Frame, around
from seajuris.zones.measure import METRES_PER_NM, Origin
from seajuris.zones.store import Row, ZoneStore, coordinates, geometries

_T = TypeVar("_T", Limit, Baseline)

_GRID = 0.1
_TOLERANCE = 0.3
# Parts that a printed page does not show, square units.
_SPECK = 0.4
_FAR_M = 3200 * METRES_PER_NM
_REACH_M = 200 * METRES_PER_NM
_NEAR_NM = 100.0
_WORTH_NM = 15.0
# Slits between pieces that do not quite meet are closed, map units.
_SLIT = 0.15


@dataclass(frozen=True, slots=True)
class Area:
    """Waters or land of one kind, of one State or of all its claimants.

    Attributes:
        zone: One of `seajuris.place.ZONES`.
        states: Alpha-3; several where claims overlap; none for the high seas.
        shape: shapely multipolygon in map units, as `locate` would report it: zones overlap where the law says so.
        visible: The part of it that no other zone covers on the map.
        name: In full.
        nearest_nm: M from the position to its nearest point, 0 inside; `None` if there is no position.
    """

    zone: str
    states: tuple[str, ...]
    territory: str | None
    claim: str | None
    dispute: str | None
    shape: Any
    visible: Any
    name: str
    nearest_nm: float | None

    @property
    def shown(self) -> bool:
        """Whether any of it can be made out on the map."""
        return bool(self.visible.area > 6)

    @property
    def contested(self) -> bool:
        """Whether several States claim it or others protest."""
        return self.dispute is not None or self.claim == "protested"


@dataclass(frozen=True, slots=True)
class Line:
    """Lines of one kind, in map units: ``territorial_sea``, ``agreed``, ``equidistance``, ``straight`` ..."""

    kind: str
    shape: Any


@dataclass(frozen=True, slots=True)
class Measure:
    """A distance from the position to the nearest point of a limit or baseline, or of several that meet there."""

    letter: str
    nautical_miles: float
    lon: float
    lat: float
    x: float
    y: float
    text: str
    of: tuple[Limit | Baseline, ...]

    @property
    def label(self) -> str:
        """The distance as `seajuris locate` prints it."""
        return words.distance(self.nautical_miles)


@dataclass(frozen=True, slots=True)
class GridLine:
    """A meridian or parallel: its label and its course in map units."""

    label: str
    meridian: bool
    shape: Any


@dataclass(frozen=True, slots=True)
class Name:
    """A town, island or cape by which a reader finds his way: map units, and where the name comes from.

    Attributes:
        radius: Of an island, map units; 0 for what is marked by a dot.
    """

    text: str
    radius: float
    x: float
    y: float
    source: str


@dataclass(frozen=True, slots=True)
class Dots:
    """Positions of one kind: ``territory``, ``high_seas`` or ``unsure``; map units, shape (n, 2)."""

    kind: str
    places: Any


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a map shows, in map units of its frame.

    Attributes:
        place: What `locate` says about the position; `None` for a map of waters without one.
        x, y, radius: Position and circle of uncertainty, map units.
        gaps: Whether the data leave a part of the window to nobody, not even to the high seas.
        provenance: Version and hash of the zone data.
        dots: Further positions.
    """

    frame: Frame
    on: dt.date
    place: Place | None
    areas: tuple[Area, ...]
    gaps: bool
    lines: tuple[Line, ...]
    measures: tuple[Measure, ...]
    grid: tuple[GridLine, ...]
    names: tuple[Name, ...]
    x: float
    y: float
    radius: float
    title: str | None
    provenance: dict[str, Any]
    dots: tuple[Dots, ...] = ()


def scene(
    place: Place | None,
    store: ZoneStore,
    *,
    on: dt.date,
    provenance: dict[str, Any],
    frame: Frame | None = None,
    title: str | None = None,
    enlarge: float = 1.0,
) -> Scene:
    """Collect what a map shows.

    Args:
        place: The place to show; `None` for a map without a position, which needs a frame.
        store: The zone data with which it was located.
        on: Day of the claims.
        provenance: Of the zone data.
        frame: Window; by default one that shows the position and the nearest limits and coasts.
        title: Text of the case; may come from anywhere.
        enlarge: How much further to draw than the frame, in width and height.
    """
    found = [] if place is None else _nearest(place, store)
    if frame is None:
        if place is None:
            raise ValueError("a map without a position needs a frame")
        seen = [(lon, lat) for _, lon, lat in found] or _nearest_land(place, store)
        frame = around(place.position.lon, place.position.lat, seen, place.uncertainty_m)
    shown = frame.enlarged(enlarge) if enlarge != 1.0 else frame
    measures = _measures(shown, found)
    x = y = radius = 0.0
    if place is not None:
        x, y = shown.point(place.position.lon, place.position.lat)
        radius = place.uncertainty_m * shown.units_per_m
    day = on.isoformat()
    areas, gaps = _areas(shown, store, day, (x, y) if place is not None else None)
    return Scene(
        frame=shown,
        on=on,
        place=place,
        areas=areas,
        gaps=gaps,
        lines=_lines(shown, store, day),
        measures=measures,
        grid=_grid(shown),
        names=() if is_coarse(shown) else _names(shown),
        x=x,
        y=y,
        radius=radius,
        title=words.clean(title, 200) if title else None,
        provenance=provenance,
    )


# --- Distances --------------------------------------------------------------------------------------------------


def _nearest(place: Place, store: ZoneStore) -> list[tuple[Limit | Baseline, float, float]]:
    """The limits and coasts that a reader wants to see, with their nearest points (lon, lat)."""
    lon, lat, day = place.position.lon, place.position.lat, place.on.isoformat()
    origin = Origin(lon, lat)
    coasts = _chosen_baselines(place.baselines)
    chosen: list[Limit | Baseline] = [*_chosen_limits(place.limits, coasts), *coasts]
    reach = max((abs(item.distance_nm) for item in chosen), default=0.0) * METRES_PER_NM + 100.0
    by_owner: dict[tuple[str, str, str], list[Row]] = {}
    for row in store.near("limits", lon, lat, reach):
        if row.in_force(day) and (row["limit"] != "contiguous_zone" or row.proclaimed(day)):
            by_owner.setdefault((row["limit"], row["state"], row["territory"]), []).append(row)
    for row in store.near("baselines", lon, lat, reach):
        if row["state"] is not None:
            by_owner.setdefault(("baseline", row["state"], row["territory"]), []).append(row)
    found = []
    for item in chosen:
        kind = item.limit if isinstance(item, Limit) else "baseline"
        rows = by_owner.get((kind, item.state, item.territory), [])
        nearest = origin.nearest([coordinates(row.blob) for row in rows])
        if nearest is not None:
            found.append((item, nearest.lon, nearest.lat))
    return found


def _chosen_limits(limits: tuple[Limit, ...], coasts: list[Baseline]) -> list[Limit]:
    """The nearest limits; one that parts two States once; none that would only make the map smaller."""
    once: dict[tuple[Any, ...], Limit] = {}
    for limit in limits:
        shared = limit.kind in ("agreed", "equidistance") and limit.other_state is not None
        key = (*sorted((limit.state, str(limit.other_state))),) if shared else (limit.limit, limit.state)
        once.setdefault(key, limit)
    if not once:
        return []
    first = abs(next(iter(once.values())).distance_nm)
    worth = min(max(4 * first, _WORTH_NM, *(c.distance_nm for c in coasts), 0.0), max(_NEAR_NM, first))
    return _first([limit for limit in once.values() if abs(limit.distance_nm) <= worth], 4)


def _chosen_baselines(baselines: tuple[Baseline, ...]) -> list[Baseline]:
    once: dict[str, Baseline] = {}
    for baseline in baselines:
        once.setdefault(baseline.state, baseline)
    near = [b for b in once.values() if b.distance_nm <= _NEAR_NM] or list(once.values())[:1]
    return _first(near, 2)


def _first(items: list[_T], count: int) -> list[_T]:
    """The items at the nearest distances; all claimants of one line together, so that none is left out."""
    distances = list(dict.fromkeys(words.distance(item.distance_nm) for item in items))[:count]
    return [item for item in items if words.distance(item.distance_nm) in distances]


def _nearest_land(place: Place, store: ZoneStore) -> list[tuple[float, float]]:
    """In the middle of an ocean: the nearest coast, however far, so that a map shows where that is."""
    lon, lat = place.position.lon, place.position.lat
    radius = 2 * _REACH_M
    while radius <= _FAR_M:
        lines = [coordinates(row.blob) for row in store.near("baselines", lon, lat, radius)]
        nearest = Origin(lon, lat).nearest(lines)
        if nearest is not None:
            return [(nearest.lon, nearest.lat)]
        radius *= 2
    return []


def _measures(frame: Frame, found: list[tuple[Limit | Baseline, float, float]]) -> tuple[Measure, ...]:
    ordered = sorted(found, key=lambda f: (isinstance(f[0], Baseline), abs(f[0].distance_nm)))
    groups: list[list[tuple[Limit | Baseline, float, float]]] = []
    for entry in ordered:
        same = next((g for g in groups if _meet(frame, g[0], entry)), None)
        if same is None:
            groups.append([entry])
        else:
            same.append(entry)
    result = []
    for letter, group in zip("ABCDEFGH", groups, strict=False):
        item, lon, lat = group[0]
        x, y = frame.point(lon, lat)
        items = tuple(entry[0] for entry in group)
        result.append(Measure(letter, item.distance_nm, lon, lat, x, y, words.measured(items), items))
    return tuple(result)


def _meet(frame: Frame, one: tuple[Any, float, float], other: tuple[Any, float, float]) -> bool:
    """Whether two nearest points are one for the reader: the same distance, and not apart on the map."""
    (x1, y1), (x2, y2) = frame.point(*one[1:]), frame.point(*other[1:])
    same = words.distance(one[0].distance_nm) == words.distance(other[0].distance_nm)
    return same and isinstance(one[0], Limit) == isinstance(other[0], Limit) and math.hypot(x1 - x2, y1 - y2) < 3


# --- Areas ------------------------------------------------------------------------------------------------------


def claim_on(row: Row, day: str) -> str | None:
    """What a claim was worth on a day."""
    if row["zone"] == "exclusive_economic_zone" and row["claim"] == "proclaimed" and not row.proclaimed(day):
        return "potential"
    return row["claim"]  # type: ignore[no-any-return]


def rows_in(frame: Frame, store: ZoneStore, layer: str, day: str) -> list[Row]:
    """The features of a layer that may lie in the window on a day."""
    rows = store.near(layer, *frame.centre, frame.radius_m * 1.02 + 1000)
    rows = (row for row in rows if row.in_force(day))
    what = "zone" if layer == "zones" else "limit"
    if layer in ("zones", "limits"):
        # A contiguous zone exists only once it is proclaimed.
        rows = (
            row
            for row in rows
            if row[what] != "contiguous_zone"
            or (row.proclaimed(day) and row.values.get("claim", "proclaimed") == "proclaimed")
        )
    return list(rows)


def _areas(
    frame: Frame, store: ZoneStore, day: str, position: tuple[float, float] | None
) -> tuple[tuple[Area, ...], bool]:
    """The areas from the lowest to the uppermost, and whether something of the window belongs to none."""
    rows = rows_in(frame, store, "zones", day)
    if not rows:
        return (), True
    shapes = shapely.transform(geometries([row.blob for row in rows]), frame.units)
    # A little more than the window, so that its edge gets no stroke.
    window = shapely.box(-3, -3, frame.width + 3, frame.height + 3)
    left, top, right, bottom = shapely.bounds(shapes).T
    inside = (right >= -3) & (left <= frame.width + 3) & (bottom >= -3) & (top <= frame.height + 3)
    rows = [row for row, here in zip(rows, inside.tolist(), strict=True) if here]
    shapes = shapes[inside]
    if is_coarse(frame):
        # Most of the detail of a whole sea is finer than a pixel; what this opens between pieces is closed below.
        shapes = shapely.simplify(shapes, _SLIT)
    # A ring that is valid in degrees may touch itself once it is drawn.
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    shapes = shapely.set_precision(shapes, _GRID)
    grouped: dict[tuple[Any, ...], dict[str | None, list[Any]]] = {}
    for row, shape in zip(rows, shapes, strict=True):
        if not shape.is_empty:
            claim, dispute = claim_on(row, day), row["dispute"]
            # Of disputed waters the claimants are what counts, not each one's territory.
            whose = None if dispute is not None and claim != "protested" else (row["state"], row["territory"])
            key = (row["zone"], whose, claim, dispute)
            grouped.setdefault(key, {}).setdefault(row["state"], []).append(shape)
    found = []
    for (zone, whose, claim, dispute), by_state in grouped.items():
        territory = None if whose is None else whose[1]
        whole_by_state = {}
        for state, parts in by_state.items():
            # Shapes remember the grid, and a buffer on a grid loses parts: back to floating first.
            whole = shapely.set_precision(shapely.union_all(parts, grid_size=_GRID), 0.0)
            whole = whole.buffer(_SLIT, quad_segs=2).buffer(-_SLIT, quad_segs=2)
            whole_by_state[state] = _polygonal(shapely.intersection(whole, window, grid_size=_GRID))
        for states, shape in _by_claimants(whole_by_state):
            found.append(((zone, states, territory, claim, dispute), shape))
    # From the high seas to the land: the order in which they are painted.
    found.sort(key=lambda f: (-ZONES.index(f[0][0]), f[0][4] is not None, *(str(part) for part in f[0])))
    own: dict[tuple[str, ...], Any] = {}
    view = shapely.box(0, 0, frame.width, frame.height)
    areas: list[Area] = []
    covered = shapely.MultiPolygon()
    for level in ZONES:
        painted = []
        for (zone, states_, territory, claim, dispute), whole in reversed(found):
            if zone != level:
                continue
            if zone in ("contiguous_zone", "exclusive_economic_zone") and claim != "protested":
                if states_ not in own:
                    own[states_] = _own_sovereign(found, states_)
                whole = _polygonal(shapely.difference(whole, own[states_], grid_size=_GRID))
            shape = polygons_of(shapely.simplify(whole, _TOLERANCE))
            if shape.is_empty:
                continue
            seen = shapely.intersection(shapely.difference(shape, covered, grid_size=_GRID), view)
            name = words.area(zone, states_, territory, claim, disputed=dispute is not None)
            nearest = None
            if position is not None:
                nearest = shapely.distance(shape, shapely.Point(position)) / frame.units_per_m / METRES_PER_NM
            areas.append(Area(zone, states_, territory, claim, dispute, shape, polygons_of(seen), name, nearest))
            if claim != "protested":
                painted.append(shape)
        if painted:
            covered = _polygonal(shapely.union_all([covered, *painted], grid_size=_GRID))
    return tuple(reversed(areas)), bool(shapely.difference(view, covered.buffer(1.5)).area > 25.0)


def _by_claimants(shapes: dict[str | None, Any]) -> list[tuple[tuple[str, ...], Any]]:
    """Waters parted by who claims them: a place belongs to all whose claims cover it, and to nobody else's."""
    cells: list[tuple[tuple[str, ...], Any]] = []
    for state, shape in sorted(shapes.items(), key=lambda s: str(s[0])):
        left, parted = shape, []
        for states, cell in cells:
            both = _polygonal(shapely.intersection(cell, shape, grid_size=_GRID))
            if both.area < _SPECK:
                parted.append((states, cell))
                continue
            parted.append((tuple(sorted({*states, *([state] if state else [])})), both))
            parted.append((states, _polygonal(shapely.difference(cell, shape, grid_size=_GRID))))
            left = _polygonal(shapely.difference(left, cell, grid_size=_GRID))
        parted.append(((state,) if state else (), left))
        cells = [(states, cell) for states, cell in parted if cell.area >= _SPECK]
    return cells


def _own_sovereign(found: list[tuple[tuple[Any, ...], Any]], states: tuple[str, ...]) -> Any:
    """Land and sovereign waters that all of some claimants claim: their other zones begin where these end."""
    shapes = [
        shape
        for (zone, owners, _, claim, _), shape in found
        if zone in SOVEREIGN_ZONES and claim != "protested" and set(states) <= set(owners)
    ]
    return shapely.union_all(shapes, grid_size=_GRID)


def _polygonal(shape: Any) -> Any:
    """The polygons of what an overlay leaves; points and lines where areas only touch are dropped."""
    return shapely.MultiPolygon([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])


def polygons_of(shape: Any) -> Any:
    """The polygons of a shape that are large enough to be seen, as one multipolygon."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area >= _SPECK]
    kept = [shapely.Polygon(p.exterior, [h for h in p.interiors if shapely.Polygon(h).area >= _SPECK]) for p in parts]
    kept.sort(key=lambda p: (-p.area, p.bounds))
    return shapely.MultiPolygon(kept)


# --- Lines ------------------------------------------------------------------------------------------------------


def is_coarse(frame: Frame) -> bool:
    """Whether a territorial sea is but a rim on the map: then what lies within it would only blacken the coast."""
    return 12 * METRES_PER_NM * frame.units_per_m < 8.0


def line_kind(row: Row) -> str:
    """How a limit is drawn: as what parts two States, or as the limit of one State's zone."""
    return str(row["kind"] if row["kind"] in ("agreed", "equidistance") else row["limit"])


def _lines(frame: Frame, store: ZoneStore, day: str) -> tuple[Line, ...]:
    grouped: dict[str, list[Any]] = {}

    def collect(kind: str, row: Row) -> None:
        grouped.setdefault(kind, []).append(shapely.linestrings(frame.units(coordinates(row.blob))))

    coarse = is_coarse(frame)
    for row in rows_in(frame, store, "limits", day):
        if not coarse or row["limit"] != "contiguous_zone":
            collect(line_kind(row), row)
    for row in () if coarse else rows_in(frame, store, "baselines", day):
        if row["kind"] != "coast":
            collect("straight", row)
    for row in rows_in(frame, store, "boundaries", day):
        if row["role"] != "decides":
            collect("not_deciding", row)
    window = shapely.box(0, 0, frame.width, frame.height)
    result = []
    for kind, parts in sorted(grouped.items()):
        # What parts two States is in the data once for each side; rounding first lets them fall together.
        rounded = shapely.set_precision(shapely.clip_by_rect(np.array(parts), *window.bounds), _GRID)
        merged = shapely.line_merge(shapely.union_all(rounded[~shapely.is_empty(rounded)]))
        shape = shapely.simplify(merged, _TOLERANCE)
        kept = [p for p in shapely.get_parts(shape) if p.geom_type == "LineString" and p.length > 0.5]
        if kept:
            kept.sort(key=lambda p: (-p.length, p.bounds))
            result.append(Line(kind, shapely.MultiLineString(kept)))
    return tuple(result)


# --- Names ------------------------------------------------------------------------------------------------------


def _names(frame: Frame) -> tuple[Name, ...]:
    """Towns, islands and capes in the window, the largest first; one of each name."""
    from seajuris.gazetteer import gazetteer

    lon0, lat0 = frame.centre
    high = math.degrees(frame.radius_m / 6.35e6) + 0.01
    wide = 180.0 if abs(lat0) + high > 89 else high / math.cos(math.radians(abs(lat0) + high))
    largest = 0.15 * HEIGHT / frame.units_per_m
    near = [
        place
        for place in gazetteer()
        if abs(place.lat - lat0) < high
        and abs(math.remainder(place.lon - lon0, 360.0)) < wide
        and place.kind in ("town", "island", "cape")
        # The name of a whole group of islands would stand on one of them.
        and (place.kind == "town" or place.uncertainty_m < largest)
    ]
    near.sort(key=lambda place: (-place.uncertainty_m, place.name))
    seen: set[str] = set()
    names = []
    for place in near:
        x, y = frame.point(place.lon, place.lat)
        if place.name.casefold() not in seen and _inside(frame, x, y):
            seen.add(place.name.casefold())
            radius = place.uncertainty_m * frame.units_per_m if place.kind == "island" else 0.0
            names.append(Name(words.clean(place.name, 40), radius, x, y, place.source))
    return tuple(names[:40])


# --- Graticule --------------------------------------------------------------------------------------------------

_STEPS_MINUTES = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800)


def _grid(frame: Frame) -> tuple[GridLine, ...]:
    """Meridians and parallels at round numbers: about five of each."""
    xs, ys = np.linspace(0, frame.width, 9), np.linspace(0, frame.height, 7)
    seen = [frame.position(float(x), float(y)) for x in xs for y in ys]
    lon0, lat0 = frame.centre
    lons = [(lon - lon0 + 180) % 360 - 180 for lon, _ in seen]
    lats = [lat for _, lat in seen]
    south, north = min(lats), max(lats)
    poles = [p for p in (90.0, -90.0) if _inside(frame, *frame.point(lon0, p)) and abs(p - lat0) < 80]
    west, east = min(lons), max(lons)
    if poles:
        south, north, west, east = min(south, *poles), max(north, *poles), -180.0, 180.0
    result = []
    window = shapely.box(0, 0, frame.width, frame.height)
    step = _step(north - south, 4.5)
    for minute in range(math.ceil(south * 60 / step) * step, math.floor(north * 60 / step) * step + 1, step):
        if abs(minute) < 90 * 60:
            course = np.linspace(west - 1, east + 1, 181)
            points = np.column_stack((lon0 + course, np.full(181, minute / 60)))
            result.append((_angle(minute, "N", "S"), False, points))
    step = _step(east - west, 6.0 if not poles else 12.0)
    low = math.ceil((lon0 + west) * 60 / step) * step
    for minute in range(low, math.floor((lon0 + east) * 60 / step) * step + 1, step):
        if poles and minute == low + 360 * 60:
            continue
        course = np.linspace(max(south - 1, -90), min(north + 1, 90), 61)
        points = np.column_stack((np.full(61, minute / 60), course))
        result.append((_angle((minute + 10800) % 21600 - 10800, "E", "W"), True, points))
    lines = []
    for label, meridian, points in result:
        shape = shapely.intersection(shapely.LineString(frame.units(points)), window)
        if not shape.is_empty and shape.length > 1:
            lines.append(GridLine(label, meridian, shape))
    return tuple(lines)


def _inside(frame: Frame, x: float, y: float) -> bool:
    return 0 <= x <= frame.width and 0 <= y <= frame.height


def _step(span_degrees: float, wanted: float) -> int:
    return next((s for s in _STEPS_MINUTES if span_degrees * 60 / s <= wanted), _STEPS_MINUTES[-1])


def _angle(minutes: int, positive: str, negative: str) -> str:
    side = "" if minutes == 0 or abs(minutes) == 10800 else positive if minutes > 0 else negative
    whole, rest = divmod(abs(minutes), 60)
    return f"{whole}°{f'{rest:02d}′' if rest else ''}{side}"


def scale_bar(frame: Frame, wanted: float = 170.0) -> float:
    """A round length in M whose bar is at most `wanted` units long."""
    per_nm = frame.units_per_m * METRES_PER_NM
    lengths: Iterable[float] = (f * 10.0**e for e in range(3, -3, -1) for f in (5, 2, 1))
    return next((m for m in lengths if m * per_nm <= wanted), 0.01)
