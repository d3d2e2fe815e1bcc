"""The rows of the layer ``zones``: columns without geometry."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from .tables import NOT_IN_TABLE, Claim, ClosingLine, FurtherClaim, Version

ACCURACY = {
    "computed": 150.0,
    "mapped": 500.0,
    "land": 150.0,
    "economic": 500.0,
    "unlimited": 500.0,
}
"""Half-width in metres within which a limit of the zone is trusted."""


CLAIMS = "table claims"
"""Where the full source stands: repeating it in every piece would double the file."""


class Row(NamedTuple):
    """Columns of one zone, without geometry."""

    zone: str
    territory: str | None
    state: str | None
    claim: str | None
    proclaimed_from: str | None
    proclaimed_to: str | None
    valid_from: str | None
    valid_to: str | None
    breadth_nm: float | None
    method: str | None
    dispute: str | None
    instrument: str | None
    source: str | None
    confidence: str | None
    accuracy_m: float


def merged(versions: list[Version]) -> list[Version]:
    """Join versions that follow each other without a gap; the latest claim names the result."""
    result: list[Version] = []
    for v in sorted(set(versions), key=lambda v: v.start or ""):
        if result and result[-1].end == v.start and v.start is not None:
            result[-1] = Version(result[-1].start, v.end, continued(v.claim))
        else:
            result.append(v)
    return result


@cache
def continued(claim: Claim) -> Claim:
    """The claim without its start: the waters were territorial sea before it too."""
    return Claim(
        claim.territory,
        claim.zone,
        claim.breadth_nm,
        claim.area,
        claim.claim,
        None,
        claim.end,
        claim.instrument,
        claim.source,
        claim.confidence,
        claim.narrower,
    )


def claimed(zone: str, code: str, state: str, version: Version, key: str | None, method: str, accuracy: float) -> Row:
    """The row of a zone that rests on a claim, for one claimant."""
    claim = version.claim
    proclaimed = claim.claim == "proclaimed"
    return Row(
        zone=zone,
        territory=code,
        state=state,
        claim=claim.claim,
        proclaimed_from=claim.start if proclaimed else None,
        proclaimed_to=claim.end if proclaimed else None,
        valid_from=version.start,
        valid_to=version.end,
        breadth_nm=claim.breadth_nm,
        method=method,
        dispute=key,
        instrument=claim.instrument,
        source=NOT_IN_TABLE if claim.source is None else CLAIMS,
        confidence=claim.confidence,
        accuracy_m=accuracy,
    )


def enclosed(line: ClosingLine, state: str, start: str | None) -> Row:
    """The row of internal waters behind a closing line whose coordinates are known."""
    return Row(
        zone="internal_waters",
        territory=line.territory,
        state=state,
        claim="proclaimed",
        proclaimed_from=None,
        proclaimed_to=None,
        valid_from=start,
        valid_to=line.end,
        breadth_nm=None,
        method="closing_line",
        dispute=None,
        instrument=line.instrument,
        source=f"{line.title}: {line.source}",
        confidence=line.confidence,
        accuracy_m=line.accuracy_m,
    )


def further(claim: FurtherClaim) -> Row:
    """The row of a claim that others protest against; it stands beside the zones of the same waters."""
    return Row(
        zone=claim.zone,
        territory=claim.territory,
        state=claim.state,
        claim="protested",
        proclaimed_from=claim.start,
        proclaimed_to=claim.end,
        valid_from=claim.start,
        valid_to=claim.end,
        breadth_nm=None,
        method="claimed_area",
        dispute=claim.key,
        instrument=claim.instrument,
        source=f"{claim.note} ({claim.source})" if claim.note else claim.source,
        confidence=claim.confidence,
        accuracy_m=claim.accuracy_m,
    )


def between(row: Row, start: str | None, end: str | None) -> Row | None:
    """The row within a period ``[start, end)``; nothing if it is not valid then."""
    late = max((d for d in (row.valid_from, start) if d is not None), default=None)
    early = min((d for d in (row.valid_to, end) if d is not None), default=None)
    if late is not None and early is not None and late >= early:
        return None
    return row._replace(valid_from=late, valid_to=early)


def land(code: str | None, state: str | None, key: str | None, accuracy: float) -> Row:
    """The row of land, for one claimant."""
    return Row(
        "land",
        code,
        state,
        None,
        None,
        None,
        None,
        None,
        None,
        "mapped",
        key,
        None,
        "as mapped",
        None,
        accuracy,
    )


def high_seas() -> Row:
    """The row of waters beyond every entitlement."""
    return Row(
        "high_seas",
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        "computed",
        None,
        None,
        "beyond every 200 M envelope",
        None,
        ACCURACY["unlimited"],
    )
