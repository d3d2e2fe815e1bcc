"""Facts as told: canonical form, refusals, contradictions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from seajuris.case import Case, Told
from seajuris.errors import CaseError, InputError, StateError

TODAY = dt.date(2026, 11, 23)


def case(**data: Any) -> Case:
    return Case.from_dict(data, today=TODAY)


def test_states_in_any_common_wording_become_codes() -> None:
    result = case(departure="Libya", suspects=["Egyptian", "SYR+PAK"], vessel={"flag": "PA"})
    assert result.told("departure") == Told("known", ("LBY",))
    assert result.told("suspects[0].nationality").values == ("EGY",)
    assert result.told("suspects[1].nationality").values == ("SYR", "PAK")
    assert result.told("vessel.flag").values == ("PAN",)


def test_unknown_none_and_disputed_are_three_things() -> None:
    assert case(vessel={"flag": "unknown"}).told("vessel.flag").known == "unknown"
    assert case(vessel={"flag": "stateless"}).told("vessel.flag").known == "none"
    told = case(vessel={"flag": {"disputed": ["PAN", "Togo"]}}).told("vessel.flag")
    assert (told.known, told.values) == ("disputed", ("PAN", "TGO"))
    assert "suspects" not in case(suspects="unknown").counts
    assert case(suspects="none").counts["suspects"] == 0


def test_unquoted_no_in_yaml_is_norway(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("vessel:\n  flag: NO\ndeparture: [NO, ON]\n", encoding="utf-8")
    with pytest.raises(StateError, match="ON"):
        Case.load(file)
    file.write_text("vessel:\n  flag: NO\n", encoding="utf-8")
    assert Case.load(file).told("vessel.flag").values == ("NOR",)


def test_a_boolean_is_never_a_state() -> None:
    with pytest.raises(CaseError, match="Norway"):
        case(vessel={"flag": False})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"flagg": "ITA"}, "no such fact"),
        ({"vessel": {"flagg": "ITA"}}, "vessel.flag"),
        ({"suspects": [{"nationalty": "ITA"}]}, r"suspects\[\].nationality"),
        ({"offences": ["smugling"]}, "migrant_smuggling"),
        ({"on": "2027-01-01"}, "lies in the future"),
        ({"on": "14/06/2023"}, "YYYY-MM-DD"),
        ({"on": "2023-02-30"}, "no day|not a day"),
        ({"accuracy": "1nm"}, "without a position"),
        ({"benefit": "perhaps"}, "yes, no or unknown"),
        ({"suspects": {"nationality": "ITA"}}, "must be a list"),
        ({"vessel": {"flag": ["PAN", "TGO"]}}, "disputed"),
        ({"vessel": {"flag": {"disputed": ["PAN"]}}}, "disputed"),
        ({"vessel": {"flag": "ITA", "flag_status": "none"}}, "no nationality"),
        ({"vessel": {"flag": "stateless", "flag_status": "confirmed"}}, "stateless vessel cannot"),
        ({"landed_in": "none", "entry": "rescue"}, "nobody did"),
        ({"landed_in": "ITA", "entry": "none"}, "nobody reached land"),
        ({"intervention": {"by": "none", "flag_consent": "given"}}, "denies"),
        ({"departure": ["LBY", "none"]}, "contradicts"),
        ({"decisions": [{"state": "GRC", "date": "2027-05-21"}]}, "future"),
        ({"title": "x" * 10_001}, "longer than"),
        ({"position": {"lat": "36.0"}}, "lat"),
        ({"position": 36}, "not a position"),
        ({"suspects": [3]}, "mapping"),
    ],
)
def test_refused_with_the_spot_and_a_remedy(data: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        case(**data)
    assert caught.value.where


def test_a_sequence_of_facts_is_no_case() -> None:
    with pytest.raises(CaseError, match="mapping"):
        Case.from_dict([], today=TODAY)  # type: ignore[arg-type]


def test_swapped_latitude_and_longitude_are_not_swapped_silently() -> None:
    with pytest.raises(InputError, match=r"(?i)swap"):
        case(position="-120.0, 36.0")


def test_round_trip() -> None:
    data = {
        "id": "x",
        "title": "A case",
        "position": "36°15'N 21°04'E",
        "accuracy": "1 nm",
        "on": "2023-06-14",
        "offences": ["migrant_smuggling", "death_caused"],
        "vessel": {"flag": "stateless", "type": "fishing"},
        "suspects": [{"nationality": ["EGY", "unknown"], "role": "crew"}, {}],
        "victims": "none",
        "departure": "LBY",
        "landed_in": "none",
        "decisions": [{"state": "GRC", "date": "2024-05-21", "merits": "unclear"}],
    }
    first = Case.from_dict(data, today=TODAY)
    again = Case.from_dict(first.to_dict(), today=TODAY)
    assert again == first
    assert again.to_dict() == first.to_dict()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("departure: LBY\ndeparture: TUN\n", "twice"),
        ("a: &x [1]\nb: *x\n", "aliases|no such fact"),
        ("departure: !!python/object/apply:os.getpid []\n", "tag"),
        ("departure: [LBY\n", "not valid YAML"),
        ("- LBY\n", "mapping"),
        ("? [a]\n: b\n", "word"),
        ("departure: " + "[" * 40 + "]" * 40, "nested"),
    ],
)
def test_case_files_are_read_strictly(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=words):
        Case.load(file)


@pytest.mark.parametrize(
    ("text", "words"),
    [('{"departure": "LBY", "departure": "TUN"}', "twice"), ('{"a": NaN}', "NaN"), ("{", "not valid JSON")],
)
def test_json_case_files_are_read_as_strictly(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "case.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=words):
        Case.load(file)


def test_size_and_encoding_limits(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_bytes(b"notes: " + b"x" * 1_000_001)
    with pytest.raises(CaseError, match="larger than"):
        Case.load(file)
    file.write_bytes("title: Größe".encode("latin-1"))
    with pytest.raises(CaseError, match="UTF-8"):
        Case.load(file)
    with pytest.raises(CaseError, match="cannot be read"):
        Case.load(tmp_path / "missing.yaml")


def test_clock_like_and_octal_like_text_stays_text(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("vessel: {mmsi: 010, name: 12:30}\n", encoding="utf-8")
    result = Case.load(file)
    assert result.told("vessel.mmsi").values == ("010",)
    assert result.told("vessel.name").values == ("12:30",)


def test_alias_bomb_is_refused_quickly(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 9) + "]" for i in range(1, 9)]
    file = tmp_path / "case.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CaseError, match="aliases"):
        Case.load(file)


@pytest.mark.parametrize("tag", ["!!int abc", "!!int 12a", "!!bool yes", "!own x", "!!null x"])
def test_tags_written_out_are_refused(tmp_path: Path, tag: str) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(f"title: {tag}\n", encoding="utf-8")
    with pytest.raises(CaseError, match="tag"):
        Case.load(file)


def test_a_number_of_thousands_of_digits_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text('{"title": ' + "9" * 5000 + "}", encoding="utf-8")
    with pytest.raises(CaseError, match="digits"):
        Case.load(file)
