"""What `seajuris map` reads from a case and how it writes a file: never over another one unless told to, never half."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from seajuris.errors import InputError
from seajuris.render.map.make import FORMATS

if TYPE_CHECKING:
    from seajuris.case import Case

_ENDINGS = {**{f".{name}": name for name in FORMATS}, ".json": "geojson", ".htm": "html"}


def format_of(output: str | None, named: str | None) -> tuple[Path, str]:
    """The file to write and its format: the one named, or that of its ending.

    Raises:
        InputError: if no file was named, or the format cannot be told or is not known.
    """
    accepted = ", ".join(FORMATS)
    if not output:
        raise InputError("no file was named", where="--output", hint="For example: -o map.svg")
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
    return path, kind


def refuse_to_replace(path: Path, *, force: bool) -> None:
    """Stop early, before anything is drawn.

    Raises:
        InputError: if the file exists and may not be replaced, or its folder does not exist.
    """
    if path.is_dir():
        raise InputError("is a folder", where=str(path), hint="Name a file, e.g. map.svg.")
    if not path.parent.is_dir():
        raise InputError("its folder does not exist", where=str(path), hint="Create it first.")
    if path.exists() and not force:
        raise InputError("exists already", where=str(path), hint="Choose another name, or replace it with --force.")


def write_file(path: Path, content: bytes, *, force: bool) -> str:
    """Write a file in one step and return its SHA-256.

    Raises:
        InputError: if it cannot be written, or came into being in the meantime and may not be replaced.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    except OSError as fault:
        raise InputError(f"cannot be written ({fault.strerror})", where=str(path)) from None
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # A temporary file is private; a map is as readable as any other new file.
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        refuse_to_replace(path, force=force)
        part.replace(path)
    except OSError as fault:
        raise InputError(f"cannot be written ({fault.strerror})", where=str(path)) from None
    finally:
        part.unlink(missing_ok=True)
    return hashlib.sha256(content).hexdigest()


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
