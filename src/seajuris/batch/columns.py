"""Which column of a file tells what: named, or recognised from a fixed list. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from seajuris.batch.answered import PREFIX, Columns
from seajuris.errors import InputError

# Headers are compared without case, and with every run of other characters as one underscore.
RECOGNISED: Mapping[str, tuple[str, ...]] = {
    "lat": (
        "lat", "latitude", "lat_deg", "latitude_deg", "lat_dd", "latitude_dd", "decimal_latitude", "decimallatitude",
        "latitud", "latitudine", "breite", "breitengrad", "geographische_breite", "breedtegraad", "enlem",
        "γεωγραφικό_πλάτος", "πλάτος", "خط_العرض",
    ),
    "lon": (
        "lon", "long", "lng", "longitude", "lon_deg", "longitude_deg", "lon_dd", "longitude_dd", "decimal_longitude",
        "decimallongitude", "longitud", "longitudine", "länge", "laenge", "längengrad", "laengengrad",
        "geographische_länge", "lengtegraad", "boylam", "γεωγραφικό_μήκος", "μήκος", "خط_الطول",
    ),
    "position": (
        "position", "pos", "lat_lon", "latlon", "lat_long", "latlong", "latitude_longitude", "coordinates",
        "coordinate", "coords", "posición", "posicion", "posizione", "posição", "coordonnées", "coordonnees",
        "coordenadas", "koordinaten", "konum", "θέση",
    ),
    "accuracy": (
        "accuracy", "uncertainty", "accuracy_m", "accuracy_km", "accuracy_nm", "uncertainty_m", "uncertainty_km",
        "uncertainty_nm", "coordinateuncertaintyinmeters", "coordinate_uncertainty_in_meters", "genauigkeit",
        "genauigkeit_m", "exactitude", "exactitude_m", "exactitud", "exactitud_m", "accuratezza", "accuratezza_m",
    ),
    "on": (
        "on", "date", "day", "date_utc", "event_date", "eventdate", "incident_date", "date_of_incident",
        "date_of_event", "timestamp", "timestamp_utc", "datetime", "date_time", "datetime_utc", "date_time_utc",
        "basedatetime", "base_date_time", "datum", "fecha", "giorno", "jour", "tarih", "ημερομηνία", "التاريخ",
    ),
}  # fmt: skip
"""Names of columns for each role."""

FACTS: Mapping[str, tuple[str, ...]] = {
    "departed_on": ("departed_on",),
    "landed_on": ("landed_on",),
    "event": ("event",),
    "offences": ("offence", "offences", "offense", "offenses"),
    "vessel.flag": ("flag", "vessel_flag", "flag_state"),
    "suspects": ("suspect", "suspects"),
    "victims": ("victim", "victims"),
    "departure": ("departure",),
    "planned_in": ("planned_in",),
    "destination": ("destination",),
    "landed_in": ("landed", "landed_in"),
    "rescued_by": ("rescued_by",),
    "custody": ("custody",),
}
"""Names of columns for the facts of a case; a header that is the path of a fact (``vessel.type``) counts as well."""

# Each of them may be either coordinate, and people mean both.
UNCLEAR = re.compile(
    r"(?:x|y|z|coord(?:inate)?_?(?:x|y|[12])|(?:x|y)_?coord(?:inate)?|easting|northing|e|n|point_x|point_y)"
)
_OTHER = re.compile(r"[\W_]+")
_UNIT = re.compile(r"(?:.*_(m|km|nm)|coordinate_?uncertainty_?in_?(meters))")
_ROLES = {"lat": "latitude", "lon": "longitude", "position": "position", "accuracy": "accuracy", "on": "day"}


@dataclass(frozen=True, slots=True)
class Named:
    """Columns that the user named.

    Attributes:
        lat: Column of the latitude, and so on.
        accuracy_unit: ``m``, ``km`` or ``nm``.
        facts: Path of a fact to its column.
        ignored: Columns that are not to be recognised.
    """

    lat: str | None = None
    lon: str | None = None
    position: str | None = None
    accuracy: str | None = None
    accuracy_unit: str | None = None
    on: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()


def normal(name: str) -> str:
    """The form in which names are compared."""
    return _OTHER.sub("_", unicodedata.normalize("NFC", name).casefold()).strip("_")


def choose(
    names: Sequence[str],
    named: Named,
    *,
    geometry: str | None,
    paths: Iterable[str] | None = None,
    where: str = "columns",
) -> Columns:
    """Say which column tells what.

    Args:
        names: The columns of the input.
        named: What the user named; that is never replaced by what could be recognised.
        geometry: The column of points that the format itself declares.
        paths: For `assess`: the paths of facts; a position is then not needed.
        where: Name of the input, for messages.

    Raises:
        InputError: if a column is missing, two could play one role, or a name leaves open which coordinate it is.
    """
    for name in names:
        if name.casefold().startswith(PREFIX):
            raise InputError(
                f"the column {name!r} begins with {PREFIX}",
                where=where,
                hint="These names are kept for results. Leave the column out, or rename it.",
            )
    given = [named.lat, named.lon, named.position, named.accuracy, named.on, *named.facts.values(), *named.ignored]
    for name in (item for item in given if item is not None):
        if name not in names:
            raise InputError(f"there is no column {name!r}", where=where, hint=f"There are: {_listed(names)}.")
    if named.position is not None and (named.lat is not None or named.lon is not None):
        hint = "Give --position-column, or --lat-column and --lon-column."
        raise InputError("both a column of positions and one of latitudes or longitudes are named", hint=hint)
    finder = _Finder([name for name in names if name not in named.ignored and name != geometry], where)
    lat, lon, position = _place(named, finder, geometry)
    if geometry is not None and (lat or position):
        geometry = None
    accuracy = named.accuracy or finder.one("accuracy")
    on = named.on or finder.one("on")
    facts = {} if paths is None else _facts(named, finder, set(paths))
    if paths is None and not (lat or position or geometry):
        raise _no_place(finder, names, where)
    return Columns(
        position=position,
        lat=lat,
        lon=lon,
        geometry=geometry,
        accuracy=accuracy,
        accuracy_unit=named.accuracy_unit or (_unit(accuracy) if accuracy else None),
        on=on,
        facts=facts,
    )


class _Finder:
    def __init__(self, names: Sequence[str], where: str) -> None:
        self.names = names
        self.where = where

    def all(self, words: Iterable[str]) -> list[str]:
        """The columns with one of these names."""
        known = {normal(word) for word in words}
        return [name for name in self.names if normal(name) in known]

    def one(self, role: str) -> str | None:
        """The column of a role, if there is exactly one."""
        found = self.all(RECOGNISED[role])
        if len(found) > 1:
            raise self.several(role, found)
        return found[0] if found else None

    def several(self, role: str, found: Sequence[str]) -> InputError:
        """The error for two columns that could play one role."""
        return InputError(
            f"{_listed(found)} could each be the {_ROLES[role]}",
            where=self.where,
            hint=f"Give --{role}-column, or --ignore-column for the others.",
        )


def _place(named: Named, finder: _Finder, geometry: str | None) -> tuple[str | None, str | None, str | None]:
    """Latitude and longitude, or position; nothing if the format's own geometry is to be used."""
    if named.position is not None:
        return None, None, named.position
    if named.lat is not None or named.lon is not None:
        lat, lon = named.lat or finder.one("lat"), named.lon or finder.one("lon")
    elif geometry is not None:
        return None, None, None
    else:
        lat, lon = finder.one("lat"), finder.one("lon")
        position = finder.one("position")
        if position and (lat or lon):
            listed = _listed([name for name in (position, lat, lon) if name])
            hint = "Give --position-column, or --lat-column and --lon-column."
            raise InputError(f"the position could be taken from {listed}", where=finder.where, hint=hint)
        if position:
            return None, None, position
    if lat is not None and lat == lon:
        raise InputError("latitude and longitude are the same column", where=finder.where)
    if (lat is None) != (lon is None):
        there, missing, option = (lat, "longitude", "lon") if lon is None else (lon, "latitude", "lat")
        raise InputError(
            f"{there!r} has no {missing} beside it",
            where=finder.where,
            hint=f"Give --{option}-column. There are: {_listed(finder.names)}.",
        )
    return lat, lon, None


def _no_place(finder: _Finder, names: Sequence[str], where: str) -> InputError:
    unclear = [name for name in finder.names if UNCLEAR.fullmatch(normal(name))]
    if unclear:
        return InputError(
            f"{_listed(unclear)} could be latitude or longitude",
            where=where,
            hint="Say which: --lat-column NAME --lon-column NAME.",
        )
    return InputError(
        "no column tells the position",
        where=where,
        hint=f"Give --position-column, or --lat-column and --lon-column. There are: {_listed(names)}.",
    )


def _facts(named: Named, finder: _Finder, paths: set[str]) -> dict[str, str]:
    from seajuris.rules.vocabulary import general

    found: dict[str, str] = {}
    for name in finder.names:
        path = name if general(name) in paths else None
        path = path or next((key for key, words in FACTS.items() if normal(name) in words), None)
        if path is None or path in named.facts:
            continue
        if path in found:
            raise InputError(
                f"{_listed([found[path], name])} could each tell {path}",
                where=finder.where,
                hint=f"Give --fact {path}=COLUMN, or --ignore-column for one of them.",
            )
        found[path] = name
    return {**found, **named.facts}


def _unit(name: str) -> str | None:
    match = _UNIT.fullmatch(normal(name))
    return None if match is None else match[1] or "m"


def _listed(names: Sequence[str]) -> str:
    shown = [repr(name[:60]) for name in names[:20]]
    return ", ".join(shown) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
