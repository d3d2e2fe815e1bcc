"""Scoring what a trainee answers to a teaching case: what is right, what is missing, what is wrong.

The measure is the assessment, not an opinion: zones that may contain the position, what they mean for criminal law,
States that *may* prosecute, and the bases on which they may. A State whose only findings are open hangs on a fact that
nobody has told: to name it is right, not to name it is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from seajuris import states
from seajuris.errors import InputError

if TYPE_CHECKING:
    from seajuris.assessment import Assessment
    from seajuris.dialogue import Console
    from seajuris.rules.load import RuleSet

FORMAT = "seajuris.quiz.v1"
REGIMES = ("territory", "high_seas", "depends", "unknown")
PARTS = ("zones", "regime", "states", "bases")
FREE = ("high_seas", "outside_data")
"""Zones that belong to no State."""
_KEYS = frozenset({"scenario", "zones", "regime", "states"})

_T = TypeVar("_T")
Data = dict[str, Any]


class QuizError(InputError):
    """Answers that cannot be read."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a trainee answered.

    Attributes:
        zones: ``zone`` or ``zone:STATE``.
        regime: One of `REGIMES`; `None` if not answered.
        states: For each State named, the bases named for it.
        bases_asked: Whether bases were asked for; otherwise they are not scored.
    """

    zones: tuple[str, ...] = ()
    regime: str | None = None
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bases_asked: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the quiz, scored.

    Attributes:
        right: Named, and possible.
        missing: Possible on the facts told, and not named.
        wrong: Named, and not possible.
        open: Not named, and hanging on a fact that was not told: no fault.
    """

    name: str
    right: tuple[str, ...]
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    open: tuple[str, ...] = ()

    @property
    def precision(self) -> float | None:
        """The share of what was named that is right; `None` if nothing was named."""
        named = len(self.right) + len(self.wrong)
        return len(self.right) / named if named else None

    @property
    def recall(self) -> float | None:
        """The share of what had to be named that was; `None` if nothing had to be."""
        due = len(self.right) + len(self.missing)
        return len(self.right) / due if due else None

    @property
    def points(self) -> tuple[int, int]:
        """Points reached and points possible: what is wrong costs as much as what is missing."""
        return len(self.right), len(self.right) + len(self.missing) + len(self.wrong)

    def to_dict(self) -> Data:
        """As plain data."""
        reached, possible = self.points
        return {
            "part": self.name,
            "right": list(self.right),
            "missing": list(self.missing),
            "wrong": list(self.wrong),
            "open": list(self.open),
            "precision": None if self.precision is None else round(self.precision, 4),
            "recall": None if self.recall is None else round(self.recall, 4),
            "points": reached,
            "of": possible,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a State may prosecute on a basis, or why not.

    Attributes:
        missing: Facts not told on which it hangs.
    """

    state: str
    basis: str
    title: str
    status: str
    text: str
    missing: tuple[str, ...] = ()

    def to_dict(self) -> Data:
        """As plain data."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return data | {"missing": list(self.missing)}


@dataclass(frozen=True, slots=True)
class Score:
    """A quiz, scored and explained."""

    scenario: str
    parts: tuple[Part, ...]
    explanations: tuple[Explanation, ...]

    @property
    def points(self) -> tuple[int, int]:
        """Points reached and points possible, over all parts."""
        return sum(p.points[0] for p in self.parts), sum(p.points[1] for p in self.parts)

    def to_dict(self) -> Data:
        """The JSON contract ``seajuris.quiz.v1``."""
        from seajuris.assessment import DISCLAIMER

        reached, possible = self.points
        return {
            "format": FORMAT,
            "scenario": self.scenario,
            "points": reached,
            "of": possible,
            "parts": [part.to_dict() for part in self.parts],
            "explanations": [one.to_dict() for one in self.explanations],
            "disclaimer": DISCLAIMER,
        }


def prosecuting_bases(rules: RuleSet) -> dict[str, str]:
    """The bases on which a State may prosecute, with their plain words, nearest connection first."""
    used = dict.fromkeys(ground.basis for ground in rules.grounds if ground.kind == "prosecute")
    return {basis: rules.bases[basis] for basis in used}


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_zone(text: str, *, where: str) -> str:
    """Read one zone: ``high seas``, ``territorial sea of Italy``, ``territorial_sea:ITA``.

    Raises:
        QuizError: if it is no zone.
        StateError: if the State is not in the register.
    """
    from seajuris.place import ZONES

    name, joint, owner = text.strip().partition(":")
    if not joint:
        name, joint, owner = text.strip().partition(" of ")
    word = "_".join(name.strip().lower().replace("-", " ").replace("_", " ").split()).removeprefix("the_")
    short = {"eez": "exclusive_economic_zone", "ts": "territorial_sea", "cz": "contiguous_zone"}
    word = short.get(word, word)
    if word not in ZONES:
        raise QuizError(f"{text[:80]!r} is no zone", where=where, hint=f"Accepted: {', '.join(ZONES)}; add :STATE.")
    if not joint or word in FREE:
        return word
    return f"{word}:{_state(owner, where)}"


def read_regime(text: str, *, where: str) -> str:
    """Read what the zone means for criminal law.

    Raises:
        QuizError: if it is not one of `REGIMES`.
    """
    word = "_".join(text.strip().lower().replace("_", " ").split())
    if word not in REGIMES:
        raise QuizError(f"{text[:80]!r} is no answer here", where=where, hint=f"Accepted: {', '.join(REGIMES)}.")
    return word


def read_basis(text: str, bases: Mapping[str, str], *, where: str) -> str:
    """Read a basis: its key (``flag``) or its plain words (``flag of the ship``).

    Raises:
        QuizError: if it is neither.
    """
    word = " ".join(text.strip().lower().replace("_", " ").split())
    for key, plain in bases.items():
        if word in (key.replace("_", " "), plain.lower()):
            return key
    raise QuizError(f"{text[:80]!r} is no basis", where=where, hint=f"Accepted: {', '.join(bases)}.")


def read_state(text: str, *, where: str) -> str:
    """Read a State, or ``any`` for every State.

    Raises:
        StateError: if it is not in the register.
    """
    return "*" if text.strip().lower() in ("any", "any state", "*") else _state(text, where)


def _state(text: str, where: str) -> str:
    try:
        return states.register().resolve(text.strip()).alpha3
    except InputError as fault:
        fault.where = where
        raise


def read_answers(path: str, bases: Mapping[str, str]) -> tuple[Answers, str | None]:
    """Read a file with answers; see docs/training.md for the form.

    Returns:
        The answers, and the scenario that the file names, if it does.

    Raises:
        QuizError: if the file cannot be read, with the place of the fault.
    """
    from seajuris.reading import check_name, read_text
    from seajuris.yamlio import parse_yaml

    check_name(path, error=QuizError)
    data = parse_yaml(read_text(Path(path), where=path, error=QuizError), where=path, error=QuizError)
    if not isinstance(data, dict):
        raise QuizError("answers are a mapping", where=path, hint=f"Its keys: {', '.join(sorted(_KEYS))}.")
    for key in data:
        if key not in _KEYS:
            raise QuizError(f"no such key: {key[:80]!r}", where=path, hint=f"Accepted: {', '.join(sorted(_KEYS))}.")
    zones = [read_zone(text, where=f"{path}: zones") for text in _texts(data.get("zones"), f"{path}: zones")]
    regime = data.get("regime")
    named = data.get("states")
    spot = f"{path}: states"
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(named, dict):
        for key, value in named.items():
            listed = [read_basis(text, bases, where=f"{spot}.{key[:80]}") for text in _texts(value, f"{spot}.{key}")]
            state = read_state(key, where=spot)
            found[state] = tuple(dict.fromkeys((*found.get(state, ()), *listed)))
    else:
        found = {read_state(text, where=spot): () for text in _texts(named, spot)}
    scenario = data.get("scenario")
    answers = Answers(
        tuple(dict.fromkeys(zones)),
        None if regime is None else read_regime(str(regime), where=f"{path}: regime"),
        found,
        isinstance(named, dict),
    )
    return answers, None if scenario is None else str(scenario)


def _texts(value: Any, where: str) -> list[str]:
    if value is None or value == "none":
        return []
    listed = value if isinstance(value, list) else [value]
    for item in listed:
        if not isinstance(item, str):
            raise QuizError(f"{str(item)[:80]!r} is no text", where=where, hint="Write one value, or a list of values.")
    return [str(item) for item in listed]


# --- Scoring ----------------------------------------------------------------------------------------------------------


def score(scenario: str, answers: Answers, result: Assessment) -> Score:
    """Score answers against an assessment.

    Args:
        scenario: The id of the scenario.
        answers: What was answered.
        result: The assessment of the scenario.
    """
    parts = [_zones(answers, result), _regime(answers, result), _states(answers, result)]
    if answers.bases_asked:
        parts.append(_bases(answers, result))
    explained = list(_explanations(answers, result))
    order = list(dict.fromkeys(one.state for one in explained))
    return Score(scenario, tuple(parts), tuple(sorted(explained, key=lambda one: order.index(one.state))))


def _zones(answers: Answers, result: Assessment) -> Part:
    """A zone that its State had not proclaimed is none; without its State a zone is named, but not wholly."""
    place = result.place
    found = () if place is None else tuple(z for z in place.zones if z.claim not in ("potential", "protested"))
    due = tuple(dict.fromkeys(f"{z.zone}:{z.state}" if z.state and z.zone not in FREE else z.zone for z in found))
    tolerated = () if place is None else tuple(f"{z.zone}:{z.state}" for z in place.zones if z.claim == "protested")
    right: list[str] = []
    wrong: list[str] = []
    for named in answers.zones:
        hits = [d for d in due if d == named or d.partition(":")[0] == named]
        if hits:
            right.extend(hits)
        elif named not in tolerated:
            wrong.append(named)
    missing = tuple(d for d in due if d not in right)
    return Part("zones", tuple(dict.fromkeys(right)), missing, tuple(dict.fromkeys(wrong)))


def _regime(answers: Answers, result: Assessment) -> Part:
    regime = "unknown" if result.place is None else result.place.criminal_law_regime
    if answers.regime is None:
        return Part("regime", (), (regime,), ())
    right = answers.regime == regime
    return Part("regime", (regime,) if right else (), () if right else (regime,), () if right else (answers.regime,))


def _split(statuses: Mapping[str, set[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands on the facts told, and what is open only."""
    firm = tuple(key for key, found in statuses.items() if found - {"open"})
    return firm, tuple(key for key in statuses if key not in firm)


def _part(name: str, named: Iterable[str], statuses: Mapping[str, set[str]]) -> Part:
    firm, hanging = _split(statuses)
    listed = tuple(dict.fromkeys(named))
    return Part(
        name,
        tuple(n for n in listed if n in statuses),
        tuple(f for f in firm if f not in listed),
        tuple(n for n in listed if n not in statuses),
        tuple(h for h in hanging if h not in listed),
    )


def _states(answers: Answers, result: Assessment) -> Part:
    statuses: dict[str, set[str]] = {}
    for finding in result.prosecute():
        if finding.state is not None:
            statuses.setdefault(finding.state, set()).add(finding.status)
    return _part("states", answers.states, statuses)


def _bases(answers: Answers, result: Assessment) -> Part:
    """Bases as ``STATE basis``."""
    statuses: dict[str, set[str]] = {}
    for finding in result.prosecute():
        if finding.state is not None:
            statuses.setdefault(f"{finding.state} {finding.basis}", set()).add(finding.status)
    named = (f"{state} {basis}" for state, bases in answers.states.items() for basis in bases)
    return _part("bases", named, statuses)


def _explanations(answers: Answers, result: Assessment) -> Iterator[Explanation]:
    """Each possible State and basis with its summary, and of those named wrongly the reason why they are excluded."""
    seen: set[tuple[str, str, str]] = set()
    for finding in result.prosecute():
        if finding.state is not None:
            key = (finding.state, finding.basis, finding.title)
            if key not in seen:
                seen.add(key)
                yield Explanation(*key, finding.status, finding.summary, finding.missing)
    possible = {(state, basis) for state, basis, _ in seen}
    able = {state for state, _ in possible}
    for finding in result.excluded():
        state = finding.state
        if finding.kind != "prosecute" or state is None or state not in answers.states:
            continue
        named = finding.basis in answers.states[state]
        # Of a State that was named wrongly every exclusion is of interest; else only the bases that were named.
        if (state, finding.basis) not in possible and (named or state not in able):
            key = (state, finding.basis, finding.title)
            if key not in seen:
                seen.add(key)
                yield Explanation(*key, finding.status, finding.reason or finding.summary)
    for state in answers.states:
        if state not in able and not any(state == one for one, _, _ in seen):
            yield Explanation(state, "", "No ground", "excluded", "on the facts told, no ground concerns this State")


# --- Asking -----------------------------------------------------------------------------------------------------------


def interrogate(console: Console, bases: Mapping[str, str]) -> Answers:
    """Ask a trainee for everything; an answer that cannot be read is asked for again.

    The end of the input ends the questions: what was answered until then counts.

    Args:
        console: Where to ask.
        bases: Bases that may be named, with their plain words.
    """
    zones: list[str] = []
    regime: str | None = None
    named: dict[str, tuple[str, ...]] = {}
    try:
        zones = _ask(
            console,
            "In which zone or zones may it have happened? Separate several by commas; none without a position.",
            ("high seas", "territorial sea of ...", "contiguous zone of ...", "exclusive economic zone of ...", "..."),
            lambda text: [read_zone(one, where="answer") for one in _split_text(text)],
        )
        regime = _ask(
            console,
            "What does that mean for criminal law?",
            ("territory", "high_seas", "depends", "unknown"),
            lambda text: None if not text else read_regime(text, where="answer"),
        )
        able = _ask(
            console,
            "Which States may prosecute (possible, not decided)? Several are separated by commas.",
            (),
            lambda text: [read_state(one, where="answer") for one in _split_text(text)],
        )
        named = dict.fromkeys(able, ())
        shown = tuple(f"{number} {plain}" for number, plain in enumerate(bases.values(), 1))
        for number, state in enumerate(named):
            named[state] = tuple(
                _ask(
                    console,
                    f"On which basis: {_state_name(state)}? Numbers or words, separated by commas.",
                    shown if number == 0 else (),
                    lambda text: [_basis(one, bases) for one in _split_text(text)],
                )
            )
    except EOFError:
        pass
    return Answers(tuple(dict.fromkeys(zones)), regime, named)


def _ask(console: Console, question: str, choices: tuple[str, ...], read: Callable[[str], _T]) -> _T:
    page = console.page()
    page.space()
    page.text(question, indent=0, bold=True)
    for choice in choices:
        page.item(choice)
    console.show(page)
    while True:
        try:
            return read(console.ask("> ").strip())
        except InputError as fault:
            page = console.page()
            for line in str(fault).splitlines():
                page.text(line, indent=0)
            console.show(page)


def _split_text(text: str) -> list[str]:
    listed = [part.strip() for part in text.split(",") if part.strip()]
    return [] if [part.lower() for part in listed] in (["none"], ["?"]) else listed


def _basis(text: str, bases: Mapping[str, str]) -> str:
    if text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= len(bases):
        return list(bases)[int(text) - 1]
    return read_basis(text, bases, where="answer")


def _state_name(state: str) -> str:
    return "every State" if state == "*" else states.register().state(state).name
