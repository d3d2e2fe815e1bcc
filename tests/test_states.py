"""The State register and how texts and MMSI numbers are resolved against it."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seajuris import paths, states
from seajuris.errors import DataError, StateError
from seajuris.states import STATELESS, UNKNOWN, Register, parse_nationality

FILE = paths.shipped("data", "states", "register.csv")
REGISTER = states.register()
with FILE.open(encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream))


def cell(row: dict[str, str], column: str) -> list[str]:
    return row[column].split("|") if row[column] else []


def translations(row: dict[str, str]) -> list[str]:
    return [pair.split(":", 1)[1] for pair in cell(row, "names")]


def unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


# --- the file -------------------------------------------------------------------------------


def test_has_all_249_iso_entries_and_kosovo() -> None:
    assert len(REGISTER) == len(ROWS) == 250
    assert len({state.alpha2 for state in REGISTER}) == 250
    assert all(re.fullmatch("[A-Z]{3}", state.alpha3) for state in REGISTER)
    assert all(re.fullmatch("[A-Z]{2}", state.alpha2) for state in REGISTER)
    assert [row["alpha3"] for row in ROWS if not row["source"].startswith("ISO 3166-1")] == ["XKX"]
    assert [row["alpha3"] for row in ROWS] == sorted(row["alpha3"] for row in ROWS)


def test_kinds() -> None:
    assert sum("; UN member;" in row["source"] for row in ROWS) == 193
    observers = {row["alpha3"] for row in ROWS if "; UN observer;" in row["source"]}
    assert observers == {"PSE", "VAT"}
    own = {s.alpha3 for s in REGISTER if s.kind == "state"}
    assert len(own) == 193 + 2 + len({"COK", "NIU"})
    assert {s.alpha3 for s in REGISTER if s.kind == "other"} == {"ATA", "ESH", "TWN", "XKX"}


def test_the_european_union_is_not_a_state() -> None:
    assert "EUE" not in {s.alpha3 for s in REGISTER}
    for text in ("EU", "European Union"):
        with pytest.raises(StateError):
            REGISTER.resolve(text)


@pytest.mark.parametrize("state", list(REGISTER), ids=lambda state: state.alpha3)
def test_sovereign_exists_and_is_a_state(state: states.State) -> None:
    sovereign = REGISTER.sovereign_of(state.alpha3)
    if state.kind == "territory":
        assert sovereign.kind == "state"
        assert sovereign is not state
    else:
        assert sovereign is state
    if state.kind == "other":
        assert state.status_note


@pytest.mark.parametrize(
    ("territory", "sovereign"),
    [
        *[("GIB", "GBR"), ("FRO", "DNK"), ("REU", "FRA"), ("PRI", "USA"), ("SJM", "NOR")],
        *[("HKG", "CHN"), ("ALA", "FIN"), ("CUW", "NLD"), ("CXR", "AUS"), ("TKL", "NZL")],
        *[("IMN", "GBR"), ("COK", "COK"), ("NIU", "NIU"), ("PSE", "PSE")],
    ],
)
def test_sovereign_of(territory: str, sovereign: str) -> None:
    assert REGISTER.sovereign_of(territory).alpha3 == sovereign


def test_contested_entries_are_not_attributed() -> None:
    for alpha3 in ("XKX", "TWN", "ESH"):
        assert REGISTER.sovereign_of(alpha3).alpha3 == alpha3


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["alpha3"])
def test_every_word_finds_its_own_entry_and_no_other(row: dict[str, str]) -> None:
    words = [row["name"], *cell(row, "aliases"), *cell(row, "demonyms"), *translations(row)]
    for word in words:
        for written in (word, word.upper(), unaccented(word).upper(), f" the  {word}. "):
            assert REGISTER.resolve(written).alpha3 == row["alpha3"], written
    assert REGISTER.resolve(row["alpha3"]).alpha3 == row["alpha3"]
    assert REGISTER.resolve(row["alpha2"]).alpha3 == row["alpha3"]


@pytest.mark.parametrize("row", [r for r in ROWS if r["ambiguous"]], ids=lambda row: row["alpha3"])
def test_every_ambiguous_word_lists_all_its_entries(row: dict[str, str]) -> None:
    for word in cell(row, "ambiguous"):
        candidates = [r for r in ROWS if word in cell(r, "ambiguous")]
        assert len(candidates) > 1
        with pytest.raises(StateError, match="may mean") as caught:
            REGISTER.resolve(word)
        for candidate in candidates:
            assert f"{candidate['name']} ({candidate['alpha3']})" in caught.value.message


def test_names_cover_all_eu_languages() -> None:
    languages = "bg cs da de el es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
    for row in ROWS:
        if row["alpha3"] in {"COG", "GUY", "MAF"}:  # some of their names fit another entry too
            continue
        found = {pair.split(":", 1)[0] for pair in cell(row, "names")}
        assert found == set(languages.split()), row["alpha3"]


def test_sha256_is_that_of_the_file() -> None:
    assert REGISTER.sha256 == hashlib.sha256(FILE.read_bytes()).hexdigest()


# --- texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "alpha3"),
    [
        # codes and their traps
        *[("NO", "NOR"), ("NA", "NAM"), ("nor ", "NOR"), ("egy", "EGY"), ("gr", "GRC")],
        *[("ON", "error"), ("UK", "GBR"), ("uk", "GBR"), ("U.S.A.", "USA"), ("XK", "XKX")],
        *[("EL", "GRC"), ("CAR", "CAF"), ("car", "error"), ("GER", "error"), ("N/A", "error")],
        # neighbours that fuzzy matching confuses
        *[("Kosovo", "XKX"), ("Serbia", "SRB"), ("Niger", "NER"), ("Nigeria", "NGA")],
        *[("Nigerien", "NER"), ("Nigerian", "NGA"), ("Guinea", "GIN"), ("Guinean", "GIN")],
        *[("Equatorial Guinean", "GNQ"), ("Guinea Bissau", "GNB"), ("Papua New Guinea", "PNG")],
        *[("Sudanese", "SDN"), ("South Sudanese", "SSD"), ("Georgia", "GEO"), ("Jersey", "JEY")],
        *[("Dominica", "DMA"), ("Dominican Republic", "DOM"), ("Austria", "AUT")],
        *[("Mauritanian", "MRT"), ("Mauritian", "MUS"), ("Oman", "OMN"), ("Romania", "ROU")],
        *[("Mali", "MLI"), ("Malian", "MLI"), ("Somali", "SOM"), ("Indian", "IND")],
        *[("Samoa", "WSM"), ("American Samoan", "ASM"), ("American", "USA"), ("Irish", "IRL")],
        *[("Swiss", "CHE"), ("Swazi", "SWZ"), ("Slovak", "SVK"), ("Slovene", "SVN")],
        # former, common and long names
        *[("Turkey", "TUR"), ("Ivory Coast", "CIV"), ("Cote d'Ivoire", "CIV"), ("DRC", "COD")],
        *[("Holland", "NLD"), ("Burma", "MMR"), ("Swaziland", "SWZ"), ("Cape Verde", "CPV")],
        *[("Macedonia", "MKD"), ("Czech Republic", "CZE"), ("Great Britain", "GBR")],
        *[("Syrian Arab Republic", "SYR"), ("St. Vincent & the Grenadines", "VCT")],
        *[("Palestinian", "PSE"), ("Holy See", "VAT"), ("Madeira", "PRT"), ("The Gambia", "GMB")],
        # other languages
        *[("Siria", "SYR"), ("Ägypten", "EGY"), ("AGYPTEN", "EGY"), ("Αίγυπτος", "EGY")],
        *[("ΕΛΛΑΔΑ", "GRC"), ("Либия", "LBY"), ("Grèce", "GRC"), ("Paesi Bassi", "NLD")],
        *[("Großbritannien", "GBR"), ("Libja", "LBY"), ("il-Libja", "LBY"), ("Łotwa", "LVA")],
        # never attributed, never guessed
        *[("Northern Cyprus", "error"), ("Crimea", "error"), ("Somaliland", "error")],
        *[("Egyptt", "error"), ("Syria/Egypt", "error"), ("---", "error"), ("x" * 10_000, "error")],
    ],
)
def test_resolve(text: str, alpha3: str) -> None:
    if alpha3 != "error":
        assert REGISTER.resolve(text).alpha3 == alpha3
        return
    with pytest.raises(StateError) as caught:
        REGISTER.resolve(text)
    assert caught.value.hint
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        *[("Congolese", "COD COG"), ("Congo", "COD COG"), ("Kongo", "COD COG")],
        *[("Korea", "KOR PRK"), ("Koreans", "KOR PRK"), ("Dominican", "DMA DOM")],
        *[("Samoan", "ASM WSM"), ("Virgin Islands", "VGB VIR"), ("St Martin", "MAF SXM")],
        *[("Saint-Martin", "MAF SXM"), ("Channel Islands", "GGY JEY"), ("Guiana", "GUF GUY")],
        *[("Republic of China", "CHN TWN"), ("Czechoslovak", "CZE SVK")],
        *[("Yugoslavia", "BIH HRV MKD MNE SRB SVN XKX"), ("Rhodesia", "ZMB ZWE")],
    ],
)
def test_ambiguous(text: str, candidates: str) -> None:
    with pytest.raises(StateError, match="may mean") as caught:
        REGISTER.resolve(text)
    assert re.findall(r"\(([A-Z]{3})\)", caught.value.message) == candidates.split()


@pytest.mark.parametrize("text", ["no", "No", "na", "in", "is", "it", "me", "at", "be", "so", "to"])
def test_everyday_words_are_not_codes(text: str) -> None:
    with pytest.raises(StateError, match="everyday word") as caught:
        REGISTER.resolve(text)
    assert f"Write {text.upper()} " in (caught.value.hint or "")
    assert REGISTER.resolve(text.upper())


def test_everyday_words_are_all_in_use() -> None:
    codes = {code.lower() for s in REGISTER for code in (s.alpha2, s.alpha3)}
    aliases = {alias.lower() for row in ROWS for alias in cell(row, "aliases")}
    assert not states._EVERYDAY_WORDS - codes - aliases


@pytest.mark.parametrize(
    ("text", "suggested"),
    [("Sirya", "SYR"), ("Egyptien", "EGY"), ("Nigerain", "NGA"), ("Kossovo", "XKX")],
)
def test_near_matches_are_suggested_never_chosen(text: str, suggested: str) -> None:
    with pytest.raises(StateError, match="not a State or territory") as caught:
        REGISTER.resolve(text)
    found = re.findall(r"\(([A-Z]{3})\)", caught.value.hint or "")
    assert suggested in found
    assert len(found) <= 3


def test_yaml_boolean_is_named() -> None:
    assert yaml.safe_load("NO") is False
    for function in (REGISTER.resolve, parse_nationality):
        with pytest.raises(StateError, match="NO was read as a boolean; quote it"):
            function(yaml.safe_load("NO"))
        with pytest.raises(StateError, match="ON or YES was read as a boolean"):
            function(yaml.safe_load("ON"))


@pytest.mark.parametrize("value", [None, 578, 1.5, ["NOR"], b"NOR", "", "  "])
def test_not_a_text(value: object) -> None:
    with pytest.raises(StateError):
        REGISTER.resolve(value)
    with pytest.raises(StateError):
        parse_nationality(value)


def test_state_takes_alpha3_only() -> None:
    assert REGISTER.state("GRC").name == "Greece"
    for code in ("GR", "grc", "Greece", "", "ZZZ"):
        with pytest.raises(StateError, match="alpha-3"):
            REGISTER.state(code)
        with pytest.raises(StateError, match="alpha-3"):
            REGISTER.sovereign_of(code)


@given(st.text(max_size=40))
def test_any_text_is_an_entry_or_a_state_error(text: str) -> None:
    try:
        found = REGISTER.resolve(text)
    except StateError as error:
        assert error.hint
    else:
        assert found in REGISTER


# --- nationalities --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("Syrian", "SYR"), ("Afghans", "AFG"), ("ita", "ITA"), ("NO", "NOR"), ("NAM", "NAM")],
        *[("stateless", STATELESS), ("Stateless ", STATELESS), ("stateless  person", STATELESS)],
        *[("unknown", UNKNOWN), ("?", UNKNOWN), ("Not known", UNKNOWN), ("Greenlandic", "GRL")],
    ],
)
def test_parse_nationality(text: str, value: str) -> None:
    assert parse_nationality(text) == value


@pytest.mark.parametrize("text", ["none", "None", "NULL", "NA", "n/a", "nan", "-", "no", "No"])
def test_no_answer_is_neither_stateless_nor_unknown_nor_a_code(text: str) -> None:
    with pytest.raises(StateError, match="may mean no nationality, not known") as caught:
        parse_nationality(text)
    assert STATELESS in (caught.value.hint or "")
    assert UNKNOWN in (caught.value.hint or "")


# --- MMSI -----------------------------------------------------------------------------------


def test_every_mid_indicates_one_entry_in_every_kind_of_number() -> None:
    assigned = {mid: state for state in REGISTER for mid in state.mids}
    assert len(assigned) == sum(len(state.mids) for state in REGISTER) == 292
    for mid, state in assigned.items():
        assert re.fullmatch("[2-7][0-9]{2}", mid)
        for prefix in ("", "0", "00", "111", "8", "98", "99"):
            assert REGISTER.by_mmsi((prefix + mid).ljust(9, "1")) is state


@pytest.mark.parametrize(
    ("mmsi", "alpha3"),
    [
        *[("247320000", "ITA"), ("237123456", "GRC"), ("271000001", "TUR"), ("642122016", "LBY")],
        *[("002371000", "GRC"), ("023700001", "GRC"), ("111247123", "ITA"), ("824712345", "ITA")],
        *[("982471234", "ITA"), ("992471234", "ITA"), (" 247320000 ", "ITA")],
        *[("255801234", "PRT"), ("236111222", "GIB"), ("477000000", "HKG"), ("306123456", "NLD")],
        *[("334000000", "HND"), ("335000000", None), ("970012345", None), ("972012345", None)],
        *[("974012345", None), ("200000000", None), ("123456789", None), ("000000000", None)],
    ],
)
def test_by_mmsi(mmsi: str, alpha3: str | None) -> None:
    found = REGISTER.by_mmsi(mmsi)
    assert (found.alpha3 if found else None) == alpha3


@pytest.mark.parametrize("mmsi", ["", "24732000", "2473200001", "24732000a", "٢٤٧٣٢٠٠٠٠", 247320000])
def test_not_an_mmsi(mmsi: object) -> None:
    with pytest.raises(StateError, match="is not an MMSI") as caught:
        REGISTER.by_mmsi(mmsi)  # type: ignore[arg-type]
    assert "nine digits" in (caught.value.hint or "")


# --- loading --------------------------------------------------------------------------------


def damaged(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "register.csv"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("alpha3,alpha2,", "alpha2,alpha3,", "columns are not"),
        ("ITA,IT,Italy,state", "ITA,IT,Italy,State", "kind 'State'"),
        ("ITA,IT,Italy,state,ITA", "ITA,IT,Italy,state,ITX", "sovereign ITX of ITA"),
        ("ITA,IT,Italy", "ITA,IS,Italy", "appears twice"),
        ("ITA,IT,Italy,", "ITA,IT,Italy,,", "13 cells where 12"),
        ("ITA,IT,Italy", 'ITA,IT,"Italy', "not a CSV file"),
        (",247,", ",237,", "MID 237 is assigned twice"),
    ],
)
def test_damaged_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        Register.load(damaged(tmp_path, old, new))


def test_file_missing_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read"):
        Register.load(tmp_path / "absent.csv")
    path = tmp_path / "latin1.csv"
    path.write_bytes(FILE.read_bytes() + "é".encode("latin-1"))
    with pytest.raises(DataError, match="not UTF-8"):
        Register.load(path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes(b"\xef\xbb\xbf" + FILE.read_bytes())
    assert len(Register.load(path)) == len(REGISTER)


def test_a_name_costs_no_heavy_import() -> None:
    code = (
        "import sys; from seajuris.states import parse_nationality; parse_nationality('Syrian');"
        "print([m for m in ('difflib', 'pandas', 'babel', 'pycountry', 'yaml', 'shapely')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_shipped_names_both_places_when_a_file_is_missing() -> None:
    with pytest.raises(DataError, match="data/absent is missing") as caught:
        paths.shipped("data", "absent")
    assert "_bundle" in (caught.value.hint or "")


def test_shipped_prefers_the_installed_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, checkout = tmp_path / "seajuris", tmp_path / "checkout"
    (checkout / "data").mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", package)
    monkeypatch.setattr(paths, "_CHECKOUT", checkout)
    assert paths.shipped("data") == checkout / "data"
    (package / "_bundle" / "data").mkdir(parents=True)
    assert paths.shipped("data") == package / "_bundle" / "data"
