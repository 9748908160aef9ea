"""RegressionModel: linear terms, then a normalisation (specification: Regression)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.expressions import lower_expression, number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, align, winner
from sparkpmml.compiler.targets import apply_targets
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.kernels.rows import add_to_rows, below_highest, row_shares, row_sums
from sparkpmml.models.regression.nodes import CategoricalPredictor, RegressionModel, RegressionTable
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.design import CACHED_CELLS, batch_rows, design_blocks, fill_design, numbers_of, row_blocks
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.links import INVERSE_LINKS, exp

_FEW_ROWS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """A categorical field's coefficients: a row per known value, then zeros for any other value, and for none."""

    encoder: Encoder
    coefficients: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """The operation: k linear functions of the fields, float64[n, k]; a missing number makes a row NaN.

    Inputs: `numeric` columns, then `factors` columns, then the columns that `terms` multiply. `powers` holds
    (column, exponent) per row of `weights`; `terms` holds the columns of a product per row of `term_weights`.
    In single precision everything is rounded as it is added, in the document's order, the intercept last. So it is
    where there is one function, whose values then depend on no other row; several in double are a product of BLAS.
    """

    numeric: int
    powers: tuple[tuple[int, int], ...]
    weights: NDArray[np.float64]
    factors: tuple[Factor, ...]
    terms: tuple[tuple[int, ...], ...]
    term_weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    single: bool

    def __call__(self, *columns: Column) -> Matrix:
        rows = batch_rows(columns)
        kind = np.float32 if self.single else np.float64
        factors, numbers = columns[self.numeric : self.numeric + len(self.factors)], columns
        scores = self._numeric(numbers, rows, kind)
        for factor, column in zip(self.factors, factors, strict=True):
            table: NDArray[Any] = factor.coefficients.astype(kind, copy=False)
            scores += table.take(factor.encoder.encode(column), axis=0)
        for term, weights in zip(self.terms, self.term_weights.astype(kind, copy=False), strict=True):
            product = np.ones(1, kind)
            for index in term:
                product = product * columns[index].as_double().astype(kind, copy=False)
            scores += product[:, None] * weights
        add_to_rows(scores, self.intercepts.astype(kind, copy=False))
        return scores

    def _numeric(self, columns: tuple[Column, ...], rows: int, kind: type[np.floating]) -> Matrix:
        shape = rows, len(self.intercepts)
        if not self.powers:
            return np.zeros(shape, kind)
        weights = self.weights.astype(kind, copy=False)
        fields = numbers_of(columns[: self.numeric])
        powers = [
            fields[index] if exponent == 1 else columns[index].as_double() ** exponent
            for index, exponent in self.powers
        ]
        weighted = np.flatnonzero(weights.any(axis=0)).tolist()
        if self.single or len(weighted) == 1:
            return _add_up(powers, weights, weighted or [0], rows)
        scores: Matrix = np.empty(shape, kind)
        for block, x in design_blocks(powers, rows, len(powers), CACHED_CELLS, kind):
            np.matmul(x, weights, out=scores[block])
        return scores


def _add_up(columns: Sequence[NDArray[Any]], weights: NDArray[Any], weighted: list[int], rows: int) -> Matrix:
    """[n, k]: p columns, each [n] or [1], times their weights [p, k], added one after the other in that precision.

    Functions other than those in `weighted` have no weights: they are 0, and NaN where any column is. With one function
    of 20 columns of doubles a row takes 14 ns, as a copy of them side by side and a product of BLAS 17.
    """
    scores = np.zeros((rows, weights.shape[1]), weights.dtype, order="F")
    add = _add_to_few if rows <= _FEW_ROWS else _add_to_many
    with np.errstate(over="ignore", invalid="ignore"):
        for function in weighted:
            add(columns, weights[:, function], scores[:, function])
        for function in set(range(scores.shape[1])).difference(weighted):
            np.multiply(scores[:, weighted[0]], 0, out=scores[:, function])
    return scores


def _add_to_many(columns: Sequence[NDArray[Any]], weights: NDArray[Any], totals: NDArray[Any]) -> None:
    for block in row_blocks(len(totals), 2, CACHED_CELLS):
        total, product = totals[block], np.empty(block.stop - block.start, totals.dtype)
        for values, weight in zip(columns, weights, strict=True):
            np.multiply(values if len(values) == 1 else values[block], weight, out=product, dtype=totals.dtype)
            np.add(total, product, out=total)


def _add_to_few(columns: Sequence[NDArray[Any]], weights: NDArray[Any], totals: NDArray[Any]) -> None:
    """To the same end: each call of numpy takes as long as some hundred rows."""
    x = np.empty((len(columns), len(totals)), totals.dtype)
    fill_design(columns, slice(0, len(totals)), x.T)
    totals[:] = np.add.accumulate(x * weights[:, None])[-1]


@dataclass(frozen=True, slots=True)
class Normalize:
    """The operation: scores of k classes to probabilities (specification: Regression, normalization)."""

    method: str
    ordinal: bool

    def __call__(self, scores: Matrix) -> Matrix:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            probabilities = self._normalize(scores)
        return probabilities.astype(np.float64, copy=False)

    def _normalize(self, scores: Matrix) -> Matrix:
        if self.ordinal:
            return _residual(np.diff(self._inverse(scores[:, :-1]), axis=1, prepend=scores.dtype.type(0)))
        if self.method == "softmax":
            powers = exp(below_highest(scores))
            return row_shares(powers, np.float64)  # as XGBoost does, in single precision too
        if self.method == "simplemax":
            return row_shares(scores)
        if scores.shape[1] == 2 or self.method == "none":
            return _residual(self._inverse(scores[:, :-1]))
        return row_shares(self._inverse(scores))  # one against all, which do not add up to 1

    def _inverse(self, scores: Matrix) -> Matrix:
        if self.method == "none":
            return np.clip(scores, 0, 1) if self.ordinal or scores.shape[1] == 1 else scores
        return INVERSE_LINKS[self.method](scores)


def _residual(first: Matrix) -> Matrix:
    """The first k - 1 probabilities, and what is left of 1 for the last class."""
    whole = np.empty((len(first), first.shape[1] + 1), first.dtype, order="F")
    whole[:, :-1] = first
    np.subtract(1, row_sums(first)[:, 0], out=whole[:, -1])
    return whole


@dataclass(frozen=True, slots=True)
class InverseLink:
    """The operation: a regression's score through an inverse link."""

    method: str

    def __call__(self, column: Column) -> Column:
        with np.errstate(over="ignore"):
            return replace(column, values=INVERSE_LINKS[self.method](column.values))


@register
def _regression_model(node: RegressionModel, scope: Scope) -> Result:
    if not node.tables:
        raise ValueError("has no RegressionTable")
    lower = _classification if node.function_name == "classification" else _regression
    return lower(node, scope)


def _regression(node: RegressionModel, scope: Scope) -> Result:
    by_target = _tables_by_target(node)
    if len(by_target) > 1:
        targets = {
            name or "": apply_targets(_one_regression(node, table, scope, name), scope.builder)
            for name, table in by_target.items()
        }
        first = next(iter(targets.values()))
        return Result(info=first.info, targets=targets)
    if len(node.tables) != 1:
        raise ValueError(f"has {len(node.tables)} RegressionTables for one regression")
    return _one_regression(node, node.tables[0], scope, next(iter(by_target)))


def _tables_by_target(node: RegressionModel) -> dict[str | None, RegressionTable]:
    return {table.target_field or node.target_name: table for table in node.tables}


def _one_regression(node: RegressionModel, table: RegressionTable, scope: Scope, name: str | None) -> Result:
    info = target_info(node, scope.compilation, name)
    scores = linear_scores((table,), node.math_context == "float", scope)
    kind = DataType.FLOAT if node.math_context == "float" else DataType.DOUBLE
    value = scope.builder.emit(ColumnOf(0, kind), scores)
    method = "logit" if node.normalization == "softmax" else node.normalization
    if method == "simplemax":
        raise ValueError('normalizationMethod "simplemax" needs classes')
    if method != "none":
        value = scope.builder.emit(InverseLink(method), value)
    return Result(info=info, value=value)


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """The operation: one column of a matrix as a column of a floating type."""

    index: int
    data_type: DataType

    def __call__(self, matrix: Matrix) -> Column:
        return Column(self.data_type, matrix[:, self.index])


def _classification(node: RegressionModel, scope: Scope) -> Result:
    info = target_info(node, scope.compilation)
    ordinal = info.op_type is OpType.ORDINAL and node.normalization not in ("softmax", "simplemax")
    tables = node.tables if ordinal else _default_last(node.tables)
    labels = tuple(info.label(table.target_category or "") for table in tables)
    if len(set(labels)) != len(labels) or len(labels) < 2:
        raise ValueError(f"needs a RegressionTable for each of at least two classes, has them for {list(labels)}")
    if node.normalization == "exp":
        raise ValueError('normalizationMethod "exp" gives no probabilities')
    scores = linear_scores(tables, node.math_context == "float", scope)
    method = node.normalization
    if method == "softmax" and len(tables) == 2 and tables[1].is_default:
        method = "logit"
    probability = Scores(labels, scope.builder.emit(Normalize(method, ordinal), scores))
    probability = in_target_order(probability, info, scope.builder)
    return Result(info=info, value=winner(scope.builder, probability, info), probability=probability)


def _default_last(tables: tuple[RegressionTable, ...]) -> tuple[RegressionTable, ...]:
    """Of two classes' tables the one that says nothing comes last: its class has what the other leaves of 1."""
    if len(tables) == 2 and tables[0].is_default:
        return tables[::-1]
    return tables


def in_target_order(scores: Scores, info: TargetInfo, builder: Builder) -> Scores:
    """The scores with their columns in the order in which the target declares its values, which breaks ties."""
    labels = info.order(list(scores.labels))
    return Scores(labels, align(builder, scores, labels))


class _Inputs:
    """Collects the columns that a linear function reads, each once."""

    def __init__(self) -> None:
        self._places: dict[Slot, int] = {}

    @property
    def slots(self) -> list[Slot]:
        return list(self._places)

    def add(self, slot: Slot) -> int:
        return self._places.setdefault(slot, len(self._places))


def linear_scores(tables: tuple[RegressionTable, ...], single: bool, scope: Scope) -> Slot:
    """The scores of all tables as one float matrix, a column per table."""
    operation, slots = make_linear(tables, single, scope)
    sample = np.empty((0, len(tables)), np.float32 if single else np.float64)
    return scope.builder.emit(operation, *slots, sample=sample)


def make_linear(tables: tuple[RegressionTable, ...], single: bool, scope: Scope) -> tuple[Linear, list[Slot]]:
    """The operation that gives the scores of all tables, and its inputs."""
    inputs = _Inputs()
    powers, weights = _numeric_weights(tables, inputs, scope)
    numeric = len(inputs.slots)
    factors, factor_slots = _factors(tables, scope)
    products = _Inputs()
    terms, term_weights = _term_weights(tables, products, scope)
    offset = numeric + len(factors)
    operation = Linear(
        numeric,
        tuple(powers),
        weights,
        factors,
        tuple(tuple(offset + index for index in term) for term in terms),
        term_weights,
        np.array([table.intercept for table in tables]),
        single,
    )
    return operation, [*inputs.slots, *factor_slots, *products.slots]


def _numeric_weights(
    tables: tuple[RegressionTable, ...], inputs: _Inputs, scope: Scope
) -> tuple[list[tuple[int, int]], NDArray[np.float64]]:
    powers: list[tuple[int, int]] = []
    rows: list[NDArray[np.float64]] = []
    index: dict[tuple[int, int], int] = {}
    for column, table in enumerate(tables):
        for predictor in table.numeric:
            with scope.compilation.at(predictor):
                slot = number_slot(scope.field(predictor.field, predictor).slot, scope, f"field {predictor.field!r}")
            key = (inputs.add(slot), predictor.exponent)
            if key not in index:
                index[key] = len(powers)
                powers.append(key)
                rows.append(np.zeros(len(tables)))
            rows[index[key]][column] += predictor.coefficient
    return powers, np.array(rows).reshape(len(powers), len(tables))


@dataclass(slots=True)
class _Collected:
    """A categorical field's coefficients as they are read: each one's value, by its row, its table, and itself."""

    first: CategoricalPredictor
    values: dict[str, int] = field(default_factory=dict)
    rows: array[int] = field(default_factory=lambda: array("q"))
    tables: array[int] = field(default_factory=lambda: array("q"))
    coefficients: array[float] = field(default_factory=lambda: array("d"))

    def add(self, predictor: CategoricalPredictor, table: int) -> None:
        """The next one."""
        self.rows.append(self.values.setdefault(predictor.value, len(self.values)))
        self.tables.append(table)
        self.coefficients.append(predictor.coefficient)

    def matrix(self, width: int) -> NDArray[np.float64]:
        """float64[values + 2, width], zeros at last; of several coefficients for one value the first counts."""
        matrix = np.zeros((len(self.values) + 2, width))
        cells = np.array(self.rows) * width + np.array(self.tables)
        found, first = np.unique(cells, return_index=True)
        matrix.reshape(-1)[found] = np.array(self.coefficients)[first]
        return matrix


def _factors(tables: tuple[RegressionTable, ...], scope: Scope) -> tuple[tuple[Factor, ...], list[Slot]]:
    """A factor per categorical field."""
    collected: dict[str, _Collected] = {}
    for place, table in enumerate(tables):
        for predictor in table.categorical:
            known = collected.get(predictor.field)
            if known is None:
                known = collected[predictor.field] = _Collected(predictor)
            known.add(predictor, place)
    factors, slots = [], []
    for name, each in collected.items():
        slot = scope.field(name, each.first).slot
        with scope.compilation.at(each.first):
            encoder = Encoder.of(list(each.values), slot.data_type)
        factors.append(Factor(encoder, each.matrix(len(tables))))
        slots.append(slot)
    return tuple(factors), slots


def _term_weights(
    tables: tuple[RegressionTable, ...], inputs: _Inputs, scope: Scope
) -> tuple[list[tuple[int, ...]], NDArray[np.float64]]:
    terms: list[tuple[int, ...]] = []
    rows: list[NDArray[np.float64]] = []
    for column, table in enumerate(tables):
        for term in table.terms:
            with scope.compilation.at(term):
                slots = [number_slot(lower_expression(each, scope), scope, "a factor") for each in term.fields]
            terms.append(tuple(map(inputs.add, slots)))
            weights = np.zeros(len(tables))
            weights[column] = term.coefficient
            rows.append(weights)
    return terms, np.array(rows).reshape(len(terms), len(tables))
