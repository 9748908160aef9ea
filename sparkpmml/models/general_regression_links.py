"""The inverse links of generalized linear models (specification: GeneralRegression, linkFunction)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sparkpmml.runtime.column import Array
from sparkpmml.runtime.links import INVERSE_LINKS, exp

InverseLink = Callable[[Array], Array]


def inverse_link(name: str, link_parameter: float | None, distribution_parameter: float | None) -> InverseLink:
    """From the linear predictor to the mean; ValueError when the link lacks its parameter."""
    if name in _WITH_PARAMETER:
        attribute = "distParameter" if name == "negbin" else "linkParameter"
        parameter = distribution_parameter if name == "negbin" else link_parameter
        if parameter is None:
            raise ValueError(f'linkFunction "{name}" needs the attribute {attribute}')
        return _WITH_PARAMETER[name](parameter)
    return _WITHOUT_PARAMETER[name]


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


class _OddsPower(_Parametric):
    def __call__(self, values: Array) -> Array:
        if self.parameter == 0:
            return INVERSE_LINKS["logit"](values)
        kind = values.dtype.type
        result: Array = 1 / (1 + (1 + kind(self.parameter) * values) ** kind(-1 / self.parameter))
        return result


class _NegativeBinomial(_Parametric):
    def __call__(self, values: Array) -> Array:
        result: Array = 1 / (values.dtype.type(self.parameter) * (exp(-values) - 1))
        return result


def _identity(values: Array) -> Array:
    return values


def _logc(values: Array) -> Array:
    result: Array = 1 - exp(values)
    return result


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


def apply_link(link: InverseLink, values: Array) -> Array:
    """The means; NaN where a link has no value there."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return link(values)
