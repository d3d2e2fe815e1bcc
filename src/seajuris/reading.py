"""What every reader of a file from a stranger has in common: names of files, limits, encoding, characters.

A file is read whole, up to a limit, before anything in it is looked at. A name is a file on this machine, never an
address: libraries below us would fetch ``https://...`` or ``/vsicurl/...`` without asking.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from seajuris.errors import SeajurisError

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 50_000
MAX_DIGITS = 18
MAX_KEY = 200
MAX_FILES = 5_000
"""Entries of a folder and its subfolders that are looked at."""
MAX_FOLDERS_DEEP = 8
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a document is read.

    Attributes:
        size: Bytes of its UTF-8 text.
        depth: Levels of nesting.
        nodes: Mappings, lists and single values, together.
    """

    size: int = MAX_BYTES
    depth: int = MAX_DEPTH
    nodes: int = MAX_NODES


CASE = Limits()
"""Case files, rule files, scenarios, requests."""

# A scheme of one letter is a drive of Windows. `Path` has already made `http://x` into `http:/x`.
_ADDRESS = re.compile(
    r"\A\s*(?:[A-Za-z][A-Za-z0-9+.\-]+:[/\\]"
    r"|(?:file|data|https?|ftps?|s3|gs|az|abfss?|zip|tar|gzip|jar|memory|pg|postgresql|mysql|mssql|oci|odbc|mongodb"
    r"|gpkg|sqlite|wfs3?|wms|oapif|csw|esrijson|geojson|topojson|vrt):"
    r"|[/\\]+vsi[a-z0-9_]*(?:[/\\]|\Z)"
    r"|\|)",
    re.IGNORECASE,
)

_NEVER = re.compile("[\x00\ud800-\udfff]")
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of writing: what is seen is then not what is read."""


def short(text: str) -> str:
    """A text quoted for a message: an error never repeats a whole file."""
    quoted = repr(text[: _SHOWN + 1])
    return quoted if len(text) <= _SHOWN else f"{quoted[: _SHOWN + 1]}...{quoted[0]}"


def check_name(path: str | Path, *, error: type[SeajurisError], where: str | None = None) -> None:
    """Refuse a name that a library could take for an address, a database or a command.

    Raises:
        SeajurisError: of class `error`, if it is one, or cannot be the name of a file at all.
    """
    text = os.fspath(path)
    place = where if where is not None else text
    if "\x00" in text:
        raise error("is no name of a file: it holds a NUL character", where=repr(text[:_SHOWN]))
    if _ADDRESS.match(text):
        raise error(
            "is an address or a command, not a file on this machine",
            where=place,
            hint="Nothing is fetched. Download it first and name the file; one that is really called so: ./NAME.",
        )


def read_bytes(path: Path, *, where: str, error: type[SeajurisError], size: int = MAX_BYTES) -> bytes:
    """A file of at most `size` bytes.

    Raises:
        SeajurisError: of class `error`, if it is larger, cannot be read, or has a name that `check_name` refuses.
    """
    check_name(path, error=error, where=where)
    try:
        with path.open("rb") as file:
            raw = file.read(size + 1)
    except OSError as fault:
        raise error(f"cannot be read: {fault.strerror}", where=where) from None
    if len(raw) > size:
        raise error(f"larger than {size} bytes", where=where)
    return raw


def read_text(path: Path, *, where: str, error: type[SeajurisError], size: int = MAX_BYTES) -> str:
    """A UTF-8 file of at most `size` bytes, without its byte order mark.

    Raises:
        SeajurisError: of class `error`; see `read_bytes`.
    """
    return decoded(read_bytes(path, where=where, error=error, size=size), where=where, error=error, size=size)


def decoded(raw: bytes, *, where: str, error: type[SeajurisError], size: int = MAX_BYTES) -> str:
    """UTF-8 text, of at most `size` bytes, without its byte order mark.

    Raises:
        SeajurisError: of class `error`, if it is longer or no UTF-8.
    """
    if len(raw) > size:
        raise error(f"larger than {size} bytes", where=where)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise error(f"not UTF-8 text (byte {fault.start})", where=where, hint="Save the file as UTF-8.") from None


def check_size(text: str, limits: Limits, *, where: str, error: type[SeajurisError]) -> None:
    """Refuse a text that is longer than a file of that kind may be."""
    # A character has four bytes at most: only a text near the limit has to be encoded.
    if len(text) * 4 > limits.size and len(text.encode("utf-8", "surrogatepass")) > limits.size:
        raise error(f"larger than {limits.size} bytes", where=where)


def fault_of(text: str) -> str | None:
    """What is wrong with the characters of a text, if anything.

    Half a surrogate pair cannot be written to any file, and NUL ends a text for many programs. All other characters
    stay as told, and are escaped where they are shown.
    """
    found = _NEVER.search(text)
    return None if found is None else f"the character U+{ord(found[0]):04X} is not accepted in a text"


def fault_of_key(key: str) -> str | None:
    """What is wrong with a key, if anything."""
    if len(key) > MAX_KEY:
        return f"a key of more than {MAX_KEY} characters"
    found = BIDI.search(key)
    if found is not None:
        return f"the key {short(key)} holds U+{ord(found[0]):04X}, which changes the direction of writing"
    return fault_of(key)


# --- Folders ------------------------------------------------------------------------------------------------------


def files_in(folder: Path, *, where: str, error: type[SeajurisError], deep: bool = True) -> list[str]:
    """All files in a folder, by their path inside it with ``/``, sorted.

    Args:
        folder: The folder.
        where: Its name, for messages.
        error: The class of error to raise.
        deep: Whether folders inside it are looked into.

    Raises:
        SeajurisError: of class `error`, if there are more than `MAX_FILES` entries, if folders are nested deeper than
            `MAX_FOLDERS_DEEP`, if a link leads out of the folder, if a name is not UTF-8, or if something is neither
            file nor folder.
    """
    check_name(folder, error=error, where=where)
    found: list[str] = []
    seen = 0
    stack = [("", folder, 0)]
    try:
        root = folder.resolve()
        while stack:
            prefix, place, depth = stack.pop()
            with os.scandir(place) as entries:
                for entry in entries:
                    seen += 1
                    if seen > MAX_FILES:
                        raise error(f"more than {MAX_FILES} files and folders", where=where)
                    name = f"{prefix}{entry.name}"
                    if fault_of(name) is not None:
                        raise error("a file whose name is not UTF-8", where=f"{where}: {name!r}", hint="Rename it.")
                    if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
                        raise error("a link that leads out of the folder", where=f"{where}: {name}", hint="Copy it.")
                    if entry.is_dir(follow_symlinks=False):
                        if not deep:
                            continue
                        if depth == MAX_FOLDERS_DEEP:
                            raise error(f"folders nested deeper than {MAX_FOLDERS_DEEP}", where=where)
                        stack.append((f"{name}/", Path(entry.path), depth + 1))
                    elif entry.is_file():
                        found.append(name)
                    elif not entry.is_symlink() and not stat.S_ISREG(entry.stat().st_mode):
                        raise error("neither a file nor a folder", where=f"{where}: {name}")
    except OSError as fault:
        raise error(f"cannot be read: {fault.strerror}", where=where) from None
    return sorted(found)
