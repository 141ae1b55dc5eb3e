"""Apache Superset against the PostgreSQL door, by Superset's own HTTP API in process: prints `name: ok …` or `name: WRONG …` a step.

Arguments: port, tenant, token, password of Superset's `admin`. Ends with 3 if a step went wrong or the door refused a statement, even one
whose refusal Superset keeps to itself. `scripts/superset` runs it.
"""

import datetime
import decimal
import json
import sys

import prison
import psycopg2
import psycopg2.extensions
from superset.app import create_app

PORT, TENANT, TOKEN, PASSWORD = int(sys.argv[1]), *sys.argv[2:5]
URI = f"postgresql+psycopg2://superset:{TOKEN}@127.0.0.1:{PORT}/{TENANT}"
NET_VALUE = decimal.Decimal("9747747.934")
GRAINS = ["PT1S", "PT5S", "PT30S", "PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT1H", "P1D", "P1W", "P1M", "P3M", "P1Y"]

refused = []
wrong = []


class Telling(psycopg2.extensions.cursor):
    """Keeps what the door refuses, for Superset hides some of it."""

    def execute(self, sql, parameters=None):
        try:
            return super().execute(sql, parameters)
        except psycopg2.Error as error:
            sent = self.query.decode() if self.query else str(sql)
            refused.append((sent, f"{error.pgcode} {error}".strip()))
            raise


def telling(uri, parameters, *_):
    parameters.setdefault("connect_args", {})["cursor_factory"] = Telling
    return uri, parameters


class Wrong(Exception):
    pass


def expect(truth, answer):
    if not truth:
        raise Wrong(str(answer))


def step(name, ask):
    """Prints what `ask` returns, or what went wrong in it and what the door refused meanwhile; returns what it returns."""
    before = len(refused)
    told = answer = None
    try:
        answer = ask()
        told = f"{name}: ok {answer}"
    except Exception as error:
        told = f"{name}: WRONG {error if isinstance(error, Wrong) else repr(error)}"
    if told.startswith(f"{name}: WRONG") or len(refused) > before:
        wrong.append(name)
    print(" ".join(told.split()), flush=True)
    for sent, why in refused[before:]:
        print(f"    the door refused: {sent}\n    by: {why}", flush=True)
    return answer


app = create_app()
app.config["DB_CONNECTION_MUTATOR"] = telling
client = app.test_client()
headers = {}


def asked(method, path, body=None, raw=False, **query):
    answer = client.open(path, method=method, json=body, headers=headers,
                         query_string={key: prison.dumps(value) if isinstance(value, dict) else value for key, value in query.items()})
    if answer.status_code not in (200, 201):
        raise Wrong(f"HTTP {answer.status_code} {answer.get_data(as_text=True)[:4000]}")
    return answer.get_data(as_text=True) if raw else answer.get_json()


def signed_in():
    token = asked("POST", "/api/v1/security/login", {"username": "admin", "password": PASSWORD, "provider": "db", "refresh": False})["access_token"]
    headers["Authorization"] = f"Bearer {token}"
    headers["X-CSRFToken"] = asked("GET", "/api/v1/security/csrf_token/")["result"]
    headers["Referer"] = "http://localhost/"
    return "as admin"


step("sign in", signed_in)
DATABASE = {"database_name": TENANT, "sqlalchemy_uri": URI, "configuration_method": "sqlalchemy_form"}
step("test connection", lambda: asked("POST", "/api/v1/database/test_connection/", DATABASE)["message"])


def bad_password():
    answer = client.post("/api/v1/database/test_connection/", json={**DATABASE, "sqlalchemy_uri": URI.replace(TOKEN, "no")}, headers=headers)
    expect(answer.status_code >= 400 and "password" in answer.get_data(as_text=True), answer.get_data(as_text=True))
    return answer.get_json()["errors"][0]["message"]


step("wrong password", bad_password)
database = step("create database", lambda: asked("POST", "/api/v1/database/", DATABASE)["id"])
if database is None:
    sys.exit(3)


def schemas():
    found = asked("GET", f"/api/v1/database/{database}/schemas/", q={"force": True})["result"]
    expect({"public", "history", "records", "kpi", "control"} <= set(found), found)
    return ", ".join(sorted(found))


def tables(schema, known):
    found = asked("GET", f"/api/v1/database/{database}/tables/", q={"schema_name": schema, "force": True})["result"]
    names = [one["value"] for one in found]
    expect(set(known) <= set(names), names)
    kinds = {kind: sum(one["type"] == kind for one in found) for kind in ("table", "view", "materialized_view")}
    return f"{len(names)}, {', '.join(f'{count} of them {kind}s' for kind, count in kinds.items() if count)}"


step("schemas", schemas)
step("tables of public", lambda: tables("public", ["orders", "order_lines", "customers", "products"]))
step("tables of kpi", lambda: tables("kpi", ["net_sales"]))
step("tables of history", lambda: tables("history", ["orders", "order_lines"]))
step("tables of records", lambda: tables("records", ["net_sales"]))
step("tables of control", lambda: tables("control", []))


def columns():
    found = asked("GET", f"/api/v1/database/{database}/table_metadata/", name="order_lines", schema="public")
    types = {column["name"]: column["type"] for column in found["columns"]}
    expect(types.get("net_value", "").startswith("NUMERIC") and types.get("quantity") == "BIGINT" and "TIMESTAMP" in types.get("ordered_at", ""), types)
    comments = sum(bool(column["comment"]) for column in found["columns"])
    expect(comments >= 10 and found["comment"], found)
    key = found["primaryKey"].get("constrained_columns")
    return f"{len(types)} columns, {comments} described; net_value is {types['net_value']}, ordered_at {types['ordered_at']}; key {key}"


step("columns of order_lines", columns)
step("more of order_lines", lambda: asked("GET", f"/api/v1/database/{database}/table_metadata/extra/", name="order_lines", schema="public"))
step("select star", lambda: " ".join(asked("GET", f"/api/v1/database/{database}/select_star/order_lines/public/")["result"].split())[:100] + "…")


def dataset(schema, table, sql=None):
    made = asked("POST", "/api/v1/dataset/", {"database": database, "schema": schema, "table_name": table, **({"sql": sql} if sql else {})})["id"]
    found = {column["column_name"]: column for column in asked("GET", f"/api/v1/dataset/{made}")["result"]["columns"]}
    datasets[table] = made, found
    expect(found, "no columns")
    times = [name for name, column in found.items() if column["is_dttm"]]
    return f"{len(found)} columns, times: {', '.join(times)}"


datasets = {}
step("dataset order_lines", lambda: dataset("public", "order_lines"))
step("dataset kpi.net_sales", lambda: dataset("kpi", "net_sales"))
# What could not be reflected stays wrong; the charts go on over a statement in its place, to tell what else is.
for schema, table in [("public", "order_lines"), ("kpi", "net_sales")]:
    if table not in datasets:
        step(f"dataset of a statement in place of {schema}.{table}", lambda: dataset(schema, table, f"SELECT * FROM {schema}.{table}"))
step("dataset of a statement", lambda: dataset("public", "by_country", "SELECT country, ordered_at, net_value FROM orders WHERE net_value > 0"))


def sql_lab(sql, schema="public", limit=1000):
    global client_id
    client_id = f"step{len(ran):07}"
    ran.append(sql)
    found = asked("POST", "/api/v1/sqllab/execute/", {"database_id": database, "schema": schema, "sql": sql, "runAsync": False, "client_id": client_id,
                                                      "queryLimit": limit, "expand_data": True, "select_as_cta": False, "tab": "one", "ctas_method": "TABLE"})
    expect(found.get("status") == "success", found)
    return found["data"]


def sql_country():
    found = sql_lab("SELECT country, sum(net_value) AS net_value, count(*) AS lines FROM order_lines GROUP BY country ORDER BY 2 DESC")
    expect(found[0]["country"] == "United Kingdom", found[:2])
    return f"{len(found)} rows, first {found[0]}"


def sql_other_schema():
    # Superset writes its own limit over the statement's.
    found = sql_lab("SELECT * FROM net_sales", schema="kpi")
    expect(len(found) == 13, found)
    return f"{len(found)} rows by the search path, first {found[0]}"


def sql_many():
    found = sql_lab("SELECT count(*) AS a FROM orders; SELECT count(*) AS lines FROM order_lines;")
    return f"the last of two: {found}"


def sql_error():
    try:
        answer = sql_lab("SELECT no_such_column FROM order_lines")
    except Wrong as error:
        expect(len(refused) and "no_such_column" in str(error), error)
        # This one was asked for.
        refused.pop()
        return json.loads(str(error).split(" ", 2)[2])["errors"][0]["message"]
    raise Wrong(answer)


ran = []
client_id = None
step("SQL Lab", sql_country)
step("SQL Lab as CSV", lambda: f"{len(asked('GET', f'/api/v1/sqllab/export/{client_id}/', raw=True).splitlines())} lines")
step("SQL Lab in kpi", sql_other_schema)
step("SQL Lab, two statements", sql_many)
step("SQL Lab, every column", lambda: f"{len(sql_lab('SELECT * FROM order_lines', limit=100))} rows")
step("SQL Lab, a mistake", sql_error)


def metric(column, aggregate="SUM"):
    return {"expressionType": "SIMPLE", "column": {"column_name": column}, "aggregate": aggregate, "label": f"{aggregate}({column})"}


def context(of, queries, format="json"):
    plain = {"filters": [], "extras": {}, "columns": [], "metrics": [], "row_limit": 1000}
    return {"datasource": {"id": datasets[of][0], "type": "table"}, "force": True, "result_format": format, "result_type": "full",
            "queries": [{**plain, **query} for query in queries]}


def chart(of="order_lines", **query):
    found = asked("POST", "/api/v1/chart/data", context(of, [query]))["result"][0]
    expect(found["status"] == "success" and not found.get("error"), found)
    return found["data"]


def axis(column, grain):
    return {"timeGrain": grain, "columnType": "BASE_AXIS", "sqlExpression": column, "label": column, "expressionType": "SQL"}


def number(of_what):
    return decimal.Decimal(str(of_what)).quantize(decimal.Decimal("0.001"))


def is_net_value(found):
    expect(found == NET_VALUE, f"{found}, not {NET_VALUE}")
    return found


SUM = "SUM(net_value)"


def big_number():
    return is_net_value(number(chart(metrics=[metric("net_value")])[0][SUM]))


def bar():
    found = chart(columns=["country"], metrics=[metric("net_value"), {"expressionType": "SQL", "sqlExpression": "COUNT(DISTINCT order_id)", "label": "orders"}],
                  orderby=[[metric("net_value"), False]], row_limit=10)
    expect(len(found) == 10 and found[0]["country"] == "United Kingdom" and found[0][SUM] > found[1][SUM], found)
    return f"{len(found)} bars, {found[0]}, {found[1]}"


def day(stamp):
    return datetime.datetime.fromtimestamp(stamp / 1000, datetime.timezone.utc).date()


def by_month(**more):
    return chart(columns=[axis("ordered_at", "P1M")], metrics=[metric("net_value")], orderby=[[metric("net_value"), False]], **more)


def months():
    found = sorted(by_month(), key=lambda row: row["ordered_at"])
    expect(len(found) == 13 and str(day(found[0]["ordered_at"])) == "2010-12-01", found)
    is_net_value(sum(number(row[SUM]) for row in found))
    return f"{len(found)} months from {day(found[0]['ordered_at'])} to {day(found[-1]['ordered_at'])}, together {NET_VALUE}"


def series():
    found = chart(columns=[axis("ordered_at", "P1M"), "country"], metrics=[metric("net_value")], series_columns=["country"], series_limit=3,
                  series_limit_metric=metric("net_value"), order_desc=True)
    expect(len({row["country"] for row in found}) == 3 and len(found) == 39, found)
    return f"{len(found)} points of 3 countries"


def time_range():
    within = {"col": "ordered_at", "op": "TEMPORAL_RANGE", "val": "2011-11-01 : 2011-12-01"}
    found = by_month(filters=[within], granularity="ordered_at", time_range="2011-11-01 : 2011-12-01")
    expect(len(found) == 1 and str(day(found[0]["ordered_at"])) == "2011-11-01", found)
    same = [row for row in by_month() if row["ordered_at"] == found[0]["ordered_at"]]
    expect(number(same[0][SUM]) == number(found[0][SUM]), [same, found])
    return f"November {number(found[0][SUM])}"


def compared():
    within = {"col": "ordered_at", "op": "TEMPORAL_RANGE", "val": "2011-11-01 : 2011-12-01"}
    found = chart(columns=[axis("ordered_at", "P1D")], metrics=[metric("net_value")], filters=[within], time_offsets=["1 month ago"])
    expect(len(found) > 20 and f"{SUM}__1 month ago" in found[0], found[:1])
    return f"{len(found)} days beside those of a month ago"


def filters():
    found = {}
    for column, operator, value in [("country", "IN", ["France", "Germany"]), ("country", "NOT IN", ["France"]), ("country", "==", "France"),
                                    ("country", "!=", "France"), ("country", "LIKE", "Unit%"), ("country", "ILIKE", "unit%"),
                                    ("customer_id", "IS NULL", None), ("country", "IS NOT NULL", None), ("quantity", ">=", 100),
                                    ("net_value", "<", 0), ("net_value", "IN", [1.5, 3]), ("ordered_at", "<", 1320105600000)]:
        rows = chart(metrics=[metric("order_id", "COUNT")], filters=[{"col": column, "op": operator, "val": value}])
        found[f"{column} {operator}"] = rows[0]["COUNT(order_id)"]
    expect(all(count > 0 for count in found.values()) and found["country =="] < found["country IN"], found)
    expect(found["country !="] == found["country NOT IN"] and found["country LIKE"] == found["country ILIKE"], found)
    return ", ".join(f"{name} {count}" for name, count in found.items())


def having():
    found = chart(columns=["country"], metrics=[metric("net_value")], extras={"having": "SUM(net_value) > 200000", "where": "quantity > 0"})
    expect(0 < len(found) < 10, found)
    return f"{len(found)} countries"


def aggregates():
    kinds = ["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"]
    return chart(metrics=[metric("quantity", kind) for kind in kinds])[0]


def every_grain():
    broken = []
    for grain in GRAINS:
        try:
            rows = chart(columns=[axis("ordered_at", grain)], metrics=[metric("net_value")], row_limit=50000)
            is_net_value(sum(number(row[SUM]) for row in rows))
        except Wrong as error:
            broken.append(f"{grain}: {error}")
    expect(not broken, "; ".join(broken))
    return f"{len(GRAINS)} of them"


def raw_records():
    found = chart(columns=sorted(datasets["order_lines"][1]), orderby=[["ordered_at", False]], row_limit=100)
    expect(len(found) == 100, len(found))
    return f"{len(found)} rows of {len(found[0])} columns"


def kpi_series():
    # Without a grain: a KPI's months are those of the tenant's zone, an instant of which may lie in the month before of UTC.
    found = chart("net_sales", columns=["starts_at"], metrics=[metric("value")], orderby=[["starts_at", True]])
    expect(len(found) == 13, found)
    is_net_value(sum(number(row["SUM(value)"]) for row in found))
    return f"{len(found)} months, together {NET_VALUE}"


def of_a_statement():
    found = chart("by_country", columns=["country"], metrics=[metric("net_value")], orderby=[[metric("net_value"), False]], row_limit=5)
    expect(len(found) == 5 and found[0]["country"] == "United Kingdom", found)
    return f"{len(found)} bars, first {found[0]}"


def as_csv():
    ask = context("order_lines", [{"columns": ["country"], "metrics": [metric("net_value")]}], "csv")
    found = asked("POST", "/api/v1/chart/data", ask, raw=True).splitlines()
    expect(len(found) > 10 and found[0] == f"country,{SUM}", found[:2])
    return f"{len(found)} lines"


def filter_values():
    found = asked("GET", f"/api/v1/datasource/table/{datasets['order_lines'][0]}/column/country/values/")["result"]
    expect("France" in found, found)
    return f"{len(found)} countries"


def records():
    of = datasets["order_lines"]
    ask = context("order_lines", [{"columns": sorted(of[1]), "filters": [{"col": "country", "op": "==", "val": "France"}], "row_limit": 50, "row_offset": 50}])
    found = asked("POST", "/api/v1/chart/data", {**ask, "result_type": "drill_detail"})["result"][0]["data"]
    expect(len(found) == 50 and all(row["country"] == "France" for row in found), found)
    return f"{len(found)} rows behind a bar, the second page"


def saved():
    ask = context("order_lines", [{"metrics": [metric("net_value")]}])
    made = asked("POST", "/api/v1/chart/", {"slice_name": "net value", "viz_type": "big_number_total", "datasource_id": datasets["order_lines"][0],
                                            "datasource_type": "table", "params": "{}", "query_context": json.dumps(ask)})["id"]
    return is_net_value(number(asked("GET", f"/api/v1/chart/{made}/data/")["result"][0]["data"][0][SUM]))


step("big number", big_number)
step("bar by country", bar)
step("series by month", months)
step("series of three countries", series)
step("time range", time_range)
step("compared with a month ago", compared)
step("filters", filters)
step("having", having)
step("aggregates", aggregates)
step("every time grain", every_grain)
step("raw records", raw_records)
step("series of a KPI", kpi_series)
step("chart of a statement", of_a_statement)
step("chart as CSV", as_csv)
step("values of a filter", filter_values)
step("drill to detail", records)
step("saved chart", saved)

if wrong:
    print(f"{len(wrong)} steps went wrong: {', '.join(wrong)}")
    sys.exit(3)
