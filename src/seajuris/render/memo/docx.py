"""A memo as DOCX: headings, tables, lists and styles that Word and LibreOffice know, so that it can be edited."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from itertools import count
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from seajuris.render.memo import docx_styles, environment
from seajuris.render.memo.document import (
    Block,
    Checklist,
    Document,
    Field,
    Fields,
    Figure,
    Heading,
    Inline,
    Items,
    Paragraph,
    Run,
    Table,
)
from seajuris.render.memo.docx_styles import LINE, MARK, PALE, SOFT, WIDTH

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

RECORD_PART = "/customXml/item9.xml"
NAMESPACE = "urn:seajuris:record"
_LANGUAGES = {"en": "en-GB", "fr": "fr-FR", "it": "it-IT"}
_BOX = "\u2610"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MAX_BOOKMARK = 40


def write(document: Document) -> bytes:
    """Write a memo as DOCX. Times inside are those of the memo's date, so that the bytes are the same every time."""
    try:
        import docx
    except ImportError:
        raise environment.missing("python-docx") from None
    word = docx.Document()
    _Writer(word, document).write()
    _properties(word, document)
    _record(word, document.record)
    stream = io.BytesIO()
    word.save(stream)
    return _fixed(stream.getvalue())


class _Writer:
    def __init__(self, word: WordDocument, document: Document) -> None:
        self.word = word
        self.document = document
        self.bookmarks = count(1)
        self.anchors = {section.anchor for section in document.sections} | {
            row.anchor
            for section in document.sections
            for block in section.blocks
            if isinstance(block, Table)
            for row in block.rows
            if row.anchor
        }
        self.xml: list[str] = []

    def write(self) -> None:
        self._styles()
        self._page()
        memo = self.document
        self._add(_paragraph("Title", self._text(memo.title)))
        if memo.subtitle:
            self._add(_paragraph("Subtitle", self._text(memo.subtitle)))
        self._fields(memo.head)
        self._add(_paragraph("ContentsHeading", self._text(memo.contents)))
        for number, section in enumerate(memo.sections, 1):
            entry = self._link(section.anchor, self._text(f"{number}. {section.title}"))
            self._add(_paragraph("Contents", entry))
        for number, section in enumerate(memo.sections, 1):
            title = self._text(f"{number}. {section.title}")
            self._add(_paragraph("Heading1", self._marked(section.anchor, title)))
            for block in section.blocks:
                self._block(block)
        self._add(_paragraph("Disclaimer", self._text(memo.disclaimer)))
        self._flush()

    # --- Blocks ---------------------------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph():
                style = {"note": "Note", "lead": "Lead"}.get(block.role, "BodyText")
                self._add(_paragraph(style, self._inline(block.runs)))
            case Heading():
                self._add(_paragraph(f"Heading{block.level}", self._inline(block.runs)))
            case Items():
                self._add(*(self._item(runs, boxes=block.boxes) for runs in block.entries))
            case Fields():
                self._fields(block)
            case Table():
                self._table(block)
            case Checklist():
                self._checklist(block)
            case Figure():
                self._figure(block)

    def _item(self, runs: Inline, *, boxes: bool, style: str = "ListBullet") -> str:
        if boxes:
            return _paragraph("TickBox", self._text(f"{_BOX}\t") + self._inline(runs))
        return _paragraph(style, self._inline(runs))

    def _fields(self, block: Fields) -> None:
        rows = [
            _row(
                [
                    _cell([_paragraph("Cell", self._text(f.label, bold=True))], 2900),
                    _cell(self._field(f), WIDTH - 2900),
                ]
            )
            for f in block.fields
        ]
        self._add(_table(rows, [2900, WIDTH - 2900], lines=False), _paragraph("Gap", ""))

    def _field(self, field: Field) -> list[str]:
        if field.listed:
            return [self._item(runs, boxes=field.boxes, style="CellBullet") for runs in field.entries]
        return [_paragraph("Cell", self._inline(runs)) for runs in field.entries]

    def _table(self, block: Table) -> None:
        widths = [WIDTH * share // sum(block.widths) for share in block.widths]
        head = _row(
            [
                _cell([_paragraph("Cell", self._text(column, bold=True))], width, shaded=True)
                for column, width in zip(block.columns, widths, strict=True)
            ],
            head=True,
        )
        rows = [head]
        for row in block.rows:
            cells: list[str] = []
            for number, (entries, width) in enumerate(zip(row.cells, widths, strict=True)):
                texts = [self._inline(runs) for runs in entries] or [""]
                if number == 0 and row.anchor:
                    texts[0] = self._marked(row.anchor, texts[0])
                cells.append(_cell([_paragraph("Cell", text) for text in texts], width))
            rows.append(_row(cells))
        self._add(
            _paragraph("Caption", self._text(block.caption)), _table(rows, widths, lines=True), _paragraph("Gap", "")
        )

    def _checklist(self, block: Checklist) -> None:
        rows: list[str] = []
        for number, question in enumerate(block.questions, 1):
            ask = self._text(f"{number}. ", bold=True) + self._inline(
                tuple(Run(r.text, "strong") for r in question.ask)
            )
            answer = self._text(f"{block.answer}:", colour=SOFT)
            cells = [
                _cell([_paragraph("Cell", self._text(_BOX))], 560),
                _cell(
                    [
                        _paragraph("Cell", ask),
                        _paragraph("Cell", self._inline(question.why, colour=SOFT)),
                        _paragraph("Answer", answer),
                    ],
                    WIDTH - 560,
                ),
            ]
            rows.append(_row(cells))
        self._add(_table(rows, [560, WIDTH - 560], lines=True), _paragraph("Gap", ""))

    def _figure(self, block: Figure) -> None:
        if block.png:
            from docx.shared import Twips

            self._flush()
            paragraph = self.word.add_paragraph()
            paragraph.style = self.word.styles["Body Text"]
            picture = paragraph.add_run().add_picture(io.BytesIO(block.png), width=Twips(WIDTH))
            properties = picture._inline.docPr
            properties.set("descr", block.alt)
            properties.set("name", "map")
        self._add(_paragraph("Note", self._inline(block.caption)))

    # --- Text -----------------------------------------------------------------------------------------------------

    def _inline(self, runs: Inline, colour: str | None = None) -> str:
        return "".join(self._run(run, colour) for run in runs)

    def _run(self, run: Run, colour: str | None) -> str:
        bold = run.style in ("strong", "status", "mark")
        shade = {"mark": MARK, "soft": SOFT}.get(run.style, colour)
        if run.href:
            from docx.opc.constants import RELATIONSHIP_TYPE

            key = self.word.part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            return f"<w:hyperlink r:id={quoteattr(key)}>{self._text(run.text, link=True)}</w:hyperlink>"
        text = self._text(run.text, bold=bold, colour=shade, code=run.style == "code")
        return self._link(run.to, text) if run.to and run.to in self.anchors else text

    @staticmethod
    def _text(
        text: str, *, bold: bool = False, colour: str | None = None, code: bool = False, link: bool = False
    ) -> str:
        marks = '<w:rStyle w:val="Hyperlink"/>' if link else ""
        if code:
            marks += '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>'
        marks += "<w:b/>" if bold else ""
        marks += f'<w:color w:val="{colour}"/>' if colour else ""
        marks += '<w:sz w:val="17"/>' if code else ""
        parts = "<w:tab/>".join(
            f'<w:t xml:space="preserve">{escape(part)}</w:t>' if part else "" for part in text.split("\t")
        )
        return f"<w:r>{f'<w:rPr>{marks}</w:rPr>' if marks else ''}{parts}</w:r>"

    @staticmethod
    def _link(anchor: str, text: str) -> str:
        return f"<w:hyperlink w:anchor={quoteattr(_bookmark(anchor))}>{text}</w:hyperlink>"

    def _marked(self, anchor: str, text: str) -> str:
        number = next(self.bookmarks)
        name = quoteattr(_bookmark(anchor))
        return f'<w:bookmarkStart w:id="{number}" w:name={name}/>{text}<w:bookmarkEnd w:id="{number}"/>'

    # --- The file -------------------------------------------------------------------------------------------------

    def _add(self, *xml: str) -> None:
        self.xml += xml

    def _flush(self) -> None:
        """Put what was collected into the body, before the properties of the last section."""
        from docx.oxml.ns import nsdecls
        from docx.oxml.parser import parse_xml

        body = self.word.element.body
        wrapped = parse_xml(f"<w:body {nsdecls('w', 'r')}>{''.join(self.xml)}</w:body>")
        end = body[-1]
        for element in list(wrapped):
            end.addprevious(element)
        self.xml = []

    def _page(self) -> None:
        from docx.oxml.ns import nsdecls
        from docx.oxml.parser import parse_xml
        from docx.shared import Mm

        section = self.word.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
        page, of = self.document.page
        foot = (
            f"{self._text(self.document.footer)}<w:r><w:tab/></w:r>{self._text(f'{page} ')}{_field_code('PAGE')}"
            f"{self._text(f' {of} ')}{_field_code('NUMPAGES')}"
        )
        footer = section.footer
        footer.is_linked_to_previous = False
        old = footer.paragraphs[0]._p
        old.addprevious(parse_xml(_paragraph("Footer", foot).replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)))
        old.getparent().remove(old)

    def _styles(self) -> None:
        from docx.oxml.ns import nsdecls, qn
        from docx.oxml.parser import parse_xml

        element = self.word.styles.element
        for old in list(element.findall(qn("w:style"))):
            if old.get(qn("w:styleId")) in docx_styles.REPLACED:
                element.remove(old)
        for style in docx_styles.sheet(_LANGUAGES.get(self.document.lang, "en-GB")):
            element.append(parse_xml(style.replace("<w:style ", f"<w:style {nsdecls('w')} ", 1)))
        for language in element.iter(qn("w:lang")):
            language.set(qn("w:val"), _LANGUAGES.get(self.document.lang, "en-GB"))


# --- Pieces of WordprocessingML -----------------------------------------------------------------------------------


def _paragraph(style: str, content: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def _cell(paragraphs: list[str], width: int, *, shaded: bool = False) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/>' if shaded else ""
    body = "".join(paragraphs) or _paragraph("Cell", "")
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{body}</w:tc>'


def _row(cells: list[str], *, head: bool = False) -> str:
    short = sum(len(cell) for cell in cells) < 6000
    marks = ("<w:cantSplit/>" if short else "") + ("<w:tblHeader/>" if head else "")
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(cells)}</w:tr>"


def _table(rows: list[str], widths: list[int], *, lines: bool) -> str:
    edge = f'w:val="single" w:sz="4" w:space="0" w:color="{LINE}"'
    sides = ("top", "left", "bottom", "right", "insideH", "insideV") if lines else ("top", "bottom", "insideH")
    borders = "".join(f"<w:{side} {edge}/>" for side in sides)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblLook w:firstRow="1" w:noVBand="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _field_code(code: str) -> str:
    return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def _bookmark(anchor: str) -> str:
    return "s_" + "".join(c if c.isalnum() else "_" for c in anchor)[: _MAX_BOOKMARK - 2]


# --- Package ------------------------------------------------------------------------------------------------------


def _properties(word: WordDocument, document: Document) -> None:
    day = dt.datetime.combine(dt.date.fromisoformat(document.date), dt.time())
    core = word.core_properties
    core.title = f"{document.title} – {document.subtitle}"[:255] if document.subtitle else document.title
    core.author = core.last_modified_by = f"seajuris {document.software}"
    core.created = core.modified = day
    core.language = document.lang
    core.revision = 1
    core.comments = core.keywords = core.subject = core.category = ""


def _record(word: WordDocument, record: str) -> None:
    """Put the record into a custom XML part, which Word keeps when it saves."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    blob = f'<?xml version="1.0" encoding="UTF-8"?>\n<record xmlns="{NAMESPACE}">{escape(record)}</record>'
    package: Any = word.part.package
    part = Part(PackURI(RECORD_PART), "application/xml", blob.encode("ascii"), package)
    word.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


def _fixed(raw: bytes) -> bytes:
    """The same package without the time at which it was made."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, _EPOCH)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.create_system = 3
            fixed.external_attr = 0o644 << 16
            new.writestr(fixed, old.read(entry))
    return out.getvalue()
