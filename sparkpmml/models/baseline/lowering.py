"""BaselineModel: how far values are from what they were (specification: BaselineModel).

A z-value looks at one value. The other statistics look at a stream of events, or at counts of them: these are a list in
the field's column, oldest event first, the row's own last, because rows of a distributed table have no order.

The score of a chi-square test is the probability of a larger statistic by chance, as the reference implementation has
it; the statistic and its degrees of freedom are the output features `chiSquare` and `degreesOfFreedom`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import ScoreOf
from sparkpmml.datatypes import DataType
from sparkpmml.models.baseline.nodes import BaselineModel, CountTable, Distribution, TestDistributions
from sparkpmml.models.baseline.statistics import (
    ChiSquare,
    Counts,
    Cusum,
    Independence,
    Probability,
    ScalarProduct,
    ZValue,
)
from sparkpmml.models.list_inputs import recent
from sparkpmml.pmml.expressions import FieldRef
from sparkpmml.pmml.node import Node
from sparkpmml.runtime.encode import Encoder

Values = dict[str, Slot]
"""The score under `predictedValue`, and other output features."""


@register
def _baseline_model(node: BaselineModel, scope: Scope) -> Result:
    test = node.test
    if test is None:
        raise ValueError("has no TestDistributions: there is nothing to score")
    with scope.compilation.at(test):
        values = STATISTICS[test.statistic](test, scope)
    value = values.pop("predictedValue")
    lookups = {name: _constant(slot) for name, slot in values.items()}
    return Result(info=target_info(node, scope.compilation), value=value, lookups=lookups)


def _constant(slot: Slot) -> Callable[[object], Slot]:
    return lambda _: slot


def _z_value(test: TestDistributions, scope: Scope) -> Values:
    mean, variance = _distribution(test.baseline.content, "Baseline").moments()
    if not variance > 0.0:
        raise ValueError(f"needs a baseline with a positive variance, has {variance:g}")
    slot = number_slot(scope.field(_field(test), test).slot, scope, f"field {test.field!r}")
    return {"predictedValue": scope.builder.emit(ZValue(mean, np.sqrt(variance)), slot)}


def _cusum(test: TestDistributions, scope: Scope) -> Values:
    if test.alternate is None:
        raise ValueError("needs an Alternate distribution for CUSUM")
    baseline = _distribution(test.baseline.content, "Baseline").density()
    alternate = _distribution(test.alternate.distribution, "Alternate").density()
    events = _events(_field(test), test, scope)
    return {"predictedValue": scope.builder.emit(Cusum(baseline, alternate, test.reset_value), events)}


def _chi_square_distribution(test: TestDistributions, scope: Scope) -> Values:
    counts, expected = _counts(test, scope)
    statistic = scope.builder.emit(ChiSquare(expected / expected.sum()), counts)
    freedom = scope.builder.literal(repr(float(np.count_nonzero(expected) - 1)), DataType.DOUBLE)
    return _tested(statistic, freedom, scope)


def _chi_square_independence(test: TestDistributions, scope: Scope) -> Values:
    fields = [each.field for each in test.baseline.parts if isinstance(each, FieldRef)]
    if len(fields) == 1 and test.field is not None and test.field not in fields:
        fields.insert(0, test.field)
    if len(fields) < 2:
        raise ValueError(
            f"needs two or more fields for {test.statistic} (FieldRefs in its Baseline), has {len(fields)}"
        )
    slots = [_events(field, test, scope) for field in fields]
    independence = Independence(len(fields))
    table = scope.builder.emit(independence, *slots, *_weights(test, scope), sample=np.empty((0, 2)))
    return _tested(scope.builder.emit(ScoreOf(0), table), scope.builder.emit(ScoreOf(1), table), scope)


def _tested(statistic: Slot, freedom: Slot, scope: Scope) -> Values:
    probability = scope.builder.emit(Probability(), statistic, freedom)
    return {"predictedValue": probability, "chiSquare": statistic, "degreesOfFreedom": freedom}


def _scalar_product(test: TestDistributions, scope: Scope) -> Values:
    counts, expected = _counts(test, scope)
    product = ScalarProduct(expected, independent=test.normalization == "Independent")
    return {"predictedValue": scope.builder.emit(product, counts)}


STATISTICS: dict[str, Callable[[TestDistributions, Scope], Values]] = {
    "zValue": _z_value,
    "CUSUM": _cusum,
    "chiSquareDistribution": _chi_square_distribution,
    "chiSquareIndependence": _chi_square_independence,
    "scalarProduct": _scalar_product,
}


def _field(test: TestDistributions) -> str:
    if test.field is None:
        raise ValueError(f"needs a field for {test.statistic}")
    return test.field


def _distribution(node: Node | None, where: str) -> Distribution:
    if not isinstance(node, Distribution):
        raise ValueError(f"needs a continuous distribution in its {where}, has {node.tag if node else 'none'}")
    return node


def _events(field: str, test: TestDistributions, scope: Scope) -> Slot:
    return recent(field, test.window, test, scope, is_series=True)


def _weights(test: TestDistributions, scope: Scope) -> tuple[Slot, ...]:
    return () if test.weight_field is None else (_events(test.weight_field, test, scope),)


def _counts(test: TestDistributions, scope: Scope) -> tuple[Slot, NDArray[np.float64]]:
    """The counts of the baseline's values among each row's events, float64[n, k], and those of the baseline."""
    table = test.baseline.content
    if not isinstance(table, CountTable):
        raise ValueError(f"needs a CountTable in its Baseline for {test.statistic}")
    with scope.compilation.at(table):
        cells, expected = table.counts, np.array(list(table.counts.values()))
        if not expected.sum() > 0:
            raise ValueError("has no counts that are above 0")
        fields = _counted_fields(cells, test)
    events = [_events(field, test, scope) for field in fields]
    values = [list(dict.fromkeys(dict(cell)[field] for cell in cells)) for field in fields]
    encoders = tuple(Encoder.of(each, slot.data_type) for each, slot in zip(values, events, strict=True))
    numbers = np.full([len(each) + 1 for each in values], -1, dtype=np.int64)
    for number, cell in enumerate(cells):
        numbers[tuple(each.index(dict(cell)[field]) for each, field in zip(values, fields, strict=True))] = number
    counts = Counts(encoders, numbers, len(expected))
    sample = np.empty((0, len(expected)))
    return scope.builder.emit(counts, *events, *_weights(test, scope), sample=sample), expected


def _counted_fields(cells: Iterable[tuple[tuple[str, str], ...]], test: TestDistributions) -> tuple[str, ...]:
    """The fields that all cells are of, in the order of the first; one of them is the test's."""
    names = {frozenset(field for field, _ in cell) for cell in cells}
    (fields, *others) = names
    if others or any(len(cell) != len(fields) for cell in cells):
        raise ValueError("counts values of different fields")
    if test.field is not None and test.field not in fields:
        raise ValueError(f"counts {', '.join(sorted(fields))}, and the test is about {test.field!r}")
    return tuple(field for field, _ in next(iter(cells)))
