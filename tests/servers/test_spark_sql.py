"""spark-sql: queries on the command line and in a file, of the configuration file and of `sparkpmml sql`."""

import sys

import pytest
from hosts import FLOWERS_AS_CSV, ROOT, SCORES, rows_of

VIEW = f"CREATE TEMPORARY VIEW flowers {FLOWERS_AS_CSV};"


@pytest.fixture(scope="module")
def checkout(host):
    """What a checkout holds, where the documents say to start spark-sql."""
    for name in ("conf", "examples", "sparkpmml"):
        (host.folder / name).symlink_to(ROOT / name)
    return host


def test_query_in_a_file_with_the_configuration_file(checkout, expected):
    script = checkout.folder / "flowers.sql"
    script.write_text(f"{VIEW}\n{SCORES.format(model='examples/iris.pmml', table='flowers')};\n")
    configured = ("--properties-file", "conf/spark-defaults.conf", "--master", "local[1]")
    printed = checkout.output(checkout.spark / "bin" / "spark-sql", *configured, "-f", script)
    assert rows_of(printed, "\t") == expected


def test_command_runs_the_spark_sql_of_its_python(checkout, expected):
    statements = (
        VIEW,
        SCORES.format(model="iris.pmml", table="flowers"),
        "; SHOW FUNCTIONS LIKE 'predict*'; DESCRIBE FUNCTION EXTENDED predict; DESCRIBE FUNCTION EXTENDED pmml_models",
        "; SELECT model_info('iris.pmml').function; SELECT model FROM pmml_models()",
    )
    small = ("--master", "local[1]", "--conf", "spark.sparkpmml.modelDir=examples", "--conf", "spark.ui.enabled=false")
    printed = checkout.output(
        sys.executable, "-m", "sparkpmml", "sql", *small, "-e", " ".join(statements), SPARK_HOME="", PYSPARK_PYTHON=""
    )
    assert rows_of(printed, "\t") == expected
    lines = printed.splitlines()
    assert [line for line in lines if line in ("predict", "predict_value", "predict_proba")] == [
        "predict",
        "predict_proba",
        "predict_value",
    ]
    assert "Usage: predict(model, input, ...) - Scores a PMML model: a struct of its prediction and outputs." in lines
    assert any(line.startswith("      > SELECT predict('iris.pmml', *)") for line in lines)
    assert "Function: pmml_models" in lines
    assert {"classification", "iris.pmml"} <= set(lines)


def test_refusal_is_a_line_and_an_exit_code(checkout):
    (checkout.folder / "broken.pmml").write_text("<PMML version='4.4'><Header>")
    refused = checkout.run(
        sys.executable, "-m", "sparkpmml", "sql", "--master", "local[1]", "-e", "SELECT predict('broken.pmml', 1)"
    )
    assert refused.returncode != 0
    said = [line for line in refused.stderr.splitlines() if "broken.pmml" in line]
    assert len(said) == 1, refused.stderr[-3000:]
    assert said[0].startswith("predict: ")
    assert "\tat " not in refused.stderr
