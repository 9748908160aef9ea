"""PMMLTransformer in a client of Spark Connect: it scores, and is saved and loaded, without a JVM at hand."""

import json
import subprocess
import sys

import pytest

from tests.spark.conftest import MODELS
from tests.spark.test_connect import environment, server

__all__ = ["server"]  # a fixture

CLIENT = """
import json, sys
from pyspark.sql import SparkSession
from sparkpmml.ml import PMMLTransformer

spark = SparkSession.builder.remote({url!r}).getOrCreate()
rows = [(1, 1.0, 10.0), (2, 2.0, 20.0), (3, 1000.0, 1.0)]
points = spark.createDataFrame(rows, "id int, x1 double, x2 double")

def answers(stage, frame=points):
    scored = stage.transform(frame)
    return [scored.columns, [list(row) for row in scored.orderBy("id").collect()]]

stage = PMMLTransformer(model={model!r}, onError="capture")
found = {{"flat": answers(stage)}}
found["struct"] = answers(PMMLTransformer(model={model!r}, outputCol="p"))
renamed = points.withColumnRenamed("x1", "length")
found["renamed"] = answers(PMMLTransformer(model={model!r}, inputs={{"x1": "length"}}, predictionCol="y"), renamed)
stage.save({folder!r})
loaded = PMMLTransformer.load({folder!r})
found["loaded"] = [loaded.getModel(), answers(loaded)]
spark.stop()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def answers(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("client")
    text = CLIENT.format(url=server, model=str(MODELS / "line.pmml"), folder=str(folder / "stage"))
    done = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment(),
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_columns(answers):
    columns, rows = answers["flat"]
    assert columns == ["id", "x1", "x2", "prediction", "error"]
    assert [row[3] for row in rows] == [33.0, 65.0, None]
    assert [row[4] is None for row in rows] == [True, True, False]
    assert "1000" in rows[2][4]


def test_one_struct(answers):
    columns, rows = answers["struct"]
    assert columns == ["id", "x1", "x2", "p"]
    assert [row[3] for row in rows] == [[33.0], [65.0], [None]]


def test_columns_of_other_names(answers):
    columns, rows = answers["renamed"]
    assert columns == ["id", "length", "x2", "y"]
    assert [row[3] for row in rows] == [33.0, 65.0, None]


def test_saved_and_loaded(answers):
    path, found = answers["loaded"]
    assert path.endswith("/stage/model.pmml")
    assert found == answers["flat"]
