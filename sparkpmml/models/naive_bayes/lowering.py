"""NaiveBayesModel: log probabilities of the evidence, added up (specification: NaiveBayes, scoring procedure).

A missing value says nothing, and neither does one that the model has not counted. A count of zero, and a density below
the threshold, are the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import lower_derived_field, number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, winner
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.gaussians import add_log_densities
from sparkpmml.kernels.rows import below_highest, row_shares
from sparkpmml.models.naive_bayes.densities import density, log_densities
from sparkpmml.models.naive_bayes.nodes import BayesInput, NaiveBayesModel, TargetValueCounts, TargetValueStats
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.densities import Density, Gaussian
from sparkpmml.runtime.design import CACHED_CELLS, batch_rows, design_blocks
from sparkpmml.runtime.encode import Encoder

LogProbabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A discrete input: log probabilities float64[values + 2, classes], zeros for an uncounted and a missing value."""

    encoder: Encoder
    logs: LogProbabilities

    def __call__(self, column: Column) -> Matrix:
        return self.logs.take(self.encoder.encode(column), axis=0)


@dataclass(frozen=True, slots=True)
class Measured:
    """A continuous input: a density per class; log densities are at least `floor`."""

    densities: tuple[Density, ...]
    floor: float

    def __call__(self, column: Column) -> Matrix:
        values = column.as_double()
        with np.errstate(over="ignore"):
            logs = np.maximum(log_densities(self.densities, values), self.floor)
        logs[np.isnan(values)] = 0.0
        return logs


@dataclass(frozen=True, slots=True, eq=False)
class Gaussians:
    """All inputs with a normal distribution per class: their `places` among the inputs, parameters float64[p, classes],
    and what log densities are at least, float64[p]."""

    places: tuple[int, ...]
    means: Matrix
    variances: Matrix
    floors: NDArray[np.float64]

    @classmethod
    def of(cls, inputs: Mapping[int, Measured]) -> Gaussians:
        densities = [[each for each in one.densities if isinstance(each, Gaussian)] for one in inputs.values()]
        means, variances = (
            np.array([[getattr(each, name) for each in one] for one in densities]) for name in ("mean", "variance")
        )
        return cls(tuple(inputs), means, variances, np.array([one.floor for one in inputs.values()]))

    def add(self, columns: Sequence[Column], logs: Matrix) -> None:
        """Add the log densities to logs[n, classes]."""
        numbers = [columns[place].as_double() for place in self.places]
        constants = np.log(2 * np.pi * self.variances)
        for block, x in design_blocks(numbers, len(logs), len(self.places) + logs.shape[1], CACHED_CELLS):
            totals = np.ascontiguousarray(logs[block].T)
            add_log_densities(x.T, self.means, self.variances, constants, self.floors, totals)
            logs[block] = totals.T


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The operation: float64[n, classes], the classes' probabilities given a column per input.

    `others`: by its place, each input that is none of the `gaussians`.
    """

    priors: LogProbabilities
    others: tuple[tuple[int, Counted | Measured], ...]
    gaussians: Gaussians | None

    @classmethod
    def of(cls, priors: LogProbabilities, inputs: Sequence[Counted | Measured]) -> Posterior:
        normal = {
            place: each
            for place, each in enumerate(inputs)
            if isinstance(each, Measured) and all(isinstance(one, Gaussian) for one in each.densities)
        }
        others = tuple((place, each) for place, each in enumerate(inputs) if place not in normal)
        return cls(priors, others, Gaussians.of(normal) if normal else None)

    def __call__(self, *columns: Column) -> Matrix:
        logs = np.empty((batch_rows(columns), len(self.priors)))
        logs[:] = self.priors
        for place, each in self.others:
            logs += each(columns[place])
        if self.gaussians is not None:
            self.gaussians.add(columns, logs)
        with np.errstate(invalid="ignore"):
            return row_shares(np.exp(below_highest(logs)))


@register
def _naive_bayes(node: NaiveBayesModel, scope: Scope) -> Result:
    if node.function_name != "classification":
        raise ValueError(f'predicts classes, not functionName "{node.function_name}"')
    info = target_info(node, scope.compilation, node.target_name)
    counts = _by_label(node.bayes_output.counts, info)
    labels = info.order(list(counts))
    if not labels:
        raise ValueError("has no TargetValueCount")
    inputs, slots = [], []
    for each in node.inputs.all_inputs:
        with scope.compilation.at(each):
            slot, lowered = _lower_input(each, labels, info, node.threshold, scope)
        inputs.append(lowered)
        slots.append(slot)
    posterior = Posterior.of(_logs([counts[label] for label in labels]), inputs)
    matrix = scope.builder.emit(posterior, *slots, sample=np.empty((0, len(labels))))
    probability = Scores(labels, matrix)
    return Result(info=info, value=winner(scope.builder, probability, info), probability=probability)


def _by_label(counts: TargetValueCounts, info: TargetInfo) -> dict[str, float]:
    return {info.label(each.value): each.count for each in counts.counts}


def _logs(numbers: object) -> LogProbabilities:
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(numbers, dtype=np.float64))


def _lower_input(
    node: BayesInput, labels: Sequence[str], info: TargetInfo, threshold: float, scope: Scope
) -> tuple[Slot, Counted | Measured]:
    if node.stats is not None:
        slot = number_slot(scope.field(node.field, node).slot, scope, f"field {node.field!r}")
        return slot, _measured(node.stats, labels, info, threshold, scope)
    if node.derived is not None:
        slot = lower_derived_field(node.derived, scope).slot
    else:
        slot = scope.field(node.field, node).slot
    return slot, _counted(node, labels, info, threshold, slot.data_type)


def _measured(
    node: TargetValueStats, labels: Sequence[str], info: TargetInfo, threshold: float, scope: Scope
) -> Measured:
    densities = {}
    for each in node.stats:
        with scope.compilation.at(each.distribution):
            densities[info.label(each.value)] = density(each.distribution)
    without = [label for label in labels if label not in densities]
    if without:
        raise ValueError(f"has no distribution for the target's {', '.join(without)}")
    return Measured(tuple(densities[label] for label in labels), float(_logs(threshold)))


def _counted(
    node: BayesInput, labels: Sequence[str], info: TargetInfo, threshold: float, data_type: DataType
) -> Counted:
    """Relative frequencies of the values among the rows of each class; one that never occurs is the threshold."""
    if not node.pairs:
        raise ValueError(f"has neither PairCounts nor TargetValueStats for field {node.field!r}")
    counts, values = np.zeros((len(node.pairs), len(labels))), []
    for row, pair in zip(counts, node.pairs, strict=True):
        by_label = _by_label(pair.counts, info)
        row[:] = [by_label.get(label, 0.0) for label in labels]
        values.append(pair.value)
    totals = counts.sum(axis=0)
    frequencies = counts / np.where(totals > 0, totals, 1.0)
    logs = _logs(np.where(counts > 0, frequencies, threshold))
    encoder = Encoder.of(values, data_type)
    return Counted(encoder, np.concatenate([logs, np.zeros((2, len(labels)))]))
