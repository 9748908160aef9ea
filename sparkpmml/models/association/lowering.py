"""AssociationModel: rules whose itemsets a transaction holds, ranked (specification: AssociationRules, Output).

Rules with equal values of the rank's basis keep the document's order. The prediction is the consequent of the first
rule, selected as the first output field says that asks for a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.models.association.items import Basket, lower_items
from sparkpmml.models.association.nodes import AssociationRule, Item, Itemset, Itemsets, Rules
from sparkpmml.models.association.rules import AllRules, RankedItems, RankedRule, Rulebook
from sparkpmml.pmml.dictionary import MiningSchema
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import child, children, columns, element
from sparkpmml.pmml.output import RULE_FEATURES, OutputField

_ALIASES = {"entityId": "ruleId"}
_RULE = (*RULE_FEATURES, *_ALIASES, "ruleValue")
_DEFAULT = OutputField(
    name="prediction",
    data_type=DataType.STRING,
    algorithm="exclusiveRecommendation",
    rank=1,
    rank_basis="confidence",
    rank_order="descending",
    is_multi_valued=False,
    decisions=None,
    expression=None,
)
"""What an output field asks for that says nothing else."""

Selection = tuple[str, str, str]
"""Which rules, by what, in which order."""


@element(
    "AssociationModel",
    ignores=(
        "numberOfTransactions",
        "maxNumberOfItemsPerTA",
        "avgNumberOfItemsPerTA",
        "minimumSupport",
        "minimumConfidence",
        "lengthLimit",
        "numberOfItems",
        "numberOfItemsets",
        "numberOfRules",
        "AssocInputStats",
    ),
)
class AssociationModel(Model):
    """Items, sets of them, and rules that lead from one set to another."""

    mining_schema: MiningSchema = child(MiningSchema)
    items: tuple[Item, ...] = children(Item)
    itemsets: Itemsets = columns(Itemset, Itemsets)
    rules: Rules = columns(AssociationRule, Rules)

    def __post_init__(self) -> None:
        if self.mining_schema is None:  # PMML 1.1 has none here
            object.__setattr__(self, "mining_schema", MiningSchema(fields=()))


@dataclass(frozen=True, slots=True, eq=False)
class _Rules:
    """What output fields are answered from: for each selection the slot of its first rules."""

    book: Rulebook
    selected: dict[Selection, Slot]
    scope: Scope

    def answer(self, feature: str, output: OutputField) -> Slot:
        """A feature of the rule of the output's rank, or a list of it for its first rules."""
        rules = self.selected[_selection(output)]
        if output.is_multi_valued:
            limit = output.rank if output.rank > 0 else len(self.book.rules)
            return self.scope.builder.emit(AllRules(limit, self.book.table(feature, output.data_type)), rules)
        if output.rank < 1:
            raise ValueError(f"{output.name!r} has rank {output.rank}; ranks start at 1")
        if feature in ("antecedent", "consequent"):
            items = self.book.items(feature, output.data_type)
            return self.scope.builder.emit(RankedItems(output.rank, items), rules)
        return self.scope.builder.emit(RankedRule(output.rank, self.book.table(feature, output.data_type)), rules)


@register
def _association_model(node: AssociationModel, scope: Scope) -> Result:
    book = Rulebook.of(node.items, node.itemsets, node.rules)
    asked = [field for field in node.output.fields if field.feature in _RULE] if node.output is not None else []
    asked = asked or [_DEFAULT]
    rules = _Rules(book, _select(book, asked, lower_items(node.items, node, scope), scope), scope)
    first = replace(asked[0], data_type=DataType.STRING, rank=1, is_multi_valued=False)
    lookups: dict[str, Callable[[OutputField], Slot]] = {
        name: partial(rules.answer, _ALIASES.get(name, name)) for name in (*RULE_FEATURES, *_ALIASES)
    }
    lookups["ruleValue"] = lambda output: rules.answer(output.rule_feature, output)
    value = rules.answer("consequent", first)
    return Result(info=target_info(node, scope.compilation), value=value, lookups=lookups)


def _selection(output: OutputField) -> Selection:
    return output.algorithm, output.rank_basis, output.rank_order


def _select(book: Rulebook, asked: Sequence[OutputField], basket: Basket, scope: Scope) -> dict[Selection, Slot]:
    """Each selection that the output fields ask for, once, with as many rules as any of them wants."""
    limits: dict[Selection, int] = {}
    for field in asked:
        wanted = len(book.rules) if field.is_multi_valued and field.rank <= 0 else max(field.rank, 1)
        limits[_selection(field)] = max(wanted, limits.get(_selection(field), 1))
    selected = {}
    for (algorithm, basis, order), limit in limits.items():
        select = book.selection(basis, order, algorithm, limit)
        selected[algorithm, basis, order] = scope.builder.emit(select, basket.slot, *basket.checks)
    return selected
