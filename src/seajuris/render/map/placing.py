"""Where labels go: inside the area that they name, apart from each other and from what has to stay visible."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from seajuris.place import ZONES
from seajuris.render import labels as names
from seajuris.render.map import words
from seajuris.render.map.scene import Area, Scene, is_coarse
from seajuris.render.map.text import width

LEADING = 1.16
_STEP = 7.0
_MARGIN = 2.5


@dataclass(frozen=True, slots=True)
class Label:
    """Text with its middle at a place, map units.

    Attributes:
        kind: ``area``, ``land``, ``measure`` or ``name``.
        lines: One or more lines; the first is bold for areas.
        x, y: Middle of the box.
        dot: Where the named place lies, if that is marked.
    """

    kind: str
    lines: tuple[str, ...]
    size: float
    x: float
    y: float
    dot: tuple[float, float] | None = None

    @property
    def box(self) -> tuple[float, float]:
        """Width and height."""
        return _box(self.kind, self.lines, self.size)


def _box(kind: str, lines: tuple[str, ...], size: float) -> tuple[float, float]:
    wide = max(width(line, size, bold=_bold(kind, i)) for i, line in enumerate(lines))
    return wide, size * LEADING * len(lines)


def _bold(kind: str, line: int) -> bool:
    return kind == "measure" or (kind in ("area", "land") and line == 0)


def place_labels(scene: Scene, window: tuple[float, float, float, float] | None = None) -> tuple[Label, ...]:
    """Labels for the position, the distances and as many areas as have room for one.

    Args:
        scene: What is drawn.
        window: Part of the frame in which labels are wanted (left, top, right, bottom); by default all of it.
    """
    view = window or (0.0, 0.0, scene.frame.width, scene.frame.height)
    taken = _Taken(view)
    placed: list[Label] = []
    if scene.place is not None:
        taken.add_shape(shapely.Point(scene.x, scene.y).buffer(max(12.0, min(scene.radius, 60.0))))
        for measure in scene.measures:
            taken.add_shape(shapely.LineString([(scene.x, scene.y), (measure.x, measure.y)]))
        placed += _measure_labels(scene, taken)
    wanted = [(area, part) for area in scene.areas for part in _parts(area, view)]
    wanted.sort(key=lambda w: _importance(scene, *w))
    repeated: dict[tuple[str, ...], int] = {}
    for area, part in wanted:
        contested = area.dispute is not None and area.claim != "protested"
        lines = _lines(area, _claimants(scene, area) if contested else ())
        if repeated.get(key := lines[0], 0) >= (2 if area.zone == "high_seas" or is_coarse(scene.frame) else 1):
            continue
        label = _area_label(area, part, taken, lines)
        if label is not None:
            placed.append(label)
            repeated[key] = repeated.get(key, 0) + 1
    return (*placed, *_names(scene, taken))


class _Taken:
    """Boxes and shapes that no further label may touch."""

    def __init__(self, view: tuple[float, float, float, float]) -> None:
        self.view = shapely.box(*view).buffer(-4.0)
        self.boxes: list[Any] = []
        self.shapes: list[Any] = []

    def add_shape(self, shape: Any) -> None:
        shapely.prepare(shape)
        self.shapes.append(shape)

    def covers(self, x: float, y: float) -> bool:
        """Whether a point lies under a label."""
        return any(box.intersects(shapely.Point(x, y)) for box in self.boxes)

    def free(self, boxes: Any, *, of_shapes: bool = True) -> Any:
        free = shapely.contains(self.view, boxes)
        for other in [*self.boxes, *(self.shapes if of_shapes else [])]:
            free &= ~shapely.intersects(other, boxes)
        return free


def _measure_labels(scene: Scene, taken: _Taken) -> list[Label]:
    """On its line, near the middle; beside it where the middle is taken; none where the line is too short."""
    placed = []
    for measure in scene.measures:
        dx, dy = measure.x - scene.x, measure.y - scene.y
        long = math.hypot(dx, dy)
        lines = (f"{measure.letter} {measure.label}",)
        size = 11.0
        wide, high = _box("measure", lines, size)
        if long < 14.0:
            continue
        along = [t for t in (0.55, 0.45, 0.65, 0.35, 0.75, 0.85, 0.25, 1.0) if t * long > max(scene.radius, 8.0)]
        reach = abs(dy) / long * wide / 2 + abs(dx) / long * high / 2 + 4
        candidates = [
            (scene.x + t * dx - side * reach * dy / long, scene.y + t * dy + side * reach * dx / long)
            for t in along
            for side in (1, -1)
        ]
        # At the far end, beyond the point.
        end = abs(dx) / long * wide / 2 + abs(dy) / long * high / 2 + 6
        candidates.append((measure.x + end * dx / long, measure.y + end * dy / long))
        if not candidates:
            continue
        boxes = _boxes(np.array(candidates), wide, high)
        free = taken.free(boxes)
        if not free.any():
            free = taken.free(boxes, of_shapes=False)
        if free.any():
            index = int(np.argmax(free))
            taken.boxes.append(boxes[index])
            placed.append(Label("measure", lines, size, *candidates[index]))
    return placed


_NAMES = 12


def _names(scene: Scene, taken: _Taken) -> list[Label]:
    """Names of places where room is left, beside the dot that marks them; those of islands stand on them."""
    placed: list[Label] = []
    size = 9.5
    for name in scene.names:
        wide, high = _box("name", (name.text,), size)
        aside, above = wide / 2 + 5, high / 2 + 3
        around = [(aside, 0.0), (-aside, 0.0), (0.0, -above), (0.0, above), (aside, -above), (aside, above)]
        if name.radius > 0:
            # On an island that is large enough, else off its shore.
            off = [name.radius + d for d in (2.0, 8.0, 16.0)]
            beside = [(0.0, side * (d + high / 2)) for d in off for side in (1, -1)]
            beside += [(side * (d + wide / 2), 0.0) for d in off for side in (1, -1)]
            around = [(0.0, 0.0), *beside] if name.radius > wide else beside
        centres = np.array([(name.x + dx, name.y + dy) for dx, dy in around])
        boxes = _boxes(centres, wide, high)
        free = taken.free(boxes)
        if free.any() and not taken.covers(name.x, name.y):
            index = int(np.argmax(free))
            taken.boxes.append(boxes[index])
            dot = None if name.radius > 0 else (name.x, name.y)
            if dot is not None:
                taken.boxes.append(shapely.Point(dot).buffer(2.5))
            x, y = (float(v) for v in centres[index])
            placed.append(Label("name", (name.text,), size, x, y, dot))
        if len(placed) == _NAMES:
            break
    return placed


def _parts(area: Area, view: tuple[float, float, float, float]) -> list[Any]:
    seen = shapely.intersection(area.visible, shapely.box(*view))
    parts = [p for p in shapely.get_parts(seen) if p.geom_type == "Polygon" and p.area > 200]
    return sorted(parts, key=lambda p: -p.area)[: 3 if area.zone != "land" else 1]


def _importance(scene: Scene, area: Area, part: Any) -> tuple[Any, ...]:
    """Where the position lies, then contested waters, then the rest from the largest."""
    here = area.nearest_nm == 0 and scene.place is not None
    return (not here, not area.contested, area.zone == "land", -part.area, ZONES.index(area.zone), area.name)


def _claimants(scene: Scene, area: Area) -> tuple[str, ...]:
    """All who claim these waters under one dispute, as whatever zone: what lies on top must not hide a claim."""
    claimants = set(area.states)
    for other in scene.areas:
        if other is not area and other.dispute == area.dispute and other.claim != "protested":
            shared = shapely.intersection(other.shape, area.visible, grid_size=0.1).area
            if shared > area.visible.area / 2:
                claimants.update(other.states)
    return tuple(sorted(claimants))


def _lines(area: Area, claimants: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """What can be written, from the fullest to the shortest."""
    if len(claimants) > len(area.states):
        return [(" / ".join(names.name(s) for s in claimants), "(disputed)"), (" / ".join(claimants),)]
    zone = words.ZONES_ON_MAP.get(area.zone, area.zone)
    if not area.states:
        return [(zone,)]
    whose = [names.name(s) for s in area.states]
    if area.claim == "protested":
        return [(whose[0], zone, "(protested)"), (area.states[0], zone, "(protested)")]
    codes = " / ".join(area.states)
    if len(whose) > 1 and area.claim == "potential" and area.zone == "exclusive_economic_zone":
        return [("High seas", f"(EEZ of {codes}", "not proclaimed, disputed)")]
    if len(whose) > 1:
        return [(" / ".join(whose), f"{zone} (disputed)".strip()), (codes, f"{zone} (disputed)".strip()), (codes,)]
    name = names.name(area.territory or area.states[0])
    code = area.territory or area.states[0]
    if area.zone == "land":
        return [(name.upper(),), (name,), (code,)]
    if area.dispute is not None:
        zone = f"{zone} (disputed)".strip()
    if area.zone == "exclusive_economic_zone" and area.claim == "potential":
        return [("High seas", f"(EEZ of {name} not proclaimed)"), ("High seas", f"(EEZ of {code}", "not proclaimed)")]
    return [(name, zone), (code, zone), (name, *zone.split(" ")), (code, *zone.split(" "))]


def _area_label(area: Area, part: Any, taken: _Taken, texts: list[tuple[str, ...]]) -> Label | None:
    kind = "land" if area.zone == "land" else "area"
    shapely.prepare(part)
    left, top, right, bottom = part.bounds
    step = max(_STEP, math.sqrt((right - left) * (bottom - top) / 9000))
    xs, ys = np.meshgrid(np.arange(left, right, step), np.arange(top, bottom, step))
    points = np.column_stack((xs.ravel(), ys.ravel()))
    points = points[shapely.contains_xy(part, points)]
    if not len(points):
        return None
    for size in (12.0, 10.5, 9.5):
        for lines in texts:
            wide, high = _box(kind, lines, size)
            boxes = _boxes(points, wide, high)
            fits = shapely.contains(part, boxes)
            if not fits.any():
                continue
            fits[fits] = taken.free(boxes[fits])
            if not fits.any():
                continue
            centres = points[fits]
            clear = shapely.distance(part.boundary, shapely.points(centres))
            x, y = (float(v) for v in centres[int(np.argmax(clear))])
            taken.boxes.append(_boxes(np.array([[x, y]]), wide + 8, high + 6)[0])
            return Label(kind, lines, size, x, y)
    return None


def _boxes(centres: Any, wide: float, high: float) -> Any:
    dx, dy = wide / 2 + _MARGIN, high / 2 + _MARGIN / 2
    return shapely.box(centres[:, 0] - dx, centres[:, 1] - dy, centres[:, 0] + dx, centres[:, 1] + dy)
