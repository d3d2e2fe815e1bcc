"""The interactive map in a real browser: opened from a file, it works, says what is true, and asks for nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest
from geographiclib.geodesic import Geodesic

import seajuris
from browser import Tab, browser
from seajuris.position import Position
from seajuris.render.map.make import document

pytestmark = pytest.mark.browser

NM = 1852.0
AT = "35°30.0'N 12°36.0'E"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = seajuris.locate(AT, accuracy="2nm", on="2023-06-14")
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_bytes(document("html", place, title="<script>window.hacked = 1</script> & [bold] \u202eevil"))
    return path.as_uri()


@pytest.fixture
def opened(tab: Tab, address: str) -> Tab:
    tab.go(address)
    return tab


SVG = "document.querySelector('.sjmap-view svg')"


def view(tab: Tab) -> list[float]:
    return [float(v) for v in tab.js(f"{SVG}.getAttribute('viewBox')").split()]


def readout(tab: Tab) -> str:
    return str(tab.js("document.querySelector('.sjmap-readout').textContent"))


def box(tab: Tab) -> tuple[float, float, float, float]:
    left, top, wide, high = tab.js(
        f"(() => {{ const r = {SVG}.getBoundingClientRect(); return [r.left, r.top, r.width, r.height] }})()"
    )
    return left, top, wide, high


def told(tab: Tab) -> tuple[float, float, float]:
    """Distance in M, latitude and longitude that the readout gives."""
    match = re.search(r"([\d.]+) M from the incident, at (\d+)°([\d.]+)'([NS]) (\d+)°([\d.]+)'([EW])", readout(tab))
    assert match, readout(tab)
    lat = (int(match[2]) + float(match[3]) / 60) * (1 if match[4] == "N" else -1)
    lon = (int(match[5]) + float(match[6]) / 60) * (1 if match[7] == "E" else -1)
    return float(match[1]), lat, lon


def test_it_asks_for_nothing_but_itself_and_nothing_is_blocked(opened: Tab, address: str) -> None:
    left, top, wide, high = box(opened)
    opened.click(left + wide / 2, top + high / 3)
    opened.mouse("mouseWheel", left + wide / 2, top + high / 2, deltaX=0, deltaY=-120)
    assert opened.requests == [address]
    assert opened.complaints == []
    assert opened.js("typeof window.hacked") == "undefined"
    assert "<script>window.hacked = 1</script>" in opened.js("document.querySelector('h1').textContent")


def test_the_watch_on_requests_sees_one(opened: Tab) -> None:
    """The two assertions above can fail: this page breaks both."""
    opened.js("new Promise(done => { const i = new Image(); i.onerror = done; i.src = 'https://example.org/x.png' })")
    assert opened.complaints or "https://example.org/x.png" in opened.requests


def test_what_is_under_the_pointer_is_what_locate_says(opened: Tab) -> None:
    left, top, wide, high = box(opened)
    for dx, dy in ((0.2, 0.1), (-0.08, -0.05), (-0.42, 0.2), (0.1, 0.3)):
        opened.mouse("mouseMoved", left + wide * (0.5 + dx), top + high * (0.5 + dy))
        miles, lat, lon = told(opened)
        real = Geodesic.WGS84.Inverse(35.5, 12.6, lat, lon)["s12"] / NM
        # The readout shows tenths of a minute and of a mile.
        assert miles == pytest.approx(real, abs=0.16)
        there = seajuris.locate(Position.from_degrees(lat, lon), on="2023-06-14")
        for zone in there.zones:
            if zone.at_position and zone.state is not None:
                name = seajuris.states.register().state(zone.state).name
                assert name in readout(opened), (readout(opened), zone)


def test_wheel_zooms_once_the_map_has_the_focus(opened: Tab) -> None:
    left, top, wide, high = box(opened)
    x, y = left + wide / 4, top + high / 4
    before = view(opened)
    opened.mouse("mouseWheel", x, y, deltaX=0, deltaY=-1)
    assert view(opened) == before, "the page must scroll past the map"
    opened.js("window.scrollTo(0, 0)")
    opened.click(x, y)
    opened.mouse("mouseWheel", x, y, deltaX=0, deltaY=-120)
    after = view(opened)
    assert after[2] < before[2]
    # What was under the pointer stays there.
    for i, part in ((0, 0.25), (1, 0.25)):
        assert after[i] + part * after[i + 2] == pytest.approx(before[i] + part * before[i + 2], abs=0.5)


def test_dragging_moves_the_map_and_does_not_leave_it(opened: Tab) -> None:
    left, top, wide, high = box(opened)
    before = view(opened)
    opened.mouse("mouseMoved", left + 400, top + 300)
    opened.mouse("mousePressed", left + 400, top + 300, button="left", buttons=1, clickCount=1)
    opened.mouse("mouseMoved", left + 500, top + 340, button="left", buttons=1)
    opened.mouse("mouseReleased", left + 500, top + 340, button="left", clickCount=1)
    after = view(opened)
    assert after[0] == pytest.approx(before[0] - 100 / wide * before[2], abs=0.5)
    assert after[1] == pytest.approx(before[1] - 40 / high * before[3], abs=0.5)
    opened.js(f"{SVG}.focus()")
    for _ in range(30):
        opened.key("ArrowLeft", code=37)
    assert view(opened)[0] == 0


def test_the_keyboard_does_all_that_the_pointer_does(opened: Tab) -> None:
    first = view(opened)
    # Tab reaches the map after its three buttons.
    for _ in range(4):
        opened.key("Tab", code=9)
    assert opened.js(f"document.activeElement === {SVG}")
    assert opened.js("document.querySelector('.sjmap-cross').getAttribute('display')") is None
    assert told(opened)[0] == 0
    opened.key("ArrowDown", code=40)
    miles, lat, lon = told(opened)
    assert lat < 35.5
    assert lon == pytest.approx(12.6, abs=0.001)
    assert miles > 0
    opened.key("+", text="+", code=187)
    assert view(opened)[2] < first[2]
    opened.js("document.addEventListener('seajuris:point', e => { window.chosen = e.detail })")
    opened.key("Enter", text="\r", code=13)
    chosen = opened.js("window.chosen")
    assert math.hypot(chosen["lat"] - lat, chosen["lon"] - lon) < 0.002
    opened.key("0", text="0", code=48)
    assert view(opened) == first


def test_buttons_and_layers(opened: Tab) -> None:
    first = view(opened)
    opened.js("document.querySelector('button[data-do=in]').click()")
    closer = view(opened)
    assert closer[2] < first[2]
    opened.js("for (let i = 0; i < 9; i++) document.querySelector('button[data-do=out]').click()")
    assert view(opened)[2] == pytest.approx(2 * first[2], abs=1.0), "no further than what was drawn"
    opened.js("document.querySelector('button[data-do=home]').click()")
    assert view(opened) == first
    layers = opened.js("[...document.querySelectorAll('input[data-layer]')].map(i => i.dataset.layer)")
    assert set(layers) >= {"zones", "limits", "between", "disputes", "labels", "measures"}
    for layer in layers:
        parts = f"[...document.querySelectorAll(\"svg [data-in='{layer}']\")]"
        assert opened.js(f"{parts}.length") > 0, layer
        opened.js(f"document.querySelector(\"input[data-layer='{layer}']\").click()")
        assert opened.js(f"{parts}.every(p => getComputedStyle(p).display === 'none')"), layer
        opened.js(f"document.querySelector(\"input[data-layer='{layer}']\").click()")
        assert opened.js(f"{parts}.every(p => getComputedStyle(p).display !== 'none')"), layer
    names = opened.js(
        "[...document.querySelectorAll('button, input')].map(e => e.ariaLabel || e.labels?.[0]?.textContent)"
    )
    assert all(names)


def test_labels_that_show_do_not_touch_each_other(opened: Tab) -> None:
    for _ in range(3):
        touching = opened.js(
            f"(() => {{ const b = [...{SVG}.querySelectorAll('[data-at][visibility=visible]')]"
            ".map(e => e.getBoundingClientRect()); let n = 0; b.forEach((p, i) => b.slice(i + 1).forEach(q => {"
            " if (p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom) n++ })); return n })()"
        )
        assert touching == 0
        assert opened.js(f"{SVG}.querySelectorAll('[data-at][visibility=visible]').length") > 3
        opened.js("document.querySelector('button[data-do=out]').click()")


def test_without_its_script_there_is_still_a_map_and_a_table(tab: Tab, address: str) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.go(address)
        document = tab.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
        svg = tab.call("DOM.querySelector", nodeId=document, selector=".sjmap-view svg")["nodeId"]
        assert tab.call("DOM.getBoxModel", nodeId=svg)["model"]["width"] > 500
        assert tab.call("DOM.querySelectorAll", nodeId=document, selector="tbody tr")["nodeIds"]
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)
