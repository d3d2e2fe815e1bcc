"""Places every row of a folder of Parquet files on Spark: spark-submit on_spark.py INPUT OUTPUT."""

import datetime as dt
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

from seajuris.batch import spark
from seajuris.batch.answered import LocateOptions

source, target = sys.argv[1:]
session = SparkSession.builder.appName("seajuris").getOrCreate()
options = LocateOptions(today=dt.datetime.now(dt.UTC).date(), on=dt.date(2023, 6, 14))
answered = spark.answer(session.read.parquet(source), options)
answered.filter(f.col("sj_reason").isNull()).write.parquet(f"{target}/answered")
answered.filter(f.col("sj_reason").isNotNull()).write.parquet(f"{target}/rejected")
