"""What has to be known of a zip archive before it is opened: how long its directory is.

Opening an archive reads its whole directory, and makes an object for each of its entries: a file of some megabytes can
list millions of members.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from seajuris.errors import SeajurisError

MAX_ENTRY_BYTES = 1_000
"""Of the directory, for each member: 46 bytes, and its name."""

_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES, _LOCATOR_BYTES, _END64_BYTES = 22, 20, 56
_LONGEST_COMMENT = 65_535


def check_directory(file: BinaryIO, members: int, *, where: str, error: type[SeajurisError]) -> None:
    """Refuse an archive that lists more members than accepted, or has a directory of another size than these need.

    Args:
        file: The archive, opened for reading; it is rewound.
        members: How many are accepted.
        where: Name of the file, for messages.
        error: The class of error to raise.

    Raises:
        SeajurisError: of class `error`, if so, or if the archive has no directory.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT - _LOCATOR_BYTES - _END64_BYTES))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise error("cannot be unpacked: the archive has no directory", where=where, hint="Download it again.")
    count, length = struct.unpack_from("<HI", tail, at + 10)
    if tail[max(0, at - _LOCATOR_BYTES) : at].startswith(_LOCATOR):
        # The form for large archives has a longer record before it, whose numbers count instead.
        start = at - _LOCATOR_BYTES - _END64_BYTES
        if start < 0:
            raise error("cannot be unpacked: the archive has no directory", where=where, hint="Download it again.")
        count, length = struct.unpack_from("<QQ", tail, start + 32)
    if count > members:
        raise error(f"{count} members, more than {members}", where=where)
    if length > members * MAX_ENTRY_BYTES:
        raise error(f"a directory of {length} bytes, for {members} members at most", where=where)
