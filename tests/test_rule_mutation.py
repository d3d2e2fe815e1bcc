"""Rule mutation, in short: a sample of `benchmarks/mutate_rules.py`, and what scenarios reach of each ground.

The whole run takes minutes and is started by hand (``python benchmarks/mutate_rules.py``). The sample is the same on
every machine: it depends on the names of the mutants alone.
"""

from __future__ import annotations

import importlib.util
import sys
import zlib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from seajuris.errors import RuleError
from seajuris.rules.evaluate import evaluate
from seajuris.rules.load import shipped_rules
from seajuris.yamlio import parse_yaml

ROOT = Path(__file__).resolve().parents[1]
GOLD = Path(__file__).parent / "gold"
PARTS = 20
"""One mutant in so many is run."""


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutate_rules", ROOT / "benchmarks" / "mutate_rules.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutate_rules"] = module
    spec.loader.exec_module(module)
    return module


@cache
def field() -> Any:
    return tool().Field(shipped_rules(), tool().runs())


@cache
def mutants() -> tuple[Any, ...]:
    return tuple(tool().all_mutants(shipped_rules()))


def test_the_names_of_mutants_are_unique() -> None:
    names = [m.name for m in mutants()]
    assert len(names) == len(set(names)) > 2000


def test_the_listed_survivors_exist_and_have_a_reason() -> None:
    known = tool().listed()
    assert not set(known) - {m.name for m in mutants()}
    assert all(len(reason) > 10 for reason in known.values())


def test_a_scenario_notices_every_mutant_of_the_sample_that_is_not_listed() -> None:
    known = tool().listed()
    sample = [m for m in mutants() if zlib.crc32(m.name.encode()) % PARTS == 0]
    wrong = []
    for mutant in sample:
        killer = field().killer(mutant)
        if (killer is None) != (mutant.name in known):
            wrong.append(
                f"{mutant.name}: {'no scenario notices' if killer is None else f'{killer} notices, but listed'}"
            )
    assert len(sample) > 100
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@cache
def statuses() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {g.id: set() for g in shipped_rules().grounds}
    # The large ones, with a person from every State, add nothing to this and take most of the time.
    for run in (r for r in field().ready if len(r.states) < tool().SMALL):
        result = evaluate(run.case, run.place, shipped_rules(), run.on)
        for finding in result.findings:
            found[finding.ground].add(finding.status)
        for bar in result.bars:
            found[bar.bar].add(bar.status)
    return found


def exceptions(key: str) -> set[str]:
    path = GOLD / "ground_coverage.yaml"
    data: Any = parse_yaml(path.read_text(encoding="utf-8"), where=path.name, error=RuleError)
    assert all(len(reason) > 20 for reason in data[key].values())
    return set(data[key])


@pytest.mark.parametrize("status", ["established", "excluded"])
def test_every_ground_is_reached_or_listed(status: str) -> None:
    able = [g.id for g in shipped_rules().grounds if g.kind == "prosecute"]
    # A power at sea is never established: no national provision is looked up for it.
    if status == "excluded":
        able += [g.id for g in shipped_rules().grounds if g.kind == "act_at_sea"]
    assert {g for g in able if status not in statuses()[g]} == exceptions(f"never_{status}")


def test_every_power_at_sea_is_met_and_every_bar_applies() -> None:
    for ground in shipped_rules().grounds:
        wanted = {"prosecute": "conditional", "act_at_sea": "conditional", "bar": "applies"}[ground.kind]
        assert wanted in statuses()[ground.id], ground.id
