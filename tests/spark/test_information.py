"""What SQL says of models: `model_info`, and the table `pmml_models`."""

import shutil

import pytest

import sparkpmml

FIELDS = {
    "name": "kinds",
    "element": "RegressionModel",
    "function": "regression",
    "version": "4.4",
    "producer": None,
    "description": None,
}


def test_info(spark, models):
    info = spark.sql("SELECT model_info('kinds') AS i").first().i.asDict(recursive=True)
    model = sparkpmml.load(models / "kinds.pmml")
    assert {key: info[key] for key in FIELDS} == FIELDS
    assert info["digest"] == model.digest
    assert [each["name"] for each in info["inputs"]] == [each.name for each in model.inputs]
    assert info["inputs"][0] == {
        "name": "f",
        "type": "float",
        "optype": "continuous",
        "values": [],
        "intervals": [],
        "is_read": True,
    }
    assert info["outputs"][:2] == [
        {"name": "prediction", "type": "double", "feature": "predictedValue"},
        {"name": "f_out", "type": "float", "feature": "transformedValue"},
    ]


def test_outputs_are_the_fields_of_predict(spark, petals):
    outputs = spark.sql("SELECT model_info('flower').outputs AS o").first().o
    struct = spark.sql("SELECT predict('flower', *) AS p FROM petals").schema["p"].dataType
    assert [(each.name, each.type) for each in outputs] == [
        (field.name, field.dataType.simpleString()) for field in struct.fields
    ]


def test_info_is_a_constant(spark, plan_of):
    assert "Python" not in plan_of("SELECT model_info('flower').element AS e")
    query = "SELECT id FROM range(3) WHERE model_info('flower').function = 'regression'"
    assert spark.sql(query).count() == 0


def test_categories(spark):
    inputs = {each.name: each for each in spark.sql("SELECT model_info('flower').inputs AS i").first().i}
    assert inputs["color"].values == ["red", "blue"]


@pytest.mark.parametrize(
    ("query", "part"),
    [
        pytest.param("SELECT model_info('nothing')", "model_info: no model 'nothing'", id="no model"),
        pytest.param("SELECT model_info('line', 1)", "model_info takes one argument", id="two arguments"),
        pytest.param("SELECT model_info()", "the first argument must be the model's path or alias", id="no argument"),
        pytest.param("SELECT * FROM pmml_models('line')", "pmml_models takes no arguments", id="argument"),
    ],
)
def test_refused(refused, query, part):
    assert part in refused(query)


@pytest.fixture
def folder(tmp_path, models, conf):
    """A folder with a model, a broken one and something else; and an alias of nothing."""
    shutil.copy(models / "line.pmml", tmp_path / "good.pmml")
    (tmp_path / "broken.pmml").write_text("<PMML")
    (tmp_path / "notes.txt").write_text("")
    conf("spark.sparkpmml.modelDir", str(tmp_path))
    conf("spark.sparkpmml.model.gone", "/nowhere/gone.pmml")
    conf("spark.sparkpmml.model.near", str(models / "flower.pmml"))
    return tmp_path


def test_models(spark, models, folder):
    rows = {row.model: row for row in spark.sql("SELECT * FROM pmml_models()").collect()}
    assert {"line", "flower", "kinds", "constant", "good.pmml", "broken.pmml", "gone", "near"} <= set(rows)
    assert "notes.txt" not in rows
    good = sparkpmml.load(models / "line.pmml")
    assert rows["good.pmml"] == (
        "good.pmml",
        str(folder / "good.pmml"),
        good.name,
        "RegressionModel",
        "regression",
        None,
        good.digest,
        ["x1", "x2"],
        None,
    )
    assert rows["near"].element == "TreeModel"
    assert (rows["gone"].uri, rows["gone"].element) == ("/nowhere/gone.pmml", None)
    assert "there is no such file" in rows["gone"].error
    assert "broken.pmml" in rows["broken.pmml"].error


def test_folder_of_a_hadoop_filesystem(spark, models, conf):
    spark.sparkContext._jsc.hadoopConfiguration().set("fs.viewfs.mounttable.listed.link./models", models.as_uri())
    conf("spark.sparkpmml.modelDir", "viewfs://listed/models")
    query = "SELECT uri FROM pmml_models() WHERE model = 'kinds.pmml'"
    assert spark.sql(query).first().uri == "viewfs://listed/models/kinds.pmml"


def test_models_as_a_table(spark, folder):
    """In a view, in another session, with all that SQL does to tables; looked up anew at each query."""
    spark.sql("CREATE OR REPLACE VIEW good_models AS SELECT model FROM pmml_models() WHERE error IS NULL")
    try:
        assert spark.newSession().sql("SELECT count(*) AS n FROM good_models WHERE model = 'line'").first().n == 1
        assert spark.sql("SELECT count(*) AS n FROM good_models WHERE model = 'new.pmml'").first().n == 0
        shutil.copy(folder / "good.pmml", folder / "new.pmml")
        assert spark.sql("SELECT count(*) AS n FROM good_models WHERE model = 'new.pmml'").first().n == 1
    finally:
        spark.sql("DROP VIEW good_models")


def test_loaded_model_with_an_alias(spark, models, points):
    sparkpmml.register(spark, models={"held": sparkpmml.load(models / "line.pmml")})
    row = spark.sql("SELECT uri, element FROM pmml_models() WHERE model = 'held'").first()
    assert (row.uri, row.element) == (None, "RegressionModel")
    assert spark.sql("SELECT predict_value('held', *) AS y FROM points").first().y == 33.0


def test_described(spark):
    shown = {row.function for row in spark.sql("SHOW FUNCTIONS LIKE '*pmml*|model_info'").collect()}
    assert "model_info" in shown
    described = [row.function_desc for row in spark.sql("DESCRIBE FUNCTION model_info").collect()]
    assert any("model_info(model)" in line for line in described)
