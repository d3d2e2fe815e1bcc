"""Which software this is: the hash of what is installed.

A version number says what the software was meant to be. The hash says what it is, also in a checkout in which somebody
has changed a line.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent
_APART = frozenset({"__pycache__", "_bundle"})
"""What is no part of it: compiled copies; rules and data, which have hashes of their own."""


@cache
def sha256() -> str:
    """SHA-256 over names and contents of all files of the package, but for rules and data; line endings do not count.

    The same files give the same hash wherever they lie, and under every version of Python.
    """
    digest = hashlib.sha256()
    root = str(_PACKAGE)
    for path in _files(root):
        with open(path, "rb") as file:  # noqa: PTH123 (two hundred files at the start of every answer)
            content = file.read()
        name = path[len(root) + 1 :].replace(os.sep, "/")
        content = content.replace(b"\r\n", b"\n")
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.is_dir():
                if entry.name not in _APART:
                    yield from _files(entry.path)
            elif not entry.name.endswith((".pyc", ".pyo")):
                yield entry.path
