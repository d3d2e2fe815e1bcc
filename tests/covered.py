"""A plugin for pytest: the branches of the code that decides an answer, measured in the run that tests it.

COVERED=1 python -m pytest         # the whole suite; fails below what is wanted
COVERED=only python -m pytest      # only the tests that are measured: some minutes
COVERED_RECORD=1 ...               # and write benchmarks/results/coverage.json

Which files, and how much of them, stands in ``pyproject.toml`` under ``tool.coverage``. Measuring makes Python code
slower by half. So it is switched on for the tests that are about those files only, and there it is left off for a few
that take long and reach nothing that others do not reach.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "coverage.json"
FOLDER = "COVERED_FOLDER"
"""Environment variable that tells the processes to which tests are shared out where their data go."""

MEASURED = re.compile(
    r"test_(position|described_position|plus_codes|logic|evaluate|instruments|law_in_time|national_law|grounds_data"
    r"|membership|rules_|explain|schema|scenarios|outside_the|too_many|completions|zone|locate_(many|prop|edges)|contested"
    r"|edges_of|parts|findings_in|placing_|measure|strict_reading|gold)"
)
SLOW = re.compile(
    r"law-national-(offence|abroad)|test_junk_anywhere|test_no_text_is_more_than_refused|test_dates_of_the_cases"
    r"|test_(position|locate)_properties\.py|test_gold_positions\.py|test_zone_data\.py|test_the_shipped_data"
    r"|test_our_own_zones_come_back"
)
PARTS = {"position": ("position.py", "quantity.py"), "rules": ("rules/",), "zones": ("zones/", "parts.py")}


class Covered:
    """Switches the measurement on and off, and judges it in the end.

    Where tests are shared out to several processes, each of these measures and leaves its data in a folder; the process
    that shares them out puts them together.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.worker = hasattr(config, "workerinput")
        self.shares = bool(getattr(config.option, "numprocesses", None)) and not self.worker
        if self.worker:
            self.folder = Path(os.environ[FOLDER])
            name = f".coverage.{config.workerinput['workerid']}"  # type: ignore[attr-defined]
        else:
            self.folder, name = Path(tempfile.mkdtemp(prefix="covered-")), ".coverage.alone"
            os.environ[FOLDER] = str(self.folder)
        self.tool = coverage.Coverage(data_file=str(self.folder / name), config_file=str(ROOT / "pyproject.toml"))
        self.text: list[str] = []
        self.passed = 0
        self.running = False
        # Before anything of ours is imported: what stands outside functions runs once.
        self._switch(on=True)

    def _switch(self, *, on: bool) -> None:
        on = on and not self.shares
        if on and not self.running:
            self.tool.start()
        elif not on and self.running:
            self.tool.stop()
        self.running = on

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if os.environ.get("COVERED") == "only":
            items[:] = [item for item in items if _measured(item)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._switch(on=_measured(item))
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._switch(on=False)
        if not self.shares:
            self.tool.save()
        if self.worker:
            return
        try:
            self._judge(session)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _judge(self, session: pytest.Session) -> None:
        self.tool = coverage.Coverage(data_file=str(self.folder / "together"), config_file=str(ROOT / "pyproject.toml"))
        self.tool.combine([str(path) for path in self.folder.glob(".coverage.*")])
        wanted = float(self.tool.get_option("report:fail_under") or 0)  # type: ignore[arg-type]
        files = self._files()
        short = {name: told for name, told in files.items() if told["summary"]["percent_covered"] < wanted}
        parts = {part: _sum(told for name, told in files.items() if _part(name) == part) for part in PARTS}
        for part, told in parts.items():
            self.text.append(
                f"{part}: {told['covered']} of {told['branches']} branches,"
                f" {told['lines_covered']} of {told['lines']} lines"
            )
        for name, told in short.items():
            lines = ", ".join(map(str, told["missing_lines"]))
            branches = ", ".join(f"{a}->{b if b > 0 else 'exit'}" for a, b in told["missing_branches"])
            self.text.append(f"{name}: lines {lines or '-'}; branches {branches or '-'}")
        if short and session.exitstatus == 0:
            session.exitstatus = 1
        if os.environ.get("COVERED_RECORD"):
            today = dt.datetime.now(dt.UTC).date().isoformat()
            data = {"date": today, "python": platform.python_version(), "tests": self.passed, "parts": parts}
            RESULT.parent.mkdir(exist_ok=True)
            RESULT.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.worker:
            return
        terminalreporter.section("branches covered")
        for line in self.text:
            terminalreporter.line(line)

    def _files(self) -> dict[str, Any]:
        """What was measured of each file; one that was never imported is not covered at all."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.json"
            self.tool.json_report(outfile=str(path))
            told = json.loads(path.read_text(encoding="utf-8"))["files"]
        found = {name.replace(os.sep, "/"): data for name, data in told.items()}
        for path in sorted((ROOT / "src" / "seajuris").rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if _part(name) and name not in found and path.stat().st_size > 200:
                found[name] = {"summary": _NOTHING, "missing_lines": ["all"], "missing_branches": []}
        return found


_NOTHING = {
    "percent_covered": 0.0,
    "num_statements": 1,
    "covered_lines": 0,
    "num_branches": 1,
    "covered_branches": 0,
}


def _measured(item: pytest.Item) -> bool:
    return MEASURED.match(item.path.name) is not None and SLOW.search(item.nodeid) is None


def _part(name: str) -> str | None:
    inside = name.removeprefix("src/seajuris/").removeprefix("_")
    if inside.startswith("position_"):
        return "position"
    return next((part for part, starts in PARTS.items() if inside.startswith(starts)), None)


def _sum(files: Iterator[Any]) -> dict[str, Any]:
    names = {"lines": "num_statements", "lines_covered": "covered_lines"}
    names |= {"branches": "num_branches", "covered": "covered_branches"}
    listed = [told["summary"] for told in files]
    total = {key: sum(told[name] for told in listed) for key, name in names.items()}
    return {**total, "share": total["covered"] / total["branches"] if total["branches"] else 1.0}
