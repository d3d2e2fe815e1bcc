"""How much longer a memo takes than the same answer as JSON: whole processes, side by side in one run.

    python benchmarks/memo.py [CASE] [ROUNDS]

Prints, for `assess --json` and for each format of `memo`, the best and the median of the wall clock and of the
processor time, and the ratio of the medians to `assess --json`. The commands take turns, so that a busy machine is
busy for all.

    python benchmarks/memo.py --golden DIR

writes the memos of the twelve scenarios of `tests/memo_scenarios.py` in all formats into DIR, to be looked at.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-c", "import sys; sys.argv[0] = 'seajuris'; from seajuris.cli import main; main()"]
LIMITS = {"html": 3.0, "pdf": 4.0}


def run(*args: str) -> tuple[float, float]:
    """Wall clock and processor time of one process, seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([*PROGRAM, *args], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(case: str, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        commands = {"assess --json": ["assess", case, "--json"]}
        for form in ("md", "html", "docx", "pdf"):
            target = os.path.join(folder, f"memo.{form}")  # noqa: PTH118 (an argument)
            commands[f"memo {form}"] = ["memo", case, "-o", target, "--date", "2026-01-01", "--force"]
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for number in range(rounds + 1):
            for name, args in commands.items():
                took = run(*args)
                # The first round only warms the caches of the disk.
                if number:
                    taken[name].append(took)
    base = [statistics.median(t[i] for t in taken["assess --json"]) for i in (0, 1)]
    print(f"{case}, {rounds} rounds")
    print(f"{'':<14} {'wall best':>10} {'median':>8} {'ratio':>6}   {'cpu best':>9} {'median':>8} {'ratio':>6}  limit")
    for name, figures in taken.items():
        wall, cpu = [t[0] for t in figures], [t[1] for t in figures]
        mid = statistics.median(wall), statistics.median(cpu)
        limit = LIMITS.get(name.rpartition(" ")[2])
        print(
            f"{name:<14} {min(wall):>9.2f}s {mid[0]:>7.2f}s {mid[0] / base[0]:>6.2f}   {min(cpu):>8.2f}s "
            f"{mid[1]:>7.2f}s {mid[1] / base[1]:>6.2f}  {limit if limit else ''}"
        )


def golden(folder: str) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from memo_scenarios import SCENARIOS, write_all

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name in SCENARIOS:
        for path in write_all(name, target):
            print(path)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--golden"]:
        golden(sys.argv[2])
    else:
        main(
            sys.argv[1] if len(sys.argv) > 1 else "docs/examples/pylos.yaml",
            int(sys.argv[2]) if len(sys.argv) > 2 else 5,
        )
