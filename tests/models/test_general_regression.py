"""GeneralRegressionModel: each model type and link on rows whose answer is calculated in the comment or by math."""

from __future__ import annotations

import math
import pickle
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pytest

import sparkpmml
from sparkpmml.errors import ModelError, UnsupportedMarkupError

DOCUMENT = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">
<Header/>
<DataDictionary>
  <DataField name="x" optype="continuous" dataType="double"/>
  <DataField name="z" optype="continuous" dataType="integer"/>
  <DataField name="g" optype="categorical" dataType="string">
    <Value value="a"/><Value value="b"/><Value value="c"/>
  </DataField>
  <DataField name="y" optype="continuous" dataType="double"/>
  <DataField name="class" optype="ordinal" dataType="string">
    <Value value="low"/><Value value="mid"/><Value value="high"/>
  </DataField>
  <DataField name="flag" optype="categorical" dataType="integer"><Value value="0"/><Value value="1"/></DataField>
</DataDictionary>
<GeneralRegressionModel functionName="{function}" {attributes}>
<MiningSchema>
  <MiningField name="{target}" usageType="target"/>
  <MiningField name="x"/><MiningField name="z"/><MiningField name="g" invalidValueTreatment="asIs"/>
</MiningSchema>
{output}
<ParameterList>{parameters}</ParameterList>
<FactorList><Predictor name="g">{contrasts}</Predictor></FactorList>
<CovariateList><Predictor name="x"/><Predictor name="z"/></CovariateList>
<PPMatrix>{predictors}</PPMatrix>
{covariances}
<ParamMatrix>{estimates}</ParamMatrix>
{baseline}
</GeneralRegressionModel></PMML>"""

TYPES = {"x": pa.float64(), "z": pa.int64(), "g": pa.string()}


def document(attributes, predictors=(), estimates=(), target="y", **parts):
    """`predictors`: (parameter, field, value[, category]); `estimates`: (parameter, beta[, category])."""

    def category(rest):
        return f'targetCategory="{rest[0]}"' if rest else ""

    values = {
        "function": "regression" if target == "y" else "classification",
        "attributes": attributes,
        "target": target,
        "output": "",
        "contrasts": "",
        "covariances": "",
        "baseline": "",
        "parameters": "".join(f'<Parameter name="{name}"/>' for name in dict.fromkeys(each[0] for each in estimates)),
        "predictors": "".join(
            f'<PPCell parameterName="{name}" predictorName="{field}" value="{value}" {category(rest)}/>'
            for name, field, value, *rest in predictors
        ),
        "estimates": "".join(
            f'<PCell parameterName="{name}" beta="{beta}" {category(rest)}/>' for name, beta, *rest in estimates
        ),
    }
    return DOCUMENT.format(**values | parts).encode()


def score(source, **row):
    """The answer for one row; a field that is not given is missing."""
    model = sparkpmml.load(source)
    program = pickle.loads(pickle.dumps(model.program))
    assert program.schema == model.program.schema
    table = pa.table({name: pa.array([row.get(name)], kind) for name, kind in TYPES.items()})
    [answer] = model.predict(table).to_pylist()
    if answer.get("probability") is not None:
        answer["probability"] = dict(answer["probability"])
    return answer


X = [("p1", "x", "1")]
LINE = [("p0", 0.5), ("p1", 0.25)]  # 0.5 + 0.25 x: 1 at x = 2

LINKS = {
    "identity": ("", 1.0),
    "log": ("", math.e),
    "logc": ("", 1 - math.e),
    "cloglog": ("", 1 - math.exp(-math.e)),
    "loglog": ("", math.exp(-math.exp(-1))),
    "logit": ("", 1 / (1 + math.exp(-1))),
    "probit": ("", NormalDist().cdf(1)),
    "negbin": ('distParameter="0.5"', 1 / (0.5 * (math.exp(-1) - 1))),
    "power": ('linkParameter="-2"', 1.0),
    "oddspower": ('linkParameter="2"', 1 / (1 + 3**-0.5)),
}


@pytest.mark.parametrize("link", LINKS)
def test_link(link):
    parameter, expected = LINKS[link]
    source = document(f'modelType="generalizedLinear" linkFunction="{link}" {parameter}', X, LINE)
    assert score(source, x=2.0)["prediction"] == pytest.approx(expected, rel=1e-14)


VALUES = {  # id: attributes, predictors, estimates, row, expected
    "regression": ('modelType="regression"', X, LINE, {"x": 2.0}, 1.0),
    "missing covariate": ('modelType="generalLinear"', X, LINE, {}, None),
    # 2 * 3**2
    "exponent": ('modelType="generalLinear"', [("p1", "x", "2")], [("p1", 2)], {"x": 3.0}, 18.0),
    # 1 + 4
    "factor": ('modelType="generalLinear"', [("p1", "g", "b")], [("p0", 1), ("p1", 4)], {"g": "b"}, 5.0),
    "factor's other value": ('modelType="generalLinear"', [("p1", "g", "b")], [("p0", 1), ("p1", 4)], {"g": "a"}, 1.0),
    "missing factor": ('modelType="generalLinear"', [("p1", "g", "b")], [("p0", 1), ("p1", 4)], {}, None),
    # 2 * [g = b] * 3 * 4**2
    "interaction": (
        'modelType="generalLinear"',
        [("p1", "g", "b"), ("p1", "x", "1"), ("p1", "z", "2")],
        [("p1", 2)],
        {"g": "b", "x": 3.0, "z": 4},
        96.0,
    ),
    # 3 * 3: two cells of one predictor multiply
    "squared by two cells": ('modelType="generalLinear"', X + X, [("p1", 1)], {"x": 3.0}, 9.0),
    # a parameter without an estimate is not used, nor is its predictor
    "no estimate": ('modelType="generalLinear"', [("p1", "x", "1"), ("p2", "z", "1")], LINE, {"x": 2.0}, 1.0),
    # sqrt(1 + 3)
    "offset value": (
        'modelType="generalizedLinear" linkFunction="power" linkParameter="2" offsetValue="3"', X, LINE, {"x": 2.0}, 2.0
    ),
    # 1 + 5
    "offset variable": (
        'modelType="generalizedLinear" linkFunction="identity" offsetVariable="z"', X, LINE, {"x": 2.0, "z": 5}, 6.0,
    ),
    "missing offset": (
        'modelType="generalizedLinear" linkFunction="identity" offsetVariable="z"', X, LINE, {"x": 2.0}, None
    ),
    "trials": (
        'modelType="generalizedLinear" linkFunction="logit" distribution="binomial" trialsVariable="z"',
        X, LINE, {"x": 2.0, "z": 10}, 10 / (1 + math.exp(-1)),
    ),
    "trials value": (
        'modelType="generalizedLinear" linkFunction="logit" distribution="binomial" trialsValue="4"',
        X, LINE, {"x": 2.0}, 4 / (1 + math.exp(-1)),
    ),
    "no root of a negative": (
        'modelType="generalizedLinear" linkFunction="power" linkParameter="2"', X, LINE, {"x": -10.0}, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VALUES)
def test_value(case):
    attributes, predictors, estimates, row, expected = VALUES[case]
    assert score(document(attributes, predictors, estimates), **row)["prediction"] == (
        expected if expected is None else pytest.approx(expected, rel=1e-14)
    )


HELMERT = """<Categories><Category value="a"/><Category value="b"/><Category value="c"/></Categories>
<Matrix nbRows="3" nbCols="2"><Array type="real">0.5 0</Array><Array type="real">-0.25 1</Array>
<Array type="real">-0.25 -1</Array></Matrix>"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"g": "a", "x": 2.0}, 4 * 0.5 + 10 * 0.5 * 2),
        ({"g": "b", "x": 2.0}, 4 * -0.25 + 8 * 1 + 10 * -0.25 * 2),
        ({"g": "c", "x": 2.0}, 4 * -0.25 + 8 * -1 + 10 * -0.25 * 2),
        ({"g": "d", "x": 2.0}, None),  # the matrix has no row for it
        ({"x": 2.0}, None),
    ],
)
def test_contrast_matrix(row, expected):
    """4 * column a + 8 * column b + 10 * column a * x."""
    predictors = [("p1", "g", "a"), ("p2", "g", "b"), ("p3", "g", "a"), ("p3", "x", "1")]
    estimates = [("p1", 4), ("p2", 8), ("p3", 10)]
    source = document('modelType="generalLinear"', predictors, estimates, contrasts=HELMERT)
    assert score(source, **row)["prediction"] == expected


def test_specification_example():
    """The specification's generalized linear example (a gamma model, power link -1, offset 3) with integer factors.

    sex = 1, minority = 0, age = 25, work = 4: -2.30824444845005 - 0.219215962160056 + 25 * 0.00427629446211706
    - 4 * 0.00397117497757107 + 3 = 0.56356225, whose power -1 is 1.7744268679597344.
    """
    predictors = [("p1", "z", "0"), ("p5", "z", "1"), ("p5", "g", "a"), ("p7", "x", "1")]
    estimates = [("p0", -2.30824444845005 - 4 * 0.00397117497757107), ("p1", -0.268177596945098)]
    estimates += [("p5", -0.219215962160056), ("p7", 0.00427629446211706)]
    attributes = (
        'modelType="generalizedLinear" linkFunction="power" linkParameter="-1" offsetValue="3" distribution="gamma"'
    )
    source = document(attributes, predictors, estimates).replace(
        b'<CovariateList><Predictor name="x"/><Predictor name="z"/>', b'<CovariateList><Predictor name="x"/>'
    ).replace(b"<FactorList>", b'<FactorList><Predictor name="z"/>')  # fmt: skip
    assert score(source, x=25.0, z=1, g="a")["prediction"] == pytest.approx(1.7744268679597344, rel=1e-13)


def shares(**weights):
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


MULTINOMIAL = [("p0", 0.5, "low"), ("p1", 0.25, "low"), ("p0", -1, "high"), ("p1", 1, "high")]


def test_multinomial_logistic():
    """The category without estimates scores 0; low scores 1, high 1, too: the first in the target's order wins."""
    answer = score(document('modelType="multinomialLogistic"', X, MULTINOMIAL, "class"), x=2.0)
    assert answer["prediction"] == "low"
    assert answer["probability"] == pytest.approx(shares(low=math.e, mid=1, high=math.e))


def test_multinomial_offset_counts_for_the_estimated_categories():
    source = document('modelType="multinomialLogistic" offsetVariable="z"', X, MULTINOMIAL, "class")
    expected = shares(low=math.exp(2), mid=1, high=math.exp(2))
    assert score(source, x=2.0, z=1)["probability"] == pytest.approx(expected)


def test_multinomial_missing():
    answer = score(document('modelType="multinomialLogistic"', X, MULTINOMIAL, "class"))
    assert answer["prediction"] is None


def test_multinomial_with_estimates_for_every_category():
    estimates = [("p0", 1, "low"), ("p0", 2, "mid"), ("p0", 3, "high")]
    answer = score(document('modelType="multinomialLogistic"', [], estimates, "class"))
    assert answer["probability"] == pytest.approx(shares(low=math.e, mid=math.e**2, high=math.e**3))


def test_predictors_of_one_category():
    """p1 multiplies x for high alone, where PPMatrix says so; for the others z."""
    predictors = [("p1", "z", "1"), ("p1", "x", "1", "high")]
    source = document('modelType="multinomialLogistic"', predictors, MULTINOMIAL, "class")
    expected = shares(low=math.exp(0.5 + 0.25 * 4), mid=1, high=math.exp(-1 + 2))
    assert score(source, x=2.0, z=4)["probability"] == pytest.approx(expected)


CUMULATIVE = {
    "logit": lambda v: 1 / (1 + math.exp(-v)),
    "probit": NormalDist().cdf,
    "cloglog": lambda v: 1 - math.exp(-math.exp(v)),
    "loglog": lambda v: math.exp(-math.exp(-v)),
    "cauchit": lambda v: 0.5 + math.atan(v) / math.pi,
}


@pytest.mark.parametrize("link", CUMULATIVE)
def test_ordinal_multinomial(link):
    """An intercept per category but the last, one slope: F(-1 + 0.25 x), F(1 + 0.25 x), 1."""
    estimates = [("p0", -1, "low"), ("p0", 1, "mid"), ("p1", 0.25)]
    answer = score(document(f'modelType="ordinalMultinomial" cumulativeLink="{link}"', X, estimates, "class"), x=2.0)
    first, second = CUMULATIVE[link](-0.5), CUMULATIVE[link](1.5)
    expected = {"low": first, "mid": second - first, "high": 1 - second}
    assert answer["probability"] == pytest.approx(expected, rel=1e-13)
    assert answer["prediction"] == max(expected, key=expected.get)


@pytest.mark.parametrize(
    ("estimates", "reference"),
    [
        ([("p0", 0.5, "1"), ("p1", 0.25, "1")], ""),
        ([("p0", 0.5, "1.0"), ("p1", 0.25, "1.0")], ""),  # the integer 1, in other words
        (LINE, 'targetReferenceCategory="0"'),
    ],
    ids=["category", "category as a number", "reference"],
)
def test_binomial_classes(estimates, reference):
    attributes = f'modelType="generalizedLinear" distribution="binomial" linkFunction="probit" {reference}'
    answer = score(document(attributes, X, estimates, "flag"), x=2.0)
    p = NormalDist().cdf(1)
    assert answer["prediction"] == 1
    assert answer["probability"] == pytest.approx({"0": 1 - p, "1": p})


STEPS = """<BaseCumHazardTables maxTime="10">
<BaselineCell time="5" cumHazard="0.5"/><BaselineCell time="2" cumHazard="0.1"/>
</BaseCumHazardTables>"""
STRATA = """<BaseCumHazardTables>
<BaselineStratum value="a" maxTime="10"><BaselineCell time="2" cumHazard="0.1"/></BaselineStratum>
<BaselineStratum value="b" maxTime="4"><BaselineCell time="1" cumHazard="0.3"/></BaselineStratum>
</BaseCumHazardTables>"""
COX = 'modelType="CoxRegression" endTimeVariable="z"'

SURVIVALS = {  # id: attributes, baseline, row, cumulative hazard; the score is 0.25 (x - 2), 0.25 at x = 3
    "step": (COX, STEPS, {"z": 4, "x": 3.0}, 0.1 * math.exp(0.25)),
    "at a step": (COX, STEPS, {"z": 5, "x": 3.0}, 0.5 * math.exp(0.25)),
    "at the reference": (COX, STEPS, {"z": 10, "x": 2.0}, 0.5),
    "before the first step": (COX, STEPS, {"z": 1, "x": 3.0}, 0.0),
    "before the first step, predictor missing": (COX, STEPS, {"z": 1}, 0.0),
    "after the end": (COX, STEPS, {"z": 11, "x": 3.0}, None),
    "missing time": (COX, STEPS, {"x": 3.0}, None),
    "missing predictor": (COX, STEPS, {"z": 4}, None),
    "stratum a": (COX + ' baselineStrataVariable="g"', STRATA, {"z": 4, "x": 3.0, "g": "a"}, 0.1 * math.exp(0.25)),
    "stratum b": (COX + ' baselineStrataVariable="g"', STRATA, {"z": 4, "x": 3.0, "g": "b"}, 0.3 * math.exp(0.25)),
    "after the stratum's end": (COX + ' baselineStrataVariable="g"', STRATA, {"z": 5, "x": 3.0, "g": "b"}, None),
    "no such stratum": (COX + ' baselineStrataVariable="g"', STRATA, {"z": 4, "x": 3.0, "g": "c"}, None),
}


@pytest.mark.parametrize("case", SURVIVALS)
def test_cox_survival(case):
    attributes, baseline, row, hazard = SURVIVALS[case]
    source = document(
        attributes, X, [("p1", 0.25)], parameters='<Parameter name="p1" referencePoint="2"/>', baseline=baseline
    )
    expected = None if hazard is None else pytest.approx(math.exp(-hazard), rel=1e-14)
    assert score(source, **row)["prediction"] == expected


def test_standard_error():
    """sqrt(v00 + 2 x v01 + x^2 v11) = sqrt(4 + 2 * 2 * 0.5 + 4 * 0.75)."""
    source = document(
        'modelType="regression"',
        X,
        LINE,
        output='<Output><OutputField name="se" feature="standardError" dataType="double"/></Output>',
        covariances='<PCovMatrix><PCovCell pRow="p0" pCol="p0" value="4"/><PCovCell pRow="p1" pCol="p0" value="0.5"/>'
        '<PCovCell pRow="p1" pCol="p1" value="0.75"/></PCovMatrix>',
    )
    assert score(source, x=2.0)["se"] == pytest.approx(3.0)


INTERVALS = """<Output><OutputField name="se" feature="standardError" dataType="double"/>
<OutputField name="low" feature="confidenceIntervalLower" value="90" dataType="double"/>
<OutputField name="high" feature="confidenceIntervalUpper" value="90" dataType="double"/></Output>"""


def covariances(first: float, between: float, second: float) -> str:
    return f"""<PCovMatrix><PCovCell pRow="p0" pCol="p0" value="{first}"/><PCovCell pRow="p1" pCol="p0" value="{between}"/>
    <PCovCell pRow="p1" pCol="p1" value="{second}"/></PCovMatrix>"""


# statsmodels 0.14: GLM(...).fit().get_prediction([1, 0.7]).summary_frame(alpha=0.1), estimates and covariances as fitted
PREDICTED = {  # link: attributes, estimates, covariances, mean, standard error, the interval's bounds
    "identity": (
        "",
        (1.6882371290788043, 1.0811001026732958),
        (0.04048100169537918, -0.019049883150766677, 0.038099766301533354),
        (2.445007200950111, 0.18022222607674443, 2.14856801873051, 2.7414463831697122),
    ),
    "log": (
        "",
        (0.22968958416899188, 0.7165502977855049),
        (0.048687925620150264, -0.02937130697666917, 0.02827872008633228),
        (2.0777275919358273, 0.3041204781365957, 1.6331567591295435, 2.643317564072872),
    ),
    "logc": (
        "",
        (-0.89742974003082, -0.3339464531924638),
        (0.0656334530835382, -0.006857433469002271, 0.0888607416796716),
        (0.6773516528237116, 0.10181322333801461, 0.45781654541610406, 0.8079949599061726),
    ),
    "logit": (
        "",
        (-0.5779418377831456, 1.3730370377284802),
        (0.2922090903804524, -0.162398759263532, 0.35212035774257705),
        (0.5946408362698018, 0.11744262659299635, 0.39693979280784986, 0.7657739956019026),
    ),
    "probit": (
        "",
        (0.3782384244761478, 0.5515456636967768),
        (0.08792529028347579, -0.03194076906482779, 0.10760968643718195),
        (0.7776618310481995, 0.09226749678581689, 0.6005799398210654, 0.8986314801726296),
    ),
    "cloglog": (
        "",
        (0.2528941615221395, -0.02294657081915612),
        (0.08268610735742998, -0.03873666803802226, 0.07814846124523603),
        (0.7183887345760589, 0.09219815397406941, 0.5633009140252553, 0.8560451550017874),
    ),
    "loglog": (
        "",
        (0.7385280870655988, 0.6220891896711837),
        (0.13132339458164002, -0.022487790932889672, 0.18165445747861994),
        (0.7340846839993865, 0.09861623093518015, 0.5316353163252039, 0.8596293235359884),
    ),
    "power": (
        'linkParameter="-1"',
        (1.4268053637629632, 0.29926873604992754),
        (0.005157656024222053, -0.0011877620022747192, 0.006387289386867101),
        (0.6111373129790953, 0.030398779918382225, 0.5649173569358158, 0.6655943811920781),
    ),
    "negbin": (
        'distParameter="0.5"',
        (-0.6406788245489201, 0.13570254328419765),
        (0.01218371246035747, -0.007052060785284725, 0.007790118344672395),
        (2.755604075614703, 0.5129220537327076, 2.0769504991248, 3.866306986759993),
    ),
}


@pytest.mark.parametrize("link", PREDICTED)
def test_means_have_errors_and_intervals(link):
    attributes, estimates, covariance, expected = PREDICTED[link]
    source = document(
        f'modelType="generalizedLinear" linkFunction="{link}" {attributes}',
        X,
        list(zip(["p0", "p1"], estimates, strict=True)),
        output=INTERVALS,
        covariances=covariances(*covariance),
    )
    answer = score(source, x=0.7)
    assert [answer[name] for name in ("prediction", "se", "low", "high")] == pytest.approx(expected, rel=1e-9)
    assert score(source)["se"] is None


def test_errors_count_trials():
    # p = 1 / (1 + exp(-1)); its error is p (1 - p) sqrt(4 + 2 * 2 * 0.5 + 4 * 0.75); the bounds are those of 1 -+ 3 z
    source = document(
        'modelType="generalizedLinear" linkFunction="logit" trialsValue="10"',
        X,
        LINE,
        output=INTERVALS,
        covariances=covariances(4, 0.5, 0.75),
    )
    answer, share, reach = score(source, x=2.0), 1 / (1 + math.exp(-1)), 3 * NormalDist().inv_cdf(0.95)
    assert answer["se"] == pytest.approx(10 * share * (1 - share) * 3)
    assert answer["low"] == pytest.approx(10 / (1 + math.exp(-1 + reach)))
    assert answer["high"] == pytest.approx(10 / (1 + math.exp(-1 - reach)))


SLOPES = {"oddspower": 'linkParameter="2"', "oddspower of 0": 'linkParameter="0"', "power of 0": 'linkParameter="0"'}


@pytest.mark.parametrize("case", SLOPES)
def test_errors_grow_with_the_links_slope(case):
    link = case.split()[0]
    source = document(
        f'modelType="generalizedLinear" linkFunction="{link}" {SLOPES[case]}',
        X,
        LINE,
        output=INTERVALS,
        covariances=covariances(1, 0, 0),
    )
    near, far = (score(source, x=2.0 + step)["prediction"] for step in (-1e-4, 1e-4))
    assert score(source, x=2.0)["se"] == pytest.approx(abs(far - near) / (2e-4 * 0.25), rel=1e-6)


def test_a_bound_beyond_the_link_is_missing():
    # 1 / eta at eta = 1 - 3 z, which is negative where a mean is not
    source = document(
        'modelType="generalizedLinear" linkFunction="power" linkParameter="-2"',
        X,
        LINE,
        output=INTERVALS,
        covariances=covariances(4, 0.5, 0.75),
    )
    answer = score(source, x=2.0)
    assert (answer["prediction"], answer["low"], answer["high"]) == (1.0, None, None)


def test_single_precision():
    source = document(
        'modelType="generalizedLinear" linkFunction="log" x-mathContext="float"', X, [("p0", 0.1), ("p1", 0.3)]
    )
    eta = np.float32(0.3) * np.float32(0.7) + np.float32(0.1)
    assert score(source, x=0.7)["prediction"] == float(np.float32(math.exp(float(eta))))


REFUSED = {  # id: document, message
    "no link": (document('modelType="generalizedLinear"', X, LINE), "needs the attribute linkFunction"),
    "no link parameter": (
        document('modelType="generalizedLinear" linkFunction="power"', X, LINE),
        "needs the attribute linkParameter",
    ),
    "no classes": (document('modelType="regression"', X, LINE, "class"), "gives no classes"),
    "classes asked of a number": (
        document('modelType="multinomialLogistic"', X, LINE), 'needs functionName "classification"'
    ),
    "no category": (document('modelType="multinomialLogistic"', X, LINE, "flag"), "which target category"),
    "ordinal, first category without estimates": (
        document(
            'modelType="ordinalMultinomial" cumulativeLink="logit"', X, [("p0", 1, "mid"), ("p0", 2, "high")], "class"
        ),
        "every target category but the last",
    ),
    "unknown field": (document('modelType="regression"', [("p1", "q", "1")], LINE), "'q', which is not declared"),
    "no baseline": (document(COX, X, LINE), "needs BaseCumHazardTables"),
    "no time": (document('modelType="CoxRegression"', X, LINE, baseline=STEPS), "needs the attribute endTimeVariable"),
    "no column in the contrast matrix": (
        document('modelType="regression"', [("p1", "g", "c")], LINE, contrasts=HELMERT),
        "no column in the contrast matrix",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    source, message = REFUSED[case]
    with pytest.raises(ModelError, match=message):
        sparkpmml.load(source)


def test_no_rows():
    model = sparkpmml.load(document('modelType="multinomialLogistic"', X, MULTINOMIAL, "class"))
    table = pa.table({name: pa.array([], kind) for name, kind in TYPES.items()})
    assert model.predict(table).num_rows == 0


def test_unknown_attribute_is_reported():
    with pytest.raises(UnsupportedMarkupError, match="x-shrinkage"):
        sparkpmml.load(document('modelType="regression" x-shrinkage="0.5"', X, LINE))
