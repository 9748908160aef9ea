"""Cox's proportional hazards: the probability of surviving a time (specification: GeneralRegression, CoxRegression).

The prediction is the survival, as in the specification's example and the exports of R's coxph, whose output fields
take the cumulative hazard as -ln(prediction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import number_slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix
from sparkpmml.models.general_regression.nodes import BaseCumHazardTables, BaselineCell, GeneralRegressionModel
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.encode import Encoder


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A step function of time: the hazard of the last step not after it; 0 before the first, unknown after `end`."""

    times: NDArray[np.float64]
    hazards: NDArray[np.float64]
    end: float

    @classmethod
    def of(cls, cells: Sequence[BaselineCell], end: float | None) -> Baseline:
        """ValueError when the table is empty or does not say where it ends."""
        if not cells:
            raise ValueError("has no BaselineCell")
        if end is None:
            raise ValueError("lacks the attribute maxTime")
        ordered = sorted(cells, key=lambda cell: cell.time)
        hazards = np.array([0.0, *(cell.hazard for cell in ordered)])
        return cls(np.array([cell.time for cell in ordered]), hazards, end)

    def hazard(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n]: the cumulative hazard at each time; NaN where it is unknown."""
        hazards = self.hazards[np.searchsorted(self.times, times, side="right")]
        return np.where(times <= self.end, hazards, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """The operation: exp(-H0(t) exp(score - reference)) with the baseline of the row's stratum.

    Before the baseline's first step the survival is 1, whatever the predictors.
    """

    baselines: tuple[Baseline, ...]
    reference: float
    encoder: Encoder | None

    def __call__(self, scores: Matrix, times: Column, *strata: Column) -> Column:
        hazards = self._hazards(times.as_double(), *strata)
        with np.errstate(over="ignore", invalid="ignore"):
            risk = np.exp(scores[:, 0].astype(np.float64) - self.reference)
            survival = np.exp(-hazards * risk)
        return numbers(np.where(hazards == 0, 1.0, survival))

    def _hazards(self, times: NDArray[np.float64], *strata: Column) -> NDArray[np.float64]:
        if self.encoder is None:
            return self.baselines[0].hazard(times)
        codes, times = np.broadcast_arrays(self.encoder.encode(strata[0]), times)
        hazards = np.full(len(codes), np.nan)
        for code in np.unique(codes):
            if 0 <= code < self.encoder.size:
                rows = codes == code
                hazards[rows] = self.baselines[code].hazard(times[rows])
        return hazards


def lower_survival(node: GeneralRegressionModel, scores: Slot, scope: Scope) -> Slot:
    """The survival, from the linear predictor's matrix of one column."""
    if node.end_time_variable is None:
        raise ValueError('modelType "CoxRegression" needs the attribute endTimeVariable')
    if node.baseline is None:
        raise ValueError('modelType "CoxRegression" needs BaseCumHazardTables')
    time = scope.field(node.end_time_variable, node).slot
    slots = [scores, number_slot(time, scope, f"field {node.end_time_variable!r}")]
    encoder = None
    if node.strata_variable is not None:
        stratum = scope.field(node.strata_variable, node).slot
        encoder = Encoder.of([each.value for each in node.baseline.strata], stratum.data_type)
        slots.append(stratum)
    baselines = _baselines(node.baseline, encoder is not None, scope)
    return scope.builder.emit(Survival(baselines, _reference(node), encoder), *slots)


def _baselines(tables: BaseCumHazardTables, by_stratum: bool, scope: Scope) -> tuple[Baseline, ...]:
    baselines = []
    for table in tables.strata if by_stratum else (tables,):
        with scope.compilation.at(table):
            baselines.append(Baseline.of(table.cells, table.max_time))
    return tuple(baselines)


def _reference(node: GeneralRegressionModel) -> float:
    """The linear predictor of the row that the baseline is for."""
    references = {parameter.name: parameter.reference for parameter in node.parameter_list.parameters}
    return sum(cell.beta * references.get(cell.parameter, 0.0) for cell in node.parameter_matrix.cells)
