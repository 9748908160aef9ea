"""A model element as steps: one `lower` function per element, found by its type."""

from __future__ import annotations

from functools import singledispatch

from sparkpmml.compiler.outputs import lower_outputs
from sparkpmml.compiler.result import Result
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.targets import apply_targets
from sparkpmml.pmml.model import Model


def lower_model(node: Model, parent: Scope) -> Result:
    """The model's result, with its target's treatment and its output fields; `parent` is what surrounds the model."""
    compilation = parent.compilation
    if not node.is_scorable:
        raise compilation.error(node, 'cannot be scored: it says isScorable="false"')
    if not node.function_name:
        raise compilation.error(node, "lacks the attribute functionName")
    scope = Scope(compilation, node, parent if parent.model is not None else None)
    with compilation.at(node):
        result = apply_targets(_lower(node, scope), compilation.builder)
        _check_targets(node, result)
    return lower_outputs(result, node, scope)


def _check_targets(node: Model, result: Result) -> None:
    """Say so where several fields are predicted by one answer, as exporters write trees of several answers."""
    names = [field.name for field in node.mining_schema.targets]
    if len(names) > 1 and not result.targets and node.function_name in ("classification", "regression"):
        raise ValueError(f"predicts {', '.join(names)} by one answer: it does not say which of these that is")


@singledispatch
def _lower(node: Model, scope: Scope) -> Result:
    raise scope.compilation.error(node, "is a model element that cannot be scored yet")


register = _lower.register
"""Decorator: the function that lowers models of the annotated type, `(node, scope) -> Result`."""
