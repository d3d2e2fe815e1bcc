"""What the pages on errors and dangers say is there: tests by name, codes that are raised, statuses that are sent."""

from __future__ import annotations

import ast
import re
from functools import cache
from http import HTTPStatus

import pytest

from conftest import ROOT
from seajuris import errors
from seajuris.errors import SeajurisError
from seajuris.server.guard import MAX_BODY, MAX_HEADER, MAX_TARGET
from seajuris.server.openapi import openapi
from seajuris.server.workers import DEADLINE_S, PATIENCE_S
from test_docs import commands, fits

KINDS = {k.__name__: k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, SeajurisError)}
CODES = sorted({kind.code for kind in KINDS.values()})
ERRORS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(test_\w+\.py)::(\w+)`", THREATS)


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_the_threat_model_names_is_there(file: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in names_in(file)


def test_every_danger_has_a_test() -> None:
    rows = [line for line in THREATS.partition("## Dangers")[2].splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith("| danger |")]
    assert len(rows) > 30
    for row in rows:
        assert re.search(r"`test_\w+\.py::\w+`", row), row


def section(code: str) -> str:
    found = re.search(rf"^### {code}\n(.*?)(?=^##|\Z)", ERRORS, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/errors.md does not explain {code}"
    return found[1]


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_an_example_and_a_remedy(code: str) -> None:
    """That the examples print what is shown, `test_docs` runs."""
    text = section(code)
    assert re.search(r"^Remedy: \S", text, re.MULTILINE)
    if code == SeajurisError.code:
        assert ">>> " in text
        return
    shown = [c for c in commands(ROOT / "docs" / "errors.md") if f"error {code}:" in "".join(c.shown)]
    kinds = [kind for kind in KINDS.values() if kind.code == code]
    assert shown
    assert {c.code for c in shown} == {kind.exit_code for kind in kinds}
    assert re.search(r"^\$ echo \$\?$", text, re.MULTILINE)


@cache
def raised() -> frozenset[str]:
    """Names of exceptions that the program raises, with those of their bases that stand in the same file."""
    found: set[str] = set()
    bases: dict[str, set[str]] = {}
    for path in (ROOT / "src" / "seajuris").rglob("*.py"):
        if path.name == "errors.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                function = node.exc.func
                found.add(function.id if isinstance(function, ast.Name) else getattr(function, "attr", ""))
            elif isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(b.id for b in node.bases if isinstance(b, ast.Name))
    return frozenset(found | {base for name in found for base in bases.get(name, ())})


@pytest.mark.parametrize("name", [name for name in KINDS if name != "SeajurisError"])
def test_every_code_is_raised_somewhere(name: str) -> None:
    assert name in raised()


def test_what_is_not_raised_would_be_noticed() -> None:
    assert "InventedError" not in raised()
    assert not fits("seajuris: error SJ999: ...", "seajuris: error SJ100: x")


def test_every_status_of_the_local_page_is_explained() -> None:
    sent = set()
    for path in (ROOT / "src" / "seajuris" / "server").glob("*.py"):
        sent |= set(re.findall(r"HTTPStatus\.([A-Z_]+)", path.read_text(encoding="utf-8")))
    statuses = {str(HTTPStatus[name].value) for name in sent}
    for path, methods in openapi()["paths"].items():
        for operation in methods.values():
            assert set(operation["responses"]) == statuses, path
    # A 500 has a code of the program's own: SJ000, SJ200, SJ300.
    explained = set(re.findall(r"^\| `HTTP-(\d{3})` \|", ERRORS, re.MULTILINE))
    assert explained == statuses - {"200", "500"}


def test_the_figures_of_the_local_page_are_those_of_the_program() -> None:
    serve = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    for page in (ERRORS, serve):
        assert f"{MAX_BODY // 1024} kB" in page
        assert f"{MAX_HEADER // 1024} kB" in page
        assert f"{DEADLINE_S:.0f} seconds" in page
        assert f"{PATIENCE_S:.0f} seconds" in page
    assert f"{MAX_TARGET} characters" in ERRORS


@pytest.mark.parametrize("name", ["SECURITY.md", "requirements/README.md"])
def test_links_of_pages_outside_docs(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
    # No address that nobody reads: whoever reports uses the place where the source came from.
    assert not re.search(r"\b[\w.+-]+@[\w-]+\.\w+|https?://", page.read_text(encoding="utf-8"))
