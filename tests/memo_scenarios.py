"""Twelve scenarios as memos in every format: where a release is looked at, and what the tests read back.

python benchmarks/memo.py --golden DIR     # writes all of them into a folder
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from seajuris import scenarios
from seajuris.assessment import Assessment
from seajuris.paths import shipped
from seajuris.render.memo.build import Options
from seajuris.render.memo.write import FORMATS, memo
from seajuris.rules.load import shipped_rules

# High seas, territorial sea, disputed waters, a collision, a bar, persons alike, piracy, no position, several flags.
SCENARIOS = (
    "pylos-adriana-2023", "cutro-2023", "channel-2021-11-24", "el-hiblu-1", "enrica-lexie", "sea-watch-3",
    "exercise-piracy", "exercise-contiguous-zone", "exercise-ne-bis-in-idem", "exercise-platform",
    "exercise-false-papers", "lotus",
)  # fmt: skip
DATE = "2026-01-01"


@cache
def assessment(name: str) -> Assessment:
    return scenarios.assess(scenarios.load(shipped("scenarios") / f"{name}.yaml"))


@cache
def written(name: str, form: str, lang: str = "en") -> bytes:
    return memo(assessment(name), shipped_rules(), Options(DATE, lang, format=form))


def write_all(name: str, folder: Path) -> list[Path]:
    """Write one scenario in every format."""
    paths = []
    for form in FORMATS:
        path = folder / f"{name}.{form}"
        path.write_bytes(written(name, form))
        paths.append(path)
    return paths


# --- Reading back: what a person would read, without spaces and signs that only the layout needs ------------------


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def text_of(content: bytes, form: str) -> str:
    """The text of a memo, folded: no white space, no break opportunities."""
    if form == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            xml = package.read("word/document.xml").decode()
        body = "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", xml))
        text = html.unescape(body)
    elif form == "pdf":
        import pypdf

        pages = (fold(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        # The foot of a page may stand in the middle of a sentence.
        text = "".join(
            re.sub(r"seajuris[^,]{1,20},memoof[\d-]{10}\.Possibilities,notdecisions\.page\d+of\d+", "", p)
            for p in pages
        )
    else:
        source = content.decode()
        if form == "md":
            # Rendered as a reader renders it, so that escapes count for what they mean.
            from markdown_it import MarkdownIt

            source = MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
        parser = _Text()
        parser.feed(source)
        text = "".join(parser.parts)
    return fold(text)


def fold(text: str) -> str:
    """Text without what a layout may change: white space, break opportunities, soft hyphens."""
    return re.sub(r"[\s\u200b\u00ad]+", "", text)
