"""Kills a run at every point at which it touches the disk, goes on with --resume, and compares the bytes.

A program of its own: it forks for each point, so that the process that is killed really ends there, with whatever it
had not yet written. The answers are made up: what is tested is that no row is lost or repeated, whatever they are.

    python tests/batch_killed.py FORMAT INPUT FOLDER ROUNDS
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seajuris.batch import answering, csvfile, journal, jsonfile, parquetfile, parts, run
from seajuris.batch.answered import Answered, Columns, LocateOptions, Rejected

ROWS = 7
Point = Callable[[], None]


def answer(batch: pa.RecordBatch, columns: Columns, options: LocateOptions) -> Answered:
    """Every row is answered with its own latitude; every fifth latitude is rejected."""
    told = [float(text) for text in batch.column(columns.lat).to_pylist()]
    accepted = np.array([round(value) % 5 != 0 for value in told], dtype=np.bool_)
    faults = [Rejected(i, "SJ110", "lat", f"row {i}", None) for i, good in enumerate(accepted) if not good]
    kept = pa.array([value for value, good in zip(told, accepted, strict=True) if good], pa.float64())
    table = pa.record_batch([kept, kept], names=["sj_lat", "sj_lon"])
    return Answered(table, accepted, tuple(faults))


def patch() -> None:
    """Small blocks, answers that are made up."""
    for module in (csvfile, jsonfile, parquetfile, parts, run):
        module.ROWS = ROWS  # type: ignore[attr-defined]
    answering.answer_batch = answer  # type: ignore[assignment]
    run.answering_identity = lambda options: {"zones": "none"}


def count_points(point: Point) -> None:
    """Call `point` before every step that changes a file, and in the middle of every write."""

    def before(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def stepped(*args: Any, **named: Any) -> Any:
            point()
            return real(*args, **named)

        setattr(owner, name, stepped)

    # What a process has handed to the system outlives it: waiting for the disk would only take time.
    os.fsync = lambda fd: point()
    for owner, name in ((os, "link"), (Path, "replace"), (Path, "unlink")):
        before(owner, name)

    def write(self: journal.Appended, content: bytes) -> None:
        # Half of it can be on the disk when the power fails.
        half = len(content) // 2
        self._file.write(content[:half])
        self._file.flush()
        point()
        self._file.write(content[half:])
        self.length += len(content)

    journal.Appended.write = write  # type: ignore[method-assign]


def child(task: run.Task, kill_at: int) -> int:
    """Run in a process of its own, killed at a point; the exit code, or minus the signal."""
    pid = os.fork()
    if pid == 0:
        seen = 0

        def point() -> None:
            nonlocal seen
            seen += 1
            if seen == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

        count_points(point)
        try:
            run.run(task)
        except BaseException as fault:
            sys.stderr.write(f"{fault!r}\n")
            os._exit(9)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    form, source, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    patch()

    def task(target: Path, *, resume: bool) -> run.Task:
        options = LocateOptions(today=dt.date(2026, 1, 1))
        return run.Task(input=source, output=f"{target}/out", options=options, target_format=form, resume=resume)

    def content(target: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in target.iterdir()}

    # Once in this process, so that no fork has to load anything.
    target = folder / "run"
    target.mkdir()
    run.run(replace(task(target, resume=False), target_format="csv"))
    shutil.rmtree(target)
    target.mkdir()
    if child(task(target, resume=False), 0):
        sys.exit("the run without interruption failed")
    whole = content(target)
    killed = 0
    # In the second round, going on is interrupted as well.
    for again in (False, True)[: int(sys.argv[4])]:
        for point in range(1, 1000):
            shutil.rmtree(target)
            target.mkdir()
            if child(task(target, resume=False), point) == 0:
                break
            killed += 1
            if "out" in content(target) and content(target)["out"] != whole["out"]:
                sys.exit(f"killed at point {point}: the output has its name and is not complete")
            if again and child(task(target, resume=True), 3) not in (0, -signal.SIGKILL):
                sys.exit(f"killed at point {point}, going on failed")
            # Where nothing but the output is left, there is nothing to go on with.
            if child(task(target, resume=True), 0) and content(target) != whole:
                sys.exit(f"killed at point {point}, going on failed: {sorted(content(target))}")
            if content(target) != whole:
                differ = [name for name in {*whole, *content(target)} if whole.get(name) != content(target).get(name)]
                sys.exit(f"killed at point {point}: {sorted(differ)} differ")
    sys.stdout.write(f"{killed} {len(whole)}\n")


if __name__ == "__main__":
    main()
