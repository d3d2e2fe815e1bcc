"""The command line from end to end: exit codes, messages, safety of the output."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, Answer, Run

PYLOS = str(ROOT / "docs" / "examples" / "pylos.yaml")
PLACE = ("--at", "36.25 21.06", "--accuracy", "1nm", "--on", "2023-06-14")
ESCAPE = "\x1b"


@pytest.fixture(autouse=True)
def _in_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def refused(answer: Answer, code: str, *words: str) -> None:
    """The run gave an error for people: its code, what was wrong, no traceback, nothing on stdout."""
    assert answer.code == 2, answer.err or answer.out
    assert answer.out == ""
    assert answer.err.startswith(f"seajuris: error {code}: "), answer.err
    assert "Traceback" not in answer.err
    for word in words:
        assert word in answer.err, answer.err


def case_file(folder: Path, text: str | bytes, name: str = "case.yaml") -> str:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


# --- Exit codes ---------------------------------------------------------------------------------------------------


def test_0_answered(run: Run) -> None:
    for args in (("locate", *PLACE), ("assess", PYLOS), ("schema", "case"), ("states", "show", "NOR"), ("--help",)):
        answer = run(*args)
        assert answer.code == 0, (args, answer.err)
        assert answer.out
        assert answer.err == ""


def test_version(run: Run) -> None:
    assert re.fullmatch(r"seajuris [0-9]+\.[0-9]+\.[0-9]+\n", run("--version").out)


def test_1_internal_fault_shows_nothing_of_the_case(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Name Of A Victim")

    monkeypatch.setattr("seajuris.api.assess", fail)
    answer = run("assess", PYLOS)
    assert answer.code == 1
    assert answer.out == ""
    assert "internal fault (RuntimeError)" in answer.err
    assert "Victim" not in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "args",
    [
        ("locate",),
        ("locate", "--at"),
        ("locate", "--no-such-option"),
        ("no-such-command",),
        ("assess", "one.yaml", "two.yaml"),
    ],
)
def test_2_bad_usage(run: Run, args: tuple[str, ...]) -> None:
    answer = run(*args)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err
    assert "Traceback" not in answer.err


def test_3_uncertain_only_with_strict(run: Run) -> None:
    # 12 M off a coast by an accuracy of 40 M: the answer cannot be certain.
    wide = ("--at", "36.25 21.06", "--accuracy", "60nm", "--on", "2023-06-14")
    assert run("locate", *wide).code == 0
    strict = run("locate", *wide, "--strict")
    assert strict.code == 3
    assert "undetermined" in strict.out.lower()
    assert run("assess", "--at", "36.25 21.06", "--strict").code == 3


def test_3_is_not_given_for_a_certain_place(run: Run) -> None:
    # The middle of the South Pacific, further than 200 M from any land.
    answer = run("locate", "--at", "48°52.6'S 123°23.6'W", "--on", "2023-06-14", "--strict", "--json")
    assert answer.code == 0
    assert [zone["zone"] for zone in json.loads(answer.out)["zones"]] == ["high_seas"]


def test_5_data_missing_or_no_data(run: Run, tmp_path: Path) -> None:
    missing = run("locate", *PLACE, "--zones", str(tmp_path / "none.gpkg"))
    assert missing.code == 5
    assert "error SJ300" in missing.err
    other = run("locate", *PLACE, "--zones", case_file(tmp_path, "not a database", "zones.gpkg"))
    assert other.code == 5
    assert "error SJ300" in other.err


def test_5_damaged_data_give_no_answer(run: Run, tmp_path: Path) -> None:
    source = ROOT / "data" / "maritime_zones"
    copy = tmp_path / "zones.gpkg"
    raw = bytearray((source / "zones.gpkg").read_bytes())
    raw[-1] ^= 1
    copy.write_bytes(raw)
    (tmp_path / "manifest.yaml").write_bytes((source / "manifest.yaml").read_bytes())
    answer = run("locate", *PLACE, "--zones", str(copy))
    assert answer.code == 5
    assert answer.out == ""
    assert "manifest" in answer.err


def test_5_rules_missing_or_broken(run: Run, tmp_path: Path) -> None:
    missing = run("assess", PYLOS, "--rules", str(tmp_path))
    assert missing.code == 5
    assert "error SJ200" in missing.err
    case_file(tmp_path, "facts: [not, a, mapping]\n", "facts.yaml")
    broken = run("assess", PYLOS, "--rules", str(tmp_path))
    assert broken.code == 5
    assert "facts.yaml" in broken.err


@pytest.mark.skipif(os.name == "nt", reason="no SIGPIPE semantics")
@pytest.mark.parametrize("args", [("assess", PYLOS), ("locate", *PLACE, "--json"), ("schema", "case")])
def test_141_the_reader_of_a_pipe_went_away(args: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "from seajuris.cli import main; main()", *args]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writer)
    assert done.returncode == 141, done.stderr
    assert done.stderr == ""


# --- Positions, States, days --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "word"),
    [
        ("121.06 36.25", "latitude"),  # longitude first
        ("36°75'N 21°04'E", "minutes"),
        ("-36.25N 21.06E", ""),  # a sign and a letter
        ("nan 21.06", ""),
        ("36.25 inf", ""),
        ("36.25", ""),
        ("", ""),
        ("somewhere off Pylos", ""),
    ],
)
def test_positions_that_cannot_be_read(run: Run, position: str, word: str) -> None:
    refused(run("locate", "--at", position, "--on", "2023-06-14"), "SJ110")
    answer = run("assess", "--at", position)
    refused(answer, "SJ110")
    assert word in answer.err.lower()


@pytest.mark.parametrize("accuracy", ["-1nm", "nan", "inf nm", "a bit", "1 parsec"])
def test_accuracies_that_cannot_be_read(run: Run, accuracy: str) -> None:
    refused(run("locate", "--at", "36.25 21.06", f"--accuracy={accuracy}"), "SJ110")


def test_an_unknown_state_is_answered_with_suggestions(run: Run) -> None:
    refused(run("assess", "--flag", "Liberai"), "SJ120", "'Liberai'", "Liberia (LBR)")
    refused(run("assess", "--victim", "SYR", "--victim", "Syrien Arab"), "SJ120", "victims[1].nationality")
    refused(run("assess", "--suspect", "Congolese"), "SJ120", "COG", "COD")


def test_contradictory_facts(run: Run, tmp_path: Path) -> None:
    refused(run("assess", "--flag", "ITA", "--flag", "stateless"), "SJ130", "--flag", "contradictory")
    told = case_file(tmp_path, "vessel: {flag: ITA, flag_status: none}\n")
    refused(run("assess", told), "SJ130", "vessel.flag_status", "ITA")
    told = case_file(tmp_path, "vessel: {flag: stateless}\n")
    refused(run("assess", told, "--set", "vessel.flag_status=confirmed"), "SJ130", "vessel.flag_status")
    refused(run("assess", "--landed", "none", "--set", "entry=rescue"), "SJ130", "entry")


@pytest.mark.parametrize("day", ["2999-01-01", "14.06.2023", "2023-02-29", "2023-6-14", "yesterday", ""])
def test_days(run: Run, day: str) -> None:
    refused(run("locate", "--at", "36.25 21.06", "--on", day), "SJ100", "on")
    refused(run("assess", "--at", "36.25 21.06", "--on", day), "SJ130", "on")


def test_a_day_in_the_future_says_so(run: Run) -> None:
    assert "future" in run("assess", "--on", "2999-01-01").err
    assert "future" in run("locate", "--at", "36.25 21.06", "--on", "2999-01-01").err


def test_an_mmsi_that_is_none(run: Run) -> None:
    refused(run("assess", "--set", "vessel.mmsi=12"), "SJ130", "vessel.mmsi", "nine digits")


def test_an_offence_that_is_not_in_the_list(run: Run) -> None:
    refused(run("assess", "--offence", "smugling"), "SJ130", "'smugling'", "migrant_smuggling")


# --- Case files ---------------------------------------------------------------------------------------------------


def test_norway_is_not_false(run: Run, tmp_path: Path) -> None:
    for text in ("vessel:\n  flag: NO\n", "vessel: {flag: 'NO'}\n", "vessel: {flag: Norwegian}\n"):
        answer = run("assess", case_file(tmp_path, text), "--json")
        assert answer.code == 0, answer.err
        assert json.loads(answer.out)["case"]["vessel"]["flag"] == "NOR"
    refused(run("assess", case_file(tmp_path, "vessel: {flag: false}\n")), "SJ130", "NOR")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("departure: LBY\ndeparture: TUN\n", ("line 2", "departure", "twice")),
        ("departure: &a LBY\ndestination: *a\n", ("line 1", "alias")),
        ("departure: !!python/object/apply:os.system [echo]\n", ("line 1", "tag")),
        ("on: !!int abc\n", ("line 1", "tag")),
        ("depature: LBY\n", ("depature", "Did you mean", "departure")),
        ("suspects: [{nationalty: EGY}]\n", ("suspects[0].nationalty", "suspects[].nationality")),
        ("departure: {disputed: [LBY]}\n", ("departure", "{disputed: [A, B]}")),
        ("victims: 82\n", ("victims", "list")),
        ("departure: [LBY\n", ("line", "YAML")),
        ("a: 1\n--- \nb: 2\n", ("YAML",)),
        ("- departure\n", ("mapping",)),
        ("just words\n", ("mapping",)),
        ("on: 2999-01-01\n", ("on", "future")),
        ("accuracy: 1nm\n", ("accuracy", "position")),
        ("position: {lat: 36.25}\n", ("position", "lon")),
        ("[" * 400 + "]" * 400, ("YAML",)),
    ],
)
def test_case_files_that_are_refused(run: Run, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = case_file(tmp_path, text)
    answer = run("assess", path)
    words = tuple(word for word in words if word != "YAML")
    refused(answer, "SJ130", *words)
    assert path in answer.err


def test_bytes_that_are_refused(run: Run, tmp_path: Path) -> None:
    refused(run("assess", str(tmp_path / "none.yaml")), "SJ130", "none.yaml", "cannot be read")
    refused(run("assess", str(tmp_path)), "SJ130", "cannot be read")
    refused(run("assess", case_file(tmp_path, b"title: caf\xe9\n")), "SJ130", "UTF-8")
    refused(run("assess", case_file(tmp_path, b"title: a\x00b\n")), "SJ130")
    refused(run("assess", case_file(tmp_path, "# " + "x" * 1_000_000)), "SJ130", "larger than")
    refused(run("assess", "-", stdin=b"title: \xff\n"), "SJ130", "UTF-8", "standard input")
    refused(run("assess", "-", stdin=b"# " + b"x" * 1_000_000), "SJ130", "larger than")


def test_json_is_read_as_strictly(run: Run, tmp_path: Path) -> None:
    refused(run("assess", case_file(tmp_path, '{"on": "2023-06-14", "on": "2023-06-15"}', "a.json")), "SJ130", "twice")
    refused(run("assess", case_file(tmp_path, '{"title": NaN}', "b.json")), "SJ130", "NaN")
    refused(run("assess", case_file(tmp_path, "{", "c.json")), "SJ130", "line 1")
    refused(run("assess", case_file(tmp_path, f'{{"title": {"9" * 5000}}}', "long.json")), "SJ130")
    answer = run("assess", case_file(tmp_path, '{"departure": "LBY"}', "d.json"), "--json")
    assert json.loads(answer.out)["case"] == {"departure": "LBY"}


def test_standard_input(run: Run) -> None:
    from_file = run("assess", PYLOS, "--json")
    from_stdin = run("assess", "-", "--json", stdin=Path(PYLOS).read_bytes())
    assert from_stdin.code == 0
    assert from_stdin.out == from_file.out
    again = run("assess", "-", "--json", stdin=json.dumps(json.loads(from_file.out)["case"]).encode())
    assert again.out == from_file.out


def test_options_override_the_file(run: Run) -> None:
    told = json.loads(run("assess", PYLOS, "--landed", "ITA", "--at", "36.30 21.00", "--json").out)["case"]
    assert told["landed_in"] == "ITA"
    assert told["position"] == "36.30 21.00"
    assert "accuracy" not in told  # it belonged to the position in the file
    assert told["departure"] == "LBY"


def test_set_reaches_any_fact(run: Run) -> None:
    answer = run(
        "assess",
        *("--suspect", "EGY", "--set", "suspects[0].role=skipper", "--set", "vessel.type=small_craft"),
        *("--set", "planned_in=LBY,EGY", "--json"),
    )
    told = json.loads(answer.out)["case"]
    assert told["suspects"] == [{"nationality": "EGY", "role": "skipper"}]
    assert told["vessel"] == {"type": "small_craft"}
    assert told["planned_in"] == ["LBY", "EGY"]


@pytest.mark.parametrize("setting", ["vessel.type", "=x", "vessel.", "suspects[x].role=skipper", "on.day=1", "a.b=c"])
def test_settings_that_are_refused(run: Run, setting: str) -> None:
    refused(run("assess", "--on", "2023-06-14", "--set", setting), "SJ130")


def test_the_same_question_has_the_same_answer_to_the_byte(run: Run) -> None:
    assert run("assess", PYLOS, "--json").out == run("assess", PYLOS, "--json").out
    assert run("assess", PYLOS).out == run("assess", PYLOS).out


# --- What reaches the terminal ------------------------------------------------------------------------------------

HOSTILE = "Boat [bold]42[/bold]\x1b[31m red \u202eesrever\u202c \u200bzero \x07bell {0} %s <b>x</b>"


def test_text_of_a_case_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    told = case_file(tmp_path, json.dumps({"title": HOSTILE, "vessel": {"name": HOSTILE}}), "case.json")
    answer = run("assess", told)
    assert answer.code == 0, answer.err
    flat = " ".join(answer.out.split())
    assert "Boat [bold]42[/bold]" in flat
    assert "{0} %s <b>x</b>" in flat
    assert not set(answer.out) & set("\x1b\u202e\u202c\u200b\x07")
    # JSON keeps the facts as they were told.
    assert json.loads(run("assess", told, "--json").out)["case"]["title"] == HOSTILE


def test_messages_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    answers = [
        run("assess", "--flag", HOSTILE),
        run("locate", "--at", HOSTILE),
        run("assess", "--set", HOSTILE),
        run("assess", f"{HOSTILE}.yaml"),
        run("assess", case_file(tmp_path, json.dumps({HOSTILE: 1}), "case.json")),
        run(HOSTILE),
        run("schema", HOSTILE),
    ]
    for answer in answers:
        assert answer.code == 2
        assert not set(answer.err) & set("\x1b\u202e\u202c\u200b\x07"), answer.err


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("args", [("assess", PYLOS, "--all"), ("locate", *PLACE)])
def test_no_line_is_wider_than_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, columns: int, args: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    answer = run(*args, terminal=True)
    assert answer.code == 0, answer.err
    too_wide = [line for line in answer.out.splitlines() if len(line) > columns]
    # An address cannot be broken and may stick out; nothing else may.
    assert [line for line in too_wide if len(re.sub(r"\S*://\S*", "", line)) > columns or "://" not in line] == []
    # A test on an empty page would pass as well.
    assert max(map(len, answer.out.splitlines())) >= columns - 10


def test_a_pipe_gets_no_colour_and_all_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")
    answer = run("locate", *PLACE)
    assert ESCAPE not in answer.out
    assert max(map(len, answer.out.splitlines())) > 60


def test_colour_only_on_a_terminal_that_wants_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert ESCAPE not in run("locate", *PLACE, terminal=True).out  # NO_COLOR is set
    monkeypatch.delenv("NO_COLOR")
    coloured = run("locate", *PLACE, terminal=True).out
    assert ESCAPE in coloured
    monkeypatch.setenv("TERM", "dumb")
    plain = run("locate", *PLACE, terminal=True).out
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_a_terminal_without_unicode(run: Run, tmp_path: Path) -> None:
    told = case_file(tmp_path, "title: Λαμπεντούζα\n")
    answer = run("assess", told, encoding="ascii")
    assert answer.code == 0
    assert "?" in answer.out
    assert run("assess", "--flag", "Ελλλλλάδα", encoding="ascii").code == 2


def test_json_on_stdout_and_nothing_else(run: Run) -> None:
    for args in (("locate", *PLACE, "--json"), ("assess", PYLOS, "--json"), ("states", "show", "GRC", "--json")):
        answer = run(*args)
        assert answer.err == ""
        assert isinstance(json.loads(answer.out), dict)


def test_a_report_names_its_sources_and_its_limits(run: Run) -> None:
    report = run("assess", PYLOS).out
    for word in ("Where", "may prosecute", "may act at sea", "find out next", "Coordination", "Provenance", "sha256"):
        assert word in report
    assert "Possible jurisdiction only" in report
    assert "has jurisdiction" not in report.replace("\n", " ").replace("that a State has or should", "")


def test_excluded_grounds_only_on_request(run: Run) -> None:
    short, full = run("assess", PYLOS).out, run("assess", PYLOS, "--all").out
    assert "Add --all" in short
    assert "Add --all" not in full
    assert len(full) > len(short)


# --- The other commands -------------------------------------------------------------------------------------------


def test_schema(run: Run) -> None:
    for which in ("place", "assessment", "case"):
        assert json.loads(run("schema", which).out)["$schema"].endswith("2020-12/schema")
    refused(run("schema", "memo"), "SJ100", "'memo'", "place, assessment, case")


def test_states_show(run: Run) -> None:
    shown = [json.loads(run("states", "show", word, "--json").out) for word in ("NOR", "NO", "Norway", "Norwegian")]
    assert [entry["alpha3"] for entry in shown] == ["NOR"] * 4
    assert "Norway (NOR, NO), state" in run("states", "show", "NOR").out
    refused(run("states", "show", "Atlantis"), "SJ120", "Atlantis")
