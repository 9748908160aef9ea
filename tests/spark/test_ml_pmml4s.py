"""engine="pmml4s": pypmml-spark's answers under our names and types, on Spark 3.5; elsewhere an error that says so."""

import gzip
import importlib.util
import shutil

import pytest

from sparkpmml.errors import BindingError, ModelError, SparkPmmlError

pyspark = pytest.importorskip("pyspark")
PMMLTransformer = pytest.importorskip("sparkpmml.ml").PMMLTransformer

IS_HERE = pyspark.__version__ < "4" and importlib.util.find_spec("pypmml_spark") is not None
needs_pmml4s = pytest.mark.skipif(
    not IS_HERE, reason="pypmml-spark is not installed: it needs Spark 3.5 (tox environment spark35 has it)"
)


def both(frame, **params):
    """The rows of each engine, ordered by id, and the schemas."""
    ours = PMMLTransformer(**params).transform(frame)
    theirs = PMMLTransformer(engine="pmml4s", **params).transform(frame)
    return ours, theirs


@needs_pmml4s
@pytest.mark.parametrize("params", [{}, {"outputCol": "p"}, {"prefix": "m_"}], ids=str)
@pytest.mark.parametrize("model", ["flower", "line"])
def test_the_same_names_types_and_answers(points, petals, model, params):
    frame = petals if model == "flower" else points.where("id < 4")
    ours, theirs = both(frame, model=model, **params)
    assert theirs.schema.simpleString() == ours.schema.simpleString()
    rows = theirs.orderBy("id").collect()
    assert rows == ours.orderBy("id").collect()
    assert len(rows) in (3, 4)


@needs_pmml4s
def test_a_row_without_an_answer_is_null(petals, spark):
    frame = spark.createDataFrame([(1, None, 1.0)], "id int, x1 double, x2 double")
    row = PMMLTransformer(model="line", engine="pmml4s").transform(frame).first()
    assert row.prediction is None


@needs_pmml4s
def test_trees_over_integers(spark, models):
    """Class labels 0, 1, 2 are BIGINT in `prediction` and text in `probability`, here and there."""
    folder = models.parents[1] / "cases" / "lightgbm" / "multiclass"
    frame = spark.read.csv(str(folder / "input.csv"), header=True, inferSchema=True).coalesce(1)
    ours, theirs = both(frame, model=folder / "model.pmml")
    assert theirs.schema == ours.schema
    one, other = ours.collect(), theirs.collect()
    assert len(one) == 60
    assert [row.prediction for row in one] == [row.prediction for row in other]
    for row, their in zip(one, other, strict=True):
        assert their.probability == pytest.approx(row.probability, rel=1e-9)


@needs_pmml4s
def test_a_model_without_a_target(spark, models):
    """pmml4s has no prediction there: what the document declares is given."""
    folder = models.parents[1] / "cases" / "sklearn" / "isolation_forest"
    frame = spark.read.csv(str(folder / "input.csv"), header=True, inferSchema=True).coalesce(1)
    ours, theirs = both(frame, model=folder / "model.pmml")
    declared = [name for name in ours.columns if name not in (*frame.columns, "prediction")]
    assert [name for name in theirs.columns if name not in frame.columns] == declared
    assert "outlier" in declared
    assert theirs.select("outlier").collect() == ours.select("outlier").collect()


@needs_pmml4s
def test_inputs_by_other_names(points):
    frame = points.where("id < 4").select(
        "id", points.x1.alias("length"), points.x2.cast("decimal(10,2)").alias("width")
    )
    for params in ({"inputCols": ["length", "width"]}, {"inputs": {"x1": "length", "x2": "width"}}):
        _, theirs = both(frame, model="line", **params)
        assert theirs.columns == ["id", "length", "width", "prediction"]
        assert [row.prediction for row in theirs.orderBy("id").collect()] == [33.0, 65.0, -3.5]
    with pytest.raises(BindingError, match="no argument is named 'x1'"):
        PMMLTransformer(model="line", engine="pmml4s").transform(frame.drop("id", "width"))


@needs_pmml4s
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_text_in_any_encoding(spark, models, tmp_path, encoding):
    text = (models / "flower.pmml").read_text(encoding="utf-8").replace("tulip", "Blüte").replace("UTF-8", encoding)
    path = tmp_path / "flower.pmml.gz"
    path.write_bytes(gzip.compress(text.encode(encoding)))
    frame = spark.createDataFrame([(1, 5.0, "red")], "id int, petal double, color string")
    ours, theirs = both(frame, model=path)
    assert ours.first().prediction == theirs.first().prediction == "Blüte"


@needs_pmml4s
def test_in_another_thread(points):
    """The JVM's thread of a new Python thread has not seen the jars."""
    from concurrent.futures import ThreadPoolExecutor

    stage = PMMLTransformer(model="line", engine="pmml4s")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: stage.transform(points.where("id = 1")).first().prediction).result() == 33.0


@needs_pmml4s
def test_a_saved_stage(points, models, tmp_path):
    path = shutil.copy(models / "line.pmml", tmp_path / "line.pmml")
    PMMLTransformer(model=path, engine="pmml4s").save(str(tmp_path / "stage"))
    path.unlink()
    loaded = PMMLTransformer.load(str(tmp_path / "stage"))
    assert loaded.getEngine() == "pmml4s"
    assert loaded.transform(points.where("id = 2")).first().prediction == 65.0


@needs_pmml4s
def test_a_document_that_pmml4s_refuses(points, models, tmp_path):
    """BaselineModel: ours scores it, pmml4s does not know it."""
    path = tmp_path / "baseline.pmml"
    path.write_text(BASELINE)
    with pytest.raises(ModelError, match=r"pmml4s cannot read .*baseline\.pmml"):
        PMMLTransformer(model=path, engine="pmml4s").transform(points)


BASELINE = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>
<DataDictionary><DataField name="x1" optype="continuous" dataType="double"/></DataDictionary>
<BaselineModel functionName="regression"><MiningSchema><MiningField name="x1"/></MiningSchema>
<TestDistributions field="x1" testStatistic="zValue"><Baseline><GaussianDistribution mean="0" variance="1"/></Baseline>
</TestDistributions></BaselineModel></PMML>"""


@pytest.mark.skipif(pyspark.__version__ < "4", reason="pypmml-spark can run here")
def test_on_spark_4_the_error_says_what_would_do(points):
    with pytest.raises(SparkPmmlError, match=r"needs Spark 3\.5, .* this is Spark 4.*sparkpmml compare"):
        PMMLTransformer(model="line", engine="pmml4s").transform(points)


@pytest.mark.skipif(pyspark.__version__ >= "4", reason="on Spark 4 it makes no difference what is installed")
def test_without_pypmml_spark_the_error_says_what_to_install(points, monkeypatch):
    from sparkpmml.spark.ml import pmml4s

    monkeypatch.setattr(pmml4s, "_is_loaded", lambda jvm: False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SparkPmmlError, match=r"pip install 'sparkpmml\[pmml4s\]'"):
        PMMLTransformer(model="line", engine="pmml4s").transform(points)
