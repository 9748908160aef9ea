"""MiningModel: what becomes of the segments' answers, each method on numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from documents import field, load, predict, schema, values

from sparkpmml.errors import ModelError

CLASSES = field("y", "string", values("a", "b", "c"))


def constant_tree(score: float | str | None, *, function: str = "regression", distribution: str = "") -> str:
    """A tree that always gives one answer; None: never any."""
    root = "<Node><False/></Node>" if score is None else f'<Node score="{score}"><True/>{distribution}</Node>'
    target = schema("x", target="y" if function == "classification" else "")
    return f'<TreeModel functionName="{function}">{target}{root}</TreeModel>'


def segment(model: str, *, name: str = "", weight: float | None = None, predicate: str = "<True/>") -> str:
    identity = f' id="{name}"' if name else ""
    weighed = "" if weight is None else f' weight="{weight}"'
    return f"<Segment{identity}{weighed}>{predicate}{model}</Segment>"


def mining(
    method: str, *segments: str, function: str = "regression", more: str = "", output: str = "", target=""
) -> str:
    return f"""<MiningModel functionName="{function}">{schema("x", target=target)}{output}
    <Segmentation multipleModelMethod="{method}" {more}>{"".join(segments)}</Segmentation></MiningModel>"""


def answer(model: str, *fields: str, x: float | None = 1.0):
    return predict(load(model, field("x"), *fields), x=[x])["prediction"][0]


# four segments that give 1, 2, 4 and 9, with the weights 1, 1, 2 and 4
NUMBERS = [
    pytest.param("sum", 16.0, id="sum"),
    pytest.param("average", 4.0, id="average"),
    pytest.param("weightedAverage", (1 + 2 + 8 + 36) / 8, id="weightedAverage"),
    pytest.param("x-weightedSum", 1.0 + 2 + 8 + 36, id="weightedSum"),
    pytest.param("median", 3.0, id="median"),
    pytest.param("x-weightedMedian", 4.0, id="weightedMedian"),
    pytest.param("max", 9.0, id="max"),
    pytest.param("selectFirst", 1.0, id="selectFirst"),
    pytest.param("modelChain", 9.0, id="modelChain"),
]
WEIGHTED = tuple(zip((1, 2, 4, 9), (1, 1, 2, 4), strict=True))


@pytest.mark.parametrize("as_forest", [True, False], ids=["forest", "one-by-one"])
@pytest.mark.parametrize(("method", "expected"), NUMBERS)
def test_numbers(method, expected, as_forest):
    """A segment that is active by a predicate other than True keeps the trees from becoming one forest."""
    predicate = "<True/>" if as_forest else '<SimplePredicate field="x" operator="isNotMissing"/>'
    segments = [segment(constant_tree(score), weight=weight, predicate=predicate) for score, weight in WEIGHTED]
    assert answer(mining(method, *segments)) == pytest.approx(expected)


@pytest.mark.parametrize("as_forest", [True, False], ids=["forest", "one-by-one"])
@pytest.mark.parametrize("of_float", [(True, True), (True, False), (False, True)])
def test_trees_whose_target_is_a_float_round_before_they_are_added(of_float, as_forest):
    """The sum is of doubles, and rounded itself where its own target is a float."""
    rounds, sum_rounds = of_float
    targeted = schema("x", target="y" if rounds else "")
    trees = [constant_tree(score).replace(schema("x"), targeted) for score in (0.1, 0.7)]
    predicate = "<True/>" if as_forest else '<SimplePredicate field="x" operator="isNotMissing"/>'
    model = mining("sum", *[segment(tree, predicate=predicate) for tree in trees], target="y" if sum_rounds else "")
    scores = [float(np.float32(score)) if rounds else score for score in (0.1, 0.7)]
    expected = float(np.float32(sum(scores))) if sum_rounds else sum(scores)
    assert answer(model, field("y", "float")) == expected


MISSING = [
    pytest.param("", None, id="continue"),
    pytest.param('missingPredictionTreatment="returnMissing"', None, id="returnMissing"),
    pytest.param('missingPredictionTreatment="skipSegment"', 3.0, id="skipSegment"),
    pytest.param('missingPredictionTreatment="skipSegment" missingThreshold="0.4"', 3.0, id="below-threshold"),
    pytest.param('missingPredictionTreatment="skipSegment" missingThreshold="0.3"', None, id="above-threshold"),
]


@pytest.mark.parametrize(("more", "expected"), MISSING)
def test_missing_predictions(more, expected):
    """One of three segments has no answer, the others give 2 and 4."""
    segments = [segment(constant_tree(score)) for score in (2, None, 4)]
    assert answer(mining("average", *segments, more=more)) == expected


def test_inactive_segments_do_not_count():
    active = '<SimplePredicate field="x" operator="greaterThan" value="0"/>'
    model = load(mining("average", segment(constant_tree(2)), segment(constant_tree(4), predicate=active)), field("x"))
    assert predict(model, x=[1.0, -1.0, None])["prediction"] == [3.0, 2.0, 2.0]


def voter(label: str | None) -> str:
    return constant_tree(label, function="classification")


VOTES = [
    pytest.param("majorityVote", "b a b", {}, "b", {"a": 1 / 3, "b": 2 / 3, "c": 0.0}, id="majority"),
    pytest.param("majorityVote", "b a", {}, "a", {"a": 0.5, "b": 0.5, "c": 0.0}, id="tie-first-declared"),
    pytest.param("weightedMajorityVote", "b a b", {1: 3.0}, "a", {"a": 0.6, "b": 0.4, "c": 0.0}, id="weighted"),
]


@pytest.mark.parametrize(("method", "labels", "weights", "winner", "shares"), VOTES)
def test_votes(method, labels, weights, winner, shares):
    segments = [segment(voter(label), weight=weights.get(i, 1.0)) for i, label in enumerate(labels.split())]
    segments.append(segment(voter("c"), predicate="<False/>"))  # declared, but never active
    model = load(mining(method, *segments, function="classification", target="y"), field("x"), CLASSES)
    result = predict(model, x=[1.0])
    assert result["prediction"] == [winner]
    assert result["probability"][0] == pytest.approx(shares)


VOTE_TYPES = [
    pytest.param("string", ("1", "2"), "2", id="string"),
    pytest.param("integer", ("1", "2"), 2, id="integer"),
    pytest.param("integer", ("1.0", "2.0"), 2, id="integer-spelled-as-numbers"),
    pytest.param("double", ("1", "2"), 2.0, id="double-spelled-whole"),
    pytest.param("double", ("1.0", "2.0"), 2.0, id="double"),
    pytest.param("boolean", ("false", "true"), True, id="boolean"),
    pytest.param("boolean", ("0", "1"), True, id="boolean-spelled-as-numbers"),
]


@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "not-declared"])
@pytest.mark.parametrize(("data_type", "labels", "winner"), VOTE_TYPES)
def test_votes_for_values_of_any_type(data_type, labels, winner, is_declared):
    """Two of three vote for the second label; the predicates keep the trees from becoming one forest."""
    low, high = labels
    known = '<SimplePredicate field="x" operator="isNotMissing"/>'
    segments = [segment(voter(label), predicate=known) for label in (high, low, high)]
    target = field("y", data_type, values(*labels) if is_declared else "", optype="categorical")
    model = load(mining("majorityVote", *segments, function="classification", target="y"), field("x"), target)
    result = predict(model, x=[1.0])
    assert result["prediction"] == [winner]
    assert list(result["probability"][0].values()) == pytest.approx([1 / 3, 2 / 3] if is_declared else [2 / 3, 1 / 3])


def test_votes_for_nobody_knows_whom():
    segments = [segment(voter(None))] * 2
    undeclared = field("y", "integer", optype="categorical")
    with pytest.raises(ModelError, match="say for which classes"):
        load(mining("majorityVote", *segments, function="classification", target="y"), field("x"), undeclared)


MISSING_VOTES = [
    pytest.param("a - -", "", None, id="missing-wins"),
    pytest.param("a a -", "", "a", id="missing-loses"),
    pytest.param("a a -", 'missingThreshold="0.3"', None, id="above-threshold"),
    pytest.param("a a -", 'missingThreshold="0.4"', "a", id="below-threshold"),
]


@pytest.mark.parametrize(("labels", "more", "expected"), MISSING_VOTES)
def test_missing_votes(labels, more, expected):
    """Under `continue` a missing prediction is a vote, and with the most votes the row has no prediction."""
    segments = [segment(voter(None if label == "-" else label)) for label in labels.split()]
    voting = mining("majorityVote", *segments, function="classification", target="y", more=more)
    assert answer(voting, CLASSES) == expected


def scorer(**counts: int) -> str:
    distribution = "".join(f'<ScoreDistribution value="{k}" recordCount="{v}"/>' for k, v in counts.items())
    return constant_tree(max(counts, key=counts.__getitem__), function="classification", distribution=distribution)


REPRESENTATIVES = [
    pytest.param("max", [(6, 2, 2), (1, 7, 2)], (0.1, 0.7, 0.2), id="max"),
    pytest.param("max", [(1, 7, 2), (2, 7, 1)], (0.15, 0.7, 0.15), id="max-of-two-alike"),
    pytest.param("max", [(6, 2, 2), None], (0.6, 0.2, 0.2), id="max-beside-an-inactive-one"),
    pytest.param("median", [(1, 7, 2), (4, 5, 1), (0, 4, 6)], (0.4, 0.5, 0.1), id="median"),
    pytest.param("median", [(1, 7, 2), (4, 5, 1), (0, 4, 6), (9, 1, 0)], (0.2, 0.45, 0.35), id="median-between-two"),
    pytest.param("median", [(1, 7, 2), None], (0.1, 0.7, 0.2), id="median-beside-an-inactive-one"),
    pytest.param("weightedMedian", [(1, 7, 2), (4, 5, 1), (0, 4, 6)], (0.4, 0.5, 0.1), id="weightedMedian"),
]


@pytest.mark.parametrize(("method", "trees", "expected"), REPRESENTATIVES)
def test_the_segments_that_hold_the_winning_probability_stand_for_all(method, trees, expected):
    segments = [
        segment(scorer(a=2, b=2, c=6), predicate="<False/>")
        if counts is None
        else segment(scorer(**dict(zip("abc", counts, strict=True))))
        for counts in trees
    ]
    model = load(mining(method, *segments, function="classification", target="y"), field("x"), CLASSES)
    (probability,) = predict(model, x=[1.0])["probability"]
    assert tuple(probability.values()) == pytest.approx(expected)


SCORES = [
    pytest.param("average", {"a": 0.4, "b": 0.4, "c": 0.2}, "a", id="average"),
    pytest.param("weightedAverage", {"a": 0.3, "b": 0.5, "c": 0.2}, "b", id="weightedAverage"),
    pytest.param("max", {"a": 0.1, "b": 0.7, "c": 0.2}, "b", id="max"),
]


@pytest.mark.parametrize(("method", "probability", "winner"), SCORES)
def test_probabilities(method, probability, winner):
    """Two trees: (0.7, 0.1, 0.2) of weight 1 and (0.1, 0.7, 0.2) of weight 2."""
    first, second = scorer(a=7, b=1, c=2), scorer(a=1, b=7, c=2)
    if method == "max":  # the second tree's 0.8 is the highest
        first = scorer(a=6, b=2, c=2)
    segments = [segment(first, weight=1), segment(second, weight=2)]
    model = load(mining(method, *segments, function="classification", target="y"), field("x"), CLASSES)
    result = predict(model, x=[1.0])
    assert result["probability"][0] == pytest.approx(probability)
    assert result["prediction"] == [winner]


def linear(coefficient: float, name: str, output: str = "") -> str:
    named = (
        f'<Output><OutputField name="{output}" dataType="double" feature="predictedValue"/></Output>' if output else ""
    )
    return f"""<RegressionModel functionName="regression">{schema(name)}{named}
    <RegressionTable intercept="1"><NumericPredictor name="{name}" coefficient="{coefficient}"/></RegressionTable>
    </RegressionModel>"""


def test_a_chain_feeds_outputs_forward():
    chain = mining("modelChain", segment(linear(2, "x", "twice")), segment(linear(10, "twice", "last")))
    assert predict(load(chain, field("x")), x=[3.0]) == {"prediction": [71.0], "twice": [7.0], "last": [71.0]}


def test_fields_of_a_segmentation():
    """As of PMML 4.0, by whose schema a Segmentation has LocalTransformations; fields had intervals as of PMML 3."""
    made = """<LocalTransformations><DerivedField name="double" optype="continuous" dataType="double">
    <Apply function="*"><FieldRef field="x"/><Constant>2</Constant></Apply><Interval closure="openOpen" leftMargin="0"/>
    </DerivedField></LocalTransformations>"""
    sums = mining("sum", segment(linear(1, "x")), segment(linear(1, "double"))).replace(
        "<Segment>", f"{made}<Segment>", 1
    )
    assert predict(load(sums, field("x")), x=[3.0, -1.0])["prediction"] == [4.0 + 7.0, 0.0 - 1.0]


TARGET = '<MiningField name="%s" usageType="target"/>'
TWO_TARGETS = (field("x"), field("y"), field("z"))
OF_TWO = ((None, "y"), (3, "z"))
RETURN_MISSING = 'missingPredictionTreatment="returnMissing"'

INCOMPLETE = [
    pytest.param("", [9.0, 9.0], id="continue"),
    pytest.param(RETURN_MISSING, [None, 9.0], id="returnMissing"),
]


@pytest.mark.parametrize(("more", "expected"), INCOMPLETE)
def test_a_chain_with_a_missing_prediction(more, expected):
    """The first segment never has a prediction; it is active in the first row only."""
    positive = '<SimplePredicate field="x" operator="greaterThan" value="0"/>'
    segments = [segment(constant_tree(None), predicate=positive), segment(constant_tree(9))]
    model = load(mining("modelChain", *segments, more=more), field("x"))
    assert predict(model, x=[1.0, -1.0])["prediction"] == expected


@pytest.mark.parametrize(("more", "expected"), [("", 3.0), (RETURN_MISSING, None)], ids=["continue", "returnMissing"])
def test_several_targets_share_a_missing_prediction(more, expected):
    """The model of y has no prediction, that of z gives 3."""
    models = [
        constant_tree(score).replace("<MiningSchema>", "<MiningSchema>" + TARGET % name) for score, name in OF_TWO
    ]
    chain = mining("x-multiModelChain", *map(segment, models), more=more)
    model = load(chain.replace("<MiningSchema>", f"<MiningSchema>{TARGET % 'y'}{TARGET % 'z'}", 1), *TWO_TARGETS)
    assert predict(model, x=[1.0]) == {"y": [None], "z": [expected]}


def test_the_last_active_segment_of_a_chain_answers():
    positive = '<SimplePredicate field="twice" operator="greaterThan" value="0"/>'
    chain = mining(
        "modelChain", segment(linear(2, "x", "twice")), segment(linear(10, "twice", "last"), predicate=positive)
    )
    result = predict(load(chain, field("x")), x=[3.0, -3.0])
    assert result == {"prediction": [71.0, -5.0], "twice": [7.0, -5.0], "last": [71.0, None]}


def varying(model: str, weigher: str, predicate: str = "<True/>") -> str:
    return f'<Segment>{predicate}{model}<VariableWeight field="{weigher}"/></Segment>'


# segments that give 1 and 9 with the weights v and w, and one that gives 4 with the weight 2
VARYING = [
    pytest.param("weightedAverage", [(1 * 3 + 9 * 1 + 8) / 6, (9 * 2 + 8) / 4, None], id="weightedAverage"),
    pytest.param("x-weightedSum", [1 * 3 + 9 * 1 + 8.0, 9 * 2 + 8.0, None], id="weightedSum"),
    pytest.param("x-weightedMedian", [1.0, 4.0, None], id="weightedMedian"),
    pytest.param("sum", [14.0, 14.0, 14.0], id="sum"),
]


@pytest.mark.parametrize(("method", "expected"), VARYING)
def test_weights_may_vary(method, expected):
    models = [varying(constant_tree(1), "v"), varying(constant_tree(9), "w"), segment(constant_tree(4), weight=2)]
    model = load(mining(method, *models), field("x"), field("v"), field("w"))
    result = predict(model, x=[1.0, 1.0, 1.0], v=[3.0, 0.0, None], w=[1.0, 2.0, 1.0])
    assert result["prediction"] == [value if value is None else pytest.approx(value) for value in expected]


def test_votes_may_vary_in_weight():
    a, b = (constant_tree(label, function="classification") for label in "ab")
    never = '<SimplePredicate field="x" operator="lessThan" value="0"/>'
    models = [varying(a, "v"), varying(b, "w"), varying(b, "w", never)]
    chain = mining("weightedMajorityVote", *models, function="classification", target="y")
    result = predict(
        load(chain, field("x"), field("v"), field("w"), CLASSES), x=[1.0, 1.0, -1.0], v=[3, 3, 3], w=[1, 4, 2]
    )
    assert result["prediction"] == ["a", "b", "b"]
    assert [row["a"] for row in result["probability"]] == pytest.approx([3 / 4, 3 / 7, 3 / 7])
    counted = mining("majorityVote", *models[:2], models[0], function="classification", target="y")
    result = predict(load(counted, field("x"), field("v"), field("w"), CLASSES), x=[1.0], v=[None], w=[9.0])
    assert result["prediction"] == ["a"]


def test_a_segment_has_one_weight():
    both = varying(constant_tree(1), "x").replace("<Segment>", '<Segment weight="2">')
    with pytest.raises(ModelError, match="has the weight 2 and a VariableWeight"):
        load(mining("weightedAverage", both), field("x"))
    with pytest.raises(ModelError, match="field 'y', which is no number: a date"):
        load(mining("weightedAverage", varying(constant_tree(1), "y")), field("x"), field("y", "date"))


def constant(target: str, value: int) -> str:
    return f"""<RegressionModel functionName="regression">{schema(target=target)}<Output>
    <OutputField name="out" feature="predictedValue"/></Output><RegressionTable intercept="{value}"/>
    </RegressionModel>"""


def two_targets(output: str = "") -> str:
    """A chain of segments for y and z, each active for some x."""
    places = [("y", 1, "lessThan", 0), ("z", 2, "greaterThan", 0), ("y", 3, "greaterThan", 5)]
    segments = [
        segment(constant(name, value), predicate=f'<SimplePredicate field="x" operator="{operator}" value="{bound}"/>')
        for name, value, operator, bound in places
    ]
    targets = "".join(f'<MiningField name="{name}" usageType="target"/>' for name in "yz")
    chain = mining("modelChain", *segments)
    return chain.replace("</MiningSchema>", f"{targets}</MiningSchema>{output}", 1)


def test_of_several_targets_each_is_answered_by_its_last_active_segment():
    model = load(two_targets(), field("x"), field("y"), field("z"))
    assert predict(model, x=[-1.0, 0.0, 1.0, 6.0, None]) == {
        "y": [1, None, None, 3, None],
        "z": [None, None, 2, 2, None],
        "out": [1, None, 2, 3, None],
    }


def test_an_output_field_says_which_of_several_targets_it_is_about():
    with pytest.raises(ModelError, match="'o' does not say which of the targets it is about: y, z"):
        load(two_targets('<Output><OutputField name="o"/></Output>'), field("x"), field("y"), field("z"))


def test_an_output_field_may_name_its_target_in_its_own_name():
    """As nyoka does for vector autoregressions: predicted_y, without a targetField."""
    output = '<Output><OutputField name="predicted_z"/><OutputField name="predicted_y"/></Output>'
    answers = predict(load(two_targets(output), field("x"), field("y"), field("z")), x=[-1.0, 6.0])
    assert answers["predicted_y"] == [1, 3]
    assert answers["predicted_z"] == [None, 2]


def test_a_global_field_is_made_of_the_inputs_as_the_segment_treats_them():
    """x squared: the first segment replaces a missing x by 5, the second does not."""
    squared = """<TransformationDictionary><DerivedField name="squared" optype="continuous" dataType="double">
    <Apply function="*"><FieldRef field="x"/><FieldRef field="x"/></Apply></DerivedField></TransformationDictionary>"""
    replacing = linear(1, "squared", "first").replace('name="squared"/>', 'name="x" missingValueReplacement="5"/>', 1)
    chain = mining("modelChain", segment(replacing), segment(linear(1, "squared", "second")))
    result = predict(load(chain, field("x"), transformations=squared), x=[2.0, None])
    assert result["first"] == [5.0, 26.0]
    assert result["second"] == [5.0, None]


def test_such_a_field_is_found_where_another_has_the_same_arguments():
    """x + x + x, twice: the first segment replaces a missing x by 5, the second does not."""
    fields = "".join(
        f'''<DerivedField name="{name}" optype="continuous" dataType="double">
        <Apply function="sum"><FieldRef field="x"/><FieldRef field="x"/><FieldRef field="x"/></Apply></DerivedField>'''
        for name in ("one", "other")
    )
    replacing = linear(1, "other", "first").replace('name="other"/>', 'name="x" missingValueReplacement="5"/>', 1)
    chain = mining("modelChain", segment(replacing), segment(linear(1, "other", "second")))
    model = load(chain, field("x"), transformations=f"<TransformationDictionary>{fields}</TransformationDictionary>")
    assert predict(model, x=[2.0, None])["first"] == [7.0, 16.0]


def test_segment_outputs():
    output = """<Output><OutputField name="of_second" feature="predictedValue" segmentId="s2" dataType="double"/>
    <OutputField name="of_none" feature="probability" value="a" segmentId="s3" dataType="double"/>
    <OutputField name="winner" feature="entityId"/></Output>"""
    never = "<False/>"
    model = mining(
        "selectFirst",
        segment(constant_tree(1), name="s1", predicate=never),
        segment(constant_tree(2), name="s2"),
        output=output,
    )
    expected = {"prediction": [2.0], "of_second": [2.0], "of_none": [None], "winner": ["s2"]}
    assert predict(load(model, field("x")), x=[0.0]) == expected


NEGATIVE, SMALL = (f'<SimplePredicate field="x" operator="lessThan" value="{limit}"/>' for limit in (0, 5))
ACTIVE = {"of_a": [1, None, None], "of_b": [2, 2, None], "of_c": [3, 3, 3]}  # at x = -1, 1 and 7
FIRST = {"of_a": [1, None, None], "of_b": [None, 2, None], "of_c": [None, None, 3]}
SEGMENT_OUTPUTS = [("selectFirst", FIRST), ("selectAll", ACTIVE), ("modelChain", ACTIVE), ("sum", ACTIVE)]


@pytest.mark.parametrize(("method", "expected"), SEGMENT_OUTPUTS)
@pytest.mark.parametrize("feature", ["predictedValue", 'transformedValue" value="own'])
def test_an_output_of_a_segment_that_is_not_scored_is_missing(method, feature, expected):
    """Where a segment's predicate is not true, and under selectFirst where an earlier segment's is, too."""
    asked = "".join(f'<OutputField name="of_{each}" feature="{feature}" segmentId="{each}"/>' for each in "abc")
    own = '<Output><OutputField name="own" dataType="double"/></Output><Node'
    one, two, three = (constant_tree(score).replace("<Node", own, 1) for score in (1, 2, 3))
    segments = (
        segment(one, name="a", predicate=NEGATIVE),
        segment(two, name="b", predicate=SMALL),
        segment(three, name="c"),
    )
    answers = predict(
        load(mining(method, *segments, output=f"<Output>{asked}</Output>"), field("x")), x=[-1.0, 1.0, 7.0]
    )
    assert {name: answers[name] for name in expected} == expected


def test_select_first_scores_no_segment_after_one_that_always_applies():
    later = '<Output><OutputField name="later" segmentId="b"/></Output>'
    segments = [segment(constant_tree(1), name="a"), segment(constant_tree(2), name="b")]
    assert predict(load(mining("selectFirst", *segments, output=later), field("x")), x=[0.0, 1.0]) == {
        "prediction": [1.0, 1.0],
        "later": [None, None],
    }


def test_select_all_gives_a_list():
    model = mining("selectAll", *[segment(constant_tree(score)) for score in (1, 2)])
    assert answer(model) == [1.0, 2.0]


def test_select_all_gives_a_list_of_classes():
    """Of segments where x is above 0, in any case, and in any case without an answer; the last one gives a number."""
    trees = [constant_tree(each, function="classification") for each in ("a", "b", None)]
    above = '<SimplePredicate field="x" operator="greaterThan" value="0"/>'
    target = field("y", "string")
    segments = [segment(trees[0], predicate=above), segment(trees[1]), segment(trees[2])]
    model = mining("selectAll", *segments, function="classification", target="y")
    answers = predict(load(model, field("x"), target), x=[1.0, -1.0])["prediction"]
    assert [list(each) for each in answers] == [["a", "b", None], ["b", None]]


def test_a_failure_counts_only_where_its_segment_is_active():
    """The second segment's division of integers by zero cannot spoil rows that the first one answers."""
    dividing = """<RegressionModel functionName="regression"><MiningSchema><MiningField name="n"/></MiningSchema>
    <LocalTransformations><DerivedField name="q" optype="continuous" dataType="integer">
    <Apply function="/"><Constant dataType="integer">6</Constant><FieldRef field="n"/></Apply></DerivedField>
    </LocalTransformations><RegressionTable intercept="0"><NumericPredictor name="q" coefficient="1"/></RegressionTable>
    </RegressionModel>"""
    zero = '<SimplePredicate field="n" operator="equal" value="0"/>'
    first = constant_tree(5).replace('name="x"', 'name="n"')
    model = mining("selectFirst", segment(first, predicate=zero), segment(dividing)).replace('name="x"', 'name="n"', 1)
    assert predict(load(model, field("n", "integer")), n=[0, 3])["prediction"] == [5.0, 2.0]


MISTAKES = [
    pytest.param("average", "<True/>", voter("a"), "gives none|combines", id="average-of-labels"),
    pytest.param("best", "<True/>", constant_tree(1), "must be one of average", id="unknown-method"),
]


@pytest.mark.parametrize(("method", "predicate", "model", "message"), MISTAKES)
def test_contradictions_are_found_when_loading(method, predicate, model, message):
    with pytest.raises(ModelError, match=message):
        load(mining(method, segment(model, predicate=predicate), target="y"), field("x"), CLASSES)
