"""Kills a worker in the middle of a run on Dask and looks whether a row is lost, doubled or different.

    python benchmarks/dask_check.py [--rows 40000] [--parts 40] [--kills 1]

Two worker processes share a file out; as soon as the first parts are done, one of them is killed with SIGKILL, which
leaves it no time for anything. Then every row of the output is compared with the same run on one process without Dask.
A second run is ended half-way by a fault of the machine that began it, and gone on with (``--resume``). Ends with exit
code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from seajuris.batch import dask as on_dask
from seajuris.batch.answered import LocateOptions
from seajuris.batch.columns import Named
from seajuris.batch.distributed import PartsTask, answer_part, finish, prepare

OPTIONS = LocateOptions(today=dt.date(2026, 11, 1))


def write(path: Path, rows: int) -> None:
    chance = np.random.default_rng(5)
    lat, lon = chance.uniform(-60, 60, rows).round(4), chance.uniform(-180, 180, rows).round(4)
    # One in a hundred is no position.
    lat[chance.integers(0, 100, rows) == 0] += 200
    pq.write_table(pa.table({"row": np.arange(rows), "lat": lat, "lon": lon}), path, row_group_size=rows // 7)


def task(source: Path, target: Path, part_rows: int, *, resume: bool = False) -> PartsTask:
    return PartsTask(
        input=str(source), output=str(target), options=OPTIONS, named=Named(), part_rows=part_rows, resume=resume
    )


class Killer:
    """Kills workers of this process's cluster while parts come in."""

    def __init__(self, kills: int) -> None:
        self.kills = kills
        self.killed: list[int] = []

    def __call__(self, rows: int, share: float) -> None:
        if len(self.killed) < self.kills and share < 0.9:
            workers = [pid for pid in worker_pids() if pid not in self.killed]
            os.kill(workers[0], signal.SIGKILL)
            self.killed.append(workers[0])
            print(f"  killed worker {workers[0]} at {share:.0%}")


def worker_pids() -> list[int]:
    from distributed import default_client

    return sorted(int(pid) for pid in default_client().run(os.getpid).values())


class Stop(Exception):  # noqa: N818
    """Ends the process that began a run."""


def stop(rows: int, share: float) -> None:
    if share > 0.3:
        raise Stop


def content(folder: Path) -> tuple[pa.Table, list[bytes], list[str]]:
    names = sorted(path.name for path in folder.rglob("*") if path.is_file())
    rejects = [path.read_bytes() for path in sorted((folder / "_rejects").glob("*.csv"))]
    return pa.concat_tables([pq.read_table(p) for p in sorted(folder.glob("part-*.parquet"))]), rejects, names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--parts", type=int, default=40)
    parser.add_argument("--kills", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, size = folder / "in.parquet", args.rows // args.parts
        write(source, args.rows)
        alone = prepare(task(source, folder / "alone", size))
        finish(alone, {part.number: answer_part(part, alone.job) for part in alone.parts})
        expected = content(folder / "alone")
        killer = Killer(args.kills)
        began = time.perf_counter()
        done = on_dask.run(task(source, folder / "killed", size), workers=2, progress=killer)
        print(f"  {done['rows']} rows in {len(done['parts'])} parts, {time.perf_counter() - began:.1f} s")
        good = check("a worker killed", content(folder / "killed"), expected) and len(killer.killed) == args.kills
        begun = ended_half_way(source, folder / "resumed", size)
        done = on_dask.run(task(source, folder / "resumed", size, resume=True), workers=2, progress=count(begun))
        good &= check("gone on with", content(folder / "resumed"), expected)
    sys.exit(0 if good else 1)


def ended_half_way(source: Path, target: Path, size: int) -> int:
    with contextlib.suppress(Stop):
        on_dask.run(task(source, target, size), workers=2, progress=stop)
    marks = len([*(target / "_done").glob("*.json")])
    assert not (target / "_SUCCESS.json").exists() and marks
    return marks


def count(marks: int) -> Any:
    def progress(rows: int, share: float) -> None:
        assert rows > marks, "what had been done was done again"

    return progress


def check(what: str, found: Any, expected: Any) -> bool:
    same = [found[0].equals(expected[0]), found[1] == expected[1], found[2] == expected[2]]
    print(f"{what}: rows {same[0]}, rejected rows {same[1]}, files {same[2]}")
    return all(same)


if __name__ == "__main__":
    main()
