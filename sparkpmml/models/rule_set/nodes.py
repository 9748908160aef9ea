"""RuleSetModel as written (specification: RuleSet)."""

from __future__ import annotations

from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, family, number, one_of
from sparkpmml.pmml.predicates import Predicate

CRITERIA = ("weightedSum", "weightedMax", "firstHit")


@element("RuleSelectionMethod")
class RuleSelectionMethod(Node):
    """How the answer is chosen among the rules that fire."""

    criterion: str = attribute(one_of(*CRITERIA))


@family
class Rule(Node):
    """Any rule."""


# how the rule did in training
@element("SimpleRule", ignores=("recordCount", "nbCorrect", "ScoreDistribution"))
class SimpleRule(Rule):
    """A condition and the answer where it holds."""

    id: str | None = attribute(default=None)
    score: str = attribute()
    confidence: float = attribute(number, default=1.0)
    weight: float = attribute(number, default=1.0)
    predicate: Predicate = child(Predicate, required=True)


@element("CompoundRule")
class CompoundRule(Rule):
    """A condition that all rules inside share."""

    predicate: Predicate = child(Predicate, required=True)
    rules: tuple[Rule, ...] = children("Rule")


@element("RuleSet", ignores=("recordCount", "nbCorrect", "ScoreDistribution"))
class RuleSet(Node):
    """All rules, and the answer where none fires."""

    default_score: str | None = attribute(default=None)
    default_confidence: float | None = attribute(number, default=None)
    methods: tuple[RuleSelectionMethod, ...] = children(RuleSelectionMethod)
    rules: tuple[Rule, ...] = children(Rule)


@element("RuleSetModel")
class RuleSetModel(Model):
    """An ordered or a weighted set of rules."""

    rule_set: RuleSet = child(RuleSet, required=True)
