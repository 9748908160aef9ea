"""Reason codes: which characteristics cost most points (specification: Scorecard, reason codes).

A code's points are its characteristics' distances from their baselines, added up. A code with points to the good is no
reason; one at its baseline is the last, as for jpmml-evaluator: pyscorecard, which writes scorecards for it, moves its
baselines so that this gives the reasons it means. The most points come first, of equals the code that is first in the
document.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.reasons import add_points, first_reasons, next_reasons
from sparkpmml.models.scorecard.attributes import Held
from sparkpmml.models.scorecard.nodes import Characteristic, Scorecard
from sparkpmml.runtime.column import Array, Column


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The operation: float64[codes, n], the points of each code.

    NaN where none of a code's attributes holds, and everywhere where the row has no score. `codes[i]` is the code that
    only characteristic i has; None where codes are shared, or change with the attribute. `sign` is 1 for points below
    the baseline. Inputs: the score, the partial scores, then each row's code for every None.
    """

    codes: tuple[int | None, ...]
    baselines: tuple[float, ...]
    sign: float
    width: int

    def __call__(self, score: Column, *columns: Column) -> NDArray[np.float64]:
        rows = len(score)
        partials, row_codes = columns[: len(self.codes)], iter(columns[len(self.codes) :])
        points = np.full((self.width, rows), np.nan)
        for code, baseline, partial in zip(self.codes, self.baselines, partials, strict=True):
            own = self.sign * (baseline - partial.values)
            if code is None:
                add_points(_spread(next(row_codes).values, rows), _spread(own, rows), points)
            else:
                points[code] = own
        unknown = np.isnan(score.values)
        if unknown.any():
            points[:, unknown] = np.nan
        return points


def _spread(values: Array, rows: int) -> Array:
    """A constant's one value for all rows, any other as it is, in one piece of memory."""
    return np.ascontiguousarray(values if len(values) == rows else np.broadcast_to(values, rows))


@dataclass(frozen=True, slots=True, eq=False)
class NextReason:
    """The operation: each row's code of the most points, or of the most after those of `before`, the rank above."""

    labels: Array  # object[codes]

    def __call__(self, points: NDArray[np.float64], before: Column | None = None) -> Column:
        codes = np.empty(points.shape[1], dtype=np.int32)
        if before is None:
            first_reasons(points, codes)
        else:
            next_reasons(points, before.values, codes)
        return Column(DataType.STRING, codes, dictionary=self.labels)


def lower_reason_codes(
    node: Scorecard, score: Slot, held: list[Held], partials: list[Slot], scope: Scope
) -> tuple[Slot, ...]:
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
    places = {label: place for place, label in enumerate(labels)}
    codes = [[places[name] for name in each if name is not None] for each in names]
    owners = Counter(code for each in codes for code in set(each))
    own = tuple(each[0] if len(set(each)) == 1 and owners[each[0]] == 1 else None for each in codes)
    points = scope.builder.emit(
        Points(
            own,
            tuple(each for each in baselines if each is not None),
            1.0 if node.reason_code_algorithm == "pointsBelow" else -1.0,
            len(labels),
        ),
        score,
        *partials,
        *[
            attribute.look_up(np.array([*each, 0]), DataType.INTEGER, scope)
            for attribute, each, single in zip(held, codes, own, strict=True)
            if single is None
        ],
        sample=np.empty((len(labels), 0)),
    )
    find = NextReason(np.array(labels, dtype=object))
    reasons = [scope.builder.emit(find, points)]
    while len(reasons) < len(labels):
        reasons.append(scope.builder.emit(find, points, reasons[-1]))
    return tuple(reasons)


def _names(node: Characteristic) -> list[str | None]:
    """The code of each attribute: its own, or the characteristic's."""
    return [each.reason_code or node.reason_code for each in node.attributes]
