"""Teaching cases with what has to come out of them: reading, running, and saying all that differs at once.

The form of the files is described in ``scenarios/README.md``. Tests, ``seajuris rules test`` and the other tools for
rule authors share this module, so that all of them mean the same by "as expected".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seajuris.errors import InputError, SeajurisError
from seajuris.paths import shipped
from seajuris.reading import check_name, files_in, read_text
from seajuris.yamlio import parse_yaml

if TYPE_CHECKING:
    from seajuris.assessment import Assessment, Bar, Finding, Mandate
    from seajuris.case import Case
    from seajuris.place import Place
    from seajuris.rules.load import RuleSet

EXPECT = frozenset(
    {"zones", "regime", "verdict", "findings", "none", "only", "bars", "no_bars", "questions", "warnings"}
)
FINDING = frozenset(
    {"state", "ground", "kind", "status", "grade", "about", "offences", "not_offences", "barred_by"}
    | {"mandate", "national", "conditions", "not_conditions"}
)
BAR = frozenset({"bar", "status", "states", "not_states", "mandate", "conditions", "not_conditions"})
PLACE = frozenset({"what", "position", "accuracy", "on", "zones"})

Data = dict[str, Any]


class ScenarioError(InputError):
    """A scenario file that cannot be used."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One teaching case.

    Attributes:
        id: The file name without ``.yaml``.
        data: The content of the file, read strictly.
    """

    id: str
    data: Data

    @property
    def title(self) -> str:
        """One line for people."""
        return str(self.data.get("title", self.id))

    def texts(self, key: str) -> tuple[str, ...]:
        """The entries of a list for people (`learning`, `discuss`, `sources`); a single text counts as one entry."""
        return tuple(str(entry) for entry in many(self.data.get(key, [])) if entry is not None)

    @property
    def expect(self) -> Data:
        """What has to come out."""
        expect = self.data.get("expect")
        return expect if isinstance(expect, dict) else {}

    def case(self, rules: RuleSet | None = None) -> Case:
        """The facts, as a case.

        Args:
            rules: The rule set whose facts the case may tell; the shipped one if not told.

        Raises:
            CaseError: if they are not those of a case file.
        """
        from seajuris.case import Case

        vocabulary = rules.vocabulary if rules is not None else None
        return Case.from_dict(self.data.get("case") or {}, vocabulary=vocabulary, where=self.id)


def scenario_folder(folder: str | Path | None) -> Path:
    """The folder with scenarios to use: the one named, or the shipped one.

    Raises:
        ScenarioError: if the folder named holds no scenario.
    """
    if folder is not None:
        check_name(folder, error=ScenarioError)
    path = Path(folder) if folder is not None else shipped("scenarios")
    if not names(path):
        raise ScenarioError("no scenarios (*.yaml) in this folder", where=str(path))
    return path


CHECKS = "law-"
"""How the names of files begin that check a single rule and teach nothing."""


def teaching(folder: Path) -> tuple[str, ...]:
    """The ids of the teaching cases in a folder, in order: without the checks of single rules."""
    return tuple(name for name in names(folder) if not name.startswith(CHECKS))


def find(folder: Path, wanted: str) -> Scenario:
    """The scenario with an id, or in a file that is named with its ending.

    Raises:
        ScenarioError: if there is none; close ids are suggested.
    """
    if wanted.endswith(".yaml"):
        check_name(wanted, error=ScenarioError)
        return load(Path(wanted))
    listed = names(folder)
    if wanted not in listed:
        import difflib

        close = difflib.get_close_matches(wanted, listed, n=3) or [n for n in listed if wanted and wanted in n][:3]
        hint = f"Did you mean {', '.join(close)}?" if close else "`seajuris scenario list` lists them."
        raise ScenarioError(f"{wanted[:80]!r} is no scenario", where="scenario", hint=hint)
    return load(folder / f"{wanted}.yaml")


def names(folder: Path) -> tuple[str, ...]:
    """The ids of all scenarios in a folder, in order."""
    if not folder.is_dir():
        return ()
    files = files_in(folder, where=str(folder), error=ScenarioError, deep=False)
    return tuple(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


def load(path: Path) -> Scenario:
    """Read one scenario.

    Raises:
        ScenarioError: if the file cannot be read or is no mapping with `case` and `expect`.
    """
    data = parse_yaml(read_text(path, where=path.name, error=ScenarioError), where=path.name, error=ScenarioError)
    if not isinstance(data, dict) or not isinstance(data.get("case"), dict) or not isinstance(data.get("expect"), dict):
        raise ScenarioError(
            "a scenario needs the mappings `case` and `expect`", where=path.name, hint="See scenarios/README.md."
        )
    return Scenario(path.stem, data)


def load_all(folder: Path) -> tuple[Scenario, ...]:
    """All scenarios of a folder, in order of their ids."""
    return tuple(load(folder / f"{name}.yaml") for name in names(folder))


# --- Running ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario gave under a rule set.

    Attributes:
        faults: One sentence for each expectation that is not met; empty if all are.
    """

    id: str
    title: str
    faults: tuple[str, ...]


def assess(scenario: Scenario, *, zones: str | Path | None = None, rules: str | Path | None = None) -> Assessment:
    """Assess the facts of a scenario, on the shipped zones and rules if nothing else is named."""
    from seajuris import api
    from seajuris.rules.load import rules_in

    case = scenario.case(rules_in(Path(rules)) if rules is not None else None)
    return api.assess(case, zones=zones, rules=rules)


def run(scenario: Scenario, *, zones: str | Path | None = None, rules: str | Path | None = None) -> Outcome:
    """Run a scenario and hold it against what is expected.

    A scenario that cannot be run at all (facts or words that these rules do not know) fails with the error as its
    fault, so that the others still run.
    """
    from seajuris.rules.load import rules_in, shipped_rules

    try:
        rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
        unknown = word_faults(scenario.data, rule_set)
        result = assess(scenario, zones=zones, rules=rules)
        found = [*unknown, *differences(scenario, result, zones=zones)]
    except InputError as fault:
        found = [str(fault)]
    return Outcome(scenario.id, scenario.title, tuple(found))


def differences(scenario: Scenario, result: Assessment, *, zones: str | Path | None = None) -> list[str]:
    """One sentence for each expectation that an assessment of the scenario does not meet."""
    return [*faults(result, scenario.expect), *place_faults(scenario, zones=zones)]


def place_faults(scenario: Scenario, *, zones: str | Path | None = None) -> Iterator[str]:
    """What differs at the other positions that a scenario names."""
    from seajuris import api

    for place in scenario.data.get("places", ()):
        there = api.locate(position_of(place["position"]), accuracy=place.get("accuracy"), on=place["on"], zones=zones)
        for fault in zone_faults(there, place["zones"]):
            yield f"{place['what']}: {fault}"


def position_of(told: Any) -> str:
    """A position of a scenario as text."""
    return f"{told['lat']}, {told['lon']}" if isinstance(told, dict) else str(told)


def many(value: Any) -> list[Any]:
    """One value or a list of alternatives, as a list."""
    return list(value) if isinstance(value, list) else [value]


# --- Checking: each function yields one sentence for each expectation that is not met -----------------------------


def zone_faults(place: Place | None, wanted: list[str]) -> Iterator[str]:
    """A zone that its State had not proclaimed on that day does not count: it is no zone of that State in law."""
    if place is None:
        yield f"zones {wanted}: the case has no position"
        return
    found = {word for z in place.zones if z.claim != "potential" for word in (z.zone, f"{z.zone}:{z.state}")}
    shown = ", ".join(sorted(f"{z.zone}:{z.state} ({z.claim}, {z.certainty})" for z in place.zones))
    for words in wanted:
        hit = bool(found & set(words.removeprefix("!").split("|")))
        if hit == words.startswith("!"):
            yield f"zone {words}: found {shown}"


def fits(finding: Finding, wanted: Data) -> bool:
    """Whether a finding is as wanted in everything but its status."""
    for key in ("state", "ground", "kind", "grade"):
        if key in wanted and getattr(finding, key) not in many(wanted[key]):
            return False
    if not set(wanted.get("offences", ())) <= set(finding.offences):
        return False
    if set(wanted.get("not_offences", ())) & set(finding.offences):
        return False
    if not set(wanted.get("barred_by", ())) <= set(finding.barred_by):
        return False
    if not set(many(wanted.get("about", []))) <= set(finding.about):
        return False
    for provision, answers in wanted.get("national", {}).items():
        if not ({n.met for n in finding.national if n.id == provision} or {"absent"}) <= set(many(answers)):
            return False
    return mandates_fit(finding.mandate, wanted) and conditions_fit(finding.conditions, wanted)


def mandates_fit(mandates: Iterable[Mandate], wanted: Data) -> bool:
    """Whether provisions apply as wanted; an instrument may be narrowed to a provision: ``UNTOC art. 15(3)``."""
    listed = [(f"{m.instrument} {m.provision} ", m.applies) for m in mandates]
    return all(
        ({applies for name, applies in listed if name.startswith(f"{key} ")} or {"absent"}) <= set(many(answers))
        for key, answers in wanted.get("mandate", {}).items()
    )


def conditions_fit(conditions: Iterable[str], wanted: Data) -> bool:
    """Whether the conditions to verify contain, or do not contain, some words."""
    text = "\n".join(conditions)
    missing = [w for w in wanted.get("conditions", ()) if w not in text]
    return not missing and not any(w in text for w in wanted.get("not_conditions", ()))


def status_fits(finding: Finding, wanted: Data) -> bool:
    """Without a wanted status, anything that is not excluded will do."""
    return finding.status in many(wanted["status"]) if "status" in wanted else finding.status != "excluded"


def words(finding: Finding) -> str:
    """A finding in one line."""
    reason = f" ({finding.reason})" if finding.reason else ""
    return f"{finding.state} {finding.ground} {','.join(finding.about)} {finding.status}/{finding.grade}{reason}"


def finding_faults(result: Assessment, wanted: Data) -> Iterator[str]:
    """A finding that should be there and is not."""
    loose: Data = {k: wanted[k] for k in ("state", "ground") if k in wanted}
    near = [f for f in result.findings if fits(f, loose)]
    right = [f for f in near if fits(f, wanted) and status_fits(f, wanted)]
    # "Excluded" means that nothing of the kind is left, not that one of several findings fell.
    if not right or (wanted.get("status") == "excluded" and len(right) < len(near)):
        shown = "; ".join(words(f) for f in near) or "no such finding"
        yield f"expected {wanted}: {shown}"


def none_faults(result: Assessment, unwanted: Data) -> Iterator[str]:
    """Findings that should not be there."""
    for finding in result.findings:
        if fits(finding, unwanted) and status_fits(finding, unwanted):
            yield f"none {unwanted}: {words(finding)}"


def only_faults(result: Assessment, state: str, grounds: list[str]) -> Iterator[str]:
    """Grounds of a State beyond those expected."""
    for finding in result.prosecute():
        if finding.state == state and finding.ground not in grounds:
            yield f"only {state} {grounds}: {words(finding)}"


def bar_fits(bar: Bar, wanted: Data) -> bool:
    """Whether a bar is the wanted one and concerns the wanted States."""
    return (
        bar.bar == wanted["bar"]
        and bar.status in many(wanted.get("status", ["applies", "open"]))
        and set(wanted.get("states", ())) <= set(bar.states)
        and not set(wanted.get("not_states", ())) & set(bar.states)
        and mandates_fit(bar.authority, wanted)
        and conditions_fit(bar.conditions, wanted)
    )


def bar_faults(result: Assessment, expect: Data) -> Iterator[str]:
    """Bars that should be there and are not, and the other way round."""
    shown = "; ".join(f"{b.bar} {b.status} {','.join(b.states)}" for b in result.bars) or "no bars"
    for wanted in expect.get("bars", ()):
        if not any(bar_fits(b, wanted) for b in result.bars):
            yield f"bar {wanted}: {shown}"
    for unwanted in expect.get("no_bars", ()):
        if any(b.bar == unwanted for b in result.bars):
            yield f"no bar {unwanted}: {shown}"


def faults(result: Assessment, expect: Data) -> list[str]:
    """Everything in which an assessment differs from what is expected."""
    found: list[str] = []
    if "zones" in expect:
        found += zone_faults(result.place, expect["zones"])
    if result.place is not None:
        if expect.get("regime", result.place.criminal_law_regime) != result.place.criminal_law_regime:
            found.append(f"regime {expect['regime']}: found {result.place.criminal_law_regime}")
        if expect.get("verdict", result.place.verdict) != result.place.verdict:
            found.append(f"verdict {expect['verdict']}: found {result.place.verdict}")
    for wanted in expect.get("findings", ()):
        found += finding_faults(result, wanted)
    for unwanted in expect.get("none", ()):
        found += none_faults(result, unwanted)
    for state, grounds in expect.get("only", {}).items():
        found += only_faults(result, state, grounds)
    found += bar_faults(result, expect)
    asked = [q.fact for q in result.questions]
    found += [f"question {q}: asked are {asked}" for q in expect.get("questions", ()) if q not in asked]
    warned = [w.id for w in result.warnings]
    found += [f"warning {w}: given are {warned}" for w in expect.get("warnings", ()) if w not in warned]
    return found


# --- Words: a misspelt id in a negative expectation would never be noticed otherwise ------------------------------


def word_faults(data: Data, rules: RuleSet) -> list[str]:
    """Keys and words in the expectations of a scenario that do not exist."""
    from seajuris import states
    from seajuris.assessment import STATUSES
    from seajuris.place import ZONES
    from seajuris.rules.model import GRADES, KINDS

    expect = data["expect"]
    grounds = {g.id: g for g in rules.grounds}
    found: list[str] = []

    def check(kind: str, word: Any, known: Any) -> None:
        if word not in known:
            found.append(f"no such {kind}: {word!r}")

    def keys(item: Data, known: frozenset[str], where: str) -> None:
        found.extend(f"no such key in {where}: {key!r}" for key in sorted(set(item) - known))

    keys(expect, EXPECT, "expect")
    alpha3 = {state.alpha3 for state in states.register()} | {"*", None}
    able = [g for g in grounds if grounds[g].kind != "bar"]
    bars = [g for g in grounds if grounds[g].kind == "bar"]
    offences = rules.vocabulary["offences"].values
    wanted = [*expect.get("findings", ()), *expect.get("none", ())]
    for item in wanted:
        keys(item, FINDING, "a finding")
        for key, known in (("state", alpha3), ("kind", KINDS), ("status", STATUSES), ("grade", GRADES)):
            for word in many(item[key]) if key in item else ():
                check(key, word, known)
        for word in many(item.get("ground", [])):
            check("ground", word, able)
        for word in [*item.get("offences", ()), *item.get("not_offences", ())]:
            check("offence", word, offences)
        for word in item.get("mandate", {}):
            found += _mandate_word_faults(rules, word)
        for word in item.get("national", {}):
            law = rules.national(word[:3])
            check("national provision", word, [b.id for b in law.bases] if law else [])
        for word in item.get("barred_by", ()):
            check("bar", word, bars)
    for state, listed in expect.get("only", {}).items():
        check("state", state, alpha3)
        for word in listed:
            check("ground", word, [g for g in grounds if grounds[g].kind == "prosecute"])
    for item in expect.get("bars", ()):
        keys(item, BAR, "a bar")
        check("bar", item.get("bar"), bars)
        for word in item.get("mandate", {}):
            found += _mandate_word_faults(rules, word)
    _each(check, "bar", expect.get("no_bars", ()), bars)
    _each(check, "fact", expect.get("questions", ()), rules.vocabulary.paths)
    _each(check, "warning", expect.get("warnings", ()), [w.id for w in rules.warnings])
    zones = [*expect.get("zones", ()), *(z for p in data.get("places", ()) for z in p["zones"])]
    for alternative in (a for z in zones for a in z.removeprefix("!").split("|")):
        zone, _, state = alternative.partition(":")
        check("zone", zone, ZONES)
        check("state", state or None, alpha3)
    found += _place_key_faults(data.get("places", ()))
    return found


def _each(check: Callable[[str, Any, Any], None], kind: str, listed: Iterable[Any], known: Any) -> None:
    for word in listed:
        check(kind, word, known)


def _mandate_word_faults(rules: RuleSet, named: str) -> list[str]:
    """An instrument, or an instrument and one of its provisions that a rule cites."""
    key, _, provision = named.partition(" ")
    try:
        rules.instrument(key)
    except SeajurisError as fault:
        return [str(fault)]
    cited = [f"{a.provision} " for g in rules.grounds for a in g.authority if a.instrument == key]
    known = not provision or any(text.startswith(f"{provision} ") for text in cited)
    return [] if known else [f"no such provision of {key}: {provision!r}"]


def _place_key_faults(places: Iterable[Data]) -> Iterator[str]:
    from seajuris.position import parse_position

    for place in places:
        for key in sorted(set(place) ^ PLACE):
            yield f"a place has the keys {', '.join(sorted(PLACE))}, not more or less: {key!r}"
        parse_position(position_of(place["position"]))
