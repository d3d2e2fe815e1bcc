"""Tools for rule authors: schemas for editors, list, show, test, coverage, diff, copy; shipped and small rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import small_rules
from conftest import Run
from seajuris.errors import RuleError
from seajuris.paths import shipped
from seajuris.rules.compare import compare
from seajuris.rules.coverage import coverage
from seajuris.rules.load import RuleSet, rules_in, shipped_rules
from seajuris.rules.model import condition
from seajuris.rules.satisfy import ALWAYS, DEPENDS, NEVER, Solver
from seajuris.rules.schemas import FILES, declared, spellings
from seajuris.rules.sites import sites
from seajuris.rules.words import in_words, leaf_words
from seajuris.scenarios import Scenario
from seajuris.schema import RULE_FILES, schema
from seajuris.yamlio import parse_yaml, read_text

RULES = shipped("rules")
SHIPPED = {
    "ground": sorted((RULES / "grounds").glob("*.yaml")),
    "state-law": sorted((RULES / "states").glob("*.yaml")),
    "instrument": sorted((RULES / "instruments").glob("*.yaml")),
    "coordination": sorted((RULES / "coordination").glob("*.yaml")),
    "warnings": [RULES / "warnings.yaml"],
    **{kind: [RULES / f"{kind}.yaml"] for kind in ("facts", "bases", "version", "accepted")},
}


def read(path: Path) -> Any:
    return parse_yaml(read_text(path, where=path.name, error=RuleError), where=path.name, error=RuleError)


def mistakes(kind: str, data: Any) -> list[str]:
    found = Draft202012Validator(schema(kind), format_checker=FormatChecker()).iter_errors(data)
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in found]


# --- Schemas for editors ------------------------------------------------------------------------------------------


def test_every_kind_of_rule_file_has_a_schema() -> None:
    assert set(RULE_FILES) == set(FILES) == set(SHIPPED)


@pytest.mark.parametrize("kind", SHIPPED)
def test_every_shipped_file_fits_its_schema(kind: str) -> None:
    assert SHIPPED[kind]
    assert {path.name: found for path in SHIPPED[kind] if (found := mistakes(kind, read(path)))} == {}


@pytest.mark.parametrize(
    ("kind", "file", "change"),
    [
        ("ground", "grounds/flag.yaml", {"kind": "prosecutes"}),
        ("ground", "grounds/flag.yaml", {"when": {"fact": "vessel.flg", "is": "claimant"}}),
        ("ground", "grounds/flag.yaml", {"when": {"fact": "vessel.flag", "is": "claimant", "all": []}}),
        ("ground", "grounds/flag.yaml", {"warnings": ["W-NONE"]}),
        ("ground", "grounds/flag.yaml", {"claimant": {}}),
        ("ground", "grounds/flag.yaml", {"colour": "red"}),
        ("ground", "grounds/ne-bis-in-idem.yaml", {"bars": None}),
        ("state-law", "states/ITA.yaml", {"state": "Italy"}),
        ("state-law", "states/ITA.yaml", {"checked": "yesterday"}),
        ("state-law", "states/ITA.yaml", {"checked": "2026-02-30"}),
        ("state-law", "states/ITA.yaml", {"absent": [{"grounds": ["flags"], "note": "x", "verified": True}]}),
        ("instrument", "instruments/UNTOC.yaml", {"parties": {"ITA": {"from": "2006"}}}),
        ("instrument", "instruments/UNTOC.yaml", {"kind": "promise"}),
        ("warnings", "warnings.yaml", {"warnings": {"lower-case": {"text": "x", "source": "x", "verified": True}}}),
        ("facts", "facts.yaml", {"facts": {"x": {"type": "choice", "ask": "?"}}}),
        ("bases", "bases.yaml", {"prosecute": ["flag"]}),
        ("version", "version.yaml", {"version": 3}),
        ("accepted", "accepted.yaml", {"accepted": [{"code": "R603"}]}),
    ],
)
def test_a_wrong_file_does_not_fit(kind: str, file: str, change: dict[str, Any]) -> None:
    data = read(RULES / file)
    assert mistakes(kind, data) == []
    assert mistakes(kind, {**data, **change}) != []


def test_each_key_of_a_condition_is_known_to_the_reader() -> None:
    for test in (
        {"all": [{"offence": ["murder"]}]},
        {"fact": "departure", "is": "known"},
        {"place": ["land"]},
        {"party": "UNTOC"},
        {"beyond_territorial_sea": False},
        {"not": {"place": ["land"], "of": "anyone"}},
    ):
        condition(test, "x")
        ground = {**read(RULES / "grounds" / "flag.yaml"), "when": test}
        assert mistakes("ground", ground) == [], test


def test_every_fact_can_be_written_in_a_rule() -> None:
    paths = shipped_rules().vocabulary.paths
    assert {declared(name) for name in spellings(paths)} == set(paths)
    assert "any_suspect.present_in" in spellings(paths)
    assert declared("other_vessel.flag") == declared("any_vessel.flag") == "other_vessels[].flag"


# --- What can be true ---------------------------------------------------------------------------------------------

IMPOSSIBLE: list[list[dict[str, Any]]] = [
    [{"fact": "entry", "is": "rescue"}, {"fact": "entry", "is": "own_means"}],
    [{"fact": "entry", "is": ["rescue", "own_means"]}, {"not": {"fact": "entry", "is": ["rescue", "own_means"]}}],
    [{"not": {"fact": "entry", "is": ["own_means", "rescue", "authority", "none"]}}],
    [{"fact": "benefit", "is": True}, {"fact": "benefit", "is": False}],
    [{"not": {"fact": "departure", "is": "known"}}],
    [{"fact": "vessel.flag", "is": "none"}, {"fact": "vessel.flag", "is": "claimant"}],
    [{"fact": "vessel.flag", "is": "ITA"}, {"fact": "vessel.flag", "is": "GRC"}],
    [{"fact": "departure", "is": "none"}, {"fact": "departure", "is": "LBY"}],
    [{"fact": "departure", "is": "claimant"}, {"not": {"fact": "departure", "is": "claimant"}}],
    [{"offence": ["murder"]}, {"not": {"offence": ["murder", "piracy"]}}],
    [{"party": "UNTOC"}, {"not": {"party": "UNTOC"}}],
    [{"party": "COM_2023_755"}],
    [{"not": {"party": "CUSTOM", "state": "flag"}}],
    [{"place": ["high_seas"], "of": "claimant"}],
    [{"place": ["territorial_sea"], "of": "claimant"}, {"beyond_territorial_sea": True}],
    [{"place": ["high_seas"], "of": "anyone"}, {"place": ["territorial_sea"], "of": "flag"}],
    [{"beyond_territorial_sea": False}, {"not": {"place": ["land", "internal_waters", "archipelagic_waters",
      "territorial_sea"], "of": "anyone"}}],
    [{"any": [{"fact": "benefit", "is": True}, {"fact": "entry", "is": "none"}]},
     {"fact": "benefit", "is": False}, {"fact": "entry", "is": "rescue"}],
]  # fmt: skip
POSSIBLE: list[list[dict[str, Any]]] = [
    [{"fact": "entry", "is": ["rescue", "own_means"]}, {"not": {"fact": "entry", "is": "rescue"}}],
    [{"fact": "departure", "is": "LBY"}, {"fact": "departure", "is": "TUN"}],
    [{"fact": "vessel.flag", "is": "claimant"}, {"fact": "vessel.flag", "is": "ITA"}],
    [{"fact": "vessel.flag", "is": "any_suspect.nationality"}, {"fact": "vessel.flag", "is": "ITA"}],
    [{"fact": "any_suspect.role", "is": "skipper"}, {"fact": "any_suspect.role", "is": "organiser"}],
    [{"fact": "any_victim.nationality", "is": "none"}, {"fact": "any_victim.nationality", "is": "claimant"}],
    [{"offence": ["murder"]}, {"offence": ["piracy"]}, {"not": {"offence": ["torture"]}}],
    [{"place": ["contiguous_zone"], "of": "claimant"}, {"place": ["exclusive_economic_zone"], "of": "claimant"}],
    [{"place": ["territorial_sea"], "of": "claimant"}, {"place": ["territorial_sea"], "of": "other"}],
    [{"place": ["high_seas"], "of": "anyone"}, {"place": ["contiguous_zone"], "of": "flag"}],
    [{"party": "UNTOC"}, {"not": {"party": "UNTOC", "state": "flag"}}],
]


def solver() -> Solver:
    binding = {"COM_2023_755": NEVER, "CUSTOM": ALWAYS}
    return Solver(shipped_rules().vocabulary, lambda key: binding.get(key, DEPENDS))


@pytest.mark.parametrize("tests", IMPOSSIBLE, ids=str)
def test_what_can_never_be_is_seen(tests: list[dict[str, Any]]) -> None:
    assert not solver().possible(*(condition(t, "x") for t in tests))
    for left_out in range(len(tests)) if len(tests) > 1 else ():
        assert solver().possible(*(condition(t, "x") for i, t in enumerate(tests) if i != left_out))


@pytest.mark.parametrize("tests", POSSIBLE, ids=str)
def test_what_can_be_is_left_alone(tests: list[dict[str, Any]]) -> None:
    assert solver().possible(*(condition(t, "x") for t in tests))


def test_whatever_a_scenario_saw_hold_is_possible() -> None:
    """The solver against the engine: a condition that held on facts that were told can be true."""
    from seajuris import scenarios

    rules = shipped_rules()
    cases = [scenarios.load(shipped("scenarios", f"{name}.yaml")) for name in ("lotus", "cutro-2023", "norstar")]
    held = {(seen.file, seen.path) for seen in coverage(rules, cases).conditions if seen.yes}
    assert len(held) > 50
    for leaf in (leaf for site in sites(rules) for leaf in site.leaves()):
        if (leaf.file, leaf.path) in held:
            assert solver().possible(leaf.test), leaf


def test_nothing_that_a_scenario_saw_counts_as_impossible() -> None:
    from seajuris import scenarios

    cases = [scenarios.load(shipped("scenarios", f"{name}.yaml")) for name in ("lotus", "cutro-2023", "norstar")]
    counted = coverage(shipped_rules(), cases).conditions
    assert not [s for s in counted if (s.yes and "yes" in s.impossible) or (s.no and "no" in s.impossible)]
    assert len([s for s in counted if s.impossible]) > 10


# --- Words --------------------------------------------------------------------------------------------------------


def test_conditions_in_words() -> None:
    def words(data: dict[str, Any]) -> str:
        return in_words(condition(data, "x"), shipped_rules().vocabulary)

    assert words({"fact": "vessel.flag", "is": "none"}) == "flag of the vessel is stateless"
    assert words({"fact": "suspect.present_in", "is": "claimant"}) == "the suspect: present in is the State concerned"
    assert words({"not": {"fact": "benefit", "is": True}}) == "not: benefit: yes"
    assert words(
        {"all": [{"party": "UNTOC"}, {"any": [{"offence": ["murder"]}, {"beyond_territorial_sea": True}]}]}
    ) == (
        "the State concerned is bound by UNTOC and (murder is investigated or the position is seaward of every "
        "territorial sea)"
    )
    assert words({"place": ["high_seas"], "of": "anyone"}) == "the position is in the high seas"
    assert words({"fact": "destination", "is": "vessel.flag"}) == "destination is flag of the vessel"


def test_every_condition_of_the_shipped_rules_has_words() -> None:
    listed = [leaf for site in sites(shipped_rules()) for leaf in site.leaves()]
    assert len(listed) > 400
    assert all(leaf_words(leaf.test, shipped_rules().vocabulary) for leaf in listed)
    assert len({(leaf.file, leaf.path) for leaf in listed}) == len(listed)


# --- Coverage and comparison on the small rules -------------------------------------------------------------------

FACTS = {"on": "2023-06-14", "offences": ["murder"], "vessel": {"flag": "ITA"}, "departure": "GRC"}
CASES = [
    Scenario("one", {"title": "One", "case": FACTS, "expect": {}}),
    Scenario("two", {"title": "Two", "case": {**FACTS, "suspects": [{"nationality": "GRC", "role": "skipper"},
                                                                  {"nationality": "ITA"}]}, "expect": {}}),
]  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> RuleSet:
    return rules_in(small_rules.write(tmp_path / "old"))


def test_coverage_counts_what_the_scenarios_saw(small: RuleSet) -> None:
    counted = coverage(small, CASES)
    seen = {(s.file, s.path): (s.yes, s.no, s.unknown) for s in counted.conditions}
    # Two scenarios, one flag State each.
    assert seen["grounds/flag.yaml", "when"] == (2, 0, 0)
    assert seen["grounds/flag.yaml", "authority[0].when"] == (2, 0, 0)
    assert seen["grounds/flag.yaml", "conditions[0].when"] == (0, 0, 2)
    # No suspect is told in the first, two in the second; of one the role is not known.
    assert seen["grounds/nationality.yaml", "when.all[0]"] == (2, 0, 1)
    assert seen["grounds/nationality.yaml", "when.all[1]"] == (1, 0, 2)
    assert seen["warnings.yaml", "warnings.W-HIGH.when.all[1].not"] == (0, 2, 0)
    assert counted.scenarios == 2
    # In the second, the only suspect whose role is told is a skipper: the bar of the small rules applies.
    assert counted.grounds["flag"]["excluded"] == counted.bars["immunity"]["applies"] == 1
    assert sum(counted.grounds["flag"].values()) == 2
    assert all(isinstance(n, int) for s in counted.conditions for n in (s.yes, s.no, s.unknown))
    never = {s.path: s.never for s in counted.conditions if s.file == "grounds/flag.yaml"}
    # The flag is that of the State which claims as flag State: that it is not can never be seen.
    assert never == {"when": (), "authority[0].when": ("no",), "conditions[0].when": ("yes", "no")}
    impossible = {(s.file, s.path): s.impossible for s in counted.conditions if s.impossible}
    assert impossible == {
        ("grounds/flag.yaml", "when"): ("no",),
        ("grounds/departure.yaml", "when.any[0]"): ("no",),
        ("grounds/nationality.yaml", "when.all[0]"): ("no",),
        # Skipper and organiser are all the parts that these rules know.
        ("grounds/nationality.yaml", "when.all[1]"): ("no",),
        ("states/GRC.yaml", "bases[2].when"): ("no",),
        ("states/ITA.yaml", "bases[1].when"): ("no",),
    }


def test_the_same_rules_have_no_difference(small: RuleSet, tmp_path: Path) -> None:
    same = compare(small, rules_in(small_rules.write(tmp_path / "new")), CASES)
    assert (dict(same.files), dict(same.scenarios), same.run) == ({}, {}, 2)


def test_a_comparison_says_which_findings_change_and_how(small: RuleSet, tmp_path: Path) -> None:
    italy = small_rules.ITALY.replace("    conditions: ['The ship must be registered.']\n", "", 1)
    greece = small_rules.GREECE.replace("grounds: [nationality, departure]", "grounds: [departure]")
    clause = small_rules.FLAG.replace("id: flag", "id: pennant")
    new = {"states/ITA.yaml": italy, "states/GRC.yaml": greece, "grounds/pennant.yaml": clause}
    found = compare(small, rules_in(small_rules.write(tmp_path / "new", new)), CASES)
    assert dict(found.files) == {
        "grounds/pennant.yaml": "added",
        "states/GRC.yaml": "changed",
        "states/ITA.yaml": "changed",
    }
    assert list(found.scenarios) == ["one", "two"]
    changes = {(c.state, c.rule): c for c in found.scenarios["two"][1]}
    pennant = changes["ITA", "pennant"]
    assert (pennant.old, pennant.new) == (None, "conditional")
    nationality = changes["GRC", "nationality"]
    assert nationality.about == ("suspects[0]",)
    assert "national provision gone: GRC-new (New code art. 6)" in nationality.details
    flag = next(c for c in found.scenarios["one"][1] if (c.state, c.rule) == ("ITA", "flag"))
    assert "ITA-flag, to verify gone: The ship must be registered." in flag.details


def test_a_fact_that_only_one_rule_set_knows(small: RuleSet, tmp_path: Path) -> None:
    facts = small_rules.FACTS + '  destination: {type: states, none: none, ask: "Where to?"}\n'
    new = rules_in(small_rules.write(tmp_path / "new", {"facts.yaml": facts}))
    case = Scenario("bound", {"case": {**FACTS, "destination": "ITA"}, "expect": {}})
    ((_, (change,)),) = compare(small, new, [case]).scenarios.values()
    assert (change.rule, change.old, change.new) == ("case", "cannot be assessed", "assessed")
    assert "destination" in change.details[0]


# --- The commands -------------------------------------------------------------------------------------------------


def test_list(run: Run) -> None:
    text = run("rules", "list")
    assert text.code == 0
    assert "landing-through-rescue" in text.out
    assert "Italy" in text.out
    data = json.loads(run("rules", "list", "--json").out)
    assert data["format"] == "seajuris.rules-list.v1"
    assert len(data["states"]) == len(SHIPPED["state-law"])
    assert {g["kind"] for g in data["grounds"]} == {"prosecute", "act_at_sea", "bar"}
    italy = next(s for s in data["states"] if s["state"] == "ITA")
    assert 0 < italy["verified"] <= italy["provisions"]


@pytest.mark.parametrize(
    ("name", "kind", "file", "says"),
    [
        ("flag", "ground", "grounds/flag.yaml", "flag of the vessel is the State concerned"),
        ("ne-bis-in-idem", "ground", "grounds/ne-bis-in-idem.yaml", "No second trial"),
        ("ITA", "state", "states/ITA.yaml", "ITA-cp-6-2"),
        ("Italian", "state", "states/ITA.yaml", "ITA-cp-6-2"),
        ("UNTOC", "instrument", "instruments/UNTOC.yaml", "ITA 2006-09-01"),
        ("W-97", "warning", "warnings.yaml", "incident-of-navigation"),
        ("fd-2009-948", "coordination", "coordination/consultation.yaml", "bound by FD_2009_948"),
        ("ITA-cp-6-2", "provision", "states/ITA.yaml", "Codice penale art. 6(2)"),
    ],
)
def test_show(run: Run, name: str, kind: str, file: str, says: str) -> None:
    text = run("rules", "show", name)
    assert text.code == 0
    assert says in " ".join(text.out.split())
    data = json.loads(run("rules", "show", name, "--json").out)
    assert (data["format"], data["kind"], data["file"]) == ("seajuris.rule.v1", kind, file)
    assert data["rule"]


@pytest.mark.parametrize("kind", ["ground", "state-law", "instrument"])
def test_every_rule_can_be_shown(kind: str) -> None:
    from seajuris.render.page import Page
    from seajuris.render.rules import render_entry
    from seajuris.rules.catalogue import find

    for path in SHIPPED[kind]:
        page = Page(100, colour=False)
        render_entry(find(shipped_rules(), path.stem), shipped_rules(), page)
        assert path.stem in str(page)


def test_show_says_what_there_is_not(run: Run) -> None:
    wrong = run("rules", "show", "flags")
    assert wrong.code == 2
    assert "did you mean flag" in wrong.err
    none = run("rules", "show", "Tuvalu")
    assert none.code == 2
    assert "the law of Tuvalu (TUV) is not encoded" in none.err


def write_case(folder: Path, expect: str) -> Path:
    folder.mkdir(exist_ok=True)
    text = f"title: A case\ncase:\n  'on': '2023-06-14'\n  vessel: {{flag: ITA}}\nexpect:\n  {expect}\n"
    (folder / "a-case.yaml").write_text(text, encoding="utf-8")
    return folder


def test_test(run: Run, tmp_path: Path) -> None:
    folder = write_case(tmp_path / "cases", "findings: [{state: ITA, ground: flag}]")
    good = run("rules", "test", "--scenarios", str(folder))
    assert (good.code, good.out) == (0, "1 scenario: 1 as expected, 0 not\n")
    write_case(folder, "none: [{state: ITA, ground: flag}]")
    bad = run("rules", "test", "--scenarios", str(folder))
    assert bad.code == 4
    assert "none {'state': 'ITA', 'ground': 'flag'}: ITA flag" in " ".join(bad.out.split())
    data = json.loads(run("rules", "test", "--scenarios", str(folder), "--json").out)
    assert (data["format"], data["failed"], len(data["scenarios"])) == ("seajuris.rules-test.v1", 1, 1)
    write_case(folder, "none: [{state: ITA, ground: flagg}]")
    assert "no such ground: 'flagg'" in run("rules", "test", "--scenarios", str(folder)).out
    nothing = run("rules", "test", "--scenarios", str(tmp_path / "nowhere"))
    assert nothing.code == 2
    assert "no scenarios" in nothing.err


def test_coverage(run: Run, tmp_path: Path) -> None:
    folder = write_case(tmp_path / "cases", "findings: []")
    small = str(small_rules.write(tmp_path / "rules"))
    answer = run("rules", "coverage", small, "--scenarios", str(folder))
    assert answer.code == 0
    assert "never seen yes:" in answer.out
    everything = run("rules", "coverage", small, "--scenarios", str(folder), "--all")
    assert "conditions that no scenario saw hold, or fail" in answer.out
    assert "all conditions" in everything.out
    assert len(everything.out.splitlines()) >= len(answer.out.splitlines())
    assert run("rules", "coverage", small, "--scenarios", str(folder), "--strict").code == 4
    data = json.loads(run("rules", "coverage", small, "--scenarios", str(folder), "--json").out)
    assert data["format"] == "seajuris.rules-coverage.v1"
    keys = {"file", "path", "rule", "words", "yes", "no", "unknown", "impossible", "never"}
    assert set(data["conditions"][0]) == keys
    assert set(data["grounds"]["flag"]) == {"established", "conditional", "open", "excluded"}


def test_diff(run: Run, tmp_path: Path) -> None:
    folder = write_case(tmp_path / "cases", "findings: []")
    old = str(small_rules.write(tmp_path / "old"))
    same = run("rules", "diff", old, old, "--scenarios", str(folder))
    assert (same.code, same.out) == (0, "The two rule folders are the same.\n")
    unseen = small_rules.write(tmp_path / "unseen", {"states/GRC.yaml": small_rules.GREECE.replace("art. 7", "art. 8")})
    answer = run("rules", "diff", old, str(unseen), "--scenarios", str(folder))
    assert answer.code == 0
    assert "states/GRC.yaml (changed)" in answer.out
    assert "no finding changes" in answer.out
    new = small_rules.write(tmp_path / "new", {"states/ITA.yaml": small_rules.ITALY.replace("art. 4", "art. 5")})
    answer = run("rules", "diff", old, str(new), "--scenarios", str(folder))
    assert answer.code == 4
    assert "Italy (ITA), flag: still conditional" in answer.out
    assert "national provision new: ITA-flag (Code art. 5)" in answer.out
    data = json.loads(run("rules", "diff", old, str(new), "--scenarios", str(folder), "--json").out)
    assert (data["format"], data["compared"]) == ("seajuris.rules-diff.v1", 1)
    (change,) = data["scenarios"][0]["changes"]
    assert (change["state"], change["rule"], change["old"], change["new"]) == (
        "ITA",
        "flag",
        "conditional",
        "conditional",
    )


def test_copy(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    assert run("rules", "copy", str(target)).code == 0
    assert RuleSet(target).sha256 == shipped_rules().sha256
    again = run("rules", "copy", str(target))
    assert again.code == 2
    assert "exists already" in again.err


def test_help_names_the_exit_codes(run: Run) -> None:
    assert "4 something found" in " ".join(run("rules", "--help").out.split())
