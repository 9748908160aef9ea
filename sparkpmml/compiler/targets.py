"""From a raw prediction to the target's value (specification: Targets)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.expressions import Cast, ReplaceMissing
from sparkpmml.compiler.result import Result, Scores
from sparkpmml.compiler.scores import Matrix, winner
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.rows import every
from sparkpmml.pmml.output import Target
from sparkpmml.runtime.builtin import Call
from sparkpmml.runtime.column import Column


@dataclass(frozen=True, slots=True)
class Rescale:
    """The operation: clip to [min, max], then times `factor`, plus `constant`, in the column's own precision."""

    low: float
    high: float
    factor: float
    constant: float

    def __call__(self, column: Column) -> Column:
        values = column.values
        kind = values.dtype.type
        if self.low != -np.inf or self.high != np.inf:
            values = np.clip(values, kind(self.low), kind(self.high))
        if self.factor != 1.0:
            values = values * kind(self.factor)
        if self.constant != 0.0:
            values = values + kind(self.constant)
        return replace(column, values=values)


_ROUNDINGS = {"round": "round", "ceiling": "ceil", "floor": "floor"}
"""By `castInteger`: the function that does it."""


@dataclass(frozen=True, slots=True, eq=False)
class Priors:
    """The operation: the prior probabilities where the model has no answer."""

    values: tuple[float, ...]

    def __call__(self, scores: Matrix) -> Matrix:
        unknown = every(np.isnan(scores))
        return np.where(unknown[:, None], np.array(self.values), scores) if unknown.any() else scores


def apply_targets(result: Result, builder: Builder) -> Result:
    """The result with its target's treatment applied: of the value for regression, of the priors for classes.

    Whatever the precision in which a number was computed, that of a target of type float is rounded to one, at the end.
    """
    target = result.info.target
    if result.probability is not None:
        return result if target is None else _apply_priors(result, result.probability, target, builder)
    if result.value is None or not isinstance(result.value.sample, Column) or not result.value.data_type.is_numeric:
        return result
    value = result.value if target is None else _apply_numeric(result.value, target, builder)
    if result.info.data_type is DataType.FLOAT and value.data_type is DataType.DOUBLE:
        value = builder.emit(Cast(DataType.FLOAT), value)
    return replace(result, value=value)


def _apply_numeric(value: Slot, target: Target, builder: Builder) -> Slot:
    if not value.data_type.is_floating:
        value = builder.emit(Cast(DataType.DOUBLE), value)
    default = next((each.default_value for each in target.values if each.default_value is not None), None)
    if default is not None:
        value = builder.emit(ReplaceMissing(), value, builder.literal(repr(default), value.data_type))
    low = -np.inf if target.min is None else target.min
    high = np.inf if target.max is None else target.max
    rescale = Rescale(low, high, target.rescale_factor, target.rescale_constant)
    if rescale != Rescale(-np.inf, np.inf, 1.0, 0.0):
        value = builder.emit(rescale, value)
    if target.cast_integer is None:
        return value
    return builder.checked(
        builder.emit(Call(_ROUNDINGS[target.cast_integer]), value), "the prediction is no integer", value
    )


def _apply_priors(result: Result, probability: Scores, target: Target, builder: Builder) -> Result:
    priors = {
        result.info.label(each.value): each.prior_probability
        for each in target.values
        if each.value is not None and each.prior_probability is not None
    }
    if not priors:
        return result
    total = sum(priors.values())
    values = tuple(priors.get(label, 0.0) / total for label in probability.labels)
    filled = Scores(probability.labels, builder.emit(Priors(values), probability.slot))
    value = result.value
    if value is not None:
        value = builder.emit(ReplaceMissing(), value, winner(builder, filled, result.info))
    return replace(result, probability=filled, value=value)


def as_prediction(value: Slot, builder: Builder) -> Slot:
    """The value as the result struct shows it: a float prediction is a DOUBLE."""
    return builder.emit(Cast(DataType.DOUBLE), value) if value.data_type is DataType.FLOAT else value
