"""Which States may prosecute, and on what legal basis, when people die or are smuggled at sea.

    >>> import seajuris
    >>> place = seajuris.locate("36.25 21.06", accuracy="1 nm", on="2023-06-14")
    >>> place.criminal_law_regime
    'high_seas'

Names are loaded when they are first used: start-up time is a feature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seajuris.version import __version__

if TYPE_CHECKING:
    from seajuris.api import assess, locate
    from seajuris.assessment import Assessment
    from seajuris.batch.many import Answers, locate_frame, locate_many
    from seajuris.case import Case
    from seajuris.errors import SeajurisError
    from seajuris.place import Place
    from seajuris.position import Position
    from seajuris.render.map.points import map_frame

_HOMES = {
    "assess": "seajuris.api",
    "locate": "seajuris.api",
    "locate_frame": "seajuris.batch.many",
    "locate_many": "seajuris.batch.many",
    "map_frame": "seajuris.render.map.points",
    "Answers": "seajuris.batch.many",
    "Assessment": "seajuris.assessment",
    "Case": "seajuris.case",
    "Place": "seajuris.place",
    "Position": "seajuris.position",
    "SeajurisError": "seajuris.errors",
}

__all__ = [
    "Answers",
    "Assessment",
    "Case",
    "Place",
    "Position",
    "SeajurisError",
    "__version__",
    "assess",
    "locate",
    "locate_frame",
    "locate_many",
    "map_frame",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
