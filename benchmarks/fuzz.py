"""Feeds mutated input to every reader of what strangers hand in, and writes down what came of it.

    python benchmarks/fuzz.py                              all targets, as many inputs as the record was made with
    python benchmarks/fuzz.py --only position --count 1000
    python benchmarks/fuzz.py --seed 7                     other inputs; each is made from seed and number alone
    python benchmarks/fuzz.py --one zones:123              one input again, in this process, with its traceback

A finding is: an exception that is no error of ours, exit code 1, a message that repeats a file, a value that does not
come back, more processor time than the target may take (1 s for a position, a case or a rule file), more memory than
the limit, or the end of the process. Each target runs in a process of its own, which is started again behind the input
that ended it. The targets are in ``tests/fuzz_targets.py``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import mmap
import platform
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from fuzz_targets import TARGETS  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "fuzz.json"
COUNTS = {
    "position": 1_000_000,
    "case": 10_000,
    "rules": 10_000,
    "zones": 5_000,
    "verify": 5_000,
    "cli": 2_000,
    "batch": 5_000,
    "server": 10_000,
}
MEMORY = 4 << 30
"""Bytes of address space of a process; most of it is libraries and the mapped zone file."""
STALLED_S = 300.0
MOST_FINDINGS = 50
_SHOWN = 300
_SCRATCH = "seajuris-fuzz-"


def input_of(target: Any, name: str, seed: int, number: int) -> Any:
    """The input with a number: the same for the same seed."""
    return target.make(random.Random(f"{seed}:{name}:{number}"))


def _shown(given: Any) -> str:
    """An input for the record: cut short, without the names of folders of this machine."""
    text = repr(given)[: 10 * _SHOWN].replace(str(ROOT), ".")
    named: str = re.sub(rf"{re.escape(tempfile.gettempdir())}/{_SCRATCH}\w+", "SCRATCH", text)
    return named[:_SHOWN]


def work(name: str, seed: int, start: int, end: int, folder: Path) -> None:
    """Run a target from one number to another; what is found goes to files in the folder as it is found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    target = TARGETS[name](Path(tempfile.mkdtemp(dir=folder)))
    outcomes: Counter[str] = Counter()
    slowest: tuple[float, int, str] = (0.0, start, "")
    with (folder / "at").open("r+b") as file, (folder / "found").open("a", encoding="utf-8") as found:
        at = mmap.mmap(file.fileno(), 8)
        for number in range(start, end):
            struct.pack_into("<q", at, 0, number)
            given = input_of(target, name, seed, number)
            began = time.process_time()
            what = None
            try:
                outcomes[target.check(given)] += 1
            except Exception as fault:  # Whatever it is, it is a finding.
                what = f"{type(fault).__name__}: {str(fault)[:_SHOWN]}"
                where = traceback.extract_tb(fault.__traceback__)[-1]
                what += f" ({Path(where.filename).name}:{where.lineno})"
            spent = time.process_time() - began
            if spent > slowest[0]:
                slowest = (spent, number, _shown(given))
            if what is None and spent > target.seconds:
                what = f"took {spent:.1f} s of processor time"
            if what is not None:
                found.write(json.dumps({"number": number, "what": what, "input": _shown(given)}) + "\n")
                found.flush()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"outcomes": outcomes, "slowest": slowest, "peak_mb": round(peak)}
    with (folder / "done").open("a", encoding="utf-8") as done:
        done.write(json.dumps(told) + "\n")


def run(name: str, seed: int, count: int) -> dict[str, Any]:
    """Run a target to its end, whatever ends it on the way."""
    began = time.monotonic()
    findings: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix=_SCRATCH) as scratch:
        folder = Path(scratch)
        for file in ("found", "done"):
            (folder / file).touch()
        start = 0
        # A command is made for one question: what many of them leave behind in one process is no finding.
        most = getattr(TARGETS[name], "per_process", count)
        while start < count:
            end = min(start + most, count)
            (folder / "at").write_bytes(struct.pack("<q", start))
            command = [sys.executable, __file__, "--work", f"{name}:{seed}:{start}:{end}", "--folder", scratch]
            process = subprocess.Popen(command)
            code, stalled = _wait(process, folder)
            if code == 0:
                start = end
                continue
            number = struct.unpack("<q", (folder / "at").read_bytes())[0]
            what = f"no progress for {STALLED_S:.0f} s" if stalled else f"the process ended with {code}"
            findings.append({"number": number, "what": what, "input": "see --one"})
            start = number + 1
            if len(findings) > MOST_FINDINGS:
                break
        findings += [json.loads(line) for line in (folder / "found").read_text(encoding="utf-8").splitlines()]
        parts = [json.loads(line) for line in (folder / "done").read_text(encoding="utf-8").splitlines()]
    outcomes: Counter[str] = Counter()
    for part in parts:
        outcomes.update(part["outcomes"])
    slowest: list[Any] = max((part["slowest"] for part in parts), default=[0.0, 0, ""])
    return {
        "inputs": count,
        "outcomes": dict(sorted(outcomes.items())),
        "findings": len(findings),
        "first_findings": sorted(findings, key=lambda entry: int(entry["number"]))[:MOST_FINDINGS],
        "slowest": {"processor_seconds": round(slowest[0], 3), "number": slowest[1], "input": slowest[2]},
        "peak_memory_mb": max((part["peak_mb"] for part in parts), default=0),
        "seconds": round(time.monotonic() - began),
    }


def _wait(process: subprocess.Popen[bytes], folder: Path) -> tuple[int, bool]:
    last, since = b"", time.monotonic()
    while True:
        try:
            return process.wait(timeout=5), False
        except subprocess.TimeoutExpired:
            at = (folder / "at").read_bytes()
            if at != last:
                last, since = at, time.monotonic()
            elif time.monotonic() - since > STALLED_S:
                process.kill()
                return process.wait(), True


def main() -> int:
    """Run and write the record; exit code 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=list(TARGETS), help="a target; repeatable")
    parser.add_argument("--count", type=int, help="inputs of each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help=f"where the record is written; default {RESULT.relative_to(ROOT)}")
    parser.add_argument("--one", metavar="TARGET:NUMBER")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.work:
        name, seed, start, end = told.work.split(":")
        work(name, int(seed), int(start), int(end), told.folder)
        return 0
    if told.one:
        name, number = told.one.split(":")
        with tempfile.TemporaryDirectory(prefix=_SCRATCH) as scratch:
            target = TARGETS[name](Path(scratch))
            given = input_of(target, name, told.seed, int(number))
            print(repr(given)[:5000])
            print(target.check(given))
        return 0
    out = told.out or RESULT
    before = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    results: dict[str, Any] = dict(before.get("targets", {}))
    for name in told.only or TARGETS:
        print(f"{name} ...", flush=True)
        results[name] = {
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "seed": told.seed,
            "python": platform.python_version(),
            **run(name, told.seed, told.count or COUNTS[name]),
        }
        shown = {key: value for key, value in results[name].items() if key != "first_findings"}
        print(json.dumps(shown, ensure_ascii=True), flush=True)
        for entry in results[name]["first_findings"][:10]:
            print(f"  {entry['number']}: {entry['what']}", flush=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        record = {
            "format": "seajuris.fuzz.v1",
            "inputs": sum(result["inputs"] for result in results.values()),
            "findings": sum(result["findings"] for result in results.values()),
            "targets": {key: results[key] for key in TARGETS if key in results},
        }
        out.write_text(json.dumps(record, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    return 1 if any(results[name]["findings"] for name in told.only or TARGETS) else 0


if __name__ == "__main__":
    sys.exit(main())
