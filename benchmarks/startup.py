"""How long one question takes as a whole process, compared with importing geopandas alone.

The three commands run in turn, so that a slow spell of the machine hits all of them; the medians are compared.

    python benchmarks/startup.py              # prints medians and ratios
    python benchmarks/startup.py --check      # exit code 1 if a ratio is above its bound
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAIN = "from seajuris.cli import main; main()"
REFERENCE = "import geopandas"
COMMANDS = {
    REFERENCE: ["-c", REFERENCE],
    "seajuris locate": ["-c", MAIN, "locate", "--at", "36.25 21.06", "--accuracy", "1nm", "--on", "2023-06-14"],
    "seajuris assess": ["-c", MAIN, "assess", "docs/examples/pylos.yaml"],
}
BOUNDS = {"seajuris locate": 0.75, "seajuris assess": 0.90}


def seconds(arguments: list[str]) -> float:
    """Wall-clock time of one process, seconds; a failing process is no measurement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - start


def measure(rounds: int) -> dict[str, list[float]]:
    """Times of each command, interleaved, after one round to warm the file cache."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, arguments in COMMANDS.items():
            took = seconds(arguments)
            if number:
                times[name].append(took)
    return times


def main() -> int:
    """Measure, print, and with --check compare with the bounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-n", type=int, default=15, help="rounds (default 15)")
    parser.add_argument("--check", action="store_true", help="exit code 1 if a ratio is above its bound")
    options = parser.parse_args()
    if options.n < 1:
        parser.error("-n must be at least 1")
    times = measure(options.n)
    reference = statistics.median(times[REFERENCE])
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {options.n} rounds, whole processes")
    print(f"{'':<18} {'median':>9} {'fastest':>9} {'ratio':>6} {'bound':>6}")
    slow = False
    for name, taken in times.items():
        median = statistics.median(taken)
        ratio, bound = median / reference, BOUNDS.get(name)
        slow = slow or (bound is not None and ratio > bound)
        tail = f" {ratio:6.2f} {bound:6.2f}" if bound is not None else ""
        print(f"{name:<18} {median * 1000:6.0f} ms {min(taken) * 1000:6.0f} ms{tail}")
    return 1 if options.check and slow else 0


if __name__ == "__main__":
    sys.exit(main())
