"""RuleSetModel: rules that fire vote for their classes (specification: RuleSet). The first selection method counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.predicates import lower_predicate
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import label_column, score_of_value
from sparkpmml.datatypes import DataType
from sparkpmml.models.rule_set.nodes import CompoundRule, Rule, RuleSet, RuleSetModel, SimpleRule
from sparkpmml.models.rule_set.votes import (
    ClassOfRank,
    ClassOrder,
    DefaultConfidence,
    LeaderConfidences,
    Leaders,
    NoConfidence,
    Places,
    RuleOfRank,
    Rules,
    SharedConfidences,
    Totals,
    WhereLed,
)
from sparkpmml.pmml.output import OutputField
from sparkpmml.runtime.builtin import Call


@register
def _rule_set_model(node: RuleSetModel, scope: Scope) -> Result:
    info, rule_set = target_info(node, scope.compilation), node.rule_set
    if not rule_set.methods:
        raise ValueError("has no RuleSelectionMethod")
    found = [(rule, slot) for each in rule_set.rules for rule, slot in _simple_rules(each, (), scope)]
    simple = [rule for rule, _ in found]
    labels = _labels(rule_set, simple, info)
    votes = _Votes(_rules(simple, labels, info), [slot for _, slot in found], rule_set.methods[0].criterion, scope)
    default = None if rule_set.default_score is None else labels.index(info.label(rule_set.default_score))
    confidences = votes.confidences
    if default is not None and rule_set.default_confidence is not None:
        confidences = scope.builder.emit(DefaultConfidence(default, rule_set.default_confidence), confidences)
    confidences = scope.builder.emit(NoConfidence(), confidences)
    data_type = info.data_type or (DataType.DOUBLE if node.function_name == "regression" else DataType.STRING)
    column = label_column(labels, data_type)
    classes = [
        scope.builder.emit(ClassOfRank(column, rank, None if rank else default), votes.order)
        for rank in range(len(labels))
    ]
    confidence = Scores(labels, confidences)
    ids = votes.rule_ids(simple, len(labels))
    return Result(
        info=info,
        value=classes[0],
        confidence=confidence,
        features={"entityId": ids, "ruleId": ids},
        lookups={"ruleValue": _rule_value(classes, ids, confidence, scope)},
    )


def _simple_rules(node: Rule, outer: tuple[Slot, ...], scope: Scope) -> Iterator[tuple[SimpleRule, Slot]]:
    """The simple rules in or below a rule, each with the condition under which it fires."""
    if isinstance(node, CompoundRule):
        inner = (*outer, lower_predicate(node.predicate, scope))
        for each in node.rules:
            yield from _simple_rules(each, inner, scope)
    elif isinstance(node, SimpleRule):
        condition = lower_predicate(node.predicate, scope)
        yield node, scope.builder.emit(Call("and"), *outer, condition) if outer else condition


def _labels(rule_set: RuleSet, simple: Sequence[SimpleRule], info: TargetInfo) -> tuple[str, ...]:
    """The classes that rules predict, and the default one."""
    scores = [rule.score for rule in simple] + ([] if rule_set.default_score is None else [rule_set.default_score])
    if not scores:
        raise ValueError("has neither rules nor a defaultScore")
    return info.order([info.label(score) for score in scores])


def _rules(simple: Sequence[SimpleRule], labels: tuple[str, ...], info: TargetInfo) -> Rules:
    return Rules(
        tuple(labels.index(info.label(rule.score)) for rule in simple),
        tuple(rule.confidence for rule in simple),
        tuple(rule.weight for rule in simple),
        len(labels),
    )


class _Votes:
    """The steps of one criterion: the classes' order, their leaders and their confidences."""

    def __init__(self, rules: Rules, conditions: Sequence[Slot], criterion: str, scope: Scope) -> None:
        self._builder = builder = scope.builder
        empty = np.empty((0, rules.width))
        self._rule_order = tuple(range(len(conditions))) if criterion == "firstHit" else rules.by_weight()
        leaders = Leaders(rules, self._rule_order)
        self._leads = builder.emit(leaders, *conditions, sample=empty.astype(np.int64))
        if criterion == "weightedSum":
            weights = builder.emit(Totals(rules, rules.weights), *conditions, sample=empty)
            votes = builder.emit(WhereLed(), weights, self._leads, sample=empty)
            shares = builder.emit(Totals(rules, rules.confidences), *conditions, sample=empty)
            counts = builder.emit(Totals(rules, (1.0,) * len(conditions)), *conditions, sample=empty)
            self.confidences = builder.emit(SharedConfidences(), shares, counts, sample=empty)
        else:
            votes = builder.emit(Places(), self._leads, sample=empty)
            in_order = tuple(rules.confidences[rule] for rule in self._rule_order)
            self.confidences = builder.emit(LeaderConfidences(in_order), self._leads, sample=empty)
        self.order = builder.emit(ClassOrder(), votes, sample=empty.astype(np.int64))

    def rule_ids(self, simple: Sequence[SimpleRule], ranks: int) -> tuple[Slot, ...]:
        """By the rank of their class, the leaders' ids: a rule without one is known by its place, from 1."""
        if not simple:
            return (self._builder.missing(DataType.STRING),)
        names = tuple(rule.id or str(place) for place, rule in enumerate(simple, 1))
        in_order = label_column(tuple(names[rule] for rule in self._rule_order), DataType.STRING)
        return tuple(self._builder.emit(RuleOfRank(in_order, rank), self.order, self._leads) for rank in range(ranks))


def _rule_value(
    classes: Sequence[Slot], ids: Sequence[Slot], confidence: Scores, scope: Scope
) -> Callable[[OutputField], Slot]:
    """The feature ruleValue: of the class of a rank, what `ruleFeature` says."""

    def value(output: OutputField) -> Slot:
        if output.rule_feature not in ("consequent", "ruleId", "confidence"):
            raise ValueError(f"{output.name!r} asks for ruleFeature {output.rule_feature!r}, which such rules lack")
        wanted = ids if output.rule_feature == "ruleId" else classes
        if not 1 <= output.rank <= len(wanted):
            return scope.builder.missing(wanted[0].data_type)
        slot = wanted[output.rank - 1]
        return score_of_value(scope.builder, confidence, slot) if output.rule_feature == "confidence" else slot

    return value
