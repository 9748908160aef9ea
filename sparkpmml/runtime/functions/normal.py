"""The normal distribution: erf, normalCDF, normalPDF, normalIDF and their standard forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sparkpmml.kernels.normal import density, distribution, error_function, quantile
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.functions._numeric import fail, of_numbers


def _standard(operation: Callable[[Any], Any], argument: Column) -> Column:
    return numbers(operation(argument.as_double()))


def _spread(sigma: Column) -> tuple[Any, Any]:
    """(float64[n] sigma, bool[n] where it is no standard deviation)."""
    values = sigma.as_double()
    return values, values <= 0


@builtin("erf", 1)
@of_numbers()
def erf(argument: Column) -> Column:
    return _standard(error_function, argument)


@builtin("stdNormalCDF", 1)
@of_numbers()
def standard_distribution(argument: Column) -> Column:
    return _standard(distribution, argument)


@builtin("stdNormalPDF", 1)
@of_numbers()
def standard_density(argument: Column) -> Column:
    return _standard(density, argument)


@builtin("stdNormalIDF", 1)
@of_numbers()
def standard_quantile(argument: Column) -> Column:
    """The value with the given probability below it; -inf at 0, inf at 1, no result outside."""
    probability = argument.as_double()
    return fail(numbers(quantile(probability)), (probability < 0) | (probability > 1))


@builtin("normalCDF", 3)
@of_numbers()
def normal_distribution(argument: Column, mu: Column, sigma: Column) -> Column:
    """The probability of less than the argument, for mean mu and standard deviation sigma."""
    spread, bad = _spread(sigma)
    with np.errstate(all="ignore"):
        scaled = (argument.as_double() - mu.as_double()) / spread
    return fail(numbers(distribution(scaled)), bad)


@builtin("normalPDF", 3)
@of_numbers()
def normal_density(argument: Column, mu: Column, sigma: Column) -> Column:
    spread, bad = _spread(sigma)
    with np.errstate(all="ignore"):
        scaled = (argument.as_double() - mu.as_double()) / spread
        return fail(numbers(density(scaled) / spread), bad)


@builtin("normalIDF", 3)
@of_numbers()
def normal_quantile(argument: Column, mu: Column, sigma: Column) -> Column:
    spread, bad = _spread(sigma)
    probability = argument.as_double()
    with np.errstate(all="ignore"):
        values = mu.as_double() + spread * quantile(probability)
    return fail(numbers(values), bad | (probability < 0) | (probability > 1))
