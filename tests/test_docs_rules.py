"""docs/rules.md, followed to the letter: its files saved, its changes made, its commands run, its output compared."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from conftest import ROOT, Run
from seajuris.rules.lint import CODES
from seajuris.rules.load import rules_in

PAGE = ROOT / "docs" / "rules.md"
TABLE = re.compile(r"(?<=<!-- codes: begin -->\n).*(?=<!-- codes: end -->)", re.DOTALL)
_BLOCK = re.compile(
    r"(?:^<!-- (?P<what>[^\n]*?) -->\n)?^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)


def fits(shown: str, line: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in shown.strip().split("...")), line.strip()) is not None


def follow(command: str, shown: list[str], code: int, run: Run) -> None:
    program, *args = shlex.split(command)
    assert program == "seajuris"
    # Each command of a reader is a program of its own: nothing read before is remembered.
    rules_in.cache_clear()
    answer = run(*args)
    assert answer.code == code, f"{command}: {answer.out}{answer.err}"
    lines = iter((answer.out + answer.err).splitlines())
    for text in shown:
        assert any(fits(text, line) for line in lines), f"{command}: not in the output, or not in this order: {text!r}"


def steps(body: str) -> list[tuple[str, list[str], int]]:
    """The commands of a block, each with the output shown and the exit code (0 unless shown)."""
    found: list[tuple[str, list[str], int]] = []
    for line in body.splitlines():
        if line == "$ echo $?":
            found.append(("echo", [], 0))
        elif line.startswith("$ "):
            found.append((line[2:], [], 0))
        elif found[-1][0] == "echo":
            found.pop()
            command, shown, _ = found.pop()
            found.append((command, shown, int(line)))
        elif line.strip():
            found[-1][1].append(line)
    return found


def test_the_page_works_as_written(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = files = changes = 0
    old: tuple[Path, str] | None = None
    for block in _BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        what, body = block["what"] or "", block["body"]
        if what.startswith("file: "):
            path = tmp_path / what.removeprefix("file: ")
            path.parent.mkdir(exist_ok=True)
            path.write_text(body, encoding="utf-8")
            files += 1
        elif what.startswith("replace in: "):
            old = (tmp_path / what.removeprefix("replace in: "), body)
        elif what == "by":
            assert old is not None
            path, before = old
            text = path.read_text(encoding="utf-8")
            # A part of a line is replaced as it stands, without the end of the line.
            before, after = (before, body) if before in text else (before.rstrip("\n"), body.rstrip("\n"))
            assert text.count(before) == 1, before
            path.write_text(text.replace(before, after), encoding="utf-8")
            old = None
            changes += 1
        elif block["language"] == "shell":
            for command, shown, code in steps(body):
                follow(command, shown, code, run)
                commands += 1
        else:
            assert block["language"] == "text", f"nobody follows this block: {body}"
    assert (files, changes) == (2, 5)
    assert commands >= 12
    assert (tmp_path / "rule-book.html").read_text(encoding="utf-8").count("Vanuatu") > 3
    rules_in.cache_clear()


def codes_table() -> str:
    rows = [f"| {code} | {meaning} |" for code, meaning in CODES.items()]
    return "\n".join(["| code | meaning |", "|---|---|", *rows]) + "\n"


def test_the_page_lists_every_code() -> None:
    match = TABLE.search(PAGE.read_text(encoding="utf-8"))
    assert match is not None
    assert match[0] == codes_table(), "run: python tests/test_docs_rules.py"


if __name__ == "__main__":
    sys.stdout.write(f"{PAGE}\n")
    PAGE.write_text(TABLE.sub(lambda _: codes_table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
