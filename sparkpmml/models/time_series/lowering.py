"""TimeSeriesModel: forecasts from the end of the document's own series (specification: TimeSeriesModel).

What a row says is how far to look: a field of numbers that is neither the target nor the order (the exporters' `h` or
`horizon`) gives a list of that many forecasts. With an order field alone the row asks for one time, by its number or
its date. Without either the forecast is the first one.

A row also says what is known of a regressor after the end, where the document leaves that to the user or another model
(`futureValuesMethod`): a list in the regressor's field, whose first value is that of the first step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope, unsupported
from sparkpmml.datatypes import DataType
from sparkpmml.models.confidence_interval import interval_lookups
from sparkpmml.models.time_series.algorithms import PATHS, undefined
from sparkpmml.models.time_series.arima_nodes import Arima
from sparkpmml.models.time_series.effects import Forecaster, Supplied
from sparkpmml.models.time_series.forecasts import MOST_STEPS, FirstForecast, ForecastAt, Forecasts, Steps
from sparkpmml.models.time_series.futures import future_values
from sparkpmml.models.time_series.nodes import Algorithm, StateSpaceModel, TimeSeriesModel
from sparkpmml.models.time_series.order import is_date, is_number, time_of
from sparkpmml.pmml.dictionary import MiningField


@register
def _time_series_model(node: TimeSeriesModel, scope: Scope) -> Result:
    algorithm = _best(node)
    for part, reason in undefined(algorithm, node):
        raise unsupported(part, f"<{part.tag}>, of which PMML does not define the forecasts ({reason})", scope)
    with scope.compilation.at(algorithm):
        paths = PATHS[type(algorithm)](algorithm, node)
    targets: list[str | None] = [field.name for field in node.mining_schema.targets]
    targets = targets or [None]
    if len(paths) != len(targets):
        raise ValueError(f"forecasts {len(paths)} series for {len(targets)} targets")
    with scope.compilation.at(algorithm):
        horizon = _Horizon.of(node, _regressors(algorithm), scope)
    results = {name: _result(node, path, horizon, scope, name) for name, path in zip(targets, paths, strict=True)}
    first = next(iter(results.values()))
    if len(results) == 1:
        return first
    return replace(Result(info=first.info), targets={str(name): each for name, each in results.items()})


def _regressors(algorithm: Algorithm) -> frozenset[str]:
    """The fields of other series."""
    if not isinstance(algorithm, (Arima, StateSpaceModel)):
        return frozenset()
    return frozenset(each.field for each in algorithm.regressors)


def _best(node: TimeSeriesModel) -> Algorithm:
    for algorithm in node.algorithms:
        if algorithm.tag == node.best_fit:
            return algorithm
    known = ", ".join(algorithm.tag for algorithm in node.algorithms) or "none"
    raise ValueError(f"says that {node.best_fit} fits best, and has {known}")


@dataclass(frozen=True, slots=True)
class _Horizon:
    """The row's wish: how many steps, or which time; with neither the first step."""

    node: TimeSeriesModel
    slot: Slot | None
    end: float | None

    @classmethod
    def of(cls, node: TimeSeriesModel, regressors: frozenset[str], scope: Scope) -> _Horizon:
        """The wish in a field that is none of the regressors'."""
        fields = [field for field in node.mining_schema.fields if not field.is_target and field.name not in regressors]
        ahead = [field for field in fields if field.usage_type in ("supplementary", "active")]
        numeric = [field for field in ahead if _has_type(field, is_number, scope)]
        if numeric:
            slot = cast_slot(scope.field(numeric[0].name, node).slot, DataType.INTEGER, scope, numeric[0].name)
            steps = scope.builder.emit(Steps(), slot)
            what = f"{numeric[0].name} is no number of steps from 0 to {MOST_STEPS}"
            return cls(node, scope.builder.checked(steps, what, slot), None)
        order = [field for field in fields if field.usage_type == "order"]
        order = order or [field for field in ahead if field.usage_type == "active" and _has_type(field, is_date, scope)]
        if not order:
            return cls(node, None, None)
        series = node.timed
        if series is None:
            raise ValueError("does not say when its series ends (TimeSeries, endTime)")
        return cls(node, time_of(order[0], series, node, scope), series.last)

    def ask(self, path: Forecaster, of_errors: bool, scope: Scope) -> Slot:
        futures = future_values(path.fields, self.node, scope) if isinstance(path, Supplied) else ()
        if self.slot is None:
            first = FirstForecast(path, of_errors)
            return scope.builder.emit(first, *futures) if futures else scope.builder.constant(first())
        if self.end is None:
            return scope.builder.emit(Forecasts(path, of_errors), self.slot, *futures)
        return scope.builder.emit(ForecastAt(path, of_errors, self.end), self.slot, *futures)


def _has_type(field: MiningField, test: Callable[[DataType], bool], scope: Scope) -> bool:
    declared = scope.compilation.data_fields.get(field.name)
    return declared is not None and test(declared.type)


def _result(node: TimeSeriesModel, path: Forecaster, horizon: _Horizon, scope: Scope, name: str | None) -> Result:
    info = target_info(node, scope.compilation, name)
    value = horizon.ask(path, False, scope)
    if path.errors(1) is None:
        return Result(info=info, value=value)
    errors = horizon.ask(path, True, scope)
    features = dict.fromkeys(("standardError", "standardDeviation"), (errors,))
    return Result(info=info, value=value, features=features, lookups=interval_lookups(value, errors, scope.builder))
