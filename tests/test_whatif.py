"""What-if: every difference is found and explained, and nothing is called a difference that is none."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from geographiclib.geodesic import Geodesic

import seajuris
from conftest import ROOT, Run
from seajuris.cli import facts
from seajuris.errors import CaseError, InputError
from seajuris.position import Position, parse_position
from seajuris.rules.load import shipped_rules
from seajuris.whatif import Comparison, Variant, compare, strongest, towards, usual_values, vary

PYLOS: dict[str, Any] = {
    "position": "36.356, 21.010",
    "accuracy": "5 nm",
    "on": "2023-06-14",
    "offences": ["migrant_smuggling", "death_caused"],
    "vessel": {"flag": "stateless", "type": "fishing"},
    "suspects": [{"nationality": "EGY"}],
    "departure": "LBY",
    "destination": "ITA",
    "landed_in": "GRC",
    "entry": "rescue",
}
CASE = str(ROOT / "docs" / "examples" / "pylos.yaml")


def assess(data: dict[str, Any]) -> seajuris.Assessment:
    return seajuris.assess(seajuris.Case.from_dict(data))


def whatif(*settings: str, told: dict[str, Any] | None = None) -> Comparison:
    told = PYLOS if told is None else told
    changed = copy.deepcopy(told)
    alone = {}
    for setting in settings:
        facts.assign(changed, setting)
        single = copy.deepcopy(told)
        facts.assign(single, setting)
        with contextlib.suppress(CaseError):
            # Some changes cannot be without others.
            alone[setting] = assess(single)
    return compare(assess(told), assess(changed), settings, alone)


# --- Two assessments ------------------------------------------------------------------------------------------------


def test_the_same_facts_differ_in_nothing() -> None:
    found = compare(assess(PYLOS), assess(PYLOS))
    assert found.changes == ()
    assert found.zones == ()
    assert found.bars == ()
    assert all(before == after for _, before, after in found.states)


def test_a_flag_brings_its_state_and_says_which_fact_named_it() -> None:
    found = whatif("vessel.flag=PAN")
    (flag,) = [c for c in found.changes if c.state == "PAN" and c.ground == "flag"]
    assert flag.before.status is None
    assert flag.after.stands
    assert ("names", "vessel.flag", "none", "PAN") in {(r.part, r.fact, r.before, r.after) for r in flag.reasons}
    assert ("PAN", None, flag.after.status) in found.states
    assert found.zones == ()


def test_each_difference_is_laid_to_the_change_that_makes_it() -> None:
    found = whatif("vessel.flag=PAN", "on=2019-06-01")
    by = {(c.state, c.ground): c.by for c in found.changes}
    # The Italian clause is of 2023; Panama has nothing to do with it, and the day nothing with Panama.
    assert by["ITA", "special-clause"] == ("on=2019-06-01",)
    assert by["PAN", "flag"] == ("vessel.flag=PAN",)
    (clause,) = [c for c in found.changes if (c.state, c.ground) == ("ITA", "special-clause")]
    assert clause.after.status is None
    assert [(r.part, r.before, r.after) for r in clause.reasons] == [("law", "2023-06-14", "2019-06-01")]


def test_what_only_two_changes_make_together_is_said() -> None:
    # Either of them alone leaves the other link of Greece standing.
    told = {"on": "2023-06-14", "offences": ["migrant_smuggling"], "departure": "GRC", "vessel": {"flag": "GRC"}}
    found = whatif("departure=LBY", "vessel.flag=PAN", told=told)
    lost = {c.ground: c.by for c in found.changes if c.state == "GRC" and c.before.stands and not c.after.stands}
    assert lost["flag"] == ("vessel.flag=PAN",)
    assert lost["part-of-conduct-departure"] == ("departure=LBY",)
    alone = [compare(found.before, found.after)]
    assert all(change.by == () for change in alone[0].changes)


def test_every_change_of_status_has_a_reason() -> None:
    for settings in (["vessel.flag=PAN"], ["on=2019-06-01"], ["landed_in=none", "entry=none"], ["departure=TUN"]):
        for change in whatif(*settings).changes:
            assert change.reasons, (settings, change)


def test_zones_that_change_are_listed() -> None:
    found = whatif("position=36.80 21.65", "accuracy=0.1 nm")
    assert any(new and new.startswith("territorial_sea:GRC") for _, new in found.zones)
    assert any(old and old.startswith("high_seas") for old, _ in found.zones)
    (territory,) = [c for c in found.changes if (c.state, c.ground) == ("GRC", "territory")]
    assert territory.after.stands
    assert not territory.before.stands


def test_people_told_of_together_or_apart_make_no_difference() -> None:
    two = {**PYLOS, "suspects": [{"nationality": "EGY"}, {"nationality": "EGY"}]}
    apart = copy.deepcopy(two)
    # Of the second one more is told, which decides nothing about the nationality ground of either.
    apart["suspects"][1]["minor"] = "no"
    found = compare(assess(two), assess(apart))
    assert not [c for c in found.changes if c.ground == "active-nationality" and c.status_changes]


def test_one_change_is_told_for_all_alike() -> None:
    two = {**PYLOS, "suspects": [{"nationality": "EGY"}, {"nationality": "EGY"}]}
    found = whatif("offences=navigation_offence", told=two)
    for change in found.changes:
        assert len(set(change.about)) == len(change.about)
    seen = [(c.state, c.ground, a) for c in found.changes for a in c.about]
    assert len(seen) == len(set(seen))


def test_a_bar_that_comes_is_listed() -> None:
    told = {**PYLOS, "decisions": "none"}
    found = compare(assess(told), assess({**told, "decisions": [{"state": "GRC", "merits": "yes", "final": "yes"}]}))
    assert any(before != after for _, before, after in found.bars)


# --- Tables ---------------------------------------------------------------------------------------------------------


def test_a_table_has_what_each_row_gives_alone() -> None:
    variants = [Variant(v, {**PYLOS, "vessel": {"flag": v}}) for v in ("PAN", "ITA", "stateless", "unknown")]
    table = vary("vessel.flag", variants, assess)
    for row, variant in zip(table.rows, variants, strict=True):
        assert dict(row.states) == strongest(assess(variant.data))
        assert row.fault is None
    assert "PAN" in table.states


def test_a_value_that_cannot_be_is_a_row_that_says_so() -> None:
    told = {**PYLOS, "vessel": {"flag_status": "none"}}
    variants = [Variant(v, {**told, "vessel": {"flag_status": "none", "flag": v}}) for v in ("PAN", "stateless")]
    bad, good = vary("vessel.flag", variants, assess).rows
    assert "no nationality" in str(bad.fault)
    assert not bad.states
    assert good.fault is None
    assert good.states


def test_usual_values() -> None:
    case = seajuris.Case.from_dict(PYLOS)
    vocabulary = shipped_rules().vocabulary
    assert usual_values(vocabulary["vessel.flag"], case) == ("EGY", "GRC", "ITA", "LBY", "stateless", "unknown")
    assert usual_values(vocabulary["benefit"], case) == ("yes", "no", "unknown")
    assert usual_values(vocabulary["entry"], case)[-1] == "unknown"
    with pytest.raises(InputError, match="no list of values"):
        usual_values(vocabulary["on"], case)


@pytest.mark.parametrize(
    ("start", "goal"),
    [("36.356 21.010", "36.9 21.6"), ("-17.0 179.9", "-17.5 -179.8"), ("70 10", "80 -170"), ("0 0", "0 1")],
)
def test_positions_lie_on_the_geodesic(start: str, goal: str) -> None:
    a, b = parse_position(start), parse_position(goal)
    rows = list(towards({"position": start}, a, 100.0, b, 4))
    whole = Geodesic.WGS84.Inverse(a.lat, a.lon, b.lat, b.lon)["s12"]
    assert len(rows) == 5
    assert rows[0].data == {"position": start}
    for step, row in enumerate(rows[1:], 1):
        p = parse_position(row.data["position"])
        there = Geodesic.WGS84.Inverse(a.lat, a.lon, p.lat, p.lon)["s12"]
        rest = Geodesic.WGS84.Inverse(p.lat, p.lon, b.lat, b.lon)["s12"]
        assert there == pytest.approx(whole * step / 4, abs=0.5)
        assert there + rest == pytest.approx(whole, abs=1.0)
        assert row.distance_m == pytest.approx(there, abs=0.5)


def test_a_way_that_is_none_is_refused() -> None:
    here = Position.from_degrees(36.0, 21.0)
    with pytest.raises(InputError, match="where the case already is"):
        list(towards({}, here, 1.0, here, 3))
    for steps in (0, -1, 100):
        with pytest.raises(InputError, match="steps"):
            list(towards({}, here, 1.0, Position.from_degrees(37.0, 21.0), steps))
    with pytest.raises(InputError, match="at most"):
        vary("x", [Variant(str(n), {}) for n in range(101)], assess)


# --- The command ----------------------------------------------------------------------------------------------------


def test_the_command_shows_both_sides(run: Run) -> None:
    answer = run("whatif", CASE, "--set", "vessel.flag=PAN", "--set", "on=2019-06-01")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert any(line.split() == ["Panama", "(PAN)", "not", "listed", "CONDITIONAL", "<-", "changed"] for line in lines)
    assert "made by: on=2019-06-01" in answer.out
    assert "decides nothing" in answer.out


def test_json_of_both_forms(run: Run) -> None:
    data = json.loads(run("whatif", CASE, "--set", "vessel.flag=PAN", "--json").out)
    assert data["format"] == "seajuris.whatif.v1"
    assert {"state": "PAN", "before": None, "after": "conditional"} in data["states"]
    assert data["before"]["case"]["vessel"]["flag"] == "none"
    assert data["after"]["case"]["vessel"]["flag"] == "PAN"
    table = json.loads(run("whatif", CASE, "--vary", "on=2019,2023-06-14", "--json").out)
    assert [row["value"] for row in table["rows"]] == ["2019", "2023-06-14"]


def test_along_the_way_to_the_coast_the_zone_changes(run: Run) -> None:
    answer = run("whatif", CASE, "--vary", "position", "--toward", "36.9,21.6", "--steps", "4", "--json")
    rows = json.loads(answer.out)["rows"]
    assert rows[0]["criminal_law_regime"] == "high_seas"
    assert rows[-1]["criminal_law_regime"] == "territory"
    # The first row is the case itself.
    place = json.loads(run("assess", CASE, "--json").out)["place"]
    assert rows[0]["verdict"] == place["verdict"]
    assert rows[0]["position"] == place["position"]["read_as"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "nothing is different"),
        (["--set", "vessel.flag"], "needs PATH=VALUE"),
        (["--set", "vessel.flag=Atlantis"], "Atlantis"),
        (["--vary", "colour"], "is no fact"),
        (["--vary", "suspects[].nationality"], "is no fact"),
        (["--vary", "on"], "no list of values"),
        (["--vary", "flag="], "no value is named"),
        (["--vary", "position"], "--toward"),
        (["--vary", "position", "--toward", "36.356"], "position"),
        (["--vary", "position", "--toward", "36 21", "--steps", "0"], "0 steps"),
        (["--vary", "flag", "--toward", "36 21"], "--vary position only"),
    ],
)
def test_bad_input_is_explained(run: Run, args: list[str], said: str) -> None:
    answer = run("whatif", CASE, *args)
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_screen(run: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    flags = "--vary=flag=" + ",".join(["PAN", "LBR", "MLT", "CYP", "BHS", "MHL", "SGP", "HKG", "GRC", "ITA"])
    for args in (["--set", "vessel.flag=PAN", "--set", "on=2019"], [flags]):
        answer = run("whatif", CASE, *args, terminal=True)
        assert answer.code == 0, answer.err
        assert max(map(len, answer.out.splitlines())) <= columns
    # Every State of every row has its column, in one of the blocks.
    states = json.loads(run("whatif", CASE, flags, "--json").out)["states"]
    heads = [line.split()[1:] for line in answer.out.splitlines() if line.split()[:1] == ["value"]]
    assert [s for head in heads for s in head] == states


def test_text_of_a_case_stays_text(run: Run) -> None:
    told = json.dumps({"title": "\x1b[31m[bold]\u202e<script>", "on": "2023", "vessel": {"flag": "ITA"}}).encode()
    answer = run("whatif", "-", "--set", "vessel.flag=PAN", stdin=told)
    assert answer.code == 0
    assert "[bold]" in answer.out
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out
