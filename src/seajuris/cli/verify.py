"""``seajuris verify``: compute the record in a memo or result again, and say what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from seajuris.cli.output import JsonOption, RulesOption, ZonesOption, json_bytes, write, write_json
from seajuris.errors import EXIT_UNCERTAIN, InputError

if TYPE_CHECKING:
    from seajuris.assessment import Assessment

EXIT_DIFFERS = EXIT_UNCERTAIN
_MAX_SHOWN = 160
_SAME_BYTES = "The file is, to the byte, what seajuris prints."
_SAME_CONTENT = "The content is the same; it is written in another form (order, spaces) than seajuris prints."


def verify(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Memo (.md, .html, .docx, .pdf), or JSON of assess, explain or locate."),
    ],
    as_json: JsonOption = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Compute the answer in FILE again, and say what differs: software, rules, zone data, facts, findings, text.

    Exit code 0: the same. 3: something differs. 2: no record, or one that cannot be read.
    """
    from seajuris import record
    from seajuris.render.memo.extract import read_bytes, record_text

    raw = read_bytes(file)
    text, kind = record_text(raw, file)
    printed = record.read_result(text, where=file) if kind == "json" else None
    note = ""
    if printed is not None:
        recorded = printed
        now = record.recompute_result(printed, zones=zones, rules=rules, where=f"{file}: record")
        found = _against_result(printed, now, text, file)
        if not found:
            note = _SAME_BYTES if raw == json_bytes(now) else _SAME_CONTENT
    else:
        recorded = record.read_record(text, where=file)
        result = record.recompute(recorded, zones=zones, rules=rules, where=f"{file}: record")
        found = list(record.differences(recorded, record.record_of(result.to_dict(), recorded.get("memo"))))
        if "memo" in recorded and not found:
            note, difference = _document(raw, kind, recorded["memo"], result, (zones, rules), file)
            found += [difference] if difference is not None else []
    if as_json:
        write_json(
            {
                "format": "seajuris.verification.v1",
                "file": file,
                "same": not found,
                "differences": [entry.to_dict() for entry in found],
                "note": note or None,
            }
        )
    else:
        write(_report(file, recorded, found, note))
    if found:
        raise typer.Exit(EXIT_DIFFERS)


def _against_result(printed: dict[str, Any], now: dict[str, Any], text: str, where: str) -> list[Any]:
    """What differs from a printed result: an assessment first in the words of its record, then value by value."""
    from seajuris import record

    if printed["format"] == record.ASSESSMENT:
        found = record.differences(record.read_record(text, where=where), record.record_of(now))
        if found:
            return list(found)
    return list(record.result_differences(printed, now))


def _document(
    raw: bytes, kind: str, memo: Any, result: Assessment, data: tuple[str | None, str | None], where: str
) -> tuple[str, Any]:
    """Whether the memo is as seajuris writes it from this record: a note, and the difference if there is one."""
    from pathlib import Path

    from seajuris.record import Difference, RecordError
    from seajuris.render.memo.build import Options
    from seajuris.render.memo.write import memo as write_memo
    from seajuris.rules.load import rules_in, shipped_rules

    try:
        options = Options(**memo)
        if not isinstance(options.date, str) or not isinstance(options.lang, str):
            raise TypeError
    except TypeError:
        raise RecordError("the record does not say how the memo was made", where=where) from None
    if options.template is not None:
        return "The memo was made with templates of its own: its text was not compared.", None
    if options.format != kind:
        changed = Difference("document", "format", options.format, kind)
        return "The record was taken from a memo in another format: the text was not compared.", changed
    zones, rules = data
    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
    try:
        written = write_memo(result, rule_set, options, zones=zones)
    except (InputError, ValueError) as fault:
        raise RecordError(f"the record does not say how the memo was made: {fault}", where=where) from None
    if written == raw:
        return "The memo is, to the byte, what seajuris writes from this record.", None
    text = "The file was changed after seajuris wrote it (edited or saved again): read its text against the record."
    return text, Difference("document", "text", "as seajuris writes it", "changed")


def _report(file: str, recorded: dict[str, Any], found: list[Any], note: str) -> str:
    from seajuris.render.page import safe

    provenance = recorded["provenance"]
    rules = provenance.get("rules")
    version = rules.get("version") if isinstance(rules, dict) else None
    lines = [f"{file}: {len(found)} difference(s)" if found else f"{file}: the same"]
    lines.append(
        f"  recorded with seajuris {provenance.get('software')}, rules {version}; law as of {recorded['on']}; "
        f"{len(recorded['findings'])} findings"
        if "findings" in recorded
        else f"  recorded with seajuris {provenance.get('software')}; claims as of {recorded['on']}"
    )
    for entry in found:
        what = f" {entry.what}" if entry.what else ""
        lines.append(f"  {entry.part}{what}: recorded {_words(entry.recorded)}, now {_words(entry.now)}")
    if note:
        lines.append(f"  {note}")
    return "\n".join(safe(line) for line in lines) + "\n"


def _words(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        text = ", ".join(f"{key} {entry}" for key, entry in value.items())
    elif isinstance(value, list):
        text = ", ".join(str(entry) for entry in value) or "none"
    else:
        text = str(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
