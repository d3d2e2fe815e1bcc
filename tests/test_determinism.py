"""Whole processes: the same case gives the same bytes, whatever the order in which Python keeps its sets."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from conftest import ROOT

MAIN = "from seajuris.cli import main; main()"


def printed(seed: str, *args: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *args], capture_output=True, env=environment, timeout=60, check=True, cwd=ROOT
    )
    return done.stdout


@pytest.mark.parametrize(
    "args",
    [
        ("assess", "docs/examples/pylos.yaml", "--json"),
        ("assess", "--suspect", "SYR", "--destination", "ITA", "--on", "2023-06", "--json"),
        ("explain", "docs/examples/pylos.yaml", "--state", "GRC"),
    ],
    ids=lambda args: " ".join(args[:2]),
)
def test_the_same_bytes_under_every_hash_seed(args: tuple[str, ...]) -> None:
    first, second = printed("1", *args), printed("77", *args)
    assert first == second
    assert len(first) > 1000
