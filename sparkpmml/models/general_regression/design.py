"""Parameters and their predictors as one linear function per target category.

A parameter's value in a row is a product over its predictors: of a covariate its power, of a factor 1 where it has the
cell's value, else 0, or what the factor's contrast matrix says. A parameter without predictors is 1, an intercept. A
missing predictor makes the row's scores NaN, as the trainers' NA does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import number_slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import OpType
from sparkpmml.models.general_regression.nodes import GeneralRegressionModel, PPCell, Predictor
from sparkpmml.models.regression.lowering import Factor, Linear
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.encode import Encoder

Weights = NDArray[np.float64]
Cells = tuple[PPCell, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """The operation: a covariate to a power, as a double."""

    exponent: float

    def __call__(self, column: Column) -> Column:
        with np.errstate(divide="ignore", invalid="ignore"):
            return numbers(column.as_double() ** self.exponent)


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """The operation: a factor's values as numbers; `values` holds one per known value, of an unknown and a missing."""

    encoder: Encoder
    values: NDArray[np.float64]

    def __call__(self, column: Column) -> Column:
        return numbers(self.values[self.encoder.encode(column)])


@dataclass(slots=True)
class _FactorTable:
    """A factor's coefficients by value, as they are collected."""

    cell: PPCell
    coefficients: dict[str, Weights] = field(default_factory=dict)


class Design:
    """Collects the terms of `width` linear functions and emits them as one operation."""

    def __init__(self, node: GeneralRegressionModel, scope: Scope, width: int) -> None:
        self._scope = scope
        self._width = width
        self._single = node.math_context == "float"
        self._factors = {each.field: each for each in (node.factor_list.predictors if node.factor_list else ())}
        self._covariates = {each.field for each in (node.covariate_list.predictors if node.covariate_list else ())}
        self._intercepts = np.zeros(width)
        self._numeric: dict[Slot, Weights] = {}
        self._tables: dict[str, _FactorTable] = {}
        self._terms: list[tuple[list[Slot], Weights]] = []

    def add(self, cells: Sequence[PPCell], weights: Weights) -> None:
        """Add a parameter: its predictors, and its coefficient in each function."""
        if not cells:
            self._intercepts += weights
        elif len(cells) > 1:
            self._terms.append(([self._column(cell) for cell in cells], weights))
        elif self._is_factor(cells[0]):
            self._add_factor(cells[0], weights)
        else:
            slot = self._column(cells[0])
            self._numeric[slot] = self._numeric.get(slot, 0.0) + weights

    def emit(self) -> Slot:
        """The scores, float[n, width]: double, or single precision where the model asks for it."""
        factors = {
            self._scope.field(name, table.cell).slot: self._factor(table) for name, table in self._tables.items()
        }
        used = dict.fromkeys(slot for slots, _ in self._terms for slot in slots)
        products = {slot: place for place, slot in enumerate(used)}
        offset = len(self._numeric) + len(factors)
        operation = Linear(
            numeric=len(self._numeric),
            powers=tuple((index, 1) for index in range(len(self._numeric))),
            weights=self._stack(list(self._numeric.values())),
            factors=tuple(factors.values()),
            terms=tuple(tuple(offset + products[slot] for slot in slots) for slots, _ in self._terms),
            term_weights=self._stack([weights for _, weights in self._terms]),
            intercepts=self._intercepts,
            single=self._single,
        )
        sample = np.empty((0, self._width), np.float32 if self._single else np.float64)
        return self._scope.builder.emit(operation, *self._numeric, *factors, *products, sample=sample)

    def _stack(self, rows: list[Weights]) -> Weights:
        return np.array(rows).reshape(len(rows), self._width)

    def _is_factor(self, cell: PPCell) -> bool:
        """The lists decide; a predictor that is in neither is what its operational type says."""
        if cell.field in self._factors or cell.field in self._covariates:
            return cell.field in self._factors
        return self._scope.field(cell.field, cell).op_type is not OpType.CONTINUOUS

    def _column(self, cell: PPCell) -> Slot:
        """The cell's number in each row."""
        slot = self._scope.field(cell.field, cell).slot
        with self._scope.compilation.at(cell):
            if self._is_factor(cell):
                values = self._contrasts(cell)
                encoder = Encoder.of(list(values), slot.data_type)
                table = np.array([*values.values(), self._of_unknown(cell), np.nan])
                return self._scope.builder.emit(Contrast(encoder, table), slot)
            slot = number_slot(slot, self._scope, f"field {cell.field!r}")
            exponent = float(cell.value)
            return slot if exponent == 1 else self._scope.builder.emit(Power(exponent), slot)

    def _contrasts(self, cell: PPCell) -> dict[str, float]:
        """By value of the factor: the cell's number."""
        predictor = self._factors.get(cell.field)
        if predictor is None or predictor.matrix is None:
            return {cell.value: 1.0}
        categories = self._categories(predictor)
        matrix = predictor.matrix.dense()
        if len(matrix) != len(categories):
            raise ValueError(f"has {len(matrix)} rows in the contrast matrix of {len(categories)} categories")
        if cell.value not in categories[: matrix.shape[1]]:
            raise ValueError(f"names category {cell.value!r}, which has no column in the contrast matrix")
        column = matrix[:, categories.index(cell.value)]
        return dict(zip(categories, column.tolist(), strict=True))

    def _categories(self, predictor: Predictor) -> tuple[str, ...]:
        if predictor.categories is not None:
            return tuple(category.value for category in predictor.categories.categories)
        return self._scope.field(predictor.field, predictor).categories

    def _of_unknown(self, cell: PPCell) -> float:
        """A value that no cell names is just not that cell's; one that the contrast matrix lacks has no number."""
        predictor = self._factors.get(cell.field)
        return np.nan if predictor is not None and predictor.matrix is not None else 0.0

    def _add_factor(self, cell: PPCell, weights: Weights) -> None:
        table = self._tables.setdefault(cell.field, _FactorTable(cell))
        with self._scope.compilation.at(cell):
            for value, number in self._contrasts(cell).items():
                added, before = weights if number == 1 else number * weights, table.coefficients.get(value)
                table.coefficients[value] = added if before is None else before + added

    def _factor(self, table: _FactorTable) -> Factor:
        slot = self._scope.field(table.cell.field, table.cell).slot
        with self._scope.compilation.at(table.cell):
            encoder = Encoder.of(list(table.coefficients), slot.data_type)
        of_unknown = np.full(self._width, self._of_unknown(table.cell))
        of_missing = np.full(self._width, np.nan)
        return Factor(encoder, np.array([*table.coefficients.values(), of_unknown, of_missing]))


class Predictors:
    """The predictor cells of all parameters, read once: there may be a hundred thousand."""

    def __init__(self, node: GeneralRegressionModel) -> None:
        self._tables: dict[str | None, dict[str, Cells]] = {}
        for cell in node.predictor_matrix.cells:
            table = self._tables.setdefault(cell.target_category, {})
            table[cell.parameter] = (*table.get(cell.parameter, ()), cell)

    def of(self, category: str | None) -> dict[str, Cells]:
        """By parameter: those of a target category; where it has none of its own, those that name none."""
        return self._tables.get(category) or self._tables.get(None, {})


def _estimates(node: GeneralRegressionModel, categories: Sequence[str | None]) -> Iterator[tuple[Cells, Weights]]:
    """A parameter's predictors, and its coefficients in the linear functions of the given target categories.

    None stands for the only function. An estimate without a target category belongs to every function.
    """
    predictors = Predictors(node)
    tables = [predictors.of(category) for category in categories]
    own = [next(place for place, other in enumerate(tables) if other is table) for table in tables]
    places: dict[str | None, Sequence[int]] = {category: [place] for place, category in enumerate(categories)}
    places[None] = range(len(categories))
    collected: dict[tuple[int, str], Weights] = {}  # categories that share their predictors share a term, too
    for estimate in node.parameter_matrix.cells:
        for place in places.get(estimate.target_category, ()):
            key = (own[place], estimate.parameter)
            weights = collected.get(key)
            if weights is None:
                weights = collected[key] = np.zeros(len(categories))
            weights[place] += estimate.beta
    for (place, parameter), weights in collected.items():
        yield tables[place].get(parameter, ()), weights


def linear_scores(node: GeneralRegressionModel, scope: Scope, categories: Sequence[str | None]) -> Slot:
    """The linear predictors as one matrix, a column per target category."""
    design = Design(node, scope, len(categories))
    for cells, weights in _estimates(node, categories):
        design.add(cells, weights)
    return design.emit()
