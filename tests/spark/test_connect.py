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
        timeout=300,
        check=False,
        env=environment(),
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=["arrow", "pandas"])
def answers(server, tmp_path_factory, request):
    """All cases, with functions of Arrow arrays and of pandas Series."""
    cases = {name: code for table in (SAME_CASES, GENERIC, REFUSED) for name, code in table.items()}
    return ask(server, tmp_path_factory.mktemp("client"), cases, request.param)


SAME_CASES = {name: code for name, (_, code) in SAME.items()}
GENERIC = {}
REFUSED = {}


@pytest.mark.parametrize("name", SAME)
def test_same_as_classic(answers, name):
    expected = json.loads(EXPECTED.read_text())[SAME[name][0]]
    found = answers[name]
    assert "error" not in found, found["error"]
    assert found["schema"] == expected["schema"]
    assert_same(found["rows"], expected["rows"])
