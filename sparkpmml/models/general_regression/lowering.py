"""GeneralRegressionModel: linear predictors, then the model type's inverse link (specification: GeneralRegression)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, winner
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.rows import row_sums, some
from sparkpmml.models.confidence_interval import Bound
from sparkpmml.models.general_regression.cox import lower_survival
from sparkpmml.models.general_regression.design import linear_scores
from sparkpmml.models.general_regression.errors import MeanBound, MeanError, interval_bounds, standard_error
from sparkpmml.models.general_regression.links import InverseLink, apply_link, inverse_link, slope
from sparkpmml.models.general_regression.nodes import GeneralRegressionModel
from sparkpmml.models.regression.lowering import ColumnOf, Normalize, in_target_order
from sparkpmml.runtime.column import Column


@dataclass(frozen=True, slots=True)
class AddOffset:
    """The operation: a number per row, added to each of its scores."""

    def __call__(self, scores: Matrix, offset: Column) -> Matrix:
        return scores + offset.as_double()[:, None].astype(scores.dtype, copy=False)


@dataclass(frozen=True, slots=True)
class Means:
    """The operation: linear predictors through the inverse link."""

    link: InverseLink

    def __call__(self, scores: Matrix) -> Matrix:
        return apply_link(self.link, scores)


@dataclass(frozen=True, slots=True)
class AddReference:
    """The operation: a last column for the reference category, all of one value, or what the others leave of 1."""

    value: float | None

    def __call__(self, scores: Matrix) -> Matrix:
        rest = 1 - row_sums(scores) if self.value is None else np.full((len(scores), 1), self.value)
        missing = some(np.isnan(scores))[:, None]
        last = np.where(missing, np.nan, rest).astype(scores.dtype, copy=False)
        return np.concatenate([scores, last], axis=1)


@dataclass(frozen=True, slots=True)
class Times:
    """The operation: the mean times the number of trials."""

    def __call__(self, mean: Column, trials: Column) -> Column:
        return Column(mean.data_type, mean.values * trials.as_double().astype(mean.values.dtype, copy=False))


@register
def _general_regression(node: GeneralRegressionModel, scope: Scope) -> Result:
    if node.function_name == "classification":
        return _classification(node, scope)
    if node.model_type == "CoxRegression":
        scores = linear_scores(node, scope, (None,))
        return Result(
            info=target_info(node, scope.compilation, node.target_name), value=lower_survival(node, scores, scope)
        )
    return _regression(node, scope)


def _regression(node: GeneralRegressionModel, scope: Scope) -> Result:
    if node.model_type in ("multinomialLogistic", "ordinalMultinomial"):
        raise ValueError(f'modelType "{node.model_type}" needs functionName "classification"')
    named = sorted({cell.target_category for cell in node.parameter_matrix.cells if cell.target_category is not None})
    if len(named) > 1:
        raise ValueError(f"has estimates for several target categories ({', '.join(named)}) of one regression")
    category = named[0] if named else None
    scores = linear_scores(node, scope, (category,))
    kind = DataType.FLOAT if node.math_context == "float" else DataType.DOUBLE
    info = target_info(node, scope.compilation, node.target_name)
    if node.model_type == "generalizedLinear":
        return _generalized(node, info, _with_offset(node, scores, scope), kind, scope, category)
    value = scope.builder.emit(ColumnOf(0, kind), scores)
    if node.covariances is None:
        return Result(info=info, value=value)
    error = standard_error(node, node.covariances, scope, category)
    bounds = interval_bounds(lambda errors: scope.builder.emit(Bound(errors), value, error), node.freedom)
    return Result(info=info, value=value, features={"standardError": (error,)}, lookups=bounds)


def _generalized(
    node: GeneralRegressionModel, info: TargetInfo, scores: Slot, kind: DataType, scope: Scope, category: str | None
) -> Result:
    """The mean, and what is known of its error, in trials where there are any."""
    builder, link = scope.builder, _link(node)

    def of_trials(slot: Slot) -> Slot:
        return _times_trials(node, slot, scope)

    value = of_trials(builder.emit(ColumnOf(0, kind), builder.emit(Means(link), scores)))
    if node.covariances is None:
        return Result(info=info, value=value)
    linear = builder.emit(ColumnOf(0, kind), scores)
    error = standard_error(node, node.covariances, scope, category)
    steepness = slope(str(node.link), node.link_parameter, node.distribution_parameter)
    mean_error = of_trials(builder.emit(MeanError(steepness), linear, error))
    bounds = interval_bounds(
        lambda errors: of_trials(builder.emit(MeanBound(link, errors), linear, error)), node.freedom
    )
    return Result(info=info, value=value, features={"standardError": (mean_error,)}, lookups=bounds)


def _link(node: GeneralRegressionModel) -> InverseLink:
    if node.link is None:
        raise ValueError('modelType "generalizedLinear" needs the attribute linkFunction')
    return inverse_link(node.link, node.link_parameter, node.distribution_parameter)


def _variable(name: str | None, literal: float | None, node: GeneralRegressionModel, scope: Scope) -> Slot | None:
    """A field's value, or else a literal; None where the model has neither."""
    if name is not None:
        return number_slot(scope.field(name, node).slot, scope, f"field {name!r}")
    return None if literal is None else scope.builder.literal(repr(literal), DataType.DOUBLE)


def _with_offset(node: GeneralRegressionModel, scores: Slot, scope: Scope) -> Slot:
    offset = _variable(node.offset_variable, node.offset_value, node, scope)
    return scores if offset is None else scope.builder.emit(AddOffset(), scores, offset)


def _times_trials(node: GeneralRegressionModel, value: Slot, scope: Scope) -> Slot:
    trials = _variable(node.trials_variable, node.trials_value, node, scope)
    return value if trials is None else scope.builder.emit(Times(), value, trials)


def _classification(node: GeneralRegressionModel, scope: Scope) -> Result:
    info = target_info(node, scope.compilation, node.target_name)
    try:
        to_probabilities = _CLASSIFIERS[node.model_type]
    except KeyError:
        raise ValueError(f'modelType "{node.model_type}" gives no classes') from None
    estimated, reference = _categories(node, info)
    scores = _with_offset(node, linear_scores(node, scope, estimated), scope)
    labels = [info.label(category) for category in estimated]
    if reference is not None:
        labels.append(reference)
    if len(labels) < 2 or len(set(labels)) != len(labels):
        raise ValueError(f"needs at least two different target categories, has {labels}")
    slot = to_probabilities(node, scores, labels, reference is not None, scope)
    probability = in_target_order(Scores(tuple(labels), slot), info, scope.builder)
    return Result(info=info, value=winner(scope.builder, probability, info), probability=probability)


def _categories(node: GeneralRegressionModel, info: TargetInfo) -> tuple[list[str], str | None]:
    """The target categories with estimates as ParamMatrix spells them, in the target's order, and the one without.

    Estimates that name no category are those of the only category of two that is not the reference.
    """
    spelled: dict[str, str] = {}
    for cell in node.parameter_matrix.cells:
        if cell.target_category is not None:
            spelled.setdefault(info.label(cell.target_category), cell.target_category)
    labels = info.order([*info.categories, *spelled])
    reference = None if node.reference_category is None else info.label(node.reference_category)
    if not spelled:
        if reference is None or len(labels) != 2 or reference not in labels:
            raise ValueError("does not say which target category its estimates are for")
        return [label for label in labels if label != reference], reference
    without = [label for label in labels if label not in spelled]
    if reference is None and len(without) > 1:
        raise ValueError(f"has several target categories without estimates: {', '.join(without)}")
    reference = reference or (without[0] if without else None)
    return [spelled[label] for label in labels if label in spelled and label != reference], reference


def _multinomial(node: GeneralRegressionModel, scores: Slot, labels: Sequence[str], rest: bool, scope: Scope) -> Slot:
    """Logistic: the reference category's linear predictor is 0."""
    if len(labels) > 2 and any(cell.target_category is None for cell in node.parameter_matrix.cells):
        raise ValueError("has estimates that name no target category, beside more than two categories")
    if rest:
        scores = scope.builder.emit(AddReference(0.0), scores)
    return scope.builder.emit(Normalize("softmax", ordinal=False), scores)


def _ordinal(node: GeneralRegressionModel, scores: Slot, labels: Sequence[str], rest: bool, scope: Scope) -> Slot:
    """Cumulative: the inverse link gives the probability of the category or one before it."""
    if node.cumulative_link is None:
        raise ValueError('modelType "ordinalMultinomial" needs the attribute cumulativeLink')
    info = target_info(node, scope.compilation, node.target_name)
    if not rest or info.order(list(labels)) != tuple(labels):
        raise ValueError("needs estimates for every target category but the last in the target's order")
    scores = scope.builder.emit(AddReference(0.0), scores)
    return scope.builder.emit(Normalize(node.cumulative_link, ordinal=True), scores)


def _binary(node: GeneralRegressionModel, scores: Slot, labels: Sequence[str], rest: bool, scope: Scope) -> Slot:
    """The mean is the probability of the category that has estimates."""
    if not rest or len(labels) != 2:
        raise ValueError(f'modelType "generalizedLinear" needs two target categories, has {list(labels)}')
    means = scope.builder.emit(Means(_link(node)), scores)
    return scope.builder.emit(AsDouble(), scope.builder.emit(AddReference(None), means))


@dataclass(frozen=True, slots=True)
class AsDouble:
    """The operation: a matrix in double precision."""

    def __call__(self, scores: Matrix) -> Matrix:
        return scores.astype(np.float64, copy=False)


_CLASSIFIERS: dict[str, Callable[[GeneralRegressionModel, Slot, Sequence[str], bool, Scope], Slot]] = {
    "multinomialLogistic": _multinomial,
    "ordinalMultinomial": _ordinal,
    "generalizedLinear": _binary,
}
"""By model type: the function from linear predictors to probabilities."""
