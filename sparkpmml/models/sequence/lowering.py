"""SequenceModel: rules whose antecedent a history holds, ranked (specification: Sequences; Output for the ranks).

A history is a list of items in the column of the active field, oldest first; a list in the order field's column says
which of them belong to one transaction (the same value). Without one each item is a transaction of its own. Where items
are of several fields, each of these has such a list, and what stands at the same place in them is one transaction's.

The specification defines no scores: a history selects the rules as a transaction does those of an AssociationModel, by
the antecedents that it holds, by default less the rules whose consequent it goes on to. Constraints on time must hold
in the history as they did where the rules were mined; of a rule's antecedent alone, the greatest total time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope, unsupported
from sparkpmml.datatypes import DataType
from sparkpmml.models.association.rules import AllRules, Codes, RankedItems, RankedRule, parts_of, spelled
from sparkpmml.models.list_inputs import checked_list
from sparkpmml.models.sequence.events import OrderOfAll, Together
from sparkpmml.models.sequence.nodes import SequenceModel
from sparkpmml.models.sequence.patterns import NO_LIMITS, Book, ItemOf, make_histories
from sparkpmml.pmml.output import OutputField
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Column, from_strings, integers, numbers
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.lists import ListColumn

_SIDES = ("antecedent", "consequent")
_FEATURES = (*_SIDES, "rule", "ruleId", "entityId", "support", "confidence", "lift")
_BLOCK_CELLS = 1 << 22


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

    book: Book
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
            return self.scope.builder.emit(AllRules(len(self.book.rules), self._table(feature, kind)), rules)
        if rank < 1:
            raise ValueError(f"asks for rank {rank}; ranks start at 1")
        if feature in _SIDES:
            return self.scope.builder.emit(RankedItems(rank, self._items(self._side(feature))), rules)
        return self.scope.builder.emit(RankedRule(rank, self._table(feature, kind)), rules)

    def _selection(self, output: OutputField | None, several: bool, rank: int) -> SelectRules:
        algorithm = "exclusiveRecommendation" if output is None else output.algorithm
        basis = "confidence" if output is None else output.rank_basis
        ascending = output is not None and output.rank_order == "ascending"
        figures = self._figures(basis)
        order = np.argsort(figures if ascending else -figures, kind="stable")
        limit = len(self.book.rules) if several and rank <= 0 else rank
        both = len(self.book.sequences) + np.arange(len(self.book.rules))
        return SelectRules(order, self.book.antecedents.astype(np.int64), both, algorithm, limit)

    def _figures(self, name: str) -> NDArray[np.float64]:
        column = self.book.rules.measures.get(name)
        if column is None or not column.stated.any():
            raise ValueError(f"ranks rules by {name}, which no rule states")
        return np.where(column.stated, column.numbers, np.nan)

    def _table(self, feature: str, kind: DataType | None) -> Column:
        book = self.book
        if feature in ("ruleId", "entityId"):
            column = from_strings([name or str(place) for place, name in enumerate(book.rules.ids.to_list(), 1)])
        elif feature == "rule":
            pairs, codes = np.unique(self._pairs(), return_inverse=True)
            column = spelled(codes, len(pairs), lambda pair: self._rule_text(int(pairs[pair])))
        elif feature in _SIDES:
            column = spelled(self._side(feature), len(book.sequences), self._text)
        else:
            column = numbers(self._figures(feature))
        return column if kind is None else cast(column, kind).plain()

    def _side(self, feature: str) -> Codes:
        return self.book.antecedents if feature == "antecedent" else self.book.consequents

    def _pairs(self) -> NDArray[np.int64]:
        return self.book.antecedents * np.int64(len(self.book.sequences)) + self.book.consequents

    def _rule_text(self, pair: int) -> str:
        antecedent, consequent = divmod(pair, len(self.book.sequences))
        return f"{self._text(antecedent)}->{self._text(consequent)}"

    def _text(self, sequence: int) -> str:
        sets = self.book.sets
        start, stop = self.book.sequences.offsets[sequence : sequence + 2]
        contents = [sets.members[slice(*sets.offsets[each : each + 2])] for each in self.book.wanted[start:stop]]
        return "".join("{" + ",".join([sets.items[code].value for code in content]) + "}" for content in contents)

    def _items(self, sequences: Codes) -> ListColumn:
        """The items of each rule's antecedent or consequent, set after set."""
        sets = self.book.sets
        steps, of_rules = parts_of(sequences, self.book.sequences.offsets)
        places, of_steps = parts_of(self.book.wanted[steps], sets.offsets)
        child = spelled(sets.members[places], len(sets.items), lambda code: sets.items[code].value)
        return ListColumn(child, of_steps[of_rules])


@register
def _sequence_model(node: SequenceModel, scope: Scope) -> Result:
    if not len(node.rules):
        raise ValueError("has no SequenceRule")
    active = [field.name for field in node.mining_schema.active]
    if not active:
        raise ValueError("has no active field that could hold a history's items")
    order = [field.name for field in node.mining_schema.fields if field.usage_type == "order"]
    ordered = checked_list(order[0], node, scope) if order else ()
    _require_time(node, ordered[0] if ordered else None, scope)
    book = Book.of(node, active[-1])
    lists, times, checks, encoder = _histories(book.sets.items, active[-1], ordered, node, scope)
    patterns = book.patterns(node.constraints if node.constraints is not None else NO_LIMITS)
    histories = make_histories(patterns, book.sets, encoder, times is not None)
    inputs = [lists, *([] if times is None else [times]), *checks]
    found = scope.builder.emit(histories, *inputs, sample=np.empty((0, len(histories.patterns)), dtype=np.bool_))
    rules = _Rules(book, found, lists, scope)
    lookups: dict[str, Callable[[OutputField], Slot]] = {name: partial(rules.answer, name) for name in _FEATURES}
    lookups["ruleValue"] = lambda output: rules.answer(output.rule_feature, output)
    value = rules.answer("consequent", None)
    return Result(info=target_info(node, scope.compilation), value=value, lookups=lookups)


def _histories(
    items: list[ItemOf], field: str, ordered: tuple[Slot, ...], node: SequenceModel, scope: Scope
) -> tuple[Slot, Slot | None, list[Slot], Encoder]:
    """The lists of items, and of their order, the slots that say what cannot be scored, and the items' encoder."""
    builder, times, checks = scope.builder, ordered[0] if ordered else None, list(ordered[1:])
    fields = list(dict.fromkeys(item.field for item in items)) or [field]
    lists, valid = zip(*(checked_list(name, node, scope) for name in fields), strict=True)
    checks += valid
    if len(fields) == 1:
        return lists[0], times, checks, Encoder.of([item.value for item in items], lists[0].data_type)
    readers, places = [], []
    for name, slot in zip(fields, lists, strict=True):
        own = [place for place, item in enumerate(items) if item.field == name]
        readers.append(Encoder.of([items[place].value for place in own], slot.data_type))
        places.append(np.array([*own, -1, -1], dtype=np.int64))
    together = builder.emit(Together(tuple(readers), tuple(places)), *lists)
    times = builder.emit(
        OrderOfAll(len(fields)), lists[0] if times is None else times, *([] if times is None else lists)
    )
    return together, times, checks, Encoder.of([str(place) for place in range(len(items))], DataType.INTEGER)


def _require_time(node: SequenceModel, order: Slot | None, scope: Scope) -> None:
    """The order field must say how much time passes where the constraints are about time."""
    if node.constraints is None or not node.constraints.about_time:
        return
    if order is None:
        raise ValueError("has Constraints on time, but no order field that holds the times")
    kind = order.data_type
    if not (kind.is_numeric or kind is DataType.DATE or kind.is_days_since or kind.is_seconds_since):
        what = f"<Constraints> on time whose unit is that of an order field of type {kind}"
        raise unsupported(node.constraints, what, scope)
