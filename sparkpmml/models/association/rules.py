"""Rules and what is known of them, as tables that a row's rules index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import pick
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.itemsets import EXCLUSIVE_RECOMMENDATION, RECOMMENDATION, RULE_ASSOCIATION, select_rules
from sparkpmml.models.association.nodes import Item, Itemsets, Rules
from sparkpmml.pmml.columns import Texts
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Column, Mask, from_strings, integers, numbers
from sparkpmml.runtime.lists import ListColumn

ALGORITHMS = {
    "recommendation": RECOMMENDATION,
    "exclusiveRecommendation": EXCLUSIVE_RECOMMENDATION,
    "ruleAssociation": RULE_ASSOCIATION,
}
_BLOCK_CELLS = 1 << 22
"""Rule numbers held at a time while rules are selected."""

Codes = NDArray[np.integer[Any]]
Integers = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The rules as the kernel reads them; see kernels.itemsets."""

    starts: NDArray[np.int64]
    sets: Integers
    sizes: Integers
    antecedents: Integers
    consequents: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Select:
    """The operation: each transaction's first `limit` rules in `order`, as lists of rule numbers.

    Further columns are not read: they only say which rows cannot be scored.
    """

    index: Index
    order: Integers
    algorithm: int
    limit: int

    def __call__(self, baskets: ListColumn, *_: Column) -> ListColumn:
        rows = len(baskets)
        step = max(_BLOCK_CELLS // max(self.limit, 1), 1)
        blocks = [self._block(baskets, start, min(start + step, rows)) for start in range(0, rows, step)]
        found = np.concatenate([np.zeros(0, np.int64), *(counts for counts, _ in blocks)])
        rules = np.concatenate([np.zeros(0, np.int32), *(flat for _, flat in blocks)])
        return ListColumn(integers(rules), np.concatenate(([0], np.cumsum(found))), baskets.missing)

    def _block(self, baskets: ListColumn, start: int, stop: int) -> tuple[NDArray[np.int64], Integers]:
        picked = np.empty((stop - start, self.limit), dtype=np.int32)
        found = np.zeros(stop - start, dtype=np.int64)
        index = self.index
        select_rules(
            baskets.offsets[start : stop + 1].astype(np.int64),
            baskets.child.values.astype(np.int32),
            index.starts,
            index.sets,
            index.sizes,
            self.order,
            index.antecedents,
            index.consequents,
            self.algorithm,
            picked,
            found,
        )
        return found, picked[np.arange(self.limit) < found[:, None]]


def _ranked(rules: ListColumn, rank: int) -> tuple[NDArray[np.int64], Mask]:
    """The rule of that rank per row (0 where there is none), and where there is none."""
    place = rules.offsets[:-1] + (rank - 1)
    absent = place >= rules.offsets[1:]
    if rules.missing is not None:
        absent = absent | rules.missing
    numbers_ = np.append(rules.child.values, 0)
    return numbers_[np.where(absent, len(rules.child), place)], absent


@dataclass(frozen=True, slots=True, eq=False)
class RankedRule:
    """The operation: what the table says of the rule of the rank; missing where there are fewer rules."""

    rank: int
    table: Column

    def __call__(self, rules: ListColumn) -> Column:
        rule, absent = _ranked(rules, self.rank)
        return pick(self.table, rule, absent)


@dataclass(frozen=True, slots=True, eq=False)
class RankedItems:
    """The operation: the items of the rule of the rank as lists; missing where there are fewer rules."""

    rank: int
    items: ListColumn

    def __call__(self, rules: ListColumn) -> ListColumn:
        rule, absent = _ranked(rules, self.rank)
        sizes = np.where(absent, 0, np.diff(self.items.offsets)[rule])
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
        positions = np.repeat(self.items.offsets[rule], sizes) + within
        child = pick(self.items.child, positions, np.zeros(1, np.bool_))
        return ListColumn(child, offsets, absent if absent.any() else None)


@dataclass(frozen=True, slots=True, eq=False)
class AllRules:
    """The operation: what the table says of the first `limit` rules, as lists."""

    limit: int
    table: Column

    def __call__(self, rules: ListColumn) -> ListColumn:
        sizes = np.diff(rules.offsets)
        kept = np.minimum(sizes, self.limit)
        place = np.arange(len(rules.child)) - np.repeat(rules.offsets[:-1], sizes)
        values = pick(self.table, rules.child.values[place < self.limit], np.zeros(1, np.bool_))
        return ListColumn(values, np.concatenate(([0], np.cumsum(kept))), rules.missing)


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """The model's rules; tables are made as they are asked for.

    `values` are those of the items, by code; `members` int32[m] the codes of the items that the sets refer to, in
    document order, those of set i from `itemsets.offsets[i]`.
    """

    values: Sequence[str]
    itemsets: Itemsets
    members: Integers
    rules: Rules
    index: Index

    @classmethod
    def of(cls, items: Sequence[Item], itemsets: Itemsets, rules: Rules) -> Rulebook:
        """ValueError for a reference to what is not there."""
        if not len(rules):
            raise ValueError("has no AssociationRule")
        members = places_of(itemsets.items, Texts(item.id for item in items), "Item")
        index = Index(
            *holders(members, itemsets.offsets, len(items)),
            places_of(rules.antecedents, itemsets.ids, "Itemset"),
            places_of(rules.consequents, itemsets.ids, "Itemset"),
        )
        return cls([item.value for item in items], itemsets, members, rules, index)

    def selection(self, basis: str, rank_order: str, algorithm: str, limit: int) -> Select:
        """Each transaction's first rules by one of their measures; ValueError for a measure that no rule states."""
        figures = self.figure(basis)
        if np.isnan(figures).all():
            raise ValueError(f"ranks rules by {basis}, which no rule states")
        keys = figures if rank_order == "ascending" else -figures
        order = np.argsort(keys, kind="stable").astype(np.int32)  # rules that do not state it come last
        return Select(self.index, order, ALGORITHMS[algorithm], limit)

    def figure(self, name: str) -> NDArray[np.float64]:
        """float64[rules]: a measure of each rule; lift, leverage and affinity also from the itemsets' supports."""
        column = self.rules.measures[name]
        if column.stated.all():
            return column.numbers.copy()
        supports = np.where(self.itemsets.supports.stated, self.itemsets.supports.numbers, np.nan)
        antecedents, consequents = supports[self.index.antecedents], supports[self.index.consequents]
        support, confidence = (self.rules.measures[each].numbers for each in ("support", "confidence"))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if name == "lift":
                figures = confidence / np.where(consequents == 0, np.nan, consequents)
            elif name == "leverage":
                figures = support - antecedents * consequents
            else:
                figures = support / (antecedents + consequents - support)
        return np.where(column.stated, column.numbers, figures)

    def table(self, feature: str, data_type: DataType | None) -> Column:
        """What there is to say of each rule, as the type; an itemset is text."""
        antecedents, consequents = self.index.antecedents, self.index.consequents
        if feature == "ruleId":
            column = from_strings([name or str(place) for place, name in enumerate(self.rules.ids.to_list(), 1)])
        elif feature == "rule":
            pairs, codes = np.unique(antecedents * np.int64(len(self.itemsets)) + consequents, return_inverse=True)
            column = spelled(codes, len(pairs), lambda pair: self._rule_text(int(pairs[pair])))
        elif feature == "antecedent":
            column = spelled(antecedents, len(self.itemsets), self._text)
        elif feature == "consequent":
            column = spelled(consequents, len(self.itemsets), self._text)
        else:
            column = numbers(self.figure(feature))
        return column if data_type is None else replace(cast(column, data_type), failed=None)

    def items(self, side: str, data_type: DataType | None) -> ListColumn:
        """The items of each rule's antecedent or consequent, in document order."""
        sets = self.index.antecedents if side == "antecedent" else self.index.consequents
        places, offsets = parts_of(sets, self.itemsets.offsets)
        child = spelled(self.members[places], len(self.values), self.values.__getitem__)
        if data_type is not None:
            child = replace(cast(child, data_type), failed=None)
        return ListColumn(child, offsets)

    def _text(self, itemset: int) -> str:
        start, stop = self.itemsets.offsets[itemset : itemset + 2]
        return "{" + ",".join([self.values[item] for item in self.members[start:stop].tolist()]) + "}"

    def _rule_text(self, pair: int) -> str:
        antecedent, consequent = divmod(pair, len(self.itemsets))
        return f"{self._text(antecedent)}->{self._text(consequent)}"


def parts_of(chosen: Codes, offsets: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(the places of the parts of the chosen wholes, one after the other; where those of each begin).

    The parts of whole i are at `offsets[i]` to `offsets[i + 1]`.
    """
    sizes = np.diff(offsets)[chosen]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return np.arange(starts[-1]) + np.repeat(offsets[:-1][chosen] - starts[:-1], sizes), starts


def places_of(names: Texts, known: Texts, what: str) -> Integers:
    """int32[n]: where each name stands among those that are known; ValueError for one that does not."""
    codes = names.places_in(known)
    if (codes < 0).any():
        name = names[int(np.argmax(codes < 0))]
        raise ValueError(f"refers to {what} {name!r}, which it does not have")
    return codes


def holders(members: Codes, offsets: NDArray[np.int64], items: int) -> tuple[NDArray[np.int64], Integers, Integers]:
    """(where the sets of each item begin, the sets that hold it, how many different items each set has)."""
    count = len(offsets) - 1
    pairs = np.unique(np.repeat(np.arange(count), np.diff(offsets)) * max(items, 1) + members)
    sets, items_of_sets = np.divmod(pairs, max(items, 1))
    order = np.argsort(items_of_sets, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(items_of_sets, minlength=items))))
    sizes = np.bincount(sets, minlength=count)
    return starts.astype(np.int64), sets[order].astype(np.int32), sizes.astype(np.int32)


def spelled(codes: Codes, size: int, text: Callable[[int], str]) -> Column:
    """A string column of what codes below `size` stand for, texts in the order in which they are met."""
    first = np.full(size, -1)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # of several places the first is written last
    met = np.flatnonzero(first >= 0)
    met = met[np.argsort(first[met])]
    column = from_strings([text(code) for code in met.tolist()])
    places = np.zeros(size, dtype=np.int32)
    places[met] = column.values
    return replace(column, values=places[codes])
