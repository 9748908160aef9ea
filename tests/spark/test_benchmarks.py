"""The benchmark's harness on small tables: it runs, and what it writes can be read."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("pyspark", reason="the benchmark scores in Spark")

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.models import CONTESTS, SCORING, TRAINING
from benchmarks.report import Results, agreement, growth_table, process_table, table
from benchmarks.train import prepare

COLUMNS = 12
ROOT = Path(__file__).parents[2]


def test_threads_are_limited_before_numpy_reads_how_many_it_may_use():
    code = "import sys, benchmarks.__main__; print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("contest", CONTESTS.values(), ids=list(CONTESTS))
def test_tables_are_the_same_for_the_same_seed(contest):
    first, again, other = (contest.rows(50, COLUMNS, seed) for seed in (SCORING, SCORING, TRAINING))
    assert len(first) == 50
    assert first.equals(again)
    assert not first.equals(other)


def test_a_document_without_a_trainer_is_written_once(tmp_path):
    folder = prepare(CONTESTS["scorecard"], tmp_path, 100, COLUMNS)
    document = folder / "model.pmml"
    before = document.stat().st_mtime_ns
    assert prepare(CONTESTS["scorecard"], tmp_path, 50, COLUMNS) == folder
    assert document.stat().st_mtime_ns == before
    assert pq.read_metadata(folder / "rows.parquet").num_rows == 100


def test_more_rows_are_written_where_there_are_too_few(tmp_path):
    folder = prepare(CONTESTS["scorecard"], tmp_path, 10, COLUMNS)
    prepare(CONTESTS["scorecard"], tmp_path, 30, COLUMNS)
    assert pq.read_table(folder / "rows.parquet").schema.field("x0").type == pa.float64()
    assert pq.read_metadata(folder / "rows.parquet").num_rows == 30


def test_engines_compete(tmp_path, spark):
    from benchmarks.session import compete

    contest = CONTESTS["scorecard"]
    folder = prepare(contest, tmp_path, 300, COLUMNS)
    scores = list(compete(spark, contest, folder, ["identity", "sparkpmml", "trainer"], 300, 0.1, 1))
    assert [(score.engine, score.rows, score.agreement) for score in scores] == [
        ("identity", 300, None),
        ("sparkpmml", 300, 1.0),
    ]
    assert all(score.best.wall > 0 for score in scores)
    assert json.loads(json.dumps([score.as_json() for score in scores]))[1]["contest"] == "scorecard"


def score(engine, micros, spark="4.3.0", agreement=1.0):
    return {
        "contest": "tree", "engine": engine, "spark": spark, "rows": 1, "processor": micros, "wall": 9.0,
        "agreement": agreement,
    }  # fmt: skip


def test_the_table_compares_within_a_session():
    scores = [
        score("sparkpmml", 2.0),
        score("jpmml", 6.0),
        score("sparkpmml", 3.0, "3.5.9"),
        score("pmml4s", 30.0, "3.5.9"),
    ]
    results = Results(scores)
    assert results.ratio("tree", "jpmml") == 3
    assert results.ratio("tree", "pmml4s") == 10
    assert table(results).splitlines()[-1] == "| decision tree, depth 10 | 2.00 | – | 6.00 (×3.00) | 30.0 (×10.0) | – |"


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "all agree."), (0.5, "all agree but jpmml on tree (50.0% agree).")],
    ids=["same", "differing"],
)
def test_differing_answers_are_named(share, text):
    assert agreement([score("sparkpmml", 1.0), score("jpmml", 1.0, agreement=share)]).endswith(text)


def test_sizes_and_ratios_are_shown():
    row = {
        "contest": "tree",
        "rows": 5,
        "ours": 1.0,
        "theirs": 4.0,
        "document_bytes": 2_000,
        "program_bytes": 3_000_000,
    }
    assert process_table([row]).endswith("| 1.00 | 4.00 | 0.25 | 2.0 kB | 3.0 MB |\n")
    assert process_table([row | {"theirs": None}]).endswith("| 1.00 | – | – | 2.0 kB | 3.0 MB |\n")
    grown = {"grows": "trees", "value": 1000, "micros": 2.5, "document_bytes": 2_000, "program_bytes": 3_000}
    assert growth_table([grown]).endswith("| trees | 1,000 | 2.50 | 2.0 kB | 3.0 kB |\n")
