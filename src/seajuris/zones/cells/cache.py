"""Keeps the cell index of a zone file in the user's cache folder, so that it is built once.

The file is named after the hash of the zone data and of this package's code: an index of other data, or made in
another way, is never taken. Its checksums (CRC-32 of a zip member) show a damaged file; it is then built again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seajuris.zones.cells.index import CellIndex

if TYPE_CHECKING:
    from seajuris.zones.store import ZoneStore

_MOST_KEPT = 3
"""Indexes of other zone files, or made by earlier versions, that stay in the folder."""
_FOLDER = "SEAJURIS_CACHE"
"""Environment variable: another folder for the index; empty keeps nothing on disk."""


def kept_index(sha256: str) -> CellIndex | None:
    """The index of a zone file from the cache folder; `None` if it is not there, or damaged.

    Args:
        sha256: Hash of the zone file, already compared with the manifest.
    """
    path = _kept(sha256)
    return None if path is None else _read(path)


def new_index(store: ZoneStore, sha256: str) -> CellIndex:
    """Build the index of a zone file, and keep it if that is possible."""
    from seajuris.zones.cells.build import build

    index = build(store)
    path = _kept(sha256)
    if path is not None:
        _write(path, index)
    return index


def _kept(sha256: str) -> Path | None:
    folder = os.environ.get(_FOLDER)
    if folder == "":
        return None
    if folder is None:
        from platformdirs import user_cache_dir

        folder = user_cache_dir("seajuris", appauthor=False)
    code = hashlib.sha256()
    for name in ("edges", "build", "index"):
        code.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return Path(folder) / f"cells-{sha256[:32]}-{code.hexdigest()[:16]}.npz"


def _read(path: Path) -> CellIndex | None:
    """A kept index; `None` if there is none, or if it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            arrays: dict[str, Any] = {field.name: kept[field.name] for field in fields(CellIndex)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return CellIndex(**arrays)


def _write(path: Path, index: CellIndex) -> None:
    """Keep an index; where that is not possible, it is built again the next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    except OSError:
        return
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **{field.name: getattr(index, field.name) for field in fields(CellIndex)})
        # The whole file appears at once; another process may be writing the same.
        part.replace(path)
        for old in sorted(path.parent.glob("cells-*.npz"), key=lambda file: file.stat().st_mtime)[:-_MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        part.unlink(missing_ok=True)
