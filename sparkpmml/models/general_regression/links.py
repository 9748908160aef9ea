"""The inverse links of generalized linear models (specification: GeneralRegression, linkFunction)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sparkpmml.runtime.column import Array
from sparkpmml.runtime.links import INVERSE_LINKS, exp

InverseLink = Callable[[Array], Array]


def inverse_link(name: str, link_parameter: float | None, distribution_parameter: float | None) -> InverseLink:
    """From the linear predictor to the mean; ValueError when the link lacks its parameter."""
    if name not in _WITH_PARAMETER:
        return _WITHOUT_PARAMETER[name]
    return _WITH_PARAMETER[name](_parameter(name, link_parameter, distribution_parameter))


def slope(name: str, link_parameter: float | None, distribution_parameter: float | None) -> InverseLink:
    """From the linear predictor to how steeply the mean changes with it there, up to the sign."""
    if name not in _SLOPES_WITH_PARAMETER:
        return _SLOPES[name]
    return _SLOPES_WITH_PARAMETER[name](_parameter(name, link_parameter, distribution_parameter))


def _parameter(name: str, of_link: float | None, of_distribution: float | None) -> float:
    parameter = of_distribution if name == "negbin" else of_link
    if parameter is None:
        attribute = "distParameter" if name == "negbin" else "linkParameter"
        raise ValueError(f'linkFunction "{name}" needs the attribute {attribute}')
    return parameter


class _Parametric:
    """A link with a parameter; picklable, unlike a closure."""

    __slots__ = ("parameter",)

    def __init__(self, parameter: float) -> None:
        self.parameter = parameter


class _Power(_Parametric):
    def __call__(self, values: Array) -> Array:
        if self.parameter == 0:
            return exp(values)
        result: Array = values ** values.dtype.type(1 / self.parameter)
        return result


class _PowerSlope(_Parametric):
    def __call__(self, values: Array) -> Array:
        if self.parameter == 0:
            return exp(values)
        result: Array = values ** (1 / self.parameter - 1) / self.parameter
        return result


class _OddsPower(_Parametric):
    def __call__(self, values: Array) -> Array:
        if self.parameter == 0:
            return INVERSE_LINKS["logit"](values)
        kind = values.dtype.type
        result: Array = 1 / (1 + (1 + kind(self.parameter) * values) ** kind(-1 / self.parameter))
        return result


class _OddsPowerSlope(_Parametric):
    def __call__(self, values: Array) -> Array:
        if self.parameter == 0:
            return _logit_slope(values)
        mean = _OddsPower(self.parameter)(values)
        result: Array = mean**2 * (1 + self.parameter * values) ** (-1 / self.parameter - 1)
        return result


class _NegativeBinomial(_Parametric):
    def __call__(self, values: Array) -> Array:
        result: Array = 1 / (values.dtype.type(self.parameter) * (exp(-values) - 1))
        return result


class _NegativeBinomialSlope(_Parametric):
    def __call__(self, values: Array) -> Array:
        mean = _NegativeBinomial(self.parameter)(values)
        result: Array = self.parameter * mean**2 * exp(-values)
        return result


def _identity(values: Array) -> Array:
    return values


def _logc(values: Array) -> Array:
    result: Array = 1 - exp(values)
    return result


def _logit_slope(values: Array) -> Array:
    mean = INVERSE_LINKS["logit"](values)
    result: Array = mean * (1 - mean)
    return result


def _probit_slope(values: Array) -> Array:
    result: Array = exp(-(values**2) / 2) / math.sqrt(2 * math.pi)
    return result


def _cloglog_slope(values: Array) -> Array:
    return exp(values - exp(values))


def _loglog_slope(values: Array) -> Array:
    return exp(-values - exp(-values))


_WITH_PARAMETER: dict[str, Callable[[float], InverseLink]] = {
    "power": _Power,
    "oddspower": _OddsPower,
    "negbin": _NegativeBinomial,
}

_WITHOUT_PARAMETER: dict[str, InverseLink] = {
    "identity": _identity,
    "log": exp,
    "logc": _logc,
    **{name: INVERSE_LINKS[name] for name in ("cloglog", "logit", "loglog", "probit")},
}

_SLOPES_WITH_PARAMETER: dict[str, Callable[[float], InverseLink]] = {
    "power": _PowerSlope,
    "oddspower": _OddsPowerSlope,
    "negbin": _NegativeBinomialSlope,
}

_SLOPES: dict[str, InverseLink] = {
    "identity": np.ones_like,
    "log": exp,
    "logc": exp,
    "cloglog": _cloglog_slope,
    "logit": _logit_slope,
    "loglog": _loglog_slope,
    "probit": _probit_slope,
}


def apply_link(link: InverseLink, values: Array) -> Array:
    """The means; NaN where a link has no value there."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return link(values)
