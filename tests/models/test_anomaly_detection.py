"""AnomalyDetectionModel: scores of each algorithm from the answer of the model inside."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from documents import listed

import sparkpmml
from sparkpmml.models.anomaly_detection import mean_path_length

NAN = np.nan

SCHEMA = '<MiningSchema><MiningField name="a"/></MiningSchema>'

# a, as it is
IDENTITY = f"""<RegressionModel functionName="regression">{SCHEMA}
<Output><OutputField name="inside" optype="continuous" dataType="double" feature="predictedValue"/></Output>
<RegressionTable intercept="0"><NumericPredictor name="a" coefficient="1"/></RegressionTable></RegressionModel>"""

CLUSTERS = f"""<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2">{SCHEMA}
<ComparisonMeasure kind="distance"><cityBlock/></ComparisonMeasure><ClusteringField field="a"/>
<Cluster><Array n="1" type="real">0</Array></Cluster><Cluster><Array n="1" type="real">10</Array></Cluster>
</ClusteringModel>"""

MEANS = '<MeanClusterDistances><Array n="2" type="real">2 0.5</Array></MeanClusterDistances>'

DECISION = """<Output><OutputField name="score" optype="continuous" dataType="double" feature="predictedValue"/>
<OutputField name="odd" optype="categorical" dataType="boolean" feature="decision"><Apply function="greaterThan">
<FieldRef field="score"/><Constant dataType="double">0.6</Constant></Apply></OutputField></Output>"""


def load(attributes, inside, more="", output=""):
    return sparkpmml.load(
        f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
        <DataDictionary><DataField name="a" optype="continuous" dataType="double"/></DataDictionary>
        <AnomalyDetectionModel functionName="regression" {attributes}>{SCHEMA}{output}{inside}{more}
        </AnomalyDetectionModel></PMML>""".encode()
    )


ROWS = pd.DataFrame({"a": [1.0, 9.0, NAN]})

C256 = 2 * (np.log(255) + np.euler_gamma) - 2 * 255 / 256

SCORES = {
    "iforest": ('algorithmType="iforest" sampleDataSize="256"', IDENTITY, "", [2 ** (-1 / C256), 2 ** (-9 / C256)]),
    "iforest of two": ('algorithmType="iforest" sampleDataSize="2"', IDENTITY, "", [0.5, 2**-9]),
    "another spelling": ('algorithmType="iForest" sampleDataSize="2" meanThreshold="1"', IDENTITY, "", [0.5, 2**-9]),
    "ocsvm": ('algorithmType="ocsvm"', IDENTITY, "", [1, 9]),
    "other": ('algorithmType="other"', IDENTITY, "", [1, 9]),
    "clusterMeanDist": ('algorithmType="clusterMeanDist"', CLUSTERS, MEANS, [1 / 2, 1 / 0.5]),
}


@pytest.mark.parametrize(("attributes", "inside", "more", "expected"), SCORES.values(), ids=SCORES)
def test_scores(attributes, inside, more, expected):
    result = load(attributes, inside, more).predict(ROWS)
    np.testing.assert_allclose(result["prediction"], [*expected, NAN], rtol=1e-14)


def test_outputs_of_both_models():
    result = load('algorithmType="iforest" sampleDataSize="256"', IDENTITY, output=DECISION).predict(ROWS)
    np.testing.assert_array_equal(result["inside"], [1, 9, NAN])
    assert listed(result["odd"]) == [True, False, None]


def test_mean_path_length_is_the_trainers():
    """scikit-learn's values for samples of 2, 5 and 999 records (its own test of `_average_path_length`)."""
    assert mean_path_length(2) == 1.0
    assert mean_path_length(5) == pytest.approx(2 * (np.log(4) + np.euler_gamma) - 2 * 4 / 5, rel=1e-15)
    assert mean_path_length(999) == pytest.approx(2 * (np.log(998) + np.euler_gamma) - 2 * 998 / 999, rel=1e-15)


BROKEN = {
    "no sample size": ('algorithmType="iforest"', IDENTITY, "", "without a sampleDataSize"),
    "a sample of one": ('algorithmType="iforest" sampleDataSize="1"', IDENTITY, "", "at least 2 records"),
    "no clusters": ('algorithmType="clusterMeanDist"', IDENTITY, MEANS, "needs a ClusteringModel"),
    "a mean too few": (
        'algorithmType="clusterMeanDist"',
        CLUSTERS,
        MEANS.replace('n="2"', 'n="1"').replace("2 0.5", "2"),
        "has 1 MeanClusterDistances for 2 clusters",
    ),
}


@pytest.mark.parametrize(("attributes", "inside", "more", "message"), BROKEN.values(), ids=BROKEN)
def test_contradictions(attributes, inside, more, message):
    with pytest.raises(sparkpmml.ModelError, match=message):
        load(attributes, inside, more)
