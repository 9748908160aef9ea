"""What a Spark worker imports to score: not what loads documents, and numba only for models that run its kernels."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from documents import PMML, field, schema

import sparkpmml

LOGISTIC = f"""<RegressionModel functionName="regression" normalizationMethod="logit">{schema("x", "y")}
<RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2"/></RegressionTable></RegressionModel>"""
TREE = f"""<TreeModel functionName="regression" noTrueChildStrategy="returnLastPrediction">{schema("x", "y")}<Node score="1"><True/><Node score="2">
<SimplePredicate field="x" operator="lessThan" value="0"/></Node></Node></TreeModel>"""

WORKER = """
import pickle, sys
import pyarrow as pa
import sparkpmml.spark.worker
program = pickle.loads(sys.stdin.buffer.read())
print(program.score([pa.array([-0.5])], 1)[0].to_pylist())
print(*sorted(sys.modules))
"""


@pytest.mark.parametrize(
    ("model", "score", "needs_numba"),
    [
        pytest.param(LOGISTIC, "[0.5]", False, id="regression"),
        pytest.param(TREE, "[2.0]", True, id="tree"),
    ],
)
def test_a_worker_imports_what_scoring_needs(model, score, needs_numba):
    document = PMML.format(fields=field("x") + field("y"), transformations="", model=model)
    program = pickle.dumps(sparkpmml.load(document.encode()).program)
    run = subprocess.run([sys.executable, "-c", WORKER], input=program, capture_output=True, check=True)
    found, modules = run.stdout.decode().splitlines()
    assert found == score
    unneeded = {"sparkpmml.engine.load", "sparkpmml.compiler.compile", "sparkpmml.remote.http", "pyspark"}
    assert not unneeded & set(modules.split())
    assert ("numba" in modules.split()) is needs_numba


def test_public_names_are_there():
    assert set(sparkpmml.__all__) <= set(dir(sparkpmml))
    assert all(hasattr(sparkpmml, name) for name in sparkpmml.__all__)
    assert not hasattr(sparkpmml, "loads")
