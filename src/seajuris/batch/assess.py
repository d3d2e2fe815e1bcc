"""Assesses every row of a batch, and lays the answers out as flat columns."""

from __future__ import annotations

import datetime as dt
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from seajuris import api
from seajuris.assessment import Assessment
from seajuris.batch.answered import Answered, AssessOptions, Columns, LocateOptions, Rejected
from seajuris.batch.cases import Read, at_column, read_cases
from seajuris.batch.judged import Judge, Judged, judge_of
from seajuris.batch.locate import flat_place
from seajuris.batch.locate import schema as locate_schema
from seajuris.batch.places import places
from seajuris.batch.plain import plain_of
from seajuris.errors import InputError
from seajuris.record import canonical
from seajuris.rules.inputs import place_facts

if TYPE_CHECKING:
    import pyarrow as pa

    from seajuris.case import Case
    from seajuris.place import Place


def schema(options: AssessOptions) -> pa.Schema:
    """The columns that `assess_batch` adds, in their order: those of `locate_batch` first, empty without a position."""
    import pyarrow as pa

    fields = [
        *locate_schema(LocateOptions(today=options.today)),
        pa.field("sj_established", pa.string()),
        pa.field("sj_conditional", pa.string()),
        pa.field("sj_open", pa.string()),
        pa.field("sj_act_at_sea", pa.string()),
        pa.field("sj_bars", pa.string()),
        pa.field("sj_missing", pa.string()),
        pa.field("sj_unverified", pa.bool_()),
    ]
    if options.full:
        fields.append(pa.field("sj_assessment", pa.string()))
    return pa.schema(fields)


def assess_batch(batch: pa.RecordBatch, columns: Columns, options: AssessOptions) -> Answered:
    """Assess every row of a batch. Rows that tell the same facts in the same zones are judged once.

    Args:
        batch: The rows; only the columns that `columns` names are read.
        columns: Which column tells what.
        options: What holds for all rows.

    Returns:
        The ``sj_*`` columns of `schema` for the rows that could be read, and why the others could not.

    Raises:
        InputError: if a column cannot be used at all, or the facts for all rows are no facts.
        DataError: if the zone data are missing or damaged.
        RuleError: if a rule file cannot be used.
    """
    import pyarrow as pa

    judge = judge_of(options.rules)
    accepted = np.zeros(batch.num_rows, dtype=np.bool_)
    flat: list[dict[str, Any]] = []
    faults: list[Rejected] = []
    plain = plain_of(batch, columns)
    with api.as_of(options.today):
        rows = list(read_cases(batch, columns, options, judge))
        wanted = [[] if isinstance(row, Rejected) else api.to_place(row.case) for row in rows]
        # The places come in the order in which they are asked for.
        found = iter(places([*chain(*wanted)], zones=options.zones, measured=options.full))
        for number, (row, asked) in enumerate(zip(rows, wanted, strict=True)):
            if isinstance(row, Rejected):
                faults.append(row)
                continue
            place = api.place_of(row.case, [next(found) for _ in asked])
            try:
                flat.append(_answer(row, place, judge, full=options.full))
            except InputError as fault:
                faults.append(at_column(number, fault, row.told))
            else:
                accepted[number] = True
                if plain is not None and plain.read[number]:
                    flat[-1]["sj_read_as"] = None
    return Answered(pa.RecordBatch.from_pylist(flat, schema=schema(options)), accepted, tuple(faults))


def _answer(row: Read, place: Place | None, judge: Judge, *, full: bool) -> dict[str, Any]:
    reached = place_facts(place)
    day = row.case.on or api.today()
    answer: dict[str, Any] = {"sj_on": day} if place is None else flat_place(place)
    if not full:
        if row.case.told("vessel.mmsi").values:
            _said(row.case, place, day, judge)
        return {**answer, **_named(judge.flat(row.facts, reached, day))}
    head = _said(row.case, place, day, judge)
    judged = judge.whole(row.facts, reached, day)
    # As `canonical` writes the whole: the parts that the rules give were written once for all rows alike.
    parts = {name: canonical(value) for name, value in head.to_dict().items()} | dict(judged.parts)
    text = ",".join(f'"{name}":{parts[name]}' for name in sorted(parts))
    return {**answer, **_named(judged.flat), "sj_assessment": f"{{{text}}}"}


def _said(case: Case, place: Place | None, day: dt.date, judge: Judge) -> Assessment:
    """What is said of the row itself; an MMSI that is none is refused."""
    return api.finish(Assessment(case, place, day, (), (), (), (), (), ()), judge.rules)


def _named(judged: Judged) -> dict[str, Any]:
    return {f"sj_{name}": value for name, value in judged._asdict().items()}
