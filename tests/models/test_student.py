"""Student's t quantiles against closed forms and tabled values."""

from __future__ import annotations

import math

import pytest

from sparkpmml.kernels.student import student_distribution, student_quantile

QUANTILES = [  # probability, degrees of freedom, t
    (0.975, 1, math.tan(math.pi * 0.475)),  # the Cauchy distribution
    (0.95, 2, 2 * 0.45 * math.sqrt(2 / (4 * 0.95 * 0.05))),  # closed form for 2 degrees of freedom
    (0.975, 10, 2.228138851986274),  # by scipy.stats.t.ppf, as those below
    (0.995, 30, 2.7499956535672254),
    (0.9, 4.5, 1.5008853175085577),
    (0.975, 1e6, 1.959966356814107),
    (0.5, 3, 0.0),
]


@pytest.mark.parametrize(("probability", "freedom", "expected"), QUANTILES)
def test_quantile(probability, freedom, expected):
    assert student_quantile(probability, freedom) == pytest.approx(expected, rel=1e-10, abs=1e-15)


def test_distribution_is_its_inverse():
    for freedom in (1, 2.5, 7, 100):
        for value in (0.1, 1.0, 3.0):
            assert student_quantile(student_distribution(value, freedom), freedom) == pytest.approx(value, rel=1e-9)
