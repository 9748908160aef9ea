"""Sums over products of factors, one variable after another (Zhang and Poole, 1994: variable elimination).

The order of the variables decides how large the tables between them become. Each time that one goes next whose sum
leaves the smallest table (the "min-weight" rule).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.float64]
Axes = tuple[int, ...]

ROW = 0
"""The label of the rows' axis; variables have labels from 1."""


def elimination_order(factors: Sequence[Axes], sizes: Mapping[int, int], kept: Sequence[int]) -> tuple[Axes, int]:
    """All variables but those kept, in the order in which to sum, and the cells of the largest table per row."""
    scopes = [frozenset(axes) - {ROW} for axes in factors]
    waiting = {label: _joined(scopes, label) for scope in scopes for label in scope if label not in kept}
    order: list[int] = []
    largest = _cells(kept, sizes)
    while waiting:
        label = min(waiting, key=lambda each: (_cells(waiting[each], sizes), each))
        table = waiting.pop(label)
        largest = max(largest, _cells(table, sizes))
        scopes = [scope for scope in scopes if label not in scope] + [table - {label}]
        waiting |= {each: _joined(scopes, each) for each in table if each in waiting}
        order.append(label)
    return tuple(order), largest


def _joined(scopes: Sequence[frozenset[int]], label: int) -> frozenset[int]:
    return frozenset().union(*(scope for scope in scopes if label in scope))


def _cells(labels: Sequence[int] | frozenset[int], sizes: Mapping[int, int]) -> int:
    return math.prod(sizes[label] for label in labels)


def sum_of_products(factors: Sequence[tuple[Tensor, Axes]], order: Axes, kept: Axes) -> Tensor:
    """The product of all factors, summed over the labels of `order`: an axis per label of `kept`, up to a row's factor.

    Tables that differ by row are scaled on the way: evidence on many variables is a very small number.
    """
    left = list(factors)
    for label in order:
        joined = [each for each in left if label in each[1]]
        left = [each for each in left if label not in each[1]]
        remaining = tuple(sorted({axis for _, axes in joined for axis in axes} - {label}))
        left.append((_scaled(_product(joined, remaining), remaining), remaining))
    return _product(left, kept)


def _scaled(table: Tensor, axes: Axes) -> Tensor:
    if ROW not in axes:
        return table
    highest = table.max(axis=tuple(range(1, table.ndim)), keepdims=True)  # ROW is the smallest label, so the first axis
    return table / np.where(highest > 0, highest, 1.0)


def _product(factors: Sequence[tuple[Tensor, Axes]], result: Axes) -> Tensor:
    """By numpy's own labels, of which there are few: only those of these factors count."""
    labels = {axis: place for place, axis in enumerate(dict.fromkeys(axis for _, axes in factors for axis in axes))}
    operands: list[Any] = []
    for table, axes in factors:
        operands += [table, [labels[axis] for axis in axes]]
    product: Tensor = np.einsum(*operands, [labels[axis] for axis in result], optimize="greedy")
    return product
