"""Documents as the DTDs of PMML 1.1 and 2.0 have them: no namespace, no dataType, elements that are gone since."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import sparkpmml
from sparkpmml.errors import ModelError, UnsupportedMarkupError

SCHEMA = """<MiningSchema><MiningField name="x"/><MiningField name="c"/><MiningField name="y" usageType="predicted"/>
</MiningSchema>"""
UNIT = '<NormContinuous field="{}"><LinearNorm orig="0" norm="0"/><LinearNorm orig="{}" norm="1"/></NormContinuous>'
IS_A = '<NormDiscrete field="c" value="a"/>'


def document(model: str, version: str, target: str = "categorical") -> bytes:
    return f"""<?xml version="1.0"?><!DOCTYPE PMML SYSTEM "pmml.dtd"><PMML version="{version}"><Header copyright="x"/>
    <DataDictionary numberOfFields="3"><DataField name="x" optype="continuous"/><DataField name="c" optype="categorical">
    <Value value="a"/><Value value="b"/></DataField><DataField name="y" optype="{target}"/></DataDictionary>{model}
    </PMML>""".encode()


def predicate(tag: str, operator: str, value: str, field: str = "x") -> str:
    return f'<{tag} field="{field}" operator="{operator}" value="{value}"/>'


def tree(tag: str, function: str = "") -> str:
    both = predicate(tag, "lessOrEqual", "3") + predicate(tag, "equal", "a", "c")
    return f"""<TreeModel modelName="t" {function}>{SCHEMA}<Node score="yes" recordCount="3"><True/>
    <Node score="yes">{predicate(tag, "greaterThan", "3")}<ScoreDistribution value="yes" recordCount="2"/></Node>
    <Node score="no"><CompoundPredicate booleanOperator="and">{both}</CompoundPredicate></Node></Node></TreeModel>"""


def regression(predictor: str = "") -> str:
    return f"""<RegressionModel modelName="r" modelType="stepwisePolynomialRegression" targetVariableName="y">{SCHEMA}
    <RegressionTable intercept="1"><NumericPredictor name="x" exponent="2" coefficient="2" {predictor}/>
    <CategoricalPredictor name="c" value="a" coefficient="5"/></RegressionTable></RegressionModel>"""


def clustering(fields: str, function: str = "") -> str:
    centers = "".join(f'<Cluster><Array n="2" type="real">{center}</Array></Cluster>' for center in ("0.1 0", "0.9 1"))
    return f"""<ClusteringModel modelName="c" {function} modelClass="centerBased" numberOfClusters="2"><MiningSchema>
    <MiningField name="x"/><MiningField name="c"/></MiningSchema><ComparisonMeasure kind="distance"><squaredEuclidean/>
    </ComparisonMeasure><CenterFields>{fields}</CenterFields>{centers}</ClusteringModel>"""


def network(wrapped: str, function: str = "") -> str:
    inputs = [UNIT.format("x", 10), IS_A]
    given = "".join(f'<NeuralInput id="{i}">{wrapped.format(each)}</NeuralInput>' for i, each in enumerate(inputs))
    return f"""<NeuralNetwork modelName="n" {function} activationFunction="logistic" threshold="0">{SCHEMA}
    <NeuralInputs>{given}</NeuralInputs><NeuralLayer><Neuron id="2" bias="0.5"><Con from="0" weight="1"/>
    <Con from="1" weight="-1"/></Neuron></NeuralLayer><NeuralOutputs>
    <NeuralOutput outputNeuron="2">{wrapped.format(UNIT.format("y", 100))}</NeuralOutput></NeuralOutputs></NeuralNetwork>"""


GENERAL = f"""<GeneralRegressionModel modelName="g" modelType="generalLinear" targetVariableName="y">{SCHEMA}
<ParameterList><Parameter name="p0" label="Intercept"/><Parameter name="p1"/></ParameterList><FactorList/><CovariateList>
<Predictor name="x"/></CovariateList><PPMatrix><PPCell value="1" predictorName="x" parameterName="p1"/></PPMatrix>
<ParamMatrix><PCell parameterName="p0" beta="1" df="1"/><PCell parameterName="p1" beta="2"/></ParamMatrix>
</GeneralRegressionModel>"""


def pairs(value: str, yes: int, no: int) -> str:
    counts = f'<TargetValueCount value="yes" count="{yes}"/><TargetValueCount value="no" count="{no}"/>'
    return f'<PairCounts value="{value}"><TargetValueCounts>{counts}</TargetValueCounts></PairCounts>'


BAYES = f"""<NaiveBayesModel modelName="b" functionName="classification" threshold="0">{SCHEMA}<BayesInputs>
<BayesInput fieldName="c">{pairs("a", 3, 1)}{pairs("b", 1, 5)}</BayesInput></BayesInputs>
<BayesOutput fieldName="y"><TargetValueCounts><TargetValueCount value="yes" count="4"/>
<TargetValueCount value="no" count="6"/></TargetValueCounts></BayesOutput></NaiveBayesModel>"""

WRAPPED = "<DerivedField>{}</DerivedField>"
CLASSES, NUMBERS, CLUSTERS = (f'functionName="{name}"' for name in ("classification", "regression", "clustering"))


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


# of the rows (1, a) and (5, b)
OLD = {
    "1.1 tree": (document(tree("Predicate"), "1.1"), ["no", "yes"]),
    "2.0 tree": (document(tree("SimplePredicate", CLASSES), "2.0"), ["no", "yes"]),
    "1.1 regression": (document(regression(), "1.1", "continuous"), [1 + 2 * 1 + 5, 1 + 2 * 25]),
    # from (0.1, 1): 0 + 1 and 0.64 + 0; from (0.5, 0): 0.16 + 0 and 0.16 + 1
    "1.1 clusters": (document(clustering(UNIT.format("x", 10) + IS_A), "1.1"), ["2", "1"]),
    "2.0 clusters": (
        document(clustering(WRAPPED.format(UNIT.format("x", 10)) + WRAPPED.format(IS_A), CLUSTERS), "2.0"),
        ["2", "1"],
    ),
    "1.1 network": (
        document(network("{}"), "1.1", "continuous"),
        [100 * logistic(0.5 + 0.1 - 1), 100 * logistic(0.5 + 0.5)],
    ),
    "2.0 network": (
        document(network(WRAPPED, NUMBERS), "2.0", "continuous"),
        [100 * logistic(0.5 + 0.1 - 1), 100 * logistic(0.5 + 0.5)],
    ),
    "1.1 general regression": (document(GENERAL, "1.1", "continuous"), [3, 11]),
    # 4 * 3/4 against 6 * 1/6, 4 * 1/4 against 6 * 5/6
    "2.0 naive Bayes": (document(BAYES, "2.0"), ["yes", "no"]),
}


@pytest.mark.parametrize("name", OLD)
def test_older_documents_are_scored(name):
    text, expected = OLD[name]
    answer = sparkpmml.load(text).predict(pd.DataFrame({"x": [1.0, 5.0], "c": ["a", "b"]}))["prediction"]
    assert answer.tolist() == (pytest.approx(expected) if isinstance(expected[0], float) else expected)


def test_a_mean_of_pmml_1_is_a_finding():
    with pytest.raises(UnsupportedMarkupError, match="attribute mean of <NumericPredictor>"):
        sparkpmml.load(document(regression('mean="3"'), "1.1", "continuous"))


RULES = """<AssociationModel modelName="a"><AssocInputStats numberOfTransactions="4" minimumSupport="0.6"
minimumConfidence="0.5" numberOfItems="2" numberOfItemsets="2" numberOfRules="1"/><AssocItem id="1" value="a"/>
<AssocItem id="2" value="b"/><AssocItemset id="1" support="1.0" numberOfItems="1"><AssocItemRef itemRef="1"/>
</AssocItemset><AssocItemset id="2" support="1.0" numberOfItems="1"><AssocItemRef itemRef="2"/></AssocItemset>
<AssocRule support="1.0" confidence="1.0" antecedent="1" consequent="2"/></AssociationModel>"""
ONE_FIELD = '<DataDictionary><DataField name="item" optype="categorical"/></DataDictionary>'


@pytest.mark.parametrize("name", ["c", "item"], ids=["the field that declares the items", "the only field"])
def test_rules_without_a_mining_schema(name):
    text = document(RULES, "1.1").decode()
    if name == "item":
        text = f'<PMML version="1.1"><Header copyright=""/>{ONE_FIELD}{RULES}</PMML>'
    answer = sparkpmml.load(text.encode()).predict(pd.DataFrame({name: [["a"], ["b"], []]}))["prediction"]
    assert list(answer[0]) == ["b"]
    assert answer[1:].isna().all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (document(RULES.replace('value="b"', 'value="beer"'), "1.1"), "add a MiningSchema"),
        (document(RULES.replace("<AssocInputStats", '<AssocInputStats functionName=""'), "2.0"), "functionName"),
        (document(RULES.replace("modelName", 'functionName="associationRules" modelName'), "2.0"), "no active field"),
    ],
    ids=["no field declares the items", "no function", "only PMML 1 may lack it"],
)
def test_what_a_document_leaves_open_is_not_guessed(text, message):
    with pytest.raises(ModelError, match=message):
        sparkpmml.load(text)
