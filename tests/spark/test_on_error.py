"""Rows that cannot be scored: null, the end of the job, or a reason."""

import pytest

KEY = "spark.sparkpmml.onError"


def test_null(spark, points):
    row = spark.sql("SELECT predict('line', *) AS p FROM points WHERE id = 4").first()
    assert row.p is not None
    assert row.p.asDict() == {"prediction": None}


def test_fail(spark, points, conf):
    conf(KEY, "fail")
    frame = spark.sql("SELECT predict('line', *) AS p FROM points")
    with pytest.raises(Exception, match=r"ScoringError.*cannot be scored.*x1.*1000") as caught:
        frame.collect()
    assert type(caught.value).__name__ in ("PythonException", "Py4JJavaError")


def test_capture(spark, points, conf):
    conf(KEY, "capture")
    frame = spark.sql("SELECT id, predict('line', *) AS p FROM points ORDER BY id")
    assert frame.schema["p"].dataType.names == ["prediction", "error"]
    rows = frame.collect()
    assert [row.p.error for row in rows[:3]] == [None] * 3
    assert rows[3].p.prediction is None
    assert "x1" in rows[3].p.error
    assert "1000" in rows[3].p.error


def test_text_that_is_no_number(spark, points, conf):
    conf(KEY, "capture")
    row = spark.sql("SELECT predict('line', 'abc', 2) AS p").first()
    assert row.p.prediction is None
    assert "abc" in row.p.error


def test_each_query_has_its_own(spark, points, conf):
    """A plan keeps what was set when it was analysed."""
    before = spark.sql("SELECT predict('line', *) AS p FROM points")
    conf(KEY, "capture")
    after = spark.sql("SELECT predict('line', *) AS p FROM points")
    assert before.schema["p"].dataType.names == ["prediction"]
    assert after.schema["p"].dataType.names == ["prediction", "error"]
    assert len(before.collect()) == len(after.collect()) == 4


def test_set_in_sql(spark, points):
    spark.sql(f"SET {KEY}=capture")
    try:
        frame = spark.sql("SELECT predict('line', *) AS p FROM points")
        assert "error" in frame.schema["p"].dataType.names
    finally:
        spark.conf.unset(KEY)


def test_unknown(points, refused, conf):
    conf(KEY, "ignore")
    assert "not one of null, fail, capture" in refused("SELECT predict('line', *) FROM points")


def test_register(spark, points):
    from sparkpmml.errors import BindingError
    from sparkpmml.spark.register import register

    with pytest.raises(BindingError, match="not one of"):
        register(spark, on_error="ignore")
    register(spark, on_error="capture")
    try:
        assert "error" in spark.sql("SELECT predict('line', *) AS p FROM points").schema["p"].dataType.names
        assert "error" in spark.newSession().sql("SELECT predict('line', 1, 2) AS p").schema["p"].dataType.names
    finally:
        register(spark, on_error="null")
        spark.conf.unset(KEY)
