"""Columns that cross in blocks: what the Java classes plan, and that the answers are those of Spark's own way."""

import json

import pytest
from documents import PMML, field, schema

ENABLED = "spark.sparkpmml.blocks.enabled"

TYPES = {
    "tiny": "CAST(n AS TINYINT)",
    "small": "CAST(n AS SMALLINT)",
    "whole": "CAST(n AS INT)",
    "big": "CAST(n AS BIGINT) * 1234567890123",
    "single": "CAST(n / 3 AS FLOAT)",
    "double": "n / 7D",
    "truth": "n % 2 = 0",
    "money": "CAST(n / 7 AS DECIMAL(10, 2))",
    "large_money": "CAST(-n AS DECIMAL(38, 10)) * 1234567890123456",
    "text": "concat('größe ', n, repeat('x', n))",
    "bytes": "CAST(concat('b', n) AS BINARY)",
    "day": "date_add(DATE'1969-12-30', CAST(n AS INT))",
    "moment": "timestamp_seconds(n * 86400.25)",
    "wall_clock": "TIMESTAMP_NTZ'2024-02-29 12:30:15.25' + make_dt_interval(CAST(n AS INT))",
    "span": "make_dt_interval(CAST(n AS INT), 1)",
    "months": "make_ym_interval(0, CAST(n AS INT))",
    "list": "array(n, NULL, n + 1)",
    "lists": "array(array(n), NULL, array())",
    "map": "map('a', n, 'b', NULL)",
    "struct": "named_struct('n', n, 's', CAST(n AS STRING), 'inner', named_struct('x', IF(n % 2 = 0, n, NULL)))",
    "structs": "array(named_struct('n', n), NULL)",
    "nothing": "NULL",
}
"""Columns that pass by, as made of the number `n`."""


@pytest.fixture(scope="session")
def everything(spark):
    """A table of every type, each null in every third row, with the inputs of the model `line`."""
    columns = ", ".join(
        f"IF((n + {place}) % 3 = 0, NULL, {made}) AS {name}" for place, (name, made) in enumerate(TYPES.items())
    )
    query = f"SELECT n AS id, {columns}, n / 2D AS x1, IF(n % 5 = 0, NULL, 1D) AS x2 FROM (SELECT id AS n FROM range(0, 50, 1, 3))"
    return spark.sql(query)


@pytest.fixture(scope="session")
def stored(spark, everything, tmp_path_factory):
    """The same in Parquet (which has no VOID), where Spark reads columns."""
    path = str(tmp_path_factory.mktemp("blocks") / "everything")
    everything.drop("nothing").repartition(2).write.parquet(path)
    return spark.read.parquet(path)


def rows(frame):
    """The rows as text, in order."""
    return sorted(
        row.json for row in frame.selectExpr("to_json(struct(*), map('ignoreNullFields', 'false')) AS json").collect()
    )


def both_ways(conf, frame, *columns, batch=10_000):
    """The rows that blocks of `batch` rows give and those of Spark's own way, and the two plans."""
    answers, plans = [], []
    for enabled, size in (("true", batch), ("false", 10_000)):
        conf(ENABLED, enabled)
        conf("spark.sql.execution.arrow.maxRecordsPerBatch", str(size))
        scored = frame.selectExpr("*", *columns)
        plans.append(scored._jdf.queryExecution().executedPlan().toString())
        answers.append(rows(scored))
    return answers, plans


SOURCES = {
    "rows": lambda rows, files: rows,
    "columns": lambda rows, files: files,
    "filtered": lambda rows, files: files.where("id % 4 <> 1"),
    "shuffled": lambda rows, files: files.repartition(3, "id"),
    "empty": lambda rows, files: files.where("id < 0"),
    "cached": lambda rows, files: rows.select("id", "double", "x1", "x2").cache(),
}


@pytest.mark.parametrize("batch", [10_000, 7, 0])
@pytest.mark.parametrize("source", SOURCES)
def test_the_same_as_spark_s_own_way(conf, everything, stored, source, batch):
    """Every type passes by unchanged, whatever the batches."""
    frame = SOURCES[source](everything, stored)
    columns = ("predict('line', *) AS p", "predict('line', x1 => x1 + id, x2 => x2) AS q")
    (ours, theirs), (blocks, plain) = both_ways(conf, frame, *columns, batch=batch)
    assert ours == theirs
    assert len(ours) == frame.count()
    assert "Predict [" in blocks
    assert "Predict [" not in plain


def test_every_type_is_among_them(everything):
    """The values that the test above compares are no nulls."""
    answers = [json.loads(each) for each in rows(everything)]
    for name in TYPES.keys() - {"nothing"}:
        assert sum(answer[name] is not None for answer in answers) > len(answers) // 2, name


KINDS = """
    SELECT id, IF(id % 2 = 0, CAST(id / 7 AS FLOAT), NULL) AS f, IF(id % 3 = 0, 9007199254740993L - id, NULL) AS i,
    IF(id % 2 = 0, 7 - id, NULL) AS n, IF(id % 5 = 0, NULL, concat('größe', id)) AS s, IF(id % 2 = 0, id % 4 = 0, NULL) AS b,
    IF(id % 3 = 0, date_add(DATE'1969-12-30', CAST(id AS INT)), NULL) AS d,
    IF(id % 3 = 0, TIMESTAMP_NTZ'2624-02-29 12:30:15.250001' + make_dt_interval(CAST(id AS INT)), NULL) AS t,
    IF(id % 2 = 0, '12:30:15', NULL) AS h, IF(id % 2 = 0, DATE'1969-12-31', NULL) AS days
    FROM range(0, 40, 1, 2)"""


def test_every_type_of_argument(spark, conf):
    """Dates, times, whole numbers, text, with nulls: as pandas or Arrow bring them."""
    (ours, theirs), _ = both_ways(conf, spark.sql(KINDS), "predict('kinds', *) AS p")
    assert ours == theirs


NUMBERS = {
    "tiny": "CAST(n % 100 - 50 AS TINYINT)",
    "small": "CAST(n * 300 - 32768 AS SMALLINT)",
    "whole": "CAST(16777217 + n AS INT)",
    "big": "9007199254740993 - n",
    "single": "CAST(n / 3 AS FLOAT)",
    "double": "n * 1e38 / 7",
    "few": "CAST(n % 4 AS DOUBLE) / 3",
    "odd": "CASE n % 4 WHEN 0 THEN DOUBLE('NaN') WHEN 1 THEN -0D WHEN 2 THEN DOUBLE('-Infinity') ELSE 1e-50 END",
}
"""Columns of numbers made of the number `n`; Parquet keeps the values of `few` once."""


@pytest.fixture(scope="session")
def floating(spark, tmp_path_factory):
    """The model `floating`, which gives back its inputs, a float and a double."""
    outputs = "".join(
        f'<OutputField name="{name}_back" feature="transformedValue" dataType="{name}" optype="continuous">'
        f'<FieldRef field="{name}"/></OutputField>'
        for name in ("float", "double")
    )
    model = (
        f'<RegressionModel functionName="regression">{schema("float", "double", invalidValueTreatment="asIs")}'
        f'<Output>{outputs}</Output><RegressionTable intercept="0"><NumericPredictor name="double" coefficient="0"/>'
        "</RegressionTable></RegressionModel>"
    )
    path = tmp_path_factory.mktemp("floating") / "floating.pmml"
    path.write_text(PMML.format(fields=field("float", "float") + field("double"), transformations="", model=model))
    return path


@pytest.mark.parametrize("source", ["rows", "columns", "cached"])
def test_numbers_are_cast_as_spark_casts_them(spark, conf, floating, source, tmp_path):
    """To float and to double, from every type of number, with and without nulls."""
    columns = [f"{made} AS {name}" for name, made in NUMBERS.items()]
    columns += [f"IF(n % 3 = 0, NULL, {made}) AS some_{name}" for name, made in NUMBERS.items()]
    made = spark.range(0, 60, 1, 1).selectExpr("id AS n").selectExpr("n AS id", *columns)
    made.write.parquet(str(tmp_path / "numbers"))
    files = spark.read.parquet(str(tmp_path / "numbers"))
    frame = {"rows": made, "columns": files, "cached": files.cache()}[source]
    names = [*NUMBERS, *(f"some_{name}" for name in NUMBERS)]
    calls = [f"predict('{floating}', float => {name}, double => {name}) AS p_{name}" for name in names]
    (ours, theirs), (blocks, _) = both_ways(conf, frame, *calls)
    assert ours == theirs
    assert blocks.count("Predict [") == 1
    first = json.loads(ours[1])
    assert first["p_whole"]["float_back"] == 16777218.0 == first["p_whole"]["double_back"]
    assert sum(json.loads(row)["p_some_tiny"]["float_back"] is None for row in ours) == 20
    files.unpersist()


def test_what_only_the_function_reads_does_not_pass_by(spark, stored):
    """Neither packed nor kept, and not counted among the columns that are too many."""
    wide = stored.selectExpr("id", "x1", "x2", *(f"x1 + {i} AS x1_{i}" for i in range(120)))
    sum_of_all = " + ".join(f"x1_{i}" for i in range(120))
    scored = wide.repartition(1).selectExpr(
        "id", f"predict_value('line', x1 => ({sum_of_all}) / 240 - 29.75, x2 => x2) AS p"
    )
    predict = _find(scored._jdf.queryExecution().executedPlan(), "Predict")
    assert [predict.output().apply(i).name() for i in range(predict.output().size())] == ["id", "pythonUDF0"]
    known = stored.selectExpr("id", "predict_value('line', x1 / 2, x2) AS p")
    answers = [{row.id: row.p for row in frame.fillna(-1.0).collect()} for frame in (scored, known)]
    assert answers[0] == pytest.approx(answers[1], rel=1e-12)
    assert len(set(answers[0].values())) > 10


QUERIES = {
    "two models": "SELECT id, predict('line', *) AS p, predict('constant', id) AS q FROM block_points",
    "one field": "SELECT id, predict('line', *).prediction FROM block_points",
    "aggregate": "SELECT count(*), sum(predict_value('line', *)) FROM block_points GROUP BY id % 3",
    "join": """SELECT a.id, a.p, b.x1 FROM (SELECT id, predict_value('line', *) AS p FROM block_points) a
        JOIN block_points b ON a.id = b.id""",
    "chain": "SELECT id, predict_value('line', x1 => predict_value('line', *), x2 => 1D) AS p FROM block_points",
    "no columns": "SELECT predict_value('line', x1 => 1D, x2 => 2D) AS p FROM block_points",
    "limit": "SELECT predict_value('line', *) AS p FROM (SELECT * FROM block_points ORDER BY id LIMIT 3)",
    "union": "SELECT predict('line', *) p FROM block_points UNION ALL SELECT predict('line', x1, 0D, x2) FROM block_points",
    "subquery": "SELECT predict_value('line', x1 => x1, x2 => (SELECT max(x1) FROM block_points)) AS p FROM block_points",
    "window": "SELECT id, rank() OVER (ORDER BY predict_value('line', *), id) AS r FROM block_points",
}


@pytest.mark.parametrize("name", QUERIES)
def test_queries(spark, conf, stored, name):
    """The same answers wherever in a query the function stands."""
    stored.select("id", "x1", "x2").createOrReplaceTempView("block_points")
    answers = []
    for enabled in ("true", "false"):
        conf(ENABLED, enabled)
        answers.append(rows(spark.sql(QUERIES[name])))
    assert answers[0] == answers[1]
    assert answers[0]


@pytest.mark.parametrize("source", ["rows", "columns"])
def test_large_values_pass_by(conf, spark, tmp_path, source):
    """More than one block holds, though the rows are few: blocks are closed by their size, too."""
    frame = spark.range(0, 300, 1, 1).selectExpr("id", "id / 2D AS x1", "1D AS x2", "repeat(id, 30000) AS text")
    if source == "columns":
        frame.write.parquet(str(tmp_path / "large"))
    stored = spark.read.parquet(str(tmp_path / "large")) if source == "columns" else frame.repartition(1)
    scored = stored.selectExpr("id", "predict_value('line', *) AS p", "md5(text) AS text")
    answers = []
    for enabled in ("true", "false"):
        conf(ENABLED, enabled)
        answers.append(rows(scored.selectExpr("*")))
    assert answers[0] == answers[1]
    assert len(answers[0]) == 300


def test_another_python_function_below_sends_batches_of_its_own_size(spark, conf, stored):
    """A block is one value to Spark; a user's function in the same task gets as many rows as ever."""
    import pandas as pd
    from pyspark.sql import functions as F

    size = F.pandas_udf(lambda column: pd.Series([float(len(column))] * len(column)), "double")
    frame = stored.coalesce(1).select("id", "x2", size("x1").alias("x1")).selectExpr("x1", "predict('line', *) AS p")
    assert "Predict [" in frame._jdf.queryExecution().executedPlan().toString()
    assert {row.x1 for row in frame.collect()} == {50.0}


@pytest.mark.parametrize(
    ("column", "why"),
    [
        pytest.param(["make_interval(1, id) AS other"], "a type that blocks do not hold", id="interval"),
        pytest.param([f"x1 + {i} AS x1_{i}" for i in range(120)], "a wide row", id="wide"),
    ],
)
def test_spark_s_own_way_serves_what_blocks_do_not(spark, points, column, why):
    frame = points.selectExpr("*", *column).repartition(1).selectExpr("*", "predict_value('line', *) AS p")
    assert "ArrowEvalPython [" in frame._jdf.queryExecution().executedPlan().toString(), why
    known = {row.id: row.p for row in points.selectExpr("id", "predict_value('line', *) AS p").collect()}
    assert {row.id: row.p for row in frame.selectExpr("id", "p", "to_json(struct(*))").collect()} == known


def test_metrics_count_rows(spark, stored):
    """What the web UI shows of the node."""
    frame = stored.selectExpr("id", "predict('line', *) AS p")
    frame.collect()
    metrics = _find(frame._jdf.queryExecution().executedPlan(), "Predict").metrics()
    assert metrics.apply("numOutputRows").value() == 50
    assert metrics.apply("pythonDataSent").value() > 50 * 16


def test_new_sessions_plan_with_blocks(spark, stored):
    session = spark.newSession()
    session.read.parquet(stored.inputFiles()[0]).createOrReplaceTempView("t")
    assert (
        "Predict [" in session.sql("SELECT predict('line', *) FROM t")._jdf.queryExecution().executedPlan().toString()
    )


def _find(plan, name):
    """The node of this name in a plan, within its adaptive parts too."""
    nodes = [plan]
    while nodes:
        node = nodes.pop()
        if node.nodeName() == name:
            return node
        inner = {"AdaptiveSparkPlan": "executedPlan", "ResultQueryStage": "plan"}.get(node.nodeName())
        children = node.children()
        nodes += [getattr(node, inner)()] if inner else [children.apply(i) for i in range(children.size())]
    raise AssertionError(f"no {name} in the plan")
