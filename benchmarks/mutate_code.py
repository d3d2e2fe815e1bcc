"""Code mutation: change the code a little, one change at a time, and see whether a test notices.

A test suite that still passes when a comparison is turned round did not test that comparison. The three parts that
decide an answer are tried: reading a position, placing it, and the engine of the rules. (`mutate_rules.py` does the
same to the rules themselves.) What no test notices although it is the same program is listed in
``tests/gold/code_mutants.csv`` with the reason; this tool fails for a survivor that is not listed there, if fewer than
90 % of the mutants of a part are noticed, and for a listed one that a test does notice.

    python benchmarks/mutate_code.py                               all mutants of all parts (hours)
    python benchmarks/mutate_code.py --part locate --sample 200    the first 200 in an order drawn by lot
    python benchmarks/mutate_code.py --only plane                  those whose name contains the word
    python benchmarks/mutate_code.py --record                      write the figures to benchmarks/results/mutation.json

What is changed: comparisons (``<`` to ``<=``, ``==`` to ``!=``, ``in`` to ``not in``, ...), conditions (turned round),
``and``/``or``, ``not``, signs, arithmetic and set operators, numbers (one more, one less), ``True``/``False``,
``min``/``max``, ``any``/``all``; ``return None`` in place of a value; statements left out (calls, ``raise``,
``continue``, ``break``, assignments to attributes and items). What is not changed: annotations, decorators, texts,
messages within f-strings, assertions.

The tests that cover the changed line are run, the quick ones first and one of each test function before its further
parameters (unless these are much quicker); then one of each other test function, for what is read once and kept. The
first failure ends it. Twice:

1. In a process forked from one that has collected the tests, with the code of the changed function put in place of the
   original. That takes a fraction of a second; but what was computed before (tables, decorators) stays as it was.
2. What survives that, and what is changed outside functions, is written to a copy of the checkout, and pytest runs
   there from the beginning.

Limits count processor time, so that a busy machine makes no mutant look noticed.

Tools that exist were looked at and left aside: one runs the whole test command for every mutant, the other rewrites
functions so that the original and all mutants stand side by side, which changes what `locate` imports; neither keeps a
list of survivors with reasons.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import csv
import datetime as dt
import gc
import hashlib
import itertools
import json
import os
import platform
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "gold" / "code_mutants.csv"
RESULTS = ROOT / "benchmarks" / "results" / "mutation.json"
WANTED = 0.90

COVERING_S = 40.0
OTHERS_S = 10.0
"""Tests are run until so much of their own time is used up: first those that cover the line, then others."""

WAIT_S = 600.0
"""Time after which a run is ended that waits for something."""

COLLECTION_S = 30.0
"""Processor time that importing and collecting the tests may take."""


@dataclass(frozen=True)
class Part:
    """A part of the program and the test files that are held against it."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    read_once: tuple[str, ...] = ()
    """Sources that run once and whose results are kept: changing their code in place would show nothing."""
    without: tuple[str, ...] = ()
    """Parts of names of tests that are left out."""

    @property
    def arguments(self) -> list[str]:
        """What pytest is told to run."""
        files = [f"tests/{name}" for name in self.tests]
        return [*files, *(["-k", f"not ({' or '.join(self.without)})"] if self.without else [])]


PARTS = {
    "position": Part(
        (
            "position.py",
            "_position_grammar.py",
            "_position_tokens.py",
            "_position_described.py",
            "_position_codes.py",
            "quantity.py",
        ),
        (
            "test_position.py",
            "test_edges_of_reading.py",
            "test_plus_codes.py",
            "test_position_properties.py",
            "test_described_position.py",
        ),
    ),
    "locate": Part(
        ("zones/locate.py", "zones/measure.py", "zones/store.py"),
        (
            "test_measure.py",
            "test_locate_properties.py",
            "test_gold_positions.py",
            "test_contested_waters.py",
            "test_locate_edges.py",
            "test_placing_in_detail.py",
            "test_placing_on_made_up_waters.py",
            "test_zones_store.py",
            "test_locate_many.py",
        ),
    ),
    "rules": Part(
        (
            "rules/logic.py",
            "rules/facts.py",
            "rules/evaluate.py",
            "rules/completions.py",
            "rules/satisfy.py",
            "rules/national.py",
            "rules/bars.py",
            "rules/context.py",
            "rules/timing.py",
            "rules/model.py",
        ),
        (
            "test_logic.py",
            "test_evaluate.py",
            "test_findings_in_detail.py",
            "test_rules_compared.py",
            "test_too_many_completions.py",
            "test_outside_the_zone_data.py",
            "test_law_in_time.py",
            "test_completions_differential.py",
            "test_membership.py",
            "test_rules_as_written.py",
            "test_rules_tools.py",
            "test_rules_lint.py",
            "test_explain.py",
            "test_scenarios.py",
        ),
        ("rules/model.py",),
        # What takes long, or shows rules rather than judging by them.
        (
            "law-national",
            "test_a_case_without_facts",
            "test_the_file_has_the_documented_shape",
            "test_the_expectations_use_words",
            "into_the_void",
            "test_junk_anywhere",
            "test_the_shipped_rules_are_clean",
            "test_lint_on_the_command_line",
            "test_every_shipped_file_fits_its_schema",
            "test_every_rule_can_be_shown",
            "test_show",
            "test_list",
            "test_test",
            "test_coverage",
            "test_diff",
            "test_copy",
            "test_the_command",
            "test_whatever_a_scenario_saw",
            "test_nothing_that_a_scenario_saw",
        ),
    ),
}

# --- Mutants ------------------------------------------------------------------------------------------------------

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.RShift: ast.LShift,
    ast.MatMult: ast.Mult,
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SELF_NEGATING = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)


@dataclass(frozen=True)
class Mutant:
    """One change of one source file.

    Attributes:
        name: Stable as long as the function is: file, function, what became what.
        source: The file, relative to the package.
        line: First line of what is changed.
        statement: First line of the statement that holds it.
        parts: The whole file as changed: before the change, the change, after it.
    """

    name: str
    source: str
    line: int
    statement: int
    parts: tuple[bytes, bytes, bytes]

    @property
    def text(self) -> str:
        """The whole file as changed."""
        return b"".join(self.parts).decode()


def mutants_of(source: str, code: str) -> list[Mutant]:
    """Every change of one file, in the order of the lines."""
    lines = code.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    raw = code.encode()
    seen: dict[str, int] = {}
    found = []
    for where, statement, node, changed in _changes(ast.parse(code)):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[int(node.end_lineno or 0) - 1] + int(node.end_col_offset or 0)
        try:
            before, after = ast.unparse(node), ast.unparse(changed)
        except ValueError:
            continue
        inserted = f"({after})" if isinstance(changed, ast.expr) else after
        parts = (raw[:begin], inserted.encode(), raw[end:])
        name = f"{source} | {where} | {_short(before)} -> {_short(after)}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name} #{seen[name]}"
        found.append(Mutant(name, source, node.lineno, statement, parts))
    return found


def _short(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 120 else f"{line[:90]}... {zlib.crc32(line.encode()):08x}"


Change = tuple[str, int, ast.expr | ast.stmt, ast.expr | ast.stmt]


def _changes(tree: ast.AST, where: str = "", statement: int = 1) -> Iterator[Change]:
    """What is changed, in which function and statement: the node as it is and as it becomes."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "bases", "pattern", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr | ast.Assert):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            inner = where
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{where}.{child.name}" if where else child.name
            elif _is_slots(child) or _is_type(child):
                continue
            line = child.lineno if isinstance(child, ast.stmt) else statement
            for node, changed in _changed(child, name):
                yield inner or "module", line, node, changed
            yield from _changes(child, inner, line)


def _is_slots(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__slots__" for t in node.targets)


def _is_type(node: ast.AST) -> bool:
    """A type alias says nothing at run time."""
    return isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias"


def _changed(node: ast.AST, field: str) -> Iterator[tuple[ast.expr | ast.stmt, ast.expr | ast.stmt]]:
    if isinstance(node, ast.expr):
        for expression in _changed_expression(node):
            yield node, ast.fix_missing_locations(ast.copy_location(expression, node))
        if field in ("test", "ifs") and not _negates_itself(node):
            yield node, ast.UnaryOp(ast.Not(), node)
    elif isinstance(node, ast.stmt):
        for statement in _changed_statement(node):
            yield node, statement


def _negates_itself(node: ast.expr) -> bool:
    """Whether turning the condition round is a change that is tried anyway."""
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1 and isinstance(node.ops[0], _SELF_NEGATING)
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _changed_expression(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[index] = _COMPARE[type(operator)]()
                yield changed
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _OPERATORS:
            yield ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)  # type: ignore[operator]
            yield ast.Constant(node.value - 1)  # type: ignore[operator]
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            changed_call = copy.deepcopy(node)
            changed_call.func = ast.Name(_CALLS[name])
            yield changed_call


def _changed_statement(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Expr() | ast.AugAssign():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()


def mutants(part: str, package: Path = ROOT / "src" / "seajuris") -> list[Mutant]:
    """Every mutant of a part."""
    return [
        m for source in PARTS[part].sources for m in mutants_of(source, (package / source).read_text(encoding="utf-8"))
    ]


def drawn(found: Iterable[Mutant], seed: int) -> list[Mutant]:
    """In an order by lot that depends on the names alone: a larger sample contains every smaller one."""
    return sorted(found, key=lambda m: zlib.crc32(f"{seed} {m.name}".encode()))


# --- Tests --------------------------------------------------------------------------------------------------------


@dataclass
class Baseline:
    """What the tests do on the code as it is.

    Attributes:
        seconds: Time of each test by its id, in the order of collection.
        covering: Ids of the tests that run a line, by file and line.
    """

    seconds: dict[str, float]
    covering: dict[tuple[str, int], set[str]]

    def order(self, mutant: Mutant) -> list[str]:
        """The tests to run, best first."""
        lines = (mutant.line, mutant.statement)
        covering = next((c for line in lines if (c := self.covering.get((mutant.source, line)))), set())
        # What runs when the module is imported is run by no test in particular: any may notice.
        covering = covering or set(self.seconds)
        first = self._within(self._round(covering), COVERING_S)
        functions = {_function(test) for test in covering}
        others = {_function(t): t for t in sorted(self.seconds, key=lambda t: -self.seconds[t])}
        rest = [t for f, t in others.items() if f not in functions]
        return [*first, *self._within(sorted(rest, key=self.seconds.__getitem__), OTHERS_S)]

    def _round(self, tests: set[str]) -> list[str]:
        """The quickest of each function, then the second, and so on."""
        grouped: dict[str, list[str]] = {}
        for test in sorted(tests, key=lambda t: (self.seconds[t], t)):
            grouped.setdefault(_function(test), []).append(test)
        # A quick test of some rank before a slow one of a lower rank: a tenth of a second is worth one rank.
        ranked = [(rank / 10 + self.seconds[t], t) for group in grouped.values() for rank, t in enumerate(group)]
        return [t for _, t in sorted(ranked)]

    def _within(self, tests: list[str], budget: float) -> list[str]:
        kept: list[str] = []
        for test in tests:
            budget -= self.seconds[test]
            if budget < 0 and kept:
                break
            kept.append(test)
        return kept


def _function(test: str) -> str:
    return test.partition("[")[0]


def _checkout(folder: Path) -> Path:
    """A copy of what the tests read; the large files are linked."""
    tree = folder / "tree"
    tree.mkdir()
    for name in ("src", "tests", "benchmarks", "docs"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy(path, tree / path.name)
    for name in ("data", "rules", "scenarios"):
        (tree / name).symlink_to(ROOT / name)
    return tree


class _Measure:
    """A plugin: which lines each test runs, and how long it takes."""

    def __init__(self, tree: Path) -> None:
        import coverage

        self.tool = coverage.Coverage(data_file=None, source=[str(tree / "src" / "seajuris")], config_file=False)
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.tool.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def _fast_hypothesis(_plugin: object) -> None:
    """Before tests are imported: failures are not made small, and none is kept."""
    from hypothesis import Phase, settings

    fast = settings(settings.get_profile("fixed"), phases=(Phase.explicit, Phase.generate), database=None)
    settings.register_profile("mutation", fast)
    settings.load_profile("mutation")


def _limit(seconds: float) -> float:
    """Processor time after which a test is ended by a signal that nobody handles: it would never return."""
    return 15 + 5 * seconds


def _limited() -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))


class _Chosen:
    """A plugin: only these tests, in this order, each for so long only; failures are not made small."""

    def __init__(self, tests: dict[str, float]) -> None:
        self.seconds = tests
        self.rank = {test: index for index, test in enumerate(tests)}
        signal.setitimer(signal.ITIMER_PROF, COLLECTION_S)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        signal.setitimer(signal.ITIMER_PROF, _limit(self.seconds[nodeid]))

    pytest_collection = _fast_hypothesis

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self.rank), key=lambda i: self.rank[i.nodeid])


def _inside(tree: Path) -> None:
    """Make this (forked) process one that knows the copy only."""
    os.chdir(tree)
    sys.path[:] = [str(tree / "src"), *(p for p in sys.path if Path(p) != ROOT / "src")]
    os.environ["PYTHONPATH"] = str(tree / "src")
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(tree.parent / "pyc")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    quiet = os.open(tree.parent / "last.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(quiet, stream)


def _pytest(arguments: list[str], plugin: object) -> int:
    import pytest

    return int(pytest.main([*arguments, "-p", "no:cacheprovider"], plugins=[plugin]))


def measure(tree: Path, part: str) -> Baseline:
    """Run all tests of a part once on the code as it is."""
    answer = tree.parent / "baseline.json"
    child = os.fork()
    if not child:
        _inside(tree)
        plugin = _Measure(tree)
        plugin.tool.start()
        _pytest(PARTS[part].arguments, plugin)
        plugin.tool.stop()
        data = plugin.tool.get_data()
        lines: dict[str, dict[int, list[str]]] = {}
        for source in PARTS[part].sources:
            lines[source] = data.contexts_by_lineno(str(tree / "src" / "seajuris" / source))
        answer.write_text(json.dumps({"seconds": plugin.seconds, "failed": plugin.failed, "lines": lines}))
        os._exit(0)
    os.waitpid(child, 0)
    if not answer.is_file():
        raise SystemExit(f"the tests could not be run:\n{(tree.parent / 'last.log').read_text()[-2000:]}")
    told = json.loads(answer.read_text())
    for test in told["failed"]:
        print(f"left out, since it fails on the code as it is: {test}", file=sys.stderr)
        told["seconds"].pop(test, None)
    covering = {
        (source, int(line)): {test for test in tests if test in told["seconds"]}
        for source, lines in told["lines"].items()
        for line, tests in lines.items()
    }
    return Baseline(told["seconds"], covering)


def _functions(module: Any) -> Iterator[Any]:
    """Every function and method that a module defines, without what decorators put around it."""
    for thing in list(vars(module).values()):
        inside = list(vars(thing).values()) if isinstance(thing, type) else [thing]
        for found in inside:
            for bare in (found, *(getattr(found, name, None) for name in ("fget", "__func__", "__wrapped__"))):
                if isinstance(bare, types.FunctionType) and bare.__module__ == module.__name__:
                    yield bare


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield inner
            yield from _codes(inner)


def replace_code(mutant: Mutant) -> None:
    """Put the code of the changed functions in place, here and now."""
    module = sys.modules["seajuris." + mutant.source.removesuffix(".py").replace("/", ".")]
    changed = {c.co_qualname: c for c in _codes(compile(mutant.text, str(module.__file__), "exec", dont_inherit=True))}
    for function in set(_functions(module)):
        code = changed.get(function.__code__.co_qualname)
        if code is not None and code.co_freevars == function.__code__.co_freevars:
            function.__code__ = code


class _InPlace:
    """A plugin: collects the tests once, then runs them against each mutant in a process forked from there."""

    def __init__(self, baseline: Baseline, chosen: list[Mutant], answer: Path) -> None:
        self.baseline, self.chosen, self.answer = baseline, chosen, answer

    pytest_collection = _fast_hypothesis

    def pytest_runtestloop(self, session: Any) -> bool:
        from seajuris import states
        from seajuris.rules.load import shipped_rules

        # What every test would read again; mutants of what reads it are tried from the beginning.
        states.register()
        rules = shipped_rules()
        assert rules.grounds and rules.vocabulary and rules.warnings
        items = {item.nodeid: item for item in session.items}
        gc.collect()
        gc.freeze()
        with self.answer.open("a", encoding="utf-8") as file:
            for mutant in self.chosen:
                tests = [test for test in self.baseline.order(mutant) if test in items]
                file.write(f"{mutant.name}\t{self._outcome(session, mutant, [items[t] for t in tests])}\n")
                file.flush()
        return True

    def _outcome(self, session: Any, mutant: Mutant, items: list[Any]) -> str:
        child = os.fork()
        if not child:
            code = 70
            try:
                _limited()
                signal.setitimer(signal.ITIMER_PROF, COLLECTION_S)
                replace_code(mutant)
                code = self._run(session, items)
            finally:
                os._exit(code)
        return _read_status(_wait(child, WAIT_S))

    def _run(self, session: Any, items: list[Any]) -> int:
        before = session.testsfailed
        for item, following in itertools.zip_longest(items, items[1:]):
            signal.setitimer(signal.ITIMER_PROF, _limit(self.baseline.seconds[item.nodeid]))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed > before:
                return 1
        return 0


def in_place(tree: Path, part: str, baseline: Baseline, chosen: list[Mutant]) -> dict[str, str]:
    """What became of each mutant, tried without starting again."""
    answer = tree.parent / "in_place.tsv"
    child = os.fork()
    if not child:
        _inside(tree)
        _pytest([*PARTS[part].arguments, "--tb=no", "-W", "ignore"], _InPlace(baseline, chosen, answer))
        os._exit(0)
    os.waitpid(child, 0)
    if not answer.is_file():
        return {}
    return dict(line.split("\t") for line in answer.read_text(encoding="utf-8").splitlines())


def _forget(tree: Path, source: str) -> None:
    """No compiled file of it must be left: its time stamp tells seconds only."""
    stem = Path(source).stem
    for path in (tree.parent / "pyc").rglob(f"{stem}.cpython-*.pyc"):
        path.unlink()


def from_the_beginning(tree: Path, mutant: Mutant, tests: dict[str, float]) -> str:
    """``killed``, ``timeout`` or ``survived``, with the mutant written to the copy."""
    path = tree / "src" / "seajuris" / mutant.source
    original = path.read_text(encoding="utf-8")
    _forget(tree, mutant.source)
    path.write_text(mutant.text, encoding="utf-8")
    try:
        child = os.fork()
        if not child:
            code = 70
            try:
                _limited()
                _inside(tree)
                files = dict.fromkeys(test.partition("::")[0] for test in tests)
                code = _pytest([*files, "-x", "--no-header", "--tb=no", "-W", "ignore"], _Chosen(tests))
            finally:
                os._exit(code)
        status = _wait(child, WAIT_S)
    finally:
        path.write_text(original, encoding="utf-8")
        _forget(tree, mutant.source)
    return _read_status(status)


def _read_status(status: int | None) -> str:
    if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF):
        return "timeout"
    return "survived" if status == 0 else "killed"


def _wait(child: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            return status
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _load_libraries() -> None:
    """What every test run would load again, and none of this program's own modules."""
    import importlib

    for name in ("geographiclib.geodesic", "hypothesis", "numpy", "pytest", "shapely", "typer", "yaml"):
        importlib.import_module(name)


# --- Running ------------------------------------------------------------------------------------------------------


def listed(path: Path = LIST) -> dict[str, str]:
    """The survivors that are known to be the same program, with the reason for each."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["mutant"]: row["reason"] for row in csv.DictReader(file)}


def run(part: str, chosen: list[Mutant], journal: Path | None) -> dict[str, str]:
    """What became of each mutant; what a journal of an earlier run holds is not run again."""
    done: dict[str, str] = {}
    for mutant in chosen:
        # A change that is no Python would be noticed by the compiler, and by no test.
        compile(mutant.text, mutant.source, "exec")
    if journal is not None and journal.is_file():
        done = dict(line.split("\t") for line in journal.read_text(encoding="utf-8").splitlines())

    def keep(name: str, result: str) -> None:
        done[name] = result
        if journal is not None:
            with journal.open("a", encoding="utf-8") as file:
                file.write(f"{name}\t{result}\n")

    left = [m for m in chosen if m.name not in done]
    if not left:
        return {m.name: done[m.name] for m in chosen}
    with tempfile.TemporaryDirectory(prefix="seajuris-mutants-") as folder:
        tree = _checkout(Path(folder))
        baseline = measure(tree, part)
        total = sum(baseline.seconds.values())
        print(f"{part}: {len(baseline.seconds)} tests, {total:.0f} s; {len(chosen)} mutants", file=sys.stderr)
        _load_libraries()
        quick = [m for m in left if " | module | " not in m.name and m.source not in PARTS[part].read_once]
        known = listed()
        for name, result in in_place(tree, part, baseline, quick).items():
            # Those that are known to be the same program are not tried a second time.
            if result != "survived" or name in known:
                keep(name, result)
        for mutant in left:
            if mutant.name not in done:
                tests = {test: baseline.seconds[test] for test in baseline.order(mutant)}
                keep(mutant.name, from_the_beginning(tree, mutant, tests))
    return {m.name: done[m.name] for m in chosen}


def figures(part: str, results: dict[str, str], known: dict[str, str], total: int, seed: int) -> dict[str, Any]:
    """What is recorded of one part."""
    survivors = [name for name, result in results.items() if result == "survived"]
    same = [name for name in survivors if name in known]
    package = ROOT / "src" / "seajuris"
    return {
        "mutants": total,
        "run": len(results),
        "killed": sum(r == "killed" for r in results.values()),
        "timeout": sum(r == "timeout" for r in results.values()),
        "survived": len(survivors),
        "equivalent": len(same),
        "share": round((len(results) - len(survivors)) / len(results), 4),
        "seed": seed,
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "python": platform.python_version(),
        "sources": {
            f"src/seajuris/{s}": hashlib.sha256((package / s).read_bytes()).hexdigest() for s in PARTS[part].sources
        },
    }


def report(part: str, results: dict[str, str], known: dict[str, str], share: float) -> bool:
    """Print the result of one part; whether it is as it should be."""
    survivors = [name for name, result in results.items() if result == "survived"]
    unlisted = [name for name in survivors if name not in known]
    noticed = [name for name in results if name in known and results[name] != "survived"]
    for name in unlisted:
        print(f"no test notices: {name}")
    for name in noticed:
        print(f"listed as the same program, but a test notices: {name}")
    print(
        f"{part}: {len(results)} mutants, {len(results) - len(survivors)} noticed ({share:.1%}),"
        f" {len(survivors)} not ({len(survivors) - len(unlisted)} of them listed)"
    )
    return share >= WANTED and not noticed


def main() -> int:
    """Run the mutants and say which survive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", choices=[*PARTS], action="append", help="only this part; may be given several times")
    parser.add_argument("--only", default="", help="only mutants whose name contains this")
    parser.add_argument("--sample", type=int, help="so many of each part, drawn by lot")
    parser.add_argument("--seed", type=int, default=1, help="another order of drawing (default 1)")
    parser.add_argument("--journal", type=Path, help="write each result here at once, and go on from what it holds")
    parser.add_argument("--list", action="store_true", help="print the names and run nothing")
    parser.add_argument("--record", action="store_true", help=f"write the figures to {RESULTS.relative_to(ROOT)}")
    options = parser.parse_args()
    known = listed()
    right = True
    recorded: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for part in options.part or PARTS:
        found = mutants(part)
        chosen = [m for m in drawn(found, options.seed) if options.only in m.name][: options.sample]
        if options.list:
            print(*(m.name for m in chosen), sep="\n")
            continue
        results = run(part, chosen, options.journal)
        data = figures(part, results, known, len(found), options.seed)
        right = report(part, results, known, data["share"]) and right
        recorded.setdefault("parts", {})[part] = data
    if options.record and not options.list:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
