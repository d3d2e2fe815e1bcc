"""What the tools for rule authors found, as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from seajuris.assessment import STATUSES
from seajuris.render import labels
from seajuris.render.page import Page, safe

if TYPE_CHECKING:
    from seajuris.rules.catalogue import Entry
    from seajuris.rules.compare import Change, Comparison
    from seajuris.rules.coverage import Coverage, Seen
    from seajuris.rules.lint import Report
    from seajuris.rules.load import RuleSet
    from seajuris.rules.model import Authority, Condition, NationalBasis
    from seajuris.scenarios import Outcome

KINDS = {"prosecute": "grounds to prosecute", "act_at_sea": "powers at sea", "bar": "bars"}


def table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    """Columns as wide as their content: text to the left, numbers to the right, nothing cut."""
    cells = [head, *(tuple(safe(str(cell)) for cell in row) for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    numeric = [len(cells) > 1 and all(row[i].isdigit() for row in cells[1:]) for i in range(len(head))]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    ]


# --- Lists ------------------------------------------------------------------------------------------------------------


def render_list(listed: dict[str, Any]) -> str:
    """The catalogue."""
    lines = [f"seajuris rules, version {listed['version']}"]
    for kind, title in KINDS.items():
        grounds = [g for g in listed["grounds"] if g["kind"] == kind]
        head = ("id", "title", "authorities", "verified")
        lines += ["", title, *table(head, ((g["id"], g["title"], g["authorities"], g["verified"]) for g in grounds))]
    rows = [(s["state"], s["name"], s["provisions"], s["verified"]) for s in listed["states"]]
    lines += ["", "national law", *table(("State", "name", "provisions", "verified"), rows)]
    lines.append(f"{len(rows)} States, {sum(r[2] for r in rows)} provisions, {sum(r[3] for r in rows)} verified")
    instruments = [(i["id"], i["kind"], i["title"]) for i in listed["instruments"]]
    lines += ["", "instruments", *table(("id", "kind", "title"), instruments)]
    lines += ["", "remarks: " + ", ".join(w["id"] for w in listed["warnings"])]
    lines += ["coordination: " + ", ".join(c["id"] for c in listed["coordination"])]
    return "\n".join(lines) + "\n"


def render_entry(entry: Entry, rules: RuleSet, page: Page) -> None:
    """One rule, readable by a lawyer."""
    data = entry.data
    title = data.get("title") or data.get("name") or data.get("provision") or entry.id
    page.title(f"{entry.kind} {entry.id}: {title}")
    page.text(f"file: rules/{entry.file}")
    if data.get("summary") or data.get("text"):
        page.text(str(data.get("summary") or data.get("text")))
    {
        "ground": _ground,
        "state": _state,
        "provision": _provision,
        "instrument": _instrument,
        "warning": _warning,
        "coordination": _coordination,
    }[entry.kind](entry, rules, page)


def _ground(entry: Entry, rules: RuleSet, page: Page) -> None:
    from seajuris.rules.words import claimant_words, outline

    ground = next(g for g in rules.grounds if g.id == entry.id)
    page.text(f"{KINDS[ground.kind]}; {rules.bases.get(ground.basis, ground.basis)}; {_validity(entry.data)}")
    if ground.kind != "bar":
        page.text(f"whose: {claimant_words(ground.claimant)}; grade without a duty: {ground.grade}")
    page.text(f"offences: {_offences(entry.data)}")
    page.heading("Condition")
    for level, text in outline(ground.when, rules.vocabulary):
        page.item(text, indent=2 + 2 * level)
    page.heading("Treaty and EU provisions")
    _authorities(ground.authority, rules, page)
    page.heading("To verify")
    for remark in ground.conditions:
        page.item(remark.text + _mark(remark.verified))
    if ground.kind != "bar":
        page.heading("States whose law has a provision for it")
        serving = [s for s in _states(rules) if any(ground.id in b["grounds"] for b in s["bases"])]
        page.text(", ".join(labels.state(s["state"]) for s in serving) or "none encoded")


def _authorities(authorities: Iterable[Authority], rules: RuleSet, page: Page) -> None:
    for authority in authorities:
        page.item(f"{authority.instrument} {authority.provision} ({authority.duty}){_mark(authority.verified)}")
        _if(authority.when, rules, page, indent=6)
        page.source("    source:", authority.source)


def _if(test: Condition | None, rules: RuleSet, page: Page, *, indent: int = 2) -> None:
    from seajuris.rules.words import outline

    for level, text in outline(test, rules.vocabulary) if test is not None else ():
        page.text(text, indent=indent + 2 * level, lead="if " if level == 0 else "- ")


def _state(entry: Entry, rules: RuleSet, page: Page) -> None:
    law = rules.national(entry.id)
    bases = law.bases if law is not None else ()
    page.text(f"{len(bases)} provisions, {sum(b.verified for b in bases)} verified; checked {entry.data['checked']}")
    for base, data in zip(bases, entry.data.get("bases") or (), strict=True):
        page.heading(f"{base.id}: {base.provision}{_mark(base.verified)}")
        _basis(base, data, rules, page)
    for absence in law.absent if law is not None else ():
        page.heading(f"looked for and not found: {', '.join(absence.grounds)}{_mark(absence.verified)}")
        page.text(absence.note)


def _instrument(entry: Entry, rules: RuleSet, page: Page) -> None:
    item = rules.instrument(entry.id)
    page.text(f"{item.kind.replace('_', ' ')}; in force from {entry.data.get('in_force') or 'no date'}")
    page.text(f"checked {entry.data['checked']}; {entry.data['url']}")
    for name, table_ in (
        ("parties", item.parties),
        ("not parties", item.non_parties),
        ("not established", item.unknown),
    ):
        if table_:
            page.heading(f"{name}: {len(table_)}")
            page.text(", ".join(_since(code, table_[code]) for code in table_))
    for note in entry.data.get("notes") or ():
        page.item(str(note))


def _provision(entry: Entry, rules: RuleSet, page: Page) -> None:
    law = rules.national(entry.file.removeprefix("states/").removesuffix(".yaml"))
    for base in law.bases if law is not None else ():
        if base.id == entry.id:
            page.text("verified" if base.verified else "[unverified]")
            _basis(base, entry.data, rules, page)


def _basis(base: NationalBasis, data: dict[str, Any], rules: RuleSet, page: Page) -> None:
    page.text(f"serves: {', '.join(base.grounds) or 'no ground'}; offences: {_offences(data)}; {_validity(data)}")
    _if(base.when, rules, page)
    for text in base.conditions:
        page.item(f"to verify: {text}")
    if base.note:
        page.text(f"note: {base.note}")
    page.source(f"source (checked {base.checked}):", base.source)


def _warning(entry: Entry, rules: RuleSet, page: Page) -> None:
    warning = next(w for w in rules.warnings if w.id == entry.id)
    _if(warning.when, rules, page)
    grounds = [g.id for g in rules.grounds if entry.id in g.warnings]
    page.text(f"grounds that refer to it: {', '.join(grounds) or 'none'}")
    page.source(f"source{_mark(warning.verified)}:", warning.source)


def _coordination(entry: Entry, rules: RuleSet, page: Page) -> None:
    item = next(c for c in rules.coordination if c.id == entry.id)
    _if(item.when, rules, page)
    if item.member:
        page.text(f"where at least {item.at_least} States that may prosecute are bound by {item.member}")
    page.heading("Treaty and EU provisions")
    _authorities(item.authority, rules, page)


def _since(code: str, data: Any) -> str:
    return f"{code} {data.get('from') or data.get('as_of') or ''}".strip() + ("" if data.get("verified", True) else "?")


def _states(rules: RuleSet) -> list[dict[str, Any]]:
    from seajuris.rules.sites import encoded_states

    found = []
    for code in encoded_states(rules):
        law = rules.national(code)
        found.append({"state": code, "bases": [{"grounds": b.grounds} for b in (law.bases if law else ())]})
    return found


def _mark(verified: bool) -> str:
    return "" if verified else " [unverified]"


def _offences(data: dict[str, Any]) -> str:
    offences = data.get("offences", "any")
    return "any" if offences == "any" else ", ".join(str(o).replace("_", " ") for o in offences)


def _validity(data: dict[str, Any]) -> str:
    valid = data.get("valid") or {}
    start, end = valid.get("from"), valid.get("to")
    if not start and not end:
        return "in force on every day (no dates in the rules)"
    return " ".join(
        filter(None, ["in force", f"from {start}" if start else "", f"until {end} (excluded)" if end else ""])
    )


# --- Lint, test, coverage, diff ---------------------------------------------------------------------------------------


def render_lint(report: Report) -> str:
    """All faults, one below the other, as ``file:line: code path: what``."""
    lines = []
    for fault in report.faults:
        where = f" {fault.path}:" if fault.path else ""
        lines.append(f"{fault.file}:{fault.line}: {fault.code}{where} {fault.message}")
        lines.append(f"    {fault.fix}")
    total = _count(len(report.faults), "fault") if report.faults else "no faults"
    known = f", {len(report.accepted)} accepted with a reason (accepted.yaml)" if report.accepted else ""
    lines.append(f"{_count(report.files, 'file')}: {total}{known}")
    return "\n".join(map(safe, lines)) + "\n"


def render_test(outcomes: Iterable[Outcome], page: Page) -> None:
    """Each scenario that failed with what differs, then the totals."""
    listed = list(outcomes)
    failed = [outcome for outcome in listed if outcome.faults]
    for outcome in failed:
        page.text(f"{outcome.id}: {outcome.title}", indent=0, bold=True)
        for fault in outcome.faults:
            page.item(fault)
    page.text(
        f"{_count(len(listed), 'scenario')}: {len(listed) - len(failed)} as expected, {len(failed)} not", indent=0
    )


def render_coverage(coverage: Coverage, *, everything: bool) -> str:
    """The tables: grounds, bars, and the conditions that were never seen one way (or all of them)."""
    lines = [_count(coverage.scenarios, "scenario")]
    rows = [(name, *(counts[s] for s in STATUSES)) for name, counts in sorted(coverage.grounds.items())]
    lines += ["", *table(("ground", *STATUSES), rows)]
    bars = [(name, counts["applies"], counts["open"]) for name, counts in sorted(coverage.bars.items())]
    lines += ["", *table(("bar", "applies", "open"), bars)]
    shown = [s for s in coverage.conditions if everything or s.never]
    head = ("yes", "no", "unknown", "never", "where", "condition")
    lines += ["", "all conditions" if everything else "conditions that no scenario saw hold, or fail"]
    lines += table(head, ((s.yes, s.no, s.unknown, _never(s), f"{s.file}: {s.path}", s.words) for s in shown))
    for word in ("yes", "no"):
        could = [s for s in coverage.conditions if word not in s.impossible]
        lines.append(f"never seen {word}: {sum(word in s.never for s in could)} of {len(could)} conditions that can be")
    return "\n".join(lines) + "\n"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _never(seen: Seen) -> str:
    return ", ".join(seen.never) or "-"


def render_diff(comparison: Comparison, page: Page) -> None:
    """The files that differ, then each scenario with its changes."""
    if not comparison.files:
        page.text("The two rule folders are the same.", indent=0)
        return
    page.text("Rule files that differ:", indent=0)
    for name, how in comparison.files.items():
        page.item(f"{name} ({how})")
    page.space()
    for name, (title, changes) in comparison.scenarios.items():
        page.text(f"{name}: {title}", indent=0, bold=True)
        for change in changes:
            page.item(_change(change))
            for detail in change.details:
                page.item(detail, indent=6)
    changed = len(comparison.scenarios)
    if changed:
        page.text(f"{_count(comparison.run, 'scenario')} compared: the findings of {changed} change", indent=0)
    else:
        page.text(f"{_count(comparison.run, 'scenario')} compared: no finding changes", indent=0)
        page.text("No scenario sees this change. Add one that does: see scenarios/README.md.", indent=0)


def _change(change: Change) -> str:
    from seajuris.rules.compare import WHOLE_CASE

    about = f" ({', '.join(change.about)})" if change.about else ""
    old, new = change.old or "not listed", change.new or "not listed"
    how = f"{old} -> {new}" if old != new else f"still {new}"
    if change.rule == WHOLE_CASE:
        return f"the case: {how}"
    return f"{labels.state(change.state)}, {change.rule}{about}: {how}"
