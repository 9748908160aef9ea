"""Texts as codes: every text comes back to the letter, and is the number that Python reads in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkpmml.models.tree.values import NONE, TextCodes

WRITINGS = (
    repr,
    lambda value: f"{value:.17g}",
    lambda value: f"{value:.3f}",
    lambda value: f"{value:E}",
    "{:.0f}".format,
)
NUMBERS = st.builds(lambda write, value: write(value), st.sampled_from(WRITINGS), st.floats())
ODD = [
    "",
    "-0",
    "0",
    "-0.0",
    "0.0",
    "25",
    "25.0",
    "-25",
    "007",
    " 1",
    "1_0",
    ".5",
    "5.",
    "+5",
    "1e-05",
    "1E-5",
    "1.0E-5",
]
ODD += ["9.5E-4", "0.00095", "1.0E-300", "5e-324", "4503599627370496", "9007199254740992.0", "inf", "setosa", "true"]


@given(st.lists(NUMBERS | st.sampled_from(ODD) | st.text(max_size=5)))
def test_texts_come_back(texts):
    codes = TextCodes()
    one_by_one = np.array([codes.code(text) for text in texts], dtype=np.int64)
    assert codes.texts(one_by_one) == texts
    assert codes.codes(texts).tolist() == one_by_one.tolist()
    assert len(set(one_by_one.tolist())) == len(set(texts))


@given(st.lists(NUMBERS))
def test_numbers(texts):
    codes = TextCodes()
    found = codes.numbers(codes.codes(texts))
    expected = np.array(list(map(float, texts)))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


def test_no_text():
    codes = TextCodes()
    assert codes.texts(np.array([NONE])) == [None]
    assert np.isnan(codes.numbers(np.array([NONE]))).all()


def test_what_is_no_number():
    codes = TextCodes()
    with pytest.raises(ValueError, match="setosa"):
        codes.numbers(codes.codes(["1", "setosa"]))


@pytest.mark.parametrize("text", ["0.25", "-0.25", "25.0", "25", "2.5e-05", "2.5E-5", "4.5798497", "1.0E-4", "0"])
def test_numbers_need_no_list(text):
    assert not -(2**52) < TextCodes().code(text) < 0
