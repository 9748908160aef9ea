"""The same SQL gives the same schema and the same numbers on every supported version: those that are committed here.

After an intended change: `python -m tests.spark.test_same_everywhere` writes the file of expected answers anew.
"""

import json
import math
import os
import sys
from pathlib import Path

import pytest

import sparkpmml

HERE = Path(__file__).parent
EXPECTED = HERE / "expected" / "answers.json"
IRIS = HERE.parents[1] / "examples" / "iris.pmml"

VIEWS = {
    "flowers": """
        SELECT * FROM VALUES (1, 5.1, 3.5, 1.4, 0.2), (2, 5.9, 3.0, 4.2, 1.5), (3, 6.5, 3.0, 5.8, 2.2),
        (4, NULL, 3.0, 5.8, 2.2) AS t(id, sepal_length, sepal_width, petal_length, petal_width)""",
    "line_points": """
        SELECT * FROM VALUES (1, 1.0D, 10.0D), (2, -3.0D, 0.5D), (3, NULL, 1.0D), (4, 1000.0D, 1.0D) AS t(id, x1, x2)""",
    "flower_petals": """
        SELECT * FROM VALUES (1, 1.0F, 'red'), (2, 5.0F, 'blue'), (3, 5.0F, 'green'), (4, NULL, NULL)
        AS t(id, petal, color)""",
    "all_kinds": """
        SELECT id, IF(id = 1, 1.1F, NULL) AS f, IF(id = 1, 9007199254740993L, NULL) AS i, IF(id = 1, 7, NULL) AS n,
        IF(id = 1, 'größe', NULL) AS s, IF(id = 1, true, NULL) AS b, IF(id = 1, DATE'2024-02-29', NULL) AS d,
        IF(id = 1, TIMESTAMP_NTZ'2024-02-29 12:30:15.250001', NULL) AS t, IF(id = 1, '12:30:15', NULL) AS h,
        IF(id = 1, DATE'1969-12-31', NULL) AS days FROM range(1, 3)""",
}

QUERIES = {
    "whole": "SELECT id, predict('{iris}', *) FROM flowers",
    "fields": "SELECT id, predict('{iris}', *).prediction, predict('{iris}', *).probability FROM flowers",
    "functions": "SELECT id, predict_value('flower', *), predict_proba('flower', *) AS p FROM flower_petals",
    "position": "SELECT id, predict('flower', petal, color) AS p FROM flower_petals",
    "named": "SELECT id, predict('line', x1 => x1 * 2, x2 => x2).prediction AS y FROM line_points",
    "struct": "SELECT id, predict('line', struct(*)) AS p FROM line_points",
    "kinds": "SELECT id, predict('kinds', *) AS p FROM all_kinds",
    "aggregate": "SELECT count(p), avg(p) FROM (SELECT predict_value('line', *) AS p FROM line_points) WHERE p > 0",
    # Spark 3.5 allows no star in WHERE.
    "where": "SELECT id, 0 AS k FROM flower_petals WHERE predict_proba('flower', petal, color)['rose'] > 0.5",
    "constant": "SELECT id, predict('constant', id) AS p FROM line_points",
}


def answer(spark, name):
    """What a query gives: its schema as text, its rows as JSON, nulls included."""
    frame = spark.sql(QUERIES[name].format(iris=IRIS))
    ordered = frame.orderBy("id") if "id" in frame.columns else frame
    rows = ordered.selectExpr("to_json(struct(*), map('ignoreNullFields', 'false')) AS json").collect()
    schema = frame.schema.simpleString().replace(str(IRIS), "iris")
    return {"schema": schema, "rows": [json.loads(row.json.replace(str(IRIS), "iris")) for row in rows]}


def make_views(spark):
    for name, query in VIEWS.items():
        spark.sql(query).createOrReplaceTempView(name)


@pytest.fixture(scope="module")
def views(spark):
    make_views(spark)
    yield
    for name in VIEWS:
        spark.catalog.dropTempView(name)


@pytest.mark.parametrize("name", QUERIES)
def test_schema_and_rows(spark, views, name):
    found = answer(spark, name)
    expected = json.loads(EXPECTED.read_text())[name]
    assert found["schema"] == expected["schema"]
    assert_same(found["rows"], expected["rows"])


def assert_same(found, expected):
    """Equal, but for a unit or two in the last place of a double: exp() is not the same in every numpy."""
    assert type(found) is type(expected)
    if isinstance(found, dict):
        assert list(found) == list(expected)
        for key, value in expected.items():
            assert_same(found[key], value)
    elif isinstance(found, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    elif isinstance(found, float):
        assert math.isclose(found, expected, rel_tol=1e-14, abs_tol=1e-300), (found, expected)
    else:
        assert found == expected


def write_expected():
    from pyspark.sql import SparkSession

    from tests.spark.conftest import ALIASES, CONFIGURATION, MODELS

    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = SparkSession.builder.config(map=CONFIGURATION).getOrCreate()
    sparkpmml.register(spark, models={alias: MODELS / f"{alias}.pmml" for alias in ALIASES})
    make_views(spark)
    spark.sparkContext.setLogLevel("OFF")
    answers = {name: answer(spark, name) for name in QUERIES}
    EXPECTED.parent.mkdir(exist_ok=True)
    EXPECTED.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
    spark.stop()


if __name__ == "__main__":
    write_expected()
