"""Writes fixtures/parquet: small files as other writers make them, and their rows as JSON beside them.

Run by hand, with a Python that has pyarrow 25 or newer: python tooling/make-fixtures-parquet.py
What it writes is committed; nothing else needs pyarrow.
"""

import base64
import datetime
import decimal
import json
import os
import struct

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = os.path.join(os.path.dirname(__file__), "..", "fixtures", "parquet")
ROWS = 40
UTC = datetime.timezone.utc
WORDS = ["alpha", "beta", "gämma", 'quo"ted', "back\\slash", "line\nend\ttab", "", "😀"]


def some(value, gap=5):
    """Every so many rows there is nothing."""
    return [None if i % gap == gap - 1 else value(i) for i in range(ROWS)]


def instant(i, micros):
    return datetime.datetime(2026, 11, 3, 9, 0, i, micros, tzinfo=UTC)


FLAT = {
    "truth": pa.array(some(lambda i: i % 3 == 0), pa.bool_()),
    "i8": pa.array(some(lambda i: i - 128), pa.int8()),
    "u8": pa.array(some(lambda i: 255 - i), pa.uint8()),
    "i32": pa.array(some(lambda i: (-2) ** (i % 32)), pa.int32()),
    "u32": pa.array(some(lambda i: 2**32 - 1 - i), pa.uint32()),
    "i64": pa.array(some(lambda i: [2**63 - 1, -(2**63), 2**53 + 1, i, -i][i % 5]), pa.int64()),
    "u64": pa.array(some(lambda i: 2**64 - 1 - i), pa.uint64()),
    "f32": pa.array(some(lambda i: [0.1, 1.5, -2.25, 16777216.0][i % 4]), pa.float32()),
    "f64": pa.array(some(lambda i: [0.1, 1e300, -2.5, 123456.789][i % 4]), pa.float64()),
    "word": pa.array(some(lambda i: WORDS[i % len(WORDS)]), pa.string()),
    "own": pa.array([f"row {i} of {ROWS}" for i in range(ROWS)], pa.string()),
    "bytes": pa.array(some(lambda i: [b"text", b"\xff\xfe\x00", b""][i % 3]), pa.binary()),
    "fixed": pa.array(some(lambda i: bytes([i, 255, 0])), pa.binary(3)),
    "decimal": pa.array(some(lambda i: decimal.Decimal(10**15 + i * 7 - 20) / 1000 * (-1) ** i), pa.decimal128(20, 3)),
    "small": pa.array(some(lambda i: decimal.Decimal(i - 20) / 100), pa.decimal128(7, 2)),
    "date": pa.array(some(lambda i: datetime.date(1969, 12, 1) + datetime.timedelta(days=i)), pa.date32()),
    "millis": pa.array(some(lambda i: instant(i, i * 1000)), pa.timestamp("ms", "UTC")),
    "micros": pa.array(some(lambda i: instant(i, i)), pa.timestamp("us", "UTC")),
    "nanos": pa.array(some(lambda i: 1_793_696_400_000_000_001 + i), pa.timestamp("ns", "UTC")),
    "old": pa.array(some(lambda i: datetime.datetime(1950, 1, 1, 0, 0, 0, i + 1)), pa.timestamp("us")),
    "clock": pa.array(some(lambda i: datetime.time(i % 24, 5, 6, i)), pa.time64("us")),
}

NESTED = {
    "struct": pa.array(
        some(lambda i: {"a": None if i % 3 == 0 else i, "b": {"c": f"x{i}", "d": None if i % 4 == 0 else [i] * (i % 3)}}),
        pa.struct([("a", pa.int32()), ("b", pa.struct([("c", pa.string()), ("d", pa.list_(pa.int64()))]))]),
    ),
    "list": pa.array(some(lambda i: [None if k == 1 else k * i for k in range(i % 4)]), pa.list_(pa.int32())),
    "lists": pa.array(
        some(lambda i: [None if k == 2 else WORDS[: (i + k) % 3] for k in range(i % 4)]), pa.list_(pa.list_(pa.string()))
    ),
    "structs": pa.array(
        some(lambda i: [{"k": k, "v": None if k % 2 else ["z"] * k} for k in range(i % 4)]),
        pa.list_(pa.struct([("k", pa.int32()), ("v", pa.list_(pa.string()))])),
    ),
    "map": pa.array(some(lambda i: [(f"k{k}", None if k == 1 else k) for k in range(i % 3)]), pa.map_(pa.string(), pa.int64())),
    "numbered": pa.array(some(lambda i: [(k, f"v{k}") for k in range(i % 3)]), pa.map_(pa.int32(), pa.string())),
    "last": pa.array(list(range(ROWS)), pa.int32()),
}


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def iso(moment, unit):
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.")
    return quoted(text + ("%03dZ" % (moment.microsecond // 1000) if unit == "ms" else "%06dZ" % moment.microsecond))


def nanos(value):
    seconds = datetime.datetime.fromtimestamp(value // 10**9, UTC)
    return quoted(seconds.strftime("%Y-%m-%dT%H:%M:%S.") + "%09dZ" % (value % 10**9))


def shortest(value):
    """The fewest digits that make the same number of 32 bits."""
    tries = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return next(each for each in tries if struct.pack("<f", each) == struct.pack("<f", value))


def as_json(value, kind):
    if value is None:
        return "null"
    if kind == pa.float32():
        value = shortest(value)
    if pa.types.is_struct(kind):
        return as_object((kind.field(i).name, value[kind.field(i).name], kind.field(i).type) for i in range(kind.num_fields))
    if pa.types.is_map(kind):
        return "{" + ",".join(quoted(str(k)) + ":" + as_json(v, kind.item_type) for k, v in value) + "}"
    if pa.types.is_list(kind):
        return "[" + ",".join(as_json(each, kind.value_type) for each in value) + "]"
    if isinstance(value, bytes):
        try:
            return quoted(value.decode())
        except UnicodeDecodeError:
            return quoted(base64.b64encode(value).decode())
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return iso(value, kind.unit)
    if isinstance(value, datetime.date):
        return quoted(value.isoformat())
    if isinstance(value, datetime.time):
        return quoted(value.strftime("%H:%M:%S.") + "%06d" % value.microsecond)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def as_object(fields):
    there = [quoted(name) + ":" + as_json(value, kind) for name, value, kind in fields if value is not None]
    return "{" + ",".join(there) + "}"


def rows_of(columns):
    plain = {name: column.to_pylist() for name, column in columns.items() if name != "nanos"}
    lines = []
    for i in range(ROWS):
        fields = []
        for name, column in columns.items():
            if name == "nanos":
                value = column[i].value
                if value is not None:
                    fields.append(quoted(name) + ":" + nanos(value))
            elif plain[name][i] is not None:
                fields.append(quoted(name) + ":" + as_json(plain[name][i], column.type))
        lines.append("{" + ",".join(fields) + "}\n")
    return "".join(lines)


ENCODINGS = {
    **{name: "DELTA_BINARY_PACKED" for name in ("i8", "u8", "i32", "u32", "i64", "u64", "date", "millis", "nanos")},
    **{name: "BYTE_STREAM_SPLIT" for name in ("f32", "f64", "fixed")},
    "truth": "RLE",
    "word": "DELTA_BYTE_ARRAY",
    "own": "DELTA_BYTE_ARRAY",
    "bytes": "DELTA_LENGTH_BYTE_ARRAY",
}

FILES = {
    "flat-plain": (FLAT, {"compression": "NONE", "use_dictionary": False}),
    "flat-snappy": (FLAT, {"compression": "SNAPPY"}),
    "flat-gzip": (FLAT, {"compression": "GZIP", "row_group_size": 25}),
    "flat-encodings": (FLAT, {"compression": "ZSTD", "use_dictionary": False, "column_encoding": ENCODINGS}),
    "nested-zstd": (NESTED, {"compression": "ZSTD"}),
    "nested-brotli": (NESTED, {"compression": "BROTLI", "data_page_version": "2.0", "write_page_checksum": True}),
    "nested-lz4": (NESTED, {"compression": "LZ4", "row_group_size": 11}),
    "nested-small-pages": (NESTED, {"compression": "NONE", "data_page_size": 16, "write_batch_size": 2, "write_page_checksum": True}),
}

os.makedirs(FOLDER, exist_ok=True)
for name, (columns, options) in FILES.items():
    pq.write_table(pa.table(columns), os.path.join(FOLDER, name + ".parquet"), store_schema=False, **options)
for name, columns in (("flat", FLAT), ("nested", NESTED)):
    with open(os.path.join(FOLDER, name + ".ndjson"), "w", encoding="utf8") as out:
        out.write(rows_of(columns))
