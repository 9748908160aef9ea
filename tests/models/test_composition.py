"""Embedded models: sequences of them in a MiningModel, and choices among them by a tree's nodes.

Specification: MultipleModels, "Model Composition"; its sample scenarios are the cases.
"""

from __future__ import annotations

import math

import pytest
from documents import field, load, predict, schema, values

from sparkpmml.errors import ModelError, SparkPmmlError

OCCUPATION = field("occupation", "string", values("Student", "Retired", "Other"))
X, Z, Y = field("x"), field("z"), field("y")
CLASS = field("y", "string", values("yes", "no"))


def mining(*embedded: str, active: str = "x z", function: str = "regression", more: str = "") -> str:
    used = schema(*active.split(), target="y")
    return f'<MiningModel functionName="{function}">{used}{more}{"".join(embedded)}</MiningModel>'


def result(name: str, more: str = 'optype="continuous" dataType="double" feature="predictedValue"') -> str:
    return f'<ResultField name="{name}" {more}/>'


def linear(intercept: float, inside: str = "", more: str = "", **coefficients: float) -> str:
    """intercept + the sum of coefficient * field, as an embedded model."""
    terms = "".join(f'<NumericPredictor name="{name}" coefficient="{c}"/>' for name, c in coefficients.items())
    table = f'<RegressionTable intercept="{intercept}">{terms}</RegressionTable>'
    return f'<Regression functionName="regression" {more}>{inside}{table}</Regression>'


def tree(nodes: str, inside: str = "", function: str = "regression", more: str = "") -> str:
    return f'<DecisionTree functionName="{function}" {more}>{inside}<Node><True/>{nodes}</Node></DecisionTree>'


def node(predicate: str, score: object = None, inside: str = "") -> str:
    scored = "" if score is None else f' score="{score}"'
    return f"<Node{scored}>{predicate}{inside}</Node>"


def when(name: str, operator: str, value: object) -> str:
    return f'<SimplePredicate field="{name}" operator="{operator}" value="{value}"/>'


HIGH, LOW, ELSE = when("x", "greaterThan", 10), when("x", "lessOrEqual", 10), "<True/>"

# "if Age is missing: if Occupation is Student then Age := 20, else if Retired then 70, else 40"
AGE = f"""<DecisionTree functionName="regression">{result("age")}
<Node><True/><Node><SimplePredicate field="x" operator="isMissing"/>
  {node(when("occupation", "equal", "Student"), 20)}{node(when("occupation", "equal", "Retired"), 70)}{node(ELSE, 40)}
</Node><Node><True/>{linear(0, x=1)}</Node></Node></DecisionTree>"""


def test_rules_for_missing_values_before_a_logistic_regression():
    """p(yes) = 1 / (1 + exp(-(0.05 * age - 2)))."""
    logistic = """<Regression functionName="classification" normalizationMethod="logit">
    <RegressionTable targetCategory="yes" intercept="-2"><NumericPredictor name="age" coefficient="0.05"/></RegressionTable>
    <RegressionTable targetCategory="no" intercept="0"/></Regression>"""
    model = load(mining(AGE, logistic, active="x occupation", function="classification"), X, OCCUPATION, CLASS)
    rows = predict(model, x=[50.0, None, None, None], occupation=["Student", "Student", "Retired", "Other"])
    expected = [1 / (1 + math.exp(2 - 0.05 * age)) for age in (50, 20, 70, 40)]
    assert [row["yes"] for row in rows["probability"]] == pytest.approx(expected)
    assert rows["prediction"] == ["yes", "no", "yes", "yes"]


SEQUENCES = [
    # 3 * (1 + 2 * 5) + 4 * 7
    pytest.param([linear(1, result("term"), x=2), linear(0, term=3, z=4)], 61.0, id="regression-regression"),
    # 100 + (20 where x <= 10)
    pytest.param(
        [
            tree(node(HIGH, "high") + node(ELSE, "low"), result("group", ""), "classification"),
            '<Regression functionName="regression"><RegressionTable intercept="100">'
            '<CategoricalPredictor name="group" value="low" coefficient="20"/></RegressionTable></Regression>',
        ],
        120.0,
        id="tree-regression",
    ),
    # 1 + 2 * 5 is above 10
    pytest.param(
        [linear(1, result("term"), x=2), tree(node(when("term", "greaterThan", 10), 7) + node(ELSE, 8))],
        7.0,
        id="regression-tree",
    ),
    # each sees all before it: 5 + 1, then 6 + 5, then 11 + 6
    pytest.param(
        [linear(1, result("a"), x=1), linear(0, result("b"), x=1, a=1), linear(0, a=1, b=1)], 17.0, id="three"
    ),
    pytest.param([linear(1, x=2)], 11.0, id="one"),
    # a result by the name of an input is what later models mean by it
    pytest.param([linear(1, result("x"), x=2), linear(0, x=1)], 11.0, id="renewed"),
    # twice x, made inside, and 3 more by the embedded model's own target
    pytest.param(
        [
            linear(
                0,
                '<Targets><Target rescaleConstant="3"/></Targets><LocalTransformations>'
                '<DerivedField name="twice" optype="continuous" dataType="double"><Apply function="*">'
                '<FieldRef field="x"/><Constant>2</Constant></Apply></DerivedField></LocalTransformations>'
                + result("t"),
                twice=1,
            ),
            linear(0, t=1),
        ],
        13.0,
        id="transformed",
    ),
    pytest.param([linear(0, result("e"), 'normalizationMethod="exp"', x=1), linear(0, e=1)], math.exp(5), id="exp"),
]


@pytest.mark.parametrize(("embedded", "expected"), SEQUENCES)
def test_sequences(embedded, expected):
    """At x = 5, z = 7. Only the last model's answer is one of the whole's."""
    scored = predict(load(mining(*embedded), X, Z, Y), x=[5.0], z=[7.0])
    assert scored == {"prediction": [pytest.approx(expected)]}


def test_boosted_trees_of_r_gbm():
    """Trees added by a last Regression, as a public converter for R's gbm writes them, with an Output of the whole."""
    trees = [tree(node(HIGH, 1.5 * i) + node(ELSE, -0.5), result(f"Response{i}")) for i in (1, 2)]
    output = '<Output><OutputField name="RESPONSE" feature="predictedValue"/></Output>'
    model = load(mining(*trees, linear(0.25, Response1=1, Response2=1), more=output), X, Z, Y)
    assert predict(model, x=[20.0, 5.0], z=[0.0, 0.0])["RESPONSE"] == [0.25 + 1.5 + 3.0, 0.25 - 0.5 - 0.5]


def test_result_fields_are_any_output_feature():
    """probability(yes) = 0.8 where x > 10, else 0.3; the answer is a hundred times that."""
    shares = [
        f'<ScoreDistribution value="yes" recordCount="{n}"/><ScoreDistribution value="no" recordCount="{10 - n}"/>'
        for n in (8, 3)
    ]
    nodes = node(HIGH, "yes", shares[0]) + node(ELSE, "no", shares[1])
    field_ = result("p", 'feature="probability" value="yes" dataType="double"')
    model = load(mining(tree(nodes, field_, "classification"), linear(0, p=100)), X, Z, Y)
    assert predict(model, x=[20.0, 5.0], z=[0.0, 0.0])["prediction"] == pytest.approx([80.0, 30.0])


# where x > 10 the answer is that of the model inside, elsewhere 1
SELECTED = [
    pytest.param(linear(2, x=3), [2 + 60.0, 1.0], id="linear"),
    pytest.param(linear(0, more='normalizationMethod="exp"', z=1), [math.exp(7), 1.0], id="normalized"),
    pytest.param(linear(2, '<Targets><Target rescaleFactor="2"/></Targets>', x=3), [124.0, 1.0], id="own-target"),
    pytest.param(tree(node(when("z", "equal", 7), 5) + node(ELSE, 6)), [5.0, 1.0], id="tree"),
    pytest.param(tree(node(when("z", "equal", 8), 5)), [9.0, 1.0], id="no-answer"),
    pytest.param(tree(node(ELSE, 5, tree(node(ELSE, 4, linear(0, z=2))))), [14.0, 1.0], id="nested"),
]


@pytest.mark.parametrize("outer", ["TreeModel", "DecisionTree"])
@pytest.mark.parametrize(("inside", "expected"), SELECTED)
def test_nodes_that_hold_models(inside, expected, outer):
    """At z = 7. Where the model has no answer the node's own score, 9, is one."""
    nodes = node(HIGH, 9, inside) + node(ELSE, 1)
    used = schema("x", "z", target="y")
    whole = (
        mining(tree(nodes))
        if outer == "DecisionTree"
        else f'<TreeModel functionName="regression">{used}<Node><True/>{nodes}</Node></TreeModel>'
    )
    assert predict(load(whole, X, Z, Y), x=[20.0, 5.0], z=[7.0, 7.0])["prediction"] == pytest.approx(expected)


def test_a_regression_for_each_segment():
    """Segment based regression: 1 + x above 10, 2z up to 10 and z otherwise; then the tree's own Targets, doubled."""
    nodes = node(HIGH, inside=linear(1, x=1)) + node(LOW, inside=linear(0, z=2)) + node(ELSE, inside=linear(0, z=1))
    targets = '<Targets><Target field="y" rescaleFactor="2"/></Targets>'
    text = (
        f'<TreeModel functionName="regression" missingValueStrategy="none">{schema("x", "z", target="y")}'
        f'<Output><OutputField name="node" feature="entityId"/></Output>{targets}'
        f"<Node><True/>{nodes}</Node></TreeModel>"
    )
    general = text.replace('functionName="regression" >', 'functionName="regression" normalizationMethod="exp">', 1)
    rows = {"x": [20.0, 5.0, None], "z": [7.0, 7.0, 7.0]}
    assert predict(load(text, X, Z, Y), **rows) == {"prediction": [42.0, 28.0, 14.0], "node": ["2", "3", "4"]}
    mixed = predict(load(general, X, Z, Y), **rows)
    assert mixed["prediction"] == pytest.approx([2 * math.exp(21), 28.0, 14.0])
    assert mixed["node"] == ["2", "3", "4"]


def test_nodes_that_hold_classifiers():
    """Two classes by a tree, or by p(yes) = 1 / (1 + exp(-z)) above 10; a node's score alone has no probabilities."""
    inside = """<Regression functionName="classification" normalizationMethod="logit">
    <RegressionTable targetCategory="yes" intercept="0"><NumericPredictor name="z" coefficient="1"/></RegressionTable>
    <RegressionTable targetCategory="no" intercept="0"/></Regression>"""
    nodes = node(HIGH, inside=inside) + node(ELSE, "no")
    rows = predict(
        load(mining(tree(nodes, function="classification"), function="classification"), X, Z, CLASS),
        x=[20.0, 20.0, 5.0],
        z=[1.0, -2.0, 1.0],
    )
    assert rows["prediction"] == ["yes", "no", "no"]
    assert [row and row["yes"] for row in rows["probability"]] == pytest.approx(
        [1 / (1 + math.exp(-1)), 1 / (1 + math.exp(2)), None]
    )


def test_results_of_models_in_nodes_are_known_where_the_nodes_are_reached():
    """t is 3x above 10; elsewhere z, by another regression."""
    nodes = node(HIGH, inside=linear(0, result("t"), x=3)) + node(ELSE, inside=linear(0, result("t"), z=1))
    model = load(mining(tree(nodes, result("whole")), linear(0, t=1, whole=100)), X, Z, Y)
    assert predict(model, x=[20.0, 5.0], z=[7.0, 7.0])["prediction"] == [60.0 * 101, 7.0 * 101]


REFUSED = [
    pytest.param(mining(), "neither a Segmentation nor a Regression or DecisionTree", id="nothing"),
    pytest.param(mining(linear(1, x=1), linear(2, x=1)), "without a ResultField", id="lost"),
    pytest.param(mining(linear(1, z=1, q=2)), "refers to field 'q'", id="unknown-field"),
    pytest.param(mining(linear(1, result("a"), b=1), linear(0, result("b"), a=1)), "field 'b'", id="later-result"),
    pytest.param(mining(linear(1, x=1), function="classification"), "answers for a model of", id="function"),
    pytest.param(mining(linear(1, "", 'normalizationMethod="simplemax"', x=1)), "needs classes", id="inside"),
    pytest.param(
        mining(linear(1, result("r", 'feature="probability" value="yes"'), x=1), linear(0, r=1)),
        "gives no probabilities",
        id="feature",
    ),
    pytest.param(mining(tree(node(ELSE, 1, linear(1, x=1) * 2))), "holds a second model", id="two-in-a-node"),
    pytest.param(
        mining(tree(node(ELSE, 1, tree(node(ELSE, "yes"), function="classification")))),
        "answers for a model of",
        id="function-in-a-node",
    ),
    pytest.param(
        mining(tree(node(ELSE, 1, linear(1, x=1)), more='missingValueStrategy="aggregateNodes"')),
        "divides a row among nodes",
        id="weighted",
    ),
    pytest.param(
        mining(
            linear(1, result("r"), x=1),
            f'<Segmentation multipleModelMethod="sum"><Segment><True/><RegressionModel functionName="regression">'
            f'{schema("x")}<RegressionTable intercept="1"/></RegressionModel></Segment></Segmentation>',
        ),
        "does not say which of them answers",
        id="both",
    ),
]


@pytest.mark.parametrize(("model", "message"), REFUSED)
def test_what_is_open_or_wrong_is_refused(model, message):
    with pytest.raises(ModelError, match=message):
        load(model, X, Z, CLASS if 'functionName="classification"><MiningSchema' in model else Y)


def test_embedded_models_are_no_models_of_their_own():
    segment = f'<Segmentation multipleModelMethod="sum"><Segment><True/>{linear(1, x=1)}</Segment></Segmentation>'
    with pytest.raises(SparkPmmlError, match="<Regression> in <Segment>"):
        load(mining(segment), X, Z, Y)
