"""The standard error of a linear model's prediction, from the covariances of its estimates, and intervals by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix
from sparkpmml.kernels.student import student_quantile
from sparkpmml.models.confidence_interval import DEFAULT_PERCENT, Bound, deviations, interval_lookups
from sparkpmml.models.general_regression_design import Design, parameter_predictors
from sparkpmml.models.general_regression_nodes import GeneralRegressionModel, PCovMatrix
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
    predictors = parameter_predictors(node, category)
    for name, unit in zip(names, np.eye(len(names)), strict=True):
        design.add(predictors.get(name, ()), unit)
    return scope.builder.emit(StandardError(matrix), design.emit())


def interval_bounds(
    mean: Slot, error: Slot, freedom: float | None, builder: Builder
) -> dict[str, Callable[[OutputField], Slot]]:
    """The features confidenceIntervalLower and -Upper: by Student's t where the model says its degrees of freedom."""
    if freedom is None:
        return interval_lookups(mean, error, builder)

    def errors(output: OutputField) -> float:
        deviations(output)  # refuses what is no percentage
        percent = DEFAULT_PERCENT if output.value is None else float(output.value)
        return student_quantile(0.5 + percent / 200.0, freedom)

    return {
        "confidenceIntervalLower": lambda output: builder.emit(Bound(-errors(output)), mean, error),
        "confidenceIntervalUpper": lambda output: builder.emit(Bound(errors(output)), mean, error),
    }
