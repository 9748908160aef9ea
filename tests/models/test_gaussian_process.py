"""GaussianProcessModel: the kernels by hand; scikit-learn's own answers are cases in tests/cases/sklearn."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import sparkpmml
from sparkpmml.errors import ModelError

NOISE = 'noiseVariance="0.5"'
SCALES = '<Lambda><Array type="real">2 4</Array></Lambda>'


def process(kernel: str, fields: str = "abyz", function: str = "regression", target: str = "y") -> sparkpmml.Model:
    """One training row: a = 1, b = 2, y = 3."""
    names = "".join(f'<InstanceField field="{name}" column="c_{name}"/>' for name in fields if name != "z")
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_3" version="4.3"><Header/><DataDictionary>
    <DataField name="a" optype="continuous" dataType="double"/>
    <DataField name="b" optype="continuous" dataType="double"/>
    <DataField name="y" optype="continuous" dataType="double"/></DataDictionary>
    <GaussianProcessModel functionName="{function}"><MiningSchema><MiningField name="a"/><MiningField name="b"/>
    <MiningField name="{target}" usageType="target"/></MiningSchema>
    <Output><OutputField name="sd" optype="continuous" dataType="double" feature="standardDeviation"/></Output>
    {kernel}<TrainingInstances isTransformed="false" recordCount="1" fieldCount="3">
    <InstanceFields>{names}</InstanceFields>
    <InlineTable><row><c_a>1</c_a><c_b>2</c_b><c_y>3</c_y></row></InlineTable></TrainingInstances>
    </GaussianProcessModel></PMML>"""
    return sparkpmml.load(document.encode(), name="process")


KERNELS = {  # k of (2, 4) and (1, 2), so differences of 1 and 2
    "radial": (f'<RadialBasisKernel gamma="1.5" {NOISE} lambda="2"/>', math.exp(-(1 + 4) / (2 * 2**2))),
    "squared": (
        f'<ARDSquaredExponentialKernel gamma="1.5" {NOISE}>{SCALES}</ARDSquaredExponentialKernel>',
        math.exp(-((1 / 2) ** 2 + (2 / 4) ** 2) / 2),
    ),
    "absolute": (
        f'<AbsoluteExponentialKernel gamma="1.5" {NOISE}>{SCALES}</AbsoluteExponentialKernel>',
        math.exp(-(1 / 2 + 2 / 4)),
    ),
    "generalized": (
        f'<GeneralizedExponentialKernel gamma="1.5" {NOISE} degree="3">{SCALES}</GeneralizedExponentialKernel>',
        math.exp(-((1 / 2) ** 3 + (2 / 4) ** 3)),
    ),
    "without scales": (
        f'<AbsoluteExponentialKernel gamma="1.5" {NOISE}></AbsoluteExponentialKernel>',
        math.exp(-(1 + 2)),
    ),
}


@pytest.mark.parametrize("name", KERNELS)
def test_kernels(name):
    markup, shape = KERNELS[name]
    answer = process(markup).predict(pd.DataFrame({"a": [2.0, None], "b": [4.0, 4.0]}))
    # K + s = 1.5 + 0.5 = 2; mean = k y / 2; variance = 1.5 - k^2 / 2 + 0.5
    assert answer["prediction"][0] == pytest.approx(1.5 * shape * 3 / 2)
    assert answer["sd"][0] == pytest.approx(math.sqrt(2 - (1.5 * shape) ** 2 / 2))
    assert answer.isna().loc[1].all()


RADIAL = KERNELS["radial"][0]
WRONG = [
    ({"kernel": RADIAL, "fields": "ab"}, "no InstanceField for the target 'y'"),
    ({"kernel": RADIAL, "function": "classification"}, "for regression only"),
    ({"kernel": KERNELS["squared"][0].replace("2 4", "2 4 6")}, "3 length scales"),
    ({"kernel": RADIAL.replace("1.5", "-1.5")}, "not positive definite"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_contradictions_are_named(arguments, message):
    with pytest.raises(ModelError, match=message):
        process(**arguments)


def test_no_rows():
    assert process(RADIAL).predict(pd.DataFrame({"a": [], "b": []})).empty
