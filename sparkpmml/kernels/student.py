"""Quantiles of Student's t distribution. For a model's one number, not for columns: plain Python."""

from __future__ import annotations

import math

_STEPS = 200
_TINY = 1e-300


def student_quantile(probability: float, freedom: float) -> float:
    """The t value below which `probability` (0.5 to 1) of the distribution lies; to about 1 part in 10**10."""
    low, high = 0.0, 1.0
    while student_distribution(high, freedom) < probability:
        low, high = high, high * 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if student_distribution(middle, freedom) < probability else (low, middle)
    return high


def student_distribution(value: float, freedom: float) -> float:
    """The probability of less than a t value that is not negative."""
    return 1 - _incomplete_beta(value * value / freedom, freedom / 2) / 2


def _incomplete_beta(ratio: float, a: float) -> float:
    """The regularized incomplete beta function of 1 / (1 + ratio) with parameters a and 1/2.

    By its continued fraction, on the side where that converges fast.
    """
    x, rest = 1 / (1 + ratio), ratio / (1 + ratio)
    if rest == 0 or x == 0:
        return x
    factor = math.exp(_log_gamma_step(a) - a * math.log1p(ratio)) * math.sqrt(rest / math.pi)
    if x < (a + 1) / (a + 2.5):
        return factor * _fraction(x, a, 0.5) / a
    return 1 - factor * _fraction(rest, 0.5, a) / 0.5


def _log_gamma_step(a: float) -> float:
    """ln gamma(a + 1/2) - ln gamma(a); by its asymptotic series where the difference would lose digits."""
    if a < 50:
        return math.lgamma(a + 0.5) - math.lgamma(a)
    return 0.5 * math.log(a) - 1 / (8 * a) + 1 / (192 * a**3) - 1 / (640 * a**5)


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the continued fraction of the incomplete beta function (Abramowitz, Stegun 26.5.8)."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _STEPS * 10):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + factor * d or _TINY)
            c = 1 + factor / c or _TINY
            result *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return result
