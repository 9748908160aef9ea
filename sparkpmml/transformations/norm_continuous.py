"""NormContinuous: a piecewise linear function (specification: Transformations, Normalization)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import number_slot, register, replace_missing
from sparkpmml.compiler.scope import Scope
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import Node, attribute, children, element, number, one_of
from sparkpmml.runtime.column import Column, numbers


@element("LinearNorm")
class LinearNorm(Node):
    """A point of the function: `orig` is mapped to `norm`."""

    orig: float = attribute(number)
    norm: float = attribute(number)


@element("NormContinuous")
class NormContinuous(Expression):
    """A field through a piecewise linear function."""

    field: str = attribute()
    map_missing_to: str | None = attribute(default=None)
    outliers: str = attribute(one_of("asIs", "asMissingValues", "asExtremeValues"), default="asIs")
    points: tuple[LinearNorm, ...] = children(LinearNorm)

    def __post_init__(self) -> None:
        origins = [point.orig for point in self.points]
        if len(origins) < 2:
            raise ValueError("needs two or more LinearNorm")
        if origins != sorted(origins):
            raise ValueError("has LinearNorm whose orig do not ascend")


@dataclass(frozen=True, slots=True, eq=False)
class PiecewiseLinear:
    """The operation: straight lines through the points (float64[k] ascending `origins`, float64[k] `norms`).

    Outside the points: `asIs` goes on with the first and the last line, `asExtremeValues` stays at the ends.
    """

    origins: NDArray[np.float64]
    norms: NDArray[np.float64]
    outliers: str = "asIs"

    @classmethod
    def of(cls, node: NormContinuous) -> PiecewiseLinear:
        origins = np.array([point.orig for point in node.points])
        norms = np.array([point.norm for point in node.points])
        return cls(origins, norms, node.outliers)

    def inverse(self) -> PiecewiseLinear:
        """From norms back to origins, as a NeuralOutput needs it; outliers go on with the outer lines."""
        order = np.argsort(self.norms, kind="stable")
        return PiecewiseLinear(self.norms[order], self.origins[order])

    def __call__(self, column: Column) -> Column:
        return numbers(self.map(column.as_double()))

    def map(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n] of the function, NaN where missing."""
        first, last = self.origins[0], self.origins[-1]
        line = np.clip(np.searchsorted(self.origins, values, side="right") - 1, 0, len(self.origins) - 2)
        start, width = self.origins[line], np.diff(self.origins)[line]
        base, height = self.norms[line], np.diff(self.norms)[line]
        with np.errstate(all="ignore"):
            result = base + (values - start) / width * height
        result = np.where((width == 0) & (values == start), base + height, result)  # a step's upper end
        if self.outliers == "asMissingValues":
            result = np.where((values < first) | (values > last), np.nan, result)
        elif self.outliers == "asExtremeValues":
            result = np.where(values < first, self.norms[0], np.where(values > last, self.norms[-1], result))
        return result


@register
def _lower(node: NormContinuous, scope: Scope) -> Slot:
    source = number_slot(scope.field(node.field, node).slot, scope, f"field {node.field!r}")
    return replace_missing(scope.builder.emit(PiecewiseLinear.of(node), source), node.map_missing_to, scope)
