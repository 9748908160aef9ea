"""The patterns that a SequenceModel looks for in histories: itemsets in their order, and the time between them."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.sequences import SAME, find_sequences
from sparkpmml.models.association.nodes import Item
from sparkpmml.models.association.rules import holders, parts_of, places_of
from sparkpmml.models.sequence.nodes import Constraints, SequenceModel, SequenceRules, Sequences
from sparkpmml.pmml.columns import Texts, as_array
from sparkpmml.runtime.aligned import Aligned
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.lists import ListColumn

NO_LIMITS = Constraints(
    shortest=0.0, longest=math.inf, least=0.0, most=math.inf, least_between=0.0, most_between=math.inf
)


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Itemsets in their order: those of pattern i are `wanted` from `members[i]` to `members[i + 1]`.

    `how` each follows the one before it, in what time (`least`, `most`), and the time from a pattern's first to its
    last (`shortest`, `longest`).
    """

    members: NDArray[np.int64]
    wanted: NDArray[np.int32]
    how: NDArray[np.int8]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    shortest: NDArray[np.float64]
    longest: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.members) - 1


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
    patterns: Patterns

    def __call__(self, items: ListColumn, *others: ListColumn | Column) -> NDArray[np.bool_]:
        order = [each for each in others if isinstance(each, ListColumn)]
        aligned = Aligned.of(items, *order)
        codes = self.encoder.encode(items.child)[aligned.positions[0]]
        codes = np.where(codes < self.encoder.size, codes, -1).astype(np.int32)
        sizes = np.bincount(aligned.rows, minlength=len(items))
        offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        steps = _steps(offsets, order[0].child if order else None, aligned)
        times = np.zeros(len(steps))
        if order and order[0].child.dictionary is None:
            times = order[0].child.as_double()[aligned.positions[1]]
        wanted = self.patterns
        found = np.zeros((len(items), len(wanted)), dtype=np.bool_)
        history, sets = (offsets, codes, steps, times), (self.starts, self.sets, self.sizes)
        limits = (wanted.least, wanted.most, wanted.shortest, wanted.longest)
        find_sequences(*history, *sets, wanted.members, wanted.wanted, wanted.how, *limits, found)
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


class ItemOf(NamedTuple):
    """A value of a field."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class ItemSets:
    """All items, and the sets of them: set i has `items[code]` for its `members` from `offsets[i]` on, as written."""

    items: list[ItemOf]
    names: Texts
    members: NDArray[np.integer[Any]]
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, node: SequenceModel, field: str) -> ItemSets:
        """The itemsets, then the set predicates; `field`: where items are that name no other."""
        codes: dict[ItemOf, int] = {}
        declared = [codes.setdefault(_item(item, field), len(codes)) for item in node.items]
        places = places_of(node.itemsets.items, Texts(item.id for item in node.items), "Item")
        names, members, sizes = Texts(node.itemsets.ids.to_list()), array("q"), [len(places)]
        for predicate in node.predicates:
            values = [ItemOf(predicate.field, value) for value in predicate.array.items]
            members.extend(codes.setdefault(value, len(codes)) for value in values)
            names.append(predicate.id)
            names.pack()
            sizes.append(len(places) + len(members))
        every = np.concatenate([np.array(declared, dtype=np.int64)[places], as_array(members)])
        return cls(list(codes), names, every, np.concatenate([node.itemsets.offsets[:-1], sizes]))


def _item(item: Item, field: str) -> ItemOf:
    return ItemOf(field if item.field is None else item.field, item.value if item.category is None else item.category)


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """A model's sets, sequences and rules: the sets that a sequence wants, and the sequences of each rule, by place."""

    sets: ItemSets
    sequences: Sequences
    rules: SequenceRules
    wanted: NDArray[np.integer[Any]]
    antecedents: NDArray[np.integer[Any]]
    consequents: NDArray[np.integer[Any]]

    @classmethod
    def of(cls, node: SequenceModel, field: str) -> Book:
        """ValueError for a reference to what is not there."""
        sets = ItemSets.of(node, field)
        return cls(
            sets,
            node.sequences,
            node.rules,
            places_of(node.sequences.sets, sets.names, "Itemset"),
            places_of(node.rules.antecedents, node.sequences.ids, "Sequence"),
            places_of(node.rules.consequents, node.sequences.ids, "Sequence"),
        )

    def patterns(self, limits: Constraints) -> Patterns:
        """The sequences, then each rule's antecedent with its consequent after it."""
        ends = np.column_stack([self.antecedents, self.consequents]).reshape(-1)
        steps, starts = parts_of(ends, self.sequences.offsets)
        single = len(self.wanted)
        links = single + starts[1:-1:2]  # where consequents begin
        every = np.concatenate([np.arange(single), steps])
        how = self.sequences.hows[every]
        how[links] = self.rules.hows
        least, most = np.full(len(every), limits.least), np.full(len(every), limits.most)
        least[links] = max(limits.least, limits.least_between)
        most[links] = min(limits.most, limits.most_between)
        shortest = np.zeros(len(self.sequences) + len(self.rules))
        shortest[len(self.sequences) :] = limits.shortest
        return Patterns(
            np.concatenate([self.sequences.offsets, single + starts[2::2]]),
            self.wanted[every].astype(np.int32),
            how,
            np.where(how == SAME, 0.0, least),
            most,
            shortest,
            np.full(len(shortest), limits.longest),
        )


def make_histories(patterns: Patterns, sets: ItemSets, encoder: Encoder, has_order: bool) -> Histories:
    """The operation that looks for the patterns; `encoder`: from what histories hold to the items' places."""
    starts, of_items, sizes = holders(sets.members, sets.offsets, len(sets.items))
    return Histories(encoder, has_order, starts, of_items, sizes, patterns)
