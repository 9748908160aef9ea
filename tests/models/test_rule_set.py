"""RuleSetModel: the specification's example under each criterion, and defaults, ties, missing values and outputs."""

from __future__ import annotations

import pickle

import pyarrow as pa
import pytest

import sparkpmml
from sparkpmml.errors import ModelError

DOCUMENT = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">
<Header/>
<DataDictionary>
  <DataField name="BP" optype="categorical" dataType="string"/>
  <DataField name="K" optype="continuous" dataType="double"/>
  <DataField name="Age" optype="continuous" dataType="integer"/>
  <DataField name="Na" optype="continuous" dataType="double"/>
  <DataField name="drug" optype="categorical" dataType="string">
    <Value value="drugA"/><Value value="drugB"/><Value value="drugC"/><Value value="drugX"/><Value value="drugY"/>
  </DataField>
</DataDictionary>
<RuleSetModel functionName="classification">
<MiningSchema>
  <MiningField name="BP"/><MiningField name="K"/><MiningField name="Age"/><MiningField name="Na"/>
  <MiningField name="drug" usageType="target"/>
</MiningSchema>
<Output>
  <OutputField name="confidence" feature="confidence" dataType="double"/>
  <OutputField name="confidence of A" feature="confidence" value="drugA" dataType="double"/>
  <OutputField name="rule" feature="entityId" dataType="string"/>
  <OutputField name="rule 2" feature="entityId" rank="2" dataType="string"/>
  <OutputField name="class 2" feature="ruleValue" rank="2" dataType="string"/>
  <OutputField name="confidence 2" feature="ruleValue" ruleFeature="confidence" rank="2" dataType="double"/>
  <OutputField name="rule 9" feature="ruleValue" ruleFeature="ruleId" rank="9" dataType="string"/>
</Output>
<RuleSet {default}>{methods}{rules}</RuleSet>
</RuleSetModel></PMML>"""

TYPES = {"BP": pa.string(), "K": pa.float64(), "Age": pa.int64(), "Na": pa.float64()}
DEFAULT = 'defaultScore="drugY" defaultConfidence="0.0" recordCount="1000" nbCorrect="149"'


def document(rules, *criteria, default=DEFAULT):
    methods = "".join(f'<RuleSelectionMethod criterion="{criterion}"/>' for criterion in criteria)
    return DOCUMENT.format(rules=rules, methods=methods, default=default).encode()


def condition(field, operator, value):
    return f'<SimplePredicate field="{field}" operator="{operator}" value="{value}"/>'


def rule(score, *conditions, **settings):
    words = "".join(f' {name}="{value}"' for name, value in settings.items())
    test = conditions[0] if conditions else "<True/>"
    if len(conditions) > 1:
        test = f'<CompoundPredicate booleanOperator="and">{"".join(conditions)}</CompoundPredicate>'
    return f'<SimpleRule score="{score}"{words}>{test}<ScoreDistribution value="drugA" recordCount="2"/></SimpleRule>'


def compound(test, *rules):
    return f"<CompoundRule>{test}{''.join(rules)}</CompoundRule>"


HIGH, YOUNG = condition("BP", "equal", "HIGH"), condition("Age", "lessOrEqual", 50)
K1, NA1 = condition("K", "greaterThan", 0.045804001), condition("Na", "lessOrEqual", 0.77240998)
K2, NA3 = condition("K", "greaterThan", 0.057789002), condition("Na", "greaterThan", 0.21)
ONE = {"id": "RULE1", "confidence": 0.9, "weight": 0.9}
TWO = {"id": "RULE2", "confidence": 0.6, "weight": 0.6}
THREE = {"id": "RULE3", "confidence": 0.36, "weight": 0.36}

SIMPLE = (
    rule("drugB", HIGH, K1, YOUNG, NA1, **ONE)
    + rule("drugA", K2, HIGH, YOUNG, **TWO)
    + rule("drugA", HIGH, NA3, **THREE)
)
NESTED = compound(
    HIGH,
    compound(YOUNG, rule("drugB", K1, NA1, **ONE), rule("drugA", K2, **TWO)),
    rule("drugA", NA3, **THREE),
)
ROW = {"BP": "HIGH", "K": 0.0621, "Age": 36, "Na": 0.5023}


def score(source, **row):
    """One row's answer; a field that is not given is missing."""
    model = sparkpmml.load(source)
    assert pickle.loads(pickle.dumps(model.program)).schema == model.program.schema
    table = pa.table({name: pa.array([row.get(name)], kind) for name, kind in TYPES.items()})
    [answer] = model.predict(table).to_pylist()
    return {name: value for name, value in answer.items() if value is not None}


EXPECTED = {
    # the weights: drugA 0.6 + 0.36, drugB 0.9; the confidences: 0.96 / 3 and 0.9 / 3 of three rules that fire
    "weightedSum": {
        "prediction": "drugA", "confidence": 0.32, "confidence of A": 0.32, "rule": "RULE2", "rule 2": "RULE1",
        "class 2": "drugB", "confidence 2": 0.3,
    },
    "weightedMax": {
        "prediction": "drugB", "confidence": 0.9, "confidence of A": 0.6, "rule": "RULE1", "rule 2": "RULE2",
        "class 2": "drugA", "confidence 2": 0.6,
    },
    "firstHit": {
        "prediction": "drugB", "confidence": 0.9, "confidence of A": 0.6, "rule": "RULE1", "rule 2": "RULE2",
        "class 2": "drugA", "confidence 2": 0.6,
    },
}  # fmt: skip


@pytest.mark.parametrize("rules", [SIMPLE, NESTED], ids=["simple", "nested"])
@pytest.mark.parametrize("criterion", EXPECTED)
def test_specification_example(criterion, rules):
    others = [each for each in EXPECTED if each != criterion]  # the first method counts
    assert score(document(rules, criterion, *others), **ROW) == pytest.approx(EXPECTED[criterion])


def test_no_rule_fires():
    answer = score(document(SIMPLE, "firstHit"), BP="LOW")
    assert answer == {"prediction": "drugY", "confidence": 0.0, "confidence of A": 0.0}


def test_no_rule_fires_without_a_default():
    assert score(document(SIMPLE, "firstHit", default=""), BP="LOW") == {}


def test_default_without_confidence():
    assert score(document(SIMPLE, "firstHit", default='defaultScore="drugY"')) == {"prediction": "drugY"}


def test_only_a_default():
    assert score(document("", "weightedSum")) == {"prediction": "drugY", "confidence": 0.0, "confidence of A": 0.0}


def test_the_confidence_of_a_class_of_which_no_rule_fires():
    answer = score(document(rule("drugA", HIGH) + rule("drugB", confidence=0.4), "firstHit"), BP="LOW")
    assert (answer["prediction"], answer["confidence"], answer["confidence of A"]) == ("drugB", 0.4, 0.0)


def test_unknown_condition_does_not_fire():
    """Without K the first two rules are unknown."""
    answer = score(document(NESTED, "firstHit"), BP="HIGH", Age=36, Na=0.5023)
    assert answer == {"prediction": "drugA", "confidence": 0.36, "confidence of A": 0.36, "rule": "RULE3"}


@pytest.mark.parametrize(
    ("criterion", "prediction", "rule_id"),
    [
        ("weightedSum", "drugB", "2"),  # 1 and 1: the first in the data dictionary
        ("weightedMax", "drugC", "1"),  # 1 and 1: the first rule
        ("firstHit", "drugC", "1"),
    ],
)
def test_ties(criterion, prediction, rule_id):
    """Rules without ids are known by their places; weight and confidence are 1 where not given."""
    answer = score(document(rule("drugC") + rule("drugB"), criterion))
    assert (answer["prediction"], answer["rule"]) == (prediction, rule_id)


def test_shared_confidence_is_of_confidences_not_of_weights():
    """A: weight 20 against 5; confidence (0.5 + 0.4) / 3."""
    rules = (
        rule("drugA", weight=10, confidence=0.5) + rule("drugA", weight=10, confidence=0.4) + rule("drugB", weight=5)
    )
    answer = score(document(rules, "weightedSum"))
    assert (answer["prediction"], answer["confidence"]) == ("drugA", pytest.approx(0.3))


def test_many_rows_and_none():
    model = sparkpmml.load(document(NESTED + rule("drugX", condition("BP", "equal", "LOW")), "weightedSum"))
    rows = [ROW, {"BP": "LOW"}, {}]
    batch = pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in TYPES.items()})
    assert model.predict(batch).column("prediction").to_pylist() == ["drugA", "drugX", "drugY"]
    assert model.predict(batch).column("rule").to_pylist() == ["RULE2", "4", None]
    assert model.predict(batch.slice(0, 0)).num_rows == 0


REFUSED = {
    "no method": (document(SIMPLE), "has no RuleSelectionMethod"),
    "nothing": (document("", "firstHit", default=""), "neither rules nor a defaultScore"),
    "no condition": (document('<SimpleRule score="drugA"/>', "firstHit"), "lacks an element that is a Predicate"),
    "unknown criterion": (document(SIMPLE, "lastHit"), "must be one of weightedSum, weightedMax, firstHit"),
    "a feature that rules of classes lack": (
        document(SIMPLE, "firstHit").replace(b'ruleFeature="confidence"', b'ruleFeature="lift"'),
        "ruleFeature 'lift', which such rules lack",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    source, message = REFUSED[case]
    with pytest.raises(ModelError, match=message):
        sparkpmml.load(source)
