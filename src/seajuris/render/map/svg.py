"""A map as SVG: real text, no script, no style sheet, nothing from outside; the same scene gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely

from seajuris.place import Place, Zone
from seajuris.render import labels as names
from seajuris.render.map import style, words
from seajuris.render.map.placing import LEADING, Label, place_labels
from seajuris.render.map.scene import Area, Scene, is_coarse, scale_bar
from seajuris.render.map.text import width, wrapped
from seajuris.zones.measure import METRES_PER_NM

PAGE_WIDTH = 800.0
LEFT, RIGHT = 46.0, 18.0
FONTS = "'Liberation Sans', Arial, Helvetica, sans-serif"
_MAX_TITLE = 150


def escape(text: str) -> str:
    """Text as XML text or as an attribute in double quotes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def number(value: float) -> str:
    """A coordinate to a tenth of a unit, as short as it gets."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text not in ("-0.0", "-0") else "0"


def path_data(shape: Any) -> str:
    """The `d` of a (multi)polygon or (multi)line."""
    rings: list[tuple[Any, str]] = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            rings += [(ring, "z") for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "LineString":
            rings.append((part, ""))
    return "".join(_ring(shapely.get_coordinates(ring), end) for ring, end in rings)


def _ring(points: Any, end: str) -> str:
    tenths = np.rint(points * 10).astype(np.int64)
    steps = np.diff(tenths, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    if end:
        steps = steps[:-1]
    pieces = [f"M{_tenth(tenths[0, 0])} {_tenth(tenths[0, 1])}l"]
    for index, (x, y) in enumerate(steps.tolist()):
        for first, value in ((index == 0, x), (False, y)):
            pieces.append(("" if first or value < 0 else " ") + _tenth(value))
    return "".join(pieces) + end if len(steps) else ""


def _tenth(value: int) -> str:
    sign, (whole, rest) = "-" if value < 0 else "", divmod(abs(int(value)), 10)
    return f"{sign}{whole or ''}.{rest}" if rest else f"{sign}{whole}"


def text(
    x: float,
    y: float,
    content: str,
    size: float,
    *,
    anchor: str = "start",
    bold: bool = False,
    colour: str = style.INK,
    halo: bool = False,
) -> str:
    """One line of text on its base line."""
    extra = "" if anchor == "start" else f' text-anchor="{anchor}"'
    extra += ' font-weight="bold"' if bold else ""
    if halo:
        extra += ' stroke="#fff" stroke-width="2.6" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{colour}"{extra}>'
        f"{escape(content)}</text>"
    )


# --- The drawing ------------------------------------------------------------------------------------------------


def definitions(prefix: str) -> str:
    """The patterns; their ids begin with a prefix so that several maps can stand on one page."""
    pieces = []
    for name, (side, turn, content) in style.PATTERNS.items():
        turned = f' patternTransform="rotate({turn})"' if turn else ""
        pieces.append(
            f'<pattern id="{prefix}-{name}" width="{number(side)}" height="{number(side)}" '
            f'patternUnits="userSpaceOnUse"{turned}>{content}</pattern>'
        )
    return "".join(pieces)


def unproclaimed(area: Area) -> bool:
    """Whether these are high seas in which a State may yet proclaim an EEZ."""
    return area.zone == "exclusive_economic_zone" and area.claim == "potential"


def fills(area: Area, prefix: str) -> list[str]:
    """The fills of an area from the lowest to the uppermost."""
    layers = []
    if area.claim != "protested":
        layers.append(style.FILLS["high_seas" if unproclaimed(area) else area.zone])
        if unproclaimed(area):
            layers.append(f"url(#{prefix}-potential)")
        elif area.zone in style.PATTERNS:
            layers.append(f"url(#{prefix}-{area.zone})")
    if area.dispute is not None and area.claim != "protested":
        layers.append(f"url(#{prefix}-dispute)")
    if area.claim == "protested":
        layers.append(f"url(#{prefix}-protested)")
    return layers


def areas(scene: Scene, prefix: str) -> Iterator[tuple[Area, str, list[str]]]:
    """Each area with its path and fills; what is only hatched comes last, so that nothing hides it."""
    for area in sorted(scene.areas, key=lambda a: a.claim == "protested"):
        yield area, path_data(area.shape), fills(area, prefix)


def draw_areas(scene: Scene, prefix: str) -> str:
    """All areas."""
    pieces = []
    for area, data, layers in areas(scene, prefix):
        for fill in layers:
            # Areas are simplified one by one: a stroke of their own colour closes the hairlines between them.
            edge = "" if fill.startswith("url") else f' stroke="{fill}" stroke-width="0.7"'
            if area.zone == "land" and not fill.startswith("url"):
                edge = f' stroke="{style.COAST}" stroke-width="0.7"'
            pieces.append(f'<path fill="{fill}"{edge} d="{data}"/>')
    return "".join(pieces)


def draw_lines(scene: Scene, extra: str = "") -> str:
    """Limits, lines between States, baselines."""
    pieces = []
    for kind in reversed(style.LINES):
        for line in scene.lines:
            if line.kind == kind:
                pieces.append(stroked(kind, path_data(line.shape), extra, thin=is_coarse(scene.frame)))
    return "".join(pieces)


def stroked(kind: str, data: str, extra: str = "", *, thin: bool = False) -> str:
    """A path with the stroke of a kind of line."""
    stroke = style.STROKES[kind]
    dashes = f' stroke-dasharray="{stroke.dashes}"' if stroke.dashes else ""
    cap = ' stroke-linecap="round"' if kind == "equidistance" else ""
    wide = stroke.width * (0.6 if thin else 1.0)
    drawn = f'<path fill="none" stroke="{stroke.colour}" stroke-width="{number(wide)}"{dashes}{cap}{extra} d="{data}"/>'
    if stroke.core:
        drawn += f'<path fill="none" stroke="{stroke.core}" stroke-width="{0.6 if thin else 1.4}"{extra} d="{data}"/>'
    return drawn


def draw_grid(scene: Scene, extra: str = "") -> str:
    """Meridians and parallels without their labels."""
    data = "".join(path_data(line.shape) for line in scene.grid)
    return f'<path fill="none" stroke="{style.GRID}" stroke-width="0.5" stroke-opacity="0.7"{extra} d="{data}"/>'


def draw_measures(scene: Scene, extra: str = "") -> str:
    """Lines from the position to the nearest points."""
    pieces = []
    for item in scene.measures:
        pieces.append(
            f'<path fill="none" stroke="{style.INK}" stroke-width="0.9"{extra} '
            f'd="M{number(scene.x)} {number(scene.y)}L{number(item.x)} {number(item.y)}"/>'
        )
        pieces.append(f'<circle cx="{number(item.x)}" cy="{number(item.y)}" r="2.2" fill="{style.INK}"/>')
    return "".join(pieces)


def draw_position(scene: Scene, extra: str = "") -> str:
    """The circle of uncertainty, to scale, and the mark of the stated point."""
    if scene.place is None:
        return ""
    x, y = number(scene.x), number(scene.y)
    cross = f"M{number(scene.x - 7)} {y}h14M{x} {number(scene.y - 7)}v14"
    return (
        f'<circle class="uncertainty" cx="{x}" cy="{y}" r="{scene.radius:.3f}" fill="{style.POSITION}" '
        f'fill-opacity="0.15" stroke="{style.POSITION}" stroke-width="1.5"{extra}/>'
        f'<path class="position" d="{cross}" fill="none" stroke="#fff" stroke-width="4"/>'
        f'<path d="{cross}" fill="none" stroke="{style.POSITION}" stroke-width="1.8"/>'
    )


def draw_dots(scene: Scene) -> str:
    """Further positions: one path for each kind, whose lines of no length are round dots."""
    pieces = []
    for dots in scene.dots:
        data = "".join(f"M{number(x)} {number(y)}h0" for x, y in dots.places.tolist())
        pieces.append(_dotted(dots.kind, data))
    return "".join(pieces)


def _dotted(kind: str, data: str) -> str:
    outline, core = style.DOTS[kind]
    return "".join(
        f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'
        for colour, width in ((outline, 6), (core, 3.4))
    )


def draw_labels(labels: Iterable[Label]) -> str:
    """Labels inside the map."""
    pieces = []
    for label in labels:
        high = label.size * LEADING
        top = label.y - high * len(label.lines) / 2
        colour = style.COAST if label.kind in ("land", "name") else style.INK
        if label.dot is not None:
            pieces.append(
                f'<circle cx="{number(label.dot[0])}" cy="{number(label.dot[1])}" r="1.7" fill="{style.COAST}"/>'
            )
        for i, line in enumerate(label.lines):
            bold = label.kind != "name" and (label.kind == "measure" or i == 0)
            y = top + high * i + label.size * 0.92
            pieces.append(text(label.x, y, line, label.size, anchor="middle", bold=bold, colour=colour, halo=True))
    return "".join(pieces)


# --- The page ---------------------------------------------------------------------------------------------------


def svg(scene: Scene, *, pixels: int | None = None, prefix: str = "map") -> str:
    """The map as a document of its own.

    Args:
        scene: What to draw.
        pixels: Width in pixels that a viewer should use; the drawing itself is the same.
        prefix: Beginning of the ids inside.
    """
    head, y = _head(scene)
    map_top = y + 4
    body = _map(scene, prefix, map_top)
    foot, bottom = _foot(scene, prefix, map_top + scene.frame.height + 24)
    wide = pixels or round(PAGE_WIDTH)
    high = round(wide * bottom / PAGE_WIDTH)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {number(PAGE_WIDTH)} {number(bottom)}" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" font-family="{FONTS}">\n'
        f'<title id="{prefix}-title">{escape(heading(scene, _MAX_TITLE))}</title>\n'
        f'<desc id="{prefix}-desc">{escape(description(scene))}</desc>\n'
        f'<defs>{definitions(prefix)}<clipPath id="{prefix}-clip"><rect width="{number(scene.frame.width)}" '
        f'height="{number(scene.frame.height)}"/></clipPath></defs>\n'
        f'<rect width="{number(PAGE_WIDTH)}" height="{number(bottom)}" fill="{style.PAPER}"/>\n'
        f"{head}\n{body}\n{foot}\n</svg>\n"
    )


def heading(scene: Scene, limit: int) -> str:
    """The title of the map."""
    return words.clean(scene.title, limit) if scene.title else f"Maritime zones on {scene.on.isoformat()}"


def where(place: Place) -> str:
    """Position and uncertainty in one line."""
    accuracy = place.position.accuracy_m
    if accuracy is None:
        stated = "what the notation leaves open; no accuracy was stated"
    elif place.uncertainty_m > accuracy:
        stated = f"{words.length(accuracy)} stated, and what the notation leaves open"
    else:
        stated = "stated"
    return f"{words.clean(place.position.read_as, 120)}, uncertain by {words.length(place.uncertainty_m)} ({stated})"


def zones_of(place: Place) -> str:
    """The zones of a place in one paragraph."""
    # Claimants of the same waters stand together; none comes first but by name.
    grouped: dict[tuple[str, ...], list[Zone]] = {}
    for zone in place.zones:
        shared = zone.dispute is not None and zone.claim != "protested"
        # What is only possible, and not at the point, may be another part of the circle for each.
        shared = shared and (zone.certainty == "certain" or zone.at_position)
        alone = "" if shared else f"{zone.state} {zone.territory}"
        key = (zone.zone, str(zone.dispute), alone, zone.certainty, str(zone.at_position), str(zone.claim))
        grouped.setdefault(key, []).append(zone)
    found = []
    for members in grouped.values():
        zone = members[0]
        whose = sorted({member.state for member in members if member.state is not None})
        name = words.area(zone.zone, whose, zone.territory, zone.claim, disputed=zone.dispute is not None)
        here = " (the stated point lies in it)" if zone.certainty != "certain" and zone.at_position else ""
        found.append(f"{name}: {zone.certainty}{here}")
    return "; ".join(found) + "."


def description(scene: Scene) -> str:
    """The map in words, for those who cannot see it."""
    place = scene.place
    if place is None:
        return f"Map of maritime zones on {scene.on.isoformat()}. {words.NO_CHART}"
    distances = "; ".join(f"{m.label} {m.text}" for m in scene.measures)
    return (
        f"Map of maritime zones on {scene.on.isoformat()} around {where(place)}. {zones_of(place)} "
        f"{f'Distances: {distances}. ' if distances else ''}{words.NO_CHART}"
    )


def _head(scene: Scene) -> tuple[str, float]:
    y = 24.0
    pieces = []
    whole = PAGE_WIDTH - LEFT - RIGHT
    for line in wrapped(heading(scene, _MAX_TITLE), 16, whole, bold=True)[:2]:
        pieces.append(text(LEFT, y, line, 16, bold=True))
        y += 19
    if scene.place is not None:
        day = f"; maritime zones on {scene.on.isoformat()}" if scene.title else ""
        for line in wrapped(where(scene.place) + day, 12.5, whole):
            pieces.append(text(LEFT, y, line, 12.5))
            y += 15
        lines = wrapped(zones_of(scene.place), 12.5, whole, bold=True)
        if len(lines) > 4:
            lines = [*lines[:3], "... and more: see seajuris locate."]
        for line in lines:
            pieces.append(text(LEFT, y, line, 12.5, bold=True))
            y += 15
        sure = names.VERDICTS[scene.place.verdict]
        for line in wrapped(f"How sure: {sure}.", 11.5, whole):
            pieces.append(text(LEFT, y, line, 11.5, colour=style.QUIET))
            y += 14
    elif scene.title:
        pieces.append(text(LEFT, y, f"Maritime zones on {scene.on.isoformat()}", 12.5))
        y += 15
    return "\n".join(pieces), y


def _map(scene: Scene, prefix: str, top: float) -> str:
    frame = scene.frame
    size = f'width="{number(frame.width)}" height="{number(frame.height)}"'
    inside = "\n".join(
        (
            f'<rect {size} fill="url(#{prefix}-no_data)"/>' if scene.gaps else "",
            f'<g class="areas">{draw_areas(scene, prefix)}</g>',
            f'<g class="grid">{draw_grid(scene)}</g>',
            f'<g class="lines">{draw_lines(scene)}</g>',
            f'<g class="measures">{draw_measures(scene)}</g>',
            f'<g class="incident">{draw_position(scene)}</g>',
            f'<g class="labels">{draw_labels(place_labels(scene))}</g>',
            f'<g class="dots">{draw_dots(scene)}</g>' if scene.dots else "",
        )
    )
    return (
        f'<g transform="translate({number(LEFT)} {number(top)})"><g clip-path="url(#{prefix}-clip)">\n{inside}\n</g>\n'
        f'<rect {size} fill="none" stroke="{style.INK}" stroke-width="1"/>\n{_grid_labels(scene)}</g>'
    )


def _grid_labels(scene: Scene) -> str:
    """Labels where the lines leave the frame: parallels at the left, meridians below; elsewhere only if not there."""
    wide, high = scene.frame.width, scene.frame.height
    taken: dict[str, list[float]] = {"left": [], "below": [], "above": [], "right": []}
    pieces = []
    for line in scene.grid:
        ends = shapely.get_coordinates(shapely.intersection(line.shape, shapely.box(0, 0, wide, high).boundary))
        sides = {"left": [], "below": [], "above": [], "right": []}  # type: dict[str, list[float]]
        for x, y in ends.tolist():
            if x < 0.5:
                sides["left"].append(y)
            elif y > high - 0.5:
                sides["below"].append(x)
            elif y < 0.5:
                sides["above"].append(x)
            else:
                sides["right"].append(y)
        order = ("below", "left", "right") if line.meridian else ("left", "below", "right")
        for side in order:
            room = 12.0 if side in ("left", "right") else width(line.label, 10.5) + 8
            free = [p for p in sides[side] if all(abs(p - q) > room for q in taken[side])]
            if not free:
                continue
            at = free[0]
            taken[side].append(at)
            if side == "left":
                pieces.append(text(-4, max(at + 3.5, 8), line.label, 10.5, anchor="end", colour=style.QUIET))
            elif side == "below":
                pieces.append(text(at, high + 13, line.label, 10.5, anchor="middle", colour=style.QUIET))
            else:
                pieces.append(text(wide - 4, at - 3, line.label, 10.5, anchor="end", colour=style.QUIET, halo=True))
            break
    return "\n".join(pieces)


def _foot(scene: Scene, prefix: str, top: float) -> tuple[str, float]:
    middle = LEFT + 400.0 if scene.measures else PAGE_WIDTH
    bar, y_bar = _scale_bar(scene, LEFT, top + 6)
    columns = 1 if scene.measures else 2
    legend, y_left = _legend(scene, prefix, y_bar + 12, columns)
    right, y_right = _distances(scene, middle, top + 10) if scene.measures else ("", top)
    y = max(y_left, y_right) + 14
    pieces = [bar, legend, right]
    for line in wrapped(source_note(scene), 9.5, PAGE_WIDTH - LEFT - RIGHT):
        pieces.append(text(LEFT, y, line, 9.5, colour=style.QUIET))
        y += 12
    return "\n".join(pieces), y + 2


def source_note(scene: Scene) -> str:
    """Source, licence, projection, and what the map is not."""
    version = scene.provenance.get("version", "not named")
    digest = str(scene.provenance.get("sha256", ""))[:12]
    names_note = ""
    if any(name.source == "geonames" for name in scene.names):
        names_note = "Names of places: GeoNames, CC\u00a0BY\u00a04.0. "
    centre = "the position" if scene.place is not None else "the middle of the map"
    return (
        f"Zone data: seajuris {version}{f' (sha256 {digest})' if digest else ''}, computed from the mapped coast and "
        f"the claims of {scene.on.isoformat()}; contains information from OpenStreetMap, {words.ATTRIBUTION}. "
        f"{names_note}"
        f"Azimuthal equidistant projection on WGS 84, centred on {centre}; 1 M (nautical mile) = 1852 m. "
        f"{words.NO_CHART}"
    )


def _scale_bar(scene: Scene, x: float, y: float) -> tuple[str, float]:
    miles = scale_bar(scene.frame)
    long = miles * METRES_PER_NM * scene.frame.units_per_m
    half = number(long / 2)
    pieces = [
        f'<rect class="scale" x="{number(x)}" y="{number(y)}" width="{long:.3f}" height="5" fill="{style.PAPER}" '
        f'stroke="{style.INK}" stroke-width="0.8"/>',
        f'<rect x="{number(x)}" y="{number(y)}" width="{half}" height="5" fill="{style.INK}"/>',
        text(x, y + 16, "0", 10.5, anchor="middle"),
        text(x + long / 2, y + 16, f"{miles / 2:g}", 10.5, anchor="middle"),
        text(x + long, y + 16, f"{miles:g} M", 10.5, anchor="middle"),
        text(x + long + 34, y + 6, f"({miles * METRES_PER_NM / 1000:.3g} km)", 10.5, colour=style.QUIET),
    ]
    return "\n".join(pieces), y + 22


def _legend(scene: Scene, prefix: str, top: float, columns: int) -> tuple[str, float]:
    entries: list[tuple[str, str]] = []

    def swatch(fill: list[str], stroke: str = style.GRID) -> str:
        return "".join(f'<rect width="26" height="12" fill="{f}" stroke="{stroke}" stroke-width="0.8"/>' for f in fill)

    seen = {"potential" if unproclaimed(a) else a.zone for a in scene.areas if a.shown}
    for kind, name in style.AREAS.items():
        if kind in seen:
            fill = [style.FILLS.get(kind, style.PAPER)]
            if kind in style.PATTERNS:
                fill.append(f"url(#{prefix}-{kind})")
            entries.append((swatch(fill, style.COAST if kind == "land" else style.GRID), name))
    if any(a.shown and a.dispute is not None and a.claim != "protested" for a in scene.areas):
        fill = [style.FILLS["territorial_sea"], f"url(#{prefix}-dispute)"]
        entries.append((swatch(fill), style.CONTESTED["dispute"]))
    if any(a.shown and a.claim == "protested" for a in scene.areas):
        entries.append((swatch([style.PAPER, f"url(#{prefix}-protested)"]), style.CONTESTED["protested"]))
    if scene.gaps:
        entries.append((swatch([style.PAPER, f"url(#{prefix}-no_data)"]), "no zone data"))
    drawn = {line.kind for line in scene.lines if line.shape.length > 3}
    entries += [(stroked(k, "M0 6H26"), name) for k, name in style.LINES.items() if k in drawn]
    if scene.place is not None:
        ring = (
            f'<circle cx="13" cy="6" r="6" fill="{style.POSITION}" fill-opacity="0.15" stroke="{style.POSITION}" '
            f'stroke-width="1.3"/><path d="M8 6h10M13 1v10" stroke="{style.POSITION}" stroke-width="1.5"/>'
        )
        entries.append((ring, "position, with its circle of uncertainty to scale"))
    for dots in scene.dots:
        count = len(dots.places)
        entries.append((_dotted(dots.kind, "M13 6h0"), f"{style.DOT_NAMES[dots.kind]}: {count:,}"))
    rows = -(-len(entries) // columns)
    pieces = []
    for index, (sample, name) in enumerate(entries):
        column, row = divmod(index, rows)
        x, y = LEFT + column * 370, top + row * 17
        pieces.append(f'<g transform="translate({number(x)} {number(y)})">{sample}{text(34, 10, name, 11)}</g>')
    return "\n".join(pieces), top + rows * 17


def _distances(scene: Scene, x: float, top: float) -> tuple[str, float]:
    y = top
    pieces = [text(x, y, "Distances from the position", 11.5, bold=True)]
    y += 16
    for item in scene.measures:
        pieces.append(text(x, y, item.letter, 11, bold=True))
        pieces.append(text(x + 76, y, item.label, 11, bold=True, anchor="end"))
        for line in wrapped(item.text, 11, PAGE_WIDTH - RIGHT - x - 84):
            pieces.append(text(x + 84, y, line, 11))
            y += 13.5
        y += 2.5
    return "\n".join(pieces), y
