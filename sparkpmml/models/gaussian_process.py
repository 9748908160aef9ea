"""GaussianProcessModel: the posterior mean and variance given training data (specification: GaussianProcess).

With k the kernel's values between a row and the training rows, K those among the training rows, s the noise variance:
mean = k (K + s I)^-1 y; variance of a new, noisy observation = gamma - k (K + s I)^-1 k' + s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix
from sparkpmml.models.confidence_interval import interval_lookups
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, element, family, number
from sparkpmml.pmml.training_instances import TrainingInstances
from sparkpmml.runtime.column import Column, numbers

_BLOCK_CELLS = 1 << 21
"""Kernel values held at a time."""

Vector = NDArray[np.float64]


@element("Lambda")
class Lambda(Node):
    """A length scale per input."""

    array: Array = child(Array, required=True)


@family
class Kernel(Node):
    """How alike two instances are: gamma for equal ones, less the farther apart."""

    gamma: float = attribute(number, default=1.0)
    noise_variance: float = attribute(number, default=1.0)

    def measure(self, width: int) -> Measure:
        """The kernel for instances of `width` inputs; ValueError when it is for others."""
        raise NotImplementedError


@element("RadialBasisKernel", ignores=("description",))
class RadialBasisKernel(Kernel):
    """One length scale for all inputs."""

    scale: float = attribute(number, name="lambda", default=1.0)

    def measure(self, width: int) -> Measure:
        return SquaredExponential(self.gamma, np.full(width, self.scale))


@family
class ScaledKernel(Kernel):
    """A kernel with a length scale per input."""

    scales: Lambda | None = child(Lambda)

    def lambdas(self, width: int) -> Vector:
        """float64[width]; 1 each where the document gives none, one for all where it gives one."""
        if self.scales is None:
            return np.ones(width)
        values = np.array([number(item) for item in self.scales.array.items])
        if len(values) not in (1, width):
            raise ValueError(f"has {len(values)} length scales (Lambda) for {width} inputs")
        return np.broadcast_to(values, width)


@element("ARDSquaredExponentialKernel", ignores=("description",))
class ARDSquaredExponentialKernel(ScaledKernel):
    """gamma exp(-sum (d / lambda)^2 / 2)."""

    def measure(self, width: int) -> Measure:
        return SquaredExponential(self.gamma, self.lambdas(width))


@element("AbsoluteExponentialKernel", ignores=("description",))
class AbsoluteExponentialKernel(ScaledKernel):
    """gamma exp(-sum |d| / lambda)."""

    def measure(self, width: int) -> Measure:
        return Exponential(self.gamma, self.lambdas(width), 1.0)


@element("GeneralizedExponentialKernel", ignores=("description",))
class GeneralizedExponentialKernel(ScaledKernel):
    """gamma exp(-sum (|d| / lambda)^degree)."""

    degree: float = attribute(number, default=1.0)

    def measure(self, width: int) -> Measure:
        return Exponential(self.gamma, self.lambdas(width), self.degree)


@element("GaussianProcessModel", ignores=("optimizer",))
class GaussianProcessModel(Model):
    """A kernel and training data."""

    kernel: Kernel = child(Kernel, required=True)
    instances: TrainingInstances = child(TrainingInstances, required=True)


class Measure(Protocol):
    """A kernel as a function: float64[n, d] and float64[m, d] to float64[n, m]."""

    def __call__(self, left: Matrix, right: Matrix) -> Matrix: ...


@dataclass(frozen=True, slots=True, eq=False)
class SquaredExponential:
    """gamma exp(-sum ((x - z) / scale)^2 / 2)."""

    gamma: float
    scales: Vector

    def __call__(self, left: Matrix, right: Matrix) -> Matrix:
        squares = np.zeros((len(left), len(right)))
        for column, scale in enumerate(self.scales):  # not by x^2 - 2xz + z^2, which loses digits of near instances
            squares += np.square((left[:, column, None] - right[None, :, column]) / scale)
        return self.gamma * np.exp(-0.5 * squares)


@dataclass(frozen=True, slots=True, eq=False)
class Exponential:
    """gamma exp(-sum (|x - z| / scale)^degree)."""

    gamma: float
    scales: Vector
    degree: float

    def __call__(self, left: Matrix, right: Matrix) -> Matrix:
        total = np.zeros((len(left), len(right)))
        for column, scale in enumerate(self.scales):
            part = np.abs(left[:, column, None] - right[None, :, column]) / scale
            total += part if self.degree == 1.0 else part**self.degree
        return self.gamma * np.exp(-total)


@dataclass(frozen=True, slots=True, eq=False)
class PosteriorMean:
    """The operation: the kernel's weighted sum over the training rows; NaN where an input is missing."""

    measure: Measure
    instances: Matrix
    weights: Vector

    def __call__(self, *columns: Column) -> Column:
        inputs = _matrix(columns)
        step = _rows_at_a_time(self.instances)
        means = np.empty(len(inputs))
        for start in range(0, len(inputs), step):
            means[start : start + step] = self.measure(inputs[start : start + step], self.instances) @ self.weights
        return numbers(means)


@dataclass(frozen=True, slots=True, eq=False)
class PosteriorDeviation:
    """The operation: the standard deviation of a new observation; `whitening` is the inverse Cholesky factor."""

    measure: Measure
    instances: Matrix
    whitening: Matrix
    prior: float

    def __call__(self, *columns: Column) -> Column:
        inputs = _matrix(columns)
        step = _rows_at_a_time(self.instances)
        variances = np.empty(len(inputs))
        for start in range(0, len(inputs), step):
            known = self.measure(inputs[start : start + step], self.instances) @ self.whitening.T
            variances[start : start + step] = self.prior - np.einsum("ij,ij->i", known, known)
        return numbers(np.sqrt(np.maximum(variances, 0.0)))  # rounding may leave less than nothing


def _matrix(columns: tuple[Column, ...]) -> Matrix:
    return np.column_stack(np.broadcast_arrays(*(column.as_double() for column in columns)))


def _rows_at_a_time(instances: Matrix) -> int:
    return max(_BLOCK_CELLS // max(len(instances), 1), 1)


@register
def _gaussian_process(node: GaussianProcessModel, scope: Scope) -> Result:
    if node.function_name != "regression":
        raise ValueError(
            f"is for {node.function_name}; PMML defines the scores of a Gaussian process for regression only"
        )
    info = target_info(node, scope.compilation)
    with scope.compilation.at(node.instances):
        names, inputs, target = _training_data(node.instances, info.name)
    with scope.compilation.at(node.kernel):
        measure = node.kernel.measure(len(names))
        weights, whitening = _solve(measure(inputs, inputs), node.kernel.noise_variance, target)
    slots = tuple(_input(name, node, scope) for name in names)
    value = scope.builder.emit(PosteriorMean(measure, inputs, weights), *slots)
    prior = node.kernel.gamma + node.kernel.noise_variance
    deviation = scope.builder.emit(PosteriorDeviation(measure, inputs, whitening, prior), *slots)
    return Result(
        info=info,
        value=value,
        features={"standardDeviation": (deviation,), "standardError": (deviation,)},
        lookups=interval_lookups(value, deviation, scope.builder),
    )


def _input(name: str, node: GaussianProcessModel, scope: Scope) -> Slot:
    return number_slot(scope.field(name, node.instances).slot, scope, f"field {name!r}")


def _training_data(instances: TrainingInstances, target: str | None) -> tuple[list[str], Matrix, Vector]:
    """The inputs' names, float64[m, d] and float64[m]."""
    fields = instances.fields.fields
    inputs = [field for field in fields if field.field != target]
    if len(inputs) + 1 != len(fields):
        raise ValueError(f"has no InstanceField for the target {target!r}")
    if not instances.table.rows:
        raise ValueError("has no rows")
    columns = {field.field: np.array([number(text) for text in instances.column(field)]) for field in fields}
    matrix = np.column_stack([columns[field.field] for field in inputs])
    return [field.field for field in inputs], matrix, columns[target or ""]


def _solve(covariance: Matrix, noise: float, target: Vector) -> tuple[Vector, Matrix]:
    """(K + s I)^-1 y, and W with W (K + s I) W' = I."""
    try:
        factor = np.linalg.cholesky(covariance + noise * np.eye(len(covariance)))
    except np.linalg.LinAlgError:
        raise ValueError("gives a covariance of the training rows that is not positive definite") from None
    whitening = np.linalg.inv(factor)
    return np.linalg.solve(factor.T, np.linalg.solve(factor, target)), whitening
