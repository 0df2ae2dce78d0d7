"""Writes small files as other tools than ours make them.

fixtures/parquet: of many types and encodings, and their rows as JSON beside them.
fixtures/packed: what make-fixtures-objects.ts takes into its buckets, from the plain objects that are there.

Run by hand, with a Python that has pyarrow 26 and cramjam: python tooling/make-fixtures-packed.py
What it writes is committed; nothing else needs them.
"""

import base64
import bz2
import datetime
import decimal
import glob
import gzip
import io
import json
import os
import struct
import zipfile
import zlib

import cramjam
import pyarrow as pa
import pyarrow.parquet as pq

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "fixtures")
FOLDER = os.path.join(FIXTURES, "parquet")
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


def packed(name, content):
    os.makedirs(os.path.join(FIXTURES, "packed"), exist_ok=True)
    with open(os.path.join(FIXTURES, "packed", name), "wb") as out:
        out.write(content)


def flow_log(pattern):
    """The lines of a flow log as the table that AWS makes of them: names with underscores, numbers as such."""
    (path,) = glob.glob(os.path.join(FIXTURES, "objects/acme-audit-logs/AWSLogs/*/vpcflowlogs/*/*/*/*/" + pattern))
    names, *lines = [line.split() for line in gzip.open(path, "rt").read().splitlines()]
    columns = {}
    for i, name in enumerate(names):
        values = [None if line[i] == "-" else line[i] for line in lines]
        if name in ("version", "srcport", "dstport", "protocol", "tcp-flags", "traffic-path"):
            columns[name.replace("-", "_")] = pa.array([v and int(v) for v in values], pa.int32())
        elif name in ("packets", "bytes", "start", "end"):
            columns[name.replace("-", "_")] = pa.array([v and int(v) for v in values], pa.int64())
        else:
            columns[name.replace("-", "_")] = pa.array(values, pa.string())
    return parquet(pa.table(columns), "SNAPPY")


def parquet(table, compression):
    out = io.BytesIO()
    pq.write_table(table, out, compression=compression, store_schema=False)
    return out.getvalue()


def cloudfront():
    """Standard logs of CloudFront, v2: all columns are texts."""
    with open(os.path.join(FIXTURES, "formats", "cloudfront-json", "v2-columns.json"), encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, compression="snappy", store_schema=False)
    return out.getvalue()


def security_lake():
    """A few fields of OCSF's network activity, as Security Lake has them."""
    end = pa.struct([("ip", pa.string()), ("port", pa.int32()), ("svc_name", pa.string())])
    cloud = pa.struct([("account", pa.struct([("uid", pa.string())])), ("region", pa.string()), ("provider", pa.string())])
    times = [1793696400000 + i * 60000 for i in range(3)]
    table = pa.table(
        {
            "class_uid": pa.array([4001] * 3, pa.int32()),
            "class_name": pa.array(["Network Activity"] * 3),
            "time": pa.array(times, pa.int64()),
            "time_dt": pa.array([t * 1000 for t in times], pa.timestamp("us", "UTC")),
            "severity_id": pa.array([1, 1, None], pa.int32()),
            "src_endpoint": pa.array([{"ip": "10.0.0.1", "port": 44321, "svc_name": None}, None, {"ip": "10.0.0.3", "port": 80, "svc_name": "S3"}], end),
            "cloud": pa.array([{"account": {"uid": "123456789012"}, "region": "eu-west-1", "provider": "AWS"}] * 3, cloud),
            "observables": pa.array([[{"name": "src_endpoint.ip", "value": "10.0.0.1"}], [], None], pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))),
            "unmapped": pa.array([[("sublocation_id", None), ("traffic_path", "8")], [], None], pa.map_(pa.string(), pa.string())),
        }
    )
    return parquet(table, "ZSTD")


with open(os.path.join(FIXTURES, "objects/acme-app-logs/orders/2026/11/03/orders.ndjson"), "rb") as source:
    orders = source.read()
half = orders.index(b"\n", len(orders) // 2) + 1
skipped = struct.pack("<II", 0x184D2A50, 5) + b"skip!"
zst = lambda content: bytes(cramjam.zstd.compress(content))
inner = gzip.compress(orders, mtime=0)
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
    for name, content in (("orders/first.ndjson", orders[: half - 1]), ("orders/second.ndjson.gz", gzip.compress(orders[half:], mtime=0))):
        out.writestr(zipfile.ZipInfo(name, (2026, 11, 3, 9, 0, 0)), content, zipfile.ZIP_DEFLATED)
packed("orders.bz2", bz2.compress(orders[:half]) + bz2.compress(orders[half:]))
packed("orders.sz", bytes(cramjam.snappy.compress(orders)))
packed("orders.zst", zst(orders[:half]) + skipped + zst(orders[half:]))
packed("orders.zlib", zlib.compress(orders))
packed("orders.gz.gz", gzip.compress(inner, mtime=0))
packed("orders.zip", archive.getvalue())
packed("vpc-flow.parquet", flow_log("*fl-0123456789abcdef0*"))
packed("vpc-flow-custom.parquet", flow_log("*fl-0fedcba9876543210*"))
packed("security-lake.parquet", security_lake())
packed("cloudfront.parquet", cloudfront())
