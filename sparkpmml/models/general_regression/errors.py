"""The standard error of a linear model's prediction, from the covariances of its estimates, and intervals by it.

Of a generalized linear model the error of the mean is that of the linear predictor times the link's slope, and an
interval's bounds are those of the linear predictor through the inverse link, which keeps them within its range, as
statsmodels has it; R's `se.fit` of a response is the same error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix
from sparkpmml.kernels.student import student_quantile
from sparkpmml.models.confidence_interval import DEFAULT_PERCENT, deviations
from sparkpmml.models.general_regression.design import Design, Predictors
from sparkpmml.models.general_regression.links import InverseLink, apply_link
from sparkpmml.models.general_regression.nodes import GeneralRegressionModel, PCovMatrix
from sparkpmml.pmml.output import OutputField
from sparkpmml.runtime.column import Column, numbers


@dataclass(frozen=True, slots=True, eq=False)
class StandardError:
    """The operation: sqrt(x' C x) of each row x of a design; `covariances` is C, float64[k, k]."""

    covariances: NDArray[np.float64]

    def __call__(self, design: Matrix) -> Column:
        variances = ((design @ self.covariances) * design).sum(axis=1)
        return numbers(np.sqrt(np.maximum(variances, 0.0)))


def standard_error(node: GeneralRegressionModel, covariances: PCovMatrix, scope: Scope, category: str | None) -> Slot:
    """The standard error of the linear predictor as a double column."""
    names = list(dict.fromkeys(cell.parameter for cell in node.parameter_matrix.cells))
    index = {name: position for position, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    for cell in covariances.cells:
        if cell.row in index and cell.column in index:
            matrix[index[cell.row], index[cell.column]] = cell.value
            matrix[index[cell.column], index[cell.row]] = cell.value
    design = Design(node, scope, len(names))
    predictors = Predictors(node).of(category)
    for name, unit in zip(names, np.eye(len(names)), strict=True):
        design.add(predictors.get(name, ()), unit)
    return scope.builder.emit(StandardError(matrix), design.emit())


@dataclass(frozen=True, slots=True)
class MeanError:
    """The operation: the standard error of a mean, from the linear predictor's by the link's slope (delta method)."""

    slope: InverseLink

    def __call__(self, linear: Column, error: Column) -> Column:
        return numbers(np.abs(apply_link(self.slope, linear.as_double())) * error.as_double())


@dataclass(frozen=True, slots=True)
class MeanBound:
    """The operation: a mean's bound, which is the mean at one of the bounds of the linear predictor.

    `deviations` are standard errors of it, negative for the lower bound. Missing where the link has no value there.
    """

    link: InverseLink
    deviations: float

    def __call__(self, linear: Column, error: Column) -> Column:
        eta, reach = linear.as_double(), self.deviations * error.as_double()
        ends = apply_link(self.link, eta - reach), apply_link(self.link, eta + reach)
        return numbers(np.minimum(*ends) if self.deviations < 0 else np.maximum(*ends))


def interval_bounds(bound: Callable[[float], Slot], freedom: float | None) -> dict[str, Callable[[OutputField], Slot]]:
    """The features confidenceIntervalLower and -Upper, of the bound so many standard errors away from a prediction.

    By Student's t where the model says its degrees of freedom.
    """

    def errors(output: OutputField) -> float:
        normal = deviations(output)  # refuses what is no percentage
        percent = DEFAULT_PERCENT if output.value is None else float(output.value)
        return normal if freedom is None else student_quantile(0.5 + percent / 200.0, freedom)

    return {
        "confidenceIntervalLower": lambda output: bound(-errors(output)),
        "confidenceIntervalUpper": lambda output: bound(errors(output)),
    }
