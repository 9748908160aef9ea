"""jobs/score_table.py: what it writes and what it says, in the tests' session and once through spark-submit."""

import importlib.util
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import sparkpmml

ROOT = Path(__file__).parents[2]
IRIS = ROOT / "examples" / "iris.pmml"
FLOWERS = ROOT / "examples" / "flowers.csv"
EXPECTED = ROOT / "tests" / "cases" / "sklearn" / "logistic_multinomial" / "expected.csv"
"""What scikit-learn says of the same flowers."""


def load_job(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "jobs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def job(spark):
    yield load_job("score_table")
    logging.disable(logging.NOTSET)
    sparkpmml.register(spark, on_error="null")
    spark.conf.unset("spark.sparkpmml.onError")


@pytest.fixture
def score(spark, job, tmp_path):
    """Runs the job on the flowers: (the written DataFrame or None, the summary)."""

    def score(*arguments, model=IRIS, source=FLOWERS, output="out.parquet"):
        target = str(tmp_path / output)
        common = ["--model", str(model), "--input", str(source), "--output", target]
        summary = job.score_table(spark, job.parse([*common, *map(str, arguments)]))
        kind = "csv" if output.endswith("csv") else "parquet"
        return spark.read.format(kind).options(header="true", escape='"').load(target), summary

    return score


def test_result_is_a_struct_beside_the_columns(score):
    written, _ = score()
    assert written.columns == ["id", "sepal_length", "sepal_width", "petal_length", "petal_width", "p"]
    found = written.orderBy("id").select("p.prediction", "p.probability").collect()
    expected = pd.read_csv(EXPECTED)
    assert [row.prediction for row in found] == list(expected["prediction"])
    assert [row.probability["setosa"] for row in found] == pytest.approx(list(expected["probability(setosa)"]))


def test_summary_counts_the_classes(score):
    _, summary = score()
    expected = pd.read_csv(EXPECTED)["prediction"].value_counts()
    assert re.match(r"150 rows in \d+\.\d s \(\d+ rows/s\) -> .*out\.parquet\n", summary)
    counted = re.findall(r"^  (\w+) +(\d+) +[\d.]+%$", summary, re.MULTILINE)
    assert {name: int(count) for name, count in counted} == expected.to_dict()
    assert [int(count) for _, count in counted] == sorted(expected, reverse=True)
    assert "no answer" not in summary


OPTIONS = {
    "keep": (["--keep", "id, petal_width"], ["id", "petal_width", "p"], 150),
    "keep none": (["--keep", ""], ["p"], 150),
    "where": (["--where", "id <= 10"], ["id", "sepal_length", "sepal_width", "petal_length", "petal_width", "p"], 10),
    "no row": (["--where", "false", "--keep", "id"], ["id", "p"], 0),
    "alias": (["--alias", "iris score", "--keep", "id"], ["id", "iris score"], 150),
    "partitions": (["--partitions", "3", "--keep", "id"], ["id", "p"], 150),
    "flat": (
        ["--flat", "--keep", "id"],
        [
            "id",
            "prediction",
            "probability",
            *(f"probability({each})" for each in ("setosa", "versicolor", "virginica")),
        ],
        150,
    ),
    "arguments": (
        ["--args", "sepal_length, sepal_width, petal_length, petal_width => petal_width * 1.0", "--keep", "id"],
        ["id", "p"],
        150,
    ),
}


@pytest.mark.parametrize(("arguments", "columns", "rows"), OPTIONS.values(), ids=OPTIONS.keys())
def test_options(score, arguments, columns, rows):
    written, summary = score(*arguments)
    assert written.columns == columns
    assert written.count() == rows
    assert summary.startswith(f"{rows} rows in ")


def test_partitions_are_files(score):
    written, _ = score("--partitions", "3")
    assert len(written.inputFiles()) == 3


def test_csv_is_flat_and_nested_values_are_json(score):
    written, _ = score("--keep", "id", output="out.csv")
    row = written.where("id = 1").selectExpr("*", "from_json(probability, 'map<string,double>') AS parsed").first()
    assert row.prediction == "setosa"
    assert row.parsed["setosa"] == float(row["probability(setosa)"])


def test_modes(score, job, spark, tmp_path):
    from pyspark.errors import AnalysisException

    score("--where", "id <= 10")
    with pytest.raises(AnalysisException):
        score()
    written, summary = score("--mode", "append", "--where", "id > 140")
    assert (written.count(), summary.split()[0]) == (20, "10")
    written, summary = score("--mode", "ignore")
    assert written.count() == 20
    assert summary.endswith("exists already: nothing to do")
    written, _ = score("--mode", "overwrite")
    assert written.count() == 150


def test_tables_in_and_out(spark, job):
    spark.read.csv(str(FLOWERS), header=True, inferSchema=True).createOrReplaceTempView("flowers_in")
    arguments = ["--model", str(IRIS), "--input", "flowers_in", "--output", "flowers_out", "--keep", "id"]
    assert job.score_table(spark, job.parse(arguments)).startswith("150 rows")
    assert spark.table("flowers_out").columns == ["id", "p"]
    assert "nothing to do" in job.score_table(spark, job.parse([*arguments, "--mode", "ignore"]))
    spark.sql("DROP TABLE flowers_out")


REGRESSION = """<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
  <Header/>
  <DataDictionary>
    <DataField name="x" optype="continuous" dataType="double">
      <Interval closure="closedClosed" leftMargin="0"/>
    </DataField>
    <DataField name="y" optype="continuous" dataType="double"/>
  </DataDictionary>
  <RegressionModel functionName="regression">
    <MiningSchema><MiningField name="x"/><MiningField name="y" usageType="target"/></MiningSchema>
    <RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2"/></RegressionTable>
  </RegressionModel>
</PMML>
"""


@pytest.fixture
def numbers(tmp_path):
    """A regression, and 104 rows for it: 0 to 100, two that are negative and so invalid, two that are missing."""
    (tmp_path / "line.pmml").write_text(REGRESSION)
    pd.DataFrame({"x": [*range(101), -1.0, -2.0, None, None]}).to_parquet(tmp_path / "numbers.parquet")
    return {"model": tmp_path / "line.pmml", "source": tmp_path / "numbers.parquet"}


def test_summary_of_numbers_has_quantiles_and_reasons(score, numbers):
    _, summary = score(**numbers)
    for name, value in {"min": 1, "median": 101, "max": 201}.items():
        assert re.search(rf"^  {name} +{value}$", summary, re.MULTILINE), summary
    _, lost = summary.split("no answer\n")
    assert sum(int(count) for count in re.findall(r" (\d+) +[\d.]+%$", lost, re.MULTILINE)) == 4
    assert re.search(r" 2 +1\.9%$", lost, re.MULTILINE), "the invalid rows have one reason, whatever their values"


def test_on_error_chooses_the_output(score, numbers, spark):
    written, _ = score(**numbers)
    assert "error" not in written.schema["p"].dataType.names
    written, _ = score("--on-error", "capture", "--mode", "overwrite", **numbers)
    assert written.where("p.error IS NOT NULL AND p.prediction IS NULL AND x < 0").count() == 2


def submit(tmp_path, *arguments):
    """spark-submit as the README has it: (exit code, stdout, stderr)."""
    command = [Path(sys.executable).parent / "spark-submit", "--properties-file", "conf/spark-defaults.conf"]
    warehouse = ["--conf", f"spark.sql.warehouse.dir={tmp_path}"]
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable}
    done = subprocess.run(
        [*command, *warehouse, "jobs/score_table.py", *map(str, arguments)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def lines_of(stderr):
    """What a person sees on stderr, without the progress bar and what the JVM itself says at its start."""
    lines = (line.strip() for line in re.split(r"[\r\n]", stderr))
    return [line for line in lines if line and not line.startswith(("[Stage", "WARNING: Using incubator modules"))]


def test_submitted_job_is_quiet(tmp_path):
    code, out, err = submit(tmp_path, "--model", IRIS, "--input", FLOWERS, "--output", tmp_path / "out.parquet")
    assert code == 0, err
    assert out.startswith("150 rows in ")
    assert lines_of(err) == []


MISTAKES = {
    "no model": (["--model", "none.pmml"], 2, "none.pmml"),
    "no input": (["--input", "none.csv"], 2, "none.csv"),
    "no column": (["--keep", "iid"], 2, "iid"),
    "bad SQL": (["--where", "id >"], 2, "PARSE_SYNTAX_ERROR"),
    "not the model's inputs": (["--args", "id"], 2, "petal_width"),
    "not a format": (["--format", "papyrus"], 2, "papyrus"),
}


@pytest.mark.parametrize(("change", "code", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_one_line(spark, job, tmp_path, capsys, monkeypatch, change, code, said):
    monkeypatch.setattr(type(spark), "stop", lambda self: None)  # the session is needed by the next test
    common = ["--model", str(IRIS), "--input", str(FLOWERS), "--output", str(tmp_path / "out.parquet")]
    assert job.main([*common, *change]) == code
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("score_table: ")
    assert said in line
    assert not (tmp_path / "out.parquet").exists()


def test_a_row_that_fails_the_job_is_one_line(spark, job, tmp_path, capsys, monkeypatch, numbers):
    monkeypatch.setattr(type(spark), "stop", lambda self: None)
    common = ["--model", str(numbers["model"]), "--input", str(numbers["source"])]
    assert job.main([*common, "--output", str(tmp_path / "out.parquet"), "--on-error", "fail"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "ScoringError: " in line
    assert "-1" in line or "-2" in line
