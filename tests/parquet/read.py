"""Reads a Parquet file with pyarrow and with DuckDB: prints types and rows as one JSON object for each reader."""

import datetime
import json
import sys


def plain(value):
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(repr(value))


def with_pyarrow(path):
    import pyarrow.parquet as parquet

    file = parquet.ParquetFile(path)
    group = file.metadata.row_group(0) if file.metadata.num_row_groups else None
    encodings = {}
    for number in range(group.num_columns if group else 0):
        column = group.column(number)
        encodings[column.path_in_schema] = [column.compression, *column.encodings]
    return {
        "types": {field.name: str(field.type) for field in file.schema_arrow},
        "encodings": encodings,
        "rows": file.read().to_pylist(),
    }


def with_duckdb(path):
    import duckdb

    described = duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
    result = duckdb.execute("SELECT * FROM read_parquet(?)", [path])
    names = [column[0] for column in result.description]
    return {
        "types": {name: kind for name, kind, *_ in described},
        "rows": [dict(zip(names, row)) for row in result.fetchall()],
    }


print(json.dumps({"pyarrow": with_pyarrow, "duckdb": with_duckdb}[sys.argv[1]](sys.argv[2]), default=plain))
