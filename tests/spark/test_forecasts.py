"""Forecasts for dates in SQL: what rows may ask with, and what they are told where a document has no dates."""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "nyoka"
DATED, NUMBERED = CASES / "smoothing_months" / "model.pmml", CASES / "smoothing_numbers_seasonal" / "model.pmml"


def expected(case):
    """The first three steps of the trainer's."""
    with (case.parent / "expected.csv").open(newline="") as file:
        return [float(row["prediction"]) for row in list(csv.DictReader(file))[1:4]]


FEBRUARY = {
    "date": "DATE'1995-02-01'",
    "timestamp": "TIMESTAMP'1995-02-28 23:30:00'",  # of the session's time zone, as a SELECT shows it
    "timestamp without a time zone": "TIMESTAMP_NTZ'1995-02-01 00:30:00'",
    "text": "'1995-02-14'",
}


@pytest.mark.parametrize("kind", FEBRUARY)
def test_dates(spark, kind):
    (row,) = spark.sql(f"SELECT predict_value('{DATED}', {FEBRUARY[kind]}) AS p").collect()
    assert row.p == pytest.approx(expected(DATED)[1], rel=1e-9)


def test_a_calendar_of_rows(spark):
    months = "SELECT explode(sequence(DATE'1994-12-01', DATE'1995-03-01', INTERVAL 1 MONTH)) AS month"
    rows = spark.sql(
        f"SELECT month, predict('{DATED}', month).prediction AS p FROM ({months}) ORDER BY month"
    ).collect()
    assert rows[0].p is None  # December is in the series
    assert [row.p for row in rows[1:]] == pytest.approx(expected(DATED), rel=1e-9)


def test_numbers_where_the_document_has_no_dates(spark, refused):
    rows = spark.sql(f"SELECT predict_value('{NUMBERED}', id) AS p FROM range(120, 123) ORDER BY id").collect()
    assert [row.p for row in rows] == pytest.approx(expected(NUMBERED), rel=1e-9)
    message = refused(f"SELECT predict('{NUMBERED}', DATE'1995-01-01')")
    assert "input 'month' of the model" in message
    assert "is integer and cannot be given as DATE" in message
    assert "the document numbers its series and says of no number which date it is (TimeAnchor, Timestamps)" in message


def test_the_page_on_forecasts(spark):
    blocks = re.findall(r"^```sql\n(.*?)^```", (ROOT / "docs" / "forecasts.md").read_text(), re.MULTILINE | re.DOTALL)
    models = {"carbon_dioxide.pmml": DATED, "numbered.pmml": NUMBERED}
    for block, (name, path) in zip(blocks, models.items(), strict=True):
        assert name in block
        rows = spark.sql(block.replace(name, str(path))).collect()
        assert [row.forecast for row in rows[:3]] == pytest.approx(expected(path), rel=1e-9)
        assert len(rows) == 12
