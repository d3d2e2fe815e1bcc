"""What ``seajuris assess --interactive`` and ``--save`` do around the dialogue."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from seajuris.errors import InputError, SeajurisError

if TYPE_CHECKING:
    from seajuris.assessment import Assessment
    from seajuris.case import Case
    from seajuris.rules.load import RuleSet


def check(source: str | None, save: str | None, *, interactive: bool, force: bool) -> None:
    """Say before the first question what cannot work.

    Raises:
        InputError: if standard input is asked for twice, or the file to save to is in the way.
    """
    from seajuris.cli.files import refuse_existing

    if interactive and source == "-":
        raise InputError(
            "standard input cannot hold both the case and the answers", where="--interactive", hint="Name a case file."
        )
    if save is not None:
        refuse_existing(save, force=force)


def interview(
    case: Case, rule_set: RuleSet, *, save: str | None, force: bool, zones: str | None, rules: str | None
) -> Assessment:
    """Ask for the facts, keep them, and assess what was told."""
    from seajuris import api
    from seajuris.case import Case
    from seajuris.cli.console import Terminal
    from seajuris.dialogue import Dialogue

    def read(data: dict[str, Any]) -> Case:
        return Case.from_dict(data, vocabulary=rule_set.vocabulary, where="answer")

    def assess(told: Case) -> Assessment:
        return api.assess(told, zones=zones, rules=rules)

    console = Terminal()
    dialogue = Dialogue(case, read=read, assess=assess, vocabulary=rule_set.vocabulary, console=console)
    if save is None:
        console.say("Nothing is saved: add --save case.yaml to keep the facts in a file.")
    end = None
    try:
        end = dialogue.run()
        console.show(console.page())
        console.say(
            {
                "settled": "No missing fact would change the list any more.",
                "done": "Done.",
                "ended": "The answers have ended; what was told is kept.",
                "interrupted": "Stopped; what was told is kept.",
            }[end]
        )
    finally:
        # Whatever ends it, also a fault: what was told is not lost.
        _keep(dialogue.case, dialogue.not_known, save, force=force, shown=end not in ("settled", "done"))
    result = dialogue.result
    if result is None or result.case is not dialogue.case:
        result = assess(dialogue.case)
    return result


def _keep(case: Case, not_known: tuple[str, ...], save: str | None, *, force: bool, shown: bool) -> None:
    from seajuris.dialogue import case_text

    text = case_text(case, not_known)
    if save is None:
        if shown:
            sys.stderr.write(text)
        return
    try:
        store(text, save, force=force)
    except SeajurisError:
        # The disk is full, or a file has appeared there: the facts go where they can be copied from.
        sys.stderr.write(text)
        raise


def store(text: str, save: str, *, force: bool) -> None:
    """Write a case file and say so.

    Raises:
        InputError: if the file exists already, or cannot be written.
    """
    from seajuris.cli.files import write_bytes
    from seajuris.render.page import safe

    write_bytes(save, text.encode("utf-8"), force=force)
    sys.stderr.write(f"seajuris: facts saved to {safe(save)}\n")
