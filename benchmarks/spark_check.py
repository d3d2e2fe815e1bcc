"""Runs batches on a real Spark and compares them, to the byte, with the same batches without it.

    python benchmarks/spark_check.py [--rows 2000] [--master local[2]]

It needs Java 17 and the extra ``seajuris[spark]`` (450 MB), best in an environment of its own. Prints what was compared
and ends with exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import batch_cases
from seajuris.api import zone_file
from seajuris.batch import spark as on_spark
from seajuris.batch.answered import AssessOptions, LocateOptions
from seajuris.batch.answering import answer_batch
from seajuris.batch.columns import Named, choose
from seajuris.batch.run import fact_paths_of

TODAY = dt.date(2026, 11, 1)


def alone(table: pa.Table, options: Any) -> tuple[list[dict[str, Any]], dict[int, str]]:
    """The answers without Spark, and the reasons for rejected rows."""
    columns = choose(table.column_names, Named(), geometry=None, paths=fact_paths_of(options))
    found = answer_batch(table.combine_chunks().to_batches()[0], columns, options)
    return found.columns.to_pylist(), {fault.row: fault.reason for fault in found.rejected}


def compare(session: SparkSession, source: Path, options: Any, name: str) -> bool:
    table = pq.read_table(source)
    answers, reasons = alone(table, options)
    began = time.perf_counter()
    frame = session.read.parquet(str(source)).repartitionByRange(4, "number").sortWithinPartitions("number")
    rows = [row.asDict() for row in on_spark.answer(frame, options).collect()]
    took = time.perf_counter() - began
    expected = iter(answers)
    same = [row["number"] for row in rows] == list(range(table.num_rows))
    for row in rows:
        if row["sj_reason"] is not None:
            same &= reasons.get(row["number"]) == row["sj_reason"]
        else:
            same &= {key: row[key] for key in answers[0]} == next(expected)
    same &= next(expected, None) is None
    print(f"{name}: {len(rows)} rows, {len(reasons)} rejected, {took:.1f} s: {'the same' if same else 'DIFFERENT'}")
    return bool(same)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--master", default="local[2]")
    args = parser.parse_args()
    # Executors run this very Python: the `python3` of the path may have no seajuris.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        SparkSession.builder.master(args.master)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        few = max(50, args.rows // 20)
        for name, made in (("locate", batch_cases.places(args.rows)), ("assess", batch_cases.incidents(few))):
            rows = [{**row, "number": number} for number, row in enumerate(made)]
            pq.write_table(pa.Table.from_pylist(rows), here / f"{name}.parquet")
        # Zone data that no executor has: they have to be brought.
        for file in ("zones.gpkg", "manifest.yaml"):
            (here / "data").mkdir(exist_ok=True)
            shutil.copy(zone_file(None).with_name(file), here / "data" / file)
        brought = str(here / "data" / "zones.gpkg")
        good &= compare(session, here / "locate.parquet", LocateOptions(today=TODAY), "locate")
        good &= compare(session, here / "locate.parquet", LocateOptions(today=TODAY, full=True, zones=brought), "full")
        good &= compare(session, here / "assess.parquet", AssessOptions(today=TODAY, full=True), "assess")
    session.stop()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
