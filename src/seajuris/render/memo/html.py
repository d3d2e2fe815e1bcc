"""A memo as one HTML file: no other host, a strict Content-Security-Policy, readable on paper and on a telephone."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from seajuris.render.memo import environment
from seajuris.render.memo.document import Document

_POLICY = "@@policy@@"
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_SCRIPT = re.compile(r"<script(?![^>]*\bapplication/json)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def write(document: Document, template: Path | None = None) -> str:
    """Write a memo as HTML.

    Args:
        document: The memo.
        template: Folder with a ``memo.html.j2`` (and ``memo.css``) to use instead of the shipped ones.
    """
    from markupsafe import Markup

    style = environment.render("memo.css", template, {})
    text = environment.render(
        "memo.html.j2",
        template,
        {"trusted": Markup, "picture": _picture},
        memo=document,
        style=Markup(style),  # noqa: S704 (a file of ours, or of the folder that the user named)
        policy=_POLICY,
        record=Markup(embedded(document.record)),  # noqa: S704 (escaped for a script element)
    )
    return text.replace(_POLICY, policy(text))


def embedded(record: str) -> str:
    """JSON that is safe inside a script element, and still the same JSON."""
    return record.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def policy(page: str) -> str:
    """A Content-Security-Policy that allows exactly the styles and scripts that the page holds.

    Text of a case is escaped, so every style and script element comes from the templates or the map.
    """
    styles = " ".join(_hashes(_STYLE, page)) or "'none'"
    scripts = " ".join(_hashes(_SCRIPT, page)) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; script-src {scripts}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hashes(pattern: re.Pattern[str], page: str) -> list[str]:
    found = (match[1].replace("\r\n", "\n") for match in pattern.finditer(page))
    sums = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found)
    return list(dict.fromkeys(f"'sha256-{value}'" for value in sums))


def _picture(svg: str) -> str:
    """A drawing as an image of its own: nothing in it can reach the page."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
