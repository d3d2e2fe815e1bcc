"""The same facts give the same bytes, wherever and whenever; and each result says from what it came.

`benchmarks/pythons.py` does the first for several versions of Python.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commands import PYLOS, seajuris
from conftest import ROOT, Run
from seajuris import record, software
from seajuris.cli.output import json_bytes

AT = ("--at", "35 30.0 N 12 36.0 E", "--accuracy", "1nm", "--on", "2023-06-14")
COMMANDS = {
    "locate": ("locate", *AT, "--json"),
    "assess": ("assess", PYLOS, "--json"),
    "explain": ("explain", PYLOS, "--state", "GRC", "--json"),
    "memo": ("memo", PYLOS, "--date", "2026-01-01", "-o", "-", "--format", "html"),
    "map": ("map", *AT, "-o", "-", "--format", "svg"),
}
BARE = "an encoding that is not UTF-8, another zone of time, no home"
SURROUNDINGS: dict[str, dict[str, str | None]] = {
    BARE: {
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "PYTHONHASHSEED": "5",
        "TZ": "Pacific/Kiritimati",
        "HOME": None,
        "TMPDIR": "/nowhere",
    },
    "ASCII, a home that cannot be read, no compiled copies": {
        "PYTHONIOENCODING": "ascii",
        "LC_ALL": "POSIX",
        "HOME": "/proc/1/root/nobody",
        "XDG_CONFIG_HOME": "/nowhere",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "random",
        "COLUMNS": "0",
    },
}


@pytest.fixture(scope="module")
def first() -> dict[str, bytes]:
    done = {name: seajuris(*args) for name, args in COMMANDS.items()}
    assert all(d.returncode == 0 and d.stderr == b"" for d in done.values()), done
    return {name: d.stdout for name, d in done.items()}


@pytest.mark.parametrize("name", list(COMMANDS))
@pytest.mark.parametrize("surrounding", list(SURROUNDINGS))
def test_the_same_bytes_everywhere(first: dict[str, bytes], tmp_path: Path, name: str, surrounding: str) -> None:
    folder = tmp_path / "a folder é"
    folder.mkdir()
    optimised = ("-O",) if "ASCII" in surrounding else ()
    done = seajuris(*COMMANDS[name], env=SURROUNDINGS[surrounding], cwd=folder, options=optimised)
    assert done.returncode == 0, done.stderr
    assert done.stdout == first[name]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_documents_are_the_same_in_other_surroundings(tmp_path: Path, form: str) -> None:
    for number, env in enumerate([{}, SURROUNDINGS[BARE]]):
        told = ("memo", PYLOS, "--date", "2026-01-01", "-o", tmp_path / f"{number}.{form}")
        done = seajuris(*told, env=env)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / f"0.{form}").read_bytes() == (tmp_path / f"1.{form}").read_bytes()


def test_text_for_people_comes_in_the_encoding_of_the_locale() -> None:
    plain = seajuris("locate", *AT, env={"PYTHONIOENCODING": "ascii"})
    assert plain.returncode == 0
    assert plain.stdout.decode("ascii").replace("?", "") == re.sub(
        r"[^\x00-\x7f]", "", seajuris("locate", *AT).stdout.decode()
    )


# --- One form for one content -------------------------------------------------------------------------------------


def test_printed_json_is_canonical(first: dict[str, bytes]) -> None:
    for name in ("locate", "assess", "explain"):
        data = json.loads(first[name])
        assert json_bytes(data) == first[name]
        # As anybody else would write it.
        written = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        assert written.encode() == first[name]
        assert b"\r" not in first[name]


DECIMALS = {"lat": 6, "lon": 6, "uncertainty_m": 1, "distance_nm": 3}


def test_numbers_have_fixed_decimals(first: dict[str, bytes]) -> None:
    seen: set[str] = set()

    def look(key: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, entry in value.items():
                look(name, entry)
        elif isinstance(value, list):
            for entry in value:
                look(key, entry)
        elif isinstance(value, float):
            seen.add(key)
            # Stated by the user, in metres: a length in M is not more than its definition.
            assert value == round(value, DECIMALS.get(key, 6)), (key, value)
            assert "e" not in repr(value)

    for name in ("locate", "assess", "explain"):
        look("", json.loads(first[name]))
    assert set(DECIMALS) <= seen


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_never_written(number: float) -> None:
    for write in (json_bytes, record.canonical):
        with pytest.raises(ValueError, match="JSON"):
            write({"distance_nm": number})


# --- Where it comes from ------------------------------------------------------------------------------------------


def test_every_result_names_facts_rules_zones_and_software(first: dict[str, bytes]) -> None:
    assess = json.loads(first["assess"])
    told = assess["provenance"]
    # Anybody can compute the hash of the facts again.
    plain = json.dumps(assess["case"], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    assert told["case"]["sha256"] == hashlib.sha256(plain.encode()).hexdigest()
    assert told["software_sha256"] == software.sha256()
    assert set(told) == {"software", "software_sha256", "case", "law_as_of", "rules", "register", "zones"}
    assert json.loads(first["explain"])["provenance"] == told
    place = json.loads(first["locate"])["provenance"]
    assert place == {name: told[name] for name in ("software", "software_sha256", "zones")}
    zones = hashlib.sha256((ROOT / "data" / "maritime_zones" / "zones.gpkg").read_bytes()).hexdigest()
    assert told["zones"]["sha256"] == zones
    assert told["case"]["sha256"].encode() in first["memo"]
    assert told["software_sha256"].encode() in first["memo"]


def test_other_facts_have_another_hash(first: dict[str, bytes]) -> None:
    other = json.loads(seajuris("assess", PYLOS, "--set", "vessel.type=small_craft", "--json").stdout)
    assert other["provenance"]["case"] != json.loads(first["assess"])["provenance"]["case"]


def test_the_hash_of_the_software_sees_one_changed_line(tmp_path: Path) -> None:
    def hashed(folder: Path) -> str:
        told = [sys.executable, "-c", "from seajuris import software; print(software.sha256())"]
        env = {"PYTHONPATH": str(folder), "PATH": ""}
        return subprocess.run(told, capture_output=True, text=True, check=True, env=env, cwd=folder).stdout.strip()

    shutil.copytree(ROOT / "src" / "seajuris", tmp_path / "seajuris", ignore=shutil.ignore_patterns("__pycache__"))
    assert hashed(tmp_path) == software.sha256()
    line = tmp_path / "seajuris" / "days.py"
    text = line.read_bytes()
    line.write_bytes(text.replace(b"\n", b"\r\n"))
    assert hashed(tmp_path) == software.sha256()
    line.write_bytes(text.replace(b"days=1", b"days=2", 1))
    assert hashed(tmp_path) != software.sha256()
    line.write_bytes(text)
    (tmp_path / "seajuris" / "more.py").write_bytes(b"")
    assert hashed(tmp_path) != software.sha256()


# --- verify -------------------------------------------------------------------------------------------------------


def verified(run: Run, path: Path, *more: str) -> tuple[int, list[dict[str, Any]]]:
    answer = run("verify", str(path), "--json", *more)
    assert answer.err == "", answer.err
    return answer.code, json.loads(answer.out)["differences"]


@pytest.mark.parametrize("name", ["locate", "assess", "explain"])
def test_verify_knows_what_was_printed(run: Run, first: dict[str, bytes], tmp_path: Path, name: str) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(first[name])
    assert "to the byte" in run("verify", str(path)).out
    path.write_bytes(json.dumps(json.loads(first[name])).encode())
    answer = run("verify", str(path))
    assert answer.code == 0
    assert "in another form" in answer.out


CHANGES = {
    "locate": [
        (b'"territorial_sea"', b'"high_seas"', "place"),
        (b'"verdict": ', b'"verdict": "x", "was": ', "place"),
        (b'"lat": 35.5', b'"lat": 35.6', "place"),
        (b'"certain"', b'"possible"', "place"),
    ],
    "assess": [
        (b'"conditional"', b'"established"', "findings"),
        (b"not legal advice", b"now legal advice", "disclaimer"),
        (b'"departure": "LBY"', b'"departure": "TUN"', "findings"),
        (b'"distance_nm": ', b'"distance_nm": 1', "place"),
    ],
    "explain": [
        (b'"conditional"', b'"established"', "findings"),
        (b'"state": "GRC"', b'"state": "TUR"', "findings"),
        (b"not legal advice", b"now legal advice", "disclaimer"),
    ],
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_verify_names_what_was_changed(run: Run, first: dict[str, bytes], tmp_path: Path, name: str) -> None:
    path = tmp_path / "result.json"
    tried = 0
    for old, new, part in CHANGES[name]:
        if old in first[name]:
            tried += 1
            path.write_bytes(first[name].replace(old, new, 1))
            code, found = verified(run, path)
            assert code == 3, (old, new)
            assert part in {entry["part"] for entry in found}, (old, found[:3])
    assert tried >= 2


@pytest.mark.parametrize("name", ["locate", "assess", "explain"])
def test_verify_says_which_other_data_or_software(run: Run, first: dict[str, bytes], tmp_path: Path, name: str) -> None:
    path = tmp_path / "result.json"

    def parts(change: Any) -> set[str]:
        data = json.loads(first[name])
        change(data["provenance"])
        path.write_bytes(json_bytes(data))
        code, found = verified(run, path)
        assert code == 3
        return {entry["part"] for entry in found}

    assert parts(lambda p: p.update(software="0.0.9")) == {"software"}
    assert parts(lambda p: p.update(software_sha256="0" * 64)) == {"software_sha256"}
    assert parts(lambda p: p["zones"].update(sha256="0" * 64)) == {"zones"}
    if name != "locate":
        assert parts(lambda p: p["rules"].update(sha256="0" * 64)) == {"rules"}
        assert parts(lambda p: p["case"].update(sha256="0" * 64)) == {"case"}


@pytest.mark.parametrize("name", ["assess", "explain"])
def test_verify_with_other_rules(run: Run, first: dict[str, bytes], tmp_path: Path, name: str) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    with (tmp_path / "rules" / "warnings.yaml").open("a", encoding="utf-8") as file:
        file.write("# a remark that changes nothing\n")
    path = tmp_path / "result.json"
    path.write_bytes(first[name])
    code, found = verified(run, path, "--rules", str(tmp_path / "rules"))
    assert code == 3
    assert [entry["part"] for entry in found] == ["rules"]


def test_a_result_for_which_no_day_was_told(run: Run, tmp_path: Path) -> None:
    from seajuris import api

    path = tmp_path / "result.json"
    with api.as_of(dt.date(2025, 3, 1)):
        path.write_bytes(json_bytes(api.locate("36.25 21.06").to_dict()))
    assert "2025-03-01" in path.read_text(encoding="utf-8")
    assert verified(run, path) == (0, [])


DAMAGED: dict[str, Any] = {
    "no position": lambda d: d.pop("position"),
    "position of before": lambda d: d["position"].pop("told"),
    "position is a list": lambda d: d.update(position=[1]),
    "accuracy is a word": lambda d: d["position"].update(accuracy_m="wide"),
    "accuracy is true": lambda d: d["position"].update(accuracy_m=True),
    "no day": lambda d: d.update(on="2023-13-14"),
    "day is a number": lambda d: d.update(on=7),
    "no provenance": lambda d: d.update(provenance=None),
    "position that is none": lambda d: d["position"].update(told="121.06 36.25"),
}


@pytest.mark.parametrize("name", list(DAMAGED))
def test_a_result_that_cannot_be_computed_again(run: Run, first: dict[str, bytes], tmp_path: Path, name: str) -> None:
    data = json.loads(first["locate"])
    DAMAGED[name](data)
    path = tmp_path / "result.json"
    path.write_bytes(json_bytes(data))
    answer = run("verify", str(path))
    assert answer.code == 2, (answer.out, answer.err)
    assert answer.out == ""
    assert "seajuris: error SJ1" in answer.err


@pytest.mark.parametrize("change", [{"state": 5}, {"ground": 5}, {"state": None}, {"ground": "no-such-ground"}])
def test_an_explanation_that_cannot_be_computed_again(
    run: Run, first: dict[str, bytes], tmp_path: Path, change: dict[str, Any]
) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(json_bytes({**json.loads(first["explain"]), **change}))
    answer = run("verify", str(path))
    assert answer.code == 2, (answer.out, answer.err)
    assert "seajuris: error SJ1" in answer.err


# --- Signatures ---------------------------------------------------------------------------------------------------


def test_the_signature_of_the_documentation(tmp_path: Path) -> None:
    """What docs/reproducibility.md shows, with the tool that it names."""
    assert shutil.which("ssh-keygen"), "the example needs ssh-keygen (Debian: openssh-client)"
    page = (ROOT / "docs" / "reproducibility.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"<!-- signature: begin -->\n```sh\n(.*?)```", page, re.DOTALL)
    (tmp_path / "memo.md").write_bytes(b"a memo\n")
    done = subprocess.run(
        ["sh", "-e", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Good" in done.stdout + done.stderr
    (tmp_path / "memo.md").write_bytes(b"a memo.\n")
    check = script[script.index("ssh-keygen -Y verify") :]
    again = subprocess.run(
        ["sh", "-e", "-c", check], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert again.returncode != 0
