"""Files that a command writes: whole or not at all, and never over another unless asked."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from seajuris.errors import InputError

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EACCES}
"""What file systems without hard links answer: memory sticks, some network folders."""


def refuse_existing(target: str, *, force: bool) -> None:
    """Say early, before the work is done, that a file is in the way.

    Raises:
        InputError: if the file exists and `force` is not set, or what exists is no file that could be replaced.
    """
    if not os.path.lexists(target):
        return
    if not force:
        raise InputError("exists already; nothing was written", where=target, hint="Name another file, or add --force.")
    try:
        kind = Path(target).stat().st_mode
    except OSError:
        # A link to nowhere is replaced by the file.
        return
    if stat.S_ISDIR(kind):
        raise InputError("is a folder; nothing was written", where=target, hint="Name a file.")
    if not stat.S_ISREG(kind):
        # Put in its place, a file would destroy the device for everybody on the machine.
        raise InputError("is no file but a device or pipe; nothing was written", where=target, hint="Name a file.")


def write_bytes(target: str, content: bytes, *, force: bool = False) -> None:
    """Write a file as a whole or not at all.

    It is written under another name in the same folder, brought to the disk, and only then given its name. Whatever
    ends the process, nothing half written ever stands under `target`; if it is killed outright, the other name
    (a dot, the name, a dot, twelve digits) can be left behind.

    Raises:
        InputError: if the file exists already (and `force` is not set), or cannot be written.
    """
    refuse_existing(target, force=force)
    path = Path(target)
    if not path.name:
        raise InputError("is no name of a file", where=repr(target))
    # The name is made before the file, so that no moment is left in which the file exists and nobody would remove it.
    temporary = path.with_name(f".{path.name[:40]}.{os.urandom(6).hex()}")
    try:
        try:
            _write_new(temporary, content)
            if force:
                # Through a link, as every other program does; the check above has seen what stands at its end.
                temporary.replace(path.resolve() if path.is_symlink() else path)
            else:
                _name(temporary, path)
            _settle(path.parent)
        finally:
            with contextlib.suppress(FileNotFoundError, ValueError):
                temporary.unlink()
    except FileExistsError:
        refuse_existing(target, force=False)
        raise InputError("exists already; nothing was written", where=target) from None
    except OSError as fault:
        raise InputError(f"cannot be written: {fault.strerror}", where=target) from None
    except ValueError:
        raise InputError("is no name of a file", where=repr(target)) from None


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags, 0o666), "wb") as file:  # noqa: PTH123 (a descriptor)
        file.write(content)
        file.flush()
        # A full disk, or one that fails, may say so only now.
        os.fsync(file.fileno())


def _name(temporary: Path, path: Path) -> None:
    """Give a file its name, never in the place of one that appeared in the meantime."""
    try:
        # Unlike a rename, a link never replaces a file.
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as fault:
        if fault.errno not in _NO_LINKS:
            raise
        # Without links: take the name first, which only one can, and then put the file in its place.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        temporary.replace(path)


def _settle(folder: Path) -> None:
    """Bring the name to the disk as well, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
