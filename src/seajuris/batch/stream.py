"""The bytes of an input: opened once, hashed and counted while they are read, decoded without losing any."""

from __future__ import annotations

import codecs
import hashlib
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from seajuris.errors import InputError

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_LINE = 1_000_000
"""Longest line that is read, in characters: whatever is longer is no table of rows."""

_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PACKED = ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PAR1", "Parquet"), (b"SQLite format 3", "SQLite"))


class _Watched(io.RawIOBase):
    """A raw stream that hashes and counts what passes."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__()
        self._raw = raw
        self.digest = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Buffer, /) -> int:
        # A pipe gives what it has; `read` of a buffered stream would wait until the block is full.
        view = memoryview(target).cast("B")
        read = getattr(self._raw, "read1", self._raw.read)
        content = read(len(view))
        view[: len(content)] = content
        self.digest.update(content)
        self.count += len(content)
        return len(content)


class TextInput:
    """A text file, or standard input.

    Args:
        name: Path, or ``-``.
        encoding: As Python names it; UTF-8 by default.

    Attributes:
        text: The characters. Bytes that are none in the encoding come out as lone surrogates; line ends are kept.
        bom: Whether it begins with the mark that some spreadsheets write before UTF-8.
        damaged: Whether a byte was met that is no character.

    Raises:
        InputError: if it cannot be opened, or is no text.
    """

    def __init__(self, name: str, encoding: str | None = None) -> None:
        self.where = "standard input" if name == "-" else name
        try:
            codec = codecs.lookup(encoding or "utf-8").name
        except LookupError:
            hint = "e.g. utf-8, cp1252, utf-16"
            raise InputError(f"the encoding {encoding!r} is not known", where="--encoding", hint=hint) from None
        try:
            raw = sys.stdin.buffer if name == "-" else cast(BinaryIO, Path(name).open("rb", buffering=0))  # noqa: SIM115
        except OSError as fault:
            raise InputError(f"cannot be read: {fault.strerror}", where=self.where) from None
        self._raw = raw
        self._watched = _Watched(raw)
        buffered = io.BufferedReader(self._watched, 1 << 20)
        try:
            head = buffered.peek(16)
            self._look(head, encoding)
        except OSError as fault:
            self.close()
            raise InputError(f"cannot be read: {fault.strerror}", where=self.where) from None
        except InputError:
            self.close()
            raise
        self.bom = codec == "utf-8" and head.startswith(codecs.BOM_UTF8)
        self.damaged = False
        # The handler belongs to this input: it has to tell it that a byte was no character.
        errors = f"seajuris-{id(self)}"
        codecs.register_error(errors, self._keep)
        self.text = io.TextIOWrapper(buffered, "utf-8-sig" if codec == "utf-8" else codec, errors, newline="")

    def _look(self, head: bytes, encoding: str | None) -> None:
        for magic, kind in _PACKED:
            if head.startswith(magic):
                raise InputError(f"this is {kind}, not text", where=self.where, hint="Unpack it, or give --from.")
        for bom, kind in _BOMS:
            if encoding is None and head.startswith(bom):
                raise InputError("this is not UTF-8", where=self.where, hint=f"Add --encoding {kind}.")

    def _keep(self, fault: UnicodeError) -> tuple[str | bytes, int]:
        self.damaged = True
        return codecs.lookup_error("surrogateescape")(fault)

    @property
    def count(self) -> int:
        """Bytes read so far."""
        return self._watched.count

    def sha256(self) -> str:
        """Hash of what was read; of the whole input once it has been read to its end."""
        return self._watched.digest.hexdigest()

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._raw is not sys.stdin.buffer:
            self._raw.close()


def damage(text: str) -> str | None:
    """Say which byte of a text was no character; `None` if all were."""
    for char in text:
        if "\udc80" <= char <= "\udcff":
            return f"the byte 0x{ord(char) - 0xDC00:02X} is no character in this encoding"
        if "\ud800" <= char <= "\udfff":
            return f"the code U+{ord(char):04X} is no character"
    return None


def shown(text: str) -> str:
    r"""Text that can be written: bytes that were no characters as ``\xE9``, NUL as its picture."""
    text = text.replace("\0", "␀")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(
            f"\\x{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else "\ufffd" if "\ud800" <= c <= "\udfff" else c
            for c in text
        )
    return text
