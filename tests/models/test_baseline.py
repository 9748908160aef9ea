"""BaselineModel: each statistic by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from documents import listed

import sparkpmml
from sparkpmml.errors import ModelError, UnsupportedMarkupError

FIELDS = """<DataField name="x" optype="continuous" dataType="double"/>
<DataField name="c" optype="categorical" dataType="string"/>
<DataField name="d" optype="categorical" dataType="integer"/>
<DataField name="w" optype="continuous" dataType="double"/>"""


def baseline(test: str, outputs: str = "", function: str = "regression", derived: str = "") -> sparkpmml.Model:
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
    <DataDictionary>{FIELDS}</DataDictionary>
    {derived}
    <BaselineModel functionName="{function}"><MiningSchema><MiningField name="x"/><MiningField name="c"/>
    <MiningField name="d"/><MiningField name="w"/></MiningSchema><Output>{outputs}</Output>{test}
    </BaselineModel></PMML>"""
    return sparkpmml.load(document.encode(), name="baseline")


def scores(model: sparkpmml.Model, **columns: list[object]) -> list[float | None]:
    frame = model.predict(pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()}))
    return [None if pd.isna(value) else value for value in frame["prediction"]]


def z_value(distribution: str) -> str:
    return f"""<TestDistributions field="x" testStatistic="zValue" testType="threshold" threshold="2">
    <Baseline>{distribution}</Baseline></TestDistributions>"""


Z_VALUES = {
    '<GaussianDistribution mean="550.2" variance="48.2"/>': (560.2 - 550.2) / math.sqrt(48.2),
    '<AnyDistribution mean="550" variance="4"/>': 5.1,
    '<PoissonDistribution mean="529"/>': (560.2 - 529) / 23,
    '<UniformDistribution lower="500" upper="560"/>': (560.2 - 530) / math.sqrt(300),
}


@pytest.mark.parametrize("distribution", Z_VALUES)
def test_z_values(distribution):
    expected = pytest.approx(Z_VALUES[distribution])
    assert scores(baseline(z_value(distribution), function="baseline"), x=[560.2, None]) == [expected, None]


def cusum(first: str, second: str, attributes: str = "") -> str:
    return f"""<TestDistributions field="x" testStatistic="CUSUM" {attributes}><Baseline>{first}</Baseline>
    <Alternate>{second}</Alternate></TestDistributions>"""


GAUSS = ('<GaussianDistribution mean="0" variance="1"/>', '<GaussianDistribution mean="1" variance="1"/>')
POISSON = ('<PoissonDistribution mean="1"/>', '<PoissonDistribution mean="2"/>')
MIXED = ('<GaussianDistribution mean="0" variance="1"/>', '<PoissonDistribution mean="1"/>')
UNIFORM = ('<UniformDistribution lower="0" upper="4"/>', '<UniformDistribution lower="0" upper="1"/>')
SUMS = [
    # the log odds of two normal distributions of variance 1 are x - 1/2
    (GAUSS, "", [2.0, -3.0, 1.0, 1.5], 1.5),  # 1.5, max(0, -2), 0.5, 1.5
    (GAUSS, 'resetValue="-1"', [2.0, -3.0, 1.0, 1.5], 0.5),  # 1.5, max(-1, -2), -0.5, 0.5
    (GAUSS, 'windowSize="2"', [2.0, 1.0, 1.5], 1.5),
    (GAUSS, "", [2.0, None], 1.5),
    (GAUSS, "", [], None),
    (GAUSS, "", None, None),
    (POISSON, "", [3.0], 3 * math.log(2) - 1),
    (MIXED, 'resetValue="-9"', [0.0], 0.5 * math.log(2 * math.pi) - 1),
    (UNIFORM, "", [0.5, 0.5], 2 * math.log(4)),
]


@pytest.mark.parametrize(("pair", "attributes", "events", "expected"), SUMS)
def test_cumulative_sums(pair, attributes, events, expected):
    answer, _ = scores(baseline(cusum(*pair, attributes)), x=[events, [1.0]])
    assert answer == (None if expected is None else pytest.approx(expected))


COUNTS = """<CountTable><FieldValueCount field="c" value="a" count="30"/>
<FieldValueCount field="c" value="b" count="10"/><FieldValueCount field="c" value="z" count="60"/></CountTable>"""


def counted(statistic: str, attributes: str = "", table: str = COUNTS, field: str = "c") -> str:
    return f"""<TestDistributions field="{field}" testStatistic="{statistic}" {attributes}>
    <Baseline>{table}</Baseline></TestDistributions>"""


def test_chi_square_of_a_distribution():
    outputs = """<OutputField name="chi2" feature="chiSquare" dataType="double" optype="continuous"/>
    <OutputField name="ndf" feature="degreesOfFreedom" dataType="double" optype="continuous"/>"""
    model = baseline(counted("chiSquareDistribution"), outputs)
    answer = model.predict(pd.DataFrame({"c": [["a", "a", "b", "z", "?"], ["?"], None]}))
    # 4 known: expected 1.2, 0.4 and 2.4, observed 2, 1 and 1; two degrees of freedom: the tail is exp(-x / 2)
    statistic = 0.8**2 / 1.2 + 0.6**2 / 0.4 + 1.4**2 / 2.4
    assert answer["chi2"][0] == pytest.approx(statistic)
    assert answer["ndf"][0] == 2
    assert answer["prediction"][0] == pytest.approx(math.exp(-statistic / 2))
    assert answer["prediction"][1:].isna().all()


TAILS = {1: lambda x: math.erfc(math.sqrt(x / 2)), 4: lambda x: math.exp(-x / 2) * (1 + x / 2)}


@pytest.mark.parametrize("value", [1e-9, 0.3, 1.0, 4.0, 30.0, 700.0])
@pytest.mark.parametrize("freedom", TAILS)
def test_upper_tail_of_chi_square(value, freedom):
    import numpy as np

    from sparkpmml.kernels.chi_square import survival

    answer = survival(np.array([value]), np.array([float(freedom)]))[0]
    assert answer == pytest.approx(TAILS[freedom](value), rel=1e-12, abs=1e-15)


def test_weights_count_events():
    model = baseline(counted("chiSquareDistribution", 'weightField="w"'))
    weighted = scores(model, c=[["a", "b"], ["a", "b"], ["a"]], w=[[6.0, 2.0], [6.0, None], [1.0, 2.0]])
    plain = scores(baseline(counted("chiSquareDistribution")), c=[["a"] * 6 + ["b"] * 2, ["a"] * 6])
    assert weighted == [pytest.approx(plain[0]), pytest.approx(plain[1]), None]


def test_scalar_products():
    events = {"c": [["a", "a", "z"]]}  # 2 * 30 + 1 * 60 = 120; squares 5 and 900 + 100 + 3600
    assert scores(baseline(counted("scalarProduct")), **events) == [pytest.approx(120 / ((5 + 4600) / 2))]
    independent = counted("scalarProduct", 'normalizationScheme="Independent"')
    assert scores(baseline(independent), **events) == [pytest.approx(120 / math.sqrt(5 * 4600))]


def under(field: str, value: object, *parts: str) -> str:
    return f'<FieldValue field="{field}" value="{value}">{"".join(parts)}</FieldValue>'


def times(field: str, value: object, count: float) -> str:
    return f'<FieldValueCount field="{field}" value="{value}" count="{count}"/>'


NESTED = (
    "<CountTable>" + under("c", "a", times("d", 1, 1), times("d", 2, 3)) + under("d", 1, times("c", "b", 4))
    + "</CountTable>"
)  # fmt: skip


def test_tables_of_several_fields():
    """Cells a1, a2 and b1 with 1, 3 and 4; of the events a1, a1, a2, b1, b2, ?1, a? the first four are in one."""
    c, d = ["a", "a", "a", "b", "b", "?", "a"], [1, 1, 2, 1, 2, 1, None]
    statistic = (2 - 0.5) ** 2 / 0.5 + (1 - 1.5) ** 2 / 1.5 + (1 - 2) ** 2 / 2
    answers = scores(baseline(counted("chiSquareDistribution", table=NESTED)), c=[c, c], d=[d, d[1:]])
    assert answers == [pytest.approx(math.exp(-statistic / 2)), None]
    product = counted("scalarProduct", 'weightField="w"', NESTED, "d")
    weights = [1.0, 1.0, 10.0, 100.0, 7.0, 7.0, 7.0]  # 2, 10 and 100 against 1, 3 and 4
    expected = (2 + 30 + 400) / ((4 + 100 + 10000 + 1 + 9 + 16) / 2)
    assert scores(baseline(product), c=[c], d=[d], w=[weights]) == [pytest.approx(expected)]


def test_tables_of_three_fields():
    table = under("c", "a", under("d", 1, times("x", 0.5, 2), times("x", 1.5, 6)), under("d", 2, times("x", 0.5, 2)))
    model = baseline(counted("scalarProduct", table=f"<CountTable>{table}</CountTable>"))
    events = {"c": [["a", "a", "a"]], "d": [[1, 1, 2]], "x": [[1.5, 1.5, 0.5]]}  # 0, 2 and 1 against 2, 6 and 2
    assert scores(model, **events) == [pytest.approx((12 + 2) / ((5 + 44) / 2))]


def test_chi_square_of_independence():
    table = '<FieldRef field="c"/><FieldRef field="d"/>'
    model = baseline(counted("chiSquareIndependence", table=table))
    c = ["a"] * 10 + ["b"] * 10
    d = [1] * 8 + [2] * 2 + [1] * 4 + [2] * 6
    # 8 2 / 4 6: the totals are 10, 10 and 12, 8; each cell is 2 off 6 or 4: 4/6 + 4/4 + 4/6 + 4/4, one degree
    statistic = 2 * 4 / 6 + 2 * 4 / 4
    expected = pytest.approx(math.erfc(math.sqrt(statistic / 2)))
    answers = scores(model, c=[["a"], c, ["a", None], ["a"]], d=[[1], d, [1, 2], [1, 2]])
    assert answers == [None, expected, None, None]


WRONG = [
    ("", "has no TestDistributions"),
    (cusum(GAUSS[0], '<AnyDistribution mean="1" variance="1"/>'), "without a density"),
    (z_value('<GaussianDistribution mean="1" variance="0"/>'), "positive variance"),
    (z_value(COUNTS), "needs a continuous distribution"),
    (counted("scalarProduct", table=GAUSS[0]), "needs a CountTable"),
    (counted("scalarProduct", table=COUNTS.replace('"b"', '"a"')), "counts c=a twice"),
    (
        counted("scalarProduct", table=COUNTS.replace("30", "0").replace("10", "0").replace("60", "0")),
        "no counts that are above 0",
    ),
    (counted("chiSquareIndependence", table='<FieldRef field="c"/>'), "needs two or more fields"),
    (counted("scalarProduct", field="d"), "counts c, and the test is about 'd'"),
    (
        counted(
            "scalarProduct", table=f"<CountTable>{under('c', 'a', times('d', 1, 1))}{times('c', 'b', 1)}</CountTable>"
        ),
        "counts values of different fields",
    ),
    (
        counted("scalarProduct", table=f"<CountTable>{under('c', 'a', times('c', 'b', 1))}</CountTable>"),
        "counts values of different fields",
    ),
]


@pytest.mark.parametrize(("test", "message"), WRONG)
def test_contradictions_are_named(test, message):
    with pytest.raises(ModelError, match=message):
        baseline(test)


def test_chi_square_of_mutual_independence():
    """scipy 1.17: chi2_contingency(table, correction=False) of the 2 x 3 x 2 table that the events make."""
    table = '<FieldRef field="c"/><FieldRef field="d"/><FieldRef field="x"/>'
    outputs = """<OutputField name="chi2" feature="chiSquare" dataType="double" optype="continuous"/>
    <OutputField name="ndf" feature="degreesOfFreedom" dataType="double" optype="continuous"/>"""
    counts = [[[5, 2], [3, 0], [1, 4]], [[2, 6], [7, 1], [0, 9]]]
    events = [
        (c, d, x)
        for i, c in enumerate("ab")
        for j, d in enumerate([1, 2, 3])
        for k, x in enumerate([0.5, 1.5])
        for _ in range(counts[i][j][k])
    ]
    cells = [(c, d, x) for c in "ab" for d in (1, 2, 3) for x in (0.5, 1.5)]
    weights = [float(count) for pair in counts for pairs in pair for count in pairs]
    plain = baseline(counted("chiSquareIndependence", table=table), outputs)
    weighted = baseline(counted("chiSquareIndependence", 'weightField="w"', table), outputs)
    for model, rows in ((plain, events), (weighted, cells)):
        c, d, x = (list(column) for column in zip(*rows, strict=True))
        frame = pd.DataFrame({"c": [c, ["a"]], "d": [d, [1]], "x": [x, [0.5]], "w": [weights, [1.0]]})
        answer = model.predict(frame).loc[0]
        assert answer["chi2"] == pytest.approx(22.846345125133002)
        assert answer["ndf"] == 7
        assert answer["prediction"] == pytest.approx(0.0018128539573079806)


DERIVED = """<TransformationDictionary>
<DerivedField name="e" optype="categorical" dataType="string"><MapValues outputColumn="out" defaultValue="z">
<FieldColumnPair field="c" column="in"/><InlineTable><row><in>A</in><out>a</out></row><row><in>B</in><out>b</out></row>
</InlineTable></MapValues></DerivedField>
<DerivedField name="ratio" optype="continuous" dataType="double"><Apply function="/"><FieldRef field="x"/>
<FieldRef field="w"/></Apply></DerivedField>
<DerivedField name="half" optype="continuous" dataType="double"><Apply function="/"><FieldRef field="ratio"/>
<Constant dataType="double">2</Constant></Apply></DerivedField>
<DerivedField name="days" optype="continuous" dataType="double"><Apply function="dateDaysSinceYear"><FieldRef field="c"/>
<Constant dataType="integer">1970</Constant></Apply></DerivedField>
<DerivedField name="all" optype="continuous" dataType="double"><Aggregate field="x" function="sum"/></DerivedField>
<DerivedField name="one" optype="continuous" dataType="double"><Constant dataType="double">1</Constant></DerivedField>
</TransformationDictionary>"""


def test_counts_of_a_derived_field():
    model = baseline(counted("scalarProduct", table=COUNTS.replace('"c"', '"e"'), field="e"), derived=DERIVED)
    assert scores(model, c=[["A", "A", "C"], None]) == [pytest.approx(120 / ((5 + 4600) / 2)), None]


def test_sums_of_a_derived_field():
    """half = x / w / 2; the first case's events are 2, -3, 1 and 1.5. Lists of other lengths are no events."""
    model = baseline(cusum(*GAUSS).replace('"x"', '"half"'), derived=DERIVED)
    x = [[8.0, -6.0, 2.0, 6.0], [8.0, -6.0], [], [4.0, None], [4.0]]
    w = [[2.0, 1.0, 1.0, 2.0], [2.0], [], [1.0, 1.0], [1.0]]
    assert scores(model, x=x, w=w) == [1.5, None, None, 1.5, 1.5]
    assert scores(model, x=[[4.0]], w=[[1.0]]) == [1.5]


def test_a_window_looks_at_the_last_members_of_a_derived_field():
    model = baseline(cusum(*GAUSS, 'windowSize="2"').replace('"x"', '"ratio"'), derived=DERIVED)
    assert scores(model, x=[[2.0, 1.0, 1.5]], w=[[1.0, 1.0, 1.0]]) == [1.5]


def test_a_member_that_cannot_be_made_fails_its_row():
    model = baseline(cusum(*GAUSS).replace('"x"', '"days"'), derived=DERIVED)
    answer = model.predict(pd.DataFrame({"c": [["1970-01-03", "soon"], ["1970-01-03"]]}), on_error="capture")
    assert listed(answer["error"]) == ["days holds a value that is not valid", None]


@pytest.mark.parametrize("name", ["all", "one"])
def test_one_value_for_a_group_is_a_finding(name):
    with pytest.raises(UnsupportedMarkupError, match=f"field '{name}', which has one value") as caught:
        baseline(cusum(*GAUSS).replace('"x"', f'"{name}"'), derived=DERIVED)
    assert caught.value.findings[0].line > 1
