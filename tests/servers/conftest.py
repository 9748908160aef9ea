"""A folder in which the tests of a file run their commands, and what all of them must say of the same flowers."""

import pandas as pd
import pytest
from hosts import FLOWERS, IRIS, Host

import sparkpmml


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """The folder holds the metastore and the warehouse, too."""
    pytest.importorskip("pyspark")
    return Host(tmp_path_factory.mktemp("host"))


@pytest.fixture(scope="session")
def expected():
    """(id, prediction, probability of virginica) of each flower."""
    flowers = pd.read_csv(FLOWERS, float_precision="round_trip")
    scores = sparkpmml.load(IRIS).predict(flowers)
    virginica = [dict(each)["virginica"] for each in scores["probability"]]
    return sorted(zip(flowers["id"].tolist(), scores["prediction"].tolist(), virginica, strict=True))
