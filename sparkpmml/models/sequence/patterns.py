"""The patterns that a SequenceModel looks for in histories: itemsets in their order, and the time between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.sequences import LATER, NEXT, SAME, find_sequences
from sparkpmml.models.association.nodes import Item
from sparkpmml.models.sequence.nodes import Constraints, Delimiter, Sequence, SequenceModel, SetReference
from sparkpmml.runtime.aligned import Aligned
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.lists import ListColumn

T = TypeVar("T")
NO_LIMITS = Constraints(
    shortest=0.0, longest=math.inf, least=0.0, most=math.inf, least_between=0.0, most_between=math.inf
)


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
    how: NDArray[np.int8]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    shortest: NDArray[np.float64]
    longest: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many sequences there are."""
        return len(self.members) - 1

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
        found = np.zeros((len(items), self.count), dtype=np.bool_)
        patterns = (self.starts, self.sets, self.sizes, self.members, self.wanted, self.how)
        find_sequences(
            offsets, codes, steps, times, *patterns, self.least, self.most, self.shortest, self.longest, found
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


class ItemOf(NamedTuple):
    """A value of a field."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """An itemset, and how it follows the one before it."""

    itemset: int
    how: int
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """Itemsets, and the time from the first to the last."""

    steps: tuple[Step, ...]
    shortest: float = 0.0
    longest: float = math.inf


def item_sets(node: SequenceModel, field: str) -> tuple[list[ItemOf], dict[str, list[ItemOf]]]:
    """All items, and by id those of each itemset, or set predicate; `field`: where those are that name no other."""
    items = {item.id: _item(item, field) for item in node.items}
    sets = {name: [known(item, items, "Item") for item in held] for name, held in node.itemsets}
    for predicate in node.predicates:
        sets[predicate.id] = [ItemOf(predicate.field, value) for value in predicate.array.items]
    everything = dict.fromkeys([*items.values(), *(item for each in sets.values() for item in each)])
    return list(everything), sets


def _item(item: Item, field: str) -> ItemOf:
    return ItemOf(field if item.field is None else item.field, item.value if item.category is None else item.category)


def find_patterns(node: SequenceModel, sets: Mapping[str, list[ItemOf]]) -> list[Pattern]:
    """The document's sequences, then each rule's antecedent with its consequent after it."""
    limits = node.constraints if node.constraints is not None else NO_LIMITS
    places = {name: place for place, name in enumerate(sets)}
    known_sequences = {sequence.id: _sequence(sequence, places, limits) for sequence in node.sequences}
    patterns = [Pattern(steps, longest=limits.longest) for steps in known_sequences.values()]
    for rule in node.rules:
        first = known(rule.antecedent.reference.sequence, known_sequences, "Sequence")
        second = known(rule.consequent.reference.sequence, known_sequences, "Sequence")
        least, most = max(limits.least, limits.least_between), min(limits.most, limits.most_between)
        link = replace(second[0], how=_how(rule.delimiter), least=least, most=most)
        patterns.append(Pattern((*first, link, *second[1:]), limits.shortest, limits.longest))
    return patterns


def _sequence(node: Sequence, places: Mapping[str, int], limits: Constraints) -> tuple[Step, ...]:
    steps = tuple(_steps_of(node, places, limits))
    if not steps:
        raise ValueError(f"has a Sequence {node.id!r} without sets")
    return steps


def _steps_of(node: Sequence, places: Mapping[str, int], limits: Constraints) -> Iterator[Step]:
    how = LATER
    for part in node.parts:
        if isinstance(part, Delimiter):
            how = _how(part)
        elif isinstance(part, SetReference):
            yield Step(known(part.set, places, "Itemset"), how, limits.least, limits.most)
            how = LATER


def _how(delimiter: Delimiter) -> int:
    if delimiter.delimiter == "sameTimeWindow":
        return SAME
    return NEXT if delimiter.gap == "false" else LATER


def make_histories(
    patterns: list[Pattern], items: list[T], sets: Mapping[str, list[T]], encoder: Encoder, has_order: bool
) -> Histories:
    """The operation that looks for the patterns; `encoder`: from what histories hold to the items' places."""
    codes = {item: code for code, item in enumerate(items)}
    contents = [sorted({codes[item] for item in content}) for content in sets.values()]
    holders: list[list[int]] = [[] for _ in items]
    for code, content in enumerate(contents):
        for item in content:
            holders[item].append(code)
    steps = [step for pattern in patterns for step in pattern.steps]
    return Histories(
        encoder,
        has_order,
        np.concatenate(([0], np.cumsum([len(holder) for holder in holders]))).astype(np.int64),
        np.array([code for holder in holders for code in holder], dtype=np.int32),
        np.array([len(content) for content in contents], dtype=np.int32),
        np.concatenate(([0], np.cumsum([len(pattern.steps) for pattern in patterns]))).astype(np.int64),
        np.array([step.itemset for step in steps], dtype=np.int32),
        np.array([step.how for step in steps], dtype=np.int8),
        np.array([0.0 if step.how == SAME else step.least for step in steps]),
        np.array([step.most for step in steps]),
        np.array([pattern.shortest for pattern in patterns]),
        np.array([pattern.longest for pattern in patterns]),
    )


def known(name: str, table: Mapping[str, T], what: str) -> T:
    """ValueError for a name that the table does not have."""
    try:
        return table[name]
    except KeyError:
        raise ValueError(f"refers to {what} {name!r}, which it does not have") from None
