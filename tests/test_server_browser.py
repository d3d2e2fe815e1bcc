"""The local page in a real browser: click, choose a flag, see States change; keyboard too, asking nobody else."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from browser import Tab, browser
from seajuris.server.engine import Engine
from seajuris.server.run import start, stop

pytestmark = pytest.mark.browser

SVG = "document.querySelector('#map .sjmap-view svg')"
PATIENCE_S = 240.0


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server, opened = start(Engine())
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield opened
    stop(server)
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("browser"), width=1280, height=1000) as opened:
        yield opened


def wait(tab: Tab, condition: str) -> Any:
    """Wait until an expression holds in the page."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        value = tab.js(condition)
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"never came: {condition}; the page says {tab.js('document.body.innerText')[:1500]}")


def settled(tab: Tab) -> None:
    time.sleep(0.3)
    wait(tab, "document.querySelector('#results').getAttribute('aria-busy') === 'false'")


def tell(tab: Tab, label: str, value: str) -> None:
    """Fill in the field with a label, as the browser does when somebody types."""
    tab.js(
        f"(() => {{ const l = [...document.querySelectorAll('label')].find(e => e.textContent === {json.dumps(label)});"
        f" const f = document.getElementById(l.htmlFor); f.focus(); f.value = {json.dumps(value)};"
        " f.dispatchEvent(new Event('input', {bubbles: true}));"
        " if (f.isConnected) f.dispatchEvent(new Event('change', {bubbles: true})) })()"
    )
    settled(tab)


def states(tab: Tab) -> list[str]:
    return list(tab.js("[...document.querySelectorAll('[data-state] h4')].map(e => e.textContent)"))


def test_click_choose_and_see(tab: Tab, address: str) -> None:
    tab.go(address)
    wait(tab, "document.querySelector('#scenario').options.length > 25")
    # The token is out of the address, and of what a page could read of the history.
    assert "token" not in tab.js("location.href")
    assert tab.js("document.cookie") == ""

    tell(tab, "Position", "35°30.0'N 12°36.0'E")
    tell(tab, "Day of the facts", "2023-06-14")
    wait(tab, f"{SVG} && {SVG}.dataset.incident === 'yes'")
    near = tab.js("document.querySelector('.zones').textContent")
    assert "Italy (ITA)" in near

    # Click on the map.
    tab.js(f"{SVG}.scrollIntoView({{block: 'center'}})")
    left, top, wide, high = tab.js(
        f"(() => {{ const r = {SVG}.getBoundingClientRect(); return [r.left, r.top, r.width, r.height] }})()"
    )
    tab.click(left + wide * 0.3, top + high * 0.35)
    wait(tab, "document.querySelector('.lead').textContent.indexOf('35°30') < 0")
    settled(tab)
    accuracy = tab.js("document.querySelector('#done').textContent")
    assert "accuracy is that of a click" in accuracy
    assert "Cameroon (CMR)" not in states(tab)

    # Choose the flag, first one, then another: the States change at once, and the page says what changed.
    tell(tab, "Flag of the vessel", "Cameroon")
    assert "Cameroon (CMR)" in states(tab)
    tell(tab, "Flag of the vessel", "Panama")
    assert "Panama (PAN)" in states(tab)
    assert "Cameroon (CMR)" not in states(tab)
    changes = tab.js("document.querySelector('.changes').textContent")
    assert "Panama (PAN)" in changes
    assert "Cameroon (CMR)" in changes
    assert "not legal advice" in tab.js("document.querySelector('#disclaimer').textContent")

    # Nothing was asked of anybody else, and nothing was blocked or failed.
    host = address.partition("#")[0]
    assert tab.requests
    assert [url for url in tab.requests if not url.startswith(host)] == []
    assert not [url for url in tab.requests if "token" in url]
    assert tab.complaints == []


def test_a_fault_is_shown_at_its_field_and_no_old_answer_stays(tab: Tab) -> None:
    tell(tab, "Flag of the vessel", "Atlantis")
    assert states(tab) == []
    assert "Atlantis" in tab.js("document.querySelector('#form .fault:not([hidden])').textContent")
    assert tab.js("document.querySelector('[aria-invalid=true]').value") == "Atlantis"
    tell(tab, "Flag of the vessel", "")
    assert tab.js("document.querySelectorAll('[aria-invalid=true]').length") == 0


def load(tab: Tab, scenario: str) -> None:
    tab.js(
        f"(() => {{ const s = document.querySelector('#scenario'); s.value = '{scenario}';"
        " s.dispatchEvent(new Event('change')) })()"
    )
    settled(tab)


def test_a_scenario_is_loaded(tab: Tab) -> None:
    load(tab, "cutro-2023")
    assert "Türkiye (TUR)" in states(tab)
    assert "Italy (ITA)" in states(tab)
    # The mark of what nobody has read in the text is never lost.
    assert tab.js("document.querySelectorAll('#results .unverified').length") > 0
    wait(tab, f"{SVG} && document.querySelector('#map').textContent.includes('2023-02-26')")


def test_disputed_facts_are_kept_until_told_otherwise(tab: Tab) -> None:
    load(tab, "full-means-2")
    before = tab.js("document.querySelectorAll('#form .told').length")
    told = tab.js("document.querySelector('#form .told').textContent")
    assert "disputed, alleged are" in told
    tab.js(
        "(() => { window.sent = []; const real = window.fetch;"
        " window.fetch = (url, options) => { window.sent.push(options.body || ''); return real(url, options) } })()"
    )
    # Another fact is told: what was disputed goes along as it was.
    tell(tab, "Name of the vessel", "Nadir")
    assert '"disputed":' in tab.js("window.sent.find(body => body.includes('Nadir'))")
    tab.js("document.querySelector('#form .told button').click()")
    settled(tab)
    assert tab.js("document.querySelectorAll('#form .told').length") == before - 1
    load(tab, "cutro-2023")


def test_a_name_that_begins_another_is_not_taken_while_typing(tab: Tab) -> None:
    tab.js("document.querySelector('#form fieldset input[list=states]').focus()")
    chips = "[...document.querySelector('#form fieldset .chips').querySelectorAll('button')].map(e => e.textContent)"
    before = tab.js(chips)
    tab.call("Input.insertText", text="Niger")
    assert tab.js(chips) == before
    tab.call("Input.insertText", text="ia")
    tab.key("Enter", text="\r", code=13)
    settled(tab)
    assert tab.js(chips) == [*before, "Nigeria ×"]
    assert "Nigeria (NGA)" in states(tab)


def test_foreign_text_stays_text(tab: Tab) -> None:
    evil = '<img src=x onerror=\\"window.hacked=1\\"><script>window.hacked=1</script>'
    tell(tab, "Name of the vessel", evil.replace("\\", ""))
    tell(tab, "Flag of the vessel", evil.replace("\\", ""))
    assert tab.js("window.hacked") is None
    assert tab.js("document.querySelectorAll('#form img, #results img').length") == 0
    tell(tab, "Flag of the vessel", "")
    tell(tab, "Name of the vessel", "")


def test_everything_has_a_name_and_works_with_the_keyboard(tab: Tab) -> None:
    nameless = tab.js(
        "[...document.querySelectorAll('main input, main select, main button')].filter(e => e.offsetParent &&"
        " !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.textContent.trim())"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert nameless == []
    twice = tab.js(
        "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
        " return ids.filter((id, i) => ids.indexOf(id) !== i) })()"
    )
    assert twice == []
    wait(tab, f"!!{SVG}")
    settled(tab)
    before = tab.js("document.querySelector('.lead').textContent")
    tab.js(f"{SVG}.focus()")
    tab.key("ArrowUp", code=38)
    tab.key("ArrowUp", code=38)
    tab.key("Enter", text="\r", code=13)
    wait(tab, f"document.querySelector('.lead').textContent !== {json.dumps(before)}")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(tab: Tab, width: int) -> None:
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500)
    settled(tab)
    assert tab.js("document.documentElement.scrollWidth") <= width
    disclaimer = tab.js(
        "(() => { const r = document.querySelector('#disclaimer').getBoundingClientRect();"
        " return r.bottom <= innerHeight && r.top >= 0 && r.height > 10 })()"
    )
    assert disclaimer is True
    tab.call("Emulation.clearDeviceMetricsOverride")
