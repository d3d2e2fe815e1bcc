"""Whether the zone data are what their manifest declares.

Hashing takes as long as placing a position. It runs in a thread of its own from the first moment of a query
(hashing holds no interpreter lock), and no answer is given before it has ended well.

A hash says what the file was when it was read for hashing; the answer comes from what SQLite read at another moment.
Both are the same only if the file was neither replaced nor written in between. So the file is identified before the
hash, after it, and again when the answer is there.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from seajuris import installed
from seajuris.errors import DataError, SeajurisError

_WANTED = {
    "version": re.compile(r"[0-9A-Za-z][0-9A-Za-z ._+-]{0,79}"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
    "content_sha256": re.compile(r"[0-9a-f]{64}"),
}
_BLOCK = 1 << 23
"""Bytes hashed at a time. Each block waits twice for the interpreter lock; a mapped file would wait only once, but
kills the process without a word where the disk fails or the file is cut while it is read."""

Identity = tuple[int, int, int, int]


class Integrity:
    """A running comparison of a zone file with its manifest.

    Args:
        path: The GeoPackage; `manifest.yaml` stands beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest: str | None = None
        self._identity: Identity | None = None
        self._fault: str | None = None
        self._thread = threading.Thread(target=self._hash, daemon=True)
        self._thread.start()

    def _hash(self) -> None:
        digest = hashlib.sha256()
        block = memoryview(bytearray(_BLOCK))
        try:
            with self._path.open("rb", buffering=0) as file:
                before = os.fstat(file.fileno())
                if not stat.S_ISREG(before.st_mode):
                    self._fault = "not a file"
                    return
                while count := file.readinto(block):
                    digest.update(block[:count])
                after = os.fstat(file.fileno())
        except (OSError, ValueError) as fault:
            self._fault = getattr(fault, "strerror", None) or str(fault)
            return
        if identity(before) == identity(after):
            self._identity = identity(after)
            self._digest = digest.hexdigest()
        else:
            self._fault = "written to while they were read"

    def result(self) -> dict[str, str]:
        """Wait for the hash and compare it. To be asked when everything has been read that the answer rests on.

        Returns:
            Version and hashes, for provenance.

        Raises:
            DataError: if a file is missing, the hash differs, or the file is no longer the one that was hashed:
                damaged data give no answer.
        """
        declared = declared_identity(self._path.with_name("manifest.yaml"))
        self._thread.join()
        if self._fault is not None:
            raise DataError(f"the zone data cannot be read: {self._fault}", where=str(self._path))
        if self._digest != declared["sha256"]:
            raise DataError(
                "the zone data are not what their manifest declares (damaged or changed)",
                where=str(self._path),
                hint="Reinstall, or build them again: make zones.",
            )
        try:
            now = identity(self._path.stat())
        except OSError as fault:
            raise DataError(f"the zone data cannot be read: {fault.strerror}", where=str(self._path)) from None
        if now != self._identity:
            raise DataError(
                "the zone data were replaced or written to while they were in use", where=str(self._path),
                hint="Nothing was answered from them. Start again.",
            )  # fmt: skip
        return declared


def identity(status: os.stat_result) -> Identity:
    """What changes when a file is replaced or written to. Not the time of its inode: a backup changes that as well."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def declared_identity(path: Path) -> dict[str, str]:
    """The identifying lines at the head of a manifest: version and hashes."""
    head: dict[str, str] = {}
    try:
        installed.check(path, path.read_bytes(), error=DataError)
        with path.open(encoding="utf-8") as file:
            for line in file:
                key, colon, value = line.partition(":")
                if colon and key in _WANTED and key not in head:
                    head[key] = value.strip().strip("'\"")
                    if not _WANTED[key].fullmatch(head[key]):
                        raise DataError(f"the manifest is damaged: {key} {head[key][:80]!r}", where=str(path))
                if len(head) == len(_WANTED):
                    return head
    except OSError as fault:
        raise DataError(f"the manifest cannot be read: {fault.strerror}", where=str(path)) from None
    except UnicodeDecodeError:
        raise DataError("the manifest is damaged: not UTF-8 text", where=str(path)) from None
    raise DataError(f"the manifest lacks {', '.join(k for k in _WANTED if k not in head)}", where=str(path))


@cache
def integrity_of(path: Path) -> Integrity:
    """The comparison for a file, begun once in a process."""
    return Integrity(path)


@contextmanager
def intact(path: Path) -> Iterator[Integrity]:
    """Begin the comparison, and let no answer out of the block unless the data were what their manifest declares.

    Raises:
        DataError: at the end of the block, if they were not. Damaged data can make the block fail in any way: that,
            too, is then told as what it is.
    """
    integrity = integrity_of(path)
    try:
        yield integrity
    except SeajurisError:
        raise
    except Exception:
        integrity.result()
        raise
    integrity.result()
