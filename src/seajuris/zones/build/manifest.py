"""The manifest: what the zone data are, where they come from, how good they are."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from .compare import compare
from .geodesy import Floats
from .pipeline import Built
from .sources import Package
from .tables import NOT_IN_TABLE

VERSION = "2026.11.1"
METHOD = """\
Coast: edge of the mapped sea, given to the territory whose mapped polygon (land with its territorial sea)
contains it. Coast in polygons of several States, or listed in source/limits.yaml, is disputed and generates
zones for each claimant. Islets that the coast lacks but around which mapped limits are drawn are added.
Limits: geodesic envelopes of the claimed breadth around that coast, on the WGS 84 ellipsoid. Mapped limits are
used where source/limits.yaml says so (straight and archipelagic baselines, corridors, straits). Breadths, areas
and dates: source/claims.yaml. Breadths given up before 16 November 1994 are not drawn.
Territorial seas of two States that overlap: mapped division where the mapped polygons divide the area, otherwise
the nearer coast.
Contiguous zones and exclusive economic zones: divided by agreed lines where source/boundaries.yaml has them,
otherwise by equidistance from the coast (not from straight baselines). The contiguous zone is cut at the same
lines, which is a convention of these data: the law of the sea has no rule for it.
Internal and archipelagic waters: behind the closing lines and straight baselines of source/baselines.yaml, which are
baselines like the coast; elsewhere only where a believed mapped limit implies a straight baseline 12 M landward of it,
or where water more than 12 M from the coast is enclosed by one State. Other waters landward of a baseline (bays, ports,
estuaries) are shown as territorial sea. A protested closing line and the areas of source/additional_claims.yaml are
shown as protested claims beside the zones; they move no limit.
An agreed line divides from the day on which it entered into force, equidistance before it; in the territorial sea, and
if it is older than 16 November 1994, for all dates. A closing line is baseline for all dates.
Layer remarks: what has to be said of some waters beside their zones; it decides nothing.
Layer boundaries: agreed lines, and lines that decide nothing here (unilateral, sea-bed only, contested, not in force).
"""
ACCURACY_TEXT = """\
Computed 12 M limits lie within {p95} m of where they should be relative to the coast in the data for 95 % of
their edges ({p99} m for 99 %; up to {worst} m in notches between two arcs), and are then simplified by up to
28 m (wider limits: 56 m). What limits them is the coast itself: the source is generalised by roughly 100 to
150 m, and it is the mapped shoreline, not the official low-water line. Computed limits are therefore given an
accuracy of 150 m, mapped limits and equidistance 500 m. The drawn coast is simplified by 75 m around Europe, North
and West Africa and the Mediterranean, by 300 m in the North, by 450 m elsewhere and by 2000 to 4000 m in high
latitudes (column accuracy_m);
limits are computed before that simplification.
Equidistance: the distances to both sides differ by at most {line95} m for 95 % of the vertices ({line99} m for
99 %). Not for navigation, and no statement on the merits of any claim.
"""
NOT_COVERED = [
    "The Caspian Sea beyond the waters of the five States: it is no sea of the law-of-the-sea convention.",
    "Claims in Antarctica and the waters they would generate: high seas here (Antarctic Treaty, art. IV).",
    "Lakes and rivers: land here.",
    "Continental shelf beyond and below the zones of the water column.",
]


class _Text(str):
    """A string written as a block."""


def _block(dumper: yaml.SafeDumper, value: _Text) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="|")


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Text, _block)


def percentiles(values: Floats) -> dict[str, float]:
    """Median, 95th and 99th percentile and maximum, metres."""
    if not len(values):
        return {}
    found = np.percentile(values, [50, 95, 99, 100])
    return {k: round(float(v), 1) for k, v in zip(("p50", "p95", "p99", "max"), found, strict=True)}


def deviations(built: Built) -> dict[str, dict[str, float]]:
    """By breadth: how far the middles of envelope edges are from the breadth, metres."""
    by_breadth: dict[float, list[Floats]] = {}
    for envelopes in built.envelopes.values():
        for breadth, values in envelopes.deviation.items():
            by_breadth.setdefault(breadth, []).append(values)
    return {f"{b:g} M": percentiles(np.concatenate(v)) for b, v in sorted(by_breadth.items())}


def territories(built: Built) -> dict[str, dict[str, Any]]:
    """Per coastal territory: which limit was used and why."""
    tables = built.model.tables
    differences = compare(built.model)
    result: dict[str, dict[str, Any]] = {}
    for label, group in enumerate(built.model.groups):
        for code in group:
            trust = tables.trust.get(code, tables.trust_default)
            envelopes = built.envelopes.get(label)
            used = envelopes is not None and envelopes.excess is not None and len(group) == 1
            entry = result.setdefault(code, {"limit": "computed", "reason": trust.reason})
            if used:
                entry["limit"] = "mapped where seaward, otherwise computed"
            if code in differences:
                entry["mapped_minus_computed_nm"] = differences[code]
            if trust.landward:
                entry["landward"] = "mapped where closer in"
            if len(group) > 1:
                entry["shared_coast_with"] = sorted(set(entry.get("shared_coast_with", [])) | set(group) - {code})
    return dict(sorted(result.items()))


def describe(
    built: Built,
    packages: dict[str, Package],
    path: Path,
    content: str,
    minutes: float,
) -> str:
    """The text of ``manifest.yaml``."""
    zones = Counter(row.zone for row, _ in built.zones)
    limits = Counter((row.limit, row.kind) for row, _ in built.limits)
    envelope = deviations(built)
    residual = percentiles(built.residual)
    twelve = envelope.get("12 M", {})
    accuracy = ACCURACY_TEXT.format(
        p95=twelve.get("p95"),
        p99=twelve.get("p99"),
        worst=twelve.get("max"),
        line95=residual.get("p95"),
        line99=residual.get("p99"),
    )
    head = {
        "version": VERSION,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "content_sha256": content,
        "file": path.name,
        "bytes": path.stat().st_size,
        "licence": "ODbL-1.0",
        "attribution": "© OpenStreetMap contributors",
        "command": "make zones (python -m seajuris.zones.build)",
        "build_minutes": round(minutes, 1),
    }
    body: dict[str, Any] = {
        "accuracy": _Text(accuracy),
        "method": _Text(METHOD),
        "not_covered": NOT_COVERED,
        "sources": [
            {
                "title": p.title,
                "package": p.name,
                "version": p.version,
                "sha512": p.sha512,
                "licence": p.licence,
                "attribution": p.attribution,
            }
            for p in packages.values()
        ],
        "counts": {
            "zones": dict(sorted(zones.items())),
            "limits": {f"{a} {b}": n for (a, b), n in sorted(limits.items())},
            "baselines": len(built.baselines),
            "boundaries": len(built.boundaries),
            "remarks": len(built.remarks),
            "claims": len(built.claims),
        },
        "measured": {
            "envelope_deviation_m": envelope,
            "equidistance_residual_m": residual,
        },
        "closing_lines": {
            item.line.id: "baseline" if item.line.recognised else "protested claim" for item in built.model.closing
        },
        "protested_claims": [claim.id for claim in built.model.tables.further_claims],
        "agreed_lines_used": [b.id for b in built.model.tables.boundaries],
        "not_in_claims_table": sorted(
            {
                code
                for group in built.model.groups
                for code in group
                if any(c.confidence == NOT_IN_TABLE for c in built.model.tables.territory(code).claims)
            }
        ),
        "overlaps_given_to_the_nearer_side": {
            ", ".join(states): len(places) for states, places in sorted(built.unknown.items())
        },
        "islets_added": dict(sorted(Counter(code for code, _, _ in built.model.islets).items())),
        "territories": territories(built),
    }
    return "".join(
        yaml.dump(part, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110) for part in (head, body)
    )
