"""States and territories: from what people type, or an MMSI, to one entry of the register.

Every name comes from ``data/states/register.csv``. Nothing is guessed: a text that fits no
entry, or more than one, is an error that lists what it may have meant.
"""

from __future__ import annotations

import csv
import functools
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from seajuris import installed, paths
from seajuris.errors import DataError, StateError

STATELESS = "stateless"
UNKNOWN = "unknown"

Kind = Literal["state", "territory", "other"]

_HEADER = "alpha3,alpha2,name,kind,sovereign,demonyms,aliases,ambiguous,names,mids,status_note,source"
_COLUMNS = _HEADER.split(",")
_ACCEPTED = "Accepted: an ISO 3166-1 code in capitals (alpha-3 or alpha-2), a name or a demonym."

# Short everyday words (and titles, units, abbreviations) of EU languages that, in capitals, are
# also a two-letter code or an abbreviation in the register. Written otherwise than in capitals
# they are more likely the word: "no" in a nationality column is an answer, not a State.
_EVERYDAY = (
    "ad ai al am as at au az be by ca ci co de do eh el er es et ge id ie il im in io is it je ki "
    "la li ma me mo mr ms my na ne ni no nu om pa pm ps re sa se si so st sv to tv um us va ve vi "
    "ye za car"
)
_EVERYDAY_WORDS = frozenset(_EVERYDAY.split())
# Cells that say "nothing here" without saying whether there is no nationality or none is known.
_NO_ANSWER = frozenset({"none", "null", "nil", "nan", "na", "n/a", "n.a.", "-", "--", "no"})

_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ħ": "h"}
    | {"Ħ": "h", "ı": "i", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "&": " and "}
)
_WORD = re.compile(r"[^\W_]+")

# What precedes the three maritime identification digits, by kind of station (ITU-R M.585):
# ship "", coast station 00, group 0, aircraft 111, hand-held 8, craft of a ship 98, aid 99.
# All assigned digits begin with 2 to 7, so at most one reading of a number fits.
_MMSI_PREFIXES = ("", "00", "0", "111", "8", "98", "99")
_MMSI = re.compile(r"[0-9]{9}")
_QUOTED_LENGTH = 60


@dataclass(frozen=True, slots=True)
class State:
    """One entry of the register.

    Attributes:
        alpha3: ISO 3166-1 alpha-3 code, the key used in all data.
        alpha2: ISO 3166-1 alpha-2 code.
        name: Short English name, for people.
        kind: ``state``, ``territory`` (dependent on ``sovereign``) or ``other`` (unsettled).
        sovereign: Alpha-3 of the State responsible; the entry itself unless a territory.
        demonyms: English words for its nationals.
        mids: Maritime identification digits assigned to it.
        status_note: What to know about its status; empty where nothing is unusual.
    """

    alpha3: str
    alpha2: str
    name: str
    kind: Kind
    sovereign: str
    demonyms: tuple[str, ...]
    mids: tuple[str, ...]
    status_note: str


class Register:
    """The entries of one register file, and the ways to find one of them."""

    def __init__(self, content: bytes, where: str) -> None:
        self._content = content
        self._states: dict[str, State] = {}
        self._by_alpha2: dict[str, State] = {}
        self._by_mid: dict[str, State] = {}
        # Words are kept as read; most runs name States by code and never need the index.
        self._words: list[tuple[State, dict[str, str]]] = []
        for line, row in _rows(content, where):
            self._add(row, f"{where}, line {line}")
        for state in self:
            if state.sovereign not in self._states:
                raise DataError(f"sovereign {state.sovereign} of {state.alpha3} has no entry")

    @classmethod
    def load(cls, path: Path) -> Register:
        """Read a register file.

        Args:
            path: CSV file (UTF-8, RFC 4180) with the columns of ``data/states/README.md``.

        Raises:
            DataError: The file cannot be read, or is not as the README declares.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(f"cannot read the State register: {error}", where=str(path)) from error
        installed.check(path, content, error=DataError)
        return cls(content, str(path))

    def _add(self, row: dict[str, str], where: str) -> None:
        if row["kind"] not in get_args(Kind):
            raise DataError(f"kind {row['kind']!r} is not one of {get_args(Kind)}", where=where)
        state = State(
            alpha3=row["alpha3"],
            alpha2=row["alpha2"],
            name=row["name"],
            kind=cast(Kind, row["kind"]),
            sovereign=row["sovereign"],
            demonyms=_cell(row["demonyms"]),
            mids=_cell(row["mids"]),
            status_note=row["status_note"],
        )
        if state.alpha3 in self._states or state.alpha2 in self._by_alpha2:
            raise DataError(f"code {state.alpha3} or {state.alpha2} appears twice", where=where)
        self._states[state.alpha3] = self._by_alpha2[state.alpha2] = state
        for mid in state.mids:
            if self._by_mid.setdefault(mid, state) is not state:
                raise DataError(f"MID {mid} is assigned twice", where=where)
        self._words.append((state, row))

    @functools.cached_property
    def _index(self) -> dict[str, tuple[State, ...]]:
        index: dict[str, tuple[State, ...]] = {}
        for state, row in self._words:
            words = {row["name"], *state.demonyms, *_cell(row["aliases"]), *_cell(row["ambiguous"])}
            # Names in other languages are "language:name" pairs.
            words |= {pair.partition(":")[2] for pair in _cell(row["names"])}
            for key in {_key(word) for word in words}:
                index[key] = (*index.get(key, ()), state)
        return index

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 of the file, in hexadecimal, for provenance."""
        import hashlib

        return hashlib.sha256(self._content).hexdigest()

    def __iter__(self) -> Iterator[State]:
        return iter(self._states.values())

    def __len__(self) -> int:
        return len(self._states)

    def state(self, alpha3: str) -> State:
        """Return the entry with this alpha-3 code (capitals).

        Raises:
            StateError: No entry has the code.
        """
        try:
            return self._states[alpha3]
        except (KeyError, TypeError):
            message = f"{_quoted(alpha3)} is not an alpha-3 code in the register"
            raise StateError(message, hint="Accepted: alpha-3 codes in capitals.") from None

    def sovereign_of(self, alpha3: str) -> State:
        """Return the State responsible for an entry: itself, unless it is a territory.

        Raises:
            StateError: No entry has the code.
        """
        return self._states[self.state(alpha3).sovereign]

    def resolve(self, text: object) -> State:
        """Find the one entry that a code, name or demonym means.

        Case, accents, punctuation and "the" do not matter in names and demonyms. Near matches
        are only ever suggested.

        Args:
            text: What was typed. Anything but a text is an error: YAML reads a bare ``NO`` as
                a boolean.

        Raises:
            StateError: Not a text, an everyday word in small letters, no entry, or several.
        """
        written = _text(text)
        code = written.upper()
        if written != code and written.lower() in _EVERYDAY_WORDS:
            raise StateError(
                f"{_quoted(written)} is an everyday word as well as a code",
                hint=f"Write {code} if the code is meant, or better the alpha-3 code or the name.",
            )
        state = self._states.get(code) or self._by_alpha2.get(code)
        if state:
            return state
        found = self._index.get(_key(written), ())
        if len(found) == 1:
            return found[0]
        if found:
            raise StateError(
                f"{_quoted(written)} may mean {_listed(found, 'or')}",
                hint="Write the alpha-3 code or the full name of the one that is meant.",
            )
        suggestions = self._suggest(written)
        did_you_mean = f"Did you mean {_listed(suggestions, 'or')}? " if suggestions else ""
        message = f"{_quoted(written)} is not a State or territory in the register"
        raise StateError(message, hint=did_you_mean + _ACCEPTED)

    def _suggest(self, written: str) -> tuple[State, ...]:
        key = _key(written)
        # Three letters resemble half the register, and nobody mistypes a long text into a name.
        if not 3 < len(key) <= _QUOTED_LENGTH:
            return ()
        import difflib

        close = difflib.get_close_matches(key, self._index, n=6, cutoff=0.7)
        states = {state.alpha3: state for match in close for state in self._index[match]}
        return tuple(states.values())[:3]

    def name_in(self, alpha3: str, lang: str) -> str:
        """Return the short name of an entry in a language (ISO 639-1), in English where the register has no other.

        Raises:
            StateError: No entry has the code.
        """
        return self._names_in(lang).get(alpha3) or self.state(alpha3).name

    @functools.lru_cache(maxsize=8)  # noqa: B019 (one register lives as long as the process)
    def _names_in(self, lang: str) -> dict[str, str]:
        if lang == "en":
            return {}
        pairs = ((state.alpha3, pair.partition(":")) for state, row in self._words for pair in _cell(row["names"]))
        names: dict[str, str] = {}
        for alpha3, (language, _, name) in pairs:
            if language == lang:
                names.setdefault(alpha3, name)
        return names

    def by_mmsi(self, mmsi: str) -> State | None:
        """Return the entry whose identification digits are in an MMSI.

        This indicates who assigned the number. It never proves the flag: numbers are kept
        after a change of flag, mistyped and invented.

        Args:
            mmsi: Nine digits, as text (leading zeros count).

        Returns:
            The entry, or None where the number carries no assigned digits (search-and-rescue
            transmitters 970, 972 and 974, for example).

        Raises:
            StateError: Not nine digits.
        """
        if not isinstance(mmsi, str) or not _MMSI.fullmatch(mmsi.strip()):
            raise StateError(
                f"{_quoted(mmsi)} is not an MMSI",
                hint="An MMSI is nine digits, quoted in a case file: '247320000'.",
            )
        digits = mmsi.strip()
        for prefix in _MMSI_PREFIXES:
            state = self._by_mid.get(digits[len(prefix) : len(prefix) + 3])
            if state and digits.startswith(prefix):
                return state
        return None


@functools.cache
def register() -> Register:
    """Return the shipped register, read once per process.

    Raises:
        DataError: The shipped file is missing or damaged.
    """
    return Register.load(paths.shipped("data", "states", "register.csv"))


def parse_nationality(text: object) -> str:
    """Read one nationality.

    Args:
        text: A code, name or demonym; ``stateless``; ``unknown`` or ``?``.

    Returns:
        Alpha-3 code as entered (for a territory its own, see `Register.sovereign_of`),
        `STATELESS` or `UNKNOWN`.

    Raises:
        StateError: Anything else, including an empty text, and words such as "none" or "NA"
            that may mean no nationality, none known, or (NA) a code.
    """
    written = _text(text)
    word = " ".join(written.casefold().split())
    if word in {STATELESS, "stateless person"}:
        return STATELESS
    if word in {UNKNOWN, "not known", "?"}:
        return UNKNOWN
    if word in _NO_ANSWER and written != "NO":
        raise StateError(
            f"{_quoted(written)} may mean no nationality, not known, or a code",
            hint=f"Write {STATELESS}, {UNKNOWN}, or the alpha-3 code.",
        )
    return register().resolve(written).alpha3


def _rows(content: bytes, where: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"the State register is not UTF-8: {error}", where=where) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if next(reader, None) != _COLUMNS:
            raise DataError(f"the columns are not {', '.join(_COLUMNS)}", where=where)
        for cells in reader:
            if len(cells) != len(_COLUMNS):
                message = f"{len(cells)} cells where {len(_COLUMNS)} are declared"
                raise DataError(message, where=f"{where}, line {reader.line_num}")
            yield reader.line_num, dict(zip(_COLUMNS, cells, strict=True))
    except csv.Error as error:
        raise DataError(f"not a CSV file: {error}", where=where) from error


def _cell(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _text(value: object) -> str:
    if isinstance(value, bool):
        if value:
            raise StateError("ON or YES was read as a boolean; neither is a code", hint=_ACCEPTED)
        raise StateError(
            "NO was read as a boolean; quote it",
            hint="YAML reads a bare NO as a boolean: write 'NO' in quotes, or NOR.",
        )
    if not isinstance(value, str):
        raise StateError(f"{_quoted(value)} is not a text", hint=_ACCEPTED)
    if not value.strip():
        raise StateError("no State is named", hint=_ACCEPTED)
    return value.strip()


def _key(text: str) -> str:
    """Reduce a name to what has to agree: letters and digits, no accents, no "the"."""
    plain = text.translate(_LETTERS)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = plain.casefold()
    words = (word for word in _WORD.findall(plain) if word != "the")
    return "".join("saint" if word == "st" else word for word in words)


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _QUOTED_LENGTH else f"{text[:_QUOTED_LENGTH]}..."


def _listed(states: tuple[State, ...], joint: str) -> str:
    names = [f"{state.name} ({state.alpha3})" for state in states]
    return f" {joint} ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
