"""The styles of a DOCX memo. Headings keep their built-in names, so that outlines and contents find them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

WIDTH = 9638
"""Width of the text, twentieths of a point: A4 with margins of 20 mm."""

ACCENT, SOFT, MARK, PALE, LINE, INK = "0B4F7C", "4F5965", "8A3800", "F3F6F9", "C9D1D9", "1B1F24"
REPLACED = frozenset(
    {"Normal", "BodyText", "Heading1", "Heading2", "Heading3", "Title", "Subtitle", "Caption", "Footer", "Hyperlink"}
)
"""Styles of the template that are taken out for those below."""

_SIDES = ("top", "left", "bottom", "right")


@dataclass(frozen=True, slots=True)
class _Style:
    """A paragraph style.

    Attributes:
        before: Space before and `after`, twentieths of a point; `line`: height of a line, 240ths of a line.
        size: Half points.
        rule: Sides with a line.
        fill: Colour behind the paragraph.
        level: Outline level, from 0.
        tab: Position and kind of a tab stop, twentieths of a point.
        hang: Hanging indent, twentieths of a point.
        tight: Whether paragraphs of the same style stand closer; `None` is as in the style that it is based on.
    """

    key: str
    name: str
    before: int = 0
    after: int = 0
    line: int = 264
    size: int = 21
    colour: str = INK
    bold: bool = False
    based: str = "Normal"
    following: str | None = None
    keep: bool = False
    rule: tuple[str, ...] = ()
    fill: str | None = None
    level: int | None = None
    tab: tuple[str, int] | None = None
    hang: int = 0
    tight: bool | None = None

    def xml(self, language: str) -> str:
        """As WordprocessingML; the order of the elements is that of its schema."""
        normal = self.key == "Normal"
        default = ' w:default="1"' if normal else ""
        head = f'<w:style w:type="paragraph"{default} w:styleId="{self.key}">'
        head += f'<w:name w:val="{self.name}"/>'
        head += "" if normal else f'<w:basedOn w:val="{self.based}"/>'
        head += f'<w:next w:val="{self.following}"/>' if self.following else ""
        fonts = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/>'
        run = f'{fonts}<w:b w:val="{int(self.bold)}"/><w:i w:val="0"/><w:color w:val="{self.colour}"/>'
        run += f'<w:sz w:val="{self.size}"/><w:szCs w:val="{self.size}"/>'
        run += f'<w:lang w:val="{language}"/>' if normal else ""
        return f"{head}<w:qFormat/><w:pPr>{''.join(self._paragraph())}</w:pPr><w:rPr>{run}</w:rPr></w:style>"

    def _paragraph(self) -> Iterator[str]:
        if self.keep:
            yield "<w:keepNext/><w:keepLines/>"
        if self.rule:
            edge = f'w:val="single" w:sz="8" w:space="6" w:color="{ACCENT}"'
            yield f"<w:pBdr>{''.join(f'<w:{side} {edge}/>' for side in self.rule)}</w:pBdr>"
        if self.fill:
            yield f'<w:shd w:val="clear" w:color="auto" w:fill="{self.fill}"/>'
        if self.tab:
            yield f'<w:tabs><w:tab w:val="{self.tab[0]}" w:pos="{self.tab[1]}"/></w:tabs>'
        yield f'<w:spacing w:before="{self.before}" w:after="{self.after}" w:line="{self.line}" w:lineRule="auto"/>'
        if self.hang:
            yield f'<w:ind w:left="{self.hang}" w:hanging="{self.hang}"/>'
        if self.tight is not None:
            yield f'<w:contextualSpacing w:val="{int(self.tight)}"/>'
        if self.level is not None:
            yield f'<w:outlineLvl w:val="{self.level}"/>'


_STYLES = (
    _Style("Normal", "Normal"),
    _Style("BodyText", "Body Text", after=120),
    _Style("Title", "Title", after=80, size=40, colour=ACCENT, bold=True, following="Subtitle"),
    _Style("Subtitle", "Subtitle", after=200, size=26, following="BodyText"),
    _Style(
        "Heading1", "heading 1", before=420, after=140, size=30, colour=ACCENT, bold=True, following="BodyText",
        keep=True, rule=("top",), level=0,
    ),
    _Style(
        "Heading2", "heading 2", before=320, after=120, size=25, colour=ACCENT, bold=True, following="BodyText",
        keep=True, fill=PALE, level=1,
    ),
    _Style(
        "Heading3", "heading 3", before=240, after=80, size=22, bold=True, following="BodyText", keep=True, level=2,
    ),
    _Style("Caption", "caption", before=180, after=80, bold=True, keep=True),
    _Style("Note", "Note", after=120, size=20, colour=SOFT),
    _Style("Lead", "Lead", after=140, size=23),
    _Style("Cell", "Table text", before=20, after=40, line=250, size=19),
    _Style("TickBox", "Tick box", before=20, after=40, line=250, size=19, tab=("left", 340), hang=340),
    _Style("CellBullet", "Table bullet", before=20, after=40, line=250, size=19, based="ListBullet", tight=False),
    _Style("Answer", "Answer", before=60, after=700, size=17),
    _Style("Gap", "Gap", line=180, size=12),
    _Style("ContentsHeading", "Contents heading", before=240, after=80, size=24, colour=ACCENT, bold=True, keep=True),
    _Style("Contents", "Contents", after=30),
    _Style("Disclaimer", "Disclaimer", before=400, after=120, bold=True, rule=_SIDES),
    _Style("Footer", "footer", size=17, colour=SOFT, tab=("right", WIDTH)),
)  # fmt: skip


def sheet(language: str) -> Iterator[str]:
    """All styles, as WordprocessingML.

    Args:
        language: BCP 47, for the spelling checker.
    """
    for style in _STYLES:
        yield style.xml(language)
    yield (
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        f'<w:rPr><w:color w:val="{ACCENT}"/><w:u w:val="single"/></w:rPr></w:style>'
    )
