"""The handler of a Unity Catalog function, run by Spark as what such a function is: a pandas_udf of iterators."""

import json

import pytest

import sparkpmml
from sparkpmml.spark.portable.batch_handler import handler_of
from sparkpmml.spark.types import result_type
from tests.spark.test_same_everywhere import EXPECTED, VIEWS, assert_same


@pytest.mark.parametrize(
    ("name", "view", "answers"), [("flower", "flower_petals", "position"), ("kinds", "all_kinds", "kinds")]
)
def test_same_as_classic(spark, models, name, view, answers):
    from pyspark.sql.functions import PandasUDFType, pandas_udf

    model = sparkpmml.load(models / f"{name}.pmml")
    handle = handler_of(model)
    kind = result_type(model.program.schema, "null")
    function = pandas_udf(lambda batches: handle(batches), kind, PandasUDFType.SCALAR_ITER)
    frame = spark.sql(VIEWS[view])
    scored = frame.select("id", function(*[each.name for each in model.program.inputs]).alias("p"))
    rows = scored.selectExpr("id", "to_json(struct(*), map('ignoreNullFields', 'false')) AS json").collect()
    found = [json.loads(row.json) for row in sorted(rows, key=lambda row: row.id)]
    assert_same(found, json.loads(EXPECTED.read_text())[answers]["rows"])
