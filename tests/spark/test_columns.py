"""sparkpmml.functions: the SQL functions on DataFrames."""

import pytest

import sparkpmml
from sparkpmml.functions import predict, predict_proba, predict_value


def test_forms(points, models):
    from pyspark.sql import functions as F

    path = models / "line.pmml"
    columns = {
        "alias": predict("line", "x1", "x2").prediction,
        "path": predict(str(path), F.col("x2"), F.col("x1"))["prediction"],
        "path_object": predict_value(path, "*"),
        "all": predict_value("line"),
        "position": predict_value("line", F.col("x1") * 1, F.col("x2") * 1),
        "renamed": predict_value("line", (F.col("x1") * 1).alias("x1"), "x2"),
        "named": predict_value("line", "x2", x1=F.col("x1") * 1),
        "model": predict_value(sparkpmml.load(path), "x1", "x2"),
        "model_bytes": predict_value(sparkpmml.load(path.read_bytes()), "x1", "x2"),
    }
    rows = points.orderBy("id").select(*[column.alias(name) for name, column in columns.items()]).collect()
    for name in columns:
        assert [row[name] for row in rows] == [33.0, 65.0, -3.5, None], name


def test_classes(petals):
    row = petals.orderBy("id").select(predict("flower").p_rose, predict_proba("flower").alias("p")).first()
    assert (row[0], row.p["rose"]) == (0.8, 0.8)


def test_errors_name_the_function(points):
    from pyspark.errors import IllegalArgumentException

    with pytest.raises(IllegalArgumentException, match=r"^predict_value: no model 'nothing'"):
        points.select(predict_value("nothing", "x1"))
