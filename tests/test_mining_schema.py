"""Missing, invalid and extreme values: what a treatment makes of a value (specification: MiningSchema)."""

from __future__ import annotations

import pyarrow as pa
import pytest
from documents import field, load, predict, schema, values

from sparkpmml.errors import ModelError, ScoringError

INVALID = "invalid"

# what a field of 0 to 10 (closed), for which "-999" stands for missing, becomes
TREATMENTS = [
    pytest.param({}, [5.0, 0.0, 10.0, None, -999.0], [5.0, 0.0, 10.0, None, None], id="defaults"),
    pytest.param({}, [11.0], [INVALID], id="invalid-fails"),
    pytest.param({"invalidValueTreatment": "asIs"}, [11.0, -1.0], [11.0, -1.0], id="invalid-as-is"),
    pytest.param({"invalidValueTreatment": "asMissing"}, [11.0, 3.0], [None, 3.0], id="invalid-as-missing"),
    pytest.param(
        {"invalidValueTreatment": "asValue", "invalidValueReplacement": "7"}, [11.0, 3.0], [7.0, 3.0], id="as-value"
    ),
    pytest.param({"missingValueReplacement": "4"}, [None, -999.0, 1.0], [4.0, 4.0, 1.0], id="missing-replaced"),
    pytest.param(
        {"invalidValueTreatment": "asMissing", "missingValueReplacement": "4"},
        [11.0, None],
        [4.0, 4.0],
        id="invalid-as-missing-is-replaced",
    ),
    pytest.param({"missingValueTreatment": "returnInvalid"}, [None, 2.0], [INVALID, 2.0], id="missing-fails"),
    pytest.param({"missingValueTreatment": "x-returnInvalid"}, [None], [INVALID], id="older-spelling"),
    pytest.param(
        {"outliers": "asExtremeValues", "lowValue": "2", "highValue": "8"},
        [1.0, 9.0, 5.0, None],
        [2.0, 8.0, 5.0, None],
        id="clipped",
    ),
    pytest.param(
        {"outliers": "asMissingValues", "lowValue": "2", "highValue": "8"},
        [1.0, 9.0, 2.0, 8.0],
        [None, None, 2.0, 8.0],
        id="outliers-missing",
    ),
    pytest.param(
        {"outliers": "asMissingValues", "lowValue": "2", "highValue": "8", "missingValueReplacement": "5"},
        [1.0, 3.0],
        [5.0, 3.0],
        id="outliers-missing-are-replaced",
    ),
    pytest.param(
        {"outliers": "asExtremeValues", "highValue": "8"}, [11.0], [INVALID], id="validity-comes-before-outliers"
    ),
    pytest.param(
        {"outliers": "asExtremeValues", "lowValue": "2", "highValue": "8", "invalidValueTreatment": "asIs"},
        [11.0, -1.0, 9.0, 1.0],
        [11.0, -1.0, 8.0, 2.0],
        id="invalid-as-is-is-no-outlier",
    ),
    pytest.param(
        {"outliers": "asMissingValues", "lowValue": "2", "highValue": "8", "invalidValueTreatment": "asIs"},
        [11.0, 9.0],
        [11.0, None],
        id="invalid-as-is-is-no-missing-outlier",
    ),
    pytest.param(
        {
            "outliers": "asExtremeValues",
            "highValue": "8",
            "invalidValueTreatment": "asValue",
            "invalidValueReplacement": "20",
        },
        [11.0, 9.0],
        [20.0, 8.0],
        id="what-replaces-an-invalid-value-is-no-outlier",
    ),
]

INTERVAL = '<Interval closure="closedClosed" leftMargin="0" rightMargin="10"/>'


def identity(attributes: dict[str, str]) -> str:
    """A model whose output `seen` is its input as treated."""
    return f"""<RegressionModel functionName="regression">{schema("x", **attributes)}
    <Output><OutputField name="seen" feature="transformedValue"><FieldRef field="x"/></OutputField></Output>
    <RegressionTable intercept="0"/></RegressionModel>"""


def seen(model, given: list) -> list:
    result = predict(model, "capture", x=given)
    return [
        INVALID if error is not None else value for value, error in zip(result["seen"], result["error"], strict=True)
    ]


@pytest.mark.parametrize(("attributes", "given", "expected"), TREATMENTS)
def test_numbers(attributes, given, expected):
    model = load(identity(attributes), field("x", inside=INTERVAL + values("-999", kind="missing")))
    assert seen(model, given) == expected


@pytest.mark.parametrize(("attributes", "given", "expected"), TREATMENTS)
def test_numbers_as_text(attributes, given, expected):
    model = load(identity(attributes), field("x", inside=INTERVAL + values("-999", kind="missing")))
    assert seen(model, [None if value is None else str(value) for value in given] + ["5"])[:-1] == expected


CATEGORIES = [
    pytest.param({}, ["a", "b", None, "?"], ["a", "b", None, None], id="defaults"),
    pytest.param({}, ["c"], [INVALID], id="undeclared-fails"),
    pytest.param({"invalidValueTreatment": "asIs"}, ["c"], ["c"], id="as-is"),
    pytest.param(
        {"invalidValueTreatment": "asMissing", "missingValueReplacement": "a"}, ["c", "?"], ["a", "a"], id="a"
    ),
]


@pytest.mark.parametrize(("attributes", "given", "expected"), CATEGORIES)
def test_categories(attributes, given, expected):
    inside = values("a", "b") + values("?", kind="missing")
    assert seen(load(identity(attributes), field("x", "string", inside)), given) == expected


def test_a_declared_invalid_value_is_invalid_and_others_are_not():
    model = load(identity({}), field("x", "string", values("bad", kind="invalid")))
    assert seen(model, ["bad", "any"]) == [INVALID, "any"]


@pytest.mark.parametrize("spelling", ["NaN", "N/A", "", "-999"])
def test_spellings_of_missing(spelling):
    model = load(identity({}), field("x", inside=values(spelling, kind="missing")))
    assert seen(model, [spelling, "1.5"]) == [None, 1.5]


def test_a_float_at_the_margin_is_inside():
    """609.72 as a float is less than 609.72 as a double."""
    inside = '<Interval closure="closedClosed" leftMargin="609.72" rightMargin="700"/>'
    (value,) = seen(load(identity({}), field("x", "float", inside)), [609.72])
    assert value == pytest.approx(609.72, rel=1e-6)


def test_text_that_is_no_number_is_invalid():
    assert seen(load(identity({}), field("x")), ["12x", "12"]) == [INVALID, 12.0]
    as_missing = load(identity({"invalidValueTreatment": "asMissing"}), field("x"))
    assert seen(as_missing, ["12x", "12"]) == [None, 12.0]
    as_is = load(identity({"invalidValueTreatment": "asIs"}), field("x"))
    assert seen(as_is, ["12x", "12"]) == [INVALID, 12.0]


def test_a_fraction_is_no_integer():
    assert seen(load(identity({}), field("x", "integer")), ["1.5", "2.0", "3"]) == [INVALID, 2, 3]


def test_integers_keep_all_their_digits():
    assert seen(load(identity({}), field("x", "integer")), [2**53 + 1]) == [2**53 + 1]


def test_an_invalid_value_let_through_is_known_as_such():
    model = load(
        f"""<RegressionModel functionName="regression">{schema("x", invalidValueTreatment="asIs")}
        <Output><OutputField name="ok" feature="transformedValue"><Apply function="isValid"><FieldRef field="x"/></Apply>
        </OutputField></Output><RegressionTable intercept="0"/></RegressionModel>""",
        field("x", "string", values("a")),
    )
    assert predict(model, x=["a", "c", None])["ok"] == [True, False, False]


def test_a_row_that_fails_is_null_in_every_column():
    model = load(identity({}), field("x", inside=INTERVAL))
    assert predict(model, "null", x=[1.0, 11.0]) == {"prediction": [0.0, None], "seen": [1.0, None]}


def test_fail_names_row_field_and_value():
    model = load(identity({}), field("x", inside=INTERVAL))
    with pytest.raises(ScoringError, match=r"row 2 .* x is not valid \(value 11\.0\)"):
        predict(model, "fail", x=[1.0, 11.0])


CONTRADICTIONS = [
    pytest.param({"invalidValueTreatment": "asValue"}, "invalidValueReplacement", id="no-replacement"),
    pytest.param({"outliers": "asExtremeValues"}, "lowValue", id="no-limits"),
    pytest.param({"missingValueReplacement": "many"}, "could not convert|no boolean", id="replacement-of-other-type"),
    pytest.param({"missingValueTreatment": "asWish"}, "must be one of asIs", id="unknown-treatment"),
]


@pytest.mark.parametrize(("attributes", "message"), CONTRADICTIONS)
def test_contradictions_are_found_when_loading(attributes, message):
    with pytest.raises(ModelError, match=message) as raised:
        load(identity(attributes), field("x"))
    assert "line" in str(raised.value)


def test_a_number_given_for_a_date_is_invalid():
    model = f"""<RegressionModel functionName="regression">{schema("day")}<Output>
    <OutputField name="read" feature="transformedValue" optype="ordinal" dataType="date"><FieldRef field="day"/>
    </OutputField></Output><RegressionTable intercept="0"/></RegressionModel>"""
    loaded = load(model, field("day", "date"))
    assert loaded.predict(pa.table({"day": pa.array([None], pa.int64())}))["read"].to_pylist() == [None]
    with pytest.raises(ScoringError, match=r"day is not valid \(value 18000\)"):
        loaded.predict(pa.table({"day": [18000]}), on_error="fail")
