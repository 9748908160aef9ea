"""The Unity Catalog function that `sparkpmml ddl` prints: its SQL by its parts, its Python by running it."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sparkpmml
from sparkpmml import cli
from tests.spark.conftest import MODELS

ROOT = Path(__file__).parents[1]
IRIS = ROOT / "examples" / "iris.pmml"
FLOWERS = pd.read_csv(ROOT / "examples" / "flowers.csv")

STATEMENT = re.compile(
    r"CREATE OR REPLACE FUNCTION (?P<name>\S+)\(\n(?P<parameters>.*?)\n\)\n"
    r"RETURNS (?P<returns>STRUCT<\n.*?\n>)\n"
    r"LANGUAGE PYTHON\nDETERMINISTIC\nPARAMETER STYLE PANDAS\nHANDLER '(?P<handler>\w+)'\n"
    r"ENVIRONMENT \(\n  dependencies = '(?P<dependencies>\[.*\])',\n  environment_version = '(?P<version>\w+)'\n\)\n"
    r"COMMENT '(?P<comment>.*)'\nAS \$\$\n(?P<body>.*)\n\$\$;\n",
    re.DOTALL,
)
"""As in Databricks' manual, CREATE FUNCTION (SQL and Python)."""


@pytest.fixture
def ddl(capsys):
    """What the command prints: the parts of the statement, or one line of error."""

    def run(*arguments):
        code = cli.main(["ddl", *map(str, arguments)])
        printed = capsys.readouterr()
        if code:
            return printed.err
        found = STATEMENT.fullmatch(printed.out)
        assert found, printed.out
        assert "$$" not in found["body"]
        return found

    return run


def handler_of(statement):
    """What Databricks calls: the handler, after the source has run once."""
    names = {}
    exec(statement["body"], names)
    return names[statement["handler"]]


def series(table, model):
    return [tuple(table[each.name] for each in model.program.inputs)]


def test_statement(ddl):
    found = ddl(IRIS, "--name", "main.ml.iris")
    assert found["name"] == "main.ml.iris"
    assert found["parameters"].split(",\n") == [
        "  sepal_length DOUBLE",
        "  sepal_width DOUBLE",
        "  petal_length DOUBLE",
        "  petal_width DOUBLE",
    ]
    assert [line.strip(" ,") for line in found["returns"].splitlines()] == [
        "STRUCT<",
        "prediction: STRING",
        "probability: MAP<STRING, DOUBLE>",
        "`probability(setosa)`: DOUBLE",
        "`probability(versicolor)`: DOUBLE",
        "`probability(virginica)`: DOUBLE",
        ">",
    ]
    assert json.loads(found["dependencies"]) == [f"sparkpmml=={sparkpmml.__version__}"]
    assert found["version"] == "None"
    assert sparkpmml.load(IRIS).digest in found["comment"]


def test_options(ddl):
    wheel = "/Volumes/main/ml/it's/sparkpmml.whl"
    found = ddl(IRIS, "--name", "iris-1", "--on-error", "capture", "--dependency", wheel, "--environment-version", "5")
    assert found["name"] == "`iris-1`"
    assert found["returns"].endswith(",\n  error: STRING\n>")
    assert json.loads(found["dependencies"].replace("\\'", "'")) == [wheel]
    assert found["version"] == "5"


def test_kinds_of_parameters(ddl):
    found = ddl(MODELS / "kinds.pmml", "--name", "kinds")
    assert [line.split() for line in found["parameters"].split(",\n")] == [
        ["f", "FLOAT"],
        ["i", "BIGINT"],
        ["n", "BIGINT"],
        ["s", "STRING"],
        ["b", "BOOLEAN"],
        ["d", "DATE"],
        ["t", "TIMESTAMP_NTZ"],
        ["h", "STRING"],
        ["days", "BIGINT"],
    ]


@pytest.mark.parametrize("place", [[], ["--model-path", IRIS]], ids=["in the source", "at a path"])
def test_scores_of_batches(ddl, place):
    """An iterator of tuples of Series in, a DataFrame of as many rows out for each."""
    handle = handler_of(ddl(IRIS, "--name", "iris", *place))
    model = sparkpmml.load(IRIS)
    batches = [FLOWERS.iloc[:7], FLOWERS.iloc[7:].reset_index(drop=True)]
    results = list(handle(batch for table in batches for batch in series(table, model)))
    for table, result in zip(batches, results, strict=True):
        expected = model.predict(table)
        assert list(result.columns) == list(expected.columns)
        for name in expected.columns:
            assert list(result[name].array) == list(expected[name])


def test_one_parameter(ddl, tmp_path):
    """A function of one parameter gets Series, not tuples."""
    document = (MODELS / "line.pmml").read_text()
    path = tmp_path / "one.pmml"
    path.write_text(re.sub(r"<NumericPredictor name=\"x2\"[^>]*>", "", document))
    handle = handler_of(ddl(path, "--name", "one"))
    expected = sparkpmml.load(path).predict(pd.DataFrame({"x1": [1.0, np.nan]}))["prediction"]
    (result,) = handle(iter([pd.Series([1.0, np.nan])]))
    assert [value for value in result["prediction"].array if value is not None] == expected.dropna().tolist()


def test_errors(ddl):
    handle = handler_of(ddl(MODELS / "line.pmml", "--name", "line", "--on-error", "fail"))
    with pytest.raises(sparkpmml.ScoringError, match="x1"):
        list(handle(iter([(pd.Series([1000.0]), pd.Series([1.0]))])))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        pytest.param([IRIS, "--name", "a.b.c.d"], "write catalog.schema.function", id="name of four parts"),
        pytest.param([IRIS, "--name", "a;b c"], "write catalog.schema.function", id="name with a blank"),
        pytest.param([IRIS, "--name", "a", "--model-path", "/a$$b"], "holds $$", id="end of the source in a path"),
        pytest.param([MODELS / "constant.pmml", "--name", "a"], "reads no input", id="no input"),
        pytest.param(["none.pmml", "--name", "a"], "no model at none.pmml", id="no document"),
    ],
)
def test_refused(ddl, arguments, part):
    assert part in ddl(*arguments)


def test_too_large(ddl, monkeypatch):
    monkeypatch.setattr("sparkpmml.unity_catalog.MAX_EMBEDDED", 100)
    assert "give its path as --model-path /Volumes/..." in ddl(IRIS, "--name", "iris")
    assert ddl(IRIS, "--name", "iris", "--model-path", "/Volumes/a/b/iris.pmml")["body"]
