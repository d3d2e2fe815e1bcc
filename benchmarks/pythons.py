"""Whether every Python gives the same bytes: many commands under each interpreter named, against the first.

    python benchmarks/pythons.py .venv/bin/python python3.13    # or a wrapper that starts one elsewhere
    python benchmarks/pythons.py --write PYTHON...          # keeps the figures in benchmarks/results/pythons.json

Each command runs twice under each interpreter: in C.UTF-8, and in other surroundings: a locale that is not UTF-8,
another time zone, home, working folder and hash seed, without assertions. What goes to standard output, and the file if
one is written, have to be the same to the byte everywhere. Exit code 1 if not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "pythons.json"
MAIN = "from seajuris.cli import main; main()"
WHO = "import platform, numpy, shapely; print(platform.python_version(), numpy.__version__, shapely.__version__)"
CASE = str(ROOT / "docs" / "examples" / "pylos.yaml")
DAY = ("--on", "2023-06-14")
DATE = ("--date", "2026-01-01")

PLACES = (
    "36 21.4 N 21 00.6 E",
    "35 30 N 12 36 E",
    "47 nm SW of Pylos",
    "44.5 N 33.5 E",
    "51.0 N 1.5 E",
    "0 00.0 N 179 59.9 W",
    "geo:36.25,21.06",
    "33SVA0000000000",
)
SCENARIOS = tuple(sorted(p.stem for p in (ROOT / "scenarios").glob("*.yaml") if not p.stem.startswith("law-")))[:8]

COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("locate", "--at", place, "--accuracy", "1nm", *DAY, "--json") for place in PLACES),
    ("locate", "--at", PLACES[0], *DAY),
    ("assess", CASE, "--json"),
    ("assess", CASE, "--all"),
    ("assess", "--at", PLACES[1], *DAY, "--flag", "stateless", "--suspect", "EGY", "--destination", "ITA", "--json"),
    ("assess", "--suspect", "Syrian", "--destination", "ITA", "--on", "2023-06", "--json"),
    ("assess", "--flag", "Liberai"),
    ("locate", "--at", "121.06 36.25"),
    ("explain", CASE, "--state", "GRC"),
    ("explain", CASE, "--state", "LBY", "--json"),
    ("whatif", CASE, "--set", "vessel.flag=PAN"),
    ("memo", CASE, *DATE, "-o", "OUT.md"),
    ("memo", CASE, *DATE, "-o", "OUT.html", "--lang", "fr"),
    ("memo", CASE, *DATE, "-o", "OUT.docx"),
    ("memo", CASE, *DATE, "-o", "OUT.pdf", "--redact"),
    ("memo", CASE, *DATE, "-o", "-", "--format", "html"),
    ("map", "--at", PLACES[1], *DAY, "-o", "OUT.svg"),
    ("map", "--at", PLACES[1], *DAY, "-o", "OUT.png"),
    ("map", "--at", PLACES[1], *DAY, "-o", "OUT.geojson"),
    ("map", "--at", PLACES[1], *DAY, "-o", "OUT.html"),
    *(("scenario", "run", name, "--json") for name in SCENARIOS),
    ("rules", "lint"),
    ("rules", "list", "--json"),
    ("rules", "show", "landing-through-rescue"),
    ("schema", "assessment"),
    ("states", "show", "ITA", "--json"),
    ("zones", "history", "Greece", "--json"),
    ("verify", "RESULT.json"),
)
"""``OUT`` is a file of the run; ``RESULT.json`` holds what ``assess`` printed under the first interpreter."""

ELSEWHERE = "another locale (C, not UTF-8), time zone, home, folder and hash seed, without assertions"
SURROUNDINGS: dict[str, dict[str, str]] = {
    ELSEWHERE: {
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "PYTHONHASHSEED": "77",
        "PYTHONOPTIMIZE": "1",
        "TZ": "Pacific/Kiritimati",
        "HOME": "HERE",
        "XDG_CONFIG_HOME": "HERE",
    },
}


@dataclass
class Tally:
    """What one interpreter gave."""

    python: str
    versions: str
    runs: int = 0
    same: int = 0
    seconds: float = 0.0
    differing: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For the file of results."""
        return {
            "versions": self.versions,
            "runs": self.runs,
            "same": self.same,
            "differing": self.differing,
            "seconds": round(self.seconds, 1),
        }


def run(python: str, command: tuple[str, ...], folder: Path, more: dict[str, str]) -> tuple[str, bool]:
    """One command: a hash of all that came out, and whether that is text for people.

    Args:
        python: The interpreter.
        command: Arguments of ``seajuris``.
        folder: Working folder, empty but for ``RESULT.json``.
        more: Variables of the environment.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SEAJURIS_", "LC_", "PYTHON"))}
    environment |= {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "1"}
    environment |= {k: str(folder) if v == "HERE" else v for k, v in more.items()}
    # What a newer Python will no longer do is to be seen now.
    environment["PYTHONWARNINGS"] = "default::DeprecationWarning,default::SyntaxWarning"
    done = subprocess.run(
        [python, "-P", "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); {MAIN}", *command],
        capture_output=True,
        cwd=folder,
        env=environment,
        check=False,
    )
    if b"Warning" in done.stderr or b"Traceback" in done.stderr or done.returncode == 1:
        raise SystemExit(f"{python}: seajuris {' '.join(command)}: {done.stderr.decode(errors='replace')[-2000:]}")
    written = sorted(p for p in folder.iterdir() if p.name.startswith("OUT"))
    parts = [str(done.returncode).encode(), done.stdout, *(p.read_bytes() for p in written)]
    for path in written:
        path.unlink()
    for_people = not written and "--json" not in command and "-o" not in command and command[0] != "schema"
    if not for_people and written:
        # What is said of the file goes to standard error and is for people.
        parts[1] = b""
    return hashlib.sha256(b"\0".join(parts)).hexdigest(), for_people


def main() -> int:
    """Run everything, print a line per interpreter, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pythons", nargs="+", metavar="PYTHON", help="interpreters with the dependencies installed")
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.relative_to(ROOT)}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once (default: processors)")
    options = parser.parse_args()
    expected: dict[tuple[str, ...], str] = {}
    tallies = []
    with tempfile.TemporaryDirectory(prefix="seajuris-pythons-") as name:
        base = Path(name)
        first = options.pythons[0]
        told = [first, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); {MAIN}", "assess", CASE, "--json"]
        (base / "RESULT.json").write_bytes(subprocess.run(told, capture_output=True, check=True).stdout)
        for number, python in enumerate(options.pythons):
            versions = subprocess.run([python, "-c", WHO], capture_output=True, text=True, check=True).stdout.strip()
            tally = Tally(python, versions)
            began = time.perf_counter()
            for place, (surrounding, more) in enumerate([("as it is", {}), *SURROUNDINGS.items()]):
                folder = base / f"folder {number}-{place} é"

                def one(
                    command: tuple[str, ...], python: str = python, folder: Path = folder, more: dict[str, str] = more
                ) -> tuple[str, bool]:
                    own = folder / str(COMMANDS.index(command))
                    own.mkdir(parents=True)
                    shutil.copyfile(base / "RESULT.json", own / "RESULT.json")
                    return run(python, command, own, more)

                with ThreadPoolExecutor(options.jobs) as pool:
                    results = list(pool.map(one, COMMANDS))
                for command, (found, for_people) in zip(COMMANDS, results, strict=True):
                    if for_people and surrounding == ELSEWHERE:
                        # Text for people comes in the encoding of the terminal.
                        continue
                    tally.runs += 1
                    if found == expected.setdefault(command, found):
                        tally.same += 1
                    else:
                        tally.differing.append(f"{surrounding}: {' '.join(command)}")
            tally.seconds = time.perf_counter() - began
            tallies.append(tally)
            print(f"{versions:<24} {tally.same} of {tally.runs} the same, {tally.seconds:.0f} s", flush=True)
            for line in tally.differing:
                print(f"  differs: {line}")
    if options.write:
        data = {
            "what": "Python, numpy and shapely; runs of seajuris, and how many gave the same bytes as the first",
            "commands": len(COMMANDS),
            "surroundings": ["as it is", *SURROUNDINGS],
            "interpreters": [tally.to_dict() for tally in tallies],
        }
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(data, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return int(any(tally.differing for tally in tallies))


if __name__ == "__main__":
    sys.exit(main())
