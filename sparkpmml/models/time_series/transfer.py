"""Transfer functions: what a regressor's values add to a series, then and later.

v[t] = Numerator(B) / Denominator(B) x[t], where B x[t] = x[t - 1].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparkpmml.models.time_series.paths import Matrix, Vector


@dataclass(frozen=True, slots=True, eq=False)
class Transfer:
    """The polynomials, float64 by power of B, and the regressor's values at the times `start`, `start` + 1, ...

    Before `values` there are none, and the function's own values are 0. `past`: its own last values, which take the
    place of what comes out at those times. `lasting`: the last value of the regressor holds on.
    """

    numerator: Vector
    denominator: Vector
    start: float
    values: Vector
    past: Vector
    lasting: bool

    def at(self, times: Vector) -> Vector:
        """float64[n]: what it adds at each time; NaN where that is not known."""
        places = times - self.start
        most = int(places.max(initial=0)) + 1
        ahead = np.full(max(most - len(self.values), 0), self.values[-1] if self.lasting else np.nan)
        added = self._filtered(np.concatenate([self.values, ahead])[None], len(self.values))[0]
        within = (places >= 0) & (places == np.floor(places))
        result: Vector = np.where(within, added[np.where(within, places, 0).astype(np.int64)], np.nan)
        return result

    def ahead(self, steps: int, futures: Matrix) -> Matrix:
        """float64[n, steps]: what it adds after its values, given float64[n, steps] of the regressor's."""
        lags = len(self.numerator) - 1
        before = self.values[max(len(self.values) - lags, 0) :]
        before = np.concatenate([np.full(lags - len(before), np.nan), before])
        own = self.past if len(self.past) else _born(self._filtered(self.values[None], len(self.values))[0])
        own = own[max(len(own) - len(self.denominator) + 1, 0) :]
        values = np.hstack([np.broadcast_to(before, (len(futures), lags)), futures[:, :steps]])
        moved = _weighted(values, self.numerator)[:, lags:]
        return _fed_back(moved, self.denominator, np.broadcast_to(own, (len(futures), len(own))))

    def _filtered(self, values: Matrix, end: int) -> Matrix:
        moved = _weighted(values, self.numerator)
        if not len(self.past):
            return _fed_back(moved, self.denominator, np.empty((1, 0)))
        later = _fed_back(moved[:, end:], self.denominator, self.past[None])
        before = np.full((1, max(end - len(self.past), 0)), np.nan)
        return np.hstack([before, self.past[None, max(len(self.past) - end, 0) :], later])


def _weighted(values: Matrix, weights: Vector) -> Matrix:
    """float64[n, m]: weights[0] x[t] + weights[1] x[t - 1] + ...; NaN where one of these is not known."""
    result = np.zeros(values.shape)
    for lag in np.flatnonzero(weights):
        result[:, :lag] = np.nan
        result[:, lag:] += weights[lag] * values[:, : values.shape[1] - lag]
    return result


def _fed_back(values: Matrix, weights: Vector, before: Matrix) -> Matrix:
    """float64[n, m]: v[t] = x[t] - weights[1] v[t - 1] - ..., after k of v; 0 before those.

    Without any of v they are 0 before the first that is known, and NaN in the result.
    """
    lags, known = len(weights) - 1, before.shape[1]
    if not lags:
        return values
    unborn = np.logical_and.accumulate(np.isnan(values) & (known == 0), axis=1)
    fed = np.hstack([np.zeros((len(values), lags)), before, np.where(unborn, 0.0, values)])
    for step in range(values.shape[1]):
        recent = fed[:, known + step : known + step + lags] @ weights[:0:-1]
        fed[:, lags + known + step] -= np.where(unborn[:, step], 0.0, recent)
    result: Matrix = np.where(unborn, np.nan, fed[:, lags + known :])
    return result


def _born(values: Vector) -> Vector:
    """The values from the first that is known on."""
    known = np.flatnonzero(~np.isnan(values))
    return values[known[0] :] if len(known) else np.empty(0)
