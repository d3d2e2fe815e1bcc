"""Where the shipped files are: inside the installed package, or in a source checkout."""

from __future__ import annotations

from pathlib import Path

from seajuris.errors import DataError

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def shipped(*parts: str) -> Path:
    """Find a file or folder that is part of the product.

    Args:
        parts: Path below the root, for example ``"data", "states", "register.csv"``.

    Returns:
        The path inside the installed package where it exists, else in the source checkout.

    Raises:
        DataError: Neither place has it, so the installation is incomplete.
    """
    # The bundle comes first: an installed package must not pick up files that merely lie near it.
    places = [_PACKAGE.joinpath("_bundle", *parts), _CHECKOUT.joinpath(*parts)]
    for place in places:
        if place.exists():
            return place
    raise DataError(
        f"shipped file {'/'.join(parts)} is missing",
        hint="Looked for " + " and ".join(str(place) for place in places) + "; install again.",
    )
