"""The published schemas: valid themselves, met by what the program prints, and as strict as the readers."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import seajuris
from conftest import ROOT
from seajuris import assessment
from seajuris.case import Case
from seajuris.errors import CaseError, InputError
from seajuris.rules.load import shipped_rules
from seajuris.schema import WHICH, schema
from seajuris.yamlio import parse_yaml, read_text

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
PLACES = [
    ("36.25 21.06", "1 nm", "2023-06-14"),  # off Pylos
    ("35.504 12.557", None, "2013-10-03"),  # off Lampedusa
    ("48°52.6'S 123°23.6'W", None, "2023-06-14"),  # South Pacific
    ("48.5 9.0", None, "2023-06-14"),  # on land
    ("36.40 22.0", "20 nm", "2020-01-01"),  # several zones possible
    ("45.2 33.0", "1 nm", "2023-06-14"),  # off Crimea: overlapping claims
]


def errors(which: str, document: Any) -> list[str]:
    found = Draft202012Validator(schema(which)).iter_errors(document)
    return [f"{error.json_path}: {error.message[:300]}" for error in found]


def case_data(path: Path) -> Any:
    return parse_yaml(read_text(path, where=path.name, error=CaseError), where=path.name, error=CaseError)


@pytest.mark.parametrize("which", WHICH)
def test_the_schema_is_one(which: str) -> None:
    Draft202012Validator.check_schema(schema(which))
    assert json.loads(json.dumps(schema(which))) == schema(which)


def test_another_word_is_refused() -> None:
    with pytest.raises(InputError, match="place, assessment, case"):
        schema("memo")


@pytest.mark.parametrize(("position", "accuracy", "on"), PLACES)
def test_places(position: str, accuracy: str | None, on: str) -> None:
    document = seajuris.locate(position, accuracy=accuracy, on=on).to_dict()
    assert errors("place", document) == []
    document["zones"][0]["rank"] = 1
    assert errors("place", document) != []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_cases(path: Path) -> None:
    data = case_data(path)
    assert errors("case", data) == []
    document = seajuris.assess(Case.from_dict(data)).to_dict()
    assert errors("assessment", document) == []
    assert errors("case", document["case"]) == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_cases_of_scenarios(path: Path) -> None:
    data = case_data(path)["case"]
    assert errors("case", data) == []
    assert errors("case", Case.from_dict(data).to_dict()) == []


def test_there_are_examples() -> None:
    assert EXAMPLES
    assert SCENARIOS


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"position": "36.25 21.06", "on": "2023-06-14"},
        {"vessel": {"flag": {"disputed": ["ITA", "LBY"]}}, "victims": "none", "suspects": ["EGY+SYR", {}]},
        {"position": "35.504 12.557", "on": "2013-10-03", "landed_in": "ITA", "offences": ["migrant_smuggling"]},
    ],
)
def test_assessments(facts: dict[str, Any]) -> None:
    assert errors("case", facts) == []
    document = seajuris.assess(Case.from_dict(facts)).to_dict()
    assert errors("assessment", document) == []
    broken = copy.deepcopy(document)
    broken["verdict"] = "guilty"
    assert errors("assessment", broken) != []


@pytest.mark.parametrize(
    ("name", "kind", "only_in_json", "only_in_python"),
    [
        ("finding", assessment.Finding, {"unverified"}, {"order"}),
        ("mandate", assessment.Mandate, set(), set()),
        ("national", assessment.National, set(), set()),
        ("bar", assessment.Bar, set(), set()),
        ("question", assessment.Question, set(), set()),
        ("remark", assessment.Remark, set(), set()),
    ],
)
def test_the_schema_names_every_field(name: str, kind: Any, only_in_json: set[str], only_in_python: set[str]) -> None:
    described = set(schema("assessment")["$defs"][name]["properties"])
    assert described - only_in_json == {field.name for field in dataclasses.fields(kind)} - only_in_python


def test_the_case_schema_knows_every_fact_and_every_value() -> None:
    text = json.dumps(schema("case"))
    top = schema("case")["properties"]
    for fact in shipped_rules().vocabulary:
        head, dot, last = fact.path.partition(".")
        group = top[head.removesuffix("[]")]
        if dot:
            group = next(form for form in group["anyOf"] if form.get("type") in ("object", "array"))
            group = group["items"]["anyOf"][0] if "items" in group else group
            group = group["properties"][last]
        assert group["description"].startswith(fact.ask)
        for value in fact.values:
            assert json.dumps(value) in text


@pytest.mark.parametrize(
    "facts",
    [
        {"depature": "LBY"},
        {"event": "shipwrek"},
        {"vessel": {"flags": "ITA"}},
        {"suspects": [{"nationalty": "EGY"}]},
        {"suspects": "EGY"},
        {"departure": {"disputed": ["LBY"]}},
        {"departure": {"either": ["LBY", "TUN"]}},
        {"on": "14.06.2023"},
        {"position": {"lat": 36.25}},
        {"vessel": {"flag": False}},
        {"benefit": "perhaps"},
        {"event": ["shipwreck", "rescue"]},
    ],
)
def test_the_case_schema_refuses_what_the_reader_refuses(facts: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Case.from_dict(facts)
    assert errors("case", facts) != []


@pytest.mark.parametrize(
    "facts",
    [
        {"departure": "unknown", "destination": None, "landed_in": "none", "vessel": "unknown", "victims": "unknown"},
        {"vessel": {"flag": "stateless", "mmsi": 247320000, "name": "unknown"}},
        {"suspects": [{"nationality": ["EGY", "unknown"], "minor": True, "residence": "none"}]},
        {"decisions": [{"state": "ITA", "date": "2020-01-01", "merits": "yes", "final": False}]},
        {"position": {"lat": "36.25", "lon": "21.06"}, "accuracy": "1 nm"},
        {"offences": ["migrant_smuggling", "unknown"], "benefit": "yes"},
        {"event": {"disputed": ["collision", "capsizing"]}},
    ],
)
def test_the_case_schema_accepts_what_the_reader_accepts(facts: dict[str, Any]) -> None:
    Case.from_dict(facts)
    assert errors("case", facts) == []
