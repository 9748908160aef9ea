"""NaiveBayesModel: counts, distributions, derived intervals, thresholds and missing values, calculated by hand."""

from __future__ import annotations

import math
import pickle

import pyarrow as pa
import pytest

import sparkpmml
from sparkpmml.errors import ModelError

DOCUMENT = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">
<Header/>
<DataDictionary>
  <DataField name="colour" optype="categorical" dataType="string"/>
  <DataField name="doors" optype="categorical" dataType="integer"/>
  <DataField name="age" optype="continuous" dataType="double"/>
  <DataField name="y" optype="categorical" dataType="integer"><Value value="0"/><Value value="1"/></DataField>
</DataDictionary>
<NaiveBayesModel functionName="classification" threshold="{threshold}">
<MiningSchema>
  <MiningField name="colour"/><MiningField name="doors"/><MiningField name="age"/>
  <MiningField name="y" usageType="target"/>
</MiningSchema>
<BayesInputs>{inputs}</BayesInputs>
<BayesOutput fieldName="y">{output}</BayesOutput>
</NaiveBayesModel></PMML>"""

TYPES = {"colour": pa.string(), "doors": pa.int64(), "age": pa.float64()}


def counts(**numbers):
    """`_0=3, _1=7`: the counts of the target's values 0 and 1."""
    cells = "".join(f'<TargetValueCount value="{name[1:]}" count="{number}"/>' for name, number in numbers.items())
    return f"<TargetValueCounts>{cells}</TargetValueCounts>"


def counted(field, pairs, derived=""):
    cells = "".join(f'<PairCounts value="{value}">{counts(**numbers)}</PairCounts>' for value, numbers in pairs.items())
    return f'<BayesInput fieldName="{field}">{derived}{cells}</BayesInput>'


def measured(field, *distributions):
    stats = "".join(
        f'<TargetValueStat value="{value}">{distribution}</TargetValueStat>'
        for value, distribution in enumerate(distributions)
    )
    return f'<BayesInput fieldName="{field}"><TargetValueStats>{stats}</TargetValueStats></BayesInput>'


def document(*inputs, output=None, threshold=0.001):
    return DOCUMENT.format(inputs="".join(inputs), output=output or counts(_0=30, _1=10), threshold=threshold).encode()


def score(source, **row):
    """The class and the probability of class 1 of one row; a field that is not given is missing."""
    model = sparkpmml.load(source)
    assert pickle.loads(pickle.dumps(model.program)).schema == model.program.schema
    table = pa.table({name: pa.array([row.get(name)], kind) for name, kind in TYPES.items()})
    [answer] = model.predict(table).to_pylist()
    chances = dict(answer["probability"])
    assert sum(chances.values()) == pytest.approx(1.0)
    return answer["prediction"], chances["1"]


def odds(for_1, for_0):
    return for_1 / (for_1 + for_0)


COLOUR = counted("colour", {"red": {"_0": 6, "_1": 9}, "blue": {"_0": 24}, "green": {"_0": 0, "_1": 1}})
DOORS = counted("doors", {"2": {"_0": 3, "_1": 5}, "4": {"_0": 27, "_1": 5}})
GAUSS = measured(
    "age", '<GaussianDistribution mean="30" variance="4"/>', '<GaussianDistribution mean="40" variance="9"/>'
)
POISSON = measured("age", '<PoissonDistribution mean="2"/>', '<PoissonDistribution mean="3.5"/>')
UNIFORM = measured("age", '<UniformDistribution lower="0" upper="4"/>', '<UniformDistribution lower="2" upper="4"/>')
BINS = counted(
    "age",
    {"young": {"_0": 20, "_1": 2}, "old": {"_0": 10, "_1": 8}},
    """<DerivedField optype="categorical" dataType="string"><Discretize field="age">
    <DiscretizeBin binValue="young"><Interval closure="openOpen" rightMargin="30"/></DiscretizeBin>
    <DiscretizeBin binValue="old"><Interval closure="closedOpen" leftMargin="30" rightMargin="90"/></DiscretizeBin>
    </Discretize></DerivedField>""",
)


def gauss(value, mean, variance):
    return math.exp(-((value - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


def poisson(value, mean):
    return mean**value * math.exp(-mean) / math.factorial(value)


CASES = {  # id: document, row, class, probability of class 1
    "prior": (document(COLOUR), {}, 0, odds(10, 30)),
    "counts": (document(COLOUR), {"colour": "red"}, 1, odds(10 * 9 / 10, 30 * 6 / 30)),
    "two inputs": (
        document(COLOUR, DOORS), {"colour": "red", "doors": 4}, 0, odds(10 * 0.9 * 0.5, 30 * 0.2 * 0.9),
    ),
    "one of two missing": (document(COLOUR, DOORS), {"doors": 2}, 1, odds(10 * 0.5, 30 * 0.1)),
    "a count of zero is the threshold": (document(COLOUR), {"colour": "green"}, 1, odds(10 * 0.1, 30 * 0.001)),
    "a count that is left out, too": (document(COLOUR), {"colour": "blue"}, 0, odds(10 * 0.001, 30 * 0.8)),
    "a value without counts says nothing": (document(COLOUR), {"colour": "pink"}, 0, odds(10, 30)),
    "gaussian": (document(GAUSS), {"age": 34.0}, 0, odds(10 * gauss(34, 40, 9), 30 * gauss(34, 30, 4))),
    "gaussian, at the threshold": (
        document(GAUSS, threshold=0.01), {"age": 41.0}, 1, odds(10 * gauss(41, 40, 9), 30 * 0.01),
    ),
    # both densities are far below what a double holds; their logarithms are -(1000 - 30)^2 / 8 and -(1000 - 40)^2 / 18
    "gaussian, far out, no threshold": (document(GAUSS, threshold=0), {"age": 1000.0}, 1, 1.0),
    "gaussian, missing": (document(GAUSS), {}, 0, odds(10, 30)),
    "poisson": (document(POISSON), {"age": 5.0}, 1, odds(10 * poisson(5, 3.5), 30 * poisson(5, 2))),
    "poisson, no count": (document(POISSON), {"age": 2.5}, 0, odds(10, 30)),
    "uniform": (document(UNIFORM), {"age": 3.0}, 0, odds(10 / 2, 30 / 4)),
    "uniform, outside one": (document(UNIFORM), {"age": 1.0}, 0, odds(10 * 0.001, 30 / 4)),
    "derived interval": (document(BINS), {"age": 30.0}, 0, odds(10 * 0.8, 30 / 3)),
    "in no interval": (document(BINS), {"age": 90.0}, 0, odds(10, 30)),
    "before PMML 4.2": (
        document(COLOUR, f'<Extension name="x">{GAUSS}</Extension>'), {"age": 34.0},
        0, odds(10 * gauss(34, 40, 9), 30 * gauss(34, 30, 4)),
    ),
    "a class that never occurs": (document(DOORS, output=counts(_0=30, _1=0)), {"doors": 2}, 0, 0.0),
    "labels as numbers": (
        document(DOORS, output=counts(_0=30, _1=10).replace('"1"', '"1.0"')), {"doors": 2}, 1, odds(10 * 0.5, 30 * 0.1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    source, row, label, chance = CASES[case]
    assert score(source, **row) == (label, pytest.approx(chance, rel=1e-12))


def test_many_rows_and_none():
    model = sparkpmml.load(document(COLOUR, DOORS, GAUSS))
    batch = pa.table(
        {"colour": ["red", None, "pink"], "doors": pa.array([4, 2, None], pa.int64()), "age": [34.0, None, 41.0]}
    )
    chances = [dict(each["probability"])["1"] for each in model.predict(batch).to_pylist()]
    assert chances == pytest.approx(
        [
            odds(10 * 0.9 * 0.5 * gauss(34, 40, 9), 30 * 0.2 * 0.9 * gauss(34, 30, 4)),
            odds(10 * 0.5, 30 * 0.1),
            odds(10 * gauss(41, 40, 9), 30 * 0.001),
        ]
    )
    assert model.predict(batch.slice(0, 0)).num_rows == 0


REFUSED = {
    "no distribution for a class": (
        document(measured("age", '<PoissonDistribution mean="2"/>')), "no distribution for the target's 1",
    ),
    "no density": (
        document(measured("age", *2 * ['<AnyDistribution mean="2" variance="1"/>'])), "does not say which density",
    ),
    "no variance": (
        document(measured("age", *2 * ['<GaussianDistribution mean="2" variance="0"/>'])), "no density with these",
    ),
    "nothing counted": (document('<BayesInput fieldName="age"/>'), "neither PairCounts nor TargetValueStats"),
    "a count of no number": (document(counted("doors", {"many": {"_0": 1}})), "many"),
    "regression": (document(COLOUR).replace(b'"classification"', b'"regression"'), "predicts classes"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    source, message = REFUSED[case]
    with pytest.raises(ModelError, match=message):
        sparkpmml.load(source)
