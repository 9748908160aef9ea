"""`predict` in SQL: the ways to name a model and to give its inputs, and the right numbers."""

import pytest

LINE = [33.0, 65.0, -3.5, None]
"""1 + 2 x1 + 3 x2 of the view `points`; the last x1 is out of its interval."""


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("predict('line', *).prediction", id="star"),
        pytest.param("predict_value('line', *)", id="value"),
        pytest.param("predict('line', x1, x2).prediction", id="names"),
        pytest.param("predict('line', x2, X1).prediction", id="names in another order"),
        pytest.param("predict('line', points.*).prediction", id="star of a table"),
        pytest.param("predict('line', x1 => x1, x2 => x2).prediction", id="named arguments"),
        pytest.param("predict('line', x2 => x2 + 0, X1 => x1 * 1).prediction", id="named expressions"),
        pytest.param("predict('line', *, x2 => x2 * 1).prediction", id="star and a named argument"),
        pytest.param("predict('line', x1 + 0, x2 + 0).prediction", id="positions of the inputs read"),
        pytest.param("predict('line', x1 + 0, id, x2 + 0).prediction", id="positions of all inputs"),
        pytest.param("predict('line', struct(*)).prediction", id="struct of all"),
        pytest.param("predict('line', named_struct('x2', x2, 'x1', x1)).prediction", id="named struct"),
        pytest.param("predict('line', struct(x1 + 0, x2 + 0)).prediction", id="struct by position"),
        pytest.param("predict('line', cast(x1 AS string), x2).prediction", id="number as text"),
        pytest.param("predict('line', cast(x1 AS decimal(10,2)), x2).prediction", id="decimal"),
        pytest.param("predict('line', cast(x1 AS int), cast(x2 AS float)).prediction", id="int and float"),
        pytest.param("PREDICT('line', *).prediction", id="upper case"),
        pytest.param("predict('li' || 'ne', *).prediction", id="constant expression for the model"),
    ],
)
def test_line(spark, points, call):
    rows = spark.sql(f"SELECT {call} AS y FROM points ORDER BY id").collect()
    assert [row.y for row in rows] == LINE


def test_struct_column(spark, points):
    query = "SELECT predict('line', row).prediction AS y FROM (SELECT id, struct(*) AS row FROM points) ORDER BY id"
    assert [row.y for row in spark.sql(query).collect()] == LINE


def test_nested_fields(spark, points):
    """`row.x1` has the name x1."""
    inner = "SELECT id, struct(x1, x2) AS row FROM points"
    query = f"SELECT predict('line', row.x2, row.x1).prediction AS y FROM ({inner}) ORDER BY id"
    assert [row.y for row in spark.sql(query).collect()] == LINE


def test_classes(spark, petals):
    rows = spark.sql("SELECT predict('flower', *) AS p FROM petals ORDER BY id").collect()
    assert [row.p.prediction for row in rows] == ["rose", "tulip", "iris", "rose"]
    assert rows[0].p.probability == {"rose": 0.8, "tulip": 0.1, "iris": 0.1}
    assert [row.p.p_rose for row in rows] == [0.8, 0.0, 0.0, 0.8]


def test_probabilities(spark, petals):
    rows = spark.sql("SELECT predict_proba('flower', *) AS p FROM petals ORDER BY id").collect()
    assert rows[1].p == {"rose": 0.0, "tulip": 0.75, "iris": 0.25}


def test_schema(spark, petals, points):
    flower = spark.sql("SELECT predict('flower', *) AS p, predict_value('flower', *) AS v FROM petals").schema
    assert flower["p"].dataType.simpleString() == (
        "struct<prediction:string,probability:map<string,double>,p_rose:double>"
    )
    assert flower["v"].dataType.simpleString() == "string"
    assert spark.sql("SELECT predict('line', *) AS p FROM points").schema["p"].dataType.simpleString() == (
        "struct<prediction:double>"
    )


def test_names_of_unnamed_results(spark, points):
    """The same on all versions, whatever casts are made on the way."""
    columns = spark.sql("SELECT predict('line', id, x2), predict('line', x1, x2).prediction FROM points").columns
    assert columns == ["predict(line)(id, x2)", "predict(line)(x1, x2).prediction"]


def test_anywhere_in_a_query(spark, points):
    """In WHERE, Spark 3.5 takes no star in any function."""
    assert spark.sql("SELECT id FROM points WHERE predict('line', x1, x2).prediction > 30").count() == 2
    grouped = spark.sql("SELECT max(predict_value('line', *)) AS m FROM points GROUP BY note IN ('a', 'b') ORDER BY m")
    assert [row.m for row in grouped.collect()] == [-3.5, 65.0]
    joined = "SELECT sum(predict_value('line', a.x1, b.x2)) AS s FROM points a JOIN points b ON a.id = b.id"
    assert spark.sql(joined).first().s == 94.5


def test_without_a_table(spark):
    assert spark.sql("SELECT predict('line', 1, 10).prediction AS y").first().y == 33.0
    assert spark.sql("SELECT predict('line', x1 => 1, x2 => NULL).prediction AS y").first().y is None


def test_model_that_reads_nothing(spark, points):
    assert [row.y for row in spark.sql("SELECT predict_value('constant', *) AS y FROM points").collect()] == [7.0] * 4
    assert spark.sql("SELECT predict_value('constant') AS y").first().y == 7.0


def test_select_expr(points):
    rows = points.orderBy("id").selectExpr("predict('line', *).prediction AS y").collect()
    assert [row.y for row in rows] == LINE


def test_more_rows_than_a_batch(spark):
    table = "SELECT id % 50 AS x1, id AS x2 FROM range(0, 50000, 1, 3)"
    found = spark.sql(
        f"SELECT sum(predict_value('line', *)) AS s, sum(1 + 2 * x1 + 3 * x2) AS t FROM ({table})"
    ).first()
    assert found.s == found.t
