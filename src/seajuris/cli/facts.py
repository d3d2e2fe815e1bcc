"""Facts given as options, laid over those of a case file."""

from __future__ import annotations

import sys
from typing import Any

from seajuris.errors import CaseError
from seajuris.told import assign as assign
from seajuris.told import lay_over as lay_over
from seajuris.told import one as one
from seajuris.told import people as people


def case_data(source: str | None) -> dict[str, Any]:
    """The raw facts of a case file; ``-`` is stdin (JSON if it begins with a brace, else YAML); `None` is no file."""
    from seajuris.case import case_data_from_text, read_case_data
    from seajuris.jsonio import parse_json
    from seajuris.reading import MAX_BYTES, decoded
    from seajuris.yamlio import parse_yaml

    if source is None:
        return {}
    if source != "-":
        return read_case_data(source)
    if sys.stdin is None:
        raise CaseError("cannot be read: it is closed", where="standard input")
    try:
        raw = sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as fault:
        raise CaseError(f"cannot be read: {fault.strerror}", where="standard input") from None
    text = decoded(raw, where="standard input", error=CaseError)
    parse = parse_json if text.lstrip().startswith("{") else parse_yaml
    return case_data_from_text(text, where="standard input", parse=parse)
