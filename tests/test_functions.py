"""Every built-in function: arguments, the result, its type."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtins
from sparkpmml.runtime.cast import cast, format_value
from sparkpmml.runtime.column import (
    Column,
    booleans,
    codes,
    empty_column,
    from_strings,
    integers,
    missing_column,
    numbers,
)

INF = math.inf
I, F, D, B, S = DataType.INTEGER, DataType.FLOAT, DataType.DOUBLE, DataType.BOOLEAN, DataType.STRING  # noqa: E741
DAY = datetime.date
FORMATTED = datetime.datetime(2004, 8, 5, 0, 0, 9).strftime("%I %l %k %T %y %U %W %V %u %w")
LONG = "Friday 20 Aug 2004 03:04:05 PM"
FAILS = object()
"""Expected where the value cannot be computed."""


class f32(float):
    """A value of PMML's type float."""


class Invalid(float):
    """A double outside its field's declared values."""


def missing(data_type: DataType) -> Column:
    return missing_column(data_type)


def column(value) -> Column:
    """A constant of the type that the Python value has."""
    if isinstance(value, Column):
        return value
    if isinstance(value, bool):
        return booleans([value])
    if isinstance(value, int):
        return integers([value])
    if isinstance(value, f32):
        return numbers([value], F)
    if isinstance(value, Invalid):
        return Column(D, np.array([float(value)]), invalid=np.array([True]))
    if isinstance(value, float):
        return numbers([value])
    if isinstance(value, str):
        return from_strings([value])
    kind = {datetime.datetime: DataType.DATE_TIME, datetime.date: DataType.DATE, datetime.time: DataType.TIME}
    return cast(from_strings([value.isoformat()]), kind[type(value)])


def value_of(result: Column):
    """The one value of a result, None where it is missing."""
    if result.is_missing()[0]:
        return FAILS if result.failed is not None and result.failed[0] else None
    if result.data_type is S:
        return result.strings()[0]
    return result.values[0].item()


# function, arguments, expected value, expected type
CASES = [
    ("+", [1, 2], 3, I),
    ("+", [1, 2.5], 3.5, D),
    ("+", [1, f32(0.1)], float(np.float32(1 + float(np.float32(0.1)))), F),
    ("+", [f32(0.1), f32(0.2)], float(np.float32(0.1) + np.float32(0.2)), F),
    ("+", [f32(0.5), 0.1], 0.6, D),
    ("+", [True, 1], 2, I),
    ("+", [2**62, 2**62], FAILS, I),
    ("+", [2**61, 2**61], 2**62, I),
    ("+", [missing(I), 1], None, I),
    ("-", [2.5, 4], -1.5, D),
    ("-", [1, 3], -2, I),
    ("-", [-(2**62), 2**62 + 1], FAILS, I),
    ("*", [3, -4], -12, I),
    ("*", [2**40, 2**40], FAILS, I),
    ("*", [2**31, 2**31], 2**62, I),
    ("*", [0.5, missing(D)], None, D),
    ("*", [f32(3), 7], 21.0, F),
    ("/", [7, 2], 3, I),
    ("/", [-7, 2], -3, I),
    ("/", [7, -2], -3, I),
    ("/", [-8, 2], -4, I),
    ("/", [7, 0], FAILS, I),
    ("/", [missing(I), 0], None, I),
    ("/", [7.0, 2], 3.5, D),
    ("/", [f32(1), 3], float(np.float32(1 / 3)), F),
    ("/", [1.0, 0.0], INF, D),
    ("/", [-1, 0.0], -INF, D),
    ("/", [0.0, 0.0], None, D),
    ("modulo", [7, 3], 1, I),
    ("modulo", [-7, 3], 2, I),
    ("modulo", [7, -3], -2, I),
    ("modulo", [-7, -3], -1, I),
    ("modulo", [7, 0], FAILS, I),
    ("modulo", [-7.5, 2], 0.5, D),
    ("modulo", [7.5, -2], -0.5, D),
    ("modulo", [1.5, 0.0], None, D),
    ("%", [11, 4], 3, I),
    ("min", [2.5, 4, 1.5], 1.5, D),
    ("min", [3, missing(I), 2], 2, I),
    ("min", [missing(I), missing(I)], None, I),
    ("min", [f32(0.1), 1], float(np.float32(0.1)), F),
    ("max", [2.5, 4, 1.5], 4.0, D),
    ("max", [missing(D), 4.0], 4.0, D),
    ("max", [-3, -2], -2, I),
    ("sum", [1, 2, 3], 6, I),
    ("sum", [1.5, missing(D), 2], 3.5, D),
    ("sum", [missing(D), missing(D)], None, D),
    ("sum", [2**62, 2**62], FAILS, I),
    ("sum", [f32(0.1), f32(0.2)], float(np.float32(float(np.float32(0.1)) + float(np.float32(0.2)))), F),
    ("avg", [1, 2], 1.5, D),
    ("avg", [2.5, 4, missing(D)], 3.25, D),
    ("avg", [f32(1), f32(2)], 1.5, F),
    ("avg", [missing(I)], None, D),
    ("median", [3, 1, 2], 2.0, D),
    ("median", [4.0, 1.0, 3.0, 2.0], 2.5, D),
    ("median", [4.0, missing(D), 3.0], 3.5, D),
    ("median", [missing(D)], None, D),
    ("product", [2, 3, missing(I)], 6, I),
    ("product", [2.5, 4], 10.0, D),
    ("product", [missing(D)], None, D),
    ("log10", [1000], 3.0, D),
    ("log10", [0.0], -INF, D),
    ("ln", [math.e], 1.0, D),
    ("ln", [-1.0], None, D),
    ("ln", [missing(D)], None, D),
    ("sqrt", [4], 2.0, D),
    ("sqrt", [-1], None, D),
    ("abs", [-3], 3, I),
    ("abs", [-2.5], 2.5, D),
    ("abs", [f32(-0.5)], 0.5, F),
    ("exp", [1], math.e, D),
    ("exp", [f32(0.5)], math.exp(0.5), D),
    ("pow", [2.0, 3], 8.0, D),
    ("pow", [2, 3], 8, I),
    ("pow", [2, -1], FAILS, I),
    ("pow", [0, 0], 1, I),
    ("pow", [1.0, missing(D)], None, D),
    ("pow", [-1.0, 0.5], None, D),
    ("threshold", [3, 2], 1, I),
    ("threshold", [2.0, 2], 0.0, D),
    ("threshold", [missing(D), 2], None, D),
    ("floor", [2.7], 2, I),
    ("floor", [-2.1], -3, I),
    ("floor", [INF], FAILS, I),
    ("floor", [missing(D)], None, I),
    ("ceil", [2.1], 3, I),
    ("ceil", [f32(-2.7)], -2, I),
    ("round", [2.5], 3, I),
    ("round", [-2.5], -2, I),
    ("round", [0.49999999999999994], 0, I),
    ("round", [7], 7, I),
    ("rint", [2.5], 2.0, D),
    ("rint", [3.5], 4.0, D),
    ("rint", [f32(0.7)], 1.0, F),
    ("rint", [3], 3, I),
    ("sin", [0.5], math.sin(0.5), D),
    ("asin", [0.5], math.asin(0.5), D),
    ("asin", [2.0], None, D),
    ("sinh", [0.5], math.sinh(0.5), D),
    ("cos", [0.5], math.cos(0.5), D),
    ("acos", [0.5], math.acos(0.5), D),
    ("cosh", [0.5], math.cosh(0.5), D),
    ("tan", [0.5], math.tan(0.5), D),
    ("atan", [1], math.pi / 4, D),
    ("atan2", [1.0, -1.0], 3 * math.pi / 4, D),
    ("tanh", [0.5], math.tanh(0.5), D),
    ("expm1", [1e-10], math.expm1(1e-10), D),
    ("ln1p", [1e-10], math.log1p(1e-10), D),
    ("ln1p", [-2.0], None, D),
    ("hypot", [3, 4], 5.0, D),
    ("erf", [0.5], math.erf(0.5), D),
    ("erf", [missing(D)], None, D),
    ("normalCDF", [1.0, 1, 2], 0.5, D),
    ("normalCDF", [1.0, 1, 0], FAILS, D),
    ("normalPDF", [3.0, 1, 2], math.exp(-0.5) / math.sqrt(2 * math.pi) / 2, D),
    ("normalIDF", [0.5, 1, 2], 1.0, D),
    ("normalIDF", [0.5, 1, -2], FAILS, D),
    ("normalIDF", [missing(D), 1, -2], None, D),
    ("stdNormalCDF", [-10.0], 7.619853024160527e-24, D),
    ("stdNormalCDF", [10.0], 1.0, D),
    ("stdNormalPDF", [0], 1 / math.sqrt(2 * math.pi), D),
    ("stdNormalIDF", [0.975], 1.959963984540054, D),
    ("stdNormalIDF", [1e-300], -37.0470962993612, D),
    ("stdNormalIDF", [0.0], -INF, D),
    ("stdNormalIDF", [1], INF, D),
    ("stdNormalIDF", [1.5], FAILS, D),
    ("isMissing", [missing(S)], True, B),
    ("isMissing", [1.0], False, B),
    ("isNotMissing", [missing(I)], False, B),
    ("isNotMissing", ["a"], True, B),
    ("isValid", [1.0], True, B),
    ("isValid", [Invalid(1.0)], False, B),
    ("isValid", [missing(D)], False, B),
    ("isNotValid", [Invalid(1.0)], True, B),
    ("isNotValid", [missing(D)], True, B),
    ("isNotValid", [2], False, B),
    ("equal", [1, 1.0], True, B),
    ("equal", ["a", "a"], True, B),
    ("equal", ["a", "b"], False, B),
    ("equal", ["1", 1], True, B),
    ("equal", ["1.5", 1], False, B),
    ("equal", ["x", 1], False, B),
    ("equal", [0.1, f32(0.1)], False, B),
    ("equal", ["0.1", f32(0.1)], True, B),
    ("equal", [True, "true"], True, B),
    ("equal", [True, 1], True, B),
    ("equal", [DAY(2020, 1, 2), "2020-01-02"], True, B),
    ("equal", [DAY(2020, 1, 2), datetime.datetime(2020, 1, 2)], True, B),
    ("equal", [missing(S), "a"], None, B),
    ("equal", [missing(D), missing(D)], None, B),
    ("notEqual", ["x", 1], True, B),
    ("notEqual", [2, 2.0], False, B),
    ("notEqual", [missing(D), 1], None, B),
    ("lessThan", [1, 1.5], True, B),
    ("lessThan", ["apple", "banana"], True, B),
    ("lessThan", ["10", "9"], True, B),
    ("lessThan", ["10", 9], False, B),
    ("lessThan", ["x", 9], FAILS, B),
    ("lessThan", ["x", missing(D)], None, B),
    ("lessThan", [1, missing(D)], None, B),
    ("lessThan", [datetime.time(9), datetime.time(10)], True, B),
    ("lessOrEqual", [2, 2], True, B),
    ("greaterThan", [2.0, 2], False, B),
    ("greaterThan", [DAY(2020, 1, 2), datetime.datetime(2020, 1, 1, 23)], True, B),
    ("greaterOrEqual", ["b", "a"], True, B),
    ("isIn", ["b", "a", "b"], True, B),
    ("isIn", ["c", "a", "b"], False, B),
    ("isIn", [2, 1, 2.0], True, B),
    ("isIn", [2, "1", "2"], True, B),
    ("isIn", [2.0, missing(D), 3], False, B),
    ("isIn", [missing(S), "a"], False, B),
    ("isIn", [missing(S), "a", missing(S)], True, B),
    ("isNotIn", ["c", "a", "b"], True, B),
    ("isNotIn", [2, 1, 2], False, B),
    ("isNotIn", [missing(D), 1, 2], True, B),
    ("and", [True, True], True, B),
    ("and", [True, False, missing(B)], False, B),
    ("and", [True, missing(B)], None, B),
    ("and", [1, "true"], True, B),
    ("and", [1, "maybe"], FAILS, B),
    ("or", [False, False, True], True, B),
    ("or", [missing(B), True], True, B),
    ("or", [missing(B), False], None, B),
    ("not", [False], True, B),
    ("not", [missing(B)], None, B),
    ("uppercase", ["aBc9 ß"], "ABC9 SS", S),
    ("uppercase", [missing(S)], None, S),
    ("lowercase", ["aBc9"], "abc9", S),
    ("lowercase", [12], "12", S),
    ("stringLength", ["aBc9X"], 5, I),
    ("stringLength", [""], 0, I),
    ("stringLength", [missing(S)], None, I),
    ("substring", ["aBc9x", 2, 3], "Bc9", S),
    ("substring", ["aBc9x", 4, 9], "9x", S),
    ("substring", ["aBc9x", 7, 1], "", S),
    ("substring", ["aBc9x", 2.0, 3], "Bc9", S),
    ("substring", ["aBc9x", 0, 3], FAILS, S),
    ("substring", ["aBc9x", 1, -1], FAILS, S),
    ("substring", [missing(S), 1, 2], None, S),
    ("trimBlanks", [" aBc9x\t "], "aBc9x", S),
    ("concat", [2, "-", 2000], "2-2000", S),
    ("concat", ["a", missing(S), "b"], "ab", S),
    ("concat", [True, 1.5, DAY(2020, 1, 2)], "true1.52020-01-02", S),
    ("concat", [1.0, "/", 9999999.0, "/", 1e7, "/", -12345678.9], "1.0/9999999.0/1.0E7/-1.23456789E7", S),
    ("concat", [0.001, "/", 0.00099, "/", 1e-4, "/", -0.0], "0.001/9.9E-4/1.0E-4/-0.0", S),
    ("concat", [5e-324, "/", 1e23, "/", INF, "/", -INF], "4.9E-324/1.0E23/Infinity/-Infinity", S),
    ("concat", [f32(0.1), "/", f32(1234567), "/", f32(1e7), "/", f32(1e-45)], "0.1/1234567.0/1.0E7/1.4E-45", S),
    ("replace", ["BBBB", "B+", "c"], "c", S),
    ("replace", ["John Smith", r"(\w+) (\w+)", "$2, ${1}"], "Smith, John", S),
    ("replace", ["a.b", r"\.", r"\$"], "a$b", S),
    ("replace", ["ab", "(a)|(b)", "[$2]"], "[][b]", S),
    ("replace", ["ab", "(a)", "$12"], "a2b", S),
    ("replace", [missing(S), "a", "b"], None, S),
    ("matches", ["February", "ar?y"], True, B),
    ("matches", ["May", "ar?y"], True, B),
    ("matches", ["June", "ar?y"], False, B),
    ("matches", [7, "^7$"], True, B),
    ("matches", [missing(S), "a"], None, B),
    ("formatNumber", [2, "%3d"], "  2", S),
    ("formatNumber", [2.0, "%03d"], "002", S),
    ("formatNumber", [2.5, "%d"], FAILS, S),
    ("formatNumber", [2.345, "%.2f kg, 100%%"], "2.35 kg, 100%", S),
    ("formatNumber", [1234567, "%,d"], "1,234,567", S),
    ("formatNumber", [1234567.891, "%,.1f"], "1,234,567.9", S),
    ("formatNumber", [255, "%x %5.1e"], "ff 2.6e+02", S),
    ("formatNumber", [1.5, "%s"], "1.5", S),
    ("formatNumber", [missing(I), "%d"], None, S),
    ("formatDatetime", [DAY(2004, 8, 20), "%m/%d/%y"], "08/20/04", S),
    ("formatDatetime", [datetime.datetime(2004, 8, 20, 15, 4, 5), "%A %-d %b %Y %I:%M:%S %p"], LONG, S),
    ("formatDatetime", [missing(DataType.DATE), "%Y"], None, S),
    ("formatDatetime", [DAY(2004, 8, 5), "%-d %_d %e %^b %j"], "5  5  5 AUG 218", S),
    ("formatDatetime", [datetime.datetime(2004, 8, 5, 0, 0, 9), "%I %l %k %T %y %U %W %V %u %w"], FORMATTED, S),
    ("formatDatetime", [DAY(2004, 8, 20), "%q"], FAILS, S),
    ("formatDatetime", ["2004-08-20", "%d.%m.%Y %H"], "20.08.2004 00", S),
    ("formatDateTime", [DAY(2004, 8, 20), "%Y"], "2004", S),
    ("dateDaysSinceYear", [DAY(2003, 4, 1), 1960], 15796, I),
    ("dateDaysSinceYear", [DAY(1959, 12, 31), 1960], -1, I),
    ("dateDaysSinceYear", ["1960-01-03", 1960], 2, I),
    ("dateDaysSinceYear", ["soon", 1960], FAILS, I),
    ("dateDaysSinceYear", [missing(DataType.DATE), 1960], None, I),
    ("dateDaysSinceYear", [datetime.datetime(1960, 1, 1, 23), 1960], 0, I),
    ("dateSecondsSinceYear", [datetime.datetime(1960, 1, 3, 3, 30, 3), 1960], 185403, I),
    ("dateSecondsSinceYear", [DAY(1960, 1, 3), 1960], 172800, I),
    ("dateSecondsSinceYear", [DAY(1960, 1, 3), 12345], FAILS, I),
    (
        "dateSecondsSinceMidnight",
        [
            datetime.datetime(1960, 1, 3, 3, 30, 3),
        ],
        12603,
        I,
    ),
    ("dateSecondsSinceMidnight", [datetime.time(3, 30, 3)], 12603, I),
    ("dateSecondsSinceMidnight", [DAY(1960, 1, 3)], 0, I),
]


def show(value) -> str:
    if isinstance(value, Column):
        return f"missing {value.data_type}" if value.is_missing()[0] else format_value(value.values[0], value.data_type)
    return "fails" if value is FAILS else repr(value)


IDS = [f"{name}({', '.join(map(show, arguments))})={show(expected)}" for name, arguments, expected, _ in CASES]


@pytest.mark.parametrize(("name", "arguments", "expected", "data_type"), CASES, ids=IDS)
def test_value(name, arguments, expected, data_type):
    result = builtins()[name](*[column(argument) for argument in arguments])
    assert result.data_type is data_type
    got = value_of(result)
    if isinstance(expected, float) and isinstance(got, float):
        assert got == pytest.approx(expected, rel=2e-15)
    else:
        assert got == expected
        assert type(got) is type(expected)


@pytest.mark.parametrize(("name", "arguments", "expected", "data_type"), CASES, ids=IDS)
def test_batch(name, arguments, expected, data_type):
    """A batch of three rows, each argument in turn constant or not, and a batch without rows."""
    constants = [column(argument) for argument in arguments]
    spread = [Column_of_three(each) for each in constants]
    mixed = [[*constants[:i], spread[i], *constants[i + 1 :]] for i in range(len(constants))]
    for chosen in [spread, *mixed]:
        result = builtins()[name](*chosen)
        assert len(result) == 3
        for row in range(3):
            got, one = value_of(result.take(np.array([row]))), value_of(builtins()[name](*constants))
            assert got == one or got is one
    typed = [each if i else empty_column(each.data_type) for i, each in enumerate(constants)]
    result = builtins()[name](*typed)
    assert len(result) == 0
    assert result.data_type is data_type or constants[0].is_missing()[0]


def Column_of_three(one: Column) -> Column:
    rows = np.zeros(3, dtype=np.int64)
    masks = [None if mask is None else mask[rows] for mask in (one.missing, one.invalid)]
    return Column(one.data_type, one.values[rows], masks[0], one.dictionary, masks[1])


def test_every_function_has_a_case():
    assert {name for name, *_ in CASES} == set(builtins())


NO_NUMBERS = [
    ("+", ["a", 1], FAILS),
    ("+", ["a", missing(D)], None),
    ("sum", ["a", 1], FAILS),
    ("min", [missing(S), "", 1], FAILS),
    ("ln", ["1,5"], FAILS),
    ("round", ["a"], FAILS),
    ("normalPDF", [1.0, "a", 1.0], FAILS),
    ("formatNumber", ["a", "%d"], FAILS),
    ("formatNumber", ["1e999", "%d"], FAILS),
    ("substring", ["text", "a", 1], FAILS),
    ("substring", ["text", 1.5, 1], FAILS),
    ("dateDaysSinceYear", [DAY(2020, 1, 1), "a"], FAILS),
]


@pytest.mark.parametrize(
    ("name", "arguments", "expected"), NO_NUMBERS, ids=[f"{name}{show(a[0])}" for name, a, _ in NO_NUMBERS]
)
def test_a_text_that_spells_no_number(name, arguments, expected):
    assert value_of(builtins()[name](*[column(argument) for argument in arguments])) is expected


SPELLED = [
    (name, [repr(value) for value in arguments], expected, data_type)
    for name, arguments, expected, data_type in CASES
    if arguments and all(type(value) is float for value in arguments)
    and name not in {"concat", "equal", "isIn", "isMissing", "isNotIn", "isNotMissing", "isNotValid", "isValid",
                     "lessThan", "lowercase", "notEqual", "stringLength", "uppercase"}
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "arguments", "expected", "data_type"), SPELLED, ids=[f"{name}{a}" for name, a, *_ in SPELLED]
)
def test_a_text_is_the_double_that_it_spells(name, arguments, expected, data_type):
    test_value(name, arguments, expected, data_type)


WRONG_TYPES = [
    ("+", [DAY(2020, 1, 1), 1]),
    ("floor", [DAY(2020, 1, 1)]),
    ("equal", [DAY(2020, 1, 1), 1]),
    ("lessThan", [DAY(2020, 1, 1), datetime.time(1)]),
    ("formatNumber", [DAY(2020, 1, 1), "%d"]),
    ("formatDatetime", [1, "%Y"]),
    ("dateDaysSinceYear", [1, 1960]),
]


@pytest.mark.parametrize(("name", "arguments"), WRONG_TYPES, ids=[f"{name}({show(a[0])})" for name, a in WRONG_TYPES])
def test_wrong_type(name, arguments):
    """Found without rows, that is, when the model is compiled."""
    with pytest.raises(TypeError):
        builtins()[name](*[empty_column(column(argument).data_type) for argument in arguments])


@pytest.mark.parametrize(("name", "rest", "data_type"), [("+", [1.5], D), ("equal", [1], B), ("sum", [1.5], D)])
def test_missing_constant_fits_any_type(name, rest, data_type):
    result = builtins()[name](missing(S), *[column(value) for value in rest])
    assert result.data_type is data_type


def test_repeated_dictionary_entries():
    """A dictionary may hold an entry twice, or entries that no row has."""
    twice = codes(np.array([0, 1, 2, -1]), ["a", "b", "a", "unused"])
    assert builtins()["equal"](twice, from_strings(["a"])).values[:3].tolist() == [True, False, True]
    assert builtins()["uppercase"](twice).strings().tolist() == ["A", "B", "A", None]
    large = codes(np.array([3]), ["a", "b", "c", "d"])
    assert builtins()["concat"](large, from_strings(["x"])).strings().tolist() == ["dx"]


def test_normal_quantile_inverts_the_distribution():
    probability = np.concatenate([10.0 ** -np.arange(1, 300, 7), np.linspace(0.001, 0.999, 97)])
    value = builtins()["stdNormalIDF"](numbers(probability))
    back = builtins()["stdNormalCDF"](value).values
    assert np.allclose(back, probability, rtol=1e-12, atol=0)
    middle = probability > 0.01
    assert np.allclose(back[middle], probability[middle], rtol=1e-15 * 4, atol=0)
