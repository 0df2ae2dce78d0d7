#!/usr/bin/env python3
"""Writes FILE: a Parquet file of ROWS rows (default 2,000,000) in 29 columns, as many as the fields of VPC flow logs. Needs pyarrow."""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

file = sys.argv[1]
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000_000
GROUP = 100_000
TEXTS, NUMBERS = 15, 14

with_schema = pa.schema(
    [pa.field(f"text_{i}", pa.string()) for i in range(TEXTS)]
    + [pa.field(f"number_{i}", pa.int64()) for i in range(NUMBERS)]
)
with pq.ParquetWriter(file, with_schema, compression="snappy") as writer:
    for start in range(0, rows, GROUP):
        numbers = range(start, min(start + GROUP, rows))
        columns = [pa.array([f"10.{i}.{n * 7919 % 251}.{n * 104729 % 241}" for n in numbers]) for i in range(TEXTS)]
        columns += [pa.array([n * (i + 3) % 65521 for n in numbers], pa.int64()) for i in range(NUMBERS)]
        writer.write_table(pa.table(columns, schema=with_schema))
