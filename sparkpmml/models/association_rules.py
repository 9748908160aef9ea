"""Rules and what is known of them, as tables that a row's rules index."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import pick
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.itemsets import EXCLUSIVE_RECOMMENDATION, RECOMMENDATION, RULE_ASSOCIATION, select_rules
from sparkpmml.models.association_items import Item, Itemset
from sparkpmml.pmml.node import Node, attribute, element, number
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

Integers = NDArray[np.int32]


@element("AssociationRule", "AssocRule")
class AssociationRule(Node):
    """If the antecedent's items, then the consequent's."""

    id: str | None = attribute(default=None)
    antecedent: str = attribute(sys.intern)  # many rules speak of one itemset
    consequent: str = attribute(sys.intern)
    support: float = attribute(number)
    confidence: float = attribute(number)
    lift: float | None = attribute(number, default=None)
    leverage: float | None = attribute(number, default=None)
    affinity: float | None = attribute(number, default=None)


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
    """The model's rules; tables are made as they are asked for."""

    values: dict[str, str]
    """Of each item, by its id."""
    sets: dict[str, Itemset]
    rules: Sequence[AssociationRule]
    index: Index

    @classmethod
    def of(cls, items: Sequence[Item], itemsets: Sequence[Itemset], rules: Sequence[AssociationRule]) -> Rulebook:
        """ValueError for a reference to what is not there."""
        if not rules:
            raise ValueError("has no AssociationRule")
        item_codes = {item.id: code for code, item in enumerate(items)}
        set_codes = {itemset.id: code for code, itemset in enumerate(itemsets)}
        members = [sorted({_known(ref.item, item_codes, "Item") for ref in itemset.items}) for itemset in itemsets]
        holders: list[list[int]] = [[] for _ in items]
        for code, member in enumerate(members):
            for item in member:
                holders[item].append(code)
        index = Index(
            np.concatenate(([0], np.cumsum([len(holder) for holder in holders]))).astype(np.int64),
            np.array([code for holder in holders for code in holder], dtype=np.int32),
            np.array([len(member) for member in members], dtype=np.int32),
            np.array([_known(rule.antecedent, set_codes, "Itemset") for rule in rules], dtype=np.int32),
            np.array([_known(rule.consequent, set_codes, "Itemset") for rule in rules], dtype=np.int32),
        )
        values = {item.id: item.value for item in items}
        return cls(values, {itemset.id: itemset for itemset in itemsets}, rules, index)

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
        return np.array([_figure(rule, name, self.sets) for rule in self.rules])

    def table(self, feature: str, data_type: DataType | None) -> Column:
        """What there is to say of each rule, as the type; an itemset is text."""
        if feature == "ruleId":
            column = from_strings([rule.id or str(place) for place, rule in enumerate(self.rules, 1)])
        elif feature == "rule":
            column = from_strings(
                [f"{self._text(rule.antecedent)}->{self._text(rule.consequent)}" for rule in self.rules]
            )
        elif feature in ("antecedent", "consequent"):
            column = from_strings([self._text(getattr(rule, feature)) for rule in self.rules])
        else:
            column = numbers(self.figure(feature))
        return column if data_type is None else replace(cast(column, data_type), failed=None)

    def itemsets(self, side: str, data_type: DataType | None) -> ListColumn:
        """The items of each rule's antecedent or consequent, in document order."""
        values = [self._values(getattr(rule, side)) for rule in self.rules]
        child = from_strings([value for each in values for value in each])
        if data_type is not None:
            child = replace(cast(child, data_type), failed=None)
        return ListColumn(child, np.concatenate(([0], np.cumsum([len(each) for each in values]))))

    def _values(self, itemset: str) -> list[str]:
        return [self.values[ref.item] for ref in self.sets[itemset].items]

    def _text(self, itemset: str) -> str:
        return "{" + ",".join(self._values(itemset)) + "}"


def _known(name: str, codes: dict[str, int], what: str) -> int:
    try:
        return codes[name]
    except KeyError:
        raise ValueError(f"refers to {what} {name!r}, which it does not have") from None


def _figure(rule: AssociationRule, name: str, sets: dict[str, Itemset]) -> float:
    stated = getattr(rule, name)
    if stated is not None:
        return float(stated)
    antecedent, consequent = sets[rule.antecedent].support, sets[rule.consequent].support
    if name == "lift":
        return np.nan if not consequent else rule.confidence / consequent
    if antecedent is None or consequent is None:
        return np.nan
    if name == "leverage":
        return rule.support - antecedent * consequent
    return rule.support / (antecedent + consequent - rule.support)
