"""The documentation is run: every command and every Python example, and what it says about facts and errors.

In a ``console`` block, ``$ seajuris ...`` is a command and the lines below it are lines of its output, in order;
``...`` stands for anything. ``$ echo $?`` shows the exit code of the command before it; without it, 0 is expected.

    python tests/test_docs.py      # writes the table of facts in docs/case-file.md again
"""

from __future__ import annotations

import doctest
import re
import shlex
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import ROOT, Answer, Run
from seajuris import errors
from seajuris.errors import EXIT_BROKEN_PIPE
from seajuris.rules.load import shipped_rules
from seajuris.rules.vocabulary import FactDeclaration
from seajuris.yamlio import parse_yaml, read_text

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").glob("*.md"))
TABLE = re.compile(r"(?<=<!-- facts: begin -->\n).*(?=<!-- facts: end -->)", re.DOTALL)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(slots=True)
class Command:
    """One command of a page, with what the page shows of its output."""

    line: int
    text: str
    shown: list[str] = field(default_factory=list)
    code: int = 0


def blocks(page: Path, language: str) -> Iterator[tuple[int, str]]:
    """Fenced blocks of a page, with the number of their first line."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        if match[1] == language:
            yield text.count("\n", 0, match.start(2)) + 1, match[2]


def commands(page: Path) -> list[Command]:
    found: list[Command] = []
    for start, block in blocks(page, "console"):
        assert block.startswith("$ "), f"{page.name}:{start}: a console block begins with a command"
        # A backslash at the end of a line continues a command.
        lines = block.replace("\\\n", "").splitlines()
        exit_code = False
        for line in lines:
            if line == "$ echo $?":
                exit_code = True
            elif line.startswith("$ "):
                found.append(Command(start, line[2:]))
            elif exit_code:
                found[-1].code, exit_code = int(line), False
            else:
                found[-1].shown.append(line)
    return found


COMMANDS = [pytest.param(page, c, id=f"{page.name}:{c.line}") for page in PAGES for c in commands(page)]


def fits(shown: str, line: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in shown.split("..."))
    return re.fullmatch(pattern, line.rstrip()) is not None


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_commands(page: Path, command: Command, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    program, *args = shlex.split(command.text)
    assert program == "seajuris"
    answer: Answer = run(*args)
    assert answer.code == command.code, answer.err or answer.out
    lines = iter((answer.out + answer.err).splitlines())
    for shown in command.shown:
        if shown.strip() not in ("", "..."):
            assert any(fits(shown, line) for line in lines), f"not in the output, or not in this order: {shown!r}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(optionflags=flags)
    names: dict[str, object] = {}
    for start, block in blocks(page, "python"):
        assert ">>>" in block, f"{page.name}:{start}: nothing here is checked"
        test = doctest.DocTestParser().get_doctest(block, names, page.name, str(page), start - 1)
        report: list[str] = []
        result = runner.run(test, out=report.append, clear_globs=False)
        assert result.failed == 0, "".join(report)
        names.update(test.globs)


def test_there_is_something_to_run() -> None:
    assert len(commands(ROOT / "README.md")) >= 5
    assert list(blocks(ROOT / "README.md", "python"))


def test_the_first_screen_of_the_readme_names_both_commands() -> None:
    first = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30])
    assert "make demo" in first
    assert "make test" in first


@pytest.mark.parametrize("page", [*PAGES, ROOT / "ARCHITECTURE.md"], ids=lambda page: page.name)
def test_links_between_pages(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


# --- Facts and errors ---------------------------------------------------------------------------------------------


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def facts_table() -> str:
    """The table of facts in docs/case-file.md."""

    def values(fact: FactDeclaration) -> str:
        words = [f"`{word}` {cell(plain)}" for word, plain in fact.values.items()]
        return "<br>".join([*words, *([f"`{fact.none}`: there is none"] if fact.none else [])])

    rows = ["| fact | type | values | question for investigators |", "|---|---|---|---|"]
    for fact in shipped_rules().vocabulary:
        rows.append(f"| `{fact.path}` | {fact.type.replace('_', ' ')} | {values(fact)} | {cell(fact.ask)} |")
    return "\n".join(rows) + "\n"


def test_the_table_of_facts_is_that_of_the_rules() -> None:
    page = (ROOT / "docs" / "case-file.md").read_text(encoding="utf-8")
    match = TABLE.search(page)
    assert match is not None
    assert match[0] == facts_table(), "run: python tests/test_docs.py"


def test_every_error_is_described() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SeajurisError)
    ]
    codes = {kind.code for kind in kinds}
    assert len(codes) >= 7
    assert set(re.findall(r"^### (SJ\d{3})", page, re.MULTILINE)) == codes
    exits = {value for name, value in vars(errors).items() if name.startswith("EXIT_")} | {EXIT_BROKEN_PIPE}
    exits.add(128 + signal.SIGINT)
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == exits
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)} == exits


def test_the_notice_names_the_sources_of_the_zone_data() -> None:
    where = "data/maritime_zones/source/packages.yaml"
    data = parse_yaml(read_text(ROOT / where, where=where, error=errors.DataError), where=where, error=errors.DataError)
    assert isinstance(data, dict)
    packages = data["packages"]
    assert isinstance(packages, dict)
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for package in packages.values():
        assert isinstance(package, dict)
        assert f"{package['name']} {package['version']}" in notice
        assert str(package["attribution"]) in notice


def test_the_changelog_has_the_version() -> None:
    from seajuris import __version__

    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert any(entry.startswith(f"[{__version__}]") for entry in released)
    for entry in released:
        assert "### Answers changed" in entry or entry.startswith("[Unreleased]")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation
    assert f'\nversion = "{__version__}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


if __name__ == "__main__":
    target = ROOT / "docs" / "case-file.md"
    target.write_text(TABLE.sub(lambda _: facts_table(), target.read_text(encoding="utf-8")), encoding="utf-8")
