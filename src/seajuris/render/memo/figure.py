"""The map of a memo."""

from __future__ import annotations

from seajuris.render.memo.where import Draw


def drawer(form: str, lang: str) -> Draw | None:
    """What draws the map in a format; `None` where there is no map."""
    return None
