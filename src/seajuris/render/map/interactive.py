"""An interactive map as one piece of HTML that needs nothing from outside.

It works from a file and under a strict Content-Security-Policy: one style sheet and one script, both constant, so that
a page can allow them by their hashes (`STYLE_HASH`, `SCRIPT_HASH`) or by a nonce; no `style=` attribute, no handler
in an attribute, no request. Without its script it is still a map with a table of distances. Positions in the readout
are computed on the ellipsoid; the distance from the incident is read off the map, which is drawn so that it is true.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seajuris.render.map import style, words
from seajuris.render.map.make import scene_of
from seajuris.render.map.placing import LEADING, Label, place_labels
from seajuris.render.map.scene import Scene
from seajuris.render.map.svg import (
    FONTS,
    areas,
    description,
    draw_grid,
    escape,
    heading,
    number,
    path_data,
    source_note,
    stroked,
    text,
    unproclaimed,
    where,
    zones_of,
)

if TYPE_CHECKING:
    from seajuris.place import Place

ENLARGE = 2.0
"""How much wider than the first view the drawn sea is."""

_FOLDER = Path(__file__).parent
STYLE = (_FOLDER / "interactive.css").read_text(encoding="utf-8")
SCRIPT = (_FOLDER / "interactive.js").read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


STYLE_HASH = _hash(STYLE)
SCRIPT_HASH = _hash(SCRIPT)
"""What a Content-Security-Policy has to allow for the fragment, unless it names a nonce."""

_STILL = ' vector-effect="non-scaling-stroke"'
_LAYERS = (
    ("zones", "Zones", True),
    ("disputes", "Disputed waters and protested claims (hatched)", True),
    ("limits", "Limits of zones", True),
    ("between", "Lines between States (agreed, equidistance)", True),
    ("baselines", "Straight baselines", True),
    ("measures", "Distances from the incident", True),
    ("labels", "Names", True),
    ("grid", "Latitude and longitude", True),
)
_LAYER_OF_LINE = {"agreed": "between", "equidistance": "between", "not_deciding": "between", "straight": "baselines"}


def interactive_fragment(
    place: Place | None,
    *,
    zones: str | Path | None = None,
    title: str | None = None,
    map_id: str = "seajuris-map",
    nonce: str | None = None,
    extent: str | None = None,
    on: dt.date | None = None,
    heading_level: int = 2,
    enlarge: float = ENLARGE,
) -> str:
    """An interactive map to be put into the body of a page.

    A click, or Enter on the focused map, dispatches the event ``seajuris:point`` with ``detail: {lat, lon}``, which
    bubbles.

    Args:
        place: What `seajuris.locate` returned; `None` for a map of waters, which needs an extent.
        zones: The zone GeoPackage with which the place was located, if not the shipped one.
        title: Title of the map, as it came; by default the day.
        map_id: Id of the map; the ids inside begin with it. Letters, digits, hyphens.
        nonce: Nonce of the page's Content-Security-Policy, if it uses one.
        extent: What the first view shows; by default position and nearest limits.
        on: Day of the claims where there is no place.
        heading_level: Level of the heading in the page, 1 to 6.
        enlarge: How much wider than the first view to draw; the time that it takes grows with the square.

    Returns:
        A ``<section class="sjmap">`` with everything inside.

    Raises:
        InputError: if the extent cannot be used.
        DataError: if the zone data cannot be read.
    """
    if not map_id.replace("-", "").isalnum() or not map_id.isascii():
        raise ValueError(f"{map_id!r} cannot begin ids")
    scene = scene_of(place, zones=zones, on=on, title=title, extent=extent, enlarge=enlarge)
    mark = f' nonce="{escape(nonce)}"' if nonce is not None else ""
    return (
        f'<section class="sjmap" id="{map_id}" aria-labelledby="{map_id}-heading">\n'
        f"<style{mark}>{STYLE}</style>\n"
        f'<h{heading_level} id="{map_id}-heading">{escape(heading(scene, 150))}</h{heading_level}>\n'
        f"{_lead(scene)}"
        f'{_TOOLS}<div class="sjmap-view">\n{_drawing(scene, map_id, enlarge)}\n</div>\n'
        f'<output class="sjmap-readout sjmap-needs-script" aria-live="polite" hidden>'
        f"<strong>Point at the map, or press Tab until it has the focus.</strong> <span></span></output>\n"
        f'<p class="sjmap-help sjmap-needs-script" id="{map_id}-help" hidden>Drag to move; wheel (after a click), '
        f"buttons or the keys + and - to zoom; arrow keys move the cross (Shift: small steps), 0 shows everything "
        f"again.</p>\n"
        f"{_legend(scene, map_id)}{_tables(scene)}"
        f'<p class="sjmap-note">{escape(source_note(scene))}</p>\n'
        f"<script{mark}>{SCRIPT}</script>\n</section>\n"
    )


def page(place: Place | None, **told: Any) -> str:
    """A page of its own with the map; `told` as for `interactive_fragment`."""
    fragment = interactive_fragment(place, heading_level=1, **told)
    name = words.clean(str(told.get("title") or "Map of maritime zones"), 150)
    policy = (
        f"default-src 'none'; style-src {STYLE_HASH}; script-src {SCRIPT_HASH}; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(name)}</title>\n</head>\n<body>\n<main>\n{fragment}</main>\n</body>\n</html>\n"
    )


# --- The drawing ------------------------------------------------------------------------------------------------

_TOOLS = (
    '<div class="sjmap-tools sjmap-needs-script" role="group" aria-label="Zoom" hidden>'
    '<button type="button" data-do="in" aria-label="Zoom in">+</button>'
    '<button type="button" data-do="out" aria-label="Zoom out">\u2212</button>'
    '<button type="button" data-do="home" aria-label="Back to the first view">0</button></div>\n'
)


def _drawing(scene: Scene, prefix: str, enlarge: float) -> str:
    frame = scene.frame
    wide, high = frame.width / enlarge, frame.height / enlarge
    left, top = (frame.width - wide) / 2, (frame.height - high) / 2
    home = f"{number(left)} {number(top)} {number(wide)} {number(high)}"
    origin = frame.point(frame.plane.lon, frame.plane.lat)
    size = f'width="{number(frame.width)}" height="{number(frame.height)}"'
    patterns = _patterns(prefix)
    zones, hatches = _areas(scene, prefix)
    inside = "\n".join(
        (
            f'<rect {size} fill="{style.PAPER}"/><rect {size} fill="url(#{prefix}-no_data)"/>',
            f'<g data-in="zones">{zones}</g>',
            f'<g data-in="disputes" pointer-events="none">{hatches}</g>',
            f'<g data-in="grid" pointer-events="none">{draw_grid(scene, _STILL)}</g>',
            _lines(scene),
            _incident(scene),
            f'<g data-in="labels" pointer-events="none">{_labels(scene, (left, top, left + wide, top + high))}</g>',
            '<g class="sjmap-cross" display="none" pointer-events="none"><path d="M-12 0h24M0 -12v24" fill="none" '
            'stroke="#fff" stroke-width="4"/><path d="M-12 0h24M0 -12v24" fill="none" stroke="#1a1a1a" '
            'stroke-width="1.6"/></g>',
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{home}" tabindex="0" role="application" '
        f'aria-roledescription="map" aria-label="{escape(description(scene))}" aria-describedby="{prefix}-help" '
        f'font-family="{FONTS}" data-home="{home}" '
        f'data-full="0 0 {number(frame.width)} {number(frame.height)}" '
        f'data-x="{origin[0]:.4f}" data-y="{origin[1]:.4f}" data-lat="{frame.plane.lat:.9f}" '
        f'data-lon="{frame.plane.lon:.9f}" data-scale="{frame.units_per_m:.12g}" '
        f'data-incident="{"yes" if scene.place is not None else "no"}">\n<defs>{patterns}</defs>\n{inside}\n</svg>'
    )


def _patterns(prefix: str) -> str:
    pieces = []
    for name, (side, turn, content) in style.PATTERNS.items():
        pieces.append(
            f'<pattern id="{prefix}-{name}" width="{number(side)}" height="{number(side)}" '
            f'patternUnits="userSpaceOnUse" patternTransform="rotate({turn})" data-turn="{turn}">{content}</pattern>'
        )
    return "".join(pieces)


def _areas(scene: Scene, prefix: str) -> tuple[str, str]:
    """The zones, and apart from them the hatches of what is contested."""
    zones, hatches = [], []
    for area, data, layers in areas(scene, prefix):
        contested = [f for f in layers if f.endswith(("-dispute)", "-protested)"))]
        plain = [f for f in layers if f not in contested] or ["none"]
        for i, fill in enumerate(plain):
            edge = style.COAST if area.zone == "land" else fill if not fill.startswith("url") else "none"
            told = f' class="sjmap-zone" data-name="{escape(area.name)}"' if i == 0 else ' pointer-events="none"'
            zones.append(f'<path{told} fill="{fill}" stroke="{edge}" stroke-width="0.8"{_STILL} d="{data}"/>')
        hatches += [f'<path fill="{fill}" d="{path_data(area.visible)}"/>' for fill in contested]
    return "".join(zones), "".join(hatches)


def _lines(scene: Scene) -> str:
    groups: dict[str, list[str]] = {"baselines": [], "limits": [], "between": []}
    for kind in reversed(style.LINES):
        for line in scene.lines:
            if line.kind == kind:
                groups[_LAYER_OF_LINE.get(kind, "limits")].append(stroked(kind, path_data(line.shape), _STILL))
    return "\n".join(
        f'<g data-in="{name}" pointer-events="none">{"".join(found)}</g>' for name, found in groups.items()
    )


def _incident(scene: Scene) -> str:
    if scene.place is None:
        return ""
    x, y = number(scene.x), number(scene.y)
    rays = "".join(f"M{x} {y}L{number(m.x)} {number(m.y)}" for m in scene.measures)
    ends = "".join(
        f'<circle data-mark="{number(m.x)} {number(m.y)}" transform="translate({number(m.x)} {number(m.y)})" r="2.4" '
        f'fill="{style.INK}"/>'
        for m in scene.measures
    )
    cross = "M-8 0h16M0 -8v16"
    return (
        f'<g data-in="measures" pointer-events="none"><path d="{rays}" fill="none" stroke="{style.INK}" '
        f'stroke-width="1"{_STILL}/>{ends}</g>\n'
        f'<g pointer-events="none"><circle class="uncertainty" cx="{x}" cy="{y}" r="{scene.radius:.3f}" '
        f'fill="{style.POSITION}" fill-opacity="0.15" stroke="{style.POSITION}" stroke-width="1.5"{_STILL}/>'
        f'<g data-mark="{x} {y}" transform="translate({x} {y})"><path d="{cross}" fill="none" stroke="#fff" '
        f'stroke-width="4"/><path d="{cross}" fill="none" stroke="{style.POSITION}" stroke-width="2"/></g></g>'
    )


def _labels(scene: Scene, view: tuple[float, float, float, float]) -> str:
    """Those of the first view first: where there is no room for all, they stay."""
    first = place_labels(scene, view)
    left, top, right, bottom = view
    others = [
        label
        for label in place_labels(scene)
        if label.kind != "measure" and not (left < label.x < right and top < label.y < bottom)
    ]
    return "".join(_label(label) for label in (*first, *others))


def _label(label: Label) -> str:
    """Text around the place to which it belongs, so that it stays there at every scale."""
    wide, high = label.box
    x, y = label.dot or (label.x, label.y)
    dx, dy = label.x - x, label.y - y
    line_height = label.size * LEADING
    colour = style.COAST if label.kind in ("land", "name") else style.INK
    layer = ' data-in="measures"' if label.kind == "measure" else ""
    lines = "".join(
        text(
            dx,
            dy - high / 2 + line_height * i + label.size * 0.92,
            line,
            label.size,
            anchor="middle",
            bold=label.kind != "name" and (label.kind == "measure" or i == 0),
            colour=colour,
            halo=True,
        )
        for i, line in enumerate(label.lines)
    )
    dot = f'<circle r="1.8" fill="{style.COAST}"/>' if label.dot is not None else ""
    at = f"{number(x)} {number(y)}"
    aside = f' data-aside="{number(dx)} {number(dy)}"' if label.dot is not None else ""
    return (
        f'<g data-at="{at}"{aside} data-w="{number(wide + 4)}" data-h="{number(high + 3)}" transform="translate({at})"'
        f"{layer}>{dot}{lines}</g>"
    )


# --- Around it --------------------------------------------------------------------------------------------------


def _lead(scene: Scene) -> str:
    if scene.place is None:
        return ""
    return f"<p>{escape(where(scene.place))}; zones on {scene.on.isoformat()}.<br>{escape(zones_of(scene.place))}</p>\n"


def _legend(scene: Scene, prefix: str) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" data-layer="{key}"{" checked" if on else ""}>{name}</label>'
        for key, name, on in _LAYERS
        if key != "measures" or scene.measures
    )
    edge = f'<rect width="28" height="12" fill="none" stroke="{style.GRID}" stroke-width="0.8"/>'
    samples: dict[str, str] = {}
    for area, _, layers in areas(scene, prefix):
        kind = "potential" if unproclaimed(area) else area.zone
        plain = [fill for fill in layers if not fill.endswith(("-dispute)", "-protested)"))]
        if area.claim != "protested":
            samples[kind] = "".join(f'<rect width="28" height="12" fill="{fill}"/>' for fill in plain) + edge
    hatch = '<rect width="28" height="12" fill="url(#{}-{})"/>'
    if any(a.dispute is not None and a.claim != "protested" for a in scene.areas):
        samples["dispute"] = hatch.format(prefix, "dispute") + edge
    if any(a.claim == "protested" for a in scene.areas):
        samples["protested"] = hatch.format(prefix, "protested") + edge
    samples |= {line.kind + "-line": stroked(line.kind, "M0 6H28") for line in scene.lines}
    names = style.AREAS | style.CONTESTED | {f"{kind}-line": name for kind, name in style.LINES.items()}
    shown = "".join(
        f'<li><svg viewBox="-1 -1 30 14" aria-hidden="true">{samples[kind]}</svg>{escape(name)}</li>'
        for kind, name in names.items()
        if kind in samples
    )
    return (
        f'<fieldset class="sjmap-needs-script" hidden><legend>Show</legend>{boxes}</fieldset>\n'
        f'<details open><summary>Legend</summary><ul class="sjmap-legend">{shown}</ul></details>\n'
    )


def _tables(scene: Scene) -> str:
    pieces = []
    if scene.measures:
        rows = "".join(
            f'<tr><th scope="row">{m.letter}</th><td class="sjmap-number">{m.label}</td><td>{escape(m.text)}</td></tr>'
            for m in scene.measures
        )
        pieces.append(
            '<table><caption>Distances from the position</caption><thead><tr><th scope="col">On the map</th>'
            f'<th scope="col">Distance</th><th scope="col">What</th></tr></thead><tbody>{rows}</tbody></table>\n'
        )
    named: dict[str, float | None] = {}
    for area in sorted(scene.areas, key=lambda a: (a.nearest_nm or 0.0, a.name)):
        named.setdefault(area.name, area.nearest_nm)
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="sjmap-number">'
        f"{'' if nearest is None else 'here' if nearest == 0 else words.distance(nearest)}</td></tr>"
        for name, nearest in named.items()
    )
    pieces.append(
        "<details><summary>Zones on this map, from the nearest</summary><table><thead><tr>"
        '<th scope="col">Zone</th><th scope="col">Distance on the map</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></details>\n"
    )
    return "".join(pieces)
