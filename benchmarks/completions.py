"""The rule engine against clingo on many random conditions, fact sets and places.

    python benchmarks/completions.py                # 2,000 problems
    python benchmarks/completions.py 20000 --seed 7

Exit code 1 if there is a difference.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from answer_sets import compare


def main() -> int:
    """Compare, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    start = time.perf_counter()
    tally = compare(chosen.seed, chosen.count)
    print(
        f"{tally.compared} problems in {time.perf_counter() - start:.0f} s: {tally.completed} needed completions, "
        f"{tally.decided} were decided by them, {tally.too_many} had too many; {len(tally.differences)} differences"
    )
    for text in tally.differences:
        print(text)
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
