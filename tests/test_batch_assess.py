"""`assess` in batch: the same cases, the same answers as one by one, and each distinct combination judged once."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from seajuris import api
from seajuris.batch.answered import Answered, AssessOptions, Columns, LocateOptions
from seajuris.batch.assess import assess_batch, schema
from seajuris.batch.judged import Judge, judge_of
from seajuris.batch.locate import locate_batch
from seajuris.case import Case
from seajuris.errors import InputError
from seajuris.place import Place
from seajuris.record import canonical
from seajuris.rules.inputs import place_facts
from seajuris.rules.load import shipped_rules
from seajuris.scenarios import load, names, scenario_folder
from seajuris.zones.store import coordinates, zones_in

TODAY = dt.date(2026, 11, 26)
OPTIONS = AssessOptions(today=TODAY)
FULL = AssessOptions(today=TODAY, full=True)


def assessed(rows: Mapping[str, Any], facts: dict[str, str], options: AssessOptions = OPTIONS) -> Answered:
    placed = {name: name for name in ("position", "accuracy", "on") if name in rows}
    columns = Columns(**placed, facts=facts)
    return assess_batch(pa.RecordBatch.from_pydict(rows), columns, options)


def one(facts: dict[str, Any], options: AssessOptions = OPTIONS, **columns: str) -> dict[str, Any]:
    """The flat answer to one row."""
    rows = {name: [value] for name, value in facts.items()}
    answered = assessed(rows, columns, options)
    assert not answered.rejected
    found: dict[str, Any] = answered.columns.to_pylist()[0]
    return found


# --- The same answers as one by one -------------------------------------------------------------------------------


@cache
def spots() -> tuple[str, ...]:
    """Positions on, near and far from limits of several States, written to 0.001 degrees."""
    chance = random.Random(11)
    store = zones_in(api.zone_file(None))
    found = []
    for lon, lat in ((14.0, 35.6), (26.2, 38.9), (-15.9, 27.4), (1.5, 51.0), (33.9, 44.5)):
        lines = [coordinates(row.blob) for row in store.near("limits", lon, lat, 60_000)]
        for _ in range(4):
            line = chance.choice(lines)
            at_lon, at_lat = line[chance.randrange(len(line))]
            away = chance.choice((0.0, 0.005, 0.05))
            found.append(f"{at_lat + away:.3f}, {at_lon:.3f}")
    return tuple(found)


@cache
def told() -> tuple[dict[str, Any], ...]:
    """The facts of teaching scenarios, without where and when."""
    folder = scenario_folder(None)
    chosen = random.Random(3).sample(names(folder), 25)
    cases = [json.loads(json.dumps(load(folder / f"{name}.yaml").data["case"], default=str)) for name in chosen]
    return tuple({k: v for k, v in case.items() if k not in ("position", "accuracy", "on")} for case in cases)


def test_every_row_is_answered_as_the_case_alone() -> None:
    chance = random.Random(7)
    days = ["2023-06-14", "2023-06-15", "2014-02-28", "2014-03-01", "2009", "2012-06", ""]
    rows = [
        (chance.choice(told()), chance.choice(spots()), chance.choice(("1nm", "300 m", "")), chance.choice(days))
        for _ in range(75)
    ]
    # The same facts and place again, under other names.
    rows += [({**case, "title": "Other", "id": "x-2"}, spot, radius, day) for case, spot, radius, day in rows[:25]]
    batch = {
        "position": [spot for _, spot, _, _ in rows],
        "accuracy": [radius for _, _, radius, _ in rows],
        "on": [day for _, _, _, day in rows],
        "facts": [json.dumps(case) for case, _, _, _ in rows],
    }
    answered = assessed(batch, {"case": "facts"}, FULL)
    flat, faults = iter(answered.columns.to_pylist()), iter(answered.rejected)
    for number, row in enumerate(rows):
        try:
            result = alone(*row)
        except InputError as fault:
            refused = next(faults)
            path = (fault.where or "").removeprefix("case: ")
            assert (refused.row, refused.reason) == (number, f"{path}: {fault.message}")
            continue
        found = next(flat)
        assert found["sj_assessment"] == canonical(result.to_dict())
        able = result.prosecute()
        for status, stronger in (("established", ()), ("conditional", ("established",))):
            states = {f.state for f in able if f.status == status}
            states -= {f.state for f in able if f.status in stronger}
            assert set(found[f"sj_{status}"].split("; ")) - {""} == {s and s.replace("*", "any") for s in states}
        listed = [found[f"sj_{status}"].split("; ") for status in ("established", "conditional", "open")]
        assert len({s for some in listed for s in some if s}) == len({f.state for f in able})
        assert found["sj_missing"] == "; ".join(q.fact for q in result.questions[:5])
        considered = [f for f in result.findings if f.status != "excluded"]
        assert found["sj_unverified"] is any(f.rests_on_unverified for f in considered)
    assert not [*flat, *faults]


@pytest.mark.parametrize("options", [OPTIONS, FULL], ids=["flat", "full"])
def test_the_place_has_the_columns_that_locate_gives(options: AssessOptions) -> None:
    """A position that is stated back, too: of plain degrees there is nothing to state."""
    rows = {
        "lat": ["36.25", "36°21.4'N", "-0.5", "35.5 N"],
        "lon": ["21.06", "21°00.6'E", "90", "12.6 E"],
        "on": ["2023-06-14", "2023-06-14", "2013-10-03", "2024-02-29"],
    }
    batch, columns = pa.RecordBatch.from_pydict(rows), Columns(lat="lat", lon="lon", on="on")
    placed = locate_batch(batch, columns, LocateOptions(today=TODAY)).columns
    answer = assess_batch(batch, columns, options).columns
    assert [text is None for text in placed["sj_read_as"].to_pylist()] == [True, False, True, False]
    assert answer.select(placed.schema.names).to_pylist() == placed.to_pylist()


def alone(case: dict[str, Any], spot: str, radius: str, day: str) -> Any:
    data = {**case, "position": spot}
    data |= {"accuracy": radius} if radius else {}
    data |= {"on": day} if day else {}
    with api.as_of(TODAY):
        return api.assess(Case.from_dict(data, today=TODAY))


# --- Judged once --------------------------------------------------------------------------------------------------


@pytest.fixture
def judge() -> Judge:
    return Judge(shipped_rules())


def judged(judge: Judge, place: Place | None = None, on: str = "2023-06-14", **facts: Any) -> Any:
    case = Case.from_dict({"on": on, **facts})
    return judge.flat(judge.facts(case), place_facts(place), dt.date.fromisoformat(on))


def test_what_no_rule_reads_is_not_judged_again(judge: Judge) -> None:
    near, far = (api.locate(at, on="2023-06-14") for at in ("36.5, 19.0", "36.6, 19.2"))
    first = judged(judge, near, vessel={"flag": "PAN", "name": "Fair Wind", "mmsi": "351000000"}, title="One")
    again = judged(judge, far, vessel={"imo": "9074729", "name": "Foul Wind", "flag": "PAN"}, title="Two")
    assert (first, judge.evaluated) == (again, 1)
    for facts in ({"vessel": {"flag": "ITA"}}, {"vessel": {"flag": "PAN"}, "event": "collision"}):
        assert judged(judge, near, **facts) != first
    assert judge.evaluated == 3
    judged(judge, api.locate("35.52, 12.62", on="2023-06-14"), vessel={"flag": "PAN"})
    judged(judge, None, vessel={"flag": "PAN"})
    assert judge.evaluated == 5


def test_days_between_which_no_law_changed_are_one(judge: Judge) -> None:
    facts: Any = {"suspects": [{"nationality": "LBY"}], "departure": "LBY", "destination": "ITA"}
    judged(judge, on="2023-06-14", **facts)
    before = judge.evaluated
    days = [dt.date(2023, 6, 1) + dt.timedelta(days=n) for n in range(28)]
    written = {day for day in days if any(day.isoformat() == text for text in judge._dates)}
    for day in days:
        judged(judge, on=day.isoformat(), **facts)
    # A stretch of days between dates of the rules, and each such date.
    assert judge.evaluated - before <= 2 * len(written) + 1 < len(days)


def test_a_day_on_which_law_changes_divides(judge: Judge) -> None:
    for text in [t for t in judge._dates if len(t) == 10][::97]:
        day = dt.date.fromisoformat(text)
        places = {judge._period(day + dt.timedelta(days=n)) for n in (-1, 0, 1)}
        assert len(places) == 3, text


def test_a_month_is_judged_as_a_month(judge: Judge) -> None:
    case = Case.from_dict({"on": "2004-01", "suspects": [{"nationality": "ITA"}]})
    exact = Case.from_dict({"on": "2004-01-31", "suspects": [{"nationality": "ITA"}]})
    for told_case in (case, exact):
        judge.flat(judge.facts(told_case), None, dt.date(2004, 1, 31))
    assert judge.evaluated == 2


def test_whole_answers_name_the_day_and_are_never_shared_between_days(judge: Judge) -> None:
    cases = [judge.facts(Case.from_dict({"on": on, "vessel": {"flag": "PAN"}})) for on in ("2023-06-14", "2023-06-15")]
    first, second = (judge.whole(facts, None, facts.case.on or TODAY) for facts in cases)
    assert '"2023-06-14"' in first.parts["findings"] and '"2023-06-14"' not in second.parts["findings"]


# --- Cells as options ---------------------------------------------------------------------------------------------


def told_as(result: dict[str, Any]) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(result["sj_assessment"])["case"]
    return case


def test_cells_tell_what_options_tell() -> None:
    row: Any = {"suspects": "EGY; Syrian+Libyan", "flag": "stateless", "offences": "migrant_smuggling;death_caused",
           "landed": "none", "kind": "small_craft", "role": "skipper", "benefit": True, "left": dt.date(2023, 6, 9),
           "imo": 9074729.0}  # fmt: skip
    columns = {"suspects": "suspects", "vessel.flag": "flag", "offences": "offences", "landed_in": "landed",
               "vessel.type": "kind", "suspects[0].role": "role", "benefit": "benefit", "departed_on": "left",
               "vessel.imo": "imo"}  # fmt: skip
    assert (
        told_as(one(row, FULL, **columns))
        == Case.from_dict(
            {
                "suspects": [{"nationality": "EGY", "role": "skipper"}, {"nationality": ["SYR", "LBY"]}],
                "vessel": {"flag": "stateless", "type": "small_craft", "imo": "9074729"},
                "offences": ["migrant_smuggling", "death_caused"],
                "landed_in": "none",
                "benefit": True,
                "departed_on": "2023-06-09",
            }
        ).to_dict()
    )


@pytest.mark.parametrize(
    "case",
    [
        json.dumps({"suspects": [{"nationality": "EGY"}], "vessel": {"flag": {"disputed": ["PAN", "none"]}}}),
        {"suspects": [{"nationality": "EGY"}], "vessel": {"flag": {"disputed": ["PAN", "none"]}}},
    ],
    ids=["text", "nested"],
)
def test_a_whole_case_in_one_column(case: Any) -> None:
    found = told_as(one({"incident": case, "suspect": "SYR"}, FULL, case="incident", suspects="suspect"))
    # As options override a case file.
    assert found == {
        "suspects": [{"nationality": "SYR"}],
        "vessel": {"flag": {"disputed": ["PAN", "none"]}},
    }


def test_nested_cells_that_lack_a_key_do_not_tell_it() -> None:
    cases = [{"event": "collision"}, {"vessel": {"flag": "PAN"}}]
    answered = assessed({"case": cases}, {"case": "case"}, FULL)
    found = [json.loads(row["sj_assessment"])["case"] for row in answered.columns.to_pylist()]
    assert found == cases


def test_a_position_in_a_column_replaces_the_one_in_the_case_with_its_accuracy() -> None:
    case = json.dumps({"position": "35.5, 12.6", "accuracy": "5 nm"})
    rows = {"case": [case, case, case], "position": ["36.5, 19.0", None, None], "accuracy": [None, None, "1 nm"]}
    found = [
        json.loads(row["sj_assessment"])["case"]
        for row in assessed(rows, {"case": "case"}, FULL).columns.to_pylist()
    ]  # fmt: skip
    assert [(case["position"], case.get("accuracy")) for case in found] == [
        ("36.5, 19.0", None),
        ("35.5, 12.6", "9260 m"),
        ("35.5, 12.6", "1852 m"),
    ]


def test_facts_for_all_rows_give_way_to_those_of_a_row() -> None:
    options = AssessOptions(today=TODAY, full=True, on="2023-06", facts={"destination": "ITA", "custody": "GRC"})
    rows = {"destination": ["GRC", None], "on": ["2023-06-14", None]}
    answered = assessed(rows, {"destination": "destination"}, options).columns.to_pylist()
    first, second = (json.loads(row["sj_assessment"])["case"] for row in answered)
    assert first == {"on": "2023-06-14", "destination": "GRC", "custody": "GRC"}
    assert second == {"on": "2023-06", "destination": "ITA", "custody": "GRC"}


def test_a_row_without_a_position_is_assessed_without_one() -> None:
    found = one({"flag": "PAN"}, OPTIONS, **{"vessel.flag": "flag"})
    assert found["sj_zones"] is None and "PAN" in found["sj_open"]


def test_no_row_gives_no_columns_but_their_types() -> None:
    answered = assessed({"flag": pa.array([], pa.string())}, {"vessel.flag": "flag"})
    assert answered.columns.schema == schema(OPTIONS) and answered.columns.num_rows == 0


# --- Rows that cannot be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "code", "column", "said"),
    [
        ({"suspects": "Narnia"}, "SJ120", "suspects", "'Narnia'"),
        ({"flag": "PAN; ITA"}, "SJ130", "flag", "contradictory"),
        ({"offences": "smuggling"}, "SJ130", "offences", "not accepted"),
        ({"on": "2023-02-30"}, "SJ130", "on", "calendar"),
        ({"on": "2099-01-01"}, "SJ130", "on", "future"),
        ({"position": "121.06 36.25"}, "SJ110", "position", "beyond 90"),
        ({"position": "36.25 21.06", "accuracy": "5"}, "SJ110", "accuracy", "unit"),
        ({"accuracy": "5 nm"}, "SJ130", "accuracy", "without a position"),
        ({"mmsi": "12"}, "SJ130", "mmsi", "MMSI"),
        ({"case": '{"suspects": [{"nationality": "Narnia"}]}'}, "SJ120", "case", "suspects[0].nationality: 'Narnia'"),
        ({"case": '{"position": "95 N 1 E"}'}, "SJ110", "case", "position: "),
        ({"case": "{"}, "SJ130", "case", "JSON"),
        ({"landed": "none", "landed_on": "2023-06-14"}, "SJ130", "landed_on", "nobody was"),
        ({"suspects": ";"}, "SJ130", "suspects", "tells nothing"),
    ],
)
def test_a_fault_is_told_with_its_column(row: dict[str, str], code: str, column: str, said: str) -> None:
    every = ("position", "accuracy", "on", "suspects", "flag", "offences", "mmsi", "case", "landed", "landed_on")
    rows = {name: pa.array([row.get(name), None], pa.string()) for name in every}
    paths = {"suspects": "suspects", "vessel.flag": "flag", "offences": "offences", "vessel.mmsi": "mmsi",
             "case": "case", "landed_in": "landed", "landed_on": "landed_on"}  # fmt: skip
    answered = assessed(rows, paths)
    assert list(answered.accepted) == [False, True]
    (fault,) = answered.rejected
    assert (fault.row, fault.code, fault.column) == (0, code, column)
    assert said in fault.reason


@pytest.mark.parametrize(
    ("facts", "options", "said"),
    [
        ({"vessel.colour": "a"}, OPTIONS, "vessel.colour"),
        ({"suspects[0]": "a"}, OPTIONS, "suspects[0]"),
        ({"event": "a"}, AssessOptions(today=TODAY, facts={"event": "party"}), "party"),
        ({"event": "a"}, AssessOptions(today=TODAY, on="2023-13"), "2023-13"),
        ({"event": "b"}, OPTIONS, "'b'"),
    ],
)
def test_what_is_wrong_for_all_rows_is_said_at_once(facts: dict[str, str], options: AssessOptions, said: str) -> None:
    with pytest.raises(InputError) as caught:
        assessed({"a": ["collision"]}, facts, options)
    assert said in str(caught.value)


def test_one_judge_serves_all_batches() -> None:
    assert judge_of(None) is judge_of(None)
