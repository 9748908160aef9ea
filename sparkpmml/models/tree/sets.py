"""SimpleSetPredicates in a tree's text: their lists are taken out, for these may hold quotes (see `tree.pieces`)."""

from __future__ import annotations

import re

from sparkpmml.models.tree.arrays import Pools
from sparkpmml.models.tree.pieces import require
from sparkpmml.pmml.array import split_array

_START = "<SimpleSetPredicate "
_SET = re.compile(
    _START + r'field="(?P<field>[^"]*)" booleanOperator="(?P<operator>isIn|isNotIn)">(?P<before>[ \t\n]*)'
    r'<Array(?: n="\d+" type="\w+"| type="\w+"(?: n="\d+")?)>(?P<list>[^<&\x00-\x08\x0b-\x1f\ufffe\uffff]*)</Array>'
    r"(?P<after>[ \t\n]*)</SimpleSetPredicate>"
)


def take_out_sets(text: str, pools: Pools) -> tuple[str, list[int]]:
    """The text with a SimplePredicate, operator isIn or isNotIn, for each set; and the sets' numbers, in order.

    Lines stay lines. What is left of a set of another shape is irregular, and so is a text that has such a
    SimplePredicate already.
    """
    if _START not in text:
        return text, []
    require(not any(operator in text for operator in ('operator="isIn"', 'operator="isNotIn"')))
    sets: list[int] = []

    def replace(match: re.Match[str]) -> str:
        field, operator, before, items, after = match.groups()
        require("]]>" not in items)
        sets.append(pools.sets(split_array(items)))
        lines = "\n" * (before.count("\n") + items.count("\n") + after.count("\n"))
        return f'<SimplePredicate field="{field}" operator="{operator}"/>{lines}'

    return _SET.sub(replace, text), sets
