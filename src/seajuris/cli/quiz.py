"""``seajuris quiz``: a teaching case with the answer hidden until the trainee has answered."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from seajuris.cli.output import JsonOption, RulesOption, ZonesOption, write, write_json
from seajuris.cli.scenario import ScenariosOption


def quiz(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a scenario; one is chosen if none is named.")
    ] = None,
    answers: Annotated[
        str | None, typer.Option("--answers", metavar="FILE", help="Answers as YAML, instead of asking for them.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Choose the scenario by this number.")] = None,
    as_json: JsonOption = False,
    scenarios: ScenariosOption = None,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Ask for zone, criminal law, States and bases, then score and explain.

    What is scored is what is possible on the facts told; nothing is decided.
    """
    import random
    from pathlib import Path

    from seajuris import quiz as scoring
    from seajuris import scenarios as cases
    from seajuris.cli.console import Terminal
    from seajuris.errors import InputError
    from seajuris.render.page import Page
    from seajuris.render.quiz import render_facts, render_score
    from seajuris.rules.load import rules_in, shipped_rules

    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
    folder = cases.scenario_folder(scenarios)
    bases = scoring.prosecuting_bases(rule_set)
    given: scoring.Answers | None = None
    if answers is not None:
        given, named = scoring.read_answers(answers, bases)
        if scenario is not None and named is not None and named != scenario:
            raise InputError(f"the answers are for {named[:80]!r}", where=answers, hint=f"Asked was {scenario!r}.")
        scenario = scenario or named
        if scenario is None and seed is None:
            raise InputError("answers to which scenario?", where=answers, hint="Name its ID, or `scenario: ID` there.")
    if scenario is None:
        able = cases.teaching(folder) or cases.names(folder)
        chosen = random.Random(seed) if seed is not None else random.SystemRandom()  # noqa: S311 (no secret)
        scenario = able[chosen.randrange(len(able))]
    found = cases.find(folder, scenario)
    if given is None:
        console = Terminal()
        page = console.page()
        render_facts(found, rule_set, page)
        console.show(page)
        given = scoring.interrogate(console, bases)
    score = scoring.score(found.id, given, cases.assess(found, zones=zones, rules=rules))
    if as_json:
        write_json(score.to_dict() | {"learning": list(found.texts("learning"))})
        return
    page = Page.for_stream(sys.stdout)
    render_score(score, found, bases, page)
    write(str(page))
