"""What is added to a process: outliers, and regressors (specification: TimeSeriesModel, OutlierEffect).

The process is that of the (transformed) series less these effects: Z[t] = sum of effects[t] + N[t], and N is ARIMA, or
a state space. The patterns of outliers are the usual ones: at the time T an additive one is a pulse, a level shift a
step, a transient change fades by its damping, a seasonal additive one comes again each period, a local trend grows by
its magnitude from T on, and an innovational one is added to the residual (Chen and Liu, 1993). Regressors are in
`time_series.regressors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.time_series.arima_nodes import DynamicRegressor, OutlierEffect
from sparkpmml.models.time_series.paths import Arma, Matrix, Path, Transformed, Vector, restored
from sparkpmml.models.time_series.regressors import SUPPLIED, Differences, regressor, transformed
from sparkpmml.models.time_series.transfer import Transfer


class Effect(Protocol):
    """Something that adds to a series."""

    def at(self, times: Vector) -> Vector:
        """float64[n]: what it adds at each time; NaN where that is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Outlier:
    """A pattern that begins at a time."""

    kind: str
    start: float
    magnitude: float
    damping: float
    period: int

    def at(self, times: Vector) -> Vector:
        since = times - self.start
        begun = since >= 0
        age = np.where(begun, since, 0.0)
        shape: NDArray[np.float64] | NDArray[np.bool_] = {
            "additive": begun & (age == 0),
            "level": begun,
            "transient": self.damping**age,
            "seasonalAdditive": begun & (age % self.period == 0),
            "trend": age + 1,
        }[self.kind]
        return self.magnitude * np.where(begun, shape, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Innovation:
    """An outlier among a process's residuals: it adds what they do to all values from its time on."""

    start: float
    magnitude: float
    process: Arma

    def at(self, times: Vector) -> Vector:
        since = times - self.start
        begun = (since >= 0) & (since == np.floor(since))
        ages = np.where(begun, since, 0).astype(np.int64)
        weights = self.process.weights(int(ages.max(initial=0)) + 1)
        result: Vector = self.magnitude * np.where(begun, weights[ages], 0.0)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class WithEffects:
    """Forecasts of the process, with what is added to it after its end."""

    path: Path
    effects: tuple[Effect, ...]
    end: float

    def means(self, steps: int) -> Vector:
        return self.path.means(steps) + total(self.effects, self.end + np.arange(1.0, steps + 1))

    def errors(self, steps: int) -> Vector | None:
        return self.path.errors(steps)


def total(effects: tuple[Effect, ...], times: Vector) -> Vector:
    """float64[n]: what all effects add."""
    result: Vector = np.sum([effect.at(times) for effect in effects], axis=0) if effects else np.zeros(len(times))
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Supplied:
    """A path whose forecasts depend on what each row says of regressors after the end: how each is transformed."""

    path: Path
    regressors: tuple[Transfer, ...]
    fields: tuple[str, ...]
    transformations: tuple[str, ...]
    how: str = "none"

    def means(self, steps: int, *futures: Matrix) -> Matrix:
        """float64[n, steps]: the forecasts, given float64[n, steps] of each field, NaN for what is not known."""
        result = self.path.means(steps)[None]
        for each, how, values in zip(self.regressors, self.transformations, futures, strict=True):
            result = result + each.ahead(steps, transformed(values, how))
        return restored(result, self.how)

    def errors(self, steps: int) -> Vector | None:
        return self.path.errors(steps) if self.how == "none" else None


Forecaster = Path | Supplied


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """All that is added to a series that ends at `end`: what the document knows, and what rows supply."""

    known: tuple[Effect, ...]
    supplied: tuple[Transfer, ...]
    nodes: tuple[DynamicRegressor, ...]
    end: float

    @classmethod
    def of(
        cls,
        outliers: tuple[OutlierEffect, ...],
        regressors: tuple[DynamicRegressor, ...],
        own: Differences,
        first: float,
        end: float,
        process: Arma | None = None,
    ) -> Effects:
        """ValueError where the document contradicts itself. `process`: without it innovations are in its residuals."""
        asked = tuple(node for node in regressors if node.future in SUPPLIED)
        stated = [regressor(node, own, first, end) for node in regressors if node.future not in SUPPLIED]
        felt = [node for node in outliers if process is not None or node.kind != "innovational"]
        known = (*(_outlier(node, own, process) for node in felt), *stated)
        return cls(known, tuple(regressor(node, own, first, end) for node in asked), asked, end)

    def before(self, times: Vector) -> Vector:
        """float64[n]: what they add up to the end."""
        return total((*self.known, *self.supplied), times)

    def around(self, path: Path, how: str) -> Forecaster:
        """The path of the series from that of the process, both of which forecast the transformed series."""
        path = WithEffects(path, self.known, self.end) if self.known else path
        if not self.supplied:
            return path if how == "none" else Transformed(path, how)
        fields = tuple(node.field for node in self.nodes)
        return Supplied(path, self.supplied, fields, tuple(node.transformation for node in self.nodes), how)


def _outlier(node: OutlierEffect, own: Differences, process: Arma | None) -> Effect:
    if node.kind == "innovational" and process is not None:
        return Innovation(node.start, node.magnitude, process)
    if node.kind == "transient" and node.damping is None:
        raise ValueError("has a transient OutlierEffect without its dampingCoefficient")
    if node.kind == "seasonalAdditive" and own.period is None:
        raise ValueError("has a seasonalAdditive OutlierEffect, but no SeasonalComponent with a period")
    return Outlier(node.kind, node.start, node.magnitude, node.damping or 0.0, own.period or 1)
