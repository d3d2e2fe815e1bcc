"""Lint: a folder without fault has no finding; each seeded fault gives exactly one, and so do all of them together."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import small_rules
from conftest import Run
from seajuris.errors import RuleError
from seajuris.paths import shipped
from seajuris.rules.lint import ACCEPTED, CODES, lint
from seajuris.rules.load import RuleSet
from seajuris.yamlio import parse_yaml


@dataclass(frozen=True, slots=True)
class Seed:
    """A fault put into the small rule folder: in `file`, `old` becomes `new`; `at` is text on the line to be named."""

    code: str
    path: str
    file: str
    old: str
    new: str
    at: str = ""
    says: str = ""

    @property
    def id(self) -> str:
        return f"{self.code}-{self.file}-{self.path}"


FLAG, DEP, NAT = "grounds/flag.yaml", "grounds/departure.yaml", "grounds/nationality.yaml"
ITA, GRC, TREATY = "states/ITA.yaml", "states/GRC.yaml", "instruments/TREATY.yaml"

# Each fault stands in a place of its own, so that all can be sown at once.
TOGETHER = [
    Seed("R102", "title", FLAG, 'title: "Flag"\n', 'title: "Flag"\ntitle: "Flags"\n', 'title: "Flags"', "twice"),
    Seed("R103", "authority[0].provision", FLAG, '"art. 1"', "12:30", says="'12:30'"),
    Seed("R201", "authority[0].duty", FLAG, "    duty: mandatory\n", "", "- instrument: TREATY", "`duty`"),
    Seed("R306", "warnings[0]", FLAG, "warnings: [W-FLAG]", "warnings: [W-FALG, W-FLAG]", says="W-FLAG"),
    Seed("R601", "valid.from", FLAG, "valid: {from: null", "valid: {from: '31 May 2001'", says="31 May 2001"),
    Seed("R202", "ordre", DEP, "order: 30", "ordre: 30", says="order"),
    Seed("R602", "valid.to", DEP, "to: '2030-01-01'", "to: '1999-01-01'", says="1999"),
    Seed("R302", "when.any[1].all[0].is", DEP, "is: rescue", "is: rescued", says="rescue"),
    Seed("R301", "when.all[1].fact", NAT, "fact: suspect.role", "fact: suspect.rol", says="suspect.role"),
    Seed("R307", "basis", NAT, "basis: active_personality", "basis: passive_personality", says="active_personality"),
    Seed("R401", "when", "grounds/clause.yaml", "when: {party: TREATY, state: claimant}", "when: {party: PROPOSAL}"),
    Seed("R308", "when.fact", "grounds/immunity.yaml", "any_suspect.role", "suspect.role", says="any_suspect"),
    Seed("R303", "parties.GRE", TREATY, "  GRC: {from", "  GRE: {from", says="GRE"),
    Seed("R704", "non_parties.ITA", TREATY, "  TUR: {as_of", "  ITA: {as_of", says="parties"),
    Seed("R702", "id", "instruments/PROPOSAL.yaml", "id: PROPOSAL", "id: PROPOSED", says="PROPOSED.yaml"),
    Seed("R501", "bases[0].source", ITA, "    source: 'https://example.org/ita/4'\n", "", "- id: ITA-flag", "memory"),
    Seed("R305", "bases[1].grounds[0]", ITA, "grounds: [clause]", "grounds: [clauses, clause]", says="clause"),
    Seed("R502", "absent[0].checked", ITA, "    source: 'https://example.org/ita'\n    checked: '2026-01-02'\n",
         "    source: 'https://example.org/ita'\n", "grounds: [nationality]"),
    Seed("R503", "offences[0].verified", ITA, "source: 'https://example.org/ita/100'", "source: from memory",
         "    verified: true\n    source: from memory"),
    Seed("R603", "bases[1].valid.from", GRC, "{from: '2019-07-01', to: null}", "{from: '2018-07-01', to: null}"),
    Seed("R701", "bases[2].id", GRC, "id: GRC-flag", "id: GRC-old", says="used already"),
    Seed("R203", "bases[2].verified", GRC, "is: claimant}\n    verified: true", "is: claimant}\n    verified: maybe"),
    Seed("R304", "[0].states.member", "coordination/consult.yaml", "member: TREATY", "member: TREETY", says="TREATY"),
    Seed("R404", "warnings.W-HIGH", "warnings.yaml",
         "when: {all: [{beyond_territorial_sea: true}, {not: {fact: vessel.flag, is: none}}]}", "when: null", "W-HIGH"),
    Seed("R204", "facts.departure.type", "facts.yaml", "departure: {type: states", "departure: {type: stats"),
]  # fmt: skip

# Faults that would hide, or be hidden by, one of those above: each by itself.
ALONE = [
    Seed("R101", "", DEP, 'title: "Departure"', 'title: "Departure', says="not valid YAML"),
    Seed("R101", "", DEP, small_rules.DEPARTURE, "# nothing\n", says="empty"),
    Seed("R101", "conditions[0]", FLAG, "  - {text: ", "  - !secret {text: ", says="tag"),
    Seed("R103", "state", GRC, "state: GRC", "state: NO", says="true or false"),
    Seed("R103", "bases[0].checked", ITA, "ed: '2026-01-02'\n  - id", "ed: 2026-01-02\n  - id", says="a date"),
    Seed("R103", "bases[0].provision", ITA, "'Code art. 4'", "010", says="a number"),
    Seed("R103", "facts.on", "facts.yaml", "  vessel.name:", "  on: {type: date, ask: When?}\n  vessel.name:", "  on:"),
    Seed("R203", "order", FLAG, "order: 20", "order: first", says="whole number"),
    Seed("R203", "bases[0].provision", ITA, "'Code art. 4'", "4", says="quotes"),
    Seed("R204", "grade", FLAG, "grade: national", "grade: nationl", says="national"),
    Seed("R204", "bases[0].confidence", ITA, "confidence: high", "confidence: sure", says="low"),
    Seed("R205", "when", FLAG, "is: claimant}\ngrade", "equals: claimant}\ngrade", says="keys are fact, equals"),
    Seed("R205", "when", FLAG, "when: {fact: vessel.flag, is: claimant}\ngrade", "when: {}\ngrade"),
    Seed("R201", "when.all", NAT, "    - {fact: suspect.nationality, is: claimant}\n"
         "    - {fact: suspect.role, is: [skipper, organiser]}\n", "    []\n", "  all:", says="nothing"),
    Seed("R301", "claimant.fact", DEP, "claimant: {fact: departure}", "claimant: {fact: departures}"),
    Seed("R302", "claimant.fact", DEP, "claimant: {fact: departure}", "claimant: {fact: entry}", says="names no State"),
    Seed("R302", "conditions[0].when.is", FLAG, "is: true}}", "is: many}}", says="true or false"),
    Seed("R303", "bases[1].when.is", ITA, "{fact: custody, is: claimant}", "{fact: custody, is: Italy}"),
    Seed("R305", "bases[0].grounds[1]", ITA, "grounds: [flag]", "grounds: [flag, immunity]", says="bar"),
    Seed("R305", "bars.grounds[1]", "grounds/immunity.yaml", "[flag, departure]", "[flag, departur]", says="departure"),
    Seed("R308", "warnings.W-HIGH.when.all[1].not.is", "warnings.yaml", "is: none}", "is: claimant}"),
    Seed("R308", "bases[1].when.fact", ITA, "{fact: custody,", "{fact: suspect.nationality,", says="any_suspect"),
    Seed("R401", "when", NAT, "is: [skipper, organiser]}",
         "is: [skipper]}\n    - {not: {fact: suspect.role, is: skipper}}", "when:"),
    Seed("R401", "when.any[1]", DEP, "- {fact: entry, is: rescue}", "- {place: [high_seas], of: anyone}", "    - all:"),
    Seed("R401", "authority[0].when", FLAG, "when: {offence: [murder]}", "when: {fact: vessel.flag, is: none}"),
    Seed("R402", "claimant", FLAG, "flag, is: claimant}\ngrade", "flag, is: none}\ngrade"),
    Seed("R402", "claimant", DEP, "claimant: {fact: departure}", "claimant: {place: [high_seas]}"),
    Seed("R403", "bases[1].grounds[0]", ITA, "offences: [piracy, murder]", "offences: [murder]", "grounds: [clause]"),
    Seed("R403", "bases[2].grounds[0]", GRC, "is: claimant}", "is: none}", "grounds: [flag]"),
    Seed("R601", "bases[1].valid.from", ITA, "'2010-01-01'", "'2010-02-30'", says="calendar"),
    Seed("R601", "checked", GRC, "name: Greece\nchecked: '2026-01-02'", "name: Greece\nchecked: '2.1.2026'"),
    Seed("R604", "bases[1].valid.from", GRC, "{from: '2019-07-01', to: null}", "{from: '2020-07-01', to: null}"),
    Seed("R701", "[1].id", "coordination/consult.yaml", "- id: transfer", "- id: consult"),
    Seed("R702", "bases[0].id", ITA, "id: ITA-flag", "id: GRC-flags", says="ITA-"),
]  # fmt: skip


def sow(*seeds: Seed) -> dict[str, str]:
    """The small rule folder with faults; each `old` must be there once, or first."""
    files = dict(small_rules.FILES)
    for seed in seeds:
        assert seed.old in files[seed.file], seed.id
        files[seed.file] = files[seed.file].replace(seed.old, seed.new, 1)
    return files


def found(folder: Path) -> list[tuple[str, str, str]]:
    return [(fault.code, fault.file, fault.path) for fault in lint(folder).faults]


def expected(seed: Seed) -> tuple[str, str, str]:
    return seed.code, seed.file, seed.path


def test_the_small_folder_has_no_fault(tmp_path: Path) -> None:
    assert lint(small_rules.write(tmp_path)).faults == ()
    # It is a rule folder that the ordinary reader takes.
    rules = RuleSet(tmp_path)
    assert len(rules.grounds) == 5
    assert rules.national("ITA") is not None
    assert len(rules.coordination) == len(rules.warnings) == 2


@pytest.mark.parametrize("seed", [*TOGETHER, *ALONE], ids=lambda seed: seed.id)
def test_one_fault_gives_one_finding(seed: Seed, tmp_path: Path) -> None:
    files = sow(seed)
    (fault,) = lint(small_rules.write(tmp_path, files)).faults
    assert (fault.code, fault.file, fault.path) == expected(seed)
    text = files[seed.file]
    if seed.at:
        assert fault.line == text.count("\n", 0, text.index(seed.at)) + 1
    elif re.search(r"[a-z]$", seed.path):
        assert seed.path.rpartition(".")[2] in text.splitlines()[fault.line - 1]
    assert fault.message and fault.fix
    assert seed.says in f"{fault.message} {fault.fix}"


def test_all_seeded_faults_are_found_in_one_run_and_no_other(tmp_path: Path) -> None:
    assert len(TOGETHER) >= 20
    assert len({seed.code for seed in TOGETHER}) >= 20
    assert sorted(found(small_rules.write(tmp_path, sow(*TOGETHER)))) == sorted(map(expected, TOGETHER))


def test_every_code_is_seeded() -> None:
    seeded = {seed.code for seed in [*TOGETHER, *ALONE]}
    assert set(CODES) - seeded == {"R703", "R705"}


JUNK: tuple[Any, ...] = (None, 0, "x", [], {}, [{}], {"a": None}, True, ["x", 1, None], {"all": [{"fact": 1}]})


def spots(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from spots(value, (*path, key))


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    result = copy.deepcopy(data)
    target = result
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return result


def test_junk_anywhere_is_reported_and_never_breaks_the_run(tmp_path: Path) -> None:
    """Every third value of every file becomes something else; the run ends, and what has the wrong form is found."""
    small_rules.write(tmp_path)
    tried = reported = 0
    for file, text in small_rules.FILES.items():
        data = parse_yaml(text, where=file, error=RuleError)
        for number, path in enumerate(spots(data)):
            if number % 3:
                continue
            junk = JUNK[(number // 3) % len(JUNK)]
            (tmp_path / file).write_text(json.dumps(replaced(data, path, junk)), encoding="utf-8")
            reported += bool(lint(tmp_path).faults)
            tried += 1
        (tmp_path / file).write_text(text, encoding="utf-8")
    assert tried > 100
    # Some junk is right by chance: another text, or null where that is accepted.
    assert reported > 0.85 * tried
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "codes"),
    [
        # A ground that does not say rightly whom it is about may speak of anybody, and so may the law that serves it.
        (NAT, "about: suspect", "about: suspects", ["R204"]),
        (NAT, "about: suspect", "about: [suspect]", ["R204"]),
        # A bar with a misspelt kind is no ground without claimant.
        ("grounds/immunity.yaml", "kind: bar", "kind: bars", ["R204"]),
        # A list that is none says nothing about what stands in it.
        (FLAG, "warnings: [W-FLAG]", "warnings: W-FLAG", ["R203", "R404"]),
    ],
)
def test_one_mistake_is_reported_once(file: str, old: str, new: str, codes: list[str], tmp_path: Path) -> None:
    greece = small_rules.GREECE.replace("grounds: [nationality, departure]", "grounds: [nationality]")
    greece = greece.replace(
        "    valid: {from: '2019", "    when: {fact: suspect.role, is: skipper}\n    valid: {from: '2019"
    )
    files = {"states/GRC.yaml": greece}
    assert lint(small_rules.write(tmp_path, files)).faults == ()
    small_rules.write(tmp_path, {**files, file: small_rules.FILES[file].replace(old, new)})
    assert [code for code, _, _ in found(tmp_path)] == codes


def test_a_ground_of_national_law_that_no_state_serves(tmp_path: Path) -> None:
    small_rules.write(tmp_path, {ITA: small_rules.ITALY.replace("grounds: [clause]", "grounds: [flag]")})
    assert found(tmp_path) == [("R402", "grounds/clause.yaml", "only_with_national")]


def test_a_file_that_nobody_reads(tmp_path: Path) -> None:
    small_rules.write(tmp_path, {"states/MLT.yml": "state: MLT\n", "grounds/eu/x.yaml": "id: x\n"})
    assert found(tmp_path) == [("R703", "grounds/eu/x.yaml", ""), ("R703", "states/MLT.yml", "")]


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    small_rules.write(tmp_path)
    (tmp_path / "states" / "MLT.yaml").write_bytes(b"state: \xff\xfe")
    assert found(tmp_path) == [("R101", "states/MLT.yaml", "")]


def test_an_accepted_fault_needs_a_reason_and_to_be_there(tmp_path: Path) -> None:
    overlap = next(s for s in TOGETHER if s.code == "R603")
    entry = "  - {{code: R603, file: states/GRC.yaml, about: {about}, reason: {reason}}}\n"
    text = "accepted:\n" + entry.format(about="GRC-new", reason="the day of the change is not known")
    small_rules.write(tmp_path, {**sow(overlap), ACCEPTED: text})
    report = lint(tmp_path)
    assert report.faults == ()
    ((fault, reason),) = report.accepted
    assert (fault.code, reason) == ("R603", "the day of the change is not known")
    # Without a reason it stays, and an entry for a fault that is gone is a fault itself.
    small_rules.write(tmp_path, {ACCEPTED: "accepted:\n" + entry.format(about="GRC-new", reason="''")})
    assert found(tmp_path) == [("R705", ACCEPTED, "accepted[0]")]
    small_rules.write(tmp_path, {**sow(overlap), ACCEPTED: "accepted:\n" + entry.format(about="GRC-new", reason="''")})
    assert [code for code, _, _ in found(tmp_path)] == ["R705", "R603"]


def test_a_folder_without_facts_is_no_rule_folder(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="not a rule folder"):
        lint(tmp_path)


def test_the_shipped_rules_are_clean() -> None:
    report = lint(shipped("rules"))
    assert [str(fault) for fault in report.faults] == []
    assert report.files > 100


# --- The command --------------------------------------------------------------------------------------------------


def test_lint_on_the_command_line(run: Run, tmp_path: Path) -> None:
    small_rules.write(tmp_path)
    clean = run("rules", "lint", str(tmp_path))
    assert (clean.code, clean.err) == (0, "")
    assert "no faults" in clean.out
    small_rules.write(tmp_path, sow(*TOGETHER))
    answer = run("rules", "lint", str(tmp_path))
    assert answer.code == 4
    assert "states/ITA.yaml:4: R503" not in answer.out
    assert "grounds/flag.yaml:3: R102 title: " in answer.out
    assert f"{len(TOGETHER)} faults" in answer.out
    data = json.loads(run("rules", "lint", str(tmp_path), "--json").out)
    assert data["format"] == "seajuris.rules-lint.v1"
    assert len(data["faults"]) == len(TOGETHER)
    assert {"code", "kind", "file", "line", "path", "message", "fix"} == set(data["faults"][0])
    nowhere = run("rules", "lint", str(tmp_path / "nowhere"))
    assert nowhere.code == 5
    assert "not a rule folder" in nowhere.err
