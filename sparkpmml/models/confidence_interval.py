"""Output features of a prediction that is normally distributed: the bounds of an interval around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.pmml.output import OutputField
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.lists import ListColumn

DEFAULT_PERCENT = 95.0


@dataclass(frozen=True, slots=True)
class Bound:
    """The operation: a prediction plus so many standard deviations, of values or of lists of them."""

    deviations: float

    def __call__(self, mean: Column | ListColumn, deviation: Column | ListColumn) -> Column | ListColumn:
        if isinstance(mean, ListColumn) and isinstance(deviation, ListColumn):
            values = mean.child.as_double() + self.deviations * deviation.child.as_double()
            return ListColumn(numbers(values), mean.offsets, mean.missing)
        if isinstance(mean, ListColumn) or isinstance(deviation, ListColumn):
            raise TypeError("a list has a list of standard deviations")
        return numbers(mean.as_double() + self.deviations * deviation.as_double())


def interval_lookups(mean: Slot, deviation: Slot, builder: Builder) -> dict[str, Callable[[OutputField], Slot]]:
    """The features confidenceIntervalLower and -Upper; an output field's `value` is the confidence in percent."""

    def lower(output: OutputField) -> Slot:
        return builder.emit(Bound(-deviations(output)), mean, deviation)

    def upper(output: OutputField) -> Slot:
        return builder.emit(Bound(deviations(output)), mean, deviation)

    return {"confidenceIntervalLower": lower, "confidenceIntervalUpper": upper}


def deviations(output: OutputField) -> float:
    """How many standard deviations hold the confidence on either side; ValueError for what is no percentage."""
    percent = DEFAULT_PERCENT if output.value is None else float(output.value)
    if not 0.0 < percent < 100.0:
        raise ValueError(
            f"{output.name!r} asks for a confidence of {output.value!r} percent, which is not within 0 and 100"
        )
    return NormalDist().inv_cdf(0.5 + percent / 200.0)
