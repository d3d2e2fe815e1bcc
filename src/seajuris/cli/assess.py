"""``seajuris assess``: which States may have jurisdiction over a case."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from seajuris.cli.output import JsonOption, RulesOption, StrictOption, ZonesOption, write, write_json
from seajuris.errors import EXIT_UNCERTAIN

Texts = list[str] | None


def assess(
    case: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="Case file (YAML or JSON), or - for stdin.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="POSITION", help="Where it happened.")] = None,
    accuracy: Annotated[str | None, typer.Option(metavar="LENGTH", help="Radius of uncertainty, e.g. 1nm.")] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day of the facts, YYYY-MM-DD (or 2023-06, 2023).")
    ] = None,
    departed_on: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day of departure; 2023-06 or 2023 if only that is known.")
    ] = None,
    landed_on: Annotated[str | None, typer.Option(metavar="DATE", help="Day on which people were landed.")] = None,
    event: Annotated[str | None, typer.Option(help="What happened: shipwreck, collision, interception ...")] = None,
    offence: Annotated[Texts, typer.Option(help="Offence investigated; repeatable.")] = None,
    flag: Annotated[Texts, typer.Option(metavar="STATE", help="Flag of the vessel; stateless if it had none.")] = None,
    suspect: Annotated[
        Texts, typer.Option(metavar="STATE", help="Nationality of a suspect (A+B for two); repeatable.")
    ] = None,
    victim: Annotated[Texts, typer.Option(metavar="STATE", help="Nationality of a victim; repeatable.")] = None,
    departure: Annotated[Texts, typer.Option(metavar="STATE", help="State from which the boat left.")] = None,
    planned_in: Annotated[Texts, typer.Option(metavar="STATE", help="State where it was planned or supplied.")] = None,
    destination: Annotated[Texts, typer.Option(metavar="STATE", help="State for which the boat was bound.")] = None,
    landed: Annotated[Texts, typer.Option(metavar="STATE", help="State where people were landed; none.")] = None,
    rescued_by: Annotated[Texts, typer.Option(metavar="STATE", help="Flag of the rescuers.")] = None,
    custody: Annotated[Texts, typer.Option(metavar="STATE", help="State that holds the suspects.")] = None,
    settings: Annotated[
        Texts,
        typer.Option("--set", metavar="PATH=VALUE", help="Any other fact, e.g. vessel.type=small_craft."),
    ] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask for the facts, the most decisive first.")
    ] = False,
    save: Annotated[
        str | None, typer.Option("--save", metavar="FILE", help="Write the facts told as a case file (YAML).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --save replace a file that exists.")] = False,
    show_all: Annotated[bool, typer.Option("--all", help="Also list what was considered and excluded.")] = False,
    as_json: JsonOption = False,
    strict: StrictOption = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """List the States that may have jurisdiction, on what basis, what to verify, and what is missing.

    Facts come from a case file, from options, or both; options override the file. What is not told is unknown.
    """
    from pathlib import Path

    from seajuris.api import assess as assess_case
    from seajuris.api import zone_file
    from seajuris.case import Case
    from seajuris.cli import facts
    from seajuris.rules.load import rules_in, shipped_rules
    from seajuris.zones.integrity import integrity_of

    if interactive or save is not None:
        from seajuris.cli import interview

        interview.check(case, save, interactive=interactive, force=force)
    data = facts.case_data(case)
    if at is not None or "position" in data:
        # Begun before anything heavy is loaded, so that it runs beside it.
        integrity_of(zone_file(zones))
    told: dict[str, Any] = {
        "position": at,
        "accuracy": accuracy,
        "on": on,
        "departed_on": departed_on,
        "landed_on": landed_on,
        "event": event,
        "offences": offence,
        "suspects": suspect,
        "victims": victim,
        "departure": departure,
        "planned_in": planned_in,
        "destination": destination,
        "landed_in": landed,
        "rescued_by": rescued_by,
        "custody": custody,
        "vessel.flag": facts.one("--flag", flag),
    }
    facts.lay_over(data, told)
    for setting in settings or []:
        facts.assign(data, setting)
    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
    checked = Case.from_dict(data, vocabulary=rule_set.vocabulary, where=case or "options")
    if interactive:
        result = interview.interview(checked, rule_set, save=save, force=force, zones=zones, rules=rules)
    else:
        result = assess_case(checked, zones=zones, rules=rules)
        if save is not None:
            from seajuris.dialogue import case_text

            interview.store(case_text(checked), save, force=force)
    if as_json:
        write_json(result.to_dict())
    else:
        from seajuris.render.page import Page
        from seajuris.render.terminal import render_assessment

        page = Page.for_stream(sys.stdout)
        render_assessment(result, page, show_excluded=show_all)
        write(str(page))
    if strict and result.uncertain:
        raise typer.Exit(EXIT_UNCERTAIN)
