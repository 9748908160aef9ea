"""XGBoost's DART boosters: the booster's sum, and that of the scikit-learn estimator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sparkpmml

TREE = """<Segment weight="{weight}"><True/><TreeModel functionName="regression" x-mathContext="float">
<MiningSchema><MiningField name="x"/></MiningSchema>
<Node score="0"><True/><Node score="{leaf}"><SimplePredicate field="x" operator="lessThan" value="9"/></Node></Node>
</TreeModel></Segment>"""

DOCUMENT = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header><Application name="{exporter}"/></Header>
<DataDictionary><DataField name="x" optype="continuous" dataType="float"/>
<DataField name="y" optype="continuous" dataType="float"/></DataDictionary>
<MiningModel functionName="regression" algorithmName="{algorithm}" x-mathContext="float">
<MiningSchema><MiningField name="y" usageType="target"/><MiningField name="x"/></MiningSchema>
<Targets><Target field="y" rescaleConstant="1"/></Targets>
<Segmentation multipleModelMethod="weightedSum">{trees}</Segmentation></MiningModel></PMML>"""

# 2 ** -25 is less than half a step of a float32 at the base score of 1, and lost there; 2 ** 22 of it are 2 ** -3
TREES = TREE.format(weight=2**22, leaf=2.0**-25) + TREE.format(weight=0.5, leaf=3)

CASES = {  # id: exporter, algorithm, answer
    "an estimator's": ("JPMML-SkLearn library", "XGBoost (DART)", 2.5),
    "an estimator's, newer": ("SkLearn2PMML package", "XGBoost (DART)", 2.5),
    "a booster's": ("JPMML-XGBoost library", "XGBoost (DART)", 2.625),
    "another algorithm's": ("JPMML-SkLearn library", "XGBoost (GBTree)", 2.625),
}


@pytest.mark.parametrize("case", CASES)
def test_sum(case):
    exporter, algorithm, expected = CASES[case]
    document = DOCUMENT.format(exporter=exporter, algorithm=algorithm, trees=TREES)
    model = sparkpmml.load(document.encode(), name="dart.pmml")
    assert model.predict(pd.DataFrame({"x": [np.float32(1)]}))["prediction"].tolist() == [expected]
