"""Clients that analysts bring, against the Flight SQL door: prints one line of JSON a step, [name, answer] or [name, SQLSTATE].

Arguments: port, tenant, user, password, a certificate to trust or nothing.
"""

import datetime
import decimal
import json
import re
import sys
import threading
import time

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import polars
import pyarrow.flight
from adbc_driver_flightsql import DatabaseOptions

PORT, TENANT, USER, PASSWORD = int(sys.argv[1]), *sys.argv[2:5]
CERTIFICATE = sys.argv[5] if len(sys.argv) > 5 else None
URI = f"{'grpc+tls' if CERTIFICATE else 'grpc'}://localhost:{PORT}"
HEADER = DatabaseOptions.RPC_CALL_HEADER_PREFIX.value
UTC = datetime.timezone.utc
RUNAWAY = "SELECT count(*) FROM order_lines a CROSS JOIN order_lines b CROSS JOIN order_lines c WHERE a.quantity + b.quantity <> c.quantity"


def connect(user=USER, password=PASSWORD, tenant=TENANT, **headers):
    options = {"username": user, "password": password, HEADER + "database": tenant}
    options |= {HEADER + name.replace("_", "-"): value for name, value in headers.items()}
    if CERTIFICATE:
        options[DatabaseOptions.TLS_ROOT_CERTS.value] = open(CERTIFICATE).read()
    return adbc.connect(URI, db_kwargs=options, autocommit=True)


def tell(name, ask):
    try:
        answer = ask()
    except Exception as error:
        state = re.search(r"SQLSTATE (\w{5})", str(error))
        answer = state.group(1) if state else f"{type(error).__name__}: {error}"
    print(json.dumps([name, answer], default=str), flush=True)


def with_adbc(connection):
    def rows(sql, parameters=None):
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return [list(row) for row in cursor.fetchall()]

    def table(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    tell("count", lambda: rows("SELECT count(*), sum(net_value) FROM order_lines"))
    tell("text", lambda: rows("SELECT count(*) FROM orders WHERE country = ?", ("France",)))
    tell("two", lambda: rows("SELECT count(*) FROM orders WHERE country = $1 AND line_count > $2", ("France", 0)))
    tell("instant", lambda: rows("SELECT count(*) FROM orders WHERE ordered_at >= ?", (datetime.datetime(2011, 11, 1, tzinfo=UTC),)))
    tell("decimal", lambda: rows("SELECT count(*) FROM order_lines WHERE net_value > ?", (decimal.Decimal("100.5"),)))
    tell("truth and nothing", lambda: rows("SELECT CAST(? AS BOOLEAN), CAST(? AS TEXT)", (True, None)))
    tell("too few", lambda: rows("SELECT count(*) FROM orders WHERE country = ?"))
    tell("row", lambda: rows("SELECT order_id, ordered_at, net_value, line_count FROM orders ORDER BY order_id LIMIT 1"))
    tell("all", lambda: table("SELECT * FROM order_lines").num_rows)
    tell("masked", lambda: rows("SELECT count(*), count(record), count(value) FROM quarantine"))
    tell("views", lambda: str({column.type for column in table("SELECT concat(order_id, country), upper(order_id) FROM orders LIMIT 1").schema}))

    def listed(**filters):
        objects = connection.adbc_get_objects(**filters).read_all().to_pylist()
        return {
            (catalog["catalog_name"], schema["db_schema_name"], found["table_name"], found["table_type"]): found
            for catalog in objects
            for schema in catalog["catalog_db_schemas"] or []
            for found in schema["db_schema_tables"] or []
        }

    tell("tables", lambda: sorted(listed(depth="tables", table_name_filter="order%", db_schema_filter="public")))
    tell("schemas", lambda: sorted({name[:2] for name in listed(depth="tables")}))
    tell("columns", lambda: [column["column_name"] for found in listed(depth="columns", db_schema_filter="public", table_name_filter="orders").values() for column in found["table_columns"]][:2])
    tell("table schema", lambda: connection.adbc_get_table_schema("orders", db_schema_filter="public").remove_metadata().equals(table("SELECT * FROM orders LIMIT 1").schema.remove_metadata()))
    tell("types", connection.adbc_get_table_types)
    tell("name", lambda: connection.adbc_get_info()["vendor_name"])
    for name, sql in [
        ("insert", "INSERT INTO orders (order_id) VALUES ('x')"),
        ("create", "CREATE TABLE x AS SELECT 1"),
        ("external", "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'"),
        ("copy", "COPY orders TO '/tmp/quarterdeck-flight-copy.csv'"),
        ("engine setting", "SET datafusion.execution.target_partitions = 1"),
        ("no table", "SELECT * FROM nothing"),
        ("no column", "SELECT nothing FROM orders"),
        ("no syntax", "SELECT 1 +"),
        ("by zero", "SELECT 1 / 0"),
        ("long", "SELECT 1 -- " + "x" * 2_000_000),
        ("deep", "SELECT count(*) FROM orders WHERE " + " OR ".join(f"order_id = '{number}'" for number in range(10_000))),
        ("other tenant", "SELECT * FROM service_desk.public.tickets"),
        ("file", "SELECT * FROM '/etc/passwd'"),
    ]:
        tell(name, lambda sql=sql: rows(sql))

    def ingest():
        with connection.cursor() as cursor:
            cursor.adbc_ingest("taken_in", pyarrow.table({"a": [1]}))

    tell("ingest", ingest)

    def cancelled():
        with connection.cursor() as cursor:
            threading.Timer(1, cursor.adbc_cancel).start()
            cursor.execute(RUNAWAY)
            return cursor.fetchall()

    started = time.monotonic()
    tell("cancelled", lambda: "not" if isinstance(_raises(cancelled), list) else "cancelled")
    tell("soon", lambda: time.monotonic() - started < 30)
    tell("afterwards", lambda: rows("SELECT 2"))

    tell("polars", lambda: [list(row) for row in polars.read_database("SELECT country, count(*) AS n FROM orders GROUP BY 1 ORDER BY 2 DESC LIMIT 1", connection).rows()])

    def with_duckdb():
        with connection.cursor() as cursor:
            cursor.execute("SELECT country, net_value FROM orders")
            lines = cursor.fetch_record_batch()  # noqa: F841, DuckDB finds it by its name
            found = duckdb.sql("SELECT country, count(*), sum(net_value) FROM lines GROUP BY 1 ORDER BY 2 DESC LIMIT 1").fetchall()
            return [list(row) for row in found]

    tell("duckdb", with_duckdb)


def _raises(ask):
    try:
        return ask()
    except Exception as error:
        return error


def asked(connection, sql):
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()]


def with_a_bearer():
    options = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {PASSWORD}"}
    if CERTIFICATE:
        options[DatabaseOptions.TLS_ROOT_CERTS.value] = open(CERTIFICATE).read()
    return asked(adbc.connect(URI, db_kwargs=options, autocommit=True), "SELECT count(*) FROM orders")


def with_pyarrow():
    trust = {"tls_root_certs": open(CERTIFICATE).read()} if CERTIFICATE else {}
    client = pyarrow.flight.FlightClient(URI, **trust)
    name, value = client.authenticate_basic_token(USER, PASSWORD)
    return [name.decode(), value.decode().split(" ")[0]]


with connect() as door:
    with_adbc(door)
tell("as of", lambda: asked(connect(as_of="2000-01-01T00:00:00Z"), "SELECT count(*) FROM orders"))
tell("no instant", lambda: asked(connect(as_of="yesterday"), "SELECT 1"))
tell("bearer", with_a_bearer)
tell("pyarrow", with_pyarrow)
tell("wrong password", lambda: asked(connect(password="wrong"), "SELECT 1"))
tell("not theirs", lambda: asked(connect(tenant="service_desk"), "SELECT 1"))
