"""SequenceModel: rules whose antecedent a history holds, ranked (specification: Sequences; Output for the ranks).

A history is a list of items in the column of the active field, oldest first; a list in the order field's column says
which of them belong to one transaction (the same value). Without one each item is a transaction of its own. The
specification defines no scores: a history selects the rules as a transaction does those of an AssociationModel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.sequences import find_sequences
from sparkpmml.models.association_rules import AllRules, RankedItems, RankedRule
from sparkpmml.models.list_inputs import Aligned, checked_list
from sparkpmml.models.sequence_nodes import Delimiter, Sequence, SequenceModel, SequenceRule, SetReference
from sparkpmml.pmml.output import OutputField
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Column, from_strings, integers, numbers
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.lists import ListColumn

T = TypeVar("T")
_FEATURES = ("antecedent", "consequent", "rule", "ruleId", "entityId", "support", "confidence", "lift")
_BLOCK_CELLS = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """The operation: bool[n, sequences], which of them each history holds.

    Inputs: the items' lists, with `has_order` those of the order, then columns that are not read: they say which rows
    cannot be scored.
    """

    encoder: Encoder
    has_order: bool
    starts: NDArray[np.int64]
    sets: NDArray[np.int32]
    sizes: NDArray[np.int32]
    members: NDArray[np.int64]
    wanted: NDArray[np.int32]
    adjacent: NDArray[np.bool_]

    def __call__(self, items: ListColumn, *others: ListColumn | Column) -> NDArray[np.bool_]:
        order = [each for each in others if isinstance(each, ListColumn)]
        aligned = Aligned.of(items, *order)
        codes = self.encoder.encode(items.child)[aligned.positions[0]]
        codes = np.where(codes < self.encoder.size, codes, -1).astype(np.int32)
        sizes = np.bincount(aligned.rows, minlength=len(items))
        offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        steps = _steps(offsets, order[0].child if order else None, aligned)
        found = np.zeros((len(items), len(self.members) - 1), dtype=np.bool_)
        find_sequences(
            offsets, codes, steps, self.starts, self.sets, self.sizes, self.members, self.wanted, self.adjacent, found
        )
        return found


def _steps(offsets: NDArray[np.int64], order: Column | None, aligned: Aligned) -> NDArray[np.int32]:
    """int32[m]: the number of each member's transaction in its history."""
    later = np.ones(len(aligned.rows), dtype=np.int64)
    if order is not None:
        values = order.values[aligned.positions[1]]
        later[1:] = values[1:] != values[:-1]
    if not len(later):
        return later.astype(np.int32)
    total = np.cumsum(later)
    first = offsets[:-1][aligned.rows]  # where the member's history begins
    steps: NDArray[np.int32] = (total - total[first]).astype(np.int32)
    return steps


@dataclass(frozen=True, slots=True, eq=False)
class SelectRules:
    """The operation: the rules in `order` that a history selects, the first `limit` of them, as lists of numbers."""

    order: NDArray[np.int64]
    antecedents: NDArray[np.int64]
    both: NDArray[np.int64]
    algorithm: str
    limit: int

    def __call__(self, found: NDArray[np.bool_], items: ListColumn) -> ListColumn:
        step = max(_BLOCK_CELLS // max(len(self.order), 1), 1)
        rules, sizes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for start in range(0, len(found), step):
            block = found[start : start + step]
            chosen = block[:, self.antecedents[self.order]]
            if self.algorithm == "exclusiveRecommendation":
                chosen = chosen & ~block[:, self.both[self.order]]
            elif self.algorithm == "ruleAssociation":
                chosen = block[:, self.both[self.order]]
            chosen &= np.cumsum(chosen, axis=1) <= self.limit
            rules.append(self.order[np.nonzero(chosen)[1]])
            sizes.append(chosen.sum(axis=1))
        offsets = np.concatenate(([0], np.cumsum(np.concatenate(sizes))))
        return ListColumn(integers(np.concatenate(rules)), offsets, items.missing)


@dataclass(frozen=True, slots=True, eq=False)
class _Rules:
    """The model's rules, and the slots that they are selected from."""

    node: SequenceModel
    found: Slot
    items: Slot
    scope: Scope

    def answer(self, feature: str, output: OutputField | None) -> Slot:
        """What an output field asks for; None is the prediction."""
        several = output is not None and output.is_multi_valued
        rank = 1 if output is None else output.rank
        kind = DataType.STRING if output is None else output.data_type
        rules = self.scope.builder.emit(self._selection(output, several, rank), self.found, self.items)
        if several:
            return self.scope.builder.emit(AllRules(len(self.node.rules), self._table(feature, kind)), rules)
        if rank < 1:
            raise ValueError(f"asks for rank {rank}; ranks start at 1")
        if feature in ("antecedent", "consequent"):
            return self.scope.builder.emit(RankedItems(rank, self._itemsets(feature)), rules)
        return self.scope.builder.emit(RankedRule(rank, self._table(feature, kind)), rules)

    def _selection(self, output: OutputField | None, several: bool, rank: int) -> SelectRules:
        algorithm = "exclusiveRecommendation" if output is None else output.algorithm
        basis = "confidence" if output is None else output.rank_basis
        ascending = output is not None and output.rank_order == "ascending"
        figures = self._figures(basis)
        order = np.argsort(figures if ascending else -figures, kind="stable")
        limit = len(self.node.rules) if several and rank <= 0 else rank
        count, names = len(self.node.rules), [sequence.id for sequence in self.node.sequences]
        antecedents = [names.index(rule.antecedent.reference.sequence) for rule in self.node.rules]
        both = np.arange(len(names), len(names) + count)
        return SelectRules(order, np.array(antecedents), both, algorithm, limit)

    def _figures(self, name: str) -> NDArray[np.float64]:
        values = [getattr(rule, name, None) for rule in self.node.rules]
        if all(value is None for value in values):
            raise ValueError(f"ranks rules by {name}, which no rule states")
        return np.array([np.nan if value is None else value for value in values])

    def _table(self, feature: str, kind: DataType | None) -> Column:
        rules = self.node.rules
        if feature in ("ruleId", "entityId"):
            column = from_strings([rule.id or str(place) for place, rule in enumerate(rules, 1)])
        elif feature == "rule":
            column = from_strings(
                [f"{self._text(rule, 'antecedent')}->{self._text(rule, 'consequent')}" for rule in rules]
            )
        elif feature in ("antecedent", "consequent"):
            column = from_strings([self._text(rule, feature) for rule in rules])
        else:
            column = numbers(self._figures(feature))
        return column if kind is None else cast(column, kind).plain()

    def _text(self, rule: SequenceRule, side: str) -> str:
        return "".join("{" + ",".join(values) + "}" for values in self._sets(rule, side))

    def _itemsets(self, side: str) -> ListColumn:
        values = [[value for each in self._sets(rule, side) for value in each] for rule in self.node.rules]
        child = from_strings([value for each in values for value in each])
        return ListColumn(child, np.concatenate(([0], np.cumsum([len(each) for each in values]))))

    def _sets(self, rule: SequenceRule, side: str) -> list[list[str]]:
        items = {item.id: item.value for item in self.node.items}
        sets = {itemset.id: [items[ref.item] for ref in itemset.items] for itemset in self.node.itemsets}
        wanted = getattr(rule, side).reference.sequence
        sequence = next(each for each in self.node.sequences if each.id == wanted)
        return [sets[part.set] for part in sequence.parts if isinstance(part, SetReference)]


@register
def _sequence_model(node: SequenceModel, scope: Scope) -> Result:
    if not node.rules:
        raise ValueError("has no SequenceRule")
    active = [field.name for field in node.mining_schema.active]
    if not active:
        raise ValueError("has no active field that could hold a history's items")
    items, check = checked_list(active[-1], node, scope)
    inputs = [items, check]
    order = [field.name for field in node.mining_schema.fields if field.usage_type == "order"]
    if order:
        inputs[1:1] = checked_list(order[0], node, scope)
    encoder = Encoder.of([item.value for item in node.items], items.data_type)
    sample = np.empty((0, len(node.sequences) + len(node.rules)), dtype=np.bool_)
    found = scope.builder.emit(_histories(node, encoder, bool(order)), *inputs, sample=sample)
    rules = _Rules(node, found, items, scope)
    lookups: dict[str, Callable[[OutputField], Slot]] = {name: partial(rules.answer, name) for name in _FEATURES}
    lookups["ruleValue"] = lambda output: rules.answer(output.rule_feature, output)
    value = rules.answer("consequent", None)
    return Result(info=target_info(node, scope.compilation), value=value, lookups=lookups)


def _histories(node: SequenceModel, encoder: Encoder, has_order: bool) -> Histories:
    """The document's sequences, then each rule's antecedent with its consequent after it."""
    items = {item.id: code for code, item in enumerate(node.items)}
    sets = {itemset.id: code for code, itemset in enumerate(node.itemsets)}
    contents = [sorted({_known(ref.item, items, "Item") for ref in itemset.items}) for itemset in node.itemsets]
    holders: list[list[int]] = [[] for _ in node.items]
    for code, content in enumerate(contents):
        for item in content:
            holders[item].append(code)
    known = {sequence.id: _sequence(sequence, sets) for sequence in node.sequences}
    wanted = list(known.values())
    for rule in node.rules:
        first = _known(rule.antecedent.reference.sequence, known, "Sequence")
        second = _known(rule.consequent.reference.sequence, known, "Sequence")
        wanted.append([*first, (second[0][0], rule.delimiter.gap == "false"), *second[1:]])
    return Histories(
        encoder,
        has_order,
        np.concatenate(([0], np.cumsum([len(holder) for holder in holders]))).astype(np.int64),
        np.array([code for holder in holders for code in holder], dtype=np.int32),
        np.array([len(content) for content in contents], dtype=np.int32),
        np.concatenate(([0], np.cumsum([len(each) for each in wanted]))).astype(np.int64),
        np.array([code for each in wanted for code, _ in each], dtype=np.int32),
        np.array([adjacent for each in wanted for _, adjacent in each], dtype=np.bool_),
    )


def _sequence(node: Sequence, sets: dict[str, int]) -> list[tuple[int, bool]]:
    """The itemsets, and whether each must be in the transaction right after the one before it."""
    result: list[tuple[int, bool]] = []
    adjacent = False
    for part in node.parts:
        if isinstance(part, Delimiter):
            adjacent = part.gap == "false"
        elif isinstance(part, SetReference):
            result.append((_known(part.set, sets, "Itemset"), adjacent))
            adjacent = False
    if not result:
        raise ValueError(f"has a Sequence {node.id!r} without sets")
    return result


def _known(name: str, table: Mapping[str, T], what: str) -> T:
    try:
        return table[name]
    except KeyError:
        raise ValueError(f"refers to {what} {name!r}, which it does not have") from None
