"""A stock Spark Connect server, which knows nothing of us, and a client in a process of its own."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.spark.conftest import CONFIGURATION, MODELS
from tests.spark.test_same_everywhere import EXPECTED, VIEWS, assert_same

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


def source(name):
    return "(" + VIEWS[name] + ")"


def sql(query):
    for name in VIEWS:
        query = query.replace(f"FROM {name}", f"FROM {source(name)}")
    return f"spark.sql('''{query}''')"


def frame(view, call):
    return f"spark.sql('''{VIEWS[view]}''').select('id', {call}.alias('p'))"


SAME = {
    # The same rows and types as answers.json has from classic sessions, by another spelling.
    "position": ("position", sql("SELECT id, flower(petal, color) AS p FROM flower_petals")),
    "struct": ("struct", sql("SELECT id, line(struct(*)) AS p FROM line_points")),
    "kinds": ("kinds", sql("SELECT id, kinds(struct(*)) AS p FROM all_kinds")),
    "kinds by position": ("kinds", sql("SELECT id, kinds(f, i, n, s, b, d, t, h, days) AS p FROM all_kinds")),
    "constant": ("constant", sql("SELECT id, constant(id) AS p FROM line_points")),
    "named": ("named", sql("SELECT id, line(x1 => x1 * 2, x2 => x2).prediction AS y FROM line_points")),
    "where": (
        "where",
        sql("SELECT id, 0 AS k FROM flower_petals WHERE predict_proba('flower', struct(petal, color))['rose'] > 0.5"),
    ),
    "functions, by column": ("position", frame("flower_petals", "predict('flower')")),
    "by name": ("position", frame("flower_petals", "predict('flower', 'color', 'petal')")),
    "by position of columns": ("position", frame("flower_petals", "predict('flower', F.col('petal'), F.col('color'))")),
    "columns in another order": ("position", frame("flower_petals", "predict('flower', F.col('color'), 'petal')")),
    "star": ("struct", frame("line_points", "predict('line', '*')")),
    "star and named": (
        "named",
        frame("line_points", "predict('line', '*', x1=F.col('x1') * 2).prediction").replace("'p'", "'y'"),
    ),
    "path": ("struct", frame("line_points", "predict(models / 'line.pmml')")),
    "loaded": ("struct", frame("line_points", "predict(sparkpmml.load(models / 'line.pmml'))")),
    "file of the server": ("struct", frame("line_points", "predict(f'file:{models}/line.pmml')")),
    "constant, by column": ("constant", frame("line_points", "predict('constant')")),
}


ROSE = {"rose": 0.8, "tulip": 0.1, "iris": 0.1}
NO_ROSE = {"rose": 0.0, "tulip": 0.2, "iris": 0.8}
FIXED = "struct<prediction:string,probability:map<string,double>,outputs:map<string,string>>"


def fixed(prediction, probability=None, **outputs):
    return {"prediction": prediction, "probability": probability, "outputs": outputs}


GENERIC = {
    "classes": (
        sql("SELECT id, predict('flower', struct(*)) AS p FROM flower_petals"),
        FIXED,
        [
            fixed("rose", ROSE, p_rose="0.8"),
            fixed("iris", NO_ROSE, p_rose="0"),
            fixed(None, p_rose=None),
            fixed("rose", ROSE, p_rose="0.8"),
        ],
    ),
    "numbers": (
        sql("SELECT id, predict('line', x1 => x1, x2 => x2) AS p FROM line_points"),
        FIXED,
        [fixed("33"), fixed("-3.5"), fixed(None), fixed(None)],
    ),
    "the value": (
        sql("SELECT id, predict_value('flower', struct(*)) AS p FROM flower_petals"),
        "string",
        ["rose", "iris", None, "rose"],
    ),
    "a number's value": (
        sql("SELECT id, CAST(predict_value('line', struct(*)) AS DOUBLE) + 1 AS p FROM line_points"),
        "double",
        [34.0, -2.5, None, None],
    ),
    "the probabilities": (
        sql("SELECT id, predict_proba('flower', struct(*)) AS p FROM flower_petals"),
        "map<string,double>",
        [ROSE, NO_ROSE, None, ROSE],
    ),
    "all kinds of output": (
        sql("SELECT id, predict('kinds', struct(*)).outputs AS p FROM all_kinds WHERE id = 1"),
        "map<string,string>",
        [
            {
                "f_out": "1.1",
                "i_out": "9007199254740993",
                "n_out": "7",
                "s_out": "größe",
                "b_out": "true",
                "d_out": "2024-02-29",
                "t_out": "2024-02-29 12:30:15.250001",
                "h_out": "12:30:15",
                "days_out": "-1",
            }
        ],
    ),
    "no rows": (sql("SELECT id, predict('flower', struct(*)) AS p FROM flower_petals WHERE id > 9"), FIXED, []),
}

REFUSED = {
    "no such model": (
        sql("SELECT id, predict('flowr', struct(*)) AS p FROM flower_petals"),
        "no model 'flowr'; did you mean 'flower'?",
    ),
    "star": (
        sql("SELECT predict('flower', *) AS p FROM flower_petals"),
        "write predict('flower', struct(*)) or name => value",
    ),
    "no constant": (
        sql("SELECT predict(color, struct(*)) AS p FROM flower_petals"),
        "the model's alias as constant text",
    ),
    "missing": (
        sql("SELECT predict('flower', struct(petal)) AS p FROM flower_petals"),
        "no argument is named 'color'",
    ),
    "too many": (
        sql("SELECT flower(id, petal, color) AS p FROM flower_petals"),
        "the arguments do not fit the model 'flower'",
    ),
    "wrong type": (
        sql("SELECT line(true, x2) AS p FROM line_points"),
        "input 'x1' of the model 'line' is double and cannot be given as BOOLEAN",
    ),
    "unknown name": (
        sql("SELECT line(x1 => x1, x3 => x2) AS p FROM line_points"),
        "the model 'line' has no input 'x3'",
    ),
    "no probabilities": (
        sql("SELECT predict_proba('line', struct(*)) AS p FROM line_points"),
        "the model 'line' gives no probabilities",
    ),
    "no such column": (
        "spark.range(3).select(predict('flower'))",
        "UNRESOLVED_COLUMN",
    ),
    "column by a wrong name": (
        "spark.range(3).select(predict('flower', 'petal', 'colour', 'id'))",
        "no argument is named 'color'; did you mean 'colour'?",
    ),
    "no such file": ("spark.range(3).select(predict('nothing.pmml'))", "no model 'nothing.pmml'"),
    "column without probabilities": (
        "spark.range(3).select(predict_proba('line', 'x1', 'x2'))",
        "the model 'line' has no probability",
    ),
    "name of a function": (
        "sparkpmml.register(spark, models={'abs': models / 'line.pmml'})",
        "the alias 'abs' is the name of a SQL function",
    ),
    "own name": (
        "sparkpmml.register(spark, models={'predict': models / 'line.pmml'})",
        "the alias 'predict' is the name of a SQL function",
    ),
    "unknown on_error": ("sparkpmml.register(spark, on_error='ignore')", "not one of null, fail, capture"),
}

ON_ERROR = {
    "typed": (
        "(sparkpmml.register(spark, on_error='capture'), "
        + sql("SELECT id, line(struct(*)).error AS p FROM line_points")
        + ")[1]",
        "string",
    ),
    "generic": (sql("SELECT id, predict('line', struct(*)).error AS p FROM line_points"), "string"),
    "column": (frame("line_points", "predict('line').error"), "string"),
}
"""Asked in this order, after all others."""

CASTS = {
    "s": {
        "double": "1.5D",
        "decimal": "1.50BD",
        "whole decimal": "12BD",
        "boolean": "true",
        "date": "DATE'2024-02-29'",
        "timestamp": "TIMESTAMP'1969-12-31 23:30:15.5'",
        "timestamp_ntz": "TIMESTAMP_NTZ'2024-02-29 01:02:03'",
    },
    "f": {
        "int": "16777217",
        "bigint": "9007199254740993",
        "decimal": "0.1BD",
        "long decimal": "0.123456789012345678901BD",
        "text": "'2.5'",
        "no number": "'x'",
    },
    "i": {
        "smallint": "7S",
        "double": "3D",
        "no whole": "3.5D",
        "decimal": "3.0BD",
        "long decimal": "12345678901234567890BD",
        "text": "'7'",
    },
    "b": {"int": "1", "other int": "2", "text": "'true'"},
    "d": {
        "timestamp": "TIMESTAMP'1969-12-31 23:30:15.5'",
        "timestamp_ntz": "TIMESTAMP_NTZ'1969-12-31 23:30:15.5'",
        "text": "'2024-02-29'",
    },
    "t": {
        "date": "DATE'1969-12-31'",
        "timestamp": "TIMESTAMP'2024-02-29 01:02:03.000004'",
        "text": "'2024-02-29T01:02:03'",
    },
    "h": {"text": "'12:30:15'"},
    "days": {
        "int": "-1",
        "date": "DATE'1969-12-31'",
        "timestamp": "TIMESTAMP'1969-12-31 23:30:15'",
        "text": "'1969-12-31'",
    },
}
"""Values of other SQL types for the inputs of `kinds`, which gives back what it got."""

SPOILT = {"int": "7", "bigint": "9007199254740993", "whole double": "2D"}
"""Numbers given for text: pandas makes the same DOUBLE of all of them where one is null."""

KINDS = ("f", "i", "n", "s", "b", "d", "t", "h", "days")


def cast_query(function, name, values):
    """One input given in two rows, one of them null, and the others as nulls: a column for each value."""
    calls = [f"{function}struct({fields(name, value)})) AS c{i}" for i, value in enumerate(values.values())]
    return f"SELECT id, {', '.join(calls)} FROM range(0, 2, 1, 1)"


def fields(name, value):
    return ", ".join(f"IF(id = 0, {value}, NULL) AS {each}" if each == name else f"NULL AS {each}" for each in KINDS)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The URL of a stock server."""
    pyspark = pytest.importorskip("pyspark")
    if pyspark.__version__ < "4":
        pytest.skip("pyspark 3.5 brings no jar of the Connect server")
    pytest.importorskip("grpc", reason="a Connect client needs grpcio: pip install 'pyspark[connect]'")
    home = Path(pyspark.__file__).parent
    port = free_port()
    settings = {
        **CONFIGURATION,
        "spark.master": "local[2]",  # what is refused fails once, not three times
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.artifact.copyFromLocalToFs.allowDestLocal": "true",  # a client saves to a folder of the server
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
    }
    options = [part for key, value in settings.items() for part in ("--conf", f"{key}={value}")]
    command = [home / "bin" / "spark-submit", *options, "--class", SERVER, "spark-internal"]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            command, env={**environment(), "SPARK_HOME": str(home)}, stdout=stream, stderr=stream, cwd=log.parent
        )
    try:
        wait_for(port, process, log)
        yield f"sc://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def environment():
    remote = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED")
    kept = {key: value for key, value in os.environ.items() if key not in remote}
    return {**kept, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process, log):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, log.read_text()[-3000:]
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the server does not answer: {log.read_text()[-3000:]}")


def ask(server, folder, cases, *options):
    """What the client answers to each case."""
    path = folder / "cases.json"
    path.write_text(json.dumps(cases))
    done = subprocess.run(
        [sys.executable, HERE / "connect_client.py", server, MODELS, path, *options],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
        env=environment(),
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


CASES = {
    **{f"same: {name}": code for name, (_, code) in SAME.items()},
    **{f"generic: {name}": code for name, (code, *_) in GENERIC.items()},
    **{f"refused: {name}": code for name, (code, _) in REFUSED.items()},
    **{f"cast: {name}": f'spark.sql("{cast_query("kinds(", name, values)}")' for name, values in CASTS.items()},
    **{f"spoilt: {key}": f'spark.sql("{cast_query("kinds(", "s", {key: value})}")' for key, value in SPOILT.items()},
    **{f"on_error: {name}": code for name, (code, _) in ON_ERROR.items()},
}


@pytest.fixture(scope="module", params=["arrow", "pandas"])
def form(request):
    """The form in which functions take columns: Arrow arrays or pandas Series."""
    return request.param


@pytest.fixture(scope="module")
def answers(server, tmp_path_factory, form):
    """What a client answers to all cases."""
    return ask(server, tmp_path_factory.mktemp("client"), CASES, form)


@pytest.mark.parametrize("name", SAME)
def test_same_as_classic(answers, name):
    expected = json.loads(EXPECTED.read_text())[SAME[name][0]]
    found = answers[f"same: {name}"]
    assert "error" not in found, found["error"]
    assert found["schema"] == expected["schema"]
    assert_same(found["rows"], expected["rows"])


@pytest.mark.parametrize("name", GENERIC)
def test_one_type_for_all_models(answers, name):
    _, kind, expected = GENERIC[name]
    found = answers[f"generic: {name}"]
    assert "error" not in found, found["error"]
    assert found["schema"].partition("p:")[2] == kind + ">"
    assert_same([row["p"] for row in found["rows"]], expected)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(answers, name):
    assert REFUSED[name][1] in answers[f"refused: {name}"]["error"]


@pytest.mark.parametrize("name", ON_ERROR)
def test_on_error(answers, name):
    reasons = [row["p"] for row in answers[f"on_error: {name}"]["rows"]]
    assert reasons[:3] == [None, None, None]
    assert "x1" in reasons[3]


@pytest.fixture(scope="module")
def classic(spark):
    """What a classic session answers to a query."""

    def ask(query):
        rows = spark.sql(query).selectExpr("to_json(struct(*), map('ignoreNullFields', 'false'))").collect()
        return sorted((json.loads(row[0]) for row in rows), key=lambda row: row["id"])

    return ask


@pytest.mark.parametrize("name", CASTS)
def test_casts_as_the_jvm(classic, answers, name):
    """Every kind of SQL value gives what a classic session makes of it."""
    found = answers[f"cast: {name}"]
    assert "error" not in found, found["error"]
    assert_same(found["rows"], classic(cast_query("predict('kinds', ", name, CASTS[name])))


@pytest.mark.parametrize("key", SPOILT)
def test_numbers_for_text(classic, answers, form, key):
    found = answers[f"spoilt: {key}"]
    if form == "pandas":
        assert "cast the column to STRING" in found["error"]
    else:
        assert_same(found["rows"], classic(cast_query("predict('kinds', ", "s", {key: SPOILT[key]})))
