"""Named places from which distances are told: capes, islands, ports and coastal towns.

The file has more than ten thousand lines, and a question needs one: it is searched as bytes for the folded name, and
only the lines that hold it are taken apart. A name is never guessed. What is not there gets suggestions; what means
several places is refused with all of them.
"""

from __future__ import annotations

import csv
import functools
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from seajuris import installed
from seajuris.errors import DataError, PositionError, StateError
from seajuris.paths import shipped

COLUMNS = (
    "id", "name", "ascii", "alternates", "keys", "kind", "state", "lat", "lon", "uncertainty_m", "source",
)  # fmt: skip
KINDS = ("cape", "island", "port", "town")

ONE_PLACE_M = 20_000.0
"""Places of one State with one name that lie this near to each other are one place, as wide as all of them."""

_SHOWN = 8
_KIND_WORDS = {
    "cape": "cape", "island": "island", "isle": "island", "port": "port", "harbour": "port", "harbor": "port",
    "town": "town", "city": "town",
}  # fmt: skip
_LEADING = re.compile(r"(?:the )?(?:(?P<kind>island|isle|port|harbou?r|town|city) of |coasts? of )?(?:the )?", re.I)
_TRAILING = re.compile(r" (?P<kind>island|port|harbou?r)", re.I)
_BRACKETS = re.compile(r"(?P<name>.+?) ?\((?P<told>[^()]+)\)")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe"})


def key_of(name: str) -> str:
    """Fold a name for comparison: case, accents, apostrophes and hyphens do not count."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN))
    kept = "".join(char for char in folded if not unicodedata.combining(char))
    kept = re.sub("['’‘`ʼʻ´ʹ]", "", kept)
    return " ".join(re.sub(r"[\W_]+", " ", kept).split())


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place with a name.

    Attributes:
        id: Key in its source, unique in the file.
        name: The name shown.
        kind: One of `KINDS`; several joined by "and" where one name covers them.
        state: Alpha-3 of the State or territory, as the source has it.
        lat: Degrees.
        lon: Degrees.
        uncertainty_m: Radius of the circle that holds the place: an island is not a point.
        source: Where position and name come from.
    """

    id: str
    name: str
    kind: str
    state: str
    lat: float
    lon: float
    uncertainty_m: float
    source: str

    @property
    def label(self) -> str:
        """Name and State, as they are accepted."""
        return f"{self.name} ({self.state})"


class Gazetteer:
    """The places of one file.

    Args:
        content: The file, UTF-8.
        where: Its name, for errors.
    """

    def __init__(self, content: bytes, where: str) -> None:
        self._content = content
        self._where = where
        if content.partition(b"\n")[0].decode("ascii", "replace").split(",") != list(COLUMNS):
            raise DataError("not a gazetteer: the columns differ", where=where, hint=f"Expected: {','.join(COLUMNS)}")

    @classmethod
    def load(cls, path: Path) -> Gazetteer:
        """Read a file.

        Raises:
            DataError: It cannot be read, or has other columns.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(f"cannot read the gazetteer: {error}", where=str(path)) from error
        installed.check(path, content, error=DataError)
        return cls(content, str(path))

    def __iter__(self) -> Iterator[NamedPlace]:
        for row in self._rows(self._content.partition(b"\n")[2]):
            yield self._place(row)

    def _rows(self, content: bytes) -> Iterator[list[str]]:
        try:
            yield from csv.reader(content.decode("utf-8").splitlines())
        except (UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"the gazetteer is damaged: {error}", where=self._where) from None

    def named(self, name: str) -> tuple[NamedPlace, ...]:
        """All places with a name, in any of its spellings; case and accents do not count."""
        key = key_of(name)
        if not key:
            return ()
        wanted = f"|{key}|".encode()
        found: dict[str, NamedPlace] = {}
        at = self._content.find(wanted)
        while at >= 0:
            start = self._content.rfind(b"\n", 0, at) + 1
            end = self._content.find(b"\n", at)
            row = next(self._rows(self._content[start : end if end >= 0 else None]))
            # Other columns may hold the same bytes; only the keys count.
            if len(row) == len(COLUMNS) and f"|{key}|" in row[COLUMNS.index("keys")]:
                place = self._place(row)
                found[place.id] = place
            at = self._content.find(wanted, at + len(wanted) if end < 0 else end)
        return tuple(found.values())

    def find(self, text: str) -> NamedPlace:
        """The one place that a text means: ``Pylos``, ``Tripoli, Libya``, ``Tripoli (LBY)``, ``port of Dover``.

        Raises:
            PositionError: None has the name, or several have; the message names them.
        """
        # A name may itself contain what looks like a qualifier: the text as it stands comes first.
        found = self.named(text)
        name = text
        told: list[str] = []
        if not found:
            name, told = _qualifiers(text)
            found = self.named(name)
        kind = None
        if not found:
            name, kind = _without_kind(name)
            found = self.named(name)
        if not found:
            raise self._unknown(name)
        for word in told:
            found = _narrowed(found, word)
            if not found:
                raise _elsewhere(name, word, self.named(name))
        if kind is not None:
            found = tuple(place for place in found if place.kind == kind) or found
        return _one_of(name, found)

    def _place(self, row: list[str]) -> NamedPlace:
        try:
            told = dict(zip(COLUMNS, row, strict=True))
            lat, lon, around = (float(told[name]) for name in ("lat", "lon", "uncertainty_m"))
            if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 <= around < math.inf):
                raise ValueError("no place on Earth")
            return NamedPlace(
                id=told["id"],
                name=told["name"],
                kind=told["kind"],
                state=told["state"],
                lat=lat,
                lon=lon,
                uncertainty_m=around,
                source=told["source"],
            )
        except ValueError as error:
            raise DataError(f"line {row[:2]} cannot be read: {error}", where=self._where) from None

    def _unknown(self, name: str) -> PositionError:
        import difflib

        key = key_of(name)
        keys: dict[str, NamedPlace] = {}
        for row in self._rows(self._content.partition(b"\n")[2]):
            for other in row[COLUMNS.index("keys")].strip("|").split("|"):
                # Comparing all of them takes seconds; people rarely mistype the first letter.
                if other[:1] == key[:1]:
                    keys.setdefault(other, self._place(row))
        near = [other for other in keys if f" {key} " in f" {other} "]
        near += difflib.get_close_matches(key, keys, n=4, cutoff=0.75)
        if (state := _state_named(name)) is not None:
            return PositionError(
                f"{name[:60]!r} is a State or territory ({state}): its coast is no place to measure from",
                hint="Name a cape, an island, a port or a coastal town: 12 nm off Lampedusa.",
            )
        labels = list(dict.fromkeys(keys[other].label for other in near))[:4]
        question = f"Did you mean {' or '.join(labels)}? " if labels else ""
        return PositionError(
            f"no cape, island, port or coastal town {name[:60]!r} is in the gazetteer",
            hint=f"{question}Another place can be given by its coordinates: 47 nm 225 from 36.9, 21.7.",
        )


def _state_named(name: str) -> str | None:
    from seajuris.states import register

    try:
        return register().resolve(name).alpha3
    except StateError:
        return None


def _qualifiers(text: str) -> tuple[str, list[str]]:
    """Split ``Tripoli (port, LBY)`` or ``Tripoli, Libya`` into the name and what narrows it."""
    match = _BRACKETS.fullmatch(text)
    if match is not None:
        return match["name"], [word.strip() for word in match["told"].split(",") if word.strip()]
    name, *told = (part.strip() for part in text.split(","))
    return name, [word for word in told if word]


def _without_kind(name: str) -> tuple[str, str | None]:
    """``port of Dover`` and ``Dover port`` without the word for the kind."""
    kind = None
    leading = _LEADING.match(name)
    if leading is not None and leading.end() < len(name):
        kind, name = leading["kind"], name[leading.end() :]
    trailing = _TRAILING.search(name)
    if kind is None and trailing is not None and trailing.end() == len(name):
        kind, name = trailing["kind"], name[: trailing.start()]
    return name, None if kind is None else _KIND_WORDS[kind.lower()]


def _narrowed(found: tuple[NamedPlace, ...], word: str) -> tuple[NamedPlace, ...]:
    kind = _KIND_WORDS.get(word.lower())
    if kind is not None:
        return tuple(place for place in found if place.kind == kind)
    from seajuris.states import register

    try:
        state = register().resolve(word)
    except StateError as fault:
        raise PositionError(f"after the name of a place: {fault.message}", hint=fault.hint) from None
    return tuple(place for place in found if state.alpha3 in (place.state, register().sovereign_of(place.state).alpha3))


def _elsewhere(name: str, word: str, found: tuple[NamedPlace, ...]) -> PositionError:
    return PositionError(
        f"no {name[:60]!r} that is {word[:40]!r} is in the gazetteer",
        hint=f"There is: {_listed(found)}.",
    )


def _one_of(name: str, found: tuple[NamedPlace, ...]) -> NamedPlace:
    """One place that covers all that have the name, if they lie together.

    Raises:
        PositionError: They do not.
    """
    widest = max(found, key=lambda place: place.uncertainty_m)
    reach = max(widest.uncertainty_m, ONE_PLACE_M)
    apart = [distance_m(widest.lat, widest.lon, place.lat, place.lon) for place in found]
    if any(place.state != widest.state for place in found) or max(apart) > reach:
        example = next((place for place in found if place.kind == "town"), found[0])
        advice = f"Add the State or the kind: {example.label}, {example.name} ({example.kind})"
        if len({place.state for place in found}) == 1:
            advice = "Write the full name or the kind, as shown"
        raise PositionError(
            f"{name[:60]!r} means more than one place",
            hint=f"{_listed(found)}. {advice}; or give coordinates: 47 nm 225 from 36.9, 21.7.",
        )
    # The circle of the widest, grown until it holds the others too.
    radius = max(away + place.uncertainty_m for away, place in zip(apart, found, strict=True))
    kinds = sorted({place.kind for place in found}, key=KINDS.index)
    kind = " and ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
    return replace(widest, uncertainty_m=math.ceil(radius), kind=kind)


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Geodesic distance in metres."""
    from geographiclib.geodesic import Geodesic

    return float(Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE)["s12"])


def _listed(found: tuple[NamedPlace, ...]) -> str:
    from seajuris.position import format_position

    shown = [
        f"{place.label}, {place.kind}, {format_position(place.lat, place.lon, decimals_of_minute=0)}"
        for place in found[:_SHOWN]
    ]
    more = len(found) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


@functools.cache
def gazetteer() -> Gazetteer:
    """The shipped gazetteer, read once per process.

    Raises:
        DataError: It is missing or damaged.
    """
    return Gazetteer.load(shipped("data", "gazetteer", "places.csv"))
