"""The import itself: read, check, cut, join with what is known of claims, write GeoPackage and manifest."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml

from seajuris.errors import DataError, InputError
from seajuris.paths import shipped
from seajuris.reading import check_name
from seajuris.zones.build.geopackage import CLAIM_COLUMNS, LAYERS, order, write
from seajuris.zones.build.rows import ACCURACY, Row
from seajuris.zones.build.tiling import Box
from seajuris.zones.measure import METRES_PER_NM, Origin
from seajuris.zones.tools.area import area_km2
from seajuris.zones.tools.marine_regions import reader, shapes
from seajuris.zones.tools.marine_regions.assemble import Source, assemble, pieces, tile
from seajuris.zones.tools.marine_regions.claimants import Claimant, Claimants, claimants_of
from seajuris.zones.tools.marine_regions.claims import Known, known_claims
from seajuris.zones.tools.marine_regions.lines import lines_of
from seajuris.zones.tools.marine_regions.products import BY_KEY, NEEDED, PRODUCTS, plain, version_of
from seajuris.zones.tools.marine_regions.report import Report
from seajuris.zones.tools.reading import has_table, identity, opened, read_claims, read_layer, read_manifest

Say = Callable[[str], None]
Features = dict[str, list[tuple[Sequence[Any], bytes]]]

AREA_TOLERANCE = 0.01
_BREADTH_TOLERANCE_NM = 0.7
_SAMPLE = 40
_HIGHEST_ACCURACY_NM = 12.0

METHOD = """\
Polygons of Marine Regions, cut along a grid of four degrees. Each exclusive economic zone was reduced by the State's
own territorial sea, internal and archipelagic waters, which the source includes in it; contiguous zones likewise. Long
edges were divided {edges}. Overlapping claims and joint regimes are one zone for each claimant. Whether and since when
a zone is claimed comes from the claims table of the zone data named under claims_from, not from the source; contiguous
zones of States that claim none are left out. Limits and baselines are the edges of these zones; the edge on which all
waters of the source end is taken for the coast. Geometry is that of one edition: earlier breadths and lines are not in
it.
"""
ACCURACY_TEXT = """\
Of the source nothing is known to the metre; all its limits are given an accuracy of 500 m, more where it draws another
breadth than the State claims. Coordinates that treaties give in other datums (ED50 for example) are plotted in it as if
they were WGS 84, which moves such lines by 0.05 to 0.08 M (90 to 150 m). The source says that its data have no legal
value. Not for navigation, and no statement on the merits of any claim.
"""
NOT_COVERED = [
    "Land: the source has none. A position on land lies outside the data.",
    "Continental shelf, search-and-rescue regions, and areas for single purposes.",
    "Breadths, lines and claims of the past, except the day from which a claim counts.",
]
ATTRIBUTION = (
    "Flanders Marine Institute (VLIZ), Marine Regions, CC BY 4.0; changed by seajuris as described under method"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gave.

    Attributes:
        path: The GeoPackage.
        counts: Features by layer and kind.
        report: What was changed, assumed or not used.
        head: Version and hashes, as in the manifest.
    """

    path: Path
    counts: dict[str, Any]
    report: Report
    head: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """For scripts: ``seajuris.zones-import.v1``."""
        return {
            "format": "seajuris.zones-import.v1",
            "file": str(self.path),
            **{key: self.head[key] for key in ("version", "sha256", "content_sha256")},
            "counts": self.counts,
            "report": self.report.to_dict(),
        }


def import_files(
    files: Sequence[str],
    out: Path,
    *,
    say: Say,
    geodesic: bool = True,
    force: bool = False,
    claims: Path | None = None,
) -> Imported:
    """Turn downloads of Marine Regions into a zone GeoPackage with its manifest.

    Args:
        files: Paths, or ``PRODUCT=PATH`` where a name no longer tells the product.
        out: The GeoPackage to write; ``manifest.yaml`` is written beside it.
        say: Takes progress.
        geodesic: Divide long edges along geodesics, otherwise straight in degrees.
        force: Whether an existing file may be replaced.
        claims: Zone GeoPackage whose claims table is used; by default the shipped one.

    Raises:
        InputError: if a file cannot be used, or a product that is needed is missing.
        DataError: if the zone data with the claims are missing or damaged.
    """
    _check_target(out, force)
    zones = claims if claims is not None else shipped("data", "maritime_zones", "zones.gpkg")
    base = identity(zones)
    known = known_claims(zones, shipped("data", "maritime_zones", "source", "claims.yaml"))
    report = Report()
    tables = _read(files, report, say)
    _check_products({t.product.key for t, _ in tables}, report)
    sources = _sources([t for t, _ in tables], geodesic, report, say)
    cells = tile(sources)
    say(f"{len(sources)} polygons in {len(cells)} cells")
    layers = _layers(sources, cells, known, report, say)
    _measure(layers, report)
    with opened(zones) as database:
        claim_rows = [tuple(row[c] for c in CLAIM_COLUMNS) for row in read_claims(database)]
        if not has_table(database, "boundaries"):
            raise DataError("no layer boundaries: made by an older version", where=str(zones), hint="Reinstall.")
        layers["boundaries"] = _boundaries(database)
        layers["remarks"] = _carried(database, "remarks") if has_table(database, "remarks") else []
    _cautions(report)
    for name in ("limits", "baselines"):
        if not layers[name]:
            raise InputError(
                f"no {name} were found in the files", hint="The territorial seas do not fit the other products."
            )
    canonical = {name: order(layers[name]) for name in LAYERS}
    out.parent.mkdir(parents=True, exist_ok=True)
    content = write(out, canonical, claim_rows)
    counts = {
        "zones": dict(sorted(Counter(str(columns[0]) for columns, _ in canonical["zones"]).items())),
        "limits": dict(sorted(Counter(f"{columns[0]} {columns[3]}" for columns, _ in canonical["limits"]).items())),
        **{name: len(canonical[name]) for name in LAYERS if name not in ("zones", "limits")},
        "claims": len(claim_rows),
    }
    head, text = _manifest(out, content, tables, sources, base, counts, report, geodesic)
    temporary = out.with_name("manifest.yaml.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(out.with_name("manifest.yaml"))
    return Imported(out, counts, report, head)


def _check_target(out: Path, force: bool) -> None:
    check_name(out, error=InputError)
    if out.suffix != ".gpkg":
        raise InputError("the file to write needs the ending .gpkg", where=str(out))
    manifest = out.with_name("manifest.yaml")
    if out.is_dir():
        raise InputError("is a folder", where=str(out))
    if manifest.exists() and not _own(out):
        raise InputError(
            "the folder holds the manifest of another zone file",
            where=str(manifest),
            hint="Write into a folder of its own: each zone file needs its manifest beside it.",
        )
    if not force and (out.exists() or manifest.exists()):
        raise InputError("there is such a file already", where=str(out), hint="Use --force to replace it.")


def _own(out: Path) -> bool:
    """Whether the manifest beside a file is that of the file."""
    try:
        return read_manifest(out).get("file") == out.name
    except DataError:
        return False


def _read(files: Sequence[str], report: Report, say: Say) -> list[tuple[reader.Table, dict[str, Any]]]:
    found: dict[str, tuple[reader.Table, dict[str, Any]]] = {}
    for text in files:
        key, equals, rest = text.partition("=")
        told = key if equals and key in BY_KEY else None
        path = Path(rest if told else text)
        say(f"reading {path.name}")
        tables = reader.read(path, told, report)
        digest = _sha256(path)
        for table in tables:
            if table.product.key in found:
                raise InputError(f"{table.product.title} given twice", where=path.name)
            version = version_of(table.name) or version_of(path.stem)
            if version is None:
                report.note("version", f"{path.name}: no version in its name, taken for {table.product.version}")
            elif version != table.product.version:
                report.note(
                    "version",
                    f"{path.name} is version {version}; this importer was written for version {table.product.version}",
                )
            source = {
                "title": f"Maritime Boundaries Geodatabase: {table.product.title}",
                "product": table.product.key,
                "version": version,
                "doi": table.product.doi if version == table.product.version else None,
                "file": path.name,
                "layer": table.name,
                "sha256": digest,
                "features": len(table.features),
                "licence": "CC-BY-4.0",
                "attribution": "Flanders Marine Institute (VLIZ)",
            }
            found[table.product.key] = (table, source)
    return [found[p.key] for p in PRODUCTS if p.key in found]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_products(given: set[str], report: Report) -> None:
    lacking = [key for key in NEEDED if key not in given]
    if lacking:
        raise InputError(
            "missing: " + ", ".join(f"{BY_KEY[k].title} ({k})" for k in lacking),
            hint="An exclusive economic zone of Marine Regions includes the territorial sea and all waters landward of "
            "it; without these products such waters would be taken for something else.",
        )
    if "24nm" not in given:
        report.note("missing", "24nm: no contiguous zone is in the result; powers in it will not be found")
    if "high_seas" not in given:
        report.note("missing", "high_seas: waters beyond every 200 M limit lie outside the data, not in the high seas")


def _sources(tables: list[reader.Table], geodesic: bool, report: Report, say: Say) -> list[Source]:
    owners = _owners_by_zone(tables)
    disputes = _known_disputes()
    result: list[Source] = []
    for table in tables:
        say(f"checking {table.product.title}: {len(table.features)} polygons")
        for feature in table.features:
            where = f"{table.product.key}: {feature.label}"
            kind = plain(feature.text("POL_TYPE"))
            if kind and kind not in table.product.pol_types:
                report.note("not_used", f"{where}: the type {feature.text('POL_TYPE')!r} is not known")
                continue
            if feature.shape is None or feature.shape.is_empty:
                report.note("not_used", f"{where}: no geometry")
                continue
            try:
                mended = shapes.mend(feature.shape, geodesic=geodesic)
            except shapes.UnusableShapeError as fault:
                report.note("not_used", f"{where}: {fault}")
                continue
            _note_shape(where, mended, feature, report)
            claimants = Claimants((), None, True)
            if table.product.zone != "high_seas":
                claimants = _complete(claimants_of(feature, report), owners.get(_related(feature)))
                if not claimants.all:
                    report.note("not_used", f"{where}: nobody who claims it could be identified")
                    continue
            key = _dispute_key(feature, claimants, mended, disputes, report)
            result.append(Source(table.product, mended.polygons, claimants.all, key, feature.label, feature.number))
    return result


def _related(feature: reader.Feature) -> str:
    value = feature.values.get("MRGID_EEZ")
    return "" if value is None else str(int(value)) if isinstance(value, float) else str(value)


def _owners_by_zone(tables: list[reader.Table]) -> dict[str, Claimants]:
    """Claimants of the exclusive economic zones: the narrower products name only the first State of several."""
    silent = Report()
    return {
        feature.number: claimants_of(feature, silent)
        for table in tables
        if table.product.key == "eez"
        for feature in table.features
        if feature.number != "?"
    }


def _complete(own: Claimants, related: Claimants | None) -> Claimants:
    if related is None or related.shared is None or (own.shared is None and len(own.all) != 1):
        return own
    if own.shared is None and own.all[0].state not in {c.state for c in related.all}:
        return own
    merged = {c.state: c for c in (*own.all, *related.all)}
    return Claimants(tuple(merged.values()), related.shared, related.complete)


def _known_disputes() -> list[tuple[str, frozenset[str], list[list[float]]]]:
    path = shipped("data", "maritime_zones", "expected_overlaps.yaml")
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [(o["key"], frozenset(o["claimants"]), o["bounds"]) for o in content["overlaps"]]


def _dispute_key(
    feature: reader.Feature,
    claimants: Claimants,
    mended: shapes.Mended,
    disputes: list[tuple[str, frozenset[str], list[list[float]]]],
    report: Report,
) -> str | None:
    if claimants.shared is None:
        return None
    states = sorted({c.state for c in claimants.all})
    report.note(
        "overlaps", f"{feature.label}: {', '.join(states)}" + (" (joint)" if claimants.shared == "joint" else "")
    )
    if not claimants.complete:
        report.note("no_claimant", f"{feature.label}: only {', '.join(states)}")
        return f"marine-regions-{feature.number} (the source names more claimants than could be identified)"
    if claimants.shared == "joint":
        return f"joint-regime-marine-regions-{feature.number}"
    point = mended.polygons[0].representative_point()
    for key, parties, bounds in disputes:
        if parties == frozenset(states) and any(w <= point.x <= e and s <= point.y <= n for w, s, e, n in bounds):
            return key
    return f"marine-regions-{feature.number}"


def _note_shape(where: str, mended: shapes.Mended, feature: reader.Feature, report: Report) -> None:
    if mended.repaired:
        report.note("repaired", f"{where}: rings crossed or overlapped")
    if mended.turned:
        report.note("antimeridian", where)
    if mended.divided:
        report.note("densified", f"{where}: {mended.divided}, the longest {mended.longest_m / 1000:.0f} km")
    declared = feature.values.get("AREA_KM2")
    if isinstance(declared, (int, float)) and declared > 0:
        found = area_km2(mended.polygons)
        if abs(found - declared) > AREA_TOLERANCE * declared + 1.0:
            report.note("area", f"{where}: {found:,.0f} km² measured, {declared:,.0f} km² declared")


def _layers(
    sources: list[Source], cells: dict[Box, dict[int, Any]], known: Known, report: Report, say: Say
) -> Features:
    layers: Features = {"zones": [], "limits": [], "baselines": []}
    for done, (box, parts) in enumerate(cells.items()):
        if done and done % 400 == 0:
            say(f"{done} of {len(cells)} cells")
        zones = assemble(sources, box, parts, known, report).merged()
        for row, geometry in zones.items():
            layers["zones"] += [(row, wkb) for wkb in pieces(geometry, box)]
        limits, baselines = lines_of(box, zones)
        layers["limits"] += limits
        layers["baselines"] += baselines
    return layers


def _measure(layers: Features, report: Report) -> None:
    """Compare the breadth that is drawn with the breadth that is claimed; widen the accuracy by the difference."""
    seas: dict[tuple[str, str], list[int]] = defaultdict(list)
    coasts: dict[str, list[Any]] = defaultdict(list)
    for i, (columns, _) in enumerate(layers["limits"]):
        # A line shared with a neighbour tells nothing about breadth.
        if columns[0] == "territorial_sea" and columns[4] is None and columns[6] is not None:
            seas[columns[1], columns[2]].append(i)
    for columns, wkb in layers["baselines"]:
        coasts[columns[0]].append(shapely.get_coordinates(shapely.from_wkb(wkb)))
    excess: dict[tuple[str, str, float], float] = {}
    for (state, territory), found in sorted(seas.items()):
        by_breadth: dict[float, list[int]] = defaultdict(list)
        for i in found:
            by_breadth[float(layers["limits"][i][0][6])].append(i)
        for breadth, some in sorted(by_breadth.items()):
            if not coasts[state]:
                continue
            drawn = _breadth([layers["limits"][i][1] for i in some], coasts[state])
            if abs(drawn - breadth) > _BREADTH_TOLERANCE_NM:
                name = state if territory == state else f"{territory} ({state})"
                report.note("breadth", f"territorial sea of {name}: drawn at {drawn:.1f} M, claimed {breadth:g} M")
                excess[state, territory, breadth] = min(_HIGHEST_ACCURACY_NM, abs(drawn - breadth))
    for name in ("limits", "zones"):
        layers[name] = [_widened(columns, name, excess, report, wkb) for columns, wkb in layers[name]]


def _breadth(lines: list[bytes], coast: list[Any]) -> float:
    """Median distance of a limit from the baselines, M."""
    points = np.vstack([shapely.get_coordinates(shapely.from_wkb(wkb)) for wkb in lines])
    chosen = points[np.linspace(0, len(points) - 1, min(_SAMPLE, len(points))).astype(int)]
    found = []
    for lon, lat in chosen:
        near = [c for c in coast if np.abs(c[:, 1] - lat).min() < 1.0]
        nearest = Origin(float(lon), float(lat)).nearest(near)
        if nearest is not None:
            found.append(nearest.distance_m / METRES_PER_NM)
    return float(np.median(found)) if found else float("nan")


def _widened(
    columns: Sequence[Any], layer: str, excess: dict[tuple[str, str, float], float], report: Report, wkb: bytes
) -> tuple[Sequence[Any], bytes]:
    names = [name for name, _ in LAYERS[layer][1]]
    values = dict(zip(names, columns, strict=True))
    kind = values["zone" if layer == "zones" else "limit"]
    more = 0.0
    if kind == "territorial_sea":
        more = excess.get((values["state"], values["territory"], values["breadth_nm"]), 0.0)
    elif kind == "contiguous_zone" and values["breadth_nm"] is not None and values["breadth_nm"] < 24.0:
        more = 24.0 - values["breadth_nm"]
        report.note(
            "breadth", f"contiguous zone of {values['state']}: drawn at 24 M, claimed {values['breadth_nm']:g} M"
        )
    if not more:
        return columns, wkb
    values["accuracy_m"] = round(ACCURACY["mapped"] + more * METRES_PER_NM)
    return (Row(**values) if layer == "zones" else tuple(values.values())), wkb


def _carried(database: Any, name: str) -> list[tuple[Sequence[Any], bytes]]:
    """A layer taken over as it is."""
    layer = read_layer(database, name)
    names = [column for column, _ in LAYERS[name][1]]
    return [
        (tuple(row[n] for n in names), shapely.to_wkb(shape, byte_order=1))
        for row, shape in zip(layer.rows(), layer.shapes, strict=True)
    ]


def _boundaries(database: Any) -> list[tuple[Sequence[Any], bytes]]:
    """Lines between States, carried over for the reader's information: the imported zones do not follow them."""
    layer = read_layer(database, "boundaries")
    names = [name for name, _ in LAYERS["boundaries"][1]]
    result: list[tuple[Sequence[Any], bytes]] = []
    for row, shape in zip(layer.rows(), layer.shapes, strict=True):
        if row["role"] == "decides":
            row = {**row, "role": "not_applied"}
            row["note"] = "In force; the imported zones were drawn by their source and may follow another line." + (
                f" {row['note']}" if row["note"] else ""
            )
        result.append((tuple(row[n] for n in names), shapely.to_wkb(shape, byte_order=1)))
    return result


def _cautions(report: Report) -> None:
    report.note("caution", "the source says that its data have no legal value")
    report.note(
        "caution", "treaty coordinates in other datums are plotted there as WGS 84: lines may be 90 to 150 m off"
    )
    report.note("caution", "one edition: for earlier days only the start of claims is known, not their old breadths")
    report.note("caution", "do not pass the result on: Marine Regions asks that its products are not offered elsewhere")


def _manifest(
    out: Path,
    content: str,
    tables: list[tuple[reader.Table, dict[str, Any]]],
    sources: list[Source],
    base: dict[str, str],
    counts: dict[str, Any],
    report: Report,
    geodesic: bool,
) -> tuple[dict[str, Any], str]:
    head: dict[str, Any] = {
        "version": "marine-regions-" + "-".join(f"{s['product']}.v{s['version'] or 'unknown'}" for _, s in tables),
        "sha256": _sha256(out),
        "content_sha256": content,
        "file": out.name,
        "bytes": out.stat().st_size,
        "licence": "CC-BY-4.0",
        "attribution": ATTRIBUTION,
        "command": "seajuris zones import",
    }
    shared: dict[str, list[Claimant]] = {s.dispute: list(s.claimants) for s in sources if s.dispute is not None}
    body = {
        "accuracy": ACCURACY_TEXT,
        "method": METHOD.format(edges="along geodesics, meridians or parallels" if geodesic else "straight in degrees"),
        "not_covered": NOT_COVERED + report["missing"],
        "sources": [source for _, source in tables],
        "claims_from": base,
        "counts": counts,
        "disputes": {key: sorted({c.state for c in shared[key]}) for key in sorted(shared)},
        "report": report.to_dict(),
    }
    return head, "".join(yaml.safe_dump(p, sort_keys=False, allow_unicode=True, width=110) for p in (head, body))
