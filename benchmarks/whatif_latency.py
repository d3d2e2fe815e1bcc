"""How long the local page's server takes for an answer, over all teaching scenarios.

    python benchmarks/whatif_latency.py [--rounds N]

Rules, register and zone data are open, as they are after the first request of a session; no network, no browser.
Target: 100 ms at the median. Prints wall-clock and processor time, since a busy machine spoils only the former.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

from seajuris.server.engine import Engine


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    engine = Engine()
    engine.warm()
    listed = json.loads(engine.scenarios({}, "").content)["scenarios"]
    bodies = {s["id"]: json.dumps(s["case"]) for s in listed}
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    size: dict[str, int] = {}
    for _ in range(rounds):
        for name, body in bodies.items():
            began, used = time.perf_counter(), time.process_time()
            size[name] = len(engine.assess({}, body).content)
            wall.setdefault(name, []).append(1000 * (time.perf_counter() - began))
            cpu.setdefault(name, []).append(1000 * (time.process_time() - used))
    for what, times in (("wall clock", wall), ("processor", cpu)):
        best = sorted(statistics.median(t) for t in times.values())
        print(
            f"{what}: median {statistics.median(best):.0f} ms, 95 % {best[int(0.95 * (len(best) - 1))]:.0f} ms, "
            f"slowest {best[-1]:.0f} ms ({len(best)} scenarios, {rounds} rounds)"
        )
    slowest = sorted(cpu, key=lambda name: -statistics.median(cpu[name]))[:5]
    for name in slowest:
        print(f"  {name}: {statistics.median(cpu[name]):.0f} ms processor, {size[name] / 1000:.0f} kB")


if __name__ == "__main__":
    main()
