"""A memo as Markdown (CommonMark with tables): to be edited, put under version control, or turned into other forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seajuris.render.memo import environment
from seajuris.render.memo.document import Document, Inline, Run

if TYPE_CHECKING:
    from markupsafe import Markup

_SPECIAL = re.compile(r"[\\`*\[\]{}~$|]|!(?=\[)|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_START = re.compile(r"^(\s*)([#+=-]|\d{1,9}(?=[.)](?:\s|$)))")
_AUTOLINK = re.compile(r"(?i)(https?|ftp|mailto)?:(?=//)|www\.|(?<=\w)@(?=\w)")


def write(document: Document, template: Path | None = None) -> str:
    """Write a memo as Markdown.

    Args:
        document: The memo.
        template: Folder with a ``memo.md.j2`` to use instead of the shipped one.
    """
    from markupsafe import Markup

    text = environment.render(
        "memo.md.j2",
        template,
        {
            "md": _safe(escape),
            "told": _safe(_told),
            "inline": _safe(_inline),
            "cell": _safe(_cell),
            "anchor": _safe(_anchor),
        },
        memo=document,
        record=Markup(embedded(document.record)),  # noqa: S704 (escaped for a comment)
    )
    # Blocks end as they like; one empty line between them is enough.
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def embedded(record: str) -> str:
    """JSON that is safe inside an HTML comment, and still the same JSON."""
    return (
        record.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "\\u002d\\u002d")
    )


def escape(text: str) -> str:
    """Text that Markdown shows as it is; it cannot begin a heading, list, table, link or HTML."""
    return _START.sub(_literal_start, _SPECIAL.sub(r"\\\g<0>", text.translate(_ENTITIES)))


def _literal_start(match: re.Match[str]) -> str:
    token = match[2]
    return f"{match[1]}&#{ord(token[0])};{token[1:]}"


def _safe(function: Callable[[Any], str]) -> Callable[[Any], Markup]:
    def filtered(value: Any) -> Markup:
        from markupsafe import Markup

        return Markup(function(value))  # noqa: S704 (each of these escapes)

    return filtered


def _unlinked(text: str) -> str:
    """Escaped text in which no reader finds a bare address to turn into a link."""
    return _AUTOLINK.sub(lambda match: "".join(f"&#{ord(c)};" if c in ":.@" else c for c in match[0]), text)


def _told(text: str) -> str:
    return _unlinked(escape(text))


def _run(run: Run) -> str:
    text = escape(run.text)
    if run.told:
        text = _unlinked(text)
    outer = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if text.strip() else ""
    core = text.strip()
    if not core:
        return text
    if run.href:
        core = f"[{core}](<{run.href.replace('|', '%7C')}>)"
    elif run.to:
        core = f"[{core}](#{run.to})"
    elif run.style == "code":
        core = f"`{run.text.strip()}`" if "`" not in run.text and "|" not in run.text else core
    elif run.style in ("strong", "status", "mark"):
        core = f"**{core}**"
    return f"{outer[0]}{core}{outer[1]}"


def _inline(runs: Inline) -> str:
    return "".join(_run(run) for run in runs).strip()


def _cell(entries: tuple[Inline, ...]) -> str:
    return "<br>".join(_inline(runs) for runs in entries)


def _anchor(name: str | None) -> str:
    return f'<a id="{name}"></a>' if name else ""
