"""Writes files as Marine Regions publishes them, small: the same columns, names, formats and oddities.

Columns follow the published attribute tables (products of 2023 and 2024). Islands are discs, so that every distance is
known; positions, names and codes are real.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

GEOD = Geod(ellps="WGS84")
MILE = 1852.0
WRITTEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

_CLAIMANT = ("MRGID_TER", "MRGID_SOV", "TERRITORY", "ISO_TER", "SOVEREIGN")
EEZ_COLUMNS = [
    *("MRGID", "GEONAME", "MRGID_TER1", "POL_TYPE", "MRGID_SOV1", "TERRITORY1", "ISO_TER1", "SOVEREIGN1"),
    *(f"{name}{i}" for i in (2, 3) for name in _CLAIMANT),
    *("X_1", "Y_1", "MRGID_EEZ", "AREA_KM2"),
    *(f"{name}{i}" for name in ("ISO_SOV", "UN_SOV", "UN_TER") for i in (1, 2, 3)),
]
INNER_COLUMNS = [
    *("MRGID", "GEONAME", "POL_TYPE", "MRGID_TER1", "TERRITORY1", "MRGID_SOV1", "SOVEREIGN1", "ISO_TER1"),
    *("X_1", "Y_1", "MRGID_EEZ", "AREA_KM2", "ISO_SOV1", "UN_SOV1", "UN_TER1"),
]
HIGH_SEAS_COLUMNS = ["NAME", "MRGID", "SOURCE", "AREA_KM2"]

NAMES = {
    "eez": ("World_EEZ_v12_20231025", "eez_v12"),
    "12nm": ("World_12NM_v4_20231025", "eez_12nm_v4"),
    "24nm": ("World_24NM_v4_20231025", "eez_24nm_v4"),
    "internal": ("World_Internal_Waters_v4_20231025", "eez_internal_waters_v4"),
    "archipelagic": ("World_Archipelagic_Waters_v4_20231025", "eez_archipelagic_waters_v4"),
    "high_seas": ("World_High_Seas_v2_20241010", "High_Seas_v2"),
}
POL_TYPES = {
    "eez": "200NM",
    "12nm": "12NM",
    "24nm": "24NM",
    "internal": "Internal waters",
    "archipelagic": "Archipelagic waters",
}

Feature = tuple[dict[str, Any], BaseGeometry | None]


def disc(lon: float, lat: float, nm: float, corners: int = 180) -> shapely.Polygon:
    """A disc on the ellipsoid; longitudes are continuous, past 180 if need be."""
    azimuth = np.linspace(0, 360, corners, endpoint=False)[::-1]
    x, y, _ = GEOD.fwd(np.full(corners, lon), np.full(corners, lat), azimuth, np.full(corners, nm * MILE))
    x = lon + (np.asarray(x) - lon + 180) % 360 - 180
    return shapely.Polygon(np.column_stack((x, y)))


def moved(lon: float, lat: float, azimuth: float, nm: float) -> tuple[float, float]:
    """The position at a distance and bearing: longitude, latitude."""
    x, y, _ = GEOD.fwd(lon, lat, azimuth, nm * MILE)
    return float(x), float(y)


def area_km2(shape: BaseGeometry) -> float:
    return abs(float(GEOD.geometry_area_perimeter(shapely.orient_polygons(shapely.segmentize(shape, 0.05)))[0])) / 1e6


@dataclass(frozen=True, slots=True)
class Island:
    """A disc of land with its zones."""

    number: int
    name: str
    sovereign: str
    iso: str
    lon: float
    lat: float
    territory: str | None = None
    iso_ter: str | None = None
    radius: float = 1.0
    breadth: float = 12.0
    reach: float = 40.0

    def ring(self, inner: float, outer: float) -> shapely.Polygon:
        """Waters between two distances from the shore, M; 0 is the shore."""
        hole = disc(self.lon, self.lat, self.radius + inner)
        return shapely.Polygon(disc(self.lon, self.lat, self.radius + outer).exterior, [hole.exterior])

    def values(self, product: str, shape: BaseGeometry | None = None) -> dict[str, Any]:
        """Cells of the attribute table."""
        offset = list(NAMES).index(product) * 100_000
        title = {"eez": "Exclusive Economic Zone", "12nm": "12 NM", "24nm": "24 NM"}.get(product, product)
        return {
            "MRGID": self.number + offset,
            "MRGID_EEZ": self.number,
            "GEONAME": f"{self.name} {title}",
            "POL_TYPE": POL_TYPES[product],
            "TERRITORY1": self.territory or self.sovereign,
            "ISO_TER1": self.iso if self.territory is None else self.iso_ter,
            "SOVEREIGN1": self.sovereign,
            "ISO_SOV1": self.iso,
            "MRGID_TER1": 2000 + self.number,
            "MRGID_SOV1": 1000 + self.number,
            "AREA_KM2": None if shape is None else round(area_km2(shape)),
        }

    def feature(self, product: str, inner: float = 0.0, outer: float | None = None, **changes: Any) -> Feature:
        """A feature of a product; the exclusive economic zone begins at the shore, as in the source."""
        default = {"eez": self.reach, "12nm": self.breadth, "24nm": 24.0}.get(product, 5.0)
        shape = self.ring(inner, outer if outer is not None else default)
        return {**self.values(product, shape), **changes}, shape

    def at(self, nm: float, azimuth: float = 90.0) -> tuple[float, float]:
        """The position (latitude, longitude) at a distance from the shore."""
        lon, lat = moved(self.lon, self.lat, azimuth, self.radius + nm)
        return lat, lon


def columns(product: str) -> list[str]:
    return EEZ_COLUMNS if product == "eez" else HIGH_SEAS_COLUMNS if product == "high_seas" else INNER_COLUMNS


def frame(product: str, features: Sequence[Feature], crs: Any = "EPSG:4326") -> Any:
    import geopandas

    names = columns(product)
    table = {name: [values.get(name) for values, _ in features] for name in names}
    shapes = [shape for _, shape in features]
    return geopandas.GeoDataFrame(table, geometry=geopandas.GeoSeries(shapes, crs=crs), columns=[*names, "geometry"])


def write_gpkg(folder: Path, product: str, features: Sequence[Feature], crs: Any = "EPSG:4326") -> Path:
    import pyogrio

    path = folder / f"{NAMES[product][1]}.gpkg"
    # The same bytes whenever they are written: what a fuzzer makes of them comes from its seed alone.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{WRITTEN:%Y-%m-%dT%H:%M:%SZ}"})
    try:
        frame(product, features, crs).to_file(path, layer=NAMES[product][1], driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return path


def write_zip(
    folder: Path, product: str, features: Sequence[Feature], *, suffix: str = ".shp", crs: Any = "EPSG:4326"
) -> Path:
    """A zip archive as downloaded: a folder, a licence text, and for the economic zones a layer of lines beside."""
    import geopandas

    base, layer = NAMES[product]
    work = folder / f"work-{product}"
    work.mkdir()
    if suffix == ".gpkg":
        write_gpkg(work, product, features, crs)
    else:
        day = {"DBF_DATE_LAST_UPDATE": f"{WRITTEN:%Y-%m-%d}"}
        frame(product, features, crs).to_file(work / f"{layer}.shp", encoding="utf-8", **day)
        if product == "eez":
            line = shapely.LineString([(12.0, 36.0), (14.0, 36.5)])
            lines = geopandas.GeoDataFrame({"LINE_TYPE": ["Treaty"]}, geometry=[line], crs="EPSG:4326")
            lines.to_file(work / "eez_boundaries_v12.shp", **day)
    path = folder / (f"{base}_gpkg.zip" if suffix == ".gpkg" else f"{base}.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        members = [("LICENSE_MarineRegions.txt", b"CC-BY 4.0\n")]
        members += [(member.name, member.read_bytes()) for member in sorted(work.iterdir())]
        for name, content in members:
            entry = zipfile.ZipInfo(f"{base}/{name}", WRITTEN.timetuple()[:6])
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return path


def write_geojson(folder: Path, product: str, features: Sequence[Feature]) -> Path:
    """As the web service gives it: column names in small letters."""
    names = columns(product)
    content = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {name.lower(): values.get(name) for name in names},
                "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
            }
            for values, shape in features
        ],
    }
    path = folder / f"{NAMES[product][1]}.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


# --- A small world --------------------------------------------------------------------------------------------------

LAMPEDUSA = Island(5682, "Italian", "Italy", "ITA", 12.6, 35.5)
ALGERIA = Island(8378, "Algerian", "Algeria", "DZA", 3.0, 38.5)
SUDAN = Island(8373, "Sudanese", "Sudan", "SDN", 38.0, 20.0)
LEMNOS = Island(5679, "Greek", "Greece", "GRC", 25.2, 39.9, breadth=12.0)
AZORES = Island(8361, "Portuguese", "Portugal", "PRT", -28.0, 38.5, territory="Azores")
NORFOLK = Island(8311, "Australian", "Australia", "AUS", 168.0, -29.0, territory="Norfolk Island", iso_ter="NFK")
FALKLANDS = Island(8389, "Falkland", "United Kingdom", "GBR", -59.0, -51.7, "Falkland / Malvinas Islands", "FLK", 3.0)
CEUTA = Island(49002, "Ceuta", "Spain", "ESP", -5.3, 35.9, territory="Ceuta", radius=0.5, reach=14.0)
FIJI = Island(8325, "Fijian", "Fiji", "FJI", 179.9, -17.0)
ISLANDS = (LAMPEDUSA, ALGERIA, SUDAN, LEMNOS, AZORES, NORFOLK)
BISCAY = (-4.5, 45.0)
OCEAN = (-40.0, 20.0)


def split_at_180(shape: shapely.Polygon) -> BaseGeometry:
    """As the source draws features across 180°: two parts, with rounding beyond ±180."""
    west = shapely.intersection(shape, shapely.box(0, -90, 180, 90))
    east = shapely.transform(
        shapely.intersection(shape, shapely.box(180, -90, 360, 90)), lambda c: c - np.array([360.0, 0.0])
    )
    parts = [*shapely.get_parts(west), *shapely.get_parts(east)]
    return shapely.transform(
        shapely.MultiPolygon(parts),
        lambda c: np.column_stack((np.where(c[:, 0] == 180, 180.000000084636, c[:, 0]), c[:, 1])),
    )


def jumping(shape: BaseGeometry) -> BaseGeometry:
    """Every longitude brought into ±180, so that rings jump from one side of the map to the other."""
    return shapely.transform(shape, lambda c: np.column_stack(((c[:, 0] + 180) % 360 - 180, c[:, 1])))


def world() -> dict[str, list[Feature]]:
    """All products of a world with every oddity of the source."""
    found: dict[str, list[Feature]] = {
        product: [island.feature(product) for island in ISLANDS] for product in ("eez", "12nm", "24nm")
    }
    # A bay in the north-east of Lampedusa is internal waters; the territorial sea leaves it out.
    bay = shapely.intersection(LAMPEDUSA.ring(0, 0.8), shapely.box(12.6, 35.5, 13.0, 36.0))
    found["internal"] = [(LAMPEDUSA.values("internal", bay), bay)]
    found["12nm"][0] = (found["12nm"][0][0], shapely.difference(LAMPEDUSA.ring(0, 12), bay))
    # Contiguous zones are rings beyond the territorial sea.
    found["24nm"] = [island.feature("24nm", 12.0) for island in ISLANDS]
    two: dict[str, Any] = {
        "TERRITORY2": "Falkland / Malvinas Islands",
        "ISO_TER2": "FLK",
        "SOVEREIGN2": "Argentina",
        "ISO_SOV2": "ARG",
    }
    name = "Overlapping claim Falkland / Malvinas Islands: UK / Argentina"
    found["eez"].append(FALKLANDS.feature("eez", GEONAME=name, POL_TYPE="Overlapping claim", **two))
    # The narrower products have columns for one State only.
    found["12nm"].append(FALKLANDS.feature("12nm", GEONAME=f"{name} (12 NM)", POL_TYPE="Overlapping claim"))
    name = "Overlapping claim Ceuta: Spain / Morocco"
    nobody: dict[str, Any] = {"ISO_SOV1": None, "SOVEREIGN1": None, "TERRITORY1": "Ceuta"}
    found["eez"].append(CEUTA.feature("eez", GEONAME=name, POL_TYPE="Overlapping claim", **nobody))
    found["12nm"].append(CEUTA.feature("12nm", GEONAME=name, POL_TYPE="Overlapping claim", **nobody))
    joint = disc(*BISCAY, 10)
    shared = {"MRGID": 48964, "GEONAME": "Joint regime area Spain / France", "POL_TYPE": "Joint regime"}
    parties = {"TERRITORY1": "Spain", "SOVEREIGN1": "Spain", "TERRITORY2": "France", "SOVEREIGN2": "France"}
    found["eez"].append(({**shared, **parties, "MRGID_EEZ": 48964, "AREA_KM2": round(area_km2(joint))}, joint))
    for product in ("eez", "12nm"):
        values, _ = FIJI.feature(product)
        shape = FIJI.ring(0.0, 40.0 if product == "eez" else 12.0)
        found[product].append((values, split_at_180(shape) if product == "eez" else jumping(shape)))
    lagoon = disc(-179.2, -17.0, 5)
    found["archipelagic"] = [(FIJI.values("archipelagic", lagoon), lagoon)]
    open_sea = disc(*OCEAN, 30)
    found["high_seas"] = [({"NAME": "High Seas", "MRGID": 63203, "AREA_KM2": area_km2(open_sea)}, open_sea)]
    return found


def write_world(folder: Path, features: dict[str, list[Feature]] | None = None) -> list[str]:
    """All products, in different formats; the paths."""
    features = world() if features is None else features
    writers: dict[str, Callable[[Path, str, Sequence[Feature]], Path]] = {
        "eez": write_zip,
        "12nm": write_gpkg,
        "24nm": write_geojson,
        "internal": write_gpkg,
        "archipelagic": write_geojson,
        "high_seas": write_gpkg,
    }
    return [str(writers[product](folder, product, rows)) for product, rows in features.items()]
