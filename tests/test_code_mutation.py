"""Code mutation, in short: what `benchmarks/mutate_code.py` makes of code, and what its list of survivors names.

The whole run takes hours and is started by hand (``make mutate``).
"""

from __future__ import annotations

import importlib.util
import json
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = '''
LIMIT: int = 3


def f(values: list[int], told: int | None = None) -> bool:
    """Text stays as it is: 1 < 2."""
    if told is None and not values:
        raise ValueError(f"no {1} value")
    values[0] += min(values) - LIMIT * 2
    return any(v <= LIMIT for v in values if v)
'''
MUTANTS = {
    "module | 3 -> 4",
    "module | 3 -> 2",
    "f | told is None and (not values) -> told is None or not values",
    "f | told is None and (not values) -> not (told is None and (not values))",
    "f | told is None -> told is not None",
    "f | not values -> values",
    "f | raise ValueError(f'no {1} value') -> pass",
    "f | values[0] += min(values) - LIMIT * 2 -> pass",
    "f | 0 -> 1",
    "f | 0 -> -1",
    "f | min(values) - LIMIT * 2 -> min(values) + LIMIT * 2",
    "f | min(values) -> max(values)",
    "f | LIMIT * 2 -> LIMIT / 2",
    "f | 2 -> 3",
    "f | 2 -> 1",
    "f | return any((v <= LIMIT for v in values if v)) -> return None",
    "f | any((v <= LIMIT for v in values if v)) -> all((v <= LIMIT for v in values if v))",
    "f | v <= LIMIT -> v < LIMIT",
    "f | v -> not v",
}


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutate_code", ROOT / "benchmarks" / "mutate_code.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutate_code"] = module
    spec.loader.exec_module(module)
    return module


def test_every_change_is_made_once_and_nothing_else_is_touched() -> None:
    found = tool().mutants_of("x.py", CODE)
    assert {m.name.removeprefix("x.py | ") for m in found} == MUTANTS
    assert len(found) == len(MUTANTS)
    for mutant in found:
        assert mutant.text != CODE
        compile(mutant.text, "x.py", "exec")
        assert mutant.text.count("\n") == CODE.count("\n")
        # Annotations and texts are the same in all of them.
        assert "def f(values: list[int], told: int | None = None) -> bool:" in mutant.text
        assert '"""Text stays as it is: 1 < 2."""' in mutant.text


@pytest.mark.parametrize("part", ["position", "locate", "rules"])
def test_every_mutant_has_a_name_of_its_own_and_can_be_drawn(part: str) -> None:
    found = tool().mutants(part)
    names = [m.name for m in found]
    assert len(names) == len(set(names)) > 500
    drawn = tool().drawn(found, 1)
    assert sorted(m.name for m in drawn) == sorted(names)
    assert [m.name for m in drawn] != [m.name for m in tool().drawn(found, 2)]
    assert all((ROOT / "tests" / test).is_file() for test in tool().PARTS[part].tests)


def test_listed_survivors_exist_and_have_a_reason() -> None:
    known = tool().listed()
    names = {m.name for part in tool().PARTS for m in tool().mutants(part)}
    assert not set(known) - names
    assert all(len(reason) > 10 for reason in known.values())


def test_code_is_replaced_in_place() -> None:
    from seajuris.rules import logic
    from seajuris.rules.logic import Truth, all_of

    source = (ROOT / "src" / "seajuris" / "rules" / "logic.py").read_text(encoding="utf-8")
    original = all_of.__code__
    mutant = next(m for m in tool().mutants_of("rules/logic.py", source) if "Truth.NO in found -> " in m.name)
    assert all_of([Truth.NO]) is Truth.NO
    try:
        tool().replace_code(mutant)
        assert all_of([Truth.NO]) is not Truth.NO
    finally:
        _restore(logic, tool().Mutant("", "rules/logic.py", 1, 1, (source.encode(), b"", b"")))
    assert all_of([Truth.NO]) is Truth.NO
    assert all_of.__code__.co_code == original.co_code


def _restore(module: ModuleType, as_it_was: Any) -> None:
    assert module.__file__
    tool().replace_code(as_it_was)


def test_the_last_run_noticed_enough() -> None:
    """What `make mutate` wrote down."""
    record = json.loads(tool().RESULTS.read_text(encoding="utf-8"))
    assert set(record["parts"]) == set(tool().PARTS)
    for part in record["parts"].values():
        assert part["share"] >= tool().WANTED
        assert part["run"] >= 100
