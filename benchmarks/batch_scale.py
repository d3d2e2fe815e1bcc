"""How batches grow with rows and workers, and what that means for many more rows.

    python benchmarks/batch_scale.py --rows 100000 1000000 10000000 --workers 1 2     measures; adds to the results
    python benchmarks/batch_scale.py --page                                          writes the tables in docs/scale.md

Each run is the command itself (`seajuris batch ... --engine dask`) in a process of its own, on positions spread evenly
over the globe. What a run of a few rows takes is counted as start-up and taken off. Results are kept in
benchmarks/results/scale.json, one for each command, number of rows and number of workers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq

from seajuris.version import __version__

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "scale.json"
PAGE = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
FEW = 1_000
"""Rows of the run that counts as start-up."""
PART_ROWS = 200_000
GOAL = 10**10
MACHINES = (1, 10, 100)
CORES = 16


def part_rows(rows: int) -> int:
    """Parts of the usual size, or smaller ones, so that each worker has several."""
    return max(1_000, min(PART_ROWS, rows // 16))


def write(path: Path, rows: int) -> None:
    """Positions spread evenly over the globe, and a few kinds of facts."""
    chance = np.random.default_rng(7)
    flags, offences = pa.array(["PAN", "stateless", "ITA"]), pa.array(["migrant_smuggling", "death_caused"])
    with pq.ParquetWriter(path, _schema(), compression="zstd") as writer:
        size = part_rows(rows)
        for begin in range(0, rows, size):
            n = min(size, rows - begin)
            lat = np.degrees(np.arcsin(chance.uniform(-0.97, 0.97, n))).round(5)
            columns = [
                pa.array(np.arange(begin, begin + n)),
                pa.array(lat),
                pa.array(chance.uniform(-180, 180, n).round(5)),
                flags.take(pa.array(chance.integers(0, 3, n))),
                offences.take(pa.array(chance.integers(0, 2, n))),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=_schema()))


def _schema() -> pa.Schema:
    fields = [("id", pa.int64()), ("lat", pa.float64()), ("lon", pa.float64())]
    return pa.schema([*fields, ("flag", pa.string()), ("offences", pa.string())])


def run(command: str, source: Path, target: Path, workers: int, rows: int) -> tuple[float, int]:
    """Seconds, and the largest sum of memory of all its processes in bytes."""
    args = ["batch", command, str(source), "-o", str(target), "--on" if command == "locate" else "--set"]
    args += ["2023-06-14" if command == "locate" else "on=2023-06-14"]
    args += ["--engine", "dask", "--workers", str(workers), "--part-rows", str(part_rows(rows)), "--force"]
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", "from seajuris.cli import main; main()", *args])
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    if process.wait() != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return time.perf_counter() - began, peak[0]


def _watch(pid: int, peak: list[int]) -> None:
    try:
        top = psutil.Process(pid)
        while top.is_running():
            peak[0] = max(peak[0], sum(_memory(p) for p in (top, *top.children(recursive=True))))
            time.sleep(0.2)
    except psutil.Error:
        return


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def measure(command: str, sizes: list[int], counts: list[int]) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "few.parquet", FEW)
        for workers in counts:
            # The first run may have to build the cell index.
            starts = [run(command, folder / "few.parquet", folder / "few", workers, FEW)[0] for _ in range(3)]
            start = sorted(starts[1:])[0]
            for rows in sizes:
                source = folder / f"{rows}.parquet"
                if not source.exists():
                    write(source, rows)
                seconds, memory = run(command, source, folder / "out", workers, rows)
                if seconds < 1.1 * start:
                    print(f"{rows} rows, {workers} workers: lost in the start-up; more rows, or a quieter machine")
                    continue
                written = sum(path.stat().st_size for path in (folder / "out").glob("part-*.parquet"))
                yield {
                    "command": command,
                    "rows": rows,
                    "workers": workers,
                    "seconds": round(seconds, 2),
                    "start_seconds": round(start, 2),
                    "rows_per_second": round(rows / max(seconds - start, 1e-3)),
                    "memory_mb": round(memory / 1e6),
                    "input_bytes": source.stat().st_size,
                    "output_bytes": written,
                    "load_before": round(os.getloadavg()[0], 1),
                }


def keep(found: dict[str, Any]) -> None:
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"runs": []}
    key = [found[name] for name in ("command", "rows", "workers")]
    runs = [r for r in known["runs"] if [r[name] for name in ("command", "rows", "workers")] != key]
    runs = sorted([*runs, found], key=lambda r: (r["command"] != "locate", r["rows"], r["workers"]))
    machine = {"cpus": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
    data = {"software": __version__, "machine": machine, "runs": runs}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


# --- The page -----------------------------------------------------------------------------------------------------


def tables(data: dict[str, Any]) -> str:
    """What docs/scale.md says of the measurements: nothing in it is typed by hand."""
    cpus = data["machine"]["cpus"]
    lines = [
        f"seajuris {data['software']}, Python {data['machine']['python']}, one machine with {cpus} processors.",
        "",
        "| command | rows | workers | start-up | whole run | rows a second | memory of all processes |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for r in data["runs"]:
        lines.append(
            f"| `{r['command']}` | {r['rows']:,} | {r['workers']} | {r['start_seconds']:.1f} s | {r['seconds']:.1f} s |"
            f" {r['rows_per_second']:,} | {r['memory_mb']:,} MB |"
        )
    return "\n".join([*lines, "", *projection(data["runs"])])


def projection(runs: list[dict[str, Any]]) -> list[str]:
    """How long `GOAL` rows take, from the largest runs."""
    placed = [r for r in runs if r["command"] == "locate"]
    single = [r for r in placed if r["workers"] == 1]
    several = [r for r in placed if r["workers"] > 1]
    if not single or not several:
        return ["Not yet computed: it needs runs with one worker and with several."]
    one, many = max(single, key=lambda r: r["rows"]), max(several, key=lambda r: (r["rows"], r["workers"]))
    share = min(1.0, many["rows_per_second"] / (many["workers"] * one["rows_per_second"]))
    each = one["rows_per_second"] * share
    hours = GOAL / each / 3600
    lines = [
        f"**What {GOAL:,} positions take** is computed from these figures:",
        "",
        "    seconds = start-up + positions / (rate of one worker x efficiency x workers)",
        "",
        f"- rate of one worker: {one['rows_per_second']:,} rows a second ({one['rows']:,} rows, 1 worker);",
        f"- efficiency: {share:.2f}, what a worker does beside others against one alone ({many['rows']:,} rows, "
        f"{many['workers']} workers: {many['rows_per_second']:,} rows a second together);",
        f"- together {hours:,.0f} hours of one processor, {GOAL // PART_ROWS:,} parts of {PART_ROWS:,} rows;",
        f"- the input has {one['input_bytes'] / one['rows'] * GOAL / 1e9:,.0f} GB, the output "
        f"{one['output_bytes'] / one['rows'] * GOAL / 1e9:,.0f} GB, at the bytes for each row that were measured.",
        "",
        f"| machines with {CORES} processors | workers | time |",
        "|---:|---:|---:|",
    ]
    for machines in MACHINES:
        workers = machines * CORES
        lines.append(f"| {machines} | {workers:,} | {_duration(one['start_seconds'] + GOAL / (each * workers))} |")
    return [
        *lines,
        "",
        "It assumes that processors are like the one measured; that a worker among hundreds is no slower than one "
        f"among {many['workers']}, so that the storage keeps up; that nothing fails; and positions spread evenly over "
        "the globe without a stated accuracy. Positions near coasts and lines, and radii of miles, cost more: measure "
        "with some of your own before you order machines.",
    ]


def _duration(seconds: float) -> str:
    if seconds >= 2 * 86400:
        return f"{seconds / 86400:,.1f} days"
    if seconds < 600:
        return f"{seconds:,.0f} seconds"
    return f"{seconds / 3600:,.1f} hours" if seconds >= 2 * 3600 else f"{seconds / 60:,.0f} minutes"


def page(text: str, data: dict[str, Any]) -> str:
    """The page with its tables written again."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{tables(data)}\n\n{END}{rest.partition(END)[2]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--command", choices=("locate", "assess"), default="locate")
    parser.add_argument("--page", action="store_true")
    args = parser.parse_args()
    for found in measure(args.command, args.rows, args.workers) if args.rows else ():
        print(json.dumps(found))
        keep(found)
    if args.page:
        text = page(PAGE.read_text(encoding="utf-8"), json.loads(RESULTS.read_text(encoding="utf-8")))
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
