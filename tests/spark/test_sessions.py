"""Views, sessions, names of models, and files that change."""

import shutil

import pytest

QUERY = "SELECT id, predict('line', *).prediction AS y FROM points"


def scores(frame):
    return [row.y for row in frame.orderBy("id").collect()]


def test_temporary_view(spark, points):
    spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW scored AS {QUERY}")
    assert scores(spark.table("scored")) == [33.0, 65.0, -3.5, None]


def test_persistent_view_in_another_session(spark):
    """A temporary function could not be used here."""
    spark.sql("CREATE TABLE facts USING parquet AS SELECT id, id * 1D AS x1, id * 2D AS x2 FROM range(3)")
    spark.sql("CREATE VIEW scored_facts AS SELECT id, predict('line', *).prediction AS y FROM facts")
    assert scores(spark.newSession().table("scored_facts")) == [1.0, 9.0, 17.0]


SETTINGS = {
    "alias": ("model.in_view={models}/line.pmml", "in_view", [33.0, 65.0, -3.5, None]),
    "modelDir": ("modelDir={models}", "line.pmml", [33.0, 65.0, -3.5, None]),
    "onError": ("onError=fail", "line", "ScoringError"),
    "allowedPaths": ("allowedPaths=/srv/models", "line", "outside of spark.sparkpmml.allowedPaths"),
}


@pytest.mark.parametrize("kind", ["TEMPORARY VIEW", "VIEW"])
@pytest.mark.parametrize(("setting", "name", "expected"), SETTINGS.values(), ids=SETTINGS.keys())
def test_settings_hold_in_views(spark, points, conf, models, kind, setting, name, expected):
    """Spark analyses a view under the settings captured with it, and it captures none of ours."""
    spark.sql("CREATE TABLE IF NOT EXISTS stored_points USING parquet AS SELECT * FROM points")
    spark.conf.set("spark.sparkpmml.model.in_view", f"{models}/line.pmml")
    spark.conf.set("spark.sparkpmml.modelDir", str(models))
    spark.sql(f"CREATE {kind} viewed AS SELECT id, predict('{name}', *).prediction AS y FROM stored_points")
    spark.conf.unset("spark.sparkpmml.model.in_view")
    spark.conf.unset("spark.sparkpmml.modelDir")
    option, value = setting.format(models=models).split("=")
    conf(f"spark.sparkpmml.{option}", value)
    try:
        if isinstance(expected, list):
            assert scores(spark.table("viewed")) == expected
        else:
            with pytest.raises(Exception, match=expected):
                scores(spark.table("viewed"))
    finally:
        spark.sql("DROP VIEW viewed")


def test_described(spark):
    shown = {row.function for row in spark.sql("SHOW FUNCTIONS LIKE 'predict*'").collect()}
    assert shown == {"predict", "predict_value", "predict_proba"}
    described = [row.function_desc for row in spark.sql("DESCRIBE FUNCTION predict").collect()]
    assert described[0] == "Function: predict"
    assert any("predict(model, input, ...)" in line for line in described)


def test_registered_again(spark, points, models):
    from sparkpmml.spark.register import register

    before = spark.sql(QUERY)
    register(spark)
    register(spark, models={"again": str(models / "line.pmml")})
    assert scores(before) == scores(spark.sql(QUERY.replace("'line'", "'again'"))) == [33.0, 65.0, -3.5, None]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param(None, "{models}/line.pmml", id="path"),
        pytest.param(None, "file:{models}/line.pmml", id="URI"),
        pytest.param("modelDir={models}", "line.pmml", id="modelDir"),
        pytest.param("modelDir={models}", "line", id="modelDir, no suffix"),
        pytest.param("model.my_line={models}/line.pmml", "my_line", id="alias in the configuration"),
    ],
)
def test_names_of_models(spark, points, conf, models, key, name):
    if key is not None:
        option, value = key.format(models=models).split("=")
        conf(f"spark.sparkpmml.{option}", value)
    assert scores(spark.sql(QUERY.replace("line", name.format(models=models), 1))) == [33.0, 65.0, -3.5, None]


def test_hadoop_filesystem(spark, points, models):
    """viewfs is a Hadoop filesystem that needs no cluster: here a mount table onto the models' folder."""
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    hadoop.set("fs.viewfs.mounttable.cluster.link./models", models.as_uri())
    assert scores(spark.sql(QUERY.replace("line", "viewfs://cluster/models/line.pmml"))) == [33.0, 65.0, -3.5, None]


def test_allowed_paths(spark, points, refused, conf, models):
    conf("spark.sparkpmml.allowedPaths", "/srv/models")
    assert "outside of spark.sparkpmml.allowedPaths" in refused(QUERY)


def test_changed_file(spark, points, tmp_path, models):
    """A new document is used from the next query on; a plan keeps the one it was made with."""
    path = tmp_path / "line.pmml"
    shutil.copy(models / "line.pmml", path)
    query = QUERY.replace("line", str(path))
    before = spark.sql(query)
    path.write_text(path.read_text().replace('intercept="1"', 'intercept="1001"'))
    assert scores(spark.sql(query)) == [1033.0, 1065.0, 996.5, None]
    assert scores(before) == [33.0, 65.0, -3.5, None]
    path.unlink()
    with pytest.raises(Exception, match="no model"):
        spark.sql(query)


RESTART = """
import sparkpmml
from pyspark.sql import SparkSession

for k in range(2):
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    if k == 0:
        sparkpmml.register(spark, models={{"line": {path!r}}}, on_error="capture")
    row = spark.sql("SELECT predict('line', 1, 10) AS p").first().p
    assert row.prediction == 33.0, row
    spark.stop()

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
sparkpmml.register(spark)
assert spark.sql("SELECT predict_value('line', 2, 20) AS y").first().y == 65.0
print("all right")
"""


def test_stopped_and_started_again(run_script, models):
    """A new application in the same process: the JVM, its registry and our builder live on, broadcasts do not."""
    assert "all right" in run_script(RESTART.format(path=str(models / "line.pmml")))


def test_no_session():
    from sparkpmml.errors import SparkPmmlError
    from sparkpmml.spark.register import register

    with pytest.raises(SparkPmmlError, match="register needs a Spark session, classic or Connect, not str"):
        register("spark")
