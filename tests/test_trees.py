"""TreeModel: predicates and strategies, on trees small enough to follow with a finger (specification: TreeModel)."""

from __future__ import annotations

import pytest
from documents import field, load, predict, schema, values

from sparkpmml.errors import ModelError

# The specification's example for missing values (TreeModel, "Handling missing values"): will the player play?
WEATHER = """<TreeModel functionName="classification" missingValueStrategy="{strategy}" {more}>
{schema}
<Output><OutputField name="confidence" feature="confidence"/><OutputField name="node" feature="entityId"/></Output>
<Node id="1" score="will play" recordCount="100" defaultChild="2"><True/>
  <ScoreDistribution value="will play" recordCount="60" confidence="0.6"/>
  <ScoreDistribution value="may play" recordCount="30" confidence="0.3"/>
  <ScoreDistribution value="no play" recordCount="10" confidence="0.1"/>
  <Node id="2" score="will play" recordCount="50" defaultChild="3">
    <SimplePredicate field="outlook" operator="equal" value="sunny"/>
    <ScoreDistribution value="will play" recordCount="40" confidence="0.8"/>
    <ScoreDistribution value="may play" recordCount="2" confidence="0.04"/>
    <ScoreDistribution value="no play" recordCount="8" confidence="0.16"/>
    <Node id="3" score="will play" recordCount="40">
      <CompoundPredicate booleanOperator="surrogate">
        <SimplePredicate field="temperature" operator="greaterThan" value="50"/>
        <SimplePredicate field="humidity" operator="lessThan" value="80"/>
        <False/>
      </CompoundPredicate>
      <ScoreDistribution value="will play" recordCount="36" confidence="0.9"/>
      <ScoreDistribution value="may play" recordCount="2" confidence="0.05"/>
      <ScoreDistribution value="no play" recordCount="2" confidence="0.05"/>
    </Node>
    <Node id="4" score="no play" recordCount="10">
      <CompoundPredicate booleanOperator="surrogate">
        <SimplePredicate field="temperature" operator="lessOrEqual" value="50"/>
        <SimplePredicate field="humidity" operator="greaterOrEqual" value="80"/>
        <True/>
      </CompoundPredicate>
      <ScoreDistribution value="will play" recordCount="2" confidence="0.2"/>
      <ScoreDistribution value="may play" recordCount="0" confidence="0.0"/>
      <ScoreDistribution value="no play" recordCount="8" confidence="0.8"/>
    </Node>
  </Node>
  <Node id="5" score="may play" recordCount="50">
    <SimplePredicate field="outlook" operator="notEqual" value="sunny"/>
    <ScoreDistribution value="will play" recordCount="20" confidence="0.4"/>
    <ScoreDistribution value="may play" recordCount="28" confidence="0.56"/>
    <ScoreDistribution value="no play" recordCount="2" confidence="0.04"/>
  </Node>
</Node></TreeModel>"""

FIELDS = (
    field("outlook", "string", values("sunny", "overcast", "rain")),
    field("temperature"),
    field("humidity"),
    field("play", "string", values("will play", "may play", "no play")),
)


def weather(strategy: str, more: str = ""):
    active = schema("outlook", "temperature", "humidity", target="play")
    return load(WEATHER.format(strategy=strategy, more=more, schema=active), *FIELDS)


STRATEGIES = [
    pytest.param("none", "", ("sunny", 60.0, 70.0), ("will play", 0.9, "3"), id="nothing-missing"),
    pytest.param("none", "", ("sunny", 40.0, 70.0), ("no play", 0.8, "4"), id="second-child"),
    pytest.param("none", "", ("rain", 40.0, 70.0), ("may play", 0.56, "5"), id="other-branch"),
    pytest.param("none", "", ("sunny", None, 70.0), ("will play", 0.9, "3"), id="surrogate-true"),
    pytest.param("none", "", ("sunny", None, 90.0), ("no play", 0.8, "4"), id="surrogate-false"),
    pytest.param("none", "", ("sunny", None, None), ("no play", 0.8, "4"), id="last-surrogate"),
    pytest.param("none", "", (None, 60.0, 70.0), (None, None, None), id="none-unknown-is-false"),
    pytest.param(
        "none",
        'noTrueChildStrategy="returnLastPrediction"',
        (None, 60.0, 70.0),
        ("will play", 0.6, "1"),
        id="last-true",
    ),
    pytest.param("lastPrediction", "", (None, 60.0, 70.0), ("will play", 0.6, "1"), id="lastPrediction"),
    pytest.param("nullPrediction", "", (None, 60.0, 70.0), (None, None, None), id="nullPrediction"),
    pytest.param("defaultChild", "", (None, 40.0, 70.0), ("no play", 0.8, "4"), id="defaultChild"),
    pytest.param("defaultChild", 'missingValuePenalty="0.8"', (None, 40.0, 70.0), ("no play", 0.64, "4"), id="penalty"),
    # half of the records are below node 2, which the row enters as (sunny, 60) would: (0.9 + 0.4) / 2
    pytest.param("weightedConfidence", "", (None, 60.0, 70.0), ("will play", 0.65, "3"), id="weightedConfidence"),
    # the counts of nodes 3 and 5: will play 36 + 20, may play 2 + 28, no play 2 + 2, of 90
    pytest.param("aggregateNodes", "", (None, 60.0, 70.0), ("will play", 56 / 90, "3"), id="aggregateNodes"),
]


@pytest.mark.parametrize(("strategy", "more", "row", "expected"), STRATEGIES)
def test_strategies(strategy, more, row, expected):
    model = weather(strategy, more)
    result = predict(model, outlook=[row[0]], temperature=[row[1]], humidity=[row[2]])
    got = (result["prediction"][0], result["confidence"][0], result["node"][0])
    assert got == (expected[0], expected[1] and pytest.approx(expected[1]), expected[2])


def test_probabilities_are_shares_of_the_record_counts():
    result = predict(weather("none"), outlook=["rain"], temperature=[1.0], humidity=[1.0])
    assert result["probability"][0] == pytest.approx({"will play": 0.4, "may play": 0.56, "no play": 0.04})


@pytest.mark.parametrize("strategy", ["none", "aggregateNodes", "weightedConfidence"])
def test_a_row_that_reaches_one_leaf_has_its_scores_as_they_stand(strategy):
    """Whatever would be done with several leaves; these neither follow from the record counts nor add up to 1."""
    leaf = """<Node score="a" recordCount="4"><SimplePredicate field="x" operator="{test}" value="0"/>
    <ScoreDistribution value="a" recordCount="1" probability="0.7" confidence="0.9"/>
    <ScoreDistribution value="b" recordCount="3" probability="0.2" confidence="0.3"/></Node>"""
    leaves = leaf.format(test="lessThan") + leaf.format(test="greaterOrEqual")
    outputs = '<Output><OutputField name="sure" feature="confidence" value="b"/></Output>'
    tree = f"""<TreeModel functionName="classification" missingValueStrategy="{strategy}" missingValuePenalty="0.5">
    {schema("x", target="y")}{outputs}<Node><True/>{leaves}</Node></TreeModel>"""
    result = predict(load(tree, field("x"), field("y", "string", values("a", "b"))), x=[1.0])
    assert (result["probability"], result["sure"]) == ([{"a": 0.7, "b": 0.2}], [0.3])


def split(predicate: str, *fields: str) -> list:
    """1 where a predicate holds, 0 where it is false, None where it is unknown."""
    names = [part.split('"')[1] for part in fields]
    model = f"""<TreeModel functionName="regression" missingValueStrategy="nullPrediction">{schema(*names)}
    <Node><True/><Node score="1">{predicate}</Node><Node score="0"><True/></Node></Node></TreeModel>"""
    return load(model, *fields)


X, S = field("x"), field("s", "string")
PREDICATES = [
    *[
        pytest.param(
            f'<SimplePredicate field="x" operator="{operator}" value="2"/>', [1, 2, 3, None], expected, id=operator
        )
        for operator, expected in {
            "equal": [0, 1, 0, None],
            "notEqual": [1, 0, 1, None],
            "lessThan": [1, 0, 0, None],
            "lessOrEqual": [1, 1, 0, None],
            "greaterThan": [0, 0, 1, None],
            "greaterOrEqual": [0, 1, 1, None],
            "isMissing": [0, 0, 0, 1],
            "isNotMissing": [1, 1, 1, 0],
        }.items()
    ],
    pytest.param(
        '<SimpleSetPredicate field="x" booleanOperator="isIn"><Array n="2" type="real">1 3.0</Array></SimpleSetPredicate>',
        [1, 2, 3, None],
        [1, 0, 1, None],
        id="in-numbers",
    ),
    pytest.param(
        '<SimpleSetPredicate field="x" booleanOperator="isNotIn"><Array type="real">1 3</Array></SimpleSetPredicate>',
        [1, 2, 3, None],
        [0, 1, 0, None],
        id="not-in-numbers",
    ),
    pytest.param(
        '<SimpleSetPredicate field="s" booleanOperator="isIn">'
        '<Array n="3" type="string">a "b c" "say \\"d\\""</Array></SimpleSetPredicate>',
        ["a", "b c", 'say "d"', "b", None],
        [1, 1, 1, 0, None],
        id="in-quoted-texts",
    ),
    pytest.param('<SimplePredicate field="s" operator="equal" value="a"/>', ["a", "b", None], [1, 0, None], id="text"),
    pytest.param(
        '<SimplePredicate field="s" operator="lessThan" value="b"/>', ["a", "b", "c", None], [1, 0, 0, None], id="order"
    ),
    pytest.param('<SimplePredicate field="x" operator="isMissing" value=""/>', [1, None], [0, 1], id="unread-value"),
    pytest.param("<True/>", [1, None], [1, 1], id="true"),
    pytest.param("<False/>", [1, None], [0, 0], id="false"),
]


@pytest.mark.parametrize(("predicate", "given", "expected"), PREDICATES)
def test_predicates(predicate, given, expected):
    is_text = any(isinstance(value, str) for value in given)
    model = split(predicate, S if is_text else X)
    arguments = {"s": given} if is_text else {"x": [None if value is None else float(value) for value in given]}
    assert predict(model, **arguments)["prediction"] == expected


TRUTH = (1.0, 0.0, None)
PAIRS = [(first, second) for first in TRUTH for second in TRUTH]
COMPOUND = [
    pytest.param("and", [1, 0, None, 0, 0, 0, None, 0, None], id="and"),
    pytest.param("or", [1, 1, 1, 1, 0, None, 1, None, None], id="or"),
    pytest.param("xor", [0, 1, None, 1, 0, None, None, None, None], id="xor"),
    pytest.param("surrogate", [1, 1, 1, 0, 0, 0, 1, 0, None], id="surrogate"),
]


@pytest.mark.parametrize(("operator", "expected"), COMPOUND)
@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
def test_compound_predicates(operator, expected, nested):
    """Kleene's tables, for the pairs of true, false and unknown in order."""
    first = '<SimplePredicate field="a" operator="equal" value="1"/>'
    second = '<SimplePredicate field="b" operator="equal" value="1"/>'
    if nested:
        second = f'<CompoundPredicate booleanOperator="and">{second}{second}</CompoundPredicate>'
    predicate = f'<CompoundPredicate booleanOperator="{operator}">{first}{second}</CompoundPredicate>'
    model = split(predicate, field("a"), field("b"))
    columns = {"a": [pair[0] for pair in PAIRS], "b": [pair[1] for pair in PAIRS]}
    assert predict(model, **columns)["prediction"] == expected


def test_ordinal_texts_compare_in_their_declared_order():
    size = field("size", "string", values("small", "medium", "large"), optype="ordinal")
    model = split('<SimplePredicate field="size" operator="lessThan" value="large"/>', size)
    assert predict(model, size=["small", "medium", "large", None])["prediction"] == [1, 1, 0, None]


def test_labels_are_values_of_the_targets_type():
    """The tree says 1.0, the dictionary 1: one label, an integer."""
    tree = f"""<TreeModel functionName="classification">{schema("x", target="y")}<Node score="1.0"><True/>
    <ScoreDistribution value="1.0" recordCount="3"/><ScoreDistribution value="0.0" recordCount="1"/></Node></TreeModel>"""
    model = load(tree, field("x"), field("y", "integer", values("0", "1"), optype="categorical"))
    assert predict(model, x=[1.0]) == {"prediction": [1], "probability": [{"0": 0.25, "1": 0.75}]}


def test_a_node_without_a_score_predicts_its_commonest_class():
    tree = f"""<TreeModel functionName="classification">{schema("x", target="y")}<Node><True/>
    <ScoreDistribution value="b" recordCount="5"/><ScoreDistribution value="a" recordCount="5"/></Node></TreeModel>"""
    model = load(tree, field("x"), field("y", "string", values("a", "b")))
    assert predict(model, x=[1.0])["prediction"] == ["a"]  # of equals, the first that the target declares


def test_a_float_field_is_compared_as_a_float():
    """0.1 as a float is greater than 0.1 as a double; the threshold is rounded as the field is."""
    model = split('<SimplePredicate field="x" operator="lessOrEqual" value="0.1"/>', field("x", "float"))
    assert predict(model, x=[0.1])["prediction"] == [1]


@pytest.mark.parametrize("operator", ["equal", "lessThan", "greaterOrEqual"])
def test_nothing_is_compared_with_nan(operator):
    with pytest.raises(ModelError, match=r"compares field 'x' \(double\) with 'NaN', which is no double"):
        split(f'<SimplePredicate field="x" operator="{operator}" value="NaN"/>', field("x"))


@pytest.mark.parametrize("operator", ["and", "or", "surrogate"])
def test_a_compound_of_nothing(operator):
    with pytest.raises(ModelError, match="<CompoundPredicate> has no conditions"):
        split(f'<CompoundPredicate booleanOperator="{operator}"/>', field("x"))


def test_default_child_that_is_not_there_gives_no_prediction():
    tree = f"""<TreeModel functionName="regression" missingValueStrategy="defaultChild">{schema("x")}<Node><True/>
    <Node id="1" score="1"><SimplePredicate field="x" operator="lessThan" value="0"/></Node></Node></TreeModel>"""
    assert predict(load(tree, field("x")), x=[-1.0, None])["prediction"] == [1.0, None]


def fitted(field: str, coefficient: int) -> str:
    return f"""<Regression functionName="regression"><RegressionTable intercept="1">
    <NumericPredictor name="{field}" coefficient="{coefficient}"/></RegressionTable></Regression>"""


REGRESSIONS = f"""<TreeModel functionName="regression">{schema("x", "a", "b", target="y")}<Node><True/>
<Node score="-1"><SimplePredicate field="x" operator="lessThan" value="1"/>{fitted("a", 2)}</Node>
<Node score="-2"><SimplePredicate field="x" operator="lessThan" value="2"/>{fitted("b", 3)}</Node>
<Node score="-3"><True/></Node></Node></TreeModel>"""

FITTED = {  # id: x, a, b, answer
    "a leaf's regression": (0.0, 10.0, 100.0, 21.0),
    "another's": (1.0, 10.0, 100.0, 301.0),
    "missing for another leaf": (0.0, 10.0, None, 21.0),
    "missing for the leaf": (0.0, None, 100.0, -1.0),
    "a leaf without one": (2.0, None, None, -3.0),
}


@pytest.mark.parametrize("case", FITTED)
def test_leaves_with_regressions(case):
    x, a, b, expected = FITTED[case]
    model = load(REGRESSIONS, *(field(name, "double") for name in ("x", "a", "b", "y")))
    assert predict(model, x=[x], a=[a], b=[b])["prediction"] == [expected]
