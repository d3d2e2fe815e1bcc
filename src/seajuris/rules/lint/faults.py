"""What lint reports: one fault in one place, with a stable code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""Where in a document: keys and positions, as in ``("bases", 0, "valid", "from")``."""

CODES = {
    # How the file is written.
    "R101": "cannot be read as YAML",
    "R102": "key given twice",
    "R103": "read differently by other programs",
    # Its form.
    "R201": "something is missing",
    "R202": "unknown key",
    "R203": "wrong type",
    "R204": "value not accepted",
    "R205": "no condition",
    # Words that do not exist.
    "R301": "unknown fact",
    "R302": "value that the fact cannot have",
    "R303": "unknown State",
    "R304": "unknown instrument",
    "R305": "unknown ground",
    "R306": "unknown warning",
    "R307": "unknown basis",
    "R308": "nobody to speak of here",
    # Rules without effect.
    "R401": "condition that can never be true",
    "R402": "ground that nobody can reach",
    "R403": "provision that can never serve its ground",
    "R404": "nothing refers to it",
    # Sources.
    "R501": "source missing",
    "R502": "day of the check missing",
    "R503": "verified without a source that was read",
    # Time.
    "R601": "no date",
    "R602": "dates the wrong way round",
    "R603": "two versions in force on the same day",
    "R604": "gap between two versions",
    # Names and files.
    "R701": "id used twice",
    "R702": "file name and content differ",
    "R703": "file that nobody reads",
    "R704": "State in two lists",
    "R705": "accepted fault that is not there",
}
"""Every code with what it stands for. A code never changes its meaning."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault.

    Attributes:
        file: Path inside the rule folder, with ``/``.
        line: Line in the file, from 1.
        code: A key of `CODES`.
        path: Where in the document, e.g. ``bases[0].valid.from``; empty for the whole file.
        message: What is wrong.
        fix: What to do.
    """

    file: str
    line: int
    code: str
    path: str
    message: str
    fix: str

    def to_dict(self) -> dict[str, Any]:
        """The fault as plain data."""
        return {
            "code": self.code,
            "kind": CODES[self.code],
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "message": self.message,
            "fix": self.fix,
        }


def show(path: Path) -> str:
    """A path in words: ``bases[0].valid.from``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def suggestion(word: object, known: object) -> str:
    """A question that names the nearest accepted words, or nothing."""
    from difflib import get_close_matches

    listed = [str(k) for k in known] if hasattr(known, "__iter__") else []
    near = get_close_matches(str(word), listed, n=2, cutoff=0.6)
    return f"Did you mean {' or '.join(near)}? " if near else ""
