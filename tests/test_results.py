"""Regression normalisations, targets, outputs and the names of the result's fields."""

from __future__ import annotations

import math

import numpy as np
import pytest
from documents import field, load, predict, schema, values

import sparkpmml
from sparkpmml.errors import ModelError, ScoringError

E = math.exp
NORMALIZATIONS = [
    pytest.param("none", 0.5, 0.5, id="none"),
    pytest.param("logit", 0.5, 1 / (1 + E(-0.5)), id="logit"),
    pytest.param("softmax", 0.5, 1 / (1 + E(-0.5)), id="softmax"),
    pytest.param("exp", 0.5, E(0.5), id="exp"),
    pytest.param("probit", 0.5, 0.5 * math.erfc(-0.5 / math.sqrt(2)), id="probit"),
    pytest.param("cloglog", 0.5, 1 - E(-E(0.5)), id="cloglog"),
    pytest.param("loglog", 0.5, E(-E(-0.5)), id="loglog"),
    pytest.param("cauchit", 0.5, 0.5 + math.atan(0.5) / math.pi, id="cauchit"),
    pytest.param("logit", -800.0, 0.0, id="logit-far-left"),
]


def regression(inside: str, more: str = "", function: str = "regression", target: str = "", around: str = "") -> str:
    return f'<RegressionModel functionName="{function}" {more}>{schema("x", target=target)}{around}{inside}</RegressionModel>'


IDENTITY = '<RegressionTable intercept="0"><NumericPredictor name="x" coefficient="1"/></RegressionTable>'


@pytest.mark.parametrize(("method", "x", "expected"), NORMALIZATIONS)
def test_normalized_regression(method, x, expected):
    model = load(regression(IDENTITY, f'normalizationMethod="{method}"'), field("x"))
    assert predict(model, x=[x, None])["prediction"] == [pytest.approx(expected, rel=1e-14, abs=1e-300), None]


def classes(method: str, *intercepts: float, optype: str = "categorical") -> sparkpmml.Model:
    labels = "abc"[: len(intercepts)]
    tables = "".join(
        f'<RegressionTable intercept="{value}" targetCategory="{label}"/>'
        for label, value in zip(labels, intercepts, strict=True)
    )
    target = field("y", "string", values(*labels), optype=optype)
    model = regression(tables, f'normalizationMethod="{method}"', "classification", target="y")
    return load(model, field("x"), target)


def logistic(x: float) -> float:
    return 1 / (1 + E(-x))


CLASSIFICATIONS = [
    pytest.param("softmax", (1.0, 2.0, 3.0), [E(v) / (E(1) + E(2) + E(3)) for v in (1, 2, 3)], id="softmax"),
    pytest.param("simplemax", (1.0, 2.0, 5.0), [0.125, 0.25, 0.625], id="simplemax"),
    pytest.param("logit", (0.3, 0.0), [logistic(0.3), 1 - logistic(0.3)], id="logit-binary"),
    pytest.param("softmax", (0.3, 0.0), [logistic(0.3), 1 - logistic(0.3)], id="softmax-binary"),
    pytest.param("none", (0.2, 0.3, 0.0), [0.2, 0.3, 0.5], id="none"),
    pytest.param("softmax", (1000.0, 0.0, -1000.0), [1.0, 0.0, 0.0], id="softmax-does-not-overflow"),
]


@pytest.mark.parametrize(("method", "intercepts", "expected"), CLASSIFICATIONS)
def test_classification(method, intercepts, expected):
    result = predict(classes(method, *intercepts), x=[0.0])
    assert list(result["probability"][0].values()) == pytest.approx(expected)
    assert result["prediction"] == ["abc"[expected.index(max(expected))]]


def test_ordinal_classes_have_cumulative_probabilities():
    result = predict(classes("logit", -1.0, 1.0, 0.0, optype="ordinal"), x=[0.0])
    expected = [logistic(-1), logistic(1) - logistic(-1), 1 - logistic(1)]
    assert list(result["probability"][0].values()) == pytest.approx(expected)


def test_terms_categories_and_exponents():
    inside = """<RegressionTable intercept="1"><NumericPredictor name="x" exponent="2" coefficient="3"/>
    <CategoricalPredictor name="s" value="a" coefficient="10"/><CategoricalPredictor name="s" value="b" coefficient="20"/>
    <PredictorTerm coefficient="0.5"><FieldRef field="x"/><FieldRef field="z"/></PredictorTerm></RegressionTable>"""
    model = f'<RegressionModel functionName="regression">{schema("x", "s", "z")}{inside}</RegressionModel>'
    loaded = load(model, field("x"), field("s", "string"), field("z"))
    result = predict(loaded, x=[2.0, 2.0, 2.0, None, 2.0], s=["a", "b", None, "a", "q"], z=[3.0, 3.0, 3.0, 3.0, None])
    # 1 + 3 * 2² + s + 0.5 * 2 * 3; a missing category adds nothing, a missing number leaves no result
    assert result["prediction"] == [26.0, 36.0, 16.0, None, None]


TARGETS = [
    pytest.param('rescaleFactor="3" rescaleConstant="1"', [2.0], [7.0], id="rescale"),
    pytest.param('min="0" max="5"', [-1.0, 9.0, 3.0], [0.0, 5.0, 3.0], id="clip"),
    pytest.param('min="0" max="5" rescaleFactor="10"', [9.0], [50.0], id="clip-then-rescale"),
    pytest.param('castInteger="round"', [2.5, -2.5, 2.4, None], [3, -2, 2, None], id="round"),
    pytest.param('castInteger="round"', [0.49999999999999994], [0], id="round-just-below-a-half"),
    pytest.param('castInteger="ceiling"', [2.1], [3], id="ceiling"),
    pytest.param('castInteger="floor"', [2.9, -0.1], [2, -1], id="floor"),
]


@pytest.mark.parametrize(("attributes", "given", "expected"), TARGETS)
def test_targets(attributes, given, expected):
    model = load(regression(IDENTITY, around=f"<Targets><Target {attributes}/></Targets>"), field("x"))
    got = predict(model, x=given)["prediction"]
    assert got == expected
    assert [type(value) for value in got] == [type(value) for value in expected]


def test_a_number_beyond_all_integers_cannot_be_cast():
    model = load(regression(IDENTITY, around='<Targets><Target castInteger="floor"/></Targets>'), field("x"))
    with pytest.raises(ScoringError, match=r"the prediction is no integer \(value 1.0E19\)"):
        predict(model, x=[1e19])


FLOAT_TARGETS = [
    pytest.param("", [0.1, 0.7, None, 1e300], id="none"),
    pytest.param(
        'rescaleFactor="3.3" rescaleConstant="0.1"', [0.1 * 3.3 + 0.1, 0.7 * 3.3 + 0.1, None, 3.3e300], id="rescale"
    ),
    pytest.param('max="0.3"', [0.1, 0.3, None, 0.3], id="clip"),
]


@pytest.mark.parametrize(("attributes", "in_double"), FLOAT_TARGETS)
def test_a_float_target_is_rounded_to_a_float_once_it_is_what_the_target_says(attributes, in_double):
    around = f"""<Output><OutputField name="value" feature="predictedValue"/>
    <OutputField name="tripled" feature="transformedValue" dataType="double"><Apply function="*"><FieldRef field="value"/>
    <Constant dataType="double">3</Constant></Apply></OutputField></Output>
    <Targets><Target field="y" {attributes}/></Targets>"""
    model = load(regression(IDENTITY, target="y", around=around), field("x"), field("y", "float"))
    answers = predict(model, x=[0.1, 0.7, None, 1e300])
    with np.errstate(over="ignore"):
        rounded = [None if each is None else float(np.float32(each)) for each in in_double]
    assert answers["prediction"] == answers["value"] == rounded
    assert answers["tripled"] == [None if each is None else each * 3 for each in rounded]


def test_default_value_of_a_target():
    targets = '<Targets><Target><TargetValue defaultValue="7"/></Target></Targets>'
    assert predict(load(regression(IDENTITY, around=targets), field("x")), x=[None, 1.0])["prediction"] == [7.0, 1.0]


def test_prior_probabilities_stand_in_for_no_result():
    tables = """<RegressionTable targetCategory="a"><NumericPredictor name="x" coefficient="1"/></RegressionTable>
    <RegressionTable targetCategory="b"/>"""
    targets = """<Targets><Target field="y"><TargetValue value="a" priorProbability="0.2"/>
    <TargetValue value="b" priorProbability="0.8"/></Target></Targets>"""
    model = regression(tables, 'normalizationMethod="logit"', "classification", target="y", around=targets)
    result = predict(load(model, field("x"), field("y", "string", values("a", "b"))), x=[None, 5.0])
    assert result["prediction"] == ["b", "a"]
    assert result["probability"][0] == pytest.approx({"a": 0.2, "b": 0.8})


OUTPUT = """<Output>
<OutputField name="p_a" feature="probability" value="a"/>
<OutputField name="p_best" feature="probability"/>
<OutputField name="label" feature="predictedValue" dataType="string"/>
<OutputField name="shown" feature="predictedDisplayValue" dataType="string"/>
<OutputField name="hidden" feature="transformedValue" isFinalResult="false"><FieldRef field="p_a"/></OutputField>
<OutputField name="percent" feature="transformedValue" dataType="double">
  <Apply function="*"><FieldRef field="hidden"/><Constant dataType="double">100</Constant></Apply></OutputField>
<OutputField name="verdict" feature="decision"><Apply function="if"><Apply function="greaterThan">
  <FieldRef field="p_a"/><Constant>0.5</Constant></Apply><Constant>yes</Constant><Constant>no</Constant></Apply>
</OutputField>
<OutputField name="prediction" feature="predictedValue"/>
<OutputField name="residual" feature="residual"/>
</Output>"""


def test_output_fields():
    tables = """<RegressionTable targetCategory="a"><NumericPredictor name="x" coefficient="1"/></RegressionTable>
    <RegressionTable targetCategory="b"/>"""
    target = field("y", "string", '<Value value="a" displayValue="Alpha"/><Value value="b"/>')
    model = load(
        regression(tables, 'normalizationMethod="logit"', "classification", target="y", around=OUTPUT),
        field("x"),
        target,
    )
    names = ["prediction", "probability", "p_a", "p_best", "label", "shown", "percent", "verdict", "prediction_output"]
    assert [each.name for each in model.outputs] == [*names, "residual"]
    result = predict(model, x=[1.0, -1.0, None], y=["a", "a", "b"])
    p = logistic(1.0)
    assert result["p_a"] == [pytest.approx(p), pytest.approx(1 - p), None]
    assert result["p_best"] == [pytest.approx(p), pytest.approx(p), None]
    assert result["label"] == ["a", "b", None]
    assert result["shown"] == ["Alpha", "b", None]
    assert result["percent"] == [pytest.approx(100 * p), pytest.approx(100 * (1 - p)), None]
    assert result["verdict"] == ["yes", "no", None]
    assert result["prediction_output"] == result["prediction"]
    assert result["residual"] == [pytest.approx(1 - p), pytest.approx(-p), None]


TABLE_OF_X = '<RegressionTable targetCategory="%s"><NumericPredictor name="x" coefficient="%s"/></RegressionTable>'
TWO_CLASSES = [
    pytest.param(TABLE_OF_X % ("a", 2), '<RegressionTable targetCategory="b"/>', {"a": 0.8807970779778823}, id="last"),
    pytest.param('<RegressionTable targetCategory="a"/>', TABLE_OF_X % ("b", 2), {"b": 0.8807970779778823}, id="first"),
]


@pytest.mark.parametrize(("first", "second", "expected"), TWO_CLASSES)
def test_a_table_that_says_nothing(first, second, expected):
    """Its class has the rest, wherever the table stands."""
    model = load(
        regression(first + second, 'normalizationMethod="logit"', "classification", target="y"),
        field("x"),
        field("y", "string", values("a", "b")),
    )
    ((label, probability),) = expected.items()
    result = predict(model, x=[1.0])
    assert result["prediction"] == [label]
    assert result["probability"][0][label] == pytest.approx(probability)
    assert sum(result["probability"][0].values()) == pytest.approx(1)


def test_one_class_against_all_others():
    """Three classes through the logistic function: shares of 0.5, 0.88 and 0.12."""
    tables = "".join(TABLE_OF_X % pair for pair in (("a", 0), ("b", 2), ("c", -2)))
    model = load(
        regression(tables, 'normalizationMethod="logit"', "classification", target="y"),
        field("x"),
        field("y", "string", values("a", "b", "c")),
    )
    high = 0.8807970779778823
    expected = {"a": 0.5 / 1.5, "b": high / 1.5, "c": (1 - high) / 1.5}
    assert predict(model, x=[1.0])["probability"][0] == pytest.approx(expected)


def test_the_targets_name_means_its_actual_value_in_outputs():
    """What is predicted has the output field's name; so a difference of the two is a residual."""
    output = """<Output><OutputField name="predicted" feature="predictedValue"/>
    <OutputField name="missed" feature="transformedValue" dataType="double"><Apply function="-"><FieldRef field="y"/>
    <FieldRef field="predicted"/></Apply></OutputField></Output>"""
    model = load(regression(IDENTITY, target="y", around=output), field("x"), field("y"))
    assert predict(model, x=[1.0, 2.0], y=[4.0, None])["missed"] == [3.0, None]


def test_a_residual_of_a_replaced_target():
    output = '<Output><OutputField name="residual" feature="residual" optype="continuous"/></Output>'
    table = '<RegressionTable><NumericPredictor name="x" coefficient="0.5"/></RegressionTable>'
    text = regression(table, target="y", around=output).replace('name="y"', 'name="y" missingValueReplacement="2"', 1)
    model = load(text, field("x"), field("y"))
    assert predict(model, x=[1.0, 1.0], y=[4.0, None])["residual"] == [3.5, 1.5]


MISTAKES = [
    pytest.param('<OutputField name="o" feature="probabilty"/>', r"not known; did you mean 'probability'", id="typo"),
    pytest.param('<OutputField name="o" feature="probability" value="a"/>', "gives no probabilities", id="no-classes"),
    pytest.param('<OutputField name="o" feature="reasonCode"/>', "which the model does not give", id="no-reasons"),
    pytest.param(
        '<OutputField name="o" feature="predictedValue" segmentId="7"/>',
        "segment '7', but the model has no",
        id="no-segments",
    ),
    pytest.param(
        '<OutputField name="o" feature="transformedValue"><FieldRef field="w"/></OutputField>', "'w'", id="no-field"
    ),
]


@pytest.mark.parametrize(("output", "message"), MISTAKES)
def test_contradictions_are_found_when_loading(output, message):
    with pytest.raises(ModelError, match=message) as raised:
        load(regression(IDENTITY, around=f"<Output>{output}</Output>"), field("x"))
    assert "<OutputField>" in str(raised.value) or "<FieldRef>" in str(raised.value)


def test_one_answer_for_two_targets():
    """A tree of two answers, as scikit-learn has them, is exported so."""
    both = '<MiningField name="y" usageType="target"/><MiningField name="z" usageType="target"/>'
    tree = f'<TreeModel functionName="regression"><MiningSchema>{both}</MiningSchema><Node score="1"><True/></Node>'
    with pytest.raises(ModelError, match="<TreeModel> predicts y, z by one answer"):
        load(f"{tree}</TreeModel>", field("y"), field("z"))


def test_single_precision_is_rounded_at_every_step():
    """0.1f + 0.2f as floats, not as doubles rounded at the end."""
    model = load(regression(IDENTITY.replace('"0"', '"0.2"'), 'x-mathContext="float"'), field("x", "float"))
    import numpy as np

    assert predict(model, x=[0.1])["prediction"] == [float(np.float32(0.1) + np.float32(0.2))]


VERIFICATION = """<ModelVerification recordCount="2"><VerificationFields>
<VerificationField field="x" column="in"/><VerificationField field="y" column="out" precision="1e-9"/>
</VerificationFields><InlineTable xmlns:d="urn:d"><row><d:in>1</d:in><d:out>{first}</d:out></row>
<row><in>2</in><out>2.0</out></row></InlineTable></ModelVerification>"""


@pytest.mark.parametrize(
    ("first", "failures"), [("1", 0), ("1.0000000001", 0), ("1.5", 1)], ids=["same", "near", "far"]
)
def test_verification(first, failures):
    inside = VERIFICATION.format(first=first) + IDENTITY
    model = load(regression(inside, target="y"), field("x"), field("y"))
    outcome = model.verify()
    assert (outcome.present, outcome.rows, len(outcome.failures)) == (True, 2, failures)
    assert outcome.passed is not bool(failures)
    assert all(text.startswith("row 1, y: expected 1.5, got 1.0") for text in outcome.failures)


def test_nothing_to_verify():
    outcome = load(regression(IDENTITY), field("x")).verify()
    assert (outcome.present, outcome.passed, outcome.rows) == (False, True, 0)


LINES = "".join(f'<NumericPredictor name="x{place}" coefficient="{0.1 * place - 0.9}"/>' for place in range(20))
BINARY = f"""<RegressionTable intercept="0.3" targetCategory="yes">{LINES}</RegressionTable>
<RegressionTable intercept="0" targetCategory="no"/>"""


def twenty(function: str, tables: str, *target: str) -> sparkpmml.Model:
    names = [f"x{place}" for place in range(20)]
    inside = schema(*names, target="y" if target else "") + tables
    model = f'<RegressionModel functionName="{function}" normalizationMethod="{"logit" if target else "none"}">{inside}'
    return load(f"{model}</RegressionModel>", *map(field, names), *target)


def numbers_of_twenty(rows: int) -> dict[str, list[float]]:
    random = np.random.default_rng(0).standard_normal((20, rows))
    return {f"x{place}": column.tolist() for place, column in enumerate(random)}


def test_one_linear_function_of_a_row_does_not_depend_on_the_rows_beside_it():
    model = twenty("classification", BINARY, field("y", "string", values("no", "yes")))
    table = numbers_of_twenty(1000)
    together = predict(model, **table)["probability"]
    for count in (1, 9, 64):
        few = predict(model, **{name: column[-count:] for name, column in table.items()})["probability"]
        assert few == together[-count:]


def test_products_are_added_in_the_documents_order_the_intercept_last():
    table = f'<RegressionTable intercept="0.3">{LINES}</RegressionTable>'
    columns = numbers_of_twenty(500)
    expected = []
    for row in range(500):
        total = 0.0
        for place in range(20):
            total += (0.1 * place - 0.9) * columns[f"x{place}"][row]
        expected.append(total + 0.3)
    assert predict(twenty("regression", table), **columns)["prediction"] == expected


def test_a_class_without_fields_has_no_probability_where_another_lacks_one():
    model = twenty("classification", BINARY, field("y", "string", values("no", "yes")))
    columns = numbers_of_twenty(2) | {"x7": [None, 0.5]}
    result = predict(model, on_error="null", **columns)
    assert result["prediction"][0] is None
    assert result["probability"][0] is None
    assert result["prediction"][1] in ("no", "yes")


@pytest.mark.parametrize("rows", [3, 40])
def test_labels_of_few_rows_and_of_many(rows):
    model = twenty("classification", BINARY, field("y", "string", values("no", "yes")))
    columns = numbers_of_twenty(rows)
    columns["x3"][1] = None
    result = predict(model, on_error="null", **columns)
    likely = [None if shares is None else max(shares, key=shares.get) for shares in result["probability"]]
    assert result["prediction"] == likely
    assert likely[1] is None


def test_many_rows_are_scored_in_blocks_with_the_same_answers():
    import numpy as np
    import pandas as pd

    model = load(regression(IDENTITY), field("x"))
    x = np.arange(150_000, dtype=float)
    assert model.predict(pd.DataFrame({"x": x}))["prediction"].to_numpy().tolist() == x.tolist()


def test_no_rows():
    result = predict(load(regression(IDENTITY, around=OUTPUT.split("<OutputField")[0] + "</Output>"), field("x")), x=[])
    assert result == {"prediction": []}


def test_a_map_holds_its_own_rows_entries_alone():
    """A row without an answer lends nothing to the row before it."""
    result = predict(classes_of_x(), x=[0.0, None, None, 1.0, None])
    assert [None if row is None else len(row) for row in result["probability"]] == [2, None, None, 2, None]
    assert result["probability"][3]["a"] == pytest.approx(logistic(1.0))


def classes_of_x() -> sparkpmml.Model:
    tables = """<RegressionTable targetCategory="a"><NumericPredictor name="x" coefficient="1"/></RegressionTable>
    <RegressionTable targetCategory="b"/>"""
    model = regression(tables, 'normalizationMethod="logit"', "classification", target="y")
    return load(model, field("x"), field("y", "string", values("a", "b")))


DISPLAYED = [
    pytest.param("string", ("1", "2"), id="string"),
    pytest.param("integer", ("1", "2"), id="integer"),
    pytest.param("double", ("1", "2"), id="double-spelled-whole"),
    pytest.param("double", ("1.0", "2.0"), id="double"),
    pytest.param("boolean", ("0", "1"), id="boolean-spelled-as-numbers"),
]


@pytest.mark.parametrize(("data_type", "labels"), DISPLAYED)
def test_display_values_of_targets_of_any_type(data_type, labels):
    output = '<Output><OutputField name="shown" feature="predictedDisplayValue"/></Output>'
    declared = "".join(f'<Value value="{label}" displayValue="no. {label}"/>' for label in labels)
    tables = "".join(
        f'<RegressionTable intercept="{intercept}" targetCategory="{label}"><NumericPredictor name="x" '
        f'coefficient="{intercept}"/></RegressionTable>'
        for label, intercept in zip(labels, (1, -1), strict=True)
    )
    markup = regression(tables, 'normalizationMethod="softmax"', "classification", "y", output)
    model = load(markup, field("x"), field("y", data_type, declared, optype="categorical"))
    assert predict(model, x=[1.0, -3.0])["shown"] == [f"no. {label}" for label in labels]


UNPREDICTED = [
    pytest.param("c", [0.0, None], id="declared"),
    pytest.param("z", [None, None], id="not-declared"),
]


@pytest.mark.parametrize(("label", "expected"), UNPREDICTED)
def test_the_probability_of_a_class_that_the_model_never_predicts(label, expected):
    """A tree that has seen no c gives it no probability; where there is no answer, there is none of this either."""
    output = f'<Output><OutputField name="p" feature="probability" value="{label}"/></Output>'
    leaf = '<ScoreDistribution value="a" recordCount="3"/><ScoreDistribution value="b" recordCount="1"/>'
    tree = f"""<TreeModel functionName="classification" missingValueStrategy="nullPrediction">{schema("x", target="y")}
    {output}<Node><True/><Node score="a"><SimplePredicate field="x" operator="lessThan" value="0"/>{leaf}</Node>
    <Node score="b"><SimplePredicate field="x" operator="greaterOrEqual" value="0"/>{leaf}</Node></Node></TreeModel>"""
    model = load(tree, field("x"), field("y", "string", values("a", "b", "c")))
    assert predict(model, x=[1.0, None])["p"] == expected


def test_an_output_field_may_have_an_optype_that_is_none():
    output = '<Output><OutputField name="o" optype="clazz" dataType="double" feature="predictedValue"/></Output>'
    assert predict(load(regression(IDENTITY, around=output), field("x")), x=[2.0])["o"] == [2.0]


def test_a_model_without_inputs_scores_rows_without_columns():
    import pandas as pd
    import pyarrow as pa

    model = load(regression('<RegressionTable intercept="2"/>'), field("x"))
    assert model.predict(pd.DataFrame(index=["a", "b"]))["prediction"].to_dict() == {"a": 2.0, "b": 2.0}
    assert model.predict(pa.table({"x": [1.0, 2.0]}).select([])).column("prediction").to_pylist() == [2.0, 2.0]


def test_a_date_of_another_spelling_is_named():
    inside = IDENTITY.replace('<NumericPredictor name="x"', '<CategoricalPredictor name="x" value="2009/06/01"')
    with pytest.raises(ModelError, match="'2009/06/01' is no date of ISO 8601, such as 2009-06-01"):
        load(regression(inside), field("x", "date"))
