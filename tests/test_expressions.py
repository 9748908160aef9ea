"""Transformation expressions: markup, input values, and what a field derived by them holds."""

from __future__ import annotations

import math
import pickle
import re
import warnings

import pandas as pd
import pyarrow as pa
import pytest

import sparkpmml
from sparkpmml.errors import ModelError, ScoringError, UnsupportedMarkupError

DOCUMENT = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4" xmlns:data="http://example.com/data">
<Header/>
<DataDictionary>
  <DataField name="x" optype="continuous" dataType="double"/>
  <DataField name="f" optype="continuous" dataType="float"/>
  <DataField name="i" optype="continuous" dataType="integer"/>
  <DataField name="b" optype="categorical" dataType="boolean"/>
  <DataField name="s" optype="categorical" dataType="string"/>
  <DataField name="size" optype="ordinal" dataType="string">
    <Value value="small"/><Value value="medium"/><Value value="large"/>
  </DataField>
  <DataField name="many" optype="continuous" dataType="double"/>
  <DataField name="counts" optype="continuous" dataType="integer">
    <Interval closure="closedOpen" leftMargin="0"/>
  </DataField>
</DataDictionary>
<TransformationDictionary>
{functions}
<DerivedField name="derived" optype="{optype}" dataType="{data_type}">{expression}</DerivedField>
</TransformationDictionary>
<RegressionModel functionName="regression">
<MiningSchema>
  <MiningField name="x"/><MiningField name="f"/><MiningField name="i"/><MiningField name="b"/><MiningField name="s"/>
  <MiningField name="size" invalidValueTreatment="asIs"/><MiningField name="many"/><MiningField name="counts"/>
</MiningSchema>
<Output><OutputField name="result" feature="transformedValue" optype="{optype}" dataType="{data_type}">
<FieldRef field="derived"/></OutputField></Output>
<RegressionTable intercept="0"/>
</RegressionModel>
</PMML>"""

TYPES = {
    "x": pa.float64(),
    "f": pa.float32(),
    "i": pa.int64(),
    "b": pa.bool_(),
    "s": pa.string(),
    "size": pa.string(),
    "many": pa.list_(pa.float64()),
    "counts": pa.list_(pa.int64()),
}


def load(expression: str, data_type: str = "double", functions: str = ""):
    optype = "continuous" if data_type in ("double", "float", "integer") else "categorical"
    document = DOCUMENT.format(expression=expression, data_type=data_type, optype=optype, functions=functions)
    return sparkpmml.load(document.encode())


def derive(expression: str, data_type: str = "double", functions: str = "", on_error="fail", **columns) -> list:
    """The derived field's values for rows of the given columns."""
    table = pa.table({name: pa.array(values, TYPES[name]) for name, values in columns.items()})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load(expression, data_type, functions).predict(table, on_error=on_error)["result"].to_pylist()


CURVE = '<LinearNorm orig="1" norm="10"/><LinearNorm orig="2" norm="20"/><LinearNorm orig="4" norm="0"/>'
CURVE_AT = [None, 1.0, 1.5, 2.0, 3.0, 4.0]
STEP = '<LinearNorm orig="0" norm="0"/><LinearNorm orig="1" norm="5"/><LinearNorm orig="1" norm="7"/>'

NORM_CONTINUOUS = [
    ('field="x"', CURVE, "x", CURVE_AT, [None, 10.0, 15.0, 20.0, 10.0, 0.0]),
    ('field="x"', CURVE, "x", [0.0, 5.0], [0.0, -10.0]),
    ('field="x" outliers="asExtremeValues"', CURVE, "x", [0.0, 5.0, None], [10.0, 0.0, None]),
    ('field="x" outliers="asMissingValues"', CURVE, "x", [0.0, 5.0, 1.0], [None, None, 10.0]),
    ('field="x" outliers="asMissingValues" mapMissingTo="-1"', CURVE, "x", [0.0, None, 1.0], [-1.0, -1.0, 10.0]),
    ('field="x"', STEP, "x", [0.5, 1.0], [2.5, 7.0]),
    ('field="i"', CURVE, "i", [1, 3, None], [10.0, 10.0, None]),
    ('field="f"', CURVE, "f", [1.5, None], [15.0, None]),
]


@pytest.mark.parametrize(("attributes", "points", "name", "values", "expected"), NORM_CONTINUOUS)
def test_norm_continuous(attributes, points, name, values, expected):
    assert derive(f"<NormContinuous {attributes}>{points}</NormContinuous>", **{name: values}) == expected


SPELLED = ["1.5", "+4e0", " 3 ", "true", None, "NaN"]
OF_TEXTS = [
    (f'<NormContinuous field="s">{CURVE}</NormContinuous>', "double", [15.0, 0.0, 10.0, 10.0, None, None]),
    ("""<Discretize field="s" defaultValue="high"><DiscretizeBin binValue="low">
    <Interval closure="openOpen" rightMargin="3"/></DiscretizeBin></Discretize>""", "string",
     ["low", "high", "high", "low", None, None]),
    ('<Apply function="floor"><FieldRef field="s"/></Apply>', "integer", [1, 4, 3, 1, None, None]),
    ('<Apply function="*"><FieldRef field="s"/><Constant>2</Constant></Apply>', "double",
     [3.0, 8.0, 6.0, 2.0, None, None]),
    ('<Apply function="max"><FieldRef field="s"/><Constant>2</Constant></Apply>', "string",
     ["2.0", "4.0", "3.0", "2.0", "2.0", "2.0"]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "data_type", "expected"), OF_TEXTS)
def test_texts_are_the_numbers_that_they_spell(expression, data_type, expected):
    assert derive(expression, data_type, s=SPELLED) == expected
    assert derive(expression, data_type, on_error="null", s=[*SPELLED, "low", "", "1_0"])[-3:] == [None, None, None]


def test_a_text_that_is_no_number_is_named():
    with pytest.raises(ScoringError, match=r"field 's' is no double \(value 'low'\)"):
        derive(f'<NormContinuous field="s">{CURVE}</NormContinuous>', s=["low"])
    call = '<Apply function="+"{}><FieldRef field="s"/><FieldRef field="x"/></Apply>'
    with pytest.raises(ScoringError, match=r"\+\(\) has no value"):
        derive(call.format(""), s=["low"], x=[1.0])
    as_missing = ' invalidValueTreatment="asMissing" defaultValue="-1"'
    assert derive(call.format(as_missing), s=["low", "2"], x=[1.0, 1.0]) == [-1.0, 3.0]


WHOLE = [
    ("x", [2.9, -2.9, -0.5, 7.0, None], [2, -2, 0, 7, None]),
    ("f", [2.5, None], [2, None]),
    ("i", [3, None], [3, None]),
]
INT = """<DefineFunction name="int" optype="continuous" dataType="integer"><ParameterField name="value"/>
  <FieldRef field="value"/></DefineFunction>"""


@pytest.mark.parametrize(("name", "values", "expected"), WHOLE)
@pytest.mark.parametrize("call", ['<FieldRef field="{}"/>', '<Apply function="int"><FieldRef field="{}"/></Apply>'])
def test_a_computed_number_becomes_an_integer_by_losing_its_fraction(call, name, values, expected):
    """As casts do in what the transformations were exported from: SQL, NumPy, Python, R."""
    assert derive(call.format(name), "integer", functions=INT, **{name: values}) == expected


LOCAL = """<DefineFunction name="f" dataType="double" optype="continuous"><ParameterField name="a"/>
  <DerivedField name="twice" dataType="double" optype="continuous"><Apply function="*"><FieldRef field="a"/>
  <Constant>2</Constant></Apply></DerivedField>
  <DerivedField name="a" dataType="integer" optype="continuous"><FieldRef field="a"/></DerivedField>
  <Apply function="+"><FieldRef field="twice"/><FieldRef field="a"/></Apply></DefineFunction>"""


def test_a_function_may_have_fields_of_its_own():
    """Those of sklearn2pmml's functions of several statements. A field of a parameter's name is made of the parameter."""
    call = '<Apply function="f"><FieldRef field="x"/></Apply>'
    assert derive(call, functions=LOCAL, x=[1.5, -2.0, None]) == [3.0 + 1.0, -4.0 - 2.0, None]


def test_an_integer_too_large_to_be_one_is_an_error():
    with pytest.raises(ScoringError, match="derived field derived is no integer"):
        derive('<FieldRef field="x"/>', "integer", x=[1e300])


NORM_DISCRETE = [
    ('field="s" value="a"', "s", ["a", "b", None], [1.0, 0.0, None]),
    ('field="s" value="a" mapMissingTo="0.5"', "s", ["a", "b", None], [1.0, 0.0, 0.5]),
    ('field="i" value="1.0"', "i", [1, 2, None], [1.0, 0.0, None]),
    ('field="f" value="0.1"', "f", [0.1, 0.2, None], [1.0, 0.0, None]),
    ('field="b" value="true"', "b", [True, False, None], [1.0, 0.0, None]),
    ('field="i" value="never"', "i", [1], [0.0]),
    ('field="size" value="medium" method="indicator"', "size", ["small", "medium", "large"], [0.0, 1.0, 0.0]),
    ('field="size" value="medium" method="thermometer"', "size", ["small", "medium", "large"], [0.0, 1.0, 1.0]),
]


@pytest.mark.parametrize(("attributes", "name", "values", "expected"), NORM_DISCRETE)
def test_norm_discrete(attributes, name, values, expected):
    assert derive(f"<NormDiscrete {attributes}/>", **{name: values}) == expected


def bin_of(value: str, closure: str, left: float | None, right: float | None) -> str:
    margins = "".join(
        f' {name}="{at}"' for name, at in [("leftMargin", left), ("rightMargin", right)] if at is not None
    )
    return f'<DiscretizeBin binValue="{value}"><Interval closure="{closure}"{margins}/></DiscretizeBin>'


TWO = bin_of("low", "openOpen", None, 0) + bin_of("high", "closedClosed", 0, 10)
SHUFFLED = bin_of("high", "openClosed", 5, 10) + bin_of("low", "closedOpen", 0, 5)
OVERLAPPING = bin_of("first", "closedClosed", 0, 10) + bin_of("second", "closedClosed", 5, 20)
NUMBERED = bin_of("1", "openClosed", None, 0) + bin_of("2.0", "openOpen", 0, None)

DISCRETIZE = [
    ('field="x"', TWO, "string", "x", [-1.0, 0.0, 10.0, 10.5, None], ["low", "high", "high", None, None]),
    ('field="x" defaultValue="other"', TWO, "string", "x", [-1.0, 10.5, None], ["low", "other", None]),
    ('field="x" defaultValue="other" mapMissingTo="none"', TWO, "string", "x", [10.5, None], ["other", "none"]),
    ('field="x"', SHUFFLED, "string", "x", [0.0, 5.0, 5.1, 10.0], ["low", None, "high", "high"]),
    ('field="x"', OVERLAPPING, "string", "x", [5.0, 10.0, 10.1], ["first", "first", "second"]),
    ('field="i"', TWO, "string", "i", [-1, 0, None], ["low", "high", None]),
    ('field="x" dataType="integer"', NUMBERED, "integer", "x", [-math.inf, 0.0, 0.1, math.inf], [1, 1, 2, 2]),
    ('field="x" mapMissingTo="0"', NUMBERED, "double", "x", [0.0, None], [1.0, 0.0]),
    ('field="x" defaultValue="9"', "", "integer", "x", [0.0, None], [9, None]),
]


@pytest.mark.parametrize(("attributes", "bins", "data_type", "name", "values", "expected"), DISCRETIZE)
def test_discretize(attributes, bins, data_type, name, values, expected):
    assert derive(f"<Discretize {attributes}>{bins}</Discretize>", data_type, **{name: values}) == expected


def table_of(*rows: dict[str, str], prefix: str = "") -> str:
    cells = ["".join(f"<{prefix}{k}>{v}</{prefix}{k}>" for k, v in row.items()) for row in rows]
    return "<InlineTable>" + "".join(f"<row>{each}</row>" for each in cells) + "</InlineTable>"


ONE = '<FieldColumnPair field="s" column="in"/>'
BOTH = '<FieldColumnPair field="s" column="s"/><FieldColumnPair field="i" column="i"/>'
LETTERS = table_of({"in": "a", "out": "1"}, {"in": "b", "out": "2"}, {"in": "a", "out": "3"})
PAIRS = table_of(
    {"s": "a", "i": "1", "out": "a1"},
    {"s": "a", "i": "2", "out": "a2"},
    {"s": "b", "i": "2.0", "out": "b2"},
    {"i": "3", "s": "b", "out": "b3"},
    {"s": "c", "i": "never", "out": "c"},
)

MAP_VALUES = [
    ("", ONE, LETTERS, "double", {"s": ["a", "b", "c", None]}, [1.0, 2.0, None, None]),
    ('defaultValue="9" dataType="integer"', ONE, LETTERS, "integer", {"s": ["b", "c", None]}, [2, 9, None]),
    ('defaultValue="9" mapMissingTo="0"', ONE, LETTERS, "double", {"s": ["b", "c", None]}, [2.0, 9.0, 0.0]),
    ("", BOTH, PAIRS, "string", {"s": ["a", "a", "b", "b"], "i": [1, 2, 2, 3]}, ["a1", "a2", "b2", "b3"]),
    ("", BOTH, PAIRS, "string", {"s": ["a", "b", "c", "d"], "i": [3, 1, 1, 1]}, [None, None, None, None]),
    (
        'mapMissingTo="none" defaultValue="other"',
        BOTH,
        PAIRS,
        "string",
        {"s": ["a", None, "d"], "i": [None, 1, 1]},
        ["none", "none", "other"],
    ),
    ("", ONE, table_of({"in": "a", "out": "1"}, prefix="data:"), "double", {"s": ["a"]}, [1.0]),
    ('defaultValue="x"', ONE, table_of(), "string", {"s": ["a", None]}, ["x", None]),
    (
        "",
        '<FieldColumnPair field="b" column="in"/>',
        table_of({"in": "true", "out": "yes"}, {"in": "0", "out": "no"}),
        "string",
        {"b": [True, False, None]},
        ["yes", "no", None],
    ),
]


@pytest.mark.parametrize(("attributes", "pairs", "table", "data_type", "columns", "expected"), MAP_VALUES)
def test_map_values(attributes, pairs, table, data_type, columns, expected):
    markup = f'<MapValues outputColumn="out" {attributes}>{pairs}{table}</MapValues>'
    assert derive(markup, data_type, **columns) == expected


def test_an_answer_of_another_type_fails_the_rows_that_it_answers():
    pair = '<FieldColumnPair field="s" column="in"/>'
    table = table_of({"in": "a", "out": "1"}, {"in": "b", "out": "two"})
    markup = f'<MapValues outputColumn="out" dataType="integer" defaultValue="7">{pair}{table}</MapValues>'
    assert derive(markup, "integer", on_error="null", s=["a", "b", "c", None]) == [1, None, 7, None]
    with pytest.raises(ScoringError, match=r"an answer of MapValues is no integer \(value 'two'\)"):
        derive(markup, "integer", s=["a", "b"])


TEXTS = [
    "Testing the app for a few days convinced me the interfaces are excellent!",
    "The app, the app: THE APP.",
    "",
    None,
]
X, N = '<FieldRef field="x"/>', '<FieldRef field="i"/>'
POSITIVE = f'<Apply function="greaterThan">{X}<Constant>0</Constant></Apply>'
TREATED = [
    pytest.param("+", 'mapMissingTo="9" defaultValue="8"', X + N, [3.0, 9.0, 9.0, 1.0], id="mapMissingTo-first"),
    pytest.param("+", 'defaultValue="8"', X + N, [3.0, 8.0, 8.0, 1.0], id="defaultValue"),
    pytest.param("+", 'mapMissingTo="0.5"', N + N, [4.0, 4.0, 0.5, 4.0], id="fraction-for-integers"),
    pytest.param("-", 'defaultValue="0.5"', N + N, [0.0, 0.0, 0.5, 0.0], id="fraction-as-integers-default"),
    pytest.param("if", 'mapMissingTo="9"', POSITIVE + N + X, [2.0, 9.0, 9.0, -1.0], id="if-what-is-chosen"),
    pytest.param("if", 'mapMissingTo="9" defaultValue="8"', POSITIVE + N, [2.0, 9.0, 9.0, 8.0], id="if-nothing-chosen"),
    pytest.param("if", 'defaultValue="8"', POSITIVE + N, [2.0, 8.0, 8.0, 8.0], id="if-defaultValue"),
]


@pytest.mark.parametrize(("function", "attributes", "arguments", "expected"), TREATED)
def test_missing_arguments_and_results(function, attributes, arguments, expected):
    """Rows: both there; x missing; n missing; both there, x below 0."""
    markup = f'<Apply function="{function}" {attributes}>{arguments}</Apply>'
    assert derive(markup, x=[1.0, None, 1.0, -1.0], i=[2, 2, None, 2]) == expected


TERMS = [
    ("", "the app", [1.0, 3.0, 0.0, None]),
    ("", "app", [1.0, 3.0, 0.0, None]),
    ('isCaseSensitive="true"', "the", [2.0, 1.0, 0.0, None]),
    ('localTermWeights="binary"', "app", [1.0, 1.0, 0.0, None]),
    ('localTermWeights="logarithmic"', "app", [math.log10(2), math.log10(4), 0.0, None]),
    ('localTermWeights="augmentedNormalizedTermFrequency"', "app", [0.75, 1.0, 0.0, None]),
    ('maxLevenshteinDistance="1"', "tha app", [1.0, 3.0, 0.0, None]),
    ('maxLevenshteinDistance="1"', "tha", [2.0, 3.0, 0.0, None]),
    ('maxLevenshteinDistance="2" countHits="bestHits"', "a", [1.0, 3.0, 0.0, None]),
    ('maxLevenshteinDistance="2" countHits="allHits"', "a", [4.0, 3.0, 0.0, None]),
    (r'wordSeparatorCharacterRE="[\s,:]+"', "the app the", [0.0, 2.0, 0.0, None]),
    (r'x-wordRE="\b\w\w+\b"', "app for few", [1.0, 0.0, 0.0, None]),
    ('tokenize="false"', "ap", [1.0, 3.0, 0.0, None]),
    ('tokenize="false" isCaseSensitive="true"', "he app", [1.0, 2.0, 0.0, None]),
    ("", "...", [0.0, 0.0, 0.0, None]),
]


@pytest.mark.parametrize(("attributes", "term", "expected"), TERMS)
def test_text_index(attributes, term, expected):
    markup = f'<TextIndex textField="s" {attributes}><Constant>{term}</Constant></TextIndex>'
    assert derive(markup, s=TEXTS) == pytest.approx(expected)


SPECIFICATION = (
    '<TextIndexNormalization inField="string" outField="stem" regexField="regex">'
    + table_of(
        {"string": "interfaces?", "stem": "interface", "regex": "true"},
        {"string": r"\b(is|are|seem(ed|s?)|were)\b", "stem": "be", "regex": "true"},
        {"string": "user friendl(y|iness)", "stem": "user_friendly", "regex": "true"},
    )
    + '</TextIndexNormalization><TextIndexNormalization inField="re" outField="feature" regexField="regex">'
    + table_of({"re": "interface be (user_friendly|well designed|excellent)", "feature": "ui_good", "regex": "true"})
    + "</TextIndexNormalization>"
)
WORDS = "<TextIndexNormalization>" + table_of({"string": "is", "stem": "be"}) + "</TextIndexNormalization>"
NEAR = WORDS.replace("<TextIndexNormalization", '<TextIndexNormalization maxLevenshteinDistance="1"')
PARTS = WORDS.replace("<TextIndexNormalization", '<TextIndexNormalization tokenize="false"')
AGAIN = (
    '<TextIndexNormalization recursive="true">'
    + table_of({"string": "aa", "stem": "a", "regex": "true"})
    + "</TextIndexNormalization>"
)
NORMALIZED = [
    (SPECIFICATION, "ui_good", TEXTS[0], 1.0),
    (WORDS, "be", "This is it. Is it?", 2.0),
    (NEAR, "be", "Thus its it is", 3.0),
    (PARTS, "thbe", "This is", 1.0),
    (AGAIN, "a", "aaaaaaaa", 1.0),
]


@pytest.mark.parametrize(("normalization", "term", "text", "expected"), NORMALIZED)
def test_text_index_normalization(normalization, term, text, expected):
    markup = f'<TextIndex textField="s">{normalization}<Constant>{term}</Constant></TextIndex>'
    assert derive(markup, s=[text, text]) == [expected, expected]


def test_text_that_never_comes_to_an_end():
    table = table_of({"string": "a", "stem": "aa", "regex": "true"})
    normalization = f'<TextIndexNormalization recursive="true">{table}</TextIndexNormalization>'.replace("aa", "ba")
    swap = normalization.replace("<row>", "<row><string>b</string><stem>a</stem><regex>true</regex></row><row>", 1)
    markup = f'<TextIndex textField="s">{swap}<Constant>b</Constant></TextIndex>'
    assert derive(markup, s=["a", "c"], on_error="null") == [None, 0.0]


def test_terms_share_one_split():
    """Calls of a function about the same text split it once."""
    function = """<DefineFunction name="tf" optype="continuous">
      <ParameterField name="document"/><ParameterField name="term"/>
      <TextIndex textField="document"><FieldRef field="term"/></TextIndex></DefineFunction>"""
    calls = "".join(f'<Apply function="tf"><FieldRef field="s"/><Constant>{word}</Constant></Apply>' for word in "abc")
    model = load(f'<Apply function="sum">{calls}</Apply>', functions=function)
    kinds = [type(step.operation).__name__ for step in model.program.steps]
    assert kinds.count("Split") == 1
    assert kinds.count("Weight") == 3
    assert derive(f'<Apply function="sum">{calls}</Apply>', functions=function, s=["a b b z", "z"]) == [3.0, 0.0]


def test_terms_from_a_field():
    markup = '<TextIndex textField="s"><FieldRef field="size"/></TextIndex>'
    sizes = ["small", "large", "medium", None]
    assert derive(markup, s=["small large large"] * 4, size=sizes) == [1.0, 2.0, 0.0, None]


LISTS = [[3.0, 1.0, 2.0, None], [], None, [None], [4.0]]
AGGREGATES = [
    ('field="many" function="count"', "many", LISTS, [3.0, 0.0, None, 0.0, 1.0]),
    ('field="many" function="sum"', "many", LISTS, [6.0, None, None, None, 4.0]),
    ('field="many" function="average" groupField="s"', "many", LISTS, [2.0, None, None, None, 4.0]),
    ('field="many" function="min"', "many", LISTS, [1.0, None, None, None, 4.0]),
    ('field="many" function="max"', "many", LISTS, [3.0, None, None, None, 4.0]),
    ('field="counts" function="sum"', "counts", [[1, 2], [-1], []], [3.0, None, None]),
]


@pytest.mark.parametrize(("attributes", "name", "values", "expected"), AGGREGATES)
def test_aggregate(attributes, name, values, expected):
    assert derive(f"<Aggregate {attributes}/>", on_error="null", **{name: values}) == expected


SERIES = [[1.0, 2.0, 4.0, 8.0], [5.0], [], None, [1.0, None, 3.0]]
LAGS = [
    ("", [4.0, None, None, None, None]),
    ('n="2"', [2.0, None, None, None, 1.0]),
    ('n="2" aggregate="sum"', [6.0, None, None, None, 1.0]),
    ('n="9" aggregate="avg"', [7 / 3, None, None, None, 1.0]),
    ('n="3" aggregate="median"', [2.0, None, None, None, 1.0]),
    ('n="3" aggregate="product"', [8.0, None, None, None, 1.0]),
    ('n="3" aggregate="min"', [1.0, None, None, None, 1.0]),
    ('n="2" aggregate="max"', [4.0, None, None, None, 1.0]),
    ('n="2" aggregate="stddev"', [math.sqrt(2), None, None, None, None]),
]


@pytest.mark.parametrize(("attributes", "expected"), LAGS)
def test_lag(attributes, expected):
    assert derive(f'<Lag field="many" {attributes}/>', many=SERIES) == pytest.approx(expected)


PRODUCT = """<DerivedField name="product" optype="continuous" dataType="double"><Apply function="*">
<FieldRef field="many"/><FieldRef field="counts"/></Apply></DerivedField>"""


def test_summaries_of_a_derived_field():
    """Each member is made of the members at its place; lists that differ in length make none."""
    many, counts = [[2.0, 3.0], [1.0, None, 4.0], [5.0], [], [1.0]], [[10, 1], [1, 2, 3], [1, 1], [], None]
    sums = derive('<Aggregate field="product" function="sum"/>', functions=PRODUCT, many=many, counts=counts)
    assert sums == [23.0, 13.0, None, None, None]
    lags = derive('<Lag field="product"/>', functions=PRODUCT, many=many, counts=counts)
    assert lags == [20.0, None, None, None, None]


def test_plain_columns_are_series_of_a_derived_field():
    """A table in memory has an order: the lag of product, and with it the value of what it is made of."""
    model = load('<Apply function="+"><Lag field="product"/><FieldRef field="many"/></Apply>', functions=PRODUCT)
    answer = model.predict(pd.DataFrame({"many": [1.0, 2.0, 3.0], "counts": [1, 10, 100]}))["result"]
    assert answer.tolist() == [pytest.approx(math.nan, nan_ok=True), 1.0 + 2.0, 20.0 + 3.0]


def test_a_member_is_treated_as_its_field_says():
    answer = derive(
        '<Aggregate field="product" function="sum"/>', functions=PRODUCT, on_error="null", many=[[1.0], [1.0]],
        counts=[[-1], [2]],
    )  # fmt: skip
    assert answer == [None, 2.0]


def test_a_summary_of_a_summary_is_a_finding():
    total = '<DerivedField name="total" optype="continuous" dataType="double"><Aggregate field="many" function="sum"/>'
    with pytest.raises(UnsupportedMarkupError, match="'total', which has one value"):
        load('<Aggregate field="total" function="sum"/>', functions=total + "</DerivedField>")


BLOCKS = [[1, 1, 2, 2], [1], [], None, [3, 3, 3]]
BLOCKED_LAGS = [
    ("", [4.0, None, None, None, None]),
    ('n="2"', [None, None, None, None, 1.0]),
    ('n="2" aggregate="sum"', [4.0, None, None, None, 1.0]),
    ('n="9" aggregate="avg"', [4.0, None, None, None, 1.0]),
]


@pytest.mark.parametrize(("attributes", "expected"), BLOCKED_LAGS)
def test_lag_does_not_look_beyond_its_block(attributes, expected):
    markup = f'<Lag field="many" {attributes}><BlockIndicator field="counts"/></Lag>'
    assert derive(markup, many=SERIES, counts=BLOCKS) == pytest.approx(expected)


def test_blocks_that_do_not_fit_the_series():
    markup = '<Lag field="many"><BlockIndicator field="counts"/></Lag>'
    assert derive(markup, on_error="null", many=[[1.0, 2.0], [3.0, 4.0]], counts=[[1], [1, 1]]) == [None, 3.0]


@pytest.mark.parametrize("values", [[[]], [None], [[1.0]], [[None]], [[1.0, 2.0]]])
def test_one_row_of_lists(values):
    there = values[0] is not None and len(values[0]) > 1
    assert derive('<Lag field="many"/>', many=values) == [1.0 if there else None]


WRONG = [
    ('<NormContinuous field="x"><LinearNorm orig="0" norm="1"/></NormContinuous>', "two or more LinearNorm"),
    (
        '<NormContinuous field="x"><LinearNorm orig="1" norm="1"/><LinearNorm orig="0" norm="1"/></NormContinuous>',
        "do not ascend",
    ),
    ('<NormDiscrete field="nothing" value="1"/>', "'nothing', which is not declared"),
    ('<NormDiscrete field="size" value="tiny" method="thermometer"/>', "no declared value"),
    (f'<Discretize field="x" dataType="integer">{TWO}</Discretize>', "answers 'low', which is no integer"),
    (f'<MapValues outputColumn="result">{ONE}{LETTERS}</MapValues>', "without the column 'result'"),
    (
        '<TextIndex textField="s" wordSeparatorCharacterRE="[a"><Constant>a</Constant></TextIndex>',
        "is not closed",
    ),
    (
        '<TextIndex textField="s" tokenize="false" maxLevenshteinDistance="1"><Constant>a</Constant></TextIndex>',
        "is about words",
    ),
    ('<Aggregate field="derived" function="sum"/>', "'derived', which is not declared"),
    ('<Aggregate field="absent" function="sum"/>', "'absent', which is not declared"),
    ('<Apply function="matches"><FieldRef field="s"/><Constant>[a&amp;&amp;b]</Constant></Apply>', "intersection"),
]


@pytest.mark.parametrize(("expression", "message"), WRONG)
def test_contradictions_are_found_when_loading(expression, message):
    with pytest.raises(ModelError, match=message.replace("'", ".")):
        load(expression)


UNSUPPORTED = [
    (
        '<MapValues outputColumn="out"><FieldColumnPair field="s" column="in"/><TableLocator/></MapValues>',
        "TableLocator",
    ),
    ('<Aggregate field="many" function="sum" sqlWhere="x > 1"/>', "sqlWhere"),
    ('<Lag field="many"><BlockIndicator field="counts" until="9"/></Lag>', "until"),
]


@pytest.mark.parametrize(("expression", "message"), UNSUPPORTED)
def test_unsupported_markup(expression, message):
    with pytest.raises(UnsupportedMarkupError, match=message):
        load(expression.replace(" > ", " &gt; "))


LIST_AND_VALUE = ['<FieldRef field="many"/>', '<Aggregate field="many" function="sum"/>']


@pytest.mark.parametrize("arguments", [LIST_AND_VALUE, LIST_AND_VALUE[::-1]], ids=["value first", "list first"])
def test_a_field_is_a_list_or_a_value(arguments):
    with pytest.raises(ModelError, match="as one value, or as a list of values"):
        load(f'<Apply function="+">{"".join(arguments)}</Apply>')


LAG_AND_VALUE = ['<FieldRef field="many"/>', '<Lag field="many" n="2"/>']


@pytest.mark.parametrize("sign", [1, -1], ids=["value first", "lag first"])
def test_the_value_of_a_series_is_its_last(sign):
    answer = derive(f'<Apply function="-">{"".join(LAG_AND_VALUE[::sign])}</Apply>', many=SERIES)
    assert answer == [sign * (8.0 - 2.0), None, None, None, sign * (3.0 - 1.0)]


TRAVELLING = [
    f'<NormContinuous field="x">{CURVE}</NormContinuous>',
    '<NormDiscrete field="s" value="a"/>',
    f'<Discretize field="x" dataType="double">{NUMBERED}</Discretize>',
    f'<MapValues outputColumn="out">{ONE}{LETTERS}</MapValues>',
    f'<TextIndex textField="s">{SPECIFICATION}<Constant>a</Constant></TextIndex>',
    '<Aggregate field="many" function="sum"/>',
    '<Lag field="many" n="2" aggregate="avg"/>',
]


@pytest.mark.parametrize("expression", TRAVELLING)
def test_a_program_survives_the_journey_to_a_worker(expression):
    program = load(expression).program
    columns = {"x": [1.5, None], "s": ["a", None], "many": [[1.0, 2.0], None]}
    arrays = [pa.array(columns[each.name], TYPES[each.name]) for each in program.inputs]
    travelled = pickle.loads(pickle.dumps(program))
    assert travelled.score(arrays, 2)[-1].equals(program.score(arrays, 2)[-1])
    assert len(travelled.score([each[:0] for each in arrays], 0)[-1]) == 0


COUNTS = [
    ("dateDaysSince[1970]", "date", [1, 3_000_000, -800_000], ["1970-01-02", None, None]),
    ("dateTimeSecondsSince[1970]", "dateTime", [90, 2**62, -(2**62)], ["1970-01-01T00:01:30", None, None]),
]


def named(data_type: str, name: str = "as") -> str:
    """A function that says of what type its argument is."""
    return f"""<DefineFunction name="{name}" optype="ordinal" dataType="{data_type}"><ParameterField name="value"/>
    <FieldRef field="value"/></DefineFunction>"""


@pytest.mark.parametrize(("count", "data_type", "counts", "expected"), COUNTS)
def test_a_count_beyond_the_calendar_fails_its_own_row_alone(count, data_type, counts, expected):
    functions = named(count, "count") + named(data_type, "moment")
    markup = '<Apply function="moment"><Apply function="count"><FieldRef field="i"/></Apply></Apply>'
    assert derive(markup, "string", functions, "null", i=counts) == expected


WITHOUT_MEANING = [
    *[(source, target) for source in "xfib" for target in ("date", "time", "dateTime")],
    *[("b", target) for target in ("dateDaysSince[1970]", "timeSeconds", "dateTimeSecondsSince[1970]")],
]


@pytest.mark.parametrize(("source", "target"), WITHOUT_MEANING)
def test_a_number_is_no_date(source, target):
    with pytest.raises(
        ModelError, match=f"derived field derived is of type .*, which cannot become a {re.escape(target)}"
    ):
        load(f'<FieldRef field="{source}"/>', target)


@pytest.mark.parametrize("source", ["date", "time", "dateTime"])
@pytest.mark.parametrize("target", ["integer", "double", "boolean"])
def test_a_date_is_no_number(source, target):
    with pytest.raises(ModelError, match=f"of type {source}, which cannot become a {target}"):
        load('<Apply function="as"><FieldRef field="s"/></Apply>', target, named(source))


MOMENT = "2020-01-02T00:00:05"
MOMENTS = [
    ("dateTime", MOMENT, "date", "2020-01-02"),
    ("dateTime", MOMENT, "time", "00:00:05"),
    ("dateTime", MOMENT, "dateDaysSince[2020]", "1"),
    ("dateTime", MOMENT, "dateTimeSecondsSince[2020]", "86405"),
    ("dateTime", MOMENT, "timeSeconds", "5"),
    ("date", "2020-01-02", "dateTime", "2020-01-02T00:00:00"),
    ("dateDaysSince[2020]", "2020-01-02", "dateDaysSince[2000]", "7306"),  # 20 years, of which 5 are leap years
    ("dateDaysSince[2020]", "2020-01-02", "date", "2020-01-02"),
    ("dateTimeSecondsSince[2020]", MOMENT, "dateTime", MOMENT),
    ("time", "00:01:05", "timeSeconds", "65"),
    ("timeSeconds", "65", "time", "00:01:05"),
]


@pytest.mark.parametrize(("source", "text", "target", "expected"), MOMENTS)
def test_moments_are_the_same_moment_as_another_type(source, text, target, expected):
    markup = '<Apply function="to"><Apply function="as"><FieldRef field="s"/></Apply></Apply>'
    assert derive(markup, "string", named(source) + named(target, "to"), s=[text, None]) == [expected, None]


@pytest.mark.parametrize("source", ["time", "timeSeconds"])
def test_a_time_of_day_is_no_moment(source):
    with pytest.raises(ModelError, match=f"of type {source}, which cannot become a dateTime"):
        load('<Apply function="as"><FieldRef field="s"/></Apply>', "dateTime", named(source))


def test_counts_are_numbers():
    markup = '<Apply function="count"><FieldRef field="i"/></Apply>'
    for count in ("dateDaysSince[1970]", "timeSeconds", "dateTimeSecondsSince[1970]"):
        assert derive(markup, "double", named(count, "count"), i=[18000, None]) == [18000.0, None]
