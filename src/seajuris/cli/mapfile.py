"""What `seajuris map` reads from its options and from a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seajuris.errors import InputError
from seajuris.render.map.make import FORMATS

if TYPE_CHECKING:
    from seajuris.case import Case

_ENDINGS = {**{f".{name}": name for name in FORMATS}, ".json": "geojson", ".htm": "html"}


def format_of(output: str | None, named: str | None) -> tuple[str, str]:
    """The file to write and its format: the one named, or that of its ending.

    Raises:
        InputError: if no file was named, or the format cannot be told or is not known.
    """
    accepted = ", ".join(FORMATS)
    if not output:
        raise InputError("no file was named", where="--output", hint="For example: -o map.svg")
    if output == "-" and named is None:
        raise InputError(
            "standard output has no ending", where="--output", hint=f"Name a format with --format: {accepted}."
        )
    path = Path(output)
    kind = named.strip().lower() if named is not None else _ENDINGS.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"the ending of {path.name!r} names no format",
            where="--output",
            hint=f"Name one with --format: {accepted}.",
        )
    if kind not in FORMATS:
        raise InputError(f"{named!r} is no format of a map", where="--format", hint=f"Accepted are {accepted}.")
    return output, kind


def told_by(case: str, *, at: str | None, accuracy: str | None, on: str | None) -> Case:
    """The facts of a case file; options override it as they do for `assess`.

    Raises:
        CaseError: if the file cannot be used.
    """
    from seajuris.case import Case
    from seajuris.cli import facts

    data = facts.case_data(case)
    told = {"position": at, "accuracy": accuracy, "on": on}
    data.update({key: value for key, value in told.items() if value is not None})
    if at is not None and accuracy is None:
        # The accuracy in the file belongs to the position in the file.
        data.pop("accuracy", None)
    return Case.from_dict(data, where=case)
