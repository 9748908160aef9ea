"""Inverse link functions on arrays (specification: Regression, GeneralRegression), in the precision of their input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sparkpmml.runtime.column import Array


def exp(values: Array) -> Array:
    """e to the power; single precision is rounded once, from the double result, as the trainers' libm does.

    numpy's own float32 loop is off by up to 2.5 units in the last place.
    """
    if values.dtype != np.float32:
        result: Array = np.exp(values)
        return result
    return np.exp(values.astype(np.float64)).astype(np.float32)


def _logit(values: Array) -> Array:
    powers = exp(-values)
    powers += 1
    return np.divide(1, powers, out=powers)


def _cloglog(values: Array) -> Array:
    result: Array = 1 - exp(-exp(values))
    return result


def _loglog(values: Array) -> Array:
    result: Array = exp(-exp(-values))
    return result


def _cauchit(values: Array) -> Array:
    result: Array = 0.5 + np.arctan(values) / values.dtype.type(np.pi)
    return result


def _probit(values: Array) -> Array:
    from sparkpmml.kernels.normal import distribution  # with numba, which the others do without

    flat = distribution(values.reshape(-1).astype(np.float64))
    return flat.reshape(values.shape).astype(values.dtype, copy=False)


INVERSE_LINKS: dict[str, Callable[[Array], Array]] = {
    "logit": _logit,
    "probit": _probit,
    "cloglog": _cloglog,
    "loglog": _loglog,
    "cauchit": _cauchit,
    "exp": exp,
}
"""By name as PMML spells it: the function from the linear predictor to the mean."""
