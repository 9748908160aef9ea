"""The `sparkpmml` command, run in this process: exit codes, what is printed, the files that it writes."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from sparkpmml import cli, files

ROOT = Path(__file__).parents[1]
IRIS = ROOT / "examples" / "iris.pmml"
FLOWERS = ROOT / "examples" / "flowers.csv"
EXPECTED = ROOT / "tests" / "cases" / "sklearn" / "logistic_multinomial" / "expected.csv"
"""What scikit-learn says of the same flowers."""

VERIFIED = """<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
  <Header/>
  <DataDictionary>
    <DataField name="x" optype="continuous" dataType="double"/>
    <DataField name="y" optype="continuous" dataType="double"/>
  </DataDictionary>
  <RegressionModel functionName="regression">
    <MiningSchema><MiningField name="x"/><MiningField name="y" usageType="target"/></MiningSchema>
    <RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2"/></RegressionTable>
    <ModelVerification recordCount="1" fieldCount="2">
      <VerificationFields>
        <VerificationField field="x" column="x"/><VerificationField field="y" column="y"/>
      </VerificationFields>
      <InlineTable><row><x>3</x><y>%s</y></row></InlineTable>
    </ModelVerification>
  </RegressionModel>
</PMML>
"""


@pytest.fixture
def run(capsys):
    """Runs a command: (exit code, stdout, stderr)."""

    def run(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def document(tmp_path):
    """Writes a text as a file, by default a linear model, and gives its path."""

    def write(text=VERIFIED % 7, name="model.pmml"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_inspect_says_what_goes_in_and_out(run):
    code, out, err = run("inspect", IRIS)
    assert (code, err) == (0, "")
    assert "RegressionModel, classification, PMML 4.4" in out
    assert "* petal_width   double  continuous  any" in out
    assert ["probability", "MAP<STRING, DOUBLE>"] in [line.split(None, 1) for line in out.splitlines()]
    assert f"SELECT *, predict('{IRIS}', *) AS p FROM your_table;" in out
    assert "sepal_length, sepal_width, petal_length, petal_width" in " ".join(out.split())


@pytest.mark.parametrize("source", ["flowers.csv", "flowers.csv.gz", "flowers.parquet", "folder"])
@pytest.mark.parametrize("target", ["scored.csv", "scored.csv.gz", "scored.parquet"])
def test_score_agrees_with_the_trainer(run, tmp_path, source, target):
    table = pd.read_csv(FLOWERS)
    (tmp_path / "folder").mkdir()
    table.to_csv(tmp_path / "flowers.csv", index=False)
    table.to_csv(tmp_path / "flowers.csv.gz", index=False)
    table.to_parquet(tmp_path / "flowers.parquet")
    table.to_parquet(tmp_path / "folder" / "part-0.parquet")
    code, _, err = run("score", IRIS, tmp_path / source, tmp_path / target, "--keep", "id")
    assert code == 0
    assert err.startswith("150 rows in ")
    scored, probability = read(tmp_path / target)
    expected = pd.read_csv(EXPECTED)
    assert list(scored["prediction"]) == list(expected["prediction"])
    assert [int(each) for each in scored["id"]] == list(range(1, 151))
    for label in ("setosa", "versicolor", "virginica"):
        assert [each[label] for each in probability] == pytest.approx(
            list(expected[f"probability({label})"]), rel=1e-12
        )


def read(path):
    """A scored file and its probabilities as dicts."""
    if path.suffix == ".parquet":
        table = pa.parquet.read_table(path)
        return table.to_pydict(), [dict(each) for each in table["probability"].to_pylist()]
    table = pd.read_csv(path)
    return table, [json.loads(each) for each in table["probability"]]


def test_score_keeps_all_columns_in_their_own_spelling(run, tmp_path, document):
    source = tmp_path / "in.csv"
    source.write_text('id,x,note\n007,1.50,"a, b"\n008,,NA\n')
    assert run("score", document(), source, tmp_path / "out.csv")[0] == 0
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines == ['"id","x","note","prediction"', '"007","1.50","a, b",4', '"008",,,']


def test_score_in_many_batches_is_score_in_one(run, tmp_path, monkeypatch):
    rows = FLOWERS.read_text().splitlines()
    (tmp_path / "in.csv").write_text("\n".join([rows[0], *(rows[1:] * 20)]) + "\n")
    run("score", IRIS, tmp_path / "in.csv", tmp_path / "one.csv")
    monkeypatch.setattr(files, "BLOCK_BYTES", 4096)
    assert len(list(files.open_table(str(tmp_path / "in.csv")).batches())) > 10
    run("score", IRIS, tmp_path / "in.csv", tmp_path / "many.csv")
    assert (tmp_path / "one.csv").read_text() == (tmp_path / "many.csv").read_text()


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_score_of_no_rows_has_columns(run, tmp_path, document, name):
    (tmp_path / "in.csv").write_text("x,note\n")
    assert run("score", document(), tmp_path / "in.csv", tmp_path / name)[0] == 0
    table = files.open_table(str(tmp_path / name))
    assert table.columns == ("x", "note", "prediction")
    assert sum(batch.num_rows for batch in table.batches()) == 0


def test_on_error_chooses_what_becomes_of_a_bad_row(run, tmp_path, document):
    (tmp_path / "in.csv").write_text("x\n1\nwhat\n")
    out = tmp_path / "out.csv"
    assert run("score", document(), tmp_path / "in.csv", out)[0] == 0
    assert out.read_text() == '"x","prediction"\n"1",3\n"what",\n'
    assert run("score", document(), tmp_path / "in.csv", out, "--on-error", "capture")[0] == 0
    assert '"what",,"' in out.read_text()
    before = out.read_text()
    code, _, err = run("score", document(), tmp_path / "in.csv", out, "--on-error", "fail")
    assert code == 1
    assert "what" in err
    assert out.read_text() == before, "a failure leaves what was there"
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", "model.pmml"}


def test_null_text_can_be_chosen(run, tmp_path, document):
    (tmp_path / "in.csv").write_text("x\n-\n1\n")
    run("score", document(), tmp_path / "in.csv", tmp_path / "out.csv", "--null", "-", "--on-error", "fail")
    assert (tmp_path / "out.csv").read_text() == '"x","prediction"\n,\n"1",3\n'


def test_absent_inputs_are_said_once(run, tmp_path):
    (tmp_path / "in.csv").write_text("sepal_length\n1\n2\n")
    code, _, err = run("score", IRIS, tmp_path / "in.csv", tmp_path / "out.csv")
    assert code == 0
    assert err.count("no column for sepal_width, petal_length, petal_width: taken as missing") == 1


def test_compressed_output_is_compressed(run, tmp_path):
    run("score", IRIS, FLOWERS, tmp_path / "out.csv.gz")
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()).startswith(b'"id"')


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (VERIFIED % 7, 0, "verified, 1 rows agree"),
        (VERIFIED % 8, 1, "1 differences in 1 rows"),
        (re.sub("(?s)<ModelVerification.*</ModelVerification>", "", VERIFIED), 0, "no ModelVerification"),
    ],
    ids=["agrees", "differs", "absent"],
)
def test_verify(run, document, text, code, said):
    path = document(text)
    found, out, err = run("verify", path)
    assert found == code
    assert said in out + err


BAD_INPUT = {
    "no model": (["inspect", "none.pmml"], "none.pmml"),
    "a model that is a folder": (["inspect", "."], "."),
    "not XML": (["inspect", "text.pmml"], "text.pmml"),
    "not PMML": (["inspect", "html.pmml"], "html.pmml"),
    "no input": (["score", "iris.pmml", "none.csv", "out.csv"], "none.csv: no such file"),
    "unknown kind of input": (["score", "iris.pmml", "text.pmml", "out.csv"], "must end in .csv"),
    "unknown kind of output": (["score", "iris.pmml", "flowers.csv", "out.xlsx"], "must end in .csv"),
    "ragged input": (["score", "iris.pmml", "ragged.csv", "out.csv"], "ragged.csv"),
    "empty input": (["score", "iris.pmml", "empty.csv", "out.csv"], "empty.csv"),
    "not Parquet": (["score", "iris.pmml", "text.parquet", "out.csv"], "text.parquet"),
    "no folder for the output": (["score", "iris.pmml", "flowers.csv", "none/out.csv"], "no folder none"),
    "unknown column to keep": (["score", "iris.pmml", "flowers.csv", "out.csv", "--keep", "idd"], "no column idd"),
    "no input among the columns": (["score", "iris.pmml", "other.csv", "out.csv"], "no column is an input"),
    "column and result of one name": (["score", "iris.pmml", "scored.csv", "out.csv"], "--keep"),
}


@pytest.mark.parametrize(("arguments", "said"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_one_line(run, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris.pmml").write_bytes(IRIS.read_bytes())
    (tmp_path / "flowers.csv").write_bytes(FLOWERS.read_bytes())
    (tmp_path / "text.pmml").write_text("once upon a time")
    (tmp_path / "html.pmml").write_text("<html><body/></html>")
    (tmp_path / "text.parquet").write_text("once upon a time")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "ragged.csv").write_text("sepal_length,sepal_width\n1,2\n3\n")
    (tmp_path / "scored.csv").write_text("sepal_length,prediction\n1,2\n")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    *_, last = err.splitlines()
    assert last.startswith("sparkpmml: ")
    assert said in last
    assert "Traceback" not in err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("arguments", [[], ["guess"], ["score", "iris.pmml"], ["inspect"]], ids=" ".join)
def test_bad_arguments_exit_with_2(arguments):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


def test_module_is_the_command():
    done = subprocess.run([sys.executable, "-m", "sparkpmml", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("sparkpmml ")
