"""Whether the zone data are what their manifest declares.

Hashing takes as long as placing a position. It runs in a thread of its own from the first moment of a query
(hashing holds no interpreter lock), and no answer is given before it has ended well.
"""

from __future__ import annotations

import hashlib
import mmap
import threading
from functools import cache
from pathlib import Path

from seajuris.errors import DataError

_WANTED = ("version", "sha256", "content_sha256")


class Integrity:
    """A running comparison of a zone file with its manifest.

    Args:
        path: The GeoPackage; `manifest.yaml` stands beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest: str | None = None
        self._fault: OSError | ValueError | None = None
        self._thread = threading.Thread(target=self._hash, daemon=True)
        self._thread.start()

    def _hash(self) -> None:
        try:
            # One call over the mapped file lets go of the interpreter lock once; reading in blocks would wait for it
            # hundreds of times.
            with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                self._digest = hashlib.sha256(content).hexdigest()
        except (OSError, ValueError) as fault:
            self._fault = fault

    def result(self) -> dict[str, str]:
        """Wait for the hash and compare it.

        Returns:
            Version and hashes, for provenance.

        Raises:
            DataError: if a file is missing or the hash differs: damaged data give no answer.
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
        return declared


def declared_identity(path: Path) -> dict[str, str]:
    """The identifying lines at the head of a manifest: version and hashes."""
    head: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                key, colon, value = line.partition(":")
                if colon and key in _WANTED:
                    head[key] = value.strip().strip("'\"")
                if len(head) == len(_WANTED):
                    return head
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"the manifest cannot be read: {fault}", where=str(path)) from None
    raise DataError(f"the manifest lacks {', '.join(k for k in _WANTED if k not in head)}", where=str(path))


@cache
def integrity_of(path: Path) -> Integrity:
    """The comparison for a file, begun once in a process."""
    return Integrity(path)
