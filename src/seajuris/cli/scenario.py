"""``seajuris scenario``: teaching cases for trainers."""

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
    help="Teaching cases: list, read, run, write, and print handouts.",
    epilog="Exit codes: 0 answered, 2 bad input, 4 an expectation is not met (run), 5 zone data or rules unusable.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ScenariosOption = Annotated[
    str | None, typer.Option("--scenarios", metavar="DIR", help="Folder with scenarios instead of the shipped one.")
]
AnswersOption = Annotated[bool, typer.Option("--answers", help="Also what is expected: it gives the answer away.")]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of a scenario, or a file that ends in .yaml.")]


@app.command("list")
def list_(
    show_all: Annotated[bool, typer.Option("--all", help="Also the checks of single rules (law-...).")] = False,
    as_json: JsonOption = False,
    scenarios: ScenariosOption = None,
) -> None:
    """List the scenarios: title, day, place, and what each teaches."""
    from seajuris import scenarios as cases
    from seajuris.render.scenario import render_list, summary

    folder = cases.scenario_folder(scenarios)
    ids = cases.names(folder) if show_all else cases.teaching(folder)
    found = [summary(cases.load(folder / f"{name}.yaml")) for name in ids]
    if as_json:
        write_json({"format": "seajuris.scenarios.v1", "scenarios": found})
        return
    page = _page()
    render_list(found, page)
    write(str(page))


@app.command("show")
def show(
    scenario: IdArgument,
    answers: AnswersOption = False,
    as_json: JsonOption = False,
    scenarios: ScenariosOption = None,
    rules: RulesOption = None,
) -> None:
    """Show facts, learning points, questions for the room and sources."""
    from seajuris import scenarios as cases
    from seajuris.render.scenario import render_show, summary

    found = cases.find(cases.scenario_folder(scenarios), scenario)
    rule_set = _rules(rules)
    if as_json:
        data = {"format": "seajuris.scenario.v1", **summary(found), "case": found.case(rule_set).to_dict()}
        data |= {key: list(found.texts(key)) for key in ("discuss", "sources")}
        if answers:
            data |= {key: found.data.get(key) for key in ("expect", "authority", "outcome")}
        write_json(data)
        return
    page = _page()
    render_show(found, rule_set, page, answers=answers)
    write(str(page))


@app.command("run")
def run(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a scenario, or a file that ends in .yaml.")
    ] = None,
    run_all: Annotated[bool, typer.Option("--all", help="Every teaching case.")] = False,
    as_json: JsonOption = False,
    scenarios: ScenariosOption = None,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Assess a scenario and say whether what is expected comes out. Exit code 4 if not."""
    from seajuris import scenarios as cases
    from seajuris.errors import InputError
    from seajuris.render.scenario import render_outcomes, render_run

    if (scenario is None) != run_all:
        raise InputError("needs the id of one scenario, or --all", where="scenario run")
    folder = cases.scenario_folder(scenarios)
    page = _page()
    if scenario is not None:
        found = cases.find(folder, scenario)
        rule_set = _rules(rules)
        result = cases.assess(found, zones=zones, rules=rules)
        faults = (*cases.word_faults(found.data, rule_set), *cases.differences(found, result, zones=zones))
        outcomes = [cases.Outcome(found.id, found.title, tuple(faults))]
        render_run(found, result, outcomes[0], page)
    else:
        listed = [cases.load(folder / f"{name}.yaml") for name in cases.teaching(folder)]
        outcomes = [cases.run(one, zones=zones, rules=rules) for one in listed]
        render_outcomes(outcomes, page)
    if as_json:
        data = {
            "format": "seajuris.scenario-run.v1",
            "failed": sum(bool(o.faults) for o in outcomes),
            "scenarios": [{"id": o.id, "title": o.title, "faults": list(o.faults)} for o in outcomes],
        }
        if scenario is not None:
            data["assessment"] = result.to_dict()
        write_json(data)
    else:
        write(str(page))
    if any(o.faults for o in outcomes):
        raise typer.Exit(EXIT_FOUND)


@app.command("new")
def new(
    target: Annotated[str, typer.Argument(metavar="FILE", help="File to write; it must not exist yet.")],
) -> None:
    """Write a scenario to start from, with remarks on every part."""
    from pathlib import Path

    from seajuris.cli.files import write_bytes
    from seajuris.errors import InputError
    from seajuris.scenario_template import template

    path = Path(target)
    if path.suffix != ".yaml":
        raise InputError("a scenario is a file that ends in .yaml", where=target, hint=f"e.g. {path.stem or 'my'}.yaml")
    write_bytes(target, template(path.stem).encode("utf-8"))
    write(f"{target} written. Fill it in, then: seajuris scenario run {target}\n")


@app.command("handout")
def handout(
    scenario: IdArgument,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="File to write: .html or .md.")],
    answers: Annotated[bool, typer.Option("--answers", help="Add a second part with the answers.")] = False,
    with_map: Annotated[
        bool, typer.Option("--map/--no-map", help="The map among the facts (it shows the zones), or with the answers.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    scenarios: ScenariosOption = None,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Write a page to print for the training room: facts, map, questions, space to write."""
    from seajuris import scenarios as cases
    from seajuris.cli.files import refuse_existing, write_bytes
    from seajuris.render.handout import format_of
    from seajuris.render.handout import handout as write_handout

    kind = format_of(output)
    refuse_existing(output, force=force)
    found = cases.find(cases.scenario_folder(scenarios), scenario)
    result = cases.assess(found, zones=zones, rules=rules)
    text = write_handout(found, result, _rules(rules), kind=kind, answers=answers, with_map=with_map, zones=zones)
    write_bytes(output, text.encode("utf-8"), force=force)
    sys.stderr.write(f"seajuris: handout written to {output}\n")


def _rules(folder: str | None) -> RuleSet:
    from pathlib import Path

    from seajuris.rules.load import rules_in, shipped_rules

    return rules_in(Path(folder)) if folder is not None else shipped_rules()


def _page() -> Page:
    from seajuris.render.page import Page

    return Page.for_stream(sys.stdout)
