"""Clients that analysts bring, against the PostgreSQL door: prints one line of JSON a step, [name, answer] or [name, error code].

Arguments: port, tenant, user, password.
"""

import asyncio
import datetime
import decimal
import json
import sys
import threading
import time

import asyncpg
import psycopg
import sqlalchemy

PORT, TENANT, USER, PASSWORD = int(sys.argv[1]), *sys.argv[2:5]
CONNECTION = {"host": "127.0.0.1", "port": PORT, "user": USER, "dbname": TENANT, "password": PASSWORD}
UTC = datetime.timezone.utc
RUNAWAY = "SELECT count(*) FROM order_lines a CROSS JOIN order_lines b CROSS JOIN order_lines c WHERE a.quantity + b.quantity <> c.quantity"


def tell(name, ask):
    try:
        answer = ask()
    except Exception as error:
        answer = getattr(error, "sqlstate", None) or type(error).__name__
    print(json.dumps([name, answer], default=str), flush=True)


def with_psycopg():
    with psycopg.connect(**CONNECTION, autocommit=True) as connection:
        def rows(sql, parameters=None, **options):
            return [list(row) for row in connection.cursor(**options).execute(sql, parameters).fetchall()]

        tell("count", lambda: rows("SELECT count(*), sum(net_value) FROM order_lines"))
        tell("text", lambda: rows("SELECT count(*) FROM orders WHERE country = %s", ("France",)))
        tell("whole", lambda: rows("SELECT %s::bigint + 1", (41,)))
        tell("instant", lambda: rows("SELECT count(*) FROM orders WHERE ordered_at >= %s", (datetime.datetime(2011, 11, 1, tzinfo=UTC),)))
        tell("decimal", lambda: rows("SELECT count(*) FROM order_lines WHERE net_value > %s", (decimal.Decimal("100.5"),)))
        tell("truth and nothing", lambda: rows("SELECT %s::bool, %s::text", (True, None)))
        tell("binary", lambda: rows("SELECT order_id, ordered_at, net_value, line_count FROM orders ORDER BY order_id LIMIT 1", binary=True))
        tell("masked", lambda: rows("SELECT count(*), count(record), count(value) FROM quarantine"))
        tell("as of", lambda: [connection.execute("SET quarterdeck.as_of = '2000-01-01T00:00:00Z'") and rows("SELECT count(*) FROM orders"),
                               connection.execute("SET quarterdeck.as_of = ''") and rows("SELECT count(*) FROM orders")])
        tell("kpi as of", lambda: [connection.execute("SET quarterdeck.as_of = '2000-01-01T00:00:00Z'") and rows("SELECT sum(records) FROM kpi('net_sales', 'year')"),
                                   connection.execute("SET quarterdeck.as_of = ''") and rows("SELECT sum(records)::bigint FROM kpi('net_sales', 'year')")])
        tell("no instant", lambda: rows("SET quarterdeck.as_of = 'yesterday'"))
        for name, sql in [
            ("insert", "INSERT INTO orders (order_id) VALUES ('x')"),
            ("create", "CREATE TABLE x AS SELECT 1"),
            ("external", "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'"),
            ("copy", "COPY orders TO '/tmp/quarterdeck-copy.csv'"),
            ("engine setting", "SET datafusion.execution.target_partitions = 1"),
            ("into", "SELECT 1 INTO x"),
            ("no table", "SELECT * FROM nothing"),
            ("no column", "SELECT nothing FROM orders"),
            ("no function", "SELECT nothing(1)"),
            ("no syntax", "SELECT 1 +"),
            ("by zero", "SELECT 1 / 0"),
            ("long", "SELECT 1 -- " + "x" * 2_000_000),
            ("deep", "SELECT count(*) FROM orders WHERE " + " OR ".join(f"order_id = '{number}'" for number in range(10_000))),
        ]:
            tell(name, lambda sql=sql: rows(sql))
        connection.execute("SET statement_timeout = 300")
        tell("timeout", lambda: rows(RUNAWAY))
        connection.execute("SET statement_timeout = 0")
        started = time.monotonic()
        threading.Timer(0.5, connection.cancel).start()
        tell("cancelled", lambda: rows(RUNAWAY))
        tell("soon", lambda: time.monotonic() - started < 30)
        tell("afterwards", lambda: rows("SELECT 2"))
        def copied(sql):
            with connection.cursor() as cursor, cursor.copy(sql) as copy:
                return b"".join(bytes(part) for part in copy).decode()

        ask = "COPY (SELECT order_id, net_value, cancelled_at, country FROM orders ORDER BY order_id LIMIT 2) TO STDOUT"
        tell("copied text", lambda: copied(ask))
        tell("copied csv", lambda: copied(ask + " (FORMAT csv, HEADER)"))

        def copied_binary():
            with connection.cursor() as cursor, cursor.copy("COPY (SELECT order_id, net_value, line_count FROM orders ORDER BY order_id) TO STDOUT (FORMAT binary)") as copy:
                copy.set_types(["text", "numeric", "int8"])
                rows = list(copy.rows())
                return [len(rows), list(rows[0])]

        tell("copied binary", copied_binary)
        tell("copied table", lambda: copied("COPY orders (order_id) TO STDOUT").count("\n"))
        tell("copied nothing", lambda: copied("COPY nothing TO STDOUT"))
        tell("copied in", lambda: copied("COPY orders FROM STDIN"))
    with psycopg.connect(**CONNECTION) as connection:
        def fetched():
            with connection.cursor(name="lines") as cursor:
                cursor.itersize = 1000
                cursor.execute("SELECT order_id FROM orders")
                return sum(1 for _ in cursor)

        tell("cursor", fetched)

    with psycopg.connect(**CONNECTION) as connection:
        def saved():
            try:
                with connection.transaction():
                    with connection.transaction():
                        connection.execute("SELECT * FROM nothing")
            except psycopg.errors.UndefinedTable:
                pass
            return [list(row) for row in connection.execute("SELECT 7").fetchall()]

        connection.execute("SELECT 1")
        tell("savepoint", saved)
    with psycopg.connect(**CONNECTION, autocommit=True) as connection:
        tell("no transaction", lambda: connection.execute("SAVEPOINT here").fetchall())


def with_tools_dialect():
    """What BI tools write for PostgreSQL."""
    with psycopg.connect(**CONNECTION, autocommit=True) as connection:
        def only(sql):
            return connection.execute(sql).fetchall()[0][0]

        tell("time by format", lambda: only(
            "SELECT count(*) FROM orders WHERE ordered_at >= TO_TIMESTAMP('2011-11-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')"
            " AND ordered_at < TO_DATE('2011-12-01', 'YYYY-MM-DD')"))
        tell("quarter hours", lambda: only(
            "SELECT max(DATE_TRUNC('HOUR', ordered_at) + INTERVAL '15 MINUTES' * FLOOR(EXTRACT(MINUTE FROM ordered_at) / 15))"
            " FROM orders WHERE ordered_at < '2010-12-01T08:29:00Z'"))
        tell("search path", lambda: [connection.execute('SET search_path = "kpi", public') and only("SELECT count(*) > 0 FROM net_sales"),
                                     connection.execute("SET search_path TO DEFAULT") and only("SELECT count(*) FROM orders")])

        def numbers():
            with psycopg.connect(**CONNECTION) as other:
                sql = "SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY 2, 3"
                return connection.execute(sql).fetchall() == other.execute(sql).fetchall()

        tell("numbers", numbers)


def with_sqlalchemy():
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(**CONNECTION))
    about = sqlalchemy.inspect(engine)

    tell("tables", lambda: about.get_table_names(schema="public")[:2])
    tell("views", lambda: "net_sales" in about.get_view_names(schema="records"))
    def reflected():
        orders = sqlalchemy.Table("orders", sqlalchemy.MetaData(), autoload_with=engine)
        about_it = orders.columns["ordered_at"]
        return [len(orders.columns) > 20, str(about_it.type), about_it.nullable, about_it.comment is not None, orders.indexes == set()]

    tell("reflected", reflected)
    tell("reflected view", lambda: [str(column["name"]) for column in about.get_columns("net_sales", schema="kpi")][:4])
    tell("about", lambda: about.get_table_comment("orders", schema="public")["text"])
    with engine.connect() as connection:
        orders = sqlalchemy.table("orders", sqlalchemy.column("country"), schema="public")
        most = sqlalchemy.func.count().label("most")
        ask = sqlalchemy.select(orders.c.country, most).group_by(orders.c.country).order_by(most.desc()).limit(1)
        tell("sqlalchemy", lambda: [list(row) for row in connection.execute(ask)])

        def failed():
            try:
                with connection.begin_nested():
                    connection.execute(sqlalchemy.text("SELECT nothing FROM orders"))
            except sqlalchemy.exc.ProgrammingError:
                pass
            return [list(row) for row in connection.execute(sqlalchemy.text("SELECT 1"))]

        tell("after a failure", failed)


def with_asyncpg():
    async def ask():
        connection = await asyncpg.connect(host="127.0.0.1", port=PORT, user=USER, database=TENANT, password=PASSWORD)
        try:
            since = datetime.datetime(2011, 1, 1, tzinfo=UTC)
            found = await connection.fetch("SELECT country, count(*) AS n FROM orders WHERE ordered_at >= $1 GROUP BY 1 ORDER BY 2 DESC LIMIT 1", since)
            return [list(row) for row in found]
        finally:
            await connection.close()

    tell("asyncpg", lambda: asyncio.run(ask()))


with_psycopg()
with_tools_dialect()
with_sqlalchemy()
with_asyncpg()
