"""PMMLTransformer: a stage of pyspark.ml pipelines with the semantics of SQL's predict."""

import json
import re
import shutil

import pytest

import sparkpmml
from sparkpmml.errors import BindingError, ModelError, ModelNotFoundError

pytest.importorskip("pyspark")

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import functions as F

from sparkpmml.ml import PMMLTransformer

SCORES = [33.0, 65.0, -3.5, None]


def scores(frame, column="prediction"):
    return [row[column] for row in frame.orderBy("id").collect()]


@pytest.fixture
def line(tmp_path, models):
    """A copy of the model `line`, to be changed and removed."""
    return shutil.copy(models / "line.pmml", tmp_path / "line.pmml")


COLUMNS = {
    "fields": ({}, ["prediction", "probability", "p_rose"]),
    "prefix": ({"prefix": "rose_"}, ["rose_prediction", "rose_probability", "rose_p_rose"]),
    "names": ({"predictionCol": "kind", "probabilityCol": "chances"}, ["kind", "chances", "p_rose"]),
    "prefix and names": (
        {"prefix": "m_", "predictionCol": "kind", "probabilityCol": "probability"},
        ["kind", "probability", "m_p_rose"],
    ),
    "struct": ({"outputCol": "p"}, ["p"]),
    "captured": ({"onError": "capture"}, ["prediction", "probability", "p_rose", "error"]),
}


@pytest.mark.parametrize(("params", "added"), COLUMNS.values(), ids=COLUMNS.keys())
def test_columns(petals, params, added):
    stage = PMMLTransformer(model="flower", **params)
    frame = stage.transform(petals)
    assert frame.columns == [*petals.columns, *added]
    assert frame.schema == stage.transformSchema(petals.schema)
    assert frame.count() == 4


def test_the_same_as_sql(spark, petals):
    expected = spark.sql("SELECT *, predict('flower', *) AS p FROM petals")
    whole = PMMLTransformer(model="flower", outputCol="p").transform(petals)
    assert whole.schema == expected.schema
    assert whole.orderBy("id").collect() == expected.orderBy("id").collect()
    flat = PMMLTransformer(model="flower").transform(petals)
    assert flat.orderBy("id").collect() == expected.select("id", "petal", "color", "p.*").orderBy("id").collect()


INPUTS = {
    "all columns": ({}, SCORES),
    "by name": ({"inputCols": ["x2", "x1"]}, SCORES),
    "by position": ({"inputCols": ["length", "width"]}, SCORES),
    "mapping": ({"inputs": {"x1": "length", "x2": "width"}}, SCORES),
    "one of two": ({"inputs": {"x1": "x2"}}, [51.0, 101.0, 3.5, 6.0]),
    "both": ({"inputCols": ["x2"], "inputs": {"x1": "length"}}, SCORES),
    "an odd name": ({"inputs": {"x1": "the `first`.one"}}, SCORES),
}


@pytest.mark.parametrize(("params", "expected"), INPUTS.values(), ids=INPUTS.keys())
def test_inputs(points, params, expected):
    frame = points.select("*", points.x1.alias("length"), points.x2.alias("width"), points.x1.alias("the `first`.one"))
    assert scores(PMMLTransformer(model="line", **params).transform(frame)) == expected


BAD = {
    "no model": ({}, "has no model"),
    "an unknown model": ({"model": "lime"}, "no model 'lime'; did you mean 'line'"),
    "an unknown input": ({"model": "line", "inputs": {"x3": "x1"}}, "has no input 'x3'"),
    "too few columns": ({"model": "line", "inputCols": ["x1"]}, "no argument is named 'x2'"),
    "a taken name": ({"model": "line", "outputCol": "NOTE"}, "column 'NOTE' already"),
    "a taken field": ({"model": "line", "predictionCol": "note"}, "column 'note' already"),
    "no such result": ({"model": "line", "probabilityCol": "p"}, "the model gives no probability"),
    "errors of pmml4s": ({"model": "line", "engine": "pmml4s", "onError": "fail"}, "onError must be unset"),
}


@pytest.mark.parametrize(("params", "said"), BAD.values(), ids=BAD.keys())
def test_refused(points, params, said):
    from pyspark.errors import IllegalArgumentException

    with pytest.raises((BindingError, IllegalArgumentException), match=said):
        PMMLTransformer(**params).transform(points)


@pytest.mark.parametrize("params", [{"onError": "ignore"}, {"engine": "jpmml"}], ids=str)
def test_unknown_choices(params):
    with pytest.raises(BindingError, match="not one of"):
        PMMLTransformer(**params)


@pytest.mark.parametrize("params", [{"model": 7}, {"inputs": ["x1"]}, {"inputs": {"x1": 1}}], ids=str)
def test_parameters_of_a_wrong_type(params):
    with pytest.raises(TypeError, match="is a"):
        PMMLTransformer(**params)


def test_a_result_never_replaces_a_column(points):
    scored = PMMLTransformer(model="line").transform(points)
    with pytest.raises(BindingError, match="column 'prediction' already"):
        PMMLTransformer(model="line").transform(scored)
    again = PMMLTransformer(model="line", prefix="new_").transform(scored)
    assert scores(again, "new_prediction") == SCORES


def test_on_error_of_a_stage_is_its_own(spark, points, conf):
    """Neither does it leave a trace in the session, nor does the session's setting change it."""
    conf("spark.sparkpmml.onError", "fail")
    captured = PMMLTransformer(model="line", onError="capture").transform(points)
    assert "1000" in scores(captured, "error")[3]
    assert spark.conf.get("spark.sparkpmml.onError") == "fail"
    with pytest.raises(Exception, match="ScoringError"):
        PMMLTransformer(model="line").transform(points).collect()


def test_on_error_in_sql(spark, points, refused):
    query = "SELECT predict('line', *, on_error => '{}') AS p FROM points WHERE id = 4"
    assert "1000" in spark.sql(query.format("capture")).first().p.error
    assert "not one of null, fail, capture" in refused(query.format("ignore"))
    assert "must be constant text" in refused(query.replace("'{}'", "note"))


def test_scored_once(points):
    frame = PMMLTransformer(model="line", onError="capture").transform(points)
    plan = frame._jdf.queryExecution().executedPlan().toString()
    assert len(re.findall(r"(?:ArrowEvalPython|Predict) \[", plan)) == 1
    assert len(re.findall(r"predict\(line\)\(", plan)) == 1


def test_parameters_of_one_call(points):
    stage = PMMLTransformer(model="line")
    assert scores(stage.transform(points, {stage.predictionCol: "y"}), "y") == SCORES
    assert not stage.isSet(stage.predictionCol)


SETTERS = {
    "model": ("setModel", "a.pmml"),
    "inputCols": ("setInputCols", ["x1"]),
    "inputs": ("setInputs", {"x1": "a"}),
    "outputCol": ("setOutputCol", "p"),
    "predictionCol": ("setPredictionCol", "y"),
    "probabilityCol": ("setProbabilityCol", "p"),
    "prefix": ("setPrefix", "m_"),
    "onError": ("setOnError", "fail"),
    "engine": ("setEngine", "pmml4s"),
}


@pytest.mark.parametrize(("name", "setter", "value"), [(name, *each) for name, each in SETTERS.items()], ids=SETTERS)
def test_setters_and_getters(spark, name, setter, value):
    getter = setter.replace("set", "get", 1)
    for stage in (
        PMMLTransformer(**{name: value}),
        PMMLTransformer().setParams(**{name: value}),
        getattr(PMMLTransformer(), setter)(value),
    ):
        assert getattr(stage, getter)() == value
    assert {param.name for param in PMMLTransformer().params} == set(SETTERS)


def test_saved_and_loaded(spark, points, line, tmp_path):
    """The saved stage needs the document no more, and keeps its own whatever becomes of the files."""
    stage = PMMLTransformer(model=line, inputs={"x1": "x1"}, predictionCol="y", onError="capture")
    stage.save(str(tmp_path / "stage"))
    assert (tmp_path / "stage" / "model.pmml").read_bytes() == line.read_bytes()
    metadata = json.loads(next((tmp_path / "stage" / "metadata").glob("part-*")).read_text())
    assert metadata["class"] == "sparkpmml.ml.PMMLTransformer"
    line.unlink()
    loaded = PMMLTransformer.load(str(tmp_path / "stage"))
    assert (loaded.uid, loaded.getPredictionCol(), loaded.getInputs()) == (stage.uid, "y", {"x1": "x1"})
    shutil.rmtree(tmp_path / "stage")
    frame = loaded.transform(points)
    assert scores(frame, "y") == SCORES
    assert "1000" in scores(frame, "error")[3]


def test_pipeline(spark, points, line, tmp_path):
    """Fitted, saved, loaded, and saved over the place it was loaded from."""
    doubled = SQLTransformer(statement="SELECT *, prediction * 2 AS twice FROM __THIS__")
    fitted = Pipeline(stages=[PMMLTransformer(model=line), doubled]).fit(points)
    path = str(tmp_path / "pipeline")
    fitted.write().overwrite().save(path)
    line.unlink()
    for _ in range(2):
        loaded = PipelineModel.load(path)
        assert scores(loaded.transform(points), "twice") == [66.0, 130.0, -7.0, None]
        loaded.write().overwrite().save(path)


def test_saved_on_another_filesystem(spark, points, line, tmp_path):
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    (tmp_path / "far").mkdir()
    hadoop.set("fs.viewfs.mounttable.pipelines.link./far", (tmp_path / "far").as_uri())
    PMMLTransformer(model=line).save("viewfs://pipelines/far/stage")
    loaded = PMMLTransformer.load("viewfs://pipelines/far/stage")
    assert loaded.getModel() == "viewfs://pipelines/far/stage/model.pmml"
    assert scores(loaded.transform(points)) == SCORES


def test_saved_by_alias_and_set_anew(spark, points, models, tmp_path):
    PMMLTransformer(model="line").save(str(tmp_path / "stage"))
    loaded = PMMLTransformer.load(str(tmp_path / "stage"))
    assert scores(loaded.transform(points)) == SCORES
    other = tmp_path / "other.pmml"
    other.write_text((models / "line.pmml").read_text().replace('intercept="1"', 'intercept="2"'))
    assert scores(loaded.copy().setModel(other).transform(points)) == [34.0, 66.0, -2.5, None]


def test_a_model_that_is_gone_is_not_saved(spark, tmp_path):
    with pytest.raises(ModelNotFoundError, match="no model 'gone'"):
        PMMLTransformer(model="gone").save(str(tmp_path / "stage"))
    assert not (tmp_path / "stage").exists()


def test_a_loaded_model_scores_and_has_no_document_to_save(spark, points, models, tmp_path):
    sparkpmml.register(spark, models={"held": sparkpmml.load(models / "line.pmml")})
    stage = PMMLTransformer(model="held")
    assert scores(stage.transform(points)) == SCORES
    with pytest.raises(ModelNotFoundError, match="its document is not kept: give its path"):
        stage.save(str(tmp_path / "stage"))


def test_a_saved_document_that_is_damaged(spark, tmp_path):
    PMMLTransformer(model="line").save(str(tmp_path / "stage"))
    (tmp_path / "stage" / ".model.pmml.crc").unlink(missing_ok=True)
    (tmp_path / "stage" / "model.pmml").write_text("<html/>")
    with pytest.raises(ModelError, match=r"model\.pmml"):
        PMMLTransformer.load(str(tmp_path / "stage"))


def test_another_session(spark, models):
    """A stage takes settings from the session of the DataFrame that it is given."""
    other = spark.newSession()
    other.conf.set("spark.sparkpmml.model.its_own", str(models / "line.pmml"))
    frame = other.createDataFrame([(1, 1.0, 10.0)], "id int, x1 double, x2 double")
    assert scores(PMMLTransformer(model="its_own").transform(frame)) == [33.0]


def test_without_pyspark_it_says_so(run_script):
    text = """
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "pyspark" else find_spec(name, *rest)
try:
    import sparkpmml.ml
except ImportError as error:
    print(error)
"""
    assert "pip install 'sparkpmml[spark]'" in run_script(text)


def test_columns_of_two_models(points):
    both = PipelineModel(
        [PMMLTransformer(model="line"), PMMLTransformer(model="line", inputs={"x1": "x2"}, prefix="b_")]
    )
    frame = both.transform(points).select("id", (F.col("b_prediction") - F.col("prediction")).alias("d"))
    assert scores(frame, "d") == [18.0, 36.0, 7.0, None]
