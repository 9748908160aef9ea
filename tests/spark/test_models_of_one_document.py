"""Two models of one document in one query: they share its digest and nothing else."""

import os
import tempfile
from pathlib import Path

import pytest

import sparkpmml
from sparkpmml.functions import predict_value

TABLE = """<RegressionModel modelName="{name}" functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema>
<RegressionTable intercept="{intercept}"><NumericPredictor name="x" coefficient="2"/></RegressionTable></RegressionModel>"""

DOCUMENT = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>
<DataDictionary><DataField name="x" optype="continuous" dataType="double"/></DataDictionary>{models}</PMML>"""


@pytest.fixture(params=[pytest.param(1 << 30, id="small"), pytest.param(0, id="shared")])
def pair(spark, request, monkeypatch):
    """The models `first` and `second`, which differ by 100; those whose programs are large are files that workers map."""
    from sparkpmml.spark import broadcast
    from sparkpmml.spark.builder import DRIVER
    from sparkpmml.spark.register import register

    monkeypatch.setattr(broadcast, "LARGE_BYTES", request.param)
    start = os.getpid() + 0.25 + request.param  # so that nothing is known of it
    models = [TABLE.format(name=name, intercept=start + add) for name, add in (("first", 0), ("second", 100))]
    document = DOCUMENT.format(models="".join(models)).encode()
    loaded = {name: sparkpmml.load(document, model=name) for name in ("first", "second")}
    register(spark, models=loaded)
    yield start, loaded
    place = Path(tempfile.gettempdir()) / f"sparkpmml-{os.getuid()}" / "programs"
    for name, model in loaded.items():
        del DRIVER.settings.aliases[name]
        for file in place.glob(f"{model.program.fingerprint}.*"):
            file.unlink()


def test_scores(spark, pair):
    """In one query, in queries in turn, which the same workers run, and in another session."""
    start, loaded = pair
    query = "SELECT CAST(id AS DOUBLE) AS x FROM range(0, 8, 1, 2)"
    values = [start + 2 * x for x in range(8)]
    both = f"SELECT predict('first', *).prediction AS a, predict_value('second', *) AS b FROM ({query}) ORDER BY x"
    for session in (spark, spark.newSession()):
        assert [(row.a, row.b) for row in session.sql(both).collect()] == [(value, value + 100) for value in values]
    for name, add in (("second", 100), ("first", 0)):
        alone = f"SELECT predict_value('{name}', *) AS p FROM ({query}) ORDER BY x"
        assert [row.p for row in spark.sql(alone).collect()] == [value + add for value in values]
    frame = spark.sql(query).orderBy("x")
    columns = [predict_value(model).alias(name) for name, model in loaded.items()]
    assert [tuple(row) for row in frame.select(*columns).collect()] == [(value, value + 100) for value in values]


def test_chain(spark, pair):
    """One of them takes what the other gave."""
    chained = "SELECT predict_value('second', x => predict_value('first', x => 1D)) AS p"
    assert spark.sql(chained).first().p == pair[0] + 100 + 2 * (pair[0] + 2)


def test_information(spark, pair):
    row = spark.sql("SELECT model_info('first').name AS a, model_info('second').name AS b").first()
    assert (row.a, row.b) == ("first", "second")
    rows = spark.sql(
        "SELECT model, name FROM pmml_models() WHERE model IN ('first', 'second') ORDER BY model"
    ).collect()
    assert [tuple(each) for each in rows] == [("first", "first"), ("second", "second")]
