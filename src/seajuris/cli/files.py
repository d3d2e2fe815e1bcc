"""Files that a command writes: whole or not at all, and never over another unless asked."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from seajuris.errors import InputError


def refuse_existing(target: str, *, force: bool) -> None:
    """Say early, before the work is done, that a file is in the way.

    Raises:
        InputError: if the file exists and `force` is not set.
    """
    if not force and os.path.lexists(target):
        raise InputError("exists already; nothing was written", where=target, hint="Name another file, or add --force.")


def write_bytes(target: str, content: bytes, *, force: bool = False) -> None:
    """Write a file as a whole or not at all.

    Raises:
        InputError: if the file exists already (and `force` is not set), or cannot be written.
    """
    refuse_existing(target, force=force)
    path = Path(target)
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name[:50]}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        try:
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o666 & ~mask)
            if force:
                temporary.replace(path)
            else:
                # Unlike a rename, a link never replaces a file that appeared in the meantime.
                os.link(temporary, path)
        except FileExistsError:
            refuse_existing(target, force=False)
            raise
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
    except OSError as fault:
        raise InputError(f"cannot be written: {fault.strerror}", where=target) from None
