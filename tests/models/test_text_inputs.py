"""Models that calculate with a field of texts: each is the number that it spells, and a text that spells none fails."""

from __future__ import annotations

import pytest
from documents import field, load, predict, schema, values

from sparkpmml.errors import ModelError, ScoringError

MEASURE = '<ComparisonMeasure kind="distance"><squaredEuclidean/></ComparisonMeasure>'
LINE = '<ParameterList><Parameter name="p0"/><Parameter name="p1"/></ParameterList>'
MODELS = {
    "NumericPredictor": f"""<RegressionModel functionName="regression">{schema("x", target="y")}
    <RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2" exponent="2"/></RegressionTable>
    </RegressionModel>""",
    "PredictorTerm": f"""<RegressionModel functionName="regression">{schema("x", target="y")}
    <RegressionTable intercept="1"><PredictorTerm coefficient="2"><FieldRef field="x"/><FieldRef field="x"/>
    </PredictorTerm></RegressionTable></RegressionModel>""",
    "GeneralRegressionModel": f"""<GeneralRegressionModel functionName="regression" modelType="generalLinear">
    {schema("x", target="y")}{LINE}<CovariateList><Predictor name="x"/></CovariateList>
    <PPMatrix><PPCell value="1" predictorName="x" parameterName="p1"/></PPMatrix>
    <ParamMatrix><PCell parameterName="p0" beta="1"/><PCell parameterName="p1" beta="2"/></ParamMatrix>
    </GeneralRegressionModel>""",
    "ClusteringModel": f"""<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2">
    {schema("x")}{MEASURE}<ClusteringField field="x"/><Cluster><Array n="1" type="real">1</Array></Cluster>
    <Cluster><Array n="1" type="real">9</Array></Cluster></ClusteringModel>""",
    "NearestNeighborModel": f"""<NearestNeighborModel functionName="regression" numberOfNeighbors="1">
    {schema("x", target="y")}<TrainingInstances><InstanceFields><InstanceField field="x" column="x"/>
    <InstanceField field="y" column="y"/></InstanceFields><InlineTable><row><x>1</x><y>10</y></row>
    <row><x>9</x><y>90</y></row></InlineTable></TrainingInstances>{MEASURE}
    <KNNInputs><KNNInput field="x"/></KNNInputs></NearestNeighborModel>""",
    "SupportVectorMachineModel": f"""<SupportVectorMachineModel functionName="regression">{schema("x", target="y")}
    <LinearKernelType/><VectorDictionary><VectorFields><FieldRef field="x"/></VectorFields>
    <VectorInstance id="v"><Array n="1" type="real">3</Array></VectorInstance></VectorDictionary>
    <SupportVectorMachine><SupportVectors><SupportVector vectorId="v"/></SupportVectors>
    <Coefficients absoluteValue="1"><Coefficient value="2"/></Coefficients></SupportVectorMachine>
    </SupportVectorMachineModel>""",
    "Scorecard": f"""<Scorecard functionName="regression" useReasonCodes="false">{schema("x", target="y")}
    <Characteristics><Characteristic><Attribute><True/><ComplexPartialScore><FieldRef field="x"/></ComplexPartialScore>
    </Attribute></Characteristic></Characteristics></Scorecard>""",
    "NaiveBayesModel": f"""<NaiveBayesModel functionName="classification" threshold="0.001">{schema("x", target="c")}
    <BayesInputs><BayesInput fieldName="x"><TargetValueStats>
    <TargetValueStat value="a"><GaussianDistribution mean="1" variance="1"/></TargetValueStat>
    <TargetValueStat value="b"><GaussianDistribution mean="9" variance="1"/></TargetValueStat>
    </TargetValueStats></BayesInput></BayesInputs><BayesOutput fieldName="c"><TargetValueCounts>
    <TargetValueCount value="a" count="1"/><TargetValueCount value="b" count="1"/></TargetValueCounts></BayesOutput>
    </NaiveBayesModel>""",
}


def load_with(model: str, data_type: str):
    return load(model, field("x", data_type), field("y"), field("c", "string", values("a", "b")))


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_text_scores_as_its_number(model):
    numbers = predict(load_with(model, "double"), x=[1.5, -2.0, 10.0, None])
    texts = load_with(model, "string")
    assert predict(texts, x=["1.5", " -2", "1e1", None]) == numbers
    with pytest.raises(ScoringError, match=r"is no double \(value 'many'\)"):
        predict(texts, x=["3", "many"])


@pytest.mark.parametrize("data_type", ["date", "time", "dateTime"])
def test_dates_are_no_numbers(data_type):
    """How many days or seconds a date is depends on the day that they are counted from."""
    with pytest.raises(ModelError, match=f"field 'x', which is no number: a {data_type}"):
        load_with(MODELS["NumericPredictor"], data_type)
