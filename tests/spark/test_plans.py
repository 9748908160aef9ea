"""What Spark's plans show: one evaluation, only the columns that are read, and which model it is."""

import re

import pytest


def evaluations(plan):
    """The Python function calls that the plan makes, one text per call."""
    return re.findall(
        r"predict\([^()]*\)\((?:[^()]|\([^()]*(?:\([^()]*\))*[^()]*\))*\)#\d+", "".join(python_nodes(plan))
    )


def python_nodes(plan):
    """Spark's own node, or ours in its place."""
    return re.findall(r"(?:ArrowEvalPython|Predict) \[(.*?)\], \[", plan)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT predict('flower', *) FROM petals", id="whole"),
        pytest.param("SELECT predict('flower', *).prediction, predict('flower', *).probability FROM petals", id="two"),
        pytest.param("SELECT p.prediction, p.p_rose FROM (SELECT predict('flower', *) AS p FROM petals)", id="inner"),
        pytest.param("SELECT predict_value('flower', *), predict_proba('flower', *) FROM petals", id="functions"),
        pytest.param("SELECT predict('flower', *).p_rose, predict('flower', color, petal) FROM petals", id="forms"),
    ],
)
def test_evaluated_once(petals, plan_of, query):
    plan = plan_of(query)
    assert len(python_nodes(plan)) == 1, plan
    assert len(re.findall(r"predict\(flower\)\(", python_nodes(plan)[0])) == 1, plan


def test_two_models_share_one_trip(petals, plan_of):
    nodes = python_nodes(plan_of("SELECT predict('flower', *), predict('constant', id) FROM petals"))
    assert len(nodes) == 1
    assert "predict(flower)" in nodes[0]
    assert "predict(constant)" in nodes[0]


@pytest.mark.parametrize("arguments", ["*", "struct(*)", "x1, spare, x2", "x1 => x1, spare => spare, x2 => x2"])
def test_unread_columns_are_pruned(spark, tmp_path, plan_of, arguments):
    """Neither sent to Python nor read from the file."""
    path = str(tmp_path / "table")
    spark.sql("SELECT 1D AS x1, 2D AS spare, 3D AS x2, 'x' AS note").write.parquet(path)
    plan = plan_of(f"SELECT predict('line', {arguments}).prediction FROM parquet.`{path}`")
    assert re.search(r"ReadSchema: struct<x1:double,x2:double>", plan), plan
    assert not re.search(r"spare|note", python_nodes(plan)[0]), plan


def test_float_crosses_as_it_is(petals, plan_of):
    """Only what differs from the input's type is cast."""
    plan = plan_of("SELECT predict('flower', *) FROM petals")
    assert re.search(r"predict\(flower\)\(cast\(petal#\d+ as double\), color#\d+\)", plan), plan


def test_struct_is_not_built(points, plan_of):
    assert "struct(" not in plan_of("SELECT predict('line', struct(*)).prediction FROM points")
