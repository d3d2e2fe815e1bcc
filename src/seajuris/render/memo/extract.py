"""Find the record in a memo, or read a result.

Files may come from strangers: nothing in them is run, and everything is limited.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from seajuris import reading
from seajuris.record import ACCEPTED, MAX_CHARACTERS, RecordError
from seajuris.render.memo.environment import missing
from seajuris.zipfiles import check_directory

MAX_FILE = 50_000_000
MAX_MEMBERS = 500
MAX_TAGS = 20
"""Of the part of a DOCX that holds the record: it is one element with text."""
_HTML = ('<script type="application/json" id="seajuris-record">', "</script>")
_MARKDOWN = ("<!-- seajuris-record\n", "\n-->")


def read_bytes(path: str) -> bytes:
    """A file of at most `MAX_FILE` bytes.

    Raises:
        RecordError: if it cannot be read or is larger.
    """
    reading.check_name(path, error=RecordError)
    return reading.read_bytes(Path(path), where=path, error=RecordError, size=MAX_FILE)


def record_text(raw: bytes, where: str) -> tuple[str, str]:
    """The record in a file.

    Returns:
        Its JSON, and the kind of file: ``json``, ``md``, ``html``, ``docx`` or ``pdf``.

    Raises:
        RecordError: if there is none, or the file is damaged.
    """
    if raw.startswith(b"%PDF-"):
        return _pdf(raw, where), "pdf"
    if raw.startswith(b"PK\x03\x04"):
        return _docx(raw, where), "docx"
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _none(where) from None
    if text.lstrip().startswith("{"):
        return text, "json"
    # An editor may have changed the ends of lines.
    text = text.replace("\r\n", "\n")
    found = {kind: _between(text, *marks, where) for kind, marks in (("html", _HTML), ("md", _MARKDOWN))}
    for kind, record in found.items():
        if record is not None:
            return record, kind
    raise _none(where)


def _none(where: str) -> RecordError:
    return RecordError(
        "holds no record of seajuris",
        where=where,
        hint=ACCEPTED,
    )


def _between(text: str, begin: str, end: str, where: str) -> str | None:
    start = text.find(begin)
    if start < 0:
        return None
    if text.find(begin, start + 1) >= 0:
        raise RecordError("holds more than one record", where=where)
    stop = text.find(end, start)
    if stop < 0:
        raise RecordError("the record has no end", where=where)
    return text[start + len(begin) : stop].strip()


def _docx(raw: bytes, where: str) -> str:
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring
    except ImportError:
        raise missing("defusedxml") from None
    from seajuris.render.memo.docx import NAMESPACE

    check_directory(io.BytesIO(raw), MAX_MEMBERS, where=where, error=RecordError)
    left = MAX_CHARACTERS
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            entries = package.infolist()
            if len(entries) > MAX_MEMBERS:
                raise RecordError(f"more than {MAX_MEMBERS} files inside", where=where)
            names = [e for e in entries if e.filename.startswith("customXml/") and e.filename.endswith(".xml")]
            for entry in names:
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise RecordError(f"{entry.filename[:80]} is packed by a method that is not read", where=where)
                with package.open(entry) as member:
                    # What the directory of the archive says of the size is not trusted.
                    xml = member.read(left + 1)
                left -= len(xml)
                if left < 0:
                    raise RecordError(f"its parts for data are larger than {MAX_CHARACTERS} bytes", where=where)
                if NAMESPACE.encode() not in xml:
                    continue
                if xml.count(b"<") > MAX_TAGS:
                    raise RecordError("damaged: the part with the record has other parts inside", where=where)
                root = fromstring(xml, forbid_dtd=True)
                if root.tag == f"{{{NAMESPACE}}}record":
                    return root.text or ""
    except (zipfile.BadZipFile, ParseError, DefusedXmlException, OSError, EOFError, ValueError, NotImplementedError,
            RuntimeError, zlib.error) as fault:  # fmt: skip
        raise RecordError(f"damaged, or not a DOCX file ({type(fault).__name__})", where=where) from None
    raise _none(where)


def _pdf(raw: bytes, where: str) -> str:
    try:
        import pypdf
    except ImportError:
        raise missing("pypdf") from None
    import logging

    from seajuris.render.memo.pdf import ATTACHMENT

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        attached = pypdf.PdfReader(io.BytesIO(raw)).attachments.get(ATTACHMENT, [])
        contents = [bytes(content) for content in attached]
    except Exception as fault:  # A damaged PDF fails in any way it likes.
        raise RecordError(f"damaged, or not a PDF that can be read ({type(fault).__name__})", where=where) from None
    if len(contents) > 1:
        raise RecordError("holds more than one record", where=where)
    if not contents:
        raise _none(where)
    try:
        return contents[0].decode("ascii")
    except UnicodeDecodeError:
        raise RecordError("the record is damaged", where=where) from None
