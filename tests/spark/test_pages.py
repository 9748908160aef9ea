"""The pages of docs that hold examples: each Python and SQL block does what it says, in a copy of the folder examples."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"(?:^<!-- (.*?) -->\n)?^```(python|sql)\n(.*?)^```", re.MULTILINE | re.DOTALL)

HAS_PMML4S = importlib.util.find_spec("pypmml_spark") is not None


@pytest.fixture
def in_examples(spark, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path / "examples")
    (tmp_path / "examples" / "incoming").mkdir()
    shutil.copy(ROOT / "examples" / "flowers.csv", "incoming")
    return tmp_path / "examples"


def run(spark, text, language, names, folder):
    # The JVM has a working directory of its own.
    whole = re.sub(
        r'"(flowers\.csv|incoming|checkpoint|scored|saved)"', lambda found: repr(str(folder / found[1])), text
    )
    if language == "python":
        exec(whole, names)
    else:
        assert spark.sql(whole).count() == 150


@pytest.mark.parametrize("page", ["pipelines.md", "from-pypmml-spark.md"])
def test_blocks_run(spark, in_examples, capsys, page):
    flowers = spark.read.csv(str(in_examples / "flowers.csv"), header=True, inferSchema=True)
    flowers.createOrReplaceTempView("flowers")
    names = {"spark": spark, "flowers": flowers}
    blocks = BLOCK.findall((ROOT / "docs" / page).read_text())
    for note, language, text in blocks:
        if note == "before" or (note == "Spark 3.5" and not HAS_PMML4S):
            continue
        run(spark, text, language, names, in_examples)
    assert len(blocks) >= 4
    if page == "pipelines.md":
        assert spark.read.parquet(str(in_examples / "scored")).count() == 150
    elif HAS_PMML4S:
        assert names["both"].where("NOT (prediction <=> before)").count() == 0
