"""Reason codes: which characteristics cost most points (specification: Scorecard, reason codes).

A code's points are its characteristics' distances from their baselines, added up. A code with points to the good is no
reason; one at its baseline is the last, as for jpmml-evaluator: pyscorecard, which writes scorecards for it, moves its
baselines so that this gives the reasons it means. The most points come first, of equals the code that is first in the
document.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, label_column, pick
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.reasons import add_points, order_points
from sparkpmml.models.scorecard_nodes import Characteristic, Scorecard
from sparkpmml.runtime.column import Array, Column


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The operation: float64[n, codes], the points of each code.

    NaN where none of a code's attributes holds, and everywhere where the row has no score.
    `codes[i]` are the codes of characteristic i's attributes, as columns of the result; `sign` is 1 for points below
    the baseline. Inputs: the partial scores, then which attributes hold.
    """

    codes: tuple[NDArray[np.int64], ...]
    baselines: tuple[float, ...]
    sign: float
    width: int

    def __call__(self, *columns: Column) -> Matrix:
        partials, held = columns[: len(self.codes)], columns[len(self.codes) :]
        (rows,) = np.broadcast_shapes(*[column.values.shape for column in columns])
        points = np.full((rows, self.width), np.nan)
        unknown = np.zeros(rows, dtype=np.bool_)
        for codes, baseline, partial, index in zip(self.codes, self.baselines, partials, held, strict=True):
            add_points(_spread(codes[index.values], rows), _spread(partial.values, rows), baseline, self.sign, points)
            unknown |= np.isnan(partial.values)
        points[unknown] = np.nan
        return points


def _spread(values: Array, rows: int) -> Array:
    """A constant's one value for all rows, any other as it is, in one piece of memory."""
    return np.ascontiguousarray(values if len(values) == rows else np.broadcast_to(values, rows))


@dataclass(frozen=True, slots=True)
class Order:
    """The operation: int64[n, codes], the codes from most points to least; -1 where there is no further reason."""

    def __call__(self, points: Matrix) -> NDArray[np.int64]:
        return order_points(points)


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The operation: the code of a rank, from 0."""

    labels: Column
    rank: int

    def __call__(self, order: NDArray[np.int64]) -> Column:
        code = order[:, self.rank]
        return pick(self.labels, np.maximum(code, 0), code < 0)


def lower_reason_codes(node: Scorecard, held: list[Slot], partials: list[Slot], scope: Scope) -> tuple[Slot, ...]:
    """By rank, the reason codes; none when the scorecard has none. An incomplete one is a ValueError when asked for."""
    characteristics = node.characteristics.characteristics
    names = [_names(each) for each in characteristics]
    baselines = [
        node.baseline_score if each.baseline_score is None else each.baseline_score for each in characteristics
    ]
    if not all(all(each) for each in names) or None in baselines:
        if node.output is not None and any(field.feature == "reasonCode" for field in node.output.fields):
            raise ValueError("gives reason codes, but has characteristics without a reasonCode or a baselineScore")
        return ()
    labels = tuple(dict.fromkeys(name for each in names for name in each if name is not None))
    points = scope.builder.emit(
        Points(
            tuple(np.array([labels.index(name) for name in each if name is not None]) for each in names),
            tuple(each for each in baselines if each is not None),
            1.0 if node.reason_code_algorithm == "pointsBelow" else -1.0,
            len(labels),
        ),
        *partials,
        *held,
        sample=np.empty((0, len(labels))),
    )
    order = scope.builder.emit(Order(), points, sample=np.empty((0, len(labels)), dtype=np.int64))
    column = label_column(labels, DataType.STRING)
    return tuple(scope.builder.emit(Ranked(column, rank), order) for rank in range(len(labels)))


def _names(node: Characteristic) -> list[str | None]:
    """The code of each attribute: its own, or the characteristic's."""
    return [each.reason_code or node.reason_code for each in node.attributes]
