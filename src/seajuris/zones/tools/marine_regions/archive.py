"""Unpacking a download safely: nothing outside the folder, nothing enormous, nothing that was not asked for."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from seajuris.errors import InputError
from seajuris.reading import check_name
from seajuris.zipfiles import check_directory

MAX_FILE_BYTES = 2_000_000_000
MAX_TOTAL_BYTES = 4_000_000_000
MAX_MEMBERS = 200
MAX_RATIO = 100
RATIO_FROM_BYTES = 10_000_000
"""Small members may be packed tighter: the tables of shapefiles are mostly blanks."""

READ = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg", ".gpkg", ".geojson", ".json"})
_BLOCK = 1 << 20


def check_size(path: Path) -> None:
    """Refuse a file that is none, or too large.

    Raises:
        InputError: if so. Names that a library would read as a network address are no files.
    """
    check_name(path, error=InputError)
    try:
        found = path.is_file()
    except OSError as fault:
        raise InputError(f"cannot be read: {fault.strerror}", where=str(path)) from None
    if not found:
        raise InputError("there is no such file", where=str(path))
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise InputError(f"{size} bytes, more than {MAX_FILE_BYTES}", where=str(path))
    if size == 0:
        raise InputError("the file is empty", where=str(path))


def unpack(path: Path, folder: Path) -> list[Path]:
    """Unpack the members that can be read, without their folders.

    Args:
        path: The zip archive.
        folder: Existing empty folder.

    Returns:
        The unpacked files, sorted.

    Raises:
        InputError: if the archive is damaged, encrypted, too large, or names places outside itself.
    """
    where = path.name
    with path.open("rb") as file:
        check_directory(file, MAX_MEMBERS, where=where, error=InputError)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check(members, path.stat().st_size, where)
            written = [_extract(archive, m, folder) for m in members if _wanted(m)]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as fault:
        raise InputError(f"cannot be unpacked: {fault}", where=where, hint="Download it again.") from None
    return sorted(written)


def _wanted(member: zipfile.ZipInfo) -> bool:
    return not member.is_dir() and Path(member.filename).suffix.lower() in READ


def _check(members: list[zipfile.ZipInfo], packed: int, where: str) -> None:
    if len(members) > MAX_MEMBERS:
        raise InputError(f"{len(members)} members, more than {MAX_MEMBERS}", where=where)
    total = sum(m.file_size for m in members)
    if total > MAX_TOTAL_BYTES:
        raise InputError(f"unpacks to {total} bytes, more than {MAX_TOTAL_BYTES}", where=where)
    # Of many small members, and of members that lie over each other, only the sum tells.
    if total > RATIO_FROM_BYTES and total > MAX_RATIO * packed:
        raise InputError(f"packed more than {MAX_RATIO} times smaller: no map is", where=where)
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if not name:
            raise InputError("a member without a name", where=where)
        place = f"{where}: {name}"
        parts = PurePosixPath(name.replace("\\", "/"))
        if "\\" in name or "\x00" in name or ":" in name or parts.is_absolute() or ".." in parts.parts:
            raise InputError("a member that would land outside its folder", where=place)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise InputError("a link instead of a file", where=place)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"packed by a method that is not read ({member.compress_type})", where=place)
        if member.flag_bits & 1:
            raise InputError("encrypted", where=place)
        if member.file_size > RATIO_FROM_BYTES and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise InputError(f"packed more than {MAX_RATIO} times smaller: no map is", where=place)
        if _wanted(member):
            base = parts.name.lower()
            if base in seen:
                raise InputError("two members of the same name", where=place)
            seen.add(base)


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    name = PurePosixPath(member.filename).name
    # Capitals in the extension are the rule in some downloads; readers look for small letters.
    target = folder / (Path(name).stem + Path(name).suffix.lower())
    with archive.open(member) as source, target.open("xb") as sink:
        # Never more than the declared size is read; what is longer fails its checksum.
        shutil.copyfileobj(source, sink, _BLOCK)
    return target
