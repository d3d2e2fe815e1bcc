"""Descriptions, histories, checks, imports and comparisons of zone data as text; computes nothing."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from seajuris.render.labels import ZONES, name, state
from seajuris.render.page import Page
from seajuris.zones.tools.history import verified
from seajuris.zones.tools.info import SEARCH_AND_RESCUE

if TYPE_CHECKING:
    from seajuris.zones.tools.diff import Difference, Key
    from seajuris.zones.tools.history import History
    from seajuris.zones.tools.info import Info
    from seajuris.zones.tools.marine_regions.importer import Imported
    from seajuris.zones.tools.verify import Verification

SHOWN = 10
ROLES = {
    "decides": "agreed, in force: zones are divided along it",
    "unilateral": "drawn by one State; binds no neighbour",
    "shelf_only": "divides the sea-bed only",
    "not_applied": "does not decide here",
}


def render_info(info: Info, page: Page) -> None:
    """A zone file described."""
    manifest = info.manifest
    page.title(f"Zone data {info.identity['version']}")
    page.text(f"File: {info.path}", indent=0)
    page.text(f"SHA-256: {info.identity['sha256']}", indent=0)
    page.text(f"Content (independent of the file format): {info.identity['content_sha256']}", indent=0)
    page.text("The file is what its manifest declares.", indent=0)
    page.heading("Zones")
    for zone, count in info.pieces.items():
        states = info.states[zone]
        of = f" of {states} State{'s' if states != 1 else ''}" if states else ""
        page.item(f"{ZONES.get(zone, zone)}: {count:,} pieces{of}")
    page.item(", ".join(f"{count:,} {what}" for what, count in info.lines.items()))
    page.heading("Sources and licences")
    page.text(f"{manifest.get('licence', 'licence not stated')}; {manifest.get('attribution', '')}")
    for source in manifest.get("sources") or []:
        which = source.get("package") or source.get("file") or ""
        page.item(f"{source.get('title')} ({which} {source.get('version') or ''}): {source.get('licence')}")
    if "claims_from" in manifest:
        page.item(f"Claims: those of the zone data {manifest['claims_from'].get('version')}")
    for heading, key in (("Method", "method"), ("Accuracy", "accuracy")):
        page.heading(heading)
        page.text(" ".join(str(manifest.get(key, "not stated")).split()))
    page.heading("Not covered")
    for entry in manifest.get("not_covered") or []:
        page.item(str(entry))
    page.item(SEARCH_AND_RESCUE)


def render_history(history: History, page: Page) -> None:
    """What a State claimed, when."""
    page.title(f"{history.state.name} ({history.state.alpha3}): maritime claims")
    if not history.claims:
        page.text("No claims are in the data.")
    for territory, claims in groupby(history.claims, key=lambda c: c["territory"]):
        page.heading(state(territory))
        listed = list(claims)
        sources = {claim["source"] for claim in listed}
        for claim in listed:
            page.item(_claim(claim, history.state.alpha3, sourced=len(sources) > 1))
        if len(sources) == 1 and listed[0]["source"]:
            page.source("Source:", str(listed[0]["source"]))
    page.heading("Lines between States")
    for line in history.lines:
        page.item(_line(line, history.state.alpha3, history.lines_dated))
    if history.state.sovereign == history.state.alpha3 and not history.lines:
        page.text("None are in the data.")
    elif not history.lines:
        page.text(f"Lines are listed under {state(history.state.sovereign)}, who agreed on them.")
    if not history.lines_dated:
        page.text("The dates of agreed lines are not in these data.")


def _claim(claim: dict[str, Any], asked: str, *, sourced: bool) -> str:
    parts = [ZONES.get(claim["zone"], claim["zone"])]
    if claim["breadth_nm"] is not None:
        parts.append(f"{claim['breadth_nm']:g} M")
    if claim["area"] is not None:
        parts.append(f"in the area {claim['area'].replace('_', ' ')}")
    whose = f" by {name(claim['state'])}" if claim["state"] not in (None, asked, claim["territory"]) else ""
    kind = {"proclaimed": "claimed", "potential": "entitled, never proclaimed", "none": "none claimed"}
    period = _period(claim) if claim["claim"] == "proclaimed" or claim["valid_from"] or claim["valid_to"] else ""
    text = f"{', '.join(parts)}: {kind.get(claim['claim'], claim['claim'])}{whose}{period}."
    instrument = f" {claim['instrument']}." if claim["instrument"] else ""
    source = f" Source: {claim['source']}." if sourced and claim["source"] else ""
    note = f" {str(claim['note']).rstrip('.')}." if claim.get("note") else ""
    return f"{text}{instrument}{note}{source} {_trust(claim)}"


def _trust(row: dict[str, Any]) -> str:
    if verified(row):
        return "[verified]"
    return f"[unverified: {row['confidence']}]" if row["confidence"] else "[unverified]"


def _line(line: dict[str, Any], asked: str, dated: bool) -> str:
    others = [p for p in str(line["parties"]).split(", ") if p != asked]
    divides = f", divides {line['divides'].replace('_', ' ')}" if line["divides"] else ""
    text = f"{line['id']}, with {', '.join(state(p) for p in others) or 'nobody else'}: "
    text += f"{ROLES.get(line['role'], line['role'])}{divides}{_period(line) if dated else ''}."
    note = f" {line['note']}" if line["note"] else ""
    source = f" Source: {line['source']}." if line["source"] else ""
    return f"{text}{note}{source} {_trust(line)}" if line["confidence"] else f"{text}{note}{source}"


def _period(row: dict[str, Any]) -> str:
    start, end = row["valid_from"], row["valid_to"]
    since = f" from {_date(start, row.get('from_precision'))}" if start else ", start not known"
    return since + (f" until before {_date(end, row.get('to_precision'))}" if end else "")


def _date(day: str, precision: str | None) -> str:
    """A date no more exact than it is known."""
    letters = {"year": 4, "month": 7}.get(precision or "")
    return day if letters is None else f"{day[:letters]} (day not known)"


def render_verification(found: Verification, page: Page) -> None:
    """The outcome of a check of zone data."""
    page.title(
        f"Zone data {found.identity['version']}: " + (f"{found.count} findings" if found.count else "no findings")
    )
    for check in found.checks:
        page.heading(f"{'FOUND ' + str(check.count) if check.count else 'ok'}: {check.title}")
        page.text(f"Examined: {check.examined}")
        for finding in check.findings[:SHOWN]:
            place = "" if finding.lon is None or finding.lat is None else f" (near {finding.lat:.4f} {finding.lon:.4f})"
            page.item(f"{finding.text}{place}")
        if check.count > SHOWN:
            page.item(f"and {check.count - SHOWN} more; --json lists up to 50 of each")
        for note in check.notes:
            page.text(f"Note: {note}")


def render_import(imported: Imported, page: Page) -> None:
    """What an import wrote."""
    page.title(f"Zone data {imported.head['version']}")
    page.text(f"Written: {imported.path}, and manifest.yaml beside it.", indent=0)
    page.text(f"SHA-256: {imported.head['sha256']}", indent=0)
    for zone, count in imported.counts["zones"].items():
        page.item(f"{ZONES.get(zone, zone)}: {count:,} pieces")
    page.text(f'Use it: seajuris locate --zones "{imported.path}" --at ...', indent=0)


def render_difference(found: Difference, page: Page, names: tuple[str, str]) -> None:
    """Where two zone files differ."""
    page.title("Zone data compared: " + ("no difference" if found.same else "they differ"))
    for letter, path, identity in (("A", names[0], found.a), ("B", names[1], found.b)):
        page.text(f"{letter}: {path}, version {identity['version']}, SHA-256 {identity['sha256'][:16]}...", indent=0)
    page.text(
        f"On {found.on.isoformat()}; {found.cells[1]} of {found.cells[0]} cells differ; areas on the ellipsoid.",
        indent=0,
    )
    if found.zones:
        page.heading(f"Zones that differ ({len(found.zones)}), largest difference first")
    for zone in found.zones:
        page.item(
            f"{_key(zone.key)}: only A {zone.only_a_km2:,.1f} km², only B {zone.only_b_km2:,.1f} km² "
            f"(A {zone.a_km2:,.1f}, B {zone.b_km2:,.1f})"
        )
    if found.positions:
        page.heading(f"Teaching cases: {len(found.places)} of {found.positions} positions come out differently")
    for place in found.places:
        page.item(f"{place.scenario}, {place.what}")
        page.text(place.a, indent=4, lead="A: ")
        page.text(place.b, indent=4, lead="B: ")
        for line in place.findings:
            page.text(line, indent=4, lead="finding A / B: ")


def _key(key: Key) -> str:
    whose = "" if key.state is None else f" of {state(key.state)}"
    claim = f", {key.claim}" if key.claim not in (None, "proclaimed") else ""
    return f"{ZONES.get(key.zone, key.zone)}{whose}{claim}"
