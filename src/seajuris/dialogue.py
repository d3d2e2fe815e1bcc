"""Asking for the facts of a case, one at a time: always the one that decides most of what is still open.

The loop reads and writes through a `Console`, so that it can be driven by a script. It knows no law: which fact is
asked next is what the assessment of the facts told so far says (`Assessment.questions`). Whatever ends it,
`Dialogue.case` holds everything that was told.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from seajuris.errors import InputError
from seajuris.render import labels
from seajuris.render.memo import people
from seajuris.render.page import Page
from seajuris.render.words import Words
from seajuris.rules.vocabulary import general
from seajuris.whatif import strongest

if TYPE_CHECKING:
    from seajuris.assessment import Assessment, Question
    from seajuris.case import Case
    from seajuris.rules.vocabulary import Vocabulary

START = ("position", "accuracy", "on", "vessel.flag", "offences")
"""What is asked first, since hardly anything can be said without it."""
MAX_ENTRIES = 20
"""People who are told of one by one; those of whom the same is told count as one anyway."""

NOT_KNOWN = frozenset(
    {"", "?", "unknown", "not known", "don't know", "dont know", "don’t know", "do not know", "no idea"}
)
DONE = frozenset({"done", "stop", "quit", "exit"})
_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")

Data = dict[str, Any]
End = Literal["settled", "done", "ended", "interrupted"]


class Console(Protocol):
    """Where questions are put and answers come from."""

    def ask(self, prompt: str) -> str:
        """One line of answer.

        Raises:
            EOFError: if there is none any more.
            KeyboardInterrupt: if the user broke off.
        """

    def page(self) -> Page:
        """An empty page as wide as the screen."""

    def show(self, page: Page) -> None:
        """Write a page."""


class _DoneError(Exception):
    """The user wants no more questions."""


@dataclass(frozen=True, slots=True)
class _State:
    """What an answer can be taken back to."""

    case: Case
    result: Assessment
    asked: tuple[str, ...]
    not_known: tuple[str, ...]


class Dialogue:
    """A dialogue about one case.

    Args:
        case: The facts that are told already.
        read: Checks facts; raises `InputError` with the product's own message.
        assess: Assesses checked facts.
        vocabulary: The declared facts.
        console: Where to ask.

    Attributes:
        case: The facts told so far, always checked.
        result: Their assessment; `None` before the first.
        not_known: Facts that were asked for and are not known.
    """

    def __init__(
        self,
        case: Case,
        *,
        read: Callable[[Data], Case],
        assess: Callable[[Case], Assessment],
        vocabulary: Vocabulary,
        console: Console,
    ) -> None:
        self.case = case
        self.result: Assessment | None = None
        self.not_known: tuple[str, ...] = ()
        self._asked: tuple[str, ...] = ()
        self._read = read
        self._assess = assess
        self._vocabulary = vocabulary
        self._console = console
        self._history: list[_State] = []
        self._deciding = True
        self._words = Words()

    def run(self) -> End:
        """Ask until nothing more decides, the user has enough, or the answers end."""
        try:
            self.result = self._assess(self.case)
            self._open()
            while (found := self._next()) is not None:
                path, question = found
                self._put(path, question)
        except _DoneError:
            return "done"
        except EOFError:
            return "ended"
        except KeyboardInterrupt:
            return "interrupted"
        return "settled"

    # --- What to ask -------------------------------------------------------------------------------------------------

    def _next(self) -> tuple[str, Question | None] | None:
        """The fact to ask for, with the question of the assessment that asks for it."""
        for path in START:
            if path not in self._asked and not self._told(path) and (path != "accuracy" or self._told("position")):
                return path, None
        if self.result is None:
            return None
        for question in self.result.questions:
            for path in self._paths(question.fact):
                if path in self._asked:
                    continue
                if not question.findings and self._deciding:
                    self._deciding = False
                    page = self._console.page()
                    page.space()
                    page.text(
                        "No missing fact decides a State any more. What follows bears on the treaty basis or on a bar; "
                        "type done to stop here.",
                        indent=0,
                    )
                    self._console.show(page)
                return path, question
        return None

    def _told(self, path: str) -> bool:
        if path == "position":
            return self.case.position is not None
        if path == "accuracy":
            return self.case.position is not None and self.case.position.accuracy_m is not None
        return self.case.on is not None if path == "on" else self.case.told(path).known != "unknown"

    def _paths(self, fact: str) -> Iterator[str]:
        """The concrete facts behind a question: of each person, or first how many there are."""
        head, bracket, field = fact.partition("[].")
        if not bracket:
            yield fact
        elif head not in self.case.counts:
            yield head
        else:
            listed = [f"{head}[{i}].{field}" for i in range(self.case.counts[head])]
            missing = {f for found in (self.result.findings if self.result else ()) for f in found.missing}
            known = {path for path in listed if self.case.told(path).known == "known"}
            yield from sorted((p for p in listed if p not in known), key=lambda p: p not in missing)

    # --- One question ------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        page = self._console.page()
        page.text(
            "Facts are asked for one at a time, the most decisive first. Enter (or ?) means not known, none means that "
            "there is none, back takes the last answer back, done ends. Nothing is assumed: what is not known stays "
            "open.",
            indent=0,
        )
        self._console.show(page)

    def _put(self, path: str, question: Question | None) -> None:
        """Ask for one fact until the answer can be used."""
        self._pose(path, question)
        while True:
            answer = self._console.ask("> ").strip()
            word = " ".join(answer.casefold().split())
            if word in DONE:
                raise _DoneError
            if word == "back":
                self._back()
                return
            try:
                changed = None if word in NOT_KNOWN else self._changed(path, answer)
                self._take(path, changed)
            except InputError as fault:
                page = self._console.page()
                for line in str(fault).splitlines():
                    page.text(line, indent=0)
                self._console.show(page)
            else:
                return

    def _pose(self, path: str, question: Question | None) -> None:
        page = self._console.page()
        page.space()
        if path in labels.LISTS:
            many = labels.LISTS[path][1].lower()
            page.text(f"How many {many} are known? A number, or none.", indent=0, bold=True)
            page.text("Those of whom exactly the same is told count as one.", indent=2)
            if question is not None:
                page.text(f"{question.ask} ({question.why})", lead="then: ")
        else:
            declared = self._vocabulary[path]
            who = f"{people.persons([path.partition('.')[0]], self._words)}: " if "[" in path else ""
            again = " (more exactly than told)" if question is not None and self._told(path) else ""
            page.text(f"{who}{declared.ask}{again}", indent=0, bold=True)
            page.text(declared.why, lead="why: ")
            for number, (value, plain) in enumerate(declared.values.items(), 1):
                page.text(f"{value}: {plain}", indent=4, lead=f"{number:>2} ")
            if declared.type in ("states", "choices"):
                page.text("Several are separated by commas.")
            if declared.none not in (None, "none"):
                page.text(f"{declared.none} (or none): there is none.")
            alike = len(self._alike(path))
            if alike > 1:
                page.text(f"Begin with all: to answer for all {alike} of whom this is not told.")
        if question is not None:
            decided = [labels.name(s) for s in question.decides if s != "*"]
            others = [labels.name(s) for s in question.bears_on if s != "*"]
            if decided:
                page.text(", ".join(decided), lead="decides for: ")
            elif question.findings:
                page.text("it may name a State", lead="decides: ")
            if others:
                page.text(", ".join(others), lead="bears on the treaty basis or a bar for: ")
        self._console.show(page)

    def _alike(self, path: str) -> list[str]:
        """The same fact of every entry of a list of which it is not told."""
        head, bracket, rest = path.partition("[")
        if not bracket:
            return [path]
        field = rest.partition("].")[2]
        listed = [f"{head}[{i}].{field}" for i in range(self.case.counts.get(head, 0))]
        return [one for one in listed if self.case.told(one).known == "unknown"]

    def _changed(self, path: str, answer: str) -> Data:
        """The facts with an answer put in; not yet checked."""
        data = copy.deepcopy(self.case.to_dict())
        if path in labels.LISTS:
            data[path] = self._entries(path, answer)
            return data
        paths = [path]
        if "[" in path and answer.casefold().startswith("all:"):
            paths, answer = self._alike(path) or [path], answer[4:].strip()
        for one in paths:
            put(data, one, self._value(one, answer))
        return data

    def _entries(self, path: str, answer: str) -> Any:
        if answer.casefold() in ("none", "0", "no"):
            return "none"
        # `isdecimal` takes the digits of every script, and so does `int`; only plain ones are meant here.
        if not (answer.isascii() and answer.isdecimal() and len(answer) <= 4 and 1 <= int(answer) <= MAX_ENTRIES):
            raise InputError(
                f"{answer[:80]!r} is no number of {labels.LISTS[path][1].lower()}",
                where="answer",
                hint=f"1 to {MAX_ENTRIES}, none, or Enter if it is not known. More can be told in a case file.",
            )
        return [{} for _ in range(int(answer))]

    def _value(self, path: str, answer: str) -> Any:
        declared = self._vocabulary[path]
        if declared.type in ("position", "length", "date", "text"):
            return answer
        head, colon, alleged = answer.partition(":")
        if colon and head.strip().casefold() == "disputed":
            return {"disputed": [self._word(path, part) for part in alleged.split(",")]}
        if "," in answer:
            return [self._word(path, part) for part in answer.split(",") if part.strip()]
        return self._word(path, answer)

    def _word(self, path: str, answer: str) -> str:
        """A value by its number in the list, or as it was written."""
        word = answer.strip()
        values = list(self._vocabulary[path].values)
        if word.isascii() and word.isdecimal() and len(word) <= 3 and 1 <= int(word) <= len(values):
            return values[int(word) - 1]
        return {"y": "yes", "n": "no"}.get(word.lower(), word) if self._vocabulary[path].type == "yes_no" else word

    def _take(self, path: str, data: Data | None) -> None:
        """Accept an answer: check it, assess again, and say what it did.

        Raises:
            InputError: if the facts cannot be used; everything then is as before.
        """
        assert self.result is not None  # noqa: S101 (assessed before the first question)
        before = _State(self.case, self.result, self._asked, self.not_known)
        if data is not None:
            # Told from here on, even if the user breaks off while it is assessed.
            self.case = self._read(data)
            try:
                self.result = self._assess(self.case)
            except InputError:
                self.case = before.case
                raise
        else:
            self.not_known = (*self.not_known, path)
        self._history.append(before)
        self._asked = (*self._asked, path)
        self._running(before.result)

    def _back(self) -> None:
        page = self._console.page()
        if self._history:
            last = self._history.pop()
            self.case, self.result, self._asked, self.not_known = last.case, last.result, last.asked, last.not_known
            self._deciding = True
            page.text("The last answer is taken back.", indent=0)
        else:
            page.text("There is no answer to take back.", indent=0)
        self._console.show(page)

    def _running(self, before: Assessment) -> None:
        """The States so far, and what the answer did to them."""
        assert self.result is not None  # noqa: S101 (see `_take`)
        old, new = strongest(before), strongest(self.result)
        page = self._console.page()
        listed = ", ".join(f"{_name(state)} {status.upper()}" for state, status in new.items())
        page.text(listed or "none yet", indent=0, lead="States that may prosecute, so far: ")
        turned = [
            f"{_name(s)}: {old.get(s, 'not listed')} -> {new.get(s, 'no longer listed')}"
            for s in dict.fromkeys((*old, *new))
            if old.get(s) != new.get(s)
        ]
        if turned:
            page.text("; ".join(turned), indent=0, lead="changed: ")
        self._console.show(page)


def _name(state: str) -> str:
    return "any State" if state == "*" else labels.name(state)


def put(data: Data, path: str, value: Any) -> None:
    """Put a fact into a case in canonical form; the entries of lists must be there.

    Raises:
        InputError: if the path leads nowhere.
    """
    *parents, last = path.split(".")
    target: Any = data
    for step in parents:
        match = _STEP.fullmatch(step)
        if match is None:
            raise InputError(f"{step!r} is no step of a path", where=path)
        key, index = match.groups()
        target = target.setdefault(key, {}) if index is None else target[key][int(index)]
    target[last] = value


def case_text(case: Case, not_known: tuple[str, ...] = ()) -> str:
    """A case as the text of a case file, which is read back to an equal case.

    Args:
        case: The facts.
        not_known: Facts that were asked for and are not known, as a remark for the next reader.
    """
    import yaml

    data: Mapping[str, Any] = case.to_dict()
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100) if data else ""
    if not all(c.isprintable() or c == "\n" for c in text):
        # Format and direction characters are written out, so that the file shows what it says.
        text = yaml.safe_dump(data, allow_unicode=False, sort_keys=False, width=100)
    head = ["# Case file for seajuris; docs/case-file.md lists all facts. What is not told is unknown."]
    asked = list(dict.fromkeys(general(path) for path in not_known))
    if asked:
        head.append(f"# Asked for and not known: {', '.join(asked)}")
    return "\n".join(head) + "\n" + text
