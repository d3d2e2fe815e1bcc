"""What must hold for every case and every position, with the shipped rules and the shipped zones.

What telling one more fact may change follows from Kleene's logic: a condition that is decided stays decided. From
conditions to findings this gives, for one State, one ground and one person:

- *established*, *conditional* and *excluded* never become *open*;
- *established* and *conditional* never vanish, and become *excluded* only through a bar;
- *excluded* stays *excluded*.

It does not give that *established* stays: a fact may bring a provision into play that rests on an unverified source,
or a bar that a person has to read; then it becomes *conditional*. And the reverse: a remark that no longer applies
may have been all that kept a finding *conditional*.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pyproj import Geod

import seajuris
from seajuris.api import zone_file
from seajuris.assessment import Assessment, Finding, Mandate, National
from seajuris.case import Case
from seajuris.errors import PositionError, SeajurisError
from seajuris.place import SOVEREIGN_ZONES, Place
from seajuris.position import Position, parse_position
from seajuris.rules.evaluate import evaluate
from seajuris.rules.load import shipped_rules
from seajuris.rules.vocabulary import FactDeclaration, general
from seajuris.schema import schema
from seajuris.zones.store import coordinates, zones_in

RULES = shipped_rules()
WGS84 = Geod(ellps="WGS84")
DAY = dt.date(2023, 6, 14)
STATES = ["ITA", "GRC", "MLT", "TUR", "LBY", "TUN", "EGY", "SYR", "PAK", "DEU", "GBR", "NLD", "NOR", "PAN", "GIB"]
DATES = ("2012-02-29", "2019-05-01", "2023-06-14", "2013-07", "2006")
TEXTS = ("Adriana", "=1+1", "unknown", "0", "Ω'\"<b>")
MMSIS = ("247320000", "970123456")

Data = dict[str, Any]


def several(count: int) -> settings:
    """Settings that give the same cases on every machine."""
    return settings(max_examples=count, derandomize=True, deadline=None, database=None)


# --- Random cases ---------------------------------------------------------------------------------------------


def one_value(fact: FactDeclaration) -> st.SearchStrategy[Any]:
    match fact.type:
        case "state" | "states":
            return st.sampled_from(STATES)
        case "choice" | "choices":
            return st.sampled_from([*fact.values])
        case "yes_no":
            return st.booleans()
        case "date":
            return st.sampled_from(DATES)
        case _:
            return st.sampled_from(MMSIS if fact.path == "vessel.mmsi" else TEXTS)


def told(fact: FactDeclaration) -> st.SearchStrategy[Any]:
    """A fact as a case may tell it: one value, several, none, alleged, or more than are known."""
    value = one_value(fact)
    forms = [value, value, value]
    if fact.type != "date":
        alleged = st.lists(value, min_size=2, max_size=3, unique=True)
        forms.append(alleged.map(lambda listed: {"disputed": listed}))
    if fact.type in ("states", "choices"):
        forms += [
            st.lists(value, min_size=1, max_size=3),
            st.lists(value, min_size=1, max_size=2).map(lambda listed: [*listed, "unknown"]),
        ]
    if fact.none is not None:
        forms += [st.just("none"), st.just(fact.none)]
    return st.one_of(forms)


def declared(prefix: str) -> list[FactDeclaration]:
    return [fact for fact in RULES.vocabulary if fact.path.startswith(prefix)]


TOP = [f for f in RULES.vocabulary if "." not in f.path and f.path not in ("position", "accuracy", "on")]


def keys_of(prefix: str) -> st.SearchStrategy[Data]:
    return st.fixed_dictionaries({}, optional={f.path.removeprefix(prefix): told(f) for f in declared(prefix)})


def people(prefix: str) -> st.SearchStrategy[Any]:
    return st.one_of(st.just("none"), st.lists(keys_of(prefix), min_size=1, max_size=3))


FACTS = st.fixed_dictionaries(
    {},
    optional={
        **{f.path: told(f) for f in TOP},
        "vessel": keys_of("vessel."),
        "intervention": keys_of("intervention."),
        "suspects": people("suspects[]."),
        "victims": people("victims[]."),
        "other_vessels": people("other_vessels[]."),
        "decisions": people("decisions[]."),
    },
)
POSITIONS = st.one_of(
    st.sampled_from(["36.25 21.06", "35.50 12.55", "37.9 23.6", "45.2 33.0", "33.2 13.1", "36.1 -5.35"]),
    st.builds(lambda lat, lon: f"{lat:.3f} {lon:.3f}", st.floats(-89, 89), st.floats(-180, 180)),
)
ACCURACIES = st.sampled_from(["10 m", "1 nm", "20 km", "300 km"])


@st.composite
def whole_cases(draw: st.DrawFn) -> Data:
    data: Data = draw(FACTS)
    if draw(st.booleans()):
        data["position"] = draw(POSITIONS)
        if draw(st.booleans()):
            data["accuracy"] = draw(ACCURACIES)
    if draw(st.booleans()):
        data["on"] = draw(st.sampled_from(DATES))
    return data


# In the Ionian beyond every territorial sea; near a limit; in a territorial sea; claims that overlap; on land.
PLACES = (
    None,
    "36.25 21.06 1nm",
    "36.40 22.0 20nm",
    "37.65 23.5 1m",
    "45.2 33.0 1nm",
    "48.5 9.0 1m",
    "-48.9 -123.4 1m",
)


@cache
def placed(spot: str | None) -> Place | None:
    if spot is None:
        return None
    lat, lon, accuracy = spot.split()
    return seajuris.locate(f"{lat} {lon}", accuracy=accuracy, on=DAY)


def read(data: Mapping[str, Any]) -> Case:
    """A case, or an example that is passed over because its facts contradict each other."""
    try:
        return Case.from_dict(data, vocabulary=RULES.vocabulary)
    except SeajurisError:
        assume(False)
        raise


def assessed(case: Case, spot: str | None) -> Assessment:
    return evaluate(case, placed(spot), RULES, DAY)


# --- Every case ------------------------------------------------------------------------------------------------

ASSESSMENT = Draft202012Validator(schema("assessment"))
CASE = Draft202012Validator(schema("case"))


@several(60)
@given(whole_cases())
def test_a_case_gives_a_valid_answer_or_an_error_of_ours(data: Data) -> None:
    try:
        result = seajuris.assess(Case.from_dict(data))
    except SeajurisError as fault:
        assert fault.message
        return
    document = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert [f"{e.json_path}: {e.message[:200]}" for e in ASSESSMENT.iter_errors(document)] == []
    assert [f"{e.json_path}: {e.message[:200]}" for e in CASE.iter_errors(document["case"])] == []
    again = seajuris.assess(Case.from_dict(document["case"])).to_dict()
    assert again["findings"] == result.to_dict()["findings"]
    assert again["bars"] == result.to_dict()["bars"]


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(STATES)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
DOORS = ["position", "accuracy", "on", "id", "vessel", "suspects", "decisions", *(f.path for f in TOP)]


@several(150)
@given(st.dictionaries(st.one_of(st.sampled_from(DOORS), st.text(max_size=8)), JUNK, max_size=3))
def test_anything_else_is_refused_in_words(data: Data) -> None:
    try:
        Case.from_dict(data).to_dict()
    except SeajurisError as fault:
        assert fault.message


@pytest.mark.parametrize("path", ["suspects[0].nationality", "suspects[].nationality", "suspects[7].residence"])
def test_a_path_is_no_key(path: str) -> None:
    with pytest.raises(SeajurisError):
        Case.from_dict({path: "SYR"})


def test_a_fact_is_told_in_one_place() -> None:
    with pytest.raises(SeajurisError):
        Case.from_dict({"vessel": {"flag": "GRC"}, "vessel.flag": "MLT"})


def test_two_spellings_of_one_value_are_no_dispute() -> None:
    with pytest.raises(SeajurisError, match="two different values"):
        Case.from_dict({"vessel": {"flag": {"disputed": ["ITA", "Italy"]}}})


def test_that_there_was_no_flag_can_be_alleged() -> None:
    case = Case.from_dict({"vessel": {"flag": {"disputed": ["PAN", "stateless"]}}})
    assert case.told("vessel.flag").values == ("PAN", "none")
    assert Case.from_dict(case.to_dict()) == case
    assert {f.state for f in seajuris.assess(case).findings if f.ground == "flag"} == {"PAN"}


@pytest.mark.parametrize("accuracy", ["12345.678 m", "600 nm", 1e-5])
def test_an_accuracy_is_read_back(accuracy: str | float) -> None:
    case = Case.from_dict({"position": "36.25 21.06", "accuracy": accuracy})
    assert Case.from_dict(case.to_dict()) == case


# --- Order tells nothing ----------------------------------------------------------------------------------------


def shuffled(value: Any, chance: random.Random, moved: dict[str, str], path: str = "") -> Any:
    """The same facts in another order; `moved` gets the new path of each person."""
    if isinstance(value, dict):
        keys = [*value]
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance, moved, key) for key in keys}
    if isinstance(value, list):
        order = [*range(len(value))]
        chance.shuffle(order)
        if any(isinstance(item, dict) for item in value):
            moved.update({f"{path}[{old}]": f"{path}[{new}]" for new, old in enumerate(order)})
        return [shuffled(value[old], chance, moved, path) for old in order]
    return value


def essence(result: Assessment, moved: Mapping[str, str]) -> list[Any]:
    """What is asserted, without the order of words in reasons and traces."""

    def path(fact: str) -> str:
        head, point, rest = fact.partition(".")
        return moved.get(head, head) + point + rest

    rows = []
    for f in result.findings:
        missing = tuple(sorted({general(m) for m in f.missing}))
        mandates = tuple((m.instrument, m.provision, m.applies) for m in f.mandate)
        law = tuple((n.id, n.met) for n in f.national)
        # Reasons name facts by their place and values in the order told.
        conditions = [re.sub("(not met on the facts told): .*", r"\1", text) for text in f.conditions]
        said = (f.status, f.grade, tuple(sorted(f.offences)), conditions, missing, mandates, law, f.barred_by)
        rows += [(f.ground, f.state or "", path(who), *said) for who in f.about or ("",)]
    bars = [(b.bar, b.status, tuple(sorted(b.states)), path(who)) for b in result.bars for who in b.about or ("",)]
    # Questions that only bars raise: see the next test.
    hanging = {general(fact) for f in result.findings for fact in f.missing}
    questions = [q.fact for q in result.questions if q.fact in hanging]
    remarks = [(r.id, tuple(sorted(r.states))) for r in (*result.coordination, *result.warnings)]
    return [sorted(rows), sorted(bars), sorted(questions), remarks]


@several(120)
@given(FACTS, st.sampled_from(PLACES), st.integers(0, 999))
def test_order_tells_nothing(data: Data, spot: str | None, seed: int) -> None:
    moved: dict[str, str] = {}
    other = shuffled(data, random.Random(seed), moved)
    first, second = assessed(read(data), spot), assessed(read(other), spot)
    assert essence(first, moved) == essence(second, {})


def test_a_bar_hangs_on_what_it_hangs_on_for_any_state() -> None:
    alleged = {"vessel": {"flag": {"disputed": ["ITA", "GRC"]}, "flag_status": "confirmed"}}
    missing = []
    for departure in (["ITA", "MLT"], ["MLT", "ITA"]):
        result = assessed(read({**alleged, "departure": departure}), None)
        missing.append(next(set(b.missing) for b in result.bars if b.bar == "state-ship-immunity"))
    assert missing[0] == missing[1]


# --- One more fact -----------------------------------------------------------------------------------------------

Key = tuple[str | None, str, str]


def by_person(result: Assessment) -> dict[Key, Finding]:
    return {(f.state, f.ground, who): f for f in result.findings for who in (f.about or ("",))}


def untold(data: Data) -> list[tuple[list[Any], FactDeclaration]]:
    """Facts on which a case is silent, with the way to each; facts of people only for people that it tells of."""
    ways: list[tuple[list[Any], FactDeclaration]] = [([f.path], f) for f in TOP]
    for group in ("vessel", "intervention"):
        ways += [([group, f.path.partition(".")[2]], f) for f in declared(f"{group}.")]
    for group in ("suspects", "victims", "other_vessels", "decisions"):
        listed = data.get(group)
        for index in range(len(listed) if isinstance(listed, list) else 0):
            ways += [([group, index, f.path.partition(".")[2]], f) for f in declared(f"{group}[].")]
    return [(way, fact) for way, fact in ways if _at(data, way) is None]


def _at(data: Any, way: list[Any]) -> Any:
    for step in way:
        data = data.get(step) if isinstance(data, dict) else data[step]
        if data is None:
            return None
    return data


def telling(data: Data, way: list[Any], value: Any) -> Data:
    more = copy.deepcopy(data)
    target: Any = more
    for step in way[:-1]:
        target = target.setdefault(step, {}) if isinstance(target, dict) else target[step]
    target[way[-1]] = value
    return more


@st.composite
def one_more_fact(draw: st.DrawFn) -> tuple[Data, Data, str]:
    data = draw(FACTS)
    ways = untold(data)
    assume(ways)
    way, fact = draw(st.sampled_from(ways))
    return data, telling(data, way, draw(told(fact))), fact.path


def faults(before: Assessment, after: Assessment) -> Iterator[str]:
    old, new = by_person(before), by_person(after)
    for key, was in old.items():
        if key[0] is None or was.status == "open":
            continue
        now = new.get(key)
        words = f"{key}: {was.status} -> {now.status if now else 'gone'}"
        if was.status == "excluded":
            if now is not None and now.status != "excluded":
                yield words
        elif now is None or now.status == "open" or (now.status == "excluded" and not now.barred_by):
            yield words


@several(250)
@given(one_more_fact(), st.sampled_from(PLACES))
def test_one_more_fact_decides_and_never_undecides(more: tuple[Data, Data, str], spot: str | None) -> None:
    data, richer, path = more
    # Custody stands in for an untold presence (see below); then the presence told is no new fact but a correction.
    assume(not (path == "suspects[].present_in" and "custody" in data))
    # So does the day of the event for an untold day of departure or landing: the day told brings other law.
    assume(path not in ("departed_on", "landed_on"))
    assert [*faults(assessed(read(data), spot), assessed(read(richer), spot))] == []


@several(60)
@given(FACTS, st.sampled_from(PLACES[1:]))
def test_nor_does_the_position(data: Data, spot: str) -> None:
    case = read(data)
    assert [*faults(assessed(case, None), assessed(case, spot))] == []


def unidentified(before: Assessment, after: Assessment) -> Iterator[str]:
    """Grounds that were excluded whatever the State be, and are not excluded for the State now named."""
    gone = {(f.ground, f.about) for f in before.findings if f.state is None and f.status == "excluded"}
    for f in after.findings:
        if (f.ground, f.about) in gone and f.status != "excluded":
            yield f"{f.ground} {f.about}: excluded for any State -> {f.status} for {f.state}"


def test_excluded_for_any_state_is_excluded_for_each() -> None:
    spot = "37.65 23.5 1m"
    before, after = assessed(read({}), spot), assessed(read({"vessel": {"flag": "GRC"}}), spot)
    assert [*unidentified(before, after)] == []


def test_a_landing_in_a_state_not_named_is_not_excluded_by_its_waters() -> None:
    spot, data = "37.65 23.5 1m", {"offences": "migrant_smuggling", "entry": "rescue", "destination": "GRC"}
    before, after = assessed(read(data), spot), assessed(read({**data, "landed_in": "GRC"}), spot)
    assert [*unidentified(before, after)] == []


def test_a_rescuer_does_not_clear_the_ship_that_collided() -> None:
    collided = {"flag": "MLT", "role": "collided"}
    data: Data = {"offences": "death_caused", "other_vessels": [collided]}
    more = {**data, "other_vessels": [collided, {"flag": "ITA", "role": "rescuer"}]}
    key = ("MLT", "other-vessel-flag", "other_vessels[0]")
    found = [by_person(assessed(read(d), "36.25 21.06 1nm"))[key].status for d in (data, more)]
    assert found[0] == found[1] != "excluded"


def test_custody_stands_in_for_a_presence_that_was_not_told() -> None:
    """The one default: it speaks for those of whom nothing else is told, and gives way to what is told."""
    data: Data = {"custody": "ITA", "suspects": [{"nationality": "SYR", "surrender_refused": True}]}
    held = {f.state for f in assessed(read(data), None).findings if f.ground == "extradite-or-prosecute-any"}
    more = telling(data, ["suspects", 0, "present_in"], "GRC")
    told = {f.state for f in assessed(read(more), None).findings if f.ground == "extradite-or-prosecute-any"}
    assert (held, told) == ({"ITA"}, {"GRC"})


def test_a_bar_on_one_offence_leaves_those_not_named() -> None:
    data = {
        "vessel": {"flag": "PAN"},
        "event": "collision",
        "suspects": [{"nationality": "SYR", "role": "skipper"}],
        "victims": [{"nationality": "TUR", "outcome": "dead"}],
    }
    some, all_ = ({**data, "offences": ["navigation_offence", last]} for last in ("unknown", "death_caused"))
    spot = "36.25 21.06 1nm"
    assert [*faults(assessed(read(some), spot), assessed(read(all_), spot))] == []


def test_a_bar_on_all_offences_of_a_finding_excludes_it() -> None:
    data = {
        "vessel": {"flag": "PAN", "type": "merchant"},
        "event": "collision",
        "offences": ["navigation_offence", "migrant_smuggling"],
        "suspects": [{"nationality": "SYR", "role": "skipper", "present_in": "GRC"}],
        "victims": [{"nationality": "GRC", "outcome": "dead"}],
    }
    found = by_person(assessed(read(data), "36.25 21.06 1nm"))["GRC", "passive-personality", "victims[0]"]
    assert found.offences == ("navigation_offence",)
    assert found.status == "excluded"


def test_a_denied_flag_is_denied_without_suspects_too() -> None:
    data = {"vessel": {"flag": "PAN", "flag_status": "claimed_denied"}, "suspects": "none", "offences": "murder"}
    found = by_person(assessed(read(data), "36.25 21.06 1nm"))["PAN", "flag", ""]
    assert found.status == "excluded"


# --- What every finding carries ---------------------------------------------------------------------------------


@several(100)
@given(FACTS, st.sampled_from(PLACES))
def test_what_a_finding_rests_on_is_marked(data: Data, spot: str | None) -> None:
    result = assessed(read(data), spot)
    for f in result.findings:
        provisions: tuple[Mandate | National, ...] = (*f.mandate, *f.national)
        for item in provisions:
            assert item.source.strip()
            assert dt.date.fromisoformat(item.checked) >= dt.date(2020, 1, 1)
            assert isinstance(item.verified, bool)
            assert not (item.verified and item.source == "from memory")
        if f.status == "established":
            assert not f.rests_on_unverified
            assert not f.conditions
            assert not f.missing
            assert any(n.verified and n.met == "yes" and not n.conditions for n in f.national)
        if f.status == "open":
            assert f.reason
            assert f.missing or f.state == "*"
        if f.status == "excluded":
            assert f.reason
        assert f.kind == "prosecute" or f.status != "established"
    for b in result.bars:
        assert all(m.source.strip() and m.checked for m in b.authority)


@several(100)
@given(FACTS, st.sampled_from(PLACES))
def test_what_is_missing_is_asked(data: Data, spot: str | None) -> None:
    result = assessed(read(data), spot)
    asked = {q.fact: q for q in result.questions}
    for f in result.findings:
        for fact in f.missing if f.status != "excluded" else ():
            assert fact in RULES.vocabulary
            assert f.state is None or f.state in asked[general(fact)].decides
    for bar in result.bars:
        assert {general(fact) for fact in bar.missing} <= set(asked)
    # Nothing is asked that was told with certainty.
    case = result.case
    for fact in asked:
        if "[]" not in fact and fact != "position":
            answer, days = case.told(fact), case.days_of(fact)
            part = answer.partial or (days is not None and not days.exact)
            assert answer.known in ("unknown", "disputed") or part, fact


def test_established_is_what_the_provision_covers() -> None:
    data = {"offences": ["human_trafficking", "murder"], "suspects": [{"nationality": "GBR"}]}
    found = by_person(assessed(read(data), "36.25 21.06 1nm"))["GBR", "active-nationality", "suspects[0]"]
    if found.status == "established":
        carrying = [n for n in found.national if n.met == "yes" and n.verified and not n.conditions]
        assert all(any(not n.offences or offence in n.offences for n in carrying) for offence in found.offences)


def test_a_limit_within_the_accuracy_of_the_data_leaves_territory_open() -> None:
    lines = zones_in(zone_file(None)).near("limits", 12.6, 35.5, 30_000.0)
    limit = next(r for r in lines if (r["limit"], r["state"]) == ("territorial_sea", "ITA") and r["kind"] == "envelope")
    start, end = coordinates(limit.blob)[:2]
    along = WGS84.inv(start[0], start[1], end[0], end[1])[0]
    middle = (start + end) / 2
    assert limit["accuracy_m"] > 100
    for side in (-90, 90):
        lon, lat, _ = WGS84.fwd(middle[0], middle[1], along + side, 50.0)
        position = f"{lat:.6f} {lon:.6f}"
        result = seajuris.assess(Case.from_dict({"position": position, "accuracy": "10 m", "on": DAY.isoformat()}))
        assert result.place is not None
        assert result.place.verdict == "near_line"
        assert [f.status for f in result.findings if (f.state, f.ground) == ("ITA", "territory")] == ["open"]


def test_the_regime_of_a_place_and_its_findings_agree() -> None:
    result = seajuris.assess(Case.from_dict({"position": "40.20 50.60", "accuracy": "100 m", "on": "2023-06-14"}))
    assert result.place is not None
    assert result.place.criminal_law_regime == "territory"
    assert any(f.ground == "territory" and f.status != "excluded" for f in result.findings)


# --- Places ------------------------------------------------------------------------------------------------------


def spots(south: int, north: int, west: int, east: int) -> st.SearchStrategy[tuple[float, float]]:
    # Never on a whole degree, where the pieces of the data meet: those have a test of their own.
    lat, lon = st.integers(south * 1000, north * 1000 - 1), st.integers(west * 1000, east * 1000 - 1)
    return st.tuples(lat, lon).map(lambda pair: ((pair[0] + 0.5) / 1000, (pair[1] + 0.5) / 1000))


# Where zones are many: the seas of Europe and North Africa, the Gulf, the Caribbean, the Pacific at 180°.
SEAS = st.one_of(
    spots(30, 46, -10, 36),
    spots(23, 30, 48, 58),
    spots(10, 22, -80, -60),
    spots(-22, -12, 175, 180),
    spots(-90, 90, -180, 180),
)
RADII_M = (0.0, 200.0, 2_000.0, 10_000.0, 40_000.0, 150_000.0)


def kinds(place: Place, *, certain: bool = False) -> set[Any]:
    """Zones of a place; sovereign ones of a State count as one, since islets come and go within its waters."""
    return {
        ("sovereign", z.state) if z.zone in SOVEREIGN_ZONES else (z.zone, z.state, z.territory, z.claim, z.dispute)
        for z in place.zones
        if z.zone not in ("land", "outside_data") and (z.certainty == "certain" or not certain)
    }


@several(80)
@given(SEAS, st.sampled_from(range(len(RADII_M) - 1)))
def test_more_uncertainty_never_removes_a_zone(spot: tuple[float, float], step: int) -> None:
    small, large = (
        seajuris.locate(Position.from_degrees(*spot, accuracy_m=radius), on=DAY) for radius in RADII_M[step : step + 2]
    )
    assert kinds(small) <= kinds(large)
    assert kinds(large, certain=True) <= kinds(small)
    # A single zone that covers the large circle covers the small one.
    if len(large.zones) == 1:
        assert small.zones[0].certainty == "certain"
    if large.verdict == "robust":
        assert small.verdict == "robust"


def test_off_guernsey_is_not_inside_the_territorial_sea_of_great_britain() -> None:
    place = seajuris.locate("49.40 -2.72", accuracy="100 m", on=DAY)
    own = {z.territory for z in place.zones}
    assert own == {"GGY"}
    assert {n.territory for n in place.limits if n.limit == "territorial_sea" and n.distance_nm < 0} == own


@several(40)
@given(SEAS, st.sampled_from(RADII_M))
def test_a_place_is_whole(spot: tuple[float, float], radius: float) -> None:
    place = seajuris.locate(Position.from_degrees(*spot, accuracy_m=radius), on=DAY)
    document = json.loads(json.dumps(place.to_dict(), allow_nan=False))
    assert [*Draft202012Validator(schema("place")).iter_errors(document)] == []
    assert place.zones
    assert any(z.at_position for z in place.zones)
    names = [(z.zone, z.state, z.territory, z.claim, z.dispute) for z in place.zones]
    assert len(set(names)) == len(names)
    assert (place.verdict == "undetermined") == any(z.certainty == "possible" for z in place.zones)


def test_a_point_where_pieces_meet_lies_in_its_zone() -> None:
    """On a whole degree, and on the 180th meridian."""
    spots = [(30.24 + 0.13 * step, -10.0 + step % 46) for step in range(120)]
    astray = []
    for spot in [*spots, (-36.29, -180.0), (-15.3817, -180.0)]:
        place = seajuris.locate(Position.from_degrees(*spot, accuracy_m=0.0), on=DAY)
        if place.verdict == "robust" and not all(z.at_position for z in place.zones):
            astray.append(spot)
    assert not astray


@several(60)
@given(st.floats(-85, 85), st.sampled_from(["10 m", "1 nm", "30 nm"]))
def test_both_names_of_the_180th_meridian(lat: float, accuracy: str) -> None:
    east, west = (
        seajuris.locate(f"{lat:.4f} {lon}", accuracy=accuracy, on=DAY).to_dict() for lon in ("180.0000", "-180.0000")
    )
    assert east["position"].pop("read_as").rstrip("E") == west["position"].pop("read_as").rstrip("W")
    assert east["position"].pop("told") != west["position"].pop("told")
    assert east == west


@given(st.floats(-89, 89), st.floats(0.001, 179.99))
def test_a_longitude_beyond_180_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(PositionError, match="beyond 180"):
        parse_position(f"{lat:.4f}, {lon + 180.001:.4f}")
