"""SupportVectorMachineModel: weighted similarities to support vectors (specification: SupportVectorMachine)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot, lower_expression, number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.prepare import ValueSet
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, ScoreOf, label_column, winner
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.rows import some
from sparkpmml.kernels.similarity import SIMILARITIES
from sparkpmml.models.ranking import Best
from sparkpmml.models.regression.lowering import in_target_order
from sparkpmml.models.regression.nodes import CategoricalPredictor
from sparkpmml.models.support_vector_machine.nodes import SupportVectorMachine, SupportVectorMachineModel
from sparkpmml.models.support_vector_machine.vectors import Vectors
from sparkpmml.pmml.columns import Texts
from sparkpmml.pmml.expressions import FieldRef
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.design import batch_rows, design_blocks, numbers_of


@dataclass(frozen=True, slots=True)
class Similarity:
    """A kernel function and its parameters."""

    name: str
    gamma: float
    coef0: float
    degree: float

    @property
    def is_linear(self) -> bool:
        """Is it gamma <x, y> + coef0? Then all support vectors together are one hyperplane."""
        return self.name in ("linear", "polynomial") and self.degree == 1

    def __call__(self, x: Matrix, y: Matrix) -> Matrix:
        """float64[n, m] for x of n and y of m rows."""
        with np.errstate(over="ignore", invalid="ignore"):
            return SIMILARITIES[self.name](x, y, self.gamma, self.coef0, self.degree)


@dataclass(frozen=True, slots=True, eq=False)
class Machines:
    """The operation: k machines' values, float64[n, k]; a missing field makes a row NaN.

    `vectors` float64[m, p] are the support vectors of all machines, `weights` float64[m, k] their coefficients, 0
    where a machine has no such vector. Hyperplanes need no vectors: `weights` is [p, k] then.
    """

    similarity: Similarity | None
    vectors: Matrix | None
    weights: Matrix
    constants: NDArray[np.float64]

    def __call__(self, *columns: Column) -> Matrix:
        rows = batch_rows(columns)
        values = np.empty((rows, len(self.constants)))
        width = len(columns) + (0 if self.vectors is None else len(self.vectors))
        for block, x in design_blocks(numbers_of(columns), rows, width):
            if self.similarity is not None and self.vectors is not None:
                values[block] = self.similarity(x, self.vectors) @ self.weights + self.constants
            else:
                values[block] = x @ self.weights + self.constants
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """The operation: shares of the votes, float64[n, classes]. A machine votes for one of its two classes.

    It is for the first where its value is below the threshold (`max_wins`: above), else for the second.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    max_wins: bool
    classes: int

    def __call__(self, values: Matrix) -> Matrix:
        for_first = values > self.thresholds if self.max_wins else values < self.thresholds
        votes = np.zeros((len(values), self.classes))
        for machine, (first, second) in enumerate(zip(self.first, self.second, strict=True)):
            votes[:, first] += for_first[:, machine]
            votes[:, second] += ~for_first[:, machine]
        votes /= len(self.first)
        votes[some(np.isnan(values))] = np.nan
        return votes


@dataclass(frozen=True, slots=True, eq=False)
class IsValue:
    """The operation: a coefficient where a field has a value, 0 where it has another, missing where it has none."""

    values: ValueSet
    coefficient: float

    def __call__(self, column: Column) -> Column:
        found = np.where(self.values.holds(column), self.coefficient, 0.0)
        return numbers(np.where(column.is_missing(), np.nan, found))


@register
def _support_vector_machine_model(node: SupportVectorMachineModel, scope: Scope) -> Result:
    if not node.machines:
        raise ValueError("has no SupportVectorMachine")
    fields = [_entry(entry, scope) for entry in node.dictionary.fields.entries]
    values = scope.builder.emit(_machines(node, len(fields)), *fields, sample=np.empty((0, len(node.machines))))
    info = target_info(node, scope.compilation)
    if node.function_name != "classification":
        if len(node.machines) != 1:
            raise ValueError(f"has {len(node.machines)} SupportVectorMachines for one number")
        kind = DataType.FLOAT if node.math_context == "float" else DataType.DOUBLE
        return Result(info=info, value=cast_slot(scope.builder.emit(ScoreOf(0), values), kind, scope, "the value"))
    if any(machine.target_category is None for machine in node.machines):
        raise ValueError("has classes to tell apart, but a SupportVectorMachine without targetCategory")
    if _is_vote(node, info):
        return _vote(node, values, info, scope)
    return _one_against_all(node, values, info, scope)


def _entry(node: FieldRef | CategoricalPredictor, scope: Scope) -> Slot:
    if isinstance(node, FieldRef):
        return number_slot(lower_expression(node, scope), scope, f"field {node.field!r}")
    field = scope.field(node.field, node)
    return scope.builder.emit(IsValue(ValueSet.of((node.value,), field.data_type), node.coefficient), field.slot)


def _machines(node: SupportVectorMachineModel, width: int) -> Machines:
    constants = np.array([machine.coefficients.absolute_value for machine in node.machines])
    if node.representation == "Coefficients":
        return Machines(None, None, _hyperplanes(node, width), constants)
    if node.kernel is None:
        raise ValueError("has no kernel")
    places = [_vector_places(machine, node.dictionary.vectors) for machine in node.machines]
    known, first, rows = np.unique(np.concatenate(places), return_index=True, return_inverse=True)
    order = np.argsort(first)  # vectors stand in the order in which machines name them
    vectors = node.dictionary.vectors.dense(known[order], width)
    rows = np.argsort(order)[rows]
    weights = np.zeros((len(known), len(node.machines)))
    ends = np.cumsum([len(each) for each in places])
    for column, (machine, own) in enumerate(zip(node.machines, np.split(rows, ends[:-1]), strict=True)):
        np.add.at(weights[:, column], own, machine.coefficients.values)
    similarity = Similarity(*node.kernel.parameters)
    if similarity.is_linear:
        plane = similarity.gamma * (vectors.T @ weights)
        return Machines(None, None, plane, constants + similarity.coef0 * weights.sum(axis=0))
    return Machines(similarity, vectors, weights, constants)


def _vector_places(machine: SupportVectorMachine, vectors: Vectors) -> NDArray[np.int32]:
    """int32[m]: the machine's vectors among all."""
    own = machine.support_vectors.vectors if machine.support_vectors is not None else Texts()
    count = len(machine.coefficients.coefficients)
    if count != len(own):
        raise ValueError(f"has a SupportVectorMachine of {len(own)} support vectors and {count} coefficients")
    places = own.places_in(vectors.ids)
    if (places < 0).any():
        unknown = own[int(np.argmax(places < 0))]
        raise ValueError(f"refers to vector {unknown!r}, which is not in the VectorDictionary")
    return places


def _hyperplanes(node: SupportVectorMachineModel, width: int) -> Matrix:
    """float64[p, k]: each machine's coefficients of the fields."""
    rows = [machine.coefficients.values for machine in node.machines]
    if any(len(row) != width for row in rows):
        raise ValueError(f"needs {width} coefficients, one per vector field, has {[len(row) for row in rows]}")
    return np.array(rows).T


def _is_vote(node: SupportVectorMachineModel, info: TargetInfo) -> bool:
    """Do machines tell two classes apart? The document may not say how it classifies, then its attributes do."""
    if node.alternate_binary_target_category is not None or node.classification_method == "OneAgainstOne":
        return True
    if len(node.machines) == 1:
        return True
    alternates = [machine.alternate_target_category is not None for machine in node.machines]
    return node.classification_method is None and all(alternates)


def _vote(node: SupportVectorMachineModel, values: Slot, info: TargetInfo, scope: Scope) -> Result:
    pairs = [(info.label(each.target_category or ""), _alternate(node, each, info)) for each in node.machines]
    labels = info.order([label for pair in pairs for label in pair])
    thresholds, max_wins = [_threshold(node, machine) for machine in node.machines], node.max_wins
    if node.alternate_binary_target_category is not None:  # PMML 3: a value rounded to 1 is the target category
        thresholds, max_wins = [np.nextafter(0.5, 0)] * len(thresholds), True
    first, second = (np.array([labels.index(pair[side]) for pair in pairs]) for side in (0, 1))
    operation = Votes(first, second, np.array(thresholds), max_wins, len(labels))
    votes = scope.builder.emit(operation, values, sample=np.empty((0, len(labels))))
    probability = Scores(labels, votes)
    return Result(info=info, value=winner(scope.builder, probability, info), probability=probability)


def _threshold(node: SupportVectorMachineModel, machine: SupportVectorMachine) -> float:
    return node.threshold if machine.threshold is None else machine.threshold


def _alternate(node: SupportVectorMachineModel, machine: SupportVectorMachine, info: TargetInfo) -> str:
    """The other class of a machine: as it says, as the model says, or the other one of a target of two classes."""
    named = machine.alternate_target_category or node.alternate_binary_target_category
    if named is not None:
        return info.label(named)
    label = info.label(machine.target_category or "")
    others = [category for category in info.categories if category != label]
    if len(others) != 1:
        raise ValueError(f"has a SupportVectorMachine for {label!r} that lacks alternateTargetCategory")
    return others[0]


def _one_against_all(node: SupportVectorMachineModel, values: Slot, info: TargetInfo, scope: Scope) -> Result:
    labels = tuple(info.label(machine.target_category or "") for machine in node.machines)
    if len(set(labels)) != len(labels):
        raise ValueError(f"has several SupportVectorMachines for one class: {list(labels)}")
    affinity = in_target_order(Scores(labels, values), info, scope.builder)
    best = Best(label_column(affinity.labels, info.data_type), node.max_wins)
    value = scope.builder.emit(best, affinity.slot)
    return replace(Result(info=info, value=value), affinity=affinity)
