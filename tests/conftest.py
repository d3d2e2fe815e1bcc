"""What every test gets: no network, and the same environment on every machine."""

from __future__ import annotations

import io
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

for name in [*os.environ]:
    if name.startswith("SEAJURIS_") or name in ("COLUMNS", "LINES", "FORCE_COLOR", "PYTHONWARNINGS"):
        del os.environ[name]
os.environ.update(NO_COLOR="1", TERM="dumb", TZ="UTC", PYTHONUTF8="1", PYTHONHASHSEED="0")
# The cell index takes a quarter of a minute: it is built once for all tests, and for the commands that they run.
os.environ["SEAJURIS_CACHE"] = str(ROOT / "build" / "cells")

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")


def pytest_configure(config: pytest.Config) -> None:
    """Measure the branches that the tests run, if asked to; before anything of the program is imported."""
    if os.environ.get("COVERED"):
        from covered import Covered

        config.pluginmanager.register(Covered(config), "covered-branches")


def _refuse(self: socket.socket, address: Any) -> Any:
    if self.family == socket.AF_UNIX:
        return _connect(self, address)
    raise RuntimeError(f"a test tried to reach the network: {address!r}")


_connect = socket.socket.connect
socket.socket.connect = _refuse  # type: ignore[method-assign,assignment]
socket.socket.connect_ex = _refuse  # type: ignore[method-assign,assignment]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run of the command line gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


class Screen(io.TextIOWrapper):
    """A stream that holds what is written to it; a terminal if asked."""

    def __init__(self, *, terminal: bool, encoding: str, errors: str) -> None:
        self.bytes = io.BytesIO()
        self._terminal = terminal
        super().__init__(self.bytes, encoding=encoding, errors=errors, write_through=True)

    def isatty(self) -> bool:
        return self._terminal

    def shown(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in this process, as its entry point does."""
    from seajuris.cli import main

    def run_main(*args: str, stdin: bytes = b"", terminal: bool = False, encoding: str = "utf-8") -> Answer:
        # As Python sets them up: stdout refuses what it cannot encode, stderr escapes it.
        out = Screen(terminal=terminal, encoding=encoding, errors="strict")
        err = Screen(terminal=terminal, encoding=encoding, errors="backslashreplace")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["seajuris", *args])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            try:
                main()
                code: Any = 0
            except SystemExit as stop:
                code = stop.code or 0
        return Answer(int(code), out.shown(), err.shown())

    return run_main
