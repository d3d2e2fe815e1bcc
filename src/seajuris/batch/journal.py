"""The journal of a run: how far it came, safely on the disk after every block, so that it can go on.

It stands beside the output while the run lasts. Its first line says what is being done to what; every further line says
up to which row that has been done, and how long the files were then. What was written after the last line is cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from seajuris.errors import InputError

FORMAT = "seajuris.batch-journal.v1"
_ANEW = "Start anew with --force."
_CHANGED = {
    "input": "the input has changed",
    "zones": "the zone data are others",
    "rules": "the rules are others",
    "register": "the register of States is another",
    "software": "this is another version of seajuris",
    "software_sha256": "the program has been changed since",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What has been done.

    Attributes:
        row: Number of the last input row that is done.
        answered: Rows that were answered.
        undated: Answered rows for which the claims of today were used, since nobody told a day.
        rejected: Rejected rows, by code.
        first: Where and why the first row was rejected.
        output_bytes: Length of the output.
        rejects_bytes: Length of the file of rejected rows.
        sealed: Hash of the complete output, once it only lacks its name.
    """

    row: int = 0
    answered: int = 0
    undated: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    first: str | None = None
    output_bytes: int = 0
    rejects_bytes: int = 0
    sealed: str | None = None

    @property
    def faults(self) -> int:
        """Rejected rows, all together."""
        return sum(self.rejected.values())


class Appended:
    """A file that only grows, and can be cut back to a length that is known to be sound.

    Args:
        path: Where it is.
        length: Its length; what stands after that is cut off. 0 begins it.

    Raises:
        InputError: if it is shorter than that, or in use.
    """

    def __init__(self, path: Path, length: int = 0) -> None:
        self.path = path
        if length and not path.exists():
            raise InputError("is missing: the run cannot go on", where=str(path), hint=_ANEW)
        try:
            # Appending, so that a file that another run has open is not emptied before the lock is asked for.
            self._file: BinaryIO = path.open("a+b")
        except OSError as fault:
            raise InputError(f"cannot be written: {fault.strerror}", where=str(path)) from None
        _lock(self._file, path)
        if self._file.seek(0, os.SEEK_END) < length:
            self._file.close()
            raise InputError("is shorter than its journal says: the run cannot go on", where=str(path), hint=_ANEW)
        self._file.seek(length)
        self._file.truncate()
        self.length = length

    def write(self, content: bytes) -> None:
        """Append, without waiting for the disk."""
        self._file.write(content)
        self.length += len(content)

    def sync(self) -> None:
        """Wait until everything is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _lock(file: BinaryIO, path: Path) -> None:
    """Two runs must not write into one file; where the system has no such locks, nobody notices."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise InputError("another run is writing here", where=str(path), hint="Wait for it, or stop it.") from None


class Journal:
    """The journal of one run.

    Args:
        path: Where it is.
        identity: What is being done to what.
        length: Length of what has been written of it; 0 begins it.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any], length: int = 0) -> None:
        self._file = Appended(path, length)
        if not length:
            self._line({"format": FORMAT, **identity})
            sync_folder(path.parent)

    def _line(self, data: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n")
        self._file.sync()

    def mark(self, mark: Mark) -> None:
        """Note what has been done. The files must be on the disk already."""
        self._line(asdict(mark))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> tuple[dict[str, Any], Mark, int]:
    """Read the journal of an interrupted run.

    Returns:
        Its identity, the last mark, and the length of what is sound of it.

    Raises:
        InputError: if it is no journal.
    """
    identity: dict[str, Any] | None = None
    mark = Mark()
    length = 0
    for line in _whole_lines(path):
        try:
            data = json.loads(line)
            if identity is None:
                if data.pop("format") != FORMAT:
                    raise ValueError
                identity = data
            else:
                mark = Mark(**data)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError("is no journal of a run", where=str(path), hint=_ANEW) from None
        length += len(line)
    return identity or {}, mark, length


def _whole_lines(path: Path) -> Iterator[bytes]:
    # The last line may be torn: the power can fail in the middle of it.
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def compare(then: Mapping[str, Any], now: Mapping[str, Any], where: str) -> None:
    """Make sure that the same is being done to the same.

    Raises:
        InputError: if something is not as it was.
    """
    for key in dict.fromkeys([*now, *then]):
        if then.get(key) == now.get(key):
            continue
        what = _CHANGED.get(key, "the options are others than those the run began with")
        raise InputError(
            f"cannot go on: {what}", where=where, hint="Start anew with --force; the rows done so far are then lost."
        )


def sync_folder(folder: Path) -> None:
    """Wait until new names in a folder are on the disk, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
