"""The labels that are translated, found in the source; and the catalogues, compiled.

python tests/memo_messages.py      # compiles every seajuris.po to the seajuris.mo beside it, says what is missing
"""

from __future__ import annotations

import ast
import io
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parents[1]
RENDER = ROOT / "src" / "seajuris" / "render"
LOCALE = RENDER / "locale"
_CALLS = {"words", "say", "self"}
_TABLES = (
    "ZONES", "LIMITS", "STATUSES", "GRADES", "SHORT_GRADES", "VERDICTS", "DELIMITATIONS", "BOUNDARIES", "REGIMES",
    "CLAIMS", "DUTIES", "LISTS", "FACTS",
)  # fmt: skip
# Words that come as values from the assessment or the case.
_VALUES = (
    "ESTABLISHED", "CONDITIONAL", "OPEN", "EXCLUDED", "agreed", "equidistance", "from memory", "verified", "unverified",
    "stateless", "there is none", "Title", "Reference",
    "stated", "from the notation; no accuracy was stated", "{state} may have jurisdiction under",
    "{state} may have the power to act at sea under", "the law of the sea, as far as the provisions below bind it",
    "another provision of its own law than those encoded, if there is one",
    "a provision of its own law that has yet to be found",
)  # fmt: skip


def _constants(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def _called(node: ast.Call) -> str | None:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else None


def messages() -> list[str]:
    """Every label, in order."""
    from seajuris.assessment import DISCLAIMER
    from seajuris.render import labels
    from seajuris.render.memo import texts

    found: list[str] = [DISCLAIMER, *_VALUES]
    for table in _TABLES:
        for entry in getattr(labels, table).values():
            found += entry if isinstance(entry, tuple) else [entry]
    found += [value for name, value in vars(texts).items() if name.isupper()]
    for path in [*sorted((RENDER / "memo").glob("*.py")), RENDER / "words.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in _CALLS:
                for argument in node.args:
                    if isinstance(argument, ast.Constant | ast.IfExp):
                        parts = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
                        found += [text for part in parts for text in _constants(part)]
            # The sections of a memo: section("Title", "anchor", ...).
            if isinstance(node, ast.Call) and _called(node) == "section":
                found += _constants(node.args[0])
    return [text for text in dict.fromkeys(found) if text]


def catalogue(lang: str) -> Catalog:
    """The catalogue of a language, as written."""
    with (LOCALE / lang / "LC_MESSAGES" / "seajuris.po").open("rb") as file:
        return pofile.read_po(file, locale=lang)


def untranslated(lang: str) -> list[str]:
    """Labels that a catalogue does not give."""
    known: set[str] = set()
    for entry in catalogue(lang):
        strings = [entry.string] if isinstance(entry.string, str) else list(entry.string or [""])
        if entry.id and all(strings):
            known |= {entry.id} if isinstance(entry.id, str) else set(entry.id)
    return [text for text in messages() if text not in known]


def compiled(lang: str) -> bytes:
    """The catalogue of a language, as the program reads it."""
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalogue(lang))
    return buffer.getvalue()


def main() -> None:
    for folder in sorted(LOCALE.iterdir()):
        lang = folder.name
        (folder / "LC_MESSAGES" / "seajuris.mo").write_bytes(compiled(lang))
        for text in untranslated(lang):
            print(f"{lang}: no translation of {text!r}")


if __name__ == "__main__":
    main()
