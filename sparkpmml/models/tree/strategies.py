"""What a tree, alone or inside another model, does where no predicate decides (specification: TreeModel)."""

from __future__ import annotations

from sparkpmml.pmml.node import Node, attribute, family, number, one_of

MISSING_STRATEGIES = (
    "none",
    "lastPrediction",
    "nullPrediction",
    "defaultChild",
    "weightedConfidence",
    "aggregateNodes",
)


@family
class TreeStrategies(Node):
    """The attributes that TreeModel and DecisionTree share."""

    missing_value_strategy: str = attribute(one_of(*MISSING_STRATEGIES), default="none")
    missing_value_penalty: float = attribute(number, default=1.0)
    no_true_child_strategy: str = attribute(
        one_of("returnNullPrediction", "returnLastPrediction"), default="returnNullPrediction"
    )
