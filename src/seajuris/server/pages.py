"""The files of the page, read from the package when the server starts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from seajuris.server.answer import Answer

_FOLDER = Path(__file__).parent / "static"
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/form.js": ("form.js", "text/javascript; charset=utf-8"),
    "/results.js": ("results.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}


@cache
def pages() -> dict[str, Answer]:
    """Every page by its address; style and script of the map are those that maps in files have inside."""
    from seajuris.render.map.interactive import SCRIPT, STYLE

    found = {path: Answer((_FOLDER / name).read_bytes(), kind) for path, (name, kind) in _FILES.items()}
    found["/map.css"] = Answer(STYLE.encode(), "text/css; charset=utf-8")
    found["/map.js"] = Answer(SCRIPT.encode(), "text/javascript; charset=utf-8")
    return found
