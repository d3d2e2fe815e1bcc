"""Runs the real command in a process of its own, with whatever is wrong around it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conftest import ROOT

MAIN = "from seajuris.cli import main; main()"
PYLOS = str(ROOT / "docs" / "examples" / "pylos.yaml")
SMALL = str(ROOT / "tests" / "fixtures" / "no_position.json")
"""A case that is soon answered: a hundred processes are started here."""

Done = subprocess.CompletedProcess[bytes]


def environment(changed: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment of this process with changes; `None` removes a variable."""
    merged: dict[str, str | None] = {**os.environ, **(changed or {})}
    return {name: value for name, value in merged.items() if value is not None}


def seajuris(
    *args: str | bytes | Path,
    env: Mapping[str, str | None] | None = None,
    cwd: Path = ROOT,
    before: str = "",
    options: tuple[str, ...] = (),
    **more: Any,
) -> Done:
    """Run ``seajuris``.

    Args:
        args: Its arguments.
        env: Changes of the environment.
        cwd: Working folder.
        before: Python that runs first in that process: what happens at a bad moment.
        options: Of the interpreter.
        more: For `subprocess.run`.
    """
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    command = [sys.executable, *options, "-c", f"{before}\n{MAIN}", *args]
    return subprocess.run(command, env=environment(env), cwd=cwd, timeout=120, check=False, **more)


def as_anybody() -> None:
    """For `preexec_fn`: root, too, is held to the permissions of files (capabilities 1 and 2 go)."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):
            if libc.prctl(24, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "prctl")


def limited_files(size: int) -> Callable[[], None]:
    """For `preexec_fn`: no file grows beyond `size` bytes, as on a full disk."""
    import resource

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
