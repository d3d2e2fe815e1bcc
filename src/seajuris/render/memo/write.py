"""A memo in one of its formats: the one way in for the command line and for `verify`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from seajuris.assessment import Assessment
from seajuris.render.memo.build import Options, build
from seajuris.render.memo.environment import MemoError
from seajuris.render.words import Words
from seajuris.rules.load import RuleSet

FORMATS = ("md", "html", "docx", "pdf")
TEXT_FORMATS = ("md", "html")
_SUFFIXES = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".docx": "docx", ".pdf": "pdf"}


def format_of(target: str) -> str:
    """The format that a file name asks for.

    Raises:
        MemoError: if its ending is none of those known.
    """
    suffix = Path(target).suffix.lower()
    if suffix not in _SUFFIXES:
        raise MemoError(
            f"the ending {suffix!r} says no format",
            where=target,
            hint=f"Accepted: {', '.join(_SUFFIXES)}; or --format.",
        )
    return _SUFFIXES[suffix]


def memo(
    result: Assessment,
    rules: RuleSet,
    options: Options,
    *,
    template: Path | None = None,
    zones: str | Path | None = None,
) -> bytes:
    """Write a memo.

    Args:
        result: What was assessed.
        rules: The rules with which it was assessed.
        options: Format, language, date and so on; `template` in them is the digest of the folder `template`.
        template: Folder with templates for Markdown and HTML.
        zones: The zone GeoPackage with which the case was assessed, if not the shipped one; for the map.

    Raises:
        MemoError: if the format is not known, a library for it is missing, or the template cannot be used.
    """
    from seajuris.render.memo.figure import drawer

    if options.format not in FORMATS:
        raise MemoError(f"{options.format!r} is no format", where="--format", hint=f"Accepted: {', '.join(FORMATS)}.")
    if template is not None and options.format not in TEXT_FORMATS:
        raise MemoError("templates are for Markdown and HTML only", where="--template")
    document = build(result, rules, options, drawer(options.format, Words(options.lang), zones))
    if options.format == "md":
        from seajuris.render.memo import markdown

        return markdown.write(document, template).encode("utf-8")
    if options.format == "html":
        from seajuris.render.memo import html

        return html.write(document, template).encode("utf-8")
    if options.format == "docx":
        from seajuris.render.memo import docx

        return docx.write(document)
    from seajuris.render.memo import pdf

    return pdf.write(document)


def template_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of the templates in a folder.

    Raises:
        MemoError: if it holds none.
    """
    from seajuris.reading import files_in, read_text

    # A template of a stranger may be a link to a file of ours, which would then stand in the memo.
    files_in(folder, where=str(folder), error=MemoError, deep=False)
    names = [n for n in ("memo.css", "memo.html.j2", "memo.md.j2") if (folder / n).is_file()]
    if not names:
        raise MemoError(
            "holds no template",
            where=str(folder),
            hint="Accepted: memo.html.j2, memo.css, memo.md.j2; see docs/memo.md.",
        )
    total = hashlib.sha256()
    for file in sorted(p for p in folder.iterdir() if p.is_file() and p.suffix in (".j2", ".css")):
        total.update(f"{file.name}\n{read_text(file, where=str(file), error=MemoError)}\n".encode())
    return total.hexdigest()
