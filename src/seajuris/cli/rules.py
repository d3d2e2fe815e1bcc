"""``seajuris rules``: tools for those who write and check the rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from seajuris.cli.output import JsonOption, RulesOption, ZonesOption, write, write_json
from seajuris.errors import EXIT_FOUND

if TYPE_CHECKING:
    from seajuris.render.page import Page
    from seajuris.rules.load import RuleSet

app = typer.Typer(
    help="Read, check and compare the rules.",
    epilog="Exit codes: 0 nothing found, 2 bad input, 4 something found (faults, failures, changes), 5 rules unusable.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FolderArgument = Annotated[
    str | None, typer.Argument(metavar="[DIR]", help="Rule folder; the shipped one if not told.")
]
ScenariosOption = Annotated[
    str | None, typer.Option("--scenarios", metavar="DIR", help="Folder with scenarios instead of the shipped one.")
]
OutputOption = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="File to write.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")]


@app.command("list")
def list_rules(as_json: JsonOption = False, rules: RulesOption = None) -> None:
    """List grounds, powers, bars, States, instruments and remarks, with the share that is verified."""
    from seajuris.render.rules import render_list
    from seajuris.rules.catalogue import catalogue

    listed = catalogue(_rules(rules))
    if as_json:
        write_json(listed)
    else:
        write(render_list(listed))


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Id of a rule or provision, or a State: flag, UNTOC, ITA, Italy.")],
    as_json: JsonOption = False,
    rules: RulesOption = None,
) -> None:
    """Show one rule, or all that is encoded of a State's law."""
    from seajuris.render.rules import render_entry
    from seajuris.rules.catalogue import find

    rule_set = _rules(rules)
    entry = find(rule_set, name)
    if as_json:
        write_json(entry.to_dict())
        return
    page = _page()
    render_entry(entry, rule_set, page)
    write(str(page))


@app.command("lint")
def lint(folder: FolderArgument = None, as_json: JsonOption = False, rules: RulesOption = None) -> None:
    """Check how the rules are written; every fault at once, with file, line and what to do. Exit code 4 if any."""
    from seajuris.render.rules import render_lint
    from seajuris.rules.lint import lint as check

    report = check(_rules(folder or rules).folder)
    if as_json:
        write_json(report.to_dict())
    else:
        write(render_lint(report))
    if report.faults:
        raise typer.Exit(EXIT_FOUND)


@app.command("test")
def test(
    folder: FolderArgument = None,
    scenarios: ScenariosOption = None,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Run the scenarios under a rule folder and say which expectations fail. Exit code 4 if any."""
    from seajuris import scenarios as cases
    from seajuris.render.rules import render_test

    path = cases.scenario_folder(scenarios)
    rule_set = _rules(folder or rules)
    outcomes = [cases.run(case, zones=zones, rules=rule_set.folder) for case in cases.load_all(path)]
    failed = [o for o in outcomes if o.faults]
    if as_json:
        listed = [{"id": o.id, "title": o.title, "faults": list(o.faults)} for o in outcomes]
        write_json({"format": "seajuris.rules-test.v1", "failed": len(failed), "scenarios": listed})
    else:
        page = _page()
        render_test(outcomes, page)
        write(str(page))
    if failed:
        raise typer.Exit(EXIT_FOUND)


@app.command("coverage")
def coverage(
    folder: FolderArgument = None,
    scenarios: ScenariosOption = None,
    show_all: Annotated[bool, typer.Option("--all", help="List every condition, not only those never seen.")] = False,
    as_json: JsonOption = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 4 if a condition was never seen yes, or never no.")
    ] = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Count how often the scenarios saw each condition yes, no and unknown, and each ground in each status."""
    from seajuris import scenarios as cases
    from seajuris.render.rules import render_coverage
    from seajuris.rules.coverage import coverage as count

    counted = count(_rules(folder or rules), cases.load_all(cases.scenario_folder(scenarios)), zones=zones)
    if as_json:
        write_json(counted.to_dict())
    else:
        write(render_coverage(counted, everything=show_all))
    if strict and any(seen.never for seen in counted.conditions):
        raise typer.Exit(EXIT_FOUND)


@app.command("diff")
def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="Rule folder before the change; `shipped` for the shipped.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Rule folder after the change.")],
    scenarios: ScenariosOption = None,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
) -> None:
    """List the scenarios whose findings change, and how. Exit code 4 if any finding changes."""
    from seajuris import scenarios as cases
    from seajuris.render.rules import render_diff
    from seajuris.rules.compare import compare

    before, after = (_rules(None if name == "shipped" else name) for name in (old, new))
    compared = compare(before, after, cases.load_all(cases.scenario_folder(scenarios)), zones=zones)
    if as_json:
        write_json(compared.to_dict())
    else:
        page = _page()
        render_diff(compared, page)
        write(str(page))
    if compared.scenarios:
        raise typer.Exit(EXIT_FOUND)


@app.command("copy")
def copy(
    target: Annotated[str, typer.Argument(metavar="DIR", help="Folder to make; it must not exist yet.")],
    rules: RulesOption = None,
) -> None:
    """Copy the rules into a new folder, to work on them or to keep them as they are."""
    import shutil
    from pathlib import Path

    from seajuris.errors import InputError

    path = Path(target)
    if path.exists():
        raise InputError(
            "exists already; nothing was copied", where=target, hint="Name a folder that is not there yet."
        )
    try:
        shutil.copytree(_rules(rules).folder, path)
    except OSError as fault:
        raise InputError(f"cannot be written: {fault.strerror or fault}", where=target) from None
    write(f"{len(list(path.rglob('*.yaml')))} rule files copied to {target}\n")


@app.command("book")
def book(output: OutputOption, force: ForceOption = False, rules: RulesOption = None) -> None:
    """Write all rules as one HTML page for lawyers to read, print and sign off."""
    from seajuris.cli.files import write_bytes
    from seajuris.render.book import render_book

    write_bytes(output, render_book(_rules(rules)).encode("utf-8"), force=force)


def _rules(folder: str | None) -> RuleSet:
    from pathlib import Path

    from seajuris.rules.load import rules_in, shipped_rules

    return rules_in(Path(folder)) if folder is not None else shipped_rules()


def _page() -> Page:
    from seajuris.render.page import Page

    return Page.for_stream(sys.stdout)
