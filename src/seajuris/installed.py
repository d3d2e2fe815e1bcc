"""Whether rules and registers are still what was installed.

A rule file that is gone, cut short or damaged need not look wrong: a list of parties that ends too early is a list of
parties. Installers write down the hash of every file (``RECORD``, in the standard form for wheels); what an answer
rests on is held against it. In a checkout there is no such list: there the version control knows.
"""

from __future__ import annotations

import base64
import csv
import hashlib
from functools import cache
from pathlib import Path

from seajuris.errors import DataError, SeajurisError
from seajuris.version import __version__

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_bundle"
_HINT = "Install seajuris again. Rules of your own belong in another folder (seajuris rules copy, then --rules)."


@cache
def declared() -> dict[str, str]:
    """The SHA-256 (URL-safe base64) of what was installed, by path inside ``_bundle``; empty in a checkout.

    Raises:
        DataError: if the list is there and cannot be read.
    """
    record = _PACKAGE.parent / f"seajuris-{__version__}.dist-info" / "RECORD"
    if not _BUNDLE.is_dir() or not record.is_file():
        return {}
    begin = f"{_PACKAGE.name}/{_BUNDLE.name}/"
    try:
        with record.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if row and row[0].startswith(begin)]
        return {row[0].removeprefix(begin): row[1].removeprefix("sha256=") for row in rows if row[1]}
    except (OSError, UnicodeDecodeError, csv.Error, IndexError) as fault:
        raise DataError(f"the list of what was installed cannot be read: {fault}", where=str(record)) from None


def check(path: Path, content: bytes, *, error: type[SeajurisError]) -> None:
    """Hold the content of a file against what was installed; a file elsewhere is nobody's but the user's.

    Raises:
        SeajurisError: of class `error`, if it differs, or nothing of that name was installed.
    """
    if not path.is_relative_to(_BUNDLE) or not (known := declared()):
        return
    name = path.relative_to(_BUNDLE).as_posix()
    found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")
    if known.get(name) != found:
        what = "is not what was installed (damaged or changed)" if name in known else "was not installed with the rest"
        raise error(f"{what}: nothing is answered from it", where=str(path), hint=_HINT)


def check_complete(folder: Path, names: set[str], *, ending: str, error: type[SeajurisError]) -> None:
    """Hold the files of a folder against what was installed there.

    Args:
        folder: The folder.
        names: Paths inside it, with ``/``.
        ending: Of the names that count.
        error: The class of error to raise.

    Raises:
        SeajurisError: of class `error`, if one is missing.
    """
    if not folder.is_relative_to(_BUNDLE):
        return
    begin = folder.relative_to(_BUNDLE).as_posix() + "/"
    wanted = {n.removeprefix(begin) for n in declared() if n.startswith(begin) and n.endswith(ending)}
    if missing := sorted(wanted - names):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise error(f"{missing[0]}{more} was installed and is missing", where=str(folder), hint=_HINT)
