"""TimeSeriesModel: rows that ask for a date. The forecast of step n is 10 + 2 n, so that an answer tells the step."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

import sparkpmml
from sparkpmml.errors import ModelError, ScoringError, UnsupportedMarkupError

ORDER = '<MiningField name="day" usageType="order"/>'


def document(series: str, kind: str = "dateTime", fields: str = ORDER, before: str = "") -> bytes:
    return f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
    <DataField name="y" optype="continuous" dataType="double"/>
    <DataField name="day" optype="continuous" dataType="{kind}"/></DataDictionary>
    <TimeSeriesModel functionName="timeSeries" bestFit="ExponentialSmoothing"><MiningSchema>
    <MiningField name="y" usageType="target"/>{fields}</MiningSchema>{before}{series}
    <ExponentialSmoothing><Level smoothedValue="10"/><Trend_ExpoSmooth trend="additive" smoothedValue="2"/>
    </ExponentialSmoothing></TimeSeriesModel></PMML>""".encode()


def anchored(kind: str, offset: int, stepsize: int = 1, first: int = 0, last: int = 3, inside: str = "") -> str:
    return f"""<TimeSeries startTime="{first}" endTime="{last}">
    <TimeAnchor type="{kind}" offset="{offset}" stepsize="{stepsize}">{inside}</TimeAnchor></TimeSeries>"""


def stamped(dates: list[str], anchor: str = "", first: int = 0) -> str:
    values = "".join(
        f'<TimeValue index="{i}" value="1"><Timestamp>{date}</Timestamp></TimeValue>'
        for i, date in enumerate(dates, first)
    )
    return f"<TimeSeries>{anchor}{values}</TimeSeries>"


def steps(series: str, dates: list[str | None], kind: str = "dateTime", fields: str = ORDER) -> list[float | None]:
    model = sparkpmml.load(document(series, kind, fields))
    answers = model.predict(pa.table({"day": pa.array(dates, pa.string())}))["prediction"].to_pylist()
    return [None if answer is None else (answer - 10) / 2 for answer in answers]


# four values, the last of them at the time 3
ANCHORS = {
    "days": ("dateDaysSince[1970]", 10, 1, {"1970-01-15": 1, "1970-01-16T23:59:59": 2, "1970-01-14": None}),
    "days before the origin": ("dateDaysSince[1980]", -10, 1, {"1979-12-26": 1, "1980-01-01": 7}),
    "weeks": ("dateDaysSince[1960]", 4, 7, {"1960-02-02": 1, "1960-02-09": 2, "1960-02-03": None}),
    "months": ("dateMonthsSince[1960]", 118, 1, {"1970-03-01": 1, "1970-03-31T12:00": 1, "1971-02-28": 12}),
    "quarters": ("dateMonthsSince[1970]", -3, 3, {"1970-10-01": 1, "1970-11-30": None, "1971-01-31": 2}),
    "years": ("dateYearsSince[0]", 1967, 1, {"1971-01-01": 1, "1975-12-31": 5, "1970-06-01": None}),
    "months since 0": ("dateMonthsSince[0]", 1970 * 12, 1, {"1970-05-01": 1}),
    "days since 0": ("dateDaysSince[0]", 719528, 1, {"1970-01-05": 1}),  # 719,528 days to 1970, as in MATLAB's datenum
    "hours": ("dateTimeSecondsSince[1970]", 3600, 3600, {"1970-01-01T05:00:00.9": 1, "1970-01-01T05:30:00": None}),
    "minutes": ("dateTimeMillisecondsSince[1970]", 0, 60000, {"1970-01-01T00:04:00": 1, "1970-01-02T00:00:00": 1437}),
}


@pytest.mark.parametrize("name", ANCHORS)
def test_anchors(name):
    kind, offset, stepsize, expected = ANCHORS[name]
    assert steps(anchored(kind, offset, stepsize), list(expected)) == list(expected.values())


MONTHS = anchored("dateMonthsSince[1970]", 0)
TYPES = {
    "date": pa.array([dt.date(1970, 5, 1), dt.date(1970, 4, 30), None]),
    "dateTime": pa.array([dt.datetime(1970, 5, 31, 23), dt.datetime(1970, 4, 1), None]),
    "dateDaysSince[1970]": pa.array([120, 119, None]),
    "dateTimeSecondsSince[1960]": pa.array([325_987_200, 325_987_199, None]),  # 3,653 + 120 days and nothing
}


@pytest.mark.parametrize("kind", TYPES)
def test_dates_of_each_type(kind):
    answers = sparkpmml.load(document(MONTHS, kind)).predict(pa.table({"day": TYPES[kind]}))["prediction"]
    assert answers.to_pylist() == [12, None, None]


def test_dates_from_pandas_and_texts():
    model = sparkpmml.load(document(MONTHS))
    assert model.predict(pd.DataFrame({"day": pd.to_datetime(["1970-06-15"])}))["prediction"].tolist() == [14]
    answer = model.predict(pd.DataFrame({"day": ["1970-06-15", "June"]}), on_error="capture")
    assert answer["prediction"][0] == 14
    assert answer["error"][1] == "day is not valid (value 'June')"


STAMPS = {
    "months": (["1970-01-01", "1970-02-01", "1970-03-01"], {"1970-04-01": 1, "1971-03-31": 12}),
    "months, by their ends": (["1970-01-31", "1970-02-28", "1970-03-31"], {"1970-04-30": 1, "1970-05-31": 2}),
    "months of 31 days": (["1970-07-01 00:00:00", "1970-08-01 00:00:00"], {"1970-09-01": 1, "1970-10-01": 2}),
    "quarters": (["1970-01-15", "1970-04-15"], {"1970-07-15": 1, "1970-08-15": None}),
    "years": (["1970-01-01", "1971-01-01", "1972-01-01"], {"1973-01-01": 1, "1972-06-01": None}),
    "days": (["1970-02-27", "1970-02-28", "1970-03-01"], {"1970-03-02": 1, "1970-03-02T01:00": None}),
    "hours": (["1970-01-01T22:00", "1970-01-01T23:00"], {"1970-01-02T00:00": 1, "1970-01-02T05:00": 6}),
}


@pytest.mark.parametrize("name", STAMPS)
def test_timestamps(name):
    dates, expected = STAMPS[name]
    assert steps(stamped(dates), list(expected)) == list(expected.values())


def test_some_values_without_a_timestamp():
    series = stamped(["1970-01-01", "1970-01-02"]).replace(
        "</TimeSeries>", '<TimeValue index="4" value="1"/></TimeSeries>'
    )
    assert steps(series, ["1970-01-06", "1970-01-05"]) == [1, None]


WEEKS = '<TimeAnchor type="dateDaysSince[1970]" stepsize="7"/>'


def test_timestamps_beside_an_anchor_say_when_and_it_says_how_far():
    assert steps(stamped(["1970-01-01", "1970-01-08"], WEEKS, first=1), ["1970-01-15", "1970-01-16"]) == [1, None]
    for offset in ("1", "-6"):  # of the first value, and of the time 0
        anchor = WEEKS.replace("step", f'offset="{offset}" step')
        assert steps(stamped(["1970-01-02", "1970-01-09"], anchor, first=1), ["1970-01-16"]) == [1]
    assert steps(stamped(["1970-01-08"], WEEKS, first=7), ["1970-01-15", "1970-01-29"]) == [1, 3]


def test_fields_without_order_and_series_of_predictions():
    predicted = anchored("dateMonthsSince[1970]", 0, last=20).replace("<TimeSeries", '<TimeSeries usage="prediction"')
    active = '<MiningField name="day" usageType="active"/>'
    assert steps(predicted + MONTHS, ["1970-05-01"], fields=active) == [1]


def test_numbers_where_no_value_has_a_date():
    """As nyoka writes statsmodels' ExponentialSmoothing."""
    model = sparkpmml.load(document('<TimeSeries startTime="0" endTime="3"/>'))
    assert [(each.name, str(each.data_type)) for each in model.inputs] == [("day", "integer")]
    answers = model.predict(pd.DataFrame({"day": [4, 6, 3]}))["prediction"]
    assert answers[:2].tolist() == [12, 16]
    assert answers.isna()[2]
    assert model.predict(pd.DataFrame({"day": ["5"]}))["prediction"].tolist() == [14]
    dates = pd.DataFrame({"day": pd.to_datetime(["1970-01-05"])})
    with pytest.raises(ScoringError, match="day is a date: the document numbers its series and says of no number"):
        model.predict(dates, on_error="fail")


def test_missing_numbers_are_treated_as_the_field_says():
    field = ORDER.replace("/>", ' missingValueReplacement="5"/>')
    model = sparkpmml.load(document('<TimeSeries startTime="0" endTime="3"/>', fields=field))
    assert model.predict(pd.DataFrame({"day": [None, 4]}))["prediction"].tolist() == [14, 12]


def chained(series: str) -> bytes:
    """The model as the only segment of a chain."""
    head, model = document(series).decode().split("<TimeSeriesModel", 1)
    schema = model[model.index("<MiningSchema>") : model.index("</MiningSchema>") + len("</MiningSchema>")]
    return f"""{head}<MiningModel functionName="timeSeries">{schema}<Segmentation multipleModelMethod="modelChain">
    <Segment><True/><TimeSeriesModel{model.replace("</PMML>", "")}</Segment></Segmentation></MiningModel></PMML>""".encode()


def test_dates_in_a_chain():
    model = sparkpmml.load(chained(MONTHS))
    assert model.predict(pd.DataFrame({"day": ["1970-05-01"]}))["prediction"].tolist() == [12]
    with pytest.raises(UnsupportedMarkupError, match=r"'day' as the order of a series without dates .* in a chain"):
        sparkpmml.load(chained('<TimeSeries startTime="0" endTime="3"/>'))


CYCLE = '<TimeCycle length="7" type="{}"><INT-ARRAY>1 5</INT-ARRAY></TimeCycle>'


def test_cycles_that_skip_nothing():
    series = anchored("dateDaysSince[1970]", 0, inside=CYCLE.format("includeAll"))
    assert steps(series, ["1970-01-05"]) == [1]


UNSUPPORTED = {
    "working days": (anchored("dateDaysSince[1970]", 0, inside=CYCLE.format("includeFromTo")), "where a cycle begins"),
    "holidays": (
        anchored("dateDaysSince[1970]", 0, inside='<TimeException type="exclude" count="1"/>'),
        "how the excepted times are counted",
    ),
    "another start": (anchored("dateDaysSince[1970]", 0, first=1), "that of the time 0 or of the first one, 1"),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_leaves_dates_open_is_a_finding(name):
    series, message = UNSUPPORTED[name]
    with pytest.raises(UnsupportedMarkupError, match=message):
        sparkpmml.load(document(series))
    sparkpmml.load(document(series, "integer"))


def test_orders_of_other_types_are_a_finding():
    with pytest.raises(UnsupportedMarkupError, match="'day' as the order of the series, which is a time: neither"):
        sparkpmml.load(document(MONTHS, "time"))


WRONG = {
    "no type": (MONTHS.replace('type="dateMonthsSince[1970]"', ""), "a TimeAnchor without a type"),
    "no offset": (MONTHS.replace('offset="0"', ""), "neither a TimeAnchor with an offset nor Timestamps"),
    "no stepsize": (MONTHS.replace('stepsize="1"', ""), "a TimeAnchor whose stepsize is no number of units"),
    "no steps": (anchored("dateDaysSince[1970]", 0, 0), "a TimeAnchor whose stepsize is no number of units"),
    "irregular": (stamped(["1970-01-01", "1970-01-02", "1970-01-04"]), "not equally far apart, and no TimeAnchor"),
    "backwards": (stamped(["1970-01-02", "1970-01-01"]), "not equally far apart"),
    "other steps": (stamped(["1970-01-01", "1970-01-02"], WEEKS), "other dates than those that its TimeAnchor says"),
    "another start": (
        stamped(["1970-01-02"], WEEKS.replace("step", 'offset="2" step')),
        "other dates than those that its TimeAnchor says",
    ),
    "one time": (
        stamped(["1970-01-01", "1970-01-02"]).replace('index="1"', 'index="0"'),
        "not equally far apart, and no TimeAnchor",
    ),
    "no date": (stamped(["Q1", "Q2"]), "'Q1' is no dateTime of ISO 8601"),
}


@pytest.mark.parametrize("name", WRONG)
def test_contradictions_are_named(name):
    series, message = WRONG[name]
    with pytest.raises(ModelError, match=message):
        sparkpmml.load(document(series))
