"""The table of authorities: what was cited, by layer, numbered in the order in which it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from seajuris.assessment import Mandate, National
from seajuris.render.memo.document import Inline, Row, Run, Table
from seajuris.render.words import Words

FROM_MEMORY = "from memory"
UNVERIFIED = "unverified"
_LETTERS = {"treaty": "T", "national": "N", "other": "R"}


@dataclass(slots=True)
class Authority:
    """One provision, or one source of a remark.

    Attributes:
        number: ``T1`` (treaty, EU act or custom), ``N1`` (national law), ``R1`` (source of a remark).
        group: ``treaty``, ``national`` or ``other``.
        state: Alpha-3 of the State whose law it is.
        url: Where the treaty or act is found, besides the source of this reading.
        verified: Whether somebody read it in a published text.
    """

    number: str
    group: str
    title: str
    provision: str
    state: str | None
    source: str
    url: str | None
    verified: bool
    checked: str | None
    notes: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where references to it lead."""
        return f"authority-{self.number}"


class Authorities:
    """Gives numbers to provisions as they are cited."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._known: dict[tuple[str, ...], Authority] = {}
        self._count: dict[str, int] = {}

    def mandate(self, mandate: Mandate) -> Inline:
        """A treaty or EU provision with its number."""
        entry = self._add(
            ("treaty", mandate.title, mandate.provision, mandate.source, str(mandate.verified)),
            lambda number: Authority(
                number, "treaty", mandate.title, mandate.provision, None, mandate.source, mandate.url,
                mandate.verified, mandate.checked,
            ),
        )  # fmt: skip
        return (Run(f"{mandate.title}, {mandate.provision} "), self._reference(entry))

    def national(self, national: National, state: str | None) -> Inline:
        """A provision of a State's own law with its number."""
        entry = self._add(
            ("national", str(state), national.provision, national.source, str(national.verified)),
            lambda number: Authority(
                number, "national", "", national.provision, state, national.source, None, national.verified,
                national.checked,
            ),
        )  # fmt: skip
        if national.note and national.note not in entry.notes:
            entry.notes.append(national.note)
        return (Run(f"{national.provision} "), self._reference(entry))

    def offence(self, provision: Mapping[str, Any], state: str) -> Inline:
        """An offence of a State's own law with its number."""
        name, source, verified = str(provision["provision"]), str(provision["source"]), bool(provision["verified"])
        entry = self._add(
            ("national", state, name, source, str(verified)),
            lambda number: Authority(number, "national", "", name, state, source, None, verified, None),
        )
        return (Run(f"{name} "), self._reference(entry))

    def remark(self, source: str | None, *, verified: bool) -> Inline:
        """The source of a remark."""
        text = (source or "").strip() or FROM_MEMORY
        entry = self._add(
            ("other", text, str(verified)),
            lambda number: Authority(number, "other", "", "", None, text, None, verified, None),
        )
        return (self._reference(entry),)

    def _add(self, key: tuple[str, ...], make: Callable[[str], Authority]) -> Authority:
        if key not in self._known:
            letter = _LETTERS[key[0]]
            self._count[letter] = self._count.get(letter, 0) + 1
            self._known[key] = make(f"{letter}{self._count[letter]}")
        return self._known[key]

    def _reference(self, entry: Authority) -> Run:
        if entry.verified:
            return Run(f"[{entry.number}]", to=entry.anchor)
        return Run(f"[{entry.number}, {self._words(UNVERIFIED)}]", "mark", to=entry.anchor)

    def tables(self) -> Iterator[Table]:
        """One table for each kind of authority that was cited."""
        say = self._words
        captions = {
            "treaty": say("Treaties, EU acts and custom"),
            "national": say("National law"),
            "other": say("Sources of remarks"),
        }
        for group, caption in captions.items():
            entries = [entry for entry in self._known.values() if entry.group == group]
            if entries:
                yield Table(
                    caption,
                    (say("No."), say("Authority"), say("Source"), say("Read and checked")),
                    (7, 38, 37, 18),
                    tuple(self._row(entry) for entry in entries),
                )

    def _row(self, entry: Authority) -> Row:
        say = self._words
        what: list[Inline] = []
        if entry.group == "treaty":
            what.append((Run(entry.title, href=entry.url), Run(f", {entry.provision}")))
        elif entry.group == "national":
            what.append((Run(f"{say.state(entry.state)}: ", "strong"), Run(entry.provision)))
        else:
            what.append((Run(say("Remark or practice")),))
        what += [(Run(note, "soft"),) for note in entry.notes]
        source = entry.source.strip()
        parts = tuple(_linked(source)) if source and source != FROM_MEMORY else (Run(say("from memory")),)
        mark = Run(say("verified")) if entry.verified else Run(f"[{say(UNVERIFIED)}]", "mark")
        checked: list[Inline] = [(mark,)]
        if entry.checked:
            checked.append((Run(say("checked {day}", day=entry.checked)),))
        return Row((((Run(entry.number),),), tuple(what), (parts,), tuple(checked)), entry.anchor)


def _linked(source: str) -> Iterator[Run]:
    """A source with its addresses as links."""
    for position, word in enumerate(source.split(" ")):
        space = " " if position else ""
        bare = word.rstrip(".,;)") if word.count("(") < word.count(")") else word.rstrip(".,;")
        if bare.startswith(("https://", "http://")):
            if space:
                yield Run(space)
            yield Run(bare, href=bare)
            if word != bare:
                yield Run(word[len(bare) :])
        else:
            yield Run(space + word)
