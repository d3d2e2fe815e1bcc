"""``seajuris memo``: an assessment as a memo for the file."""

from __future__ import annotations

from typing import Annotated

import typer

from seajuris.cli.output import RulesOption, ZonesOption, write_document


def memo(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case file (YAML or JSON), or - for stdin.")],
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FILE", help="Memo to write: .md, .html, .docx or .pdf; - is stdout."),
    ],
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="md, html, docx or pdf; by default from FILE.")
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day of the memo, YYYY-MM-DD; by default today.")
    ] = None,
    lang: Annotated[str, typer.Option(metavar="LANG", help="Language of the labels: en, fr or it.")] = "en",
    redact: Annotated[bool, typer.Option("--redact", help="Leave out names: ship, title, reference, notes.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="A fact that overrides the file; repeatable."),
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder with templates of your own (Markdown, HTML).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Write a memo: who may have jurisdiction, on what basis, what to verify, and what to ask.

    The same facts, data, rules and date give the same bytes. The file carries the record of the assessment, which
    ``seajuris verify`` computes again.
    """
    from pathlib import Path

    from seajuris import api
    from seajuris.case import Case
    from seajuris.cli import facts, files
    from seajuris.errors import InputError
    from seajuris.redact import redacted
    from seajuris.render.memo.build import Options
    from seajuris.render.memo.environment import MemoError
    from seajuris.render.memo.write import FORMATS, TEXT_FORMATS, format_of, template_digest
    from seajuris.render.memo.write import memo as write_memo
    from seajuris.render.words import Words
    from seajuris.rules.load import rules_in, shipped_rules
    from seajuris.zones.integrity import integrity_of

    if form is None and output == "-":
        raise MemoError("standard output says no format", where="--output -", hint="Add --format md or --format html.")
    kind = form if form is not None else format_of(output)
    if kind not in FORMATS:
        raise MemoError(f"{kind!r} is no format", where="--format", hint=f"Accepted: {', '.join(FORMATS)}.")
    if output == "-" and kind not in TEXT_FORMATS:
        raise MemoError(f"{kind} is not text; it needs a file", where="--output -", hint="Write it to a file.")
    if output != "-":
        files.refuse_existing(output, force=force)
    Words(lang)
    try:
        day = api.parse_day(date) or api.today()
    except InputError as fault:
        fault.where = "--date"
        raise
    folder = Path(template) if template is not None else None
    digest = template_digest(folder) if folder is not None else None

    data = facts.case_data(case)
    for setting in settings or []:
        facts.assign(data, setting)
    if "position" in data:
        # Begun before anything heavy is loaded, so that it runs beside it.
        integrity_of(api.zone_file(zones))
    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
    checked = Case.from_dict(data, vocabulary=rule_set.vocabulary, where=case)
    if redact:
        checked = redacted(checked, rule_set.vocabulary)
    options = Options(day.isoformat(), lang, redact, kind, digest)
    # Where the day of the facts was not told, that of the memo stands in, so that the same command gives the same memo.
    with api.as_of(day if checked.on is None else None):
        result = api.assess(checked, zones=zones, rules=rules)
    content = write_memo(result, rule_set, options, template=folder, zones=zones)
    if output == "-":
        write_document(content)
    else:
        files.write_bytes(output, content, force=force)
