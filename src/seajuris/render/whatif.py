"""What-if comparisons and tables as text for a terminal; computes nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from seajuris.assessment import DISCLAIMER
from seajuris.render import labels
from seajuris.render.memo import people
from seajuris.render.page import Page
from seajuris.render.words import Words
from seajuris.whatif import Change, Comparison, Reason, Row, Side, Table

_PART = {
    "names": "",
    "condition": "condition: ",
    "treaty": "treaty: ",
    "national": "national law: ",
    "bar": "bar: ",
    "law": "",
}
_SHORT = {"established": "ESTAB", "conditional": "COND", "open": "OPEN"}
_MAX_REASONS = 8


def render_whatif(result: Comparison, page: Page) -> None:
    """Write what changes between two assessments."""
    title = result.before.case.texts.get("title")
    page.title(f"seajuris: what if{f' - {title}' if title else ''}")
    page.text("Changed: " + "; ".join(result.settings), indent=0)
    page.text("Possible jurisdiction only, before and after; this decides nothing.", indent=0)
    page.heading("1  Side by side: who may prosecute")
    rows = [(labels.state(s), _word(a), _word(b), "" if a == b else "<- changed") for s, a, b in result.states]
    if rows:
        _columns(page, ("State", "before", "after", ""), rows)
    else:
        page.text("No State, neither before nor after.")
    page.heading("2  Zones")
    for old, new in result.zones:
        page.item(f"{zone(old) if old else 'none'} -> {zone(new) if new else 'no longer'}")
    if not result.zones:
        page.text("The zones are the same." if result.before.place else "No position was told.")
    places = result.before.place, result.after.place
    if places[0] and places[1] and places[0].criminal_law_regime != places[1].criminal_law_regime:
        page.text(f"Before: {labels.REGIMES[places[0].criminal_law_regime]}")
        page.text(f"After: {labels.REGIMES[places[1].criminal_law_regime]}")
    page.heading("3  What changes, and why")
    for change in result.changes:
        _change(change, page, several=len(result.settings) > 1)
    if not result.changes:
        page.text("Nothing: every finding, its grade and its provisions are the same.")
    if result.bars:
        page.heading("4  Bars that change")
        for text, before, after in result.bars:
            page.item(f"{text}: {before or 'not listed'} -> {after or 'not listed'}")
    page.space()
    page.text(DISCLAIMER, indent=0)


def _change(change: Change, page: Page, *, several: bool) -> None:
    about = f" ({people.persons(change.about, Words())})" if change.about else ""
    power = "" if change.kind == "prosecute" else " [power at sea]"
    page.text(f"{labels.state(change.state)}: {change.title}{about}{power}", lead="* ", bold=True)
    if change.status_changes:
        page.text(_side(change.before), indent=4, lead="before: ")
        page.text(_side(change.after), indent=4, lead="after:  ")
    else:
        page.text(f"{_word(change.after.status)} as before; what stands behind it changes", indent=4)
        if change.before.grade != change.after.grade:
            page.text(f"{_grade(change.before)} -> {_grade(change.after)}", indent=4, lead="grade: ")
    for provision in change.before.provisions:
        if change.after.stands and provision not in change.after.provisions:
            page.text(provision, indent=4, lead="no longer: ")
    for provision in change.after.provisions:
        if change.before.stands and provision not in change.before.provisions:
            page.text(provision, indent=4, lead="new: ")
    if several:
        alone = " or ".join(change.by)
        made = f"{alone} (each by itself)" if len(change.by) > 1 else alone or "several of the changes together"
        page.text(made, indent=4, lead="made by: ")
    shown = change.reasons[:_MAX_REASONS]
    for reason in shown:
        page.text(_reason(reason), indent=4, lead="why: ")
    if len(change.reasons) > len(shown):
        page.text(f"and {len(change.reasons) - len(shown)} steps more (--json lists all)", indent=4)


def _side(side: Side) -> str:
    if side.status is None:
        return "not listed"
    text = _word(side.status)
    if side.stands:
        text += f", {_grade(side)}"
    bars = f"; barred by: {', '.join(side.barred_by)}" if side.barred_by else ""
    return f"{text}{bars}" + (f" ({side.reason})" if side.reason else "")


def _grade(side: Side) -> str:
    return labels.SHORT_GRADES.get(side.grade or "", side.grade or "")


def _word(status: str | None) -> str:
    return "not listed" if status is None else status.upper()


def _reason(reason: Reason) -> str:
    what = reason.what.replace("claimant", "this State")
    if reason.part == "names" and reason.fact:
        what = f"{people.fact(reason.fact, Words())} {what}"
    return f"{_PART[reason.part]}{what}: {reason.before} -> {reason.after}"


def zone(text: str) -> str:
    """``territorial_sea:ITA (certain)`` in words."""
    key, _, rest = text.partition(" ")
    name, _, state = key.partition(":")
    of = f" of {labels.name(state)}" if state else ""
    return f"{labels.ZONES.get(name, name)}{of} {rest}".replace("(potential,", "(not proclaimed,")


# --- Tables ---------------------------------------------------------------------------------------------------------


def render_table(table: Table, page: Page) -> None:
    """Write values of one fact against the States that may prosecute."""
    page.title(f"seajuris: what if, {table.fact}{f' - {table.title}' if table.title else ''}")
    page.text(
        "Each cell is the strongest status of that State's findings: ESTAB established, COND conditional, OPEN hangs "
        "on a fact not told, - none. Possible jurisdiction only; this decides nothing.",
        indent=0,
    )
    page.space()
    moves = any(row.distance_m is not None for row in table.rows)
    for states in _blocks(table, page.width):
        head = ["distance" if moves else "value", *("any" if s == "*" else s for s in states)]
        rows = [[_label(row), *([_cell(row, s) for s in states])] for row in table.rows]
        _columns(page, head, rows)
        page.space()
    if table.states:
        page.text("; ".join(f"{s} {labels.state(s).rpartition(' (')[0]}" for s in table.states if s != "*"), indent=0)
    if moves or len({row.zones for row in table.rows if not row.fault}) > 1:
        _places(table, page)
    for row in table.rows:
        if row.fault:
            page.text(f"{_label(row)}: {row.fault}", indent=0, lead="not assessed: ")
    page.space()
    page.text(DISCLAIMER, indent=0)


def _places(table: Table, page: Page) -> None:
    page.heading("Zones (a line only where they change)")
    last: tuple[tuple[str, ...], str | None, str | None] | None = None
    for row in table.rows:
        here = row.zones, row.regime, row.verdict
        if row.fault or here == last:
            continue
        last = here
        at = f", {row.position}" if row.position and row.distance_m is not None else ""
        page.text(f"{_label(row)}{at}", bold=True)
        for text in row.zones or ("no position told",):
            page.item(zone(text) if row.zones else text, indent=4)
        if row.regime:
            page.text(labels.REGIMES[row.regime], indent=4)
        if row.verdict and row.verdict != "robust":
            page.text(f"How sure: {labels.VERDICTS[row.verdict]}.", indent=4)


def _label(row: Row) -> str:
    return row.label if row.distance_m is None else f"{row.distance_m / 1852:.1f} M"


def _cell(row: Row, state: str) -> str:
    if row.fault:
        return "?"
    return _SHORT.get(row.states.get(state, ""), "-")


def _blocks(table: Table, width: int) -> Iterator[tuple[str, ...]]:
    """As many States side by side as fit; always at least one block, so that a table without States has rows."""
    label = max([8, *(min(len(_label(row)), width // 3) for row in table.rows)])
    fit = max(1, (width - 2 - label) // 7)
    for start in range(0, max(len(table.states), 1), fit):
        yield table.states[start : start + fit]


def _columns(page: Page, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; a first cell that is too long is wrapped, the others are short by nature."""
    listed = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in listed) for i in range(len(head))]
    widths[0] = max(8, min(widths[0], page.width - 2 - sum(widths[1:]) - 2 * (len(head) - 1)))
    for number, row in enumerate(listed):
        first = textwrap.wrap(row[0], widths[0], break_on_hyphens=False) or [""]
        for line, text in enumerate(first):
            cells = [text, *(row[1:] if line == len(first) - 1 else [""] * (len(row) - 1))]
            page.row("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), bold=number == 0)
