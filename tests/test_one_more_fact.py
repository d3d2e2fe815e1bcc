"""Random rules: one more known fact decides, and never undecides; the same input gives the same bytes.

The shipped rules are held to the same in test_assessment_properties.py.
"""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from answer_sets import CHOICES, DAY, STATE_FACTS, STRANGERS, Problem, _set, many, problem, words_of
from seajuris.assessment import Assessment, Finding
from seajuris.case import Case
from seajuris.errors import CaseError
from seajuris.paths import shipped
from seajuris.rules.evaluate import evaluate
from seajuris.rules.load import RuleSet

ROUNDS = 60


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rule folder without grounds and national law, to be filled."""
    folder = tmp_path_factory.mktemp("random") / "rules"
    for part in ("grounds", "states", "coordination"):
        (folder / part).mkdir(parents=True)
    shutil.copy(shipped("rules", "facts.yaml"), folder)
    shutil.copytree(shipped("rules", "instruments"), folder / "instruments")
    (folder / "warnings.yaml").write_text("warnings: {}\n")
    return folder


def written(folder: Path, part: str, name: str, content: dict[str, Any]) -> None:
    (folder / part / f"{name}.yaml").write_text(yaml.safe_dump(content))


def random_rules(folder: Path, chance: random.Random, states: list[str]) -> RuleSet:
    """Two grounds, a bar, and for each State two provisions for each ground, all with random conditions."""
    when = iter(lambda: problem(chance).test, None)
    for name in ("one", "two"):
        item = {
            "id": name, "title": name, "basis": "territoriality", "kind": "prosecute", "summary": "-",
            "claimant": {"fact": "departure"}, "when": next(when), "grade": "national",
            "only_with_national": chance.random() < 0.5,
        }  # fmt: skip
        written(folder, "grounds", name, item)
    bar = {
        "id": "bar", "title": "bar", "basis": "bar", "kind": "bar", "summary": "-", "when": next(when),
        "bars": {"kind": "prosecute", "grounds": "any", "offences": "any"},
    }  # fmt: skip
    written(folder, "grounds", "bar", bar)
    for state in states:
        bases = [
            {
                "id": f"{state}-{ground}-{number}", "grounds": [ground], "provision": "art. 1", "when": next(when),
                "conditions": [], "verified": chance.random() < 0.8, "confidence": "high", "source": "x",
                "checked": "2026-11-23",
            }
            for ground in ("one", "two")
            for number in (1, 2)
        ]  # fmt: skip
        law = {"state": state, "checked": "2026-11-23", "summary": "-", "bases": bases, "absent": []}
        written(folder, "states", state, law)
    return RuleSet(folder)


def one_more(chance: random.Random, made: Problem) -> dict[str, Any]:
    """The same facts with one that was not told, was disputed, or was told in part, now told for certain."""
    data = copy.deepcopy(made.data)
    paths = [p for p in (*STATE_FACTS, *CHOICES) if made.told.get(p, ("known", []))[0] != "known"]
    if not paths:
        return data
    path = chance.choice(paths)
    known, values = made.told[path]
    words = [v for v in words_of(path) if v not in STRANGERS]
    if known == "disputed":
        answer: Any = chance.choice(values)
    elif known == "partial":
        answer = [*values, *chance.sample([w for w in words if w not in (*values, "none")], k=chance.randint(0, 2))]
    else:
        answer = chance.choice(words)
        if many(path) and answer != "none" and chance.random() < 0.3:
            answer = [answer, *chance.sample([w for w in words if w not in (answer, "none")], k=1)]
    _set(data, path, answer)
    return data


def faults(before: Assessment, after: Assessment) -> Iterator[str]:
    now: dict[tuple[str | None, str], Finding] = {(f.state, f.ground): f for f in after.findings}
    for was in before.findings:
        if was.state is None or was.status == "open":
            continue
        found = now.get((was.state, was.ground))
        status = found.status if found else "gone"
        if status == "open" or (was.status == "excluded" and status not in ("excluded", "gone")):
            yield f"{was.state} {was.ground}: {was.status} -> {status}"


def test_one_more_fact_never_undecides_under_random_rules(bare: Path) -> None:
    seen = {"established": 0, "conditional": 0, "excluded": 0, "open": 0}
    for number in range(ROUNDS):
        chance = random.Random(f"rules {number}")
        made = problem(chance)
        # The States that may have jurisdiction are told; what is asked is whether they have.
        made.told["departure"] = ("known", ["ITA", "LBY"])
        made.data["departure"] = ["ITA", "LBY"]
        rules = random_rules(bare, chance, ["ITA", "LBY"])
        for _ in range(4):
            try:
                first = Case.from_dict(made.data, vocabulary=rules.vocabulary)
                second = Case.from_dict(one_more(chance, made), vocabulary=rules.vocabulary)
            except CaseError:
                continue
            before, after = (evaluate(case, made.place, rules, DAY) for case in (first, second))
            for finding in before.findings:
                seen[finding.status] += 1
            assert [*faults(before, after)] == [], f"round {number}: {made.data} then {second.to_dict()}"
    # It must have had something to see.
    assert all(seen.values()), seen


def test_the_same_input_gives_the_same_bytes(bare: Path) -> None:
    for number in range(12):
        chance = random.Random(f"same {number}")
        made = problem(chance)
        made.data["departure"] = ["ITA", "LBY"]
        rules = random_rules(bare, chance, ["ITA", "LBY"])
        try:
            case = Case.from_dict(made.data, vocabulary=rules.vocabulary)
        except CaseError:
            continue
        # Read again from the files, so that nothing is remembered.
        first, second = (evaluate(case, made.place, some, DAY).to_dict() for some in (rules, RuleSet(rules.folder)))
        assert json.dumps(first) == json.dumps(second)
