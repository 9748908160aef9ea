"""`sparkpmml compare`: what differs from pmml4s, by how much, and why. With pmml4s itself where pypmml is installed."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from documents import field, load, schema, values

import sparkpmml
from sparkpmml import cli
from sparkpmml.compare import Tolerance, compare
from sparkpmml.pmml4s import PeerField, sources

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"

needs_pmml4s = pytest.mark.skipif(
    importlib.util.find_spec("pypmml") is None, reason="pypmml is not installed (tox environment spark35 has it)"
)


class Peer:
    """An engine with these answers."""

    def __init__(self, **answers):
        self.fields = [PeerField("predicted_y", "predictedValue")]
        self.answers = {"predicted_y": answers["y"]}

    def predict(self, table):
        return self.answers


LINE = f'<RegressionModel functionName="regression"{{attributes}}>{schema("x", "c", target="y")}<RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2"/><CategoricalPredictor name="c" value="a" coefficient="0"/></RegressionTable></RegressionModel>'
FIELDS = (field("x"), field("y"), field("c", "string", values("a", "b")))


def line(attributes=""):
    return load(LINE.format(attributes=attributes), *FIELDS)


FLOAT = ' x-mathContext="float"'
SPLIT = b'<SimplePredicate field="x" operator="lessThan" value="0.1"/>'

CAUSES = {
    "the last digits": (FLOAT, b"", (2.0, "a"), 5.000001, "float32: the document computes in it"),
    "the last digits of a double": ("", b"", (2.0, "a"), 5.000001, "not explained"),
    "a threshold": (FLOAT, SPLIT, (0.1, "a"), 7.0, "float32: an input is the threshold"),
    "no threshold": (FLOAT, SPLIT, (0.2, "a"), 7.0, "not explained"),
    "a missing input": ("", b"", (None, "a"), 7.0, "a missing input"),
    "invalid": ("", b"", (2.0, "z"), 7.0, "ours has no answer: c is not valid"),
    "text": ("", b"", (2.0, "a"), "seven", "values of two kinds"),
    "no answer": ("", b"", (2.0, "b"), None, "not explained"),
}


@pytest.mark.parametrize(("attributes", "more", "row", "theirs", "reason"), CAUSES.values(), ids=CAUSES.keys())
def test_causes(attributes, more, row, theirs, reason):
    table = pa.table({"x": pa.array([row[0]], pa.float64()), "c": [row[1]]})
    document = LINE.format(attributes=attributes).encode() + more
    comparison = compare(line(attributes), Peer(y=[theirs]), document, [table], Tolerance())
    (column,) = comparison.columns
    assert not comparison.is_equal
    assert column.rows == 1
    (found,) = column.reasons
    assert re.match(reason, found), found


def test_an_undeclared_value_that_is_taken_as_it_is():
    schema_as_is = schema("x", "c", target="y", invalidValueTreatment="asIs")
    model = load(LINE.format(attributes="").replace(schema("x", "c", target="y"), schema_as_is), *FIELDS)
    comparison = compare(model, Peer(y=[None]), b"", [pa.table({"x": [2.0], "c": ["z"]})], Tolerance())
    assert "does not declare as valid" in next(iter(comparison.columns[0].reasons))


EQUAL = {
    "the same": (5.0, True),
    "as text": ("5", True),
    "the last digit": (5.000000000000001, True),
    "a ninth digit": (5.00000001, False),
    "NaN": (float("nan"), False),
    "nothing": (None, False),
}


@pytest.mark.parametrize(("theirs", "is_equal"), EQUAL.values(), ids=EQUAL.keys())
def test_agreement(theirs, is_equal):
    table = pa.table({"x": [2.0], "c": ["a"]})
    assert compare(line(), Peer(y=[theirs]), b"", [table], Tolerance()).is_equal is is_equal


def test_no_answer_is_no_answer():
    table = pa.table({"x": pa.array([None], pa.float64()), "c": ["a"]})
    for nothing in (None, float("nan")):
        assert compare(line(), Peer(y=[nothing]), b"", [table], Tolerance()).is_equal


def test_rows_are_counted_over_tables_and_the_largest_are_shown():
    peer = Peer(y=[5.0, 6.0])
    table = pa.table({"x": [2.0, 2.0], "c": ["a", "a"]})
    empty = table.slice(0, 0)
    other = pa.table({"x": [2.0, 4.0], "c": ["a", "a"]})
    peer.predict = lambda each: {"predicted_y": [5.0, 6.0][: each.num_rows]}
    comparison = compare(line(), peer, b"", [table, empty, other], Tolerance(), shown=1)
    (column,) = comparison.columns
    assert (comparison.rows, column.rows, column.largest_absolute) == (4, 2, 3.0)
    assert [(each.row, each.ours, each.theirs) for each in column.examples] == [(4, 9.0, 6.0)]


NAMES = {
    "a target": ("prediction", [PeerField("predicted_kind", "predictedValue")], "predicted_kind"),
    "a declared prediction": ("prediction", [PeerField("kind", "predictedValue")], "kind"),
    "classes": (
        "probability",
        [PeerField("probability", "probability"), PeerField("p(a)", "probability", "rose")],
        {"rose": "p(a)"},
    ),
    "an output": ("p_rose", [PeerField("p_rose", "probability", "tulip")], "p_rose"),
    "nothing": ("p_rose", [PeerField("q", "probability", "tulip")], None),
}


@pytest.mark.parametrize(("name", "fields", "expected"), NAMES.values(), ids=NAMES.keys())
def test_names(name, fields, expected):
    model = sparkpmml.load(ROOT / "tests" / "spark" / "models" / "flower.pmml")
    assert sources(model, fields).get(name) == expected


def test_without_pypmml_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pypmml", None)
    code = cli.main(["compare", str(ROOT / "examples" / "iris.pmml"), str(ROOT / "examples" / "flowers.csv")])
    assert code == 2
    assert capsys.readouterr().err == (
        "sparkpmml: pmml4s comes with pypmml, which is not installed: pip install 'sparkpmml[compare]'\n"
    )


def run(capsys, *arguments):
    code = cli.main(["compare", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@needs_pmml4s
def test_equal(capsys):
    code, out, err = run(capsys, ROOT / "examples" / "iris.pmml", ROOT / "examples" / "flowers.csv")
    assert (code, err) == (0, "")
    assert ["probability[setosa]", "0"] in [line.split() for line in out.splitlines()]
    assert out.endswith("\nequal\n")


@needs_pmml4s
def test_different(capsys):
    """XGBoost's float32: 59 of 60 rows differ in the last digits, and not beyond them."""
    folder = CASES / "xgboost" / "regressor"
    code, out, _ = run(capsys, folder / "model.pmml", folder / "input.csv", "--show", "1")
    assert code == 1
    assert "59 rows: float32: the document computes in it" in out
    assert out.count("  row ") == 1
    assert run(capsys, folder / "model.pmml", folder / "input.csv", "--relative", "1e-6")[0] == 0


@needs_pmml4s
def test_a_model_without_a_target(capsys):
    """pmml4s cannot add a prediction there; what the document declares is compared."""
    folder = CASES / "sklearn" / "isolation_forest"
    code, out, _ = run(capsys, folder / "model.pmml", folder / "input.csv")
    assert code == 0
    assert "pmml4s does not give it: prediction" in out
    assert ["decisionFunction", "0"] in [line.split() for line in out.splitlines()]


@needs_pmml4s
def test_json(capsys, tmp_path):
    folder = CASES / "xgboost" / "regressor"
    code, out, _ = run(capsys, folder / "model.pmml", folder / "input.csv", "--json", "--show", "2")
    found = json.loads(out)
    (result,) = found["results"]
    assert (code, found["equal"], found["rows"], result["result"]) == (1, False, 60, "prediction")
    assert result["rows"] == sum(result["reasons"].values()) == 59
    assert len(result["examples"]) == 2
    assert 0 < result["largest_relative"] < 1e-6


@needs_pmml4s
def test_in_parquet_with_missing_and_infinite_numbers(capsys, tmp_path):
    import pyarrow.parquet as pq

    numbers = pa.array([5.0, None, float("nan"), float("inf"), 6.5], pa.float32())
    table = pa.table(dict.fromkeys(("sepal_length", "sepal_width", "petal_length", "petal_width"), numbers))
    pq.write_table(table, tmp_path / "rows.parquet")
    code, out, _ = run(capsys, ROOT / "examples" / "iris.pmml", tmp_path / "rows.parquet")
    assert "5 rows" in out
    assert code == 0, out


BAD = {
    "no model": (["none.pmml", "flowers.csv"], "none.pmml"),
    "no data": (["iris.pmml", "none.csv"], "none.csv: no such file"),
    "no input among the columns": (["iris.pmml", "other.csv"], "no column is an input"),
    "a document that pmml4s refuses": (["baseline.pmml", "x.csv"], "pmml4s cannot read"),
}


@needs_pmml4s
@pytest.mark.parametrize(("arguments", "said"), BAD.values(), ids=BAD.keys())
def test_bad_input(capsys, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris.pmml").write_bytes((ROOT / "examples" / "iris.pmml").read_bytes())
    (tmp_path / "flowers.csv").write_bytes((ROOT / "examples" / "flowers.csv").read_bytes())
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "x.csv").write_text("x1\n1\n")
    (tmp_path / "baseline.pmml").write_text(BASELINE)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err


BASELINE = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>
<DataDictionary><DataField name="x1" optype="continuous" dataType="double"/></DataDictionary>
<BaselineModel functionName="regression"><MiningSchema><MiningField name="x1"/></MiningSchema>
<TestDistributions field="x1" testStatistic="zValue"><Baseline><GaussianDistribution mean="0" variance="1"/></Baseline>
</TestDistributions></BaselineModel></PMML>"""


@needs_pmml4s
def test_without_java_it_says_so(tmp_path):
    """In a process of its own, since pypmml keeps a JVM that has been started."""
    arguments = [str(ROOT / "examples" / "iris.pmml"), str(ROOT / "examples" / "flowers.csv")]
    done = subprocess.run(
        [sys.executable, "-m", "sparkpmml", "compare", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert "Java" in done.stderr.splitlines()[-1]
