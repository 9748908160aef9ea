"""Properties of the built-in functions, and the same answers as Python's own arithmetic row by row."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparkpmml.runtime.builtin import builtins
from sparkpmml.runtime.column import Column, booleans, from_strings, integers, numbers

call = builtins()

truth = st.sampled_from([True, False, None])
whole = st.none() | st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-20, 20)
real = st.none() | st.floats(allow_nan=False, width=64) | st.integers(-20, 20).map(float)
word = st.none() | st.text("abé1. ", max_size=3)


def rows(*values):
    return st.lists(st.tuples(*values), min_size=1, max_size=20)


def truths(values) -> Column:
    return booleans([bool(value) for value in values], np.array([value is None for value in values]))


def wholes(values) -> Column:
    return integers([value or 0 for value in values], np.array([value is None for value in values]))


def reals(values) -> Column:
    return numbers([math.nan if value is None else value for value in values])


def python_values(result: Column) -> list:
    values = np.broadcast_to(result.values, len(result)).tolist()
    return [None if missing else value for value, missing in zip(values, result.is_missing(), strict=True)]


def kleene_and(values):
    if False in values:
        return False
    return None if None in values else True


def kleene_or(values):
    if True in values:
        return True
    return None if None in values else False


@pytest.mark.parametrize(("name", "oracle"), [("and", kleene_and), ("or", kleene_or)])
@settings(deadline=None, max_examples=50)
@given(table=rows(truth, truth, truth))
def test_kleene(name, oracle, table):
    columns = [truths(values) for values in zip(*table, strict=True)]
    assert python_values(call[name](*columns)) == [oracle(row) for row in table]


@settings(deadline=None, max_examples=50)
@given(table=rows(truth, truth))
def test_de_morgan(table):
    a, b = (truths(values) for values in zip(*table, strict=True))
    left = call["not"](call["and"](a, b))
    right = call["or"](call["not"](a), call["not"](b))
    assert python_values(left) == python_values(right)
    assert python_values(call["not"](call["not"](a))) == python_values(a)


COMPARISONS = {
    "equal": operator.eq,
    "notEqual": operator.ne,
    "lessThan": operator.lt,
    "lessOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterOrEqual": operator.ge,
}
KINDS = [("integers", whole, wholes), ("doubles", real, reals), ("strings", word, from_strings)]


@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize(("value", "make"), [kind[1:] for kind in KINDS], ids=[kind[0] for kind in KINDS])
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_comparison(name, value, make, data):
    table = data.draw(rows(value, value))
    first, second = (make(values) for values in zip(*table, strict=True))
    expected = [None if None in row else COMPARISONS[name](*row) for row in table]
    assert python_values(call[name](first, second)) == expected


@settings(deadline=None, max_examples=50)
@given(table=rows(whole, real))
def test_order_is_total(table):
    """Of less, equal and greater exactly one holds, also between an integer and a double."""
    first, second = (make(values) for make, values in zip((wholes, reals), zip(*table, strict=True), strict=True))
    answers = [python_values(call[name](first, second)) for name in ("lessThan", "equal", "greaterThan")]
    for row in zip(*answers, strict=True):
        assert row == (None, None, None) or sum(row) == 1


@settings(deadline=None, max_examples=50)
@given(table=rows(word, word, word))
def test_membership(table):
    columns = [from_strings(values) for values in zip(*table, strict=True)]
    expected = [row[0] in row[1:] for row in table]
    assert python_values(call["isIn"](*columns)) == expected
    assert python_values(call["isNotIn"](*columns)) == [not each for each in expected]


def quotient(a, b):
    """Java's: towards zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


INTEGERS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": quotient, "modulo": operator.mod}


@pytest.mark.parametrize("name", INTEGERS)
@settings(deadline=None, max_examples=50)
@given(table=rows(whole, whole))
def test_integers(name, table):
    """Exact, or marked: an integer is never silently another one."""
    first, second = (wholes(values) for values in zip(*table, strict=True))
    result = call[name](first, second)
    failed = np.zeros(len(table), dtype=bool) if result.failed is None else result.failed
    for row, got, marked in zip(table, python_values(result), failed, strict=True):
        if None in row:
            assert got is None
            assert not marked
        elif name in ("/", "modulo") and row[1] == 0:
            assert got is None
            assert marked
        elif -(2**63) <= (exact := INTEGERS[name](*row)) < 2**63:
            assert got == exact
        else:
            assert got is None
            assert marked


def python_quotient(a, b):
    try:
        return a / b
    except ZeroDivisionError:
        return math.nan if a == 0 else math.copysign(math.inf, a) * math.copysign(1, b)


DOUBLES = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": python_quotient}


@pytest.mark.parametrize("name", DOUBLES)
@settings(deadline=None, max_examples=50)
@given(table=rows(real, real))
def test_doubles(name, table):
    first, second = (reals(values) for values in zip(*table, strict=True))
    expected = [math.nan if None in row else DOUBLES[name](*row) for row in table]
    np.testing.assert_array_equal(call[name](first, second).values, expected)


AGGREGATES = {
    "min": min,
    "max": max,
    "sum": sum,
    "avg": lambda values: sum(values) / len(values),
    "median": lambda values: (sorted(values)[(len(values) - 1) // 2] + sorted(values)[len(values) // 2]) / 2,
    "product": math.prod,
}
small = st.none() | st.integers(-1000, 1000)


@pytest.mark.parametrize("name", AGGREGATES)
@pytest.mark.parametrize("make", [wholes, reals], ids=["integers", "doubles"])
@settings(deadline=None, max_examples=50)
@given(table=rows(small, small, small))
def test_aggregates(name, make, table):
    columns = [make(values) for values in zip(*table, strict=True)]
    there = [[value for value in row if value is not None] for row in table]
    expected = [AGGREGATES[name](values) if values else None for values in there]
    assert python_values(call[name](*columns)) == pytest.approx(expected)
