"""docs/assurance.md: what is promised, the test that shows each promise, and the figures.

python tests/assurance_page.py      # writes the page again

Everything on the page is looked up when it is written: a promise whose test is gone cannot be written, the figures are
counted in the files that ship or taken from the records of the long commands (``benchmarks/results/*.json``). A record
that is not there is said to be missing.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "assurance.md"
RESULTS = ROOT / "benchmarks" / "results"
TESTS = ROOT / "tests"
EXAMPLES = 100
"""What hypothesis tries of a property that states no number."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, and the tests that would fail if it were broken: ``file.py::function``."""

    text: str
    tests: tuple[str, ...]


def promise(text: str, *tests: str) -> Promise:
    """Short for a list of many."""
    return Promise(text, tests)


PROMISES: dict[str, tuple[Promise, ...]] = {
    "Reading a position": (
        promise(
            "Text with two readings, or none, is refused; what is read comes back digit for digit.",
            "test_position_properties.py::test_any_text",
            "test_position_properties.py::test_every_lettered_notation_comes_back",
            "test_position_properties.py::test_damaged_positions",
        ),
        promise(
            "The radius covers everything that the notation leaves open.",
            "test_position_properties.py::test_precision_covers_what_the_digits_leave_open",
            "test_described_position.py::test_every_reading_inside_the_intervals_lies_in_the_circle",
        ),
        promise(
            "Codes (MGRS, Plus codes) name the cells that their specifications give.",
            "test_plus_codes.py::test_the_published_examples",
            "test_plus_codes.py::test_a_code_is_read_as_the_cell_from_which_it_was_made",
            "test_described_position.py::test_codes_name_the_cell_that_holds_the_position",
        ),
    ),
    "Placing it": (
        promise(
            "Positions whose zone is known from a law, a treaty or a measurement come out so.",
            "test_gold_positions.py::test_all_gold_positions",
        ),
        promise(
            "Zones, limits and baselines are those that a second program finds without index and without our geometry.",
            "test_locate_differential.py::test_the_same_zones",
            "test_locate_differential.py::test_the_same_limits",
            "test_locate_differential.py::test_the_same_baselines",
        ),
        promise(
            "Distances are geodesics on WGS 84, and 1 M is 1852 m.",
            "test_measure.py::test_geodesic_agrees_with_pyproj",
            "test_measure.py::test_one_nautical_mile_is_1852_metres",
            "test_measure.py::test_nearest_point_of_a_line_against_brute_force",
        ),
        promise(
            "More uncertainty never removes a zone, and near a limit the answer stays open.",
            "test_locate_properties.py::test_more_uncertainty_never_removes_a_zone",
            "test_assessment_properties.py::test_a_limit_within_the_accuracy_of_the_data_leaves_territory_open",
        ),
        promise(
            "Disputed waters belong to every claimant; a protested claim moves no line.",
            "test_zone_data.py::test_every_dispute_key_is_listed_and_has_all_its_claimants",
            "test_contested_waters.py::test_a_protested_closing_line_leaves_the_question_open",
        ),
        promise(
            "Every point of the world lies in a zone, or is said to lie outside the data; never in none.",
            "test_zone_data.py::test_every_point_of_the_world_is_in_a_zone",
            "test_outside_the_zone_data.py::test_every_question_about_the_place_is_open",
        ),
        promise(
            "The shipped zones are those that the build makes of its sources, and agree with published areas.",
            "test_accuracy.py::test_published_areas_are_met_or_the_difference_is_explained",
            "test_accuracy.py::test_points_of_agreed_lines_lie_on_our_limits",
        ),
    ),
    "Applying the law": (
        promise(
            "Unknown is never false: a definite answer holds under every completion of what was not told.",
            "test_logic.py::test_sound_against_every_completion",
            "test_logic.py::test_none_is_a_fact_and_unknown_is_not",
            "test_assessment_properties.py::test_one_more_fact_decides_and_never_undecides",
            "test_one_more_fact.py::test_one_more_fact_never_undecides_under_random_rules",
        ),
        promise(
            "What holds whatever the missing facts are is found, as an independent solver finds it.",
            "test_completions_differential.py::test_the_engine_agrees_with_answer_sets",
        ),
        promise(
            "The law of the day counts, be it of event, departure or landing, and of every day that it may have been.",
            "test_law_in_time.py::test_each_ground_follows_its_own_day",
            "test_law_in_time.py::test_membership_over_days_is_that_of_every_single_day",
            "test_contested_waters.py::test_an_agreed_line_divides_from_its_day_on",
        ),
        promise(
            "What was not read in an official or published text is marked, and never makes a finding established "
            "or excludes a State.",
            "test_national_law.py::test_sources_are_stated_and_nothing_unseen_is_called_verified",
            "test_instruments.py::test_general_knowledge_never_passes_for_a_source",
            "test_evaluate.py::test_an_unverified_provision_never_excludes",
            "test_assessment_properties.py::test_what_a_finding_rests_on_is_marked",
        ),
        promise(
            "Every missing fact on which a finding depends is asked for.",
            "test_assessment_properties.py::test_what_is_missing_is_asked",
        ),
        promise(
            "Each case comes out as its scenario says, and a change of a rule is noticed by a scenario.",
            "test_scenarios.py::test_the_case_comes_out_as_expected",
            "test_rule_mutation.py::test_a_scenario_notices_every_mutant_of_the_sample_that_is_not_listed",
        ),
    ),
    "Saying it": (
        promise(
            "The same question has the same answer to the byte, in every locale, folder and order of hashes.",
            "test_reproducible.py::test_the_same_bytes_everywhere",
            "test_determinism.py::test_the_same_bytes_under_every_hash_seed",
            "test_cli.py::test_the_same_question_has_the_same_answer_to_the_byte",
            "test_one_more_fact.py::test_the_same_input_gives_the_same_bytes",
        ),
        promise(
            "Every result names the facts, rules, zones and software that it rests on by their hashes, and can be "
            "computed again and compared.",
            "test_reproducible.py::test_every_result_names_facts_rules_zones_and_software",
            "test_reproducible.py::test_verify_names_what_was_changed",
            "test_reproducible.py::test_verify_says_which_other_data_or_software",
        ),
        promise(
            "A memo that was changed is recognised, and the change is named.",
            "test_verify.py::test_every_part_is_compared",
            "test_verify.py::test_words_that_were_changed_in_the_text_are_noticed",
        ),
        promise(
            "Text of a case never steers a terminal and never reaches a log.",
            "test_cli.py::test_text_of_a_case_cannot_steer_the_terminal",
            "test_cli.py::test_1_internal_fault_shows_nothing_of_the_case",
            "test_server.py::test_nothing_is_logged",
        ),
        promise(
            "What the pages show is what the program does; every error is described.",
            "test_docs.py::test_commands",
            "test_docs.py::test_python_examples",
            "test_docs.py::test_every_error_is_described",
        ),
    ),
    "Files of strangers": (
        promise(
            "No tags, aliases or keys that stand twice; size, depth and number of values are limited.",
            "test_strict_reading.py::test_a_key_that_stands_twice_flips_no_fact",
            "test_strict_reading.py::test_refused_in_yaml",
            "test_strict_reading.py::test_depth",
            "test_strict_reading.py::test_a_billion_laughs_are_refused_at_the_first",
        ),
        promise(
            "A name is a file on this machine, never an address; no link leads out of a rule folder.",
            "test_strict_reading.py::test_an_address_is_no_file",
            "test_strict_reading.py::test_a_link_out_of_a_rule_folder",
        ),
        promise(
            "Zone files and archives of others run nothing and unpack to nothing enormous.",
            "test_strict_reading.py::test_a_database_in_which_something_would_run",
            "test_strict_reading.py::test_many_small_members_that_unpack_to_something_enormous",
        ),
        promise(
            "Whatever the bytes, a reader gives a value or an error in words.",
            "test_fuzz.py::test_a_short_run_finds_nothing",
            "test_fuzz.py::test_any_text_is_read_or_refused",
        ),
        promise(
            "Rule files that are not as described are refused by the reader and pointed to by lint, once.",
            "test_rules_as_written.py::test_a_mistake_is_found_once_and_where_it_is",
            "test_rules_lint.py::test_all_seeded_faults_are_found_in_one_run_and_no_other",
        ),
        promise(
            "A rule that names a fact, value, offence, zone or State that does not exist is an error, and no fact that "
            "nobody ever tells.",
            "test_rules_as_written.py::test_a_name_that_does_not_exist_is_an_error_and_no_fact_that_nobody_tells",
            "test_rules_as_written.py::test_names_in_the_law_of_a_state_and_in_rules_of_coordination",
        ),
    ),
    "Faults": (
        promise(
            "Damaged data give no answer: one bit is enough.",
            "test_faults.py::test_one_bit_of_a_coordinate_gives_no_answer",
            "test_faults.py::test_that_bit_would_change_the_answer",
            "test_faults.py::test_zone_data_cut_short",
            "test_faults.py::test_an_installation_that_is_not_whole_gives_no_answer",
        ),
        promise(
            "A full disk, a closed pipe or a signal leaves nothing half written.",
            "test_faults.py::test_a_disk_that_is_full",
            "test_faults.py::test_a_reader_that_goes_away",
            "test_faults.py::test_a_signal_leaves_nothing_behind",
            "test_faults.py::test_killed_outright",
        ),
        promise(
            "A wrong clock is noticed, and a narrow terminal loses no word.",
            "test_faults.py::test_a_clock_in_1970",
            "test_faults.py::test_a_narrow_terminal_loses_no_word",
        ),
    ),
    "The local page": (
        promise(
            "It listens on the loopback interface only, and answers nobody without the token.",
            "test_server.py::test_it_listens_on_the_loopback_interface_only",
            "test_server.py::test_without_the_token_nothing_is_answered",
        ),
        promise(
            "Other hosts and origins are refused; no request reaches a file.",
            "test_server.py::test_another_host_is_refused",
            "test_server.py::test_another_origin_is_refused",
            "test_server.py::test_no_request_opens_a_file",
        ),
        promise(
            "A request that never ends does not hold up the others.",
            "test_server_workers.py::test_a_computation_without_end_is_ended",
            "test_server_workers.py::test_what_takes_long_does_not_hold_up_the_rest_and_nobody_waits_without_end",
        ),
    ),
    "Many at once": (
        promise(
            "The index of cells gives the zones of the polygons themselves, and is not used if it is damaged.",
            "test_locate_many.py::test_classes_are_the_pieces_that_contain_the_position",
            "test_zones_lines_and_cells.py::test_the_class_of_a_position_is_what_lies_around_it",
            "test_locate_many.py::test_limits_at_the_edge_of_their_accuracy",
            "test_locate_many.py::test_a_damaged_index_is_not_used",
        ),
        promise(
            "Each row of a batch has the answer that it has alone.",
            "test_batch_equal.py::test_places",
            "test_batch_equal.py::test_incidents",
            "test_locate_many.py::test_places_are_those_of_locate_to_the_byte",
            "test_batch_assess.py::test_every_row_is_answered_as_the_case_alone",
        ),
        promise(
            "No row is lost: what cannot be read is kept with its reason, and a run that is killed goes on.",
            "test_batch_cli.py::test_bad_rows_are_kept_with_row_line_and_reason",
            "test_batch_cli.py::test_whatever_the_bytes_no_row_is_lost",
            "test_batch_cli.py::test_a_run_that_is_killed_anywhere_goes_on",
        ),
    ),
    "What it is made of": (
        promise(
            "Every package that a check installs is pinned by its hash; every licence goes with ours.",
            "test_supply_chain.py::test_everything_is_pinned_with_hashes",
            "test_supply_chain.py::test_every_licence_goes_with_ours",
        ),
        promise(
            "A question loads nothing heavy, and no test reaches the network.",
            "test_startup.py::test_a_question_loads_nothing_heavy",
            "test_environment.py::test_the_network_is_out_of_reach",
        ),
        promise(
            "The installed package holds everything that is read, and nothing else.",
            "test_wheel.py::test_everything_that_is_read_is_inside",
            "test_wheel.py::test_every_module_is_inside_and_nothing_else",
        ),
    ),
}

NOT_PROMISED = """\
- That a State **has** jurisdiction. The answers are possibilities to check; a court decides.
- That the law is complete. What is not encoded is said to be so; provisions that nobody read in an official or
  published text are marked *unverified* and make no finding firm.
- That the zones are exact. They are drawn from open coastlines; [accuracy.md](accuracy.md) says how far each limit can
  be trusted, and [tests/gold/known_faults.csv](../tests/gold/known_faults.csv) which known positions come out wrong.
- That the facts are true. A case is taken as told; only what contradicts itself is refused.
- That no test is missing. A branch that is covered ran, a mutant that is noticed would have been noticed: neither shows
  that the law was understood. For that, read the rules with their sources.
- Anything about a machine that somebody else controls: who can change the program can change its answers.
"""


# --- Tests --------------------------------------------------------------------------------------------------------


@cache
def functions(file: str) -> dict[str, ast.FunctionDef]:
    """Test functions of a file by name."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")}


def link(test: str) -> str:
    """A test as a link to the line where it begins.

    Raises:
        LookupError: there is no such test; the promise has to be shown by another one.
    """
    file, _, name = test.partition("::")
    if name not in functions(file):
        raise LookupError(f"no test {test}: a promise of docs/assurance.md is shown by nothing")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../tests/{file}#L{functions(file)[name].lineno})"


@cache
def files() -> tuple[str, ...]:
    """All test files."""
    return tuple(sorted(path.name for path in TESTS.glob("test_*.py")))


def _decorators(function: ast.FunctionDef, name: str) -> Iterator[ast.Call]:
    for item in function.decorator_list:
        if isinstance(item, ast.Call) and ast.unparse(item.func).split(".")[-1] == name:
            yield item


def _examples(function: ast.FunctionDef) -> int:
    """How many examples a property is tried on, as far as its decorators say."""
    for call in _decorators(function, "settings"):
        for keyword in call.keywords:
            if keyword.arg == "max_examples" and isinstance(keyword.value, ast.Constant):
                return int(str(keyword.value.value))
    # Settings by a function of the file: `several(60)`.
    for item in function.decorator_list:
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and len(item.args) == 1:
            argument = item.args[0]
            if isinstance(argument, ast.Constant) and type(argument.value) is int:
                return argument.value
    return EXAMPLES


def properties() -> list[ast.FunctionDef]:
    """Tests that hypothesis runs on examples of its own."""
    return [f for file in files() for f in functions(file).values() if next(_decorators(f, "given"), None) is not None]


# --- Figures ------------------------------------------------------------------------------------------------------


def _rows(name: str) -> list[dict[str, str]]:
    with (TESTS / "gold" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _shipped() -> list[tuple[str, str]]:
    from seajuris.rules.catalogue import catalogue
    from seajuris.rules.load import shipped_rules

    rules = catalogue(shipped_rules())
    provisions = sum(s["provisions"] for s in rules["states"])
    verified = sum(s["verified"] for s in rules["states"])
    return [
        ("Scenarios: cases with what has to come out", f"{len(list((ROOT / 'scenarios').glob('*.yaml'))):,}"),
        ("Grounds, powers at sea and bars", f"{len(rules['grounds']):,}"),
        ("Treaties, EU acts and custom", f"{len(rules['instruments']):,}"),
        ("States whose own law is encoded", f"{len(rules['states']):,}"),
        ("Provisions of national law, read in an official or published text", f"{verified:,} of {provisions:,}"),
        ("Named positions whose zone is known independently", f"{len(_rows('positions.csv')):,}"),
        ("... of which the data answer wrongly, by name", f"{len(_rows('known_faults.csv')):,}"),
        ("Published areas held against ours", f"{len(_rows('published_areas.csv')):,}"),
    ]


def _suite() -> list[tuple[str, str]]:
    found = properties()
    return [
        ("Test files", f"{len(files()):,}"),
        ("Test functions (most run on many values)", f"{sum(len(functions(file)) for file in files()):,}"),
        ("... of which properties, on examples drawn by hypothesis", f"{len(found):,}"),
        ("Examples that these are tried on in every run", f"{sum(_examples(f) for f in found):,}"),
    ]


def record(name: str) -> Record | None:
    """What a long command wrote down; `None` if it has not been run here."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _changed_since(sources: dict[str, str]) -> str:
    changed = [s for s, sha in sources.items() if not _is(ROOT / s, sha)]
    return f"; since then {len(changed)} of {len(sources)} files were changed" if changed else ""


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _mutation(data: Record) -> Iterator[tuple[str, str]]:
    for part, told in sorted(data["parts"].items()):
        noticed = told["killed"] + told["timeout"]
        text = (
            f"{noticed:,} of {told['run']:,} noticed ({told['share']:.1%}), drawn by lot from {told['mutants']:,}; "
            f"{told['equivalent']} of the others are the same program"
        )
        yield f"Mutants of the code of `{part}` ({told['date']})", text + _changed_since(told["sources"])


def _coverage(data: Record) -> Iterator[tuple[str, str]]:
    for part, told in sorted(data["parts"].items()):
        text = f"{told['covered']:,} of {told['branches']:,}, and {told['lines_covered']:,} of {told['lines']:,} lines"
        yield f"Branches of `{part}` that the suite runs ({data['date']})", f"{told['share']:.2%}: {text}"


def _fuzz(data: Record) -> Iterator[tuple[str, str]]:
    for target, told in data["targets"].items():
        slowest = told["slowest"]["processor_seconds"]
        text = f"{told['inputs']:,} inputs, {told['findings']:,} findings, slowest {slowest} s"
        yield f"Fuzzing of `{target}` ({told['date']})", text


def _server(data: Record) -> Iterator[tuple[str, str]]:
    for name, what in (("concurrent", "Requests at the same time"), ("malformed", "Malformed requests")):
        told = data[name]
        answers = ", ".join(f"{count:,} with {status}" for status, count in told["statuses"].items())
        yield what, f"{told['requests']:,} in {told['seconds']:.0f} s: {answers}"
    told = data["schemathesis"]
    yield f"Cases of schemathesis {told['version']}", f"{told['test_cases']:,}, {told['failures']:,} failures"
    for check, reason in told["excluded_checks"].items():
        yield f"... without the check `{check}`", reason
    memory = ", ".join(f"{name} {size:,} MB" for name, size in data["largest_memory_mb"].items())
    yield "Largest memory", memory
    costly = data["costly"]
    for what, answer in costly["requests"].items():
        yield f"Costly: {what}", f"{answer['status']} after {answer['seconds']} s (limit {costly['deadline_s']:.0f} s)"


def _pythons(data: Record) -> Iterator[tuple[str, str]]:
    ways = " and ".join(data["surroundings"])
    yield "Commands", f"{data['commands']:,}, {ways}"
    for told in data["interpreters"]:
        python, numpy, shapely = told["versions"].split()
        text = f"{told['same']:,} of {told['runs']:,} outputs are the same bytes"
        yield f"Python {python}, numpy {numpy}, shapely {shapely}", text


def _batch(data: Record) -> Iterator[tuple[str, str]]:
    yield "Measured", f"{data['date']}, {data['points']:,} positions, {data['processors']} processors"
    for name, told in data["sets"].items():
        yield f"Positions {name}", f"{told['ours_per_s']:,.0f} a second"
        for title, other in told["others"].items():
            text = f"{other['ratio']:.1f} times as fast, {other['differences']:,} answers differ"
            yield f"... beside {title}", text
    far = data["distances"]
    text = f"{far['ratio']:.1f} times as fast, {far['differences']:,} of {far['compared']:,} answers differ"
    yield "All distances at once, beside one position at a time", text


RECORDS: dict[str, tuple[str, str, Callable[[Record], Iterator[tuple[str, str]]]]] = {
    "coverage": ("Branches", "make coverage", _coverage),
    "mutation": ("Mutants of the code", "make mutate", _mutation),
    "fuzz": ("Fuzzing", "make fuzz", _fuzz),
    "server": ("The local page under load", "python benchmarks/server_load.py --write", _server),
    "pythons": ("Versions of Python", "python benchmarks/pythons.py", _pythons),
    "batch": ("Many positions beside other programs", "python benchmarks/batch.py", _batch),
}


def _table(rows: list[tuple[str, str]]) -> list[str]:
    return ["| | |", "|---|---|", *(f"| {what} | {text.replace('|', chr(92) + '|')} |" for what, text in rows), ""]


# --- The page -----------------------------------------------------------------------------------------------------


def page() -> str:
    """The whole page."""
    lines = [
        "# What is promised, and what shows it",
        "",
        "Each promise stands beside the tests that would fail if it were broken; a link leads to the line where",
        "the test begins. The page is written by `make assurance`, which refuses a promise without a test, and a test",
        "holds it against the code: it cannot be older than what it speaks of. Threats are described in",
        "[threat-model.md](threat-model.md).",
        "",
    ]
    for title, promises in PROMISES.items():
        lines += [f"## {title}", "", "| promise | shown by |", "|---|---|"]
        lines += [f"| {p.text} | {'<br>'.join(link(test) for test in p.tests)} |" for p in promises]
        lines.append("")
    lines += ["## What is not promised", "", NOT_PROMISED]
    lines += ["## Figures", "", "Counted in the files that ship:", "", *_table([*_shipped(), *_suite()])]
    lines += ["Of commands that take too long for every run, with the day on which each was last run:", ""]
    for name, (title, command, rows) in RECORDS.items():
        data = record(name)
        lines += [f"### {title}", ""]
        if data is None:
            lines += [f"Not recorded (`{command}` writes `benchmarks/results/{name}.json`).", ""]
        else:
            lines += [f"`{command}` wrote [this](../benchmarks/results/{name}.json).", "", *_table(list(rows(data)))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written", file=sys.stderr)
