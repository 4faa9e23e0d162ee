"""Parses an archive of letters on a Spark cluster: each task is one run of `imr parse --shard`.

usage: spark-submit spark.py --list LIST --out DIR --shards N [--imr PATH] [--format jsonl|parquet]

LIST and DIR lie on a file system that all workers see, and so do the letters under the paths of the list. Only numbers
go through Spark: each task is given the number of its shard on standard input, and prints the shard's manifest.

A task that fails is tried again, and one that is slow may be started twice (spark.speculation): a shard appears when it
is whole, two attempts write the same bytes, and what is there already is not written again. So the same job goes on where
an earlier one ended.
"""

import argparse
import json
import shlex
import sys

from pyspark.sql import SparkSession


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", required=True, help="the files, one a line")
    parser.add_argument("--out", required=True, help="the folder of shards")
    parser.add_argument("--shards", required=True, type=int, help="some times as many as there are cores")
    parser.add_argument("--imr", default="imr", help="the program on the workers")
    parser.add_argument("--format", default="parquet", choices=["jsonl", "parquet"])
    args = parser.parse_args()

    # One thread, since Spark runs as many tasks on a machine as it has cores.
    run = [args.imr, "parse", "--files-from", args.list, "-o", args.out, "--format", args.format, "--threads", "1"]
    task = f"read shard && exec {shlex.join(run)} --shard $shard/{args.shards}"

    spark = SparkSession.builder.appName("imr parse").getOrCreate()
    numbers = spark.sparkContext.parallelize(range(args.shards), args.shards)
    # A run that ends with another status than 0 is a task that failed; its messages are in the log of the worker.
    manifests = [json.loads(line) for line in numbers.pipe(f"sh -c {shlex.quote(task)}", checkCode=True).collect()]
    spark.stop()

    failures = [failure for manifest in manifests for failure in manifest["failures"]]
    for failure in failures:
        print(f"{failure['path']}: {failure['reason']}", file=sys.stderr)
    total = {name: sum(manifest[name] for manifest in manifests) for name in ("paths", "letters", "issues")}
    print(json.dumps({"shards": len(manifests), **total, "failures": len(failures)}))
    return 0 if len(manifests) == args.shards else 1


if __name__ == "__main__":
    sys.exit(main())
