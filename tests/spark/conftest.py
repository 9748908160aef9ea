"""One Spark session for all tests here, with three small models and the functions registered."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MODELS = Path(__file__).parent / "models"
ALIASES = ("line", "flower", "kinds", "constant")

CONFIGURATION = {
    "spark.master": "local[2,3]",  # a task may fail twice: worker processes are killed here
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    # Far from UTC, so that a shifted date or time is seen.
    "spark.sql.session.timeZone": "Asia/Kolkata",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """A session in which `predict` is a function and line, flower, kinds and constant are models."""
    pyspark = pytest.importorskip("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = pyspark.SparkSession.builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
    for key, value in CONFIGURATION.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")

    from sparkpmml.spark.register import register

    register(session, models={alias: MODELS / f"{alias}.pmml" for alias in ALIASES})
    yield session
    session.stop()


@pytest.fixture(scope="session")
def points(spark):
    """A view of four rows for the model `line`, of which the last one cannot be scored."""
    rows = [(1, 1.0, 0.0, 10.0, "a"), (2, 2.0, None, 20.0, "b"), (3, -3.0, 0.0, 0.5, "c"), (4, 1000.0, 0.0, 1.0, "d")]
    frame = spark.createDataFrame(rows, "id int, x1 double, spare double, x2 double, note string")
    frame.createOrReplaceTempView("points")
    return frame


@pytest.fixture(scope="session")
def petals(spark):
    """A view of four rows for the model `flower`."""
    rows = [(1, 1.0, "red"), (2, 5.0, "red"), (3, 5.0, "blue"), (4, None, None)]
    frame = spark.createDataFrame(rows, "id int, petal float, color string")
    frame.createOrReplaceTempView("petals")
    return frame


@pytest.fixture(scope="session")
def models():
    """The folder of the models."""
    return MODELS


@pytest.fixture
def refused(spark):
    """Analyse a query that must be refused: its one-sentence message."""
    from pyspark.errors import IllegalArgumentException

    def analyse(query):
        with pytest.raises(IllegalArgumentException) as caught:
            spark.sql(query)
        message = str(caught.value)
        assert "\n" not in message.strip(), message
        assert "py4j" not in message
        assert "Traceback" not in message
        return message

    return analyse


@pytest.fixture
def conf(spark):
    """Set configuration for one test."""
    touched = []

    def set_value(key, value):
        touched.append(key)
        spark.conf.set(key, value)

    yield set_value
    for key in touched:
        spark.conf.unset(key)


@pytest.fixture
def plan_of(spark):
    """The executed plan of a query, as text with every node's arguments."""

    def explain(query):
        return spark.sql(query)._jdf.queryExecution().executedPlan().toString()

    return explain


@pytest.fixture
def run_script(tmp_path):
    """Run a script in a Python process of its own: what it prints."""

    def run(text):
        script = tmp_path / "script.py"
        script.write_text(text)
        root = str(Path(__file__).parents[2])
        environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": root}
        done = subprocess.run(
            [sys.executable, script],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env=environment,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run
