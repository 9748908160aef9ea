"""README's examples do what they say: each is run, in order, in a copy of the folder examples."""

import re
import shutil
from pathlib import Path

import pytest

import sparkpmml
from sparkpmml import cli

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"^```(python|sql|sh)\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def in_examples(spark, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path / "examples")
    yield
    sparkpmml.register(spark, on_error="null")
    spark.conf.unset("spark.sparkpmml.onError")


def test_examples_run(spark, in_examples, capsys):
    names = {"spark": spark}
    # The first is a foretaste: its table is made in the block after it.
    first, *rest = BLOCKS
    for language, text in [*rest, first]:
        if language == "python":
            # The JVM has a working directory of its own.
            exec(text.replace("flowers.csv", str(Path("flowers.csv").resolve())), names)
        elif language == "sql":
            assert spark.sql(text).count() > 0
        else:
            run_commands(text)
    assert "setosa" in capsys.readouterr().out
    assert Path("scored.csv").read_text().startswith('"id","prediction","probability"')


def run_commands(text):
    """The `sparkpmml` commands; a job that needs a cluster's tables is parsed, no more."""
    for command in text.replace("\\\n", " ").splitlines():
        program, *arguments = command.replace("'", "").split()
        if program == "sparkpmml":
            assert cli.main(arguments) == 0
        else:
            (job,) = [each for each in arguments if each.endswith(".py")]
            assert (ROOT / job).exists()
            help_text = (ROOT / job).read_text()
            options = arguments[arguments.index(job) + 1 :]
            assert all(f'"{each}"' in help_text for each in options if each.startswith("--"))


def test_the_start_of_the_readme_has_all_languages():
    assert {language for language, _ in BLOCKS} == {"python", "sql", "sh"}
