"""What starts without a Python program, as far as it needs no Spark: arguments, and what is said where parts are missing."""

import sys
from pathlib import Path

import pytest

from sparkpmml import cli
from sparkpmml.cli.sql import with_extension
from sparkpmml.spark import extension

OURS = "spark.sql.extensions=io.sparkpmml.SparkPmmlExtension"
BOTH = "spark.sql.extensions=io.delta.sql.Delta,io.sparkpmml.SparkPmmlExtension"


@pytest.mark.parametrize(
    ("arguments", "last"),
    [
        ([], OURS),
        (["-e", "SELECT 1"], OURS),
        (["--conf", "spark.master=local"], OURS),
        (["--conf", "spark.sql.extensions=io.delta.sql.Delta"], BOTH),
        (["--conf=spark.sql.extensions=io.delta.sql.Delta", "-f", "report.sql"], BOTH),
        (["--conf", "spark.sql.extensions=other", "--conf", "spark.sql.extensions=io.delta.sql.Delta"], BOTH),
    ],
    ids=["none", "query", "other setting", "other extension", "in one word", "the last counts"],
)
def test_extension_joins_those_of_the_user(arguments, last):
    assert with_extension(arguments) == [*arguments, "--conf", last]


def test_sql_becomes_spark_sql(monkeypatch, tmp_path):
    started = []
    (tmp_path / "sparkpmml.jar").touch()
    monkeypatch.setattr("os.execve", lambda *given: started.append(given))
    monkeypatch.setattr(extension, "JAR", tmp_path / "sparkpmml.jar")
    monkeypatch.setattr("sparkpmml.cli.sql.find_spark", lambda: Path("/spark"))
    for name in ("PYSPARK_PYTHON", "SPARK_DIST_CLASSPATH"):
        monkeypatch.delenv(name, raising=False)
    cli.main(["sql", "-e", "SELECT 1", "--help"])
    [(program, arguments, environment)] = started
    assert program == Path("/spark/bin/spark-sql")
    assert arguments == ["spark-sql", "-e", "SELECT 1", "--help", "--conf", OURS]
    assert environment["PYSPARK_PYTHON"] == environment["PYSPARK_DRIVER_PYTHON"] == sys.executable
    assert environment["SPARK_HOME"] == "/spark"
    assert environment["SPARK_DIST_CLASSPATH"] == str(tmp_path / "sparkpmml.jar")


def test_jar_prints_its_path(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(extension, "JAR", tmp_path / "sparkpmml.jar")
    assert cli.main(["jar"]) == 2
    assert f"there is no {tmp_path / 'sparkpmml.jar'}: it is made when" in capsys.readouterr().err
    (tmp_path / "sparkpmml.jar").touch()
    assert cli.main(["jar"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'sparkpmml.jar'}\n"


def test_no_spark_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(extension, "find_spec", lambda name: None)
    monkeypatch.delenv("SPARK_HOME", raising=False)
    assert cli.main(["sql"]) == 2
    assert "there is no Spark: pip install 'sparkpmml[spark]'" in capsys.readouterr().err
