"""TimeSeriesModel: forecasts from the end of the document's own series (specification: TimeSeriesModel).

What a row says is how far to look: a field of numbers that is neither the target nor the order (the exporters' `h` or
`horizon`) gives a list of that many forecasts. With an order field of numbers alone the row asks for one time. Without
either the forecast is the first one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.models.confidence_interval import interval_lookups
from sparkpmml.models.list_inputs import unsupported
from sparkpmml.models.time_series_algorithms import PATHS, undefined
from sparkpmml.models.time_series_nodes import Algorithm, TimeSeriesModel
from sparkpmml.models.time_series_paths import Path, Vector
from sparkpmml.pmml.dictionary import MiningField
from sparkpmml.runtime.column import Column, either, numbers
from sparkpmml.runtime.lists import ListColumn

MOST_STEPS = 100_000
"""Steps that a row may ask for: a list holds them all."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The operation: how many steps to look ahead; a failure for fewer than none, or far too many."""

    def __call__(self, column: Column) -> Column:
        bad = ~column.is_missing() & ((column.values < 0) | (column.values > MOST_STEPS))
        return replace(
            column, values=np.where(bad, 0, column.values), failed=either(column.failed, bad if bad.any() else None)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """The operation: the forecasts, or their standard errors, of the first so many steps as lists."""

    path: Path
    of_errors: bool

    def __call__(self, steps: Column) -> ListColumn:
        missing = steps.is_missing()
        sizes = np.where(missing, 0, steps.values)
        values = _values(self.path, int(sizes.max(initial=0)), self.of_errors)
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
        return ListColumn(numbers(values[within]), offsets, missing if missing.any() else None)


@dataclass(frozen=True, slots=True, eq=False)
class ForecastAt:
    """The operation: the forecast, or its standard error, at a time; missing for any that is not after the end."""

    path: Path
    of_errors: bool
    end: float

    def __call__(self, times: Column) -> Column:
        ahead = times.as_double() - self.end
        known = (ahead >= 1) & (ahead == np.floor(ahead)) & (ahead <= MOST_STEPS)
        steps = np.where(known, ahead, 1).astype(np.int64)
        values = _values(self.path, int(steps.max(initial=1)), self.of_errors)
        return numbers(np.where(known, values[steps - 1], np.nan))


def _values(path: Path, steps: int, of_errors: bool) -> Vector:
    values = path.errors(steps) if of_errors else path.means(steps)
    return np.full(steps, np.nan) if values is None else values


@register
def _time_series_model(node: TimeSeriesModel, scope: Scope) -> Result:
    algorithm = _best(node)
    for part, reason in undefined(algorithm):
        raise unsupported(part, f"<{part.tag}>, of which PMML does not define the forecasts ({reason})", scope)
    with scope.compilation.at(algorithm):
        paths = PATHS[type(algorithm)](algorithm, node)
    targets: list[str | None] = [field.name for field in node.mining_schema.targets]
    targets = targets or [None]
    if len(paths) != len(targets):
        raise ValueError(f"forecasts {len(paths)} series for {len(targets)} targets")
    horizon = _Horizon.of(node, scope)
    results = {name: _result(node, path, horizon, scope, name) for name, path in zip(targets, paths, strict=True)}
    first = next(iter(results.values()))
    if len(results) == 1:
        return first
    return replace(Result(info=first.info), targets={str(name): each for name, each in results.items()})


def _best(node: TimeSeriesModel) -> Algorithm:
    for algorithm in node.algorithms:
        if algorithm.tag == node.best_fit:
            return algorithm
    known = ", ".join(algorithm.tag for algorithm in node.algorithms) or "none"
    raise ValueError(f"says that {node.best_fit} fits best, and has {known}")


@dataclass(frozen=True, slots=True)
class _Horizon:
    """The row's wish: how many steps, or which time; with neither the first step."""

    slot: Slot | None
    end: float | None

    @classmethod
    def of(cls, node: TimeSeriesModel, scope: Scope) -> _Horizon:
        fields = [field for field in node.mining_schema.fields if not field.is_target]
        ahead = [field for field in fields if field.usage_type in ("supplementary", "active")]
        numeric = [field for field in ahead if _is_number(field, scope)]
        if numeric:
            slot = cast_slot(scope.field(numeric[0].name, node).slot, DataType.INTEGER, scope, numeric[0].name)
            steps = scope.builder.emit(Steps(), slot)
            what = f"{numeric[0].name} is no number of steps from 0 to {MOST_STEPS}"
            return cls(scope.builder.checked(steps, what, slot), None)
        order = [field for field in fields if field.usage_type == "order"]
        if not order:
            return cls(None, None)
        if not _is_number(order[0], scope):
            what = f"<MiningField> {order[0].name!r} as the order of the series: a row says no number of steps"
            raise unsupported(order[0], what, scope)
        return cls(scope.field(order[0].name, node).slot, _end(node))

    def ask(self, path: Path, of_errors: bool, scope: Scope) -> Slot:
        if self.slot is None:
            return scope.builder.constant(numbers(_values(path, 1, of_errors)))
        if self.end is None:
            return scope.builder.emit(Forecasts(path, of_errors), self.slot)
        return scope.builder.emit(ForecastAt(path, of_errors, self.end), self.slot)


def _is_number(field: MiningField, scope: Scope) -> bool:
    declared = scope.compilation.data_fields.get(field.name)
    return declared is not None and declared.type.is_numeric


def _end(node: TimeSeriesModel) -> float:
    """The time of the last value that is known."""
    for series in node.series:
        if series.end is not None:
            return series.end
        times = [each.index if each.index is not None else each.time for each in series.values]
        known = [time for time in times if time is not None]
        if known:
            return max(known)
    raise ValueError("does not say when its series ends (TimeSeries, endTime)")


def _result(node: TimeSeriesModel, path: Path, horizon: _Horizon, scope: Scope, name: str | None) -> Result:
    info = target_info(node, scope.compilation, name)
    value = horizon.ask(path, False, scope)
    if path.errors(1) is None:
        return Result(info=info, value=value)
    errors = horizon.ask(path, True, scope)
    features = dict.fromkeys(("standardError", "standardDeviation"), (errors,))
    return Result(info=info, value=value, features=features, lookups=interval_lookups(value, errors, scope.builder))
