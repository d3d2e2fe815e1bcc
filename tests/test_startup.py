"""What a single question loads: start-up time is a feature, and heavy imports are what spoils it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from conftest import ROOT

# The last line of stderr lists what was imported; the command's own output goes to stdout.
_DRIVER = """
import json, sys
sys.argv[0] = "seajuris"
from seajuris.cli import main
try:
    main()
    code = 0
except SystemExit as stop:
    code = stop.code or 0
top = sorted({name.partition(".")[0] for name in sys.modules})
sys.stderr.write("\\n" + json.dumps({"code": code, "modules": top}))
"""
NEVER = {"geopandas", "pandas", "pyogrio", "scipy", "matplotlib"}


def imported(*args: str) -> set[str]:
    command = [sys.executable, "-c", _DRIVER, *args]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, cwd=ROOT, check=False)
    last = json.loads(done.stderr.splitlines()[-1])
    assert last["code"] == 0, done.stderr
    assert done.stdout
    return set(last["modules"])


@pytest.mark.parametrize(
    "args",
    [
        ("locate", "--at", "36.25 21.06", "--accuracy", "1nm", "--on", "2023-06-14"),
        ("locate", "--at", "36.25 21.06", "--on", "2023-06-14", "--json"),
        ("assess", "docs/examples/pylos.yaml"),
        ("assess", "docs/examples/pylos.yaml", "--json"),
    ],
)
def test_a_question_loads_nothing_heavy(args: tuple[str, ...]) -> None:
    modules = imported(*args)
    assert not modules & NEVER
    # The driver sees what it claims to see.
    assert {"seajuris", "shapely", "numpy"} <= modules


@pytest.mark.parametrize("args", [("--help",), ("locate", "--help"), ("assess", "--help"), ("--version",)])
def test_help_loads_no_library(args: tuple[str, ...]) -> None:
    assert not imported(*args) & (NEVER | {"numpy", "shapely", "pyproj", "yaml"})


def test_the_package_itself_loads_nothing() -> None:
    code = "import sys, seajuris; print(sorted(m for m in sys.modules if m.startswith('seajuris')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "['seajuris', 'seajuris.version']"
