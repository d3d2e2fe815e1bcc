"""``seajuris whatif``: what changes, and why, if facts were different."""

from __future__ import annotations

import copy
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seajuris.cli.output import JsonOption, RulesOption, ZonesOption, write, write_json

if TYPE_CHECKING:
    from seajuris.assessment import Assessment
    from seajuris.case import Case
    from seajuris.rules.load import RuleSet
    from seajuris.whatif import Assess, Data, Variant

_SHORT = {"flag": "vessel.flag", "landed": "landed_in"}


def whatif(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case file (YAML or JSON), or - for stdin.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="A fact as it might be, e.g. vessel.flag=PAN; repeatable."),
    ] = None,
    vary: Annotated[
        str | None,
        typer.Option(
            "--vary",
            metavar="FACT[=A,B,C]",
            help="Tabulate values of one fact: flag, destination, departure, landed, on, any path; or position.",
        ),
    ] = None,
    toward: Annotated[
        str | None, typer.Option("--toward", metavar="POSITION", help="With --vary position: where to move it.")
    ] = None,
    steps: Annotated[int, typer.Option("--steps", metavar="N", help="With --vary position: how many steps.")] = 10,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Show side by side what changes, and why, if facts were different; or tabulate values of one fact.

    With --vary, facts given with --set hold in every row.
    """
    from pathlib import Path

    from seajuris import api
    from seajuris.case import Case
    from seajuris.cli import facts
    from seajuris.errors import InputError
    from seajuris.render.page import Page
    from seajuris.rules.load import rules_in, shipped_rules

    if vary is None and not settings:
        raise InputError("nothing is different", where="whatif", hint="Give --set PATH=VALUE, or --vary FACT.")
    if toward is not None and vary != "position":
        raise InputError("goes with --vary position only", where="--toward")
    told = facts.case_data(case)
    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()

    def read(data: dict[str, Any]) -> Case:
        return Case.from_dict(data, vocabulary=rule_set.vocabulary, where=case)

    def assess(data: dict[str, Any]) -> Assessment:
        return api.assess(read(data), zones=zones, rules=rules)

    page = Page.for_stream(sys.stdout)
    changed = copy.deepcopy(told)
    for setting in settings or []:
        facts.assign(changed, setting)
    if vary is not None:
        from seajuris.render.whatif import render_table
        from seajuris.whatif import vary as tabulate

        fact, variants = _variants(vary, changed, rule_set, read, assess, toward, steps)
        table = tabulate(fact, variants, assess, title=read(changed).texts.get("title"))
        if as_json:
            write_json(table.to_dict())
        else:
            render_table(table, page)
            write(str(page))
        return
    from seajuris.render.whatif import render_whatif
    from seajuris.whatif import compare

    listed = list(settings or [])
    before, after = assess(told), assess(changed)
    compared = compare(before, after, listed, _alone(told, listed, assess, after))
    if as_json:
        write_json(compared.to_dict())
    else:
        render_whatif(compared, page)
        write(str(page))


def _alone(told: Data, settings: list[str], assess: Assess, after: Assessment) -> dict[str, Assessment]:
    """Each change by itself; one that cannot be without the others is left out."""
    from seajuris.cli import facts
    from seajuris.errors import InputError

    if len(settings) == 1:
        return {settings[0]: after}
    found: dict[str, Assessment] = {}
    for setting in settings:
        data = copy.deepcopy(told)
        try:
            facts.assign(data, setting)
            found[setting] = assess(data)
        except InputError:
            continue
    return found


def _variants(
    vary: str,
    data: Data,
    rule_set: RuleSet,
    read: Any,
    assess: Assess,
    toward: str | None,
    steps: int,
) -> tuple[str, list[Variant]]:
    """The rows of a table.

    Raises:
        InputError: if the fact is none, or its values cannot be listed.
    """
    from seajuris.cli import facts
    from seajuris.errors import InputError
    from seajuris.position import parse_position
    from seajuris.whatif import Variant, towards, usual_values

    word, equals, values = vary.partition("=")
    fact = _SHORT.get(word.strip(), word.strip())
    if fact == "position":
        if equals or toward is None:
            raise InputError("needs --toward", where="--vary position", hint="e.g. --toward 35.5,12.6 --steps 10")
        place = assess(data).place
        if place is None:
            raise InputError("the case has no position", where="--vary position")
        return fact, list(towards(data, place.position, place.uncertainty_m, parse_position(toward), steps))
    if fact not in rule_set.vocabulary or "[]" in fact:
        raise InputError(
            f"{word.strip()[:80]!r} is no fact of a case",
            where="--vary",
            hint="flag, destination, departure, landed, on=2015,2023, position, or any path of docs/case-file.md.",
        )
    if equals:
        listed = [value.strip() for value in values.split(",") if value.strip()]
        if not listed:
            raise InputError("no value is named", where=f"--vary {vary}", hint=f"e.g. --vary {word.strip()}=A,B,C")
    else:
        listed = list(usual_values(rule_set.vocabulary[fact], read(data)))
    variants = []
    for value in dict.fromkeys(listed):
        changed = copy.deepcopy(data)
        facts.assign(changed, f"{fact}={value}")
        variants.append(Variant(value, changed))
    return fact, variants
