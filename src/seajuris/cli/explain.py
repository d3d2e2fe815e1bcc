"""``seajuris explain``: why a State may, or may not, have jurisdiction, step by step."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from seajuris.cli.output import JsonOption, RulesOption, ZonesOption, write, write_json


def explain(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case file (YAML or JSON), or - for stdin.")],
    state: Annotated[
        str,
        typer.Option("--state", metavar="STATE", help="Code, name or nationality; any for what every State may do."),
    ],
    ground: Annotated[str | None, typer.Option("--ground", metavar="ID", help="Only this ground, e.g. flag.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Another fact, e.g. rescue_foreseeable=true."),
    ] = None,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Explain the answer for one State: from the facts told to the articles, and how the status follows.

    Every ground that was considered for the State is shown, also the excluded ones, with the fact that excludes them.
    """
    from pathlib import Path

    from seajuris import states
    from seajuris.api import assess as assess_case
    from seajuris.api import zone_file
    from seajuris.assessment import ANY_STATE
    from seajuris.case import Case
    from seajuris.cli import facts
    from seajuris.explanation import explain as explain_for
    from seajuris.rules.load import rules_in, shipped_rules
    from seajuris.zones.integrity import integrity_of

    any_state = state.strip().lower() in ("any", ANY_STATE)
    code = ANY_STATE if any_state else states.register().resolve(state).sovereign
    data = facts.case_data(case)
    for setting in settings or []:
        facts.assign(data, setting)
    if "position" in data:
        # Begun before anything heavy is loaded, so that it runs beside it.
        integrity_of(zone_file(zones))
    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
    checked = Case.from_dict(data, vocabulary=rule_set.vocabulary, where=case)
    result = explain_for(assess_case(checked, zones=zones, rules=rules), code, ground)
    if as_json:
        write_json(result.to_dict())
        return
    from seajuris.render.explain import render_explanation
    from seajuris.render.page import Page

    page = Page.for_stream(sys.stdout)
    render_explanation(result, page)
    write(str(page))
